"""Book a plan that is agreed: waivers, then the new terms, in one decision with what goes on record; draws stop until it is over."""

from datetime import date
from typing import NamedTuple

from plimsoll.collections.hardship import case_of, ended, plan_subject
from plimsoll.loan.book import LINE_FROZEN, LINE_OPEN, Book, Decision, Held, Line, standing_of
from plimsoll.loan.facts import COMPONENTS, SAME_REPAYMENT, Fact, rescheduled
from plimsoll.loan.filing import NewFiling, WorkItem, body_of
from plimsoll.loan.fold import go_on
from plimsoll.loan.layout import EQUAL_INSTALMENT, OPEN, S_PENALTY_DEN, S_PENALTY_NUM, S_RATE_DEN, S_RATE_NUM, WAIVED
from plimsoll.loan.state import Instalment, read_promise
from plimsoll.loan.terms import LOAN, LoanRate
from plimsoll.risk.gate import late_filings
from plimsoll.risk.offer import agreed, penalty_on, rolled
from plimsoll.risk.plan.instalments import Choice, Owed, due_days, rate_a_year
from plimsoll.risk.plan.owing import owed_on
from plimsoll.risk.plan.record import RESUMED, STARTED, STOPPED, Hardship, Plan, plans_of, said_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.days import basis
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


class Booked(NamedTuple):
    """A plan as it will stand: its facts, what each month then asks, the rest of penalty with the first, and the rates that then hold."""

    facts: tuple[Fact, ...]
    promise: tuple[Instalment, ...]
    arrears_minor: int
    rate: LoanRate
    penalty: tuple[int, int]  # a day

    @property
    def schedule(self) -> list[list[int]]:
        """Give due days with what they ask."""
        asked = [[one.due_on, one.principal + one.interest + one.fee] for one in self.promise]
        asked[0][1] += self.arrears_minor
        return asked

    @property
    def highest_minor(self) -> int:
        """Give the most that a month asks."""
        return max(minor for _, minor in self.schedule)


def prepare(held: Held, owed: Owed, choice: Choice, rules: Rules, on: date) -> Booked | Refused:
    """Give the facts of a plan and what the loan then asks; refuses as the kernel, the calendar and the product do."""
    version = agreed(rules, held)
    if isinstance(version, Refused):
        return version
    due = rolled(rules, version, due_days(owed.on, choice.terms, choice.holiday), owed.on)
    if isinstance(due, Refused):
        return due
    waived = {"penalty": choice.penalty_waived_minor, "interest": choice.interest_waived_minor}
    facts = [Fact(WAIVED, owed.on, minor, COMPONENTS[name]) for name, minor in waived.items() if minor]
    rate = None if choice.rate is None else rate_a_year(choice.rate, owed.rate.day_count)
    penalty = (0, 1) if rate is None else penalty_on(rules, version, rate, on)
    repayment = EQUAL_INSTALMENT if choice.terms > 1 else SAME_REPAYMENT
    facts.append(rescheduled(owed.on, rate, penalty, repayment, due))
    after = go_on(held.terms, standing_of(held, owed.on), facts, owed.on)
    if isinstance(after, Refused):
        return after
    promise = tuple(one for one in read_promise(held.terms, after) if one.due_on > owed.on)
    day_count = owed.rate.day_count
    rate_then = LoanRate(after.s[S_RATE_NUM], after.s[S_RATE_DEN] // basis(day_count), day_count)
    penalty_then = (after.s[S_PENALTY_NUM], after.s[S_PENALTY_DEN])
    return Booked(tuple(facts), promise, owed.penalty_minor - choice.penalty_waived_minor, rate_then, penalty_then)


def agreed_on(owed: Owed, choice: Choice, booked: Booked) -> dict[str, object]:
    """Give what the contract of a plan says in numbers: balance, what is waived, the rates and fees that then hold, and each due day."""
    return {
        "drawn_on": owed.on,
        "currency": owed.currency,
        "balance": [owed.principal_minor, owed.interest_minor, owed.penalty_minor, owed.fee_minor],
        "waived": [choice.penalty_waived_minor, choice.interest_waived_minor],
        "rate": [booked.rate.num, booked.rate.den, booked.rate.day_count],
        "penalty": list(booked.penalty),
        "fee": sum(one.fee for one in booked.promise) - owed.fee_minor,
        "schedule": booked.schedule,
    }


def start(book: Book, held: Held, plan: Plan, booked: Booked, found: Hardship, on: date, rules: Rules) -> Decision:
    """Give the decision that starts a plan. A request under which no open loan is left without a plan is over."""
    detail = body_of({"ref": plan.plan_id, "reason": "plan"})
    owed, total = owed_on(held, on.toordinal()), sum(minor for _, minor in booked.schedule)
    said = {
        "loan_id": held.loan_id,
        "hardship_id": found.hardship_id,
        "choice": said_of(plan.choice),
        "fact": held.facts_count + len(booked.facts),
        "schedule": booked.schedule,
        "penalty_minor": booked.arrears_minor,
        "total_minor": total,
        "currency": held.terms.currency,
        "signed": plan.signed,
        "agreed": agreed_on(owed, plan.choice, booked),
        "terms": ["no_new_credit", "collection_rests", "broken_after_misses", "contract_comes_back_when_broken"],
    }
    filings = [
        NewFiling(STARTED, plan.plan_id, body_of(said)),
        NewFiling(STOPPED, plan_subject(plan.plan_id), body_of({"reason": "plan", "loans": [held.loan_id]})),
        *late_filings([held], on, rules),
    ]
    work: tuple[WorkItem, ...] = ()
    if not _left(book, held.loan_id):
        filings += ended(found.hardship_id, "plans agreed")
        work = (case_of(found, "done"),)
    told = {
        "plan_id": plan.plan_id,
        "loan_id": held.loan_id,
        "state": "started",
        "first_due_on": date.fromordinal(booked.schedule[0][0]).isoformat(),
        "last_due_on": date.fromordinal(booked.schedule[-1][0]).isoformat(),
        "instalments": len(booked.schedule),
        "highest": text_of(booked.highest_minor, held.terms.currency),
        "total": text_of(total, held.terms.currency),
        "cost": text_of(total - owed.principal_minor, held.terms.currency),
    }
    return Decision(
        facts=tuple((held.loan_id, fact, detail) for fact in booked.facts),
        line=frozen(book.line),
        filings=tuple(filings),
        work=work,
        messages=(("plan_started", body_of(told)),),
        answer=body_of(told),
    )


def frozen(line: Line | None) -> Line | None:
    """Give the line without new credit until people of the house open it again; None where it stays as it is."""
    return line._replace(status=LINE_FROZEN) if line is not None and line.status == LINE_OPEN else None


def over(plan: Plan, kind: str, said: dict[str, object]) -> tuple[NewFiling, NewFiling]:
    """Give the filings of a plan that ends: how, and that its stop of collection does."""
    return (
        NewFiling(kind, plan.plan_id, body_of({"loan_id": plan.loan_id} | said)),
        NewFiling(RESUMED, plan_subject(plan.plan_id), body_of({"reason": kind})),
    )


def _left(book: Book, loan_id: int) -> bool:
    """Tell whether an open loan other than one has no plan in performance."""
    planned = {plan.loan_id for plan in plans_of(book.filings).values() if plan.state == "performing"} | {loan_id}
    return any(held.summary.status == OPEN and held.terms.kind == LOAN and held.loan_id not in planned for held in book.loans)
