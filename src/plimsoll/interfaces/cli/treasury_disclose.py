"""`plimsoll treasury disclose`: a month for investors, as page, CSV, notices, and PDF where it is asked for."""

import json
import re
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.app.config import book_url, now, tape_folder
from plimsoll.app.database.opening import open_store
from plimsoll.app.treasury.disclose import Asked, disclose
from plimsoll.app.treasury.disclosure_page import csv_of, html_of, notices_of, pdf_of, said_of, sections
from plimsoll.app.treasury.shares import refuse_future
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import FAILURE, REFUSED, USAGE, VERIFICATION_FAILED, Stop
from plimsoll.interfaces.cli.options import AsJson, Db
from plimsoll.interfaces.cli.treasury_settle import TapeFolder
from plimsoll.interfaces.cli.treasury_triggers import Currency
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import LANGUAGES, Refused

Month = Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="The month that is told.")]
Out = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where page, CSV and notices go.")]
Funder = Annotated[str, typer.Option("--funder", metavar="NAME", help="Only loans of which this funder holds a part. Default: of any.")]
Pdf = Annotated[bool, typer.Option("--pdf", help="Also set it as PDF in Chinese and English (extra `documents`).")]


def disclose_command(
    month: Month,
    out: Out,
    funder: Funder = "",
    currency: Currency = "CNY",
    tape: TapeFolder = "",
    pdf: Pdf = False,
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Tell investors of a month: pool, collections, prepayment, lateness, defaults, recovery, concentration, limits, events, risks."""
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) is None or month.startswith("0000"):
        raise Stop(USAGE, f"--month {month}: a month such as 2026-03")
    first = date.fromisoformat(f"{month}-01")
    refused = refuse_future(first, now().date())
    if refused is not None:
        raise Stop(REFUSED, refused.text())
    with open_store(book_url(db)) as store:
        found = disclose(store, Asked(first, currency, funder, tape_folder(book_url(db), tape)), lawful_rules())
    if not found.adds_up():
        raise Stop(VERIFICATION_FAILED, "the balance at the end is not that of the beginning with what flowed; run plimsoll verify")
    name = f"investors_{month}"
    files: dict[str, bytes] = {
        f"{name}.html": html_of(found).encode(),
        f"{name}.csv": csv_of(found).encode(),
        f"{name}_notices.csv": notices_of(found).encode(),
    }
    for language in LANGUAGES if pdf else ():
        content = pdf_of(found, language, datetime.combine(found.last, time(), UTC))
        if isinstance(content, Refused):
            raise Stop(FAILURE, content.text())
        files[f"{name}_{language}.pdf"] = content
    out.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        (out / file).write_bytes(content)
    told = sections(found)
    if as_json:
        rows = [
            {"section": one.title.en, "what": row[0].en, **{head.en: cell.en for head, cell in zip(one.heads[1:], row[1:], strict=True)}}
            for one in told
            for row in one.rows
        ]
        print(json.dumps({"month": month, "currency": currency, "rows": rows, "files": [str(out / file) for file in files]}))
        return
    print(said_of(found).en)
    for one in told:
        rows_shown = [tuple(cell.en for cell in row) for row in one.rows]
        if rows_shown:
            print("\n" + aligned([(one.title.en, *(head.en for head in one.heads[1:])), RULE, *rows_shown]))
    print("\n" + "\n".join(str(out / file) for file in files))
