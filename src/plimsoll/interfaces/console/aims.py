"""What the pages of customers and loans are about: the target that a permission is asked for."""

from plimsoll.app.access.principal import EVERYBODY, Target
from plimsoll.interfaces.pages.visit import Visit


def everybody(_: Visit) -> Target:
    """Give the target of a list over customers."""
    return EVERYBODY


def customer_of(visit: Visit) -> Target:
    """Give the customer of a page."""
    return Target(int(visit.path["customer"]))


def loan_of(visit: Visit) -> Target:
    """Give the loan of a page."""
    return Target(int(visit.path["customer"]), int(visit.path["loan"]))
