"""`plimsoll book`: make the tables of a book, or bring them to this version."""

from datetime import date
from typing import Annotated

import typer

from plimsoll.app.config import book_url
from plimsoll.app.opening import create_store, upgrade_store
from plimsoll.interfaces.cli.options import AllowUnsafe, Db, read_on

app = typer.Typer(help="Make a book, or bring its tables to this version.", no_args_is_help=True, add_completion=False)

OpenOn = Annotated[str, typer.Option("--open-on", metavar="DATE", help="The first day that takes entries. Default: any day.")]


@app.command()
def create(db: Db = "", open_on: OpenOn = "", allow_unsafe: AllowUnsafe = False) -> None:
    """Make an empty book."""
    url = book_url(db)
    first = read_on(open_on, "--open-on") if open_on else date.min
    with create_store(url, open_on=first, allow_unsafe=allow_unsafe) as store:
        print(f"An empty book: {store.address.shown()}")


@app.command()
def upgrade(db: Db = "", allow_unsafe: AllowUnsafe = False) -> None:
    """Bring the tables of a book to this version; what is booked stays as it is."""
    before, after = upgrade_store(book_url(db), allow_unsafe=allow_unsafe)
    print(f"The tables are at {after}." if before == after else f"The tables went from {before} to {after}.")
