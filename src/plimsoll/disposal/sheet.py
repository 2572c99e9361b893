"""The statistics sheet of a package: what the registry's notices of bad personal loans say, worked out from the loan list.

Sums are exact. Averages are weighted by unpaid principal and interest and rounded half-up once, at the end: days and age to two
digits, amounts to the minor unit. Age and limit belong to the borrower, who weighs what all of the borrower's loans weigh.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from plimsoll.disposal.listed import CLASSES, GUARANTEES, LITIGATION, UNKNOWN, Listed
from plimsoll.units.divide import half_up
from plimsoll.units.refusal import Malformed

PARTS: Final = (10, 25, 50, 75, 90)
"""Quantiles told, in per cent of the loans: the smallest number that at least so many do not pass (nearest rank)."""


class Share(NamedTuple):
    """How many loans, and how much of their principal and interest in minor units."""

    loans: int
    weight_minor: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a notice says of a package. Amounts in minor units; averages with two digits come as hundredths; None: not told of all loans."""

    cut_off: date
    currency: str
    principal_minor: int
    interest_minor: int
    fees_minor: int
    loans: int
    borrowers: int
    days_hundredths: int
    age_hundredths: int | None
    largest_minor: int
    mean_minor: int
    limit_minor: int | None
    classes: Mapping[str, Share]
    written_off: Share
    guarantees: Mapping[str, Share]
    litigation: Mapping[str, Share]
    quantiles: Mapping[str, tuple[int, ...]]
    regions: Mapping[str, Share]
    contactable: Share | None
    out_of_limitation: Share | None
    missing: Mapping[str, int] = field(default_factory=dict)  # column: loans that do not say it

    @property
    def total_minor(self) -> int:
        """Give unpaid principal and interest together."""
        return self.principal_minor + self.interest_minor


def sheet_of(loans: Sequence[Listed], cut_off: date, currency: str) -> Sheet:
    """Give the sheet of a list; raises Malformed: loan_list_empty, loan_list_duplicate, loan_list_contradicts."""
    if not loans:
        raise Malformed("loan_list_empty")
    borrowers = _borrowers(loans)
    loans = _completed(loans)
    total = sum(loan.weight_minor for loan in loans)
    return Sheet(
        cut_off=cut_off,
        currency=currency,
        principal_minor=sum(loan.principal_minor for loan in loans),
        interest_minor=sum(loan.interest_minor for loan in loans),
        fees_minor=sum(loan.fees_minor for loan in loans),
        loans=len(loans),
        borrowers=len(borrowers),
        days_hundredths=half_up(100 * sum(loan.days * loan.weight_minor for loan in loans), total),
        age_hundredths=_average(loans, total, 100, lambda loan: loan.age),
        largest_minor=max(borrowers.values()),
        mean_minor=half_up(total, len(borrowers)),
        limit_minor=_average(loans, total, 1, lambda loan: loan.limit_minor),
        classes=_shares(loans, CLASSES, lambda loan: loan.five_class),
        written_off=_share(loan for loan in loans if loan.is_written_off),
        guarantees=_shares(loans, GUARANTEES, lambda loan: loan.guarantee),
        litigation=_shares(loans, LITIGATION, lambda loan: loan.litigation),
        quantiles=_quantiles(loans),
        regions=_shares(loans, sorted({loan.region for loan in loans} - {""}), lambda loan: loan.region),
        contactable=_share(loan for loan in loans if loan.is_contactable)
        if all(loan.is_contactable is not None for loan in loans)
        else None,
        out_of_limitation=_out_of_limitation(loans),
        missing=_missing(loans),
    )


def _borrowers(loans: Sequence[Listed]) -> Counter[str]:
    """Give what each borrower owes; raises where a loan is listed twice, or two loans tell another age or limit of the same borrower."""
    owed: Counter[str] = Counter()
    told: dict[tuple[str, str], int] = {}
    seen: set[str] = set()
    for line, loan in enumerate(loans, 2):
        if loan.loan_id in seen:
            raise Malformed("loan_list_duplicate", loan.loan_id, line=line, key="loan_id")
        seen.add(loan.loan_id)
        owed[loan.borrower_id] += loan.weight_minor
        for key, number in (("age", loan.age), ("limit", loan.limit_minor)):
            one = told.setdefault((loan.borrower_id, key), number) if number != UNKNOWN else UNKNOWN
            if one != number:
                raise Malformed("loan_list_contradicts", f"borrower {loan.borrower_id}: {one} and {number}", line=line, key=key)
    return owed


def _completed(loans: Sequence[Listed]) -> list[Listed]:
    """Give the loans with the age and limit of the borrower, where another loan of the same borrower tells them."""
    ages = {loan.borrower_id: loan.age for loan in loans if loan.age != UNKNOWN}
    limits = {loan.borrower_id: loan.limit_minor for loan in loans if loan.limit_minor != UNKNOWN}
    return [loan._replace(age=ages.get(loan.borrower_id, UNKNOWN), limit_minor=limits.get(loan.borrower_id, UNKNOWN)) for loan in loans]


def _average(loans: Sequence[Listed], total: int, times: int, number: Callable[[Listed], int]) -> int | None:
    """Give `times` the weighted average of a number; None where a loan does not tell it."""
    if any(number(loan) == UNKNOWN for loan in loans):
        return None
    return half_up(times * sum(number(loan) * loan.weight_minor for loan in loans), total)


def _share(loans: Iterable[Listed]) -> Share:
    weights = [loan.weight_minor for loan in loans]
    return Share(len(weights), sum(weights))


def _shares(loans: Sequence[Listed], words: Iterable[str], word: Callable[[Listed], str]) -> dict[str, Share]:
    """Give the loans of each word, those of no word left out."""
    count: Counter[str] = Counter()
    weight: Counter[str] = Counter()
    for loan in loans:
        count[word(loan)] += 1
        weight[word(loan)] += loan.weight_minor
    return {one: Share(count[one], weight[one]) for one in words if count[one]}


def quantile(numbers: Sequence[int], part: int) -> int:
    """Give the smallest of sorted numbers that at least `part` per cent do not pass."""
    return numbers[max(-(-len(numbers) * part // 100), 1) - 1]


def _quantiles(loans: Sequence[Listed]) -> dict[str, tuple[int, ...]]:
    """Give the quantiles of every number that all loans tell."""
    columns: dict[str, Callable[[Listed], int]] = {
        "days": lambda loan: loan.days,
        "balance": lambda loan: loan.weight_minor,
        "age": lambda loan: loan.age,
        "months_since_paid": lambda loan: loan.months_since_paid,
        "payments_6m": lambda loan: loan.payments_6m,
        "payments_12m": lambda loan: loan.payments_12m,
        "agency_rounds": lambda loan: loan.agency_rounds,
    }
    found = {}
    for name, number in columns.items():
        numbers = sorted(map(number, loans))
        if numbers[0] != UNKNOWN:
            found[name] = tuple(quantile(numbers, part) for part in PARTS)
    return found


def _out_of_limitation(loans: Sequence[Listed]) -> Share | None:
    if any(loan.days_to_limitation is None for loan in loans):
        return None
    return _share(loan for loan in loans if loan.days_to_limitation is not None and loan.days_to_limitation < 0)


def _missing(loans: Sequence[Listed]) -> dict[str, int]:
    """Give, for what a notice says, how many loans do not say it."""
    counted = {
        "age": sum(loan.age == UNKNOWN for loan in loans),
        "limit": sum(loan.limit_minor == UNKNOWN for loan in loans),
        "five_class": sum(not loan.five_class for loan in loans),
        "written_off": sum(loan.is_written_off is None for loan in loans),
        "guarantee": sum(not loan.guarantee for loan in loans),
        "litigation": sum(not loan.litigation for loan in loans),
    }
    return {name: count for name, count in counted.items() if count}
