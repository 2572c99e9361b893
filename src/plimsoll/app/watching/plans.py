"""Look after plans on a day: what is paid to its end is closed, what is not kept is broken; hardship requests past their day are told.

An accepted request that came to no plan in time lapses, so that collection may go on and somebody looks after it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import filings_on
from plimsoll.app.wiring import WIRING
from plimsoll.collections.break_plan import BreakPlan
from plimsoll.collections.decide_hardship import LAPSE, DecideHardship
from plimsoll.collections.hardship import due_on
from plimsoll.collections.keep_plan import KeepPlan
from plimsoll.loan.filing import Filing, read_body
from plimsoll.risk.plan.record import BROKEN, CLOSED, DECIDED, KEPT, LAPSED, OPENED, STARTED, Hardship, hardships_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

ACTOR: Final = "plans"
OF_REQUESTS: Final = (OPENED, DECIDED, LAPSED, CLOSED)
GOES_ON: Final = ("plan_not_broken", "plan_backdated")
"""It is neither kept nor broken; or more is known of the loan by now than on that day, and a later look decides."""
IN_PERFORMANCE, ENDED_WELL, ENDED_BADLY = "performing", "kept", "broken"


class Looked(NamedTuple):
    """A plan that was looked at: whose, of which loan, and how it stands; `why` is a refusal that nobody expected."""

    customer_id: int
    plan_id: str
    loan_id: int
    state: str
    why: str = ""


class Waiting(NamedTuple):
    """A request for help that waits on a day for people, or for a plan: whose, and until which day that is in time."""

    customer_id: int
    request: Hardship
    due_on: int

    @property
    def state(self) -> str:
        """Tell what it waits for: "open" for people, "waiting" for a plan."""
        return "waiting" if self.request.accepted_on and not self.request.lapsed_on else "open"

    def days_left(self, on: date) -> int:
        """Give how many days are left; below 0 its last day has passed."""
        return self.due_on - on.toordinal()


class Orders(NamedTuple):
    """The instant of looking, the rules, and who looks."""

    now: datetime
    rules: Rules
    actor: str = ACTOR


def watch_plans(store: Store, on: date, orders: Orders) -> Iterator[Looked]:
    """Close or break what is over on a day, each under its customer's lock; give every plan that was in performance before.

    A loan that was charged off or sold ends its plan by itself: `why` tells it.
    """
    started = sorted(_performing(store, on))
    kept = _ended(store, [KeepPlan(f"{_key(one, on)}:keep", one.customer_id, on, one.plan_id, one.loan_id) for one in started], orders)
    left = [one for one, code in zip(started, kept, strict=True) if code]
    broken = _ended(store, [BreakPlan(f"{_key(one, on)}:break", one.customer_id, on, one.plan_id, one.loan_id) for one in left], orders)
    codes = dict(zip(left, broken, strict=True))
    for one in started:
        code = codes.get(one)
        if code is None:
            yield one._replace(state=ENDED_WELL)
        elif code == "":
            yield one._replace(state=ENDED_BADLY)
        else:
            yield one if code in GOES_ON else one._replace(why=code)


def requests(store: Store, on: date, rules: Rules) -> list[Waiting]:
    """Give the hardship requests that waited on a day, as far as the book knows by now: those for people before those for a plan."""
    files: dict[int, list[Filing]] = {}
    for kind in OF_REQUESTS:
        for customer_id, filing in filings_on(store, kind, 1, on.toordinal()):
            files.setdefault(customer_id, []).append(filing)
    found = []
    for customer_id, filings in files.items():
        live = [one for one in hardships_of(sorted(filings, key=lambda one: one.n)).values() if one.is_live]
        found += [Waiting(customer_id, one, due_on(one, rules)) for one in live]
    return sorted(found, key=lambda one: (one.state == "waiting", one.due_on, one.customer_id))


def lapse_requests(store: Store, on: date, orders: Orders) -> list[Waiting]:
    """Let the protection of the accepted requests lapse that came to no plan by their day; give those that lapsed now."""
    over = [one for one in requests(store, on, orders.rules) if one.state == "waiting" and one.days_left(on) < 0]
    commands = [
        DecideHardship(
            f"plan:{one.customer_id}:{one.request.hardship_id}:{on}:lapse",
            one.customer_id,
            on,
            one.request.hardship_id,
            one.request.told.currency,
            LAPSE,
        )
        for one in over
    ]
    return [one for one, code in zip(over, _ended(store, commands, orders), strict=True) if not code]


def _performing(store: Store, on: date) -> Iterable[Looked]:
    """Give the plans that started by a day and have not ended on record."""
    found: dict[tuple[int, str], Looked] = {}
    for kind in (STARTED, BROKEN, KEPT):
        for customer_id, filing in filings_on(store, kind, 1, on.toordinal()):
            key = (customer_id, filing.subject)
            if kind == STARTED:
                found[key] = Looked(customer_id, filing.subject, read_body(filing)["loan_id"], IN_PERFORMANCE)
            else:
                found.pop(key, None)
    return found.values()


def _key(one: Looked, on: date) -> str:
    return f"plan:{one.customer_id}:{one.plan_id}:{on}"


def _ended(store: Store, commands: Sequence[KeepPlan | BreakPlan | DecideHardship], orders: Orders) -> list[str]:
    """Execute commands; give "" for each that was done, else the code of its refusal."""
    outcomes = execute_many(store, WIRING, commands, actor=orders.actor, now=orders.now, rules=orders.rules)
    return ["" if isinstance(one, Answer) else one.code if isinstance(one, Refused) else "internal_error" for one in outcomes]
