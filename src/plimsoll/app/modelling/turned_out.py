"""How customers turned out: bad, good, or not known yet.

Bad is who was charged off, or has owed something since the day from which the rule says so; good is who is not bad so many months after
their first loan or account that the rule calls it matured; of everybody else it is not known.
"""

from datetime import date, timedelta

from sqlalchemy import func, or_, select

from plimsoll.app.database.days import DayNumbers
from plimsoll.app.database.schema import loan, loan_state
from plimsoll.app.database.store import Store
from plimsoll.loan.layout import CHARGED_OFF
from plimsoll.rulebook.rules import Rules
from plimsoll.units.days import add_months


def turned_out(store: Store, on: date, rules: Rules) -> dict[int, bool]:
    """Give for each customer of whom it is known on a day whether they went bad."""
    late_since = on - timedelta(days=_part(rules, "POLICY.EVIDENCE.RING", "bad_from", on))
    matured = add_months(on.toordinal(), -_part(rules, "POLICY.MODEL.PROMOTION", "matured", on))
    states, numbers = loan_state.c, DayNumbers()
    bad = select(states.customer_id).distinct().where(or_(states.status == CHARGED_OFF, states.oldest_due <= late_since))
    first = select(loan.c.customer_id, func.min(loan.c.opened_on)).group_by(loan.c.customer_id)
    with store.engine.connect() as connection:
        found = {customer: False for customer, opened in connection.execute(first) if numbers[opened] <= matured}
        return found | dict.fromkeys(connection.scalars(bad), True)


def _part(rules: Rules, key: str, name: str, on: date) -> int:
    """Give a named count of a rule."""
    value = rules.value(key, on)
    assert isinstance(value, dict), key
    found = value[name]
    assert isinstance(found, int), name
    return found
