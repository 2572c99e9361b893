"""Find what is missing from the sources, or was slipped in: whether sealed yet or not, records are counted without a gap."""

# ruff: noqa: S608 -- every name stands here, every value is a parameter.

from collections.abc import Iterator, Mapping
from typing import Any, Final

from plimsoll.app.chain.read import fetch
from plimsoll.app.chain.source import ACCESS, AUDIT, CLOSE, DOSSIER, DOSSIER_FILING, ENTRY, FILING, LOAN, STEP, VAULT

_TALLIED: Final = """SELECT li.customer_id FROM line li
LEFT JOIN (SELECT customer_id, count(*) AS there, min({n}) AS low, max({n}) AS high FROM {table} GROUP BY customer_id) found
    ON found.customer_id = li.customer_id
WHERE li.{count} <> coalesce(found.there, 0) OR found.low <> 1 OR found.high <> found.there
UNION SELECT t.customer_id FROM {table} t WHERE NOT EXISTS (SELECT 1 FROM line li WHERE li.customer_id = t.customer_id)
ORDER BY 1 LIMIT 20"""
_OF_DOSSIERS: Final = """SELECT d.kind || '/' || d.subject FROM dossier d
LEFT JOIN (SELECT kind, subject, count(*) AS there, min({n}) AS low, max({n}) AS high FROM {table} GROUP BY kind, subject) found
    ON found.kind = d.kind AND found.subject = d.subject
WHERE d.{count} <> coalesce(found.there, 0) OR found.low <> 1 OR found.high <> found.there
UNION SELECT t.kind || '/' || t.subject FROM {table} t
WHERE NOT EXISTS (SELECT 1 FROM dossier d WHERE d.kind = t.kind AND d.subject = t.subject)
ORDER BY 1 LIMIT 20"""
_OF_LOANS: Final = """SELECT 'customer ' || ls.customer_id || ' loan ' || ls.loan_id FROM loan_state ls
LEFT JOIN (SELECT customer_id, loan_id, count(DISTINCT {n}) AS there, min({n}) AS low, max({n}) AS high FROM {table}
    WHERE loan_id <> 0 GROUP BY customer_id, loan_id) found ON found.customer_id = ls.customer_id AND found.loan_id = ls.loan_id
WHERE ls.{count} <> coalesce(found.there, 0) OR found.low <> 1 OR found.high <> found.there
UNION SELECT 'customer ' || t.customer_id || ' loan ' || t.loan_id FROM {table} t WHERE t.loan_id <> 0
    AND NOT EXISTS (SELECT 1 FROM loan_state ls WHERE ls.customer_id = t.customer_id AND ls.loan_id = t.loan_id)
ORDER BY 1 LIMIT 20"""
_RECORDS: Final[Mapping[str, str]] = {
    LOAN: "SELECT (SELECT count(*) FROM loan) + (SELECT count(*) FROM fact)",
    ENTRY: "SELECT count(*) FROM (SELECT DISTINCT customer_id, loan_id, entry_n FROM journal WHERE loan_id <> 0) AS told",
}
_ALONE: Final = "SELECT {key} FROM {table} GROUP BY {key} HAVING min(n) <> 1 OR max(n) <> count(*) ORDER BY 1 LIMIT 20"
_GAPS: Final[Mapping[str, str]] = {
    AUDIT: _TALLIED.format(n="command_n", table=AUDIT, count="commands_count"),
    FILING: _TALLIED.format(n="n", table=FILING, count="filings_count"),
    LOAN: _OF_LOANS.format(n="n", table="fact", count="facts_count"),
    ENTRY: _OF_LOANS.format(n="entry_n", table=ENTRY, count="entries_count"),
    DOSSIER: _OF_DOSSIERS.format(n="command_n", table=DOSSIER, count="commands_count"),
    DOSSIER_FILING: _OF_DOSSIERS.format(n="n", table=DOSSIER_FILING, count="filings_count"),
    STEP: _ALONE.format(key="digest", table=STEP),
    VAULT: _ALONE.format(key="customer_id", table=VAULT),
}
_LOST_EVENTS: Final = """SELECT w.event_id FROM access_event_waiting w
WHERE NOT EXISTS (SELECT 1 FROM access_event e WHERE e.event_id = w.event_id) ORDER BY 1 LIMIT 20"""


def gaps(driver: Any, kind: str) -> Iterator[str]:
    """Give in words where a stream of a source is not numbered from 1 up to what is counted for it."""
    for source, sql in _GAPS.items():
        found = [str(row[0]) for row in fetch(driver, kind, sql)]
        if found:
            yield f"{source}: not numbered without a gap up to what is counted, of {', '.join(found)}"
    lost = [row[0] for row in fetch(driver, kind, _LOST_EVENTS)]
    if lost:
        yield f"{ACCESS}: events that wait to be sealed are gone: {', '.join(lost)}"


def unsealed_counts(driver: Any, kind: str, sealed: Mapping[str, int], last_day: int) -> dict[str, int]:
    """Give how many records of each source no block holds, by counting what is there; -1 where an access event, or a day before the last
    that was sealed, stands in no block and does not wait for one either: somebody slipped it in, or took it out."""
    left = {source: _count(driver, kind, source) - sealed.get(source, 0) for source in _GAPS}
    waiting = _count(driver, kind, "access_event_waiting")
    left[ACCESS] = waiting if _count(driver, kind, ACCESS) - sealed.get(ACCESS, 0) == waiting else -1
    days = "SELECT count(*), coalesce(sum(CASE WHEN {day:closed_on} <= ? THEN 1 ELSE 0 END), 0) FROM close_run WHERE state = 'done'"
    done, before = fetch(driver, kind, days, (last_day,))[0]
    left[CLOSE] = done - before if before == sealed.get(CLOSE, 0) else -1
    return left


def _count(driver: Any, kind: str, table: str) -> int:
    found: int = fetch(driver, kind, _RECORDS.get(table, f"SELECT count(*) FROM {table}"))[0][0]
    return found
