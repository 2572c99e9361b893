"""The words that people use for the ways in which a loan is repaid, prepaid and allocated, and the kernel's number for each."""

from plimsoll.loan.layout import (
    BULLET,
    BY_AGE,
    EQUAL_INSTALMENT,
    EQUAL_PRINCIPAL,
    INTEREST_FIRST,
    LOWER_INSTALMENT,
    NEXT_FIRST,
    SAME_ORDER,
    SHORTEN_TERM,
)

REPAYMENTS = {
    "equal-instalment": EQUAL_INSTALMENT,
    "equal-principal": EQUAL_PRINCIPAL,
    "interest-first": INTEREST_FIRST,
    "bullet": BULLET,
}
PREPAYMENTS = {"lower-instalment": LOWER_INSTALMENT, "shorten-term": SHORTEN_TERM, "next-first": NEXT_FIRST}
ALLOCATIONS = {"by-age": BY_AGE, "same-order": SAME_ORDER}
