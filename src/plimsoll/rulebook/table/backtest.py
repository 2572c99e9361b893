"""Try a table on applications of the past before anybody is decided by it: who would be let in, who out, and how they turned out.

Compared are the present tables with the new one among them, on the same applications. What other stages decided stays: an application
that went worse than the present tables say was refused by a score, a load line or a price, and the new table cannot undo that. Where
the tables of its day let somebody in whom the present ones would not, it is known how that turned out.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from plimsoll.rulebook.read import sha_of
from plimsoll.rulebook.table.ask import Compiled, Outcome
from plimsoll.rulebook.table.judge import APPROVE, COUNTER, DECLINE, PASS, REFER, judge
from plimsoll.rulebook.table.table import Value, value_text
from plimsoll.units.divide import half_up

APPROVED: Final = "approved"
REFERRED: Final = "referred"
DECLINED: Final = "declined"
GROUPS: Final = (APPROVED, REFERRED, DECLINED)
_GROUP: Final = {PASS: 0, APPROVE: 0, COUNTER: 0, REFER: 1, DECLINE: 2}
SHARE_DIGITS: Final = 4


class Past(NamedTuple):
    """One application of the past. `outcome` is what was decided, "" if not known; `is_bad` is how it turned out, None if not known."""

    id: str
    features: Mapping[str, Value | None]
    outcome: str = ""
    is_bad: bool | None = None


class Count(NamedTuple):
    """How many applications, of how many it is known how they turned out, and how many of those went bad."""

    rows: int
    known: int
    bad: int

    def said(self) -> dict[str, object]:
        """Give the counts with the share of bads as JSON has them; no share where nothing is known."""
        return self._asdict() | ({"bad_share": share_text(self.bad, self.known)} if self.known else {})


class Backtest(NamedTuple):
    """What changes when one table takes the place of the present one."""

    name: str
    table: str  # digest of the new table
    beside: Mapping[str, str]  # digests of the tables it was tried with, by name
    instead_of: str  # digest of the present table of that name, "" where there is none
    population: str  # digest of the applications
    moves: Mapping[tuple[str, str], Count]  # from group to group
    rows_hit: Mapping[str, Count]  # rows of the new table
    lacking: Mapping[str, int]  # columns of the new table for want of which a row could not be judged
    explained: tuple[int, int]  # known outcomes that the present tables allow, and known outcomes

    def moved(self, before: Sequence[str] = GROUPS, after: Sequence[str] = GROUPS) -> Count:
        """Give how many went from some groups to others."""
        found = [count for (one, other), count in self.moves.items() if one in before and other in after]
        return Count(sum(one.rows for one in found), sum(one.known for one in found), sum(one.bad for one in found))

    def swapped_in(self) -> Count:
        """Give those who are approved now and were not before."""
        return self.moved(before=(REFERRED, DECLINED), after=(APPROVED,))

    def swapped_out(self) -> Count:
        """Give those who were approved before and are not now."""
        return self.moved(before=(APPROVED,), after=(REFERRED, DECLINED))

    def report(self) -> dict[str, Any]:
        """Give the report as JSON has it, with its digest: the evidence on which the table can be activated."""
        total = self.moved().rows
        said: dict[str, Any] = {
            "kind": "back-test of a table",
            "name": self.name,
            "table": self.table,
            "instead_of": self.instead_of,
            "beside": dict(self.beside),
            "population": self.population,
            "rows": total,
            "before": {group: self.moved(before=(group,)).said() for group in GROUPS},
            "after": {group: self.moved(after=(group,)).said() for group in GROUPS},
            "approval_before": share_text(self.moved(before=(APPROVED,)).rows, total),
            "approval_after": share_text(self.moved(after=(APPROVED,)).rows, total),
            "moves": {f"{one} to {other}": count.said() for (one, other), count in sorted(self.moves.items())},
            "swapped_in": self.swapped_in().said(),
            "swapped_out": self.swapped_out().said(),
            "stayed": self.moved(before=(APPROVED,), after=(APPROVED,)).said(),
            "rows_hit": {row: count.said() for row, count in self.rows_hit.items()},
            "lacking": dict(self.lacking),
            "outcomes_explained": list(self.explained),
        }
        return said | {"digest": digest_of(said)}


def digest_of(report: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a report, its digest aside."""
    return sha_of({name: said for name, said in report.items() if name != "digest"})


def share_text(part: int, whole: int) -> str:
    """Give a share as decimal text with four digits, halves up; "0.0000" of nothing."""
    scaled = half_up(part * 10**SHARE_DIGITS, whole) if whole else 0
    return f"{scaled // 10**SHARE_DIGITS}.{scaled % 10**SHARE_DIGITS:0{SHARE_DIGITS}}"


def backtest(new: Compiled, present: Sequence[Compiled], past: Iterable[Past]) -> Backtest:
    """Try `new` in the place of the present table of its name, beside the others, on every application.

    Raises Malformed table_value_malformed for a value that is not of its column's type.
    """
    name = new.table.name
    beside = [one for one in present if one.table.name != name]
    replaced = next((one for one in present if one.table.name == name), None)
    tally = _Tally(new)
    for one in past:
        others = max((_group(compiled.ask(one.features)) for compiled in beside), default=0)
        answer = new.ask(one.features)
        old = max(others, _group(replaced.ask(one.features)) if replaced else 0)
        tally.add(one, old, max(others, _group(answer)), answer)
    return Backtest(
        name=name,
        table=new.table.digest,
        beside={compiled.table.name: compiled.table.digest for compiled in beside},
        instead_of=replaced.table.digest if replaced else "",
        population=tally.population(),
        moves={move: _count(held) for move, held in tally.moves.items()},
        rows_hit={row.id: _count(tally.rows[row.id]) for row in new.table.rows},
        lacking=dict(sorted(tally.lacking.items())),
        explained=(tally.explained, tally.told),
    )


def _group(answer: Outcome) -> int:
    """Give the group that the answer of one table puts an application into."""
    return _GROUP[judge(answer).verdict]


class _Tally:
    """What has been counted so far: for each key, applications by how they turned out (None, good, bad)."""

    def __init__(self, new: Compiled) -> None:
        self.moves: dict[tuple[str, str], Counter[bool | None]] = {}
        self.rows: dict[str, Counter[bool | None]] = {row.id: Counter() for row in new.table.rows}
        self.lacking: Counter[str] = Counter()
        self.explained = self.told = 0
        self._seen = hashlib.sha256()

    def add(self, one: Past, old: int, new: int, answer: Outcome) -> None:
        """Count one application, which the tables put into a group before and after."""
        decided = _GROUP[one.outcome] if one.outcome else 0
        if one.outcome:
            self.told += 1
            self.explained += decided >= old
        # Where it went worse than the present tables say, something else decided, and still does.
        others = decided if decided > old else 0
        self.moves.setdefault((GROUPS[max(old, others)], GROUPS[max(new, others)]), Counter())[one.is_bad] += 1
        for hit in answer.hits:
            self.rows[hit.rule_id][one.is_bad] += 1
        for lacking in answer.missing:
            self.lacking[lacking.column] += 1
        values = {name: value_text(value) for name, value in one.features.items()}
        self._seen.update(sha_of([one.id, values, one.outcome, one.is_bad]).encode())

    def population(self) -> str:
        """Give the SHA-256 of the applications, in their order."""
        return self._seen.hexdigest()


def _count(held: Mapping[bool | None, int]) -> Count:
    good, bad = held.get(False, 0), held.get(True, 0)
    return Count(good + bad + held.get(None, 0), good + bad, bad)
