"""`plimsoll share`: what leaves the house for other institutions, so coarse that nobody is told apart."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from plimsoll.app.config import book_url, threads
from plimsoll.app.database.opening import open_store
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.risk.credit.month import month_end, month_of_day
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import Refused

app = typer.Typer(help="What is shared with other institutions, without anybody in it.", no_args_is_help=True, add_completion=False)

On = Annotated[
    str, typer.Option("--on", metavar="DATE", help="The cases are those of the twelve whole months before this day, or with it.")
]
Out = Annotated[str, typer.Option("--out", metavar="FILE", help="The CSV file to be written.")]
K = Annotated[int, typer.Option("--k", metavar="N", min=1, help="How many cases have to be alike; the policy sets the least.")]
People = Annotated[str, typer.Option("--people", metavar="FILE", help="CSV with customer_id, age, region; without it neither is told.")]


@app.callback()
def _share() -> None:
    """Share what nobody is told apart in."""


@app.command()
def overdue(
    on: On, out: Out, k: K = 20, people: People = "", db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False
) -> None:
    """Write overdue cases with age band, region, product, days, amount, class and outcome; every combination fits at least k of them."""
    from plimsoll.app.share_cases import COLUMNS, cases_of, demand_of, read_people, rows_of, scales_of, share, write_rows

    day, path = read_on(on, "--on"), Path(out)
    if path.suffix != ".csv":
        raise Stop(USAGE, f"--out {path}: a name that ends in .csv")
    if not path.parent.is_dir():
        raise Stop(NOT_FOUND, f"--out {path}: there is no such folder")
    demand = demand_of(lawful_rules(), day, k)
    if isinstance(demand, Refused):
        raise Stop(REFUSED, demand.text())
    month = month_of_day(day.toordinal())
    if month_end(month) > day.toordinal():
        month = month_of_day(day.replace(day=1).toordinal() - 1)
    known = read_people(Path(people)) if people else {}
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        cases = cases_of(store, month, known, threads())
    found = share(cases, demand)
    count = write_rows(path, rows_of(found, month))
    told = {
        "as_of": month,
        "k": k,
        "cases": sum(cases.values()),
        "shared": count,
        "left_out": found.left_out,
        "groups": len(found.groups),
        "smallest_group": min((group.size for group in found.groups), default=0),
        "told": {
            name: "hidden" if level == len(scale.levels) else f"level {level + 1} of {len(scale.levels)}"
            for name, level, scale in zip(COLUMNS, found.levels, scales_of(cases), strict=True)
        },
    }
    print(json.dumps(told, ensure_ascii=False) if as_json else _text(told, path))


def _text(told: dict[str, Any], path: Path) -> str:
    """Give what was shared, for people."""
    lines = [
        f"{told['shared']:,} of {told['cases']:,} cases as of {told['as_of']} in {path}; {told['left_out']:,} left out",
        f"{told['groups']:,} combinations, the smallest of {told['smallest_group']:,} cases; at least {told['k']:,} are asked for",
    ]
    return "\n".join([*lines, *(f"  {name}: {how}" for name, how in told["told"].items())])
