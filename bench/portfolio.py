"""Vintages and roll rates of ten million loan-months: by DuckDB, by pandas, by Spark; and of a million moves by transitionMatrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bench.ran import plimsoll
from bench.report import Goal, Result
from bench.rivals import transition_matrix
from bench.setting import Setting, Unavailable
from bench.timing import Contestant, ratio, take_turns
from plimsoll.app.tape.reading import Order, Tape, open_tape
from plimsoll.portfolio.expressions.strings import moves_text
from plimsoll.portfolio.expressions.vintage import hits_text
from plimsoll.portfolio.rolls import matrices, pasts
from plimsoll.portfolio.source import TABLE
from plimsoll.portfolio.vintage import curves_of

TITLE = "vintages and roll rates of a tape, with history"
THREADS: Final = 2
WHOLE_S, PANDAS_TIMES, RIVAL_TIMES, PEAK_MIB = 3.0, 3.0, 500.0, 4096
OURS, PANDAS, SPARK, RIVAL = "plimsoll, DuckDB", "pandas", "plimsoll, Spark local[2]", "transitionMatrix 0.5.1"
LIFE, OPENINGS, FIRST_YEAR = 20, 24, 2024
STATES = 8
MAP = """\
layout: long
loan: loan
currency: CNY
period: {column: day, as: date}
opened: {column: opened, as: date}
past_due_days: days
balance: balance
originated: lent
"""


@dataclass(frozen=True, slots=True)
class Made:
    """A made-up tape: its folder and map, rows, and the states of its loans month by month of their lives."""

    folder: Path
    map: Path
    rows: int
    states: np.ndarray
    opened: np.ndarray

    def order(self, engine: str) -> Order:
        """Return what opens it."""
        return Order(str(self.folder), str(self.map), engine=engine, master=f"local[{THREADS}]", threads=THREADS)


def make(folder: Path, loans: int, openings: int) -> Made:
    """Write a tape: a file a month with the loans in order, each opened in one of the first months and seen for twenty."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    chance = np.random.default_rng(20_261_122)
    opened = chance.integers(0, openings, loans)
    states = np.zeros((loans, LIFE), np.int8)
    for age in range(1, LIFE):
        before, drawn = states[:, age - 1], chance.random(loans)
        worse = np.where(before == 0, drawn < 0.03, drawn < 0.6)
        better = (before > 0) & (drawn > 0.75)
        states[:, age] = np.where(better, 0, np.where(worse, np.minimum(before + 1, 7), before))
    lent = chance.integers(100_000, 1_000_000, loans)
    first = np.datetime64(f"{FIRST_YEAR}-01", "M")
    for month in range(openings + LIFE - 1):
        here = np.flatnonzero((opened <= month) & (month < opened + LIFE))
        age = month - opened[here]
        day = (first + month + 1).astype("datetime64[D]") - 1
        late = states[here, age].astype(np.int32)
        columns = {
            "loan": here,
            "day": np.full(len(here), day),
            "opened": (first + opened[here]).astype("datetime64[D]"),
            "days": np.where(late > 0, late * 30 - 15, 0).astype(np.int32),
            "balance": lent[here] * (LIFE - age) // LIFE,
            "lent": lent[here],
        }
        path = folder / f"day={day}" / "tape.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(pa.table(columns), path, compression="zstd")
    map_path = folder.with_suffix(".yaml")
    map_path.write_text(MAP, "utf-8")
    return Made(folder, map_path, loans * LIFE, states, opened)


def asked(bare: Tape) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Return the rows of both questions, after making curves and matrices of them. The loans are read from the files each time."""
    tape = bare.holding()
    hits, moves = tape.ask(hits_text(tape.source)), tape.ask(moves_text(tape.source))
    for event in range(3):
        curves_of(hits, event, tape.source.months, "month")
    matrices(moves, value=5)
    pasts(moves)
    return hits, moves


def same_as_pandas(tape: Tape, made: Made) -> Callable[[], int]:
    """Return the turn of pandas, after holding its figures to ours."""
    from bench.rivals import pandas_tape

    hits, moves = asked(tape)
    table = pandas_tape.read(made.folder)
    ours: Counter[tuple[int, ...]] = Counter()
    for row in hits:
        ours[row[0], *row[2:5]] += row[6]
    theirs = pandas_tape.vintages(table)
    assert ours == {key: row[0] for key, row in theirs.items()}, "vintages differ"
    for place in range(3):
        assert sum(row[8 + place] for row in hits) == sum(row[2 + place] for row in theirs.values()), "money late differs"
    assert {(row[0], *row[2:5]): row[5] for row in moves} == pandas_tape.rolls(table), "roll rates differ"

    def turn() -> int:
        again = pandas_tape.read(made.folder)
        pandas_tape.vintages(again)
        pandas_tape.rolls(again)
        return made.rows

    return turn


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with loan-months a second, the seconds of the whole, memory, and the ratios to every rival."""
    setting.step("portfolio: making a tape")
    made = make(setting.fresh("portfolio") / "tape", setting.size(25_000, 500_000), OPENINGS)
    with open_tape(made.order("duckdb")) as tape:
        whole(setting, result, tape, made)
    for part in (
        lambda: against_transition_matrix(setting, result),
        lambda: on_spark(setting, result, made),
        lambda: commands(setting, result, made),
    ):
        try:
            part()
        except (Unavailable, ModuleNotFoundError) as missing:
            result.skipped.append(str(missing))


def whole(setting: Setting, result: Result, tape: Tape, made: Made) -> None:
    """Time both questions beside pandas."""

    def ours() -> int:
        asked(tape)
        return made.rows

    contestants = [Contestant(OURS, ours)]
    try:
        contestants.append(Contestant(PANDAS, same_as_pandas(tape, made)))
    except ModuleNotFoundError as missing:
        result.skipped.append(f"the package {missing.name} is not installed")
    measured = take_turns(contestants, setting.size(2, 5), step=setting.step)
    result.add(measured, "loan-month", ours=OURS)
    result.goals.append(Goal(f"seconds for {made.rows:,} loan-months", measured[0].seconds(), WHOLE_S, at_most=True))
    if len(measured) > 1:
        result.goals.append(Goal(f"× {PANDAS}", ratio(*measured), PANDAS_TIMES))


def against_transition_matrix(setting: Setting, result: Result) -> None:
    """Time roll rates alone of a complete panel that both have in memory, after holding the two matrices equal to 1e-9."""
    loans = setting.size(2_000, 1_000_000 // (LIFE - 1) + 1)
    panel = make(setting.fresh("portfolio-panel") / "tape", loans, 1)
    months = np.tile(np.arange(LIFE), loans)
    states = transition_matrix.frame(np.repeat(np.arange(loans), LIFE), months, panel.states.reshape(-1))
    moves = loans * (LIFE - 1)
    with open_tape(panel.order("duckdb")) as tape:
        tape.ask(f"CREATE TEMP TABLE held AS SELECT * FROM {TABLE}")
        tape.ask(f"CREATE OR REPLACE TEMP VIEW {TABLE} AS SELECT * FROM held")
        text = moves_text(tape.source)
        (matrix,) = matrices(tape.ask(text), value=5)
        shares = np.array([[share or 0.0 for share in row[:STATES]] for row in matrix.shares()])
        theirs = transition_matrix.estimate(states, STATES)
        assert np.abs(shares - theirs).max() < 1e-9, "the matrices differ"

        def ours() -> int:
            matrices(tape.ask(text), value=5)
            return moves

        def rival() -> int:
            transition_matrix.estimate(states, STATES)
            return moves

        measured = take_turns([Contestant(f"{OURS}, rolls", ours), Contestant(RIVAL, rival)], setting.size(1, 3), step=setting.step)
    result.add(measured, "move", ours=f"{OURS}, rolls")
    result.goals.append(Goal(f"× {RIVAL} on {moves:,} moves", ratio(*measured), RIVAL_TIMES))


def on_spark(setting: Setting, result: Result, made: Made) -> None:
    """Time Spark on the same questions, and hold its rows to those of DuckDB. Starting Java is not in the figure."""
    with open_tape(made.order("duckdb")) as tape, open_tape(made.order("spark")) as spark:
        assert asked(spark) == asked(tape), "the engines differ"

        def turn(one: Tape) -> Callable[[], int]:
            return lambda: len(asked(one)) and made.rows

        contestants = [Contestant(f"{OURS} again", turn(tape)), Contestant(SPARK, turn(spark))]
        measured = take_turns(contestants, setting.size(1, 3), step=setting.step)
    result.add(measured, "loan-month", ours=f"{OURS} again")
    result.notes.append(f"Spark gave equal rows; DuckDB is {ratio(*measured):.1f} times as fast on this machine")


def commands(setting: Setting, result: Result, made: Made) -> None:
    """Run both commands as a user does, soundness of the tape and start of Python included, and see what memory they take.

    On Spark that is Python and Java together, and Java takes what it is given.
    """
    for engine, said, names in (("duckdb", "on DuckDB", ("vintage", "rolls")), ("spark", "on Spark, Java included", ("rolls",))):
        peak = 0.0
        for name in names:
            setting.step(f"portfolio: plimsoll portfolio {name} {said}")
            log = setting.folder / f"portfolio-{name}-{engine}.log"
            where = ["--tape", str(made.folder), "--map", str(made.map), "--engine", engine, "--master", f"local[{THREADS}]"]
            ran = plimsoll(["portfolio", name, *where], log)
            peak = max(peak, ran.peak_mib)
            result.notes.append(f"`plimsoll portfolio {name}` {said}, tape checked: {ran.wall_s:.1f} s, {ran.peak_mib:,.0f} MiB")
        result.goals.append(Goal(f"most memory of a command {said}, MiB", peak, PEAK_MIB, at_most=True))
