"""The trail of commands and nights: what they told and left behind, read once, so that what stands in a book can be held to it.

A command leaves an audit row, a row with its answer under its key, and its number on all that it wrote; a night leaves the number of its
day on all that it wrote, and a count in the checkpoint of each shard. Cost: some microseconds a command.
"""

# ruff: noqa: S608 -- every name stands here, every value is a parameter.

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from plimsoll.app.chain.read import fetch
from plimsoll.app.closing.scan import Snapshot
from plimsoll.app.posting import NIGHTS
from plimsoll.loan.book import LINE_CLOSED, LINE_FROZEN, LINE_OPEN

LIMIT_TOLD_BY: Final = ("open_line", "accept_offer", "set_limit", "raise_limit", "review_limit", "expire_limit")
"""Commands that set a limit and tell it in their answer; a line of before `open_line` did so is left out until one of the others."""
LOANS_TOLD_BY: Final = ("draw", "open_account", "open_line")
UNTOLD: Final = frozenset(
    ("propose_plan", "agree_plan", "break_plan", "open_hardship", "enforce_recall", "decide_write_off", "transfer_claim", "put_back_claim")
)
"""Commands that record facts and do not tell the number of each in their answer, but what it means; all others tell each fact."""
MESSAGE_OF: Final = {
    "draw": "pay_out",
    "purchase": "pay_merchant",
    "fund_by_merchant": "pay_merchant",
    "set_limit": "limit_changed",
    "freeze": "line_frozen",
    "unfreeze": "line_unfrozen",
    "close_line": "line_closed",
    "charge_off": "charged_off",
}
"""Commands that always send a message, and its kind: the first of theirs."""
_STATUS: Final = {
    "open_line": ("{", LINE_OPEN),
    "accept_offer": ("{", LINE_OPEN),
    "freeze": ("{", LINE_FROZEN),
    "freeze_late": ("{", LINE_FROZEN),
    "unfreeze": ("{", LINE_OPEN),
    "unfreeze_cured": ("{", LINE_OPEN),
    "close_line": ("{", LINE_CLOSED),
    "review_limit": ('"action":"freeze"', LINE_FROZEN),
    "apply_sanction": ('"sanction":"restrict_use"', LINE_FROZEN),
    "lift_sanction": ('"is_opened":true', LINE_OPEN),
    "propose_plan": ('"state":"started"', LINE_FROZEN),
    "agree_plan": ('"state":"started"', LINE_FROZEN),
}
"""Commands that change the status of a line, what their answer says where they do, and the status then; a closed line stays closed
until it is opened."""
_WATCHED: Final = frozenset((*LIMIT_TOLD_BY, *LOANS_TOLD_BY, *UNTOLD, *_STATUS))
_FACT: Final = re.compile(r'"loan_id":(-?\d+),"fact":(\d+)')
_LOAN: Final = re.compile(r'"loan_id":(-?\d+)')
_COMMANDS: Final = """SELECT au.customer_id, au.command_n, au.name, co.answer,
    CASE WHEN co.customer_id = au.customer_id AND co.command_n = au.command_n AND co.digest = au.digest THEN 1 ELSE 0 END
FROM audit au LEFT JOIN command co ON co.key = au.key
WHERE au.customer_id >= ? AND au.customer_id < ? ORDER BY au.customer_id, au.command_n"""
_UNRECORDED: Final = """SELECT co.customer_id FROM command co WHERE NOT EXISTS
    (SELECT 1 FROM audit au WHERE au.customer_id = co.customer_id AND au.command_n = co.command_n AND au.key = co.key) ORDER BY 1"""
_BEYOND: Final = f"""SELECT told.customer_id, CASE WHEN li.customer_id IS NULL THEN 1 ELSE 0 END FROM (
    SELECT customer_id, min(command_n) AS low, max(CASE WHEN command_n < {NIGHTS} THEN command_n ELSE 0 END) AS high
    FROM {{table}} GROUP BY customer_id) AS told LEFT JOIN line li ON li.customer_id = told.customer_id
WHERE li.customer_id IS NULL OR told.low < 1 OR told.high > li.commands_count ORDER BY 1"""
_NUMBERED: Final = ("loan", "fact", "journal", "command", "audit", "outbox", "filing", "work_item")
_HALVED: Final = """SELECT cu.customer_id FROM customer cu WHERE NOT EXISTS (SELECT 1 FROM line li WHERE li.customer_id = cu.customer_id)
UNION SELECT li.customer_id FROM line li WHERE NOT EXISTS (SELECT 1 FROM customer cu WHERE cu.customer_id = li.customer_id) ORDER BY 1"""
_UNSENT: Final = """SELECT au.customer_id FROM audit au WHERE au.name = ? AND NOT EXISTS
    (SELECT 1 FROM outbox ou WHERE ou.customer_id = au.customer_id AND ou.command_n = au.command_n AND ou.n = 1 AND ou.kind = ?)
ORDER BY 1"""
_RULELESS: Final = """SELECT DISTINCT customer_id FROM fact WHERE rules_id NOT IN (SELECT rules_id FROM rulebook) ORDER BY 1"""
_REOPENED: Final = "SELECT {day:max(closed_on)} FROM close_run WHERE state = 'done' HAVING max(closed_on) >= (SELECT open_on FROM book)"
_MESSAGES: Final = """SELECT customer_id FROM outbox GROUP BY customer_id, command_n HAVING min(n) <> 1 OR max(n) <> count(*) ORDER BY 1"""
_NIGHTS: Final = """SELECT {day:closed_on}, CAST(sum(facts_count) AS bigint), CAST(sum(entries_count) AS bigint)
FROM close_shard GROUP BY closed_on"""

Fact = tuple[int, int, int, int]
"""Customer, loan, number of the fact, number of the command."""


@dataclass(slots=True)
class Trail:
    """What the commands of some customers left: by customer, or by customer and loan."""

    counts: dict[int, int] = field(default_factory=dict)
    misnumbered: dict[int, None] = field(default_factory=dict)
    unanswered: dict[int, None] = field(default_factory=dict)
    """Customers of whom an audit row has no answer under its key, or one of another command."""
    facts: set[Fact] = field(default_factory=set)
    loans: set[tuple[int, int, int]] = field(default_factory=set)
    """Customer, loan, number of the command that opened it."""
    untold: set[tuple[int, int]] = field(default_factory=set)
    """Customer and number of each command that records facts without telling their numbers."""
    closed: set[tuple[int, int]] = field(default_factory=set)
    """Customer and number of each command that closed a line."""
    limits: dict[int, str] = field(default_factory=dict)
    """The last answer that tells a limit."""
    status: dict[int, str] = field(default_factory=dict)


def read_trail(seen: Snapshot, first: int, until: int) -> Trail:
    """Read what the commands of the customers from `first` up to and without `until` told, in their order."""
    trail = Trail()
    counts, facts = trail.counts, trail.facts
    for customer_id, n, name, answer, is_same in fetch(seen.driver, seen.kind, _COMMANDS, (first, until)):
        if n != counts.get(customer_id, 0) + 1:
            trail.misnumbered[customer_id] = None
        counts[customer_id] = n
        if not is_same:
            trail.unanswered[customer_id] = None
            if answer is None:
                continue
        if '"fact' in answer:
            facts.update((customer_id, int(loan_id), int(number), n) for loan_id, number in _FACT.findall(answer))
        if name in _WATCHED:
            _watch(trail, customer_id, n, name, answer)
    return trail


def _watch(trail: Trail, customer_id: int, n: int, name: str, answer: str) -> None:
    """Take in what the answer of a command tells beside facts."""
    if name in LOANS_TOLD_BY and (opened := _LOAN.search(answer)):
        trail.loans.add((customer_id, int(opened[1]), n))
    if name in UNTOLD:
        trail.untold.add((customer_id, n))
    if name in LIMIT_TOLD_BY and '"limit":' in answer:
        trail.limits[customer_id] = answer
    if name == "close_line":
        trail.closed.add((customer_id, n))
    said, status = _STATUS.get(name, ("", ""))
    if said and said in answer:
        trail.status[customer_id] = status


@dataclass(slots=True)
class Nights:
    """How many facts and entries stand in a book with the number of each night."""

    facts: Counter[int] = field(default_factory=Counter)
    entries: Counter[int] = field(default_factory=Counter)


def facts_off(trail: Trail, rows: Sequence[tuple[Any, ...]], at: int, nights: Nights) -> Iterator[tuple[str, tuple[int, int]]]:
    """Give what is wrong between the facts that stand there and those that commands told, with whose it is; count those of nights.

    Rows begin with customer, loan and number of the fact; the number of the command stands at `at`.
    """
    found: set[Fact] = set()
    for row in rows:
        command_n = row[at]
        if command_n < NIGHTS:
            found.add((row[0], row[1], row[2], command_n))
        else:
            nights.facts[command_n - NIGHTS] += 1
    for lost in sorted({(one[0], one[1]) for one in trail.facts - found}):
        yield "a fact that a command told is not there", lost
    for more in sorted({(one[0], one[1]) for one in found - trail.facts if (one[0], one[3]) not in trail.untold}):
        yield "a fact that no command told", more


def loans_off(trail: Trail, rows: Sequence[tuple[Any, ...]], at: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Give what is wrong between the loans that stand there and those that commands opened; the number of the command stands at `at`."""
    found = {(row[0], row[1], row[at]) for row in rows}
    for lost in sorted(trail.loans - found):
        yield "a loan that a command opened is not there", lost[:2]
    for more in sorted(found - trail.loans):
        yield "a loan that no command opened", more[:2]


def commands_off(trail: Trail, lines: Sequence[tuple[int, int]]) -> Iterator[tuple[str, int]]:
    """Give what is wrong with the commands of some customers, whose lines say how many there were."""
    for customer_id, count in lines:
        if trail.counts.get(customer_id, 0) != count or customer_id in trail.misnumbered:
            yield "commands are not numbered without a gap", customer_id
    for customer_id in trail.unanswered:
        yield "a command on record has no answer, or that of another", customer_id


def book_off(seen: Snapshot) -> Iterator[tuple[str, int]]:
    """Give what is wrong with a whole book: rows of nobody, or of commands that nobody gave, and messages that are gone."""

    def read(sql: str, *values: object) -> list[Any]:
        return [row[0] for row in fetch(seen.driver, seen.kind, sql, values)]

    for customer_id in read(_HALVED):
        yield "a customer without a line row, or a line row without its customer", customer_id
    for table in _NUMBERED:
        for customer_id, is_stranger in fetch(seen.driver, seen.kind, _BEYOND.format(table=table)):
            said = "of a customer who is not there" if is_stranger else "with the number of no command"
            yield f"rows of {table} {said}", customer_id
    for customer_id in read(_RULELESS):
        yield "a fact under rules that nobody recorded", customer_id
    if read(_REOPENED):
        yield "the book is open on a day that was closed", 0
    if read("SELECT count(*) FROM command") != read("SELECT count(*) FROM audit"):
        for customer_id in dict.fromkeys(read(_UNRECORDED)):
            yield "an answer to a command that is not on record", customer_id
    for customer_id in dict.fromkeys(read(_MESSAGES)):
        yield "messages are not numbered without a gap", customer_id
    for name, kind in MESSAGE_OF.items():
        for customer_id in dict.fromkeys(read(_UNSENT, name, kind)):
            yield f"{name} did not leave its message", customer_id


def nights_off(seen: Snapshot, nights: Nights) -> Iterator[int]:
    """Give the days of which there are not as many facts or entries as the checkpoints of their night counted."""
    counted = {day: (facts, entries) for day, facts, entries in fetch(seen.driver, seen.kind, _NIGHTS)}
    for day in sorted(counted.keys() | nights.facts.keys() | nights.entries.keys()):
        if counted.get(day, (0, 0)) != (nights.facts[day], nights.entries[day]):
            yield day
