"""Dossiers in memory: commands decided one after another as the executor would, a refusal leaving everything as it was."""

from datetime import UTC, datetime
from typing import Any

from plimsoll.app.wiring import DOSSIER_COMMANDS, DOSSIER_WIRING, read_command
from plimsoll.loan.dossier import DOSSIERS, ENTRIES, Dossier, Written
from plimsoll.loan.filing import Filing, read_body
from plimsoll.rulebook.rules import Rules, load
from plimsoll.units.refusal import Refused


class Dossiers:
    """All dossiers of a house."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or load()
        self.filings: dict[tuple[str, str], tuple[Filing, ...]] = {}
        self.keys = 0

    def run(self, name: str, subject: str, at: str, actor: str = "somebody", /, **fields: object) -> Written | Refused:
        """Do a command written as text, at an instant such as "2026-11-03T09:00"."""
        self.keys += 1
        command = read_command({"key": f"k{self.keys}", "subject": subject, "on": at[:10], **fields}, name)
        return self.do(command, datetime.fromisoformat(at).replace(tzinfo=UTC), actor)

    def do(self, command: Any, now: datetime, actor: str = "somebody") -> Written | Refused:
        """Do a command."""
        verb = DOSSIER_WIRING[type(command)]
        assert DOSSIER_COMMANDS[verb.name] is type(command)
        assert verb.kind in DOSSIERS
        own = (verb.kind, command.subject)
        others = {name: self.filings.get(name, ()) for name in verb.others(command)}
        saying = verb.saying(command)
        if saying is not None:
            others |= {
                name: filings
                for name, filings in self.filings.items()
                if name[0] == saying.kind
                and any(one.kind == saying.entry and read_body(one).get(saying.field) == saying.text for one in filings)
            }
        before = self.filings.get(own, ())
        written = verb.decide(Dossier(*own, before, others, actor, now), command, self.rules)
        if isinstance(written, Refused):
            return written
        assert all(new.kind in ENTRIES for new in written.filings)
        added = [
            Filing(n, new.kind, new.subject, command.on.toordinal(), now, actor, new.body)
            for n, new in enumerate(written.filings, len(before) + 1)
        ]
        self.filings[own] = (*before, *added)
        return written

    def of(self, kind: str, subject: str) -> tuple[Filing, ...]:
        """Give the entries of a dossier."""
        return self.filings.get((kind, subject), ())
