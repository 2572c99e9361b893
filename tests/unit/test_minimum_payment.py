"""What the minimum payment costs, by the figures that the lesson prints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.interfaces.cli.main import main
from plimsoll.risk.minimum_payment import Course, Habit, pay_down
from plimsoll.rulebook.rules import load
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

PER_DAY = Rate.parse("0.0005")


def course(share: str, extra_minor: int = 0, bill_minor: int = 300_000) -> Course:
    found = pay_down(bill_minor, Habit(Rate.parse(share), PER_DAY, extra_minor=extra_minor))
    assert not isinstance(found, Refused)
    return found


@pytest.mark.parametrize(("share", "months", "interest"), [("0.10", 43, 44_384), ("0.05", 76, 87_625)])
def test_three_thousand_paid_by_the_minimum(share, months, interest):
    found = course(share)
    assert (found.months, found.interest_minor) == (months, interest)
    assert found.paid_minor == 300_000 + interest


def test_the_lesson_prints_these_figures():
    pages = [page for version in load().lessons["borrowing"].versions for page in version.pages]
    for language in ("zh-CN", "en"):
        assert any(all(figure in page[language] for figure in ("443.84", "876.25", "43", "76")) for page in pages)


@given(bill=st.integers(1, 10_000_000), share=st.integers(1, 100), extra=st.integers(0, 100_000))
def test_everything_is_paid_and_a_little_more_never_costs_more(bill, share, extra):
    found, more = (pay_down(bill, Habit(Rate(share, 100), PER_DAY, extra_minor=minor)) for minor in (0, extra))
    assert not isinstance(found, Refused)
    assert not isinstance(more, Refused)
    assert found.paid_minor == bill + found.interest_minor
    assert more.months <= found.months
    assert more.interest_minor <= found.interest_minor


def test_what_never_ends_is_refused():
    forever = pay_down(300_000, Habit(Rate(0, 1), PER_DAY, floor_minor=4_500))
    assert isinstance(forever, Refused)
    assert forever.code == "instalment_never_amortises"
    nothing = pay_down(0, Habit(Rate(1, 10), PER_DAY))
    assert isinstance(nothing, Refused)
    assert nothing.code == "amount_must_be_positive"


def test_the_command_line_prints_both_habits_and_what_more_saves(capsys):
    assert main(["learn", "minimum", "--bill", "3000", "--rate", "0.0005", "--extra", "100"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "0.10     0.00       345.00      43    443.84      3443.84" in lines
    assert "0.05     0.00       195.00      76    876.25      3876.25" in lines
    assert main(["learn", "minimum", "--bill", "3000", "--rate", "0.0005", "--share", "0", "--floor", "45"]) == 4
    assert main(["learn", "minimum", "--bill", "x", "--rate", "0.0005"]) == 2


def test_the_command_line_shows_what_a_smaller_draw_saves_and_prints_the_lesson(capsys):
    assert main(["learn", "draw", "--amount", "10000", "--less", "2000", "--rate", "0.0004", "--on", "2026-01-15"]) == 0
    said = capsys.readouterr().out
    assert "10,804.93" in said
    assert "you pay back 2160.99 CNY less" in said
    assert main(["learn", "lesson", "--lang", "zh-CN", "--on", "2026-08-16"]) == 0
    assert "综合融资成本" in capsys.readouterr().out
    assert main(["learn", "lesson", "gambling"]) == 3
    assert main(["learn", "draw", "--amount", "1", "--rate", "0.0004"]) == 4
