"""Strategies, scripts and outcome codes as they stand in the rulebook, and what is refused when one of them is not whole."""

from datetime import date
from pathlib import Path

import pytest

from plimsoll.collections.assess import TABLES
from plimsoll.collections.case import CHAMPION
from plimsoll.collections.contact import OUTCOMES
from plimsoll.collections.contact_rules import CHANNELS, INTERACTIVE
from plimsoll.collections.debtor import FACTS
from plimsoll.rulebook import outcome_code, script, strategy
from plimsoll.rulebook.table.lint import ERROR, WARNING, lint
from plimsoll.units.refusal import LANGUAGES, Malformed
from tests.counter import RULES
from tests.golden import read_yaml

ON = date(2026, 11, 1)
CASES = read_yaml((Path(__file__).resolve().parents[1] / "cases" / "collections" / "strategy.yaml").read_text("utf-8"))
PLAIN = {
    "is_resting": False,
    "segment": "unknown",
    "bucket": "mid",
    "days": 44,
    "owed_band": "middle",
    "is_vulnerable": False,
    "promises_broken": 0,
    "is_plan_broken": False,
}
FILLED = {"caller": "Li", "lender": "Plimsoll", "name": "Wang", "amount": "100.00 CNY", "days": "3"}


@pytest.mark.parametrize("case", CASES, ids=[f"{case['arm']}-{case['row']}-{n}" for n, case in enumerate(CASES)])
def test_the_row_that_decides(case: dict):
    table = strategy.table(RULES, ON, TABLES[case["arm"]])
    hit = strategy.first_hit(table, PLAIN | case["seen"])
    assert (hit.rule_id, hit.outputs["treatment"]) == (case["row"], case["treatment"]), case.get("why", "")


def test_every_row_of_the_champion_has_a_case():
    table = strategy.table(RULES, ON, TABLES[CHAMPION]).table
    assert {row.id for row in table.rows} == {case["row"] for case in CASES if case["arm"] == CHAMPION}


@pytest.mark.parametrize("name", [strategy.SEGMENTS, *TABLES.values()])
def test_no_table_has_a_gap_or_a_row_that_is_never_hit(name: str):
    found = [one.text() for one in lint(strategy.table(RULES, ON, name).table) if one.level in (ERROR, WARNING)]
    assert not [text for text in found if "repeated" not in text], found


@pytest.mark.parametrize("name", TABLES.values())
def test_what_a_strategy_names_is_there(name: str):
    scripts = script.load()
    for row in strategy.table(RULES, ON, name).table.rows:
        said = row.outputs
        assert said["treatment"] in strategy.TREATMENTS
        assert said["skill"] in strategy.SKILLS
        assert said["channel"] in (*CHANNELS, "none")
        if said["channel"] != "none":
            found = scripts.by_name[said["script"]]
            assert found.is_message is (said["channel"] not in INTERACTIVE), row.id
            assert set(scripts.filled(found.name, ON, "en", FILLED)) == ({"body"} if found.is_message else {"opening", "body", "closing"})


def test_a_treatment_that_needs_a_person_is_never_firm_with_who_is_in_need():
    for arm in TABLES.values():
        table = strategy.table(RULES, ON, arm)
        for seen in ({"segment": "in_need"}, {"is_vulnerable": True}):
            assert strategy.first_hit(table, PLAIN | seen).outputs["tone"] != "firm"


def test_scripts_leave_nothing_open_but_the_name():
    for name, one in script.load().by_name.items():
        for language in LANGUAGES:
            for is_machine in (False, True):
                texts = script.load().filled(name, ON, language, FILLED, is_machine=is_machine)
                assert not [text for text in texts.values() if "{" in text], name
                if not one.is_message:
                    assert ("不是真人" in texts["opening"] or "not a person" in texts["opening"]) is is_machine, (
                        "a machine says that it is one"
                    )


HEAD = "from: 2020-07-12\nsource: here\nconfidence: default\nreview_by: 2027-12-31\n"
SCRIPTS = script.FILE.read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("，{recorded}。请问是{name}本人吗？现在方便说话吗？", "。请问是{name}本人吗？现在方便说话吗？", "script_incomplete"),
        ("Hello, this is {caller} ({voice}), calling for {lender}; {recorded}.", "Hello, {recorded}, {lender}.", "script_incomplete"),
        (
            "Hello, this is {caller} ({voice}), calling for {lender}; {recorded}.",
            "You owe {amount}! This is {caller} ({voice}), {lender}; {recorded}.",
            "script_tells_debt",
        ),
        ("I shall note what you said. {help}.", "Pay, or we tell your family. {help}.", "template_banned_word"),
        ("I shall note what you said. {help}.", "I shall note what {who} said. {help}.", "field_malformed"),
        ("opening: [caller, voice, lender, recorded, name]", "opening: [caller, voice, lender, name]", "script_incomplete"),
        ("countries: [cn, us]", "countries: [cn, fr]", "field_malformed"),
    ],
)
def test_a_script_that_may_not_be_said_is_refused_on_load(tmp_path: Path, old: str, new: str, code: str):
    assert old in SCRIPTS
    file = tmp_path / "scripts.yaml"
    file.write_text(SCRIPTS.replace(old, new, 1), "utf-8")
    with pytest.raises(Malformed) as wrong:
        script.load(file)
    assert wrong.value.code == code, wrong.value.text()
    assert wrong.value.line > 0


def test_a_later_version_of_a_script_holds_from_its_day(tmp_path: Path):
    body = '          zh-CN: 【{lender}】{amount}，{days}，{help}，{notice}\n          en: "{lender} {amount} {days} {help} {notice}"\n'
    later = f"      - version: 2\n        from: 2026-12-01\n        body:\n{body}"
    file = tmp_path / "scripts.yaml"
    file.write_text(SCRIPTS.replace("  first_call:\n", f"{later}  first_call:\n", 1), "utf-8")
    found = script.load(file)
    assert [found.version("reminder", day).version for day in (date(2026, 11, 30), date(2026, 12, 1))] == [1, 2]
    assert found.version("reminder", date(2020, 7, 11)) is None


def test_outcome_codes_say_what_the_gate_can_count():
    codes = outcome_code.load()
    assert {one.gate for one in codes.values()} == set(OUTCOMES) == set(outcome_code.GATE)
    assert set(outcome_code.FACTS) <= set(FACTS)
    for one in codes.values():
        assert set(one.title) == set(LANGUAGES)
        assert one.days > 0 or one.next == "promise", f"{one.code}: the case comes back by itself, or by the promise"


def test_an_outcome_code_that_nobody_counts_is_refused(tmp_path: Path):
    file = tmp_path / "outcomes.yaml"
    file.write_text(HEAD + "outcomes:\n  odd: {title: {zh-CN: 怪, en: odd}, gate: maybe, next: none}\n", "utf-8")
    with pytest.raises(Malformed) as wrong:
        outcome_code.load(file)
    assert wrong.value.code == "field_malformed"
