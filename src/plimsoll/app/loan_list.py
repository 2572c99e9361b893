"""Read a list of bad loans from a CSV (plain or gzip) or Parquet file: the loans, or every row that is refused with its line and key."""

from datetime import date
from pathlib import Path
from typing import Final

from plimsoll.app.table_text import read_texts
from plimsoll.disposal.listed import Listed, read_listed, refuse_currency, refuse_header
from plimsoll.units.refusal import Malformed

WRONG_MAX: Final = 1_000
"""Rows that are told; a list with more is read no further."""


def read_loan_list(path: Path, cut_off: date, currency: str) -> tuple[list[Listed], list[Malformed]]:
    """Give the loans of a file and what is wrong with it, row by row; a list with anything wrong makes no sheet.

    Raises Malformed where the file is no table, or lacks a column that every list has.
    """
    refuse_currency(currency)
    texts = read_texts(path, keeps_torn=True)
    try:
        refuse_header(texts.columns)
    except Malformed as wrong:
        raise wrong.at(file=str(path), line=1) from None
    loans: list[Listed] = []
    wrong_rows: list[Malformed] = []
    for number, cells in texts.numbered():
        if cells is None:
            wrong_rows.append(Malformed("row_malformed", texts.torn[number], file=str(path), line=number + 1))
        else:
            try:
                loans.append(read_listed(cells, cut_off, currency))
            except Malformed as wrong:
                wrong_rows.append(wrong.at(file=str(path), line=number + 1))
        if len(wrong_rows) >= WRONG_MAX:
            break
    return loans, wrong_rows
