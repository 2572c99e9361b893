"""What the market of bad personal loans allows on a day: whether a lender may sell there, and what binds who buys. Dated rules."""

from datetime import date
from typing import NamedTuple

from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


class Market(NamedTuple):
    """What holds for a sale on a day."""

    is_resale_forbidden: bool
    is_price_public: bool


def market_on(rules: Rules, on: date, licence: str) -> Market | Refused:
    """Give what holds for a sale by a kind of lender; refuses npl_sale_not_open outside the pilot's dates."""
    if rules.value("CN.NPL.PILOT", on, licence) is not True:
        return Refused("npl_sale_not_open", "CN.NPL.PILOT", f"{licence} on {on}")
    return Market(
        is_resale_forbidden=rules.value("CN.NPL.RESALE", on, licence) == "forbidden",
        is_price_public=rules.value("CN.NPL.PRICE.PUBLIC", on, licence) is True,
    )
