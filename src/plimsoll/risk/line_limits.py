"""How high a line may be: within itself, by the products that draw on it, and by the law."""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from plimsoll.loan.book import Line, LoadLine
from plimsoll.risk.lawful import LAWS
from plimsoll.risk.offer import product_in
from plimsoll.rulebook.product import AccountOffer, Version
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import parse_minor, text_of
from plimsoll.units.refusal import Refused


class Limits(NamedTuple):
    """A limit with its sub-limits, in minor units, and the products that draw on them."""

    currency: str
    limit_minor: int
    cash_limit_minor: int
    later_limit_minor: int
    cash_product: str
    later_product: str


TOLD: Final = ("limit", "cash_limit", "later_limit")
"""The limit and both sub-limits, as answers name them: who holds a line to its record goes by these."""


def told_limits(line: Line) -> dict[str, str]:
    """Give a line's limit and both sub-limits as answers tell them."""
    held = (line.limit_minor, line.cash_limit_minor, line.later_limit_minor)
    return {name: text_of(minor, line.currency) for name, minor in zip(TOLD, held, strict=True)}


def read_limits(said: Mapping[str, str]) -> list[int | None]:
    """Give the limit and both sub-limits that an answer tells, in minor units; None for one that it does not tell."""
    return [parse_minor(said[name], said["currency"]) if name in said else None for name in TOLD]


def refuse_limits(limits: Limits, rules: Rules, on: date) -> Refused | None:
    """Refuse limits that cannot be: amount_must_be_positive, limit_out_of_range, and what the products refuse on that day.

    A product is asked only where its sub-limit is above zero.
    """
    if limits.limit_minor <= 0 or limits.cash_limit_minor < 0 or limits.later_limit_minor < 0:
        return Refused("amount_must_be_positive")
    sub_limit = max(limits.cash_limit_minor, limits.later_limit_minor)
    if sub_limit > limits.limit_minor:
        return _out_of_range(sub_limit, limits.limit_minor, limits.currency, "")
    for minor, name in ((limits.cash_limit_minor, limits.cash_product), (limits.later_limit_minor, limits.later_product)):
        if minor == 0:
            continue
        version = product_in(rules, name, on, limits.currency)
        refused = version if isinstance(version, Refused) else _refuse_by_product(limits.limit_minor, minor, version, rules, on)
        if refused is not None:
            return refused
    return None


def refuse_unmarked(limits: Limits, load_line: LoadLine | None, rules: Rules, on: date) -> Refused | None:
    """Refuse a line that is opened or raised without a load line where the lender's rules ask for one: load_line_missing."""
    if load_line is not None:
        return None
    for minor, name in ((limits.cash_limit_minor, limits.cash_product), (limits.later_limit_minor, limits.later_product)):
        version = rules.product(name, on)
        if minor > 0 and not isinstance(version, Refused) and rules.value("POLICY.GATE.LOAD_LINE", on, version.licence) is True:
            return Refused("load_line_missing", "POLICY.GATE.LOAD_LINE", name)
    return None


def _refuse_by_product(limit_minor: int, minor: int, version: Version, rules: Rules, on: date) -> Refused | None:
    """Refuse a sub-limit outside the product's range, and a whole limit above what the law lets a borrower of this lender have."""
    offer = version.offer
    if isinstance(offer, AccountOffer) and not offer.limit_min_minor <= minor <= offer.limit_max_minor:
        return _out_of_range(minor, offer.limit_max_minor, version.currency, version.product)
    law = LAWS.get(rules.licences[version.licence].country)
    if law is None or rules.rule(law.line_max).unit != version.currency:
        return None
    most = rules.whole(law.line_max, on, version.licence)
    if most is not None and limit_minor > most:
        return _out_of_range(limit_minor, most, version.currency, law.line_max)
    return None


def _out_of_range(minor: int, most: int, currency: str, rule: str) -> Refused:
    return Refused("limit_out_of_range", rule, f"{text_of(minor, currency)} of {text_of(most, currency)} {currency}")
