"""`plimsoll policy` from draft to active on both databases, and what it says to people and to programs."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from plimsoll.app import policy_tables
from plimsoll.app.execute import Answer, execute
from plimsoll.app.governed import Act, Artefact, listed, steps
from plimsoll.app.modelling.turned_out import turned_out
from plimsoll.app.policy_tables import tables_in_use
from plimsoll.app.population import stored_population
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli.main import main
from plimsoll.loan.filing import Filing, body_of
from plimsoll.rulebook.rules import load
from plimsoll.rulebook.table.lifecycle import KIND
from plimsoll.rulebook.underwriting import FOLDER, in_force, standing_tables
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

DAY = "2026-12-01"
DAY_NUMBER = date(2026, 12, 1).toordinal()
NOW = datetime(2026, 12, 1, tzinfo=UTC)
COLUMNS = (
    "bureau_current_overdue_minor,bureau_max_dpd_24m,bureau_delinquencies_24m,bureau_inquiries_30d,bureau_inquiries_90d,"
    "bureau_lenders,dti,income_monthly_minor,income_sources"
)
CLEAN = "0,0,0,1,2,1,{dti},1200000,2"


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """The policy of the house with a stricter line for debts over income, from the day."""
    header = (FOLDER / "policy.yaml").read_text("utf-8").replace("from: 2020-07-12", f"from: {DAY}")
    (tmp_path / "policy.yaml").write_text(header, "utf-8")
    rows = (FOLDER / "policy.csv").read_text("utf-8").replace("> 0.7,", "> 0.6,").replace("(0.55..0.7]", "(0.55..0.6]")
    (tmp_path / "policy.csv").write_text(rows, "utf-8")
    return tmp_path / "policy.csv"


@pytest.fixture
def past(tmp_path: Path) -> Path:
    """Applications of the past: one clean, one between the old line and the new."""
    rows = [f"id,{COLUMNS},outcome,bad", f"1,{CLEAN.format(dti='0.2')},approve,no", f"2,{CLEAN.format(dti='0.65')},refer,"]
    (tmp_path / "past.csv").write_text("\n".join(rows), "utf-8")
    return tmp_path / "past.csv"


def run(words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["policy", *words.split()])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_a_table_goes_from_draft_to_active_by_two_people_and_a_back_test(database: str, stricter: Path, past: Path, tmp_path: Path, capsys):
    report = tmp_path / "report.json"
    code, said = run(f"backtest {stricter} --rows {past} --id id --bad bad --on {DAY} --out {report}", capsys)
    assert code == 0
    assert "approved: 0.5000 before, 0.5000 after" in said
    assert "referred 0 0 1" in " ".join(said.split()), "who was referred is declined now"
    code, said = run(f"register {stricter} --by ana --reason stricter --db {database}", capsys)
    assert (code, "draft" in said) == (0, True)
    digest = said.split()[1].rstrip(":")
    for words, ends, says in (
        (f"register {stricter} --by bo --reason again", 4, "on the register already"),
        (f"activate {digest} --by bo --reason go --on {DAY} --backtest {report}", 4, "does not lead on"),
        (f"check {digest} --by ana --reason lint", 0, "checked"),
        (f"approve {digest} --by ana --reason mine", 4, "one person may not hold two duties"),
        (f"approve {digest} --by bo", 4, "reason"),
        (f"approve {digest} --by bo --reason seen", 0, "approved"),
        (f"activate {digest} --by bo --reason go --on {DAY}", 4, "There is no back-test"),
        (f"activate {digest} --by bo --reason go --on 2026-11-30 --backtest {report}", 4, "not in force yet"),
        (f"activate {digest} --by ana --reason go --on {DAY} --backtest {report}", 4, "two duties"),
        (f"activate {digest} --by bo --reason go --on {DAY} --backtest {report}", 0, "active"),
        ("approve 0000000000 --by bo --reason seen", 3, "0000000000"),
    ):
        code, said = run(f"{words} --db {database}", capsys)
        assert (code, says.lower() in said.lower()) == (ends, True), (words, code, said)
    code, said = run(f"list --db {database}", capsys)
    assert "active" in said
    assert "bo" in said


def act(actor: str, evidence: str = "", at: datetime = NOW) -> Act:
    return Act(actor, at, "because", evidence)


def activate(store, path: Path, report: str, at: datetime = NOW) -> Artefact | Refused:
    from plimsoll.rulebook.underwriting import against, lookup_on

    held = policy_tables.enter(store, path, act("ana"))
    assert isinstance(held, Artefact), held
    day = date(2026, 12, 1)
    policy_tables.check(store, held.digest, against(), lookup_on(load(), day, "cfc"), act("ana"))
    policy_tables.approve(store, held.digest, act("bo"))
    return policy_tables.activate(store, held.digest, day, act("bo", report, at))


def report_of(path: Path, past: Path, capsys) -> str:
    assert main(["policy", "backtest", str(path), "--rows", str(past), "--on", DAY, "--json"]) == 0
    return capsys.readouterr().out


def test_the_active_table_decides_from_its_day_and_its_successor_ousts_it(store, stricter: Path, past: Path, capsys):
    first = activate(store, stricter, report_of(stricter, past, capsys))
    assert isinstance(first, Artefact), first
    stricter.write_text(stricter.read_text("utf-8").replace("> 0.6,", "> 0.58,").replace("(0.55..0.6]", "(0.55..0.58]"), "utf-8")
    second = activate(store, stricter, report_of(stricter, past, capsys), NOW + timedelta(hours=1))
    assert isinstance(second, Artefact), second
    assert {held.digest: held.state for held in listed(store, KIND)} == {first.digest: "retired", second.digest: "active"}
    assert json.loads(steps(store, second.digest)[-1].evidence)["table"] == second.digest

    def policy_on(day: date, at: datetime | None = None) -> str:
        return next(table.digest for table in in_force(tables_in_use(store, at), load(), day, "cfc") if table.name == "policy")

    standing = next(table.digest for table in standing_tables() if table.name == "policy")
    assert policy_on(date(2026, 11, 30)) == standing
    assert policy_on(date(2026, 12, 1)) == second.digest
    assert policy_on(date(2026, 12, 1), NOW) == first.digest, "a decision of that hour is replayed under its table"
    assert policy_on(date(2026, 12, 1), NOW - timedelta(days=1)) == standing


def test_a_table_with_errors_is_not_checked_in(store, stricter: Path):
    stricter.write_text(stricter.read_text("utf-8").replace("DTI_HIGH", "TOO_POOR"), "utf-8")
    held = policy_tables.enter(store, stricter, act("ana"))
    assert isinstance(held, Artefact)
    from plimsoll.rulebook.underwriting import against

    refused = policy_tables.check(store, held.digest, against(), lambda key: 18, act("ana"))
    assert isinstance(refused, Refused)
    assert refused.code == "table_not_clean"
    assert "TOO_POOR" in refused.detail


def test_a_book_without_decisions_has_nobody_to_try_a_table_on(database: str, stricter: Path, capsys):
    code, said = run(f"backtest {stricter} --db {database} --on {DAY}", capsys)
    assert (code, "no application" in said) == (3, True)


def test_decisions_on_record_are_tried_with_the_features_they_were_taken_on(monkeypatch: pytest.MonkeyPatch):
    features = {"dti": "0.65", "bureau_lenders": 2, "income_monthly_minor": None, "is_new_device": True}
    filing = Filing(3, "decision", "A1", DAY_NUMBER, NOW, "engine", body_of({"outcome": "refer", "features": features}))
    monkeypatch.setattr("plimsoll.app.population.filings_on", lambda *asked: iter([(42, filing), (43, filing)]))
    monkeypatch.setattr("plimsoll.app.population.turned_out", lambda *asked: {43: True})
    policy = [table for table in standing_tables() if table.name == "policy"]
    found = stored_population(None, date(2026, 1, 1), date(2026, 12, 1), policy, load())  # type: ignore[arg-type]
    assert [(one.id, one.outcome, one.is_bad) for one in found.rows] == [("42/A1/3", "refer", None), ("43/A1/3", "refer", True)]
    assert found.rows[0].features == {"dti": Rate.parse("0.65"), "bureau_lenders": 2, "income_monthly_minor": None}
    assert "bureau_inquiries_30d" in found.absent


def test_how_customers_turned_out_is_read_from_the_book(store):
    def do(name: str, customer: int, on: str, **said: object) -> None:
        words = {"key": f"{name} {customer} {on}", "customer_id": customer, "on": on, "currency": "CNY", **said}
        words = {key: value for key, value in words.items() if key != "currency" or name != "open_customer"}
        answer = execute(store, WIRING, read_command(words, name), actor="test", now=NOW, rules=load())
        assert isinstance(answer, Answer), answer

    for customer, opened, drawn in ((1, "2025-01-10", "2025-01-15"), (2, "2025-01-10", "2025-01-15"), (3, "2026-05-10", "2026-05-15")):
        do("open_customer", customer, opened)
        do("open_line", customer, opened, limit="5000.00", cash_limit="5000.00", later_limit="5000.00", loan_id=2)
        do("draw", customer, drawn, loan_id=1, amount="1000.00", rate="0.0004", instalments=3)
    for day in ("2025-02-15", "2025-03-15", "2025-04-15"):
        do("repay", 1, day, amount="345.00")
    do("repay", 2, "2025-09-01", amount="1.00")
    assert turned_out(store, date(2026, 6, 1), load()) == {1: False, 2: True}, "of the third it is too early to say"
    assert turned_out(store, date(2025, 2, 1), load()) == {}


def test_lint_tells_places_and_ends_with_4(tmp_path: Path, stricter: Path, capsys):
    code, said = run("lint", capsys)
    assert code == 0
    assert "identity-fraud: 10 rows" in said
    stricter.write_text(stricter.read_text("utf-8").replace(">= 91", "<= 0"), "utf-8")
    stricter.write_text(stricter.read_text("utf-8") + "X1,,,,5..3,,,,,,decline,DTI_HIGH,\n", "utf-8")
    code, said = run(f"lint {stricter} --lang zh-CN", capsys)
    assert code == 4
    assert "policy.csv:17: error empty_condition X1, bureau_inquiries_30d" in said
    assert "决策表检查未通过" in said
    code, said = run(f"lint {stricter} --json", capsys)
    (told,) = json.loads(said.splitlines()[0])
    assert (told["clean"], told["findings"][0]["code"], told["findings"][0]["line"]) == (False, "empty_condition", 17)


def test_a_formula_is_refused_with_its_place(stricter: Path, capsys):
    stricter.write_text(stricter.read_text("utf-8").replace(">= 91", "=91"), "utf-8")
    code, said = run(f"lint {stricter}", capsys)
    assert code == 2
    assert "policy.csv:4: bureau_max_dpd_24m:" in said
    assert "Write 600 for equal to 600." in said


def test_ask_tells_each_row_with_the_value_that_met_it(capsys):
    code, said = run(
        "ask eligibility policy age_years=17 platform_score=590 dti=0.62 region_served=yes is_student=missing --on 2026-12-01", capsys
    )
    assert code == 0
    assert "E1: verdict decline, AGE_UNDER: age_years 17 < 18 (CN.AGE.MIN)" in said
    assert "M2: verdict refer, DTI_HIGH: dti 0.62 in (0.55..0.7]" in said
    assert "E5: refer, EVIDENCE_MISSING: is_student is missing" in said
    assert "verdict: decline" in said
    code, said = run("ask eligibility age_years=40 platform_score=300 --json", capsys)
    told = json.loads(said)
    assert told["verdict"] == "refer"
    assert {one["column"] for one in told["tables"]["eligibility"]["missing"]} == {"platform_score", "region_served", "is_student"}
    assert run("ask eligibility age_year=40", capsys)[0] == 2
    assert run("ask eligibility age_years=old", capsys)[0] == 2
    assert run("ask nothing", capsys)[0] == 3


def test_show_prints_rows_examples_and_digest(capsys):
    code, said = run("show outcome --examples --lang zh-CN", capsys)
    assert code == 0
    assert " ".join(said.splitlines()[1].split()) == "id break_even_over_cap load_band limit_bound offer_fit verdict reason"
    assert "O5 is hit by break_even_over_cap=no load_band=within limit_bound=asked offer_fit=longer-term" in said
    assert len(re.findall(r"^  O\d is hit by ", said, re.MULTILINE)) == len(re.findall(r"^O\d ", said, re.MULTILINE)), (
        "every row can be hit"
    )
    assert re.search(r"^digest: [0-9a-f]{64}$", said, re.MULTILINE)
    code, said = run("show eligibility --licence microloan --json", capsys)
    told = json.loads(said)
    assert (told["licence"], told["rows"][4]["then"]) == (["microloan"], {"verdict": "decline"})
    assert run("show --licence pawnshop", capsys)[0] == 2
