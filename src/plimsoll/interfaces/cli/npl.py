"""`plimsoll npl`: bad loans on their way out of the book: statistics sheet, package, tender, transfer."""

import typer

from plimsoll.interfaces.cli.npl_package import package
from plimsoll.interfaces.cli.npl_sheet import sheet

app = typer.Typer(help="Bad loans on their way out of the book.", no_args_is_help=True, add_completion=False)


@app.callback()
def npl() -> None:
    """Bad loans on their way out of the book."""


app.command("sheet")(sheet)
app.command("package")(package)
