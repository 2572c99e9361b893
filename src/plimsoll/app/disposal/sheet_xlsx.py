"""Write a statistics sheet and its loan list as a workbook. Needs the package xlsxwriter (extra `sheets`)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import xlsxwriter

from plimsoll.disposal.listed import CLASSES, GUARANTEES, LITIGATION, UNKNOWN, Listed
from plimsoll.disposal.sheet import Sheet
from plimsoll.disposal.sheet_words import rows_of
from plimsoll.units.money import EXPONENTS, text_of
from plimsoll.units.refusal import LANGUAGES

ROWS_MAX: Final = 1_048_576
"""Rows of one page of a workbook."""
PAGES: Final = (("公告", "资产清单"), ("Notice", "Loans"))
HEADINGS: Final = (
    ("序号", "no."), ("借款人", "borrower"), ("贷款", "loan"), ("未偿本金", "principal"), ("未偿利息", "interest"), ("其他费用", "fees"),
    ("逾期天数", "days past due"), ("年龄", "age"), ("授信额度", "limit"), ("五级分类", "five-class"), ("是否核销", "written off"),
    ("担保方式", "guarantee"), ("诉讼状态", "litigation"), ("地区", "region"),
)  # fmt: skip
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The instant that a workbook says it was made, so that the same list gives the same bytes."""


def write_workbook(path: Path, sheet: Sheet, loans: Sequence[Listed], tokens: Sequence[str], language: str) -> None:
    """Write the notice on one page and the loans on another; `tokens` stand for borrowers. Text is never taken for a formula.

    Amounts are numbers of the currency's digits; a spreadsheet holds them to 15 digits, which no list of the house passes.
    """
    at = LANGUAGES.index(language)
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}) as book:
        book.set_properties({"created": EPOCH.replace(tzinfo=None)})
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        exponent = EXPONENTS[sheet.currency]
        money = book.add_format({"num_format": "#,##0" + ("." + "0" * exponent if exponent else "")})
        notice = book.add_worksheet(PAGES[at][0])
        notice.set_column(0, 0, 44)
        notice.set_column(1, 1, 70)
        for line, (name, value) in enumerate(rows_of(sheet, language)):
            notice.write_string(line, 0, name, bold)
            notice.write_string(line, 1, value, wrapped)
        page = book.add_worksheet(PAGES[at][1])
        page.freeze_panes(1, 0)
        page.set_column(0, len(HEADINGS) - 1, 16)
        for column, names in enumerate(HEADINGS):
            page.write_string(0, column, names[at], bold)
        for line, (loan, token) in enumerate(zip(loans[: ROWS_MAX - 1], tokens, strict=False), 1):
            _write_loan(page, line, loan, token, sheet.currency, money, at)


def _write_loan(page: object, line: int, loan: Listed, token: str, currency: str, money: object, at: int) -> None:
    write_number, write_string = page.write_number, page.write_string  # type: ignore[attr-defined]
    write_number(line, 0, line)
    write_string(line, 1, token)
    write_string(line, 2, loan.loan_id)
    amounts = (loan.principal_minor, loan.interest_minor, loan.fees_minor)
    for column, minor in enumerate(amounts, 3):
        write_number(line, column, float(text_of(minor, currency)), money)
    write_number(line, 6, loan.days)
    if loan.age != UNKNOWN:
        write_number(line, 7, loan.age)
    if loan.limit_minor != UNKNOWN:
        write_number(line, 8, float(text_of(loan.limit_minor, currency)), money)
    written_off = "" if loan.is_written_off is None else (("否", "no"), ("是", "yes"))[loan.is_written_off][at]
    words = (
        CLASSES.get(loan.five_class, "") if at == 0 else loan.five_class,
        written_off,
        GUARANTEES.get(loan.guarantee, "") if at == 0 else loan.guarantee,
        LITIGATION.get(loan.litigation, "") if at == 0 else loan.litigation,
        loan.region,
    )
    for column, word in enumerate(words, 9):
        write_string(line, column, word)
