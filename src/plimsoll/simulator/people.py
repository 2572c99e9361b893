"""Made-up borrowers: who they are, drawn from a seed. What a person is stays hidden from the house; it sees only what they do."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final, NamedTuple

from plimsoll.rulebook.product import AccountOffer, LoanOffer
from plimsoll.units.rate import Rate


class Kind(NamedTuple):
    """A hidden type of borrower: how many of a thousand are it, how often it buys and draws, and how it pays."""

    name: str
    share: int  # of a thousand people
    buys: float  # purchases a month
    draws: float  # chance of a draw a month
    autopays: float  # chance that due days are left to autopay
    forgets: float  # chance that a due day without autopay goes by unnoticed
    pays: float  # share of a bill paid: 1 all of it, 0 the least that is asked
    stumbles: float  # chance a month of months without money
    parts: float  # chance that what is late is paid in parts
    stops: bool  # one day pays nothing any more


KINDS: Final = (
    Kind("pays in full", 430, 2.2, 0.04, 0.75, 0.02, 1.0, 0.000, 0.0, False),
    Kind("pays the minimum", 240, 2.4, 0.10, 0.60, 0.04, 0.0, 0.004, 0.1, False),
    Kind("forgetful", 170, 2.0, 0.06, 0.00, 0.22, 0.9, 0.002, 0.0, False),
    Kind("stretched", 120, 2.2, 0.16, 0.20, 0.08, 0.3, 0.070, 0.3, False),
    Kind("defaulter", 40, 2.8, 0.22, 0.10, 0.10, 0.1, 0.020, 0.3, True),
)
INCOME_TYPICAL_MINOR: Final = 800_000
INCOME_DAYS: Final = (1, 5, 10, 15, 15, 20, 25, 28)
"""Days of the month on which wages come; many come on the 15th."""
STOPS_AFTER_DAYS: Final = (60, 240)
BAD_SHARE: Final = 0.75
"""Share of a bad cohort whom money is short for."""
OPENING_SHARE: Final = 0.6
"""Share of the people who are there in the first month; the others come month by month."""


@dataclass(slots=True)
class Person:
    """One borrower: what was drawn for life, and what the borrower knows of dealings with the house so far. Days are day numbers."""

    customer_id: int
    kind: Kind
    opens_on: int
    stops_on: int  # the day from which nothing is paid any more, 0 for never
    income_minor: int
    income_day: int
    due_day: int
    limit_minor: int
    cash_limit_minor: int
    later_limit_minor: int
    price: float  # where the rate lies between the product's lowest (0) and highest (1)
    has_autopay: bool
    loans_count: int = 0
    commands_count: int = 0
    stumbles_until: int = 0
    catches_up_on: int = 0
    is_frozen: bool = False
    is_in: bool = False  # signed for a line
    rate: Rate | None = None  # the price that was signed for
    first_draw_minor: int = 0
    term: int = 0  # the longest term that was offered
    draws: dict[int, int] = field(default_factory=dict)  # draws still open: id of the loan, day by which it is paid off as planned
    claims: list[int] = field(default_factory=list)  # loans that were charged off

    @property
    def account_id(self) -> int:
        """Give the id of the pay-later account."""
        return self.customer_id * 1000

    def known_loans(self) -> tuple[int, ...]:
        """Give the account, the draws and what was charged off: what the person looks at."""
        return (self.account_id, *self.draws, *(loan_id for loan_id in self.claims if loan_id != self.account_id))

    def next_loan_id(self) -> int:
        """Give an id for the next draw."""
        self.loans_count += 1
        return self.account_id + self.loans_count

    def next_key(self) -> str:
        """Give a key for the next command."""
        self.commands_count += 1
        return f"demo:{self.customer_id}:{self.commands_count}"

    def has_stopped(self, day: int) -> bool:
        """Tell whether the person pays nothing on a day, for good or for some months."""
        return 0 < self.stops_on <= day or day < self.stumbles_until


class Offers(NamedTuple):
    """What the house offers on a day: the terms of its cash line and of its pay-later account."""

    cash: LoanOffer
    later: AccountOffer
    currency: str


def make_people(count: int, months: Sequence[range], offers: Offers, chance: Random, bad_month: int = -1) -> list[Person]:
    """Draw some people, numbered from 1: most come in the first of the months (ranges of days), the rest over the first two thirds.

    Of those who come in `bad_month` (counted from 0; -1 for none; the last where fewer are lived) most are stretched or stop paying:
    what a book looks like that bought a bad campaign.
    """
    kinds = [kind for kind in KINDS for _ in range(kind.share)]
    people = [_make_person(number, chance.choice(kinds), months, offers, chance) for number in range(1, count + 1)]
    if bad_month < 0:
        return people
    bad = months[min(bad_month, len(months) - 1)]
    return [_worse(one, chance) if one.opens_on in bad else one for one in people]


def _worse(person: Person, chance: Random) -> Person:
    """Give somebody as a bad campaign brings them: with some luck as they were, else stretched or soon to stop."""
    if chance.random() > BAD_SHARE:
        return person
    kind = chance.choice([one for one in KINDS if one.name in ("stretched", "defaulter")])
    stops_on = person.opens_on + chance.randint(*STOPS_AFTER_DAYS) if kind.stops else 0
    return replace(person, kind=kind, stops_on=stops_on, has_autopay=chance.random() < kind.autopays)


def _make_person(number: int, kind: Kind, months: Sequence[range], offers: Offers, chance: Random) -> Person:
    income_minor = round(INCOME_TYPICAL_MINOR * chance.lognormvariate(0, 0.45) / 10_000) * 10_000 + 200_000
    month = 0 if chance.random() < OPENING_SHARE else chance.randrange(max(len(months) * 2 // 3, 1))
    opens_on = chance.choice(months[month])
    wish_minor = round(income_minor * chance.uniform(0.8, 2.5) / 100_000) * 100_000
    cash_minor = min(max(round(wish_minor * 0.7 / 10_000) * 10_000, offers.cash.amount_min_minor), offers.cash.amount_max_minor)
    later_minor = min(max(round(wish_minor * 0.6 / 10_000) * 10_000, offers.later.limit_min_minor), offers.later.limit_max_minor)
    return Person(
        customer_id=number,
        kind=kind,
        opens_on=opens_on,
        stops_on=opens_on + chance.randint(*STOPS_AFTER_DAYS) if kind.stops else 0,
        income_minor=income_minor,
        income_day=chance.choice(INCOME_DAYS),
        due_day=chance.choice(offers.later.due_days_offered),
        limit_minor=max(min(wish_minor, offers.cash.amount_max_minor), cash_minor, later_minor),
        cash_limit_minor=cash_minor,
        later_limit_minor=later_minor,
        price=chance.random(),
        has_autopay=chance.random() < kind.autopays,
    )
