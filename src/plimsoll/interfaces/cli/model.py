"""`plimsoll model`: measure, train and use the models that score applicants; each command under it has a module of its own."""

import typer

from plimsoll.interfaces.cli.model_card import card
from plimsoll.interfaces.cli.model_compare import compare, monitor, propose
from plimsoll.interfaces.cli.model_crossval import crossval
from plimsoll.interfaces.cli.model_register import approve, due, list_all, promote, register, retire, shadow, show
from plimsoll.interfaces.cli.model_score import score
from plimsoll.interfaces.cli.model_train import train
from plimsoll.interfaces.cli.model_validate import validate

app = typer.Typer(
    help="Measure, train and use the models that score applicants.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def _model() -> None:
    """Measure, train and use the models that score applicants."""


for _command in (crossval, train, score, validate, card, compare, register, show, approve, shadow, propose, promote, monitor, retire, due):
    app.command()(_command)
app.command("list")(list_all)
