"""Whom nobody may ask for money, however long one waits: the gate asked before treatments are given out, so that none is spent on them."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from typing import Final

from plimsoll.app.collecting.late import Standing
from plimsoll.collections.contact import NAME, known_of
from plimsoll.collections.contact_rules import CALL, COLLECT, DEBTOR, country_rules
from plimsoll.collections.debtor import Attempt
from plimsoll.collections.gate import Denied, may_contact
from plimsoll.rulebook.rules import Rules

COUNTRY: Final = "cn"
BY: Final = "lender"
NOON: Final = time(4, tzinfo=UTC)


def stopped(due: Iterable[Standing], on: date, number: Callable[[int, str], str], rules: Rules) -> frozenset[int]:
    """Give the customers whom a call for money would be denied with no instant from which it may be made: who asked to be left alone, has
    a dispute or a complaint open, a number that is a stranger's. Hours and counts are left to the moment of the contact.
    """
    country, at = country_rules(rules, COUNTRY, with_policy=True), datetime.combine(on, NOON)
    found = set()
    for one in due:
        known = known_of(one.book._replace(now=at), [country])
        attempt = Attempt(CALL, NAME, DEBTOR, "", number(one.customer_id, CALL), BY, at, UTC, COUNTRY, COLLECT, "")
        said = may_contact(known, attempt, country)
        if isinstance(said, Denied) and said.until is None:
            found.add(one.customer_id)
    return frozenset(found)
