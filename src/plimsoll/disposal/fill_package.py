"""Fill a package with a part of its loans."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.package import FILLED, find_package, read_loans
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import Body, NewFiling, body_of, read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class FillPackage:
    """Add loans: `loans` is a JSON object with a list of rows under `loans`.

    A row is customer, loan, principal, interest and fees in minor units, days past due, what it is worth kept and sold.
    """

    key: str
    subject: str
    on: date
    part: int
    loans: Body


def decide(dossier: Dossier, command: FillPackage, rules: Rules) -> Written | Refused:
    """Put the part on record.

    Refuses package_unknown, package_not_ready, package_part_malformed, package_part_exists, package_loan_twice, package_loan_too_young.
    """
    package = find_package(dossier.filings, dossier.subject, "open")
    if isinstance(package, Refused):
        return package
    part = f"part {command.part}"
    if any(filing.kind == FILLED and filing.subject == part for filing in dossier.filings):
        return Refused("package_part_exists", "", part)
    loans = read_loans(command.loans, read_body(NewFiling(FILLED, part, command.loans)))
    if isinstance(loans, Refused):
        return loans
    known = {loan.loan_id for loan in package.loans}
    for loan in loans:
        if loan.loan_id in known:
            return Refused("package_loan_twice", "", f"loan {loan.loan_id}")
        known.add(loan.loan_id)
    least = rules.whole("POLICY.DISPOSAL.DAYS", command.on, package.licence) or 0
    young = next((loan for loan in loans if loan.days < least), None)
    if young is not None:
        return Refused("package_loan_too_young", "POLICY.DISPOSAL.DAYS", f"loan {young.loan_id}: {young.days} days, from {least}")
    rows = [list(loan) for loan in loans]
    return Written((NewFiling(FILLED, part, body_of({"loans": rows})),), body_of({"part": command.part, "loans": len(rows)}))
