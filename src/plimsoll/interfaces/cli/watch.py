"""`plimsoll watch`: warnings and over-extension of a book, and how good warnings are on real accounts."""

import typer

from plimsoll.interfaces.cli.watch_customer import customer
from plimsoll.interfaces.cli.watch_evaluate import evaluate
from plimsoll.interfaces.cli.watch_months import months
from plimsoll.interfaces.cli.watch_report import report
from plimsoll.interfaces.cli.watch_run import run
from plimsoll.interfaces.cli.watch_shock import shock, shocks

app = typer.Typer(help="Watch running loans: early warnings, over-extension, classes.", no_args_is_help=True, add_completion=False)


@app.callback()
def _watch() -> None:
    """Watch running loans: early warnings, over-extension, classes."""


app.add_typer(evaluate, name="evaluate")
app.command()(report)
app.command()(run)
app.command()(months)
app.command()(customer)
app.command()(shock)
app.command()(shocks)
