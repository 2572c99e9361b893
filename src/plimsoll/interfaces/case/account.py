"""Answer a case of a pay-later account: bills, plans, what is available, state and trial balance."""

from collections.abc import Sequence

from plimsoll.interfaces.case.fields import Fields, read_amount
from plimsoll.interfaces.case.show import iso, show_ledger, show_schedule, show_state
from plimsoll.loan.bill import month_day
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import Standing, fold
from plimsoll.loan.layout import (
    A_BILL_DAY,
    A_DUE_DAY,
    CHARGED_OFF_FACT,
    NOTED,
    P_BILLED,
    P_COUNT,
    P_FEE,
    P_FEE_LEFT,
    P_LEFT,
    P_MERCHANT_FEE,
    P_ON,
    P_PRINCIPAL,
    PURCHASED,
    R_BILLED_ON,
    R_CARRIED,
    R_CONVERTED,
    R_DUE,
    R_INSTALMENTS,
    R_INTEREST,
    R_MINIMUM,
    R_PAID,
    R_PENALTY,
    R_PURCHASES,
    R_REFUNDS,
    R_TOTAL,
    REFUNDED,
    REVERSED,
    S_DAY,
    S_NEXT,
    S_PLANS,
    SETTLED,
)
from plimsoll.loan.state import Instalment, read_position, read_state
from plimsoll.loan.terms import Terms
from plimsoll.risk.cost import annual_cost
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

Answer = dict[str, object]
EMPTY = Fact(NOTED, 0)


def answer_account(fields: Fields, terms: Terms, facts: Sequence[Fact], as_of: int, tolerance_days: int) -> Answer | Refused:
    """Give the answer for an account on a day, or why its facts are refused. A purchase over the limit is."""
    limit = read_amount(fields, "limit", terms.currency)
    over = over_limit(terms, facts, as_of, limit)
    if over:
        return over
    standing = fold(terms, facts, as_of)
    if isinstance(standing, Refused):
        return standing
    state = read_state(terms, standing)
    return {
        "bills": [show_bill(standing.row(i), terms.currency) for i in range(standing.s[S_NEXT])],
        "loans": [show_plan(terms, facts, standing, i) for i in range(standing.s[S_PLANS])],
        "available": text_of(max(limit - state.principal, 0), terms.currency),
        "state": show_state(terms, standing, tolerance_days),
        "ledger": show_ledger(read_position(terms, standing), terms.currency),
    }


def over_limit(terms: Terms, facts: Sequence[Fact], as_of: int, limit: int) -> Refused | None:
    """Refuse the first purchase that takes principal in use over the limit."""
    if sum(fact.amount_minor for fact in facts if fact.kind == PURCHASED) <= limit:
        return None
    in_order = sorted((fact.on, number) for number, fact in enumerate(facts) if fact.on <= as_of)
    for on, number in in_order:
        if facts[number].kind != PURCHASED:
            continue
        # What was there at the time of the purchase: facts of earlier days, and of its day those recorded before it.
        so_far = [fact if (fact.on, i) <= (on, number) else fact._replace(on=as_of + 1) for i, fact in enumerate(facts)]
        standing = fold(terms, so_far, on)
        if isinstance(standing, Refused):
            return standing
        used = read_state(terms, standing).principal
        if used > limit:
            detail = f"fact {number + 1}: {text_of(used, terms.currency)} of {text_of(limit, terms.currency)}"
            return Refused("limit_exceeded", "", detail)
    return None


def show_bill(row: Sequence[int], currency: str) -> Answer:
    """Give one bill: what it is made of, what it asks, and what was paid of it."""
    amounts = {
        "purchases": row[R_PURCHASES],
        "instalments_due": row[R_INSTALMENTS],
        "carried": row[R_CARRIED],
        "interest": row[R_INTEREST],
        "penalty": row[R_PENALTY],
        "refunds": row[R_REFUNDS],
        "total": row[R_TOTAL] + row[R_CONVERTED],
        "minimum": row[R_MINIMUM],
        "converted": row[R_CONVERTED],
        "paid": row[R_PAID],
        "outstanding": row[R_TOTAL] - row[R_PAID],
    }
    shown: Answer = {"billed_on": iso(row[R_BILLED_ON]), "due_on": iso(row[R_DUE])}
    return shown | {name: text_of(minor, currency) for name, minor in amounts.items()}


def show_plan(terms: Terms, facts: Sequence[Fact], standing: Standing, number: int) -> Answer:
    """Give one plan: its schedule, totals and cost, and what of it has not been billed."""
    ccy = terms.currency
    plan = standing.plan(number)
    lines = plan_lines(terms, facts, standing, number)
    flows = [(line.due_on, line.principal + line.fee) for line in lines]
    simple, effective = annual_cost(sum(line.principal for line in lines), plan[P_ON], flows, 12)
    return {
        "schedule": show_schedule(lines, ccy),
        "totals": {
            "principal": text_of(sum(line.principal for line in lines), ccy),
            "interest": text_of(0, ccy),
            "fee": text_of(sum(line.fee for line in lines), ccy),
            "merchant_fee": text_of(plan[P_MERCHANT_FEE], ccy),
        },
        "cost": {"apr_simple": simple, "apr_effective": effective},
        "state": {"principal": text_of(plan[P_LEFT], ccy), "fee": text_of(plan[P_FEE_LEFT], ccy), "billed": plan[P_BILLED]},
    }


def plan_lines(terms: Terms, facts: Sequence[Fact], standing: Standing, number: int) -> list[Instalment]:
    """Give the instalments of a plan: those billed as they were billed, the others as they stand."""
    plan = standing.plan(number)
    days = []
    bill = plan[P_ON]
    for _ in range(plan[P_COUNT]):
        bill = month_day(bill, terms.vector[A_BILL_DAY])
        days.append(bill)
    parts = billed_parts(terms, facts, standing.s[S_DAY], plan, number, days[: plan[P_BILLED]])
    if plan[P_LEFT] + plan[P_FEE_LEFT] > 0 or is_untouched(facts):
        to_come = plan[P_COUNT] - plan[P_BILLED]
        parts += list(zip(in_parts(plan[P_LEFT], to_come), in_parts(plan[P_FEE_LEFT], to_come), strict=True))
    lines: list[Instalment] = []
    since, left = plan[P_ON], sum(principal for principal, _ in parts)
    for n, (principal, fee) in enumerate(parts):
        due = month_day(days[n], terms.vector[A_DUE_DAY])
        left -= principal
        lines.append(Instalment(n + 1, due, due - since, principal, 0, fee, left))
        since = due
    return lines


def is_untouched(facts: Sequence[Fact]) -> bool:
    """Tell whether every plan runs as it began: nothing took of its principal but its own bills."""
    return all(fact.kind not in (REFUNDED, SETTLED, CHARGED_OFF_FACT) for fact in facts)


def in_parts(minor: int, count: int) -> list[int]:
    """Give equal parts, remainders with the first."""
    if count == 0:
        return []
    level = minor // count
    return [minor - level * (count - 1)] + [level] * (count - 1)


def billed_parts(
    terms: Terms, facts: Sequence[Fact], as_of: int, plan: Sequence[int], number: int, bills: Sequence[int]
) -> list[tuple[int, int]]:
    """Give principal and fee of the instalments billed so far; after refunds, by comparing the plan before and after each bill."""
    if is_untouched(facts):
        principal, fee = in_parts(plan[P_PRINCIPAL], plan[P_COUNT]), in_parts(plan[P_FEE], plan[P_COUNT])
        return list(zip(principal, fee, strict=True))[: len(bills)]
    undone = {fact.a for fact in facts if fact.kind == REVERSED and fact.on <= as_of}
    # Facts left out stay as empty ones: the numbers of the others are how purchases are named.
    standing = [EMPTY._replace(on=fact.on) if n in undone or fact.kind == REVERSED else fact for n, fact in enumerate(facts, 1)]
    parts = []
    for bill in bills:
        before = fold(terms, standing, bill - 1)
        after = fold(terms, [fact if fact.on < bill else EMPTY._replace(on=fact.on) for fact in standing], bill)
        assert not isinstance(before, Refused), "the whole was folded before"
        assert not isinstance(after, Refused), "the whole was folded before"
        was, now = before.plan(number), after.plan(number)
        parts.append((was[P_LEFT] - now[P_LEFT], was[P_FEE_LEFT] - now[P_FEE_LEFT]))
    return parts
