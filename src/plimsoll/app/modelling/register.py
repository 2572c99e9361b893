"""Models on the register: what each step rests on, written down with it, and what is due.

A validation, a comparison and a monthly measurement are documents (JSON) that this house has measured itself, from a file whose SHA-256
stands in them; the step that needs one carries it whole. Dates are days of the book.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from plimsoll.app.database.store import Store
from plimsoll.app.governed import Act, Artefact, Draft, Step, find, listed, move, register, steps
from plimsoll.risk.measure.policy import ModelPolicy
from plimsoll.risk.score.due import PSI, STRENGTH, VALIDATION, Done, Due, due
from plimsoll.risk.score.lifecycle import CHAMPION, DRAFT, MOVES, SHADOW
from plimsoll.units.refusal import Refused

KIND: Final = "model"
IN_USE: Final = (SHADOW, CHAMPION)
VALIDATED_BY: Final = ("validate", "revalidate")
ENTERED_USE_BY: Final = "shadow"

Document = Mapping[str, Any]
"""A document that a step rests on: `kind` is validation, comparison or monitoring, `passed` says whether it shows what the rules ask."""


class Standing(NamedTuple):
    """A model in use with what is due, soonest first."""

    model: Artefact
    dues: tuple[Due, ...]


def document_text(document: Document) -> str:
    """Write a document the one way there is: sorted keys, no spaces."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def enter(store: Store, name: str, digest: str, text: str, act: Act) -> Artefact | Refused:
    """Enter a model that its reader has read and whose digest it has checked. Refuses what `governed.register` refuses."""
    return register(store, Draft(KIND, name, digest, text), MOVES, act)


def model(store: Store, named: str) -> Artefact | Refused:
    """Find a model by the beginning of its digest, or the champion of a place by its name."""
    champions = listed(store, KIND, name=named, state=CHAMPION)
    return champions[0] if champions else find(store, KIND, named)


def step(store: Store, held: Artefact, verb: str, act: Act) -> Artefact | Refused:
    """Take a step that rests on nothing but its reason: approve, shadow, retire."""
    return move(store, held.digest, verb, MOVES, act)


def record_validation(store: Store, held: Artefact, validation: Document, act: Act) -> Artefact | Refused:
    """Pass a model on a validation: the first makes a draft validated, a later one renews it.

    Refuses validation_failed with the checks that fail, and what `governed.move` refuses.
    """
    if not validation["passed"]:
        return Refused("validation_failed", "POLICY.MODEL.VALIDATION", _failed(validation))
    verb = VALIDATED_BY[held.state != DRAFT]
    return move(store, held.digest, verb, MOVES, act._replace(evidence=document_text(validation)))


def record_monitoring(store: Store, held: Artefact, monitoring: Document, act: Act) -> Artefact | Refused:
    """Write down a measurement of a model in use, good or bad."""
    return move(store, held.digest, "monitor", MOVES, act._replace(evidence=document_text(monitoring)))


def propose(store: Store, held: Artefact, comparison: Document | None, act: Act) -> Artefact | Refused:
    """Propose a challenger for its place on a comparison with the champion; where there is none yet, on its own validation.

    Refuses comparison_failed, comparison_outdated where it was compared with another model than the champion, proof_missing.
    """
    champion = champion_of(store, held.name)
    if champion is None:
        last = last_by(steps(store, held.digest), VALIDATED_BY)
        found = "" if last is None else document_text({"kind": "first", "validation": last.n, "passed": True})
        return move(store, held.digest, "propose", MOVES, act._replace(evidence=found))
    if comparison is None:
        return Refused("proof_missing", "POLICY.MODEL.PROMOTION", "propose")
    if (comparison["champion"], comparison["challenger"]) != (champion.digest, held.digest):
        return Refused("comparison_outdated", "POLICY.MODEL.PROMOTION", champion.digest[:12])
    if not comparison["passed"]:
        return Refused("comparison_failed", "POLICY.MODEL.PROMOTION", _failed(comparison))
    return move(store, held.digest, "propose", MOVES, act._replace(evidence=document_text(comparison)))


def promote(store: Store, held: Artefact, policy: ModelPolicy, act: Act) -> Artefact | Refused:
    """Make a proposed challenger the champion, by somebody who approves; the former one leaves in the same transaction.

    Refuses proof_missing where nobody proposed it, comparison_outdated where the champion has changed since or the proposal is too old.
    """
    proposal = last_by(steps(store, held.digest), ("propose",))
    if proposal is None:
        return Refused("proof_missing", "POLICY.MODEL.PROMOTION", "promote")
    champion = champion_of(store, held.name)
    compared = json.loads(proposal.evidence).get("champion", "")
    age_days = (act.at - proposal.at).days
    if compared != ("" if champion is None else champion.digest):
        return Refused("comparison_outdated", "POLICY.MODEL.PROMOTION", compared[:12])
    if age_days > policy.comparison_days:
        return Refused("comparison_outdated", "POLICY.MODEL.PROMOTION", f"{age_days} > {policy.comparison_days}")
    return move(store, held.digest, "promote", MOVES, act._replace(evidence=proposal.evidence))


def champion_of(store: Store, name: str) -> Artefact | None:
    """Give the champion of a place; None where there is none."""
    return next(iter(listed(store, KIND, name=name, state=CHAMPION)), None)


def last_by(taken: Iterable[Step], verbs: Iterable[str]) -> Step | None:
    """Give the last step by one of some verbs."""
    wanted = set(verbs)
    return next((one for one in reversed(tuple(taken)) if one.verb in wanted), None)


def standing(store: Store, policy: ModelPolicy) -> tuple[Standing, ...]:
    """Give every model in use with what is due, the most pressing first."""
    found = []
    for state in IN_USE:
        for held in listed(store, KIND, state=state):
            taken = steps(store, held.digest)
            entered = last_by(taken, (ENTERED_USE_BY,))
            assert entered is not None, held.digest
            found.append(Standing(held, due(policy, _day(entered), _done(taken))))
    return tuple(sorted(found, key=lambda one: one.dues[0].by))


def _done(taken: Iterable[Step]) -> Iterable[Done]:
    """Give what was measured, by the steps that carry it."""
    for one in taken:
        if one.verb in VALIDATED_BY:
            yield Done(VALIDATION, _day(one))
        elif one.verb == "monitor":
            yield Done(PSI, _day(one))
            if json.loads(one.evidence).get("auc") is not None:
                yield Done(STRENGTH, _day(one))


def _day(one: Step) -> int:
    day: date = one.at.date()
    return day.toordinal()


def _failed(document: Document) -> str:
    """Name the checks of a document that fail, each with its figure and bound."""
    return "; ".join(f"{check['name']} {check['value']} ({check['bound']})" for check in document["checks"] if not check["ok"])
