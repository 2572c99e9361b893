"""`plimsoll portfolio rolls`: where loans of each state stand a month later, and what the months before add."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from plimsoll.app.tape.engine import Row
from plimsoll.app.tape.reading import Tape
from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson
from plimsoll.interfaces.cli.portfolio_tape import (
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
    month_of,
    one_of,
    opened,
    order_of,
    rounded,
    share,
    show,
    table,
)
from plimsoll.portfolio.rolls import Matrix, Past, cure_rates, matrices, pasts
from plimsoll.portfolio.shape import ENDS
from plimsoll.portfolio.state import LATEST
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Malformed

LOANS, BALANCE = 5, 5
"""Places of what is added up in a row of `moves_text`, and in one of `amounts_text`."""

LAST: Final = tuple(f"M{n}" for n in range(1, LATEST + 1))

Amount = Annotated[bool, typer.Option("--amount", help="Add up balances, and not loans.")]
Through = Annotated[str, typer.Option("--through", metavar="Mn", help="States from this one on are one, such as M4. Default: M7.")]
Since = Annotated[str, typer.Option("--since", metavar="MONTH", help="Moves from this month on, such as 2026-01.")]
Until = Annotated[str, typer.Option("--until", metavar="MONTH", help="Moves into months up to this one.")]


def rolls(
    tape: Where = "",
    map_name: Map = "house",
    by: By = "",
    amount: Amount = False,
    through: Through = "M7",
    since: Since = "",
    until: Until = "",
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    chart: Chart = None,
    language: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Show roll and cure rates: loans by state one month and the next, and how lateness before adds to lateness after.

    Months in which a loan is not seen, and the last month of the tape, after which nothing is known, carry no share.
    """
    from plimsoll.portfolio.expressions.moves import amounts_text
    from plimsoll.portfolio.expressions.strings import moves_text

    late = LAST.index(one_of("--through", through, LAST)) + 1
    with opened(order_of(tape, map_name, currency, engine, master), by, "balance" if amount else "") as found:
        refuse_ends(found)
        query = amounts_text(found.source, by) if amount else moves_text(found.source, by)
        rows = _within(found, found.ask(query), since, until)
        made = matrices(rows, value=BALANCE if amount else LOANS, through=late)
        before = [] if amount else pasts(rows)
        told = {
            "of": "amount" if amount else "loans",
            "by": by,
            "since": since,
            "until": until,
            "matrices": [_object(found, one, amount=amount) for one in made],
            "history": [{**one._asdict(), "share": rounded(one.share())} for one in before],
        }
        picture = drawn(chart, language, lambda: _picture(found, made, language))
        show(answer(found, [query], told), _text(found, made, before, amount=amount) + picture, as_json=as_json)


def refuse_ends(tape: Tape) -> None:
    """Refuse a tape that has no months between the beginning and the end of a loan: tape_never_moves."""
    if tape.shape.layout == ENDS:
        raise Malformed("tape_never_moves", file=tape.files.root)


def _within(tape: Tape, rows: list[Row], since: str, until: str) -> list[Row]:
    """Keep moves of some months."""
    first = month_of("--since", since, tape) if since else tape.source.months[0]
    last = month_of("--until", until, tape) if until else tape.source.months[-1]
    if first >= last and (since or until):
        raise Stop(USAGE, f"--since {tape.month(first)}, --until {tape.month(last)}: one after another")
    return [row for row in rows if first <= row[0] < last]


def _object(tape: Tape, one: Matrix, *, amount: bool) -> dict[str, Any]:
    """Give a matrix for JSON, amounts as decimal text."""

    def shown(number: int) -> int | str:
        return text_of(number, tape.source.currency) if amount else number

    return {
        "dimension": one.dimension,
        "from": list(one.rows),
        "to": list(one.columns),
        "counts": [[shown(number) for number in row] for row in one.counts],
        "not_seen": [shown(number) for number in one.not_seen],
        "shares": [[rounded(number) for number in row] for row in one.shares()],
        "cured": [{"state": state, "current": rounded(cured), "paid": rounded(paid)} for state, cured, paid in cure_rates(one)],
    }


def _text(tape: Tape, made: Sequence[Matrix], before: Sequence[Past], *, amount: bool) -> str:
    of = f"balance in {tape.source.currency}" if amount else "loans"
    parts = [head(tape)]
    for one in made:
        name = f" of {one.dimension}" if one.dimension else ""
        parts.append(f"Per cent of {of}{name}, from each state (down) to each (across) a month later:")
        shares = [("from", f"{of} seen after", *one.columns, "not seen")]
        for state, counts, row, gone in zip(one.rows, one.counts, one.shares(), one.not_seen, strict=True):
            whole = text_of(sum(counts), tape.source.currency) if amount else f"{sum(counts):,}"
            lost = text_of(gone, tape.source.currency) if amount else f"{gone:,}"
            shares.append((state, whole, *(share(number) for number in row), lost))
        parts.append(table(shares))
    if before:
        parts.append("Late a month later, by how many of the three months before were late (a matrix has one figure for each):")
        rows = [("now", "late before", "loans", "late after %")]
        rows += [(one.state, f"{one.late_before} of 3", f"{one.loans:,}", share(one.share())) for one in before]
        parts.append(table(rows, left=2))
    return "\n\n".join(parts)


def _picture(tape: Tape, made: Sequence[Matrix], language: str) -> Any:
    from plimsoll.app.portfolio_charts import Heat, heat_picture
    from plimsoll.app.report.month_words import SAY, ends
    from plimsoll.app.words import Words

    if not made:
        raise Malformed("tape_too_short", "no move in these months", file=tape.files.root)
    one = made[0]
    zh, en = (f"（{one.dimension}）", f" of {one.dimension}") if one.dimension else ("", "")
    heat = Heat(SAY["state"], SAY["a-month-later"], one.rows, ends(one.columns), one.shares())
    on = tape.as_of()
    return heat_picture(heat, Words(f"月滚动率（%）{zh}，截至 {on}", f"Roll rates{en}, per cent a month, as of {on}"), language)
