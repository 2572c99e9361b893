"""What a borrower's next draw costs: the rate that was signed for, else the highest that the product offers. A borrower names no other."""

import json
from datetime import date

from sqlalchemy import Connection, select

from plimsoll.app.database.schema import filing
from plimsoll.risk.signed import SIGNED
from plimsoll.rulebook.product import LoanOffer
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused


def agreed_rate(connection: Connection, rules: Rules, customer_id: int, product: str, on: date) -> Rate | Refused:
    """Give the rate of a customer's next draw of a product, in the unit of the product.

    Refuses product_unknown, product_not_in_force, fact_does_not_fit (it is no product that is drawn).
    """
    wanted = select(filing.c.body).where(filing.c.customer_id == customer_id, filing.c.kind == SIGNED).order_by(filing.c.n.desc())
    for body in connection.execute(wanted).scalars():
        said = json.loads(body)
        if said["cash_product"] == product:
            return Rate.parse(said["rate"])
    version = rules.product(product, on)
    if isinstance(version, Refused):
        return version
    return version.offer.rate_max if isinstance(version.offer, LoanOffer) else Refused("fact_does_not_fit", product)
