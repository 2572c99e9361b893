"""Apply a file that was checked: asked for, agreed to by others where policy says so, then executed by the keys of its rows, once."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any, Final

from sqlalchemy import Connection, select, update

from plimsoll.app.access.event import record
from plimsoll.app.access.principal import Principal
from plimsoll.app.approve.ask import PENDING, put_before_others
from plimsoll.app.approve.check import EXECUTED
from plimsoll.app.approve.execute import ActKind
from plimsoll.app.approve.need import CURRENCY, Act, Waiting
from plimsoll.app.command_file import Row
from plimsoll.app.database.schema_access import approval
from plimsoll.app.database.schema_chain import import_batch
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.execute import Answer, Outcome
from plimsoll.app.execute_any import execute_any
from plimsoll.app.execute_many import RowOutcome, execute_whole
from plimsoll.app.house import House
from plimsoll.app.imports.batch import APPLIED, VALID, WAITING, Batch, found_of, held, lines_of, refuse_applied, refuse_own
from plimsoll.app.imports.effect import ERRORS_KEPT, wiring_for
from plimsoll.app.imports.rows import ErrorRow, error_of, rows_of, safe
from plimsoll.app.treasury.by_hand import NEEDED_BY
from plimsoll.app.treasury.turn import funding_turn
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.loan.filing import body_of
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused, sentence
from plimsoll.units.sentences import SENTENCES

VERB: Final = "import_apply"
NOT_NOW: Final = ("store_busy", "command_in_flight")
ERROR_HEADER: Final = ("line", "key", "code", "detail", "said")
_C = import_batch.c


def apply(house: House, who: Principal, import_id: str, reason: str = "") -> Batch | Waiting | Refused:
    """Ask for a checked file to be applied: what it waits for, or the file as applied where policy asks nobody else.

    Refuses absent, import_not_own, import_state, import_applied_already, and what `ask_approval` refuses.
    """
    release(house, import_id)
    found = found_of(house, import_id)
    if isinstance(found, Refused):
        return found
    if found.made_by != who.user_id:
        return Refused("import_not_own")
    if found.state not in (VALID, WAITING, APPLIED):
        return Refused("import_state", detail=found.state)
    if found.state == APPLIED:
        return found
    act = act_of(found)
    waits = put_before_others(house, who, act, reason)
    if isinstance(waits, Refused):
        return waits
    with house.store.changing() as connection:
        row = held(connection, import_id)
        refused = refuse_own(row, who, (VALID, WAITING, APPLIED))
        assert row is not None, "a file that was found stays"
        if refused is None and row.state == VALID:
            refused = refuse_applied(connection, row.kind, row.sha256)
        if refused is not None:
            return refused
        if waits is not None and row.state == VALID:
            # The version stays: what was shown is what is applied.
            values = {"state": WAITING, "approval_id": waits.approval_id}
            connection.execute(update(import_batch).where(_C.import_id == import_id).values(values))
    if waits is not None:
        return waits
    done = execute_import(house, act, who.actor)
    return done if isinstance(done, Refused) else found_of(house, import_id)


def release(house: House, import_id: str) -> None:
    """Let a file go on whose approval ended without being executed: it may be asked for again, checked again or taken back."""
    with house.store.changing() as connection:
        row = held(connection, import_id)
        if row is None or row.state != WAITING:
            return
        is_its = approval.c.approval_id == row.approval_id
        state = connection.execute(select(approval.c.state, approval.c.expires_at).where(is_its)).first()
        if state is None or state.state == EXECUTED or (state.state == PENDING and instant_of(state.expires_at) > house.now()):
            return
        values = {"state": VALID, "approval_id": "", "version": row.version + 1}
        connection.execute(update(import_batch).where(_C.import_id == import_id).values(values))


def act_of(batch: Batch) -> Act:
    """Give what others agree to: the file by its hash, with its effect in words."""
    effect = batch.effect
    totals = effect.get("totals", [])
    by_currency: dict[str, int] = {}
    for _, currency, minor in totals:
        by_currency[currency] = by_currency.get(currency, 0) + minor
    # What cannot be compared with the lines of policy counts as above them.
    currency = next((one for one in by_currency if one != CURRENCY), CURRENCY if by_currency else "")
    said = [
        ("file", "文件", "", batch.name),
        ("rows that can be applied", "可执行行数", "", f"{effect.get('ok', 0)} / {effect.get('rows', 0)}"),
        ("repeats of what is there", "已存在的重复行", "", str(effect.get("repeats", 0))),
        ("customers", "客户数", "", f"{effect.get('customers', 0)} ({effect.get('customers_unknown', 0)} ?)"),
        ("all or none", "全部或不执行", "", "yes" if batch.is_whole else "no"),
        *((f"total of {verb}", f"{verb} 合计", "", f"{text_of(minor, code)} {code}") for verb, code, minor in totals),
        *(
            (f"ledger: {account}", f"总账：{account}", "", f"{text_of(minor, code)} {code}")
            for account, code, minor in effect.get("ledger", [])
        ),
    ]
    return Act(
        VERB,
        f"import:{batch.import_id}:{batch.version}",
        batch.import_id,
        body_of({"sha256": batch.sha256, "command": batch.kind}),
        tuple(said),
        batch.version,
        amount_minor=by_currency.get(currency, 0),
        currency=currency,
        rows=effect.get("rows", 0),
    )


def execute_import(house: House, act: Act, actor: str) -> Outcome:
    """Apply the file of an act, each row by its own key; what was applied before a crash is recognised. The answer counts the outcomes.

    Refuses absent, import_state, import_changed, import_applied_already; of a file that is applied all or none, import_whole_refused
    where a row is refused by now, and then nothing is stored.
    """
    with house.store.engine.connect() as connection:
        row = connection.execute(select(import_batch).where(_C.import_id == act.subject)).first()
        if row is None:
            return Refused("absent", detail=act.subject)
        if row.state == APPLIED:
            return Answer(json.dumps(json.loads(row.effect)["applied"]), is_replayed=True)
        if row.state not in (VALID, WAITING):
            return Refused("import_state", detail=row.state)
        if row.sha256 != json.loads(act.body)["sha256"] or row.version != act.version:
            return Refused("import_changed")
    with funding_turn(house.store) if row.kind in ("", *NEEDED_BY) else nullcontext():
        found = _whole(house, row, actor) if row.is_whole else _each(house, row, actor)
    if isinstance(found, Refused):
        return found
    counted, errors = found
    now = house.now()
    effect = json.loads(row.effect) | {"applied": counted}
    values = {
        "state": APPLIED,
        "version": row.version + 1,
        "applied_at": now,
        "errors": lines_of(errors),
        "errors_count": counted["errors"],
        "effect": json.dumps(effect),
    }
    with house.store.changing() as connection:
        is_same = (_C.import_id == act.subject) & _C.state.in_((VALID, WAITING))
        if connection.execute(update(import_batch).where(is_same).values(values)).rowcount:
            record(connection, now, actor, "import_applied", act.subject, body=counted)
    return Answer(json.dumps(counted))


def is_applied(connection: Connection, act: Act) -> bool:
    """Tell whether the file of an act was applied."""
    return connection.execute(select(_C.state).where(_C.import_id == act.subject)).scalar() == APPLIED


def version_of(house: House, act: Act) -> int:
    """Give the version of the file of an act as it stands, -1 where it is not there."""
    with house.store.engine.connect() as connection:
        found = connection.execute(select(_C.version).where(_C.import_id == act.subject)).scalar()
    return -1 if found is None else int(found)


KIND: Final = ActKind(execute_import, version_of, is_applied)
"""How an import is done when others agreed."""


def _each(house: House, row: Any, actor: str) -> tuple[dict[str, int], list[ErrorRow]] | Refused:
    """Apply the rows that can be read; each has its own outcome."""
    counted = {"done": 0, "repeated": 0, "errors": 0}
    errors: list[ErrorRow] = []
    for one, outcome in _executed(house, row, actor):
        if isinstance(outcome, Refused) and outcome.code in NOT_NOW:
            return outcome
        _count(one, outcome, counted, errors)
    return counted, errors


def _whole(house: House, row: Any, actor: str) -> tuple[dict[str, int], list[ErrorRow]] | Refused:
    """Apply all rows in one transaction, or none."""
    counted = {"done": 0, "repeated": 0, "errors": 0}
    errors: list[ErrorRow] = []
    rows = list(rows_of(bytes(row.content), row.name, row.kind))
    if any(one.wrong is not None or type(one.command) in DOSSIER_WIRING for one in rows):
        return Refused("import_whole_refused", detail="a row that is no command on a customer")
    done = execute_whole(house.store, wiring_for(house), [one.command for one in rows], actor=actor, now=house.now(), rules=house.rules)
    if not done.is_stored:
        first = next((outcome for outcome in done.outcomes if not isinstance(outcome, Answer)), None)
        if isinstance(first, Refused) and first.code in NOT_NOW:
            return first
        return Refused("import_whole_refused", detail=first.code if isinstance(first, Refused) else "")
    for one, outcome in zip(rows, done.outcomes, strict=True):
        _count(one, outcome, counted, errors)
    return counted, errors


def _executed(house: House, row: Any, actor: str) -> Iterator[tuple[Row, RowOutcome | None]]:
    """Execute rows and give all of them in their order, each with its outcome; None for those that cannot be read."""
    waiting: list[Row] = []

    def readable() -> Iterator[Any]:
        for one in rows_of(bytes(row.content), row.name, row.kind):
            waiting.append(one)
            if one.wrong is None:
                yield one.command

    at = 0
    outcomes = execute_any(
        house.store, lambda: wiring_for(house), DOSSIER_WIRING, readable(), actor=actor, now=house.now(), rules=house.rules
    )
    for outcome in outcomes:
        while waiting[at].wrong is not None:
            yield waiting[at], None
            at += 1
        yield waiting[at], outcome
        at += 1
    yield from ((one, None) for one in waiting[at:])


def _count(row: Row, outcome: RowOutcome | None, counted: dict[str, int], errors: list[ErrorRow]) -> None:
    if isinstance(outcome, Answer):
        counted["repeated" if outcome.is_replayed else "done"] += 1
        return
    counted["errors"] += 1
    if len(errors) >= ERRORS_KEPT:
        return
    if outcome is None:
        errors.append(error_of(row))
    elif isinstance(outcome, Refused):
        errors.append(ErrorRow(row.line, row.key, outcome.code, outcome.detail))
    else:
        errors.append(ErrorRow(row.line, row.key, "internal", outcome.raised))


def error_file(errors: tuple[ErrorRow, ...], language: str) -> str:
    """Give errors as a CSV file that no spreadsheet calculates, with what each code means."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(ERROR_HEADER)
    for error in errors:
        said = sentence(error.code, language) if error.code in SENTENCES else ""
        writer.writerow([str(error.line), safe(error.key), error.code, safe(error.detail), said])
    return written.getvalue()
