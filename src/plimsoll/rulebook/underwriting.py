"""The standing decision tables of underwriting: which are in force for a lender on a day, and what their answers come to.

The stages follow on each other: identity and fraud, eligibility, policy, review, outcome. A stage that tells nothing passes.
"""

import functools
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.rulebook import feature, reason
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.table.ask import Compiled, Outcome, compile_table
from plimsoll.rulebook.table.axis import Lookup
from plimsoll.rulebook.table.judge import PASS, VERDICTS, judge
from plimsoll.rulebook.table.lint import Against
from plimsoll.rulebook.table.read_table import read_table
from plimsoll.rulebook.table.table import Table, Value
from plimsoll.units.refusal import Malformed

FOLDER: Final = Path(__file__).parent.joinpath("policy", "underwriting")
"""The tables that come with the package."""

STAGES: Final = ("identity-fraud", "eligibility", "policy", "review", "outcome")
_KINDS: Final = {"share": "rate", "days": "whole"}
"""The kind of column of a feature's type, where they are not called the same."""

DERIVED: Final[Mapping[str, str]] = {
    "dti": "rate",
    "score_points": "whole",
    "pd": "rate",
    "score_gap_points": "whole",
    "model_gap_points": "whole",
    "break_even_over_cap": "yes-no",
    "load_band": "text",
    "limit_minor": "money",
    "limit_bound": "text",
    "offer_fit": "text",
    "is_demanded": "yes-no",
    "is_suspended": "yes-no",
}
"""What a decision works out itself, beside the features of the catalogue, with the kind of its column.

dti: debts served a month over income. score_gap_points: points above (or below, negative) the line at which the price meets the cap.
model_gap_points: points of the champion less those of the challenger. offer_fit: how much of what is asked for fits (full, longer-term,
shorter-term, lower-amount, none). limit_minor: the limit that would be granted, limit_bound: what bounds it.
is_suspended: a source that the decision rests on is suspended. is_demanded: the borrower asked for a person.
"""


class Walked(NamedTuple):
    """What several tables say of one application: the worst verdict, why, and the answer of each by name."""

    verdict: str
    reasons: tuple[str, ...]
    outcomes: Mapping[str, Outcome]


@functools.cache
def standing_tables(folder: Path = FOLDER) -> tuple[Table, ...]:
    """Read every table of a folder, once, by name and date. Raises Malformed with file, line and column, and table_overlap."""
    tables = sorted(
        (read_table(path, f"policy/underwriting/{path.name}") for path in sorted(folder.glob("*.yaml"))),
        key=lambda table: (table.name, table.since),
    )
    for place, table in enumerate(tables):
        for other in tables[:place]:
            _check_apart(other, table)
    return tuple(tables)


def _check_apart(one: Table, other: Table) -> None:
    """Refuse two tables of a name that are in force on one day for the same kind of lender."""
    same = one.name == other.name and (set(one.licences) & set(other.licences) or one.licences == other.licences)
    if same and (one.until is None or other.since < one.until) and (other.until is None or one.since < other.until):
        raise Malformed("table_overlap", f"{one.name} of {one.file}", file=other.file)


def in_force(tables: Iterable[Table], rules: Rules, on: date, licence: str) -> tuple[Table, ...]:
    """Give the table of each name that holds for a lender on a day, in the order of the stages.

    The one for the nearest kind of lender goes before others; of two of these the one that is in force since a later day, and of two
    since the same day the one that comes later among `tables`.
    """
    chain = [name for name in rules.chain(licence) if name]
    nearest: dict[str, tuple[tuple[int, int], Table]] = {}
    for table in tables:
        if table.holds(on, tuple(chain)):
            kind = min((chain.index(name) for name in table.licences if name in chain), default=len(chain))
            near = kind, -table.since.toordinal()
            if table.name not in nearest or near <= nearest[table.name][0]:
                nearest[table.name] = near, table
    found = [table for _, table in nearest.values()]
    return tuple(sorted(found, key=lambda table: (STAGES.index(table.stage) if table.stage in STAGES else len(STAGES), table.name)))


def against() -> Against:
    """Give what every table is held against: the catalogues of features and reasons, and what the law forbids to ask."""
    catalogue = feature.load()
    kinds = {name: _KINDS.get(one.type, one.type) for name, one in catalogue.features.items()}
    protected = frozenset(name for name, one in catalogue.features.items() if one.is_protected)
    return Against(reason.load().codes(), kinds | dict(DERIVED), protected, lambda column: catalogue.forbids(column) is not None)


def lookup_on(rules: Rules, on: date, licence: str) -> Lookup:
    """Give what rules are worth as thresholds on a day for a lender."""
    return lambda key: _value(rules, key, on, licence)


def compile_tables(tables: Iterable[Table], rules: Rules, on: date, licence: str) -> tuple[Compiled, ...]:
    """Make tables quick to ask, with the rules that they name as they stand on the day for the lender."""
    return tuple(compile_table(table, lookup_on(rules, on, licence)) for table in tables)


def standing(rules: Rules, on: date, licence: str, folder: Path = FOLDER) -> tuple[Compiled, ...]:
    """Give the tables in force for a lender on a day, ready to be asked, in the order of the stages: about 1 ms, to be kept for the day."""
    return compile_tables(in_force(standing_tables(folder), rules, on, licence), rules, on, licence)


def _value(rules: Rules, key: str, on: date, licence: str) -> Value | None:
    """Give a rule as a threshold; raises Malformed for one that is no single value."""
    value = rules.value(key, on, licence)
    if isinstance(value, tuple | Mapping):
        raise Malformed("rule_malformed", f"{key!r} has several values, so it is no threshold")
    return value


def walk(tables: Iterable[Compiled], features: Mapping[str, Value | None]) -> Walked:
    """Ask tables one after the other, all of them, and give the worst verdict with every reason, the gravest first."""
    outcomes = {compiled.table.name: compiled.ask(features) for compiled in tables}
    judged = sorted((judge(outcome) for outcome in outcomes.values()), key=lambda one: -VERDICTS.index(one.verdict))
    reasons = tuple(dict.fromkeys(reason for one in judged for reason in one.reasons))
    return Walked(judged[0].verdict if judged else PASS, reasons, outcomes)
