"""What a night of monitoring asks for, as commands of the house: each with a key of its day, so that asking twice does it once."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import func, select

from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.watching.events import Lit
from plimsoll.app.watching.find import cured, loans_to_class, newly_late, plans_to_look_at, rows_of, still_late, written_off
from plimsoll.app.watching.month import Desk, Month
from plimsoll.app.watching.places import PPM, Place
from plimsoll.app.watching.shocks import struck
from plimsoll.collections.break_plan import BreakPlan
from plimsoll.collections.decide_hardship import LAPSE, DecideHardship
from plimsoll.collections.hardship import PLAN_DAYS
from plimsoll.collections.keep_plan import KeepPlan
from plimsoll.collections.lift_sanction import LiftSanction
from plimsoll.loan.book import LINE_CLOSED
from plimsoll.monitoring.assess_limit import ASKED, AssessLimit
from plimsoll.monitoring.close_warning import CloseWarning
from plimsoll.monitoring.expire_limit import ExpireLimit
from plimsoll.monitoring.freeze_late import FreezeLate
from plimsoll.monitoring.note_class import NoteClass
from plimsoll.monitoring.note_over_extension import NoteOverExtension
from plimsoll.monitoring.note_signals import NoteSignals, event_signals
from plimsoll.monitoring.notice import move_policy
from plimsoll.monitoring.raise_warning import OUT_OF_TURN, RaiseWarning
from plimsoll.monitoring.rank_warning import RankWarning
from plimsoll.monitoring.review_limit import NONE, ReviewLimit, asked
from plimsoll.monitoring.unfreeze_cured import UnfreezeCured
from plimsoll.risk.parameters import figures
from plimsoll.rulebook.lateness import lateness
from plimsoll.rulebook.watching import limit_actions
from plimsoll.units.days import add_months
from plimsoll.units.refusal import Refused

CASH: Final = "cash-line"


def key_of(on: date, *words: object) -> str:
    """Give the key of one thing that is asked for on a day."""
    return ":".join(["watch", on.isoformat(), *(str(word) for word in words)])


def of_loans(desk: Desk, *, is_whole: bool) -> Iterator[Any]:
    """Give what follows from loans and files: plans kept and broken, requests that came to no plan in time, limits run out,
    restrictions cured, freezes, thaws, classes, warnings that came true.
    """
    store, on, known = desk.store, desk.on, desk.known
    for plan, is_paid_off in plans_to_look_at(store, list(known.plans.values()), on):
        verb = KeepPlan if is_paid_off else BreakPlan
        key = key_of(on, "kept" if is_paid_off else "broken", plan.customer_id, plan.plan_id)
        yield verb(key, plan.customer_id, on, plan.plan_id, plan.loan_id)
    for customer_id, one in known.accepted.items():
        if on.toordinal() > one.day + (desk.rules.whole(PLAN_DAYS, date.fromordinal(one.day)) or 0):
            key = key_of(on, "lapse", customer_id, one.hardship_id)
            yield DecideHardship(key, customer_id, on, one.hardship_id, one.currency, LAPSE)
    for customer_id, until in known.run_out.items():
        if 0 < until <= on.toordinal():
            yield ExpireLimit(key_of(on, "expire", customer_id), customer_id, on)
    for customer_id in cured(store, on, known):
        yield LiftSanction(key_of(on, "cured", customer_id), customer_id, on)
    for customer_id in newly_late(store, on):
        yield FreezeLate(key_of(on, "freeze", customer_id), customer_id, on)
    yield from _thaws(desk)
    for customer_id, loan_id in loans_to_class(store, on, known, lateness(desk.rules, on), is_all=is_whole):
        yield NoteClass(key_of(on, "class", customer_id, loan_id), customer_id, on, loan_id)
    for customer_id in sorted(still_late(store, sorted(known.warnings), on)):
        yield CloseWarning(key_of(on, "late", customer_id), customer_id, on, "late")


def _thaws(desk: Desk) -> Iterator[UnfreezeCured]:
    """Give those who were frozen for being late so long ago that the freeze may end, and who have nothing past due or written off."""
    cycles = move_policy(desk.rules, desk.on).thaw
    waiting = [one for one, day in desk.known.frozen.items() if add_months(day, cycles) <= desk.on.toordinal()]
    late = still_late(desk.store, waiting, desk.on) | written_off(desk.store, waiting)
    for customer_id in waiting:
        if customer_id not in late:
            yield UnfreezeCured(key_of(desk.on, "thaw", customer_id), customer_id, desk.on)


def of_places(on: date, places: Iterable[Place]) -> Iterator[NoteOverExtension]:
    """Give the places that go on record."""
    for one in places:
        key = key_of(on, "place", one.customer_id, one.over_extension, one.chance_band, one.chance_ppm, one.over_minor)
        yield NoteOverExtension(key, one.customer_id, on, one.currency, one.over_extension, one.chance_band, one.chance_ppm, one.over_minor)


def of_warnings(desk: Desk, month: Month) -> Iterator[Any]:
    """Give the warnings of a month: those that end with their outcome, those that begin, and the ranks of those that go on."""
    on, known = desk.on, desk.known
    for customer_id, outcome in month.ended:
        yield CloseWarning(key_of(on, "ended", customer_id), customer_id, on, outcome)
    for one in month.warned.standing:
        chance, was = min(round(one.chance * PPM), PPM), known.warnings.get(one.customer_id)
        if was is None:
            key = key_of(on, "warn", one.customer_id)
            yield RaiseWarning(key, one.customer_id, on, one.rank, chance, one.reasons, one.action)
        elif was.months_below != one.months_below:
            yield RankWarning(key_of(on, "rank", one.customer_id), one.customer_id, on, one.rank, chance, one.months_below)


def of_events(on: date, lit: Iterable[Lit], warned: Iterable[Lit]) -> Iterator[NoteSignals | RaiseWarning]:
    """Give what is newly lit of customers to put on record, and the warnings out of turn, each with the action of its strongest signal."""
    for one in lit:
        if not one.is_noted:
            key = key_of(on, "lit", one.customer_id, sha256(",".join(one.signals).encode()).hexdigest()[:16])
            yield NoteSignals(key, one.customer_id, on, one.signals)
    for one in warned:
        action = event_signals()[one.signals[0]].action
        yield RaiseWarning(key_of(on, "event", one.customer_id), one.customer_id, on, OUT_OF_TURN, 0, one.signals, action)


def of_help(desk: Desk, *, is_whole: bool) -> Iterator[ReviewLimit]:
    """Give the reviews of those whose employer or region was struck: by a notice of the day, or by any in force where `is_whole` says so.

    Late or not, over-extended or not, help comes first; whom it was offered to is not offered it again for some days.
    """
    policy, day = move_policy(desk.rules, desk.on), desk.on.toordinal()
    for one in struck(desk.store, desk.on, is_whole=is_whole):
        last = desk.known.helped.get(one)
        if last is None or day - last >= policy.between:
            yield ReviewLimit(key_of(desk.on, "help", one), one, desk.on, has_shock=True)


def of_reviews(desk: Desk, changed: Mapping[int, Place], warned: Mapping[int, bool], overdue: Iterable[int]) -> Iterator[ReviewLimit]:
    """Give the reviews that the policy would act on: of those whose place changed, who were warned anew, or who are overdue elsewhere.

    Nothing is done on the warning of one who is held out. What the same row of the policy has done is not done again for some days, and
    who is late is frozen instead.
    """
    version = desk.rules.product(CASH, desk.on)
    if isinstance(version, Refused):
        return
    table, policy, day = limit_actions(desk.rules, desk.on, version.licence), move_policy(desk.rules, desk.on), desk.on.toordinal()
    elsewhere = set(overdue)
    chosen = sorted(changed.keys() | {one for one, is_held_out in warned.items() if not is_held_out} | elsewhere)
    late = still_late(desk.store, chosen, desk.on)
    for one in chosen:
        command = _review(desk, one, changed.get(one), warned, is_overdue=one in elsewhere)
        action = asked(table, command, 0)
        last = desk.known.notices.get(one)
        is_again = last is not None and last[2] == action.rule and day - last[0] < policy.between
        if one not in late and action.action != NONE and not is_again:
            yield command


def _review(desk: Desk, customer_id: int, place: Place | None, warned: Mapping[int, bool], *, is_overdue: bool) -> ReviewLimit:
    """Give the review of one customer, by what is known tonight."""
    standing = desk.known.warnings.get(customer_id)
    is_warned = not warned[customer_id] if customer_id in warned else standing is not None and not standing.is_held_out
    over, band = desk.known.place(customer_id) if place is None else (place.over_extension, place.chance_band)
    key = key_of(desk.on, "review", customer_id, over, band, int(is_warned), int(is_overdue))
    return ReviewLimit(key, customer_id, desk.on, over, band, is_warned, is_overdue)


def of_assessments(desk: Desk) -> Iterator[AssessLimit]:
    """Give those who are to be assessed again: a year after the last time, or once the days for fresh evidence are over or it came."""
    line, customer, on = schema.line.c, schema.customer.c, desk.on
    cutoff = on - timedelta(days=move_policy(desk.rules, on).assess_days)
    wait = int(figures(desk.rules, "POLICY.LIMIT.ASSESS", on)["wait"])
    drawn = func.coalesce(line.load_on, customer.opened_on)
    chosen = select(line.customer_id, line.load_on).join(schema.customer, customer.customer_id == line.customer_id)
    chosen = chosen.where(line.limit_minor > 0, line.status != LINE_CLOSED)
    waiting = {one: day for one, (day, state) in desk.known.assessed.items() if state == ASKED}
    due = [row.customer_id for row in rows_of(desk.store, chosen.where(drawn <= cutoff, customer.opened_on <= cutoff))]
    last_done = {one: day for one, (day, state) in desk.known.assessed.items() if state != ASKED}
    asks = [one for one in due if one not in waiting and last_done.get(one, 0) <= cutoff.toordinal()]
    over = [one for one, day in waiting.items() if on.toordinal() > day + wait or _drawn_since(desk.store, one, day)]
    for customer_id in sorted(asks + over):
        place, band = desk.known.place(customer_id)
        standing = desk.known.warnings.get(customer_id)
        is_warned = standing is not None and not standing.is_held_out
        yield AssessLimit(key_of(on, "assess", customer_id), customer_id, on, place, band, is_warned)


def _drawn_since(store: Store, customer_id: int, day: int) -> bool:
    line = schema.line.c
    chosen = select(line.load_on).where(line.customer_id == customer_id, line.load_on >= date.fromordinal(day))
    return any(True for _ in rows_of(store, chosen))
