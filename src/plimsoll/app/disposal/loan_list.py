"""Read a list of bad loans from a CSV (plain or gzip) or Parquet file: the loans, or every row that is refused with its line and key."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from plimsoll.app.table_text import Texts, read_texts
from plimsoll.disposal.listed import Listed, read_listed, refuse_currency, refuse_header
from plimsoll.units.refusal import Malformed

WRONG_MAX: Final = 1_000
"""Rows that are told; a list with more is read no further."""
STEP: Final = 10_000
"""Rows between two signs of life."""


def open_loan_list(path: Path) -> Texts:
    """Give the rows of a file; raises Malformed where it is no table, or lacks a column that every list has."""
    texts = read_texts(path, keeps_torn=True)
    try:
        refuse_header(texts.columns)
    except Malformed as wrong:
        raise wrong.at(file=str(path), line=1) from None
    return texts


def read_loan_list(
    texts: Texts, cut_off: date, currency: str, progress: Callable[[int], None] | None = None
) -> tuple[list[Listed], list[Malformed]]:
    """Give the loans of a file and what is wrong with it, row by row; a list with anything wrong makes no sheet.

    `progress` is told how many more rows were read. Raises Malformed currency_unknown.
    """
    refuse_currency(currency)
    loans: list[Listed] = []
    wrong_rows: list[Malformed] = []
    for number, cells in texts.numbered():
        if cells is None:
            wrong_rows.append(Malformed("row_malformed", texts.torn[number], file=texts.name, line=number + 1))
        else:
            try:
                loans.append(read_listed(cells, cut_off, currency))
            except Malformed as wrong:
                wrong_rows.append(wrong.at(file=texts.name, line=number + 1))
        if progress is not None and number % STEP == 0:
            progress(STEP)
        if len(wrong_rows) >= WRONG_MAX:
            break
    return loans, wrong_rows
