"""`plimsoll portfolio attribution`: why the bad share changed from one month to another, in parts that add up to the change."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson
from plimsoll.interfaces.cli.portfolio_rolls import refuse_ends
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
    opened,
    order_of,
    rounded,
    share,
    show,
    table,
    untold,
    untold_text,
)
from plimsoll.portfolio.attribution import CAUSES, points_text

if TYPE_CHECKING:
    from plimsoll.app.tape.reading import Tape
    from plimsoll.portfolio.bridge import Step

FOLLOWS: Final = {
    "opened": "What comes of ages is in entry, and seasoning is nought.",
    "lost": "What left so is in roll, and write-off and sale are nought.",
}
From = Annotated[str, typer.Option("--from", metavar="MONTH", help="The month the change is from. Default: as early as the tape allows.")]
To = Annotated[str, typer.Option("--to", metavar="MONTH", help="The month that it is to. Default: the last.")]


def attribution(
    tape: Where = "",
    map_name: Map = "house",
    since: From = "",
    until: To = "",
    by: By = "",
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    chart: Chart = None,
    language: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Take the change of the bad share apart, exactly: mix, seasoning, entry, roll, cure, write-off, sale, growth.

    Each cause gets its mean part over all orders in which the causes could have changed (Shapley), month by month, and the months are added
    up. Segments for mix are the values of --by.
    """
    from plimsoll.app.tape.bridge import bridge_book, first_month

    with opened(order_of(tape, map_name, currency, engine, master), by, "balance") as found:
        refuse_ends(found)
        last = month_of("--to", until, found) if until else found.source.months[-1]
        earliest = first_month(found)
        first = month_of("--from", since, found) if since else min(earliest, last)
        if not earliest <= first < last:
            raise Stop(
                USAGE, f"--from {found.month(first)}, --to {found.month(last)}: from {found.month(earliest)} on, and one after another"
            )
        one = bridge_book(found, first, last, by)
        steps, parts = one.steps, one.parts
        told = {
            "by": by,
            "not_told": untold(found, FOLLOWS),
            "from": found.month(first),
            "to": found.month(last),
            "share_from": rounded(steps[0].share - sum(steps[0].parts.values())),
            "share_to": rounded(steps[-1].share),
            "parts": {cause: rounded(part) for cause, part in parts.items()},
            "months": [_object(found, step) for step in steps],
        }
        picture = drawn(chart, language, lambda: _picture(found, steps, parts, language))
        show(answer(found, [one.query], told), _text(found, steps, parts) + picture, as_json=as_json)


def _object(tape: "Tape", step: "Step") -> dict[str, Any]:
    parts = {cause: rounded(step.parts[cause]) for cause in CAUSES}
    return {"month": tape.month(step.month), "share": rounded(step.share), "parts": parts}


def _text(tape: "Tape", steps: Sequence["Step"], parts: dict[str, float]) -> str:
    begun = steps[0].share - sum(steps[0].parts.values())
    rows: list[Sequence[str]] = [("month", "bad share %", *CAUSES)]
    rows.append((tape.month(steps[0].month - 1), share(begun), *("" for _ in CAUSES)))
    rows += [(tape.month(step.month), share(step.share), *(points_text(step.parts[cause]) for cause in CAUSES)) for step in steps]
    rows.append(("all", points_text(steps[-1].share - begun), *(points_text(parts[cause]) for cause in CAUSES)))
    said = "Change of the bad share of the balance in points, by cause; the parts of a row add up to its change."
    return "\n\n".join([head(tape), *untold_text(untold(tape, FOLLOWS)), said, table(rows)])


def _picture(tape: "Tape", steps: Sequence["Step"], parts: dict[str, float], language: str) -> Any:
    from plimsoll.app.portfolio_charts import bridge_picture
    from plimsoll.app.report.month_words import SAY_CAUSES
    from plimsoll.app.words import Words

    begun = steps[0].share - sum(steps[0].parts.values())
    first, last = tape.month(steps[0].month - 1), tape.month(steps[-1].month)
    title = Words(f"不良率变化，{first} 至 {last}", f"Bad share, {first} to {last}")
    return bridge_picture(begun, {SAY_CAUSES[cause]: part for cause, part in parts.items()}, title, language)
