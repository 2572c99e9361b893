"""`plimsoll apply`: every persona, both languages, on the terminal and as JSON; personal data is masked wherever it shows."""

import json
import re

import pytest

from plimsoll.interfaces.cli.apply import HEADINGS
from plimsoll.interfaces.cli.main import main
from plimsoll.simulator.walk import FATES


def apply(capsys, *words: str, code: int = 0) -> str:
    """Run the command; what it printed."""
    assert main(["apply", *words]) == code
    said = capsys.readouterr()
    return said.out + said.err


def test_the_whole_way_is_shown_in_order(capsys):
    said = apply(capsys)
    wanted = [HEADINGS[name][1] for name in HEADINGS if name not in ("queue", "review")]
    assert re.findall(r"^== (.*)$", said, re.MULTILINE) == wanted
    assert "(-) load line:" in said
    assert "All-in cost a year: " in said
    assert "8,000.00 CNY" in said
    assert re.search(r"^  loan +1001$", said, re.MULTILINE)


def test_the_same_way_in_chinese(capsys):
    said = apply(capsys, "--language", "zh-CN", "--persona", "over-extended")
    wanted = [HEADINGS[name][0] for name in ("applicant", "consent", "application", "evidence", "decision", "score", "load", "price")]
    assert re.findall(r"^== (.*)$", said, re.MULTILINE) == [*wanted, HEADINGS["explanation"][0]]
    assert "现有授信已超过您的承受能力" in said
    assert "哪些变化会改变结果" in said


@pytest.mark.parametrize("persona", ["approve", "review", "bureau-down", "watch-list", "hardship"])
def test_chinese_names_everything_in_chinese(capsys, persona):
    said = apply(capsys, "--lang", "zh-CN", "--persona", persona)
    told = re.findall(r"^ *([A-Za-z_-]{3,})(?= |:)|(?<= )(missing|severe|over|asked|capacity|needed|yes|no|ok)(?= |$)", said, re.MULTILINE)
    assert [first or then for first, then in told if first != "bureau_debt_minor"] == []


@pytest.mark.parametrize("persona", FATES)
def test_every_persona_in_json(capsys, persona):
    told = json.loads(apply(capsys, "--persona", persona, "--json"))
    steps = {one["step"]: one["shown"] for one in told["steps"]}
    assert steps["decision"]["digest"] == steps["explanation"]["digest"]
    assert set(steps["explanation"]["reasons"][0]["said"]) == {"zh-CN", "en"} if steps["explanation"]["reasons"] else True
    assert "*" in steps["applicant"]["document"]
    assert not re.search(r"\b[0-9]{17}[0-9X]\b", json.dumps(told)), "a whole document number shows"


def test_a_case_that_waits_says_until_when(capsys):
    said = apply(capsys, "--persona", "bureau-down")
    assert "Waits for a person" in said
    assert "2026-12-02T09:00:10Z" in said
    assert "Data that was not there" in said
    assert "The source did not answer" in said or "source" in said


def test_a_purpose_that_the_law_bans_ends_the_way(capsys):
    said = apply(capsys, "--purpose", "shares", code=4)
    assert "does not let a consumer loan be used for that" in said
    assert "CN.USE.BANNED" in said


@pytest.mark.parametrize("words", [("--persona", "king"), ("--language", "fr"), ("--amount", "much"), ("--on", "soon")])
def test_wrong_words_end_with_2(capsys, words):
    assert apply(capsys, *words, code=2)


def test_a_book_of_ones_own_is_walked_in_and_kept(capsys, tmp_path, monkeypatch):
    monkeypatch.delenv("PLIMSOLL_VAULT_KEYS", raising=False)
    url = f"sqlite:///{tmp_path / 'book.db'}"
    assert main(["book", "create", "--db", url]) == 0
    apply(capsys, "--db", url)
    apply(capsys, "--db", url, "--persona", "review")
    assert main(["decision", "replay", "walk-2", "--db", url]) == 0
    assert "the same hash" in capsys.readouterr().out
    assert main(["verify", "--db", url]) == 0
