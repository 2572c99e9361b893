"""Where the money comes from: funders with what they have lent, their settlements, the throttle, ladder, ratios and triggers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from plimsoll.app.database.schema import filing, line, loan, loan_state
from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossier_of, dossiers
from plimsoll.app.file import filings_of
from plimsoll.app.show.days import day_or_none, on_day
from plimsoll.app.treasury.liquidity import Planned, Position, ladder, positions, ratios
from plimsoll.app.treasury.shares import Holdings, funders_of, holdings_of, principals_of
from plimsoll.app.treasury.shop_accounts import promised
from plimsoll.loan.filing import of_kind, read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.funded import FUNDED, holdings, shares_on
from plimsoll.treasury.funder import DOSSIER, RECONCILED, SETTLED
from plimsoll.treasury.ladder import Rung
from plimsoll.treasury.ratio import Ratio
from plimsoll.treasury.route import LENDER, Funder
from plimsoll.treasury.share import split
from plimsoll.treasury.suitability import assessed_of
from plimsoll.treasury.throttle import DOSSIER as THROTTLE
from plimsoll.treasury.throttle import throttle_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

if TYPE_CHECKING:
    from plimsoll.app.treasury.measure_book import Stand

PPM: Final = 1_000_000
LOANS_MAX: Final = 100_000
"""Loans that one look works through at most; of a larger book the figures tell that are made beside the server, and `plimsoll treasury`."""


@dataclass(frozen=True, slots=True)
class FunderRow:
    """A funder: what it committed, has lent now and has left for more, in minor units; its price and its share of all, as decimal text.

    What the unused limits of its accounts may still take is not left for more (`shop_accounts.promised`).
    """

    funder: str
    kind: str
    currency: str
    committed_minor: int
    lent_minor: int
    room_minor: int
    loans: int
    price: str
    share: str
    most: str
    products: tuple[str, ...]
    is_guaranteed: bool
    is_open: bool
    is_over: bool
    until: date | None


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """A day that was settled with a funder: the file's SHA-256 and lines, totals in minor units by what flowed, reconciled or not."""

    on: date
    since: str
    sha256: str
    lines: int
    totals: Mapping[str, int]
    is_reconciled: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class FunderPage:
    """A funder with its settlements, newest first; of an investor the level and the last day of its newest assessment ("" none)."""

    funder: FunderRow
    settlements: tuple[SettlementRow, ...]
    level: str
    assessed_until: date | None


@dataclass(frozen=True, slots=True)
class ShareRow:
    """Who holds which part of a loan, in millionths, and of its principal how much, in minor units."""

    funder: str
    ppm: int
    principal_minor: int


@dataclass(frozen=True, slots=True)
class ShareSpell:
    """Whose a loan was from a day on."""

    since: date
    shares: tuple[ShareRow, ...]


@dataclass(frozen=True, slots=True)
class LoanShares:
    """Whose a loan is and was: the shares of a day first, then how they came about, oldest first."""

    customer_id: int
    loan_id: int
    currency: str
    on: date
    now: tuple[ShareRow, ...]
    spells: tuple[ShareSpell, ...]


@dataclass(frozen=True, slots=True)
class ThrottleRow:
    """The throttle of a currency: how much of the plan is granted, how far the tighter limit is used, and which that is."""

    currency: str
    since: date
    granted: str
    used: str
    why: str
    is_shut: bool


@dataclass(frozen=True, slots=True)
class RungRow:
    """Days ahead of the ladder, in minor units: what comes, what goes, what is left then."""

    days: str
    inward_minor: int
    outward_minor: int
    cumulative_minor: int


@dataclass(frozen=True, slots=True)
class RatioRow:
    """A ratio of the law as decimal text: its value ("" nothing falls due), the least that is asked, and whether it is enough."""

    name: str
    value: str
    least: str
    is_enough: bool


@dataclass(frozen=True, slots=True)
class LadderShown:
    """The lender's own money over the days ahead, as agreed and as people behave, in minor units; short: the first day without cash."""

    currency: str
    on: date
    cash_minor: int
    agreed: tuple[RungRow, ...]
    agreed_short_day: int | None
    behaved: tuple[RungRow, ...]
    behaved_short_day: int | None
    past_due_minor: int
    to_funders_minor: int
    undrawn_minor: int
    ratios: tuple[RatioRow, ...]


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """One trigger of the register: where it stands, its limit, how far away, in how many days at this slope (None: never), as text."""

    name: str
    value: str
    limit: str
    direction: str
    distance: str
    slope_a_day: str
    days: str
    state: str
    consequence: str


def read_funders(store: Store, today: int, rules: Rules) -> tuple[FunderRow, ...]:
    """Give every funder. Rows read: funders' dossiers, what is on file of funded loans, those loans' states."""
    found = funders_of(store)
    if not found:
        return ()
    held = holdings_of(store, today)
    lent, counts = _lent(store, held, today)
    whole, kept_free = _whole(store), promised(store, held, rules, date.fromordinal(today))
    free = {name: kept_free.get(one.currency, {}).get(name, 0) for name, one in found.items()}
    standing = {name: one._replace(lent_minor=lent.get((name, one.currency), 0)) for name, one in found.items()}
    room = {name: one.room_minor(rules, date.fromordinal(today)) - free[name] for name, one in standing.items()}
    return tuple(_funder(name, one, lent, counts, whole, max(room[name], 0)) for name, one in sorted(found.items()))


def funder_page_of(store: Store, name: str, rows: Sequence[FunderRow]) -> FunderPage | Refused:
    """Give one of some funders that were read, with its settlements. Refuses funder_unknown."""
    row = next((one for one in rows if one.funder == name), None)
    if row is None:
        return Refused("funder_unknown", "", name)
    entries = dossier_of(store, DOSSIER, name)
    reconciled = {str(read_body(one).get("day", "")) for one in of_kind(entries, RECONCILED)}
    settlements = []
    for one in reversed(of_kind(entries, SETTLED)):
        said = read_body(one)
        day, is_done = str(said["day"]), str(said["day"]) in reconciled
        told = SettlementRow(date.fromisoformat(day), str(said["since"]), said["sha256"], said["lines"], said["totals"], is_done, one.at)
        settlements.append(told)
    assessed = assessed_of(entries)
    level, until = (assessed[-1].level, assessed[-1].until) if assessed else ("", 0)
    return FunderPage(row, tuple(settlements), level, day_or_none(until))


def is_much_funded(store: Store) -> bool:
    """Tell whether more loans are funded than one look works through."""
    few = select(filing.c.n).where(filing.c.kind == FUNDED).limit(LOANS_MAX + 1).subquery()
    with store.engine.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(few)) or 0) > LOANS_MAX


def _lent(store: Store, held: Holdings, today: int) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """Give the principal by funder and currency, and the loans by funder."""
    lent: dict[tuple[str, str], int] = {}
    counts: dict[str, int] = {}
    for one, currency, principal_minor in principals_of(store, held, {customer_id for customer_id, _ in held}):
        for name, minor in split(principal_minor, shares_on(held[one], today + 1), LENDER).items():
            lent[name, currency] = lent.get((name, currency), 0) + minor
            counts[name] = counts.get(name, 0) + 1
    return lent, counts


def _whole(store: Store) -> dict[str, int]:
    """Give all principal outstanding by currency, summed by the database over the lines: principal in use is what is outstanding."""
    columns = line.c
    with store.engine.connect() as connection:
        rows = connection.execute(select(columns.currency, func.sum(columns.used_minor)).group_by(columns.currency))
        return {row[0]: int(row[1]) for row in rows}


def _funder(
    name: str, one: Funder, lent: Mapping[tuple[str, str], int], counts: Mapping[str, int], whole: Mapping[str, int], room_minor: int
) -> FunderRow:
    minor, total = lent.get((name, one.currency), 0), whole.get(one.currency, 0)
    return FunderRow(
        name,
        one.kind,
        one.currency,
        one.committed_minor,
        minor,
        room_minor,
        counts.get(name, 0),
        one.price.text(),
        Rate.parse(Rate(minor * PPM // total if total else 0, PPM).text()).text(),
        Rate.parse(Rate(one.most_ppm, PPM).text()).text(),
        tuple(one.products),
        one.is_guaranteed,
        one.is_open,
        minor > one.committed_minor,
        day_or_none(one.until),
    )


def loan_shares(store: Store, customer_id: int, loan_id: int, day: int) -> LoanShares | Refused:
    """Give whose a loan is. Refuses loan_unknown. Rows read: one, and the customer's file."""
    columns = loan_state.c
    joined = loan_state.join(loan, (loan.c.customer_id == columns.customer_id) & (loan.c.loan_id == columns.loan_id))
    wanted = select(loan.c.currency, loan.c.opened_on, columns.principal_minor).select_from(joined)
    with store.engine.connect() as connection:
        row = connection.execute(wanted.where(columns.customer_id == customer_id, columns.loan_id == loan_id)).first()
    if row is None:
        return Refused("loan_unknown", "", f"loan {loan_id} of customer {customer_id}")
    held = holdings(filings_of(store, customer_id), loan_id)

    def rows(day_of: int) -> tuple[ShareRow, ...]:
        shares = shares_on(held, day_of)
        parts = split(row.principal_minor, shares, LENDER)
        return tuple(ShareRow(one.funder, one.ppm, parts.get(one.funder, 0)) for one in shares)

    spells = tuple(ShareSpell(on_day(one.on), tuple(ShareRow(part.funder, part.ppm, 0) for part in one.shares)) for one in held)
    return LoanShares(customer_id, loan_id, row.currency, on_day(day), rows(day), spells)


def throttle_rows(store: Store, today: int) -> tuple[ThrottleRow, ...]:
    """Give the throttle of each currency that has one. Rows read: its dossiers."""
    found = []
    for currency, filings in dossiers(store, THROTTLE):
        one = throttle_of(filings, today)
        if one is not None:
            found.append(ThrottleRow(currency, on_day(one.on), one.granted.text(), one.used.text(), one.why, one.is_shut()))
    return tuple(found)


def ladder_rows(
    store: Store,
    on: date,
    today: date,
    rules: Rules,
    cash: Mapping[str, int],
    planned: Sequence[Planned] = (),
    licence: str = "cfc",
) -> tuple[LadderShown, ...] | Refused:
    """Give the ladder of each currency. Refuses date_in_future, ladder_past, book_too_large.

    Cost: every open loan is moved to the day; so no more than LOANS_MAX are.
    """
    if is_much_open(store):
        return Refused("book_too_large", "", f"more than {LOANS_MAX:,} open loans; plimsoll treasury ladder")
    found = positions(store, on, today)
    return found if isinstance(found, Refused) else ladders_of(found, rules, on, cash, planned, licence)


def read_positions(store: Store, on: date, today: date) -> tuple[Position, ...] | Refused:
    """Read where the book stands, for `ladders_of`. Refuses date_in_future, ladder_past. Cost: every open loan is moved to the day."""
    found = positions(store, on, today)
    return found if isinstance(found, Refused) else tuple(found)


def is_much_open(store: Store) -> bool:
    """Tell whether more loans are open than one look works through."""
    few = select(loan_state.c.loan_id).where(loan_state.c.status == 1).limit(LOANS_MAX + 1).subquery()
    with store.engine.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(few)) or 0) > LOANS_MAX


def ladders_of(
    found: Sequence[Position],
    rules: Rules,
    on: date,
    cash: Mapping[str, int],
    planned: Sequence[Planned] = (),
    licence: str = "cfc",
) -> tuple[LadderShown, ...]:
    """Give the ladder of each currency from positions that were read."""
    told = []
    for one in found:
        steps = ladder(one, cash.get(one.currency, 0), list(planned), rules)
        law = ratios(one, cash.get(one.currency, 0), None, list(planned), rules, licence)
        ratio = [_ratio(name, of_it) for name, of_it in (("liquidity", law.liquidity), ("leverage", law.leverage)) if of_it is not None]
        told.append(
            LadderShown(
                one.currency,
                on,
                steps.cash_minor,
                _rungs(steps.agreed),
                steps.agreed_short,
                _rungs(steps.behaved),
                steps.behaved_short,
                one.due.past_minor,
                sum(one.due.funders.values()),
                one.undrawn_minor,
                tuple(ratio),
            )
        )
    return tuple(told)


def _rungs(found: Sequence[Rung]) -> tuple[RungRow, ...]:
    return tuple(RungRow(one.name, one.inward_minor, one.outward_minor, one.cumulative_minor) for one in found)


def _ratio(name: str, one: Ratio) -> RatioRow:
    value = "" if one.millionths is None else Rate(one.millionths, PPM).text()
    return RatioRow(name, value, one.least.text() if one.least else "", one.is_enough)


def trigger_rows(store: Store, tape: Path, on: date, today: date, currency: str, rules: Rules) -> tuple[TriggerRow, ...] | Refused:
    """Give the register of triggers from the tape. Refuses date_in_future, extra_missing; raises Malformed tape_day_missing.

    Cost: the days of the tape that the register looks back on. Needs the extra `fast`.
    """
    try:
        from plimsoll.app.treasury.measure_book import stands
    except ModuleNotFoundError as missing:
        return Refused("extra_missing", "", str(missing))
    from plimsoll.app.treasury.shares import refuse_future
    from plimsoll.treasury.policy import register_on

    refused = refuse_future(on, today)
    if refused is not None:
        return refused
    held, funders = holdings_of(store, on.toordinal()), funders_of(store)
    seen = stands(tape, on, register_on(rules, on).months, currency, held)
    own = tuple(one for _, one in sorted(funders.items()) if one.currency == currency)
    return trigger_rows_of(seen, own, rules, on)


def trigger_rows_of(seen: "Sequence[Stand]", own: Sequence[Funder], rules: Rules, on: date) -> tuple[TriggerRow, ...]:
    """Give the register from months of the tape that were read. Needs the extra `fast`."""
    from plimsoll.app.treasury.measure_book import places

    return tuple(
        TriggerRow(
            name,
            f"{one.value:.6f}",
            f"{one.trigger.limit:g}",
            one.trigger.direction,
            f"{one.distance:.6f}",
            f"{one.slope:.9f}",
            "" if one.days is None else f"{one.days:.1f}",
            one.state,
            one.trigger.consequence,
        )
        for name, one in places(list(seen), own, rules, on)
    )
