"""What a town's house tells the credit bureau: of those who agreed, the late are told before, and a file of the month goes out after."""

import json
from collections import Counter
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import RowOutcome, execute_many
from plimsoll.app.wiring import WIRING
from plimsoll.collections.confirm_notice import ConfirmNotice
from plimsoll.collections.give_adverse_notice import GiveAdverseNotice
from plimsoll.protection.withdraw_consent import WithdrawConsent
from plimsoll.risk.credit.month import WINDOWS
from plimsoll.rulebook.rules import Rules
from plimsoll.simulator.diary import Commands
from plimsoll.simulator.enter import REPORTED
from plimsoll.simulator.town import ACTOR, Town
from plimsoll.units.refusal import Refused

TELLER: Final = "bureau"
"""Who gives notices and makes the file."""
TOLD_DAYS: Final = 17
"""Days before the last one on which notices are given: longer than the days that they have to wait once they arrived."""
WHY: Final = "wants nothing more reported"
NINE: Final = time(1, tzinfo=UTC)
"""In China."""


class Reporter:
    """Tells the late of a town that they will be reported, and puts on record that it arrived; one who agreed thinks otherwise."""

    def __init__(self, town: Town, last: int, threads: int = 1) -> None:
        self.town = town
        self.tells_on = last - TOLD_DAYS
        self.threads = threads
        self.notices: list[tuple[int, str]] = []

    def is_wanted(self, day: int) -> bool:
        """Tell whether notices are given, or arrived, on a day."""
        return day in (self.tells_on, self.tells_on + 1)

    def do(self, store: Store, day: int) -> None:
        """Give notice of every default of those who agreed; the day after, record that the notices were delivered."""
        if day == self.tells_on:
            self._tell(store, date.fromordinal(day))
        else:
            self._confirm(store, date.fromordinal(day))

    def _agreed(self) -> set[int]:
        return self.town.door.reported if self.town.door is not None else set()

    def _tell(self, store: Store, on: date) -> None:
        from plimsoll.app.in_default import to_be_told  # needs the extra `fast`

        agreed = self._agreed()
        commands = [
            GiveAdverseNotice(f"notice:{one.loan_id}:{on}", one.customer_id, on, one.loan_id)
            for one in to_be_told(store, on, self.threads)
            if one.customer_id in agreed
        ]
        for command, outcome in zip(commands, self._give(store, commands, on, TELLER), strict=True):
            if isinstance(outcome, Answer):
                self.notices.append((command.customer_id, json.loads(outcome.text)["notice_id"]))

    def _confirm(self, store: Store, on: date) -> None:
        told = [
            ConfirmNotice(f"arrived:{notice_id}", customer_id, on, notice_id, proof=f"inbox:{notice_id}")
            for customer_id, notice_id in self.notices
        ]
        self._give(store, told, on, TELLER)
        on_time = sorted(self._agreed() - {customer_id for customer_id, _ in self.notices})
        withdrawn = [WithdrawConsent(f"withdraw:{one}", one, on, REPORTED, WHY) for one in on_time[:1]]
        self._give(store, withdrawn, on, ACTOR)

    def _give(self, store: Store, commands: Commands, on: date, actor: str) -> list[RowOutcome]:
        outcomes = list(execute_many(store, WIRING, commands, actor=actor, now=datetime.combine(on, NINE), rules=self.town.rules))
        self.town.answered(commands, outcomes, on.toordinal())
        return outcomes


def file_month(store: Store, last: date, on: date, folder: Path, rules: Rules, threads: int = 1) -> dict[str, Any]:
    """Report the month that ends on a day, and write its file; give where it is, how many records, and what was left out or not told."""
    from plimsoll.app.bureau import left_out_of, records_of, report_month  # needs the extra `fast`
    from plimsoll.app.bureau_file import write_records

    month, now = f"{last:%Y-%m}", datetime.combine(on, NINE)
    done = report_month(store, WIRING, month, WINDOWS[0], on=on, now=now, actor=TELLER, rules=rules, threads=threads)
    refused = Counter(outcome.code for _, outcome in done if isinstance(outcome, Refused))
    path = folder / f"bureau-{month}.csv"
    written = write_records(path, records_of(store, month))
    return {
        "file": str(path),
        "records": sum(written.kinds.values()),
        "adverse": written.adverse,
        "left_out": dict(Counter(str(one["why"]) for _, one in left_out_of(store, month)).most_common()),
        "not_told": dict(refused.most_common()),
    }
