"""Total cash spread over dated payments: the kernel's own allocation gives back every recorded component, to the cent."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.loan.layout import (
    CHARGED_OFF,
    CHARGED_OFF_FACT,
    RECOVERED,
    REPAID,
    RESCHEDULED,
    S_CREDIT,
    S_INTEREST_PAID,
    S_PENALTY_PAID,
    S_PRINCIPAL_PAID,
    S_RECOVERED,
    T_INSTALMENT,
    WAIVED,
)
from plimsoll.loan.state import read_state
from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator import spread_cash
from plimsoll.simulator.lendingclub_loans import Loan, contradictions, curve, read_loans
from plimsoll.simulator.replay_lendingclub import terms_of, unrounded_rate
from plimsoll.simulator.spread_cash import Cash, spread
from plimsoll.units.refusal import Malformed
from tests.unit import notes

RULES = lawful_rules()


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Loan]:
    path = notes.write(tmp_path_factory.mktemp("notes") / "loans.csv", list(notes.LOANS.values()))
    return dict(zip(notes.LOANS, read_loans(path), strict=True))


def cash(loan: Loan) -> Cash:
    return spread(loan, terms_of(loan, RULES)[1])


def check_components(loan: Loan) -> int:
    """Hold what the kernel made of a loan's cash against the record, and give how much of it the loan could not earn."""
    life = spread_cash._Life(loan, terms_of(loan, RULES)[1])
    if loan.last_paid_on is not None:
        life.pay()
    if not loan.is_paid:
        life.charge_off()
    s = life.standing.s
    principal = loan.principal if loan.is_paid else loan.paid_principal
    received = loan.paid_principal + loan.paid_interest + loan.paid_late_fee
    short = received - sum(event.minor for event in life.events if event.kind == REPAID)
    assert s[S_PRINCIPAL_PAID] == principal
    assert s[S_INTEREST_PAID] + s[S_PENALTY_PAID] == received - principal - short
    assert (short > 0) == (life.departures["late_money_out_of_reach"] > 0)
    if not short:
        assert s[S_INTEREST_PAID] + life.late_money == loan.paid_interest + loan.paid_principal - principal
    assert s[S_RECOVERED] + sum(event.other for event in life.events if event.kind == RECOVERED) == loan.recovered
    assert s[S_CREDIT] == 0
    state = read_state(life.terms, life.standing)
    # Instalments of a few cents may be gone before the last due day; the loan is then open with nothing owed until that day.
    assert state.payoff == 0 if loan.is_paid else state.status == CHARGED_OFF
    return short


@pytest.mark.parametrize("name", notes.LOANS)
def test_every_component_is_the_recorded_one(loans: dict[str, Loan], name: str):
    assert check_components(loans[name]) == 0


def anything(draw: st.DrawFn) -> Loan:
    """Give a loan of any terms with any cash, likely or not."""
    principal, instalments = draw(st.integers(10_000, 3_500_000)), draw(st.sampled_from([36, 60]))
    rate_ppm, months = draw(st.integers(50_000, 250_000)), draw(st.integers(0, instalments + 6))
    issued_on, is_paid = date(2008, draw(st.integers(1, 12)), 1), draw(st.booleans())
    month = issued_on.year * 12 + issued_on.month - 1 + months
    planned = principal * rate_ppm * instalments // (10**6 * 24)
    interest = draw(st.integers(0, planned * 5 // 4))
    late_fee = draw(st.sampled_from([0, 0, 1500, 4499]))
    brought_back = principal + draw(st.integers(0, 3)) if is_paid else draw(st.integers(0, principal - 1))
    recovered = 0 if is_paid else draw(st.integers(0, 2 * principal))
    is_never = not is_paid and brought_back + interest + late_fee == 0
    return Loan(
        number=1,
        principal=principal,
        instalments=instalments,
        rate_ppm=rate_ppm,
        instalment=1,
        issued_on=issued_on,
        is_paid=is_paid,
        is_in_policy=True,
        paid_total=brought_back + interest + late_fee + recovered,
        paid_principal=brought_back,
        paid_interest=interest,
        paid_late_fee=late_fee,
        recovered=recovered,
        last_paid_on=None if is_never else date(month // 12, month % 12 + 1, 1),
        last_paid=draw(st.integers(0, principal)),
    )


@given(st.composite(anything)())
@settings(max_examples=60, deadline=None)
def test_any_cash_adds_up_or_is_said_to_be_out_of_reach(loan: Loan):
    check_components(loan)


@pytest.mark.parametrize("name", notes.LOANS)
def test_events_come_in_order_and_the_last_payment_in_its_month(loans: dict[str, Loan], name: str):
    loan, events = loans[name], cash(loans[name]).events
    assert [event.on for event in events] == sorted(event.on for event in events)
    paid = [event.on for event in events if event.kind == REPAID]
    if loan.last_paid_on is None:
        assert not paid
        return
    first = loan.last_paid_on.toordinal()
    assert first <= paid[-1] < first + 28


def test_who_pays_as_planned_pays_every_instalment_on_its_day(loans: dict[str, Loan]):
    events = cash(loans["as planned"]).events
    assert [event.kind for event in events] == [REPAID] * 36
    assert {event.minor for event in events[:-1]} == {33_214}


def test_principal_paid_ahead_brings_the_last_payment_near_the_recorded_one(loans: dict[str, Loan]):
    loan = loans["paid ahead"]
    found = cash(loan)
    assert found.departures["paid_ahead"] == 1
    assert abs(found.last_paid - loan.last_paid) < loan.instalment
    assert sum(event.minor > 40_000 for event in found.events if event.kind == REPAID) == 1


def test_interest_above_the_schedule_is_penalty_on_late_principal(loans: dict[str, Loan]):
    found = cash(loans["more interest than planned"])
    assert found.late_money == 3_282
    assert found.events[-2].kind == WAIVED


def test_a_loan_is_paid_off_days_after_a_due_day_to_earn_its_interest(loans: dict[str, Loan]):
    found = cash(loans["paid off between due days"])
    assert found.late_money == 0
    assert found.events[-1].minor == 1_012_050


def test_interest_before_principal_needs_a_payment_plan(loans: dict[str, Loan]):
    found = cash(loans["lost, interest before principal"])
    assert found.departures["payment_plan"] == 1
    assert RESCHEDULED in [event.kind for event in found.events]


def test_a_loan_is_lost_when_its_oldest_due_date_is_150_days_past(loans: dict[str, Loan]):
    """Never paid: the first due date is 5 February 2008."""
    events = cash(loans["never paid"]).events
    lost = next(event for event in events if event.kind == CHARGED_OFF_FACT)
    assert lost.on - 150 == loans["never paid"].issued_on.replace(month=2, day=5).toordinal()


def test_a_rate_that_was_rounded_is_found_again(loans: dict[str, Loan]):
    loan = loans["a rounded rate"]
    assert terms_of(loan, RULES)[0] == loan.rate_ppm  # two cents: near enough
    off = loan._replace(instalment=33_218)
    rate_ppm, terms = terms_of(off, RULES)
    assert 120_000 < rate_ppm <= 120_050
    assert abs(terms.vector[T_INSTALMENT] - 33_218) <= 1
    assert unrounded_rate(off) == rate_ppm


def test_an_instalment_beyond_any_rounding_keeps_the_recorded_rate_or_comes_nearer(loans: dict[str, Loan]):
    rate_ppm, terms = terms_of(loans["as planned"]._replace(instalment=40_000), RULES)
    assert rate_ppm == 120_050
    assert terms.vector[T_INSTALMENT] < 33_300


def test_contradictions_of_a_loan(loans: dict[str, Loan]):
    assert list(contradictions(loans["cents of principal too few"])) == ["principal_cents_off"]
    assert list(contradictions(loans["lost, recovered more than is claimed"])) == ["recovered_more_than_principal"]
    assert list(contradictions(loans["as planned"]._replace(paid_total=1))) == ["total_a_cent_off"]
    assert not list(contradictions(loans["as planned"]))


def test_the_curve_counts_by_the_month_of_the_last_payment_and_leaves_out_what_was_never_paid():
    found = curve([("2008Q1", 12), ("2008Q1", 13), ("2008Q1", None), ("2007Q4", 1)], (12, 24))
    assert found == {"2007Q4": (1, (1, 1)), "2008Q1": (3, (1, 2))}


BAD = {
    "funded_amnt": ("0", "amount_must_be_positive"),
    "term": ("48", "term_not_offered"),
    "int_rate": ("11.22%", "amount_malformed"),
    "installment": ("-5", "amount_out_of_range"),
    "issue_d": ("Jan-2008", "date_malformed"),
    "loan_status": ("Current", "field_malformed"),
    "last_pymnt_d": ("2007-01-01", "date_out_of_range"),
    "total_rec_int": ("NaN", "amount_out_of_range"),
    "loan_no": ("2", "row_malformed"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_value_that_cannot_be_is_refused_with_line_and_column(tmp_path: Path, name: str):
    text, code = BAD[name]
    path = notes.write(tmp_path / "loans.csv", [{}, {}], **{name: text})
    with pytest.raises(Malformed) as wrong:
        read_loans(path)
    assert (wrong.value.code, wrong.value.key, wrong.value.line) == (code, name, 3 if name == "loan_no" else 2)


def test_a_rate_that_is_no_fraction_is_refused(tmp_path: Path):
    with pytest.raises(Malformed, match="fraction") as wrong:
        read_loans(notes.write(tmp_path / "loans.csv", [{}], int_rate="11.22"))
    assert wrong.value.code == "rate_out_of_range"
