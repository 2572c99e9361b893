"""Note how the buyer of a package behaves: a report about it, its answer, and whether the report was upheld."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.conduct import ABOUT, FOLLOWS, OPEN, reports_of
from plimsoll.disposal.package import CONDUCT, find_package
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class NoteConduct:
    """Note a report under an id (`state` open, with what it is about and the loan, 0 for none), or what became of it.

    `remedy` says what was done, without personal data.
    """

    key: str
    subject: str
    on: date
    report_id: str
    state: str
    about: str = ""
    loan_id: int = 0
    remedy: str = ""


def decide(dossier: Dossier, command: NoteConduct, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put it on record.

    Refuses package_unknown, package_not_ready (nothing was transferred yet), conduct_malformed (a state or subject that is not known, no
    id, a step that does not follow), claim_not_sold (the loan did not go over, or came back).
    """
    package = find_package(dossier.filings, dossier.subject, "transferred")
    if isinstance(package, Refused):
        return package
    known = reports_of(dossier.filings).get(command.report_id)
    stands = known.state if known else ""
    if not command.report_id.strip() or command.state not in FOLLOWS or stands not in FOLLOWS[command.state]:
        return Refused("conduct_malformed", "", f"{command.state!r} after {stands!r}; states: {', '.join(FOLLOWS)}")
    if command.state == OPEN and command.about not in ABOUT:
        return Refused("conduct_malformed", "", f"{command.about!r}; one of: {', '.join(ABOUT)}")
    went = {loan.loan_id for loan in package.loans} - {int(loan_id) for loan_id in package.transfer["held_back"]} - {*package.returned}
    if command.state == OPEN and command.loan_id and command.loan_id not in went:
        return Refused("claim_not_sold", "", f"loan {command.loan_id}, {dossier.subject!r}")
    said = {"state": command.state, "about": command.about, "loan_id": command.loan_id, "remedy": command.remedy}
    return Written(
        (NewFiling(CONDUCT, command.report_id, body_of(said)),), body_of({"report_id": command.report_id, "state": command.state})
    )
