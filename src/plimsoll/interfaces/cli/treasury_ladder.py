"""`plimsoll treasury ladder`: what comes and goes by day, as agreed and as people behave; ratios of the law; both sides of the balance."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from plimsoll.app.cell import Table
from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.treasury.cash import cash_by_currency
from plimsoll.app.treasury.liquidity import Day, Ladder, Position, Ratios, balance, days_of, ladder, positions, ratios, read_planned
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.interfaces.cli.portfolio_tape import Chart, Lang, drawn
from plimsoll.interfaces.cli.treasury_fund import Licence, percent, read_cash
from plimsoll.risk.lawful import lawful_rules
from plimsoll.treasury.ladder import Rung
from plimsoll.treasury.ratio import Ratio
from plimsoll.treasury.route import room_minor
from plimsoll.units.money import text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day from which it looks ahead: the last closed day, or later.")]
Cash = Annotated[
    list[str] | None,
    typer.Option("--cash", metavar="CUR:AMOUNT", help="Cash in hand; default as stated last."),
]
Capital = Annotated[list[str] | None, typer.Option("--capital", metavar="CUR:AMOUNT", help="Net core capital, for the leverage ratio.")]
Flows = Annotated[
    Path | None,
    typer.Option("--flows", metavar="FILE", help="CSV with on, currency, amount (below nought: out), what: the lender's own money."),
]
Days = Annotated[
    Path | None, typer.Option("--days", metavar="FILE", help="Write the ladder day by day to FILE, as CSV: 181 rows a currency.")
]


def ladder_command(
    on: On,
    cash: Cash = None,
    capital: Capital = None,
    flows: Flows = None,
    licence: Licence = "cfc",
    days: Days = None,
    chart: Chart = None,
    language: Lang = "en",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Ladder the lender's own money over the days ahead, as agreed and as people behave, with the ratios of the law beside it."""
    day, cashes, capitals = read_on(on, "--on"), read_cash(cash), read_cash(capital)
    try:
        planned = read_planned(flows) if flows is not None else []
    except Malformed as wrong:
        raise Stop(NOT_FOUND if wrong.code == "file_missing" else USAGE, wrong.text()) from None
    rules = lawful_rules()
    with open_store(book_url(db)) as store:
        found = positions(store, day, now().date())
        cashes = {**cash_by_currency(store, day.toordinal()), **cashes}
    if isinstance(found, Refused):
        raise Stop(REFUSED, found.text())
    told, texts, rows = [], [], list[tuple[str, Day]]()
    for one in found:
        in_hand, core = cashes.get(one.currency, 0), capitals.get(one.currency)
        steps = ladder(one, in_hand, planned, rules)
        law = ratios(one, in_hand, core, planned, rules, licence)
        sides = balance(one, in_hand, core)
        rows += [(one.currency, row) for row in days_of(one, steps)]
        told.append(_told(one, steps, law) | {"balance": {side: _amounts(of_it, one.currency) for side, of_it in sides.items()}})
        texts.append("\n\n".join((_ladder_text(one, steps), _ratio_text(one, law), _sides_text(one, sides))))
    if days is not None:
        _write_days(days, rows)
    picture = ""
    if chart is not None and found:
        one, steps = found[0], ladder(found[0], cashes.get(found[0].currency, 0), planned, rules)

        def draw() -> Any:
            from plimsoll.app.treasury.charts import ladder_picture

            return ladder_picture(steps.cash_minor, steps.agreed_flows, steps.behaved_flows, one.currency, day.isoformat(), language)

        picture = drawn(chart, language, draw)
    print(
        json.dumps({"on": day.isoformat(), "currencies": told})
        if as_json
        else ("\n\n".join(texts) or "Nothing is lent, and nothing may be drawn.") + picture
    )


def _write_days(file: Path, rows: Sequence[tuple[str, Day]]) -> None:
    """Write the ladder of every currency day by day; a file that cannot be written ends the command with 3."""
    try:
        with file.open("w", encoding="utf-8", newline="") as out:
            table = Table(out, ends="\n")
            table.row(("on", "currency", "agreed", "agreed_cash", "behaved", "behaved_cash"))
            table.rows((row.on, currency, *(text_of(minor, currency) for minor in row[1:])) for currency, row in rows)
    except OSError as failed:
        raise Stop(NOT_FOUND, f"{file}: {failed.strerror}") from None


def _told(one: Position, steps: Ladder, law: Ratios) -> dict[str, Any]:
    def rungs(found: Sequence[Rung]) -> list[dict[str, str]]:
        return [
            {
                "days": rung.name,
                "in": text_of(rung.inward_minor, one.currency),
                "out": text_of(rung.outward_minor, one.currency),
                "cumulative": text_of(rung.cumulative_minor, one.currency),
            }
            for rung in found
        ]

    def ratio(of_it: Ratio | None) -> dict[str, Any] | None:
        if of_it is None:
            return None
        value = None if of_it.millionths is None else Rate(of_it.millionths, 10**6).text()
        return {"value": value, "least": of_it.least.text() if of_it.least else None, "is_enough": of_it.is_enough}

    return {
        "currency": one.currency,
        "cash": text_of(steps.cash_minor, one.currency),
        "agreed": rungs(steps.agreed),
        "agreed_short_day": steps.agreed_short,
        "behaved": rungs(steps.behaved),
        "behaved_short_day": steps.behaved_short,
        "past_due_not_counted": text_of(one.due.past_minor, one.currency),
        "to_funders": text_of(sum(one.due.funders.values()), one.currency),
        "undrawn_limits": text_of(one.undrawn_minor, one.currency),
        "room_of_funders": text_of(_room(one), one.currency),
        "liquidity": ratio(law.liquidity),
        "leverage": ratio(law.leverage),
    }


def _ladder_text(one: Position, steps: Ladder) -> str:
    rows: list[Sequence[str]] = [("days", "in, agreed", "out", "cash after", "in, behaved", "out", "cash after"), RULE]
    for agreed, people in zip(steps.agreed, steps.behaved, strict=True):
        # As people behave, nothing is foretold beyond a year.
        shown = _three(people, one.currency) if not people.name.startswith("over") else ("", "", "")
        rows.append((agreed.name, *_three(agreed, one.currency), *shown))
    lines = [f"{one.currency} from {one.on}: cash {grouped(steps.cash_minor, one.currency)}", "", aligned(rows), ""]
    for name, short in (("agreed", steps.agreed_short), ("people behave", steps.behaved_short)):
        said = "lasts for 180 days" if short is None else f"is gone on day {short}"
        lines.append(f"As {name}, cash {said}.")
    funders = grouped(sum(one.due.funders.values()), one.currency)
    lines.append(
        f"Not in it: {grouped(one.due.past_minor, one.currency)} past due; {funders} that falls due to funders and passes through."
    )
    room = grouped(_room(one), one.currency)
    lines.append(f"Limits not drawn {grouped(one.undrawn_minor, one.currency)}; room that funders have left {room}.")
    return "\n".join(lines)


def _ratio_text(one: Position, law: Ratios) -> str:
    lines = []
    for name, ratio, part, whole in (
        ("Liquidity", law.liquidity, law.liquid_minor, law.soon_minor),
        ("Leverage", law.leverage, None, law.assets_minor),
    ):
        if ratio is None:
            lines.append(f"{name}: not measured; {'--flows' if name == 'Liquidity' else '--capital'} tells what it is measured by.")
            continue
        value = "nothing due" if ratio.millionths is None else f"{percent(Rate(ratio.millionths, 10**6).text())} %"
        least = f", at least {percent(ratio.least.text())} %" if ratio.least else ""
        of_what = f" ({grouped(part, one.currency)} over {grouped(whole, one.currency)})" if part is not None else ""
        lines.append(f"{name}: {value}{of_what}{least}: {'enough' if ratio.is_enough else 'NOT ENOUGH'}.")
    return "\n".join(lines)


def _sides_text(one: Position, sides: Any) -> str:
    rows: list[Sequence[str]] = []
    for side, of_it in sides.items():
        rows += [(side, ""), RULE, *((f"  {name}", grouped(minor, one.currency)) for name, minor in of_it.items())]
    return aligned(rows)


def _three(rung: Rung, currency: str) -> tuple[str, str, str]:
    return grouped(rung.inward_minor, currency), grouped(rung.outward_minor, currency), grouped(rung.cumulative_minor, currency)


def _room(one: Position) -> int:
    """Give what open funders may still lend by their commitments, what suits them, and the law."""
    rules = lawful_rules()
    return sum(
        max(room_minor(funder, one.on, rules), 0) for funder in one.funders if funder.is_open and not 0 < funder.until < one.on.toordinal()
    )


def _amounts(of_it: Any, currency: str) -> dict[str, str]:
    return {name: text_of(minor, currency) for name, minor in of_it.items()}
