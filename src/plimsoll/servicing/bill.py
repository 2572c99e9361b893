"""The bill: cut by the fold on its day, announced to the customer by the close. There is nothing to decide."""

from datetime import date

from plimsoll.loan.book import Held
from plimsoll.loan.fold import Standing
from plimsoll.loan.owed import Bill, bills
from plimsoll.servicing.tell import tell
from plimsoll.units.money import text_of


def bill_of(standing: Standing, day: int) -> Bill | None:
    """Give the bill cut on a day, None if none was."""
    return next((bill for bill in reversed(bills(standing)) if bill.billed_on == day), None)


def announce(held: Held, bill: Bill) -> tuple[str, str]:
    """Give the message that tells a customer what the bill is made of, the least to pay, and by when."""
    currency = held.terms.currency
    amounts = {
        "purchases": bill.purchases,
        "instalments_due": bill.instalments_due,
        "carried": bill.carried,
        "interest": bill.interest,
        "penalty": bill.penalty,
        "refunds": bill.refunds,
        "total": bill.total,
        "minimum": bill.minimum,
        "paid": bill.paid,
    }
    told: dict[str, object] = {
        "loan_id": held.loan_id,
        "billed_on": date.fromordinal(bill.billed_on).isoformat(),
        "due_on": date.fromordinal(bill.due_on).isoformat(),
        "currency": currency,
    }
    return "bill", tell(told | {name: text_of(minor, currency) for name, minor in amounts.items()})
