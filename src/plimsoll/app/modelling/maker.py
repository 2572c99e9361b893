"""Make models of a table as an analyst asks: which rows and columns, which way, with which wishes, under the rules of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from plimsoll.risk.score.choose import Chosen, Outcome, choose, only_rows, outcome_of
from plimsoll.risk.score.crossval import Maker, Stater, stated
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
    """What an analyst orders: the outcome column with its bad values (and good ones, where not every other is good), the rows, the
    columns left out, those alone kept (all where empty), and how the model is made."""

    target: str
    bad: tuple[str, ...]
    good: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    kind: str = SCORECARD
    seed: int = 42
    threads: int = 1
    wishes: Wishes = field(default_factory=Wishes)


def outcome_in(table: Table, order: Order) -> Outcome:
    """Give the rows whose outcome is known; raises Malformed as `outcome_of` does."""
    for column, values in order.only.items():
        table = only_rows(table, column, values)
    return outcome_of(table, order.target, order.bad, order.good)


def chosen_in(found: Outcome, order: Order) -> Chosen:
    """Choose the columns; raises Malformed: column_missing, no_feature_left."""
    if order.include:
        found = found._replace(table=found.table.only([*dict.fromkeys((*order.include, order.target))]))
    chosen = choose(found, order.target, order.exclude, feature.load())
    if not chosen.table.columns:
        raise Malformed("no_feature_left", f"{len(chosen.left_out)} columns are left out", file=found.table.name)
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


def stater_of(order: Order) -> Stater:
    """Give what states the probabilities of a kind of model soonest."""
    if order.kind == SCORECARD:
        return stated
    from plimsoll.risk.score.fit_tree import stated_by_lightgbm

    return stated_by_lightgbm


def special_in(values: Sequence[str]) -> tuple[float, ...]:
    """Give special values as numbers; raises Malformed option_malformed."""
    found = []
    for value in values:
        try:
            found.append(float(value))
        except ValueError:
            raise Malformed("option_malformed", f"--special {value!r} is no number", remedy="Such as --special -9,-8,-7.") from None
    return tuple(found)
