"""Note what came of a contact with a case, by one code of the list: the gate counts it, and the case comes back when the code says so."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections import record_outcome
from plimsoll.collections.case import FOLLOWED, READS_CASE, find_case
from plimsoll.collections.contact import FACT
from plimsoll.collections.open_case import after
from plimsoll.collections.record_outcome import RecordOutcome
from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.outcome_code import load
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = f"{record_outcome.READS},{READS_CASE}"
NOTED: Final = "case.contacted"


@dataclass(frozen=True, slots=True)
class NoteOutcome:
    """Say what came of a contact, by a code of `policy/collections/outcomes.yaml`. `call_back_on` is a day that was agreed on."""

    key: str
    customer_id: int
    on: date
    contact_id: str
    code: str
    recording: str = ""
    call_back_on: date | None = None

    @property
    def outcome(self) -> str:
        """Give what the gate counts it as, "" for a code that is not known."""
        known = load()
        return known[self.code].gate if self.code in known else ""


def decide(book: Book, command: NoteOutcome, rules: Rules) -> Decision | Refused:
    """Put the outcome on record, and bring the case back on the day of its code, or on the one agreed on; the answer says what comes next.

    Refuses contact_outcome_unknown, follow_up_out_of_reach (a day that is past), case_not_open, and what recording an outcome refuses.
    """
    codes = load()
    if command.code not in codes:
        return Refused("contact_outcome_unknown", "", f"{command.code!r}; one of: {', '.join(codes)}")
    code = codes[command.code]
    recorded = record_outcome.decide(
        book, RecordOutcome(command.key, command.customer_id, command.on, command.contact_id, code.gate, command.recording), rules
    )
    if isinstance(recorded, Refused):
        return recorded
    case = find_case(book)
    if isinstance(case, Refused):
        return case
    if command.call_back_on is not None and command.call_back_on < command.on:
        return Refused("follow_up_out_of_reach", "", f"{command.call_back_on}, on {command.on}")
    days = (command.call_back_on - command.on).days if command.call_back_on is not None else code.days
    due_on = command.on.toordinal() + days if days or command.call_back_on is not None else 0
    noted = NewFiling(NOTED, case.case_id, body_of({"contact_id": command.contact_id, "code": code.code}))
    follow = NewFiling(FOLLOWED, case.case_id, body_of({"due_on": due_on, "reason": code.code}))
    said = {"fact": code.fact, "person": "", "number": "", "about": command.contact_id, "reason": code.code}
    told_gate = (NewFiling(FACT, code.fact, body_of(said)),) if code.fact else ()
    decision = after(book, (*recorded.filings, *told_gate, noted, follow), command.on)
    told = {
        "contact_id": command.contact_id,
        "code": code.code,
        "outcome": code.gate,
        "next": code.next,
        "follow_up_on": date.fromordinal(due_on).isoformat() if due_on else "",
    }
    return Decision(filings=decision.filings, work=(*recorded.work, *decision.work), answer=body_of(told))
