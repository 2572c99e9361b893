"""What is known of ability and willingness of late customers, from their loans and files: by the figures of a day, customer by customer."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from plimsoll.app.closing.scan import Snapshot, snapshot
from plimsoll.app.collecting.late import books
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.collections.contact import ATTEMPTED, OUTCOME, OUTCOMES
from plimsoll.collections.contact_rules import CONNECTED, DEBTOR, INTERACTIVE
from plimsoll.collections.reminded import DEBIT_FAILED, PREFERENCE, wishes_of
from plimsoll.loan.filing import Filing, read_body
from plimsoll.loan.layout import REPAID, SETTLED
from plimsoll.loan.terms import Terms
from plimsoll.risk.classify.timeline import Span, timeline
from plimsoll.risk.willing.chance import Chance, Known, Lives, chances_of
from plimsoll.risk.willing.estimate import Willing, estimate
from plimsoll.risk.willing.policy import willing_policy
from plimsoll.rulebook.rules import Rules
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused

KINDS = (ATTEMPTED, OUTCOME, PREFERENCE, DEBIT_FAILED)
FOR_LACK_OF_MONEY = "insufficient_funds"


class Told(NamedTuple):
    """What is told of a customer, and the chances to pay that it is told from."""

    customer_id: int
    willing: Willing
    chances: tuple[Chance, ...]


def told_of(store: Store, customers: Iterable[int], on: date, rules: Rules) -> Iterator[Told]:
    """Give what customers can and want to pay, in their order."""
    policy, day = willing_policy(rules, on), on.toordinal()
    with snapshot(store) as seen:
        for book in books(store, customers, KINDS):
            chances = chances_of(_lives(seen, book.customer_id, day), _known(book.filings), day - policy.back, day, policy.days)
            yield Told(book.customer_id, estimate(chances, day, policy), chances)


def _lives(seen: Snapshot, customer_id: int, day: int) -> Lives:
    """Fold the loans of a customer through a day; one whose facts cannot stand is left out, `verify` tells of it."""
    spans: list[tuple[Span, ...]] = []
    paid_on: set[int] = set()
    for loan_id, currency, packed in seen.rows(schema.loan, ("loan_id", "currency", "terms"), customer_id, customer_id + 1):
        facts = seen.facts(customer_id, loan_id)
        found = timeline(Terms.unpack(currency, tuple(unpack(packed))), facts, day)
        if not isinstance(found, Refused):
            spans.append(found)
            paid_on.update(fact.on for fact in facts if fact.kind in (REPAID, SETTLED))
    return Lives(spans, frozenset(paid_on))


def _known(filings: Iterable[Filing]) -> Known:
    """Give what the file tells: the payday, the days on which the debtor was spoken to, and those on which a debit failed."""
    filed = list(filings)
    reached = {one.subject for one in filed if one.kind == OUTCOME and OUTCOMES.get(read_body(one)["outcome"]) == CONNECTED}
    asked = sorted({one.on for one in filed if one.kind == ATTEMPTED and one.subject in reached and _is_talk(one)})
    short = sorted({one.on for one in filed if one.kind == DEBIT_FAILED and read_body(one)["failure"] == FOR_LACK_OF_MONEY})
    return Known(wishes_of(filed).payday, tuple(asked), tuple(short))


def _is_talk(filing: Filing) -> bool:
    said = read_body(filing)
    return said["channel"] in INTERACTIVE and said["to"] == DEBTOR
