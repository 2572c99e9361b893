"""Try a table on applications of the past, in the place of the present table of its name: what a table is activated on.

The trial of a large book takes minutes, so a server begins it and tells how far it is (`Trials`); what it found is kept while the
server runs, and goes on the register with the approval that rests on it.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from plimsoll.app.governed import find, steps
from plimsoll.app.house import House
from plimsoll.app.policy_tables import report_text, table_of, tables_in_use
from plimsoll.app.population import Population, stored_population
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.table.backtest import Backtest, backtest
from plimsoll.rulebook.table.lifecycle import KIND
from plimsoll.rulebook.table.table import Table
from plimsoll.rulebook.underwriting import compile_tables, in_force
from plimsoll.units.refusal import Malformed, Refused

DAYS_BACK: Final = 365
"""How far back the decisions on record are read where nothing else is asked for."""
KEPT_MAX: Final = 20
"""Trials that a server keeps; the oldest goes first."""
RUNNING_MAX: Final = 2
RUNNING, DONE, FAILED = "running", "done", "failed"


class Under(NamedTuple):
    """Under what tables are tried: the rules of a day, for a kind of lender."""

    rules: Rules
    on: date
    licence: str


class Tried(NamedTuple):
    """What a trial found, its report as JSON has it, and the present tables that the applications lack columns for."""

    found: Backtest
    report: dict[str, Any]
    left_out: tuple[str, ...]


def try_table(table: Table, present: Sequence[Table], population: Population, under: Under) -> Tried | Refused:
    """Try a table. Refuses population_empty; raises Malformed population_malformed where no application has a column of the table."""
    if not population.rows:
        return Refused("population_empty", "", table.name)
    absent = [column.name for column in table.columns if column.name in population.absent]
    if absent:
        raise Malformed("population_malformed", f"no column {', '.join(absent)}", key=table.name)
    kept = [one for one in present if one.name == table.name or not any(column.name in population.absent for column in one.columns)]
    compiled = compile_tables(kept, *under)
    found = backtest(compile_tables((table,), *under)[0], compiled, population.rows)
    return Tried(found, found.report(), tuple(one.name for one in present if one not in kept))


@dataclass(slots=True)
class Trial:
    """A trial that a server runs: how far it is, and what it found."""

    digest: str
    since: date
    through: date
    actor: str
    state: str = RUNNING
    read: int = 0
    """Applications that have been read."""
    tried: Tried | None = None
    refused: Refused | None = None

    def count(self) -> None:
        """Note that one more application was read."""
        self.read += 1


class Trials:
    """What is tried in one process, by the digest of the table: the last trial of each."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._kept: dict[str, Trial] = {}
        self._threads: list[threading.Thread] = []

    def begin(self, named: str, actor: str, since: date | None = None) -> Trial | Refused:
        """Begin to try a table of the register on the decisions since a day. Refuses artefact_unknown, backtest_busy."""
        held = find(self._house.store, KIND, named)
        if isinstance(held, Refused):
            return held
        table, through = table_of(held), self._house.today()
        with self._lock:
            running = [one for one in self._kept.values() if one.state == RUNNING]
            same = next((one for one in running if one.digest == held.digest), None)
            if same is not None:
                return same
            if len(running) >= RUNNING_MAX:
                return Refused("backtest_busy", "", f"{len(running)}")
            trial = Trial(held.digest, since or through - timedelta(days=DAYS_BACK), through, actor)
            self._kept.pop(held.digest, None)
            self._kept[held.digest] = trial
            for old in [digest for digest, one in self._kept.items() if one.state != RUNNING][: max(0, len(self._kept) - KEPT_MAX)]:
                del self._kept[old]
        thread = threading.Thread(target=self._run, args=(trial, table), name="back-test", daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()
        return trial

    def of(self, digest: str) -> Trial | None:
        """Give the last trial of a table, None where there is none."""
        return self._kept.get(digest)

    def wait(self, timeout_s: float) -> None:
        """Wait until nothing runs any more, at most so long for each."""
        for one in list(self._threads):
            one.join(timeout_s)

    def close(self) -> None:
        """Let what runs end before the book is closed."""
        self.wait(60)

    def _run(self, trial: Trial, table: Table) -> None:
        try:
            found = try_on_record(self._house, table, trial)
        except Malformed as wrong:
            found = Refused(wrong.code, "", wrong.detail)
        except Exception:
            trial.state = FAILED
            raise
        if isinstance(found, Refused):
            trial.refused, trial.state = found, FAILED
        else:
            trial.tried, trial.state = found, DONE


def trials_of(house: House) -> Trials:
    """Give the trials of a house; made once, closed with it."""
    return house.part("trials", lambda: Trials(house))


def report_at_hand(house: House, digest: str) -> str:
    """Give the report that a table can be activated on, as JSON text: of the last trial here, else what went on the register with its
    approval; "" where there is neither."""
    trial = trials_of(house).of(digest)
    if trial is not None and trial.tried is not None:
        return report_text(trial.tried.report)
    return next((step.evidence for step in reversed(steps(house.store, digest)) if step.verb == "approve" and step.evidence), "")


def try_on_record(house: House, table: Table, trial: Trial) -> Tried | Refused:
    """Try a table on the decisions on record between two days, beside what is in force on the later; the trial tells how far it is.

    Refuses population_empty; raises Malformed population_malformed.
    """
    under = Under(house.rules, trial.through, house.rules.lender.licence)
    present = in_force(tables_in_use(house.store), *under)
    population = stored_population(house.store, trial.since, trial.through, (table, *present), house.rules, trial.count)
    return try_table(table, present, population, under)
