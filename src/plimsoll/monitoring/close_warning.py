"""End an early warning with its outcome: what was done, and what became of the customer."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, WorkItem, body_of, read_body
from plimsoll.monitoring.raise_warning import ENDED, QUEUE, RAISED, standing_warning
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"line+file:{RAISED},{ENDED}"
OUTCOMES: Final = ("late", "calm", "paid-off", "plan", "mistaken")


@dataclass(frozen=True, slots=True)
class CloseWarning:
    """End the warning that stands; `done` says in a word what was done."""

    key: str
    customer_id: int
    on: date
    outcome: str
    done: str = ""


def decide(book: Book, command: CloseWarning, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Record the outcome; refuses customer_unknown, warning_missing, watch_input_unknown."""
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    standing = standing_warning(book.filings)
    if standing is None:
        return Refused("warning_missing", "", f"customer {command.customer_id}")
    if command.outcome not in OUTCOMES:
        return Refused("watch_input_unknown", "", f"{command.outcome!r}, one of {', '.join(OUTCOMES)}")
    is_held_out = read_body(standing)["is_held_out"]
    said = {"outcome": command.outcome, "done": command.done, "days": command.on.toordinal() - standing.on, "is_held_out": is_held_out}
    work = () if is_held_out else (WorkItem(QUEUE, "", "done", 0, "", "", f"{command.outcome}"),)
    return Decision(filings=(NewFiling(ENDED, "", body_of(said)),), work=work, answer=body_of(said))
