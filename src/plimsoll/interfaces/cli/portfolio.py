"""`plimsoll portfolio`: questions to a tape, of the house or of anybody else."""

import typer

from plimsoll.interfaces.cli.portfolio_accounts import accounts
from plimsoll.interfaces.cli.portfolio_attribution import attribution
from plimsoll.interfaces.cli.portfolio_check import check
from plimsoll.interfaces.cli.portfolio_cures import cures
from plimsoll.interfaces.cli.portfolio_early import early
from plimsoll.interfaces.cli.portfolio_ecl import ecl
from plimsoll.interfaces.cli.portfolio_harm import harm
from plimsoll.interfaces.cli.portfolio_npl import npl
from plimsoll.interfaces.cli.portfolio_pace import pace
from plimsoll.interfaces.cli.portfolio_profit import profit
from plimsoll.interfaces.cli.portfolio_rolls import rolls
from plimsoll.interfaces.cli.portfolio_scan import scan, states
from plimsoll.interfaces.cli.portfolio_spread import concentration, usage
from plimsoll.interfaces.cli.portfolio_stress import stress
from plimsoll.interfaces.cli.portfolio_vintage import vintage

app = typer.Typer(
    help="Read a book off its tape, or off any tape by a map: vintages, roll rates, bad loans.", no_args_is_help=True, add_completion=False
)


@app.callback()
def _portfolio() -> None:
    """Read a book off its tape, or off any tape by a map: vintages, roll rates, bad loans."""


for one in (
    check,
    vintage,
    rolls,
    cures,
    npl,
    early,
    usage,
    concentration,
    ecl,
    stress,
    attribution,
    profit,
    pace,
    harm,
    accounts,
    states,
    scan,
):
    app.command()(one)
