"""Withdraw a package that is not sold: its loans are free for another one."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.package import WITHDRAWN, find_package
from plimsoll.disposal.tender import live_tender, tenders_of
from plimsoll.loan.dossier import Dossier, Saying, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class WithdrawPackage:
    """Withdraw a package, with the reason."""

    key: str
    subject: str
    on: date
    reason: str


def saying(command: WithdrawPackage) -> Saying:
    """Give what the tenders of the package say, which it reads."""
    return tenders_of(command.subject)


def decide(dossier: Dossier, command: WithdrawPackage, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record; refuses package_unknown, package_not_ready, reasons_missing, package_in_tender."""
    package = find_package(dossier.filings, dossier.subject, "open", "frozen")
    if isinstance(package, Refused):
        return package
    if not command.reason.strip():
        return Refused("reasons_missing")
    tender = live_tender(dossier.others, dossier.subject)
    if tender:
        return Refused("package_in_tender", "", f"{dossier.subject} in {tender}")
    answer = body_of({"package": dossier.subject, "state": "withdrawn"})
    return Written((NewFiling(WITHDRAWN, "", body_of({"reason": command.reason})),), answer)
