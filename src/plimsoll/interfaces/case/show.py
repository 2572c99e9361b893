"""Write the parts of an answer: amounts and rates as decimal text, days as ISO dates."""

from collections.abc import Mapping, Sequence
from datetime import date

from plimsoll.ledger.balances import balances
from plimsoll.ledger.chart import CODES
from plimsoll.loan.classes import bucket, five_class, overdue_class
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import Standing
from plimsoll.loan.layout import REFUNDED, REPAID, SETTLED
from plimsoll.loan.share import split_among
from plimsoll.loan.state import Instalment, read_state
from plimsoll.loan.terms import LoanTerms, Terms
from plimsoll.risk.cost import annual_cost, periods_of
from plimsoll.units.money import EXPONENTS, text_of
from plimsoll.units.position import Position


def iso(day: int) -> str:
    """Give a day number as an ISO date."""
    return date.fromordinal(day).isoformat()


def show_schedule(promise: Sequence[Instalment], currency: str) -> list[dict[str, object]]:
    """Give one object a due date."""
    if EXPONENTS[currency] == 2:
        return [show_quickly(line) for line in promise]
    return [
        {
            "n": line.number,
            "due_on": iso(line.due_on),
            "days": line.days,
            "principal": text_of(line.principal, currency),
            "interest": text_of(line.interest, currency),
            "fee": text_of(line.fee, currency),
            "due": text_of(line.principal + line.interest + line.fee, currency),
            "balance": text_of(line.balance, currency),
        }
        for line in promise
    ]


def show_quickly(line: Instalment) -> dict[str, object]:
    """Give one line of a currency with two digits, the case of nearly every answer."""
    due = line.principal + line.interest + line.fee
    return {
        "n": line.number,
        "due_on": iso(line.due_on),
        "days": line.days,
        "principal": f"{line.principal // 100}.{line.principal % 100:02d}",
        "interest": f"{line.interest // 100}.{line.interest % 100:02d}",
        "fee": f"{line.fee // 100}.{line.fee % 100:02d}",
        "due": f"{due // 100}.{due % 100:02d}",
        "balance": f"{line.balance // 100}.{line.balance % 100:02d}",
    }


def show_totals(promise: Sequence[Instalment], currency: str) -> dict[str, str]:
    """Give the sums of the lines of the promise."""
    return {
        "principal": text_of(sum(line.principal for line in promise), currency),
        "interest": text_of(sum(line.interest for line in promise), currency),
        "fee": text_of(sum(line.fee for line in promise), currency),
    }


def show_cost(agreed: LoanTerms, first: Sequence[Instalment]) -> dict[str, str | None]:
    """Give the annual cost of the promised cash flows, fees included, as decimal text; null where no rate exists."""
    flows = [(line.due_on, line.principal + line.interest + line.fee) for line in first]
    if not flows:
        # Repaid at any time: what one day costs says it all.
        num, den = agreed.rate.day_fraction()
        simple, effective = annual_cost(den, agreed.disbursed_on, [(agreed.disbursed_on + 1, den + num)], 0)
        return {"apr_simple": simple, "apr_effective": effective}
    periods = periods_of(agreed.due, agreed.disbursed_on)
    simple, effective = annual_cost(agreed.principal_minor, agreed.disbursed_on, flows, periods)
    return {"apr_simple": simple, "apr_effective": effective}


def show_state(terms: Terms, standing: Standing, tolerance_days: int) -> dict[str, object]:
    """Give the numbers of the loan on the day asked for."""
    state = read_state(terms, standing)
    ccy = terms.currency
    return {
        "principal": text_of(state.principal, ccy),
        "principal_past_due": text_of(state.principal_past_due, ccy),
        "interest": text_of(state.interest, ccy),
        "interest_past_due": text_of(state.interest_past_due, ccy),
        "penalty": text_of(state.penalty, ccy),
        "fee": text_of(state.fee, ccy),
        "credit": text_of(state.credit, ccy),
        "payoff": text_of(state.payoff, ccy),
        "past_due_days": state.past_due_days,
        "bucket": f"M{bucket(state.past_due_days)}",
        "overdue_class": overdue_class(state.past_due_days),
        "five_class": five_class(state.past_due_days, tolerance_days),
    }


def show_allocations(facts: Sequence[Fact], standing: Standing, as_of: int, currency: str) -> list[dict[str, str]]:
    """Give how each payment in force was split, in order of its day."""
    shown = []
    for number in sorted(range(len(facts)), key=lambda i: facts[i].on):
        fact = facts[number]
        split = standing.split(number)
        if fact.kind not in (REPAID, SETTLED, REFUNDED) or fact.on > as_of or not any(split):
            continue
        parts = [text_of(part, currency) for part in split]
        amount = text_of(sum(split), currency)
        shown.append(
            {"on": iso(fact.on), "amount": amount, "fee": parts[0], "penalty": parts[1], "interest": parts[2]}
            | {"principal": parts[3], "credit": parts[4]}
        )
    return shown


def show_ledger(position: Position, currency: str) -> dict[str, str]:
    """Give the trial balance of the loan: accounts that are not zero, debits positive."""
    return {code: text_of(minor, currency) for code, minor in zip(CODES, balances(position), strict=True) if minor}


def show_shares(funders: Mapping[str, tuple[int, int]], position: Position, currency: str) -> dict[str, dict[str, str]]:
    """Give each funder's part of principal, interest, penalty and fee outstanding; the lender has the remainders."""
    names = (*funders, "lender")
    shared: dict[str, dict[str, str]] = {name: {} for name in names}
    for component in ("principal", "interest", "penalty", "fee"):
        parts = split_among(getattr(position, component), tuple(funders.values()))
        for name, part in zip(names, parts, strict=True):
            shared[name][component] = text_of(part, currency)
    return shared
