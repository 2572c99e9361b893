"""Open a package: as of which day its amounts stand, and under which licence it is sold."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.market import market_on
from plimsoll.disposal.package import OPENED
from plimsoll.disposal.token import SECRET_LENGTH, is_secret
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import EXPONENTS
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class OpenPackage:
    """Open a package. `secret`, 32 hexadecimal digits by chance, makes the names that stand for people until it is closed."""

    key: str
    subject: str
    on: date
    cut_off: date
    currency: str
    licence: str
    secret: str
    title: str = ""


def decide(dossier: Dossier, command: OpenPackage, rules: Rules) -> Written | Refused:
    """Begin its dossier; refuses package_exists, package_malformed, npl_sale_not_open."""
    if dossier.filings:
        return Refused("package_exists", "", dossier.subject)
    if command.currency not in EXPONENTS or command.licence not in rules.licences:
        return Refused("package_malformed", "", f"currency {command.currency!r}, licence {command.licence!r}")
    if command.cut_off > command.on:
        return Refused("package_malformed", "", f"cut-off {command.cut_off} after {command.on}")
    if not is_secret(command.secret):
        return Refused("package_malformed", "", f"a secret has {SECRET_LENGTH} hexadecimal digits")
    market = market_on(rules, command.on, command.licence)
    if isinstance(market, Refused):
        return market
    said = {
        "cut_off": command.cut_off.toordinal(),
        "currency": command.currency,
        "licence": command.licence,
        "secret": command.secret,
        "title": command.title,
    }
    return Written((NewFiling(OPENED, "", body_of(said)),), body_of({"package": dossier.subject, "state": "open"}))
