"""What eases a bad loan: plans, reschedules and interest holidays, as its facts and the file of its customer tell them by a day."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from plimsoll.disposal.eba.permitted import FORGIVEN, GRACE, LONGER, LOWER_RATE, MEASURES, RESCHEDULED
from plimsoll.disposal.particulars import Forbearance
from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import Filing
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import CHARGED_OFF_FACT, PAUSED, REVERSED, S_RATE_DEN, S_RATE_NUM
from plimsoll.loan.layout import RESCHEDULED as RESCHEDULED_FACT
from plimsoll.loan.terms import Terms
from plimsoll.risk.limitation import last_due
from plimsoll.risk.plan.record import PERFORMING, Plan, plans_of, plans_on
from plimsoll.units.dates import day_text
from plimsoll.units.days import add_months
from plimsoll.units.refusal import Refused

LOOKS_BACK_MONTHS: Final = 24


class Eased(NamedTuple):
    """What is applied on a day, None for nothing, and how many measures began in the two years to it."""

    now: Forbearance | None
    times: int


def eased(terms: Terms, facts: Sequence[Fact], filings: Iterable[Filing], loan_id: int, day: int) -> Eased:
    """Give what eases a loan at the end of a day.

    A reschedule is applied until its last due day, one of a plan while the plan is performed; a holiday while it lasts; nothing is to a
    loan that was written off. What was taken back never was, unless it was a plan that was broken.
    """
    plans = {plan.fact: plan for plan in plans_on(plans_of(one for one in filings if one.on <= day).values(), loan_id)}
    undone = {fact.a for fact in facts if fact.kind == REVERSED and fact.on <= day}
    begun = [(n, fact) for n, fact in enumerate(facts, 1) if fact.kind in (RESCHEDULED_FACT, PAUSED) and fact.on <= day]
    since = add_months(day, -LOOKS_BACK_MONTHS)
    times = sum(1 for n, fact in begun if fact.on > since and (n not in undone or n in plans))
    if any(fact.kind == CHARGED_OFF_FACT and n not in undone and fact.on <= day for n, fact in enumerate(facts, 1)):
        return Eased(None, times)
    standing = [(n, fact) for n, fact in begun if n not in undone]
    found = [_holiday(fact) for _, fact in standing if fact.kind == PAUSED and fact.b <= day < fact.a]
    moved = [n for n, fact in standing if fact.kind == RESCHEDULED_FACT][-1:]
    found += [one for n in moved if (one := _reschedule(terms, facts, n, plans.get(n))) and one.ends_on >= day]
    return Eased(_together(found), times)


def _holiday(fact: Fact) -> Forbearance:
    return Forbearance((GRACE,), fact.a, f"no interest and no penalty until {day_text(fact.a)}")


def _reschedule(terms: Terms, facts: Sequence[Fact], n: int, plan: Plan | None) -> Forbearance | None:
    """Give what a reschedule eases; None for that of a plan that is no longer performed."""
    if plan is not None and plan.state != PERFORMING:
        return None
    on, until = facts[n - 1].on, last_due(terms, facts[:n], facts[n - 1].on)
    kinds = {RESCHEDULED}
    if until > last_due(terms, facts[: n - 1], on):
        kinds.add(LONGER)
    if _is_cheaper(terms, facts, n):
        kinds.add(LOWER_RATE)
    if plan is None:
        return Forbearance(tuple(kinds), until, f"new due days agreed on {day_text(on)}")
    if plan.choice.holiday:
        kinds.add(GRACE)
    if plan.choice.waived_minor:
        kinds.add(FORGIVEN)
    said = f"plan of {len(plan.dues)} instalments agreed on {day_text(on)}; when it is broken the contract comes back"
    return Forbearance(tuple(kinds), plan.dues[-1], said, plan.choice.waived_minor)


def _is_cheaper(terms: Terms, facts: Sequence[Fact], n: int) -> bool:
    before, after = (fold(terms, facts[:last], facts[n - 1].on) for last in (n - 1, n))
    assert not isinstance(before, Refused) and not isinstance(after, Refused), "facts that were accepted fold again"  # noqa: PT018
    return after.s[S_RATE_NUM] * before.s[S_RATE_DEN] < before.s[S_RATE_NUM] * after.s[S_RATE_DEN]


def _together(found: Sequence[Forbearance]) -> Forbearance | None:
    """Give several measures as one: all kinds in the order of the list, the last end, what each says."""
    if not found:
        return None
    kinds = {kind for one in found for kind in one.kinds}
    said = "; ".join(one.said for one in found)
    ordered = tuple(kind for kind in MEASURES if kind in kinds)
    return Forbearance(ordered, max(one.ends_on for one in found), said, sum(one.forgiven_minor for one in found))
