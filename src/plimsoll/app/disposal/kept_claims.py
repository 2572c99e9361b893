"""Claims kept after a write-off: what is left of each, what came back, who approved it, and what books and tax said of it then."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_of
from plimsoll.disposal.record import APPROVED, sold_to
from plimsoll.loan.filing import read_body
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import CHARGED_OFF, CHARGED_OFF_FACT, O_CLAIM, O_CUMULATIVE, O_LATE_DAYS, REVERSED
from plimsoll.loan.state import measured
from plimsoll.loan.terms import Terms
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused


class Kept(NamedTuple):
    """A claim on a day. Amounts in minor units; `approved_by` is "" for a write-off without a proposal (the plain verb, a foreign book)."""

    customer_id: int
    loan_id: int
    product: str
    currency: str
    written_off_on: int
    ground: str
    proposed_by: str
    approved_by: str
    claimed_minor: int
    expense_minor: int
    recovered_minor: int
    left_minor: int
    days: int
    sold_to: str


def kept_claims(store: Store, on: date) -> Iterator[Kept]:
    """Give every loan that was written off by a day and not brought back, customers in order; sold ones say in which package."""
    day = on.toordinal()
    with snapshot(store) as seen:
        for first, until in seen.bounds():
            states = seen.rows(schema.loan_state, ("customer_id", "loan_id", "status"), first, until)
            wanted = {(customer_id, loan_id) for customer_id, loan_id, status in states if status == CHARGED_OFF}
            if not wanted:
                continue
            columns = ("customer_id", "loan_id", "currency", "product", "terms")
            for customer_id, loan_id, currency, product, packed in seen.rows(schema.loan, columns, first, until):
                if (customer_id, loan_id) not in wanted:
                    continue
                facts = seen.facts(customer_id, loan_id)
                undone = {fact.a for fact in facts if fact.kind == REVERSED}
                off = [fact.on for n, fact in enumerate(facts, 1) if fact.kind == CHARGED_OFF_FACT and n not in undone]
                standing = fold(Terms.unpack(currency, tuple(unpack(packed))), facts, day)
                if not off or off[0] > day or isinstance(standing, Refused):
                    continue
                out = measured(Terms.unpack(currency, tuple(unpack(packed))), standing)
                filings = [one for one in filings_of(store, customer_id) if one.on <= day]
                approved = [one for one in filings if one.kind == APPROVED and one.subject == str(loan_id)]
                said = read_body(approved[-1]) if approved else {}
                claimed = sum(out[O_CUMULATIVE + 11 : O_CUMULATIVE + 15])
                yield Kept(
                    customer_id=customer_id,
                    loan_id=loan_id,
                    product=product,
                    currency=currency,
                    written_off_on=off[0],
                    ground=str(said.get("ground", "")),
                    proposed_by=str(said.get("maker", "")),
                    approved_by=approved[-1].actor if approved else "",
                    claimed_minor=claimed,
                    expense_minor=said.get("expense_minor", 0),
                    recovered_minor=out[O_CUMULATIVE + 4],
                    left_minor=out[O_CLAIM],
                    days=out[O_LATE_DAYS],
                    sold_to=sold_to(filings, loan_id),
                )
