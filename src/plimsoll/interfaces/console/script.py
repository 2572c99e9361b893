"""What to say in a call, as it can be read out: with the name as far as one may see it, and amounts as people say them."""

from typing import Final

from plimsoll.app.case_desk import Shown as CaseShown
from plimsoll.app.show.personal import masked_rows
from plimsoll.collections.contact_rules import CALL
from plimsoll.interfaces.console.reveal import may_reveal, revealed
from plimsoll.interfaces.pages.parts import Fact, Facts, Field, Form, Panel, Part, Said, text
from plimsoll.interfaces.pages.visit import Visit
from plimsoll.protection.mask import NAME
from plimsoll.units.refusal import Refused

PLACE: Final = "{name}"
"""What the scripts of the house leave open: whom one asks for."""


def panel(visit: Visit, found: CaseShown, name: str = "") -> Panel | None:
    """Give the script of the next action, part by part; `name` is the customer's where it was just shown whole."""
    if not found.script:
        return None
    spoken = name or _masked(visit, found.book.customer_id) or visit.t("case.script.somebody")
    is_message = len(found.script) == 1
    rows = [
        Fact(visit.t(f"case.script.{'message' if is_message else part}"), text(said.replace(PLACE, spoken)))
        for part, said in found.script.items()
    ]
    parts: list[Part] = [Facts(rows)]
    if found.next.channel not in ("", CALL):
        parts.insert(0, Said("", visit.t("case.script.machine")))
    elif not name and any(PLACE in said for said in found.script.values()) and may_reveal(visit, found.book.customer_id):
        why = Field("reason", visit.t("form.reason"), value=visit.t("case.script.why", {"case": found.case.case_id}))
        parts.append(Form("name", visit.t("case.name"), visit.t("case.name.do"), (why,), visit.t("personal.reveal.said")))
    return Panel(visit.t("case.script"), parts, "script", width="half")


def name_of(visit: Visit, customer_id: int) -> str | Refused:
    """Give the customer's name whole for the reason of a form; refuses as `reveal.revealed`."""
    return revealed(visit, customer_id, NAME, visit.form.get("reason", ""))


def _masked(visit: Visit, customer_id: int) -> str:
    """Give the name as everybody who may see the customer sees it, "" where none is held."""
    vault = visit.house.vault
    return "" if vault is None else next((one.masked for one in masked_rows(vault, customer_id) if one.field == NAME), "")
