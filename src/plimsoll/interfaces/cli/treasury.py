"""`plimsoll treasury`: who funds the loans, whether the money lasts, and what those who lend it are told."""

import typer

from plimsoll.interfaces.cli.treasury_fund import fund, funders
from plimsoll.interfaces.cli.treasury_settle import reconcile, settle

app = typer.Typer(help="Who funds the loans, whether the money lasts, what investors are told.", no_args_is_help=True, add_completion=False)


@app.callback()
def _treasury() -> None:
    """Who funds the loans, whether the money lasts, what investors are told."""


for one in (funders, fund, settle, reconcile):
    app.command()(one)
