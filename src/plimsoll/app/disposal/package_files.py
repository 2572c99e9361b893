"""Write what a package shows to bidders: notice, loan tape, templates, and the report on the tape. Nothing in them names a person."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from plimsoll.app.cell import Table
from plimsoll.app.exchanged_file import place_private
from plimsoll.disposal import tape
from plimsoll.disposal.candidate import Candidate, listed
from plimsoll.disposal.eba import templates
from plimsoll.disposal.eba.field import percent
from plimsoll.disposal.sheet import Sheet, sheet_of
from plimsoll.disposal.sheet_words import said_of
from plimsoll.disposal.token import token_of


def sheet_of_loans(loans: Sequence[Candidate], secret: str, cut_off: date, currency: str, k: int) -> Sheet:
    """Give the statistics sheet of a package; of regions only those that the tape tells.

    A region of few borrowers with its exact total would point to a row of the tape, which hides it.
    """
    shown = tape.shown_of(loans, secret, k)
    rows = [listed(one, *_names(one, secret), cut_off) for one in loans]
    return sheet_of([row._replace(region=shown[row.borrower_id].region) for row in rows], cut_off, currency)


def _names(one: Candidate, secret: str) -> tuple[str, str]:
    return token_of(secret, "B", one.customer_id), token_of(secret, "L", one.loan_id)


def write_package(
    folder: Path, loans: Sequence[Candidate], secret: str, cut_off: date, currency: str, k: int
) -> tuple[tape.Report, list[Path]]:
    """Write all files of a package into a folder; give the report on the tape and the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    sheet = sheet_of_loans(loans, secret, cut_off, currency, k)
    rows = tape.rows_of(loans, secret, cut_off, k)
    report = tape.check(loans, rows, cut_off, k)
    paths = [_json(folder / "sheet.json", said_of(sheet)), _csv(folder / "tape.csv", [list(tape.COLUMNS), *map(list, rows)])]
    paths.append(_parquet(folder / "tape.parquet", rows))
    tables = templates.tables_of(loans, secret, cut_off)
    paths += [_csv(folder / f"eba-{name}.csv", templates.filled(table, cut_off)) for name, table in tables.items()]
    paths.append(_csv(folder / "eba-fields.csv", [list(templates.DICTIONARY), *templates.dictionary()]))
    said = report._asdict() | {"k_wanted": k, "wrong": list(report.wrong)} | _told_of_templates(tables)
    paths.append(_json(folder / "report.json", said))
    if find_spec("xlsxwriter"):
        from plimsoll.app.disposal.sheet_xlsx import write_workbook

        names = [_names(one, secret) for one in loans]
        ordered = sorted(zip(names, loans, strict=True), key=lambda pair: pair[0])
        rows_listed = [listed(one, borrower, loan, cut_off) for (borrower, loan), one in ordered]
        hidden = [one._replace(age=-1, region="") for one in rows_listed]
        write_workbook(folder / "notice.xlsx", sheet, hidden, [one.borrower_id for one in rows_listed], "zh-CN")
        paths.append(folder / "notice.xlsx")
    return report, paths


def _told_of_templates(tables: Mapping[str, templates.Table]) -> dict[str, object]:
    """Give what the report says of the templates: how complete they are, what is empty and why, and what follows no format."""
    measured = templates.completeness(tables)
    return {
        "eba_completeness": {
            name: one._asdict() | {"percent": percent(one.filled, one.apply) if one.apply else ""} for name, one in measured.items()
        },
        "eba_mandatory_empty": templates.missing(tables),
        "eba_unmapped": templates.unmapped(tables),
        "eba_wrong": templates.wrong(tables),
    }


def write_valuation(folder: Path, said: dict[str, Any]) -> Path:
    """Write the valuation book beside the files of a package; it is the seller's own and goes into no data room."""
    path = folder / "valuation-own.json"
    place_private(path, _text(said).encode())
    return path


def _json(path: Path, said: object) -> Path:
    path.write_text(_text(said), "utf-8")
    return path


def _text(said: object) -> str:
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _csv(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        Table(file).rows(rows)
    return path


def _parquet(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    cells = list(zip(*rows, strict=True)) or [()] * len(tape.COLUMNS)
    pq.write_table(pa.table({name: pa.array(column, pa.string()) for name, column in zip(tape.COLUMNS, cells, strict=True)}), path)
    return path
