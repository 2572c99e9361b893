"""Read one cell of a decision table: what stands in a spreadsheet, as a condition on one column.

    empty or -           any value, known or missing          >= 600   > 600   <= 600   < 600   != 600
    600                  this value                           600..649   [600..650)   (600..650]
    in A,B               one of these                         not in A,B   not A
    missing, known       no value, any value                  < 300 or > 800
    >= CN.AGE.MIN        the value of a rule on the day       [CN.AGE.MIN..CN.AGE.MIN+5)

A cell that a spreadsheet would calculate (it begins with = + @) is refused: what is shown there need not be what is stored.
"""

import re
from itertools import pairwise
from typing import Final

from plimsoll.rulebook.table.table import ANYTHING, Bound, Cell, Column, Known, Span, Test, Words, is_decimal, point_of_text
from plimsoll.units.money import parse_minor
from plimsoll.units.refusal import Malformed

CELL_LENGTH_MAX: Final = 500
FORMULA: Final = ("=", "+", "@")
_COMPARISON: Final = re.compile(r"(>=|<=|!=|>|<)\s*(.+)")
_RANGE: Final = re.compile(r"([\[(]?)\s*([^\s\[\]()]+?)\s*\.\.\s*([^\s\[\]()]+?)\s*([\])]?)")
_LIST: Final = re.compile(r"(not\s+in|in)\s+(.+)")
_RULE: Final = re.compile(r"([A-Z][A-Z0-9_]*(?:\.[A-Z0-9_]+)+)(?:([+-])([0-9.]+))?")
_WORD: Final = re.compile(r"[\w./][\w./-]*")
_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")
_RESERVED: Final = ("missing", "known", "in", "not", "or", "any")
_YES_NO: Final = {"yes": "yes", "no": "no", "true": "yes", "false": "no"}
_HALF_WIDTH: Final = "Use half-width signs and digits: >= <= > < .. [ ] ( ) and a comma between values."


def refuse_formula(text: str) -> None:
    """Refuse what a spreadsheet would calculate; raises Malformed table_cell_formula."""
    if text.startswith(FORMULA):
        remedy = "Write 600 for equal to 600." if re.fullmatch(r"=\s*[\w.]+", text) else "Write the value itself, as text."
        raise Malformed("table_cell_formula", f"{text!r}"[:80], remedy=remedy)


def parse_cell(text: str, column: Column) -> Cell:
    """Read a cell of a column; raises Malformed table_cell_malformed, table_cell_formula and what amounts raise."""
    text = text.strip()
    if text in ("", "-"):
        return ANYTHING
    refuse_formula(text)
    if len(text) > CELL_LENGTH_MAX:
        raise Malformed("table_cell_malformed", f"{len(text)} characters, at most {CELL_LENGTH_MAX}")
    if column.is_ordered() and not text.isascii():
        raise Malformed("table_cell_malformed", f"{text!r}", remedy=_HALF_WIDTH)
    tests = [test for part in re.split(r"\s+or\s+", text) for test in _tests(part.strip(), column)]
    return Cell(text, tuple(tests))


def _tests(text: str, column: Column) -> list[Test]:
    """Read one alternative of a cell."""
    if text in ("missing", "known"):
        return [Known("is", text, text == "known")]
    return _spans(text, column) if column.is_ordered() else [_words(text, column)]


def _spans(text: str, column: Column) -> list[Test]:
    """Read a condition on a value that has an order."""
    if found := _COMPARISON.fullmatch(text):
        return _compared(found[1], bound(found[2].strip(), column))
    if found := _LIST.fullmatch(text):
        return _listed("not" not in found[1], found[2], column)
    if found := _RANGE.fullmatch(text):
        opening, low, high, closing = found.groups()
        if bool(opening) != bool(closing):
            raise Malformed("table_cell_malformed", f"{text!r}", remedy="Write 600..649, or [600..650) with a bracket at both ends.")
        return [Span("in", text, bound(low, column), opening != "(", bound(high, column), closing != ")")]
    same = bound(text, column)
    return [Span("=", same.text, same, True, same, True)]


def _compared(op: str, at: Bound) -> list[Test]:
    """Give what lies on one side of a threshold, or on both for "!="."""
    above, below = Span(op, at.text, at, op == ">="), Span(op, at.text, None, True, at, op == "<=")
    if op == "!=":
        return [below, above]
    return [above if op in (">", ">=") else below]


def _listed(is_inside: bool, listed: str, column: Column) -> list[Test]:
    """Give one of some values, or everything between them."""
    bounds = [bound(part.strip(), column) for part in listed.split(",")]
    if is_inside:
        return [Span("in", listed, one, True, one, True) for one in bounds]
    if any(one.rule for one in bounds):
        raise Malformed("table_cell_malformed", f"{listed!r}", remedy="A rule may not stand in a list of what is left out.")
    ends = [None, *sorted(bounds, key=lambda one: one.point), None]
    return [Span("not in", listed, low, False, high, False) for low, high in pairwise(ends)]


def bound(text: str, column: Column) -> Bound:
    """Read a threshold of an ordered column: a value of its type, or a rule with a little more or less; raises table_cell_malformed."""
    if found := _RULE.fullmatch(text):
        key, sign, offset = found.groups()
        more = point(offset, column) if offset else 0
        return Bound(text, -more if sign == "-" else more, key)
    return Bound(text, point(text, column))


def point(text: str, column: Column) -> int:
    """Read a value of an ordered column as its point; raises Malformed table_cell_malformed with what is needed."""
    if column.kind == "money":
        return _minor(text, column.currency)
    if column.kind == "whole" and _WHOLE.fullmatch(text):
        return int(text)
    if column.kind in ("number", "rate") and is_decimal(text) and not (column.kind == "rate" and text.startswith("-")):
        return point_of_text(text)
    raise Malformed("table_cell_malformed", f"{text!r} is not a {column.kind}", remedy=_remedy(text, column.kind))


def _minor(text: str, currency: str) -> int:
    """Read an amount, saying what spreadsheets do to amounts."""
    try:
        return parse_minor(text, currency)
    except Malformed as wrong:
        raise Malformed("table_cell_malformed", f"{text!r} is not an amount in {currency}", remedy=_remedy(text, "money")) from wrong


def _remedy(text: str, kind: str) -> str:
    """Say how to write what a spreadsheet may have changed."""
    if "%" in text:
        return "Write a share as a decimal: 0.55 for 55 percent."
    if "," in text or "'" in text:
        return "Write 50000 without separators."
    if re.fullmatch(r"[0-9.]+[eE][+-]?[0-9]+", text):
        return "Format the column as text: the spreadsheet has shortened the number."
    if re.search(r"[0-9]+[-/年月][0-9]+", text):
        return "Write 600..650 for a range, and format the column as text."
    return {
        "whole": "A whole number, such as 600.",
        "money": "A decimal amount, such as 50000.00.",
        "rate": "A decimal of at least zero with at most 9 digits after the point, such as 0.55.",
        "number": "A decimal with at most 9 digits after the point, such as -0.5.",
    }[kind]


def _words(text: str, column: Column) -> Words:
    """Read a condition on a word, or on yes or no."""
    if found := _LIST.fullmatch(text):
        words = [word(part.strip(), column) for part in found[2].split(",")]
        return Words("in" if found[1] == "in" else "not in", ",".join(words), frozenset(words), found[1] == "in")
    if text.startswith("not "):
        only = word(text[4:].strip(), column)
        return Words("not", only, frozenset((only,)), False)
    only = word(text, column)
    return Words("=", only, frozenset((only,)), True)


def word(text: str, column: Column) -> str:
    """Read one word of a text column, or yes or no; raises Malformed table_cell_malformed with the words that may stand there."""
    if column.kind == "yes-no":
        if text.lower() not in _YES_NO:
            raise Malformed("table_cell_malformed", f"{text!r} is neither yes nor no", remedy="Write yes, no, missing, or leave it empty.")
        return _YES_NO[text.lower()]
    if text in _RESERVED or not _WORD.fullmatch(text):
        raise Malformed("table_cell_malformed", f"{text!r} is not a word", remedy="Words hold letters, digits, _ . / and -, no space.")
    if column.words and text not in column.words:
        raise Malformed("table_cell_malformed", f"{text!r}", remedy=f"One of: {', '.join(column.words)}.")
    return text
