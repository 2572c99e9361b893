"""The queue of each endpoint: which events wait for it, in their order, who tries one, and what came of every try.

The head of a queue is taken by one conditional UPDATE and is then nobody else's for `LEASE_S`; what follows waits for it. A worker that
ends in the middle leaves a try that counts as none of its own: when the time is over another takes the same event. So an event can come
twice, and none is left out.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from plimsoll.app.access.event import HOUSE, record
from plimsoll.app.database.schema_chain import audit_block, hook_attempt, hook_delivery, hook_endpoint
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.app.events.listing import Event, page_after
from plimsoll.app.hooks.endpoint import DISABLED, Endpoint
from plimsoll.app.hooks.send import Tried
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

WAITING, DELIVERED, GIVEN_UP = "waiting", "delivered", "given_up"
LEASE_S: Final = 60
PAGE: Final = 1_000
REPLAY_MAX: Final = 10_000
"""How many events one replay takes at most."""
ENDS_AT_ONCE: Final = ("hook_gone",)


class Delivery(NamedTuple):
    """One event on its way to one endpoint. `attempts_count` counts from the last replay on."""

    endpoint_id: str
    seq: int
    event_id: str
    type: str
    state: str
    attempts_count: int
    next_at: datetime | None
    done_at: datetime | None
    last_status: int
    last_error: str


class Attempt(NamedTuple):
    """One try: which it was (from 1, replays included), when, and what came of it."""

    n: int
    at: datetime
    status: int
    error: str
    took_ms: int


_TABLE: Final = hook_delivery.c


def fill(store: Store, endpoint: Endpoint, now: datetime) -> int:
    """Queue the events that nobody looked at for an endpoint yet; give how many it takes. Of two who do it at once, one does.

    One is due since it happened; what a test clock dates ahead of the world is due now.
    """
    page = page_after(store, endpoint.seen_seq, PAGE)
    if page.seen_seq == endpoint.seen_seq:
        return 0
    rows = [_row(endpoint.endpoint_id, event) | {"next_at": min(_at(event), now)} for event in page.events if endpoint.takes(event.type)]
    same = (hook_endpoint.c.endpoint_id == endpoint.endpoint_id, hook_endpoint.c.seen_seq == endpoint.seen_seq)
    with store.changing() as connection:
        if connection.execute(update(hook_endpoint).where(*same).values(seen_seq=page.seen_seq)).rowcount != 1:
            return 0
        if rows:
            connection.execute(insert(hook_delivery), rows)
    return len(rows)


def waits(store: Store) -> bool:
    """Tell whether any event waits for an endpoint."""
    with store.engine.connect() as connection:
        return connection.execute(select(_TABLE.seq).where(_TABLE.state == WAITING).limit(1)).first() is not None


def claim(store: Store, endpoint_id: str, now: datetime) -> Delivery | None:
    """Take the head of a queue if its time has come; None where it has not, or somebody else has it."""
    head = select(*_columns()).where(_TABLE.endpoint_id == endpoint_id, _TABLE.state == WAITING).order_by(_TABLE.seq).limit(1)
    with store.engine.connect() as connection:
        row = connection.execute(head).first()
    if row is None or instant_of(row.next_at) > now:
        return None
    same = (_TABLE.endpoint_id == endpoint_id, _TABLE.seq == row.seq, _TABLE.state == WAITING)
    mine = (*same, _TABLE.attempts_count == row.attempts_count, _TABLE.next_at <= now)
    taken = {"attempts_count": row.attempts_count + 1, "next_at": now + timedelta(seconds=LEASE_S)}
    with store.changing() as connection:
        if connection.execute(update(hook_delivery).where(*mine).values(**taken)).rowcount != 1:
            return None
    return _delivery(row)._replace(**taken)


def settle(store: Store, taken: Delivery, tried: Tried, now: datetime, rules: Rules) -> str:
    """Put on record what came of a try, and when the next one is; give the state of the delivery.

    Where an endpoint has failed for as long as POLICY.HOOK.RETRY says, or answered that it is gone, it is disabled, on record.
    """
    same = (_TABLE.endpoint_id == taken.endpoint_id, _TABLE.seq == taken.seq)
    last = {"last_status": tried.status, "last_error": tried.error}
    with store.changing() as connection:
        _note(connection, taken, tried, now)
        if not tried.error:
            connection.execute(update(hook_delivery).where(*same).values(state=DELIVERED, done_at=now, next_at=None, **last))
            answers = (hook_endpoint.c.endpoint_id == taken.endpoint_id, hook_endpoint.c.failing_since.is_not(None))
            connection.execute(update(hook_endpoint).where(*answers).values(failing_since=None))
            return DELIVERED
        since = _failing(connection, taken.endpoint_id, now)
        pause_s = pause_after(taken.attempts_count, now - since, rules, now.date())
        is_over = pause_s is None or tried.error in ENDS_AT_ONCE
        next_at = None if pause_s is None or is_over else now + timedelta(seconds=pause_s)
        # Whoever took it over after the lease says himself when it is tried next.
        mine = (*same, _TABLE.state == WAITING, _TABLE.attempts_count == taken.attempts_count)
        state = GIVEN_UP if is_over else WAITING
        changed = connection.execute(update(hook_delivery).where(*mine).values(state=state, next_at=next_at, **last)).rowcount
        if is_over and changed:
            _end(connection, taken, tried, now)
        return state


def pause_after(tries: int, failing: timedelta, rules: Rules, on: date) -> int | None:
    """Give how long to wait after so many tries (seconds), for an endpoint that fails so long; None where it has failed long enough."""
    said = rules.value("POLICY.HOOK.RETRY", on)
    assert isinstance(said, dict)
    pauses, every, until = said["pauses"], said["every"], said["until"]
    left = int(until - failing.total_seconds())
    if left <= 0:
        return None
    # The last try is when the time is up, not after it.
    return min(int(pauses[tries - 1]) if tries <= len(pauses) else int(every), left)


def resume(store: Store, endpoint_id: str, now: datetime) -> int:
    """Let what an endpoint missed wait for it again, due now, each as if it were new; give how many."""
    again = (_TABLE.endpoint_id == endpoint_id, _TABLE.state.in_((WAITING, GIVEN_UP)))
    with store.changing() as connection:
        return connection.execute(update(hook_delivery).where(*again).values(**_anew(now))).rowcount


def replay(store: Store, endpoint_id: str, event_ids: Sequence[str], now: datetime) -> int | Refused:
    """Send events that were queued once again; give how many. Refuses hook_delivery_unknown, hook_replay_too_many."""
    wanted = sorted(set(event_ids))
    if len(wanted) > REPLAY_MAX:
        return Refused("hook_replay_too_many", "", f"{REPLAY_MAX} at most")
    named = (_TABLE.endpoint_id == endpoint_id, _TABLE.event_id.in_(wanted))
    with store.changing() as connection:
        known = connection.execute(select(_TABLE.event_id).where(*named)).scalars().all()
        missing = sorted(set(wanted) - set(known))
        if missing:
            return Refused("hook_delivery_unknown", "", missing[0][:60])
        return connection.execute(update(hook_delivery).where(*named).values(**_anew(now))).rowcount


def replay_since(store: Store, endpoint: Endpoint, since: datetime, now: datetime) -> int | Refused:
    """Send an endpoint everything again that it takes and that happened from an instant on, also from before it was there.

    Gives how many; refuses hook_replay_too_many.
    """
    first = select(func.min(audit_block.c.first_seq)).where(audit_block.c.sealed_at >= since)
    with store.engine.connect() as connection:
        seen = (connection.scalar(first) or endpoint.seen_seq + 1) - 1
    events: list[Event] = []
    while seen < endpoint.seen_seq:
        page = page_after(store, seen, PAGE)
        events += [one for one in page.events if one.seq <= endpoint.seen_seq and endpoint.takes(one.type) and _at(one) >= since]
        if len(events) > REPLAY_MAX:
            return Refused("hook_replay_too_many", "", f"{REPLAY_MAX} at most")
        if page.seen_seq == seen:
            break
        seen = page.seen_seq
    with store.changing() as connection:
        for event in events:
            same = (_TABLE.endpoint_id == endpoint.endpoint_id, _TABLE.seq == event.seq)
            if connection.execute(update(hook_delivery).where(*same).values(**_anew(now))).rowcount == 0:
                connection.execute(insert(hook_delivery).values(_row(endpoint.endpoint_id, event) | {"next_at": now}))
    return len(events)


def deliveries(store: Store, endpoint_id: str, state: str = "", after: int = 0, limit: int = 50) -> list[Delivery]:
    """Give deliveries of an endpoint in the order of events, after a number; of one state or of all."""
    asked = select(*_columns()).where(_TABLE.endpoint_id == endpoint_id, _TABLE.seq > after).order_by(_TABLE.seq).limit(limit)
    with store.engine.connect() as connection:
        rows = connection.execute(asked.where(_TABLE.state == state) if state else asked).all()
    return [_delivery(row) for row in rows]


def find_delivery(store: Store, endpoint_id: str, event_id: str) -> Delivery | Refused:
    """Give one delivery; refuses hook_delivery_unknown."""
    asked = select(*_columns()).where(_TABLE.endpoint_id == endpoint_id, _TABLE.event_id == event_id)
    with store.engine.connect() as connection:
        row = connection.execute(asked).first()
    return Refused("hook_delivery_unknown", "", event_id[:60]) if row is None else _delivery(row)


def attempts(store: Store, endpoint_id: str, seq: int) -> list[Attempt]:
    """Give the tries of one delivery, oldest first."""
    asked = select(hook_attempt).where(hook_attempt.c.endpoint_id == endpoint_id, hook_attempt.c.seq == seq).order_by(hook_attempt.c.n)
    with store.engine.connect() as connection:
        return [Attempt(row.n, instant_of(row.at), row.status, row.error, row.took_ms) for row in connection.execute(asked)]


def _columns() -> tuple[Any, ...]:
    return tuple(_TABLE[name] for name in Delivery._fields)


def _delivery(row: Any) -> Delivery:
    found = Delivery(*row)
    return found._replace(next_at=_instant(found.next_at), done_at=_instant(found.done_at))


def _instant(stored: datetime | None) -> datetime | None:
    return None if stored is None else instant_of(stored)


def _at(event: Event) -> datetime:
    return instant_of(event.time)


def _row(endpoint_id: str, event: Event) -> dict[str, Any]:
    """Give the row of an event that waits, due since it happened."""
    return {
        "endpoint_id": endpoint_id,
        "seq": event.seq,
        "event_id": event.event_id,
        "type": event.type,
        "state": WAITING,
        "attempts_count": 0,
        "next_at": _at(event),
        "done_at": None,
        "last_status": 0,
        "last_error": "",
    }


def _anew(now: datetime) -> dict[str, Any]:
    return {"state": WAITING, "attempts_count": 0, "next_at": now, "done_at": None}


def _note(connection: Connection, taken: Delivery, tried: Tried, now: datetime) -> None:
    which = (hook_attempt.c.endpoint_id == taken.endpoint_id, hook_attempt.c.seq == taken.seq)
    last = connection.scalar(select(func.max(hook_attempt.c.n)).where(*which)) or 0
    connection.execute(insert(hook_attempt).values((taken.endpoint_id, taken.seq, last + 1, now, tried.status, tried.error, tried.took_ms)))


def _failing(connection: Connection, endpoint_id: str, now: datetime) -> datetime:
    """Note that an endpoint fails; give since when."""
    same = hook_endpoint.c.endpoint_id == endpoint_id
    since = connection.scalar(select(hook_endpoint.c.failing_since).where(same))
    if since is None:
        connection.execute(update(hook_endpoint).where(same).values(failing_since=now))
    return now if since is None else instant_of(since)


def _end(connection: Connection, taken: Delivery, tried: Tried, now: datetime) -> None:
    """Disable an endpoint that does not answer any more, and put it on record."""
    same = (hook_endpoint.c.endpoint_id == taken.endpoint_id, hook_endpoint.c.state != DISABLED)
    ended = update(hook_endpoint).where(*same).values(state=DISABLED, version=hook_endpoint.c.version + 1)
    if connection.execute(ended).rowcount:
        said = {"error": tried.error, "status": tried.status, "event": taken.event_id}
        record(connection, now, HOUSE, "hook_disabled", taken.endpoint_id, body=said)
