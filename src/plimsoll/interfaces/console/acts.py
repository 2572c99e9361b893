"""What may be done about a customer that has no place of its own: each verb as a form, with a preview of its effect, through the door.

Only what somebody may do is listed. The form is made of the fields of the command, in the words of the change that a checker reads.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from plimsoll.app.access.principal import Target
from plimsoll.app.access.verbs import VERBS
from plimsoll.app.approve.preview import Preview, preview
from plimsoll.app.approve.words import FIELDS
from plimsoll.app.show.loan import loans_of
from plimsoll.app.show.schedule import PayOff, pay_off
from plimsoll.app.wiring import ALL_COMMANDS
from plimsoll.collections import answer_dispute, decide_hardship
from plimsoll.collections.contact import TELLABLE
from plimsoll.disposal import decide_write_off
from plimsoll.interfaces.console.aims import customer_of
from plimsoll.interfaces.console.effect import effect_parts
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import Field, Form, Heading, Links, Panel, Text, board
from plimsoll.interfaces.pages.visit import Act, Done, Page, Screen, Shown, Visit
from plimsoll.monitoring.recall import REJECTED, UPHELD
from plimsoll.risk.credit.sanction import SANCTIONS
from plimsoll.risk.limitation import TOLD
from plimsoll.risk.litigation import STEPS
from plimsoll.rulebook.strategy import SKILLS
from plimsoll.treasury.move_share import WHY
from plimsoll.units.dates import parse_date
from plimsoll.units.money import parse_minor
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

_MONEY: Final = "repay prepay settle use_credit refund convert recover charge_off close_line"
_CARE: Final = """decide_hardship propose_plan agree_plan break_plan keep_plan dispute_record answer_dispute object_to_limit
withdraw_consent withdraw_application"""
_COLLECTING: Final = """note_outcome escalate_case cancel_promise tell_contact_fact record_interruption record_court_step apply_sanction
lift_sanction recall_early object_to_recall answer_recall enforce_recall give_adverse_notice confirm_notice"""
_RISK: Final = "mark_load_line review_limit propose_write_off decide_write_off transfer_claim put_back_claim move_share"
_BY_SUBJECT: Final = {"money": _MONEY, "care": _CARE, "collecting": _COLLECTING, "risk": _RISK}
OFFERED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({about: tuple(names.split()) for about, names in _BY_SUBJECT.items()})
"""Verbs by what they are about; those that a page of their own offers are not repeated."""
CHOICES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = MappingProxyType(
    {
        ("decide_hardship", "outcome"): decide_hardship.OUTCOMES,
        ("answer_dispute", "outcome"): answer_dispute.OUTCOMES,
        ("answer_recall", "outcome"): (UPHELD, REJECTED),
        ("decide_write_off", "outcome"): decide_write_off.OUTCOMES,
        ("recall_early", "ground"): ("purpose_breach", "fraud", "death", "long_default"),
        ("tell_contact_fact", "fact"): TELLABLE,
        ("record_interruption", "what"): tuple(TOLD),
        ("record_court_step", "step"): tuple(STEPS),
        ("apply_sanction", "sanction"): SANCTIONS,
        ("escalate_case", "skill"): SKILLS,
        ("move_share", "why"): WHY,
    }
)
GIVEN: Final = ("key", "customer_id", "on")
MINOR: Final = "_minor"
LONG: Final = ("reason",)
YES: Final = "yes"
ASK, LOOK = "ask", "look"
PREPAY, LOAN = "prepay", "loan"
EARLY: Final = (PREPAY, "settle")
"""Verbs that pay ahead of time: they are chosen by what they save. A pay-later account is settled, never prepaid."""


def offered(visit: Visit, customer_id: int) -> list[tuple[str, list[str]]]:
    """Give the verbs that somebody may ask for about a customer, by what they are about."""
    target = Target(customer_id)
    found = [(about, [name for name in names if visit.may(VERBS[name].permission, target)]) for about, names in OFFERED.items()]
    return [(about, names) for about, names in found if names]


def show(visit: Visit) -> Shown:
    """Show what may be done about a customer."""
    customer_id = int(visit.path["customer"])
    path, number = f"/customers/{customer_id}", visit.t("customer.number", {"n": customer_id})
    panels: list[Panel | None] = [
        Panel(
            visit.t(f"acts.{about}"), [Links([(word(visit, "verb", name), f"{path}/acts/{name}") for name in names])], about, width="half"
        )
        for about, names in offered(visit, customer_id)
    ]
    if not panels:
        panels.append(Panel("", [Text(visit.t("acts.none"))]))
    return board(Heading(visit.t("acts.title"), visit.t("acts.lead"), above=[(number, path)]), panels)


def show_one(visit: Visit) -> Shown:
    """Show the form of one verb; fields may be filled by the address."""
    return _page(visit, None)


def _page(visit: Visit, effect: Panel | None) -> Shown:
    name, customer_id = visit.path["verb"], int(visit.path["customer"])
    if not any(name in names for names in OFFERED.values()):
        return Refused("absent")
    allowed = visit.door.may(visit.who, VERBS[name].permission, Target(customer_id))
    if isinstance(allowed, Refused):
        return allowed
    path, title = f"/customers/{customer_id}", word(visit, "verb", name)
    above = [(visit.t("customer.number", {"n": customer_id}), path), (visit.t("acts.title"), f"{path}/acts")]
    asked = tuple(_field(visit, name, one) for one in fields(ALL_COMMANDS[name]) if one.name not in GIVEN)
    form = Form(ASK, "", title, asked, key=visit.form.get("key", ""), preview=LOOK, is_folded=False)
    return board(Heading(title, above=above), [effect, Panel("", [form], "act")])


def _field(visit: Visit, verb: str, one: Any) -> Field:
    """Give the field of a form for a field of a command."""
    name, label = one.name, _label(visit, one.name)
    is_needed = one.default is MISSING and one.default_factory is MISSING
    value = visit.form.get(name, visit.query.get(name, "")[:200])
    options = CHOICES.get((verb, name))
    if options is not None:
        told = [(code, word(visit, "choice", code)) for code in options]
        return Field(name, label, "choice", value, told if is_needed else [("", "–"), *told], is_needed=is_needed)
    if name == "loan_id":
        told = _loans(visit, verb)
        return Field(name, label, "choice", value, told if is_needed else [("", "–"), *told], is_needed=is_needed)
    if one.type is bool:
        return Field(name, label, "check", YES, is_needed=False)
    kind = "money" if name.endswith(MINOR) else "number" if one.type is int else "day" if one.type in (date, date | None) else "text"
    if name == "currency":
        value = value or "CNY"
    is_long = name in LONG
    return Field(name, label, kind, value, is_needed=is_needed, is_wide=is_long, longest=500 if is_long else 200)


def _loans(visit: Visit, verb: str) -> list[tuple[str, str]]:
    """Give the loans that a verb may be about; of those that are paid ahead of time what that saves today, the most first."""
    store, customer_id, today = visit.house.store, int(visit.path["customer"]), visit.today().toordinal()
    loans = loans_of(store, customer_id, today)
    named = {row.loan_id: f"{word(visit, 'product', row.product)} {row.loan_id}" for row in loans}
    if verb not in EARLY:
        return [(str(loan_id), name) for loan_id, name in named.items()]
    offs = [pay_off(store, customer_id, row.loan_id, today) for row in loans if row.kind == LOAN or verb != PREPAY]
    found = sorted((one for one in offs if not isinstance(one, Refused)), key=lambda one: (-one.saved_minor, one.loan_id))
    return [(str(one.loan_id), f"{named[one.loan_id]} · {_saves(visit, one)}") for one in found]


def _saves(visit: Visit, off: PayOff) -> str:
    if off.saved_minor <= 0:
        return visit.t("acts.saves.nothing")
    return visit.t("acts.saves", {"amount": written.money(off.saved_minor, off.currency)})


def _label(visit: Visit, name: str) -> str:
    """Give what a field is called: as a checker reads it, else as the catalogue has it."""
    told = FIELDS.get(name)
    if told is not None:
        en, zh = told
        return visit.told(zh, en[:1].upper() + en[1:])
    return visit.t(f"field.{name}")


def _command(visit: Visit) -> Any:
    """Make the command that a form asks for. Raises Malformed field_malformed and what amounts, days and rates do."""
    made = ALL_COMMANDS[visit.path["verb"]]
    values: dict[str, Any] = {"key": visit.form.get("key", ""), "customer_id": int(visit.path["customer"]), "on": visit.today()}
    currency = visit.form.get("currency", "").strip() or "CNY"
    for one in fields(made):
        said = visit.form.get(one.name, "").strip()
        if one.name in GIVEN or (not said and one.type is not bool and _is_optional(one)):
            continue
        values[one.name] = _read(one, said, currency)
    return made(**values)


def _is_optional(one: Any) -> bool:
    return one.default is not MISSING or one.default_factory is not MISSING


def _read(one: Any, said: str, currency: str) -> Any:
    """Read one field as its type asks."""
    if one.name.endswith(MINOR):
        return parse_minor(said, currency)
    if one.type is bool:
        return said == YES
    if one.type is int:
        if not (said.isascii() and said.isdigit() and len(said) < 18):
            raise Malformed("field_malformed", repr(said)[:30], key=one.name)
        return int(said)
    if one.type in (date, date | None):
        return parse_date(said)
    if one.type in (Rate, Rate | None):
        return Rate.parse(said)
    return tuple(said.split()) if one.type == tuple[str, ...] else said


def _ask(visit: Visit) -> Done:
    if not any(visit.path["verb"] in names for names in OFFERED.values()):
        return Refused("absent")
    return Act(_command(visit), "done.done", f"/customers/{visit.path['customer']}", visit.form.get("reason", ""))


def _look(visit: Visit) -> Done:
    """Show what a command would do; nothing is written."""
    name = visit.path["verb"]
    if not any(name in names for names in OFFERED.values()):
        return Refused("absent")
    allowed = visit.door.may(visit.who, VERBS[name].permission, Target(int(visit.path["customer"])))
    found = allowed if isinstance(allowed, Refused) else preview(visit.house, _command(visit), visit.who.actor)
    if not isinstance(found, Preview):
        return found
    shown = _page(visit, Panel(visit.t("effect.title"), effect_parts(visit, found.effect), "effect"))
    return Page("page.html", shown) if isinstance(shown, dict) else Refused("absent")


PATH: Final = "/customers/{customer:int}/acts"
SCREENS: Final = (
    Screen("customer-acts", PATH, "customer.read", "page.html", show, target=customer_of),
    Screen("customer-act", f"{PATH}/{{verb}}", "customer.read", "page.html", show_one, {ASK: _ask, LOOK: _look}, target=customer_of),
)
