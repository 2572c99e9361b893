"""Gather evidence about one customer: ask every source that consent allows, all at once and for a limited time, and record each answer.

A source that is down or late leaves a filing that says so: what it would have told is missing, never zero. What is asked under one
reference is asked once: gathering again under it asks only the sources that were not recorded.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Final, NamedTuple

from sqlalchemy import select

from plimsoll.app.database.schema import command
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, Failed, execute, told
from plimsoll.app.file import filings_of
from plimsoll.app.links import Thing, add_links, ring_of
from plimsoll.app.sources.port import Fetched, Link, Request, Source, Unavailable
from plimsoll.app.sources.sandbox import share_text
from plimsoll.app.wiring import WIRING
from plimsoll.origination.record_evidence import RecordEvidence
from plimsoll.risk.answer import answer_text
from plimsoll.risk.consent import refuse_without_consent
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

Blind = Callable[[str, str], str]
"""Gives kind and value of something that people share as text that is equal for equal things and tells nothing."""

Told = Mapping[str, object]
RING_SOURCE: Final = "device"


class Gathered(NamedTuple):
    """What came of one source: its answer is on record (code ""), it did not answer (why), or it was not asked or recorded (why)."""

    source: str
    code: str
    detail: str
    is_recorded: bool


class Desk(NamedTuple):
    """What gathering needs beside the question: the book, the rules, who asks, the clock, and how shared things are blinded.

    Without `blind` no links are kept and no ring is looked for.
    """

    store: Store
    rules: Rules
    actor: str
    clock: Callable[[], datetime]
    blind: Blind | None = None


def gather(desk: Desk, sources: Sequence[Source], request: Request, ref: str, *, in_parallel: bool = True) -> list[Gathered]:
    """Ask, record, and give what came of each source, in their order. Raises StoreTrouble where the store cannot be used.

    Codes are those of `Source.fetch`, of the consent ledger (consent_missing, consent_withdrawn, consent_outdated,
    consent_purpose_unknown: the source is not asked, or its answer comes too late to be used), and of the command.
    """
    recorded = _recorded(desk.store, [_key(ref, source.name) for source in sources])
    filings, now = filings_of(desk.store, request.customer_id), desk.clock()
    outcomes: dict[str, Gathered] = {}
    allowed = []
    for source in sources:
        refused = refuse_without_consent(filings, source.purpose, now, desk.rules)
        if _key(ref, source.name) in recorded:
            outcomes[source.name] = Gathered(source.name, "", "on record under this reference", True)
        elif refused is not None:
            outcomes[source.name] = Gathered(source.name, refused.code, refused.detail, False)
        else:
            allowed.append(source)
    limit = desk.rules.value("POLICY.EVIDENCE.FETCH", request.on)
    assert isinstance(limit, dict)
    assert isinstance(limit["limit"], int)
    answers = ask(allowed, request, now, limit["limit"]) if in_parallel else {one.name: _asked(one, request, now) for one in allowed}
    for name, answer in answers.items():
        outcomes[name] = _record(desk, request, ref, name, answer)
    return [outcomes[source.name] for source in sources]


def ask(sources: Sequence[Source], request: Request, now: datetime, limit_s: float) -> dict[str, Fetched | Unavailable]:
    """Ask sources at once, each in a thread of its own; whoever is not back in time counts as timed out, and is not waited for."""
    back: queue.SimpleQueue[tuple[str, Fetched | Unavailable]] = queue.SimpleQueue()

    def go(source: Source) -> None:
        back.put((source.name, _asked(source, request, now)))

    for source in sources:
        threading.Thread(target=go, args=(source,), name=f"evidence-{source.name}", daemon=True).start()
    found: dict[str, Fetched | Unavailable] = {}
    until = monotonic() + limit_s
    while len(found) < len(sources):
        try:
            name, answer = back.get(timeout=max(until - monotonic(), 0.0))
        except queue.Empty:
            break
        found[name] = answer
    late = Unavailable("source_timed_out", f"not back within {limit_s} s")
    return {source.name: found.get(source.name, late) for source in sources}


def evidence_command(request: Request, ref: str, name: str, answer: Fetched | Unavailable) -> RecordEvidence:
    """Give the command that records an answer."""
    if isinstance(answer, Unavailable):
        body = answer_text(unavailable=answer.code)
    else:
        body = answer_text(answer.items, digest=answer.digest)
    return RecordEvidence(_key(ref, name), request.customer_id, request.on, name, body)


def _key(ref: str, name: str) -> str:
    return f"evidence:{ref}:{name}"


def _recorded(store: Store, keys: Sequence[str]) -> set[str]:
    with store.engine.connect() as connection:
        return set(connection.scalars(select(command.c.key).where(command.c.key.in_(keys))))


def _asked(source: Source, request: Request, now: datetime) -> Fetched | Unavailable:
    """Ask one source; a bug of its adapter counts as its failure, told by its type alone: a message could hold personal data."""
    found = told(partial(source.fetch, request, now))
    return Unavailable("source_failed", found.raised.partition(":")[0]) if isinstance(found, Failed) else found


def _record(desk: Desk, request: Request, ref: str, name: str, answer: Fetched | Unavailable) -> Gathered:
    """Record one answer; one that cannot be read is recorded as none."""
    if name == RING_SOURCE and desk.blind is not None and isinstance(answer, Fetched):
        answer = _with_ring(desk, request, answer)
    outcome = _executed(desk, evidence_command(request, ref, name, answer))
    if isinstance(outcome, Refused) and outcome.code == "evidence_answer_malformed":
        answer = Unavailable(outcome.code, outcome.detail)
        outcome = _executed(desk, evidence_command(request, ref, name, answer))
    if isinstance(outcome, Refused):
        return Gathered(name, outcome.code, outcome.detail, False)
    if isinstance(answer, Unavailable):
        return Gathered(name, answer.code, answer.detail, True)
    return Gathered(name, "", "", True)


def _executed(desk: Desk, said: RecordEvidence) -> Answer | Refused:
    return execute(desk.store, WIRING, said, actor=desk.actor, now=desk.clock(), rules=desk.rules)


def _with_ring(desk: Desk, request: Request, answer: Fetched) -> Fetched:
    """Keep the links, and give the answer with what the house knows of the ring, where that is more than the source knows."""
    assert desk.blind is not None
    now = desk.clock()
    add_links(desk.store, request.customer_id, _blinded(desk.blind, answer.links), now)
    linked = ring_of(desk.store, request.customer_id, request.on, desk.rules)
    own: dict[str, object] = {
        "device_shared_people": linked.shared,
        "ring_size": linked.ring.size,
        "ring_bad_share": share_text(linked.ring.bad_share_ppm),
    }
    items = []
    for item in answer.items:
        name = item.get("name")
        if isinstance(name, str) and name in own:
            mine = own.pop(name)
            items.append({**item, "value": mine} if _is_more(mine, item.get("value")) else item)
        else:
            items.append(item)
    items += [{"name": name, "kind": "", "value": mine, "event_at": request.on.isoformat()} for name, mine in own.items()]
    return answer._replace(items=tuple(items))


def _blinded(blind: Blind, links: Iterable[Link]) -> list[Thing]:
    return [Thing(kind, blind(kind, value)) for kind, value in links]


def _is_more(mine: object, theirs: object) -> bool:
    """Tell whether the house knows of more than the source; what the source told and cannot be read stays to be judged."""
    if type(mine) is int:
        return type(theirs) is int and mine > theirs
    try:
        return isinstance(mine, str) and isinstance(theirs, str) and Rate.parse(mine).exceeds(Rate.parse(theirs))
    except Malformed:
        return False
