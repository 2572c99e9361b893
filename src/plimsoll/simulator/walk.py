"""One made-up applicant from consent to signed draw, step by step by the same commands as everybody's; each step is told as it happens."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select

from plimsoll.app.database.schema import customer
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, Wiring, execute
from plimsoll.app.file import filings_of, work_on
from plimsoll.app.gather import Blind, Desk, Gathered, gather
from plimsoll.app.kit import kits_of, wiring_with
from plimsoll.app.replay_decision import decisions_of, underwrite_again
from plimsoll.app.sources.persona import PERSONAS
from plimsoll.app.sources.port import Person, Request
from plimsoll.app.sources.sandbox import NAMES, sandbox
from plimsoll.app.watching.evidence import suspended
from plimsoll.origination.accept_offer import AcceptOffer, disclosed
from plimsoll.origination.application import APPROVE, COUNTER, REFER, Offer, find_application
from plimsoll.origination.apply import Apply
from plimsoll.origination.claim_review import ClaimReview
from plimsoll.origination.decide_application import DecideApplication
from plimsoll.origination.explain import explain
from plimsoll.origination.queue import KIND
from plimsoll.origination.review import Review
from plimsoll.origination.underwrite import Underwritten
from plimsoll.protection.confirm_disclosure import ConfirmDisclosure
from plimsoll.protection.grant_consent import GrantConsent
from plimsoll.protection.show_disclosure import ShowDisclosure
from plimsoll.protection.take_lesson import TakeLesson
from plimsoll.risk.disclose import DRAW, Ask, Row, rows, table_of
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.simulator.documents import make_person
from plimsoll.units.refusal import Refused

APPLICANT, REVIEWER, ENGINE = "applicant", "reviewer", "engine"
STARTS: Final = time(9, tzinfo=UTC)
READING: Final = timedelta(seconds=20)
LOANS_PER_CUSTOMER: Final = 1000


class Fate(NamedTuple):
    """A persona of the sandbox by the last places of the document, and what a reviewer does with the case ("" leaves it waiting)."""

    suffix: str
    reviewer: str = ""


FATES: Final[Mapping[str, Fate]] = {
    "approve": Fate("0001"),
    "thin": Fate("0002"),
    "over-extended": Fate("0003"),
    "review": Fate("0004", "approve"),
    "ring": Fate("0005", "decline"),
    "watch-list": Fate("0006"),
    "deceased": Fate("0007"),
    "hardship": Fate("0008"),
    "bureau-down": Fate("0009"),
}


class Wish(NamedTuple):
    """What the applicant wants. Amounts in minor units; `also` is another product to open on the same line, "" for none."""

    persona: str
    product: str
    currency: str
    amount_minor: int
    instalments: int
    purpose: str
    on: date
    language: str
    also: str = ""


class Told(NamedTuple):
    """One step that was taken: its name, and what there is to show of it."""

    step: str
    shown: Any


@dataclass(slots=True)
class Walker:
    """Somebody on the way to a loan: the book, the rules, and the clock of the walk."""

    store: Store
    rules: Rules
    wish: Wish
    wiring: Wiring
    customer_id: int
    now: datetime
    blind: Blind | None
    commands: int = 0

    @property
    def application_id(self) -> str:
        """Give the id of the application."""
        return f"walk-{self.customer_id}"

    def key(self) -> str:
        """Give a key for the next command."""
        self.commands += 1
        return f"{self.application_id}:{self.commands}"

    def do(self, command: Any, actor: str = APPLICANT) -> dict[str, Any] | Refused:
        """Execute a command now; give its answer, or why not."""
        outcome = execute(self.store, self.wiring, command, actor=actor, now=self.now, rules=self.rules)
        return json.loads(outcome.text) if isinstance(outcome, Answer) else outcome

    def words(self) -> tuple[str, int, date]:
        """Give what every command begins with: a key, the customer, the day."""
        return self.key(), self.customer_id, self.wish.on


def start(store: Store, rules: Rules, wish: Wish, blind: Blind | None = None) -> Walker:
    """Put a made-up person at the door: a customer number that nobody has yet, at nine in the morning of the day."""
    with store.engine.connect() as connection:
        last = connection.scalar(select(func.max(customer.c.customer_id))) or 0
    return Walker(store, rules, wish, wiring_with(kits_of(store, rules)), last + 1, datetime.combine(wish.on, STARTS), blind)


def person_of(walker: Walker) -> Person:
    """Give who the applicant says to be: made up, with a document that the sandbox knows the persona by."""
    fate = FATES[walker.wish.persona]
    chance = Random(f"walk:{walker.customer_id}")  # noqa: S311 -- a person who is made up
    return make_person(PERSONAS[fate.suffix].truth.age_years, walker.wish.on, chance, fate.suffix)


def walk(walker: Walker) -> Iterator[Told]:
    """Go from consent as far as it goes, and tell every step; a refusal is told and ends the way."""
    yield Told("applicant", person_of(walker))
    for step in (_consent, _apply, _evidence):
        told = step(walker)
        yield told
        if isinstance(told.shown, Refused):
            return
    decided = _decide(walker)
    yield Told("decision", decided)
    if isinstance(decided, Refused):
        return
    yield Told("explanation", explain(decided))
    outcome = decided.outcome
    if outcome == REFER:
        yield Told("queue", work_on(walker.store, KIND, walker.customer_id, walker.application_id))
        reviewed = _review(walker, decided)
        if reviewed is None:
            return
        yield Told("review", reviewed)
        outcome = reviewed["state"] if not isinstance(reviewed, Refused) else ""
    if outcome in (APPROVE, COUNTER, "offered"):
        yield from _sign(walker)


def _consent(walker: Walker) -> Told:
    """Open the file, and agree to every source, one by one."""
    opened = walker.do(OpenCustomer(*walker.words()))
    if isinstance(opened, Refused):
        return Told("consent", opened)
    given = []
    for source in NAMES:
        notice = walker.rules.purposes[source].notice(walker.wish.on)
        assert notice is not None, f"{source} has a notice on every day"
        answer = walker.do(GrantConsent(*walker.words(), source, notice.version, walker.wish.language))
        if isinstance(answer, Refused):
            return Told("consent", answer)
        given.append((walker.rules.purposes[source].title, notice.version))
    return Told("consent", given)


def _apply(walker: Walker) -> Told:
    wish = walker.wish
    said = Apply(
        *walker.words(), walker.application_id, wish.product, wish.amount_minor, wish.currency, wish.purpose, wish.instalments, wish.also
    )
    return Told("application", walker.do(said))


def _evidence(walker: Walker) -> Told:
    """Ask every source; what one answers is on record before the next step."""
    walker.now += timedelta(seconds=5)
    request = Request(walker.customer_id, walker.wish.on, person_of(walker))
    desk = Desk(walker.store, walker.rules, ENGINE, lambda: walker.now, walker.blind)
    sources = sandbox(1, lambda _: None)
    found: list[Gathered] = gather(desk, sources, request, walker.application_id, in_parallel=False)
    return Told("evidence", found)


def _decide(walker: Walker) -> Underwritten | Refused:
    """Let the engine decide, and give the whole decision again from what was put on record."""
    walker.now += timedelta(seconds=5)
    alerts = " ".join(suspended(walker.store))
    answer = walker.do(DecideApplication(*walker.words(), walker.application_id, alerts), ENGINE)
    if isinstance(answer, Refused):
        return answer
    decided = decisions_of(walker.store, walker.application_id)[-1]
    version = walker.rules.product(walker.wish.product, walker.wish.on)
    assert not isinstance(version, Refused), "it was applied for"
    return underwrite_again(walker.store, decided, kits_of(walker.store, walker.rules).on(walker.wish.on, version.licence))


def _review(walker: Walker, decided: Underwritten) -> dict[str, Any] | Refused | None:
    """Let a made-up reviewer claim the case and decide; None where it is left waiting."""
    outcome = FATES[walker.wish.persona].reviewer
    if not outcome or (outcome == APPROVE and decided.suggested is None):
        return None
    walker.now += timedelta(minutes=10)
    claimed = walker.do(ClaimReview(*walker.words(), walker.application_id), REVIEWER)
    if isinstance(claimed, Refused):
        return claimed
    walker.now += timedelta(minutes=4)
    is_same = outcome == APPROVE and decided.leaning in (APPROVE, COUNTER)
    reasons, differs = " ".join(decided.reasons), "" if is_same else "the documents do not belong together"
    words = (walker.application_id, outcome, "senior", walker.wish.currency, reasons, differs)
    answer = walker.do(Review(*walker.words(), *words), REVIEWER)
    return answer if isinstance(answer, Refused) else {**answer, "outcome": outcome, "reasons": list(decided.reasons), "differs": differs}


def _sign(walker: Walker) -> Iterator[Told]:
    """Read the costs, take the lesson, sign, and draw."""
    found = find_application(filings_of(walker.store, walker.customer_id), walker.application_id, walker.wish.on.toordinal())
    assert not isinstance(found, Refused), "it was applied for"
    offer = found.offer
    assert offer is not None, "an offer was made"
    yield Told("offer", offer)
    version = walker.rules.product(offer.product, walker.wish.on)
    assert not isinstance(version, Refused), "it was offered"
    yield Told("disclosure", _read(walker, disclosed(offer, version, walker.wish.on)))
    yield Told("lesson", _learn(walker))
    accepted = AcceptOffer(*walker.words(), walker.application_id, offer.limit_minor, offer.currency, offer.rate, offer.instalments)
    signed = walker.do(accepted)
    yield Told("signed", signed)
    if isinstance(signed, Refused) or not offer.loan_minor:
        return
    yield from _draw(walker, offer)


def _read(walker: Walker, ask: Ask) -> list[Row] | Refused:
    """Have the costs shown, keep them open as long as they must be, and confirm them; give the rows that were shown."""
    language = walker.wish.language
    shown = walker.do(
        ShowDisclosure(
            *walker.words(), ask.about, ask.product, ask.amount_minor, ask.currency, ask.instalments, ask.rate, ask.repayment,
            ask.limit_minor, language=language,
        )
    )  # fmt: skip
    if isinstance(shown, Refused):
        return shown
    walker.now += READING
    read = walker.do(ConfirmDisclosure(*walker.words(), shown["disclosure"]))
    table = table_of(ask, walker.rules)
    if isinstance(read, Refused) or isinstance(table, Refused):
        return read if isinstance(read, Refused) else table  # type: ignore[return-value]  # one of the two is refused
    return rows(table, language)


def _learn(walker: Walker) -> dict[str, Any] | Refused:
    """Take the lesson that stands before a first draw, and answer it right; {} where none does on the day."""
    version = walker.rules.product(walker.wish.product, walker.wish.on)
    assert not isinstance(version, Refused), "it was offered"
    name = walker.rules.value("POLICY.GATE.LESSON", walker.wish.on, version.licence)
    if name is None:
        return {}
    lesson = walker.rules.lessons[str(name)]
    taught = lesson.at(walker.wish.on)
    assert taught is not None, "the gate names a lesson that is in force"
    walker.now += timedelta(minutes=3)
    answers = "".join(question.right for question in taught.questions)
    taken = walker.do(TakeLesson(*walker.words(), str(name), taught.version, answers, walker.wish.language))
    return taken if isinstance(taken, Refused) else {**taken, "title": lesson.title, "questions": taught.questions}


def _draw(walker: Walker, offer: Offer) -> Iterator[Told]:
    """Draw for the first time, as much as may be drawn first; the costs of this very draw are read before."""
    ask = Ask(DRAW, walker.wish.on, offer.cash_product, offer.currency, offer.loan_minor, offer.instalments, offer.rate)
    read = _read(walker, ask)
    if isinstance(read, Refused):
        yield Told("draw", read)
        return
    loan_id = walker.customer_id * LOANS_PER_CUSTOMER + 1
    said = Draw(*walker.words(), loan_id, offer.loan_minor, offer.currency, offer.rate, offer.instalments, product=offer.cash_product)
    drawn = walker.do(said)
    yield Told("draw", drawn if isinstance(drawn, Refused) else {**drawn, "rows": read})
