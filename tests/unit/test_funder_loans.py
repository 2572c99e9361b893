"""The loans of a funder a page at a time: each once, the share that moved last first, and no other than it holds a part of today."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, SmallInteger, insert

from plimsoll.app.database.schema import customer, filing, loan, loan_state
from plimsoll.app.show import funder_loans as showing
from plimsoll.app.show.funder_loans import funder_loans
from plimsoll.app.show.funding import loan_shares
from plimsoll.loan.filing import body_of
from plimsoll.treasury.funded import FUNDED, MOVED

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
TODAY = date(2026, 3, 2)
EMPTY = ((Boolean, False), (BigInteger | Integer | SmallInteger, 0), (DateTime, NOW), (Date, TODAY), (LargeBinary, b""))
SPLITS = ([["river", 600_000], ["lender", 400_000]], [["harbour", 500_000], ["lender", 500_000]], [["lender", 1_000_000]])


def whole(table, **told):
    """A row whose other columns say nothing."""
    kinds = {column.name: next((empty for kind, empty in EMPTY if isinstance(column.type, kind)), "") for column in table.columns}
    return {name: None if table.columns[name].nullable else empty for name, empty in kinds.items()} | told


@pytest.fixture
def lent(store):
    """Loans of forty customers, funded and moved on several days."""
    drawn, rows = random.Random(7), {customer: [], loan: [], loan_state: [], filing: []}
    for customer_id in range(1, 41):
        told = {"customer_id": customer_id, "loan_id": customer_id % 3 + 1}
        rows[customer].append(whole(customer, customer_id=customer_id))
        rows[loan].append(whole(loan, **told, currency="CNY"))
        rows[loan_state].append(whole(loan_state, **told, principal_minor=100_000 + customer_id))
        days = sorted(drawn.sample(range(30), drawn.choice((1, 1, 2, 3))))
        for n, day in enumerate(days, 1):
            body = body_of({"shares": drawn.choice(SPLITS)})
            kind, on = FUNDED if n == 1 else MOVED, TODAY - timedelta(days=40 - day)
            rows[filing].append(
                whole(filing, customer_id=customer_id, n=n, kind=kind, subject=str(told["loan_id"]), effective_on=on, body=body)
            )
    with store.changing() as connection:
        for table, found in rows.items():
            connection.execute(insert(table), found)
    return [(one["customer_id"], one["loan_id"]) for one in rows[loan]]


@pytest.mark.parametrize("funder", ["river", "harbour", "nobody"])
def test_every_loan_of_a_funder_is_shown_once_with_its_part(store, lent, monkeypatch, funder):
    monkeypatch.setattr(showing, "PAGE", 3)
    monkeypatch.setattr(showing, "READ", 5)
    parts = {}
    for customer_id, loan_id in lent:
        for one in loan_shares(store, customer_id, loan_id, TODAY.toordinal()).now:
            if one.funder == funder and one.ppm:
                parts[customer_id, loan_id] = one.ppm, one.principal_minor
    found, after, pages = [], None, 0
    while pages == 0 or after is not None:
        page, after = funder_loans(store, funder, TODAY, after)
        found, pages = found + page, pages + 1
        assert len(page) <= 3
    assert len(found) == len(parts)
    assert {(one.customer_id, one.loan_id): (one.ppm, one.principal_minor) for one in found} == parts
