"""Entering: people come to the house by real applications, a day's in bulk: consent, evidence, decision, review, costs, lesson, signature.

The house never sees the hidden type of anybody: it sees what the sources of the sandbox show, and decides by its own models and tables.
Who is declined, or is left waiting, stays without a line.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from plimsoll.app.database.sheet import Want
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, Wiring
from plimsoll.app.execute_many import RowOutcome, execute_many
from plimsoll.app.gather import evidence_command
from plimsoll.app.kit import kits_of, wiring_with
from plimsoll.app.sources.port import Request
from plimsoll.app.sources.sandbox import NAMES, SandboxSource, sandbox
from plimsoll.app.sources.truth import Truth
from plimsoll.origination.accept_offer import AcceptOffer, disclosed
from plimsoll.origination.application import APPROVE, COUNTER, DECLINE, KINDS, REFER, Application, Offer, fold_applications
from plimsoll.origination.apply import Apply
from plimsoll.origination.claim_review import ClaimReview
from plimsoll.origination.decide_application import DecideApplication
from plimsoll.origination.review import Review
from plimsoll.protection.confirm_disclosure import ConfirmDisclosure
from plimsoll.protection.grant_consent import GrantConsent
from plimsoll.protection.show_disclosure import ShowDisclosure
from plimsoll.protection.take_lesson import TakeLesson
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.open_account import PAY_LATER, OpenAccount
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.servicing.open_line import CASH_LINE
from plimsoll.simulator.borrowers import chance
from plimsoll.simulator.diary import Commands
from plimsoll.simulator.people import Person
from plimsoll.simulator.truth_of import truth_of
from plimsoll.units.refusal import Refused

REVIEWERS: Final = ("demo-reviewer-1", "demo-reviewer-2", "demo-reviewer-3")
"""Who looks at what the engine refers; each has a share of the customers."""
ENGINE: Final = "demo-engine"
PURPOSES: Final = ("daily_needs", "appliances", "electronics", "renovation", "travel", "education", "medical", "other")
STEP: Final = timedelta(minutes=1)
READING: Final = timedelta(seconds=20)
DEBITED, REPORTED = "debit", "reporting"
AGREES_TO_REPORTS: Final = 0.3
"""Share of those who sign that has agreed to be reported to the credit bureau; of the others nothing is told."""
STAGES: Final = ("applied", APPROVE, COUNTER, REFER, DECLINE, "reviewed: granted", "reviewed: declined", "signed")
DOUBTED: Final = ("e", "f")
"""Grades of risk at which a reviewer of the demo lends to nobody whom the engine would not take by itself."""
HARD: Final = ("RING", "DEVICE_SHARED", "ID_MISMATCH", "PHONE_INVALID", "CARD_MISMATCH", "WATCH_LIST")
"""What a reviewer of the demo never lends on."""


@dataclass(slots=True)
class Door:
    """The door of the house: what it decides by, and what came of everybody who knocked."""

    rules: Rules
    seed: int
    wiring: Wiring
    sources: tuple[SandboxSource, ...]
    truths: dict[int, Truth]
    reported: set[int] = field(default_factory=set)
    """Who agreed to be reported to the credit bureau."""
    funnel: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


def open_door(store: Store, rules: Rules, seed: int) -> Door:
    """Give the door of a book."""
    truths: dict[int, Truth] = {}
    return Door(rules, seed, wiring_with(kits_of(store, rules)), sandbox(seed, truths.get), truths)


@dataclass(slots=True)
class Round:
    """One step of everybody who is still on the way: commands given together at one instant."""

    store: Store
    door: Door
    actor: str
    now: datetime
    commands: list[Any] = field(default_factory=list)
    outcomes: list[tuple[Any, RowOutcome]] = field(default_factory=list)

    def give(self, commands: Commands, actor: str = "") -> list[RowOutcome]:
        """Execute commands and note what became of them; a minute goes by."""
        wiring, rules = self.door.wiring, self.door.rules
        outcomes = list(execute_many(self.store, wiring, commands, actor=actor or self.actor, now=self.now, rules=rules))
        self.outcomes += zip(commands, outcomes, strict=True)
        self.now += STEP
        return outcomes


def enter(store: Store, door: Door, people: Sequence[Person], day: int, morning: datetime, actor: str) -> list[tuple[Any, RowOutcome]]:
    """Let people apply on a day; who signs has a line with an account, as offered. Give every command with its outcome."""
    on, turn = date.fromordinal(day), Round(store, door, actor, morning)
    if not people:
        return []
    for person in people:
        door.truths[person.customer_id] = truth_of(person, door.seed)
    door.funnel["applied"] += len(people)
    turn.give([command for person in people for command in arrive(door, person, on, morning)])
    offers = _decide(turn, people, on)
    _sign(turn, [(person, offers[person.customer_id]) for person in people if person.customer_id in offers], on)
    return turn.outcomes


def arrive(door: Door, person: Person, on: date, now: datetime) -> Commands:
    """Give what somebody does who comes: a file, consent to every source, an application; and what the sources answer."""
    customer_id = person.customer_id
    commands: Commands = [OpenCustomer(person.next_key(), customer_id, on)]
    for source in NAMES:
        notice = door.rules.purposes[source].notice(on)
        assert notice is not None, f"{source} has a notice on every day"
        commands.append(GrantConsent(person.next_key(), customer_id, on, source, notice.version))
    purpose = PURPOSES[customer_id % len(PURPOSES)]
    wish_minor = person.limit_minor
    commands.append(Apply(person.next_key(), customer_id, on, _named(person), CASH_LINE, wish_minor, "CNY", purpose, 12, PAY_LATER))
    request = Request(customer_id, on)
    commands += [evidence_command(request, _named(person), source.name, source.fetch(request, now)) for source in door.sources]
    return commands


def _decide(turn: Round, people: Sequence[Person], on: date) -> dict[int, Offer]:
    """Let the engine decide, and reviewers where it refers; give the offers that stand, by customer."""
    door = turn.door
    outcomes = turn.give([DecideApplication(person.next_key(), person.customer_id, on, _named(person)) for person in people], ENGINE)
    told = {person.customer_id: _told(outcome) for person, outcome in zip(people, outcomes, strict=True)}
    referred = []
    for person in people:
        said = told[person.customer_id]
        door.funnel[said.get("outcome", "refused")] += 1
        door.reasons.update(said.get("reasons", ()))
        if said.get("outcome") == REFER:
            referred.append(person)
    _review(turn, referred, told, on)
    found = _applications(turn.store, [person.customer_id for person in people], on)
    return {customer_id: one.offer for customer_id, one in found.items() if one.offer is not None and one.state == "offered"}


def _review(turn: Round, referred: Sequence[Person], told: dict[int, dict[str, Any]], on: date) -> None:
    """Let reviewers look at what was referred: they grant what the engine suggests, unless something is wrong with who applies."""
    found = _applications(turn.store, [person.customer_id for person in referred], on)
    for reviewer in REVIEWERS:
        mine = [person for person in referred if REVIEWERS[person.customer_id % len(REVIEWERS)] == reviewer]
        turn.give([ClaimReview(person.next_key(), person.customer_id, on, _named(person)) for person in mine], reviewer)
        reviews = [_opinion(person, found[person.customer_id], told[person.customer_id]["reasons"], on) for person in mine]
        for outcome in turn.give(reviews, reviewer):
            state = _told(outcome).get("state", "")
            turn.door.funnel["reviewed: granted" if state == "offered" else "reviewed: declined"] += 1


def _opinion(person: Person, found: Application, reasons: Sequence[str], on: date) -> Review:
    """Give what a reviewer decides on a case."""
    suggested = found.suggested
    is_granted = suggested is not None and found.leaning in (APPROVE, COUNTER) and not set(reasons) & set(HARD)
    is_granted = is_granted and suggested is not None and suggested.grade not in DOUBTED
    is_same = is_granted == (found.leaning in (APPROVE, COUNTER))
    why = " ".join(reasons) or "EVIDENCE_MISSING"
    differs = "" if is_same else "too much speaks against it for this grade of risk"
    outcome = APPROVE if is_granted else DECLINE
    return Review(person.next_key(), person.customer_id, on, _named(person), outcome, "chief", "CNY", why, differs)


def _sign(turn: Round, offered: Sequence[tuple[Person, Offer]], on: date) -> None:
    """Have the costs read and the lesson taken, and sign; the line is the person's then, with an account where it opens one."""
    rules = turn.door.rules
    shows = [_show(person, offer, on, rules) for person, offer in offered]
    shown = turn.give(shows)
    turn.now += READING
    commands: Commands = []
    for (person, offer), outcome in zip(offered, shown, strict=True):
        words = person.customer_id, on
        digest = _told(outcome).get("disclosure")
        if digest:
            commands.append(ConfirmDisclosure(person.next_key(), *words, digest))
        commands += _learn(person, on, rules)
        commands.append(
            AcceptOffer(person.next_key(), *words, _named(person), offer.limit_minor, offer.currency, offer.rate, offer.instalments)
        )
        if person.has_autopay:
            commands.append(_agree(person, DEBITED, on, rules))
        if agrees_to_reports(turn.door, person):
            commands.append(_agree(person, REPORTED, on, rules))
        if offer.later_product:
            commands.append(OpenAccount(person.next_key(), *words, person.account_id, offer.currency, person.due_day))
    signed = {
        command.customer_id
        for command, outcome in zip(commands, turn.give(commands), strict=True)
        if isinstance(command, AcceptOffer) and isinstance(outcome, Answer)
    }
    for person, offer in offered:
        if person.customer_id in signed:
            turn.door.funnel["signed"] += 1
            take_in(person, offer)
            if agrees_to_reports(turn.door, person):
                turn.door.reported.add(person.customer_id)


def agrees_to_reports(door: Door, person: Person) -> bool:
    """Tell whether somebody agrees to be reported to the credit bureau."""
    return chance(door.seed, person.customer_id, REPORTED) < AGREES_TO_REPORTS


def _agree(person: Person, purpose: str, on: date, rules: Rules) -> GrantConsent:
    """Let somebody agree to a purpose of its own: to be debited, or to be reported."""
    notice = rules.purposes[purpose].notice(on)
    assert notice is not None, f"there is a notice about {purpose} on every day"
    return GrantConsent(f"{purpose}-{person.customer_id}", person.customer_id, on, purpose, notice.version)


def take_in(person: Person, offer: Offer) -> None:
    """Let a person know what was signed: limits, the price, and the most of a first draw."""
    person.is_in = True
    person.limit_minor = offer.limit_minor
    person.cash_limit_minor, person.later_limit_minor = offer.cash_limit_minor, offer.later_limit_minor
    person.rate, person.first_draw_minor, person.term = offer.rate, offer.loan_minor, offer.instalments


def _show(person: Person, offer: Offer, on: date, rules: Rules) -> ShowDisclosure:
    version = rules.product(offer.product, on)
    assert not isinstance(version, Refused), "it was offered"
    ask = disclosed(offer, version, on)
    return ShowDisclosure(
        person.next_key(), person.customer_id, on, ask.about, ask.product, ask.amount_minor, ask.currency, ask.instalments, ask.rate,
        ask.repayment, ask.limit_minor,
    )  # fmt: skip


def _learn(person: Person, on: date, rules: Rules) -> Commands:
    """Give the lesson that stands before a first draw, answered right; nothing on days on which none does."""
    version = rules.product(CASH_LINE, on)
    assert not isinstance(version, Refused), "it is offered"
    name = rules.value("POLICY.GATE.LESSON", on, version.licence)
    if name is None:
        return []
    taught = rules.lessons[str(name)].at(on)
    assert taught is not None, "the gate names a lesson that is in force"
    answers = "".join(question.right for question in taught.questions)
    return [TakeLesson(person.next_key(), person.customer_id, on, str(name), taught.version, answers)]


def _applications(store: Store, customers: Iterable[int], on: date) -> dict[int, Application]:
    """Give the application of each customer as it stands."""
    wants = [Want(customer_id, kinds=tuple(sorted(KINDS))) for customer_id in customers]
    if not wants:
        return {}
    with store.transaction() as transaction:
        sheets = transaction.take([], wants).sheets
    found: dict[int, Application] = {}
    for want in wants:
        for one in fold_applications(sheets[want.customer_id].book(want).filings, on.toordinal()).values():
            found[want.customer_id] = one
    return found


def _named(person: Person) -> str:
    return f"demo-{person.customer_id}"


def _told(outcome: RowOutcome) -> dict[str, Any]:
    """Give what was answered; {} where nothing was."""
    found: dict[str, Any] = json.loads(outcome.text) if isinstance(outcome, Answer) else {}
    return found
