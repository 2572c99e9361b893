"""The credit bureau on both databases: what the columns state is what the facts say, the file is what is on file, twice is once."""

import csv
import json
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from plimsoll.app.bureau import Known, Stating, read_known
from plimsoll.app.closing.scan import ID_MAX, snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.outbox import waiting
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import filings_of, work
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli.main import main
from plimsoll.loan.terms import Terms
from plimsoll.risk.classify.policy import Policies
from plimsoll.risk.classify.trigger import triggers_of
from plimsoll.risk.credit.month import month_ends
from plimsoll.risk.credit.record import COLUMNS, digest_of
from plimsoll.risk.credit.statement import Account, is_gone, statement_of
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused

RULES = lawful_rules()
NOW = datetime(2026, 5, 2, 9, tzinfo=UTC)
LINE = {"currency": "CNY", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00", "loan_id": 1}
DRAW = {"command": "draw", "on": "2026-01-15", "loan_id": 10, "amount": "1000.00", "currency": "CNY", "rate": "0.0004", "instalments": 12}
LIVES: dict[int, list[dict]] = {
    1: [],  # never pays
    2: [{"command": "repay", "on": f"2026-0{month}-15", "loan_id": 10, "amount": "90.10"} for month in (2, 3, 4)],
    3: [{"command": "settle", "on": "2026-02-10", "loan_id": 10}],
    4: [{"command": "charge_off", "on": "2026-03-20", "loan_id": 10}],
    5: [{"command": "reschedule", "on": "2026-02-10", "loan_id": 10, "due_on": ["2026-03-15", "2026-06-15"]}],
    6: [{"command": "purchase", "on": "2026-01-20", "loan_id": 1, "amount": "100.00", "merchant": "shop", "ref": "p"}],
    7: [
        {"command": "repay", "on": "2026-03-05", "loan_id": 10, "amount": "95.00"},
        {"command": "repay", "on": "2026-03-15", "loan_id": 10, "amount": "90.10"},
        {"command": "repay", "on": "2026-04-15", "loan_id": 10, "amount": "90.10"},
    ],
    8: [{"command": "note_trigger", "on": "2026-02-01", "trigger": "purpose_breach", "loan_id": 10, "reason": "bought shares"}],
}


def give(store, commands: list[dict]) -> list[dict | Refused]:
    """Execute commands written as text in bulk."""
    read = [read_command({"key": json.dumps(said), "currency": "CNY", **said} if _has_money(said) else {"key": json.dumps(said), **said})
            for said in commands]  # fmt: skip
    outcomes = list(execute_many(store, WIRING, read, actor="test", now=NOW, rules=RULES))
    return [json.loads(one.text) if isinstance(one, Answer) else one for one in outcomes]


def _has_money(said: dict) -> bool:
    return said["command"] in ("repay", "purchase")


@pytest.fixture
def book(store):
    """A book with one customer for each of LIVES, all of whom but the eighth agreed to reporting."""
    commands = []
    for customer_id, life in LIVES.items():
        said = [{"command": "open_customer", "on": "2026-01-10"}, {"command": "open_line", "on": "2026-01-10", **LINE}, DRAW, *life]
        if customer_id != 8:
            said.append({"command": "grant_consent", "on": "2026-01-20", "purpose": "reporting", "version": 1})
        commands += [{**one, "customer_id": customer_id} for one in said]
    outcomes = give(store, commands)
    assert not [one for one in outcomes if isinstance(one, Refused)]
    return store


def report(book, database: str, capsys, month: str, path: Path, on: str) -> dict:
    """Report a month by the command."""
    code = main(["bureau", "report", "--month", month, "--on", on, "--out", str(path), "--db", database, "--json"])
    said = capsys.readouterr()
    assert code == 0, said.err
    return json.loads(said.out)


def test_the_columns_state_what_the_facts_say(book):
    """Every loan, as the part in columns states it, against the same loan folded by itself; for 24 and for 60 months."""
    policies = Policies(RULES)
    for month, months in (("2026-01", 24), ("2026-02", 24), ("2026-03", 60), ("2026-04", 24)):
        ends = month_ends(month, months)
        stating = Stating(RULES, month, months, read_known(book, month, ends[-1]), 1)
        with snapshot(book) as seen:
            found = {(customer, one.loan_id): one for customer, said in stating.part(seen, 0, ID_MAX) for one in said}
            rows = seen.rows(schema.loan, ("customer_id", "loan_id", "opened_on", "product", "currency", "terms"), 0, ID_MAX)
            wanted = {}
            for customer, loan, opened, product, currency, packed in rows:
                limit = 2_000_000 if loan == 1 else 3_000_000
                terms, facts = Terms.unpack(currency, tuple(unpack(packed))), seen.facts(customer, loan)
                noted = triggers_of(filings_of(book, customer), loan)
                version = RULES.product(product, date.fromordinal(opened))
                one = statement_of(
                    Account(loan, product, currency, opened, limit), terms, facts, noted, policies, ends, version.tolerance_days
                )
                if not is_gone(one.payments):
                    wanted[customer, loan] = one
        plain = {key: one._replace(defaults=()) if not any(letter in one.payments for letter in "1234567B") else one
                 for key, one in wanted.items()}  # fmt: skip
        assert found == plain


def test_a_default_goes_out_after_its_notice_alone(book, database, tmp_path, capsys):
    told = report(book, database, capsys, "2026-02", tmp_path / "2.csv", "2026-03-01")
    assert (told["records"], told["left_out"], told["customers_refused"]) == (9, {"adverse_notice_missing": 5}, {"consent_missing": 1})
    assert main(["bureau", "notify", "--on", "2026-03-02", "--channel", "sms", "--db", database, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"on": "2026-03-02", "given": 6, "refused": {}}
    letters = [json.loads(one.payload) for one in waiting(book) if one.kind == "adverse_notice"]
    assert [one["notice_id"] for one in letters] == ["10-1", "10-1", "1-1", "10-1", "10-1", "10-1"]
    assert "2026-03-12" in letters[0]["text"]
    assert main(["bureau", "notify", "--on", "2026-03-03", "--db", database]) == 0
    assert capsys.readouterr().out.startswith("0 notices given")
    arrived = [{"command": "confirm_notice", "customer_id": one, "on": "2026-03-04", "notice_id": "10-1", "proof": "r"} for one in (1, 4)]
    assert not [one for one in give(book, arrived) if isinstance(one, Refused)]
    path = tmp_path / "3.csv"
    told = report(book, database, capsys, "2026-03", path, "2026-04-01")
    assert (told["adverse"], told["left_out"]) == (2, {"adverse_notice_missing": 3}), "of others no delivery is proved"
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    assert tuple(rows[0]) == COLUMNS
    by_account = {row["account"]: row for row in rows if row["kind"] == "R"}
    assert by_account["1-10"]["payments"].lstrip("/") == "N12"
    assert (by_account["4-10"]["status"], by_account["4-10"]["payments"].lstrip("/")) == ("written_off", "N1B")
    assert by_account["7-10"]["payments"].lstrip("/") == "N#N", "paid before the notice arrived"
    assert "3-10" not in by_account, "settled in the month before"


def test_the_file_is_what_is_on_file_and_twice_is_once(book, database, tmp_path, capsys):
    first, again = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    told = report(book, database, capsys, "2026-01", first, "2026-02-01")
    give(book, [{"command": "repay", "customer_id": 1, "on": "2026-01-20", "loan_id": 10, "amount": "50.00"}])
    once_more = report(book, database, capsys, "2026-01", again, "2026-02-20")
    assert first.read_bytes() == again.read_bytes()
    assert (once_more["customers"], once_more["digest"]) == (1, told["digest"]), "the one who had not agreed is asked again"
    records = [json.loads(line) for line in first.read_text("utf-8").splitlines()]
    assert len(records) == told["records"] == 14
    assert all(one["digest"] == digest_of(one) for one in records)
    assert sha256(first.read_bytes()).hexdigest() == told["digest"]
    assert main(["bureau", "said", "2", "--loan", "10", "--db", database, "--json"]) == 0
    assert [one["payments"].lstrip("/") for one in json.loads(capsys.readouterr().out)] == ["N"]
    assert main(["bureau", "said", "8", "--db", database]) == 3


def test_options_that_cannot_be_meant(book, database, tmp_path, capsys):
    base = ["bureau", "report", "--db", database, "--on", "2026-02-01"]
    for words in (
        ["--month", "2026-02", "--out", str(tmp_path / "x.csv")],
        ["--month", "2026-13", "--out", str(tmp_path / "x.csv")],
        ["--month", "2026-01", "--out", str(tmp_path / "x.xls")],
        ["--month", "2026-01", "--out", str(tmp_path / "x.csv"), "--months", "36"],
    ):
        assert main([*base, *words]) == 2, words
    assert main([*base, "--month", "2026-01", "--out", str(tmp_path / "none" / "x.csv")]) == 3
    assert main(["bureau", "notify", "--channel", "poster", "--db", database]) == 2


def test_a_dispute_waits_and_is_listed(book, database, capsys):
    give(
        book, [{"command": "dispute_record", "customer_id": 2, "on": "2026-02-10", "dispute_id": "d1", "loan_id": 10, "about": "not_mine"}]
    )
    assert [row.item.due_at for row in work(book, "dispute", "open")] == ["2026-03-02T15:59:59Z"]
    assert call(book, 2, "c1") == {"contact_id": "c1", "allowed": False, "rule": "POLICY.CONTACT.STOP.DISPUTE", "until": None}
    assert main(["bureau", "disputes", "--on", "2026-03-03", "--db", database, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0] | {"days left": -1} == {
        "customer": 2, "dispute": "d1", "about": "not_mine", "due": "2026-03-02", "days left": -1,
    }  # fmt: skip
    answered = {
        "command": "answer_dispute",
        "customer_id": 2,
        "on": "2026-05-02",
        "dispute_id": "d1",
        "outcome": "rejected",
        "reference": "v",
    }
    overdue = (main(["bureau", "disputes", "--on", "2026-03-03", "--db", database]), capsys.readouterr().out)[1]
    assert "1 of them are overdue" in overdue
    assert give(book, [answered])[0]["late_days"] == 61
    assert call(book, 2, "c2")["allowed"]
    assert "1 of them are overdue" not in (main(["bureau", "disputes", "--on", "2026-03-03", "--db", database]), capsys.readouterr().out)[1]


def call(book, customer_id: int, contact_id: str) -> dict:
    """Ask the gate about a call; the answer."""
    said = {"command": "attempt_contact", "customer_id": customer_id, "on": "2026-05-02", "contact_id": contact_id, "channel": "call"}
    return give(book, [{**said, "purpose": "collect", "by": "lender", "zone": "Asia/Shanghai", "number": "blind"}])[0]


def test_nothing_is_known_of_an_empty_book(store):
    assert read_known(store, "2026-01", 1) == Known()


def test_use_is_restricted_after_notice_and_free_when_paid(book, database, capsys):
    def sanctions(on: str) -> dict:
        assert main(["sanctions", "--on", on, "--db", database, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    assert sanctions("2026-05-02")["held_back"] == {"adverse_notice_missing": 5}
    assert main(["bureau", "notify", "--on", "2026-05-02", "--db", database]) == 0
    confirmed = [{"command": "confirm_notice", "customer_id": 1, "on": "2026-05-02", "notice_id": "10-1", "proof": "r"}]
    assert not isinstance(give(book, confirmed)[0], Refused)
    capsys.readouterr()
    assert sanctions("2026-05-16")["restricted"] == 0, "the fourteenth day"
    assert sanctions("2026-05-17")["restricted"] == 1, "fifteen days after it arrived"
    again = sanctions("2026-05-18")
    assert (again["restricted"], again["still_past_due"]) == (0, 1)
    draw = {**DRAW, "customer_id": 1, "on": "2026-05-18", "loan_id": 11}
    assert give(book, [draw])[0].code == "line_frozen"
    give(book, [{"command": "repay", "customer_id": 1, "on": "2026-05-19", "loan_id": 10, "amount": "380.00"}])
    assert sanctions("2026-05-19")["lifted"] == 1
    assert not isinstance(give(book, [{**draw, "on": "2026-05-19"}])[0], Refused)


def test_debts_near_limitation_are_listed_and_looked_at(book, database, capsys):
    def limitation(on: str, *words: str) -> dict:
        assert main(["limitation", "--on", on, "--db", database, "--json", *words]) == 0
        return json.loads(capsys.readouterr().out)

    assert limitation("2027-01-14")["running"] == 2, "a bill of pay later, and a loan whose terms were changed"
    found = limitation("2029-07-19", "--raise")
    near = [one for one in found["debts"] if one["last day"] == "2030-01-15"]
    assert {one["because of"] for one in near} == {"last_instalment_due"}
    assert found["queue"]["open"] == len([one for one in found["debts"] if one["days left"] >= 0])
    queued = {(row.customer_id, row.item.subject) for row in work(book, "limitation", "open")}
    assert (1, "10") in queued
    proof = {"command": "record_interruption", "customer_id": 1, "on": "2029-08-01", "loan_id": 10, "what": "suit", "reference": "v-1"}
    give(book, [proof])
    assert (1, "10") not in {(row.customer_id, row.item.subject) for row in work(book, "limitation", "open")}
    assert limitation("2029-08-02", "--all")["running"] == found["running"]


def test_a_case_tells_of_notice_sanction_and_limitation(book, database, capsys):
    said = [
        {"command": "open_case", "customer_id": 1, "on": "2026-03-01"},
        {"command": "give_adverse_notice", "customer_id": 1, "on": "2026-03-02", "loan_id": 10},
        {"command": "confirm_notice", "customer_id": 1, "on": "2026-03-02", "notice_id": "10-1", "proof": "r"},
        {"command": "apply_sanction", "customer_id": 1, "on": "2026-03-20", "sanction": "report", "loan_id": 10},
    ]
    assert not [one for one in give(book, said) if isinstance(one, Refused)]
    assert main(["queue", "show", "1", "--at", "2027-02-01T10:00:00+08:00", "--db", database, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["limitation"] == [{"loan_id": 10, "since": "2027-01-15", "because": "last_instalment_due", "last_on": "2030-01-15"}]
    assert {"adverse.notice", "adverse.delivered", "sanction.applied"} <= {one["kind"] for one in shown["timeline"]}
    assert main(["queue", "show", "1", "--at", "2027-02-01T10:00:00+08:00", "--db", database]) == 0
    assert "Limitation of loan 10: until 2030-01-15, since 2027-01-15" in capsys.readouterr().out
