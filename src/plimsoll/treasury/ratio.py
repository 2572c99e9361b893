"""The ratios that the law asks of a lender: liquidity and leverage, exact where they meet their limit."""

from datetime import date
from typing import Final, NamedTuple

from plimsoll.rulebook.rule import ANY
from plimsoll.rulebook.rules import Rules
from plimsoll.units.divide import half_up
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

MILLION: Final = 1_000_000


class Ratio(NamedTuple):
    """A ratio in millionths, None where its base is nought; the least that is asked for, None where no rule asks; whether it is enough."""

    millionths: int | None
    least: Rate | None
    is_enough: bool


def liquidity_ratio(liquid_minor: int, due_minor: int, rules: Rules, on: date, licence: str = ANY) -> Ratio:
    """Give liquid assets over liabilities due within thirty days. Raises Malformed balance_negative."""
    return _ratio(liquid_minor, due_minor, rules.rate("CN.CFC.LIQUIDITY.MIN", on, licence))


def leverage_ratio(capital_minor: int, assets_minor: int, rules: Rules, on: date, licence: str = ANY) -> Ratio:
    """Give net core capital over assets on and off the balance sheet. Raises Malformed balance_negative."""
    return _ratio(capital_minor, assets_minor, rules.rate("CN.CFC.LEVERAGE.MIN", on, licence))


def _ratio(part_minor: int, whole_minor: int, least: Rate | None) -> Ratio:
    if part_minor < 0 or whole_minor < 0:
        raise Malformed("balance_negative", f"{part_minor}, {whole_minor}")
    if not whole_minor:
        return Ratio(None, least, True)
    is_enough = least is None or part_minor * least.den >= whole_minor * least.num
    return Ratio(half_up(part_minor * MILLION, whole_minor), least, is_enough)
