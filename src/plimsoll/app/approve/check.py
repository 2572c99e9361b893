"""The second pair of eyes: agree, reject or withdraw; and execution, once, when enough agreed.

Every step stands on record in the transaction that takes it. Execution is a transaction of its own, under the key of the approval: where
the process dies between it and the mark, asking again finds the key in the book and marks what is done.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, func, insert, select, update

from plimsoll.app.access.event import record
from plimsoll.app.access.principal import Principal, Relation, Target
from plimsoll.app.approve.ask import PENDING, key_of, sha_of
from plimsoll.app.approve.execute import NOT_NOW, Acts, execute_agreed, is_executed
from plimsoll.app.approve.need import AUTHORITY, CHECKERS, CIRCLE, CURRENCY, Act, authority_minor, circle_refused, may_check, policy_day
from plimsoll.app.approve.preview import version_now
from plimsoll.app.approve.written import read
from plimsoll.app.database.schema_access import approval, approval_check
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.units.refusal import Refused

AGREE, REJECT = "agree", "reject"
VERDICTS: Final = (AGREE, REJECT)
EXECUTED, REJECTED, EXPIRED, STALE, WITHDRAWN, REFUSED = "executed", "rejected", "expired", "stale", "withdrawn", "refused"
STATES: Final = (PENDING, EXECUTED, REJECTED, EXPIRED, STALE, WITHDRAWN, REFUSED)
COMMENT_MAX: Final = 500
NO_ACTS: Final[Acts] = {}

May = Callable[[Principal, str, Target], Relation | Refused]
"""Whether somebody may: `Door.may`."""


class Checked(NamedTuple):
    """Where an approval stands after a step: how many agreed of how many, and what the execution answered (JSON), "" before."""

    approval_id: str
    state: str
    agreed: int
    checkers: int
    outcome: str


def check(
    house: House, who: Principal, approval_id: str, sha256: str, verdict: str, comment: str = "", *, may: May, acts: Acts = NO_ACTS
) -> Checked | Refused:
    """Agree to what was shown under `sha256`, or reject it with a comment; the last one needed executes it.

    Refuses absent, permission_missing, maker_cannot_check, user_is_yourself, approval_differs, approval_ended, approval_checked,
    approval_comment_missing, approval_malformed, approval_expired, approval_stale, approval_circle, approval_beyond_authority; and
    store_busy, command_in_flight where the same has to be asked again. What the department refuses at the execution is the state
    `refused`, with its code.
    """
    if verdict not in VERDICTS or len(comment) > COMMENT_MAX or not (comment.isprintable() or not comment):
        return Refused("approval_malformed")
    row = _row(house, approval_id)
    if row is None:
        return Refused("absent", detail=approval_id)
    refused = _refuse_person(house, who, row, may) or _refuse_shown(row, sha256, verdict, comment)
    if refused is not None:
        return refused
    command = _command(row)
    version = _version(house, command, acts)
    with house.store.changing() as connection:
        now = house.now()
        locked = _locked(connection, approval_id)
        agreed = _agreed(connection, approval_id)
        if locked.state != PENDING and _said(connection, locked, who) == verdict:
            return Checked(approval_id, locked.state, agreed, locked.checkers, locked.outcome)
        # Looked for after the version was read: where the execution moved it, its key stands in the book by now.
        is_done = agreed >= locked.checkers and is_executed(connection, command, acts)
        refused = None if is_done else _refuse_moment(house, connection, locked, version, now)
        if verdict == REJECT and agreed >= locked.checkers:
            # What enough agreed to may be executed at this moment: it is too late to reject it.
            refused = refused or Refused("approval_ended", detail=locked.state)
        refused = refused or _take(house, connection, locked, who, (verdict, comment), now)
        if refused is not None:
            return refused
        agreed = _agreed(connection, approval_id)
        if verdict == REJECT:
            _end(connection, locked, REJECTED, who.actor, now, "", comment)
            return Checked(approval_id, REJECTED, agreed, locked.checkers, "")
    if agreed < locked.checkers:
        return Checked(approval_id, PENDING, agreed, locked.checkers, "")
    return _execute(house, locked, command, who, acts)


def withdraw(house: House, who: Principal, approval_id: str, reason: str = "") -> Checked | Refused:
    """Take back what one asked for oneself, as long as it waits. Refuses absent, approval_not_own, approval_ended, approval_malformed."""
    if len(reason) > COMMENT_MAX or not (reason.isprintable() or not reason):
        return Refused("approval_malformed")
    row = _row(house, approval_id)
    if row is None:
        return Refused("absent", detail=approval_id)
    if row.maker != who.user_id:
        return Refused("approval_not_own")
    with house.store.changing() as connection:
        locked = _locked(connection, approval_id)
        if locked.state == WITHDRAWN:
            # Who takes something back twice was not answered the first time.
            return Checked(approval_id, WITHDRAWN, _agreed(connection, approval_id), locked.checkers, "")
        # What enough agreed to may be executed at this moment: it is too late to take it back.
        if locked.state != PENDING or _agreed(connection, approval_id) >= locked.checkers:
            return Refused("approval_ended", detail=locked.state)
        _end(connection, locked, WITHDRAWN, who.actor, house.now(), "", reason)
        return Checked(approval_id, WITHDRAWN, _agreed(connection, approval_id), locked.checkers, "")


def end_overdue(house: House) -> int:
    """End what waited past its time, and give how many there were."""
    now = house.now()
    with house.store.changing() as connection:
        overdue = (approval.c.state == PENDING) & (approval.c.expires_at <= now)
        rows = [row for row in connection.execute(select(approval).where(overdue).with_for_update()) if _is_short(connection, row)]
        for row in rows:
            _end(connection, row, EXPIRED, "house", now)
    return len(rows)


def _is_short(connection: Connection, row: Row[Any]) -> bool:
    """Tell whether fewer agreed than have to: what enough agreed to may be executed and only waits for its mark."""
    return _agreed(connection, row.approval_id) < int(row.checkers)


def _row(house: House, approval_id: str) -> Row[Any] | None:
    with house.store.engine.connect() as connection:
        return connection.execute(select(approval).where(approval.c.approval_id == approval_id)).first()


def _locked(connection: Connection, approval_id: str) -> Row[Any]:
    return connection.execute(select(approval).where(approval.c.approval_id == approval_id).with_for_update()).one()


def _command(row: Row[Any]) -> Any:
    return read(json.loads(row.payload), key_of(row.approval_id))


def _version(house: House, command: Any, acts: Acts) -> int:
    if isinstance(command, Act):
        kind = acts.get(command.verb)
        return command.version if kind is None else kind.version(house, command)
    return version_now(house, command)


def _refuse_person(house: House, who: Principal, row: Row[Any], may: May) -> Refused | None:
    """Refuse who may not see it, who may not check at all, who asked for it, and who may not agree to so much."""
    shown = json.loads(row.shown)
    allowed = may(who, shown["permission"], Target(row.customer_id) if row.customer_id else Target())
    if isinstance(allowed, Refused):
        return allowed
    if who.user_id == row.maker:
        return Refused("maker_cannot_check")
    if not row.customer_id and who.user_id == row.subject:
        # Nobody agrees to what they are to receive.
        return Refused("user_is_yourself")
    if not may_check(house.rules, policy_day(house), row.verb, who.roles):
        return Refused("permission_missing", CHECKERS, row.verb)
    most = authority_minor(house.rules, policy_day(house), who.roles)
    if shown["amount_minor"] and (shown["amount_minor"] > most if shown["currency"] == CURRENCY else most == 0):
        return Refused("approval_beyond_authority", AUTHORITY)
    return None


def _refuse_shown(row: Row[Any], sha256: str, verdict: str, comment: str) -> Refused | None:
    """Refuse who was shown something else than what stands here, and a rejection that says nothing."""
    if sha256 != row.sha256 or sha_of(row.payload, row.shown) != row.sha256:
        return Refused("approval_differs")
    return Refused("approval_comment_missing") if verdict == REJECT and not comment.strip() else None


def _refuse_moment(house: House, connection: Connection, row: Row[Any], version: int, now: datetime) -> Refused | None:
    """End what waited too long, and what was decided under other rules or about an object that moved."""
    if row.state != PENDING:
        return None
    if instant_of(row.expires_at) <= now:
        _end(connection, row, EXPIRED, "house", now)
        return Refused("approval_expired")
    rules = json.loads(row.shown)["rules"]
    detail = f"version {row.version} -> {version}" if version != row.version else ""
    detail = detail or (f"rules {rules[:12]} -> {house.rules.digest[:12]}" if rules != house.rules.digest else "")
    if not detail:
        return None
    _end(connection, row, STALE, "house", now, json.dumps({"detail": detail}))
    return Refused("approval_stale", detail=detail)


def _take(house: House, connection: Connection, row: Row[Any], who: Principal, said: tuple[str, str], now: datetime) -> Refused | None:
    """Put a verdict on record; the same verdict of the same person again changes nothing."""
    verdict, comment = said
    before = _said(connection, row, who)
    if before is not None and before != verdict:
        return Refused("approval_checked")
    if row.state != PENDING:
        return Refused("approval_ended", detail=row.state)
    if before is not None:
        return None
    if verdict == AGREE and _is_circle(connection, row.maker, who.user_id, now):
        record(connection, now, who.actor, "approval_circle", row.approval_id, row.customer_id, "", {"maker": row.maker})
        if circle_refused(house.rules, policy_day(house)):
            return Refused("approval_circle", CIRCLE)
    values = {"checker": who.user_id, "maker": row.maker, "at": now, "verdict": verdict, "sha256": row.sha256, "comment": comment}
    connection.execute(insert(approval_check).values(approval_id=row.approval_id, **values))
    action = "approval_agreed" if verdict == AGREE else "approval_refused_by_checker"
    record(connection, now, who.actor, action, row.approval_id, row.customer_id, comment, {"sha256": row.sha256})
    return None


def _said(connection: Connection, row: Row[Any], who: Principal) -> str | None:
    """Give the verdict that somebody gave before."""
    own = (approval_check.c.approval_id == row.approval_id) & (approval_check.c.checker == who.user_id)
    return connection.execute(select(approval_check.c.verdict).where(own)).scalar()


def _is_circle(connection: Connection, maker: str, checker: str, now: datetime) -> bool:
    """Tell whether the maker agreed the same day (UTC) to what the checker asked for."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    checked = approval_check.c
    back = (checked.checker == maker) & (checked.maker == checker) & (checked.verdict == AGREE) & (checked.at >= start)
    return connection.execute(select(checked.approval_id).where(back).limit(1)).first() is not None


def _agreed(connection: Connection, approval_id: str) -> int:
    counted = select(func.count()).select_from(approval_check)
    is_one = (approval_check.c.approval_id == approval_id) & (approval_check.c.verdict == AGREE)
    return int(connection.execute(counted.where(is_one)).scalar_one())


def _execute(house: House, row: Row[Any], command: Any, who: Principal, acts: Acts) -> Checked | Refused:
    """Execute what enough agreed to, in the name of who asked for it, and mark what came of it."""
    outcome = execute_agreed(house, command, json.loads(row.payload)["actor"], row.version, acts)
    if isinstance(outcome, Refused) and outcome.code in NOT_NOW:
        return outcome
    if isinstance(outcome, Answer):
        state, text = EXECUTED, outcome.text
    else:
        state = STALE if outcome.code == "approval_stale" else REFUSED
        text = json.dumps({"code": outcome.code, "rule": outcome.rule, "detail": outcome.detail}, ensure_ascii=False)
    with house.store.changing() as connection:
        locked = _locked(connection, row.approval_id)
        if locked.state == PENDING:
            _end(connection, locked, state, who.actor, house.now(), text)
        else:
            state, text = locked.state, locked.outcome
        agreed = _agreed(connection, row.approval_id)
    if state == STALE and isinstance(outcome, Refused):
        return outcome
    return Checked(row.approval_id, state, agreed, row.checkers, text)


def _end(connection: Connection, row: Row[Any], state: str, actor: str, now: datetime, outcome: str = "", reason: str = "") -> None:
    """End an approval in one of its last states, and put that on record."""
    is_one = (approval.c.approval_id == row.approval_id) & (approval.c.state == PENDING)
    connection.execute(update(approval).where(is_one).values(state=state, ended_at=now, outcome=outcome))
    record(connection, now, actor, f"approval_{state}", row.approval_id, row.customer_id, reason, {"verb": row.verb})
