"""`plimsoll portfolio cures`: how long cures last, and how many are late again."""

from typing import Annotated, Any, Final

import typer

from plimsoll.app.tape.reading import Tape
from plimsoll.interfaces.cli.options import AsJson
from plimsoll.interfaces.cli.portfolio_rolls import LAST, refuse_ends
from plimsoll.interfaces.cli.portfolio_tape import (
    By,
    Currency,
    Engine,
    Map,
    Master,
    Where,
    answer,
    head,
    one_of,
    opened,
    order_of,
    rounded,
    share,
    show,
    table,
)
from plimsoll.portfolio.cures import AGAIN, SUSTAINED, Cures, cures_of

DEFAULT_FROM: Final = "M2"

From = Annotated[str, typer.Option("--from", metavar="Mn", help="A cure is a move to nothing late from this state or a worse one.")]


def cures(
    tape: Where = "",
    map_name: Map = "house",
    by: By = "",
    late_from: From = DEFAULT_FROM,
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    as_json: AsJson = False,
) -> None:
    """Show what became of cures: clean for three and six months, and late again as before within six and twelve.

    Cures that are not yet old enough count for the months in which they are seen.
    """
    from plimsoll.portfolio.expressions.strings import cures_text

    state = LAST.index(one_of("--from", late_from, LAST)) + 1
    with opened(order_of(tape, map_name, currency, engine, master), by) as found:
        refuse_ends(found)
        query = cures_text(found.source, state, by)
        made = cures_of(found.ask(query))
        told = {"from": late_from, "by": by, "cures": [_object(one) for one in made]}
        show(answer(found, [query], told), _text(found, made, late_from), as_json=as_json)


def _object(one: Cures) -> dict[str, Any]:
    clean = {f"clean_{months}_months": rounded(_left(one, months)) for months in SUSTAINED}
    again = {f"again_in_{months}_months": rounded(one.again.share[months - 1]) for months in AGAIN}
    return {
        "dimension": one.dimension,
        "cures": one.cures,
        **clean,
        **again,
        "by_month": {"watched": list(one.again.watched), "again": list(one.again.events), "share": [rounded(x) for x in one.again.share]},
    }


def _left(one: Cures, months: int) -> float | None:
    befallen = one.soiled.share[months - 1]
    return None if befallen is None else 1 - befallen


def _text(tape: Tape, made: list[Cures], late_from: str) -> str:
    rows = [("of", "cures", *(f"clean {n} months %" for n in SUSTAINED), *(f"again in {n} months %" for n in AGAIN))]
    for one in made:
        clean = (share(_left(one, months)) for months in SUSTAINED)
        again = (share(one.again.share[months - 1]) for months in AGAIN)
        rows.append((one.dimension or "all", f"{one.cures:,}", *clean, *again))
    said = f"Cures are moves from {late_from} or worse to nothing late; again is back there, or lost. A dash: no cure is that old."
    return "\n\n".join([head(tape), said, table(rows)])
