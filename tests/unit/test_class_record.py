"""Classes on record: what the nightly verb files is the history, also after a payment that came late into the books."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.loan.book import Decision
from plimsoll.risk.classify.history import history
from plimsoll.risk.classify.policy import policies_of
from plimsoll.risk.classify.record import CHANGED, Recorded, difference, recorded, to_record
from plimsoll.risk.classify.trigger import triggers_of
from plimsoll.units.refusal import Refused
from tests.counter import RULES, Counter, opened

LOAN = 7


def drawn() -> Counter:
    """Give 6,000 drawn on 1 February, due on the 1st of six months from March on."""
    counter = opened()
    done(counter.run("draw", "2026-02-01", loan_id=LOAN, amount="6000.00", currency="CNY", rate="0.0004", instalments=6))
    return counter


def done(found: Decision | Refused) -> Decision:
    assert isinstance(found, Decision), found
    return found


def noted(counter: Counter, on: str) -> list[str]:
    """Put the class on record; give what is on record as day, class, cause."""
    counter.close(on)
    done(counter.run("note_class", on, loan_id=LOAN))
    return shown(counter)


def shown(counter: Counter) -> list[str]:
    found = recorded(counter.sheet.filed, LOAN)
    return [f"{date.fromordinal(one.on)} {one.five_class} {one.bucket} {'+'.join(one.cause)}" for one in found]


def test_each_change_is_filed_once_with_its_cause():
    counter = drawn()
    assert noted(counter, "2026-03-01") == []
    assert noted(counter, "2026-03-02") == ["2026-03-02 special-mention M1 days"]
    assert len(noted(counter, "2026-03-20")) == 1
    assert noted(counter, "2026-04-01")[-1] == "2026-04-01 special-mention M2 days"
    assert sum(one.kind == CHANGED for one in counter.sheet.filed) == 2
    assert noted(counter, "2026-05-31")[-1] == "2026-05-31 substandard M4 days"


def test_nights_that_were_left_out_are_made_up_for():
    counter = drawn()
    found = [" ".join(one.split()[::2]) for one in noted(counter, "2026-06-01")]
    # The stage of IFRS 9 moves at 90 days, the class a day later.
    assert found == ["2026-03-02 M1", "2026-04-01 M2", "2026-05-01 M3", "2026-05-30 M3", "2026-05-31 M4"]
    assert sum(one.kind == CHANGED for one in counter.sheet.filed) == 1


def test_a_back_dated_payment_tells_history_anew():
    counter = drawn()
    noted(counter, "2026-03-02")
    noted(counter, "2026-04-02")
    owed = done(counter.run("repay", "2026-03-01", loan_id=LOAN, amount="1050.00", currency="CNY"))
    assert owed.facts
    assert noted(counter, "2026-04-03") == ["2026-04-02 special-mention M1 days"], "the first due day was paid in time after all"
    last = counter.sheet.filed[-1]
    assert '"is_reaged":true' in last.body
    assert noted(counter, "2026-04-03") == ["2026-04-02 special-mention M1 days"]
    assert counter.sheet.filed[-1] is last, "the same night again files nothing"


def test_other_triggers_count_as_days_do():
    counter = drawn()
    done(counter.run("note_trigger", "2026-02-10", trigger="purpose_breach", loan_id=LOAN, reason="bought shares"))
    assert noted(counter, "2026-02-10") == ["2026-02-10 special-mention M0 purpose_breach"]
    done(counter.run("note_trigger", "2026-02-12", trigger="purpose_breach", is_over="true", loan_id=LOAN, reason="sold them"))
    assert noted(counter, "2026-02-12")[-1] == "2026-02-12 normal M0 purpose_breach_over"


def test_an_earlier_night_once_more_takes_nothing_back():
    counter = drawn()
    noted(counter, "2026-04-02")
    done(counter.run("note_class", "2026-03-10", loan_id=LOAN))
    assert len(shown(counter)) == 2


def test_a_loan_that_is_not_there_is_refused():
    counter = drawn()
    found = counter.run("note_class", "2026-03-10", loan_id=9)
    assert isinstance(found, Refused)
    assert found.code == "loan_unknown"


@given(
    pays=st.lists(st.tuples(st.integers(0, 240), st.integers(1, 3), st.booleans()), max_size=5),
    nights=st.lists(st.integers(1, 60), min_size=1, max_size=5),
)
def test_the_record_is_the_history_whenever_it_is_asked(pays, nights):
    counter, first = drawn(), date(2026, 2, 1).toordinal()
    day, waiting = first, sorted(pays)
    for step in nights:
        day += step
        on = date.fromordinal(day).isoformat()
        counter.close(on)
        while waiting and first + waiting[0][0] <= day:
            back, months, is_late = waiting.pop(0)
            counter.run(
                "repay",
                date.fromordinal(first + back if is_late else day).isoformat(),
                loan_id=LOAN,
                amount=f"{1050 * months}.00",
                currency="CNY",
            )
        if counter.run("note_class", on, loan_id=LOAN).__class__ is Refused:
            return
        held = counter.held(LOAN)
        wanted = history(held.terms, counter.facts(held), triggers_of(counter.sheet.filed, LOAN), policies_of(RULES), day)
        assert not isinstance(wanted, Refused)
        assert recorded(counter.sheet.filed, LOAN) == to_record(wanted)


def entry(on: int, name: str = "special-mention") -> Recorded:
    return Recorded(on, name, "M1", "short", 1, False, False, ("days",), (), ())


def test_what_differs_is_filed_from_its_first_day_on():
    a, b, c = entry(1), entry(5), entry(9, "substandard")
    assert difference([a, b], [a, b]) is None
    assert difference([a], [a, b]) == (5, False, (b,))
    assert difference([a, b], [a, c]) == (5, True, (c,))
    assert difference([a, b], [a]) == (5, True, ())
    assert difference([], [a]) == (1, False, (a,))
