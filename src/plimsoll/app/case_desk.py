"""The collectors' desk over a book: the queue in the order in which it is worked, the next case for somebody, and one case as a whole.

What is due by now (a promise whose time is over, a follow-up) comes before everything else; then what a contact is worth most for. A case
that is handed out is looked at first: a promise that can be settled is settled, and a customer who has paid leaves the queue.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from plimsoll.app.business_day import At
from plimsoll.app.database.sheet import Want
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import Work, filings_on, work, work_due, work_not_due
from plimsoll.app.posting import load_facts, want_of
from plimsoll.app.wiring import WIRING
from plimsoll.app.zones import zone_of
from plimsoll.collections.assess import is_resting
from plimsoll.collections.budget import Asked, Budget, budgets
from plimsoll.collections.case import CANCELLED, ENDS, MADE, QUEUE, Case, case_of, cases_of
from plimsoll.collections.case import CLAIMED as CLAIM_FILED
from plimsoll.collections.case_policy import capacity, promise_policy
from plimsoll.collections.claim_case import ClaimCase
from plimsoll.collections.close_case import CloseCase
from plimsoll.collections.contact import known_of
from plimsoll.collections.contact_rules import CALL, CHANNELS, country_rules
from plimsoll.collections.debt import Debt, debt_of
from plimsoll.collections.move_case import READS as READS_TO_MOVE
from plimsoll.collections.move_case import MoveCase, looked_at
from plimsoll.collections.next_action import CLOSE, Next, allowed_actions, next_action
from plimsoll.collections.queue import CLAIMED, OPEN, WAITING, is_for_people, note_of, skill_of, wait_of
from plimsoll.collections.reminded import zone_of as zone_filed
from plimsoll.collections.settle_promise import SettlePromise
from plimsoll.collections.timeline import Event, timeline
from plimsoll.loan.book import Book
from plimsoll.loan.filing import Filing, instant_text, read_body
from plimsoll.risk.limitation import Limitation, limitations
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.script import load as load_scripts
from plimsoll.units.money import spoken
from plimsoll.units.refusal import Refused

DUE, WORTH, HELD, WAITS = "due", "worth", "held", "waits"
RANKS: Final = (DUE, WORTH, HELD, WAITS)
PAGE: Final = 200
PAGES: Final = (PAGE, 100 * PAGE)
"""How far down the queue one looks for a case that suits: seldom farther than the first page."""
ZONE_USUAL: Final = "Asia/Shanghai"
LENDER: Final = "lender"
LAST_DAY: Final = date.max.toordinal()


class Row(NamedTuple):
    """A row of the queue, and why it stands where it does: due by now, by its worth, held by somebody, or waiting."""

    rank: str
    work: Work


@dataclass(frozen=True, slots=True)
class Collector:
    """Who asks for a case, and with which skills: none told is any. `name` is what they go by in a call, "" for that of the actor."""

    actor: str
    skills: frozenset[str] = frozenset()
    name: str = ""


class Promised(NamedTuple):
    """A promise that is open, with its customer."""

    customer_id: int
    promise_id: str
    due_on: int
    amount_minor: int
    currency: str
    expected_ppm: int


class Record(NamedTuple):
    """Promises of some days that are over: by what became of them how many, and the amounts promised and paid, in minor units.

    What came beyond a promise makes up for no other; one that was called off counts for neither amount.
    """

    counts: dict[str, int]
    promised_minor: int
    paid_minor: int


class Shown(NamedTuple):
    """One customer's case as a whole, at an instant. `script` are the texts by part, `budget` what the gate leaves.

    `limitation` tells of each loan on which it runs until when the debt can be sued for.
    """

    book: Book
    case: Case
    debt: Debt
    next: Next
    script: dict[str, str]
    allowed: tuple[str, ...]
    budget: tuple[Budget, ...]
    timeline: tuple[Event, ...]
    limitation: tuple[tuple[int, Limitation], ...] = ()


def listed(store: Store, at: At, *, limit: int = PAGE, ranks: Collection[str] = RANKS) -> list[Row]:
    """Give the queue in the order in which it is worked; at most `limit` rows of each rank."""
    now, today = instant_text(at.now), instant_text(at.by_day)
    due = [*_ran_out(store, now, limit), *work_due(store, QUEUE, OPEN, today, limit), *work_due(store, QUEUE, WAITING, today, limit)]
    due.sort(key=lambda one: (-one.item.priority, one.item.due_at, one.customer_id))
    by_rank = {
        DUE: due[:limit],
        WORTH: work_not_due(store, QUEUE, OPEN, today, limit),
        HELD: [one for one in work(store, QUEUE, CLAIMED, limit=limit) if one.item.due_at > now],
        WAITS: work_not_due(store, QUEUE, WAITING, today, limit),
    }
    return [Row(rank, one) for rank in RANKS if rank in ranks for one in by_rank[rank]]


def _ran_out(store: Store, at: str, limit: int) -> list[Work]:
    """Give the cases that somebody held for too long: they are anybody's again."""
    return work_due(store, QUEUE, CLAIMED, at, limit)


def take_next(store: Store, collector: Collector, at: At, rules: Rules) -> int | Refused | None:
    """Claim the next case for a collector and give its customer; None where nothing waits that the collector can take.

    Cases that a message or a machine's call is for are left out, unless a promise or a person's follow-up is due.
    Refuses collector_at_capacity (too many are held, or were taken today), and what executing a command refuses of the store.
    """
    refused = _refuse_capacity(store, collector.actor, at, rules)
    if refused is not None:
        return refused
    tried: set[int] = set()
    for limit in PAGES:
        rows = listed(store, at, limit=limit, ranks=(DUE, WORTH))
        for row in rows:
            customer_id = row.work.customer_id
            if customer_id not in tried and _suits(row, collector) and _take(store, customer_id, collector, at, rules):
                return customer_id
            tried.add(customer_id)
        if len(rows) < limit:
            break
    return None


def suggest_next(store: Store, collector: Collector, at: At, rules: Rules, sees: Callable[[int], bool]) -> int | Refused | None:
    """Give the customer of the case that comes next for a collector, of those they see; None where none waits. Nothing is claimed.

    A case whose follow-up or promise has come due is among them, and one that somebody held for too long; one on which nothing is late
    is not. Refuses collector_at_capacity.
    """
    refused = _refuse_capacity(store, collector.actor, at, rules)
    if refused is not None:
        return refused
    for row in listed(store, at, ranks=(DUE, WORTH)):
        customer_id = row.work.customer_id
        if not _suits(row, collector) or not sees(customer_id):
            continue
        if debt_of(read_book(store, customer_id, collector.actor, at.now), at.today).late_minor:
            return customer_id
    return None


def _suits(row: Row, collector: Collector) -> bool:
    """Tell whether a case is for a person, and for one with such skills."""
    item = row.work.item
    if collector.skills and skill_of(item) not in collector.skills:
        return False
    return is_for_people(item)


def _refuse_capacity(store: Store, actor: str, at: At, rules: Rules) -> Refused | None:
    most, now = capacity(rules, at.today), instant_text(at.now)
    held = sum(one.item.due_at > now for one in work(store, QUEUE, CLAIMED, assigned_to=actor, limit=most.held + PAGE))
    if held >= most.held:
        return Refused("collector_at_capacity", "POLICY.CASE.CAPACITY", f"{actor} holds {held}, at most {most.held}")
    taken = len({customer for customer, filing in filings_on(store, CLAIM_FILED, at.today.toordinal()) if filing.actor == actor})
    if taken >= most.day:
        return Refused("collector_at_capacity", "POLICY.CASE.CAPACITY", f"{actor} took {taken} today, at most {most.day}")
    return None


def _take(store: Store, customer_id: int, collector: Collector, at: At, rules: Rules) -> bool:
    """Look at a case, and claim it where there is something to collect and nothing stops all contact; whoever was quicker has it."""
    now, on = at
    book = read_book(store, customer_id, collector.actor, now)
    case = case_of(book.filings)
    if case is None:
        return False
    for command in _tidied(book, case, on):
        execute(store, WIRING, command, actor=collector.actor, now=now, rules=rules)
    if debt_of(book, on).late_minor == 0 or all(one.rule and one.until is None for one in _left(book, now, rules)):
        return False
    key = f"desk-claim-{collector.actor}-{customer_id}-{case.case_id}-{instant_text(now)}"
    command = ClaimCase(key, customer_id, on, tuple(sorted(collector.skills)))
    return isinstance(execute(store, WIRING, command, actor=collector.actor, now=now, rules=rules), Answer)


def _tidied(book: Book, case: Case, on: date) -> Iterator[Any]:
    """Give what is to be done before a case is handed out: settle a promise whose time is over, close what was paid, else look again."""
    promise = case.open_promise()
    name = f"desk-{book.customer_id}-{case.case_id}"
    if promise is not None:
        yield SettlePromise(f"{name}-{promise.promise_id}-{on}", book.customer_id, on, promise.promise_id)
    if debt_of(book, on).late_minor == 0:
        yield CloseCase(f"{name}-close-{on}", book.customer_id, on)
    else:
        yield MoveCase(f"{name}-move-{on}", book.customer_id, on)


def promises(store: Store, since: int, through: int) -> tuple[list[Promised], dict[str, Record]]:
    """Give the promises made on some days that are open, by due day, and by currency the record of those that are over."""
    made: dict[tuple[int, str], tuple[Filing, dict[str, Any]]] = {}
    for customer_id, filing in filings_on(store, MADE, since, through):
        made[customer_id, filing.subject] = filing, read_body(filing)
    record: dict[str, Record] = {}
    for kind, state in ENDS.items():
        for customer_id, filing in filings_on(store, kind, since, LAST_DAY):
            found = made.pop((customer_id, filing.subject), None)
            if found is not None:
                said = found[1]
                was = record.get(said["currency"], Record({}, 0, 0))
                counts = was.counts | {state: was.counts.get(state, 0) + 1}
                asked = said["amount_minor"] if state != CANCELLED else 0
                paid = min(read_body(filing)["paid_minor"], asked)
                record[said["currency"]] = Record(counts, was.promised_minor + asked, was.paid_minor + paid)
    waiting = [
        Promised(customer_id, promise_id, said["due_on"], said["amount_minor"], said["currency"], said["expected_ppm"])
        for (customer_id, promise_id), (_, said) in made.items()
    ]
    return sorted(waiting, key=lambda one: (one.due_on, -one.amount_minor, one.customer_id)), record


def read_book(store: Store, customer_id: int, actor: str, now: datetime) -> Book:
    """Give everything that the book of record holds of one customer: every loan with its facts, and the whole file. Nothing is changed."""
    want = Want(customer_id, with_facts=True, kinds=(), is_every=True)
    with store.transaction() as transaction:
        sheet = transaction.look_one("", want).sheets[customer_id]
        load_facts(sheet, want, transaction.facts)
    return sheet.book(want, actor, now)


def notes(store: Store, customers: Iterable[int], at: At, rules: Rules) -> dict[int, str]:
    """Give the line of the queue of customers' open cases as the policy of today sees them. Rows read: the files of these customers."""
    found: dict[int, str] = {}
    books, known = {}, dict.fromkeys(customers)
    if not known:
        return found
    with store.transaction() as transaction:  # one for all: on SQLite each waits for its turn to write
        for customer_id in known:
            want = want_of(MoveCase("", customer_id, at.today), READS_TO_MOVE)
            books[customer_id] = transaction.look_one("", want).sheets[customer_id].book(want, "", at.now)
    for customer_id, book in books.items():
        case = case_of(book.filings)
        if case is not None:
            case = looked_at(book, case, rules, at.today)
            case = case if case.late_minor else case._replace(treatment=CLOSE)
            found[customer_id] = note_of(case, wait_of(case))
    return found


def _left(book: Book, now: datetime, rules: Rules) -> tuple[Budget, ...]:
    """Give what the gate leaves of each channel, by the law of the lender's country and the customer's own clock."""
    name = rules.licences[rules.lender.licence].country
    zone = zone_of(zone_filed(book.filings) or ZONE_USUAL)
    country = country_rules(rules, name, with_policy=True)
    return budgets(known_of(book, [country]), Asked(now, zone, name, LENDER), country, CHANNELS)


def shown(store: Store, customer_id: int, collector: Collector, at: At, rules: Rules, language: str = "en") -> Shown | Refused:
    """Give a customer's case as it stands: the open one as the policy of today sees it, else the last. What was decided when stays in its
    timeline. Refuses customer_unknown, case_not_open (never).
    """
    book = read_book(store, customer_id, collector.actor, at.now)
    if not book.opened_on:
        return Refused("customer_unknown", "", f"customer {customer_id}")
    cases = cases_of(book.filings)
    if not cases:
        return Refused("case_not_open", "", f"customer {customer_id}")
    on = at.today
    case = looked_at(book, case_of(book.filings) or list(cases.values())[-1], rules, on)
    debt, left = debt_of(book, on), _left(book, at.now, rules)
    is_cured = debt.late_minor == 0
    action = next_action(case, left, on.toordinal(), is_cured=is_cured)
    parts = {
        "caller": collector.name or collector.actor,
        "lender": rules.lender.name[language],
        "amount": spoken(debt.late_minor, debt.currency, language) if debt.currency else "",
        "days": str(debt.days),
    }
    script = load_scripts().filled(action.script, on, language, parts, is_machine=action.channel not in ("", CALL))
    most = promise_policy(rules, on).broken
    allowed = allowed_actions(case, left, broken_most=most, is_resting=is_resting(book.filings), is_cured=is_cured)
    events = timeline(book.filings, book.loans, case.opened_on)
    return Shown(book, case, debt, action, script, allowed, left, events, limitations(book.loans, book.filings, on, rules))
