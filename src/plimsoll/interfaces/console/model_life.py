"""Models: what is in use and due to be looked at, the card of each, what was measured of it since, and the steps of its life."""

import json
from typing import Any, Final

from plimsoll.app.governed import Act as Step
from plimsoll.app.governed import Artefact
from plimsoll.app.modelling import register as model_register
from plimsoll.app.show.register import ArtefactPage, ArtefactRow, StepRow, artefact_page, artefact_rows
from plimsoll.interfaces.console.words_of import said, word
from plimsoll.interfaces.pages import words, written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Field,
    Form,
    Heading,
    Moment,
    Panel,
    Said,
    Table,
    Timeline,
    board,
    chip,
    code,
    day,
    heads,
    instant,
    text,
)
from plimsoll.interfaces.pages.visit import Done, Go, Screen, Shown, Visit
from plimsoll.risk.measure.policy import model_policy
from plimsoll.units.refusal import Refused

TONES: Final = {"champion": "good", "standing": "good", "shadow": "wait", "approved": "wait", "validated": "wait"}
VALIDATE, APPROVE = "model.validate", "policy.activate"
DIGEST: Final = 12
STEPS: Final = {"validated": ("approve",), "approved": ("shadow",), "shadow": ("propose", "promote")}
"""The steps that may come next from each state, beside a measurement and an end."""
OF_VALIDATOR: Final = ("monitor", "validate", "propose")
MEASURED: Final = ("validate", "revalidate", "monitor")
LEVELS: Final = {"steady": "good", "alert": "warn", "act": "bad"}


def show_models(visit: Visit) -> Shown:
    """Show every model, and what is due for those in use."""
    store, today = visit.house.store, visit.today()
    dues = [
        (
            Cell(one.model.name, f"/models/{one.model.digest}", one.model.digest[:DIGEST]),
            chip(word(visit, "register.state", one.model.state), TONES.get(one.model.state, "")),
            text(word(visit, "model.due", item.what)),
            chip(written.day(item.by), "bad") if item.by < today.toordinal() else day(item.by),
            day(item.last),
        )
        for one in model_register.standing(store, model_policy(visit.house.rules, today))
        for item in one.dues
    ]
    due_heads = heads(visit, "register.name", "register.state", "model.due", "work.due", "model.due.last")
    columns = ("register.name", "register.state", "register.by", "register.since", "register.reason")
    rows = [_row(visit, one) for one in artefact_rows(store, "model")]
    panels = [
        Panel("", [Table(visit.t("nav.model"), heads(visit, *columns), rows, empty="register.none-model", is_list=True)]),
        Panel(visit.t("model.dues"), [Table(visit.t("model.dues"), due_heads, dues, empty="model.dues.none")], "due"),
    ]
    return board(Heading(visit.t("nav.model"), visit.t("register.lead-model")), panels)


def _row(visit: Visit, one: ArtefactRow) -> tuple[Cell, ...]:
    return (
        Cell(one.name, f"/models/{one.sha256}" if one.sha256 else "", one.sha256[:DIGEST]),
        chip(word(visit, "register.state", one.state), TONES.get(one.state, "")),
        text(one.by or one.made_by),
        instant(one.since),
        text(one.reason),
    )


def show_model(visit: Visit) -> Shown:
    """Show one model: its card, what was measured of it, its life, and what comes next."""
    found = _found(visit)
    if isinstance(found, Refused):
        return Refused("absent")
    one = found.artefact
    state = chip(word(visit, "register.state", one.state), TONES.get(one.state, ""))
    card = Table(
        visit.t("register.card"),
        heads(visit, "register.what", "register.said"),
        [(_card_name(visit, row.name), _card_value(visit, row.value)) for row in found.card],
        is_dense=True,
    )
    steps = [
        Moment(
            written.instant(step.at),
            f"{word(visit, 'policy.step', step.verb)} → {word(visit, 'register.state', step.after)}",
            step.reason,
            step.actor,
        )
        for step in reversed(found.steps)
    ]
    panels = [
        _drift(visit, found),
        _acts(visit, found),
        Panel(visit.t("register.life"), [Timeline(steps, "register.package")], "life", width="half"),
        Panel(visit.t("register.card"), [card], "card"),
    ]
    return board(Heading(one.name, one.sha256, [state], [(visit.t("nav.model"), "/models")]), panels)


def _card_name(visit: Visit, name: str) -> Cell:
    return Cell(visit.t(f"model.card.{name}")) if words.has(f"model.card.{name}") else code(name)


def _card_value(visit: Visit, value: str) -> Cell:
    """Give what a card says: a text of the house in words, parts by their names, the rest as it is written."""
    try:
        parts = json.loads(value)
    except ValueError:
        return said(visit, value)
    if not isinstance(parts, dict) or not all(isinstance(one, str | int | float) for one in parts.values()):
        return code(value)
    return text("; ".join(f"{_card_name(visit, name).text}: {said(visit, str(one)).text}" for name, one in parts.items()))


def _found(visit: Visit) -> ArtefactPage | Refused:
    return artefact_page(visit.house.store, "model", visit.path["digest"])


def _drift(visit: Visit, found: ArtefactPage) -> Panel:
    """Give what was measured, latest first: how far those scored have moved since the validation, how well it still tells."""
    rows = [_measured(visit, step) for step in reversed(found.steps) if step.verb in MEASURED and step.evidence]
    columns = ("model.measured", "model.psi?#", "model.auc?#", "model.level", "model.checks", "register.by")
    table = Table(visit.t("model.drift"), heads(visit, *columns), rows, empty="model.drift.none")
    return Panel(visit.t("model.drift"), [table], "drift")


def _measured(visit: Visit, step: StepRow) -> tuple[Cell, ...]:
    said: dict[str, Any] = json.loads(step.evidence)
    shift: dict[str, Any] = said.get("shift") or {}
    level = str(said.get("level", "")) or ("steady" if said.get("passed") else "act")
    checks = [check for check in said.get("checks", ()) if not check["ok"]]
    return (
        Cell(written.instant(step.at), under=word(visit, "policy.step", step.verb), tone="fixed"),
        _figure(said.get("psi", shift.get("psi"))),
        _figure(said.get("auc")),
        chip(word(visit, "model.level", level), LEVELS.get(level, "")),
        text("; ".join(f"{check['name']} {check['value']:.4g} ({check['bound']})" for check in checks if check["value"] is not None)),
        text(step.actor, under=str(said.get("about", {}).get("file", ""))),
    )


def _figure(value: Any) -> Cell:
    return Cell(written.ABSENT) if value is None else Cell(f"{float(value):.4f}", value=float(value))


def _acts(visit: Visit, found: ArtefactPage) -> Panel | None:
    """Give the steps that whoever looks may take now."""
    state, forms = found.artefact.state, list[Any]()
    reason = Field("reason", visit.t("form.reason"), is_wide=True)
    if state == "draft" and visit.may(VALIDATE):
        forms.append(_form(visit, "validate", (*_outcomes(visit), _text(visit, "split"), reason), said="model.validate.said"))
    if state in ("shadow", "champion") and visit.may(VALIDATE):
        fields = (
            Field("file", visit.t("model.file"), "file", ".csv,text/csv", hint=visit.t("model.file.hint"), is_wide=True),
            Field("target", visit.t("model.target"), is_needed=False, hint=visit.t("model.target.hint")),
            reason,
        )
        forms.append(_form(visit, "monitor", fields))
    for step in STEPS.get(state, ()):
        if visit.may(VALIDATE if step == "propose" else APPROVE):
            champion = model_register.champion_of(visit.house.store, found.artefact.name) if step == "propose" else None
            asked = (*_outcomes(visit), _text(visit, "decided"), reason) if champion is not None else (reason,)
            forms.append(_form(visit, step, asked, said="model.propose.said" if champion is not None else ""))
    if state not in ("retired", "standing") and visit.may(APPROVE):
        forms.append(_form(visit, "retire", (reason,), "btn-danger"))
    if state == "draft" and not forms:
        forms.append(Said("wait", visit.t("model.draft.next")))
    return Panel(visit.t("loan.acts"), forms, "acts", width="half") if forms else None


def _outcomes(visit: Visit) -> tuple[Field, ...]:
    """Give the fields of a file with outcomes."""
    file = Field("file", visit.t("model.outcomes"), "file", ".csv,text/csv", hint=visit.t("model.outcomes.hint"), is_wide=True)
    return file, _text(visit, "target"), _text(visit, "bad")


def _text(visit: Visit, name: str) -> Field:
    return Field(name, visit.t(f"model.{name}"), value=visit.form.get(name, ""), is_needed=False, hint=visit.t(f"model.{name}.hint"))


def _form(visit: Visit, act: str, fields: tuple[Field, ...], tone: str = "", said: str = "") -> Form:
    is_asked = visit.form.get("act") == act
    told = visit.t(said) if said else ""
    return Form(act, visit.t(f"model.{act}"), visit.t(f"model.{act}.do"), fields, told, tone=tone, is_open=is_asked)


def _do(visit: Visit) -> Done:
    """Take a step with a model, for somebody who may; the register keeps duties apart."""
    act, store, rules = visit.form["act"], visit.house.store, visit.house.rules
    allowed = visit.door.may(visit.who, VALIDATE if act in OF_VALIDATOR else APPROVE)
    if isinstance(allowed, Refused):
        return allowed
    held = model_register.model(store, visit.path["digest"])
    if isinstance(held, Refused):
        return Refused("absent")
    step = Step(visit.who.actor, visit.house.now(), visit.form.get("reason", ""))
    if act == "monitor":
        done = _measure(visit, held, step)
    elif act in ("validate", "propose"):
        done = _try(visit, held, step)
    elif act == "promote":
        done = model_register.promote(store, held, model_policy(rules, visit.today()), step)
    else:
        done = model_register.step(store, held, act, step)
    if isinstance(done, Refused):
        return done
    visit.house.look_again()
    return Go(f"/models/{held.digest}", "done.done")


def _try(visit: Visit, held: Artefact, step: Step) -> Artefact | Refused:
    """Validate a draft on the file that was brought, or propose a challenger on a comparison with the champion."""
    try:
        from plimsoll.app.modelling.measure import Under
        from plimsoll.app.modelling.outcome_file import Asked
        from plimsoll.app.modelling.trial import propose_compared, record_validated
    except ImportError:
        return Refused("extra_missing", "", "ml")

    rules, form = visit.house.rules, visit.form
    under = Under(model_policy(rules, visit.today()), rules.digest, visit.house.now())
    column, _, value = form.get("split", "").partition("=")
    split = (column.strip(), value.strip()) if column.strip() and value.strip() else None
    asked = Asked(form.get("target", "").strip(), tuple(form.get("bad", "").split()), split=split, decided=form.get("decided", "").strip())
    make = record_validated if form["act"] == "validate" else propose_compared
    return make(visit.house.store, held, form.get("file", "").encode(), asked, under, step)


def _measure(visit: Visit, held: Artefact, step: Step) -> Artefact | Refused:
    """Measure a model on the file that was brought."""
    try:
        from plimsoll.app.modelling.measure import Under
        from plimsoll.app.modelling.month import record_month
        from plimsoll.app.modelling.outcome_file import Asked
    except ImportError:
        return Refused("extra_missing", "", "ml")

    rules, target = visit.house.rules, visit.form.get("target", "").strip()
    under = Under(model_policy(rules, visit.today()), rules.digest, visit.house.now())
    asked = Asked(target) if target else None
    return record_month(visit.house.store, held.digest, visit.form.get("file", "").encode(), "month.csv", asked, under, step)


FORMS: Final = dict.fromkeys(("monitor", "validate", "approve", "shadow", "propose", "promote", "retire"), _do)
SCREENS: Final = (
    Screen("model", "/models", "model.read", "page.html", show_models),
    Screen("model-page", "/models/{digest}", "model.read", "page.html", show_model, FORMS),
)
