"""Break a plan that was not kept: after so many misses or days its terms fall away, and the contract comes back as it was."""

from dataclasses import dataclass
from datetime import date

from plimsoll.collections.book_plan import over
from plimsoll.collections.plan import find_loan, find_plan
from plimsoll.loan.book import Book, Decision, Held, standing_of
from plimsoll.loan.facts import COMPONENTS, Fact
from plimsoll.loan.filing import body_of
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import REVERSED, WAIVED
from plimsoll.loan.state import read_state
from plimsoll.risk.plan.progress import BROKEN as IS_BROKEN
from plimsoll.risk.plan.progress import RULE, progress, tolerance_of
from plimsoll.risk.plan.record import BROKEN, PERFORMING, READS_FILE, Plan
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"loan+facts+{READS_FILE}"


@dataclass(frozen=True, slots=True)
class BreakPlan:
    """Break a plan."""

    key: str
    customer_id: int
    on: date
    plan_id: str
    loan_id: int
    reason: str = ""


def decide(book: Book, command: BreakPlan, rules: Rules) -> Decision | Refused:
    """Take the new terms back, so that rate, due days and days past due are those of the contract; waivers stay, collection goes on.

    Penalty of the time of the plan is waived, where POLICY.PLAN.RESTORE.PENALTY does not say otherwise. Refuses customer_unknown,
    loan_unknown, fact_does_not_fit, loan_charged_off, nothing_owed, plan_unknown, plan_not_ready, plan_not_broken.
    """
    held = find_loan(book, command.loan_id, command.on)
    if isinstance(held, Refused):
        return held
    plan = find_plan(book, command.plan_id, command.loan_id, PERFORMING)
    if isinstance(plan, Refused):
        return plan
    on = command.on.toordinal()
    found = progress(standing_of(held, on), tolerance_of(rules, command.on))
    if found.state != IS_BROKEN:
        return Refused("plan_not_broken", RULE, f"{found.missed} instalments and {found.late_days} days past due")
    facts = restored(held, plan, on, with_penalty=rules.value("POLICY.PLAN.RESTORE.PENALTY", command.on) is True)
    if isinstance(facts, Refused):
        return facts
    detail = body_of({"ref": plan.plan_id, "reason": command.reason or "plan broken"})
    told = {"plan_id": plan.plan_id, "loan_id": plan.loan_id, "missed": found.missed, "late_days": found.late_days}
    return Decision(
        facts=tuple((held.loan_id, fact, detail) for fact in facts),
        filings=over(plan, BROKEN, {"missed": found.missed, "late_days": found.late_days, "reason": command.reason}),
        messages=(("plan_broken", body_of(told)),),
        answer=body_of(told),
    )


def restored(held: Held, plan: Plan, on: int, *, with_penalty: bool) -> tuple[Fact, ...] | Refused:
    """Give the facts that bring the contract back: the reschedule reversed, and what penalty then grew since the plan began waived."""
    assert held.facts is not None, "what comes back is worked out from the whole history"
    taken_back = Fact(REVERSED, on, 0, plan.fact)
    after = fold(held.terms, (*held.facts, taken_back), on)
    if isinstance(after, Refused):
        return after
    grown = read_state(held.terms, after).penalty - plan.penalty_minor
    if with_penalty or grown <= 0:
        return (taken_back,)
    return taken_back, Fact(WAIVED, on, grown, COMPONENTS["penalty"])
