"""`plimsoll portfolio harm`: who has to pay too much, who pays and stays in debt, complaints and contacts, over-extension."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.app.config import book_url
from plimsoll.app.database.opening import open_store
from plimsoll.app.tape.reading import Tape
from plimsoll.interfaces.cli.options import AsJson, Db
from plimsoll.interfaces.cli.portfolio_rolls import refuse_ends
from plimsoll.interfaces.cli.portfolio_tape import (
    Currency,
    Engine,
    Map,
    Master,
    Where,
    answer,
    head,
    money,
    month_of,
    opened,
    order_of,
    rounded,
    share,
    show,
    table,
)
from plimsoll.risk.lawful import lawful_rules

if TYPE_CHECKING:
    from plimsoll.app.harm import Harm

On = Annotated[str, typer.Option("--month", metavar="MONTH", help="The month that is told. Default: the last of the tape.")]


def harm(
    db: Db = "",
    tape: Where = "",
    map_name: Map = "house",
    month: On = "",
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    as_json: AsJson = False,
) -> None:
    """Tell what lending does to borrowers: burden, persistent debt, complaints and contacts per 10,000 customers, over-extension by class.

    Needs the book beside the tape, as it stood at the end of the month.
    """
    with open_store(book_url(db)) as store, opened(order_of(tape, map_name, currency, engine, master), "balance") as found:
        refuse_ends(found)
        from plimsoll.app.harm import harm_of

        at = month_of("--month", month, found) if month else found.source.months[-1]
        one = harm_of(store, found, at, lawful_rules())
        show(answer(found, [], _object(found, at, one)), _text(found, at, one), as_json=as_json)


def _of(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _object(tape: Tape, month: int, one: "Harm") -> dict[str, Any]:
    burden, lasting = one.burden, one.lasting
    return {
        "month": tape.month(month),
        "customers": burden.customers,
        "burden": {
            "over": burden.over,
            "known": burden.known,
            "unknown": burden.unknown,
            "share_of_known": rounded(_of(burden.over, burden.known)),
            "too_much_from": rounded(one.part),
        },
        "persistent_debt": None
        if lasting is None
        else {
            "window_months": one.window,
            "loans": lasting.loans,
            "known": lasting.known,
            "too_young": lasting.unknown,
            "share_of_known": rounded(_of(lasting.loans, lasting.known)),
            "balance": money(lasting.balance, tape),
            "months_mean": rounded(_of(lasting.months, lasting.loans)),
        },
        "counts": {name: {"count": count, "per_10000": rounded(one.per_people(name))} for name, count in one.counts.items()},
        "over_extension": {
            name: {"customers": count, "share": rounded(_of(count, burden.customers))} for name, count in one.classes.items()
        },
    }


def _text(tape: Tape, month: int, one: "Harm") -> str:
    burden, lasting = one.burden, one.lasting
    asked = (
        f"More than {share(one.part)} % of what a poor month leaves is asked for in the month after: {burden.over:,} of {burden.known:,} "
        f"({share(_of(burden.over, burden.known))} %); of {burden.unknown:,} nothing tells what they can spare."
    )
    lines = [f"{tape.month(month)}: {burden.customers:,} customers owe.", asked]
    if lasting is None:
        lines.append("Persistent debt: the tape does not tell what was paid.")
    else:
        lines.append(
            f"Persistent debt (in {one.window} months at least as much interest and fees paid as principal): {lasting.loans:,} of "
            f"{lasting.known:,} loans ({share(_of(lasting.loans, lasting.known))} %), {money(lasting.balance, tape)} "
            f"{tape.source.currency}, {_mean(lasting.months, lasting.loans)} months each; {lasting.unknown:,} loans are too young to tell."
        )
    counts: list[Sequence[str]] = [("in the month", "count", "per 10,000 customers")]
    for name, count in one.counts.items():
        per = one.per_people(name)
        counts.append((name, f"{count:,}", "-" if per is None else f"{per:,.1f}"))
    classes: list[Sequence[str]] = [("over-extension", "customers", "%")]
    classes += [(name, f"{count:,}", share(_of(count, burden.customers))) for name, count in one.classes.items()]
    return "\n\n".join([head(tape), "\n".join(lines), table(counts), table(classes)])


def _mean(whole: int, parts: int) -> str:
    return f"{whole / parts:.1f}" if parts else "0"
