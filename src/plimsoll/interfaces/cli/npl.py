"""`plimsoll npl`: bad loans on their way out of the book: statistics sheet, package, tender, transfer."""

import typer

from plimsoll.interfaces.cli import npl_tender
from plimsoll.interfaces.cli.npl_after import after, money
from plimsoll.interfaces.cli.npl_claims import claims
from plimsoll.interfaces.cli.npl_package import package
from plimsoll.interfaces.cli.npl_sheet import sheet
from plimsoll.interfaces.cli.npl_transfer import backtest, put_back, transfer

app = typer.Typer(help="Bad loans on their way out of the book.", no_args_is_help=True, add_completion=False)


@app.callback()
def npl() -> None:
    """Bad loans on their way out of the book."""


app.command("sheet")(sheet)
app.command("package")(package)
app.add_typer(npl_tender.app, name="tender")
app.command("transfer")(transfer)
app.command("put-back")(put_back)
app.command("backtest")(backtest)
app.command("claims")(claims)
app.command("after")(after)
app.command("money")(money)
