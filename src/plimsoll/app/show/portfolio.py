"""Figures of the whole book, from its tape: who is late, vintages, moves from state to state, the bad share. What the tape tells, no more.

Each needs an extra of the package (`fast`, `portfolio`); where it is not installed, that is said and nothing else breaks.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from plimsoll.app.config import tape_folder
from plimsoll.app.database.store import Store
from plimsoll.loan.classes import BUCKET_LAST
from plimsoll.units.refusal import Malformed, Refused

if TYPE_CHECKING:
    from plimsoll.app.tape.reading import Tape

BUCKETS: Final = tuple(f"M{n}" for n in range(BUCKET_LAST + 1))
CLASSES: Final = ("none", "short", "mid", "long")
PPM: Final = 1_000_000
SPANS: Final = ("month", "quarter", "half", "year")
VINTAGES_MAX: Final = 120


@dataclass(frozen=True, slots=True)
class LateRow:
    """Loans that owe, by bucket or class: how many, their principal in minor units, its share of all in millionths."""

    name: str
    product: str
    """all for every product."""
    loans: int
    principal_minor: int
    share_ppm: int


@dataclass(frozen=True, slots=True)
class LateTable:
    """Who is late on a day, in one currency: by M-bucket, by class, and by product and class; what was charged off so far."""

    currency: str
    on: date
    loans: int
    principal_minor: int
    buckets: tuple[LateRow, ...]
    classes: tuple[LateRow, ...]
    products: tuple[LateRow, ...]
    late_30_ppm: int
    late_90_ppm: int
    lost_loans: int
    lost_minor: int
    recovered_minor: int


@dataclass(frozen=True, slots=True)
class About:
    """What was read: the months of the tape and its last day, its currency, how many loans."""

    as_of: str
    first_month: str
    last_month: str
    currency: str
    loans: int


@dataclass(frozen=True, slots=True)
class VintageCell:
    """A vintage at an age: the share in millionths (None of nothing), how many came to it; not mature: it may still move."""

    age: int
    loans: int
    hits: int
    share_ppm: int | None
    is_mature: bool


@dataclass(frozen=True, slots=True)
class Vintage:
    """One vintage: its first month, the value of the dimension, its loans, and its cells by age."""

    name: str
    dimension: str
    loans: int
    cells: tuple[VintageCell, ...]


@dataclass(frozen=True, slots=True)
class Vintages:
    """Vintage curves of one measure; `left_out` are loans older than the tape."""

    about: About
    measure: str
    every: str
    by: str
    by_amount: bool
    left_out: int
    vintages: tuple[Vintage, ...]


@dataclass(frozen=True, slots=True)
class RollRow:
    """A state that loans moved from: where they stood a month later by `columns`, counted and in millionths of those seen."""

    state: str
    seen: int
    counts: tuple[int, ...]
    shares_ppm: tuple[int | None, ...]
    not_seen: int


@dataclass(frozen=True, slots=True)
class RollTable:
    """Moves within a month, all months of the tape together."""

    dimension: str
    columns: tuple[str, ...]
    rows: tuple[RollRow, ...]


@dataclass(frozen=True, slots=True)
class Rolls:
    """Roll and cure rates, by the values of a dimension where one is named; of loans, or of balances in minor units."""

    about: About
    by: str
    by_amount: bool
    tables: tuple[RollTable, ...]


@dataclass(frozen=True, slots=True)
class NplRow:
    """The bad share of a month (over 90 days past due), in millionths, as reported and as growth cannot flatter it; minor units."""

    month: str
    dimension: str
    loans: int
    bad_loans: int
    currency: str
    balance_minor: int
    bad_minor: int
    gone_minor: int
    reported_ppm: int | None
    lagged_ppm: int | None
    even_age_ppm: int | None
    put_back_ppm: int | None


@dataclass(frozen=True, slots=True)
class NplShare:
    """The bad share month by month."""

    about: About
    by: str
    months: tuple[NplRow, ...]


def late_tables(store: Store, on: date | None = None) -> tuple[LateTable, ...] | Refused:
    """Give who is late on the last day of the tape, or on one of its days. Refuses extra_missing; raises Malformed tape_missing.

    Cost: one pass over the columns of one day.
    """
    try:
        from plimsoll.app.closing.delinquency import ALL, read_delinquency
    except ModuleNotFoundError as missing:
        return Refused("extra_missing", "", str(missing))
    path = _day_file(tape_folder(store.address.url), on)
    day = date.fromisoformat(path.parent.name.removeprefix("day="))
    told = []
    for one in read_delinquency(path):
        whole = one.count(ALL, ALL)

        def row(name: str, product: str = ALL, one: object = one, whole: int = whole.principal_minor) -> LateRow:
            found = one.count(product, name)  # type: ignore[attr-defined]
            return LateRow(name, product, found.loans, found.principal_minor, _share(found.principal_minor, whole))

        buckets = tuple(row(name) for name in BUCKETS)
        late = [sum(one.principal_minor for one in buckets[first:]) for first in (2, 4)]
        told.append(
            LateTable(
                one.currency,
                day,
                whole.loans,
                whole.principal_minor,
                buckets,
                tuple(row(name) for name in CLASSES),
                tuple(row(name, product) for product in one.products for name in CLASSES),
                _share(late[0], whole.principal_minor),
                _share(late[1], whole.principal_minor),
                one.lost.loans,
                one.lost.principal_minor,
                one.recovered_minor,
            )
        )
    return tuple(told)


def _day_file(folder: Path, on: date | None) -> Path:
    """Find the file of a day of the tape, the last where none is named. Raises Malformed tape_missing, tape_day_missing."""
    if on is not None:
        path = folder / f"day={on.isoformat()}" / "tape.parquet"
        if not path.is_file():
            raise Malformed("tape_day_missing", on.isoformat())
        return path
    days = sorted(folder.glob("day=*/tape.parquet"))
    if not days:
        raise Malformed("tape_missing", "")
    return days[-1]


@contextmanager
def _opened(store: Store, currency: str, *needs: str) -> "Iterator[Tape]":
    """Open the tape of a book for a question that needs some parts of it."""
    from plimsoll.app.tape.reading import Order, open_tape

    with open_tape(Order(str(tape_folder(store.address.url)), currency=currency)) as tape:
        tape.shape.needs(*(one for one in needs if one))
        yield tape


def about_of(tape: "Tape") -> About:
    """Give what was read."""
    months = tape.source.months
    return About(tape.as_of(), tape.month(months[0]), tape.month(months[-1]), tape.source.currency, tape.seen.loans)


def vintages(
    store: Store, measure: str, every: str = "month", by: str = "", currency: str = "", *, by_amount: bool = False
) -> Vintages | Refused:
    """Give vintage curves: the share that was ever so many days late by each month on book. Refuses extra_missing.

    Raises Malformed measure_unknown, tape_missing and what the tape refuses. Cost: one query over the whole tape.
    """
    try:
        from plimsoll.portfolio.expressions.vintage import hits_text
        from plimsoll.portfolio.vintage import EVENTS, curves_of, vintage_name
    except ModuleNotFoundError as missing:
        return Refused("extra_missing", "", str(missing))
    if measure not in EVENTS:
        raise Malformed("measure_unknown", measure, remedy=f"One of: {', '.join(EVENTS)}.")
    with _opened(store, currency, "opened", by, "originated" if by_amount else "") as tape:
        found = curves_of(tape.ask(hits_text(tape.source, by)), EVENTS.index(measure), tape.source.months, every)
        is_calendar = tape.shape.is_calendar()
        curves = []
        for curve in found.curves[-VINTAGES_MAX:]:
            cells = tuple(
                VintageCell(cell.age, cell.loans, cell.hits, _ppm(cell.share(by_amount=by_amount)), cell.is_mature) for cell in curve.cells
            )
            curves.append(Vintage(vintage_name(curve.begin, every, is_calendar=is_calendar), curve.dimension, curve.loans, cells))
        return Vintages(about_of(tape), measure, every, by, by_amount, found.left_out, tuple(curves))


def rolls(store: Store, by: str = "", currency: str = "", *, by_amount: bool = False) -> Rolls | Refused:
    """Give where loans of each state stand a month later. Refuses extra_missing. Cost: one query over the whole tape."""
    try:
        from plimsoll.portfolio.expressions.moves import amounts_text
        from plimsoll.portfolio.expressions.strings import moves_text
        from plimsoll.portfolio.rolls import matrices
    except ModuleNotFoundError as missing:
        return Refused("extra_missing", "", str(missing))
    with _opened(store, currency, by, "balance" if by_amount else "") as tape:
        last = tape.source.months[-1]
        rows = [row for row in tape.ask((amounts_text if by_amount else moves_text)(tape.source, by)) if row[0] < last]
        tables = []
        for one in matrices(rows, value=VALUE):
            told = zip(one.rows, one.counts, one.shares(), one.not_seen, strict=True)
            moved = tuple(RollRow(state, sum(counts), counts, _ppms(shares), gone) for state, counts, shares, gone in told)
            tables.append(RollTable(one.dimension, one.columns, moved))
        return Rolls(about_of(tape), by, by_amount, tuple(tables))


VALUE: Final = 5
"""The place of what is added up in a row of moves or of amounts."""


def npl_share(store: Store, by: str = "", currency: str = "") -> NplShare | Refused:
    """Give the bad share month by month. Refuses extra_missing. Cost: four queries over the whole tape."""
    try:
        from plimsoll.portfolio.expressions.moves import amounts_text
        from plimsoll.portfolio.expressions.vintage import ages_text, hits_text, leavers_text
        from plimsoll.portfolio.npl import Parts, npl_of
    except ModuleNotFoundError as missing:
        return Refused("extra_missing", "", str(missing))
    with _opened(store, currency, "balance", by) as tape:
        source, shape = tape.source, tape.shape
        asked = [tape.ask(text(source, by)) for text in (ages_text, leavers_text, amounts_text)]
        hits = tape.ask(hits_text(source, by)) if shape.tells("opened") else []
        found = npl_of(Parts(asked[0], asked[1], asked[2], hits, shape.tells("written_off")), source.months)
        months = tuple(
            NplRow(
                tape.month(one.month),
                one.dimension,
                one.loans,
                one.bad_loans,
                source.currency,
                one.balance,
                one.bad,
                one.gone,
                _ppm(one.reported()),
                _ppm(one.lagged()),
                _ppm(one.at_even_age()),
                _ppm(one.put_back()),
            )
            for one in found
        )
        return NplShare(about_of(tape), by, months)


def _ppm(share: float | None) -> int | None:
    return None if share is None else round(share * PPM)


def _ppms(shares: Sequence[float | None]) -> tuple[int | None, ...]:
    return tuple(_ppm(one) for one in shares)


def _share(part: int, whole: int) -> int:
    return (2 * part * PPM + whole) // (2 * whole) if whole else 0
