"""Signals of single events after a day: of whom something came, what is newly lit of them, and who is warned of before the month ends.

Looked at are customers of whom a filing that says a signal came that day, whose number or address was written, or who had been late and
whose loans moved. Of nobody else anything is read, but for two questions that the database answers whole: whose loans moved, and of whom
the vault was written.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.vault import PUT
from plimsoll.app.watching.find import OnFile, customers_in, rows_of, still_late, written_off
from plimsoll.app.watching.month import Desk
from plimsoll.app.watching.signals import TOLD, event_values
from plimsoll.monitoring.note_signals import event_signals, newly_lit
from plimsoll.monitoring.out_of_turn import out_of_turn_policy, strength, strongest_first
from plimsoll.monitoring.signals import is_raised
from plimsoll.protection.mask import ADDRESS, PHONE


class Lit(NamedTuple):
    """What is lit of a customer, the strongest action first, some of it newly; `is_noted` where an earlier run of the day noted it."""

    customer_id: int
    signals: tuple[str, ...]
    is_noted: bool


def lit_today(desk: Desk) -> list[Lit]:
    """Give what is lit at the end of a day, as it was known then, of those of whom something came and something is newly lit."""
    came, paid = _came(desk.store, desk.on), _paid(desk.store, desk.on, desk.known)
    values = event_values(desk.store, sorted(came | paid), paid, desk.on, desk.now)
    found, day = [], desk.on.toordinal()
    for customer_id, said in values.items():
        lit = strongest_first(name for name, one in event_signals().items() if is_raised(one, said.get(name)))
        noted = desk.known.noted.get(customer_id, {})
        is_new = bool(newly_lit(noted, lit, day))
        if is_new or any(noted.get(name) == day for name in lit):
            found.append(Lit(customer_id, lit, not is_new))
    return found


def warned_out_of_turn(desk: Desk, lit: Sequence[Lit], standing: Collection[int]) -> list[Lit]:
    """Give those to warn of between two month's ends, the most that is lit first, within the budget of the night.

    Not those of whom a warning stands, nor those who are late already or were written off. Who is held out is among them, as at a
    month's end: the verb puts the warning on file, and nothing is done.
    """
    policy = out_of_turn_policy(desk.rules, desk.on)
    known = desk.known.warnings
    asking = [] if policy is None else [one for one in lit if policy.asks(one.signals) and one.customer_id not in {*known, *standing}]
    if policy is None or not asking:
        return []
    ids = [one.customer_id for one in asking]
    late = still_late(desk.store, ids, desk.on) | written_off(desk.store, ids)
    used = sum(one.is_out_of_turn and one.since == desk.on.toordinal() for one in known.values())
    left = max(policy.budget(customers_in(desk.store)) - used, 0)
    return sorted((one for one in asking if one.customer_id not in late), key=lambda one: (-strength(one.signals), one.customer_id))[:left]


def _came(store: Store, on: date) -> set[int]:
    """Give those of whom a filing that says a signal came on a day, or whose number or address was written then or the day before.

    A new device comes with the evidence that tells of it. An instant of the vault may be past midnight in UTC and not at the house, or the
    other way round: the day before is asked for as well, and what was noted is not noted twice.
    """
    filing, access = schema.filing.c, schema.vault_access.c
    found = {row.customer_id for row in rows_of(store, select(filing.customer_id).where(filing.kind.in_(TOLD), filing.effective_on == on))}
    end = datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(days=1)
    written = select(access.customer_id).where(access.at >= end - timedelta(days=2), access.at < end, access.action == PUT)
    return found | {row.customer_id for row in rows_of(store, written.where(access.field.in_((PHONE, ADDRESS))))}


def _paid(store: Store, on: date, known: OnFile) -> set[int]:
    """Give those who had been late and whose loans moved: who always paid in time pays no later than before."""
    once_late = {customer_id for customer_id, _ in known.classed}
    if not once_late:
        return set()
    state = schema.loan_state.c
    return once_late.intersection(row[0] for row in rows_of(store, select(state.customer_id).distinct().where(state.as_of >= on)))
