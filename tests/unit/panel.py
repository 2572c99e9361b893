"""Small card panels, made up for tests: clients with six months, April first, in whole dollars."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

BACK = (1, 2, 3, 4, 5, 6)
"""Months back from the last one, September: the panel lists it first."""
STATUSES = ("PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6")
HEADER = ["ID", "LIMIT_BAL", "SEX", *STATUSES, *(f"BILL_AMT{n}" for n in BACK), *(f"PAY_AMT{n}" for n in BACK), "default_next_month"]


class Told(NamedTuple):
    """A client as a test tells it."""

    limit: int
    statuses: Sequence[int]
    bills: Sequence[int]
    payments: Sequence[int]


PAYS_IN_FULL = Told(50_000, (-1,) * 6, (1000, 2000, 1500, 1200, 900, 300), (700, 1000, 2000, 1500, 1200, 900))
REVOLVES = Told(50_000, (0,) * 6, (20_000, 19_500, 19_300, 19_000, 18_900, 18_800), (1000,) * 6)
NEVER_PAYS = Told(50_000, (2, 3, 4, 5, 6, 7), (5000, 5100, 5200, 5300, 5400, 5500), (0,) * 6)
USES_NOTHING = Told(50_000, (-2,) * 6, (0,) * 6, (0,) * 6)
OVER_LIMIT = Told(10_000, (0,) * 6, (9000, 12_000, 9000, 9000, 9000, 9000), (500, 500, 3600, 500, 500, 500))
SENDS_BACK = Told(50_000, (-1,) * 6, (4000, 6000, 1000, 1000, 0, 0), (0, 4000, 2000, 1000, 1000, 0))
IN_CREDIT = Told(50_000, (-1,) * 6, (-300, -300, 500, -200, 0, 0), (0, 0, 0, 700, 0, 0))
PAYS_TOO_MUCH = Told(50_000, (-1,) * 6, (1000, 2000, 0, 0, 0, 0), (0, 5000, 1000, 0, 0, 0))
CONFUSED = Told(50_000, (3, -2, -1, 0, 2, 2), (1000, 1000, 1000, 1000, 0, 0), (0, 0, 0, 500, 0, 0))
EVERYBODY = (PAYS_IN_FULL, REVOLVES, NEVER_PAYS, USES_NOTHING, OVER_LIMIT, SENDS_BACK, IN_CREDIT, PAYS_TOO_MUCH, CONFUSED)


def row(number: int, told: Told) -> dict[str, Any]:
    """Give a client as a row of the file."""
    said: dict[str, Any] = {"ID": number, "LIMIT_BAL": f"{told.limit}.0", "SEX": 2, "default_next_month": 0}
    for place, (status, bill, payment) in enumerate(zip(told.statuses, told.bills, told.payments, strict=True)):
        back = 6 - place
        said["PAY_0" if back == 1 else f"PAY_{back}"] = status
        said[f"BILL_AMT{back}"] = f"{bill}.0"
        said[f"PAY_AMT{back}"] = f"{payment}.0"
    return said


def write(path: Path, clients: Sequence[Told], **changed: str) -> Path:
    """Write a panel; `changed` replaces values of the first client's row."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        for number, told in enumerate(clients, 1):
            writer.writerow(row(number, told) | (changed if number == 1 else {}))
    return path
