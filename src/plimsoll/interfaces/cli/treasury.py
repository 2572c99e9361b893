"""`plimsoll treasury`: who funds the loans, whether the money lasts, and what those who lend it are told."""

import typer

from plimsoll.interfaces.cli.treasury_disclose import disclose_command
from plimsoll.interfaces.cli.treasury_fund import fund, funders
from plimsoll.interfaces.cli.treasury_ladder import ladder_command
from plimsoll.interfaces.cli.treasury_move import exit_command, guarantee
from plimsoll.interfaces.cli.treasury_settle import reconcile, settle
from plimsoll.interfaces.cli.treasury_throttle import throttle
from plimsoll.interfaces.cli.treasury_triggers import survival, triggers

app = typer.Typer(help="Who funds the loans, whether the money lasts, what investors are told.", no_args_is_help=True, add_completion=False)


@app.callback()
def _treasury() -> None:
    """Who funds the loans, whether the money lasts, what investors are told."""


for one in (funders, fund, settle, reconcile, guarantee, triggers, survival, throttle):
    app.command()(one)
app.command("ladder")(ladder_command)
app.command("disclose")(disclose_command)
app.command("exit")(exit_command)
