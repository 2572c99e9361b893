"""`plimsoll portfolio npl`: the bad share of a book, as reported and as growth cannot flatter it."""

from typing import Any, Final

from plimsoll.app.tape.reading import Tape
from plimsoll.interfaces.cli.options import AsJson
from plimsoll.interfaces.cli.portfolio_rolls import refuse_ends
from plimsoll.interfaces.cli.portfolio_tape import (
    MONTHS_SHOWN,
    By,
    Chart,
    Currency,
    Engine,
    Lang,
    Map,
    Master,
    Where,
    answer,
    drawn,
    head,
    money,
    opened,
    order_of,
    rounded,
    share,
    show,
    table,
    untold,
    untold_text,
)
from plimsoll.portfolio.npl import Npl, Parts, npl_of

FOLLOWS: Final = {
    "lost": "Nothing is put back.",
    "opened": "The share at an even age cannot be told.",
    "written_off": "What was written off is put back at the balance before.",
}


def npl(
    tape: Where = "",
    map_name: Map = "house",
    by: By = "",
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    chart: Chart = None,
    language: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Show the bad share (over 90 days past due) month by month: reported, lagged, at an even age, and with losses and sales put back."""
    with opened(order_of(tape, map_name, currency, engine, master), "balance", by) as found:
        refuse_ends(found)
        queries, made = _asked(found, by)
        told = {"by": by, "not_told": _untold(found), "months_of_book": [_object(found, one) for one in made]}
        picture = drawn(chart, language, lambda: _picture(found, made, language))
        show(answer(found, queries, told), _text(found, made) + picture, as_json=as_json)


def _untold(tape: Tape) -> dict[str, str]:
    """Give what the tape does not tell; where nothing tells who was lost, how much was lost is no question."""
    found = untold(tape, FOLLOWS)
    return {part: said for part, said in found.items() if part != "written_off" or "lost" not in found}


def _asked(tape: Tape, by: str) -> tuple[list[str], list[Npl]]:
    """Ask the tape what bad shares are made of."""
    from plimsoll.portfolio.expressions.moves import amounts_text
    from plimsoll.portfolio.expressions.vintage import ages_text, hits_text, leavers_text

    source, shape = tape.source, tape.shape
    queries = [ages_text(source, by), leavers_text(source, by), amounts_text(source, by)]
    ages, leavers, moves = (tape.ask(query) for query in queries)
    hits: list[Any] = []
    if shape.tells("opened"):
        queries.append(hits_text(source, by))
        hits = tape.ask(queries[-1])
    return queries, npl_of(Parts(ages, leavers, moves, hits, shape.tells("written_off")), source.months)


def _object(tape: Tape, one: Npl) -> dict[str, Any]:
    return {
        "month": tape.month(one.month),
        "dimension": one.dimension,
        "loans": one.loans,
        "bad_loans": one.bad_loans,
        "balance": money(one.balance, tape),
        "bad": money(one.bad, tape),
        "gone": money(one.gone, tape),
        "reported": rounded(one.reported()),
        "lagged": rounded(one.lagged()),
        "at_even_age": rounded(one.at_even_age()),
        "even_age_rests_on": rounded(one.seen_share),
        "with_losses_put_back": rounded(one.put_back()),
    }


def _text(tape: Tape, made: list[Npl]) -> str:
    is_by = any(one.dimension for one in made)
    by = ("of",) if is_by else ()
    rows = [
        (
            "month",
            *by,
            "loans",
            f"balance {tape.source.currency}",
            "bad",
            "reported %",
            "lagged %",
            "even age %",
            "rests on %",
            "put back %",
        )
    ]
    last = set(tape.source.months[-MONTHS_SHOWN:])
    for one in made:
        if one.month in last:
            shares = (one.reported(), one.lagged(), one.at_even_age(), one.seen_share if one.even_balance else None, one.put_back())
            named = (one.dimension,) if is_by else ()
            amounts = (f"{one.loans:,}", money(one.balance, tape), money(one.bad, tape))
            rows.append((tape.month(one.month), *named, *amounts, *(share(number) for number in shares)))
    said = [
        "Bad: over 90 days past due. Lagged: on the balance nine months before. Even age: as if as many loans had been opened",
        "in every month of the tape; it rests on the share of the balance whose openings the tape has seen. Put back: with what",
        "was written off and sold in three years, as far as the tape reaches, still in the book.",
    ]
    return "\n\n".join([head(tape), *untold_text(_untold(tape)), "\n".join(said), table(rows, left=2 if is_by else 1)])


def _picture(tape: Tape, made: list[Npl], language: str) -> Any:
    from plimsoll.app.portfolio_charts import months_picture
    from plimsoll.app.words import Words

    first = made[0].dimension if made else ""
    some = [one for one in made if one.dimension == first]
    series = [
        (Words("不良率", "reported"), [one.reported() for one in some]),
        (Words("账龄均衡", "at an even age"), [one.at_even_age() for one in some]),
        (Words("滞后9个月", "lagged"), [one.lagged() for one in some]),
        (Words("还原核销与出售", "losses and sales put back"), [one.put_back() for one in some]),
    ]
    on = tape.as_of()
    title = Words(f"不良率{first and f'（{first}）'}，截至 {on}", f"Bad share{first and f' of {first}'}, as of {on}")
    return months_picture([tape.month(one.month) for one in some], series, title, language)
