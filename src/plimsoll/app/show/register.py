"""What governs decisions: models and policy tables on the register with every step of their life, and those that come with the package."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from plimsoll.app.database.store import Store
from plimsoll.app.governed import Artefact, find, listed, steps
from plimsoll.app.kit import PLACE, standing_model
from plimsoll.app.modelling.register import KIND as MODEL
from plimsoll.rulebook.table.lifecycle import KIND as TABLE
from plimsoll.rulebook.underwriting import standing_tables
from plimsoll.units.refusal import Refused

STANDING: Final = "standing"
"""The state of what comes with the package: it decides wherever nothing on the register stands in its place."""
KINDS: Final = (MODEL, TABLE)


@dataclass(frozen=True, slots=True)
class ArtefactRow:
    """A model or a table: its digest, the place it is meant for, its state, who entered it, and its last step."""

    sha256: str
    kind: str
    name: str
    state: str
    made_by: str
    made_at: datetime | None
    since: datetime | None
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a life: from which state to which, by whom under which duty, why, and what it rests on (JSON text)."""

    n: int
    verb: str
    before: str
    after: str
    duty: str
    actor: str
    at: datetime
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class CardLine:
    """One thing that the card of a model says, as text."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ArtefactPage:
    """A model or table with its steps, oldest first; a model's card, a table's text as it was entered."""

    artefact: ArtefactRow
    steps: tuple[StepRow, ...]
    card: tuple[CardLine, ...]
    yaml: str
    csv: str


def artefact_rows(store: Store, kind: str, name: str = "", state: str = "") -> tuple[ArtefactRow, ...]:
    """Give models or tables: those that come with the package first, then the register, oldest first. Rows read: those of the kind."""
    assert kind in KINDS, kind
    own = [one for one in _standing(kind) if name in ("", one.name) and state in ("", STANDING)]
    return (*own, *(_row(store, one) for one in listed(store, kind, name=name, state=state)))


def _standing(kind: str) -> list[ArtefactRow]:
    if kind == MODEL:
        return [ArtefactRow(standing_model().digest, MODEL, PLACE, STANDING, "", None, None, "", "")]
    return [ArtefactRow(one.digest, TABLE, one.name, STANDING, "", None, None, "", "") for one in standing_tables()]


def _row(store: Store, one: Artefact) -> ArtefactRow:
    last = steps(store, one.digest)[-1]
    return ArtefactRow(one.digest, one.kind, one.name, one.state, one.made_by, one.made_at, last.at, last.actor, last.reason)


def artefact_page(store: Store, kind: str, named: str) -> ArtefactPage | Refused:
    """Give one by its digest or the first characters of it. Refuses artefact_unknown, artefact_ambiguous."""
    own = next((one for one in _standing(kind) if len(named) >= 6 and one.sha256.startswith(named)), None)
    if own is not None:
        about = getattr(standing_model(), "about", {}) if kind == MODEL else {}
        return ArtefactPage(own, (), _card(about), "", "")
    held = find(store, kind, named)
    if isinstance(held, Refused):
        return held
    taken = steps(store, held.digest)
    said: dict[str, Any] = json.loads(held.body)
    told = tuple(StepRow(one.n, one.verb, one.before, one.after, one.duty, one.actor, one.at, one.reason, one.evidence) for one in taken)
    if kind == MODEL:
        return ArtefactPage(_row(store, held), told, _card(said), "", "")
    return ArtefactPage(_row(store, held), told, (), str(said.get("yaml", "")), str(said.get("csv", "")))


def _card(said: Mapping[str, Any]) -> tuple[CardLine, ...]:
    """Give what a model says of itself, one line a name; what is made of many parts as JSON of at most 2,000 characters."""
    lines = []
    for name, value in said.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        if len(text) <= 2_000:
            lines.append(CardLine(name, text))
    return tuple(lines)
