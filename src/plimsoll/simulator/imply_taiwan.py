"""From the bills and payments of one client to what must have happened: purchases, refunds, waived interest.

The panel says what each bill came to and what was paid, not what was bought. What a month's bill would be without purchases is asked of
the kernel; the rest of the recorded bill was bought. The kernel alone is run here, on the terms that the book will use; nothing is
stored, so that the same client always gives the same commands.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from plimsoll.loan.facts import Fact
from plimsoll.loan.fold import Standing, fold, go_on
from plimsoll.loan.layout import INTEREST, PENALTY, PURCHASED, REFUNDED, REPAID, WAIVED
from plimsoll.loan.state import State, read_state
from plimsoll.loan.terms import Terms
from plimsoll.simulator.taiwan_panel import MONTHS, Client
from plimsoll.units.refusal import Refused

OPENED_ON: Final = date(2005, 3, 15)
BROUGHT_IN_ON: Final = date(2005, 3, 20)
"""Day on which a client brings in what the panel does not tell: the purchase that the first payment pays, a credit on the first bill."""
PAYS_ON_DAY, LOOKED_AT_ON_DAY, BUYS_ON_DAY = 10, 16, 20
"""Days of a month: bills are cut on the 1st, due on the 15th."""


class Days(NamedTuple):
    """The days of one month of the panel, as day numbers."""

    pays: int
    looked_at: int
    buys: int
    billed: int


@dataclass(frozen=True, slots=True)
class Month:
    """What one month of a client becomes, in minor units. `refunds`: which purchase (from 0) and how much."""

    paid_minor: int
    bought_minor: int
    refunds: tuple[tuple[int, int], ...]
    waived_penalty_minor: int
    waived_interest_minor: int


@dataclass(frozen=True, slots=True)
class Life:
    """What a client's six months become: what is brought in, the months, and how often the book had to depart from the record."""

    purchase_brought_in_minor: int
    credit_brought_in_minor: int
    months: tuple[Month, ...]
    departures: Mapping[str, int]


def days_of(month: str) -> Days:
    """Give the days of a month written as "2005-04"."""
    first = date.fromisoformat(f"{month}-01")
    billed = first.toordinal() + monthrange(first.year, first.month)[1]
    pays, looked_at, buys = (first.replace(day=day).toordinal() for day in (PAYS_ON_DAY, LOOKED_AT_ON_DAY, BUYS_ON_DAY))
    return Days(pays, looked_at, buys, billed)


MONTH_DAYS: Final = tuple(days_of(month) for month in MONTHS)


def imply(client: Client, terms: Terms) -> Life:
    """Work out what happened to a client.

    Each month: the payment, then what was bought so that the account's bill, less its credit, is the recorded one. A bill over the
    limit is bought up to the limit only; a bill lower than what was carried is brought down by a refund as far as the record itself
    says so, and beyond that by waiving the interest that the record does not have.
    """
    account = _Account(client, terms)
    bought, credit = min(client.payments[0], client.limit_minor), max(-client.bills[0], 0)
    if bought:
        account.buy(bought, BROUGHT_IN_ON.toordinal())
    if credit:
        account.take(Fact(REPAID, BROUGHT_IN_ON.toordinal(), credit))
    months = tuple(account.live(m) for m in range(len(MONTHS)))
    return Life(bought, credit, months, account.departures)


class _Account:
    """The account of one client while its life is worked out."""

    def __init__(self, client: Client, terms: Terms) -> None:
        self.client = client
        self.terms = terms
        self.facts: list[Fact] = []
        self.purchases: list[tuple[int, int]] = []  # number of the fact, what is left of it
        self.departures: Counter[str] = Counter()
        self.standing = _certain(fold(terms, (), OPENED_ON.toordinal()))

    def buy(self, minor: int, on: int) -> None:
        self.take(Fact(PURCHASED, on, minor))
        self.purchases.append((len(self.facts), minor))

    def take(self, fact: Fact) -> None:
        self.facts.append(fact)
        if fact.kind == REFUNDED:
            # Only a fold of everything knows the purchases by their numbers.
            self.standing = _certain(fold(self.terms, self.facts, fact.on))
        else:
            self.standing = _certain(go_on(self.terms, self.standing, (fact,), fact.on))

    def state_on(self, day: int) -> State:
        return read_state(self.terms, _certain(go_on(self.terms, self.standing, (), day)))

    def live(self, m: int) -> Month:
        """Live through one month."""
        days, paid = MONTH_DAYS[m], self.client.payments[m]
        if paid:
            self.take(Fact(REPAID, days.pays, paid))
        missing = self._missing(m)
        refunds = self._refund(self._too_high(m, -missing), days.buys) if missing < 0 else ()
        if refunds:
            missing = self._missing(m)  # less is carried, so less interest comes too
        bought = self._buy_up_to(missing, days.buys) if missing > 0 else 0
        penalty, interest = self._waive(-missing, days.billed) if missing < 0 else (0, 0)
        if bought < missing:
            self.departures["purchase_cut_to_limit"] += 1
        if penalty + interest < -missing:
            self.departures["bill_above_record"] += 1
        return Month(paid, bought, refunds, penalty, interest)

    def _missing(self, m: int) -> int:
        """Give what the month's bill would lack of the recorded one if nothing more happened; below zero, what it would have too much."""
        return self.client.bills[m] - net(self.state_on(MONTH_DAYS[m].billed))

    def _buy_up_to(self, minor: int, on: int) -> int:
        """Buy for an amount, or for what is left of the limit."""
        bought = max(min(minor, self.client.limit_minor - self.state_on(on).principal), 0)
        if bought:
            self.buy(bought, on)
        return bought

    def _too_high(self, m: int, most: int) -> int:
        """Give by how much the recorded bill is below what the record itself says was carried into it, at most `most`."""
        if m == 0:
            return 0
        bills = self.client.bills
        return min(max(bills[m - 1] - self.client.payments[m] - bills[m], 0), most)

    def _refund(self, minor: int, on: int) -> tuple[tuple[int, int], ...]:
        """Send back purchases worth an amount, the latest first."""
        refunds = []
        for place in reversed(range(len(self.purchases))):
            number, left = self.purchases[place]
            part = min(left, minor)
            if part:
                self.purchases[place] = number, left - part
                self.take(Fact(REFUNDED, on, part, number))
                refunds.append((place, part))
                minor -= part
        if refunds:
            self.departures["bill_lowered_by_refund"] += 1
        return tuple(refunds)

    def _waive(self, minor: int, on: int) -> tuple[int, int]:
        """Waive penalty and interest of the bill just cut, up to an amount."""
        state = self.state_on(on)
        penalty = min(state.penalty, minor)
        interest = min(state.interest, minor - penalty)
        for component, part in ((PENALTY, penalty), (INTEREST, interest)):
            if part:
                self.take(Fact(WAIVED, on, part, component))
        if penalty + interest:
            self.departures["bill_lowered_by_waiver"] += 1
        return penalty, interest


def net(state: State) -> int:
    """Give what is owed less the credit balance: on a bill day, what the bill says."""
    return state.principal + state.interest + state.penalty + state.fee - state.credit


def _certain(standing: Standing | Refused) -> Standing:
    assert not isinstance(standing, Refused), f"an implied fact is refused: {standing}"
    return standing


def count_departures(lives: Sequence[Life]) -> Counter[str]:
    """Add up how often the book departs from the record, by kind."""
    total: Counter[str] = Counter()
    for life in lives:
        total.update(life.departures)
    return total
