"""The desk of the house: freezes the lines of those who are late, opens them again, charges off what is late too long."""

from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import select

from plimsoll.app.database.schema import loan_state
from plimsoll.app.database.store import Store
from plimsoll.loan.layout import OPEN
from plimsoll.servicing.charge_off import ChargeOff
from plimsoll.servicing.freeze import Freeze
from plimsoll.servicing.unfreeze import Unfreeze
from plimsoll.simulator.diary import Commands

LOOKS_EVERY_DAYS: Final = 7
FREEZES_FROM_DAYS: Final = 15
CHARGES_OFF_FROM_DAYS: Final = 181


class Late(NamedTuple):
    """A late loan, as the desk's list shows it."""

    customer_id: int
    loan_id: int
    days: int


class Desk:
    """Looks at the late loans once a week, and acts; gives up on those past due too long at its first look of a month."""

    def __init__(self) -> None:
        self.frozen: set[int] = set()
        self.given_up: set[int] = set()
        self.planned: set[int] = set()
        """Customers who have, or had, a plan: people of the house open their lines again, no desk does by itself."""
        self.commands_count = 0
        self.charged_off_in = 0

    def decide(self, store: Store, day: int) -> Commands:
        """Give the commands of a day: freezes, unfreezes, and once a month charge-offs."""
        if day % LOOKS_EVERY_DAYS:
            return []
        late = late_loans(store, day)
        worst: dict[int, int] = {}
        for one in late:
            worst[one.customer_id] = max(worst.get(one.customer_id, 0), one.days)
        on = date.fromordinal(day)
        commands: Commands = []
        for customer_id, days in worst.items():
            if days >= FREEZES_FROM_DAYS and customer_id not in self.frozen:
                self.frozen.add(customer_id)
                commands.append(Freeze(self._key(), customer_id, on, f"{days} days past due"))
        for customer_id in sorted(self.frozen - worst.keys() - self.given_up - self.planned):
            self.frozen.remove(customer_id)
            commands.append(Unfreeze(self._key(), customer_id, on, "nothing is past due"))
        return [*commands, *self._charge_offs(late, on)]

    def _charge_offs(self, late: list[Late], on: date) -> Commands:
        if self.charged_off_in == on.month:
            return []
        self.charged_off_in = on.month
        lost = [one for one in late if one.days >= CHARGES_OFF_FROM_DAYS]
        self.given_up |= {one.customer_id for one in lost}
        return [ChargeOff(self._key(), one.customer_id, on, one.loan_id, f"{one.days} days past due") for one in lost]

    def _key(self) -> str:
        self.commands_count += 1
        return f"demo:desk:{self.commands_count}"


def late_loans(store: Store, day: int) -> list[Late]:
    """Give the open loans with something unpaid after its due day, customers in order."""
    columns = loan_state.c
    chosen = (
        select(columns.customer_id, columns.loan_id, columns.oldest_due)
        .where(columns.oldest_due < date.fromordinal(day), columns.status == OPEN)
        .order_by(columns.customer_id, columns.loan_id)
    )
    with store.engine.connect() as connection:
        return [Late(row.customer_id, row.loan_id, day - row.oldest_due.toordinal()) for row in connection.execute(chosen)]
