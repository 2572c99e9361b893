"""All that the API can be asked, in one table. A resource file adds its `OPERATIONS` by one import and one line here."""

from functools import cache
from typing import Final

from plimsoll.interfaces.http import (
    applications,
    approvals,
    audit,
    book,
    bureau,
    care,
    closing,
    customers,
    events,
    exports,
    glass,
    governed,
    health,
    imports,
    journal,
    keys,
    loans,
    me,
    parties,
    personal,
    quotes,
    roles,
    sessions,
    simulations,
    test_clocks,
    users,
    verbs,
    webhooks,
    work,
)
from plimsoll.interfaces.http.operation import Operation

ALL: Final[tuple[Operation, ...]] = (
    *health.OPERATIONS,
    *customers.OPERATIONS,
    *loans.OPERATIONS,
    *care.OPERATIONS,
    *applications.OPERATIONS,
    *quotes.OPERATIONS,
    *work.OPERATIONS,
    *parties.OPERATIONS,
    *personal.OPERATIONS,
    *bureau.OPERATIONS,
    *book.OPERATIONS,
    *journal.OPERATIONS,
    *closing.OPERATIONS,
    *governed.OPERATIONS,
    *sessions.OPERATIONS,
    *me.OPERATIONS,
    *users.OPERATIONS,
    *roles.OPERATIONS,
    *keys.OPERATIONS,
    *glass.OPERATIONS,
    *approvals.OPERATIONS,
    *imports.OPERATIONS,
    *exports.OPERATIONS,
    *webhooks.OPERATIONS,
    *events.OPERATIONS,
    *audit.OPERATIONS,
    *test_clocks.OPERATIONS,
    *simulations.OPERATIONS,
    *verbs.OPERATIONS,
)
"""Every operation, in the order of the reference."""


@cache
def by_name() -> dict[str, Operation]:
    """Give the operations by their names. Asserts that no name and no route stands twice."""
    found = {one.name: one for one in ALL}
    assert len(found) == len(ALL), sorted(one.name for one in ALL)
    assert len({(one.method, one.path) for one in ALL}) == len(ALL), "two operations have the same route"
    return found
