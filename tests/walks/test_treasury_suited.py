"""Investors and what suits them, on both databases: assessed before they commit, passed over once it runs out, and told so."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from plimsoll.app.dossier import dossier_of
from plimsoll.app.treasury.disclose import Asked, disclose
from plimsoll.app.treasury.disclosure_page import csv_of, html_of
from plimsoll.app.treasury.fund_draws import Act
from plimsoll.app.treasury.move_parts import leave
from plimsoll.app.verify import verify
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.share import Share
from tests.walks.test_treasury import DRAWN_ON, RULES, TERMS, House, fund_draws, shares, write_tape
from tests.walks.test_treasury_parts import ASSESSED

LATER = date(2026, 3, 2)
BEFORE = ASSESSED | {"horizon_months": 12, "assessed_on": "2025-03-01"}
ACT = Act("treasury", datetime(2026, 6, 1, 12, tzinfo=UTC), RULES)
FUND = TERMS | {"subject": "fund", "kind": "investor", "committed": "2000.00", "most": "0.7", "months_most": 12}


def draw(house: House, customer: int, on: str) -> None:
    house.do("open_customer", on, customer_id=customer)
    limits = {"currency": "CNY", "limit": "5000.00", "cash_limit": "5000.00", "later_limit": "0.00"}
    house.do("open_line", on, customer_id=customer, **limits)
    said = {"currency": "CNY", "amount": "1000.00", "rate": "0.0004", "instalments": 6}
    house.do("draw", on, customer_id=customer, loan_id=10 + customer, **said)


@pytest.fixture
def house(store) -> House:
    """Give a book with an investor that nothing but its horizon of 12 months holds back, and a draw that it funds most of."""
    found = House(store)
    assert found.do("register_funder", "2026-01-05", **FUND) == "investor_not_assessed"
    assert dossier_of(store, "funder", "fund") == ()
    told = found.do("assess_investor", "2026-01-05", subject="fund", **BEFORE)
    assert told == {"funder": "fund", "level": "venturesome", "until": "2026-02-28"}
    assert found.do("register_funder", "2026-01-05", **FUND | {"months_most": 13}) == "investor_unsuited"
    assert found.do("register_funder", "2026-01-05", **FUND) == {"funder": "fund"}
    draw(found, 1, "2026-01-15")
    fund_draws(store, DRAWN_ON, ACT)
    return found


def test_who_is_assessed_no_more_takes_nothing_new_and_keeps_what_it_has(house):
    assert shares(house, 1) == [Share("fund", 700_000), Share(LENDER, 300_000)]
    draw(house, 2, LATER.isoformat())
    (done,) = fund_draws(house.store, LATER, ACT)
    assert done.left_out == {("fund", "investor_not_assessed"): 1}
    assert shares(house, 2) == []
    assert shares(house, 1)[0] == Share("fund", 700_000)
    amended = {name: said for name, said in FUND.items() if name != "kind"}
    assert house.do("amend_funder", "2026-03-02", **amended) == "investor_not_assessed"
    again = BEFORE | {"assessed_on": "2026-03-02", "loss_capacity": "0.3"}
    assert house.do("assess_investor", "2026-03-02", subject="fund", **again)["level"] == "balanced"
    (done,) = fund_draws(house.store, LATER, ACT)
    assert done.left_out == {("fund", "investor_unsuited"): 1}, "a draw of nobody's grade may lose all"
    house.do("assess_investor", "2026-03-02", subject="fund", **again | {"loss_capacity": "1"})
    fund_draws(house.store, LATER, ACT)
    assert shares(house, 2)[0] == Share("fund", 700_000)
    assert verify(house.store).breaches == {}


def test_an_investor_takes_over_only_what_suits_it(house):
    house.do("register_funder", "2026-01-05", subject="bank", kind="partner", committed="9000.00", most="0.7", **TERMS)
    assert leave(house.store, "fund", date(2026, 2, 1), ACT, "bank").parts == 1
    assert leave(house.store, "bank", LATER, ACT, "fund").code == "investor_not_assessed"
    assert shares(house, 1)[0] == Share("bank", 700_000)
    assert leave(house.store, "bank", date(2026, 2, 28), ACT, "fund").parts == 1


def test_an_investor_is_told_its_level_when_it_runs_out_and_what_does_not_suit(house, tmp_path):
    write_tape(house.store, tmp_path, date(2026, 1, 31), date(2026, 2, 28))
    asked = Asked(date(2026, 2, 1), "CNY", "fund", tmp_path)

    def told() -> dict[str, str]:
        """Give the section by what is told; what does not suit in one."""
        rows = csv.DictReader(io.StringIO(csv_of(disclose(house.store, asked, RULES))))
        found: dict[str, str] = {}
        for row in rows:
            if row["section"] == "What suits you":
                found[row["what"]] = "; ".join(filter(None, (found.get(row["what"]), row["value"])))
        return found

    first = told()
    assert (first["your level"], first["the assessment holds until"]) == ("venturesome", "2026-02-28")
    assert (first["longest loans (months)"], first["part of it that is lent now %"]) == ("12", "35.00")
    assert first["does not suit you"] == "loans of more than 12 months"
    house.do("assess_investor", "2026-02-20", subject="fund", **ASSESSED | {"loss_capacity": "0.1", "assessed_on": "2026-02-20"})
    over = told()
    assert over["your level"] == "cautious"
    assert over["does not suit you"] == (
        "loans of more than 6 months; loans with an expected loss above 1.00 % a year; "
        "more than 30.00 % of your commitment lent (you are above it now)"
    )
    page = html_of(disclose(house.store, asked, RULES))
    assert "不适合您的" in page
    assert "What suits you" not in html_of(disclose(house.store, asked._replace(funder=""), RULES))
