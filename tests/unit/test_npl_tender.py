"""Tenders: who may take part, what everybody may see, sealed and ascending bids, and every refusal by its name."""

import json
from datetime import date

import pytest

from plimsoll.disposal.collusion import screens
from plimsoll.disposal.package import package_of
from plimsoll.disposal.tender import Bid, hash_of, tender_of
from plimsoll.disposal.tender_view import bidder_view, opening, public_view, seller_view
from plimsoll.loan.dossier import Written
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused
from tests.dossiers import Dossiers
from tests.made_tender import ACCEPTS, ASCENDING_TERMS, NONCE, SEALED_TERMS, bidders, bound, done, frozen, tender
from tests.unit.rule_folder import edited

CALL = {"currency": "CNY"}


def code(outcome) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def sealed(house: Dossiers, **bids: int) -> None:
    """Bind bids of minor units, one a minute, and open them all."""
    for n, (name, minor) in enumerate(bids.items()):
        done(house.run("commit_bid", "T1", f"2026-11-02T09:{n:02d}", bidder=name, hash=bound(minor, name)))
    for name, minor in bids.items():
        done(
            house.run(
                "reveal_bid", "T1", "2026-11-02T10:30", bidder=name, amount=f"{minor / 100:.2f}", currency="CNY", nonce=NONCE.format(name)
            )
        )


def decided(house: Dossiers, at: str = "2026-11-02T12:00", names: str = "abc", **fields: object) -> dict:
    return json.loads(done(house.run("decide_tender", "T1", at, "wang", currency="CNY", bidders=list(names), **fields)).answer)


# ---- opening


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"package": "P2"}, "package_unknown"),
        ({"currency": "USD"}, "currency_must_match"),
        ({"format": "whispered"}, "tender_malformed"),
        ({"bids_from": "2026-11-02"}, "tender_malformed"),
        ({"bids_until": "2026-11-02T08:00:00Z"}, "tender_malformed"),
        ({"opens_until": "2026-11-02T10:00:00Z"}, "tender_malformed"),
        ({"joins_until": "2026-10-12T08:00:00Z"}, "tender_malformed"),
        ({"deposit": "399.99"}, "deposit_out_of_bounds"),
        ({"deposit": "800.01"}, "deposit_out_of_bounds"),
        ({"start": "0.00", "deposit": "0.00"}, "tender_malformed"),
        ({"reserve": "7999.99"}, "tender_malformed"),
        ({"reserve_hash": "xyz"}, "tender_malformed"),
        ({"reserve": "9000.00", "reserve_hash": "0" * 64}, "tender_malformed"),
        ({"format": "ascending"}, "tender_malformed"),
        ({"joins_until": "2026-10-20T17:00:00Z", "bids_from": "2026-10-23T09:00:00Z"}, "tender_notice_too_short"),
        ({"bids_until": "2027-01-04T10:00:00Z", "opens_until": "2027-01-05T10:00:00Z"}, "npl_sale_not_open"),
    ],
)
def test_a_tender_that_cannot_be_is_not_opened(change, refused):
    house = Dossiers()
    frozen(house)
    assert code(house.run("open_tender", "T1", "2026-10-12T09:00", **(SEALED_TERMS | change))) == refused
    assert house.of("tender", "T1") == ()


def test_ten_working_days_pass_between_notice_and_bids():
    """From Monday 12 October, the tenth working day is Monday 26 October."""
    house = Dossiers()
    frozen(house)
    early = SEALED_TERMS | {"joins_until": "2026-10-20T17:00:00Z"}
    assert (
        code(house.run("open_tender", "T1", "2026-10-12T09:00", **(early | {"bids_from": "2026-10-23T09:00:00Z"})))
        == "tender_notice_too_short"
    )
    done(house.run("open_tender", "T1", "2026-10-12T09:00", **(early | {"bids_from": "2026-10-26T09:00:00Z"})))
    assert code(house.run("open_tender", "T1", "2026-10-12T09:00", **early)) == "tender_exists"


# ---- who takes part


def test_only_the_qualified_who_accept_the_terms_and_pay_take_part():
    house = Dossiers()
    frozen(house)
    bidders(house, "a")
    done(house.run("open_tender", "T1", "2026-10-12T09:00", **SEALED_TERMS))
    join = {"bidder": "a", "accepts": ACCEPTS}
    assert code(house.run("register_bidder", "x", "2026-10-01T09:00", "wang", name="X", kind="pawnbroker")) == "bidder_kind_unknown"
    assert code(house.run("register_bidder", "x", "2026-10-01T09:00", "wang", name=" ", kind="aic")) == "bidder_malformed"
    done(house.run("register_bidder", "x", "2026-10-01T09:00", "wang", name="X", kind="aic"))
    assert code(house.run("register_bidder", "x", "2026-10-01T09:00", "wang", name="X", kind="aic")) == "bidder_exists"
    assert code(house.run("join_tender", "T1", "2026-10-20T09:00", bidder="x", accepts=ACCEPTS)) == "bidder_not_qualified"
    assert code(house.run("qualify_bidder", "x", "2026-10-02T09:00", "wang", until="2026-12-31", evidence=["e"])) == "maker_cannot_check"
    assert code(house.run("qualify_bidder", "x", "2026-10-02T09:00", "zhao", until="2026-12-31")) == "bidder_papers_missing"
    done(house.run("qualify_bidder", "x", "2026-10-02T09:00", "zhao", until="2026-10-19", evidence=["e"]))
    assert code(house.run("join_tender", "T1", "2026-10-20T09:00", bidder="x", accepts=ACCEPTS)) == "bidder_not_qualified"
    assert code(house.run("join_tender", "T1", "2026-10-20T09:00", bidder="a", accepts=["nda", "conduct"])) == "tender_terms_not_accepted"
    assert code(house.run("join_tender", "T1", "2026-10-28T17:00", **join)) == "tender_join_late"
    assert code(house.run("pay_deposit", "T1", "2026-10-20T09:00", bidder="a", amount="800.00", **CALL)) == "bidder_not_in_tender"
    done(house.run("join_tender", "T1", "2026-10-20T09:00", **join))
    assert code(house.run("join_tender", "T1", "2026-10-20T09:00", **join)) == "tender_joined_already"
    assert code(house.run("commit_bid", "T1", "2026-11-02T09:00", bidder="a", hash="0" * 64)) == "deposit_missing"
    assert code(house.run("pay_deposit", "T1", "2026-10-20T09:00", bidder="a", amount="799.99", **CALL)) == "deposit_differs"
    assert code(house.run("pay_deposit", "T1", "2026-10-28T17:00", bidder="a", amount="800.00", **CALL)) == "deposit_late"
    done(house.run("pay_deposit", "T1", "2026-10-20T09:00", bidder="a", amount="800.00", **CALL))
    assert code(house.run("pay_deposit", "T1", "2026-10-20T09:00", bidder="a", amount="800.00", **CALL)) == "deposit_paid_already"


def test_everybody_has_the_same_papers_and_answers_and_looks_are_logged():
    house = tender()
    paper = {"document": "tape.csv", "digest": "a" * 64}
    assert code(house.run("add_document", "T1", "2026-10-15T09:00", document="tape.csv", digest="xyz")) == "document_malformed"
    done(house.run("add_document", "T1", "2026-10-15T09:00", **paper))
    assert code(house.run("add_document", "T1", "2026-10-15T09:00", **paper)) == "document_exists"
    assert code(house.run("add_document", "T1", "2026-11-02T09:00", document="late.pdf", digest="b" * 64)) == "document_late"
    looks = [
        json.loads(done(house.run("open_document", "T1", "2026-10-21T09:00", bidder=name, document="tape.csv")).answer) for name in "aab"
    ]
    assert looks[0]["mark"] == looks[1]["mark"] != looks[2]["mark"]
    assert code(house.run("open_document", "T1", "2026-10-21T09:00", bidder="z", document="tape.csv")) == "bidder_not_in_tender"
    assert code(house.run("open_document", "T1", "2026-10-21T09:00", bidder="a", document="else")) == "tender_document_unknown"
    assert code(house.run("open_document", "T1", "2026-11-02T12:00", bidder="a", document="tape.csv")) == "data_room_closed"
    ask = {"bidder": "a", "question_id": "q1", "text": "How many were sued?"}
    assert code(house.run("answer_question", "T1", "2026-10-21T09:00", question_id="q1", text="None.")) == "question_unknown"
    done(house.run("ask_question", "T1", "2026-10-21T09:00", **ask))
    assert code(house.run("ask_question", "T1", "2026-10-21T09:00", **ask)) == "question_exists"
    assert code(house.run("ask_question", "T1", "2026-10-21T09:00", **(ask | {"text": " "}))) == "question_malformed"
    assert code(house.run("ask_question", "T1", "2026-11-02T09:00", **(ask | {"question_id": "q2"}))) == "question_late"
    done(house.run("answer_question", "T1", "2026-10-22T09:00", question_id="q1", text="None."))
    assert code(house.run("answer_question", "T1", "2026-10-22T09:00", question_id="q1", text="Some.")) == "question_answered"
    found, package = tender_of(house.of("tender", "T1")), package_of(house.of("package", "P1"))
    on, rules = date(2026, 10, 22), load()
    seen = [bidder_view("T1", found, package, rules, on, name) for name in "abc"]
    assert all(one["questions"] == {"q1": {"text": "How many were sued?", "answer": "None."}} for one in seen)
    assert all(one["documents"] == {"tape.csv": "a" * 64} for one in seen)
    assert [one["own"]["looked"] for one in seen] == [{"tape.csv": 2}, {"tape.csv": 1}, {}]
    public = public_view("T1", found, package, rules, on)
    assert public["start_price"] is None, "since 2025-11-18 the public does not see it"
    assert public_view("T1", found, package, rules, date(2025, 11, 17))["start_price"] == "8000.00"
    assert public["notice"]["principal"] == "95000.00"
    assert not any(word in json.dumps(public) for word in ("How many", "8000", "AMC", "reserve"))
    assert seller_view("T1", found, package, rules, on)["members"]["a"]["looked"] == {"tape.csv": 2}


# ---- sealed


def test_the_highest_sealed_bid_wins_and_everybody_can_check_the_opening():
    house = tender()
    sealed(house, a=900_000, b=1_234_567, c=1_000_000)
    told = decided(house)
    assert (told["outcome"], told["winner"], told["price"], told["deposits_back"]) == ("sold", "b", "12345.67", ["a", "c"])
    found = tender_of(house.of("tender", "T1"))
    package = package_of(house.of("package", "P1"))
    shown = bidder_view("T1", found, package, load(), date(2026, 11, 2), "a")["opening"]
    assert shown == opening("T1", found)
    for one in shown:
        name, bidder, minor, currency, nonce = one["lines"].split("\n")
        assert hash_of(name, bidder, int(minor), currency, nonce) == one["hash"]


def test_nobody_sees_a_sealed_bid_before_its_opening():
    house = tender()
    done(house.run("commit_bid", "T1", "2026-11-02T09:00", bidder="a", hash=bound(1_234_567, "a")))
    found, package = tender_of(house.of("tender", "T1")), package_of(house.of("package", "P1"))
    told = json.dumps([view("T1", found, package, load(), date(2026, 11, 2)) for view in (public_view, seller_view)])
    told += json.dumps([filing.body for filing in house.of("tender", "T1")])
    assert "12345" not in told
    assert "1234567" not in told


def test_late_low_duplicate_retracted_and_other_bids_are_refused_by_name():
    house = tender(names=("a", "b", "c", "d"))
    commit = {"bidder": "a", "hash": bound(900_000, "a")}
    opened = {"bidder": "a", "amount": "9000.00", "currency": "CNY", "nonce": NONCE.format("a")}
    assert code(house.run("commit_bid", "T1", "2026-11-02T08:59", **commit)) == "bid_early"
    assert code(house.run("commit_bid", "T1", "2026-11-02T09:00", bidder="a", hash="12")) == "bid_malformed"
    assert code(house.run("commit_bid", "T1", "2026-11-02T09:00", bidder="z", hash="0" * 64)) == "bidder_not_in_tender"
    assert code(house.run("call_bid", "T1", "2026-11-02T09:00", bidder="a", amount="9000.00", **CALL)) == "tender_format_other"
    assert code(house.run("retract_bid", "T1", "2026-11-02T09:00", bidder="a")) == "bid_unknown"
    done(house.run("commit_bid", "T1", "2026-11-02T09:00", **commit))
    assert code(house.run("commit_bid", "T1", "2026-11-02T09:01", **commit)) == "bid_exists"
    assert code(house.run("commit_bid", "T1", "2026-11-02T09:01", bidder="b", hash=commit["hash"])) == "bid_copied"
    done(house.run("retract_bid", "T1", "2026-11-02T09:30", bidder="a"))
    assert code(house.run("reveal_bid", "T1", "2026-11-02T10:30", **opened)) == "bid_unknown", "it was taken back"
    done(house.run("commit_bid", "T1", "2026-11-02T09:40", **commit))
    assert code(house.run("commit_bid", "T1", "2026-11-02T10:00", bidder="b", hash=bound(1, "b"))) == "bid_late"
    assert code(house.run("retract_bid", "T1", "2026-11-02T10:00", bidder="a")) == "bid_binds"
    assert code(house.run("reveal_bid", "T1", "2026-11-02T09:59", **opened)) == "bid_opened_early"
    assert code(house.run("reveal_bid", "T1", "2026-11-02T10:30", **(opened | {"amount": "9000.01"}))) == "bid_does_not_match"
    assert (
        code(house.run("reveal_bid", "T1", "2026-11-02T10:30", **(opened | {"nonce": "another-nonce-0123456789"}))) == "bid_does_not_match"
    )
    assert code(house.run("reveal_bid", "T1", "2026-11-02T10:30", **(opened | {"currency": "USD"}))) == "currency_must_match"
    assert code(house.run("reveal_bid", "T1", "2026-11-02T12:00", **opened)) == "bid_opened_late"
    done(house.run("reveal_bid", "T1", "2026-11-02T10:30", **opened))
    assert code(house.run("reveal_bid", "T1", "2026-11-02T10:31", **opened)) == "bid_opened_already"
    assert code(house.run("decide_tender", "T1", "2026-11-02T11:59", currency="CNY", bidders=list("abcd"))) == "tender_not_over"
    assert code(house.run("decide_tender", "T1", "2026-11-02T12:00", currency="CNY", bidders=["a"])) == "bidder_not_in_tender"


def test_a_low_bid_and_a_guessable_nonce_do_not_count():
    house = tender()
    done(house.run("commit_bid", "T1", "2026-11-02T09:00", bidder="a", hash=bound(799_999, "a")))
    done(house.run("commit_bid", "T1", "2026-11-02T09:01", bidder="b", hash=hash_of("T1", "b", 900_000, "CNY", "short")))
    low = {"bidder": "a", "amount": "7999.99", "currency": "CNY", "nonce": NONCE.format("a")}
    assert code(house.run("reveal_bid", "T1", "2026-11-02T10:30", **low)) == "bid_too_low"
    assert (
        code(house.run("reveal_bid", "T1", "2026-11-02T10:30", bidder="b", amount="9000.00", currency="CNY", nonce="short"))
        == "bid_does_not_match"
    )
    told = decided(house)
    assert (told["outcome"], told["why"], told["deposits_back"], told["deposits_lost"]) == ("no_sale", "no_bid", ["c"], ["a", "b"])


def test_a_bound_reserve_cannot_be_changed_after_the_bids():
    reserve = {"reserve_hash": hash_of("T1", "reserve", 1_000_000, "CNY", "the-seller's-nonce-1")}
    house = tender(SEALED_TERMS | reserve)
    sealed(house, a=950_000, b=900_000)
    for told in ({"reserve": "9400.00"}, {"reserve": "10000.00", "nonce": "other"}, {}):
        asked = {"nonce": "the-seller's-nonce-1", **told}
        assert (
            code(house.run("decide_tender", "T1", "2026-11-02T12:00", currency="CNY", bidders=list("abc"), **asked))
            == "reserve_does_not_match"
        )
    told = decided(house, reserve="10000.00", nonce="the-seller's-nonce-1")
    assert (told["outcome"], told["why"]) == ("no_sale", "below_reserve")


def test_equal_bids_go_to_the_earliest_or_by_lot(tmp_path):
    house = tender()
    sealed(house, b=900_000, a=900_000, c=850_000)
    assert decided(house)["winner"] == "b"
    edited(tmp_path, "policy/disposal.yaml", "value: earliest", "value: lot")
    by_lot = load(tmp_path)
    winners = set()
    for n in range(12):
        house = tender()
        house.rules = by_lot
        nonces = {name: f"{NONCE.format(name)}{n}" for name in "ab"}
        for name, nonce in nonces.items():
            done(house.run("commit_bid", "T1", "2026-11-02T09:00", bidder=name, hash=hash_of("T1", name, 900_000, "CNY", nonce)))
        for name, nonce in nonces.items():
            done(house.run("reveal_bid", "T1", "2026-11-02T10:30", bidder=name, amount="9000.00", currency="CNY", nonce=nonce))
        winners.add(decided(house)["winner"])
    assert winners == {"a", "b"}, "the lot hangs on the nonces alone"


def test_one_bidder_alone_is_a_sale_by_negotiation_or_none(tmp_path):
    house = tender(names=("a",))
    sealed(house, a=900_000)
    assert decided(house, names="a")["outcome"] == "negotiated"
    house = tender(names=("a",))
    edited(tmp_path, "policy/disposal.yaml", "value: negotiate", "value: fail")
    house.rules = load(tmp_path)
    sealed(house, a=900_000)
    told = decided(house, names="a")
    assert (told["outcome"], told["why"], told["deposits_back"]) == ("no_sale", "single_bidder", ["a"])


# ---- ascending


def test_calls_rise_by_the_increment_and_one_near_the_end_gives_more_time():
    house = tender(ASCENDING_TERMS)

    def call(at: str, bidder: str, amount: str):
        return house.run("call_bid", "T1", f"2026-11-02T{at}", bidder=bidder, amount=amount, currency="CNY")

    assert code(call("08:59", "a", "8000.00")) == "bid_early"
    assert code(call("09:00", "a", "7999.99")) == "bid_too_low"
    assert json.loads(done(call("09:00", "a", "8000.00")).answer)["is_overtime"] is False
    assert code(call("09:01", "a", "8100.00")) == "bid_leads_already"
    assert code(call("09:01", "b", "8099.99")) == "bid_too_low"
    assert json.loads(done(call("09:56", "b", "8100.00")).answer)["closes_at"] == "2026-11-02T10:01:00Z"
    assert json.loads(done(call("10:00:59", "c", "9000.00")).answer)["closes_at"] == "2026-11-02T10:05:59Z"
    assert code(house.run("decide_tender", "T1", "2026-11-02T10:05:58", currency="CNY", bidders=list("abc"))) == "tender_not_over"
    assert code(call("10:05:59", "a", "9100.00")) == "bid_late"
    assert code(house.run("retract_bid", "T1", "2026-11-02T09:58", bidder="b")) == "tender_format_other", "a call binds"
    assert code(house.run("commit_bid", "T1", "2026-11-02T09:58", bidder="b", hash="0" * 64)) == "tender_format_other"
    found, package = tender_of(house.of("tender", "T1")), package_of(house.of("package", "P1"))
    view = bidder_view("T1", found, package, load(), date(2026, 11, 2), "a")
    assert (view["highest"], view["own"]["leads"]) == ("9000.00", False)
    assert '"c"' not in json.dumps(view)
    told = decided(house, at="2026-11-02T10:05:59")
    assert (told["outcome"], told["winner"], told["price"]) == ("sold", "c", "9000.00")


# ---- after it


def test_from_the_decision_to_the_sold_package():
    house = tender()
    sealed(house, a=900_000, b=1_000_000)
    decided(house)
    assert code(house.run("cancel_tender", "T1", "2026-11-02T13:00", reason="second thoughts")) == "tender_not_ready"
    assert code(house.run("confirm_sale", "T1", "2026-11-03T09:00", "wang", contract="C-1")) == "maker_cannot_check"
    assert code(house.run("confirm_sale", "T1", "2026-11-03T09:00", "zhao", contract=" ")) == "contract_missing"
    assert code(house.run("pay_price", "T1", "2026-11-03T09:00", amount="9200.00", currency="CNY")) == "tender_not_ready"
    assert code(house.run("fail_sale", "T1", "2026-11-12T09:00", reason="no money")) == "price_not_late"
    done(house.run("confirm_sale", "T1", "2026-11-03T09:00", "zhao", contract="C-1"))
    assert code(house.run("sell_package", "P1", "2026-11-04T09:00", tender="T1")) == "tender_not_ready"
    assert code(house.run("pay_price", "T1", "2026-11-04T09:00", amount="10000.00", currency="CNY")) == "price_differs"
    done(house.run("pay_price", "T1", "2026-11-04T09:00", amount="9200.00", currency="CNY", ref="bank 1"))
    assert code(house.run("sell_package", "P1", "2026-11-04T09:00", tender="T2")) == "tender_unknown"
    done(house.run("sell_package", "P1", "2026-11-04T09:00", tender="T1"))
    sold = package_of(house.of("package", "P1"))
    assert (sold.state, sold.buyer, sold.price_minor, sold.contract) == ("sold", "b", 1_000_000, "C-1")
    assert code(house.run("sell_package", "P1", "2026-11-04T09:00", tender="T1")) == "package_not_ready"
    assert code(house.run("withdraw_package", "P1", "2026-11-04T09:00", reason="x")) == "package_not_ready"


def test_a_buyer_who_does_not_pay_loses_the_deposit():
    house = tender()
    sealed(house, a=900_000, b=1_000_000)
    decided(house)
    done(house.run("confirm_sale", "T1", "2026-11-06T09:00", "zhao", contract="C-1"))
    assert code(house.run("fail_sale", "T1", "2026-11-16T09:00", reason="no money")) == "price_not_late", "ten days from the confirmation"
    assert json.loads(done(house.run("fail_sale", "T1", "2026-11-17T09:00", reason="no money")).answer) == {
        "state": "failed",
        "forfeited": "800.00",
    }
    assert code(house.run("return_deposit", "T1", "2026-11-17T10:00", bidder="b", amount="800.00", currency="CNY")) == "deposit_not_due"
    done(house.run("open_tender", "T2", "2026-11-17T10:00", **(SEALED_TERMS | {
        "joins_until": "2026-11-27T17:00:00Z", "bids_from": "2026-12-03T09:00:00Z", "bids_until": "2026-12-03T10:00:00Z",
        "opens_until": "2026-12-03T12:00:00Z"})))  # fmt: skip


def test_a_cancelled_tender_gives_every_deposit_back():
    house = tender()
    assert code(house.run("cancel_tender", "T1", "2026-10-30T09:00", reason=" ")) == "reasons_missing"
    assert json.loads(done(house.run("cancel_tender", "T1", "2026-10-30T09:00", reason="wrong tape")).answer)["deposits_back"] == [
        "a",
        "b",
        "c",
    ]
    assert code(house.run("commit_bid", "T1", "2026-11-02T09:00", bidder="a", hash="0" * 64)) == "tender_not_ready"


# ---- screens


@pytest.mark.parametrize(
    ("minors", "told"),
    [
        ((1_000_000, 700_000, 500_000), []),
        ((1_000_000, 995_000, 990_000), ["close_together"]),
        ((2_000_000, 900_000, 899_000, 896_000), ["winner_far_above"]),
        ((1_300_000, 1_200_000, 1_100_000, 1_000_000), ["even_steps"]),
        ((1_000_000, 1_000_000, 600_000), ["same_bid: a, b"]),
        ((1_000_000, 999_000), []),
    ],
)
def test_what_looks_arranged_is_told(minors, told):
    house = tender(names=("a", "b", "c", "d"))
    found = tender_of(house.of("tender", "T1"))
    bids = [Bid(name, minor, found.bids_from) for name, minor in zip("abcd", minors, strict=False)]
    assert screens(found, bids, {}) == told


def test_amounts_that_were_called_in_turn_tell_nothing():
    found = tender_of(tender(ASCENDING_TERMS).of("tender", "T1"))
    assert (
        screens(found, [Bid(name, minor, found.bids_from) for name, minor in zip("abc", (820_000, 810_000, 800_000), strict=True)], {})
        == []
    )


def test_one_owner_no_look_and_bids_taken_back_are_told():
    house = tender(names=("a", "b", "c"))
    done(house.run("add_document", "T1", "2026-10-15T09:00", document="tape.csv", digest="a" * 64))
    done(house.run("open_document", "T1", "2026-10-21T09:00", bidder="a", document="tape.csv"))
    done(house.run("commit_bid", "T1", "2026-11-02T09:00", bidder="c", hash=bound(1, "c")))
    done(house.run("retract_bid", "T1", "2026-11-02T09:01", bidder="c"))
    sealed(house, a=900_000, b=1_000_000)
    assert decided(house)["screens"] == ["no_look: b", "taken_back: c"]
    found = tender_of(house.of("tender", "T1"))
    assert screens(found, [], {"a": "G", "b": "G", "c": "H"}) == ["one_owner: a, b"]
    assert isinstance(house.run("confirm_sale", "T1", "2026-11-03T09:00", "zhao", contract="C"), Written), "a screen decides nothing"
