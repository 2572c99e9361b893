"""`plimsoll model register`, `list`, `show`, `approve`, `shadow`, `promote`, `retire`, `due`: the life of a model on the register."""

import getpass
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.app.governed import Act, Artefact, listed, steps
from plimsoll.app.modelling import register as model_register
from plimsoll.app.modelling.file import read_model_file
from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, USAGE, VERIFICATION_FAILED, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.interfaces.cli.tell import tell as tell_of
from plimsoll.risk.measure.policy import ModelPolicy, model_policy
from plimsoll.risk.score.lifecycle import STATES
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused

NOT_THERE: Final = ("artefact_unknown", "artefact_ambiguous")
SHOWN: Final = 12
"""Characters of a digest that are shown."""

File = Annotated[Path, typer.Argument(metavar="FILE", help="The model: a file written by `plimsoll model train`.")]
Model = Annotated[
    str, typer.Argument(metavar="MODEL", help="The digest of the model or its first characters, or the name of a champion's place.")
]
Place = Annotated[str, typer.Option("--name", metavar="NAME", help="The place it is meant for: one champion a place.")]
Actor = Annotated[str, typer.Option("--as", "--by", metavar="NAME", help="Who acts. Default: the name that this session runs under.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day asked about, such as 2026-12-01. Default: today.")]


def register(file: File, name: Place = "application", actor: Actor = "", reason: Reason = "", db: Db = "", as_json: AsJson = False) -> None:
    """Enter a model as a draft; whoever enters it built it, and may neither validate nor approve it."""
    model, text = read_model_file(file)
    with open_store(book_url(db)) as store:
        tell(model_register.enter(store, name, model.digest, text, act_of(actor, reason)), as_json=as_json)


def list_all(
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Only the models of one place.")] = "",
    state: Annotated[str, typer.Option("--state", metavar="STATE", help=f"Only those in one state: {', '.join(STATES)}.")] = "",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """List the models on the register with their last step."""
    if state and state not in STATES:
        raise Stop(USAGE, f"--state: {state!r} is not one of {', '.join(STATES)}.")
    with open_store(book_url(db)) as store:
        held = [(one, steps(store, one.digest)[-1]) for one in listed(store, model_register.KIND, name=name, state=state)]
    if as_json:
        print(
            json.dumps(
                [summary(one) | {"since": f"{last.at:%Y-%m-%dT%H:%M:%SZ}", "by": last.actor} for one, last in held], ensure_ascii=False
            )
        )
        return
    rows = [("place", "digest", "state", "since", "by", "reason")]
    rows += [(one.name, one.digest[:SHOWN], one.state, f"{last.at:%Y-%m-%d %H:%M}", last.actor, last.reason) for one, last in held]
    print(aligned(rows, left=len(rows[0])))


def show(named: Model, db: Db = "", as_json: AsJson = False) -> None:
    """Show every step of a model's life: who, when, why, and what it rests on."""
    with open_store(book_url(db)) as store:
        held = found(store, named)
        taken = steps(store, held.digest)
    if as_json:
        lines = [{**one._asdict(), "at": f"{one.at:%Y-%m-%dT%H:%M:%SZ}", "evidence": _document(one.evidence)} for one in taken]
        print(json.dumps(summary(held) | {"steps": lines}, ensure_ascii=False))
        return
    print(f"{held.name} {held.digest}: {held.state}")
    rows = [("n", "step", "to", "duty", "by", "at", "reason", "rests on")]
    for one in taken:
        document = _document(one.evidence)
        rests = f"{document.get('kind', '')} {figures(document)}".strip() if document else ""
        rows.append((str(one.n), one.verb, one.after, one.duty or "-", one.actor, f"{one.at:%Y-%m-%d %H:%M}", one.reason, rests))
    print(aligned(rows, left=len(rows[0])))


def approve(named: Model, actor: Actor = "", reason: Reason = "", db: Db = "", as_json: AsJson = False) -> None:
    """Approve a validated model, as somebody who neither built nor validated it."""
    _step("approve", named, act_of(actor, reason), db, as_json=as_json)


def shadow(named: Model, actor: Actor = "", reason: Reason = "", db: Db = "", as_json: AsJson = False) -> None:
    """Let an approved model score in the shadow of the champion: both scores are kept, one decides."""
    _step("shadow", named, act_of(actor, reason), db, as_json=as_json)


def retire(named: Model, actor: Actor = "", reason: Reason = "", db: Db = "", as_json: AsJson = False) -> None:
    """Take a model out of use for good; a champion only by somebody who approves."""
    _step("retire", named, act_of(actor, reason), db, as_json=as_json)


def promote(named: Model, actor: Actor = "", reason: Reason = "", db: Db = "", as_json: AsJson = False) -> None:
    """Make a proposed challenger the champion of its place, as another person than the one who proposed it; the former one retires."""
    with open_store(book_url(db)) as store:
        tell(model_register.promote(store, found(store, named), policy_on(now().date()), act_of(actor, reason)), as_json=as_json)


def due(on: On = "", db: Db = "", as_json: AsJson = False) -> None:
    """List what is due for the models in use: PSI, strength on outcomes, validation. Ends with 5 where something is overdue."""
    day = read_on(on, "--on") if on else now().date()
    with open_store(book_url(db)) as store:
        standing = model_register.standing(store, policy_on(day))
    lines = [(one.model, item, item.by < day.toordinal()) for one in standing for item in one.dues]
    if as_json:
        told = [
            summary(model) | {"what": item.what, "by": _iso(item.by), "last": _iso(item.last), "overdue": late}
            for model, item, late in lines
        ]
        print(json.dumps(told, ensure_ascii=False))
    else:
        rows = [("place", "digest", "state", "what", "due by", "last", "")]
        for model, item, late in lines:
            rows.append(
                (model.name, model.digest[:SHOWN], model.state, item.what, _iso(item.by), _iso(item.last), "overdue" if late else "")
            )
        print(aligned(rows, left=len(rows[0])))
    overdue = sum(late for _, _, late in lines)
    if overdue:
        raise Stop(VERIFICATION_FAILED, f"{overdue} overdue on {day} by POLICY.MODEL.EVERY; see plimsoll model monitor and validate")


def _step(verb: str, named: str, act: Act, db: str, *, as_json: bool) -> None:
    with open_store(book_url(db)) as store:
        tell(model_register.step(store, found(store, named), verb, act), as_json=as_json)


def act_of(actor: str, reason: str) -> Act:
    """Give who acts now and why."""
    return Act(actor or getpass.getuser(), now(), reason)


def policy_on(day: date) -> ModelPolicy:
    """Give what the rules ask of models on a day."""
    return model_policy(load(), day)


def found(store: Store, named: str) -> Artefact:
    """Find a model on the register; one that is not there ends the command with 3."""
    held = model_register.model(store, named)
    if isinstance(held, Refused):
        raise Stop(NOT_FOUND, held.text())
    return held


def tell(answer: Artefact | Refused, *, as_json: bool) -> None:
    """Print where the model stands, or end with why not."""
    if isinstance(answer, Refused):
        raise Stop(NOT_FOUND if answer.code in NOT_THERE else REFUSED, answer.text())
    tell_of(summary(answer), f"{answer.name} {answer.digest[:SHOWN]}: {answer.state}", as_json=as_json)


def summary(held: Artefact) -> dict[str, Any]:
    """Give a model without its file."""
    return {"digest": held.digest, "place": held.name, "state": held.state, "made_by": held.made_by}


def figures(document: Mapping[str, Any]) -> str:
    """Give the figures of a document's checks in one line; counts of none are left out."""
    checks = [check for check in document.get("checks", ()) if check["value"]]
    return ", ".join(f"{check['name']} {check['value']:.4g}" for check in checks)


def _document(evidence: str) -> dict[str, Any]:
    read: Any = json.loads(evidence) if evidence else {}
    return dict(read)


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()
