"""The numbers of a loan that the books need: what the kernel gives and the ledger takes."""

from typing import NamedTuple


class Position(NamedTuple):
    """Where a loan stands, in minor units of its currency; only `recovered` can be negative, where a buyer gets more than he paid.

    `disbursed = principal + principal paid + refunded to principal + off_principal` and
    `received + refunded = paid amounts + refunded to principal + credit` hold for every state.
    """

    disbursed: int  # principal handed out, purchases included
    merchant_fee: int  # kept back from the merchant at disbursement
    received: int  # cash of the borrower
    refunded: int  # given back by the merchant
    recovered: int  # cash after charge-off
    principal: int  # outstanding
    interest: int  # owed and unpaid, accrued to the day
    penalty: int
    fee: int
    credit: int  # the borrower's money not yet used
    interest_paid: int
    penalty_paid: int
    fee_paid: int
    interest_waived: int
    penalty_waived: int
    fee_waived: int
    off_principal: int  # charged off
    off_interest: int
    off_penalty: int
    off_fee: int
    claim: int  # what is still claimed after charge-off
    suspended: int  # 1: interest and penalty are not income until paid (non-accrual)
