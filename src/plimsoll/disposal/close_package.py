"""Close the transfer of a package: what went over, what was held back, and what both sides pay each other to the last unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from plimsoll.disposal.market import market_on
from plimsoll.disposal.package import TRANSFERRED, Package, find_package, shares_of
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import Body, NewFiling, body_of, read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class ClosePackage:
    """Close it with the account of the transfer.

    `account` is a JSON object: `transferred_minor` (shares of the price of the loans that went over), `passed_on_minor` (money that came
    in for them since the cut-off), `held_back` (loans that did not go over, with the reason), `digest` (of the hand-over file).
    """

    key: str
    subject: str
    on: date
    account: Body


def decide(dossier: Dossier, command: ClosePackage, rules: Rules) -> Written | Refused:
    """Put the account on record: the shares of the loans held back go back to the buyer, what came in since the cut-off goes to him.

    Refuses package_unknown, package_not_ready, transfer_differs.
    """
    package = find_package(dossier.filings, dossier.subject, "sold")
    if isinstance(package, Refused):
        return package
    said: dict[str, Any] = read_body(NewFiling(TRANSFERRED, "", command.account))
    held_back = said.get("held_back")
    if not isinstance(held_back, dict) or not all(type(said.get(name)) is int for name in ("transferred_minor", "passed_on_minor")):
        return Refused("transfer_differs", "", "transferred_minor, passed_on_minor and held_back are needed")
    loans = sorted(package.loans, key=lambda loan: loan.loan_id)
    shares = dict(zip([loan.loan_id for loan in loans], shares_of(package.price_minor, [loan.weight_minor for loan in loans]), strict=True))
    unknown = set(held_back) - {str(loan_id) for loan_id in shares}
    back_minor = sum(minor for loan_id, minor in shares.items() if str(loan_id) in held_back)
    if unknown or said["transferred_minor"] + back_minor != package.price_minor or said["passed_on_minor"] < 0:
        detail = f"{said['transferred_minor']} and {back_minor} held back are not {package.price_minor}"
        return Refused("transfer_differs", "", detail)
    market = market_on(rules, date.fromordinal(dossier.filings[0].on), package.licence)
    account = {
        "buyer": package.buyer,
        "contract": package.contract,
        "loans": len(loans) - len(held_back),
        "held_back": held_back,
        "transferred_minor": said["transferred_minor"],
        "passed_on_minor": said["passed_on_minor"],
        "back_minor": back_minor,
        "to_buyer_minor": said["passed_on_minor"] + back_minor,
        "digest": str(said.get("digest", "")),
        "is_resale_forbidden": not isinstance(market, Refused) and market.is_resale_forbidden,
        "put_back_days": rules.whole("POLICY.TRANSFER.PUT_BACK", command.on) or 0,
    }
    return Written((NewFiling(TRANSFERRED, "", body_of(account)),), _answer(account, package.currency))


def account_of(package: Package) -> str:
    """Give what the closing of a transferred package answered."""
    return _answer(package.transfer, package.currency)


def _answer(account: Mapping[str, Any], currency: str) -> Body:
    amounts = {name: text_of(account[f"{name}_minor"], currency) for name in ("transferred", "passed_on", "back", "to_buyer")}
    return body_of({"state": "transferred", "loans": account["loans"], "held_back": len(account["held_back"])} | amounts)
