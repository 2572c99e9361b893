"""Freeze a package: nothing goes in or out any more, and its digest says what is sold."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.package import FROZEN, digest_of, find_package
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import Body, NewFiling, body_of, read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class FreezePackage:
    """Freeze it with the sheet that is published; its loans, principal and interest have to be those of the package."""

    key: str
    subject: str
    on: date
    sheet: Body


def decide(dossier: Dossier, command: FreezePackage, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the digest and the sheet on record; refuses package_unknown, package_not_ready, package_differs."""
    package = find_package(dossier.filings, dossier.subject, "open")
    if isinstance(package, Refused):
        return package
    sheet = read_body(NewFiling(FROZEN, "", command.sheet))
    wanted = {
        "cut_off": date.fromordinal(package.cut_off).isoformat(),
        "currency": package.currency,
        "loans": len(package.loans),
        "borrowers": len({loan.customer_id for loan in package.loans}),
        "principal": text_of(sum(loan.principal_minor for loan in package.loans), package.currency),
        "interest": text_of(sum(loan.interest_minor for loan in package.loans), package.currency),
    }
    for name, value in wanted.items():
        if sheet.get(name) != value:
            return Refused("package_differs", "", f"{name}: the sheet tells {sheet.get(name)!r}, the package {value!r}")
    if not package.loans:
        return Refused("package_differs", "", "it holds no loan")
    digest = digest_of(package.loans)
    said = {"digest": digest, "sheet": sheet}
    answer = {"package": dossier.subject, "state": "frozen", "digest": digest, "loans": len(package.loans)}
    return Written((NewFiling(FROZEN, "", body_of(said)),), body_of(answer))
