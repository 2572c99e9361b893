"""A contract as PDF, or as pictures of its pages: from the customer's file and the vault, set by typst."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_of
from plimsoll.app.fonts import find_fonts, font_folders
from plimsoll.app.keyring import Keyring
from plimsoll.app.vault import Vault
from plimsoll.protection.contract import contract_of
from plimsoll.protection.mask import CARD, ID_NUMBER, NAME, PHONE
from plimsoll.protection.plan_contract import PLAN, plan_contract_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

TEMPLATE: Final = Path(__file__).with_name("documents") / "contract.typ"
PARTIES: Final = (NAME, ID_NUMBER, PHONE, CARD)
PIXELS_PER_INCH: Final = 110


def contract_data(
    store: Store, customer_id: int, about: str, language: str, rules: Rules, at: datetime, keyring: Keyring | None
) -> dict[str, Any] | Refused:
    """Give the contract about a debt of a customer as plain values; without keys of the vault the borrower is a number.

    About "plan:ID" it is the agreement on a plan. Refuses disclosure_missing, contract_altered, contract_not_translatable, plan_unknown,
    plan_not_ready.
    """
    parties = ({} if keyring is None else _parties(Vault(store, keyring), customer_id)) or {"": f"{customer_id}"}
    filings = filings_of(store, customer_id)
    if about.startswith(PLAN):
        return plan_contract_of(filings, about.removeprefix(PLAN), parties, language, rules)
    return contract_of(filings, about, parties, language, rules, at)


def _parties(vault: Vault, customer_id: int) -> dict[str, str]:
    """Give what the contract shows of the borrower, masked."""
    held = {one.field: one.masked for one in vault.show(customer_id) if not one.ref}
    return {field: held[field] for field in PARTIES if field in held}


def contract_pdf(data: Mapping[str, Any], at: datetime) -> bytes | Refused:
    """Set a contract as one PDF, the same bytes for the same data and instant; refuses font_missing."""
    pdf = _set(data, at, "pdf")
    assert not isinstance(pdf, list), "a PDF is one file"
    return pdf


def contract_pages(data: Mapping[str, Any], at: datetime) -> list[bytes] | Refused:
    """Set a contract as pictures (PNG), one a page; refuses font_missing."""
    pages = _set(data, at, "png")
    return [pages] if isinstance(pages, bytes) else pages


def _set(data: Mapping[str, Any], at: datetime, form: str) -> bytes | list[bytes] | Refused:
    """Let typst set the template; the values come in as JSON and are never read as markup."""
    import typst

    form_of: Any = form
    said = json.dumps(data, ensure_ascii=False)
    fonts = find_fonts(said)
    if isinstance(fonts, Refused):
        return fonts
    found: bytes | list[bytes] = typst.compile(
        TEMPLATE.read_bytes(),
        format=form_of,
        ppi=PIXELS_PER_INCH if form == "png" else None,
        font_paths=typst.Fonts(font_paths=font_folders()),
        sys_inputs={"data": said, "fonts": "|".join(fonts)},
        timestamp=at.replace(microsecond=0),  # typst takes whole seconds only
    )
    return found
