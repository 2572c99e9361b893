"""Refusals come from one closed list, and each says in two languages what, why, and what to do."""

import ast
import pickle
import re
from pathlib import Path

import pytest

from plimsoll.units import sentences
from plimsoll.units.refusal import LANGUAGES, Malformed, Refused, sentence
from plimsoll.units.sentences import SENTENCES
from plimsoll.units.sentences_access import ACCESS
from plimsoll.units.sentences_credit import CREDIT
from plimsoll.units.sentences_lending import LENDING
from tests.tidy.source import package, place, tree


def named_codes() -> list[tuple[str, str]]:
    """Give every code written in a call of `Refused` or `Malformed` in the package, with its place."""
    return [
        (node.args[0].value, place(path, node.lineno))
        for path in package()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"Refused", "Malformed"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ]


def test_every_code_in_the_source_is_on_the_list():
    assert not [f"{where}: {code}" for code, where in named_codes() if code not in SENTENCES]


@pytest.mark.parametrize("code", SENTENCES)
def test_a_code_reads_as_lower_case_words(code):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)


@pytest.mark.parametrize("code", SENTENCES)
def test_a_code_has_two_whole_sentences(code):
    chinese, english = (sentence(code, language) for language in LANGUAGES)
    assert chinese.endswith("。")
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert english.endswith(".")
    assert english[0].isupper()
    assert english.isascii()


def test_no_two_codes_say_the_same():
    for language in LANGUAGES:
        said = [sentence(code, language) for code in SENTENCES]
        assert len(said) == len(set(said))


def test_a_code_that_is_not_on_the_list_is_a_bug():
    with pytest.raises(AssertionError, match=r"sentences\.py"):
        Refused("no_such_code")
    with pytest.raises(AssertionError, match=r"sentences\.py"):
        Malformed("no_such_code")


def test_a_refusal_says_its_rule_and_its_numbers():
    refused = Refused("limit_exceeded", "CN.LINE.CONSUMER.MAX", "120.00 of 100.00")
    assert refused.text("en").startswith("The amount is more than what is left of the limit.")
    assert refused.text("en").endswith("[120.00 of 100.00] (CN.LINE.CONSUMER.MAX)")
    assert refused.text("zh-CN").startswith("可用额度不足。")


def test_refusals_compare_as_values():
    assert Refused("line_frozen") == Refused("line_frozen")
    assert len({Refused("line_frozen"), Refused("line_frozen"), Refused("line_closed")}) == 2


def test_malformed_input_names_its_place_from_the_outside_in():
    inner = Malformed("amount_too_precise", "'0.001'", key="amount")
    outer = inner.at(file="repayments.csv", line=7, key="row")
    assert (outer.file, outer.line, outer.key) == ("repayments.csv", 7, "row.amount")
    assert str(outer).startswith("repayments.csv:7: row.amount: The amount has more digits")


def test_malformed_input_keeps_the_place_that_the_inner_parser_knew():
    assert Malformed("yaml_malformed", line=3).at(file="a.yaml", line=9).place() == "a.yaml:3"


def test_malformed_input_reaches_another_process_whole():
    sent = Malformed("row_malformed", "3 columns", file="a.csv", line=7, key="amount", remedy="Give four.")
    assert pickle.loads(pickle.dumps(sent)).text() == sent.text()


def test_a_remedy_ends_the_message():
    assert str(Malformed("field_unknown", "'colour'", remedy="Did you mean 'color'?")).endswith("Did you mean 'color'?")


def test_no_code_stands_in_two_lists():
    """One of two would win without a word."""
    own = set(SENTENCES) - set(LENDING) - set(CREDIT) - set(ACCESS)
    assert len(own) + len(LENDING) + len(CREDIT) + len(ACCESS) == len(SENTENCES)
    source = (Path(sentences.__file__)).read_text("utf-8")
    keys = re.findall(r'^    "([a-z_]+)": ', source, re.MULTILINE)
    assert sorted(keys) == sorted(own), "and none of the first file stands in another"
