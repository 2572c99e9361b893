"""`plimsoll portfolio stress`: what a worse economy would cost, bad years, lower caps, and the smallest shock that breaks."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.app.tape.reading import Tape
from plimsoll.interfaces.cli.given import read_numbers
from plimsoll.interfaces.cli.options import AsJson
from plimsoll.interfaces.cli.portfolio_ecl import FOLLOWS
from plimsoll.interfaces.cli.portfolio_rolls import refuse_ends
from plimsoll.interfaces.cli.portfolio_tape import (
    Chart,
    Currency,
    Engine,
    Lang,
    Map,
    Master,
    Where,
    amount_of,
    answer,
    drawn,
    head,
    money,
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
from plimsoll.risk.lawful import lawful_rules

if TYPE_CHECKING:
    from plimsoll.app.tape.stress import StressedBook
    from plimsoll.portfolio.stress.book import Economy

TERM = 12
On = Annotated[str, typer.Option("--month", metavar="MONTH", help="The month whose book is stressed. Default: the last.")]
Capital = Annotated[str, typer.Option("--capital", metavar="AMOUNT", help="Reverse stress: the smallest shock that costs more than this.")]

Scenarios = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario",
        metavar="NAME=VALUE,…",
        help="A scenario of its own: unemployment (points), income, supply (per cent less) a quarter, quarters, uncollected, loss (times).",
    ),
]


def stress(
    tape: Where = "",
    map_name: Map = "house",
    month: On = "",
    capital: Capital = "",
    scenario: Scenarios = None,
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    chart: Chart = None,
    language: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Stress the book of a month: recessions, other lenders who withdraw, fewer collectors, bad years, lower caps; and the reverse.

    Scenarios and what they do to the odds of getting worse are policy, to be replaced by the lender's own fit.
    """
    with opened(order_of(tape, map_name, currency, engine, master), "balance") as found:
        refuse_ends(found)
        at = month_of("--month", month, found) if month else found.source.months[-1]
        least = amount_of("--capital", capital, found)
        from plimsoll.app.tape.stress import stress_book

        one = stress_book(found, at, lawful_rules(), least, [read_scenario(text) for text in scenario or ()])
        picture = drawn(chart, language, lambda: _picture(found, one, language))
        show(answer(found, [], {**_object(found, one), "not_told": untold(found, FOLLOWS)}), _text(found, one) + picture, as_json=as_json)


def read_scenario(text: str) -> "Economy":
    """Read a scenario such as "unemployment=1.5,quarters=4"; what is no number or no figure of one ends the command with 2."""
    from plimsoll.portfolio.stress.book import economy_of

    return economy_of(text, read_numbers(text, "--scenario"))


def _object(tape: Tape, one: "StressedBook") -> dict[str, Any]:
    return {
        "month": tape.month(one.month),
        "chance": rounded(one.chance),
        "allowance": money(one.allowance_minor, tape),
        "scenarios": [
            {
                "name": by.name,
                "shift": rounded(by.shift),
                "chance": rounded(by.chance),
                "allowance": money(by.allowance_minor, tape),
                "more": money(by.allowance_minor - one.allowance_minor, tape),
            }
            for by in one.scenarios
        ],
        "bad_years": [{"correlation": rho, "rates": _rates(rates)} for rho, rates in one.years.items()],
        "caps": [{"cap": cap, "chance_most": rounded(most), "unpaid_share": rounded(unpaid)} for cap, (most, unpaid) in one.caps.items()],
        "breaks": [{"direction": by.direction, "size": rounded(by.size), "shock": dict(by.shock)} for by in one.broken],
    }


def _rates(rates: Mapping[float, float]) -> dict[str, float | None]:
    return {str(quantile): rounded(rate) for quantile, rate in rates.items()}


def _text(tape: Tape, one: "StressedBook") -> str:
    currency = tape.source.currency
    now = f"chance of default within a year {share(one.chance)} %, allowance {money(one.allowance_minor, tape)} {currency}"
    said = f"Today ({tape.month(one.month)}): {now}."
    rows: list[Sequence[str]] = [("scenario", "log odds", "default in a year %", f"allowance {currency}", "more")]
    for by in one.scenarios:
        more = money(by.allowance_minor - one.allowance_minor, tape)
        rows.append((by.name, f"{by.shift:+.2f}", share(by.chance), money(by.allowance_minor, tape), more))
    parts = [head(tape), *untold_text(untold(tape, FOLLOWS)), said, table(rows)]
    if one.years:
        quantiles = next(iter(one.years.values())).keys()
        rows = [("correlation", *(f"{100 * quantile:g} % of years below" for quantile in quantiles))]
        rows += [(f"{100 * rho:g} %", *(share(rate) for rate in rates.values())) for rho, rates in one.years.items()]
        parts += ["Default rates of bad years, by one common factor (Vasicek):", table(rows)]
    rows = [("cap a year %", f"pays for a chance up to % ({TERM} months)", "of the balance it does not pay for %")]
    rows += [(share(cap), share(most), share(unpaid)) for cap, (most, unpaid) in one.caps.items()]
    parts += ["Lower caps on price:", table(rows)]
    if one.broken:
        rows = [("along", "breaks at (1 is severe)")]
        rows += [(by.direction, "not by 8" if by.size is None else f"{by.size:.2f}") for by in one.broken]
        parts += ["The smallest shock that costs more than the capital:", table(rows)]
    return "\n\n".join(parts)


def _picture(tape: Tape, one: "StressedBook", language: str) -> Any:
    from plimsoll.app.portfolio_charts import bars_picture
    from plimsoll.app.report.month_words import SAY, SAY_SCENARIOS
    from plimsoll.app.words import Words

    sums = {
        SAY["today"]: one.allowance_minor,
        **{SAY_SCENARIOS.get(by.name, Words(by.name, by.name)): by.allowance_minor for by in one.scenarios},
    }
    title = Words(f"准备（{tape.source.currency}）", f"Allowance, {tape.source.currency}")
    return bars_picture({name: float(money(minor, tape)) for name, minor in sums.items()}, title, language)
