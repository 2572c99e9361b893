"""Debt at other lenders by the bureau's answers on file: growth over three months, new lenders, overdue, and nothing without consent."""

from datetime import UTC, date, datetime

import pytest

from plimsoll.loan.filing import Filing, body_of
from plimsoll.monitoring.elsewhere import Elsewhere, elsewhere
from plimsoll.risk.answer import answer_text, filed_answer, read_answer
from plimsoll.rulebook.feature import load

FEATURES = load()
ON = date(2026, 8, 31)
NOW = datetime(2026, 8, 31, 20, tzinfo=UTC)


def agreed(number: int, *, is_withdrawn: bool = False) -> Filing:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    kind = "consent.withdrawn" if is_withdrawn else "consent.granted"
    return Filing(number, kind, "bureau", at.toordinal(), at, "test", body_of({"version": 1}))


def told(number: int, month: int, day: int, **values: int) -> Filing:
    """Give an answer of the bureau as the command would file it."""
    at = datetime(2026, month, day, 12, tzinfo=UTC)
    items = [{"name": f"bureau_{name}", "value": value, "event_at": f"{at:%Y-%m-%d}"} for name, value in values.items()]
    body = filed_answer(read_answer(answer_text(items), "bureau", FEATURES, at), 1)
    return Filing(number, "evidence", "bureau", at.toordinal(), at, "test", body)


def known(*filings: Filing, on: date = ON) -> Elsewhere:
    return elsewhere((agreed(1), *filings), on.toordinal(), NOW, FEATURES)


def test_debt_grew_from_what_was_told_before_the_three_months():
    assert known(told(2, 2, 1, debt_minor=100_000), told(3, 8, 1, debt_minor=160_000)).grown_minor == 60_000


def test_within_the_three_months_it_grew_from_the_first_answer():
    assert known(told(2, 7, 1, debt_minor=100_000), told(3, 8, 1, debt_minor=130_000)).grown_minor == 30_000


@pytest.mark.parametrize(
    "filings",
    [
        (),
        (told(2, 8, 1, debt_minor=100_000),),
        (told(2, 2, 1, debt_minor=100_000), told(3, 3, 1, debt_minor=190_000)),
        (told(2, 7, 1, debt_minor=130_000), told(3, 8, 1, debt_minor=100_000)),
    ],
    ids=["nothing told", "told once", "told long ago", "it fell"],
)
def test_nothing_grew(filings):
    assert known(*filings).grown_minor == 0


def test_what_is_overdue_and_who_lent_anew_is_as_last_told():
    found = known(told(2, 7, 1, current_overdue_minor=500, new_lenders_30d=3), told(3, 8, 30, current_overdue_minor=0, new_lenders_30d=1))
    assert (found.is_overdue, found.new_lenders) == (False, 1)
    assert known(told(2, 8, 30, current_overdue_minor=1)).is_overdue
    assert known(told(2, 2, 1, current_overdue_minor=1)).is_overdue is None, "half a year old is no news"


def test_without_consent_nothing_is_used():
    filings = (told(2, 8, 1, new_lenders_30d=4),)
    assert elsewhere(filings, ON.toordinal(), NOW, FEATURES) == Elsewhere()
    assert elsewhere((agreed(1), *filings, agreed(3, is_withdrawn=True)), ON.toordinal(), NOW, FEATURES) == Elsewhere()


def test_what_is_told_later_is_not_known_yet():
    assert known(told(2, 8, 30, new_lenders_30d=4), on=date(2026, 8, 29)).new_lenders == 0
