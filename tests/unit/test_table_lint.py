"""What the lint says about a table is true of every value: held to random tables and to an oracle that reads cell by cell."""

import random

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.rulebook.table.ask import compile_table
from plimsoll.rulebook.table.lint import examples, lint
from tests.examples import draws
from tests.made_tables import answer, make_up, values_of

CHANCES = st.randoms(use_true_random=False)
HITS = st.sampled_from(("first", "collect"))


@draws(80, new=400)
@given(CHANCES, HITS)
def test_a_compiled_table_hits_what_reading_cell_by_cell_hits(chance: random.Random, hit: str):
    made = make_up(chance, hit)
    compiled = compile_table(made.table)
    for _ in range(8):
        values = values_of(chance, made)
        outcome = compiled.ask(values)
        told = [one.rule_id for one in outcome.hits], [(one.rule_id, one.rule) for one in outcome.missing]
        assert told == answer(made, values), (made.rows, values)


@draws(60, new=200)
@given(CHANCES)
def test_a_row_called_unreachable_is_never_hit_and_any_other_can_be(chance: random.Random):
    made = make_up(chance, "first")
    dead = {row for one in lint(made.table) if one.code in ("unreachable", "empty_condition") for row in one.rows}
    compiled = compile_table(made.table)
    for _ in range(25):
        hits = compiled.ask(values_of(chance, made)).hits
        assert not hits or hits[0].rule_id not in dead, (made.rows, hits)
    for row, example in examples(made.table).items():
        assert (example is None) <= (row in dead), (made.rows, row)
        assert example is None or answer(made, example)[0] == [row], (made.rows, row, example)


@draws(60, new=200)
@given(CHANCES)
def test_a_gap_is_where_nothing_answers_and_without_one_everything_is_answered(chance: random.Random):
    made = make_up(chance, "first")
    gaps = [one for one in lint(made.table) if one.code == "gap"]
    compiled = compile_table(made.table)
    for gap in gaps:
        if gap.example is not None:
            assert compiled.ask(gap.example) == ((), ()), (made.rows, gap)
            assert answer(made, gap.example) == ([], [])
    if not gaps:
        for _ in range(25):
            outcome = compiled.ask(values_of(chance, made))
            assert outcome.hits or outcome.missing, made.rows


@draws(60, new=200)
@given(CHANCES)
def test_an_overlap_is_where_both_rows_hold(chance: random.Random):
    made = make_up(chance, "unique")
    pairs = {one.rows: one.example for one in lint(made.table) if one.code == "overlap"}
    every = compile_table(parse_as(made.header, "collect", made.rows))
    for rows, example in pairs.items():
        if example is not None:
            assert set(rows) <= {one.rule_id for one in every.ask(example).hits}, (made.rows, rows, example)
    for _ in range(25):
        hits = sorted(one.rule_id for one in every.ask(values_of(chance, made)).hits)
        assert all((first, second) in pairs for n, first in enumerate(hits) for second in hits[n + 1 :]), (made.rows, hits)


def parse_as(header: str, hit: str, rows: str):
    from plimsoll.rulebook.table.read_table import parse_table

    return parse_table(header.replace("hit: unique", f"hit: {hit}"), rows, "made.yaml")
