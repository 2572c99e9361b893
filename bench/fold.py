"""As-of states of a column of loans: our kernel compiled and interpreted, Polars, and a loop that knows only this product."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from bench.columns import Loans, Minor, due_days, make_up
from bench.ours import Life, answers, compiled, histories, interpreted, lives
from bench.report import Goal, Result
from bench.rivals import one_product_loop, polars_states
from bench.setting import Setting
from bench.timing import Contestant, begin_peak, peak_bytes, ratio, take_turns
from plimsoll.loan.columns import Folded, Histories

TITLE = "as-of states of loans with 12 instalments and what was repaid"
CHUNK = 1_000_000
INTERPRETED = 1_000
MEMORY_MIB = 2048
THREADS = 2
OURS, ONE_CORE, PLAIN = "plimsoll, two cores", "plimsoll, one core", "plimsoll, interpreted"
POLARS, POLARS_FIRST = "Polars, the fastest plan found", "Polars, as first written"
OF_PLAIN, STATES_PER_S, OF_POLARS = 30, 3_000_000, 3.0


@dataclass(slots=True)
class Chunks:
    """The loans of the present round in the shape each contestant likes best, and what each answered."""

    size: int
    seed: int = 0
    loans: Loans = field(init=False)
    repayments: pl.DataFrame = field(init=False)
    table: pl.DataFrame = field(init=False)
    found: list[pl.DataFrame] = field(default_factory=list)
    filled: Minor = field(init=False)
    lived: list[Life] = field(init=False)
    histories: Histories = field(init=False)
    folded: Folded | None = None
    plain: list[list[int]] = field(init=False)

    def turn_page(self) -> None:
        """Make up the next chunk; not timed."""
        self.seed += 1
        self.loans = make_up(self.size, self.seed)
        self.repayments = polars_states.long(self.loans)
        self.table = polars_states.frame(self.loans, self.repayments)
        self.lived = lives(self.loans, INTERPRETED)
        self.histories = histories(self.loans)

    def check(self) -> None:
        """See that everybody gave the same state for every loan, to the minor unit; what they were given is let go of first."""
        del self.loans, self.repayments, self.table, self.lived, self.histories
        while self.found:
            assert np.array_equal(self.filled, self.found.pop().sort("loan").drop("loan").to_numpy()), self.seed
        assert self.folded is not None
        assert np.array_equal(self.filled, answers(self.folded.out)), self.seed
        assert not self.folded.codes.any()
        assert np.array_equal(self.filled[:INTERPRETED], answers(np.array(self.plain))), self.seed


def rivals(chunks: Chunks) -> list[Contestant]:
    """Return Polars and the hand-written loop over the loans of the present chunk."""
    days, calendar = due_days(), polars_states.calendar()

    def polars() -> int:
        chunks.found.append(polars_states.states(chunks.table, calendar))
        return chunks.found[-1].height

    def polars_first() -> int:
        chunks.found.append(polars_states.states_first_written(chunks.table, chunks.repayments))
        return chunks.found[-1].height

    def loop() -> int:
        chunks.filled = one_product_loop.run(chunks.loans, days)
        return chunks.loans.count()

    def plain() -> int:
        chunks.plain = interpreted(chunks.lived)
        return len(chunks.plain)

    def fast(threads: int) -> int:
        chunks.folded = compiled(chunks.histories, threads, chunks.folded)
        return chunks.loans.count()

    return [
        Contestant(OURS, lambda: fast(THREADS)),
        Contestant(ONE_CORE, lambda: fast(1)),
        Contestant(PLAIN, plain),
        Contestant(POLARS, polars),
        Contestant(POLARS_FIRST, polars_first),
        Contestant("compiled loop, this product only", loop),
    ]


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with loans a second, chunk by chunk so that memory stays bounded."""
    total, size = setting.size(1_000_000, 10_000_000), setting.size(250_000, CHUNK)
    before = begin_peak()
    few = make_up(10, 0)
    one_product_loop.run(few, due_days())
    compiled(histories(few), 1)
    chunks = Chunks(size)

    def next_chunk() -> None:
        if chunks.seed:
            chunks.check()
        chunks.turn_page()
        setting.step(f"fold: {chunks.seed * size:,} of {total:,} loans")

    measured = take_turns(rivals(chunks), total // size, between=next_chunk)
    chunks.check()
    result.add(measured, "loan", ours=OURS)
    found = {one.name: one for one in measured}
    result.goals.append(Goal("compiled, one core: × interpreted", ratio(found[ONE_CORE], found[PLAIN]), OF_PLAIN))
    result.goals.append(Goal("as-of states a second on two cores", found[OURS].rate(), STATES_PER_S))
    for name in (POLARS, POLARS_FIRST):
        result.goals.append(Goal(f"× {name}", ratio(found[OURS], found[name]), OF_POLARS))
    peak = (peak_bytes() - before) / 2**20
    result.notes.append(f"{total:,} loans in chunks of {size:,}; all answers equal")
    result.goals.append(Goal("peak memory beyond what was held before, MiB", peak, MEMORY_MIB, at_most=True))
