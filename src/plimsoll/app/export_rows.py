"""Take rows out of the house as one file: written at once, given when policy or another person lets it go, emptied when its time is over.

What the second person agrees to is the file itself, by its SHA-256: it lies ready while it waits, and nothing that happens meanwhile is
in it. Who made a file, why, and each time it is fetched stands on record; the record stays when the file is gone.
"""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from plimsoll.app.access.event import record
from plimsoll.app.access.principal import Principal
from plimsoll.app.access.relation import Sight
from plimsoll.app.approve.ask import PENDING, put_before_others
from plimsoll.app.approve.check import EXECUTED
from plimsoll.app.approve.execute import ActKind
from plimsoll.app.approve.need import Act, Waiting
from plimsoll.app.cell import Table
from plimsoll.app.database.schema_access import approval
from plimsoll.app.database.schema_chain import export_file
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, Outcome
from plimsoll.app.house import House
from plimsoll.app.show.customers import customers
from plimsoll.app.show.journal import FIRST, journal_of
from plimsoll.loan.filing import body_of
from plimsoll.units.refusal import Refused

VERB: Final = "export_rows"
SECONDS: Final = "POLICY.APPROVAL.EXPORT.SECONDS"
WAITING, READY, OVER = "waiting", "ready", "over"
ROWS_MAX: Final = 100_000
PAGE: Final = 200
_C = export_file.c
Rows = Iterator[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is taken out: of which kind, of which day, whom the one who asks sees, why, and under which key (with what it was asked by)."""

    kind: str
    on: date
    sight: Sight
    reason: str
    key: str
    asked: str


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was taken out, as it is shown; `until` is when it is emptied."""

    export_id: str
    kind: str
    on: date
    state: str
    made_by: str
    made_at: datetime
    reason: str
    rows_count: int
    sha256: str
    approval_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of export: by which permission its rows are read, its columns, and its rows on a day for whoever sees some."""

    permission: str
    columns: tuple[str, ...]
    rows: Callable[[Store, date, Sight], Rows]


def _journal(store: Store, on: date, _sight: Sight) -> Rows:
    after: tuple[int, int, int] | None = FIRST
    while after is not None:
        page = journal_of(store, on, after=after, limit=PAGE)
        for one in page.rows:
            said = (one.posted_on, one.customer_id, one.loan_id, one.entry_n, one.command, one.product, one.currency)
            yield from ((*said, leg.account, leg.amount_minor) for leg in one.legs)
        after = page.next_after


def _customers(store: Store, on: date, sight: Sight) -> Rows:
    after: int | None = 0
    while after is not None:
        page = customers(store, on.toordinal(), after=after, limit=PAGE, sight=sight)
        for one in page.rows:
            said = (one.customer_id, one.opened_on, one.unit, one.status, one.currency, one.limit_minor, one.used_minor, one.owed_minor)
            yield (*said, one.loans_open, one.days_late, one.bucket)
        after = page.next_after


KINDS: Final = {
    "journal": Kind(
        "ledger.read",
        ("posted_on", "customer", "loan", "entry", "command", "product", "currency", "account", "amount_minor"),
        _journal,
    ),
    "customers": Kind(
        "customer.read",
        (
            "customer",
            "opened_on",
            "unit",
            "status",
            "currency",
            "limit_minor",
            "used_minor",
            "owed_minor",
            "loans_open",
            "days_late",
            "bucket",
        ),
        _customers,
    ),
}
"""What can be taken out. None of it says who somebody is: personal data leave the vault one person at a time."""


def make(house: House, who: Principal, wanted: Wanted) -> Export | Waiting | Refused:
    """Write a file, and give it, or what it waits for; the same key gives the same file again.

    Refuses key_reused, export_too_large (more than ROWS_MAX rows), and what `put_before_others` refuses.
    """
    export_id = "exp_" + sha256(f"{who.user_id}\n{wanted.key}".encode()).hexdigest()[:26]
    row = _held(house, export_id)
    if row is None:
        made = _written(house, who, wanted, export_id)
        if isinstance(made, Refused):
            return made
        row = _held(house, export_id)
    assert row is not None, "a file that was written is there"
    if json.loads(row.asked)["asked"] != wanted.asked:
        return Refused("key_reused")
    if row.state != WAITING:
        return _export(row, house.now())
    act = _act(row)
    waits = put_before_others(house, who, act, wanted.reason)
    if waits is None:
        released = _release(house, act, who.actor)
        return released if isinstance(released, Refused) else find(house, who, export_id)
    if isinstance(waits, Waiting):
        _wait(house, export_id, waits.approval_id)
    return waits


def find(house: House, who: Principal, export_id: str) -> Export | Refused:
    """Give a file by its id to who made it. Refuses absent."""
    row = _held(house, export_id)
    if row is None or row.made_by != who.user_id:
        return Refused("absent")
    return _export(row, house.now(), _ended(house, row))


def fetch(house: House, who: Principal, export_id: str) -> tuple[Export, str] | Refused:
    """Give a file with its content, and say on record that it was fetched. Refuses absent, export_waiting, export_over."""
    found = find(house, who, export_id)
    if isinstance(found, Refused):
        return found
    if found.state != READY:
        return Refused("export_waiting" if found.state == WAITING else "export_over", detail=export_id)
    with house.store.changing() as connection:
        content = connection.execute(select(_C.content).where(_C.export_id == export_id)).scalar_one()
        said = {"kind": found.kind, "rows": found.rows_count, "sha256": found.sha256}
        record(connection, house.now(), who.actor, "export_fetched", export_id, reason=found.reason, body=said)
    return found, bytes(content).decode()


def empty_overdue(house: House) -> int:
    """Empty files whose time is over, and give how many; what is on record of them stays."""
    is_over = (_C.state != OVER) & (_C.until <= house.now())
    with house.store.engine.connect() as connection:
        if connection.execute(select(_C.export_id).where(is_over).limit(1)).first() is None:
            return 0
    with house.store.changing() as connection:
        return connection.execute(update(export_file).where(is_over).values(state=OVER, content=b"")).rowcount


def _written(house: House, who: Principal, wanted: Wanted, export_id: str) -> Refused | None:
    """Write the file and keep it, waiting."""
    kind, now = KINDS[wanted.kind], house.now()
    rows = list(islice(kind.rows(house.store, wanted.on, wanted.sight), ROWS_MAX + 1))
    if len(rows) > ROWS_MAX:
        return Refused("export_too_large", "", f"{ROWS_MAX:,}")
    file = io.StringIO(newline="")
    table = Table(file)
    table.row(kind.columns)
    table.rows(rows)
    content = file.getvalue().encode()
    seconds = house.rules.whole(SECONDS, house.today())
    assert seconds is not None, SECONDS
    digest = sha256(content).hexdigest()
    empty_overdue(house)
    row = {
        "export_id": export_id, "kind": wanted.kind, "made_by": who.user_id, "made_at": now, "reason": wanted.reason,
        "asked": json.dumps({"on": wanted.on.isoformat(), "asked": wanted.asked}), "rows_count": len(rows), "sha256": digest,
        "state": WAITING, "approval_id": "", "until": now + timedelta(seconds=seconds), "content": content,
    }  # fmt: skip
    with house.store.changing() as connection:
        if connection.execute(select(_C.export_id).where(_C.export_id == export_id)).first() is None:
            connection.execute(insert(export_file).values(row))
            said = {"kind": wanted.kind, "rows": len(rows), "sha256": digest}
            record(connection, now, who.actor, "export_made", export_id, reason=wanted.reason, body=said)
    return None


def _held(house: House, export_id: str) -> Row[Any] | None:
    columns = [column for column in export_file.columns if column.name != "content"]
    with house.store.engine.connect() as connection:
        return connection.execute(select(*columns).where(_C.export_id == export_id)).first()


def _ended(house: House, row: Row[Any]) -> bool:
    """Tell whether nobody will let a file go any more that waits."""
    if row.state != WAITING or not row.approval_id:
        return False
    with house.store.engine.connect() as connection:
        is_its = approval.c.approval_id == row.approval_id
        found = connection.execute(select(approval.c.state, approval.c.expires_at).where(is_its)).one()
    return found.state not in (PENDING, EXECUTED) or (found.state == PENDING and instant_of(found.expires_at) <= house.now())


def _export(row: Row[Any], now: datetime, is_ended: bool = False) -> Export:
    until = instant_of(row.until)
    state = OVER if is_ended or until <= now else row.state
    on = date.fromisoformat(json.loads(row.asked)["on"])
    made_at = instant_of(row.made_at)
    said = (row.made_by, made_at, row.reason, row.rows_count, row.sha256, row.approval_id)
    return Export(row.export_id, row.kind, on, state, *said, until)


def _act(row: Row[Any]) -> Act:
    """Give what others agree to: the file by its hash, what it holds and how many rows."""
    on = json.loads(row.asked)["on"]
    said = (("what", "内容", "", row.kind), ("day", "日期", "", on), ("rows", "行数", "", f"{row.rows_count:,}"))
    body = body_of({"kind": row.kind, "on": on, "sha256": row.sha256})
    return Act(VERB, f"export:{row.export_id}", row.export_id, body, said, rows=row.rows_count)


def _wait(house: House, export_id: str, approval_id: str) -> None:
    with house.store.changing() as connection:
        connection.execute(update(export_file).where(_C.export_id == export_id).values(approval_id=approval_id))


def _release(house: House, act: Act, actor: str) -> Outcome:
    """Let a file go that waits. Refuses absent, export_over."""
    row = _held(house, act.subject)
    if row is None or row.sha256 != json.loads(act.body)["sha256"]:
        return Refused("absent", detail=act.subject)
    if row.state == OVER or instant_of(row.until) <= house.now():
        return Refused("export_over", detail=act.subject)
    with house.store.changing() as connection:
        is_it = (_C.export_id == act.subject) & (_C.state == WAITING)
        if connection.execute(update(export_file).where(is_it).values(state=READY)).rowcount:
            record(connection, house.now(), actor, "export_released", act.subject, body={"sha256": row.sha256})
    return Answer(body_of({"export": act.subject, "rows": act.rows}))


def _is_released(connection: Connection, act: Act) -> bool:
    return connection.execute(select(_C.state).where(_C.export_id == act.subject)).scalar() == READY


def _version(house: House, act: Act) -> int:
    return -1 if _held(house, act.subject) is None else act.version


KIND: Final = ActKind(_release, _version, _is_released)
"""How an export is let go when others agreed."""
