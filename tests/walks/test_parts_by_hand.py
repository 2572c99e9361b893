"""Parts that somebody files by hand, on both databases: they ask what routing asks, and two at once never pass a funder's limit."""

import threading
from datetime import UTC, date, datetime

import pytest

from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.app.treasury.by_hand import Granted
from plimsoll.app.treasury.turn import funding_turn
from plimsoll.app.wiring import read_command
from plimsoll.rulebook.rules import load
from plimsoll.treasury.fund_loan import FundLoan

ON = date(2026, 1, 15)
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
RULES = load()
ASSESSED = {
    "loss_capacity": "1",
    "horizon_months": 12,
    "answers_digest": "5f1c" * 16,
    "assessed_on": "2026-01-02",
    "assessed_by": "wang.fang",
}
FUNDERS = {
    "bank": {"kind": "partner", "committed": "1000.00", "most": "0.6", "least": "0.1"},
    "strict": {"kind": "partner", "committed": "9000.00", "most": "0.6", "products": ["pay-later"]},
    "small": {"kind": "partner", "committed": "9000.00", "most": "0.6", "base": "1200.00"},
    "sure": {"kind": "partner", "committed": "9000.00", "most": "0.6", "is_guaranteed": True, "first_loss": "0.05"},
    "fund": {"kind": "investor", "committed": "9000.00", "most": "0.6", "months_most": 12},
}


@pytest.fixture
def house(store):
    """Give a house with funders that each would leave out something, and four draws of 1,000.00 over six months."""
    with House(store, RULES, now=lambda: NOW) as opened:
        do(opened, "assess_investor", subject="fund", investor_class="institution", **ASSESSED)
        for name, said in FUNDERS.items():
            do(opened, "register_funder", subject=name, currency="CNY", price="0.04", **said)
        for customer in (1, 2, 3, 4):
            do(opened, "open_customer", customer_id=customer)
            limits = {"currency": "CNY", "limit": "5000.00", "cash_limit": "5000.00", "later_limit": "0.00"}
            do(opened, "open_line", customer_id=customer, **limits)
            said = {"currency": "CNY", "amount": "1000.00", "rate": "0.0004", "instalments": 6}
            do(opened, "draw", customer_id=customer, loan_id=10 + customer, **said)
        yield opened


def do(house, name, **said):
    """Give the outcome of a command: True, or the code of its refusal."""
    house.count = getattr(house, "count", 0) + 1
    found = house.execute(read_command({"key": f"k{house.count}", "on": ON.isoformat(), **said}, name), actor="desk")
    return isinstance(found, Answer) or found.code


def fund(house, customer, *shares):
    house.count += 1
    found = house.execute(FundLoan(f"f{house.count}", customer, ON, 10 + customer, shares), actor="desk")
    return isinstance(found, Answer) or found.code


REFUSED = {
    "nobody:0.5": "funder_unknown",
    "strict:0.5": "part_not_agreed",
    "bank:0.65": "part_not_agreed",
    "bank:0.05": "part_not_agreed",
    "small:0.5": "funder_over_limit",
    "bank:0.71": "share_below_law",
}


def test_a_part_by_hand_is_refused_where_routing_would_leave_the_funder_out(house):
    """Of 1,000.00: strict takes pay-later only, small may owe 300.00 by law, and of four loans two may be guaranteed."""
    assert {share: fund(house, 1, share) for share in REFUSED} == REFUSED
    assert [fund(house, customer, "sure:0.5") for customer in (2, 3, 1)] == [True, True, "guaranteed_over_law"]


def test_what_is_filed_by_hand_counts_and_what_does_not_suit_an_investor_is_refused(house):
    assert [fund(house, customer, "bank:0.6") for customer in (1, 2)] == [True, "funder_over_limit"]
    assert fund(house, 2, "bank:0.4") is True
    assert do(house, "close_funder", subject="bank", reason="leaves") is True
    assert fund(house, 3, "bank:0.1") == "funder_closed"
    assert fund(house, 3, "fund:0.1") is True
    later = ASSESSED | {"loss_capacity": "0", "assessed_on": "2026-01-15"}
    assert do(house, "assess_investor", subject="fund", investor_class="institution", **later) is True
    assert fund(house, 4, "fund:0.1") == "investor_unsuited"


def test_a_part_that_another_funder_takes_over_asks_that_funder(house):
    assert fund(house, 1, "bank:0.6") is True
    assert fund(house, 2, "bank:0.4") is True
    moves = {"loan_id": 11, "funder": "bank", "why": "exit", "currency": "CNY", "price": "600.00", "customer_id": 1}
    assert do(house, "move_share", **moves, to="strict") == "part_not_agreed"
    assert do(house, "move_share", **moves, to="small") == "funder_over_limit"
    assert do(house, "move_share", **moves, to="nobody") == "funder_unknown"
    assert do(house, "move_share", **moves) is True, "the lender takes any back"


def test_what_is_paid_out_by_hand_is_within_the_guarantee(house):
    """The first loss is 450.00: of two parts of 300.00 one is paid out, and nothing to whom no guarantee was given."""
    assert [fund(house, 1, "sure:0.3"), fund(house, 2, "sure:0.3"), fund(house, 3, "bank:0.3")] == [True] * 3
    paid = {"why": "guarantee", "currency": "CNY", "price": "300.00"}
    assert do(house, "move_share", customer_id=3, loan_id=13, funder="bank", **paid) == "guarantee_not_given"
    assert do(house, "move_share", customer_id=1, loan_id=11, funder="sure", **paid | {"price": "450.01"}) == "guarantee_not_given"
    assert do(house, "move_share", customer_id=1, loan_id=11, funder="sure", **paid) is True
    assert do(house, "move_share", customer_id=2, loan_id=12, funder="sure", **paid) == "guarantee_not_given"


def test_a_command_that_is_decided_again_counts_once():
    """After a clash a whole chunk is decided again: what was granted then does not stand beside what is granted now."""
    granted = Granted()
    for _ in range(2):
        granted.grant("a", {"bank": 600})
        granted.grant("b", {"bank": 300, "notes": 1})
    assert (granted.besides("a", "bank"), granted.besides("b", "bank"), granted.besides("c", "bank")) == (300, 600, 900)
    granted.grant("b", {})
    assert granted.besides("c", "bank") == 600


def test_two_who_file_at_once_do_not_pass_a_limit_together(house):
    """The bank has room for 1,000.00, and four ask for 600.00 each in the same moment: one gets it."""
    outcomes = []

    def ask(customer):
        command = FundLoan(f"at-once-{customer}", customer, ON, 10 + customer, ("bank:0.6",))
        found = house.execute(command, actor="desk")
        outcomes.append(isinstance(found, Answer) or found.code)

    threads = [threading.Thread(target=ask, args=(customer,)) for customer in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["True", *["funder_over_limit"] * 3]


def test_whoever_files_shares_waits_for_the_turn_and_is_told_so(house):
    with funding_turn(house.store):
        with pytest.raises(StoreTrouble) as busy, funding_turn(house.store, 0.05):
            raise AssertionError
        assert busy.value.code == "store_busy"
    with funding_turn(house.store, 0.05):
        pass
