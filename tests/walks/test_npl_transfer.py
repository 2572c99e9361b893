"""A transfer that stops half-way, or is done again later: what went over stays gone, and money that came late is the buyer's."""

import json
import stat
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert

from plimsoll.app.closing.close import CLOSED
from plimsoll.app.database.outbox import waiting
from plimsoll.app.database.schema import close_run
from plimsoll.app.disposal import put_back as put_back_module
from plimsoll.app.disposal import transfer_package as transfer_module
from plimsoll.app.disposal.after_sale import after_sale
from plimsoll.app.disposal.bad_loans import Person
from plimsoll.app.disposal.make_package import Wish, make_package
from plimsoll.app.disposal.package_files import write_package
from plimsoll.app.disposal.put_back import put_back
from plimsoll.app.disposal.transfer_package import transfer_package
from plimsoll.app.dossier import dossier_of, execute_dossier
from plimsoll.app.execute import Answer, execute
from plimsoll.app.held_money import house_balances
from plimsoll.app.verify import verify
from plimsoll.app.wiring import DOSSIER_WIRING, WIRING, read_command
from plimsoll.disposal.package import package_of
from plimsoll.disposal.tender import SEALED
from plimsoll.simulator.bid import stage
from tests.walks.test_npl_sale import CUT_OFF, GOES, MADE, RULES, at, first_only, give, made_book, packed

LATER = date(2026, 11, 9)


@pytest.fixture
def sold(store):
    """The book of `made_book`, its package P1 sold."""
    made_book(store)
    made = packed(store)
    keep, price = (sum(worth[n] for worth in made.worth.values()) for n in (0, 1))
    staged = stage(store, "P1", "T1", on=MADE, form=SEALED, price_minor=price, keep_minor=keep, currency="CNY", seed=3, rules=RULES)
    assert staged.outcome == "sold"
    return store


def transfer(store, folder, on=GOES, **more):
    return transfer_package(store, "P1", folder, actor="zhao", now=at(on), on=on, rules=RULES, **more)


def stops_after_one(store, folder, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(transfer_module, "execute_many", first_only)
        with pytest.raises(ValueError, match="shorter"):
            transfer(store, folder)


def test_who_complains_while_the_transfer_is_half_done_has_gone_all_the_same(sold, tmp_path, monkeypatch):
    stops_after_one(sold, tmp_path, monkeypatch)
    give(sold, 1, "2026-11-07", "file_complaint", complaint_id="c1", about="collection_conduct", loan_id=11)
    done = transfer(sold, tmp_path, LATER)
    account = json.loads(done.account)
    assert {one.loan.loan_id: one.stays for one in done.going} == {11: "", 31: "", 41: "", 51: "", 61: ""}
    assert (account["loans"], account["held_back"], account["to_buyer"]) == (5, 0, "0.00")
    assert house_balances(sold)["CNY"]["liability.sale"] == 0, "no share goes back of a claim that went over"
    assert verify(sold).breaches == {}


def test_the_file_of_a_transfer_is_made_again_whatever_came_since(sold, tmp_path):
    done = transfer(sold, tmp_path)
    first = (tmp_path / "hand-over.csv").read_bytes()
    assert stat.S_IMODE((tmp_path / "hand-over.csv").stat().st_mode) == 0o600
    give(sold, 6, "2026-11-08", "file_complaint", complaint_id="c1", about="collection_conduct", loan_id=61)
    again = transfer(sold, tmp_path, LATER)
    assert again.account == done.account
    assert (tmp_path / "hand-over.csv").read_bytes() == first


def test_money_of_the_time_before_the_cut_off_that_is_recorded_late_is_the_buyers(sold, tmp_path):
    said = {"key": "late", "customer_id": 3, "on": "2026-09-29", "loan_id": 31, "currency": "CNY", "amount": "500.00"}
    at_last = datetime(2026, 10, 20, 9, tzinfo=UTC)
    assert isinstance(execute(sold, WIRING, read_command(said, "repay"), actor="test", now=at_last, rules=RULES), Answer)
    done = transfer(sold, tmp_path)
    assert {one.loan.loan_id: one.received_minor for one in done.going} == {11: 0, 31: 50_000, 41: 0, 51: 0, 61: 0}
    assert json.loads(done.account)["to_buyer"] == "500.00"


def test_the_debtor_is_told_the_full_name_of_who_bought_the_claim(sold, tmp_path):
    transfer(sold, tmp_path)
    told = [json.loads(message.payload) for message in waiting(sold) if message.kind == "claim_transferred"]
    assert len(told) == 5
    assert {one["buyer_name"] for one in told} == {"Qinling Asset Investment (made up)"}


def test_a_loan_that_was_not_bad_stays_whatever_the_part_of_the_package_said(store, tmp_path):
    """An officer fills a package with a loan of 46 days past due and says 200."""
    made_book(store)
    rows = [[6, 61, 600_000, 0, 0, 260, 100_000, 80_000], [7, 71, 700_000, 0, 0, 200, 100_000, 80_000]]
    sheet = {"cut_off": CUT_OFF.isoformat(), "currency": "CNY", "loans": 2, "borrowers": 2, "principal": "13000.00", "interest": "0.00"}
    steps = (
        ("open_package", {"cut_off": CUT_OFF.isoformat(), "currency": "CNY", "licence": "cfc", "secret": "0" * 32}),
        ("fill_package", {"part": 1, "loans": {"loans": rows}}),
        ("freeze_package", {"sheet": sheet}),
    )
    for name, said in steps:
        command = read_command({"key": name, "subject": "P1", "on": MADE.isoformat(), **said}, name)
        assert isinstance(execute_dossier(store, DOSSIER_WIRING, command, actor="li", now=at(MADE), rules=RULES), Answer)
    terms = {"price_minor": 160_000, "keep_minor": 100_000, "currency": "CNY", "seed": 3, "rules": RULES}
    assert stage(store, "P1", "T1", on=MADE, form=SEALED, **terms).outcome == "sold"
    done = transfer(store, tmp_path)
    assert {one.loan.loan_id: one.stays for one in done.going} == {61: "", 71: "too_young"}
    assert package_of(dossier_of(store, "package", "P1")).transfer["held_back"] == {"71": "too_young"}


def test_a_loan_of_which_a_part_is_a_funders_is_sold_once_the_part_moved_back(store):
    made_book(store)
    give(store, 3, "2026-02-01", "fund_loan", loan_id=31, shares=["bank-a:0.6"])
    made = packed(store)
    assert [one.loan_id for one in made.loans] == [11, 41, 51, 61]
    assert made.kept_out == {"deceased": 1, "pledged": 1, "too_young": 1}
    give(store, 3, "2026-10-08", "move_share", loan_id=31, funder="bank-a", why="repurchase", currency="CNY", price="1800.00")
    wish = Wish("P2", CUT_OFF, only=frozenset({31}))
    again = make_package(store, wish, actor="li", now=at(MADE), on=MADE, rules=RULES)
    assert [one.loan_id for one in again.loans] == [31]


def test_who_stopped_while_a_loan_came_back_does_it_again_on_any_day(sold, tmp_path, monkeypatch):
    transfer(sold, tmp_path)
    asked = {"actor": "zhao", "now": at(LATER), "rules": RULES}
    assert put_back(sold, "P1", 61, "forged", on=date(2026, 11, 5), **asked).code == "transfer_backdated"
    with monkeypatch.context() as broken:
        broken.setattr(put_back_module, "execute_dossier", None)
        with pytest.raises(TypeError):
            put_back(sold, "P1", 61, "forged", on=LATER, **asked)
    assert package_of(dossier_of(sold, "package", "P1")).returned == ()
    back = put_back(sold, "P1", 61, "forged, as the court says", on=date(2026, 11, 12), **asked)
    assert package_of(dossier_of(sold, "package", "P1")).returned == (61,)
    assert back == put_back(sold, "P1", 61, "again", on=date(2026, 11, 13), **asked)
    returned = [one for one in dossier_of(sold, "package", "P1") if one.kind == "package.returned"]
    assert [(one.on, json.loads(one.body)["reason"]) for one in returned] == [(LATER.toordinal(), "forged")]


def test_what_kept_loans_brought_is_known_to_the_last_day_that_is_closed(sold, tmp_path):
    transfer(sold, tmp_path)
    assert after_sale(sold, "P1", date(2027, 3, 31), RULES).valued.kept.expected_minor > 0
    with sold.changing() as connection:
        connection.execute(insert(close_run).values(closed_on=CUT_OFF, started_at=at(CUT_OFF), shards=1, state=CLOSED, sums="{}"))
    found = after_sale(sold, "P1", date(2027, 3, 31), RULES)
    assert found.closed_through == CUT_OFF
    assert (found.valued.kept.expected_minor, found.valued.corrected_minor) == (0, None)


def test_the_sheet_of_a_package_tells_no_region_that_its_tape_hides(store, tmp_path):
    """One borrower of Tibet among four of Zhejiang: the exact total of that region would point to one row of the tape."""
    made_book(store)
    people = {1: Person(33, "西藏"), **{customer: Person(41, "浙江") for customer in (3, 4, 5, 6)}}
    made = packed(store, people=people)
    _, paths = write_package(tmp_path, made.loans, made.secret, CUT_OFF, "CNY", 5)
    assert not any("西藏" in path.read_text("utf-8") for path in paths if path.suffix in (".csv", ".json"))
    assert package_of(dossier_of(store, "package", "P1")).sheet["regions"] == {}, "five are told alike only where nothing is told"
    _, paths = write_package(tmp_path, made.loans, made.secret, CUT_OFF, "CNY", 1)
    assert "西藏" in paths[0].read_text("utf-8")
