"""Random decision tables and rows to ask them with, and an oracle that reads a cell as a person does, one after the other."""

import random
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from plimsoll.rulebook.table.read_table import parse_table
from plimsoll.rulebook.table.table import Table, Value
from plimsoll.units.rate import Rate

WORDS = ("car", "home", "travel", "rent")
ALL_WORDS = (*WORDS, "other")
KINDS = ("whole", "rate", "number", "money", "text", "yes-no")
RULES = ("no-match", "refer", "decline", "allow")
VERDICTS = ("pass", "refer", "decline")
WHOLES, SHARES = range(-3, 13), ("0", "0.1", "0.25", "0.3", "0.55", "0.5500", "0.9", "1", "2.5")
NUMBERS = ("-2", "-0.5", "0", "0.1", "0.30", "1.25", "3")


class Made:
    """A table as text, as read, and as plain cells for the oracle."""

    def __init__(self, header: str, rows: str, columns: list[tuple[str, str, str]], cells: list[list[str]]) -> None:
        self.header, self.rows, self.columns, self.cells = header, rows, columns, cells
        self.table: Table = parse_table(header, rows, "made.yaml")


def make_up(chance: random.Random, hit: str, rules: tuple[str, ...] = RULES, rows: int = 8, wide: int = 4) -> Made:
    """Give a table of up to `rows` rows over up to `wide` columns of any kinds."""
    kinds = [chance.choice(KINDS) for _ in range(chance.randint(1, wide))]
    columns = [(f"c{place}", kind, chance.choice(rules)) for place, kind in enumerate(kinds)]
    cells = [[_cell(chance, kind) for _, kind, _ in columns] for _ in range(chance.randint(1, rows))]
    told = "\n".join(f"  {name}: {_column(kind, rule)}" for name, kind, rule in columns)
    header = (
        f"name: made\ntitle: {{zh-CN: 随机, en: made}}\nhit: {hit}\nfrom: 2026-01-01\nsource: chance\nconfidence: default\n"
        f"review_by: 2027-01-01\ncolumns:\n{told}\noutputs:\n  verdict: {{type: text}}\n"
    )
    head = ["id", *(name for name, _, _ in columns), "verdict", "reason"]
    lines = [";".join([f"R{n}", *row, VERDICTS[n % 3], "WHY"]) for n, row in enumerate(cells)]
    return Made(header, "\n".join([";".join(head), *lines]), columns, cells)


def _column(kind: str, rule: str) -> str:
    reason = ", missing_reason: GONE" if rule in ("refer", "decline") else ""
    return f"{{type: {kind}, missing: {rule}{reason}{', currency: CNY' if kind == 'money' else ''}}}"


def _cell(chance: random.Random, kind: str) -> str:
    if chance.random() < 0.35:
        return chance.choice(("", "-"))
    if chance.random() < 0.08:
        return chance.choice(("missing", "known"))
    if kind == "yes-no":
        return chance.choice(("yes", "no", "TRUE", "FALSE"))
    if kind == "text":
        some = ",".join(chance.sample(WORDS, chance.randint(1, 3)))
        return chance.choice(
            (f"in {some}", f"not in {some}", chance.choice(WORDS), f"not {chance.choice(WORDS)}", f"{chance.choice(WORDS)} or missing")
        )
    return " or ".join(_interval(chance, kind) for _ in range(1 + (chance.random() < 0.15)))


def _interval(chance: random.Random, kind: str) -> str:
    low, high = _threshold(chance, kind), _threshold(chance, kind)
    if Decimal(low) > Decimal(high) and chance.random() < 0.9:
        low, high = high, low
    some = ",".join(dict.fromkeys((low, high)))
    ranged = f"{chance.choice('[(')}{low}..{high}{chance.choice('])')}"
    return chance.choice(
        (f">= {low}", f"> {low}", f"<= {low}", f"< {low}", f"!= {low}", low, f"{low}..{high}", ranged, f"in {some}", f"not in {some}")
    )


def _threshold(chance: random.Random, kind: str) -> str:
    if kind == "whole":
        return str(chance.choice(WHOLES))
    if kind == "money":
        return f"{chance.randrange(-2, 9)}.{chance.choice(('00', '50'))}"
    return chance.choice(SHARES if kind == "rate" else NUMBERS)


def value_of(chance: random.Random, kind: str, *, may_miss: bool = True) -> Value | None:
    """Give a value near the thresholds, or none."""
    if may_miss and chance.random() < 0.15:
        return None
    if kind == "whole":
        return chance.choice(WHOLES)
    if kind == "money":
        return chance.randrange(-260, 1000, 10)
    if kind == "yes-no":
        return chance.random() < 0.5
    if kind == "text":
        return chance.choice(ALL_WORDS)
    if kind == "rate":
        return Rate.parse(chance.choice((*SHARES, "0.2", "0.55001", "0.300000001")))
    return chance.choice((*NUMBERS, "-0.50", "-0.499999999", "0.2", "7"))


def values_of(chance: random.Random, made: Made, *, may_miss: bool = True) -> dict[str, Value | None]:
    """Give a value, or none, for each column of a table."""
    return {name: value_of(chance, kind, may_miss=may_miss) for name, kind, _ in made.columns}


def answer(made: Made, values: Mapping[str, Value | None]) -> tuple[list[str], list[tuple[str, str]]]:
    """Give the rows that are hit, and the rows that lack a value with what is done then, cell by cell."""
    hits, lacking = [], []
    for n, row in enumerate(made.cells):
        verdicts = [
            _holds(cell, kind, values.get(name), rule, VERDICTS[n % 3]) for cell, (name, kind, rule) in zip(row, made.columns, strict=True)
        ]
        if False in verdicts:
            continue
        stops = [verdict for verdict in verdicts if verdict is not True]
        if stops:
            lacking.append((f"R{n}", "decline" if "decline" in stops else "refer"))
        else:
            hits.append(f"R{n}")
        if made.table.hit != "collect":
            break
    return hits, lacking


def _holds(cell: str, kind: str, value: Value | None, rule: str, verdict: str) -> bool | str:
    """Tell whether a cell holds, or what is done for want of a value."""
    parts = [] if cell in ("", "-") else cell.split(" or ")
    if not parts:
        return True
    if value is None:
        if "missing" in parts:
            return True
        return {"no-match": False, "allow": verdict == "pass"}.get(rule, rule) if "known" not in parts else False
    return any(_part(part, kind, value) for part in parts)


def _part(part: str, kind: str, value: Value) -> bool:
    if part in ("missing", "known"):
        return part == "known"
    if kind in ("text", "yes-no"):
        said: Any = ("yes" if value else "no") if isinstance(value, bool) else value
        words = [{"TRUE": "yes", "FALSE": "no"}.get(word, word) for word in part.removeprefix("not ").removeprefix("in ").split(",")]
        return (said in words) != part.startswith("not ")
    number = Decimal(value.num) / Decimal(value.den) if isinstance(value, Rate) else Decimal(value)
    number = number / 100 if kind == "money" else number
    if part.startswith(("in ", "not in ")):
        listed = [Decimal(one) for one in part.split("in ", 1)[1].split(",")]
        return (number in listed) != part.startswith("not ")
    if ".." in part:
        low, high = part.strip("[]()").split("..")
        above = number > Decimal(low) if part[0] == "(" else number >= Decimal(low)
        return above and (number < Decimal(high) if part[-1] == ")" else number <= Decimal(high))
    op, threshold = re.fullmatch(r"(>=|<=|!=|>|<|)\s*(\S+)", part).groups()  # type: ignore[union-attr]
    limit = Decimal(threshold)
    return {
        ">=": number >= limit,
        "<=": number <= limit,
        ">": number > limit,
        "<": number < limit,
        "!=": number != limit,
        "": number == limit,
    }[op]
