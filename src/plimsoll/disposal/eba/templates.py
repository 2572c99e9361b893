"""All templates of a package: rows with headings, what is empty and why, how complete what is mandatory is, and what follows no format."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from plimsoll.disposal.candidate import Candidate
from plimsoll.disposal.eba import repayment
from plimsoll.disposal.eba.counterparty import COUNTERPARTY, GUARANTEED, MORTGAGED, PROTECTED, RELATIONSHIP
from plimsoll.disposal.eba.field import FORMATS, NOT_HELD, UNTIL_CLOSING, Field, Row, is_well_formed
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
KEYS: Final = ("1,02", "2,01", "3,01")
"""The fields by which rows are put in order."""
COMPARED: Final = ("1,", "2,", "3,00", "3,01", "3,02", "3,03")
"""How the indexes begin whose index and name were compared with the published Annex I."""
ONE_LIST: Final = ("4,31", "4,32", "4,33")
"""Indexes that only one of the two other lists gives; both give the names."""
ANNEX, LISTS, LIST = "Annex I as published", "two other lists that agree", "index by one other list, name by two"
DICTIONARY: Final = ("template", "index", "name", "mandatory", "format", "permitted values", "index and name from")


class Measured(NamedTuple):
    """Cells of what is mandatory in a template: those that apply, those of them that say something, and those that wait for closing."""

    apply: int
    filled: int
    at_closing: int


class Table(NamedTuple):
    """A template of a package: its rows, and for each row the cell of every field; None where the field does not apply to the row."""

    name: str
    fields: tuple[Field, ...]
    rows: tuple[Row, ...]
    cells: tuple[tuple[str | None, ...], ...]

    def of_field(self, at: int) -> list[str]:
        """Give the cells of a field in the rows to which it applies."""
        return [cell for cells in self.cells if (cell := cells[at]) is not None]


def tables_of(loans: Sequence[Candidate], secret: str, cut_off: date) -> dict[str, Table]:
    """Give every template of a package by name: a row a borrower in 1, a row a loan in 2.1, 3 and 5, no row in the others."""
    theirs: dict[int, tuple[Candidate, ...]] = {}
    for one in sorted(loans, key=lambda one: one.loan_id):
        theirs[one.customer_id] = (*theirs.get(one.customer_id, ()), one)
    by_loan = tuple(Row(one, secret, cut_off, theirs[one.customer_id]) for one in loans)
    by_borrower = tuple(Row(held[0], secret, cut_off, held) for held in theirs.values())
    found = {}
    for name, fields in TEMPLATES.items():
        rows = () if name in EMPTY else by_borrower if name == BY_BORROWER else by_loan
        cells = tuple(tuple(field.cell(row) if field.is_asked(row) else None for field in fields) for row in rows)
        found[name] = Table(name, fields, rows, cells)
    return found


def filled(table: Table, cut_off: date) -> list[list[str]]:
    """Give a template with its headings, rows in the order of their tokens, which tells nothing."""
    if table.name == COLLECTED:
        return [repayment.headings(table.fields, cut_off), *sorted(repayment.cells(table.fields, row) for row in table.rows)]
    key = next((at for at, field in enumerate(table.fields) if field.number in KEYS), 0)
    cells = ([cell or "" for cell in row] for row in table.cells)
    return [[field.heading for field in table.fields], *sorted(cells, key=lambda row: (row[key], row))]


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
            ANNEX if field.number.startswith(COMPARED) else LIST if field.number in ONE_LIST else LISTS,
        ]
        for template, fields in TEMPLATES.items()
        for field in fields
    ]


def unmapped(tables: Mapping[str, Table]) -> dict[str, dict[str, str]]:
    """Give the fields that say nothing in any row, by template: the heading and why."""
    found: dict[str, dict[str, str]] = {}
    for name, table in tables.items():
        gaps = {field.heading: _why(field) for field, cells in _columns(table) if not any(cells)}
        found[name] = {"whole template": WHY_EMPTY} if name in EMPTY else gaps
    return found


def missing(tables: Mapping[str, Table]) -> dict[str, dict[str, str]]:
    """Give the mandatory fields that apply to rows and are empty in some of them: the heading, in how many of how many, and why."""
    found: dict[str, dict[str, str]] = {}
    for name in FILLED:
        told = ((field, len(cells), sum(1 for cell in cells if not cell)) for field, cells in _columns(tables[name]))
        found[name] = {field.heading: f"{empty} of {all_}: {_why(field)}" for field, all_, empty in told if field.is_mandatory and empty}
    return found


def completeness(tables: Mapping[str, Table]) -> dict[str, Measured]:
    """Give, by template, how many mandatory cells apply and how many of them are filled."""
    found = {}
    for name in FILLED:
        asked = [(field, cell) for field, cells in _columns(tables[name]) if field.is_mandatory for cell in cells]
        waiting = sum(1 for field, _ in asked if field.why_not == UNTIL_CLOSING)
        found[name] = Measured(len(asked), sum(1 for _, cell in asked if cell), waiting)
    return found


def wrong(tables: Mapping[str, Table]) -> list[str]:
    """Give the values that follow neither format nor permitted values of their field; there should be none."""
    return [
        f"{name}: {field.heading}: {cell!r}"
        for name in FILLED
        for row, cells in zip(tables[name].rows, tables[name].cells, strict=True)
        for field, cell in zip(tables[name].fields, cells, strict=True)
        if cell and not is_well_formed(field, cell, row.loan.currency)
    ]


def _why(field: Field) -> str:
    return field.why_not or NOT_HELD


def _columns(table: Table) -> Iterator[tuple[Field, list[str]]]:
    """Give the fields of a template with their cells in the rows to which they apply."""
    return ((field, table.of_field(at)) for at, field in enumerate(table.fields))
