"""A package from the book to its buyer and back, on both databases: package, files, tender, money in between, transfer, put-back."""

import csv
import json
from datetime import UTC, date, datetime, time

import pytest

from plimsoll.app.business_day import At
from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.database.outbox import waiting
from plimsoll.app.disposal import transfer_package as transfer_module
from plimsoll.app.disposal.after_sale import after_sale
from plimsoll.app.disposal.bad_loans import Reader, bad_loans
from plimsoll.app.disposal.kept_claims import kept_claims
from plimsoll.app.disposal.make_package import OPTIMISED, STRATIFIED, Wish, make_package
from plimsoll.app.disposal.package_files import write_package
from plimsoll.app.disposal.put_back import put_back
from plimsoll.app.disposal.transfer_package import transfer_package
from plimsoll.app.dossier import dossier_of, execute_dossier
from plimsoll.app.execute import Answer, execute
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import filings_of, work
from plimsoll.app.held_money import house_balances
from plimsoll.app.show.ledger import trial_balances
from plimsoll.app.show.queues import WorkAsked, queue_counts, work_page
from plimsoll.app.verify import verify
from plimsoll.app.wiring import DOSSIER_WIRING, WIRING, read_command
from plimsoll.disposal.choose import Bounds
from plimsoll.disposal.eligible import eligibility
from plimsoll.disposal.package import package_of
from plimsoll.disposal.tender import ASCENDING, SEALED, hash_of
from plimsoll.interfaces.cli.demo_sale import lines_of, sold_in_a_copy
from plimsoll.interfaces.cli.main import main
from plimsoll.rulebook.rules import load
from plimsoll.simulator.bid import stage
from plimsoll.simulator.enter import REVIEWERS
from plimsoll.units.refusal import Refused

RULES = load()
CUT_OFF, MADE, GOES = date(2026, 9, 30), date(2026, 10, 9), date(2026, 11, 6)
LIMITS = {"currency": "CNY", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00"}
CASH = {"currency": "CNY", "rate": "0.0004", "instalments": 12}
KEYS = iter(range(10**9))


def give(store, customer_id: int, on: str, name: str, actor: str = "test", **said: object) -> dict:
    """Execute one command written as text; it has to be taken."""
    command = read_command({"key": f"w{next(KEYS)}", "customer_id": customer_id, "on": on, **said}, name)
    outcome = execute(store, WIRING, command, actor=actor, now=datetime.fromisoformat(f"{on}T09:00").replace(tzinfo=UTC), rules=RULES)
    assert isinstance(outcome, Answer), outcome
    return json.loads(outcome.text)


@pytest.fixture
def book(store):
    """The book of `made_book`."""
    return made_book(store)


def made_book(store, actor: str = "test"):
    """Seven borrowers with one loan each, never paid since January but for the last, who began in July; the first is written off."""
    for customer in range(1, 8):
        give(store, customer, "2026-01-10", "open_customer", actor)
        give(store, customer, "2026-01-10", "open_line", actor, loan_id=customer * 10, **LIMITS)
        day = "2026-01-15" if customer < 7 else "2026-07-15"
        give(store, customer, day, "draw", actor, loan_id=customer * 10 + 1, amount=f"{customer}000.00", **CASH)
    give(store, 1, "2026-09-01", "propose_write_off", REVIEWERS[0], loan_id=11)
    give(store, 1, "2026-09-02", "decide_write_off", actor, loan_id=11, outcome="approve")
    give(store, 2, "2026-09-20", "tell_contact_fact", actor, fact="died")
    return store


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def sue(book):
    """Sue the third borrower, to judgment, before the cut-off; what happens after it is not on the sheet."""
    for on, step in (("2026-07-01", "filed"), ("2026-09-15", "judged"), ("2026-10-02", "enforced")):
        give(book, 3, on, "record_court_step", loan_id=31, step=step, reference=f"court {step}")


def packed(book, **more):
    wish = Wish("P1", CUT_OFF, **more)
    return make_package(book, wish, actor="li", now=at(MADE), on=MADE, rules=RULES)


def first_only(store, wiring, commands, **said):
    """Execute the first command of many and stop."""
    yield from execute_many(store, wiring, commands[:1], **said)


def refuse_what_went(book):
    """A second package finds none of those sold, and one that stayed only when it still may go."""
    again = make_package(book, Wish("P2", GOES), actor="li", now=at(GOES), on=GOES, rules=RULES)
    assert isinstance(again, Refused)
    assert again.code == "package_not_possible"
    give(book, 5, "2026-11-06", "tell_contact_fact", fact="dispute_closed", about="d1")
    again = make_package(book, Wish("P2", GOES), actor="li", now=at(GOES), on=GOES, rules=RULES)
    assert not isinstance(again, Refused), again
    assert [one.loan_id for one in again.loans] == [51]


def take_one_back(book, share_minor):
    """A loan comes back once and in time; one that never went does not."""
    asked = {"actor": "zhao", "now": at(GOES), "rules": RULES}
    assert put_back(book, "P1", 41, "never went", on=GOES, **asked).code == "claim_not_sold"
    assert put_back(book, "P1", 31, "forged", on=date(2027, 2, 5), **asked).code == "put_back_too_late"
    back = put_back(book, "P1", 31, "forged", on=date(2026, 12, 1), **asked)
    assert back == put_back(book, "P1", 31, "forged", on=date(2026, 12, 1), **asked), "taken back once"
    assert float(back["paid_back"]) == pytest.approx((share_minor - 50_000) / 100)
    assert package_of(dossier_of(book, "package", "P1")).returned == (31,)
    assert [one.kind for one in filings_of(book, 3) if one.kind.startswith("claim")] == ["claim.transferred", "claim.put_back"]


def note(book, on: str, **said: object):
    """Note something about the buyer of P1; give the code of a refusal, else nothing."""
    command = read_command({"key": f"w{next(KEYS)}", "subject": "P1", "on": on, **said}, "note_conduct")
    found = execute_dossier(book, DOSSIER_WIRING, command, actor="zhao", now=at(date.fromisoformat(on)), rules=RULES)
    return found.code if isinstance(found, Refused) else ""


def look_into_it(book):
    """A report waits in its queue: of nobody until somebody has it, due after 15 days, and gone when it ends with a reason."""

    def stand(on: str, **asked: object) -> list[tuple[object, ...]]:
        at = At(datetime.combine(date.fromisoformat(on), time(3), UTC), date.fromisoformat(on))
        page = work_page(book, "conduct", at, WorkAsked(**asked))
        (counted,) = queue_counts(book, at, ["conduct"], [None])
        assert asked or counted.open + counted.claimed == len(page.rows)
        return [(one.customer_id, one.subject, one.state, one.assigned_to, one.is_overdue, one.note) for one in page.rows]

    assert stand("2026-12-17") == [(6, "P1/r1", "open", "", False, "harassment")]
    assert note(book, "2026-12-03", report_id="r3", state="open", about="no_notice", handler="chen") == ""
    assert note(book, "2026-12-03", report_id="r3", state="assigned") == "conduct_malformed"
    assert note(book, "2026-12-03", report_id="r1", state="assigned", handler="wu") == ""
    assert stand("2026-12-18") == [(6, "P1/r1", "claimed", "wu", True, "harassment"), (0, "P1/r3", "claimed", "chen", False, "no_notice")]
    assert [one[1] for one in stand("2026-12-18", is_overdue=True)] == ["P1/r1"]
    assert [one[1] for one in stand("2026-12-18", assigned_to="chen")] == ["P1/r3"]
    first = work_page(book, "conduct", At(datetime(2026, 12, 18, 3, tzinfo=UTC), date(2026, 12, 18)), limit=1)
    again = work_page(book, "conduct", At(datetime(2026, 12, 18, 3, tzinfo=UTC), date(2026, 12, 18)), limit=1, after=first.next_after)
    assert [one.subject for one in (*first.rows, *again.rows)] == ["P1/r1", "P1/r3"]
    assert again.next_after == ()
    assert note(book, "2026-12-20", report_id="r1", state="answered") == ""
    assert note(book, "2026-12-20", report_id="r1", state="upheld") == "reason_missing"
    assert note(book, "2026-12-20", report_id="r1", state="upheld", remedy="the caller was taken off the case") == ""
    assert note(book, "2026-12-20", report_id="r3", state="rejected", remedy="the notice was posted on the 1st") == ""
    assert stand("2026-12-20") == []
    assert len(stand("2026-12-20", state="done")) == 2


def look_back(book, shares):
    """Two loans went over for good; one borrower is pressed, another complains, and the price is held against keeping."""
    assert note(book, "2026-12-02", report_id="r1", state="open", about="harassment", loan_id=61) == ""
    assert note(book, "2026-12-02", report_id="r2", state="open", about="harassment", loan_id=31) == "claim_not_sold", "it came back"
    assert note(book, "2026-12-02", report_id="r2", state="open", about="weather") == "conduct_malformed"
    assert note(book, "2026-12-02", report_id="r2", state="upheld") == "conduct_malformed"
    look_into_it(book)
    give(book, 6, "2026-12-03", "file_complaint", complaint_id="c1", about="collection_conduct", loan_id=61)
    give(book, 3, "2026-12-03", "file_complaint", complaint_id="c1", about="collection_conduct", loan_id=31)
    assert after_sale(book, "P1", date(2026, 11, 1), RULES).code == "transfer_backdated"
    assert after_sale(book, "P2", GOES, RULES).code == "package_not_ready"
    found = after_sale(book, "P1", date(2026, 12, 31), RULES)
    assert [(one.report_id, one.state, one.loan_id) for one in found.reports] == [("r1", "upheld", 61), ("r3", "rejected", 0)]
    assert (found.gone, found.complaints, found.per_10_000()) == (2, {"collection_conduct": 1}, 15_000)
    assert (found.stayed, found.stayed_minor > 50_000) == (3, True), "31 paid 500.00, 41 paid all"
    valued = found.valued
    assert valued.paid_minor == shares[11] + shares[61]
    assert valued.kept.came_minor >= 0
    assert valued.gain_minor() == (None if valued.corrected_minor is None else valued.paid_minor - valued.corrected_minor)


def test_a_package_is_sold_transferred_and_partly_put_back(book, tmp_path, monkeypatch):
    sue(book)
    made = packed(book)
    assert [one.loan_id for one in made.loans] == [11, 31, 41, 51, 61]
    assert [one.litigation for one in made.loans] == ["not_sued", "judged", "not_sued", "not_sued", "not_sued"]
    assert made.kept_out == {"deceased": 1, "too_young": 1}
    assert packed(book).digest == made.digest, "made again it is the same"
    report, paths = write_package(tmp_path, made.loans, made.secret, CUT_OFF, "CNY", 5)
    assert (report.wrong, report.rows, report.k) == ((), 5, 5)
    keep, price = (sum(worth[n] for worth in made.worth.values()) for n in (0, 1))
    assert 0 < price < keep
    terms = {"price_minor": price, "keep_minor": keep, "currency": "CNY", "seed": 3, "rules": RULES, "papers": paths[:2]}
    staged = stage(book, "P1", "T1", on=MADE, form=SEALED, **terms)
    assert staged.outcome == "sold"
    assert {"bid_late", "bid_does_not_match", "bid_unknown"} <= set(staged.story.refused), "one came late, one opened another amount"
    # Between cut-off and transfer: one pays in part, one pays all, one disputes the debt.
    give(book, 3, "2026-10-20", "repay", loan_id=31, currency="CNY", amount="500.00")
    give(book, 4, "2026-10-21", "settle", loan_id=41)
    give(book, 5, "2026-10-22", "tell_contact_fact", fact="disputed", about="d1")
    go = {"actor": "zhao", "now": at(GOES), "rules": RULES}
    assert transfer_package(book, "P1", tmp_path, on=date(2026, 10, 10), **go).code == "transfer_backdated"
    # Whoever stops half-way, after the first loan went, does it again and ends where he would have.
    with monkeypatch.context() as broken:
        broken.setattr(transfer_module, "execute_many", first_only)
        with pytest.raises(ValueError, match="shorter"):
            transfer_package(book, "P1", tmp_path, on=GOES, **go)
    assert [one.sold_to for one in kept_claims(book, GOES)] == ["P1"]
    done = [transfer_package(book, "P1", tmp_path, actor="zhao", now=at(GOES), on=GOES, rules=RULES) for _ in range(2)]
    assert not isinstance(done[0], Refused), done[0]
    assert done[0].account == done[1].account, "done again it is recognised"
    account = json.loads(done[0].account)
    shares = {one.loan.loan_id: one.share_minor for one in done[0].going}
    assert {one.loan.loan_id: one.stays for one in done[0].going} == {11: "", 31: "", 41: "paid_off", 51: "disputed", 61: ""}
    assert sum(shares.values()) == staged.price_minor
    assert (account["loans"], account["held_back"], account["passed_on"]) == (3, 2, "500.00")
    assert float(account["back"]) == pytest.approx((shares[41] + shares[51]) / 100)
    rows = list(csv.DictReader(tmp_path.joinpath("hand-over.csv").read_text("utf-8").splitlines()))
    assert [row["loan_id"] for row in rows] == ["11", "31", "61"]
    assert [row["received_since"] for row in rows] == ["0.00", "500.00", "0.00"]
    # The other four have their deposits back; of the price that was held the loans have booked theirs, and the rest is the buyer's.
    assert house_balances(book)["CNY"]["liability.deposit"] == 0
    due = 50_000 + shares[41] + shares[51]
    assert house_balances(book)["CNY"]["liability.sale"] == -due
    (balance,) = trial_balances(book)
    assert (balance.is_balanced, {row.account: row.credit_minor for row in balance.rows}["liability.sale"]) == (True, due)
    kinds = [(message.kind, message.customer_id) for message in waiting(book) if message.kind == "claim_transferred"]
    assert kinds == [("claim_transferred", customer) for customer in (1, 3, 6)]
    assert sorted(row.item.subject for row in work(book, "bureau")) == ["transfer 11", "transfer 31", "transfer 61"]
    assert package_of(dossier_of(book, "package", "P1")).transfer["is_resale_forbidden"] is True
    assert verify(book).breaches == {}
    refuse_what_went(book)
    came = {"loan_id": 61, "currency": "CNY", "amount": "1.00"}
    command = read_command({"key": "late money", "customer_id": 6, "on": "2026-11-10", **came}, "recover")
    assert execute(book, WIRING, command, actor="t", now=at(GOES), rules=RULES).code == "recovery_exceeds_claim"
    take_one_back(book, shares[31])
    look_back(book, shares)
    assert verify(book).breaches == {}


def test_an_ascending_tender_runs_into_overtime_and_sells(book, tmp_path):
    made = packed(book, method=STRATIFIED, borrowers=3)
    assert len(made.loans) == 3
    keep, price = (sum(worth[n] for worth in made.worth.values()) for n in (0, 1))
    terms = {"price_minor": 2 * price, "keep_minor": keep, "currency": "CNY", "seed": 1, "rules": RULES}
    staged = stage(book, "P1", "T1", on=MADE, form=ASCENDING, **terms)
    calls = [json.loads(told) for _, _, verb, told in staged.story.lines if verb == "call_bid" and told.startswith("{")]
    assert any(call["is_overtime"] for call in calls)
    assert staged.outcome == "sold"
    assert staged.bids[staged.winner] == staged.price_minor == max(staged.bids.values())
    assert all(minor <= staged.values[short] for short, minor in staged.bids.items()), "nobody calls more than it is worth to him"
    second = sorted(staged.values.values())[-2]
    assert abs(staged.price_minor - second) <= 2 * max(keep * 8 // 10 // 50, 1), "the winner pays about what the second would have"


def test_a_loan_that_may_not_be_sold_refuses_the_whole_and_stores_nothing(book):
    refused = packed(book, only=frozenset({11, 21}))
    assert (refused.code, refused.detail) == ("package_loan_kept_out", "loan 21: deceased")
    assert packed(book, only=frozenset({11, 71})).detail == "loan 71: too_young"
    assert packed(book, only=frozenset({11}), told={11: ("pledged",)}).detail == "loan 11: pledged"
    assert packed(book, bounds=Bounds(least_minor=10**12)).code == "package_not_possible"
    assert packed(book, licence="microloan_online").code == "npl_sale_not_open"
    assert dossier_of(book, "package", "P1") == ()


def test_the_best_package_under_bounds_leaves_out_what_is_too_great(book):
    pytest.importorskip("scipy")
    made = packed(book, method=OPTIMISED, liquidity_ppm=600_000, bounds=Bounds(most_minor=1_000_000))
    assert not isinstance(made, Refused), made
    assert sum(one.weight_minor for one in made.loans) <= 1_000_000
    assert packed(book, method=OPTIMISED, bounds=Bounds(least_loans=6)).code == "package_not_possible"


def test_amounts_stand_on_the_cut_off_whatever_came_later(book):
    before = {one.loan_id: one for one in read(book)}
    give(book, 3, "2026-10-20", "repay", loan_id=31, currency="CNY", amount="500.00")
    give(book, 4, "2026-10-21", "settle", loan_id=41)
    after = {one.loan_id: one for one in read(book)}
    assert after == before
    assert (before[11].is_written_off, before[11].five_class, before[31].five_class) == (True, "loss", "substandard")
    assert (before[31].days, before[71].days) == (227, 46)


def read(book):
    return list(bad_loans(book, Reader(CUT_OFF, RULES, eligibility(RULES, MADE, "cfc"), {}, {})))


def test_the_commands_from_a_rehearsal_to_a_look_at_it(tmp_path, capsys, monkeypatch):
    url = f"sqlite:///{tmp_path / 'book.db'}"
    monkeypatch.setenv("PLIMSOLL_DB", url)
    with create_store(url) as store:
        made_book(store, "demo")
    out = str(tmp_path / "out")
    listed = tmp_path / "keep.csv"
    listed.write_text("loan_id,reason\n31,pledged\n", "utf-8")
    assert (
        main(["npl", "package", "P0", "--on", "2026-10-09", "--out", out, "--keep-out", str(listed), "--json", "--cutoff", "2026-09-30"])
        == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert float(told["reserve_suggested"]) > float(told["worth_kept"])
    assert (told["loans"], told["kept_out"]) == (4, {"deceased": 1, "pledged": 1, "too_young": 1})
    listed.write_text("loan_id,reason\n31,boring\n", "utf-8")
    assert main(["npl", "package", "P9", "--on", "2026-10-09", "--out", out, "--keep-out", str(listed)]) == 2
    assert "keep.csv:2: reason" in capsys.readouterr().err
    assert main(["npl", "package", "P9", "--on", "2027-01-01", "--out", out]) == 4
    assert main(["npl", "tender", "do", "withdraw_package", "P0", "reason=rehearsal"]) == 0
    assert main(["npl", "tender", "rehearse", "P1", "--on", "2026-10-09", "--out", out, "--seed", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["sale"]["outcome"], told["transfer"]["loans"]) == ("sold", 5)
    assert main(["npl", "tender", "show", "P1 tender", "--public", "--json"]) == 0
    public = json.loads(capsys.readouterr().out)
    assert (public["start_price"], public["notice"]["loans"]) == (None, 5)
    assert main(["npl", "tender", "show", "P1 tender", "--bidder", told["sale"]["winner"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["own"]["bid"] == told["sale"]["price"]
    assert main(["npl", "tender", "show", "P1 tender", "--bidder", "nobody"]) == 3
    assert main(["npl", "tender", "show", "P7"]) == 3
    assert main(["npl", "tender", "seal", "P1 tender", "--bidder", "taihu", "--amount", "9000.00", "--json"]) == 0
    sealed = json.loads(capsys.readouterr().out)
    assert sealed["hash"] == hash_of("P1 tender", "taihu", 900_000, "CNY", sealed["nonce"])
    assert main(["npl", "tender", "do", "commit_bid", "P1 tender", "bidder=taihu", f"hash={sealed['hash']}"]) == 4
    assert "tender" in capsys.readouterr().err
    assert main(["npl", "transfer", "P7", "--on", "2026-11-10", "--out", out]) == 4
    assert main(["npl", "put-back", "P1", "--loan", "61", "--reason", "forged", "--on", "2026-11-20"]) == 0
    assert main(["npl", "claims", "--on", "2026-11-20", "--json"]) == 0
    kept = {one["loan_id"]: one for one in json.loads(capsys.readouterr().out.splitlines()[-1])}
    assert (kept[11]["sold_to"], kept[11]["left"], kept[61]["sold_to"]) == ("P1", "0.00", "")
    assert float(kept[61]["left"]) > 6000
    assert main(["npl", "claims", "--on", "2026-11-20"]) == 0
    assert main(["npl", "backtest", "--cutoff", "2026-08-31", "--until", "2026-09-30", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["came"] == "0.00"
    with open_store(url) as store:
        give(store, 1, "2026-12-01", "tell_contact_fact", "an officer", fact="unreachable")
    assert main(["npl", "tender", "rehearse", "P2", "--on", "2026-10-09", "--out", out]) == 2, "made-up bidders stay out of other books"


def test_the_demo_sells_in_a_copy_and_the_same_seed_sells_the_same(tmp_path):
    url = f"sqlite:///{tmp_path / 'book.db'}"
    with create_store(url) as store:
        made_book(store, "demo")
    told = [sold_in_a_copy(url, tmp_path / folder, MADE, 3, RULES) for folder in ("one", "two")]
    assert told[0] == told[1]
    assert told[0]["sale"]["outcome"] == "sold"
    assert told[0]["sale"]["winner"] in lines_of(told[0], tmp_path)
    with open_store(url) as store:
        assert dossier_of(store, "package", "demo-1") == ()
    with open_store(f"sqlite:///{tmp_path / 'one' / 'book.db'}") as store:
        assert package_of(dossier_of(store, "package", "demo-1")).state == "transferred"
        assert verify(store).breaches == {}
    assert sold_in_a_copy(url, tmp_path / "three", date(2026, 2, 20), 3, RULES) == {"refused": "package_not_possible"}
    assert lines_of({"refused": "package_not_possible"}, tmp_path) == "No bad debt was sold: package_not_possible."
