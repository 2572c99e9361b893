"""Pay the buyer of a package what is its own: money that came since the cut-off, and the price of loans that were held back."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.package import PAID_BUYER, find_package
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class PayBuyer:
    """The payment to the buyer; `ref` is its number."""

    key: str
    subject: str
    on: date
    amount_minor: int
    currency: str
    ref: str = ""


def decide(dossier: Dossier, command: PayBuyer, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record, exactly what the closing of the package says; refuses package_unknown, package_not_ready, currency_must_match,
    price_differs (another amount, nothing is due, or it was paid).
    """
    package = find_package(dossier.filings, dossier.subject, "transferred")
    if isinstance(package, Refused):
        return package
    if command.currency != package.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the package in {package.currency}")
    due = package.transfer["to_buyer_minor"] - package.paid_buyer_minor
    if command.amount_minor != due or not due:
        asked, came = (text_of(minor, package.currency) for minor in (due, command.amount_minor))
        return Refused("price_differs", "", f"{came} of {asked} {package.currency}")
    said = body_of({"minor": due, "ref": command.ref})
    return Written((NewFiling(PAID_BUYER, "", said),), body_of({"paid": text_of(due, package.currency)}))
