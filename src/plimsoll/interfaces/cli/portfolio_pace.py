"""`plimsoll portfolio pace`: the fastest growth that keeps early reads, collections, capital and liquidity inside their limits."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.app.tape.reading import Tape
from plimsoll.interfaces.cli.options import AsJson
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
)
from plimsoll.risk.lawful import lawful_rules

if TYPE_CHECKING:
    from plimsoll.app.tape.worth import Pacing

STEPS = 24
On = Annotated[str, typer.Option("--month", metavar="MONTH", help="The month whose book is to grow. Default: the last.")]
Most = Annotated[float, typer.Option("--most", metavar="PERCENT", min=0, max=100, help="Look no further than so much growth a month.")]
Late = Annotated[int, typer.Option("--late-loans", metavar="N", min=0, help="Late loans that collectors can take. Default: policy.")]
Capital = Annotated[str, typer.Option("--capital", metavar="AMOUNT", help="Capital that there is. Default: policy's share of the book.")]
Funding = Annotated[str, typer.Option("--funding", metavar="AMOUNT", help="Money that can be had for growth. Default: policy's share.")]


def pace(
    tape: Where = "",
    map_name: Map = "house",
    month: On = "",
    most: Most = 30.0,
    late_loans: Late = 0,
    capital: Capital = "",
    funding: Funding = "",
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    chart: Chart = None,
    language: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Give the fastest growth a month that keeps inside every limit, and what growth does to the bad share; or the step of the throttle.

    Limits are policy (POLICY.GROWTH.LIMITS) where they are not given. The bad share without growth is the one that growth does not flatter.
    """
    with opened(order_of(tape, map_name, currency, engine, master), "opened", "balance") as found:
        refuse_ends(found)
        from plimsoll.app.tape.worth import pacing

        at = month_of("--month", month, found) if month else found.source.months[-1]
        held, room = amount_of("--capital", capital, found), amount_of("--funding", funding, found)
        one = pacing(found, at, lawful_rules(), most / 100, late_most=late_loans, capital=held, funding=room)
        picture = drawn(chart, language, lambda: _picture(found, one, most / 100, language))
        show(answer(found, one.queries, _object(found, one)), _text(found, one) + picture, as_json=as_json)


def _object(tape: Tape, one: "Pacing") -> dict[str, Any]:
    pace, now, limits = one.pace, one.seen.now, one.limits
    early = pace.early
    return {
        "month": tape.month(one.month),
        "growth": rounded(pace.paced.growth),
        "bound_by": pace.paced.bound_by,
        "throttle": pace.paced.throttle,
        "growth_today": rounded(pace.today),
        "book": {"loans": now.owing, "late": now.late, "balance": money(now.balance, tape), "bad": money(now.bad, tape)},
        "limits": {
            "early": limits.early,
            "late_loans": round(limits.late_most, 1),
            "capital": money(round(limits.capital), tape),
            "funding": money(round(limits.funding), tape),
            "horizon_months": limits.horizon,
        },
        "early": {"loans": early.loans, "late": early.late, "upper": rounded(early.upper)} if early else None,
        "at": [
            {
                "growth": rounded(growth),
                "bad_share": rounded(bad),
                "used": {name: rounded(part) for name, part in pace.used[growth].items()},
            }
            for growth, bad in pace.bad.items()
        ],
    }


def _text(tape: Tape, one: "Pacing") -> str:
    pace, now, limits = one.pace, one.seen.now, one.limits
    names = list(next(iter(pace.used.values())))
    rows: list[Sequence[str]] = [("growth a month %", "bad share in the long run %", *(f"{name} %" for name in names))]
    for growth, bad in pace.bad.items():
        mark = " *" if growth == pace.paced.growth else ""
        rows.append((f"{100 * growth:+.2f}{mark}", share(bad), *(f"{100 * pace.used[growth][name]:.0f}" for name in names)))
    if pace.paced.throttle < 1 or (not pace.paced.growth and pace.paced.bound_by):
        said = f"No growth: {pace.paced.bound_by} is past its limit. Grant {100 * pace.paced.throttle:.0f} % of what is granted today."
    elif pace.paced.bound_by:
        said = f"The fastest growth is {share(pace.paced.growth)} % a month: {pace.paced.bound_by} would be at its limit."
    else:
        said = f"Growth of {share(pace.paced.growth)} % a month keeps inside every limit; no faster one was looked at."
    today = f"today's is {share(pace.today)} %" if pace.today is not None else "today's cannot be told from so few months"
    reported = share(now.bad / now.balance if now.balance else None)
    held = (
        f"Bad share reported {reported} %, without growth {share(pace.bad[0.0])} %. Limits: early reads {share(limits.early)} %, "
        f"{limits.late_most:,.0f} late loans, capital {money(round(limits.capital), tape)}, funding {money(round(limits.funding), tape)} "
        f"{tape.source.currency}, {limits.horizon} months ahead."
    )
    early = pace.early
    read = (
        f"Early reads: {early.late:,} of {early.loans:,} loans over 30 days late within three months, at most {share(early.upper)} %."
        if early
        else "Early reads: no loan of the last vintages is old enough."
    )
    return "\n\n".join([head(tape), f"{tape.month(one.month)}: {said} ({today})", f"{held}\n{read}", table(rows)])


def _picture(tape: Tape, one: "Pacing", most: float, language: str) -> Any:
    from plimsoll.app.profit_charts import pace_picture
    from plimsoll.app.words import Words
    from plimsoll.portfolio.pacing import used_by

    growth = [most * step / STEPS for step in range(STEPS + 1)]
    used = {name: [of(rate) for rate in growth] for name, of in used_by(one.seen, one.limits, one.pace.early).items()}
    title = Words(f"增长对限额的占用，{tape.month(one.month)}", f"Limits used by growth, {tape.month(one.month)}")
    return pace_picture(growth, used, one.pace.paced.growth, title, language)
