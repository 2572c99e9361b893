"""Find what no block holds yet, in the order in which it is sealed: by source, then by stream.

What an access event waits for stands in a small table; dossiers, artefacts and days are few. Of customers, either those that are named are
looked at, or all: then their rows of `line` are compared with what is sealed, a page at a time.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from plimsoll.app.chain.read import fetch
from plimsoll.app.chain.source import ACCESS, AUDIT, CLOSE, DOSSIER, DOSSIER_FILING, ENTRY, FILING, LOAN, OF_LOANS, STEP, VAULT, Range

PAGE: Final = 10_000
_AMONG: Final = "{column} IN (SELECT CAST(r.value AS bigint) FROM {{ranges}})"
_OF_LINE: Final = """SELECT li.customer_id, coalesce(s.sealed_n, 0) + 1, li.{count} FROM line li
LEFT JOIN audit_sealed s ON s.source = ? AND s.customer_id = li.customer_id AND s.stream = ''
WHERE li.customer_id > ? AND {among} AND li.{count} > coalesce(s.sealed_n, 0) ORDER BY li.customer_id LIMIT ?"""
_OF_LOAN: Final = """SELECT ls.customer_id, ls.loan_id, coalesce(s.sealed_n, 0) + 1, {count} FROM loan_state ls
LEFT JOIN audit_sealed s ON s.source = ? AND s.customer_id = ls.customer_id AND s.stream = CAST(ls.loan_id AS text)
WHERE (ls.customer_id, ls.loan_id) > (?, ?) AND {among} AND {count} > coalesce(s.sealed_n, 0)
ORDER BY ls.customer_id, ls.loan_id LIMIT ?"""
_COUNTED: Final = {LOAN: "ls.facts_count + 1", ENTRY: "ls.entries_count"}
_OF_VAULT: Final = """SELECT v.customer_id, coalesce(s.sealed_n, 0) + 1, max(v.n) FROM vault_access v
LEFT JOIN audit_sealed s ON s.source = ? AND s.customer_id = v.customer_id AND s.stream = ''
WHERE v.customer_id > ? AND {among} AND v.n > coalesce(s.sealed_n, 0)
GROUP BY v.customer_id, s.sealed_n ORDER BY v.customer_id LIMIT ?"""
_OF_DOSSIER: Final = """SELECT d.kind, d.subject, coalesce(s.sealed_n, 0) + 1, d.{count} FROM dossier d
LEFT JOIN audit_sealed s ON s.source = ? AND s.customer_id = 0 AND s.stream = d.kind || '/' || d.subject
WHERE d.{count} > coalesce(s.sealed_n, 0) ORDER BY d.kind, d.subject"""
_OF_STEPS: Final = """SELECT t.digest, coalesce(s.sealed_n, 0) + 1, max(t.n) FROM artefact_step t
LEFT JOIN audit_sealed s ON s.source = ? AND s.customer_id = 0 AND s.stream = t.digest
WHERE t.n > coalesce(s.sealed_n, 0) GROUP BY t.digest, s.sealed_n ORDER BY t.digest"""
_OF_ACCESS: Final = """SELECT w.event_id FROM access_event_waiting w JOIN access_event e ON e.event_id = w.event_id
WHERE w.event_id > ? ORDER BY w.event_id LIMIT ?"""
_OF_CLOSE: Final = """SELECT {day:closed_on} FROM close_run WHERE state = 'done'
AND {day:closed_on} > (SELECT coalesce(max(sealed_n), 0) FROM audit_sealed WHERE source = ?) ORDER BY 1"""


def unsealed(driver: Any, kind: str, touched: Sequence[int] | None = None) -> Iterator[Range]:
    """Give the ranges that no block holds, lazily; `touched` names the customers to look at, None for all of them."""
    for source in (AUDIT, FILING):
        yield from _customers(driver, kind, source, touched)
    for source in OF_LOANS:
        yield from _loans(driver, kind, source, touched)
    for source, count in ((DOSSIER, "commands_count"), (DOSSIER_FILING, "filings_count")):
        for row in fetch(driver, kind, _OF_DOSSIER.format(count=count), (source,)):
            yield Range(source, 0, f"{row[0]}/{row[1]}", row[2], row[3])
    for row in fetch(driver, kind, _OF_STEPS, (STEP,)):
        yield Range(STEP, 0, *row)
    yield from _customers(driver, kind, VAULT, touched)
    yield from _events(driver, kind)
    yield from _days(driver, kind)


def _customers(driver: Any, kind: str, source: str, touched: Sequence[int] | None) -> Iterator[Range]:
    if touched is not None and not touched:
        return
    column = "v.customer_id" if source == VAULT else "li.customer_id"
    among, named = _among(column, touched)
    counted = "commands_count" if source == AUDIT else "filings_count"
    sql = (_OF_VAULT if source == VAULT else _OF_LINE).replace("{among}", among).replace("{count}", counted)
    after = -(2**63)
    while True:
        rows = fetch(driver, kind, sql, (source, after, *named, PAGE))
        yield from (Range(source, row[0], "", row[1], row[2]) for row in rows)
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


def _loans(driver: Any, kind: str, source: str, touched: Sequence[int] | None) -> Iterator[Range]:
    if touched is not None and not touched:
        return
    among, named = _among("ls.customer_id", touched)
    sql = _OF_LOAN.replace("{among}", among).replace("{count}", _COUNTED[source])
    after: tuple[int, int] = (-(2**63), -(2**63))
    while True:
        rows = fetch(driver, kind, sql, (source, *after, *named, PAGE))
        yield from (Range(source, row[0], str(row[1]), row[2], row[3]) for row in rows)
        if len(rows) < PAGE:
            return
        after = rows[-1][:2]


def _among(column: str, touched: Sequence[int] | None) -> tuple[str, tuple[str, ...]]:
    """Give the condition that a customer is among some, with its value; None for all of them."""
    if touched is None:
        return "1 = 1", ()
    return _AMONG.format(column=column).replace("{{", "{").replace("}}", "}"), (json.dumps(sorted(set(touched))),)


def _events(driver: Any, kind: str) -> Iterator[Range]:
    after = ""
    while True:
        rows = fetch(driver, kind, _OF_ACCESS, (after, PAGE))
        yield from (Range(ACCESS, 0, row[0], 1, 1) for row in rows)
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


def _days(driver: Any, kind: str) -> Iterator[Range]:
    """Give closed days, those that follow each other as one range."""
    first = last = 0
    for (day,) in fetch(driver, kind, _OF_CLOSE, (CLOSE,)):
        if last and day != last + 1:
            yield Range(CLOSE, 0, "", first, last)
            first = day
        first, last = first or day, day
    if last:
        yield Range(CLOSE, 0, "", first, last)
