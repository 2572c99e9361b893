"""`plimsoll rules` answers people and programs, and ends with the documented codes."""

import json

import pytest

from plimsoll.interfaces.cli.main import main
from plimsoll.rulebook.rules import load
from tests.unit.rule_folder import edited


def test_show_tells_value_source_and_what_comes_next(capsys):
    assert main(["rules", "show", "CN.COST.CAP", "--on", "2026-06-01", "--licence", "microloan"]) == 0
    said = capsys.readouterr().out
    assert "value: 0.24 (rate per year; as apr_simple_all_in)" in said
    assert "in force since: 2025-12-24" in said
    assert "until: 2027-12-31" in said
    assert "comes next: from 2027-12-31: 0.12" in said
    assert "source: 小额贷款公司综合融资成本管理工作指引" in said


def test_show_speaks_chinese(capsys):
    assert main(["rules", "show", "cn.cost.cap", "--on", "2026-06-01", "--licence", "cfc", "--lang", "zh-CN"]) == 0
    said = capsys.readouterr().out
    assert "综合融资成本上限" in said
    assert "数值: 0.20" in said


def test_show_as_json_is_for_programs(capsys):
    assert main(["rules", "show", "CN.COST.CAP", "--on", "2027-12-31", "--licence", "microloan_online", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["value"], told["formula"], told["since"], told["until"], told["next"]) == ("0.12", "4*CN.LPR1Y", "2027-12-31", None, None)
    assert (told["key"], told["licence"], told["on"], told["confidence"]) == ("CN.COST.CAP", "microloan_online", "2027-12-31", "sourced")


def test_show_without_a_licence_tells_every_licence(capsys):
    assert main(["rules", "show", "CN.COST.CAP", "--on", "2026-06-01", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {entry["licence"]: entry["value"] for entry in told["by_licence"]} == {
        "facilitated_bank": "0.24",
        "microloan": "0.24",
        "cfc": "0.20",
    }


def test_show_before_a_rule_is_in_force_says_from_when(capsys):
    assert main(["rules", "show", "CN.COST.CAP", "--on", "2025-12-31", "--licence", "cfc"]) == 3
    said = capsys.readouterr().out
    assert "no value in force" in said
    assert "from 2026-01-01: 0.20" in said


def test_amounts_are_shown_with_their_currency(capsys):
    assert main(["rules", "show", "CN.LINE.CONSUMER.MAX", "--on", "2026-01-01", "--licence", "cfc"]) == 0
    assert "value: 200000.00 CNY" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("code", "said", "words"),
    [
        (3, "Did you mean CN.COST.CAP", ["show", "CN.COST.CPA"]),
        (2, "2026-02-30", ["show", "CN.COST.CAP", "--on", "2026-02-30"]),
        (2, "pawnshop", ["show", "CN.COST.CAP", "--licence", "pawnshop"]),
        (2, "--lang", ["show", "CN.COST.CAP", "--lang", "fr"]),
        (2, "nowhere", ["check", "--folder", "nowhere"]),
        (2, "no-such", ["no-such"]),
    ],
)
def test_what_is_wrong_is_said_with_its_exit_code(capsys, code, said, words):
    assert main(["rules", *words]) == code
    assert said in capsys.readouterr().err


def test_list_names_every_rule(capsys):
    assert main(["rules", "list", "--on", "2026-06-01"]) == 0
    said = capsys.readouterr().out
    assert all(key in said for key in load().rules)


def test_check_passes_the_rulebook_that_comes_along_and_names_what_is_due_for_review(capsys):
    assert main(["rules", "check", "--on", "2027-02-01"]) == 0
    said = capsys.readouterr().out
    assert "cash-line" in said
    assert load().digest in said
    assert "review was due by 2026-12-01: CN.NPL.RESALE" in said


def test_check_refuses_an_unlawful_product(capsys, tmp_path):
    edited(tmp_path, "product/cash-line.yaml", "max: 0.0005", "max: 0.0006")
    assert main(["rules", "check", "--folder", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert "unlawful" in out
    assert "cash-line from 2026-01-01 as cfc: cost_cap_exceeded on 2026-01-01 by CN.COST.CAP" in err


def test_check_refuses_a_malformed_file_with_its_place(capsys, tmp_path):
    text = edited(tmp_path, "law/cn/cost.yaml", "value: 0.20", "value: 20%")
    line = text[: text.index("value: 20%")].count("\n") + 1
    assert main(["rules", "check", "--folder", str(tmp_path)]) == 2
    assert f"law/cn/cost.yaml:{line}: CN.COST.CAP.values.4.value:" in capsys.readouterr().err
