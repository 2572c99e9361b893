"""A decision as it stands on record: every input, every version, what each stage said, and the figures; canonical, so that it hashes."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final, NamedTuple

from plimsoll.loan.filing import Body, body_of, instant_text
from plimsoll.origination.score import Score
from plimsoll.origination.stages import Fit, Told
from plimsoll.origination.underwrite import Underwritten
from plimsoll.risk.evidence import Item, Reading
from plimsoll.risk.load.line import six
from plimsoll.risk.score.card import Scored
from plimsoll.rulebook.feature import Value
from plimsoll.rulebook.table.table import Deciding
from plimsoll.units.dates import day_text
from plimsoll.units.rate import Rate

DIGEST: Final = "digest"
SHAPE: Final = 1
"""The shape of a decision on record; a later one is told from it by this number."""


def said_of(one: Underwritten) -> dict[str, object]:
    """Give a decision as a JSON object; statistics are text of six digits, so that the same decision is the same text everywhere."""
    dossier, kit, sources = one.dossier, one.kit, sources_of(one.dossier.readings)
    return {
        "shape": SHAPE,
        "application_id": dossier.application_id,
        "customer_id": dossier.customer_id,
        "on": day_text(dossier.on),
        "asked": dossier.asked._asdict(),
        "features": {name: value.text() if value.__class__ is Rate else value for name, value in one.values.items()},
        "absent": {name: one.outcome for name, one in dossier.readings.items() if one.outcome},
        "sources": {name: [instant_text(item.known_at), item.consent] for name, item in sources.items()},
        "purposes": sorted(name for name, item in sources.items() if item.consent),
        "suspended": list(dossier.suspended),
        "is_demanded": dossier.is_demanded,
        "own": dossier.own._asdict(),
        "versions": dict(kit.versions),
        "told": [told_said(told) for told in one.told],
        "score": score_said(one.score),
        "load": None if one.drawn is None else one.drawn.figures(),
        "limit": None if one.limited is None else one.limited.said(),
        "fit": None if one.fit is None else fit_said(one.fit),
        "outcome": one.outcome,
        "leaning": one.leaning,
        "reasons": list(one.reasons),
        "priority": priority_of(one.told),
        "suggested": None if one.suggested is None else one.suggested.said(),
        "is_random": one.is_random,
    }


class Sealed(NamedTuple):
    """A decision as the body of its filing: its canonical text with its own SHA-256 among it, in hex."""

    body: Body
    digest: str


def sealed(said: Mapping[str, object]) -> Sealed:
    """Give a decision, as `said_of` gives it, with its digest put in its place among the sorted names; it is written out once."""
    head = body_of({name: value for name, value in said.items() if name < DIGEST})
    tail = body_of({name: value for name, value in said.items() if name > DIGEST})
    found = sha256(f"{head[:-1]},{tail[1:]}".encode()).hexdigest()
    return Sealed(Body(f'{head[:-1]},"{DIGEST}":"{found}",{tail[1:]}'), found)


def digest_of(said: Mapping[str, object]) -> str:
    """Give the SHA-256 of a decision as `said_of` gives it, in hex."""
    return sha256(body_of(said).encode()).hexdigest()


def plain(value: Value | None) -> int | str | bool | None:
    """Give a value as JSON has it; a share as decimal text."""
    return value.text() if isinstance(value, Rate) else value


def sources_of(readings: Mapping[str, Reading]) -> dict[str, Item]:
    """Give the sources that the values in use come from, each with its item that was known last."""
    found: dict[str, Item] = {}
    for reading in readings.values():
        item = reading.item
        if item is not None and not reading.outcome:
            known = found.get(item.source)
            if known is None or known.known_at < item.known_at:
                found[item.source] = item
    return found


def told_said(told: Told) -> dict[str, object]:
    """Give one thing that a stage said, with the values that met each condition."""
    said: dict[str, object] = {"stage": told.stage, "rule": told.rule_id, "verdict": told.verdict, "reason": told.reason}
    if told.hit is not None:
        said["because"] = [because(one) for one in told.hit.deciding]
    if told.lacking is not None:
        said["lacking"] = told.lacking.column
    return said


def because(one: Deciding) -> list[str]:
    """Give one condition: the column, its value, the operator, the threshold, and the rule behind it."""
    return [one.column, one.shown(), one.op, one.threshold, one.rule]


def scored_said(scored: Scored) -> dict[str, object]:
    """Give a score with its parts."""
    return {
        "points": scored.points,
        "pd": six(scored.probability),
        "parts": [[part.feature, part.bin, part.points, part.reason] for part in scored.parts],
    }


def score_said(score: Score) -> dict[str, object]:
    """Give who scored and what came out."""
    shadow = score.shadow
    return {
        "arm": score.arm,
        "grade": score.grade,
        "gap_points": score.gap_points,
        **scored_said(score.decides),
        "shadow": None if shadow is None else {"points": shadow.points, "pd": six(shadow.probability), "gap_points": score.model_gap},
    }


def fit_said(fit: Fit) -> dict[str, object]:
    """Give how much of what was asked for fits, and at what price."""
    priced = fit.priced
    return {
        "how": fit.how,
        "amount_minor": fit.amount_minor,
        "instalments": fit.instalments,
        "rate": priced.rate_per_day.text(),
        "apr": priced.apr.text(),
        "break_even": priced.break_even.text(),
        "grade": priced.grade,
        "months": priced.months,
        "over": priced.reason,
    }


def priority_of(told: tuple[Told, ...]) -> int:
    """Give how pressing a case is: the highest that any rule which refers it says, 0 where none does."""
    found = (one.hit.outputs.get("priority") for one in told if one.hit is not None)
    return max((value for value in found if type(value) is int), default=0)
