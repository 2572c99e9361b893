"""Note how the buyer of a package behaves: a report about it, who has to look into it and by when, its answer, and how it ended."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.conduct import ABOUT, ASSIGNED, ENDS, FOLLOWS, OPEN, reports_of
from plimsoll.disposal.package import CONDUCT, find_package
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed, Refused


@dataclass(frozen=True, slots=True)
class NoteConduct:
    """Note a report under an id (`state` open, with what it is about and the loan, 0 for none), who has it, or what became of it.

    `handler` is who has to look into it, and may be told with every step; `assigned` tells it alone. `remedy` says how the report ended
    and why (needed where it is upheld or rejected), without personal data.
    """

    key: str
    subject: str
    on: date
    report_id: str
    state: str
    about: str = ""
    loan_id: int = 0
    remedy: str = ""
    handler: str = ""


def decide(dossier: Dossier, command: NoteConduct, rules: Rules) -> Written | Refused:
    """Put it on record; a new report is due POLICY.TRANSFER.CONDUCT days later.

    Refuses package_unknown, package_not_ready (nothing was transferred yet), conduct_malformed (a state or subject that is not known, no
    id, a step that does not follow, nobody assigned), reason_missing (an end without one), claim_not_sold (the loan did not go over, or
    came back).
    """
    package = find_package(dossier.filings, dossier.subject, "transferred")
    if isinstance(package, Refused):
        return package
    known = reports_of(dossier.filings).get(command.report_id)
    stands, handler = known.state if known else "", command.handler.strip()
    if not command.report_id.strip() or command.state not in FOLLOWS or stands not in FOLLOWS[command.state]:
        return Refused("conduct_malformed", "", f"{command.state!r} after {stands!r}; states: {', '.join(FOLLOWS)}")
    if command.state == OPEN and command.about not in ABOUT:
        return Refused("conduct_malformed", "", f"{command.about!r}; one of: {', '.join(ABOUT)}")
    if command.state == ASSIGNED and not handler:
        return Refused("conduct_malformed", "", "assigned to nobody")
    if command.state in ENDS and not command.remedy.strip():
        return Refused("reason_missing", "", f"{command.state} {command.report_id}")
    stays = {*(int(loan_id) for loan_id in package.transfer["held_back"]), *package.returned}
    went = {loan.loan_id: loan.customer_id for loan in package.loans if loan.loan_id not in stays}
    if command.state == OPEN and command.loan_id and command.loan_id not in went:
        return Refused("claim_not_sold", "", f"loan {command.loan_id}, {dossier.subject!r}")
    said = {"state": command.state, "about": command.about, "loan_id": command.loan_id, "remedy": command.remedy, "handler": handler}
    if command.state == OPEN:
        days = rules.whole("POLICY.TRANSFER.CONDUCT", command.on)
        if days is None:
            raise Malformed("rule_not_in_force", f"POLICY.TRANSFER.CONDUCT on {command.on}")
        said |= {"due_on": command.on.toordinal() + days, "customer_id": went.get(command.loan_id, 0)}
    return Written(
        (NewFiling(CONDUCT, command.report_id, body_of(said)),), body_of({"report_id": command.report_id, "state": command.state})
    )
