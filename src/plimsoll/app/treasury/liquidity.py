"""The liquidity of a book on a day: what falls due to the lender and to its funders, money of its own to come and go, ladder and ratios."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import func, select

from plimsoll.app.database.schema import line
from plimsoll.app.database.store import Store
from plimsoll.app.treasury.due import Due, due_by_currency
from plimsoll.app.treasury.shares import Lent, funders_of, holdings_of, last_closed, lent_now
from plimsoll.loan.book import LINE_OPEN
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.ladder import BUCKETS, DAYS, Flow, Rung, behaved, by_day, first_short, rungs
from plimsoll.treasury.policy import behaviour_on, off_balance_minor
from plimsoll.treasury.ratio import Ratio, leverage_ratio, liquidity_ratio
from plimsoll.treasury.route import Funder
from plimsoll.units.dates import parse_day
from plimsoll.units.money import parse_minor
from plimsoll.units.refusal import Malformed, Refused

SOON: Final = 30
BORROWERS, TO_FUNDERS = "borrowers", "funders"


class Planned(NamedTuple):
    """Money of the lender itself that comes or goes on a day: bonds, lines of banks, rent."""

    on: date
    currency: str
    minor: int
    what: str


class Position(NamedTuple):
    """One currency on a day: what falls due, limits that are not drawn, what everybody has lent, its funders."""

    on: date
    currency: str
    due: Due
    undrawn_minor: int
    lent: Lent
    funders: tuple[Funder, ...]


class Ladder(NamedTuple):
    """The ladder: by bucket and the first day without cash, as agreed and as people behave, and the flows of both."""

    cash_minor: int
    agreed: Sequence[Rung]
    agreed_short: int | None
    behaved: Sequence[Rung]
    behaved_short: int | None
    agreed_flows: Sequence[Flow]
    behaved_flows: Sequence[Flow]


class Day(NamedTuple):
    """One day of the ladder, in minor units: what comes less what goes, and the cash at its end, as agreed and as people behave."""

    on: date
    agreed_minor: int
    agreed_cash_minor: int
    behaved_minor: int
    behaved_cash_minor: int


class Ratios(NamedTuple):
    """The ratios of the law with what they are made of, in minor units; None where what they are made of was not told."""

    liquidity: Ratio | None
    liquid_minor: int
    soon_minor: int
    leverage: Ratio | None
    assets_minor: int


def positions(store: Store, on: date, today: date) -> list[Position] | Refused:
    """Read where the book stands. Refuses date_in_future, ladder_past (a day before the last that is closed)."""
    if on > today:
        return Refused("date_in_future", "", f"{on}, today is {today}")
    closed = last_closed(store)
    if closed is not None and on < closed:
        return Refused("ladder_past", "", f"{on}, closed through {closed}")
    held, funders = holdings_of(store, on.toordinal()), funders_of(store)
    due = due_by_currency(store, held, on.toordinal())
    lent, undrawn = lent_now(store, held, funders, on.toordinal()), undrawn_limits(store)
    empty = Lent(0, 0, 0, {})
    return [
        Position(
            on,
            currency,
            due.get(currency, Due({}, {})),
            undrawn.get(currency, 0),
            lent.get(currency, empty),
            tuple(
                funder._replace(lent_minor=lent.get(currency, empty).of.get(name, 0))
                for name, funder in sorted(funders.items())
                if funder.currency == currency
            ),
        )
        for currency in sorted(due.keys() | lent.keys() | undrawn.keys())
    ]


def undrawn_limits(store: Store) -> dict[str, int]:
    """Give by currency what may still be drawn of open lines, in minor units."""
    columns = line.c
    wanted = select(columns.currency, func.sum(columns.limit_minor - columns.used_minor)).where(
        columns.status == LINE_OPEN, columns.limit_minor > columns.used_minor
    )
    with store.engine.connect() as connection:
        return {str(currency): int(minor) for currency, minor in connection.execute(wanted.group_by(columns.currency))}


def read_planned(path: Path) -> list[Planned]:
    """Read money to come and go: CSV with on, currency, amount (below nought: out), what.

    Raises Malformed with file and line: file_missing, file_not_text, column_missing, flow_malformed.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as failed:
        raise Malformed("file_missing", failed.strerror or str(failed), file=str(path)) from None
    except UnicodeDecodeError as foreign:
        raise Malformed("file_not_text", f"byte {foreign.start}", file=str(path)) from None
    reader = csv.DictReader(text.splitlines(), strict=True)
    missing = [name for name in ("on", "currency", "amount", "what") if name not in (reader.fieldnames or ())]
    if missing:
        raise Malformed("column_missing", ", ".join(missing), file=str(path), line=1)
    found = []
    try:
        for row in reader:
            currency = row["currency"] or ""
            found.append(
                Planned(date.fromordinal(parse_day(row["on"] or "")), currency, parse_minor(row["amount"] or "", currency), row["what"])
            )
    except (csv.Error, Malformed) as wrong:
        detail = f"{wrong.code} {wrong.detail}" if isinstance(wrong, Malformed) else str(wrong)
        raise Malformed("flow_malformed", detail, file=str(path), line=reader.line_num) from None
    return found


def ladder(one: Position, cash_minor: int, planned: Sequence[Planned], rules: Rules) -> Ladder:
    """Give the ladder of the lender's own money; raises Malformed flow_past for money planned before the day.

    What was due before is not counted. As people behave, limits are drawn and the lender pays all of it: the room that funders have left
    is no promise for a draw of tomorrow.
    """
    own = [Flow((flow.on - one.on).days, flow.minor, flow.what or "planned") for flow in planned if flow.currency == one.currency]
    agreed = [*(Flow(day, minor, BORROWERS) for day, minor in sorted(one.due.own.items()) if minor), *own]
    last = BUCKETS[-2][2]
    people = behaved(
        {day: minor for day, minor in one.due.own.items() if day <= last},
        one.undrawn_minor,
        one.lent.own_minor,
        behaviour_on(rules, one.on),
        last,
    )
    as_people = [*people, *own]
    return Ladder(
        cash_minor,
        rungs(agreed, cash_minor),
        first_short(agreed, cash_minor, DAYS),
        rungs(as_people, cash_minor),
        first_short(as_people, cash_minor, DAYS),
        agreed,
        as_people,
    )


def days_of(one: Position, steps: Ladder) -> list[Day]:
    """Give the ladder day by day, from the day itself through the 180th after it."""
    agreed, people = by_day(steps.agreed_flows), by_day(steps.behaved_flows)
    cash = [list(accumulate(nets, initial=steps.cash_minor))[1:] for nets in (agreed, people)]
    rows = zip(agreed, cash[0], people, cash[1], strict=True)
    return [Day(date.fromordinal(one.on.toordinal() + ahead), *row) for ahead, row in enumerate(rows)]


def ratios(one: Position, cash_minor: int, capital_minor: int | None, planned: Sequence[Planned], rules: Rules, licence: str) -> Ratios:
    """Give liquidity and leverage as the law measures them.

    Liquid is cash and what falls due to the lender within thirty days; due within thirty days is what it planned to pay out by then.
    """
    ahead = [(flow.on - one.on).days for flow in planned if flow.currency == one.currency]
    minors = [flow.minor for flow in planned if flow.currency == one.currency]
    soon = -sum(minor for day, minor in zip(ahead, minors, strict=True) if minor < 0 and 0 <= day <= SOON)
    liquid = cash_minor + sum(minor for day, minor in one.due.own.items() if day <= SOON)
    assets = cash_minor + one.lent.own_minor + off_balance_minor(one.undrawn_minor, rules, one.on)
    return Ratios(
        liquidity_ratio(liquid, soon, rules, one.on, licence) if planned else None,
        liquid,
        soon,
        leverage_ratio(capital_minor, assets, rules, one.on, licence) if capital_minor is not None else None,
        assets,
    )


def balance(one: Position, cash_minor: int, capital_minor: int | None) -> Mapping[str, Mapping[str, int]]:
    """Give both sides in minor units: what is lent and the cash, and by whom it is funded.

    What is neither capital nor of a funder is other debt, or with a minus sign capital that lies elsewhere.
    """
    assets = {"cash": cash_minor, "loans, own part": one.lent.own_minor, "loans, funders' parts": one.lent.all_minor - one.lent.own_minor}
    funding = {funder.name: funder.lent_minor for funder in one.funders}
    funding |= {name: minor for name, minor in one.lent.of.items() if name not in funding}
    capital = {} if capital_minor is None else {"capital": capital_minor}
    rest = sum(assets.values()) - sum(funding.values()) - sum(capital.values())
    return {"assets": assets, "funding": {**funding, **capital, "own and other debt" if capital_minor is None else "other debt": rest}}
