"""The bill: cut by the fold on its day, announced to the customer by the close. There is nothing to decide."""

from plimsoll.loan.look import Look
from plimsoll.loan.owed import bill_from
from plimsoll.servicing.tell import tell
from plimsoll.units.dates import day_text
from plimsoll.units.money import text_of


def announce(look: Look) -> tuple[str, str] | None:
    """Give the message that tells a customer what the bill of the day is made of, the least to pay, and by when; None if none was cut."""
    if not look.bill:
        return None
    bill = bill_from(look.bill)
    currency = look.currency
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
        "loan_id": look.loan_id,
        "billed_on": day_text(bill.billed_on),
        "due_on": day_text(bill.due_on),
        "currency": currency,
    }
    return "bill", tell(told | {name: text_of(minor, currency) for name, minor in amounts.items()})
