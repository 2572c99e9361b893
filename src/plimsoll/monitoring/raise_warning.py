"""Put an early warning on a customer's file and before a person; one who is held out is only put on file, and nothing is done."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import Filing, NewFiling, WorkItem, body_of, of_kind
from plimsoll.monitoring.warn import watch_policy
from plimsoll.risk.score.split import is_chosen
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.signal import ACTIONS, load
from plimsoll.units.refusal import Refused

RAISED, ENDED = "warning.raised", "warning.closed"
READS = f"line+file:{RAISED},{ENDED}"
QUEUE = "warning"
OUT_OF_TURN: Final = 0
"""The rank of a warning that was raised between two month's ends, by events: nobody was ranked."""
FIRST: Final = 1_000_000
"""Its place in the queue: no chance is told of it, and it is of yesterday."""


@dataclass(frozen=True, slots=True)
class RaiseWarning:
    """Warn of a customer: the rank and the chance (per million) of the month, the raised signals, and the action recommended.

    Rank 0 is a warning out of turn, by events between two month's ends: nobody was ranked, and no chance is told.
    """

    key: str
    customer_id: int
    on: date
    rank: int
    chance_ppm: int
    signals: tuple[str, ...] = ()
    action: str = "remind"


def decide(book: Book, command: RaiseWarning, rules: Rules) -> Decision | Refused:
    """Record the warning; refuses customer_unknown, warning_exists, watch_input_unknown."""
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    unknown = [name for name in command.signals if name not in load().by_name]
    if unknown or command.action not in ACTIONS:
        return Refused("watch_input_unknown", "", ", ".join(unknown) or command.action)
    if standing_warning(book.filings) is not None:
        return Refused("warning_exists", "", f"customer {command.customer_id}")
    is_held_out = is_chosen(command.customer_id, watch_policy(rules, command.on).held_out)
    said = {
        "rank": command.rank,
        "chance_ppm": command.chance_ppm,
        "signals": list(command.signals),
        "action": command.action,
        "is_held_out": is_held_out,
    }
    work = () if is_held_out else (_row(command),)
    return Decision(filings=(NewFiling(RAISED, "", body_of(said)),), work=work, answer=body_of({"is_held_out": is_held_out}))


def _row(command: RaiseWarning) -> WorkItem:
    is_ranked = command.rank != OUT_OF_TURN
    note = f"{command.action}, rank {command.rank}" if is_ranked else f"{command.action}, out of turn"
    return WorkItem(QUEUE, "", "open", command.chance_ppm if is_ranked else FIRST, "", "", note)


def standing_warning(filings: tuple[Filing, ...]) -> Filing | None:
    """Give the warning that stands, None where none does."""
    raised, ended = of_kind(filings, RAISED), of_kind(filings, ENDED)
    return raised[-1] if raised and (not ended or ended[-1].n < raised[-1].n) else None
