"""Provisions by five class: the general one of all loans, the specific ones of each class, and how far they cover what is bad.

Exact: balances in minor units, shares of the rulebook as fractions, each product rounded half up where it becomes money.
Source: 银行贷款损失准备计提指引 (2002) as the rule CN.PROV has it; coverage and ratio by CN.PROV.COVERAGE.MIN.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from plimsoll.rulebook.lateness import FIVE_CLASSES
from plimsoll.rulebook.rule import ANY
from plimsoll.rulebook.rules import Rules
from plimsoll.units.divide import half_up
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

NORMAL, SPECIAL, SUBSTANDARD, DOUBTFUL, LOSS = FIVE_CLASSES
NON_PERFORMING: Final = (SUBSTANDARD, DOUBTFUL, LOSS)
KEYS: Final = {SPECIAL: "special_mention", SUBSTANDARD: "substandard", DOUBTFUL: "doubtful", LOSS: "loss"}
STRICT_DAYS: Final = 60
"""Past due for more days than this is non-performing in strict mode (银保监办发〔2020〕104号)."""


class Provision(NamedTuple):
    """Provisions of a day in minor units, by class; coverage and ratio are fractions, None where their base is nought."""

    balance_minor: Mapping[str, int]
    general_minor: int
    specific_minor: Mapping[str, int]
    coverage: tuple[int, int] | None  # all provisions over non-performing loans
    ratio: tuple[int, int] | None  # all provisions over all loans
    least_coverage: Rate | None  # None where no rule asks for any
    is_covered: bool

    @property
    def total_minor(self) -> int:
        """Give the general and the specific provisions together."""
        return self.general_minor + sum(self.specific_minor.values())

    @property
    def npl_minor(self) -> int:
        """Give the balance that is non-performing."""
        return sum(self.balance_minor[name] for name in NON_PERFORMING)


def strict_class(five_class: str, late_days: int) -> str:
    """Give the class of a loan in strict mode: at least substandard when it is more than 60 days past due."""
    if late_days > STRICT_DAYS and five_class in (NORMAL, SPECIAL):
        return SUBSTANDARD
    return five_class


def provide(
    balance_minor: Mapping[str, int],
    rules: Rules,
    on: date,
    *,
    licence: str = ANY,
    is_strict: bool = False,
    floats: Mapping[str, Rate] | None = None,
) -> Provision:
    """Give the provisions of balances by five class on a day; `floats` moves the share of a class, down or up, as far as the law lets it.

    Raises Malformed class_unknown, balance_negative, provision_out_of_range, rule_not_in_force.
    """
    for name, minor in balance_minor.items():
        if name not in FIVE_CLASSES:
            raise Malformed("class_unknown", repr(name))
        if minor < 0:
            raise Malformed("balance_negative", f"{name}: {minor}")
    held = {name: balance_minor.get(name, 0) for name in FIVE_CLASSES}
    agreed, most = _shares(rules, "CN.PROV", on), _shares(rules, "CN.PROV.FLOAT", on)
    shares = {name: _floated(name, agreed[key], (floats or {}).get(name), most.get(key)) for name, key in KEYS.items()}
    specific = {name: half_up(held[name] * share.num, share.den) for name, share in shares.items()}
    loans = sum(held.values())
    general = half_up(loans * agreed["general"].num, agreed["general"].den)
    total, npl = general + sum(specific.values()), sum(held[name] for name in NON_PERFORMING)
    least = _least(rules, on, licence, is_strict=is_strict)
    return Provision(
        balance_minor=held,
        general_minor=general,
        specific_minor=specific,
        coverage=(total, npl) if npl else None,
        ratio=(total, loans) if loans else None,
        least_coverage=least,
        is_covered=least is None or total * least.den >= npl * least.num,
    )


def _shares(rules: Rules, key: str, on: date) -> dict[str, Rate]:
    value = rules.value(key, on)
    if not isinstance(value, dict):
        raise Malformed("rule_not_in_force", f"{key} on {on}", key=key)
    return {name: part if isinstance(part, Rate) else Rate(int(str(part)), 1) for name, part in value.items()}


def _floated(name: str, share: Rate, asked: Rate | None, most: Rate | None) -> Rate:
    """Give the share of a class as it was moved; only so far as its share may float either way."""
    if asked is None:
        return share
    low, high = (Rate(share.num * (most.den + sign * most.num), share.den * most.den) if most else share for sign in (-1, 1))
    if low.exceeds(asked) or asked.exceeds(high):
        raise Malformed("provision_out_of_range", f"{name}: {asked.text()}, the share is {share.text()}")
    return asked


def _least(rules: Rules, on: date, licence: str, *, is_strict: bool) -> Rate | None:
    return rules.rate("CN.PROV.COVERAGE.MIN.STRICT" if is_strict else "CN.PROV.COVERAGE.MIN", on, licence)
