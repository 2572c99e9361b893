"""Money that comes before its day: how an amount counts, and what paying it ahead saves."""

from plimsoll.loan.book import Held, standing_of
from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import Standing, go_on
from plimsoll.loan.layout import S_CREDIT, S_LAST_CREDIT, S_NEXT, S_PERIOD_UNTIL, S_PREPAID
from plimsoll.loan.owed import dues
from plimsoll.loan.state import read_promise
from plimsoll.loan.terms import Terms
from plimsoll.units.dates import day_text
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


def counted(held: Held, fact: Fact) -> dict[str, object]:
    """Give for an answer how money that comes early counts: what is held for the coming due day, and what of the principal is prepaid.

    Nothing where something is due, or the money is of a day before the state: then it is not known before it is booked.
    """
    if held.summary.oldest_due or fact.on < held.summary.as_of:
        return {}
    before = standing_of(held, fact.on)
    after = go_on(held.terms, before, (fact,), fact.on)
    if isinstance(after, Refused):
        return {}
    minor, prepaid = after.s[S_LAST_CREDIT], after.s[S_PREPAID] - before.s[S_PREPAID]
    told: dict[str, object] = {}
    if minor > 0 and after.s[S_CREDIT] > 0 and after.s[S_PERIOD_UNTIL]:
        told = {"held": text_of(minor, held.terms.currency), "held_for": day_text(after.s[S_PERIOD_UNTIL])}
    return told | ({"prepaid": text_of(prepaid, held.terms.currency)} if prepaid > 0 else {})


def to_pay(terms: Terms, standing: Standing) -> int:
    """Give all that a loan will still ask for if nothing else happens, less what is held for it, in minor units."""
    asked = sum(one.minor for one in dues(standing))
    promise = read_promise(terms, standing)[standing.s[S_NEXT] :]
    return asked + sum(one.principal + one.interest + one.fee for one in promise) - standing.s[S_CREDIT]


def saved(terms: Terms, standing: Standing, fact: Fact) -> int | Refused:
    """Give what a payment of the day of a standing saves of all that would still be asked: interest and fees, in minor units."""
    after = go_on(terms, standing, (fact,), fact.on)
    return after if isinstance(after, Refused) else to_pay(terms, standing) - fact.amount_minor - to_pay(terms, after)
