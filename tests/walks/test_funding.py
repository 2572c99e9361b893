"""A loan funded by three on both databases: shares on file once, moved for a price, settled to the cent, reconciled line by line."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.app.dossier import dossier_of, execute_dossier
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_of
from plimsoll.app.verify import verify
from plimsoll.app.wiring import DOSSIER_WIRING, WIRING, read_command
from plimsoll.rulebook.rules import load
from plimsoll.treasury.funded import holdings, shares_on
from plimsoll.treasury.funder import funder_of
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.settle import DIFFERS, ONLY_OURS, ONLY_THEIRS, Line, Loan, Sums, reconcile, settle, total
from plimsoll.treasury.share import WHOLE, Share
from plimsoll.units.refusal import Refused
from tests.refusing import refuses

RULES = load()


class House:
    """Gives commands on customers and on funders, written as text."""

    def __init__(self, store):
        self.store, self.keys = store, 0

    def do(self, name: str, on: str, **said):
        self.keys += 1
        command = read_command({"key": f"k{self.keys}", "on": on, **said}, name)
        now = datetime.combine(date.fromisoformat(on), datetime.min.time(), UTC) + timedelta(hours=9, seconds=self.keys)
        if type(command) in WIRING:
            outcome = execute(self.store, WIRING, command, actor="desk", now=now, rules=RULES)
        else:
            outcome = execute_dossier(self.store, DOSSIER_WIRING, command, actor="desk", now=now, rules=RULES)
        return json.loads(outcome.text) if isinstance(outcome, Answer) else outcome.code if isinstance(outcome, Refused) else outcome


BANK = {"kind": "partner", "currency": "CNY", "committed": "1000000.00", "price": "0.045", "most": "0.7"}


@pytest.fixture
def house(store) -> House:
    found = House(store)
    found.do("register_funder", "2026-01-05", subject="bank-a", **BANK)
    found.do("open_customer", "2026-01-10", customer_id=1)
    limits = {"currency": "CNY", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00"}
    found.do("open_line", "2026-01-10", customer_id=1, **limits)
    found.do("draw", "2026-01-15", customer_id=1, loan_id=11, currency="CNY", amount="10000.00", rate="0.0004", instalments=6)
    return found


def test_from_registration_to_the_end_of_a_funder(house):
    assert house.do("register_funder", "2026-01-06", subject="bank-a", **BANK) == "funder_exists"
    assert house.do("register_funder", "2026-01-06", subject=LENDER, **BANK) == "funder_malformed"
    assert house.do("register_funder", "2026-01-06", subject="b", **BANK | {"most": "0"}) == "funder_malformed"
    assert (
        house.do("amend_funder", "2026-01-06", subject="bank-b", currency="CNY", committed="1.00", price="0.05", most="0.5")
        == "funder_unknown"
    )
    amended = {"subject": "bank-a", "currency": "CNY", "committed": "2000000.00", "price": "0.04", "most": "0.6", "months_most": 12}
    assert house.do("amend_funder", "2026-01-07", **amended) == {"funder": "bank-a"}
    assert house.do("amend_funder", "2026-01-07", **amended | {"currency": "USD"}) == "currency_must_match"
    found = funder_of("bank-a", dossier_of(house.store, "funder", "bank-a"), lent_minor=5)
    assert (found.committed_minor, found.most_ppm, found.lent_minor, found.is_open) == (200_000_000, 600_000, 5, True)
    assert house.do("close_funder", "2026-02-01", subject="bank-a", reason=" ") == "reason_missing"
    assert house.do("close_funder", "2026-02-01", subject="bank-a", reason="end of contract") == {"funder": "bank-a"}
    assert house.do("close_funder", "2026-02-02", subject="bank-a", reason="again") == "funder_closed"
    assert not funder_of("bank-a", dossier_of(house.store, "funder", "bank-a")).is_open
    assert verify(house.store).breaches == {}


def test_shares_stand_once_and_move_for_a_price(house):
    own = {"customer_id": 1, "loan_id": 11}
    assert house.do("fund_loan", "2026-01-15", **own, shares=["bank-a:0.71"]) == "share_below_law"
    assert house.do("fund_loan", "2026-01-15", **own, shares=["bank-a:0.3", "bank-a:0.2"]) == "shares_malformed"
    assert house.do("fund_loan", "2026-01-15", customer_id=1, loan_id=12, shares=["bank-a:0.5"]) == "loan_unknown"
    assert house.do("fund_loan", "2026-01-15", **own, shares=["bank-a:0.5", "notes-1:0.2"])["shares"][-1] == [LENDER, 300_000]
    assert house.do("fund_loan", "2026-01-16", **own, shares=["bank-a:0.5"]) == "loan_funded"
    move = own | {"funder": "bank-a", "currency": "CNY", "why": "repurchase", "price": "4900.00"}
    assert house.do("move_share", "2026-03-01", **move | {"why": "mood"}) == "move_malformed"
    assert house.do("move_share", "2026-03-01", **move | {"funder": "bank-z"}) == "share_unknown"
    assert house.do("move_share", "2026-03-01", **move)["price_minor"] == 490_000
    held = holdings(filings_of(house.store, 1), 11)
    day = date(2026, 3, 1).toordinal()
    assert shares_on(held, day - 60) == (Share(LENDER, WHOLE),)
    assert shares_on(held, day)[0] == Share("bank-a", 500_000), "what moved on a day holds from the next"
    assert shares_on(held, day + 1) == (Share("notes-1", 200_000), Share(LENDER, 800_000))


def test_a_day_is_settled_once_and_reconciled_as_files_come(house):
    body = {"day": "2026-02-15", "totals": dict.fromkeys(Sums._fields, 0), "lines": 0, "sha256": "0" * 64}
    said = {"subject": "bank-a", "day": "2026-02-15"}
    assert house.do("file_settlement", "2026-02-16", **said, body=body)["lines"] == 0
    assert house.do("file_settlement", "2026-02-16", **said, body=body) == "settlement_filed"
    assert house.do("file_settlement", "2026-02-16", **said, body={"totals": {}}) == "record_malformed"
    assert house.do("file_settlement", "2026-02-17", **said, body=body | {"differences": 2})["differences"] == 2
    assert house.do("file_settlement", "2026-02-17", **said | {"subject": "nobody"}, body=body) == "funder_unknown"


AMOUNTS = st.builds(Sums, *[st.integers(0, 10**9)] * 6)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, st.integers(0, 700_000)), max_size=8))
def test_every_flow_is_settled_whole(loans):
    held = [
        Loan(
            1, n, "CNY", (Share("bank", ppm), Share(LENDER, WHOLE - ppm)), before, Sums(*(a + b for a, b in zip(before, more, strict=True)))
        )
        for n, (before, more, ppm) in enumerate(loans)
    ]
    found = settle(held)
    flowed = Sums(*(sum(loan.after[place] - loan.before[place] for loan in held) for place in range(len(Sums._fields))))
    assert total([line for lines in found.values() for line in lines]) == flowed


def test_files_that_do_not_agree_are_told_apart():
    ours = [Line(1, 1, "CNY", Sums(disbursed=100)), Line(1, 2, "CNY", Sums(principal=5)), Line(2, 1, "CNY", Sums(interest=7))]
    theirs = [Line(1, 1, "CNY", Sums(disbursed=100)), Line(2, 1, "CNY", Sums(interest=8)), Line(3, 1, "CNY", Sums(fee=1))]
    found = reconcile(ours, theirs, total(theirs))
    assert [(one.customer_id, one.loan_id, one.why) for one in found] == [(1, 2, ONLY_OURS), (2, 1, DIFFERS), (3, 1, ONLY_THEIRS)]
    assert reconcile(ours, ours, total(ours)) == []
    with refuses("settlement_totals_wrong"):
        reconcile(ours, theirs, total(ours))
    with refuses("settlement_duplicate"):
        reconcile(ours, [*ours, ours[0]], total([*ours, ours[0]]))
    assert Line(1, 1, "CNY", Sums(disbursed=100, principal=30, interest=2)).net_minor() == -68
