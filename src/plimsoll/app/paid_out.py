"""Prove the messages that pay money out: each is of the loan, the day and the amount that was drawn or bought, and nothing else pays."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any, Final

from plimsoll.app.chain.read import fetch
from plimsoll.app.closing.scan import Snapshot
from plimsoll.app.trail import Trail
from plimsoll.loan.columns import terms_of
from plimsoll.loan.layout import PURCHASED, T_DISBURSED_ON, T_PRINCIPAL
from plimsoll.units.money import parse_minor, text_of
from plimsoll.units.refusal import Malformed

WRONG: Final = "a message pays out what was not drawn or bought"
_PAYMENTS: Final = """SELECT customer_id, command_n, payload FROM outbox WHERE customer_id >= ? AND customer_id < ?
AND kind IN ('pay_out', 'pay_merchant') ORDER BY customer_id, command_n, n"""
_TOLD: Final = re.compile(r'"amount":"([^"]*)","currency":"([^"]*)"\}$')

Row = tuple[Any, ...]
Meant = tuple[int, int, int, str, bool]
"""Loan, day, minor units, currency, and whether all of it is paid out: of what a merchant funds, the merchant's fee is kept."""


def payments_off(seen: Snapshot, trail: Trail, loans: Sequence[Row], facts: Sequence[Row], first: int, until: int) -> Iterator[int]:
    """Give the customers of a range with a message that pays out something else than what its command drew or bought.

    Of loans, those that can be read: customer, loan, terms, number of the command, opening day, currency. Of facts, after the number:
    kind, day, amount, a, b, `more`, number of the command. What a closed line pays back is the credit of the customer, which the journal
    holds.
    """
    meant = dict(_drawn(loans))
    currency = {row[:2]: row[5] for row in loans}
    for customer_id, loan_id, _, kind, on, minor, _, _, more, n in facts:
        if kind == PURCHASED and (customer_id, loan_id) in currency:
            meant[customer_id, n] = (loan_id, on, minor, currency[customer_id, loan_id], not more)
    for customer_id, n, payload in fetch(seen.driver, seen.kind, _PAYMENTS, (first, until)):
        asked = meant.get((customer_id, n))
        if not (_is_meant(payload, asked) if asked is not None else (customer_id, n) in trail.closed):
            yield customer_id


def _drawn(loans: Sequence[Row]) -> Iterator[tuple[tuple[int, int], Meant]]:
    """Give what was drawn, by customer and number of the command; an account pays nothing out when it is opened."""
    if not loans:
        return
    terms, is_account, *_ = terms_of([row[2] for row in loans])
    days, amounts = (terms[:, place].tolist() for place in (T_DISBURSED_ON, T_PRINCIPAL))
    for row, is_other, on, minor in zip(loans, is_account.tolist(), days, amounts, strict=True):
        if not is_other:
            yield (row[0], row[3]), (row[1], on, minor, row[5], True)


def _is_meant(payload: str, meant: Meant) -> bool:
    """Tell whether a message is of that loan and day, and pays that amount, or of what a merchant funds some of it."""
    loan_id, on, minor, currency, is_whole = meant
    if not payload.startswith(f'{{"loan_id":{loan_id},"on":"{_day(on)}",'):
        return False
    if payload.endswith(f'"amount":"{text_of(minor, currency)}","currency":"{currency}"}}'):
        return True
    told = _TOLD.search(payload)
    if is_whole or told is None or told[2] != currency:
        return False
    try:
        return 0 <= parse_minor(told[1], currency) <= minor
    except Malformed:
        return False


@cache
def _day(on: int) -> str:
    return date.fromordinal(on).isoformat()
