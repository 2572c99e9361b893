"""`plimsoll model`: measure, train and use the models that score applicants; each command under it has a module of its own."""

import typer

app = typer.Typer(
    help="Measure, train and use the models that score applicants.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def _model() -> None:
    """Measure, train and use the models that score applicants."""
