"""Refusals come from one closed list, and each says in two languages what, why, and what to do."""

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
from tests.tidy.source import package, place, text

NAMED = re.compile(r'\b(?:Refused|Malformed)\(\s*"([^"{}]*)"')


def test_every_code_in_the_source_is_on_the_list():
    found = [(path, one) for path in package() for one in NAMED.finditer(text(path)) if one[1] not in SENTENCES]
    assert not [f"{place(path, one.string.count(chr(10), 0, one.start()) + 1)}: {one[1]}" for path, one in found]


def test_codes_read_as_lower_case_words():
    assert not [code for code in SENTENCES if not re.fullmatch(r"[a-z]+(_[a-z]+)*", code)]


def test_a_code_has_two_whole_sentences():
    for code in SENTENCES:
        chinese, english = (sentence(code, language) for language in LANGUAGES)
        assert chinese.endswith("。"), code
        assert re.search(r"[\u4e00-\u9fff]", chinese), code
        assert english.endswith("."), code
        assert english[0].isupper(), code
        assert english.isascii(), code


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
