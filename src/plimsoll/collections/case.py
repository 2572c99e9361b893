"""A case of collection as the customer's file tells it: one for all loans of both products, open while something is past due.

A case and its promises are folds of filings, as a loan is a fold of facts. Days are day numbers, money is in minor units. The subject of
a filing is the id of the case or of the promise; a promise belongs to the case that was open when it was made.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from plimsoll.loan.book import Book
from plimsoll.loan.filing import Filing, instant_text, read_body
from plimsoll.units.refusal import Refused

QUEUE: Final = "collection"
"""The kind of work item of a case; its subject is the id of the case."""

OPENED: Final = "case.opened"
MOVED: Final = "case.moved"
CLOSED: Final = "case.closed"
CLAIMED: Final = "case.claimed"
RELEASED: Final = "case.released"
FOLLOWED: Final = "case.follow_up"
ESCALATED: Final = "case.escalated"
MADE: Final = "promise.made"
KEPT, PARTIAL, BROKEN, CANCELLED = "kept", "partial", "broken", "cancelled"
STATE_OPEN, STATE_CLOSED = "open", "closed"
ENDS: Final = {f"promise.{state}": state for state in (KEPT, PARTIAL, BROKEN, CANCELLED)}
KINDS: Final = frozenset((OPENED, MOVED, CLOSED, CLAIMED, RELEASED, FOLLOWED, ESCALATED, MADE, *ENDS))
"""What makes a case what it is."""
READS_CASE: Final = "case,promise"
"""What a verb reads of the file that looks at cases and promises."""

DAY_BEGINS: Final = timedelta(hours=-8)
"""From midnight UTC to the beginning of a day in China."""

AFTER: Final = "after "
"""How the reason begins for which a machine's work (a message, its call) lets a case come back: it comes back to a machine."""

CHAMPION, CHALLENGER, HOLDOUT = "champion", "challenger", "holdout"


class Promise(NamedTuple):
    """A promise to pay an amount by a day. `paid_minor` is what came of it in time, known once it is over.

    `waits_until` is the last day on which a payment still keeps it and nobody is asked for money. `counts` are the facts that each loan
    had when it was made: a payment counts that was recorded after them. `expected_ppm` is how likely it was to be kept, per million.
    """

    promise_id: str
    made_on: int
    currency: str
    amount_minor: int
    due_on: int
    channel: str
    state: str  # open, kept, partial, broken or cancelled
    paid_minor: int
    waits_until: int = 0
    expected_ppm: int = 0
    counts: tuple[tuple[int, int], ...] = ()
    contact_id: str = ""


class Claim(NamedTuple):
    """Who works on a case, and until what instant (UTC text) nobody else can without a reason."""

    actor: str
    until: str


class Case(NamedTuple):
    """Where a case stands. What it was assessed as is that of the last filing that says so."""

    case_id: str
    opened_on: int
    state: str  # open or closed
    segment: str
    bucket: str  # none, short, mid or long, by days past due
    days: int
    owed_minor: int
    currency: str
    strategy: str  # name of the table that treats it, with its digest: "case-champion a4238c60"
    arm: str  # champion, challenger or holdout
    assigned_to: str  # who holds it; the claim says until when
    is_vulnerable: bool
    promises: tuple[Promise, ...]
    follow_up_on: int  # 0 for none
    ability: str = ""
    willingness: str = ""
    told: tuple[str, str] = ("", "")  # ability and willingness as somebody told them, "" where they follow from the file
    late_minor: int = 0
    propensity_ppm: int = 0  # how likely this customer was to be in the arm
    row: str = ""  # of the strategy
    because: tuple[str, ...] = ()  # the conditions of the row that held
    treatment: str = ""
    channel: str = ""
    script: str = ""
    tone: str = ""
    skill: str = ""
    follow_up_days: int = 0
    effect_ppm: int = 0
    effect_told_ppm: int = 0  # 0 where it is that of the policy
    value_minor: int = 0  # expected to be gained by a contact now
    claim: Claim | None = None
    follow_up_reason: str = ""
    escalated_to: str = ""  # a skill that somebody asked for; it stays whatever the strategy says
    closed_on: int = 0
    why: str = ""  # it was closed

    @property
    def needs(self) -> str:
        """Give the skill that the case needs."""
        return self.escalated_to or self.skill

    def open_promise(self) -> Promise | None:
        """Give the promise that is waited for; there is one at most."""
        return next((one for one in self.promises if one.state == STATE_OPEN), None)

    def broken(self) -> int:
        """Give how many promises of the case were broken."""
        return sum(one.state == BROKEN for one in self.promises)

    def held_by(self, now: datetime) -> str:
        """Give who holds the case at an instant, "" for nobody."""
        return self.claim.actor if self.claim is not None and self.claim.until > instant_text(now) else ""


_OF_ITS_OWN: Final = frozenset(("because", "told", "arm", "propensity_ppm"))
"""What the body of an assessment says that is no field of a case as it stands."""


def cases_of(filings: Iterable[Filing]) -> dict[str, Case]:
    """Give every case of a customer by id, oldest first.

    An assessment says everything that an assessment says, so of several only the last is read, and of follow-ups too.
    """
    found: dict[str, Case] = {}
    last = ""
    assessed: dict[str, Filing] = {}
    followed: dict[str, Filing] = {}
    for filing in filings:
        kind, subject = filing.kind, filing.subject
        if kind not in KINDS:
            continue
        if kind == OPENED:
            last = subject
            found[last] = _opened(filing, read_body(filing))
        elif kind.startswith("promise.") and last:
            found[last] = _promised(found[last], filing)
        elif subject not in found:
            continue
        elif kind == MOVED:
            assessed[subject] = filing
        elif kind == FOLLOWED:
            followed[subject] = filing
        else:
            # A case that is closed has no follow-up any more, and keeps the reason of the last.
            if kind == CLOSED and subject in followed:
                found[subject] = _moved(found[subject], followed.pop(subject))
            found[subject] = _moved(found[subject], filing)
    for late in (assessed, followed):
        for subject, filing in late.items():
            found[subject] = _moved(found[subject], filing)
    return found


def case_of(filings: Iterable[Filing]) -> Case | None:
    """Give the case that is open, None where none is."""
    return next((one for one in cases_of(filings).values() if one.state == STATE_OPEN), None)


def find_case(book: Book) -> Case | Refused:
    """Give the open case of the book's customer; refuses case_not_open."""
    return case_of(book.filings) or Refused("case_not_open", "", f"customer {book.customer_id}")


def find_promise(case: Case, promise_id: str) -> Promise | Refused:
    """Give an open promise of a case; refuses promise_unknown, promise_over."""
    found = next((one for one in case.promises if one.promise_id == promise_id), None)
    if found is None:
        return Refused("promise_unknown", "", f"{promise_id} of {case.case_id}")
    return found if found.state == STATE_OPEN else Refused("promise_over", "", f"{promise_id} is {found.state}")


def day_of(at: datetime) -> int:
    """Give the day in China of an instant, by which promises and follow-ups begin and end."""
    return (at - DAY_BEGINS).toordinal()


def waited_for(filings: Iterable[Filing], day: int) -> Promise | None:
    """Give the promise for whose sake nobody asks for money on a day, None where nothing was promised or its time is over."""
    case = case_of(filings)
    promise = case.open_promise() if case is not None else None
    return promise if promise is not None and day <= promise.waits_until else None


def _opened(filing: Filing, said: dict[str, Any]) -> Case:
    case = Case(filing.subject, filing.on, STATE_OPEN, "", "", 0, 0, "", "", said["arm"], "", False, (), 0)
    return assessed_as(case._replace(propensity_ppm=said["propensity_ppm"]), said)


def assessed_as(case: Case, said: dict[str, Any]) -> Case:
    """Give a case as an assessment says that it stands."""
    plain = {name: value for name, value in said.items() if name not in _OF_ITS_OWN}
    return case._replace(because=tuple(said["because"]), told=(said["told"][0], said["told"][1]), **plain)


def _moved(case: Case, filing: Filing) -> Case:
    said = read_body(filing)
    if filing.kind == MOVED:
        return assessed_as(case, said)
    if filing.kind == CLAIMED:
        return case._replace(claim=Claim(filing.actor, said["until"]), assigned_to=filing.actor)
    if filing.kind == RELEASED:
        return case._replace(claim=None, assigned_to="")
    if filing.kind == FOLLOWED:
        return case._replace(follow_up_on=said["due_on"], follow_up_reason=said["reason"])
    if filing.kind == ESCALATED:
        return case._replace(escalated_to=said["skill"], claim=None, assigned_to="")
    if filing.kind == CLOSED:
        return case._replace(state=STATE_CLOSED, closed_on=filing.on, why=said["why"], claim=None, assigned_to="", follow_up_on=0)
    return case


def _promised(case: Case, filing: Filing) -> Case:
    said = read_body(filing)
    if filing.kind == MADE:
        promise = Promise(
            filing.subject,
            filing.on,
            said["currency"],
            said["amount_minor"],
            said["due_on"],
            said["channel"],
            STATE_OPEN,
            0,
            said["waits_until"],
            said["expected_ppm"],
            tuple((loan_id, count) for loan_id, count in said["counts"]),
            said["contact_id"],
        )
        return case._replace(promises=(*case.promises, promise))
    ended = tuple(
        one._replace(state=ENDS[filing.kind], paid_minor=said["paid_minor"]) if one.promise_id == filing.subject else one
        for one in case.promises
    )
    return case._replace(promises=ended)
