"""A model measured on a file that was brought: for the validation that passes a draft, or beside the champion whose place it is to take.

What is measured goes on the register with the step, whoever takes it; the register keeps makers and checkers apart.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from plimsoll.app.database.store import Store
from plimsoll.app.governed import Act, Artefact
from plimsoll.app.modelling import register as model_register
from plimsoll.app.modelling.document import comparison_document, validation_document
from plimsoll.app.modelling.measure import Under, Views, compared, validated
from plimsoll.app.modelling.outcome_file import Asked
from plimsoll.risk.score.read import model_of
from plimsoll.units.refusal import Refused

APPROVED: Final = 0.7
"""The share of applicants that is approved where groups and two models are compared, as on the command line."""
VIEWS: Final = Views((), (), APPROVED, None)


@contextmanager
def _as_file(content: bytes) -> Iterator[Path]:
    """Give what was brought as a file, as long as it is read."""
    with tempfile.TemporaryDirectory(prefix="plimsoll-") as folder:
        file = Path(folder, "outcomes.csv")
        file.write_bytes(content)
        yield file


def record_validated(store: Store, held: Artefact, content: bytes, asked: Asked, under: Under, act: Act) -> Artefact | Refused:
    """Validate a model on the content of a CSV file with outcomes, and pass it where it meets what the rules ask.

    Refuses outcomes_too_few, validation_failed with the checks that fail, and what the register refuses. Raises Malformed for the file.
    """
    with _as_file(content) as file:
        measured = validated(model_of(held.body), held.name, file, asked, VIEWS, under)
    if isinstance(measured, Refused):
        return measured
    document = validation_document(measured.about, measured.found, measured.fairness, measured.rejects)
    return model_register.record_validation(store, held, document, act)


def propose_compared(store: Store, held: Artefact, content: bytes, asked: Asked, under: Under, act: Act) -> Artefact | Refused:
    """Propose a challenger for its place, on a comparison with the champion here and now; a first one on its own validation.

    Refuses outcomes_too_few, comparison_failed, proof_missing where there is a champion and no file, and what the register refuses.
    """
    champion = model_register.champion_of(store, held.name)
    if champion is None or not content.strip():
        return model_register.propose(store, held, None, act)
    with _as_file(content) as file:
        measured = compared(model_of(champion.body), model_of(held.body), file, asked, APPROVED, under)
    if isinstance(measured, Refused):
        return measured
    document = comparison_document(measured.about, measured.champion, measured.challenger, measured.found)
    return model_register.propose(store, held, document, act)
