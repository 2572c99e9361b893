"""The desk's work before anybody is contacted: promises settled, cases closed, opened and moved, plans that were not kept taken back."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from plimsoll.app.collecting.late import Standing, due_cases, late_customers, open_cases, standings
from plimsoll.app.collecting.means import told_of
from plimsoll.app.collecting.waiting import cases_waiting, to_look_at
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, Failed
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import filings_on
from plimsoll.app.wiring import WIRING
from plimsoll.collections.break_plan import BreakPlan
from plimsoll.collections.close_case import CloseCase
from plimsoll.collections.move_case import MoveCase
from plimsoll.collections.open_case import OpenCase
from plimsoll.collections.settle_promise import SettlePromise
from plimsoll.loan.filing import read_body
from plimsoll.risk.plan.record import BROKEN, KEPT, STARTED
from plimsoll.rulebook.lateness import lateness
from plimsoll.rulebook.rules import Rules

EXPECTED: Final = frozenset(("case_without_cause", "case_not_over", "promise_not_due", "promise_over", "plan_not_broken", "key_reused"))
"""Refusals that only say that there is nothing to do yet, or that it was done in a run before, as things stood then."""
EVER: Final = 1


@dataclass(slots=True)
class Desk:
    """Gives the commands of a day; counts what was done in this run by verb, and what went wrong by code."""

    store: Store
    on: date
    rules: Rules
    actor: str
    done: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def give(self, commands: Iterable[Any], now: datetime) -> list[Any]:
        """Execute commands, and give what each answered."""
        given = list(commands)
        outcomes = list(execute_many(self.store, WIRING, given, actor=self.actor, now=now, rules=self.rules))
        for command, outcome in zip(given, outcomes, strict=True):
            if isinstance(outcome, Answer):
                self.done[WIRING[type(command)].name] += not outcome.is_replayed
            elif isinstance(outcome, Failed):
                self.failed[outcome.raised] += 1
            elif outcome.code not in EXPECTED:
                self.failed[outcome.code] += 1
        return outcomes


def settle_promises(desk: Desk, found: Sequence[Standing], now: datetime) -> bool:
    """Find out what became of the promises whose day has come, or that were kept before it; tell whether any was looked at."""
    day, commands = desk.on.toordinal(), []
    for one in found:
        promise = one.case.open_promise()
        if promise is not None and (promise.due_on <= day or one.debt.late_minor < one.case.late_minor):
            key = f"settle:{one.customer_id}:{promise.promise_id}:{desk.on}:{now:%H}"
            commands.append(SettlePromise(key, one.customer_id, desk.on, promise.promise_id))
    desk.give(commands, now)
    return bool(commands)


def close_cured(desk: Desk, found: Sequence[Standing], now: datetime) -> None:
    """Close the cases of customers with nothing past due any more."""
    cured = [one for one in found if one.debt.days < 1 or one.debt.late_minor == 0]
    desk.give((CloseCase(f"close:{one.customer_id}:{one.case.case_id}:{desk.on}", one.customer_id, desk.on) for one in cured), now)


def open_late(desk: Desk, now: datetime) -> None:
    """Open a case for everybody who is late and has none, with what is thought of ability and willingness."""
    known = open_cases(desk.store)
    new = [customer_id for customer_id in late_customers(desk.store, desk.on) if customer_id not in known]
    told = {one.customer_id: one.willing for one in told_of(desk.store, new, desk.on, desk.rules)}
    commands = []
    for customer_id in new:
        ability, willingness = told[customer_id].ability, told[customer_id].willingness
        commands.append(OpenCase(f"open:{customer_id}:{desk.on}", customer_id, desk.on, ability, willingness))
    desk.give(commands, now)


def move_due(desk: Desk, now: datetime) -> list[Standing]:
    """Look again at every case that waits for nothing, right before it is treated, and at those that have aged into another stage; give
    those that wait for nothing as they then stand.
    """
    worth = to_look_at(cases_waiting(desk.store, desk.on), desk.on, desk.rules)
    found = list(standings(desk.store, worth, desk.on))
    due, named = due_cases(found, desk.on.toordinal()), lateness(desk.rules, desk.on)
    aged = {one.customer_id: one for one in found if named.overdue_class(one.debt.days) != one.case.bucket}
    told = {one.customer_id: one.willing for one in told_of(desk.store, aged, desk.on, desk.rules)}
    commands = []
    for customer_id, one in sorted((aged | {one.customer_id: one for one in due}).items()):
        thought = told.get(customer_id)
        words = (thought.ability, thought.willingness) if thought is not None else ("", "")
        key = ":".join(("move", str(customer_id), one.case.case_id, str(desk.on), *words))
        commands.append(MoveCase(key, customer_id, desk.on, *words))
    desk.give(commands, now)
    moved = standings(desk.store, [one.customer_id for one in due], desk.on)
    return due_cases(list(moved), desk.on.toordinal())


def follow_plans(desk: Desk, now: datetime) -> None:
    """Take back the plans of late customers that were not kept; who is not late keeps theirs."""
    through = desk.on.toordinal()
    over = {(customer_id, one.subject) for kind in (BROKEN, KEPT) for customer_id, one in filings_on(desk.store, kind, EVER, through)}
    late = late_customers(desk.store, desk.on)
    commands = []
    for customer_id, one in filings_on(desk.store, STARTED, EVER, through):
        if customer_id in late and (customer_id, one.subject) not in over:
            loan_id = read_body(one)["loan_id"]
            key = f"break:{customer_id}:{one.subject}:{desk.on}"
            commands.append(BreakPlan(key, customer_id, desk.on, one.subject, loan_id, "not kept"))
    desk.give(commands, now)
