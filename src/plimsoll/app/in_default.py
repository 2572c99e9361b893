"""Loans of a book in default on a day: to be told of it, sanctioned, or watched for limitation. In columns; needs the extra `fast`."""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from plimsoll.app.closing.scan import snapshot
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_on
from plimsoll.loan.filing import read_body
from plimsoll.loan.layout import O_CLAIM, O_LATE_DAYS, O_OLDEST
from plimsoll.risk.credit.on_file import DELIVERED, FAILED, NOTICE
from plimsoll.risk.credit.sanction import APPLIED, LIFTED, RESTRICT

LAST_DAY: Final = date(9999, 12, 31).toordinal()


class InDefault(NamedTuple):
    """A loan with something past due; `oldest_due` is its oldest unpaid due day, 0 for a claim of a loan that was written off in time."""

    customer_id: int
    loan_id: int
    oldest_due: int
    late_days: int


def in_default(store: Store, on: date, threads: int = 1) -> list[InDefault]:
    """Give every loan that is past due at the end of a day, and every claim that is left of one written off, customers in order."""
    from plimsoll.app.closing.tape import scan

    found: list[InDefault] = []
    with snapshot(store) as seen:
        for part in scan(seen, on.toordinal(), threads=threads):
            out, loans = part.out, part.loans
            for place in ((out[:, O_LATE_DAYS] > 0) | (out[:, O_CLAIM] > 0)).nonzero()[0].tolist():
                numbers = (loans.customer_id[place], loans.loan_id[place], out[place, O_OLDEST], out[place, O_LATE_DAYS])
                found.append(InDefault(*(int(number) for number in numbers)))
    return found


def told_on(store: Store) -> dict[tuple[int, int], int]:
    """Give the day of the last notice of each loan, by customer and loan; one that failed counts for nothing."""
    failed = {
        (customer_id, filing.subject)
        for customer_id, filing in filings_on(store, DELIVERED, 1, LAST_DAY)
        if read_body(filing)["state"] == FAILED
    }
    return {
        (customer_id, read_body(filing)["loan_id"]): filing.on
        for customer_id, filing in filings_on(store, NOTICE, 1, LAST_DAY)
        if (customer_id, filing.subject) not in failed
    }


def to_be_told(store: Store, on: date, threads: int = 1) -> Iterator[InDefault]:
    """Give the loans in default that nobody was told of since their oldest unpaid due day."""
    told = told_on(store)
    for one in in_default(store, on, threads):
        if one.late_days > 0 and told.get((one.customer_id, one.loan_id), 0) <= one.oldest_due:
            yield one


def restricted(store: Store) -> dict[int, int]:
    """Give the customers whose use is restricted, each with the loan that it is because of."""
    found: dict[int, tuple[tuple[int, int], int]] = {}
    for kind in (APPLIED, LIFTED):
        for customer_id, filing in filings_on(store, kind, 1, LAST_DAY):
            said = read_body(filing)
            place = (filing.n, said.get("loan_id", 0))
            if said["sanction"] == RESTRICT and place[0] > found.get(customer_id, ((0, 0), 0))[0][0]:
                found[customer_id] = (place, int(kind == APPLIED))
    return {customer_id: place[1] for customer_id, (place, is_applied) in found.items() if is_applied}
