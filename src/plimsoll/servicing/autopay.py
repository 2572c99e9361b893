"""Autopay: on a due day, the instruction to collect what is due; the answer comes back as a repayment."""

from datetime import date

from plimsoll.loan.book import Held
from plimsoll.loan.fold import Standing
from plimsoll.loan.owed import bill_due_on, bills, dues
from plimsoll.servicing.tell import tell
from plimsoll.units.money import text_of


def instruct(held: Held, standing: Standing, day: int) -> tuple[str, str] | None:
    """Give the instruction for a due day, None where the day is none or nothing is left to pay.

    `minimum` is what is due by the end of the day, late amounts included; `amount` what keeps the customer free of interest: for a bill the
    whole of it, for an instalment the same as the minimum. Amounts are before any attempt to collect.
    """
    asked = dues(standing)
    is_bill_due = bill_due_on(standing) == day
    if not is_bill_due and all(due.due_on != day for due in asked):
        return None
    minimum = sum(due.minor for due in asked)
    amount = minimum
    if is_bill_due:
        bill = bills(standing)[-1]
        amount = max(minimum, bill.total - bill.converted - bill.paid)
    if amount == 0:
        return None
    currency = held.terms.currency
    told = {
        "loan_id": held.loan_id,
        "due_on": date.fromordinal(day).isoformat(),
        "amount": text_of(amount, currency),
        "minimum": text_of(minimum, currency),
        "currency": currency,
    }
    return "autopay", tell(told)
