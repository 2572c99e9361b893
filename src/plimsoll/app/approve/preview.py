"""What a command would do, without doing it: decided by its department, folded and posted in memory, and nothing of it written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from plimsoll.app.approve.need import Act
from plimsoll.app.database.sheet import Sheet
from plimsoll.app.dossier import dossier_of, execute_dossier
from plimsoll.app.execute import Desk, prepared
from plimsoll.app.house import House
from plimsoll.app.posting import want_of
from plimsoll.app.wiring import DOSSIER_WIRING, WIRING
from plimsoll.ledger.chart import CHART
from plimsoll.loan.book import Held, Line, standing_of
from plimsoll.loan.dossier import Dossier
from plimsoll.loan.state import read_promise, read_state
from plimsoll.loan.terms import LOAN
from plimsoll.units.refusal import Refused

Shown = dict[str, Any]
"""Plain values of JSON: money in minor units, days as text."""


@dataclass(slots=True)
class Preview:
    """What would change: the version of the object, how it stands now by name of field, and the effect."""

    version: int
    before: Mapping[str, Any]
    effect: Shown


def preview(house: House, command: Any, actor: str) -> Preview | Refused:
    """Give what a command would do now; or why it would be refused, now as it would be then. Writes nothing."""
    if isinstance(command, Act):
        return Preview(command.version, {}, {})
    if type(command) in DOSSIER_WIRING:
        return _of_dossier(house, command, actor)
    return _of_customer(house, command, actor)


def version_of(sheet: Sheet, command: Any) -> int:
    """Give what must not move: how many facts the loan has that is named, else how many commands the customer had."""
    held = sheet.loans.get(getattr(command, "loan_id", 0))
    return sheet.commands_count if held is None else held.facts_count


def version_now(house: House, command: Any) -> int:
    """Give the version of the object of a command as it stands; of an `Act` the one that it was asked for with."""
    if isinstance(command, Act):
        return command.version
    dossier = DOSSIER_WIRING.get(type(command))
    if dossier is not None:
        return len(dossier_of(house.store, dossier.kind, command.subject))
    want = want_of(command, WIRING[type(command)].reads)
    with house.store.transaction() as transaction:
        return version_of(transaction.look_one(command.key, want).sheets[want.customer_id], command)


def _of_customer(house: House, command: Any, actor: str) -> Preview | Refused:
    work = prepared(house.wiring(), command, actor, house.now())
    if isinstance(work, Refused):
        return work
    with house.store.transaction() as transaction:
        take = transaction.take_one if work.want.with_facts else transaction.look_one
        desk = Desk(transaction, take(work.request.key, work.want), house.rules)
        sheet = desk.taken.sheets[work.want.customer_id]
        version, line, load_line, loans = version_of(sheet, command), sheet.line, sheet.load_line, dict(sheet.loans)
        outcome = desk.decide(work)
        # The transaction ends here without being saved.
    if isinstance(outcome, Refused):
        return outcome
    on = command.on.toordinal()
    effect = {
        "ledger": _ledger(desk),
        "loans": [_loan(loans.get(loan_id), sheet.loans[loan_id], on) for loan_id in sorted(sheet.touched)],
        "line": _diff(_line(line), _line(sheet.line)),
        "load_line": _diff(_load(load_line), _load(sheet.load_line)),
        "filings": [row.kind for row in desk.pending.filings],
        "messages": [row.kind for row in desk.pending.outbox],
    }
    held = loans.get(getattr(command, "loan_id", 0))
    before = {**_line(line), **({} if held is None else _owed(held, on))}
    return Preview(version, before, {name: value for name, value in effect.items() if value})


def _ledger(desk: Desk) -> list[Shown]:
    """Give the legs that would be posted, with the names of their accounts; loan 0 is the customer's own credit."""
    return [
        {
            "loan_id": leg.loan_id,
            "account": CHART[leg.account].code,
            "en": CHART[leg.account].en,
            "zh-CN": CHART[leg.account].zh_cn,
            "amount_minor": leg.minor,
            "currency": leg.currency,
        }
        for leg in desk.pending.legs
    ]


def _line(line: Line | None) -> Shown:
    if line is None:
        return {}
    return {
        "currency": line.currency,
        "limit_minor": line.limit_minor,
        "cash_limit_minor": line.cash_limit_minor,
        "later_limit_minor": line.later_limit_minor,
        "used_minor": line.used_minor,
        "available_minor": max(line.limit_minor - line.used_minor, 0),
        "credit_minor": line.credit_minor,
        "status": line.status,
    }


def _load(load_line: Any) -> Shown:
    if load_line is None:
        return {}
    return {"currency": load_line.currency, "capacity_minor": load_line.capacity_minor, "room_minor": load_line.room_minor}


def _diff(before: Shown, after: Shown) -> Shown:
    """Give what changes, each with how it stands and how it would stand; what was not there stands as None."""
    names = [name for name in after if before.get(name) != after[name] and name != "currency"]
    told = {name: [before.get(name), after[name]] for name in names}
    return {"currency": after["currency"], **told} if told and "currency" in after else told


def _owed(held: Held, on: int) -> Shown:
    """Give what a loan owes on a day, as people call it."""
    state = read_state(held.terms, standing_of(held, max(on, held.summary.as_of)))
    return {
        "currency": held.terms.currency,
        "principal_minor": state.principal,
        "interest_minor": state.interest,
        "penalty_minor": state.penalty,
        "fee_minor": state.fee,
        "credit_minor": state.credit,
        "payoff_minor": state.payoff,
        "past_due_days": state.past_due_days,
        "status": ("pending", "open", "paid_off", "charged_off")[state.status] if 0 <= state.status <= 3 else "parked",
    }


def _loan(before: Held | None, after: Held, on: int) -> Shown:
    """Give how a loan stands and would stand, and its schedule from the day on where that changes."""
    now: Shown = {} if before is None else _owed(before, on)
    told: Shown = {
        "loan_id": after.loan_id,
        "product": after.product,
        "currency": after.terms.currency,
        "owed": _diff(now, _owed(after, on)),
    }
    schedules = ([] if before is None else _schedule(before, on), _schedule(after, on))
    if schedules[0] != schedules[1]:
        told["schedule"] = schedules
    return told


def _schedule(held: Held, on: int) -> list[list[Any]]:
    """Give what falls due after a day: day, principal, interest, fee. A pay-later account has bills instead."""
    if held.terms.kind != LOAN or held.summary.status > 1:
        return []
    promise = read_promise(held.terms, standing_of(held, max(on, held.summary.as_of)))
    return [[date.fromordinal(one.due_on).isoformat(), one.principal, one.interest, one.fee] for one in promise if one.due_on > on]


def _of_dossier(house: House, command: Any, actor: str) -> Preview | Refused:
    """Have the department decide on a dossier, and stop before anything is written."""
    seen: list[Preview] = []
    verb = DOSSIER_WIRING[type(command)]

    def look(dossier: Dossier, asked: Any, rules: Any) -> Refused:
        written = verb.decide(dossier, asked, rules)
        if isinstance(written, Refused):
            return written
        effect = {"entries": [[one.kind, one.subject] for one in written.filings]}
        seen.append(Preview(len(dossier.filings), _last_said(dossier), effect))
        return Refused("approval_needed")

    wiring = {type(command): verb._replace(decide=look)}
    outcome = execute_dossier(house.store, wiring, command, actor=actor, now=house.now(), rules=house.rules)
    if seen:
        return seen[-1]
    assert isinstance(outcome, Refused), "nothing was decided, so nothing can have been answered"
    return outcome


def _last_said(dossier: Dossier) -> Shown:
    """Give what the entries of a dossier said last under each name."""
    said: Shown = {}
    for filing in dossier.filings:
        said |= json.loads(filing.body)
    return said
