"""Autopay: on a due day, the instruction to collect what is due; the answer comes back as a repayment."""

from plimsoll.loan.layout import Q_BILL_LEFT, Q_IS_BILL_DUE, Q_MINIMUM, Q_TODAY
from plimsoll.loan.look import Look
from plimsoll.units.dates import day_text
from plimsoll.units.money import text_of


def instruct(look: Look, day: int) -> tuple[str, str] | None:
    """Give the instruction for a due day, None where the day is none or nothing is left to pay.

    `minimum` is what is due by the end of the day, late amounts included; `amount` what keeps the customer free of interest: for a bill the
    whole of it, for an instalment the same as the minimum. Amounts are before any attempt to collect.
    """
    asked = look.asked
    if not asked[Q_IS_BILL_DUE] and not asked[Q_TODAY]:
        return None
    minimum, left = asked[Q_MINIMUM], asked[Q_BILL_LEFT]
    amount = left if left > minimum else minimum
    if amount == 0:
        return None
    text = text_of(minimum, look.currency)
    whole = text if amount == minimum else text_of(amount, look.currency)
    # As `tell` would write it: numbers, a day and a code of letters need no quoting, and a night writes hundreds of thousands of these.
    return "autopay", (
        f'{{"loan_id":{look.loan_id},"due_on":"{day_text(day)}","amount":"{whole}","minimum":"{text}","currency":"{look.currency}"}}'
    )
