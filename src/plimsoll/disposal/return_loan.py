"""Note in a package that a loan came back from its buyer, within the window; the loan itself is put back by `put_back_claim`."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.package import RETURNED, find_package
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class ReturnLoan:
    """A loan that came back."""

    key: str
    subject: str
    on: date
    loan_id: int
    reason: str


def decide(dossier: Dossier, command: ReturnLoan, rules: Rules) -> Written | Refused:
    """Put it on record; refuses package_unknown, package_not_ready, claim_not_sold, reasons_missing, put_back_too_late."""
    package = find_package(dossier.filings, dossier.subject, "transferred")
    if isinstance(package, Refused):
        return package
    inside = {loan.loan_id for loan in package.loans} - {int(loan_id) for loan_id in package.transfer["held_back"]}
    if command.loan_id not in inside or command.loan_id in package.returned:
        return Refused("claim_not_sold", "", f"loan {command.loan_id}, {dossier.subject!r}")
    if not command.reason.strip():
        return Refused("reasons_missing")
    days = rules.whole("POLICY.TRANSFER.PUT_BACK", date.fromordinal(package.transferred_on)) or 0
    if command.on.toordinal() > package.transferred_on + days:
        return Refused("put_back_too_late", "POLICY.TRANSFER.PUT_BACK", f"sold on {date.fromordinal(package.transferred_on)}, {days} days")
    said = body_of({"loan_id": command.loan_id, "reason": command.reason})
    return Written((NewFiling(RETURNED, str(command.loan_id), said),), body_of({"loan_id": command.loan_id}))
