"""Passwords: hashed by argon2id, long, and none that everybody tries first."""

import threading
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from plimsoll.app.access.policy import HashCost
from plimsoll.units.refusal import Refused

AT_ONCE: Final = 4
"""Hashes that are made at the same time in one process: each takes the memory that policy says."""
TURNS: Final = threading.BoundedSemaphore(AT_ONCE)
NAMES_LENGTH_MIN: Final = 4
"""Shorter parts of a name may stand in a password."""
_KNOWN: Final = """
    000000000000 111111111111 123123123123 1234567890123 123456789012 1234567890ab 12345678910 123456789abc 147258369147 1q2w3e4r5t6y
    1qaz2wsx3edc 520520520520 5201314520131 654321654321 666666666666 789456123789 888888888888 987654321098 aaaaaaaaaaaa abc123abc123
    abcd1234abcd abcdefghijkl admin1234567 admin123admin administrator asdfghjkl123 asdfghjkl;'\\ baseball1234 changeme1234 changemenow1
    correcthorsebatterystaple dragon123456 football1234 iloveyou1234 iloveyou5201 letmein12345 loveyou52013 maimai123456 master123456
    monkey123456 nihao1234567 p@ssw0rd1234 p@ssword1234 passw0rd1234 password1234 password12345 password123456 passwordpassword
    princess1234 q1w2e3r4t5y6 qazwsxedcrfv qqqqqqqqqqqq qwer1234qwer qwerty123456 qwertyqwerty qwertyuiop12 qwertyuiop123 qwertyuiop[]
    qwertyuiopasdf secret123456 shanghai1234 beijing12345 superman1234 sunshine1234 taobao123456 trustno1trust welcome12345 welcome123456
    woaini131452 woaini520131 woaini1314520 wodemima1234 xiaoming1234 zaq12wsxcde3 zhangsan1234 zxcvbnm12345 zxcvbnmasdfg mima12345678
"""
KNOWN: Final = frozenset(_KNOWN.split())
"""Passwords of twelve characters or so that lists of leaked ones begin with."""


class Hasher:
    """Makes and checks hashes at one cost. Checking where there is no hash costs as much as where there is one."""

    def __init__(self, cost: HashCost) -> None:
        self._argon2 = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory, parallelism=cost.lanes)
        with TURNS:
            self._none = self._argon2.hash("nobody has this password")

    def make(self, password: str) -> str:
        """Give the hash of a password, with its own salt and cost written in."""
        with TURNS:
            return self._argon2.hash(plain(password))

    def check(self, stored: str, password: str) -> bool:
        """Tell whether a password is the one of a hash; "" is the hash of nobody's, and takes as long."""
        try:
            with TURNS:
                self._argon2.verify(stored or self._none, plain(password))
        except (VerificationError, InvalidHashError):
            return False
        return bool(stored)

    def is_old(self, stored: str) -> bool:
        """Tell whether a hash was made at another cost."""
        return self._argon2.check_needs_rehash(stored)


@lru_cache(maxsize=8)
def hasher_of(cost: HashCost) -> Hasher:
    """Give the hasher of a cost."""
    return Hasher(cost)


def plain(password: str) -> str:
    """Give a password in one spelling, so that the same keys pressed elsewhere are the same password (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def refuse_password(password: str, user_id: str, name: str, lengths: tuple[int, int]) -> Refused | None:
    """Say why a password will not do; None where it will. No classes of characters are asked for.

    Refuses password_too_short, password_too_long, password_guessed, password_names_user.
    """
    said = plain(password)
    least, most = lengths
    if len(said) < least:
        return Refused("password_too_short", "POLICY.IDENTITY.PASSWORD.LENGTH", f"{len(said)} of {least}")
    if len(said) > most:
        return Refused("password_too_long", "POLICY.IDENTITY.PASSWORD.LENGTH", f"{len(said)} of {most}")
    folded = said.casefold()
    if folded in KNOWN or len(set(folded)) <= 3 or _is_run(folded):
        return Refused("password_guessed")
    parts = {part for word in (user_id, name) for part in (word, *word.replace(".", " ").replace("-", " ").split())}
    if any(len(part) >= NAMES_LENGTH_MIN and part.casefold() in folded for part in parts):
        return Refused("password_names_user")
    return None


def _is_run(text: str) -> bool:
    """Tell whether each character follows the one before in the same way: 123456789012, lkjihgfedcba."""
    return len({ord(after) - ord(before) for before, after in pairwise(text)}) == 1
