"""A file on its way into the book: uploaded in parts, checked as a whole, with its effect; kept with what was wrong in it."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from plimsoll.app.access.event import record
from plimsoll.app.access.principal import EVERYBODY, Principal, Relation, Target
from plimsoll.app.access.verbs import VERBS
from plimsoll.app.database.schema_chain import import_batch
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.house import House
from plimsoll.app.imports.bounds import SIZE_MAX, check_content, check_name
from plimsoll.app.imports.effect import Effect, Step, rehearse
from plimsoll.app.imports.rows import ErrorRow, plain, rows_of, takes
from plimsoll.app.wiring import ALL_COMMANDS
from plimsoll.units.refusal import Malformed, Refused

UPLOADED, VALID, INVALID, WAITING, APPLIED, WITHDRAWN = "uploaded", "valid", "invalid", "waiting", "applied", "withdrawn"
STATES: Final = (UPLOADED, VALID, INVALID, WAITING, APPLIED, WITHDRAWN)
WHOLE_ROWS_MAX: Final = 50_000
"""Rows that are applied all or none: they share one transaction."""
_C = import_batch.c
_SHOWN: Final = [column for column in import_batch.columns if column.name not in ("content", "errors")]

May = Callable[[Principal, str, Target], Relation | Refused]


@dataclass(frozen=True, slots=True)
class Batch:
    """A file as lists and pages show it; `effect` as `Effect.plain` gives it, empty before it was checked."""

    import_id: str
    kind: str
    name: str
    sha256: str
    state: str
    made_by: str
    made_at: datetime
    rows_count: int
    errors_count: int
    effect: Mapping[str, Any]
    is_whole: bool
    approval_id: str
    applied_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it is sent: the verb of all rows ("" where each says its own), its name, and what its sender says it holds."""

    name: str
    content: bytes
    kind: str = ""
    is_whole: bool = False
    """Whether all rows are applied or none."""
    rows: int = -1
    """How many rows the sender says there are, -1 for not told."""
    totals: Mapping[str, int] | None = None
    """What the amounts add up to by currency, in minor units, None for not told."""
    key: str = ""
    """Under which a repeat is recognised, "" for none; and what it is recognised by."""
    asked: str = ""


def upload(house: House, who: Principal, sent: Upload) -> Batch | Refused:
    """Keep a file, or the first part of one; the same key gives the same file again. Refuses import_applied_already,
    import_verb_not_taken, idempotency_key_reused.

    Raises Malformed import_name_malformed, file_empty, import_too_large, import_archive, command_unknown.
    """
    check_name(sent.name)
    if sent.kind and sent.kind not in ALL_COMMANDS:
        raise Malformed("command_unknown", repr(sent.kind), key="command")
    if sent.kind and not takes(sent.kind):
        return Refused("import_verb_not_taken", detail=sent.kind)
    if not sent.content:
        raise Malformed("file_empty", file=sent.name)
    if len(sent.content) > SIZE_MAX:
        raise Malformed("import_too_large", f"{len(sent.content):,} bytes", file=sent.name)
    known = sha256(f"{who.user_id}\n{sent.key}".encode()).hexdigest()[:26] if sent.key else secrets.token_hex(13)
    now, import_id = house.now(), f"imp_{known}"
    control = {"rows": sent.rows, "totals": None if sent.totals is None else dict(sent.totals), "asked": sent.asked}
    row = {
        "import_id": import_id, "kind": sent.kind, "name": sent.name, "sha256": sha256(sent.content).hexdigest(), "content": sent.content,
        "state": UPLOADED, "made_by": who.user_id, "made_at": now, "rows_count": 0, "errors_count": 0, "errors": "", "effect": "{}",
        "is_whole": int(sent.is_whole), "control": json.dumps(control), "approval_id": "", "applied_at": None, "version": 1,
    }  # fmt: skip
    with house.store.changing() as connection:
        before = held(connection, import_id)
        if before is not None:
            is_same = json.loads(before.control)["asked"] == sent.asked
            return _batch(before) if is_same else Refused("idempotency_key_reused")
        refused = refuse_applied(connection, sent.kind, str(row["sha256"]))
        if refused is not None:
            return refused
        connection.execute(insert(import_batch).values(row))
        record(connection, now, who.actor, "import_uploaded", import_id, body={"sha256": row["sha256"], "command": sent.kind})
    return found_of(house, import_id)


def append(house: House, who: Principal, import_id: str, offset: int, part: bytes) -> Batch | Refused:
    """Add the next part of a file; the same part again changes nothing. Refuses absent, import_not_own, import_state, import_offset."""
    with house.store.changing() as connection:
        row = held(connection, import_id)
        refused = refuse_own(row, who, (UPLOADED,))
        if refused is not None:
            return refused
        assert row is not None, "what is refused is told"
        content = bytes(row.content)
        if offset + len(part) > SIZE_MAX:
            raise Malformed("import_too_large", f"{offset + len(part):,} bytes", file=row.name)
        if offset != len(content) and content[offset : offset + len(part)] != part:
            return Refused("import_offset", detail=f"{len(content)}")
        if offset == len(content):
            content += part
            values = {"content": content, "sha256": sha256(content).hexdigest(), "version": row.version + 1}
            connection.execute(update(import_batch).where(_C.import_id == import_id).values(values))
    return found_of(house, import_id)


def validate(house: House, who: Principal, import_id: str, may: May, step: Step = lambda _count: None) -> Batch | Refused:
    """Read every row and rehearse it; the file is then valid or invalid, with its effect and its errors. Nothing else is changed.

    It is invalid where it cannot be read, where its totals are not what its sender says, where no row can be applied, and, if all rows
    are to be applied or none, where one cannot. Refuses absent, import_not_own, import_state, import_applied_already, permission_missing.
    """
    with house.store.engine.connect() as connection:
        row = connection.execute(select(import_batch).where(_C.import_id == import_id)).first()
        refused = refuse_own(row, who, (UPLOADED, VALID, INVALID)) or refuse_applied(connection, row.kind, row.sha256)  # type: ignore[union-attr]
    if refused is not None:
        return refused
    assert row is not None, "what is refused is told"
    content = bytes(row.content)
    try:
        check_content(content, row.name)
        effect = rehearse(house, rows_of(content, row.name, row.kind), who.actor, step)
    except Malformed as wrong:
        effect = Effect()
        effect.refuse(ErrorRow(wrong.line, "", wrong.code, ": ".join(part for part in (wrong.key, wrong.detail) if part)))
    refused = next((one for verb in sorted(effect.named) if (one := _refuse_verb(who, verb, may)) is not None), None)
    if refused is not None:
        return refused
    _check_control(effect, json.loads(row.control))
    is_whole_wrong = row.is_whole and (effect.errors or effect.rows > WHOLE_ROWS_MAX)
    if row.is_whole and effect.rows > WHOLE_ROWS_MAX:
        effect.refuse(ErrorRow(0, "", "import_whole_too_large", f"{effect.rows:,} rows, at most {WHOLE_ROWS_MAX:,}"))
    is_wrong = is_whole_wrong or not effect.ok or "import_control_differs" in effect.codes
    return _keep(house, who, row, effect, INVALID if is_wrong else VALID)


def withdraw(house: House, who: Principal, import_id: str) -> Batch | Refused:
    """Take a file back that is not applied and does not wait for others. Refuses absent, import_not_own, import_state."""
    with house.store.changing() as connection:
        row = held(connection, import_id)
        refused = refuse_own(row, who, (UPLOADED, VALID, INVALID))
        if refused is not None:
            return refused
        assert row is not None, "what is refused is told"
        values = {"state": WITHDRAWN, "version": row.version + 1}
        connection.execute(update(import_batch).where(_C.import_id == import_id).values(values))
        record(connection, house.now(), who.actor, "import_withdrawn", import_id)
    return replace(_batch(row), **values)


def found_of(house: House, import_id: str) -> Batch | Refused:
    """Give one file. Refuses absent."""
    with house.store.engine.connect() as connection:
        row = connection.execute(select(*_SHOWN).where(_C.import_id == import_id)).first()
    return Refused("absent", detail=import_id) if row is None else _batch(row)


def batches(house: House, *, state: str = "", after: str = "", limit: int = 50) -> tuple[Batch, ...]:
    """Give files by their ids, in a state or in any."""
    wanted = select(*_SHOWN).where(_C.import_id > after).order_by(_C.import_id).limit(limit)
    with house.store.engine.connect() as connection:
        return tuple(_batch(row) for row in connection.execute(wanted.where(_C.state == state) if state else wanted))


def errors_of(house: House, import_id: str) -> tuple[ErrorRow, ...] | Refused:
    """Give the rows of a file that cannot be applied, or were refused, in the order of the file. Refuses absent."""
    with house.store.engine.connect() as connection:
        row = connection.execute(select(_C.errors).where(_C.import_id == import_id)).first()
    if row is None:
        return Refused("absent", detail=import_id)
    return tuple(ErrorRow(**json.loads(line)) for line in row.errors.splitlines())


def held(connection: Connection, import_id: str) -> Row[Any] | None:
    """Give a file under lock."""
    return connection.execute(select(import_batch).where(_C.import_id == import_id).with_for_update()).first()


def refuse_own(row: Row[Any] | None, who: Principal, states: tuple[str, ...]) -> Refused | None:
    """Refuse a file that is not there, somebody else's, or in another state."""
    if row is None:
        return Refused("absent")
    if row.made_by != who.user_id:
        return Refused("import_not_own")
    return None if row.state in states else Refused("import_state", detail=row.state)


def refuse_applied(connection: Connection, kind: str, digest: str) -> Refused | None:
    """Refuse a file whose very bytes were applied before, or wait to be."""
    is_same = (_C.kind == kind) & (_C.sha256 == digest) & _C.state.in_((APPLIED, WAITING))
    before = connection.execute(select(_C.import_id).where(is_same).limit(1)).scalar()
    return None if before is None else Refused("import_applied_already", detail=before)


def lines_of(errors: list[ErrorRow]) -> str:
    """Give errors as they are kept: JSON, one a line."""
    return "\n".join(json.dumps(plain(error), ensure_ascii=True) for error in errors)


def _refuse_verb(who: Principal, verb: str, may: May) -> Refused | None:
    """Refuse a verb that the one who brings the file may not do to everybody: a file is no way around permissions."""
    relation = may(who, VERBS[verb].permission, EVERYBODY)
    if isinstance(relation, Refused):
        return relation
    return None if relation is Relation.HOUSE else Refused("permission_missing", detail=f"{verb} of every customer")


def _check_control(effect: Effect, control: Mapping[str, Any]) -> None:
    """Compare with what the sender says the file holds."""
    totals = dict(effect.amounts)
    if control["rows"] >= 0 and control["rows"] != effect.rows:
        effect.refuse(ErrorRow(0, "", "import_control_differs", f"{effect.rows} rows, {control['rows']} told"))
    if control["totals"] is not None and control["totals"] != totals:
        effect.refuse(ErrorRow(0, "", "import_control_differs", f"{json.dumps(totals)}, told {json.dumps(control['totals'])}"))


def _keep(house: House, who: Principal, row: Row[Any], effect: Effect, state: str) -> Batch | Refused:
    said = effect.plain()
    values = {
        "state": state,
        "rows_count": effect.rows,
        "errors_count": said["errors"],
        "errors": lines_of(effect.errors),
        "effect": json.dumps(said),
        "version": row.version + 1,
    }
    with house.store.changing() as connection:
        is_same = (_C.import_id == row.import_id) & (_C.version == row.version)
        if connection.execute(update(import_batch).where(is_same).values(values)).rowcount != 1:
            return Refused("import_changed")
        record(connection, house.now(), who.actor, "import_checked", row.import_id, body={"state": state, "errors": said["errors"]})
    return found_of(house, row.import_id)


def _batch(row: Row[Any]) -> Batch:
    return Batch(
        row.import_id, row.kind, row.name, row.sha256, row.state, row.made_by, instant_of(row.made_at), row.rows_count, row.errors_count,
        json.loads(row.effect), bool(row.is_whole), row.approval_id, None if row.applied_at is None else instant_of(row.applied_at),
        row.version,
    )  # fmt: skip
