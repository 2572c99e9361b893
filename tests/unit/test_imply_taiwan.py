"""What bills and payments imply: the account's bill is the recorded one, and every contradiction is counted and lived with."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import Standing, fold
from plimsoll.loan.layout import INTEREST, PENALTY, PURCHASED, REFUNDED, REPAID, WAIVED
from plimsoll.loan.state import read_state
from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator.imply_taiwan import BROUGHT_IN_ON, MONTH_DAYS, Life, imply, net
from plimsoll.simulator.replay_taiwan import account_terms
from plimsoll.simulator.rolls import count_rolls
from plimsoll.simulator.taiwan_panel import Client, contradictions, read_panel
from plimsoll.units.refusal import Malformed
from tests.unit import panel
from tests.unit.panel import Told

TERMS = account_terms(lawful_rules())


def client(told: Told) -> Client:
    return Client(
        1, told.limit * 100, tuple(told.statuses), tuple(bill * 100 for bill in told.bills), tuple(paid * 100 for paid in told.payments)
    )


def life(told: Told) -> Life:
    return imply(client(told), TERMS)


def bought(told: Told) -> list[int]:
    return [month.bought_minor for month in life(told).months]


def test_who_pays_in_full_bought_every_bill():
    assert bought(panel.PAYS_IN_FULL) == [100_000, 200_000, 150_000, 120_000, 90_000, 30_000]
    assert life(panel.PAYS_IN_FULL).purchase_brought_in_minor == 70_000
    assert not life(panel.PAYS_IN_FULL).departures


def test_interest_on_what_revolves_is_not_taken_for_a_purchase():
    """Worked by hand: of 20,000.00, 1,000.00 is paid on 10 May; 19,000.00 revolves from the due day, 15 May, to the bill of 1 June:
    17 days × 0.05 % = 161.50. The bill of May is 19,500.00, so 338.50 was bought."""
    assert bought(panel.REVOLVES)[:2] == [2_000_000, 33_850]


def test_who_never_pays_buys_what_interest_and_penalty_do_not_explain():
    found = bought(panel.NEVER_PAYS)
    assert found[0] == 500_000
    assert all(0 < minor < 10_000 for minor in found[1:])


def test_a_bill_over_the_limit_is_bought_up_to_the_limit():
    months = life(panel.OVER_LIMIT).months
    assert months[1].bought_minor < 350_000
    assert life(panel.OVER_LIMIT).departures == {"purchase_cut_to_limit": 1}


def test_a_bill_below_what_was_carried_sends_the_latest_purchases_back():
    found = life(panel.SENDS_BACK)
    assert found.months[2].refunds == ((1, 300_000),)
    assert found.months[2].bought_minor == 0
    assert found.departures["bill_lowered_by_refund"] == 1


def test_a_credit_balance_is_brought_in_and_used():
    found = life(panel.IN_CREDIT)
    assert found.credit_brought_in_minor == 30_000
    assert [month.bought_minor for month in found.months[:3]] == [0, 0, 80_000]


def facts_of(found: Life, months: int) -> list[Fact]:
    """Give the facts of the first months of a life, as the book will record them."""
    before = BROUGHT_IN_ON.toordinal()
    facts = [Fact(PURCHASED, before, found.purchase_brought_in_minor), Fact(REPAID, before, found.credit_brought_in_minor)]
    numbers = [1] if found.purchase_brought_in_minor else []
    for month, days in zip(found.months[:months], MONTH_DAYS, strict=False):
        facts.append(Fact(REPAID, days.pays, month.paid_minor))
        facts += [Fact(REFUNDED, days.buys, minor, numbers[place]) for place, minor in month.refunds]
        if month.bought_minor:
            facts.append(Fact(PURCHASED, days.buys, month.bought_minor))
            numbers.append(len(facts))
        facts.append(Fact(WAIVED, days.billed, month.waived_penalty_minor, PENALTY))
        facts.append(Fact(WAIVED, days.billed, month.waived_interest_minor, INTEREST))
    return facts


AMOUNTS = st.one_of(st.just(0), st.integers(-30_000, 60_000))
ANYBODY = st.builds(
    Told,
    st.sampled_from([1, 100, 20_000, 50_000]),
    st.just((0,) * 6),
    st.tuples(*[AMOUNTS] * 6),
    st.tuples(*[AMOUNTS.map(abs)] * 6),
)


@given(ANYBODY)
@settings(max_examples=60, deadline=None)
def test_any_history_runs_and_departs_only_where_it_says(told: Told):
    check_bills(told)


@pytest.mark.parametrize("told", panel.EVERYBODY)
def test_the_account_owes_what_each_bill_says_but_for_departures(told: Told):
    check_bills(told)


def check_bills(told: Told) -> None:
    """Fold the facts of a life anew for every bill, and hold what is owed against the record."""
    found = life(told)
    off = 0
    for months, (days, bill) in enumerate(zip(MONTH_DAYS, told.bills, strict=True), 1):
        standing = fold(TERMS, facts_of(found, months), days.billed)
        assert isinstance(standing, Standing), standing
        off += net(read_state(TERMS, standing)) != bill * 100
    assert off == found.departures.get("purchase_cut_to_limit", 0) + found.departures.get("bill_above_record", 0)


KINDS = {
    "late_before_the_panel": panel.CONFUSED,
    "unused_with_a_bill": panel.CONFUSED,
    "paid_in_full_with_less": panel.CONFUSED,
    "late_without_a_bill": panel.CONFUSED,
    "bill_over_limit": panel.OVER_LIMIT,
    "purchase_negative": panel.SENDS_BACK,
    "bill_negative": panel.IN_CREDIT,
    "payment_above_bill": panel.PAYS_TOO_MUCH,
    "minimum_paid_with_nothing": panel.REVOLVES._replace(payments=(1000, 1000, 0, 1000, 1000, 1000)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_contradiction_is_counted_by_its_kind(kind: str):
    assert kind in set(contradictions(client(KINDS[kind])))


def test_a_history_that_fits_has_no_contradiction():
    for told in (panel.PAYS_IN_FULL, panel.REVOLVES, panel.USES_NOTHING):
        assert not list(contradictions(client(told)))


def test_contradictions_are_counted_month_by_month():
    assert Counter(contradictions(client(panel.IN_CREDIT)))["bill_negative"] == 3


def test_rolls_put_statuses_below_one_together_and_four_and_more_together():
    assert count_rolls([[-2, 0, 2, 7], [0, 2, 3, 8]]) == [
        [1, 0, 1, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 1],
    ]


BAD = {
    "LIMIT_BAL": ("0.0", "amount_must_be_positive"),
    "PAY_AMT3": ("-5.0", "amount_out_of_range"),
    "BILL_AMT2": ("12.345", "amount_too_precise"),
    "PAY_2": ("soon", "field_malformed"),
    "PAY_0": ("-3", "field_malformed"),
    "ID": ("2", "row_malformed"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_value_that_cannot_be_is_refused_with_line_and_column(tmp_path: Path, name: str):
    text, code = BAD[name]
    path = panel.write(tmp_path / "panel.csv", panel.EVERYBODY[:2], **{name: text})
    with pytest.raises(Malformed) as wrong:
        read_panel(path)
    assert (wrong.value.code, wrong.value.key, wrong.value.line) == (code, name, 3 if name == "ID" else 2)


def test_a_limit_still_reads_the_file_to_its_end(tmp_path: Path):
    path = panel.write(tmp_path / "panel.csv", panel.EVERYBODY)
    assert [found.customer_id for found in read_panel(path, 2)] == [1, 2]
    path.write_text(path.read_text("utf-8") + "10,1.0\n", "utf-8")
    with pytest.raises(Malformed, match="2 columns"):
        read_panel(path, 2)
