"""The figures of the rulebook that a limit is set by, read once for a day."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

from plimsoll.risk.parameters import figures
from plimsoll.rulebook.rules import Rules


@dataclass(frozen=True, slots=True)
class LimitPolicy:
    """What the policy of the house says on a day; amounts in minor units."""

    on: date
    bands: tuple[int, ...]  # least income of each band, ascending
    matrix: dict[str, int]  # by grade and number of the band, as "a1"
    slope: float
    share: float
    cash: float
    later: float
    first_share: float
    first_most_minor: int
    temporary_share: float
    temporary_days: int

    def most(self, grade: str, income_minor: int) -> int:
        """Give the greatest limit for a grade and a monthly income; 0 for a grade that the matrix does not know."""
        return self.matrix.get(f"{grade}{max(bisect_right(self.bands, income_minor), 1)}", 0)


def limit_policy(rules: Rules, on: date) -> LimitPolicy:
    """Give the policy of a day; raises Malformed rule_not_in_force where a rule has no value then."""
    value = figures(rules, "POLICY.LIMIT.VALUE", on)
    products = figures(rules, "POLICY.LIMIT.PRODUCTS", on)
    first = figures(rules, "POLICY.LIMIT.FIRST_DRAW", on)
    temporary = figures(rules, "POLICY.LIMIT.TEMPORARY", on)
    return LimitPolicy(
        on=on,
        bands=tuple(sorted(int(minor) for minor in figures(rules, "POLICY.LIMIT.INCOME.BANDS", on).values())),
        matrix={cell: int(minor) for cell, minor in figures(rules, "POLICY.LIMIT.MATRIX", on).items()},
        slope=value["slope"],
        share=value["share"],
        cash=products["cash"],
        later=products["later"],
        first_share=first["share"],
        first_most_minor=int(first["most"]),
        temporary_share=temporary["share"],
        temporary_days=int(temporary["days"]),
    )
