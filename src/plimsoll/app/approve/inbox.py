"""What waits for a second pair of eyes, and what became of it: as lists and pages show it, in words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, or_, select

from plimsoll.app.access.principal import Principal
from plimsoll.app.approve.ask import PENDING
from plimsoll.app.approve.check import EXPIRED, STATES
from plimsoll.app.approve.need import CURRENCY, authority_minor, may_check, policy_day
from plimsoll.app.approve.words import FIELDS, as_text
from plimsoll.app.database.schema_access import approval, approval_check
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.house import House
from plimsoll.units.refusal import Refused

LIMIT_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """One thing that changes: what it is called, how it stands and how it would stand, as text; "" for not at all."""

    about: str
    """"line", "load line" or "loan 3"; "" for what is asked for itself."""
    en: str
    zh: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of the journal entry that would be posted; loan 0 is the customer's own credit."""

    loan_id: int
    account: str
    en: str
    zh: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Due:
    """What falls due on a day, in minor units."""

    due_on: str
    principal_minor: int
    interest_minor: int
    fee_minor: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """The schedule of a loan from the day on, as it stands and as it would stand."""

    loan_id: int
    currency: str
    before: tuple[Due, ...]
    after: tuple[Due, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one person said."""

    checker: str
    verdict: str
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """Something that waits for others, or waited: what is asked for, by whom, why, what would change, who said what."""

    approval_id: str
    state: str
    verb: str
    headline_en: str
    headline_zh: str
    customer_id: int
    subject: str
    amount_minor: int
    currency: str
    maker: str
    made_at: datetime
    reason: str
    expires_at: datetime
    ended_at: datetime | None
    rule: str
    checkers: int
    verdicts: tuple[Verdict, ...]
    sha256: str
    version: int
    change: tuple[Moved, ...]
    ledger: tuple[Leg, ...]
    effect: tuple[Moved, ...]
    schedules: tuple[Schedule, ...]
    records: tuple[str, ...]
    """What would be put on file, and which messages would be sent, by kind."""
    outcome: str
    """JSON: what the execution answered, or why it was refused or went stale."""

    @property
    def agreed(self) -> int:
        """Give how many agreed."""
        return sum(1 for one in self.verdicts if one.verdict == "agree")


def approval_of(house: House, approval_id: str) -> Approval | Refused:
    """Give one approval. Refuses absent."""
    with house.store.engine.connect() as connection:
        row = connection.execute(select(approval).where(approval.c.approval_id == approval_id)).first()
        if row is None:
            return Refused("absent", detail=approval_id)
        return _approval(row, _verdicts(connection, [row.approval_id]), house.now())


def approvals(
    house: House,
    *,
    state: str = "",
    maker: str = "",
    for_checker: Principal | None = None,
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> tuple[Approval, ...]:
    """Give approvals, newest first: in a state, of a maker, or those that somebody may check now; after an instant (ISO) and id."""
    assert not state or state in STATES, state
    now = house.now()
    wanted = _wanted(state, maker, now)
    if for_checker is not None:
        own = (approval_check.c.approval_id == approval.c.approval_id) & (approval_check.c.checker == for_checker.user_id)
        wanted = [*wanted, *_wanted(PENDING, "", now), approval.c.maker != for_checker.user_id, ~exists().where(own)]
    found: list[Row[Any]] = []
    with house.store.engine.connect() as connection:
        while len(found) < limit:
            page = _page(connection, wanted, after, LIMIT_MAX if for_checker else limit - len(found))
            found += [row for row in page if for_checker is None or _is_for(house, row, for_checker)]
            if len(page) < (LIMIT_MAX if for_checker else limit) or not page:
                break
            after = place_of(page[-1])
        found = found[:limit]
        verdicts = _verdicts(connection, [row.approval_id for row in found])
    return tuple(_approval(row, verdicts, now) for row in found)


def place_of(one: Any) -> tuple[str, str]:
    """Give where an approval stands in the list: what `after` takes."""
    return instant_of(one.made_at).isoformat(), one.approval_id


def _wanted(state: str, maker: str, now: datetime) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [approval.c.maker == maker] if maker else []
    is_over = approval.c.expires_at <= now
    if state == PENDING:
        wanted.append(and_(approval.c.state == PENDING, ~is_over))
    elif state == EXPIRED:
        wanted.append(or_(approval.c.state == EXPIRED, and_(approval.c.state == PENDING, is_over)))
    elif state:
        wanted.append(approval.c.state == state)
    return wanted


def _page(connection: Connection, wanted: list[ColumnElement[bool]], after: tuple[str, str] | None, limit: int) -> list[Row[Any]]:
    if after is not None:
        at, last = datetime.fromisoformat(after[0]), after[1]
        wanted = [*wanted, or_(approval.c.made_at < at, and_(approval.c.made_at == at, approval.c.approval_id > last))]
    ordered = select(approval).where(*wanted).order_by(approval.c.made_at.desc(), approval.c.approval_id).limit(limit)
    return list(connection.execute(ordered))


def _is_for(house: House, row: Row[Any], who: Principal) -> bool:
    """Tell whether somebody is among those who may check it, by role and amount."""
    rules, today = house.rules, policy_day(house)
    most = authority_minor(rules, today, who.roles)
    is_within = not row.amount_minor or (row.amount_minor <= most if row.currency == CURRENCY else most > 0)
    return is_within and may_check(rules, today, row.verb, who.roles)


def _verdicts(connection: Connection, ids: list[str]) -> Mapping[str, tuple[Verdict, ...]]:
    said = approval_check.c
    found: dict[str, list[Verdict]] = {}
    for row in connection.execute(select(approval_check).where(said.approval_id.in_(ids)).order_by(said.at, said.checker)):
        found.setdefault(row.approval_id, []).append(Verdict(row.checker, row.verdict, row.comment, instant_of(row.at)))
    return {name: tuple(verdicts) for name, verdicts in found.items()}


def _approval(row: Row[Any], verdicts: Mapping[str, tuple[Verdict, ...]], now: datetime) -> Approval:
    shown = json.loads(row.shown)
    effect, expires_at = shown["effect"], instant_of(row.expires_at)
    return Approval(
        approval_id=row.approval_id,
        state=EXPIRED if row.state == PENDING and expires_at <= now else row.state,
        verb=row.verb,
        headline_en=shown["headline"]["en"],
        headline_zh=shown["headline"]["zh-CN"],
        customer_id=row.customer_id,
        subject=row.subject,
        amount_minor=row.amount_minor,
        currency=row.currency,
        maker=row.maker,
        made_at=instant_of(row.made_at),
        reason=row.reason,
        expires_at=expires_at,
        ended_at=None if row.ended_at is None else instant_of(row.ended_at),
        rule=row.rule,
        checkers=row.checkers,
        verdicts=verdicts.get(row.approval_id, ()),
        sha256=row.sha256,
        version=row.version,
        change=tuple(Moved("", one["en"], one["zh-CN"], one["before"], one["after"]) for one in shown["change"]),
        ledger=tuple(_leg(one) for one in effect.get("ledger", ())),
        effect=_effect(effect),
        schedules=tuple(_schedule(one) for one in effect.get("loans", ()) if "schedule" in one),
        records=(*effect.get("filings", ()), *effect.get("messages", ()), *(one[0] for one in effect.get("entries", ()))),
        outcome=row.outcome,
    )


def _leg(said: Mapping[str, Any]) -> Leg:
    return Leg(said["loan_id"], said["account"], said["en"], said["zh-CN"], said["amount_minor"], said["currency"])


def _effect(said: Mapping[str, Any]) -> tuple[Moved, ...]:
    """Give what changes beside the ledger, in words."""
    parts = [("line", said.get("line", {})), ("load line", said.get("load_line", {}))]
    parts += [(f"loan {one['loan_id']}", one["owed"]) for one in said.get("loans", ())]
    return tuple(
        Moved(about, *FIELDS[name], *("" if value is None else as_text(name, value, part["currency"]) for value in values))
        for about, part in parts
        for name, values in part.items()
        if isinstance(values, list) and name in FIELDS
    )


def _schedule(said: Mapping[str, Any]) -> Schedule:
    before, after = (tuple(Due(*row) for row in rows) for rows in said["schedule"])
    return Schedule(said["loan_id"], said["currency"], before, after)
