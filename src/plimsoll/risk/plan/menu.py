"""The menu of a plan: under what a borrower can pay, the rate comes down first, then the term grows, and what is owed of penalty and then
interest is waived where the first month would not fit otherwise.

Forgiving interest is what keeps people in a plan; a longer term alone hardly helps. So the default is the shortest term at which some
rate of the policy fits, at the highest such rate, if it is worth at least as much as doing without a plan.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from plimsoll.risk.plan.hazard import Ease, hazards, within_a_year
from plimsoll.risk.plan.instalments import Choice, Owed, Payment, payments, refuse_choice, yearly
from plimsoll.risk.plan.policy import PlanPolicy
from plimsoll.risk.plan.value import Month, break_even, worth_of
from plimsoll.risk.whole import DOWN, NEAREST, whole
from plimsoll.units.days import month_of, year_of
from plimsoll.units.money import text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

RATE: Final = "rate"
TERM: Final = "term"
HOLIDAY: Final = "holiday"
CONTRACT: Final = "contract"
MONTHS_A_YEAR: Final = 12


class Asked(NamedTuple):
    """For whom a plan is: what may be asked and what is left in a month (minor units), the plans before, the longest holiday wanted."""

    most_minor: int
    left_minor: int
    plans_before: int = 0
    holiday: int = 0


@dataclass(frozen=True, slots=True)
class Option:
    """One line of the menu. Amounts in minor units.

    `kind` says what changed first (CONTRACT, RATE, TERM, HOLIDAY); `highest_minor` is the most that any month asks, `cost_minor` what the
    borrower pays beyond the principal, `forgone_minor` what the house gives up beside its contract: what is waived, and interest to come.
    """

    kind: str
    choice: Choice
    payments: tuple[Payment, ...]
    fits: bool
    highest_minor: int
    total_minor: int
    cost_minor: int
    forgone_minor: int
    chance: float  # of breaking within twelve months
    even: float  # that chance at which it is worth as much as going on without
    value_minor: int

    @property
    def level_minor(self) -> int:
        """Give the payment of an ordinary month, the second one."""
        return self.payments[min(1, len(self.payments) - 1)].minor

    def said(self, currency: str) -> dict[str, object]:
        """Give the line as a borrower is told it; amounts as decimal text."""
        choice = self.choice
        return {
            "rate": "" if choice.rate is None else choice.rate.text(),
            "instalments": choice.terms,
            "holiday": choice.holiday,
            "penalty_waived": text_of(choice.penalty_waived_minor, currency),
            "interest_waived": text_of(choice.interest_waived_minor, currency),
            "month": text_of(self.level_minor, currency),
            "highest": text_of(self.highest_minor, currency),
            "total": text_of(self.total_minor, currency),
            "cost": text_of(self.cost_minor, currency),
        }


@dataclass(frozen=True, slots=True)
class Menu:
    """What can be offered, the shortest first; what the debt is worth without a plan, and which line is offered first (None: none)."""

    owed: Owed
    asked: Asked
    options: tuple[Option, ...]
    continuing_minor: int
    sale_minor: int
    first: int | None

    @property
    def without_minor(self) -> int:
        """Give what the debt is worth without a plan."""
        return max(self.continuing_minor, self.sale_minor)


def design(owed: Owed, asked: Asked, policy: PlanPolicy) -> Menu | Refused:
    """Give the menu: for each term the highest rate that fits, the contract rate too where it does; refuses nothing_owed.

    Where nothing fits, the line that comes nearest stands in the menu and is offered to nobody.
    """
    if owed.principal_minor <= 0:
        return Refused("nothing_owed")
    terms = [term for term in policy.terms if policy.terms_min <= term <= policy.terms_max]
    found: list[Option] = []
    for term in terms:
        found.extend(_at_term(owed, asked, term, policy))
    if found and asked.holiday == 0:
        best = found[0].choice
        for months in policy.holidays:
            eased = fitting(owed, asked, best.rate, best.terms, months, policy, HOLIDAY)
            if eased.fits:
                found.append(eased)
    if not found:
        found = [fitting(owed, asked, policy.rates[-1], terms[-1], asked.holiday, policy, TERM)]
    continuing, sale = without(owed, policy)
    first = next((n for n, one in enumerate(found) if one.fits and one.kind != CONTRACT and one.value_minor >= max(continuing, sale)), None)
    return Menu(owed, asked, tuple(found), continuing, sale, first)


def without(owed: Owed, policy: PlanPolicy) -> tuple[int, int]:
    """Give what a debt is worth if it goes on as it does, and if it is sold, in minor units."""
    continuing, sale = policy.without(owed.late_days)
    return whole(continuing * owed.total_minor, NEAREST), whole(sale * owed.total_minor, NEAREST)


def _at_term(owed: Owed, asked: Asked, term: int, policy: PlanPolicy) -> list[Option]:
    """Give the lines of one term: the contract rate where it fits, and the highest rate of the policy that does."""
    kind = RATE if term <= max(owed.terms_left, policy.terms_min) else TERM
    found = []
    contract = fitting(owed, asked, None, term, asked.holiday, policy, CONTRACT)
    if contract.fits:
        found.append(contract)
    for rate in policy.rates:
        if refuse_choice(owed, Choice(rate, term), policy.terms_max) is None:
            option = fitting(owed, asked, rate, term, asked.holiday, policy, kind)
            if option.fits:
                return [option, *found]
    return found


def fitting(owed: Owed, asked: Asked, rate: Rate | None, terms: int, holiday: int, policy: PlanPolicy, kind: str) -> Option:
    """Give a plan with the least waiver under which every month fits: nothing, the penalty, then the interest owed too."""
    steps = dict.fromkeys([(0, 0), (owed.penalty_minor, 0), (owed.penalty_minor, owed.interest_minor)])
    option = None
    for penalty, interest in steps:
        option = weigh(owed, asked, Choice(rate, terms, penalty, interest, holiday), policy, kind)
        if option.fits:
            break
    assert option is not None
    return option


def weigh(owed: Owed, asked: Asked, choice: Choice, policy: PlanPolicy, kind: str) -> Option:
    """Give a plan with its instalments, whether every month fits, what it costs, how likely it breaks, and what it is worth."""
    paid = payments(owed, choice)
    highest = max(one.minor for one in paid)
    total = sum(one.minor for one in paid)
    unchanged = payments(owed, Choice(None, choice.terms, 0, 0, choice.holiday))
    forgone = max(sum(one.minor for one in unchanged) - total, 0)
    before = payments(owed, Choice(None, max(owed.terms_left, 1)))
    ease = Ease(
        burden=highest / asked.left_minor if asked.left_minor else 1.0,
        reduction=max(1 - paid[-1].minor / max(before[0].minor, 1), 0.0),
        write_down=forgone / (owed.total_minor + forgone),
        plans_before=asked.plans_before,
    )
    months = tuple(months_of(owed, paid, choice.waived_minor))
    chances = hazards(months[-1].month, ease, policy.hazard)
    value = worth_of(months, chances, policy.worth)
    continuing, sale = policy.without(owed.late_days)
    return Option(
        kind=kind,
        choice=choice,
        payments=paid,
        fits=highest <= asked.most_minor,
        highest_minor=highest,
        total_minor=total,
        cost_minor=total - owed.principal_minor,
        forgone_minor=forgone,
        chance=within_a_year(chances),
        even=break_even(months, max(continuing, sale) * owed.total_minor, policy.worth),
        value_minor=whole(value, DOWN),
    )


def months_of(owed: Owed, paid: tuple[Payment, ...], waived_minor: int) -> list[Month]:
    """Give the payments of a plan by month from its day on, with the balance before each."""
    balance = owed.total_minor - waived_minor
    found = []
    start = MONTHS_A_YEAR * year_of(owed.on) + month_of(owed.on)
    for one in paid:
        month = MONTHS_A_YEAR * year_of(one.due_on) + month_of(one.due_on) - start
        found.append(Month(max(month, 1), float(one.minor), float(balance)))
        balance = one.balance_minor
    return found


def shortest(owed: Owed, payment_minor: int, rate: Rate | None, policy: PlanPolicy) -> int | Refused:
    """Give the fewest instalments at a rate so that no ordinary month asks more than a payment.

    Refuses plan_below_interest (a payment that never pays the debt off) and plan_too_long.
    """
    for terms in range(policy.terms_min, policy.terms_max + 1):
        paid = payments(owed, Choice(rate, terms, owed.penalty_minor, owed.interest_minor))
        if max(one.minor - one.arrears_minor for one in paid) <= payment_minor:
            return terms
    # The first month may rest, and then earns less than those to come.
    interest = max(one.interest_minor for one in payments(owed, Choice(rate, policy.terms_max))[:2])
    if payment_minor <= interest:
        return Refused("plan_below_interest", "", f"{payment_minor} of {interest} in minor units; rate {_rate(owed, rate):.4f}")
    return Refused("plan_too_long", "CN.PLAN.CARD.MAX", f"more than {policy.terms_max} instalments of {payment_minor} in minor units")


def _rate(owed: Owed, rate: Rate | None) -> float:
    return yearly(owed.rate) if rate is None else rate.num / rate.den
