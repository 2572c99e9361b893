"""The classes of one customer's loans as of a day, folded from what the book holds: for screens and reports. Nothing is stored."""

from datetime import date
from typing import NamedTuple

from plimsoll.app.closing.scan import Snapshot, snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_of
from plimsoll.loan.filing import Filing
from plimsoll.loan.terms import Terms
from plimsoll.risk.classify.history import class_on, history
from plimsoll.risk.classify.policy import Policies
from plimsoll.risk.classify.state import Change, Class
from plimsoll.risk.classify.trigger import triggers_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused


class LoanClass(NamedTuple):
    """A loan's class on a day, and every change since it began."""

    loan_id: int
    product: str
    now: Class
    changes: tuple[Change, ...]


def classes_of(store: Store, customer_id: int, on: date, rules: Rules, policies: Policies) -> list[LoanClass] | Refused:
    """Give the classes of all loans of a customer that had begun by a day, by loan; [] for none.

    Facts count by the day they take effect, whenever they were recorded. Refused where the facts of a loan cannot stand.
    """
    filings = filings_of(store, customer_id)
    with snapshot(store) as seen:
        rows = seen.rows(schema.loan, ("loan_id", "opened_on", "currency", "product", "terms"), customer_id, customer_id + 1)
        found = []
        for loan_id, opened_on, currency, product, packed in rows:
            if opened_on > on.toordinal():
                continue
            terms = Terms.unpack(currency, tuple(unpack(packed)))
            one = _class_of(seen, customer_id, loan_id, product, terms, opened_on, filings, on, rules, policies)
            if isinstance(one, Refused):
                return one
            found.append(one)
    return found


def _class_of(
    seen: Snapshot,
    customer_id: int,
    loan_id: int,
    product: str,
    terms: Terms,
    opened_on: int,
    filings: tuple[Filing, ...],
    on: date,
    rules: Rules,
    policies: Policies,
) -> LoanClass | Refused:
    version = rules.product(product, date.fromordinal(opened_on))
    tolerance_days = 0 if isinstance(version, Refused) else version.tolerance_days
    facts, noted, day = seen.facts(customer_id, loan_id), triggers_of(filings, loan_id), on.toordinal()
    changes = history(terms, facts, noted, policies, day, tolerance_days)
    now = class_on(terms, facts, noted, policies, day, tolerance_days)
    if isinstance(changes, Refused):
        return changes
    assert isinstance(now, Class), "a loan that has begun has a class"
    return LoanClass(loan_id, product, now, changes)
