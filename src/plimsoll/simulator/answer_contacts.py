"""Made-up debtors answer contacts: they pick up or not, pay, promise, complain, ask for help, or refuse, by the commands of everybody.

What a debtor does is decided by a hidden truth, the money of the day, and chance that hangs on seed, customer, day and purpose alone; so
the same contact is answered alike however often a day is run again, and whatever happened to anybody else.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from plimsoll.app.collecting.late import Standing
from plimsoll.app.collecting.people import EVERYBODY, PROMISED, Answered, Contact
from plimsoll.collections.contact_rules import INTERACTIVE
from plimsoll.collections.make_promise import MakePromise
from plimsoll.collections.open_hardship import OpenHardship
from plimsoll.collections.prefer_reminders import USUAL, PreferReminders
from plimsoll.collections.tell_contact_fact import TellContactFact
from plimsoll.protection.file_complaint import FileComplaint
from plimsoll.servicing.repay import Repay
from plimsoll.simulator.borrowers import Borrower, borrower_of, cash_minor, chance, payday_after, payday_before

ERA_DAYS: Final = 360
"""When somebody loses work is drawn anew about once a year."""
MACHINE_ANSWERED, MACHINE_HEEDED = 0.85, 0.75
"""A call by a machine is answered, and heeded, less often."""
MESSAGE_HEEDED: Final = 0.22
STRANGER, THIRD_PARTY = 0.01, 0.01
COMPLAINS, ASKS_TO_STOP, DISPUTES, ASKS_FOR_HELP = 0.012, 0.004, 0.006, 0.35
TELLS_PAYDAY, PAYS_AT_ONCE, PAYS_A_PART, HANGS_UP, PROMISES_IDLY = 0.6, 0.55, 0.35, 0.35, 0.3
REMEMBERS: Final = 0.10
"""How often somebody thinks of the debt by themselves on a day that is no payday."""
PROMISE_DAYS: Final = 29
PART: Final = 3
ROUND_MINOR: Final = 1_000
WHOLE: Final = 20
"""Who promised all that was late, but for a twentieth, pays what is late on the day: interest went on meanwhile."""

Truth = Callable[[int, int], Borrower]
"""The hidden truth of a customer on a day."""


class SandboxPeople:
    """The debtors of a made-up book. Without a truth of its own it makes one up for every customer from the seed."""

    def __init__(self, seed: int, truth: Truth | None = None, *, pays_alone: bool = True) -> None:
        self.seed = seed
        self.truth = truth or self._made_up
        self.pays_alone = pays_alone
        """Whether people pay without being asked here; where a town lives by itself, it does that."""
        self.by_themselves = EVERYBODY if pays_alone else PROMISED

    def morning(self, on: date, owing: Sequence[Standing]) -> list[Any]:
        """Give the payments of a day: of promises that are due, of paydays, of those who remember."""
        return [command for one in owing if (command := self._payment(on, one)) is not None]

    def answer(self, contact: Contact) -> Answered:
        """Answer one contact."""
        one = self.truth(contact.customer_id, contact.on.toordinal())
        return self._talk(one, contact) if contact.channel in INTERACTIVE else self._read(one, contact)

    def _made_up(self, customer_id: int, day: int) -> Borrower:
        return borrower_of(self.seed, customer_id, day - day % ERA_DAYS + ERA_DAYS // 2)

    def _payment(self, on: date, standing: Standing) -> Repay | None:
        day, customer_id = on.toordinal(), standing.customer_id
        one, late_minor = self.truth(customer_id, day), standing.debt.late_minor
        if late_minor <= 0:
            return None
        promise = standing.case.open_promise()
        if promise is not None:
            if promise.due_on != day:
                return None
            wants = chance(self.seed, customer_id, day, "keeps") < one.willingness
            is_all = promise.amount_minor * WHOLE >= late_minor * (WHOLE - 1)
            minor = late_minor if is_all else promise.amount_minor
        elif self.pays_alone:
            thinks = one.attention if payday_before(one.payday, day) == day else one.attention * REMEMBERS
            wants, minor = chance(self.seed, customer_id, day, "thinks") < thinks * one.willingness, late_minor
        else:
            return None
        return self._paid(one, standing.debt.currency, on, minor, "own") if wants else None

    def _paid(self, one: Borrower, currency: str, on: date, minor: int, about: str) -> Repay | None:
        """Give a payment of an amount, of a part where the money does not reach, or none."""
        cash = cash_minor(self.seed, one, on.toordinal())
        if cash < minor:
            is_part = cash >= minor // PART and chance(self.seed, one.customer_id, on, about, "part") < PAYS_A_PART
            minor = min(cash // ROUND_MINOR * ROUND_MINOR, minor) if is_part else 0
        if minor <= 0:
            return None
        return Repay(f"paid:{one.customer_id}:{on}:{about}", one.customer_id, on, minor, currency)

    def _read(self, one: Borrower, contact: Contact) -> Answered:
        """Read a message, and pay or not; nothing is answered."""
        heeds = chance(self.seed, contact.contact_id, "heeds") < one.attention * one.willingness * MESSAGE_HEEDED
        if not heeds or cash_minor(self.seed, one, contact.on.toordinal()) < contact.late_minor:
            return Answered("")
        paid = self._paid(one, contact.currency, contact.on, contact.late_minor, "message")
        return Answered("", (paid,) if paid else ())

    def _talk(self, one: Borrower, contact: Contact) -> Answered:
        seed, customer_id, is_machine = self.seed, contact.customer_id, contact.channel == "ai_call"
        if chance(seed, contact.contact_id, "answers") >= one.answers * (MACHINE_ANSWERED if is_machine else 1.0):
            return Answered("unanswered")
        if chance(seed, customer_id, "stranger") < STRANGER:
            return Answered("wrong_number")
        if chance(seed, contact.contact_id, "third") < THIRD_PARTY:
            return Answered("third_party")
        mood = chance(seed, contact.contact_id, "mood")
        trouble = self._trouble(contact, mood)
        if trouble is not None:
            return Answered("connected", (trouble,))
        is_out = one.out_from <= contact.on.toordinal() < one.out_until
        if is_out and chance(seed, customer_id, contact.on, "help") < ASKS_FOR_HELP * one.willingness:
            return Answered("connected", (self._help(one, contact),))
        heeds = one.willingness * (MACHINE_HEEDED if is_machine else 1.0)
        told = self._payday(one, contact)
        if chance(seed, contact.contact_id, "heeds") < heeds:
            return Answered("connected", (*told, *self._agree(one, contact)))
        if chance(seed, contact.contact_id, "hangs up") < HANGS_UP:
            return Answered("refused")
        if contact.can_promise and chance(seed, contact.contact_id, "idly") < PROMISES_IDLY:
            return Answered("connected", (self._promise(contact, contact.late_minor, contact.on + timedelta(days=3)),))
        return Answered("connected", told)

    def _trouble(self, contact: Contact, mood: float) -> Any:
        """Give a complaint, a wish to be left alone, or a dispute; None for none."""
        key, customer_id, on = f"said:{contact.contact_id}", contact.customer_id, contact.on
        if mood < COMPLAINS:
            return FileComplaint(
                key, customer_id, on, contact.contact_id, "collection_conduct", contacts=(contact.contact_id,), channel="call"
            )
        if mood < COMPLAINS + ASKS_TO_STOP:
            return TellContactFact(key, customer_id, on, "asked_to_stop", reason=contact.contact_id)
        if mood < COMPLAINS + ASKS_TO_STOP + DISPUTES:
            return TellContactFact(key, customer_id, on, "disputed", about=contact.contact_id, reason="amount")
        return None

    def _help(self, one: Borrower, contact: Contact) -> OpenHardship:
        income = cash_minor(self.seed, one, payday_before(one.payday, contact.on.toordinal()))
        essentials = one.wages_minor // 4
        name = contact.contact_id
        return OpenHardship(
            f"help:{name}", contact.customer_id, contact.on, name, contact.currency, income, essentials, flags=("job_loss",)
        )

    def _payday(self, one: Borrower, contact: Contact) -> tuple[PreferReminders, ...]:
        """Tell the payday, once."""
        if contact.is_payday_known or chance(self.seed, one.customer_id, "tells payday") >= TELLS_PAYDAY:
            return ()
        return (PreferReminders(f"payday:{contact.contact_id}", one.customer_id, contact.on, (USUAL,), payday=one.payday),)

    def _agree(self, one: Borrower, contact: Contact) -> tuple[Any, ...]:
        """Pay now where there is money, or promise for when there is; a part now where a promise is not taken."""
        day, on = contact.on.toordinal(), contact.on
        if cash_minor(self.seed, one, day) >= contact.late_minor:
            if chance(self.seed, contact.contact_id, "at once") < PAYS_AT_ONCE or not contact.can_promise:
                paid = self._paid(one, contact.currency, on, contact.late_minor, "call")
                return (paid,) if paid else ()
            days = 1 + int(3 * chance(self.seed, contact.contact_id, "days"))
            return (self._promise(contact, contact.late_minor, on + timedelta(days=days)),)
        payday = date.fromordinal(payday_after(one.payday, day))
        if contact.can_promise and (payday - on).days <= PROMISE_DAYS:
            will_have = one.wages_minor if not one.out_from <= payday.toordinal() < one.out_until else one.wages_minor // 8
            minor = contact.late_minor if will_have >= contact.late_minor else contact.late_minor // 2
            return (self._promise(contact, max(minor, 1), payday),)
        paid = self._paid(one, contact.currency, on, contact.late_minor, "call")
        return (paid,) if paid else ()

    def _promise(self, contact: Contact, minor: int, due_on: date) -> MakePromise:
        key = f"promise:{contact.contact_id}"
        return MakePromise(key, contact.customer_id, contact.on, contact.currency, minor, due_on, contact.channel, contact.contact_id)
