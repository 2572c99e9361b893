"""All templates of a package: rows with headings, what is empty and why, how complete what is mandatory is, and what follows no format."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from plimsoll.disposal.candidate import Candidate
from plimsoll.disposal.eba import repayment
from plimsoll.disposal.eba.counterparty import COUNTERPARTY, GUARANTEED, MORTGAGED, PROTECTED, RELATIONSHIP
from plimsoll.disposal.eba.field import AMOUNT, FORMATS, NOT_HELD, Field, Row, has_digits_of, is_well_formed
from plimsoll.disposal.eba.loan import LOAN
from plimsoll.disposal.eba.protection import MORTGAGE, PROTECTION
from plimsoll.disposal.eba.repayment import REPAYMENT

BY_BORROWER: Final = "1"
COLLECTED: Final = "5"
FILLED: Final[Mapping[str, tuple[Field, ...]]] = {BY_BORROWER: COUNTERPARTY, "2.1": RELATIONSHIP, "3": LOAN, COLLECTED: REPAYMENT}
EMPTY: Final[Mapping[str, tuple[Field, ...]]] = {
    "2.2": MORTGAGED,
    "2.3": PROTECTED,
    "2.4": GUARANTEED,
    "4.1": PROTECTION,
    "4.2": MORTGAGE,
}
"""Templates about mortgages, guarantees and collateral: headings without a row."""
TEMPLATES: Final = dict(sorted((*FILLED.items(), *EMPTY.items())))
WHY_EMPTY: Final = "nothing is secured or guaranteed"
COMPARED: Final = ("1,", "2,", "3,00", "3,01", "3,02", "3,03")
"""How the indexes begin whose index and name were compared with the published Annex I."""
ANNEX, LISTS = "Annex I as published", "two other lists that agree"
DICTIONARY: Final = ("template", "index", "name", "mandatory", "format", "permitted values", "index and name from")


class Measured(NamedTuple):
    """Cells of what is mandatory in a template: those that apply and those of them that say something."""

    apply: int
    filled: int


def rows_of(template: str, loans: Sequence[Candidate], secret: str, cut_off: date) -> list[Row]:
    """Give what a template is written from: a borrower in 1, a loan in 2.1, 3 and 5, nothing in the others."""
    if template in EMPTY:
        return []
    theirs: dict[int, tuple[Candidate, ...]] = {}
    for one in sorted(loans, key=lambda one: one.loan_id):
        theirs[one.customer_id] = (*theirs.get(one.customer_id, ()), one)
    firsts = (held[0] for held in theirs.values()) if template == BY_BORROWER else loans
    return [Row(one, secret, cut_off, theirs[one.customer_id]) for one in firsts]


def filled(template: str, loans: Sequence[Candidate], secret: str, cut_off: date) -> list[list[str]]:
    """Give a template with its headings, rows in the order of their tokens, which tells nothing."""
    fields, rows = TEMPLATES[template], rows_of(template, loans, secret, cut_off)
    if template == COLLECTED:
        return [repayment.headings(fields, cut_off), *sorted(repayment.cells(fields, row) for row in rows)]
    key = next((at for at, field in enumerate(fields) if field.number in ("1,02", "2,01", "3,01")), 0)
    cells = ([field.cell(row) for field in fields] for row in rows)
    return [[field.heading for field in fields], *sorted(cells, key=lambda row: (row[key], row))]


def dictionary() -> list[list[str]]:
    """Give every field of every template with what is known of it, as rows under DICTIONARY."""
    return [
        [
            template,
            field.number,
            field.name,
            "mandatory" if field.is_mandatory else "recommended",
            FORMATS[field.form],
            " | ".join(field.permitted),
            ANNEX if field.number.startswith(COMPARED) else LISTS,
        ]
        for template, fields in TEMPLATES.items()
        for field in fields
    ]


def unmapped(loans: Sequence[Candidate], secret: str, cut_off: date) -> dict[str, dict[str, str]]:
    """Give the fields that say nothing in any row, by template: the heading and why."""
    found: dict[str, dict[str, str]] = {name: {"whole template": WHY_EMPTY} for name in EMPTY}
    for name in FILLED:
        found[name] = {field.heading: _why(field) for field, cells in _cells(name, loans, secret, cut_off) if not any(cells)}
    return dict(sorted(found.items()))


def missing(loans: Sequence[Candidate], secret: str, cut_off: date) -> dict[str, dict[str, str]]:
    """Give the mandatory fields that apply to rows and are empty in some of them: the heading, in how many of how many, and why."""
    found: dict[str, dict[str, str]] = {}
    for name in FILLED:
        gaps = {}
        for field, cells in _asked(name, loans, secret, cut_off):
            empty = sum(1 for cell in cells if not cell)
            if field.is_mandatory and empty:
                gaps[field.heading] = f"{empty} of {len(cells)}: {_why(field)}"
        found[name] = gaps
    return found


def completeness(loans: Sequence[Candidate], secret: str, cut_off: date) -> dict[str, Measured]:
    """Give, by template, how many mandatory cells apply and how many of them are filled."""
    found = {}
    for name in FILLED:
        cells = [cell for field, said in _asked(name, loans, secret, cut_off) if field.is_mandatory for cell in said]
        found[name] = Measured(len(cells), sum(1 for cell in cells if cell))
    return found


def wrong(loans: Sequence[Candidate], secret: str, cut_off: date) -> list[str]:
    """Give the values that follow neither format nor permitted values of their field; there should be none."""
    found = []
    for name in FILLED:
        for field in TEMPLATES[name]:
            for row in rows_of(name, loans, secret, cut_off):
                cell = field.cell(row)
                if not is_well_formed(field, cell) or (cell and field.form == AMOUNT and not has_digits_of(cell, row.loan.currency)):
                    found.append(f"{name}: {field.heading}: {cell!r}")
    return found


def _why(field: Field) -> str:
    return field.why_not or NOT_HELD


def _cells(name: str, loans: Sequence[Candidate], secret: str, cut_off: date) -> Iterator[tuple[Field, list[str]]]:
    rows = rows_of(name, loans, secret, cut_off)
    return ((field, [field.cell(row) for row in rows]) for field in TEMPLATES[name])


def _asked(name: str, loans: Sequence[Candidate], secret: str, cut_off: date) -> Iterable[tuple[Field, list[str]]]:
    """Give the fields of a template with their cells in the rows to which they apply."""
    rows = rows_of(name, loans, secret, cut_off)
    return ((field, [field.cell(row) for row in rows if field.is_asked(row)]) for field in TEMPLATES[name])
