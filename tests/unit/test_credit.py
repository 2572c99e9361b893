"""The parts of credit reporting by themselves: letters at their boundaries, months, defaults, the words of the notice."""

from datetime import date

import pytest

from plimsoll.loan.layout import CHARGED_OFF, OPEN, PAID_OFF, PENDING
from plimsoll.risk.classify.timeline import Span
from plimsoll.risk.credit.default import Default, default_on, defaults_of
from plimsoll.risk.credit.month import letter, month_end, month_ends, months
from plimsoll.rulebook.adverse_notice import FILE, PARTS, load, words_on
from plimsoll.units.refusal import LANGUAGES, Malformed


@pytest.mark.parametrize(
    ("days", "wanted"),
    [(0, "N"), (1, "1"), (30, "1"), (31, "2"), (60, "2"), (61, "3"), (90, "3"), (91, "4"), (150, "5"), (151, "6"), (180, "6"), (181, "7"),
     (720, "7")],
)  # fmt: skip
def test_letters_by_days(days, wanted):
    assert letter(OPEN, days, 100, 0) == wanted


@pytest.mark.parametrize(
    ("status", "owed", "claim", "wanted"),
    [(PENDING, 0, 0, "/"), (OPEN, 0, 0, "*"), (PAID_OFF, 0, 0, "C"), (CHARGED_OFF, 0, 5, "B"), (CHARGED_OFF, 0, 0, "G")],
)
def test_letters_by_status(status, owed, claim, wanted):
    assert letter(status, 0, owed, claim) == wanted


def test_months_end_on_their_last_day():
    assert [date.fromordinal(day).isoformat() for day in month_ends("2028-03", 3)] == ["2028-01-31", "2028-02-29", "2028-03-31"]
    assert months("2027-01", 3) == ("2026-11", "2026-12", "2027-01")
    assert date.fromordinal(month_end("2026-12")).isoformat() == "2026-12-31"


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "26-01", "2026-01-01", "", "1899-01"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(Malformed):
        month_end(text)


def span(since: int, until: int, oldest_due: int) -> Span:
    return Span(since, until, oldest_due, oldest_due == 0, is_empty=False, is_charged_off=False, is_due_day=False, facts=())


def test_a_default_lasts_from_the_first_day_past_due_until_nothing_is():
    spans = (span(1, 10, 0), span(10, 20, 10), span(20, 30, 20), span(30, 40, 0), span(40, 50, 40))
    found = defaults_of(spans, 0, 45)
    # On the 20th the oldest unpaid thing fell due that day, so that nothing was past due for one day.
    assert found == (Default(10, 11, 20), Default(20, 21, 30), Default(40, 41, 0))
    assert [default_on(found, day) is not None for day in (10, 11, 19, 20, 21, 29, 30, 41)] == [
        False, True, True, False, True, True, False, True,
    ]  # fmt: skip


def test_one_that_moves_from_due_day_to_due_day_is_one_default():
    assert defaults_of((span(1, 10, 0), span(10, 25, 10), span(25, 40, 20), span(40, 60, 0)), 0, 59) == (Default(10, 11, 40),)


def test_days_of_grace_are_no_default():
    assert defaults_of((span(1, 10, 0), span(10, 13, 10), span(13, 40, 0)), 3, 39) == ()
    assert defaults_of((span(1, 10, 0), span(10, 15, 10), span(15, 40, 0)), 3, 39) == (Default(10, 14, 15),)


@pytest.mark.parametrize(
    ("until", "on", "is_over"),
    [("2026-04-10", "2031-04-09", False), ("2026-04-10", "2031-04-10", True), ("2028-02-29", "2033-02-28", False),
     ("2028-02-29", "2033-03-01", True)],
)  # fmt: skip
def test_five_years_after_its_end_a_default_is_over(until, on, is_over):
    assert Default(1, 2, date.fromisoformat(until).toordinal()).is_over_for(5, date.fromisoformat(on)) is is_over
    assert not Default(1, 2, 0).is_over_for(5, date.fromisoformat(on))


def test_the_notice_says_what_it_has_to_in_both_languages():
    words = words_on(date(2026, 7, 1))
    parts = {name: f"<{name}>" for name in PARTS}
    for language in LANGUAGES:
        assert all(part in words.filled(language, parts) for part in parts.values())
    with pytest.raises(Malformed, match="template"):
        words_on(date(2013, 3, 14))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("{until}", "soon", "template_incomplete"),
        ("{phone}", "{fax}", "field_malformed"),
        ("version: 1", "version: none", "field_malformed"),
    ],
)
def test_words_that_lack_a_part_are_refused(tmp_path, old, new, code):
    path = tmp_path / "notice.yaml"
    path.write_text(FILE.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(Malformed) as wrong:
        load(path)
    assert wrong.value.code == code
