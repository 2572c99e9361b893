"""`plimsoll portfolio early`: first payments missed, entries into lateness, and how soon they are collected."""

from typing import Annotated, Any, Final

import typer

from plimsoll.app.tape.reading import Tape
from plimsoll.interfaces.cli.options import AsJson
from plimsoll.interfaces.cli.portfolio_rolls import refuse_ends
from plimsoll.interfaces.cli.portfolio_tape import (
    By,
    Currency,
    Engine,
    Every,
    Map,
    Master,
    Where,
    answer,
    head,
    money,
    one_of,
    opened,
    order_of,
    rounded,
    share,
    show,
    table,
)
from plimsoll.portfolio.early import COLLECTED_DAYS, FIRST_DAYS, Entries, FirstPayment, entries_of, first_payments
from plimsoll.portfolio.vintage import MONTHS, vintage_name

DUE_MAX: Final = 12

FirstDue = Annotated[
    int, typer.Option("--first-due", metavar="N", min=0, max=DUE_MAX, help="The first payment falls due by the Nth month after opening.")
]


def early(
    tape: Where = "",
    map_name: Map = "house",
    every: Every = "month",
    by: By = "",
    first_due: FirstDue = 1,
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    as_json: AsJson = False,
) -> None:
    """Show early reads: first payments missed by 1, 7 and 30 days; on a tape of days also entries into lateness and what is collected."""
    from plimsoll.portfolio.expressions.early import entries_text, first_payment_text

    one_of("--every", every, tuple(MONTHS))
    with opened(order_of(tape, map_name, currency, engine, master), "opened", "days", by) as found:
        refuse_ends(found)
        queries = [first_payment_text(found.source, first_due, by)]
        first = first_payments(found.ask(queries[0]), first_due, found.source.months, every)
        entries: list[Entries] | None = None
        if found.is_daily:
            queries.append(entries_text(found.source, by))
            entries = entries_of(found.ask(queries[1]))
        told = {
            "every": every,
            "by": by,
            "first_payments": [_first_object(found, one, every) for one in first],
            "entries": None if entries is None else [_entry_object(found, one) for one in entries],
        }
        show(answer(found, queries, told), _text(found, first, entries, every), as_json=as_json)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _first_object(tape: Tape, one: FirstPayment, every: str) -> dict[str, Any]:
    late = {
        f"fpd{days}": {"loans": loans, "late": late, "share": rounded(_ratio(late, loans))}
        for days, loans, late in zip(FIRST_DAYS, one.loans, one.late, strict=True)
    }
    return {"vintage": vintage_name(one.begin, every, is_calendar=tape.shape.is_calendar()), "dimension": one.dimension, **late}


def _entry_object(tape: Tape, one: Entries) -> dict[str, Any]:
    collected = {
        f"collected_{days}_days": {
            "entries": seen,
            "share": rounded(_ratio(paid, seen)),
            "share_of_money": rounded(_ratio(paid_money, seen_money)),
        }
        for days, seen, paid, seen_money, paid_money in zip(
            COLLECTED_DAYS, one.seen, one.collected, one.seen_money, one.collected_money, strict=True
        )
    }
    return {
        "month": tape.month(one.month),
        "dimension": one.dimension,
        "entries": one.entries,
        "money": money(one.money, tape),
        "entry_rate": rounded(one.entry_rate()),
        **collected,
    }


def _text(tape: Tape, first: list[FirstPayment], entries: list[Entries] | None, every: str) -> str:
    by = any(one.dimension for one in first)
    rows = [("vintage", *(("of",) if by else ()), "loans", *(f"late {days}+ %" for days in FIRST_DAYS))]
    for one in first:
        shares = (share(_ratio(late, loans)) for late, loans in zip(one.late, one.loans, strict=True))
        name = vintage_name(one.begin, every, is_calendar=tape.shape.is_calendar())
        rows.append((name, *((one.dimension,) if by else ()), f"{one.loans[0]:,}", *shares))
    parts = [head(tape), "First payments missed, of loans old enough to tell:", table(rows, left=2 if by else 1)]
    if entries is None:
        parts.append("Entries into lateness and their collection need a tape of days; this one is of months.")
        return "\n\n".join(parts)
    shown = [
        (
            "month",
            *(("of",) if by else ()),
            "entries",
            "a month %",
            f"late {tape.source.currency}",
            "7 days %",
            "money %",
            "30 days %",
            "money %",
        )
    ]
    for entry in entries:
        shares = (
            share(_ratio(part, whole))
            for place in range(len(COLLECTED_DAYS))
            for part, whole in (
                (entry.collected[place], entry.seen[place]),
                (entry.collected_money[place], entry.seen_money[place]),
            )
        )
        named = (tape.month(entry.month), *((entry.dimension,) if by else ()))
        shown.append((*named, f"{entry.entries:,}", share(entry.entry_rate()), money(entry.money, tape), *shares))
    said = "Entries into lateness: for each month of a loan that is not late, and collected within 7 and 30 days, of those seen so long:"
    return "\n\n".join([*parts, said, table(shown, left=2 if by else 1)])
