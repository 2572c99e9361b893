"""The labels of the pages call things what the glossary does: a label that is a term in one language is that term in the other."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from plimsoll.interfaces.pages.words import catalogue
from tests.tidy.source import ROOT, text

PAGE = ROOT / "docs" / "reference" / "glossary.md"
STEM = 5
"""Letters of a word by which its forms are told: waive, waiver, waived."""
OTHER = {
    "entry.account": "an account of the chart, 科目",
    "key.name": "a key of the API, 密钥",
    "ecl.line": "a line of a table",
    "effect.line": "the line's limit, where an approval shows what changes",
    "b.plan.title": "the borrower's plan of payments",
    "bill.instalments": "a bill turned into instalments",
    "b.bills.plans": "a bill turned into instalments",
    "b.col.n": "the number of an instalment",
    "row.due-on": "the head of a column",
    "b.col.due-on": "the head of a column",
    "b.bill.cut": "the day a bill was cut",
    "customers.late": "the head of a column",
    "loan.class": "the five classes are the only ones on that page",
    "monitoring.above": "what over-extended means, said out",
    "review.release.do": "a case goes back to the queue",
    "agency.name": "the head of a column in a table of agencies",
    "complaint.close": "a complaint ends, 办结",
    "loan.late": "the days stand beside it",
    "fact.kind.converted": "a fact, told as what became of a bill",
    "b.nav.borrow": "to borrow, 借款",
    "b.borrow.title": "to borrow, 借款",
    "trigger.": "a trigger has a limit of its own, 限额",
    "survival.": "how long cash lasts under stress, 压力",
    "figures.tab.stress": "stress tests of the portfolio",
}
"""Labels that are spelt like a term and mean something else, or say it otherwise on purpose, each with the reason.

A key that ends with a dot is a family."""


def is_other(key: str) -> bool:
    """Whether a label is an exception, by itself or by its family."""
    return key in OTHER or f"{key.partition('.')[0]}." in OTHER


class Term(NamedTuple):
    """A row of the glossary: the ways to say it in English and in Chinese."""

    english: tuple[str, ...]
    chinese: tuple[str, ...]


def terms() -> list[Term]:
    found = []
    for line in text(PAGE).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0] not in ("term", "---"):
            found.append(Term(tuple(cells[0].lower().split(", ")), tuple(cells[1].split("、"))))
    return found


def labels() -> Iterator[tuple[str, str, str]]:
    """Each key whose texts are plain: key, English, Chinese."""
    for key, texts in catalogue().items():
        english, chinese = texts["en"], texts["zh-CN"]
        if isinstance(english, str) and isinstance(chinese, str):
            yield key, english.lower().rstrip("."), chinese.rstrip("。")


def says(english: str, ways: tuple[str, ...]) -> bool:
    """Whether an English label has one of the ways in it, in whatever form."""
    words = re.findall(r"[a-z]+", english)
    return any(all(any(word.startswith(part[:STEM]) for word in words) for part in re.findall(r"[a-z]+", way)) for way in ways)


def test_the_glossary_has_every_term_once():
    english = [way for term in terms() for way in term.english[:1]]
    assert len(english) > 60
    assert sorted(english) == sorted(set(english))


def test_a_label_that_is_a_term_in_english_is_that_term_in_chinese():
    wrong = [
        f"{key}: {english} is {chinese}, the glossary says {term.chinese}"
        for term in terms()
        for key, english, chinese in labels()
        if english in term.english and not any(way in chinese for way in term.chinese) and not is_other(key)
    ]
    assert not wrong, wrong


def test_a_label_that_is_a_term_in_chinese_is_that_term_in_english():
    by_chinese: dict[str, tuple[str, ...]] = {}
    for term in terms():
        for way in term.chinese:
            by_chinese[way] = (*by_chinese.get(way, ()), *term.english)
    wrong = [
        f"{key}: {chinese} is {english}, the glossary says {by_chinese[chinese]}"
        for key, english, chinese in labels()
        if chinese in by_chinese and not says(english, by_chinese[chinese]) and not is_other(key)
    ]
    assert not wrong, wrong


def test_no_exception_is_left_over():
    keys = {key for key, _, _ in labels()}
    named = {key for key in OTHER if not key.endswith(".")}
    assert named <= keys, named - keys


def test_one_word_for_paying_later():
    """Three were in use; the trade's is 先买后付."""
    pages = "".join(str(texts["zh-CN"]) for texts in catalogue().values())
    assert "先享后付" not in pages
    assert "先用后付" not in pages
