"""A customer's file in memory: verbs that only put things on record, decided one after another as the executor would."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from plimsoll.app.wiring import COMMANDS, WIRING, read_command
from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import Filing, WorkItem
from plimsoll.rulebook.rules import Rules, load
from plimsoll.units.refusal import Refused

MORNING = timedelta(hours=9)


class File:
    """The file of one customer, the row of the queue for each subject, and the last messages."""

    def __init__(self, opened_on: str = "2026-12-01", rules: Rules | None = None) -> None:
        self.rules = rules or load()
        self.book = Book(1, date.fromisoformat(opened_on).toordinal(), None, ())
        self.work: dict[tuple[str, str], WorkItem] = {}
        self.said: list[tuple[str, str]] = []
        self.keys = 0

    def run(self, name: str, on: str, actor: str = "somebody", at: str = "", **fields: object) -> Decision | Refused:
        """Do a command written as text; `at` is the time of day, nine o'clock where it is not told."""
        self.keys += 1
        command = read_command({"key": f"k{self.keys}", "customer_id": 1, "on": on, **fields}, name)
        now = datetime.fromisoformat(f"{on}T{at or '09:00'}").replace(tzinfo=UTC)
        return self.do(command, actor, now)

    def do(self, command: Any, actor: str, now: datetime) -> Decision | Refused:
        """Do a command; a refusal leaves the file as it was."""
        verb = WIRING[COMMANDS[WIRING[type(command)].name]]
        decision = verb.decide(self.book._replace(actor=actor, now=now), command, self.rules)
        if isinstance(decision, Refused):
            return decision
        assert isinstance(decision, Decision)
        first = len(self.book.filings) + 1
        filings = [
            Filing(n, one.kind, one.subject, command.on.toordinal(), now, actor, one.body) for n, one in enumerate(decision.filings, first)
        ]
        self.book = self.book._replace(
            filings=(*self.book.filings, *filings),
            line=decision.line or self.book.line,
            load_line=decision.load_line or self.book.load_line,
        )
        self.work |= {(item.kind, item.subject): item for item in decision.work}
        self.said = list(decision.messages)
        return decision
