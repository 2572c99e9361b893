"""What moves money or a debt is not dated after the day that has come: the later of the business date and the day of the clock.

A book may stand behind the calendar, with days that wait to be closed, or before it, where a life is tried; either day has come. A loan
that took a fact of a later day would stand there, and the nights until then would pass it by.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, Protocol

from plimsoll.app.execute import Wiring
from plimsoll.collections.case import day_of
from plimsoll.loan.book import Book, Decision
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.charge_off import ChargeOff
from plimsoll.servicing.convert import Convert
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.fund_by_merchant import FundByMerchant
from plimsoll.servicing.pause import Pause
from plimsoll.servicing.prepay import Prepay
from plimsoll.servicing.purchase import Purchase
from plimsoll.servicing.recover import Recover
from plimsoll.servicing.refund import Refund
from plimsoll.servicing.repay import Repay
from plimsoll.servicing.reschedule import Reschedule
from plimsoll.servicing.reverse import Reverse
from plimsoll.servicing.settle import Settle
from plimsoll.servicing.use_credit import UseCredit
from plimsoll.servicing.waive import Waive
from plimsoll.units.refusal import Refused

DATED: Final[tuple[type, ...]] = (
    *(Draw, Purchase, FundByMerchant, Repay, Prepay, Settle, UseCredit, Convert, Refund, Reverse, Waive, Reschedule, Pause, ChargeOff),
    Recover,
)
"""Commands whose day becomes the day of a fact, or of a loan that owes from then on."""


class Dated(Protocol):
    """A command with its day."""

    on: date


def with_days_come(wiring: Wiring, today: Callable[[], date]) -> Wiring:
    """Give commands with those that are dated bound to days that have come; `today` gives the business date as it stands now."""
    reached = Reached(today)
    own = {made: wiring[made]._replace(decide=reached.bind(wiring[made].decide)) for made in DATED}
    return {**wiring, **own}


class Reached:
    """Knows the latest business date that was seen: it only grows, so it is asked for again when a command is dated after it."""

    def __init__(self, today: Callable[[], date]) -> None:
        self.today = today
        self.seen = date.min

    def bind(self, otherwise: Callable[[Any, Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
        """Give what decides as before, and first refuses date_in_future."""

        def decide(book: Book, command: Dated, rules: Rules) -> Decision | Refused:
            refused = None if command.on <= self.seen else self.refuse_ahead(book, command.on)
            found: Decision | Refused = otherwise(book, command, rules) if refused is None else refused
            return found

        return decide

    def refuse_ahead(self, book: Book, on: date) -> Refused | None:
        """Refuse a day after the day of the clock that is also after the business date."""
        assert book.now is not None, "a command comes at an instant"
        clock = date.fromordinal(day_of(book.now))
        if on <= clock:
            return None
        self.seen = self.today()
        latest = max(clock, self.seen)
        return None if on <= latest else Refused("date_in_future", "", f"{on}, today is {latest}")
