"""Turn what a department puts on record about a customer into rows: filings, and places in queues. In memory; nothing is stored here."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from plimsoll.app.database.rows import FilingRow, Stored, WorkRow
from plimsoll.app.database.sheet import Sheet
from plimsoll.loan.filing import BODY_LENGTH_MAX, KINDS, WORK_STATES, Filing, NewFiling, WorkItem, instant_text


def numbered(sheet: Sheet, filings: Sequence[NewFiling], on: int, at: datetime, actor: str) -> list[Filing]:
    """Give new filings as they will stand in the file: with the next numbers, the day and instant (UTC) of the command, and who gave it."""
    begun = sheet.filings_count + len(sheet.filed)
    for new in filings:
        assert new.kind in KINDS, f"{new.kind!r} is no kind of filing"
        assert new.body[:1] == "{", f"a body is a JSON object, not {new.body[:40]!r}"
        assert len(new.body.encode()) <= BODY_LENGTH_MAX, f"a {new.kind} of {len(new.body)} characters"
    return [Filing(n, kind, subject, on, at, actor, body) for n, (kind, subject, body) in enumerate(filings, begun + 1)]


def filing_rows(
    customer_id: int, filed: Sequence[Filing], command_n: int, at: Stored, days: Mapping[int, Stored], rules_id: int
) -> list[FilingRow]:
    """Give the rows of filings that one command makes."""
    return [
        FilingRow(customer_id, one.n, command_n, one.kind, one.subject, days[one.on], at, one.actor, rules_id, one.body) for one in filed
    ]


def work_rows(customer_id: int, work: Sequence[WorkItem], command_n: int, at: Stored) -> dict[tuple[int, str, str], WorkRow]:
    """Give the places in queues that one command takes; the last of a kind about a subject counts."""
    rows = {}
    for kind, subject, state, priority, due_at, assigned_to, note in work:
        assert state in WORK_STATES, f"{state!r} is no state of work"
        assert not due_at or due_at == instant_text(datetime.fromisoformat(due_at)), f"{due_at!r} does not sort as instants do"
        row = WorkRow(customer_id, kind, subject, command_n, state, priority, due_at, assigned_to, note, at, at)
        rows[customer_id, kind, subject] = row
    return rows
