"""Decisions of one table of 50 rows over six columns: our compiled table with its trace, beside zen-engine with and without one."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from bench.report import Goal, Result
from bench.rivals.zen_table import ask_with
from bench.setting import Setting
from bench.timing import Contestant, ratio, take_turns
from plimsoll.rulebook.table.ask import Compiled, compile_table
from plimsoll.rulebook.table.read_table import parse_table
from plimsoll.units.rate import Rate

TITLE = "decisions of a table with 50 rows and six typed columns, the hit row traced"
ROWS = 50
COLUMNS = ("age", "score", "dti", "debt", "purpose", "student")
WORDS = ("car", "home", "travel", "rent")
OURS, THEIRS, TRACED = "plimsoll, traced", "zen-engine", "zen-engine, traced"
PER_S, OF_ZEN = 300_000, 10
HEADER = """\
name: bench
title: {zh-CN: 测速, en: bench}
hit: first
from: 2026-01-01
source: made up
confidence: default
review_by: 2027-01-01
columns:
  age: {type: whole, missing: refer, missing_reason: EVIDENCE_MISSING}
  score: {type: whole, missing: refer, missing_reason: EVIDENCE_MISSING}
  dti: {type: rate, missing: refer, missing_reason: EVIDENCE_MISSING}
  debt: {type: money, currency: CNY, missing: refer, missing_reason: EVIDENCE_MISSING}
  purpose: {type: text, missing: allow}
  student: {type: yes-no, missing: refer, missing_reason: EVIDENCE_MISSING}
outputs:
  row: {type: whole}
"""


def cells(chance: random.Random) -> tuple[list[str], list[str]]:
    """Return the cells of one row, three of six columns narrowed, in our language and in the other."""
    ours, theirs = [""] * len(COLUMNS), [""] * len(COLUMNS)
    for place in chance.sample(range(len(COLUMNS)), 3):
        low, score, debt = chance.randrange(18, 60), chance.randrange(350, 880), chance.randrange(1_000, 90_000)
        share, word = f"0.{chance.randrange(30, 95)}", chance.choice(WORDS)
        ours[place], theirs[place] = (
            (f"{low}..{low + 9}", f"[{low}..{low + 9}]"),
            (f"[{score}..{score + 70})", f"[{score}..{score + 70})"),
            (f"> {share}", f"> {share}"),
            (f">= {debt}.00", f">= {debt * 100}"),
            (f"in {word},other", f"'{word}', 'other'"),
            ("yes", "true") if chance.random() < 0.3 else ("no", "false"),
        )[place]
    return ours, theirs


def applicants(chance: random.Random, count: int) -> list[dict[str, Any]]:
    """Return what is known of some applicants, with shares as exact rates."""
    return [
        {
            "age": chance.randrange(18, 70),
            "score": chance.randrange(350, 951),
            "dti": Rate.parse(f"0.{chance.randrange(100):02}"),
            "debt": chance.randrange(10_000_000),
            "purpose": chance.choice((*WORDS, "other")),
            "student": chance.random() < 0.1,
        }
        for _ in range(count)
    ]


def theirs_of(values: dict[str, Any]) -> dict[str, Any]:
    """Return the same values as the other engine takes them."""
    return values | {"dti": values["dti"].num / values["dti"].den}


def check(compiled: Compiled, zen: Callable[[dict[str, Any]], Any], asked: list[dict[str, Any]]) -> int:
    """See that both hit the same row for everybody; return how many hit one."""
    hits = 0
    for values in asked:
        ours = [hit.outputs["row"] for hit in compiled.ask(values).hits]
        other = zen(theirs_of(values))["result"]
        assert ours == ([other["row"]] if other else []), values
        hits += len(ours)
    return hits


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with decisions a second on one core."""
    chance = random.Random(20_261_121)
    rows = [cells(chance) for _ in range(ROWS)]
    lines = [",".join(["id", *COLUMNS, "row", "reason"])]
    lines += [",".join([f"R{n}", *(f'"{cell}"' for cell in ours), str(n), "WHY"]) for n, (ours, _) in enumerate(rows)]
    compiled = compile_table(parse_table(HEADER, "\n".join(lines), "bench.yaml"))
    plain, traced = (ask_with(COLUMNS, [theirs for _, theirs in rows], trace=trace) for trace in (False, True))
    asked = applicants(chance, setting.size(5_000, 50_000))
    few = [theirs_of(values) for values in asked[: setting.size(500, 5_000)]]
    hits = check(compiled, plain, asked[: len(few)])

    def ours() -> int:
        ask = compiled.ask
        for values in asked:
            ask(values)
        return len(asked)

    def zen(ask: Callable[[dict[str, Any]], Any]) -> Callable[[], int]:
        def turn() -> int:
            for values in few:
                ask(values)
            return len(few)

        return turn

    contestants = [Contestant(OURS, ours), Contestant(THEIRS, zen(plain)), Contestant(TRACED, zen(traced))]
    measured = take_turns(contestants, setting.size(3, 7), step=setting.step)
    result.add(measured, "decision", ours=OURS)
    found = {one.name: one for one in measured}
    result.notes.append(f"{len(few):,} of {len(asked):,} applicants asked of both: the same row for all, {hits:,} hit one")
    result.goals.append(Goal("decisions a second at 50 rows, traced", found[OURS].rate(), PER_S))
    result.goals.append(Goal(f"× {THEIRS}", ratio(found[OURS], found[THEIRS]), OF_ZEN))
