"""`plimsoll portfolio accounts`: the loans behind a figure of a month, by months late or by stage."""

from typing import Annotated

import typer

from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson
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
    one_of,
    opened,
    order_of,
    rounded,
    show,
    table,
)
from plimsoll.portfolio.state import LATEST, NAMES
from plimsoll.risk.lawful import lawful_rules

STATES = NAMES[: LATEST + 1]
On = Annotated[str, typer.Option("--month", metavar="MONTH", help="The month. Default: the last.")]
From = Annotated[str, typer.Option("--from", metavar="STATE", help="Loans that are so late or later, such as M4.")]
Stage = Annotated[int, typer.Option("--stage", metavar="N", min=0, max=3, help="Loans of one stage of expected loss; 0 for all.")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1_000_000, help="How many are listed, the largest balance first.")]


def accounts(
    tape: Where = "",
    map_name: Map = "house",
    month: On = "",
    since: From = "C",
    stage: Stage = 0,
    limit: Limit = 50,
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    as_json: AsJson = False,
) -> None:
    """List the loans behind the figures of a month: state, days past due, balance, stage, chance of default, allowance."""
    from plimsoll.app.tape.accounts import loans_behind
    from plimsoll.portfolio.expressions.standing import NOT_TOLD

    least = STATES.index(one_of("--from", since, STATES))
    with opened(order_of(tape, map_name, currency, engine, master), "balance") as found:
        refuse_ends(found)
        at = month_of("--month", month, found) if month else found.source.months[-1]
        if at == found.source.months[0]:
            raise Stop(USAGE, f"--month {found.month(at)}: a chance of default needs a month before it")
        count, behind = loans_behind(found, at, lawful_rules(), least=least, stage=stage, limit=limit)
        objects = [
            {
                "loan": list(one.keys),
                "state": one.state,
                "days": None if one.days == NOT_TOLD else one.days,
                "balance": money(one.balance_minor, found),
                "stage": one.stage,
                "chance_in_a_year": rounded(one.chance),
                "allowance": money(one.allowance_minor, found),
            }
            for one in behind
        ]
        told = {"month": found.month(at), "from": since, "stage": stage, "loans_in_all": count, "loans_listed": objects}
        rows: list[tuple[str, ...]] = [("loan", "state", "days", f"balance {found.source.currency}", "stage", "in a year %", "allowance")]
        for each in objects:
            name = " ".join(str(part) for part in each["loan"]) if isinstance(each["loan"], list) else ""
            chance = f"{100 * float(str(each['chance_in_a_year'])):.2f}"
            rows.append(
                (
                    name,
                    *("-" if each[key] is None else str(each[key]) for key in ("state", "days", "balance", "stage")),
                    chance,
                    str(each["allowance"]),
                )
            )
        said = f"{count:,} loans in {found.month(at)}, the {len(objects):,} largest:"
        show(answer(found, [], told), "\n\n".join([head(found), said, table(rows)]), as_json=as_json)
