"""Sell a package: the sale of its tender is confirmed and paid."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.package import SOLD, find_package
from plimsoll.disposal.tender import KIND as TENDER
from plimsoll.disposal.tender import find_tender
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class SellPackage:
    """Sell a package by its tender."""

    key: str
    subject: str
    on: date
    tender: str


def others(command: SellPackage) -> tuple[tuple[str, str], ...]:
    """Give the dossier of the tender, which it reads."""
    return ((TENDER, command.tender),)


def decide(dossier: Dossier, command: SellPackage, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the buyer and the price on record; refuses package_unknown, package_not_ready, tender_unknown, tender_not_ready."""
    package = find_package(dossier.filings, dossier.subject, "frozen")
    if isinstance(package, Refused):
        return package
    tender = find_tender(dossier.others[TENDER, command.tender], command.tender, "paid")
    if isinstance(tender, Refused):
        return tender
    if tender.package != dossier.subject:
        return Refused("tender_not_ready", "", f"{command.tender} is about {tender.package}")
    buyer, price_minor = tender.decision["winner"], tender.decision["price_minor"]
    said = {"tender": command.tender, "buyer": buyer, "price_minor": price_minor, "contract": tender.contract}
    answer = {"state": "sold", "buyer": buyer, "price": text_of(price_minor, package.currency)}
    return Written((NewFiling(SOLD, "", body_of(said)),), body_of(answer))
