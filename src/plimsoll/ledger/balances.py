"""From where a loan stands to its balance on every account."""

from plimsoll.units.position import Position

Balances = tuple[int, ...]


def balances(p: Position) -> Balances:
    """Give the balance of each account of the chart, in minor units, debits positive; they sum to zero for every position.

    Interest and penalty of a loan 91 or more days past due are income only as far as they were paid (non-accrual); what is
    suspended stands in a memo pair. Plain sums, so that columns of positions work as well as one.
    """
    accruing = 1 - p.suspended
    suspended = (p.interest + p.penalty) * p.suspended
    return (
        p.merchant_fee + p.received + p.recovered - p.disbursed,
        p.refunded,
        p.principal,
        p.interest * accruing,
        p.penalty * accruing,
        p.fee,
        -p.credit,
        -(p.interest_paid + p.interest_waived + (p.interest + p.off_interest) * accruing),
        -(p.penalty_paid + p.penalty_waived + (p.penalty + p.off_penalty) * accruing),
        -(p.fee_paid + p.fee_waived + p.fee + p.off_fee),
        -p.merchant_fee,
        -p.recovered,
        p.interest_waived + p.penalty_waived + p.fee_waived,
        p.off_principal + (p.off_interest + p.off_penalty) * accruing + p.off_fee,
        suspended,
        -suspended,
        p.claim,
        -p.claim,
    )
