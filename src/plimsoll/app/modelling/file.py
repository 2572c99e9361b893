"""Read a model from a file, with the place in every complaint."""

from pathlib import Path

from plimsoll.risk.score.read import Model, read_model
from plimsoll.units.refusal import Malformed


def read_model_file(path: Path) -> tuple[Model, str]:
    """Give a model and the text of its file. Raises Malformed: file_missing, and what `read_model` raises."""
    try:
        content = path.read_bytes()
    except OSError as failed:
        raise Malformed("file_missing", failed.strerror or "", file=str(path)) from None
    try:
        return read_model(content), content.decode("utf-8")
    except Malformed as wrong:
        raise wrong.at(file=str(path)) from None
