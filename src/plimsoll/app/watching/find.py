"""Find whom a night of monitoring concerns: what is on file of it, folded, and the loans that moved, each by one statement.

What is read grows with what was ever filed and with what moved that day. The one question that looks at every loan's row, who moved,
is answered by the database and sends nothing of the quiet ones.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, distinct, func, or_, select

from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.loan.book import LINE_OPEN
from plimsoll.loan.layout import CHARGED_OFF, CHARGED_OFF_FACT, OPEN, PAID_OFF, PAUSED, RESCHEDULED
from plimsoll.monitoring.note_signals import LIT, since_of
from plimsoll.monitoring.notice import is_unpaid
from plimsoll.monitoring.raise_warning import OUT_OF_TURN
from plimsoll.monitoring.review_limit import HELP
from plimsoll.risk.credit.sanction import RESTRICT
from plimsoll.risk.load.over_extension import BANDS, CLASSES, FIT
from plimsoll.risk.plan.record import ACCEPTED
from plimsoll.rulebook.lateness import Lateness
from plimsoll.units.pack import unpack

NOTICE, TEMPORARY, PLAN = "limit.notice", "limit.temporary", "plan."
RAISED, RANKED, ENDED = "warning.raised", "warning.ranked", "warning.closed"
OVER, CLASS, TRIGGER, ASSESSED = "over_extension.changed", "class.changed", "class.trigger", "limit.assessed"
STARTED, BROKEN, KEPT, DECIDED = "plan.started", "plan.broken", "plan.kept", "hardship.decided"
LAPSED, CLOSED = "hardship.lapsed", "hardship.closed"
APPLIED, LIFTED = "sanction.applied", "sanction.lifted"
OF_PLANS, OF_WARNINGS = (STARTED, BROKEN, KEPT, DECIDED, LAPSED, CLOSED), (RAISED, RANKED, ENDED)
READ: Final = (NOTICE, TEMPORARY, *OF_PLANS, APPLIED, LIFTED, *OF_WARNINGS, OVER, CLASS, TRIGGER, ASSESSED, LIT)
IN_LIST: Final = 500
EVIDENCE: Final = "evidence"
LOAD_LINE: Final = "load_line"


class Standing(NamedTuple):
    """A warning that stands: since which day, the months it was outside what keeps, whether nothing is done, the chance and why, and
    whether it was raised between two month's ends."""

    since: int
    months_below: int
    is_held_out: bool
    chance_ppm: int
    signals: tuple[str, ...]
    action: str
    is_out_of_turn: bool


class Accepted(NamedTuple):
    """A request for help that was accepted on a day and has come to no plan so far."""

    hardship_id: str
    currency: str
    day: int


class Plan(NamedTuple):
    """A plan that is performed."""

    customer_id: int
    plan_id: str
    loan_id: int


@dataclass(slots=True)
class OnFile:
    """What the files say of what monitoring has done so far, by customer; days are day numbers.

    `notices` are day, action and row of the last notice about a limit, `frozen` the days of freezes that stand, `helped` the days on which
    help was last offered, `run_out` the days on
    which temporary limits end, `places` class and band of over-extension, `classed` the five-class and bucket that are on record of
    loans ("" for one that is normal again, `accepted` the requests for help that wait for a plan,
    `restricted` those whose use is restricted,
    `assessed` the day and state of the last step of a yearly assessment, `noted` since which day each signal of an event is on record.
    """

    notices: dict[int, tuple[int, str, str]] = field(default_factory=dict)
    frozen: dict[int, int] = field(default_factory=dict)
    helped: dict[int, int] = field(default_factory=dict)
    run_out: dict[int, int] = field(default_factory=dict)
    plans: dict[tuple[int, str], Plan] = field(default_factory=dict)
    warnings: dict[int, Standing] = field(default_factory=dict)
    places: dict[int, tuple[str, str]] = field(default_factory=dict)
    classed: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    triggered: dict[int, int] = field(default_factory=dict)
    accepted: dict[int, Accepted] = field(default_factory=dict)
    restricted: set[int] = field(default_factory=set)
    assessed: dict[int, tuple[int, str]] = field(default_factory=dict)
    noted: dict[int, dict[str, int]] = field(default_factory=dict)

    def place(self, customer_id: int) -> tuple[str, str]:
        """Give class and band of over-extension; who is not on record fits, and is calm."""
        return self.places.get(customer_id, (CLASSES[FIT], BANDS[0]))

    def forget(self, customers: set[int]) -> None:
        """Forget some customers."""
        for by_customer in (
            self.notices,
            self.frozen,
            self.helped,
            self.run_out,
            self.warnings,
            self.places,
            self.triggered,
            self.assessed,
            self.accepted,
            self.noted,
        ):
            for one in customers:
                by_customer.pop(one, None)
        self.restricted -= customers
        self.plans = {key: plan for key, plan in self.plans.items() if key[0] not in customers}
        self.classed = {key: found for key, found in self.classed.items() if key[0] not in customers}

    def take(self, customer_id: int, kind: str, subject: str, day: int, text: str) -> None:
        """Take one filing, in the order of a customer's file."""
        if kind == TRIGGER:
            self.triggered[customer_id] = day
            return
        if kind in (DECIDED, LAPSED, CLOSED):
            self._request(customer_id, kind, subject, day, text)
            return
        if kind in (BROKEN, KEPT):
            self.plans.pop((customer_id, subject), None)
            return
        said = json.loads(text)
        if kind == NOTICE:
            self._notice(customer_id, subject, day, said)
        elif kind == TEMPORARY:
            self.run_out[customer_id] = said["until"]
        elif kind == STARTED:
            self.plans[customer_id, subject] = Plan(customer_id, subject, said["loan_id"])
        elif kind in (APPLIED, LIFTED):
            if said["sanction"] == RESTRICT:
                (self.restricted.add if kind == APPLIED else self.restricted.discard)(customer_id)
        elif kind in (OVER, LIT):
            self._noted(customer_id, kind, said)
        elif kind == CLASS:
            last = said["changes"][-1] if said["changes"] else None
            self.classed[customer_id, int(subject)] = ("", "") if last is None else (last["five_class"], last["bucket"])
        elif kind == ASSESSED:
            self.assessed[customer_id] = (day, subject)
        else:
            self._warning(customer_id, kind, day, said)

    def _noted(self, customer_id: int, kind: str, said: dict[str, Any]) -> None:
        if kind == OVER:
            self.places[customer_id] = (said["over_extension"], said["chance_band"])
        else:
            self.noted.setdefault(customer_id, {}).update(since_of(said))

    def _request(self, customer_id: int, kind: str, subject: str, day: int, text: str) -> None:
        """Take what became of a request for help: a decision moves the class, and an acceptance waits for a plan."""
        self.accepted.pop(customer_id, None)
        if kind == DECIDED:
            self.triggered[customer_id] = day
            said = json.loads(text)
            if said["state"] == ACCEPTED:
                self.accepted[customer_id] = Accepted(subject, said["currency"], day)

    def _notice(self, customer_id: int, action: str, day: int, said: dict[str, Any]) -> None:
        if action == HELP:
            self.helped[customer_id] = day
            return
        self.notices[customer_id] = (day, action, said["rule"])
        if action == "freeze":
            self.frozen[customer_id] = day
        elif action == "unfreeze":
            self.frozen.pop(customer_id, None)

    def _warning(self, customer_id: int, kind: str, day: int, said: dict[str, Any]) -> None:
        if kind == ENDED:
            self.warnings.pop(customer_id, None)
        elif kind == RAISED:
            why = (said["is_held_out"], said["chance_ppm"], tuple(said["signals"]), said["action"], said["rank"] == OUT_OF_TURN)
            self.warnings[customer_id] = Standing(day, 0, *why)
        elif customer_id in self.warnings:
            was = self.warnings[customer_id]
            self.warnings[customer_id] = was._replace(months_below=said["months_below"], chance_ppm=said["chance_ppm"])


def on_file(store: Store, on: date) -> OnFile:
    """Fold what the files say by a day."""
    found = OnFile()
    for row in rows_of(store, _told_by(on)):
        found.take(row.customer_id, row.kind, row.subject, row.effective_on.toordinal(), row.body)
    return found


def read_again(store: Store, on: date, known: OnFile, customers: Iterable[int]) -> None:
    """Fold the files of some customers once more: something was put into them since."""
    ids = sorted(customers)
    table = schema.filing.c
    known.forget(set(ids))
    for first in range(0, len(ids), IN_LIST):
        some = ids[first : first + IN_LIST]
        for row in rows_of(store, _told_by(on).where(table.customer_id.in_(some))):
            known.take(row.customer_id, row.kind, row.subject, row.effective_on.toordinal(), row.body)


def _told_by(on: date) -> Any:
    table = schema.filing.c
    chosen = select(table.customer_id, table.n, table.kind, table.subject, table.effective_on, table.body)
    return chosen.where(table.kind.in_(READ), table.effective_on <= on).order_by(table.customer_id, table.n)


def newly_late(store: Store, on: date) -> list[int]:
    """Give the customers whose line is open though a loan of theirs is past due, or was written off and is unpaid."""
    state, line = schema.loan_state.c, schema.line.c
    chosen = (
        select(state.customer_id)
        .distinct()
        .join(schema.line, line.customer_id == state.customer_id)
        .where(state.oldest_due < on, state.status == OPEN, line.status == LINE_OPEN, line.limit_minor > 0)
    )
    charged_off = select(state.customer_id, state.state).join(schema.line, line.customer_id == state.customer_id)
    off = charged_off.where(state.status == CHARGED_OFF, line.status == LINE_OPEN, line.limit_minor > 0)
    return sorted({row[0] for row in rows_of(store, chosen)} | _unpaid(store, off))


def written_off(store: Store, customers: list[int]) -> set[int]:
    """Give those of some customers of whom a loan was written off, and less came back than was claimed."""
    state = schema.loan_state.c
    found: set[int] = set()
    for first in range(0, len(customers), IN_LIST):
        chosen = select(state.customer_id, state.state).where(state.status == CHARGED_OFF)
        found |= _unpaid(store, chosen.where(state.customer_id.in_(customers[first : first + IN_LIST])))
    return found


def _unpaid(store: Store, chosen: Any) -> set[int]:
    return {row.customer_id for row in rows_of(store, chosen) if is_unpaid(unpack(row.state))}


def still_late(store: Store, customers: list[int], on: date) -> set[int]:
    """Give those of some customers who have something past due."""
    state = schema.loan_state.c
    found: set[int] = set()
    for first in range(0, len(customers), IN_LIST):
        some = customers[first : first + IN_LIST]
        chosen = select(state.customer_id).distinct().where(state.customer_id.in_(some), state.oldest_due < on, state.status == OPEN)
        found.update(row[0] for row in rows_of(store, chosen))
    return found


def cured(store: Store, on: date, known: OnFile) -> list[int]:
    """Give those whose use is restricted, of whom a loan moved that day, and who have nothing past due any more on an open one."""
    waiting = sorted({customer_id for customer_id, _ in _loans_of(store, known.restricted, on)})
    late = still_late(store, waiting, on)
    return [one for one in waiting if one not in late]


def plans_to_look_at(store: Store, plans: list[Plan], on: date) -> list[tuple[Plan, bool]]:
    """Give the plans whose loan is paid off (true), or has something past due (false)."""
    state = schema.loan_state.c
    by_loan = {(plan.customer_id, plan.loan_id): plan for plan in plans}
    found = []
    customers = sorted({plan.customer_id for plan in plans})
    for first in range(0, len(customers), IN_LIST):
        some = customers[first : first + IN_LIST]
        is_over = or_(state.status == PAID_OFF, and_(state.status == OPEN, state.oldest_due < on))
        for row in rows_of(store, select(state.customer_id, state.loan_id, state.status).where(state.customer_id.in_(some), is_over)):
            plan = by_loan.get((row.customer_id, row.loan_id))
            if plan is not None:
                found.append((plan, row.status == PAID_OFF))
    return found


def moved(store: Store, on: date) -> int:
    """Count the customers of whom a loan was moved on a day or since: by the close, or by a command."""
    state = schema.loan_state.c
    with store.engine.connect() as connection:
        return connection.scalar(select(func.count(distinct(state.customer_id))).where(state.as_of >= on)) or 0


def is_closed(store: Store, on: date) -> bool:
    """Tell whether a day takes no entries any more."""
    with store.engine.connect() as connection:
        open_on = connection.scalar(select(schema.book.c.open_on))
    return open_on is not None and on < open_on


def customers_in(store: Store) -> int:
    """Count the customers of a book."""
    with store.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(schema.line)) or 0


def loans_to_class(store: Store, on: date, known: OnFile, names: Lateness, *, is_all: bool) -> list[tuple[int, int]]:
    """Give the loans, by customer, whose class may have become another one.

    Those that moved and are past due, or whose terms were eased, or that were charged off; those with a class on record that is not
    normal, and those of customers of whom something was noted, where they moved or it was noted that day. At a month's end all of these.
    """
    state, fact = schema.loan_state.c, schema.fact.c
    has_moved = state.oldest_due.is_not(None) if is_all else and_(state.oldest_due.is_not(None), state.as_of >= on)
    found = {tuple(row) for row in rows_of(store, select(state.customer_id, state.loan_id).where(has_moved, state.oldest_due < on))}
    eased = (
        select(state.customer_id, state.loan_id)
        .distinct()
        .join(schema.fact, and_(fact.customer_id == state.customer_id, fact.loan_id == state.loan_id))
    )
    eased = eased.where(fact.kind.in_((RESCHEDULED, PAUSED, CHARGED_OFF_FACT)))
    found |= {tuple(row) for row in rows_of(store, eased if is_all else eased.where(state.as_of >= on))}
    tonight = {customer_id for customer_id, day in known.triggered.items() if day == on.toordinal()}
    found |= _loans_of(store, tonight, None) | _loans_of(store, set(known.triggered), None if is_all else on)
    found |= _on_record(store, on, known, names, is_all=is_all)
    return sorted(found)


def _on_record(store: Store, on: date, known: OnFile, names: Lateness, *, is_all: bool) -> set[tuple[int, int]]:
    """Give the loans with a class on record that is not normal, and that moved, or are late by another bucket than is on record.

    A payment that is dated back moves nothing forward; the bucket tells that it came.
    """
    open_ones = {loan: bucket for loan, (five_class, bucket) in known.classed.items() if five_class not in ("", "normal")}
    state = schema.loan_state.c
    found: set[tuple[int, int]] = set()
    ids = sorted({customer_id for customer_id, _ in open_ones})
    for first in range(0, len(ids), IN_LIST):
        chosen = select(state.customer_id, state.loan_id, state.as_of, state.oldest_due)
        for row in rows_of(store, chosen.where(state.customer_id.in_(ids[first : first + IN_LIST]))):
            loan = (row.customer_id, row.loan_id)
            days = 0 if row.oldest_due is None else max((on - row.oldest_due).days, 0)
            if loan in open_ones and (is_all or row.as_of >= on or names.bucket(days) != open_ones[loan]):
                found.add(loan)
    return found


def _loans_of(store: Store, customers: set[int], since: date | None) -> set[tuple[int, int]]:
    """Give the loans of some customers, those moved since a day where one is told."""
    state = schema.loan_state.c
    found: set[tuple[int, int]] = set()
    ids = sorted(customers)
    for first in range(0, len(ids), IN_LIST):
        chosen = select(state.customer_id, state.loan_id).where(state.customer_id.in_(ids[first : first + IN_LIST]))
        found |= {tuple(row) for row in rows_of(store, chosen if since is None else chosen.where(state.as_of >= since))}
    return found


def parked(store: Store) -> int:
    """Count the loans that are parked: they stay as they are until somebody mends them."""
    with store.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(schema.parked)) or 0


def rows_of(store: Store, chosen: Any) -> Iterator[Any]:
    """Give the rows of a statement; the connection is given back before the first is looked at."""
    with store.engine.connect() as connection:
        found = connection.execute(chosen).fetchall()
    yield from found
