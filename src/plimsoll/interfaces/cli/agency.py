"""`plimsoll agency`: collection agencies; the commands under it stand in modules of their own."""

import typer

from plimsoll.interfaces.cli.agency_accounts import file, reconcile, score
from plimsoll.interfaces.cli.agency_list import list_all, show, whitelist
from plimsoll.interfaces.cli.agency_placing import place, placements, recall

app = typer.Typer(help="Collection agencies: who they are, whom they have, how they do.", no_args_is_help=True, add_completion=False)


@app.callback()
def _agency() -> None:
    """Collection agencies: who they are, whom they have, how they do."""


app.command("list")(list_all)
for _command in (show, place, recall, placements, score, file, reconcile, whitelist):
    app.command()(_command)
