"""How a borrower signs in: a code is sent to the phone that the vault has of them, and who types it in is let in as that borrower.

The answer to asking for a code is the same whether or not the phone is known; a phone that several customers have is nobody's.
"""

import hmac
import logging
import os
import re
import secrets
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from plimsoll.app.access.challenge import CODE, NewChallenge, put, take, use
from plimsoll.app.access.event import HOUSE, NOBODY, new_id, record
from plimsoll.app.access.people import borrower
from plimsoll.app.access.policy import code_policy
from plimsoll.app.access.rate import Limiter, RateClass, limiter_of
from plimsoll.app.access.recognise import forget
from plimsoll.app.access.session import Begin, SignedIn
from plimsoll.app.access.sign_in import NOWHERE, From, replace
from plimsoll.app.access.standing import ACTIVE
from plimsoll.app.channels.named import SANDBOX, named
from plimsoll.app.channels.port import Message, NotTaken, Sender
from plimsoll.app.channels.queued import QueuedSender
from plimsoll.app.channels.sandbox import SandboxSender
from plimsoll.app.database.store import Store
from plimsoll.app.house import LIVE, House
from plimsoll.app.keyring import Keyring
from plimsoll.app.vault import Act, Vault
from plimsoll.protection.mask import PHONE
from plimsoll.risk.identity import read_phone
from plimsoll.units.refusal import Malformed, Refused

CHANNEL: Final = "sms"
CHANNEL_VARIABLE: Final = "PLIMSOLL_CODES"
log: Final = logging.getLogger("plimsoll.access")
WORDS: Final = {
    "zh-CN": "【{lender}】验证码 {code}，{minutes} 分钟内有效。任何工作人员都不会向您索要。",
    "en": "{lender}: your code is {code}, good for {minutes} minutes. Nobody of ours will ever ask you for it.",
}
SAID: Final = re.compile(r"(?:验证码|code is) ([0-9]+)")
SENDERS: "Final[WeakKeyDictionary[Store, Sender]]" = WeakKeyDictionary()


class CodeAsked(NamedTuple):
    """What is told to whoever asks for a code."""

    challenge_id: str
    until: datetime


def send_codes_by(house: House, sender: Sender) -> None:
    """Send codes by a channel from now on, in this process. One that waits for a network should queue, or it tells who has an account."""
    SENDERS[house.store] = sender


def sender_of(house: House) -> Sender | Refused:
    """Give the channel of codes: what was set, else what PLIMSOLL_CODES names, else a made-up one in a house that lends no real money.

    Refuses code_channel_missing, also where what is named is none, or is made up in a house that lends real money.
    """
    found = SENDERS.get(house.store)
    if found is not None:
        return found
    by = named_channel()
    if by == SANDBOX:
        return Refused("code_channel_missing") if house.mode == LIVE else SENDERS.setdefault(house.store, SandboxSender(1))
    try:
        return house.part("codes", lambda: QueuedSender(named(by), partial(_lost, house)))
    except (Malformed, ModuleNotFoundError) as wrong:
        log.error("codes are not sent: %s", wrong.text() if isinstance(wrong, Malformed) else wrong)
        return Refused("code_channel_missing")


def named_channel() -> str:
    """Give the way to send codes that the configuration names: sandbox, file:PATH, an https address, or apprise."""
    return os.environ.get(CHANNEL_VARIABLE, "") or SANDBOX


def sandbox_code(house: House, challenge_id: str) -> str:
    """Give the code that a made-up channel took, for who tries the sandbox; "" in a house that lends real money."""
    sender = SENDERS.get(house.store)
    if house.mode == LIVE or not isinstance(sender, SandboxSender):
        return ""
    texts = (message.text for message in reversed(sender.sent) if message.message == challenge_id)
    return next((found[1] for text in texts if (found := SAID.search(text)) is not None), "")


def ask_code(
    house: House, phone: str, place: From = NOWHERE, *, language: str = "zh-CN", limiter: Limiter | None = None
) -> CodeAsked | Refused:
    """Send a code to a phone, if exactly one customer has it.

    Refuses phone_malformed, asked_too_fast (by phone and by address), vault_keys_missing, code_channel_missing.
    """
    if house.vault is None:
        return Refused("vault_keys_missing")
    digits, sender = read_phone(phone), sender_of(house)
    if isinstance(digits, Refused):
        return digits
    if isinstance(sender, Refused):
        return sender
    now, vault = house.now(), house.vault
    callers = (*((f"from {place.address}",) if place.address else ()), f"phone {vault.blind(PHONE, digits)}")
    too_fast = (limiter or limiter_of(house)).take_all(callers, RateClass.ONE_TIME, now.date())
    if too_fast is not None:
        return too_fast
    policy = code_policy(house.rules, now)
    code = f"{secrets.randbelow(10**policy.digits):0{policy.digits}d}"
    customer_id = _owner(house, vault, digits, now)
    challenge_id, until = new_id("ch", now), now + policy.lasts
    with house.store.changing() as connection:
        secret = _hashed(vault.keyring, challenge_id, code)
        put(connection, now, NewChallenge(CODE, secret, until, HOUSE, customer_id=customer_id, challenge_id=challenge_id))
        record(connection, now, NOBODY, "code_asked", challenge_id, customer_id)
    if customer_id:
        text = WORDS[language].format(lender=house.rules.lender.name[language], code=code, minutes=policy.lasts.seconds // 60)
        if isinstance(sender.send(Message(challenge_id, CHANNEL, language, digits, text), now), NotTaken):
            return Refused("code_not_sent")
    return CodeAsked(challenge_id, until)


def enter_code(house: House, challenge_id: str, code: str, place: From = NOWHERE) -> SignedIn | Refused:
    """Begin the session of the borrower whose phone got the code; their user is made where it is their first time.

    The phone is the strongest that a borrower shows, so the session is strong from now. Refuses code_refused (unknown, wrong, run out,
    used, tried too often: told alike), vault_keys_missing.
    """
    if house.vault is None:
        return Refused("vault_keys_missing")
    now, policy = house.now(), code_policy(house.rules, house.now())
    with house.store.changing() as connection:
        asked = take(connection, CODE, challenge_id[:100], now, policy.tries)
        told = _hashed(house.vault.keyring, challenge_id[:100], code[:100])
        is_right = hmac.compare_digest(told, asked.secret if asked is not None else bytes(32))
        if asked is None or not is_right or not asked.customer_id:
            record(connection, now, NOBODY, "sign_in_failed", "", 0 if asked is None else asked.customer_id, body={"factor": CODE})
            return Refused("code_refused")
        use(connection, challenge_id, now)
        user = borrower(connection, asked.customer_id, now)
        if isinstance(user, Refused) or user.state != ACTIVE:
            return Refused("code_refused")
        begun = replace(connection, house, place, Begin(user.user_id, now, strong_at=now))
        record(connection, now, user.user_id, "signed_in", begun.session_id, user.customer_id, body={"by": CODE})
    forget(house.store)
    return begun


def _lost(house: House, message: Message, why: str) -> None:
    """Put on record that a code did not leave; it is asked for anew by who waits for it."""
    with house.store.changing() as connection:
        record(connection, house.now(), HOUSE, "code_not_sent", message.message, body={"why": why})


def _owner(house: House, vault: Vault, digits: str, now: datetime) -> int:
    """Give the one customer who has a phone, 0 for none and for several. The search stands on the log of who is found.

    Where nobody is, as much is written elsewhere: how long it takes does not tell whose number is a customer's.
    """
    found = vault.find(PHONE, digits, Act(HOUSE, now, "sign-in by phone"))
    if isinstance(found, Refused) or not found:
        with house.store.changing() as connection:
            record(connection, now, NOBODY, "phone_unknown", "")
        return 0
    return found[0] if len(found) == 1 else 0


def _hashed(keyring: Keyring, challenge_id: str, code: str) -> bytes:
    """Hash a code under a key of the house: six digits alone would be found by trying."""
    return hmac.new(keyring.finder, f"plimsoll code\0{challenge_id}\0{code}".encode("utf-8", "surrogatepass"), sha256).digest()
