"""Execute a command: recognise its key, lock what it concerns, let its department decide, write everything in one commit.

This file knows commands, keys and answers, not the trade: what a command means stands in the wiring that is handed in.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache, partial
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, Final, NamedTuple, Protocol, TypeAlias, TypeVar

from plimsoll.app.database.rows import RulesRow
from plimsoll.app.database.sheet import Pending, Seen, Sheet, Taken, Want
from plimsoll.app.database.store import Store, Transaction
from plimsoll.app.database.trouble import Clash, LimitGuard, StoreTrouble
from plimsoll.app.fold_ahead import fold_decision, fold_decisions
from plimsoll.app.posting import NOTHING_READY, Ready, Request, Stamp, answered, load_facts, post, refuse_clash, want_of
from plimsoll.units.refusal import Refused

KEY_LENGTH_MAX: Final = 200
ATTEMPTS_MAX: Final = 5
T = TypeVar("T")


class Verb(NamedTuple):
    """One line of the wiring: the name under which a command is recorded, what decides on it, and what that reads.

    `then` gives the command that follows from one that was done, by how its customer stands after it; None where nothing follows.
    """

    name: str
    decide: Callable[[Any, Any, Any], Any]
    reads: str
    then: Callable[[Sheet, Any], Any] | None = None


Wiring: TypeAlias = Mapping[type, Verb]


class Rules(Protocol):
    """What execute needs of a rulebook: the digest that stamps every fact decided under it."""

    @property
    def digest(self) -> str:
        """SHA-256 of what the rules say, in hex."""


@dataclass(slots=True)
class Answer:
    """What a command answered, as JSON text; `is_replayed` when the key was known and the first answer is given again.

    `then` is the command that follows from it, for whoever sees to what follows; None where nothing does.
    """

    text: str
    is_replayed: bool = False
    then: Any = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """A command that ran into a bug: nothing of it is stored, and what was raised is told so that it can be mended."""

    raised: str


Outcome: TypeAlias = Answer | Refused


Unless: TypeAlias = Callable[[Sheet], Refused | None]
"""Why a command may no longer be executed on a customer as it stands under lock, None where it may."""


class Work(NamedTuple):
    """A command with the line of the wiring that it belongs to, what it needs read, how it is recorded, and when it came (UTC).

    `unless` is asked under the same lock as the department, after the key was looked for.
    """

    verb: Verb
    command: Any
    want: Want
    request: Request
    now: datetime
    unless: Unless | None = None


@dataclass(slots=True)
class Desk:
    """Where the commands of one transaction are decided: what is under lock, the rules, and the rows so far."""

    transaction: Transaction
    taken: Taken
    rules: Any
    pending: Pending = field(default_factory=Pending)
    stamps: dict[datetime, Stamp] = field(default_factory=dict)

    def decide(self, work: Work) -> Outcome:
        """Recognise a command, or let its department decide and add the rows of its decision."""
        decision = self.consider(work)
        if isinstance(decision, Answer | Refused):
            return decision
        return self.conclude(work, decision, fold_decision(self.taken.sheets[work.want.customer_id], decision, work.request.on))

    def consider(self, work: Work) -> Any:
        """Recognise a command, or let its department decide; nothing is changed yet."""
        verb, command, want, request, now, unless = work
        if request.key in self.taken.seen:
            return recognised(self.taken.seen[request.key], request)
        sheet = self.taken.sheets[want.customer_id]
        if unless is not None and (refused := unless(sheet)) is not None:
            return refused
        if want.with_facts:
            load_facts(sheet, want, self.transaction.facts)
        return verb.decide(sheet.book(want, request.actor, now), command, self.rules)

    def conclude(self, work: Work, decision: Any, ready: Ready = NOTHING_READY) -> Outcome:
        """Add the rows of a decision, unless what it asks for is refused."""
        sheet = self.taken.sheets[work.want.customer_id]
        stamp = self.stamps.get(work.now) or self._stamp(work.now)
        refused = post(sheet, decision, work.request, stamp, self.pending, self.transaction.facts, ready)
        if refused is not None:
            return refused
        self.pending.commands.append(answered(sheet, work.request, decision.answer, stamp))
        return Answer(decision.answer, then=work.verb.then and work.verb.then(sheet, work.command))

    def _stamp(self, now: datetime) -> Stamp:
        transaction = self.transaction
        stamp = Stamp(transaction.instant(now), transaction.days, rules_number(self.rules), self.taken.open_on, now)
        self.stamps[now] = stamp
        return stamp

    def attempt(self, works: Sequence[Work]) -> list[Outcome | Failed]:
        """Decide on commands of different customers, folding together what can be; a bug is told, and stops its command only."""
        outcomes: list[Any] = told_each(self.consider, zip(works, strict=True))
        decided = [place for place, found in enumerate(outcomes) if not isinstance(found, Answer | Refused | Failed)]
        sheets = self.taken.sheets
        asked = [(sheets[works[at].want.customer_id], outcomes[at], works[at].request.on) for at in decided]
        ready = told(partial(fold_decisions, asked))
        # Where folding together runs into a bug, each is folded alone, and the bug finds the one it belongs to.
        folded = [NOTHING_READY] * len(decided) if isinstance(ready, Failed) else ready
        given = zip([works[place] for place in decided], [outcomes[place] for place in decided], folded, strict=True)
        for place, outcome in zip(decided, told_each(self.conclude, given), strict=True):
            outcomes[place] = outcome
        return outcomes

    def save(self, store: Store) -> None:
        """Write everything and commit; a rulebook that the book has not seen yet is recorded with it."""
        if self.pending.commands:
            digest = self.rules.digest
            if digest not in store.rules_recorded:
                self.pending.rules.append(RulesRow(rules_number(self.rules), digest, self.pending.commands[0].recorded_at))
            self.transaction.save(self.pending)
            store.rules_recorded.add(digest)


def execute(store: Store, wiring: Wiring, command: Any, *, actor: str, now: datetime, rules: Any, unless: Unless | None = None) -> Outcome:
    """Execute one command durably, exactly once for its key, and give its answer; a Refused leaves nothing stored.

    Refuses key_missing, key_malformed, key_reused, command_unknown, command_in_flight, store_busy, what the command's department and
    the limit refuse, and what `unless` does. Raises StoreTrouble where the store cannot be used.
    """
    work = prepared(wiring, command, actor, now)
    if isinstance(work, Refused):
        return work
    if unless is not None:
        work = work._replace(unless=unless)
    with store.claimed(work.request.key) as is_free:
        if not is_free:
            return Refused("command_in_flight", detail=work.request.key)
        return _attempts(store, work, rules)


def execute_alone(store: Store, work: Work, rules: Any) -> Outcome | Failed:
    """Execute one command of many in a transaction of its own; a bug is told, and stops this one only."""
    return told(partial(_attempts, store, work, rules))


def told(step: Callable[[], T]) -> T | Failed:
    """Take a step; where it runs into a bug, tell of it instead of stopping others. Trouble with the store stops everybody."""
    (found,) = told_each(step, [()])
    return found


def told_each(step: Callable[..., T], given: Iterable[tuple[Any, ...]]) -> list[T | Failed]:
    """Take a step with each of what is given, as `told` does."""
    found: list[T | Failed] = []
    for one in given:
        try:
            found.append(step(*one))
        except (Clash, LimitGuard, StoreTrouble):
            raise
        except Exception as bug:  # noqa: BLE001 -- one of the two files that may
            found.append(Failed(f"{type(bug).__name__}: {bug}"))
    return found


def prepared(wiring: Wiring, command: Any, actor: str, now: datetime, digest: bytes = b"") -> Work | Refused:
    """Give a command ready to be executed; refuses key_missing, key_malformed, command_unknown.

    `digest` is what a repeat is recognised by, 32 bytes; b"" for the content of the command. A door that fills in what was left out
    hands in the digest of what was sent, so that a repeat is known though it would be filled in otherwise by then.
    """
    assert now.tzinfo is not None, "an instant without a zone could be any"
    refused = refuse_key(command.key)
    if refused is not None:
        return refused
    verb = wiring.get(type(command))
    if verb is None:
        return Refused("command_unknown", detail=type(command).__name__)
    request = Request(verb.name, command.key, digest or digest_of(verb.name, command), actor, command.on.toordinal())
    return Work(verb, command, want_of(command, verb.reads), request, now if now.tzinfo is UTC else now.astimezone(UTC))


def _attempts(store: Store, work: Work, rules: Any) -> Outcome:
    """Try without a lock, then under lock until no other transaction wrote the same rows first."""
    refused: Refused | None = None
    for attempt in range(ATTEMPTS_MAX):
        try:
            with store.transaction() as transaction:
                if attempt == 0 and not work.want.with_facts:
                    taken = transaction.look_one(work.request.key, work.want)
                else:
                    taken = transaction.take_one(work.request.key, work.want)
                return _once(Desk(transaction, taken, rules), store, work)
        except Clash as clash:
            refused = refuse_clash(clash) or Refused("store_busy", detail=str(clash))
        except LimitGuard as passed:
            refused = Refused("limit_exceeded", detail=str(passed))
        except StoreTrouble as trouble:
            if trouble.code != "store_busy":
                raise
            return Refused("store_busy", detail=trouble.detail)
        if attempt and refused.code != "store_busy":
            break
    assert refused is not None
    return refused


def _once(desk: Desk, store: Store, work: Work) -> Outcome:
    if not desk.taken.is_claimed:
        return Refused("command_in_flight", detail=work.request.key)
    outcome = desk.decide(work)
    desk.save(store)
    return outcome


def rules_number(rules: Rules) -> int:
    """Give the number under which rules stand in the facts: the first 63 bits of their digest."""
    return _number_of(rules.digest)


@cache
def _number_of(digest: str) -> int:
    return int(digest[:16], 16) >> 1


def recognised(seen: Seen, request: Request) -> Outcome:
    """Give the first answer again to the same command, and refuse another command under the same key."""
    if seen.digest == request.digest:
        return Answer(seen.answer, is_replayed=True)
    return Refused("key_reused", detail=request.key)


def refuse_key(key: Any) -> Refused | None:
    """Give why a key cannot be used: key_missing or key_malformed."""
    if not key:
        return Refused("key_missing")
    if not isinstance(key, str) or len(key) > KEY_LENGTH_MAX or not key.isprintable():
        return Refused("key_malformed", detail=repr(key)[:KEY_LENGTH_MAX])
    return None


def digest_of(name: str, command: Any) -> bytes:
    """Give the SHA-256 of a command's name and content, its key left out.

    A field that holds its default is left out too, so that a field added later does not make old commands look different.
    """
    said = [
        f"{label}{_said(value)}" for name, label, default in _defaults(command.__class__) if (value := getattr(command, name)) != default
    ]
    return sha256(f"[{encode_basestring(name)},{{{','.join(said)}}}]".encode()).digest()


def _said(value: Any) -> str:
    """Give a value as canonical JSON; whole numbers, text and days, which nearly all are, without the detour through an encoder."""
    kind = value.__class__
    if kind is int:
        return str(value)
    if kind is str:
        return encode_basestring(value)
    return f'"{value.isoformat()}"' if kind is date else _CANONICAL.encode(value)


@cache
def _defaults(kind: type) -> tuple[tuple[str, str, Any], ...]:
    """Give the fields that are digested, in the order of their names: each with its beginning in JSON, and its default."""
    return tuple((one.name, f'"{one.name}":', one.default) for one in sorted(fields(kind), key=_name_of) if one.name != "key")


def _name_of(one: "Field[Any]") -> str:
    return one.name


def _plain(value: Any) -> Any:
    """Give what JSON has no word for: a day as text, a value of several fields with the name of its type."""
    if isinstance(value, date):
        return value.isoformat()
    assert is_dataclass(value), f"a command holds a {type(value).__name__}, which has no canonical form"
    return [type(value).__name__, {one.name: getattr(value, one.name) for one in fields(value)}]


_CANONICAL: Final = json.JSONEncoder(default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
