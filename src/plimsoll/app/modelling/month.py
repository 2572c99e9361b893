"""A model in use measured on those scored lately, against its last validation: the figures and the document that goes on the register."""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any, Final, NamedTuple

from plimsoll.app.database.store import Store
from plimsoll.app.governed import Act, Artefact, steps
from plimsoll.app.modelling import register as model_register
from plimsoll.app.modelling.document import monitoring_document
from plimsoll.app.modelling.measure import Under, measured_month
from plimsoll.app.modelling.outcome_file import Asked
from plimsoll.risk.measure.monitoring import Monitoring
from plimsoll.risk.score.read import model_of
from plimsoll.units.refusal import Refused

NAME_MAX: Final = 100


class Month(NamedTuple):
    """What was measured, and the document of it."""

    found: Monitoring
    document: dict[str, Any]


def baseline_of(store: Store, held: Artefact) -> dict[str, Any] | Refused:
    """Give the baseline of a model's last validation. Refuses proof_missing where there is none, or it holds no baseline."""
    last = model_register.last_by(steps(store, held.digest), model_register.VALIDATED_BY)
    document: dict[str, Any] = json.loads(last.evidence) if last is not None else {}
    baseline: dict[str, Any] | None = document.get("baseline")
    return Refused("proof_missing", "POLICY.MODEL.PSI", "baseline") if baseline is None else baseline


def measure_month(store: Store, held: Artefact, file: Path, asked: Asked | None, under: Under) -> Month | Refused:
    """Measure a model on a file; with `asked` on outcomes too. Refuses proof_missing, outcomes_too_few; raises Malformed for the file."""
    baseline = baseline_of(store, held)
    if isinstance(baseline, Refused):
        return baseline
    found = measured_month(model_of(held.body), baseline, file, asked, under)
    if isinstance(found, Refused):
        return found
    about = {
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "measured_at": f"{under.at:%Y-%m-%dT%H:%M:%SZ}",
    }
    return Month(found, monitoring_document(about, found))


def record_month(store: Store, named: str, content: bytes, name: str, asked: Asked | None, under: Under, act: Act) -> Artefact | Refused:
    """Measure a model on the content of a CSV file and put it on the register, good or bad.

    Refuses what `measure_month` and the register refuse.
    """
    held = model_register.model(store, named)
    if isinstance(held, Refused):
        return held
    with tempfile.TemporaryDirectory(prefix="plimsoll-") as folder:
        file = Path(folder, f"{Path(name).stem[:NAME_MAX] or 'month'}.csv")
        file.write_bytes(content)
        month = measure_month(store, held, file, asked, under)
    if isinstance(month, Refused):
        return month
    return model_register.record_monitoring(store, held, month.document, act)
