"""The contract of a loan: the summary, every word of it, and the proof that its costs were read; on the page, and as PDF to keep."""

from importlib.util import find_spec
from typing import Any, Final

from plimsoll.app.contract import contract_data, contract_pdf
from plimsoll.interfaces.borrower.costs import told
from plimsoll.interfaces.borrower.me import loan_of, screen
from plimsoll.interfaces.pages import parts
from plimsoll.interfaces.pages.parts import Fact, Facts, Heading, Links, Panel, Part, Text
from plimsoll.interfaces.pages.visit import File, Shown, Visit
from plimsoll.units.refusal import Refused

SETS_PDF: Final = "typst"
"""What sets a PDF, of the extra `documents`; without it the contract is read on the page."""


def contract(visit: Visit) -> dict[str, Any] | Refused:
    """Give the contract of the loan in the address as plain values; refuses as `contract_data` does, and absent for no loan of theirs."""
    house = visit.house
    keyring = house.vault.keyring if house.vault is not None else None
    about = str(loan_of(visit))
    return contract_data(house.store, visit.who.customer_id, about, visit.speech, house.rules, house.now(), keyring)


def _page(visit: Visit) -> Shown:
    said = contract(visit)
    if isinstance(said, Refused):
        return Refused("absent") if said.code == "disclosure_missing" else said
    labels = said["labels"]
    head: list[Part] = [
        Facts(_facts([*said["borrower"], [labels["lender"], said["lender"]["lender"]]] if "lender" in labels else said["borrower"]))
    ]
    if find_spec(SETS_PDF) is not None:
        head.append(Links(((visit.t("b.contract.pdf"), f"/loans/{loan_of(visit)}/contract.pdf"),)))
    panels = [
        Panel("", head),
        Panel(visit.t("b.sign.summary"), [Facts(_facts([row for row in said["summary"] if row[0]])), *_lines(said["summary"])]),
        Panel(visit.t("b.read.title"), [Facts(_facts(said["costs"]))]),
        *(Panel(heading, [Text(text)]) for heading, text in said["articles"]),
        Panel(visit.t("b.contract.proof"), [Facts(_facts(said["proof"]))]),
    ]
    above = ((visit.t("b.nav.loans"), "/loans"),)
    return parts.board(Heading(said["title"], f"{said['number']} · {said['on']}", above=above), panels)


def _facts(rows: list[list[str]]) -> list[Fact]:
    return [told(label, text) for label, text in rows]


def _lines(rows: list[list[str]]) -> list[Part]:
    return [Text(text) for label, text in rows if not label]


def _pdf(visit: Visit) -> Shown:
    said = contract(visit)
    if isinstance(said, Refused) or find_spec(SETS_PDF) is None:
        return Refused("absent")
    made = contract_pdf(said, visit.house.now())
    return made if isinstance(made, Refused) else File(f"contract-{loan_of(visit)}.pdf", "application/pdf", made)


SCREENS: Final = (
    screen("b-contract", "/loans/{loan:int}/contract", "loan.read", _page),
    screen("b-contract-pdf", "/loans/{loan:int}/contract.pdf", "loan.read", _pdf),
)
