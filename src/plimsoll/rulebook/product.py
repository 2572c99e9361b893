"""A product: its terms by version, each in force on [since, until), read from one YAML file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple

from plimsoll.rulebook.read import Field
from plimsoll.rulebook.rule import KEY, read_title
from plimsoll.rulebook.workdays import ROLLS
from plimsoll.units.days import DAY_COUNTS, DAYS, MONTHS, WEEKS
from plimsoll.units.money import EXPONENTS
from plimsoll.units.rate import Rate

REPAYMENTS: Final = ("equal-instalment", "equal-principal", "interest-first", "bullet")
PREPAYMENTS: Final = ("lower-instalment", "shorten-term", "next-first")
INSTALMENT: Final = "instalment"
EARLY: Final = ("prepayment", INSTALMENT)
ALLOCATIONS: Final = ("by-age", "same-order")
EXCESSES: Final = ("credit", "refuse")
PER_DAY: Final = "per day"
TOLERANCE_DAYS_MAX: Final = 7
GRACE_DAYS_MAX: Final = 60
INSTALMENTS_MAX: Final = 600
BILL_DAY_MAX: Final = 28
_EVERY: Final = re.compile(r"([1-9][0-9]?) (month|week|day)s?")
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Penalty:
    """What late principal costs: `multiple` of the contract rate, but no more than the cap; a cap may be a rule of law ("" if none)."""

    multiple: Rate
    per_year_cap: Rate | None
    cap_rule: str


@dataclass(frozen=True, slots=True)
class LoanOffer:
    """Terms of a loan. `rate_unit` is "per day", or the day count of a yearly rate; the first of `repayments` is the usual one.

    `early` says what a repayment above the sums due is: a prepayment, or money for the coming instalment.
    """

    amount_min_minor: int
    amount_max_minor: int
    every: str
    instalments_offered: tuple[int, ...]
    instalments_usual: int
    repayments: tuple[str, ...]
    rate_unit: str
    rate_min: Rate
    rate_max: Rate
    penalty: Penalty | None
    allocation: str
    prepayment: str
    min_interest_days: int
    early: str = EARLY[0]


class Plan(NamedTuple):
    """A number of instalments on offer, and the fee for all of them together as a share of the principal."""

    instalments: int
    fee: Rate


@dataclass(frozen=True, slots=True)
class AccountOffer:
    """Terms of a pay-later account: the bill, what late money costs, and the plans that a purchase or a bill may turn into.

    The borrower pays the fee of `purchase_plans` and `bill_plans`, the merchant that of `merchant_plans`.
    """

    purchase_min_minor: int
    purchase_max_minor: int
    limit_min_minor: int
    limit_max_minor: int
    bill_day: int
    due_days_offered: tuple[int, ...]
    due_day_usual: int
    min_payment: Rate
    revolving_per_day: Rate
    penalty_per_day: Rate
    plan_min_minor: int
    purchase_plans: tuple[Plan, ...]
    merchant_plans: tuple[Plan, ...]
    bill_plans: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A product as it is offered on [since, until). `excess` says what becomes of money above the payoff: kept as credit, or refused.

    Arrears up to `tolerance_minor` are not late: they wait for the next due day. A delay up to `tolerance_days` leaves the class as it is.
    """

    product: str
    title: Mapping[str, str]
    licence: str
    currency: str
    since: date
    until: date | None
    source: str
    excess: str
    grace_days: int
    tolerance_days: int
    due_roll: str
    calendar: str
    offer: LoanOffer | AccountOffer
    file: str
    line: int
    tolerance_minor: int = 0


_COMMON: Final = ("excess", "grace_days", "tolerance_days", "due_roll", "calendar")
_LOAN: Final = ("amount", "every", "instalments", "repayment", "rate", "penalty", "allocation", "prepayment", "min_interest_days")
_LOAN_MAY: Final = ("early",)
_MAY: Final = ("tolerance",)
_BILL: Final = ("purchase", "limit", "bill_day", "due_day", "min_payment", "revolving_per_day", "penalty_per_day")
_PLANS: Final = ("plan_min", "purchase_plans", "merchant_plans", "bill_plans")


def read_every(text: str) -> tuple[int, int]:
    """Give the unit and count of `units.days` for "1 month", "2 weeks" or "30 days"; (0, 0) where it is none of these."""
    found = _EVERY.fullmatch(text)
    return ({"month": MONTHS, "week": WEEKS, "day": DAYS}[found[2]], int(found[1])) if found else (0, 0)


def read_product(field: Field) -> tuple[Version, ...]:
    """Read a product file: its versions by date, each with what it inherits from the one before. Raises Malformed with the place."""
    head = field.fields(("product", "kind", "title", "licence", "currency", "versions"))
    if not _NAME.fullmatch(head["product"].text()):
        raise head["product"].wrong("field_malformed", head["product"].text(), "Lower-case words joined by hyphens.")
    kind = head["kind"].one_of(("loan", "account"))
    terms = (*_LOAN, *_COMMON) if kind == "loan" else (*_BILL, *_PLANS, *_COMMON)
    may = (*_LOAN_MAY, *_MAY) if kind == "loan" else _MAY
    inherited: dict[str, Field] = {}
    versions: list[Version] = []
    for entry in head["versions"].each():
        found = entry.fields(("from", "source", *(name for name in terms if name not in inherited)), ("until", *terms, *may))
        inherited |= {name: value for name, value in found.items() if name in (*terms, *may)}
        version = _read_version(head, entry, found | inherited)
        if versions:
            versions[-1] = _ended(versions[-1], version, entry)
        versions.append(version)
    return tuple(versions)


def _ended(before: Version, after: Version, entry: Field) -> Version:
    """End a version where the next begins, unless it ended earlier; raises rule_overlap."""
    if after.since <= before.since or (before.until is not None and before.until > after.since):
        raise entry.wrong("rule_overlap", f"from {after.since}: the version from {before.since} still holds then")
    return before if before.until is not None else replace(before, until=after.since)


def _read_version(head: Mapping[str, Field], entry: Field, found: Mapping[str, Field]) -> Version:
    """Read one version with all its terms."""
    since = found["from"].date()
    until = found["until"].date() if "until" in found else None
    if until is not None and until <= since:
        raise found["until"].wrong(
            "rule_malformed", f"until {until} is not after from {since}", "until is the first day without the version."
        )
    currency = head["currency"].one_of(EXPONENTS)
    return Version(
        product=head["product"].text(),
        title=read_title(head["title"]),
        licence=head["licence"].text(),
        currency=currency,
        since=since,
        until=until,
        source=found["source"].text(),
        excess=found["excess"].one_of(EXCESSES),
        grace_days=found["grace_days"].whole(0, GRACE_DAYS_MAX),
        tolerance_days=found["tolerance_days"].whole(0, TOLERANCE_DAYS_MAX),
        due_roll=found["due_roll"].one_of(ROLLS),
        calendar=found["calendar"].text(),
        offer=_read_loan(found, currency) if head["kind"].text() == "loan" else _read_account(found, currency),
        file=entry.file,
        line=entry.line,
        tolerance_minor=found["tolerance"].minor(currency) if "tolerance" in found else 0,
    )


def _read_loan(found: Mapping[str, Field], currency: str) -> LoanOffer:
    """Read the terms of a loan."""
    amount_min, amount_max = _read_range(found["amount"], currency)
    instalments = found["instalments"].fields(("offered", "usual"))
    offered, usual = _read_choice(instalments["offered"], instalments["usual"], INSTALMENTS_MAX)
    if read_every(found["every"].text()) == (0, 0):
        raise found["every"].wrong("field_malformed", found["every"].text(), 'Such as "1 month", "2 weeks" or "30 days".')
    rate = found["rate"].fields(("unit", "min", "max"))
    rate_min, rate_max = rate["min"].rate(), rate["max"].rate()
    if rate_min.exceeds(rate_max):
        raise rate["min"].wrong("rule_malformed", f"min {rate_min.text()} is above max {rate_max.text()}")
    return LoanOffer(
        amount_min_minor=amount_min,
        amount_max_minor=amount_max,
        every=found["every"].text(),
        instalments_offered=offered,
        instalments_usual=usual,
        repayments=found["repayment"].words(REPAYMENTS),
        rate_unit=rate["unit"].one_of((PER_DAY, *DAY_COUNTS)),
        rate_min=rate_min,
        rate_max=rate_max,
        penalty=_read_penalty(found["penalty"]),
        allocation=found["allocation"].one_of(ALLOCATIONS),
        prepayment=found["prepayment"].one_of(PREPAYMENTS),
        min_interest_days=found["min_interest_days"].whole(0, TOLERANCE_DAYS_MAX),
        early=found["early"].one_of(EARLY) if "early" in found else EARLY[0],
    )


def _read_account(found: Mapping[str, Field], currency: str) -> AccountOffer:
    """Read the terms of a pay-later account."""
    purchase_min, purchase_max = _read_range(found["purchase"], currency)
    limit_min, limit_max = _read_range(found["limit"], currency)
    due_day = found["due_day"].fields(("offered", "usual"))
    due_days, due_day_usual = _read_choice(due_day["offered"], due_day["usual"], BILL_DAY_MAX)
    bill_day = found["bill_day"].whole(1, BILL_DAY_MAX)
    if bill_day in due_days:
        raise due_day["offered"].wrong("rule_malformed", f"{bill_day} is the bill day", "A bill falls due on another day than it is cut.")
    min_payment = found["min_payment"].rate()
    if min_payment.exceeds(Rate(1, 1)):
        raise found["min_payment"].wrong("rate_out_of_range", min_payment.text(), "A share of at most 1.")
    return AccountOffer(
        purchase_min_minor=purchase_min,
        purchase_max_minor=purchase_max,
        limit_min_minor=limit_min,
        limit_max_minor=limit_max,
        bill_day=bill_day,
        due_days_offered=due_days,
        due_day_usual=due_day_usual,
        min_payment=min_payment,
        revolving_per_day=found["revolving_per_day"].rate(),
        penalty_per_day=found["penalty_per_day"].rate(),
        plan_min_minor=found["plan_min"].minor(currency),
        purchase_plans=_read_plans(found["purchase_plans"]),
        merchant_plans=_read_plans(found["merchant_plans"]),
        bill_plans=_read_plans(found["bill_plans"]),
    )


def _read_range(field: Field, currency: str) -> tuple[int, int]:
    """Read the least and the greatest amount in minor units."""
    bounds = field.fields(("min", "max"))
    least, most = bounds["min"].minor(currency), bounds["max"].minor(currency)
    if not 0 < least <= most:
        raise field.wrong("rule_malformed", f"min {bounds['min'].text()}, max {bounds['max'].text()}", "Above zero, and min at most max.")
    return least, most


def _read_choice(offered: Field, usual: Field, most: int) -> tuple[tuple[int, ...], int]:
    """Read the numbers on offer, ascending, and the usual one among them."""
    numbers = tuple(entry.whole(1, most) for entry in offered.each())
    if list(numbers) != sorted(set(numbers)):
        raise offered.wrong("rule_malformed", "not ascending", "Each number is larger than the one before.")
    if usual.whole(1, most) not in numbers:
        raise usual.wrong("rule_malformed", f"{usual.text()} is not offered")
    return numbers, usual.whole(1, most)


def _read_plans(field: Field) -> tuple[Plan, ...]:
    """Read a table of instalments and fees; null offers none."""
    if field.is_null():
        return ()
    plans = []
    for name, fee in field.entries().items():
        if not (name.isascii() and name.isdigit() and 1 < int(name) <= INSTALMENTS_MAX):
            raise fee.wrong("field_malformed", f"{name!r}", f"A number of instalments from 2 to {INSTALMENTS_MAX}.")
        plans.append(Plan(int(name), fee.rate()))
    return tuple(sorted(plans))


def _read_penalty(field: Field) -> Penalty | None:
    """Read what late principal costs; null for nothing. The cap is a yearly rate, the key of a rule, or null."""
    if field.is_null():
        return None
    found = field.fields(("multiple", "per_year_cap"))
    cap = found["per_year_cap"]
    multiple = found["multiple"].rate()
    if cap.is_null():
        return Penalty(multiple, None, "")
    if KEY.fullmatch(cap.text()):
        return Penalty(multiple, None, cap.text())
    return Penalty(multiple, cap.rate(), "")
