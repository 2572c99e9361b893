"""Small tapes for tests, written as payment strings that an officer can read: a character a month.

0 nothing late, 1 to 7 so many months late, P paid, W written off, S sold, a point where the loan is not seen.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from plimsoll.app.tape.reading import Order, Tape, open_tape

STATES = {"P": "paid", "W": "written-off", "S": "sold", **{str(n): str(n) for n in range(8)}}
MAP = """\
layout: long
loan: loan
currency: CNY
unit: major
period: {column: month, as: month}
opened: {column: opened, as: month}
status:
  column: status
  values: {"0": C, "1": M1, "2": M2, "3": M3, "4": M4, "5": M5, "6": M6, "7": M7, paid: paid, written-off: written-off, sold: sold}
balance: balance
originated: lent
dimensions: {product: product}
"""


def month_after(first: str, steps: int) -> str:
    year, month = (int(part) for part in first.split("-"))
    index = year * 12 + month - 1 + steps
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def rows_of(loans: Mapping[str, Any], first: str = "2026-01") -> list[dict[str, Any]]:
    """Give rows of a tape. A loan is its string, or a mapping with string, opened, balance, lent, product."""
    rows = []
    for loan, told in loans.items():
        said = told if isinstance(told, Mapping) else {"string": told}
        text = said["string"].replace(" ", "")
        begin = next(place for place, sign in enumerate(text) if sign != ".")
        for place, sign in enumerate(text):
            if sign != ".":
                rows.append(
                    {
                        "loan": loan,
                        "month": month_after(first, place),
                        "opened": said.get("opened", month_after(first, begin)),
                        "status": STATES[sign],
                        "balance": str(said.get("balance", "100.00")) if sign.isdigit() else "0.00",
                        "lent": str(said.get("lent", "100.00")),
                        "product": said.get("product", "cash"),
                    }
                )
    return rows


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write rows as CSV or Parquet, by the name of the path."""
    table = pa.Table.from_pylist(list(rows))
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        pyarrow.csv.write_csv(table, path)
    else:
        pq.write_table(table, path)
    return path


@contextmanager
def made_tape(folder: Path, loans: Mapping[str, Any], first: str = "2026-01", engine: str = "duckdb") -> Iterator[Tape]:
    """Open a tape of payment strings."""
    where = write_rows(folder / "tape.parquet", rows_of(loans, first))
    (folder / "map.yaml").write_text(MAP, "utf-8")
    with open_tape(Order(str(where), str(folder / "map.yaml"), engine=engine, master="local[2]")) as tape:
        yield tape
