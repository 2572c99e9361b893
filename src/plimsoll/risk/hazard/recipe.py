"""How hazards are fitted, by the rules of a day."""

from datetime import date

from plimsoll.risk.hazard.fit_hazard import Recipe
from plimsoll.risk.parameters import figures
from plimsoll.risk.score.fit_card import card_policy
from plimsoll.risk.score.fit_tree import tree_policy
from plimsoll.rulebook.rules import Rules


def recipe_on(rules: Rules, on: date, *, grows: bool, threads: int = 1) -> Recipe:
    """Give the recipe of a day, with trees or as scorecards; raises Malformed rule_not_in_force."""
    said = figures(rules, "POLICY.WATCH.HAZARD", on)
    growth = tree_policy(rules, on)._replace(trees=int(said["trees"]), leaves=int(said["leaves"]), rate=said["rate"])
    return Recipe(int(said["horizon"]), card_policy(rules, on), growth if grows else None, threads)
