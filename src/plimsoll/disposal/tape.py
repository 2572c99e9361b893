"""The loan tape of a package: a row a loan under tokens, its report of completeness and consistency."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from plimsoll.disposal.anonymous import Known, Shown, below, hide, smallest
from plimsoll.disposal.candidate import HISTORY_MONTHS, Candidate
from plimsoll.disposal.listed import UNKNOWN
from plimsoll.disposal.token import token_of
from plimsoll.units.money import text_of

HISTORY: Final = tuple(f"cash_m{month:02d}" for month in range(HISTORY_MONTHS, 0, -1))
"""Cash of each of the last 36 months; m01 is that of the cut-off date."""
COLUMNS: Final = (
    "loan", "borrower", "product", "currency", "opened_on", "cut_off", "disbursed", "principal", "interest", "fees", "days_past_due",
    "five_class", "written_off", "limit", "last_paid_on", "payments_6m", "payments_12m", "age_band", "region", *HISTORY,
)  # fmt: skip
WANTED: Final = ("last_paid_on", "age_band", "region", "limit")
"""Cells that may be empty; all others never are."""


class Report(NamedTuple):
    """What is wrong or missing in a tape: empty cells by column, contradictions, and how few borrowers are told alike."""

    rows: int
    borrowers: int
    empty: Mapping[str, int]
    wrong: tuple[str, ...]
    k: int
    below_k: int


def shown_of(loans: Sequence[Candidate], secret: str, k: int) -> dict[str, Shown]:
    """Give what the tape tells of each borrower, by token."""
    return hide({token_of(secret, "B", one.customer_id): Known(one.age, one.region) for one in loans}, k)


def rows_of(loans: Sequence[Candidate], secret: str, cut_off: date, k: int) -> list[tuple[str, ...]]:
    """Give the rows of the tape, in the order of their tokens, which tells nothing."""
    shown = shown_of(loans, secret, k)
    return sorted(_row(one, secret, cut_off, shown) for one in loans)


def _row(one: Candidate, secret: str, cut_off: date, shown: Mapping[str, Shown]) -> tuple[str, ...]:
    borrower = token_of(secret, "B", one.customer_id)
    amounts = (one.disbursed_minor, one.owed.principal_minor, one.owed.interest_minor, one.owed.fees_minor)
    return (
        token_of(secret, "L", one.loan_id),
        borrower,
        one.product,
        one.currency,
        date.fromordinal(one.opened_on).isoformat(),
        cut_off.isoformat(),
        *(text_of(minor, one.currency) for minor in amounts),
        str(one.days),
        one.five_class,
        "true" if one.is_written_off else "false",
        "" if one.limit_minor == UNKNOWN else text_of(one.limit_minor, one.currency),
        date.fromordinal(one.last_paid_on).isoformat() if one.last_paid_on else "",
        str(sum(1 for minor in one.history[-6:] if minor)),
        str(sum(1 for minor in one.history[-12:] if minor)),
        *shown[borrower],
        *(text_of(minor, one.currency) for minor in one.history),
    )


def check(loans: Sequence[Candidate], rows: Sequence[Sequence[str]], cut_off: date, k: int) -> Report:
    """Give the report of a tape."""
    empty = {name: sum(1 for row in rows if not row[COLUMNS.index(name)]) for name in WANTED}
    borrowers = {row[1]: Shown(row[17], row[18]) for row in rows}
    return Report(
        rows=len(rows),
        borrowers=len(borrowers),
        empty={name: count for name, count in empty.items() if count},
        wrong=tuple(_wrong(loans, cut_off)),
        k=smallest(borrowers),
        below_k=below(list(borrowers.values()), k),
    )


def _wrong(loans: Sequence[Candidate], cut_off: date) -> list[str]:
    """Give what cannot be: loans twice, nothing owed, owed without having been drawn, paid after the cut-off, kept out."""
    day, found = cut_off.toordinal(), []
    for loan_id, count in Counter(one.loan_id for one in loans).items():
        if count > 1:
            found.append(f"loan {loan_id}: {count} times")
    for one in loans:
        if one.weight_minor <= 0:
            found.append(f"loan {one.loan_id}: nothing owed")
        if one.owed.principal_minor > one.disbursed_minor:
            found.append(f"loan {one.loan_id}: more principal owed than drawn")
        if not one.opened_on <= day - one.days:
            found.append(f"loan {one.loan_id}: late since before it began")
        if one.last_paid_on > day:
            found.append(f"loan {one.loan_id}: paid after the cut-off")
        if one.keeps_out:
            found.append(f"loan {one.loan_id}: {', '.join(one.keeps_out)}")
    return found
