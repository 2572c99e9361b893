"""The throttle at work: the step that a day asks for, put on file; and new debt, which heeds it: none while shut, a part while narrow."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple, TypeAlias

from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossiers, execute_dossier
from plimsoll.app.execute import Answer, Verb, Wiring
from plimsoll.app.treasury.fund_draws import Act
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.loan.book import Book, Decision
from plimsoll.loan.filing import Filing
from plimsoll.risk.throttle import Ladder
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.fund_by_merchant import FundByMerchant
from plimsoll.servicing.purchase import Purchase
from plimsoll.treasury.set_throttle import SetThrottle
from plimsoll.treasury.survive import AHEAD, Balance, Course, Stress, granted, survive, used_share
from plimsoll.treasury.throttle import DOSSIER, NOT_TODAY, STOPPED, has_turn, throttle_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

MILLION: Final = 1_000_000
USED_MAX: Final = 999.0
RULE: Final = "POLICY.TREASURY.THROTTLE"
NewDebt: TypeAlias = Draw | Purchase | FundByMerchant
MAKES_DEBT: Final[tuple[type[NewDebt], ...]] = (Draw, Purchase, FundByMerchant)
NEEDED_BY: Final = frozenset(("draw", "purchase", "fund_by_merchant"))
"""Commands on customers that heed the throttle."""


class Step(NamedTuple):
    """What a day asks for: how much of the plan is granted, the used share of the tighter limit, and which that is."""

    granted: float
    used: float
    why: str


def step_of(balance: Balance, course: Course, ladder: Ladder) -> Step:
    """Give the step of a day by delinquency against its trigger, and by cash against what it is to be and what a quarter burns."""
    (first,) = survive(balance, course, Stress("none"), months=1).path
    burnt = max(balance.cash - first.cash, 0.0)
    late, needed = course.delinquent / course.trigger, balance.buffer + AHEAD * burnt
    used = used_share(late, balance.cash, needed)
    return Step(granted(late, balance.cash, needed, ladder), min(used, USED_MAX), "delinquency" if used == late else "cash")


def set_throttle(store: Store, currency: str, on: date, step: Step, act: Act) -> Answer | Refused:
    """Put a step on file for a currency; the same step of the same day is filed once."""
    parts = [Rate(round(share * MILLION), MILLION) for share in (step.granted, step.used)]
    told = Rate.parse(parts[0].text()), Rate.parse(parts[1].text())
    key = f"throttle:{currency}:{on}:{told[0].text()}:{told[1].text()}:{step.why}"
    command = SetThrottle(key, currency, on, told[0], told[1], step.why)
    return execute_dossier(store, DOSSIER_WIRING, command, actor=act.actor, now=act.now, rules=act.rules)


def with_throttle(store: Store, wiring: Wiring) -> Wiring:
    """Give commands with those that make new debt bound to what the throttle of a book says as it stands now."""
    filings = dict(dossiers(store, DOSSIER))
    heeding = {made: Verb(wiring[made].name, Heeding(filings, wiring[made].decide).decide, wiring[made].reads) for made in MAKES_DEBT}
    return {**wiring, **heeding}


class Heeding:
    """Decides on new debt: none while the throttle of its currency is shut; while it is narrow, draws of a part of the customers of a day.

    Nobody is slowed at a merchant's till. What is drawn goes on as agreed, and a bill turns into instalments as ever: no new debt.
    """

    def __init__(self, filings: Mapping[str, tuple[Filing, ...]], decide: Any) -> None:
        self.filings = filings
        self.otherwise = decide

    def decide(self, book: Book, command: NewDebt, rules: Rules) -> Decision | Refused:
        """Decide on one; refuses origination_stopped and origination_slowed beside what the command refuses."""
        found = throttle_of(self.filings.get(command.currency, ()), command.on.toordinal())
        if found is not None and found.is_shut():
            return Refused(STOPPED, "", f"{command.currency} since {date.fromordinal(found.on)}")
        if found is not None and isinstance(command, Draw):
            since = date.fromordinal(found.on)
            if not has_turn(command.currency, command.customer_id, command.on, found.granted):
                return Refused(NOT_TODAY, RULE, f"{command.currency}: {found.granted.text()} of the plan since {since}")
        decided: Decision | Refused = self.otherwise(book, command, rules)
        return decided
