"""`plimsoll npl sheet`: the statistics sheet of any list of bad loans, with the fields of the registry's notices."""

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from plimsoll.app.disposal.loan_list import open_loan_list, read_loan_list
from plimsoll.disposal.listed import COLUMNS, NEEDED, ONE_OF
from plimsoll.disposal.sheet import sheet_of
from plimsoll.disposal.sheet_words import rows_of, said_of
from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.exits import NOT_FOUND, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, read_on
from plimsoll.interfaces.cli.out import refuse_file
from plimsoll.units.refusal import LANGUAGES, Malformed

SHOWN: Final = 20
"""Rows with something wrong that are told one by one."""

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help=f"CSV (plain or gzip) or Parquet, one loan a row. Columns: {', '.join(COLUMNS)}; needed are {', '.join(NEEDED)} and one of "
        f"{', '.join(ONE_OF)}.",
    ),
]
CutOff = Annotated[str, typer.Option("--cutoff", metavar="DATE", help="The day on which amounts and days stand.")]
Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="The currency of the list.")]
Xlsx = Annotated[str, typer.Option("--xlsx", metavar="OUT", help="Write a workbook too (extra `sheets`).")]
Language = Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="zh-CN or en.")]


def sheet(
    file: File, cutoff: CutOff, currency: Currency = "CNY", xlsx: Xlsx = "", language: Language = "en", as_json: AsJson = False
) -> None:
    """Work out the sheet of a list of bad loans. A list with a bad row makes none: every such row is named with file, line and key."""
    if language not in LANGUAGES:
        raise Stop(USAGE, f"--language {language}: one of {', '.join(LANGUAGES)}")
    if xlsx:
        refuse_file("--xlsx", Path(xlsx))
    day = read_on(cutoff, "--cutoff")
    try:
        texts = open_loan_list(file)
        with bar(texts.rows, "loans") as step:
            loans, wrong = read_loan_list(texts, day, currency, lambda count: step("", count))
        if wrong:
            raise Stop(USAGE, _told(wrong, language))
        found = sheet_of(loans, day, currency)
    except Malformed as bad:
        raise Stop(NOT_FOUND if bad.code == "file_missing" else USAGE, bad.at(file=str(file)).text(language)) from None
    if xlsx:
        from plimsoll.app.disposal.sheet_xlsx import write_workbook

        write_workbook(Path(xlsx), found, loans, [loan.borrower_id for loan in loans], language)
    print(json.dumps(said_of(found), ensure_ascii=False) if as_json else aligned(rows_of(found, language), left=2))


def _told(wrong: list[Malformed], language: str) -> str:
    """Give what is wrong with a list, a line for each row."""
    lines = [one.text(language) for one in wrong[:SHOWN]]
    more = len(wrong) - SHOWN
    if more > 0:
        lines.append({"zh-CN": f"……另有 {more} 行有误。", "en": f"… and {more} more rows."}[language])
    return "\n".join(lines)
