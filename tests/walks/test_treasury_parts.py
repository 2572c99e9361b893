"""Parts in bulk and what investors are told, on both databases: guarantees by rule, a funder that leaves, a month that adds up."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from plimsoll.app.treasury.disclose import Asked, disclose
from plimsoll.app.treasury.disclosure_page import csv_of, html_of, notices_of, sections
from plimsoll.app.treasury.move_parts import claim_guarantees, leave
from plimsoll.app.verify import verify
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.share import Share
from tests.refusing import refuses
from tests.walks.test_treasury import ACT, DRAWN_ON, RULES, TERMS, House, fund_draws, shares, write_tape

ASSESSED = {
    "investor_class": "institution", "loss_capacity": "1", "horizon_months": 60, "answers_digest": "5f1c" * 16,
    "assessed_on": "2026-01-05", "assessed_by": "compliance",
}  # fmt: skip


@pytest.fixture
def house(store) -> House:
    """Give two draws of 1,200.00: seven tenths an investor's, who is guaranteed; one borrower pays the first month, the other nothing."""
    found = House(store)
    terms = TERMS | {"kind": "investor", "committed": "5000.00", "most": "0.7", "is_guaranteed": True}
    assert found.do("assess_investor", "2026-01-05", subject="fund", **ASSESSED)["level"] == "venturesome"
    found.do("register_funder", "2026-01-05", subject="fund", **terms)
    found.do("register_funder", "2026-01-05", subject="heir", kind="notes", committed="500.00", most="0.7", **TERMS | {"price": "0.09"})
    for customer in (1, 2):
        found.do("open_customer", "2026-01-10", customer_id=customer)
        limits = {"currency": "CNY", "limit": "5000.00", "cash_limit": "5000.00", "later_limit": "0.00"}
        found.do("open_line", "2026-01-10", customer_id=customer, **limits)
        draw = {"currency": "CNY", "amount": "1200.00", "rate": "0.0004", "instalments": 6, "repayment": "equal-principal"}
        found.do("draw", "2026-01-15", customer_id=customer, loan_id=10 + customer, **draw)
    fund_draws(store, DRAWN_ON, ACT)
    found.do("repay", "2026-02-15", customer_id=1, loan_id=11, amount="214.88", currency="CNY")
    return found


def test_a_guarantee_is_paid_from_the_day_that_policy_says(house):
    house.do("repay", "2026-05-04", customer_id=2, loan_id=12, amount="0.01", currency="CNY")
    assert claim_guarantees(house.store, date(2026, 5, 5), ACT).parts == 0, "79 days after 15 February"
    done = claim_guarantees(house.store, date(2026, 5, 6), ACT)
    assert (done.parts, done.price, done.refused) == (1, {"CNY": 84_000}, {})
    assert claim_guarantees(house.store, date(2026, 5, 6), ACT).parts == 0
    assert (shares(house, 1)[0], shares(house, 2)) == (Share("fund", 700_000), [Share(LENDER, 1_000_000)])
    assert claim_guarantees(house.store, date(2026, 6, 2), ACT).code == "date_in_future"
    assert verify(house.store).breaches == {}


def test_a_first_loss_is_paid_out_to_its_end_the_longest_late_first(house):
    """Of 5,000.00 committed 17 % are covered, 850.00: loan 12, late since February with 840.00, is paid out; loan 11 has 10.00 left."""
    terms = TERMS | {"subject": "fund", "committed": "5000.00", "most": "0.7", "is_guaranteed": True}
    assert house.do("amend_funder", "2026-01-20", **terms, first_loss="0") == "funder_malformed"
    assert house.do("amend_funder", "2026-01-20", **terms | {"is_guaranteed": False}, first_loss="0.5") == "funder_malformed"
    assert house.do("amend_funder", "2026-01-20", **terms, first_loss="0.17") == {"funder": "fund"}
    for customer in (1, 2):
        house.do("repay", "2026-06-09", customer_id=customer, loan_id=10 + customer, amount="0.01", currency="CNY")
    on, act = date(2026, 6, 10), ACT._replace(now=datetime(2026, 6, 10, 12, tzinfo=UTC))
    done = claim_guarantees(house.store, on, act)
    assert (done.parts, done.price, done.refused) == (1, {"CNY": 83_999}, {"guarantee_not_given": 1})
    assert (shares(house, 1)[0], shares(house, 2)) == (Share("fund", 700_000), [Share(LENDER, 1_000_000)])
    again = claim_guarantees(house.store, on, act)
    assert (again.parts, again.refused) == (0, {"guarantee_not_given": 1})
    assert house.do("amend_funder", "2026-06-10", **terms, first_loss="0.5") == {"funder": "fund"}
    assert claim_guarantees(house.store, on, act).parts == 1


def test_a_funder_leaves_with_all_it_has(house):
    assert leave(house.store, "fund", date(2026, 3, 1), ACT, "heir").code == "funder_over_limit"
    assert leave(house.store, "nobody", date(2026, 3, 1), ACT).code == "funder_unknown"
    assert shares(house, 1)[0] == Share("fund", 700_000)
    done = leave(house.store, "fund", date(2026, 3, 1), ACT)
    assert (done.parts, done.price) == (2, {"CNY": 70_000 + 84_000})
    assert leave(house.store, "fund", date(2026, 3, 1), ACT).parts == 0
    assert [shares(house, customer) for customer in (1, 2)] == [[Share(LENDER, 1_000_000)]] * 2


def test_who_takes_over_takes_no_more_of_a_loan_than_it_agreed_to(house):
    """The heir takes at most 0.5 of one loan: parts of 0.7 stay where they are, and are told."""
    terms = TERMS | {"subject": "heir", "committed": "5000.00", "price": "0.09"}
    house.do("amend_funder", "2026-02-20", **terms, most="0.5")
    done = leave(house.store, "fund", date(2026, 3, 1), ACT, "heir")
    assert (done.parts, done.refused, shares(house, 1)[0]) == (0, {"part_not_agreed": 2}, Share("fund", 700_000))
    house.do("amend_funder", "2026-02-20", **terms, most="0.7")
    assert leave(house.store, "fund", date(2026, 3, 1), ACT, "heir").parts == 2
    house.do("close_funder", "2026-03-02", subject="heir", reason="leaves")
    assert leave(house.store, "fund", date(2026, 3, 3), ACT, "heir").code == "funder_closed"


def test_a_month_for_investors_adds_up(house, tmp_path):
    write_tape(house.store, tmp_path, date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31))
    asked = Asked(date(2026, 2, 1), "CNY", "", tmp_path)
    found = disclose(house.store, asked, RULES)
    assert (found.opening, found.flows.principal, found.flows.interest, found.closing) == (240_000, 20_000, 1_488, 220_000)
    assert found.adds_up()
    assert (found.loans, found.borrowers, found.largest, found.parts) == (2, 2, 120_000, {"fund": 154_000, LENDER: 66_000})
    assert (found.prepaid, found.default_so_far(), found.late[30]) == (0, 0, (0, 0))
    march = disclose(house.store, asked._replace(month=date(2026, 3, 1)), RULES)
    assert march.late[30] == (0, 120_000)
    assert dict(march.triggers)["defaults"].value == 0
    assert {event.about for event in march.events if event.kind == "trigger-breached"} >= {"delinquency"}
    with refuses("tape_day_missing"):
        disclose(house.store, asked._replace(month=date(2026, 4, 1)), RULES)
    with refuses("pool_empty"):
        disclose(house.store, asked._replace(funder="heir"), RULES)
    with refuses("funder_unknown"):
        disclose(house.store, asked._replace(funder="nobody"), RULES)
    write_tape(house.store, tmp_path, date(2026, 4, 30), date(2026, 5, 31))
    may = dict(disclose(house.store, asked._replace(month=date(2026, 5, 1)), RULES).triggers)["defaults"]
    assert (may.value, may.state) == (120_000 / 240_000, "breached"), "loan 12 is 105 days past due, loan 11 is 77"


def test_what_is_paid_off_early_is_told_as_prepayment(house, tmp_path):
    write_tape(house.store, tmp_path, date(2026, 2, 28))
    house.do("repay", "2026-03-10", customer_id=1, loan_id=11, amount="1009.20", currency="CNY")
    write_tape(house.store, tmp_path, date(2026, 3, 31))
    found = disclose(house.store, Asked(date(2026, 3, 1), "CNY", "fund", tmp_path), RULES)
    assert (found.prepaid, found.flows.principal, found.loans) == (100_000, 100_000, 1)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_report_says_the_same_in_every_form(house, tmp_path):
    write_tape(house.store, tmp_path, date(2026, 1, 31), date(2026, 3, 31))
    found = disclose(house.store, Asked(date(2026, 3, 1), "CNY", "", tmp_path), RULES)
    rows = list(csv.DictReader(io.StringIO(csv_of(found))))
    page = html_of(found)
    assert {row["section"] for row in rows} == {one.title.en for one in sections(found) if one.rows}
    assert all(row["value"] in page.replace(",", "") for row in rows)
    assert "投资者月度披露" in page
    assert "Monthly report to investors" in page
    assert not {"http:", "https:", "<script", "src="} & set(page.split())
    assert len(list(csv.reader(io.StringIO(notices_of(found))))) == 1 + len(found.events)
