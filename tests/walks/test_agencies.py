"""Agencies from the register to the commission, by the command line, on both databases: who gets whom, who may call, what came of it."""

import csv
import json
from collections import Counter
from datetime import date
from hashlib import sha256

import pytest

from plimsoll.app.agencies import agencies, agencies_named, with_agencies
from plimsoll.app.agency.place_batch import recall_reason
from plimsoll.app.agency.placements import books, find_placement, placement_with, placements_of_agency
from plimsoll.app.agency.report import scorecards
from plimsoll.app.contact import attempt_contacts
from plimsoll.app.dossier import dossier_of
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import filings_on
from plimsoll.app.verify import verify
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.collections.agency_score import Recovery
from plimsoll.collections.attempt_contact import AttemptContact
from plimsoll.interfaces.cli.main import main
from plimsoll.loan.filing import read_body
from plimsoll.risk.lawful import lawful_rules
from tests.toys import NOW

CUSTOMERS = 30
ON, LATER = "2026-04-20", "2026-05-20"
NAMES = ("east", "north", "south")
RULES = lawful_rules()
ON_ONE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
"""What does not hang on the database."""


def agency(name: str, **said: object) -> dict:
    return {
        "command": "register_agency",
        "key": f"register {name}",
        "subject": name,
        "on": "2026-01-05",
        "title_zh": f"{name} 催收",
        "title_en": f"{name} collections",
        "licence": f"L-{name}",
        "valid_until": "2026-12-31",
        "contract_until": "2026-12-31",
        "page": f"whitelist#{name}",
        "commission": ["61:0.15", "181:0.25"],
    } | said


def in_arrears(customer_id: int) -> list[dict]:
    """A customer whose loan asked for the first of twelve instalments on 15 February and got nothing."""
    own = {"customer_id": customer_id, "on": "2026-01-10"}
    line = {"currency": "CNY", "limit": "50000.00", "cash_limit": "50000.00", "later_limit": "0.00"}
    loan = {"loan_id": 11, "currency": "CNY", "amount": f"{1000 + 100 * customer_id}.00", "rate": "0.0005", "instalments": 12}
    return [
        {"command": "open_customer", "key": f"o{customer_id}"} | own,
        {"command": "open_line", "key": f"l{customer_id}"} | own | line,
        {"command": "draw", "key": f"d{customer_id}"} | own | {"on": "2026-01-15"} | loan,
    ]


@pytest.fixture
def say(store, database, capsys):
    """Run a command of the command line on the book and give its exit code and what it printed as JSON."""

    def run(*words: str) -> tuple[int, object]:
        capsys.readouterr()
        code = main([*words, "--db", database, "--json"])
        printed = capsys.readouterr().out.strip()
        lines = [json.loads(line) for line in printed.splitlines()]
        return code, lines[0] if len(lines) == 1 else lines

    return run


@pytest.fixture
def post(say, tmp_path):
    def run(*rows: dict) -> list[dict]:
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        _, told = say("post", str(path))
        return told if isinstance(told, list) else [told]

    return run


@pytest.fixture
def late(post, say):
    """A book with thirty customers late and three agencies, closed through the day before."""
    told = post(*(row for n in range(1, CUSTOMERS + 1) for row in in_arrears(n)), *(agency(name) for name in NAMES))
    assert {one["outcome"] for one in told} == {"done"}
    assert say("close", "--through", "2026-04-19", "--tape", "never")[0] == 0


@pytest.fixture
def placed(late, say):
    """The same with a batch placed with seed 1."""
    code, done = say("agency", "place", "--on", ON, "--seed", "1")
    assert code == 0
    return done


def test_a_batch_is_shared_out_within_bounds_by_lot_and_by_score(placed, store, say):
    (group,) = placed["groups"]
    assert sum(placed["placed"].values()) == CUSTOMERS
    assert placed["refused"] == {}
    assert sum(group["shares_ppm"].values()) == 1_000_000
    assert all(50_000 <= share <= 400_000 for share in group["shares_ppm"].values())
    for name in NAMES:
        helds = placements_of_agency(store, name)
        assert len(helds) == placed["placed"][name]
        assert all(0 < held.placement.propensity_ppb <= 10**9 for held in helds)
    by_lot = Counter(held.placement.is_by_lot for name in NAMES for held in placements_of_agency(store, name))
    assert by_lot[True] >= CUSTOMERS // 10
    code, again = say("agency", "place", "--on", ON, "--seed", "2")
    assert (code, again["placed"], again["groups"]) == (0, {}, []), "everybody is placed already"
    code, listed = say("agency", "list", "--on", ON)
    assert [(one["agency"], one["stands"], one["customers"]) for one in listed] == [(name, "ok", placed["placed"][name]) for name in NAMES]
    assert verify(store).is_proved


def test_an_agency_sees_its_customers_only_and_contacts_nobody_else(placed, store, say):
    mine = placements_of_agency(store, "north")
    other = placements_of_agency(store, "south")[0]
    assert placement_with(store, "north", mine[0].customer_id) == mine[0].placement
    assert placement_with(store, "north", other.customer_id) is None
    assert placement_with(store, "north", 10**6) is None
    assert find_placement(store, "north", other.placement.reference) is None
    assert say("agency", "placements", "north", "--reference", other.placement.reference)[0] == 3
    code, told = say("agency", "placements", "north", "--reference", mine[0].placement.reference)
    assert (code, [one["reference"] for one in told]) == (0, [mine[0].placement.reference])
    assert "customer" not in json.dumps(say("agency", "placements", "north")[1])

    def call(key: str, customer_id: int, by: str) -> AttemptContact:
        said = {"contact_id": key, "channel": "call", "purpose": "collect", "zone": "Asia/Shanghai", "number": f"blind-{key}", "by": by}
        return read_command({"key": key, "customer_id": customer_id, "on": ON} | said, "attempt_contact")

    asked = [call("a", mine[0].customer_id, "north"), call("b", other.customer_id, "north"), call("c", other.customer_id, "lender")]
    noon = NOW.replace(month=4, hour=4)
    for outcomes in (
        attempt_contacts(store, WIRING, asked, actor="test", now=noon, rules=RULES),
        list(execute_many(store, with_agencies(store, WIRING), asked, actor="test", now=noon, rules=RULES)),
    ):
        assert [json.loads(one.text).get("rule") for one in outcomes] == [None, "POLICY.AGENCY.GATE.PLACED", None]


@ON_ONE
def test_who_is_suspended_contacts_nobody_and_loses_its_customers(placed, store, post, say):
    held = placements_of_agency(store, "north")[0]
    told = post({"command": "suspend_agency", "key": "s", "subject": "north", "on": ON, "reason": "threats on a recording"})
    assert told[0]["outcome"] == "done"
    row = {"command": "attempt_contact", "key": "k", "customer_id": held.customer_id, "on": ON, "contact_id": "c", "channel": "call"}
    row |= {"purpose": "collect", "by": "north", "zone": "Asia/Shanghai", "number": "blind-1"}
    assert post(row)[0]["answer"]["rule"] == "POLICY.AGENCY.GATE.LICENCE"
    code, done = say("agency", "recall", "--on", ON)
    assert (code, done["recalled"]) == (0, {"agency": placed["placed"]["north"]})
    assert placements_of_agency(store, "north") == []
    assert placement_with(store, "north", held.customer_id) is None
    assert agencies_named(store, ["north", "lender", "west"]).keys() == {"north"}
    assert agencies(store)["north"].suspended_by == "post"


def test_receipts_are_counted_paid_for_and_reconciled(placed, store, post, say, tmp_path):
    first, second, third = placements_of_agency(store, "north")[:3]
    paid = [(first, "100.01", ON), (first, "100.01", "2026-04-25"), (second, "50.00", "2026-05-01"), (third, "70.00", "2026-05-21")]
    rows = [
        {"command": "repay", "key": f"r{n}", "customer_id": held.customer_id, "on": on, "amount": amount, "currency": "CNY"}
        for n, (held, amount, on) in enumerate(paid)
    ]
    collected = post(*rows)
    assert {one["outcome"] for one in collected} == {"done"}
    code, told = say("agency", "score", "--on", LATER)
    card = next(one for one in told if one["agency"] == "north")
    # What came on the day it was placed, and after the day asked about, does not count: 100.01 + 50.00, 15 % of it rounded down.
    assert (code, card["observed"], card["earned"][0]["commission"]) == (0, "150.01", "22.50")
    assert card["low"] <= card["ratio"] <= card["high"]
    back = {"command": "reverse", "key": "back", "customer_id": second.customer_id, "on": "2026-05-02", "loan_id": 11}
    assert post(back | {"fact": collected[2]["answer"]["facts"][0]["fact"], "reason": "sent twice"})[0]["outcome"] == "done"
    card = next(one for one in say("agency", "score", "--on", LATER)[1] if one["agency"] == "north")
    assert card["observed"] == "100.01", "what was reversed did not come"
    again = {
        "command": "repay",
        "key": "again",
        "customer_id": second.customer_id,
        "on": "2026-05-03",
        "amount": "50.00",
        "currency": "CNY",
    }
    assert post(again)[0]["outcome"] == "done"
    path = tmp_path / "statement.csv"
    references = [held.placement.reference for held in (first, second, third)]
    lines = [(references[0], "2026-04-25", "CNY", "100.01"), (references[1], "2026-05-01", "CNY", "60.00"), ("nobody", ON, "CNY", "1.00")]
    path.write_text("reference,on,currency,amount\n" + "".join(",".join(line) + "\n" for line in lines))
    words = ("agency", "reconcile", "north", str(path), "--from", "2026-04-20", "--through", LATER)
    code, found = say(*words)
    assert code == 4
    told = {one["name"]: (one["reference"], one["stated"], one["received"]) for one in found["differences"]}
    assert told == {"not_placed": ("nobody", "1.00", "0.00"), "received_less": (references[1], "60.00", "50.00")}
    assert (found["stated"], found["received"]) == ({"CNY": "161.01"}, {"CNY": "150.01"})
    assert say(*words)[0] == 4, "again: the same entry"
    entries = [one for one in dossier_of(store, "agency", "north") if one.kind == "agency.reconciled"]
    assert [read_body(one)["differences"] for one in entries] == [{"not_placed": 1, "received_less": 1}]
    assert verify(store).is_proved


@ON_ONE
def test_the_file_of_an_agency_says_no_more_than_it_has_to(placed, store, say, tmp_path):
    out = tmp_path / "north.csv"
    code, told = say("agency", "file", "north", "--out", str(out), "--on", ON)
    assert code == 0
    with out.open() as lines:
        rows = list(csv.DictReader(lines))
    assert tuple(rows[0]) == ("reference", "currency", "owed", "past_due", "days_past_due", "placed_on", "return_by")
    assert {row["reference"] for row in rows} == {held.placement.reference for held in placements_of_agency(store, "north")}
    assert {row["days_past_due"] for row in rows} == {"64"}
    assert told["sha256"] == sha256(out.read_bytes()).hexdigest()
    assert out.stat().st_mode & 0o777 == 0o600
    (entry,) = [one for one in dossier_of(store, "agency", "north") if one.kind == "agency.filed"]
    assert (read_body(entry)["digest"], read_body(entry)["rows"]) == (told["sha256"], len(rows))
    assert say("agency", "file", "west", "--out", str(tmp_path / "west.csv"), "--on", ON)[0] == 3
    assert say("agency", "file", "north", "--out", str(tmp_path / "late.csv"), "--on", "2027-01-01")[0] == 4
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".csv") == ["north.csv"], "what is refused is not written"


@ON_ONE
def test_placements_end_when_their_term_is_over_or_nothing_is_owed(placed, store, post, say):
    held = placements_of_agency(store, "east")[0]
    post({"command": "settle", "key": "s", "customer_id": held.customer_id, "on": "2026-05-01", "loan_id": 11})
    code, done = say("agency", "recall", "--on", "2026-05-02")
    assert (code, done["recalled"]) == (0, {"paid": 1})
    assert say("agency", "recall", "--on", "2026-08-18")[1]["recalled"] == {}
    last = date.fromordinal(held.placement.return_by + 1).isoformat()
    assert last == "2026-08-19"
    assert say("agency", "recall", "--on", last)[1]["recalled"] == {"term": CUSTOMERS - 1}


@ON_ONE
def test_what_stays_in_house_is_told_as_a_share_of_the_whole(late, post, database, capsys):
    """North gets the least share, so the others' greatest ones leave 15 % with the lender."""
    post(
        {"command": "audit_calls", "key": "a", "subject": "north", "on": ON, "calls": 100, "passed": 80, "sample": "s", "findings": "rude"}
    )
    assert main(["agency", "place", "--on", ON, "--seed", "1", "--db", database]) == 0
    said = capsys.readouterr().out
    shares = {line.partition(" %")[0].split()[-2]: float(line.partition(" %")[0].split()[-1]) for line in said.splitlines() if " %" in line}
    assert (shares["house"], sum(shares.values())) == (15.0, 100.0)


@ON_ONE
def test_bad_conduct_leaves_the_least_share(late, store, post, say):
    """Eighty of a hundred calls, or one complaint of some ten placements, is far beyond the thresholds."""
    post(
        {"command": "audit_calls", "key": "a", "subject": "north", "on": ON, "calls": 100, "passed": 80, "sample": "s", "findings": "rude"}
    )
    code, done = say("agency", "place", "--on", ON, "--seed", "1")
    (group,) = done["groups"]
    assert (code, group["shares_ppm"]["north"], sum(group["shares_ppm"].values())) == (0, 50_000, 850_000)
    held = placements_of_agency(store, "south")[0]
    said = {"customer_id": held.customer_id, "command": "file_complaint", "reference": "v-1"}
    told = post(
        said | {"key": "c1", "on": "2026-04-21", "complaint_id": "c1", "about": "collection_conduct"},
        said | {"key": "c2", "on": "2026-04-21", "complaint_id": "c2", "about": "wrong_amount"},
    )
    assert {one["outcome"] for one in told} == {"done"}
    cards = {one["agency"]: one for one in say("agency", "score", "--on", "2026-04-22")[1]}
    assert [cards[name]["complaints"] for name in NAMES] == [0, 0, 1]
    assert [cards[name]["conduct_within"] for name in NAMES] == [True, False, False]
    assert say("agency", "recall", "--on", "2026-04-22")[1]["recalled"] == {"stopped": 1}


@ON_ONE
def test_no_agency_gets_more_than_its_share_in_one_file_of_commands(late, post):
    """Forty of a hundred of thirty are twelve; the thirteenth row is refused."""
    row = {"command": "place_with_agency", "on": ON, "agency": "north"}
    told = post(*(row | {"key": f"p{n}", "customer_id": n, "reference": f"r{n}"} for n in range(1, CUSTOMERS + 1)))
    assert Counter(one.get("code", "done") for one in told) == {"done": 12, "agency_share_reached": CUSTOMERS - 12}


@ON_ONE
def test_who_asks_more_than_the_lender_needs_gets_nobody_and_keeps_nobody(placed, store, post, say):
    """At 40 % an average agency leaves 60 of what comes in, the lender itself would have 65."""
    held = placements_of_agency(store, "east")[0]
    assert say("agency", "recall", "--on", ON, "--agency", "east", "--customer", str(held.customer_id), "--reason", "asked")[0] == 0
    post(agency("dear", commission=["61:0.40"]))
    code, done = say("agency", "place", "--on", ON, "--batch", "second", "--seed", "3")
    assert (code, sum(done["placed"].values()), "dear" in done["groups"][0]["shares_ppm"]) == (0, 1, False)
    (name,) = done["placed"]
    again = say("agency", "recall", "--on", ON, "--agency", name, "--customer", str(held.customer_id), "--reason", "worth")
    assert again[0] == 0
    row = {"command": "place_with_agency", "key": "p", "customer_id": held.customer_id, "on": ON, "agency": "dear", "reference": "ref"}
    assert post(row)[0]["outcome"] == "done", "by hand it can be done"
    assert say("agency", "recall", "--on", "2026-04-21")[1]["recalled"] == {}, "nobody is called back before something is known"
    (held,) = placements_of_agency(store, "dear")
    (book,) = books(store, [held.customer_id])
    card = next(one for one in scorecards(store, RULES, date(2026, 4, 21)) if one.agency.name == "dear")
    known = card._replace(average=Recovery(99, 0, 0, 1.0, 0.02, 0.96, 1.04))
    for ratio, why in ((1.10, ""), (0.80, "worth")):
        own = Recovery(99, 0, 0, ratio, 0.05, ratio - 0.1, ratio + 0.1)
        assert recall_reason(held, book, known._replace(recovery=own), date(2026, 4, 21), RULES) == why


@ON_ONE
def test_the_lender_leaves_asking_to_the_agency(placed, store, say):
    """Of the day of collection those only get a treatment who were called back."""
    back = [held.customer_id for held in placements_of_agency(store, "east")[:3]]
    for customer_id in back:
        assert say("agency", "recall", "--on", ON, "--agency", "east", "--customer", str(customer_id), "--reason", "asked")[0] == 0
    code, _ = say("collect", "--on", ON)
    assert code == 0
    treated = {customer_id for customer_id, _ in filings_on(store, "treatment.assigned", date.fromisoformat(ON).toordinal())}
    assert treated <= set(back)
    assert treated
    contacted = {customer_id for customer_id, _ in filings_on(store, "contact.attempted", date.fromisoformat(ON).toordinal())}
    assert contacted <= set(back)


@ON_ONE
def test_the_white_list_names_who_is_licensed(placed, post, say, tmp_path):
    post(agency("west", valid_until="2026-03-01"))
    out = tmp_path / "list.html"
    code, told = say("agency", "whitelist", "--out", str(out), "--on", ON)
    page = out.read_text("utf-8")
    assert (code, told["listed"]) == (0, list(NAMES))
    assert "north 催收" in page
    assert "west" not in page
    assert "http" not in page.replace("http-equiv", "").partition("<style>")[0]


@ON_ONE
def test_wrong_words_end_with_their_code(say, post, tmp_path):
    post(agency("north"))
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("reference,on,currency,amount\nr1,2026-02-30,CNY,1.00\n")
    lacking = tmp_path / "lacking.csv"
    lacking.write_text("reference,on,amount\nr1,2026-02-03,1.00\n")
    (tmp_path / "scores.csv").write_text("customer_id,chance\n1,1.5\n")
    days = ("--from", "2026-02-01", "--through", "2026-02-28")
    for words, code in (
        (("agency", "show", "west"), 3),
        (("agency", "placements", "west"), 3),
        (("agency", "recall", "--agency", "west"), 3),
        (("agency", "recall", "--customer", "1", "--agency", "north", "--reason", "boredom"), 2),
        (("agency", "recall", "--customer", "1", "--agency", "north", "--reason", "asked"), 3),
        (("agency", "reconcile", "north", str(wrong), *days), 2),
        (("agency", "reconcile", "north", str(lacking), *days), 2),
        (("agency", "reconcile", "north", str(tmp_path / "none.csv"), *days), 3),
        (("agency", "place", "--scores", str(tmp_path / "scores.csv")), 2),
        (("agency", "whitelist", "--out", str(tmp_path / "no" / "folder.html")), 1),
        (("agency", "list", "--on", "2026-02-30"), 2),
    ):
        assert say(*words)[0] == code, words
    code, told = say("agency", "show", "north", "--on", ON)
    assert (code, told["entries"][0]["entry"]) == (0, "agency.registered")
