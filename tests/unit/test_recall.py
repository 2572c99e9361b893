"""Early recall: only on a ground that a rule names and the file shows, with notice, objection, and a class that stays what it was."""

from datetime import date

import pytest

from plimsoll.risk.classify.history import class_on
from plimsoll.risk.classify.policy import policies_of
from plimsoll.risk.classify.trigger import triggers_of
from tests.counter import RULES, Counter
from tests.unit.test_class_record import LOAN, drawn
from tests.unit.test_limit_moves import code, done

GROUND = {"loan_id": LOAN, "ground": "purpose_breach", "reason": "bought shares"}


def breached() -> Counter:
    """Give a loan of 1 February whose purpose was breached on the 20th."""
    counter = drawn()
    done(counter.run("note_trigger", "2026-02-20", trigger="purpose_breach", loan_id=LOAN, reason="statement of a broker"))
    return counter


@pytest.mark.parametrize(("ground", "expected"), [("purpose_breach", "recall_ground_missing"), ("fraud", "recall_ground_missing"),
    ("death", "recall_ground_missing"), ("long_default", "recall_ground_missing"), ("because", "recall_ground_unknown")])  # fmt: skip
def test_nothing_is_called_back_that_nothing_shows(ground, expected):
    assert code(drawn().run("recall_early", "2026-02-21", loan_id=LOAN, ground=ground, reason="x")) == expected


def test_before_the_law_there_is_no_ground():
    counter = breached()
    assert code(counter.run("recall_early", "2020-12-31", **GROUND)) == "recall_ground_unknown"


def test_notice_then_all_falls_due_and_it_is_no_restructuring():
    counter = breached()
    done(counter.run("recall_early", "2026-02-21", **GROUND))
    kind, told = counter.said[0]
    assert (kind, told["rule"], told["due_on"]) == ("recall_demanded", "CN.RECALL.PURPOSE", "2026-03-08")
    assert code(counter.run("recall_early", "2026-02-22", **GROUND)) == "recall_exists"
    counter.run("repay", "2026-03-01", loan_id=LOAN, amount="1060.00", currency="CNY")
    assert code(counter.run("enforce_recall", "2026-03-08", loan_id=LOAN)) == "recall_waits"
    done(counter.run("enforce_recall", "2026-03-09", loan_id=LOAN))
    counter.close("2026-03-11")
    state = counter.state(LOAN)
    assert (state.oldest_due, state.principal > 0) == (date(2026, 3, 10).toordinal(), True)
    held = counter.held(LOAN)
    found = class_on(
        held.terms, counter.facts(held), triggers_of(counter.sheet.filed, LOAN), policies_of(RULES), date(2026, 3, 9).toordinal()
    )
    assert (found.is_observed, found.because) == (False, ("purpose_breach",))


def test_who_is_late_keeps_the_days_past_due():
    counter = drawn()
    counter.close("2026-05-31")
    assert code(counter.run("recall_early", "2026-05-30", loan_id=LOAN, ground="long_default", reason="x")) == "recall_ground_missing"
    done(counter.run("recall_early", "2026-05-31", loan_id=LOAN, ground="long_default", reason="91 days"))
    counter.close("2026-07-01")
    assert done(counter.run("enforce_recall", "2026-07-01", loan_id=LOAN)).facts == ()
    assert counter.state(LOAN).oldest_due == date(2026, 3, 1).toordinal()


def test_an_objection_waits_for_somebody_else():
    counter = breached()
    done(counter.run("recall_early", "2026-02-21", **GROUND))
    assert code(counter.run("answer_recall", "2026-02-22", loan_id=LOAN, outcome="rejected", reason="x")) == "recall_missing"
    done(counter.run("object_to_recall", "2026-03-08", loan_id=LOAN, reference="vault-3"))
    assert code(counter.run("object_to_recall", "2026-03-08", loan_id=LOAN)) == "objection_exists"
    assert code(counter.run("enforce_recall", "2026-03-20", loan_id=LOAN)) == "recall_objected"
    assert code(counter.run("answer_recall", "2026-03-20", loan_id=LOAN, outcome="upheld", reason="x")) == "maker_cannot_check"
    counter.actor = "li"
    done(counter.run("answer_recall", "2026-03-20", loan_id=LOAN, outcome="upheld", reason="the shares were a gift"))
    assert code(counter.run("enforce_recall", "2026-03-21", loan_id=LOAN)) == "recall_missing"
    done(counter.run("recall_early", "2026-03-22", **GROUND))
    assert code(counter.run("object_to_recall", "2026-04-07", loan_id=LOAN)) == "objection_too_late"


def test_a_ground_that_is_gone_calls_nothing_back():
    counter = breached()
    done(counter.run("recall_early", "2026-02-21", **GROUND))
    done(counter.run("note_trigger", "2026-02-25", trigger="purpose_breach", is_over="true", loan_id=LOAN, reason="sold"))
    counter.run("repay", "2026-03-01", loan_id=LOAN, amount="1060.00", currency="CNY")
    assert code(counter.run("enforce_recall", "2026-03-09", loan_id=LOAN)) == "recall_ground_missing"


def test_nothing_is_called_back_while_help_is_asked_for():
    counter = breached()
    told = {"hardship_id": "h1", "currency": "CNY", "income": "6500.00", "others": "300.00", "city_tier": "tier2", "flags": ["illness"]}
    done(counter.run("open_hardship", "2026-02-21", **told))
    assert code(counter.run("recall_early", "2026-02-22", **GROUND)) == "recall_held"
