"""`plimsoll policy`: look at decision tables, try them, and take them through their life; the commands live in modules of their own."""

import typer

from plimsoll.interfaces.cli.policy_ask import ask
from plimsoll.interfaces.cli.policy_backtest import backtest
from plimsoll.interfaces.cli.policy_lint import lint, show
from plimsoll.interfaces.cli.policy_register import activate, approve, check, list_all, register, retire

app = typer.Typer(
    help="Look at decision tables, try them, and take them from draft to active with four eyes.", no_args_is_help=True, add_completion=False
)
for command in (lint, show, ask, backtest, register, check, approve, activate, retire):
    app.command()(command)
app.command("list")(list_all)
