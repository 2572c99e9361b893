"""Confirm a sale: somebody else than who decided the tender signs for it, with the contract."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.market import market_on
from plimsoll.disposal.tender import find_tender
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

SOLD, NEGOTIATED = "sold", "negotiated"


@dataclass(frozen=True, slots=True)
class ConfirmSale:
    """Confirm the sale; `contract` is the reference of what both sides signed."""

    key: str
    subject: str
    on: date
    contract: str


def decide(dossier: Dossier, command: ConfirmSale, rules: Rules) -> Written | Refused:
    """Put it on record, while the pilot is open: the contract is the sale, and what follows only performs it.

    Refuses tender_unknown, tender_not_ready, npl_sale_not_open, maker_cannot_check, contract_missing.
    """
    tender = find_tender(dossier.filings, dossier.subject, SOLD, NEGOTIATED)
    if isinstance(tender, Refused):
        return tender
    market = market_on(rules, max(command.on, dossier.now.date()), tender.licence)
    if isinstance(market, Refused):
        return market
    if tender.decided_by == dossier.actor:
        return Refused("maker_cannot_check", "", f"{dossier.actor} decided it")
    if not command.contract.strip():
        return Refused("contract_missing", "", dossier.subject)
    return Written((NewFiling("tender.confirmed", "", body_of({"contract": command.contract})),), body_of({"state": "confirmed"}))
