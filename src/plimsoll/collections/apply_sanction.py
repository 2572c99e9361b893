"""Let a sanction fall on somebody who does not pay, after notice and by the table of sanctions: use restricted, or the default reported."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.give_adverse_notice import default_of
from plimsoll.loan.book import LINE_FROZEN, Book, Decision, find_live_line
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.risk.credit.sanction import APPLIED, READS_FILE, REPORT, RESTRICT, SANCTIONS, has_applied, pass_sanction, restricted_by
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = f"loan+facts+{READS_FILE}"


@dataclass(frozen=True, slots=True)
class ApplySanction:
    """Apply one sanction (report, restrict_use) because of a loan's default."""

    key: str
    customer_id: int
    on: date
    sanction: str
    loan_id: int


def decide(book: Book, command: ApplySanction, rules: Rules) -> Decision | Refused:
    """Restrict the use of the line on both products, or let the default's record go out with the next report; either goes on file.

    A line that is frozen for another reason stays frozen for it when the sanction is lifted. Refuses customer_unknown, line_missing,
    line_closed, sanction_unknown, loan_unknown, nothing_past_due, sanction_standing, and by the table what `pass_sanction` refuses.
    """
    line = find_live_line(book)
    if isinstance(line, Refused):
        return line
    if command.sanction not in SANCTIONS:
        return Refused("sanction_unknown", "", f"{command.sanction!r}; one of: {', '.join(SANCTIONS)}")
    held = next((one for one in book.loans if one.loan_id == command.loan_id), None)
    if held is None:
        return Refused("loan_unknown", "", f"loan {command.loan_id}")
    found = default_of(held, command.on)
    if isinstance(found, Refused):
        return found
    default, overdue_minor, days = found
    is_standing = command.sanction == RESTRICT and restricted_by(book.filings) is not None
    if is_standing or (command.sanction == REPORT and has_applied(book.filings, REPORT, held.loan_id, default.late_on)):
        return Refused("sanction_standing", "", f"{command.sanction}, loan {held.loan_id}")
    passed = pass_sanction(book.filings, command.sanction, held.loan_id, days, default.late_on, command.on, rules)
    if isinstance(passed, Refused):
        return passed
    said = {
        "sanction": command.sanction,
        "loan_id": held.loan_id,
        "late_on": default.late_on,
        "late_days": days,
        "overdue_minor": overdue_minor,
        "rule": passed.rule,
        "arrived_on": passed.arrived_on,
        "was_frozen": line.status == LINE_FROZEN,
    }
    answer = body_of({"sanction": command.sanction, "loan_id": held.loan_id, "rule": passed.rule})
    applied = NewFiling(APPLIED, command.sanction, body_of(said))
    if command.sanction == REPORT:
        return Decision(filings=(applied,), answer=answer)
    told = body_of({"customer_id": command.customer_id, "on": command.on.isoformat(), "sanction": RESTRICT, "rule": passed.rule})
    return Decision(line=line._replace(status=LINE_FROZEN), filings=(applied,), messages=(("sanction_applied", told),), answer=answer)
