"""`plimsoll portfolio usage` and `concentration`: how limits are used, and in how few places the money stands."""

from datetime import date
from typing import Any

from plimsoll.app.config import book_url
from plimsoll.app.database.opening import open_store
from plimsoll.app.tape.groups import places_by_group
from plimsoll.app.tape.reading import EPOCH, Tape
from plimsoll.interfaces.cli.options import AsJson, Db
from plimsoll.interfaces.cli.portfolio_rolls import refuse_ends
from plimsoll.interfaces.cli.portfolio_tape import (
    MONTHS_SHOWN,
    By,
    Currency,
    Engine,
    Map,
    Master,
    Where,
    answer,
    head,
    money,
    opened,
    order_of,
    rounded,
    share,
    show,
    table,
)
from plimsoll.monitoring.shock import GROUPS
from plimsoll.portfolio.concentration import Concentration, concentration_of
from plimsoll.risk.lawful import lawful_rules


def usage(
    tape: Where = "",
    map_name: Map = "house",
    by: By = "",
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    as_json: AsJson = False,
) -> None:
    """Show how limits are used month by month, and in the twelve months before a loan went bad."""
    from plimsoll.portfolio.expressions.usage import path_text, usage_text

    with opened(order_of(tape, map_name, currency, engine, master), "limit", "balance", by) as found:
        refuse_ends(found)
        queries = [usage_text(found.source, by), path_text(found.source)]
        months, path = (found.ask(query) for query in queries)
        told = {
            "by": by,
            "usage": [_used(found, row) for row in months],
            "before_bad": [{"months_before": row[0], "loans": row[1], "used": rounded(_ratio(row[3], row[2]))} for row in path],
        }
        show(answer(found, queries, told), _usage_text(found, months, path), as_json=as_json)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _used(tape: Tape, row: Any) -> dict[str, Any]:
    month, dimension, loans, limit, balance, full, over = row
    return {
        "month": tape.month(month),
        "dimension": dimension,
        "loans": loans,
        "limit": money(limit, tape),
        "balance": money(balance, tape),
        "used": rounded(_ratio(balance, limit)),
        "over_nine_tenths": rounded(_ratio(full, loans)),
        "over_the_limit": rounded(_ratio(over, loans)),
    }


def _usage_text(tape: Tape, months: list[Any], path: list[Any]) -> str:
    by = any(row[1] for row in months)
    rows = [("month", *(("of",) if by else ()), "loans", f"limits {tape.source.currency}", "used %", "over 90 % %", "over the limit %")]
    last = set(tape.source.months[-MONTHS_SHOWN:])
    for month, dimension, loans, limit, balance, full, over in months:
        if month in last:
            shares = (share(_ratio(balance, limit)), share(_ratio(full, loans)), share(_ratio(over, loans)))
            rows.append((tape.month(month), *((dimension,) if by else ()), f"{loans:,}", money(limit, tape), *shares))
    parts = [head(tape), table(rows, left=2 if by else 1), "Use of limits before a loan went bad:"]
    shown = [("months before", "loans", "used %"), *((f"{row[0]}", f"{row[1]:,}", share(_ratio(row[3], row[2]))) for row in path)]
    return "\n\n".join([*parts, table(shown)])


def concentration(
    by: By,
    tape: Where = "",
    map_name: Map = "house",
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Show in how few places the money stands in the last month: by a dimension, and with the largest borrowers.

    By region or employer the tape of the house is joined with its book (--db), where people belong to groups without names.
    """
    from plimsoll.portfolio.expressions.usage import borrowers_text, owing_text, places_text

    is_group = by in GROUPS and bool(db)
    with opened(order_of(tape, map_name, currency, engine, master), "balance", "customer" if is_group else by) as found:
        refuse_ends(found)
        queries = [owing_text(found.source) if is_group else places_text(found.source, by), borrowers_text(found.source)]
        places, borrowers = (found.ask(query) for query in queries)
        made = concentration_of(_grouped(found, places, by, db) if is_group else places, borrowers)
        show(answer(found, queries, _spread(found, made, by)), _spread_text(found, made, by), as_json=as_json)


def _grouped(tape: Tape, owing: list[Any], kind: str, db: str) -> list[Any]:
    """Give the places of the groups that customers belong to by the book."""
    on = date.fromordinal(tape.last_day + EPOCH)
    with open_store(book_url(db)) as store:
        return places_by_group(store, owing, kind, on, lawful_rules().whole("POLICY.DISPOSAL.K", on) or 1)


def _spread(tape: Tape, made: Concentration, by: str) -> dict[str, Any]:
    return {
        "by": by,
        "herfindahl": None if made.herfindahl is None else round(made.herfindahl),
        "largest_borrowers": [{"borrowers": count, "share": rounded(_ratio(owed, made.balance))} for count, owed in made.largest],
        "places": [
            {
                "name": place.name,
                "loans": place.loans,
                "balance": money(place.balance, tape),
                "share": rounded(_ratio(place.balance, made.balance)),
                "bad_share": rounded(_ratio(place.bad, place.balance)),
            }
            for place in made.places
        ],
    }


def _spread_text(tape: Tape, made: Concentration, by: str) -> str:
    rows = [(by, "loans", f"balance {tape.source.currency}", "share %", "bad %")]
    for place in made.places:
        shares = (share(_ratio(place.balance, made.balance)), share(_ratio(place.bad, place.balance)))
        rows.append((place.name, f"{place.loans:,}", money(place.balance, tape), *shares))
    said = [f"Herfindahl {made.herfindahl:,.0f} points (10,000 is one place alone)." if made.herfindahl is not None else "Nothing is owed."]
    said += [f"The largest {count} borrowers owe {share(_ratio(owed, made.balance))} %." for count, owed in made.largest]
    return "\n\n".join([head(tape), table(rows), "\n".join(said)])
