"""What the house asks of those who want to be recognised, as dated rules: read for the day of an instant, UTC."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from plimsoll.rulebook.rules import Rules


class Lasting(NamedTuple):
    """How long a session lasts: without use, and in all."""

    idle: timedelta
    whole: timedelta


class HashCost(NamedTuple):
    """What a hash of a password costs: memory in KiB, passes, lanes."""

    memory: int
    passes: int
    lanes: int


class Lock(NamedTuple):
    """How often a password may be wrong in a row, and how long one waits then: the first time, the second, and so on."""

    failures: int
    waits: tuple[timedelta, ...]

    def wait(self, failed: int) -> timedelta | None:
        """Give how long signing in waits after a number of failures in a row, None where it need not."""
        if failed < self.failures or failed % self.failures:
            return None
        return self.waits[min(failed // self.failures, len(self.waits)) - 1]


class CodePolicy(NamedTuple):
    """A code that is sent to a phone: its digits, how long it is good, how often it may be wrong."""

    digits: int
    lasts: timedelta
    tries: int


class KeyPolicy(NamedTuple):
    """How long a key of the API is good at most, and how long it goes on beside its successor at most."""

    lasts: timedelta
    overlap: timedelta


def lasting(rules: Rules, now: datetime, *, is_borrower: bool) -> Lasting:
    """Give how long a session lasts."""
    said = rules.value("POLICY.IDENTITY.SESSION.BORROWER" if is_borrower else "POLICY.IDENTITY.SESSION.STAFF", now.date())
    return Lasting(timedelta(seconds=_part(said, "idle")), timedelta(seconds=_part(said, "whole")))


def trusted_s(rules: Rules, now: datetime) -> int:
    """Give the seconds that a key or a session is trusted without being looked up again; a minute is the most there can be."""
    return min(_seconds(rules, "POLICY.IDENTITY.TRUSTED", now), 60)


def password_lengths(rules: Rules, now: datetime) -> tuple[int, int]:
    """Give the least and the greatest number of characters of a password."""
    said = rules.value("POLICY.IDENTITY.PASSWORD.LENGTH", now.date())
    assert isinstance(said, tuple), said
    least, most = (one for one in said if isinstance(one, int))
    return least, most


def hash_cost(rules: Rules, now: datetime) -> HashCost:
    """Give what a hash of a password costs."""
    said = rules.value("POLICY.IDENTITY.PASSWORD.HASH", now.date())
    return HashCost(_part(said, "memory"), _part(said, "passes"), _part(said, "lanes"))


def lock(rules: Rules, now: datetime) -> Lock:
    """Give when signing in has to wait."""
    said = rules.value("POLICY.IDENTITY.LOCK", now.date())
    assert isinstance(said, Mapping), said
    waits = said["waits"]
    assert isinstance(waits, tuple), waits
    return Lock(_part(said, "failures"), tuple(timedelta(seconds=one) for one in waits if isinstance(one, int)))


def strong_for(rules: Rules, now: datetime) -> timedelta:
    """Give how long a second factor that was shown counts where one is asked for."""
    return timedelta(seconds=_seconds(rules, "POLICY.IDENTITY.STRONG", now))


def drift(rules: Rules, now: datetime) -> int:
    """Give the steps by which a clock of one-time codes may be wrong."""
    return _seconds(rules, "POLICY.IDENTITY.ONE_TIME.DRIFT", now)


def code_policy(rules: Rules, now: datetime) -> CodePolicy:
    """Give what a code sent to a phone is like."""
    said = rules.value("POLICY.IDENTITY.CODE", now.date())
    return CodePolicy(_part(said, "digits"), timedelta(seconds=_part(said, "seconds")), _part(said, "tries"))


def invitation_lasts(rules: Rules, now: datetime) -> timedelta:
    """Give how long an invitation is good."""
    return timedelta(seconds=_seconds(rules, "POLICY.IDENTITY.INVITATION", now))


def challenge_lasts(rules: Rules, now: datetime) -> timedelta:
    """Give how long a passkey may take to answer."""
    return timedelta(seconds=_seconds(rules, "POLICY.IDENTITY.CHALLENGE", now))


def key_policy(rules: Rules, now: datetime) -> KeyPolicy:
    """Give how long a key of the API is good, and goes on beside its successor."""
    said = rules.value("POLICY.IDENTITY.KEY", now.date())
    return KeyPolicy(timedelta(days=_part(said, "days")), timedelta(hours=_part(said, "hours")))


def glass_lasts(rules: Rules, now: datetime) -> timedelta:
    """Give how long the glass stays broken."""
    return timedelta(seconds=_seconds(rules, "POLICY.IDENTITY.GLASS", now))


def _seconds(rules: Rules, key: str, now: datetime) -> int:
    found = rules.whole(key, now.date())
    assert found is not None, key
    return found


def _part(said: object, name: str) -> int:
    assert isinstance(said, Mapping), said
    found = said[name]
    assert isinstance(found, int), (name, found)
    return found
