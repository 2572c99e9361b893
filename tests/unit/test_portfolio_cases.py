"""Roll rates, vintages and cures of payment strings that an officer can check by hand."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from plimsoll.portfolio.cures import cures_of
from plimsoll.portfolio.expressions.moves import amounts_text
from plimsoll.portfolio.expressions.strings import cures_text, moves_text
from plimsoll.portfolio.expressions.vintage import EVENTS, hits_text
from plimsoll.portfolio.rolls import matrices, pasts
from plimsoll.portfolio.vintage import curves_of, vintage_name
from tests.golden import read_texts
from tests.made_tapes import made_tape

FOLDER = Path(__file__).parents[1] / "cases" / "portfolio"


def cases(name: str) -> list[Any]:
    found = read_texts((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return [pytest.param(case, id=case["name"]) for case in found]


@pytest.mark.parametrize("case", cases("rolls"))
def test_rolls(case, tmp_path):
    with made_tape(tmp_path, case["loans"]) as tape:
        moves = tape.ask(moves_text(tape.source))
        amounts = tape.ask(amounts_text(tape.source))
    through = int(case.get("through", "M7").removeprefix("M"))
    if "rolls" in case:
        expected = {(state, to): int(count) for state, row in case["rolls"].items() for to, count in row.items()}
        for rows in (moves, [(*row[:4], None, row[4]) for row in amounts]):
            (matrix,) = matrices(rows, value=5, through=through)
            found = {
                (state, to): count
                for state, row, gone in zip(matrix.rows, matrix.counts, matrix.not_seen, strict=True)
                for to, count in zip((*matrix.columns, "not seen"), (*row, gone), strict=True)
                if count
            }
            assert found == expected
    if "history" in case:
        found = {}
        for one in pasts(moves):
            found.setdefault(one.state, {})[str(one.late_before)] = [str(one.loans), str(one.late_after)]
        assert found == case["history"]


@pytest.mark.parametrize("case", cases("vintages"))
def test_vintages(case, tmp_path):
    every = case.get("every", "month")
    with made_tape(tmp_path, case["loans"]) as tape:
        rows = tape.ask(hits_text(tape.source, case.get("by", "")))
        made = curves_of(rows, EVENTS.index(case["measure"]), tape.source.months, every)
    found = {}
    for curve in made.curves:
        name = " ".join(part for part in (vintage_name(curve.begin, every, is_calendar=True), curve.dimension) if part)
        found[name] = [shown(cell.share(by_amount=case.get("of") == "amount"), cell.is_mature) for cell in curve.cells]
    assert found == {name: [exact(text) for text in cells] for name, cells in case["curves"].items()}
    assert made.left_out == int(case.get("left_out", 0))


def shown(share: float | None, is_mature: bool) -> tuple[Fraction | None, bool]:
    return (None if share is None else Fraction(share).limit_denominator(1000), is_mature)


def exact(text: str) -> tuple[Fraction, bool]:
    return Fraction(text.rstrip("~")), not text.endswith("~")


@pytest.mark.parametrize("case", cases("cures"))
def test_cures(case, tmp_path):
    with made_tape(tmp_path, case["loans"]) as tape:
        (made,) = cures_of(tape.ask(cures_text(tape.source, 2)))
    for name in ("again", "soiled"):
        lasting = getattr(made, name)
        for month, (watched, events) in case.get(name, {}).items():
            place = int(month) - 1
            assert [lasting.watched[place], lasting.events[place]] == [int(watched), int(events)], (name, month)
