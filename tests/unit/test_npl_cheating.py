"""How a seller or a bidder would cheat in a tender, and what comes of it: nothing, or a lost deposit."""

import json
from datetime import UTC, datetime

import pytest

from plimsoll.app.wiring import read_command
from plimsoll.disposal.held_money import CASH, DEPOSIT, FORFEIT, tender_balances
from plimsoll.disposal.tender import hash_of, tender_of
from plimsoll.rulebook.rules import load
from tests.dossiers import Dossiers
from tests.made_tender import ASCENDING_TERMS, NONCE, SEALED_TERMS, bound, done, frozen, tender
from tests.unit.rule_folder import edited
from tests.unit.test_npl_tender import code, decided, sealed

CNY = {"currency": "CNY"}
RESERVE_NONCE = "the-seller's-nonce-1"


def one_stays_closed(house: Dossiers) -> dict:
    """Let a and b open their bids, and c, who bound the highest, not."""
    for n, (name, minor) in enumerate({"a": 900_000, "b": 950_000, "c": 2_000_000}.items()):
        done(house.run("commit_bid", "T1", f"2026-11-02T09:0{n}", bidder=name, hash=bound(minor, name)))
    for name, amount in (("a", "9000.00"), ("b", "9500.00")):
        done(house.run("reveal_bid", "T1", "2026-11-02T10:30", bidder=name, amount=amount, nonce=NONCE.format(name), **CNY))
    return decided(house)


def at_another_day(house: Dossiers, name: str, subject: str, day: str, now: datetime, **fields: object):
    """Give a command whose business day is not that of the clock."""
    return house.do(read_command({"key": "forged", "subject": subject, "on": day, **fields}, name), now, "wang")


# ---- bidders


def test_who_lost_its_qualification_after_joining_bids_no_more():
    house = tender()
    done(house.run("qualify_bidder", "a", "2026-10-30T09:00", "zhao", until="2026-10-01", reason="licence revoked"))
    assert code(house.run("commit_bid", "T1", "2026-11-02T09:00", bidder="a", hash=bound(900_000, "a"))) == "bidder_not_qualified"
    done(house.run("commit_bid", "T1", "2026-11-02T09:00", bidder="b", hash=bound(900_000, "b")))
    house = tender(ASCENDING_TERMS)
    done(house.run("qualify_bidder", "a", "2026-10-30T09:00", "zhao", until="2026-10-01", reason="licence revoked"))
    assert code(house.run("call_bid", "T1", "2026-11-02T09:00", bidder="a", amount="8000.00", **CNY)) == "bidder_not_qualified"


def test_who_binds_a_bid_and_does_not_open_it_loses_the_deposit():
    house = tender()
    told = one_stays_closed(house)
    assert (told["winner"], told["deposits_back"], told["deposits_lost"]) == ("b", ["a"], ["c"])
    assert code(house.run("return_deposit", "T1", "2026-11-03T09:00", bidder="c", amount="800.00", **CNY)) == "deposit_not_due"
    done(house.run("return_deposit", "T1", "2026-11-03T09:00", bidder="a", amount="800.00", **CNY))
    balances = tender_balances(tender_of(house.of("tender", "T1")))
    assert (balances[CASH], balances[DEPOSIT], balances[FORFEIT]) == (160_000, -80_000, -80_000)


def test_by_the_other_rule_it_has_the_deposit_back(tmp_path):
    house = tender()
    edited(tmp_path, "policy/disposal.yaml", "value: forfeit", "value: return")
    house.rules = load(tmp_path)
    told = one_stays_closed(house)
    assert (told["deposits_back"], told["deposits_lost"]) == (["a", "c"], [])
    done(house.run("return_deposit", "T1", "2026-11-03T09:00", bidder="c", amount="800.00", **CNY))


def test_nobody_is_called_what_the_seller_binds_its_reserve_under():
    assert code(Dossiers().run("register_bidder", "reserve", "2026-10-01T09:00", name="R", kind="amc_local")) == "bidder_malformed"


# ---- the seller


def test_a_seller_who_may_have_seen_the_bids_decides_and_does_not_cancel():
    house = tender()
    done(house.run("commit_bid", "T1", "2026-11-02T09:00", bidder="a", hash=bound(900_000, "a")))
    assert code(house.run("cancel_tender", "T1", "2026-11-02T10:00", reason="too low")) == "tender_bids_stand"
    done(house.run("cancel_tender", "T1", "2026-11-02T09:59", reason="wrong tape"))
    house = tender(ASCENDING_TERMS)
    done(house.run("call_bid", "T1", "2026-11-02T09:00", bidder="a", amount="8000.00", **CNY))
    assert code(house.run("cancel_tender", "T1", "2026-11-02T09:01", reason="too low")) == "tender_bids_stand"


def test_a_tender_without_a_bid_may_be_cancelled_to_the_end():
    done(tender().run("cancel_tender", "T1", "2026-11-02T11:00", reason="nobody bids"))


def test_a_reserve_that_is_lost_is_the_start_price():
    reserve = {"reserve_hash": hash_of("T1", "reserve", 2_000_000, "CNY", RESERVE_NONCE)}
    house = tender(**reserve)
    sealed(house, a=850_000, b=900_000)
    at_end = {"currency": "CNY", "bidders": list("abc")}
    assert code(house.run("decide_tender", "T1", "2026-11-02T12:00", "wang", **at_end)) == "reserve_does_not_match"
    told = decided(house, reserve_lost="the safe burned")
    assert (told["outcome"], told["winner"]) == ("sold", "b")
    assert tender_of(house.of("tender", "T1")).decision["reserve_lost"] == "the safe burned"


def test_a_sale_that_the_seller_never_confirmed_costs_the_buyer_nothing():
    house = tender()
    sealed(house, a=900_000, b=1_000_000)
    decided(house)
    assert code(house.run("fail_sale", "T1", "2026-11-12T09:00", reason="no money")) == "price_not_late"
    assert json.loads(done(house.run("fail_sale", "T1", "2026-11-13T09:00", reason="no money")).answer)["forfeited"] == "0.00"
    assert tender_balances(tender_of(house.of("tender", "T1")))[FORFEIT] == 0
    for name in "abc":
        done(house.run("return_deposit", "T1", "2026-11-14T09:00", bidder=name, amount="800.00", **CNY))
    assert set(tender_balances(tender_of(house.of("tender", "T1"))).values()) == {0}


def test_the_days_to_pay_pass_by_the_clock_whatever_day_the_command_says():
    house = tender()
    sealed(house, a=900_000, b=1_000_000)
    decided(house)
    done(house.run("confirm_sale", "T1", "2026-11-03T09:00", "zhao", contract="C"))
    outcome = at_another_day(house, "fail_sale", "T1", "2027-06-01", datetime(2026, 11, 4, tzinfo=UTC), reason="no money")
    assert code(outcome) == "price_not_late"


def test_the_notice_is_counted_from_the_clock_whatever_day_the_command_says():
    house = Dossiers()
    frozen(house)
    soon = SEALED_TERMS | {"joins_until": "2026-11-02T08:30:00Z"}
    outcome = at_another_day(house, "open_tender", "T1", "2026-10-12", datetime(2026, 11, 2, 8, tzinfo=UTC), **soon)
    assert code(outcome) == "tender_notice_too_short"


def test_a_package_is_in_one_tender_at_a_time_and_is_not_withdrawn_under_it():
    house = tender()
    assert code(house.run("open_tender", "T2", "2026-10-12T09:00", **SEALED_TERMS)) == "package_in_tender"
    assert code(house.run("withdraw_package", "P1", "2026-10-21T09:00", reason="x")) == "package_in_tender"
    done(house.run("cancel_tender", "T1", "2026-10-22T09:00", reason="wrong tape"))
    done(house.run("withdraw_package", "P1", "2026-10-23T09:00", reason="x"))


@pytest.mark.parametrize(("day", "refused"), [("2026-12-31T09:00", ""), ("2027-01-01T09:00", "npl_sale_not_open")])
def test_the_contract_is_signed_while_the_pilot_is_open(day, refused):
    house = tender()
    sealed(house, a=900_000, b=1_000_000)
    decided(house)
    outcome = house.run("confirm_sale", "T1", day, "zhao", contract="C")
    assert code(outcome) == refused if refused else done(outcome)
