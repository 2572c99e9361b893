"""The list of events: what the chain holds, told in the order in which it was sealed, with ids only and no personal data.

An event is there once its record is sealed, and then for good under the same number: whoever remembers the last number read can go on
from there and misses nothing. Records that say what a command put on file are no events of their own.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from plimsoll.app.chain.digest import leaf_of
from plimsoll.app.chain.read import Block, blocks_with, by_source, fetch, read_ranges, read_rows, some_of
from plimsoll.app.chain.source import ACCESS, AUDIT, BY_NAME, CLOSE, DOSSIER, NO_EVENTS, STEP, VAULT, Row
from plimsoll.app.database.store import Store
from plimsoll.app.events import type as types
from plimsoll.app.zones import zone_of

ZONE: Final = "Asia/Shanghai"
"""By whose calendar an instant is a day of business, where no day was ever opened."""
BLOCKS_READ: Final = 50
RECORDS_READ: Final = 2_000
RECORDS_MAX: Final = 50_000
"""So many records are looked through for one page at most: where few fit the types asked for, a page is short, and says how far it is."""
ID_HEX: Final = 32
CODE: Final = re.compile(r"[A-Za-z0-9_.,:/+%-]{0,100}")
SAFE: Final = frozenset(
    (
        *("agency", "allowed", "application_id", "bucket", "case_id", "class", "commission", "complaint_id", "contact_id", "days"),
        *(
            "debit_id",
            "disclosure",
            "dispute_id",
            "due_on",
            "document",
            "extended",
            "fact",
            "facts",
            "first_due_on",
            "grade",
            "hardship_id",
        ),
        *("instalments", "is_answered", "is_asked", "is_changed", "is_held_out", "is_near", "is_passed", "is_queued", "is_reaged"),
        *("is_sent", "late_days", "lesson", "limit", "loan_id", "loans", "minor", "near", "next_by", "notice", "notice_id", "outcome"),
        *("package", "passed", "plan_id", "product", "promise_id", "purpose", "reference", "return_by", "rule", "sanction", "seconds"),
        *("segment", "state", "treatment", "trigger", "until", "version", "winner"),
    )
)
"""Names of an answer that an event may carry, where the value is a number, true or false, or a code: never a text for people."""


class Event(NamedTuple):
    """One event."""

    seq: int
    """Its number in the chain, and the cursor."""
    event_id: str
    type: str
    subject: str
    """What it is about, as the API names it: cus_17, loan_17_3, agency/north."""
    customer_id: int
    """0 where it is about no customer."""
    time: str
    """Instant recorded, UTC."""
    business_date: date
    """The day for which the book took entries when it was recorded."""
    data: Mapping[str, Any]
    sequence: int
    """Its number among the events of its ordering key (`key`), growing."""
    key: str
    """What its order holds within: the customer, the dossier, the artefact."""


class Page(NamedTuple):
    """Some events, and the number up to which everything was looked at: where the next page goes on."""

    events: list[Event]
    seen_seq: int


def events_after(store: Store, seq: int, limit: int, kinds: Collection[str] = ()) -> list[Event]:
    """Give at most `limit` events after a number, in order; `kinds` names types, () for all."""
    return page_after(store, seq, limit, kinds).events


def page_after(store: Store, seq: int, limit: int, kinds: Collection[str] = ()) -> Page:
    """Give at most `limit` events after a number, and how far was looked: where few are of `kinds` a page may be short though more come."""
    wanted = frozenset(kinds)
    found: list[Event] = []
    seen, until = seq, seq + RECORDS_MAX
    with store.driver() as driver:
        while len(found) < limit and seen < until:
            blocks = blocks_with(driver, store.kind, seen + 1, BLOCKS_READ)
            before = seen
            for block in blocks:
                seen = _take(driver, store.kind, block, seen, limit, wanted, found)
                if len(found) >= limit or seen >= until:
                    break
            if seen == before:
                break
    return Page(found, seen)


def _take(driver: Any, kind: str, block: Block, seen: int, limit: int, wanted: Collection[str], found: list[Event]) -> int:
    """Add the events of a block after number `seen`, until there are `limit`; give the number of the last record looked at."""
    last = block.first_seq + block.records_count - 1
    ranges = read_ranges(block.streams)
    while seen < last and len(found) < limit:
        portion = some_of(ranges, seen + 1 - block.first_seq, min(RECORDS_READ, 2 * limit))
        for event, seq in _told(driver, kind, portion, seen + 1):
            seen = seq
            if event is not None and (not wanted or event.type in wanted):
                found.append(event)
                if len(found) >= limit:
                    return seen
        if not portion:
            return last
    return seen


def _told(driver: Any, kind: str, ranges: Sequence[Any], seq: int) -> list[tuple[Event | None, int]]:
    """Give the event of each record of some ranges, None for what is no event, with its number."""
    told: list[tuple[Event | None, int]] = []
    calendar = _calendar(driver, kind)
    for name, own in by_source(ranges):
        records = sum(one.records for one in own)
        if name in NO_EVENTS:
            told += [(None, seq + at) for at in range(records)]
        else:
            rows = read_rows(driver, kind, name, own)
            loans = _loans_of(driver, kind, [(row[0], row[1], row[1]) for row in rows]) if name == AUDIT else {}
            told += [(_event(name, row, seq + at, loans, calendar), seq + at) for at, row in enumerate(rows)]
        seq += records
    return told


_FACTS: Final = """SELECT f.customer_id, f.command_n, min(f.loan_id), max(f.loan_id)
FROM {ranges} CROSS JOIN fact f WHERE f.customer_id = CAST(r.value ->> 0 AS bigint) AND f.command_n = CAST(r.value ->> 1 AS bigint)
GROUP BY f.customer_id, f.command_n"""
_OPENED: Final = _FACTS.replace("CROSS JOIN fact f", "CROSS JOIN loan f")
_NIGHTS: Final = "SELECT {at:started_at}, CAST(closed_on AS text) FROM close_run ORDER BY closed_on"
_OPEN_ON: Final = "SELECT CAST(open_on AS text) FROM book"
_LAST: Final = "SELECT coalesce(max(first_seq + records_count - 1), 0) FROM audit_block"

Loans = Mapping[tuple[int, int], int]
"""Of commands that opened loans or recorded facts: the one loan they are about, 0 for several."""


def last_seq(store: Store) -> int:
    """Give the number of the last record that is sealed, 0 where none is."""
    with store.driver() as driver:
        found: int = fetch(driver, store.kind, _LAST)[0][0]
    return found


def _loans_of(driver: Any, kind: str, commands: Sequence[tuple[int, int, int]]) -> Loans:
    named = (json.dumps(commands),)
    found: dict[tuple[int, int], int] = {}
    for sql in (_FACTS, _OPENED):
        for customer_id, n, low, high in fetch(driver, kind, sql, named):
            found[customer_id, n] = low if low == high else 0
    return found


class Calendar(NamedTuple):
    """For which day a book took entries at an instant: until a close begins for its day, from then on for the next."""

    begun: Sequence[str]
    days: Sequence[date]
    open_on: date

    def day(self, at: str) -> date:
        """Give the business date of an instant, as records write it; where no day was ever opened or closed, its day by the calendar."""
        place = bisect_right(self.begun, at)
        if place < len(self.days):
            return self.days[place]
        return datetime.fromisoformat(at).astimezone(zone_of(ZONE)).date() if self.open_on == date.min else self.open_on


def _calendar(driver: Any, kind: str) -> Calendar:
    nights = fetch(driver, kind, _NIGHTS)
    ((open_on,),) = fetch(driver, kind, _OPEN_ON)
    return Calendar([row[0] for row in nights], [date.fromisoformat(row[1]) for row in nights], date.fromisoformat(open_on))


def _event(source: str, row: Row, seq: int, loans: Loans, calendar: Calendar) -> Event:
    """Tell one record as an event."""
    said = BY_NAME[source]
    event_id = "evt_" + leaf_of(said.canonical(row).encode()).hex()[:ID_HEX]
    customer_id, stream, n = said.place(row)
    if source == AUDIT:
        at, name = row[2], row[4]
        data = safe(row[7])
        loan_id = loans.get((customer_id, n), 0) or (data["loan_id"] if isinstance(data.get("loan_id"), int) else 0)
        subject = f"loan_{customer_id}_{loan_id}" if loan_id else f"cus_{customer_id}"
        ids = {"customer": f"cus_{customer_id}"} | ({"loan": f"loan_{customer_id}_{loan_id}"} if loan_id else {})
        data = ids | {"answer": {key: value for key, value in data.items() if key != "loan_id"}}
        kind = types.OF_COMMANDS.get(name, types.OTHER)
        return Event(seq, event_id, types.full(kind), subject, customer_id, at, calendar.day(at), data, n, f"cus_{customer_id}")
    if source == DOSSIER:
        at, name = row[3], row[5]
        kind = types.OF_COMMANDS.get(name, types.OTHER)
        data = {"dossier": row[0], "subject": row[1], "answer": safe(row[8])}
        return Event(seq, event_id, types.full(kind), stream, 0, at, calendar.day(at), data, n, stream)
    if source == STEP:
        data = {"artefact": row[0], "verb": row[4], "before": row[5], "after": row[6]}
        return Event(seq, event_id, types.full(types.STEP), row[0], 0, row[2], calendar.day(row[2]), data, n, row[0])
    if source == VAULT:
        data = {"customer": f"cus_{customer_id}", "field": row[5]}
        subject = f"cus_{customer_id}"
        kind = types.full(types.OF_VAULT[row[4]])
        return Event(seq, event_id, kind, subject, customer_id, row[2], calendar.day(row[2]), data, n, f"{subject}/vault")
    if source == ACCESS:
        kind, owner = types.OF_ACCESS.get(row[3], types.ACCESS), row[5]
        data = {"action": row[3], "subject": row[4]} | ({"customer": f"cus_{owner}"} if owner else {})
        return Event(seq, event_id, types.full(kind), row[4] or row[0], owner, row[1], calendar.day(row[1]), data, seq, row[4] or row[0])
    assert source == CLOSE, source
    on = date.fromisoformat(row[1])
    return Event(seq, event_id, types.full(types.DAY), f"day/{row[1]}", 0, row[3], on, {"day": row[1]}, row[0], "day")


def safe(answer: str | None) -> dict[str, Any]:
    """Give what of a command's answer may leave the house: names on the list, with values that are numbers, flags or codes."""
    try:
        said = json.loads(answer or "{}")
    except ValueError:
        return {}
    if not isinstance(said, dict):
        return {}
    return {name: value for name, value in sorted(said.items()) if name in SAFE and _is_code(value)}


def _is_code(value: object) -> bool:
    if isinstance(value, bool | int):
        return True
    return isinstance(value, str) and CODE.fullmatch(value) is not None
