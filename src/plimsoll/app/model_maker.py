"""Make models of a table as an analyst asks: which columns, which way, with which wishes, under the rules of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from plimsoll.app.table_file import read_table
from plimsoll.risk.score.choose import Chosen, choose
from plimsoll.risk.score.crossval import Maker
from plimsoll.risk.score.fit_card import Wishes, card_policy, fit_card
from plimsoll.risk.score.read import Model
from plimsoll.risk.score.sealed import SCORECARD, TREE
from plimsoll.risk.score.table import Floats, Table
from plimsoll.rulebook import feature
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed

KINDS: Final = (SCORECARD, TREE)


@dataclass(frozen=True, slots=True)
class Order:
    """What an analyst orders: the outcome column and its bad values, columns left out, columns alone kept (all where empty), the rest."""

    target: str
    bad: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    kind: str = SCORECARD
    seed: int = 42
    threads: int = 1
    wishes: Wishes = field(default_factory=Wishes)


def chosen_of(path: Path, order: Order) -> Chosen:
    """Read a table and choose from it; raises Malformed as `read_table` and `choose` do, and no_feature_left."""
    return chosen_in(read_table(path), order)


def chosen_in(table: Table, order: Order) -> Chosen:
    """Choose from a table; raises Malformed as `choose` does, and no_feature_left."""
    if order.include:
        table = table.only([*dict.fromkeys((*order.include, order.target))])
    chosen = choose(table, order.target, order.bad, order.exclude, feature.load())
    if not chosen.table.columns:
        raise Malformed("no_feature_left", f"{len(chosen.left_out)} columns are left out", file=table.name)
    return chosen


def withheld_in(chosen: Chosen) -> list[str]:
    """Give the columns that a table may be measured with, and that no model that decides may use."""
    catalogue = feature.load()
    return [name for name in chosen.table.columns if catalogue.withholds(name) is not None]


def maker_of(order: Order, rules: Rules, on: date, about: Mapping[str, Any] | None = None) -> Maker:
    """Give what makes a model of a kind under the rules of a day; the packages that fit are not needed before it is called."""
    policy = card_policy(rules, on)
    if order.kind == SCORECARD:
        return lambda table, bad: fit_card(table, bad, policy, order.wishes, about)
    from plimsoll.risk.score.fit_tree import fit_tree, tree_policy

    growth = tree_policy(rules, on)

    def make(table: Table, bad: Floats) -> Model:
        return fit_tree(table, bad, policy, growth, wishes=order.wishes, about=about, seed=order.seed, threads=order.threads)

    return make


def words_in(text: str) -> tuple[str, ...]:
    """Give the names in a list with commas between."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def special_in(values: Sequence[str]) -> tuple[float, ...]:
    """Give special values as numbers; raises Malformed option_malformed."""
    found = []
    for value in values:
        try:
            found.append(float(value))
        except ValueError:
            raise Malformed("option_malformed", f"--special {value!r} is no number", remedy="Such as --special -9,-8,-7.") from None
    return tuple(found)
