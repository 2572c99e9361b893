"""What a file would do: rows and totals by verb and currency, repeats, unknown customers, refusals, the ledger. Nothing is written."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any, Final

from sqlalchemy import select

from plimsoll.app.access.verbs import NAMES
from plimsoll.app.agencies import with_agencies
from plimsoll.app.approve.preview import preview
from plimsoll.app.command_file import Row
from plimsoll.app.database.schema import customer
from plimsoll.app.database.sheet import Pending
from plimsoll.app.execute import Answer, Wiring
from plimsoll.app.execute_many import RowOutcome, rehearse_many
from plimsoll.app.house import House
from plimsoll.app.imports.rows import ErrorRow, error_of
from plimsoll.app.treasury.throttle import with_throttle
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.ledger.chart import CODES
from plimsoll.units.refusal import Refused

ERRORS_KEPT: Final = 20_000
"""Errors that are kept one by one; all are counted."""
LOOK_UP: Final = 500
Step = Callable[[int], None]
"""Told how many rows more are done."""


@dataclass(slots=True)
class Effect:
    """What a file would do, counted row by row."""

    rows: int = 0
    ok: int = 0
    repeats: int = 0
    named: set[str] = field(default_factory=set)
    """Every verb of a row that can be read."""
    amounts: Counter[str] = field(default_factory=Counter)
    """What the amounts of all rows that can be read add up to, by currency: what the sender's own totals are compared with."""
    verbs: Counter[str] = field(default_factory=Counter)
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    ledger: Counter[tuple[str, str]] = field(default_factory=Counter)
    customers: set[int] = field(default_factory=set)
    customers_unknown: int = 0
    errors: list[ErrorRow] = field(default_factory=list)

    def refuse(self, error: ErrorRow) -> None:
        """Count a row that cannot be applied."""
        self.codes[error.code] += 1
        if len(self.errors) < ERRORS_KEPT:
            self.errors.append(error)

    def hold(self, pending: Pending) -> None:
        """Add up the legs that would be posted."""
        for leg in pending.legs:
            self.ledger[CODES[leg.account], leg.currency] += leg.minor

    def count(self, row: Row, outcome: RowOutcome) -> None:
        """Count what would become of a row that can be read."""
        verb, currency = NAMES[type(row.command)], getattr(row.command, "currency", "")
        minor = getattr(row.command, "amount_minor", 0) if currency else 0
        self.named.add(verb)
        self.customers.add(getattr(row.command, "customer_id", 0))
        if minor:
            self.amounts[currency] += minor
        if isinstance(outcome, Answer):
            self.ok += 1
            self.repeats += outcome.is_replayed
            self.verbs[verb] += 1
            if minor and not outcome.is_replayed:
                self.totals[verb, currency] += minor
        elif isinstance(outcome, Refused):
            self.refuse(ErrorRow(row.line, row.key, outcome.code, outcome.detail))
        else:
            self.refuse(ErrorRow(row.line, row.key, "internal", outcome.raised))

    def plain(self) -> dict[str, Any]:
        """Give it as plain values of JSON."""
        return {
            "rows": self.rows,
            "ok": self.ok,
            "errors": sum(self.codes.values()),
            "repeats": self.repeats,
            "customers": len(self.customers),
            "customers_unknown": self.customers_unknown,
            "verbs": dict(sorted(self.verbs.items())),
            "totals": [[verb, currency, minor] for (verb, currency), minor in sorted(self.totals.items())],
            "ledger": [[account, currency, minor] for (account, currency), minor in sorted(self.ledger.items()) if minor],
            "codes": dict(sorted(self.codes.items())),
        }


def rehearse(house: House, rows: Iterable[Row], actor: str, step: Step = lambda _count: None) -> Effect:
    """Give what rows would do, each decided by its department and folded in memory."""
    effect = Effect()
    for is_dossier, run in groupby(rows, key=lambda row: type(row.command) in DOSSIER_WIRING):
        rehearsed = _dossiers if is_dossier else _customers
        for row, outcome in rehearsed(house, run, actor, effect):
            effect.rows += 1
            if outcome is None:
                effect.refuse(error_of(row))
            else:
                effect.count(row, outcome)
            step(1)
    effect.customers.discard(0)
    effect.customers_unknown = _unknown(house, effect.customers)
    effect.errors.sort(key=lambda error: error.line)
    return effect


def _customers(house: House, rows: Iterable[Row], actor: str, effect: Effect) -> Iterator[tuple[Row, RowOutcome | None]]:
    waiting: list[Row] = []

    def readable() -> Iterator[Any]:
        for row in rows:
            waiting.append(row)
            if row.wrong is None:
                yield row.command

    at = 0
    outcomes = rehearse_many(house.store, wiring_for(house), readable(), effect.hold, actor=actor, now=house.now(), rules=house.rules)
    for outcome in outcomes:
        while waiting[at].wrong is not None:
            yield waiting[at], None
            at += 1
        yield waiting[at], outcome
        at += 1
        if at >= LOOK_UP:
            del waiting[:at]
            at = 0
    yield from ((row, None) for row in waiting[at:])


def _dossiers(house: House, rows: Iterable[Row], actor: str, _effect: Effect) -> Iterator[tuple[Row, RowOutcome | None]]:
    """Decide on each by itself: rows of one dossier do not see each other."""
    for row in rows:
        found = preview(house, row.command, actor)
        yield row, found if isinstance(found, Refused) else Answer("{}")


def wiring_for(house: House) -> Wiring:
    """Give the commands of the house with agencies and the throttle as they stand now."""
    return with_throttle(house.store, with_agencies(house.store, house.wiring()))


def _unknown(house: House, customers: set[int]) -> int:
    """Count the customers that are not there."""
    there, wanted = 0, iter(sorted(customers))
    with house.store.engine.connect() as connection:
        while part := list(islice(wanted, LOOK_UP)):
            there += len(connection.execute(select(customer.c.customer_id).where(customer.c.customer_id.in_(part))).all())
    return len(customers) - there
