"""Look after plans on a day: what is paid to its end is closed, what is not kept is broken; hardship requests past their day are told."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import Work, filings_on, work
from plimsoll.app.store import Store
from plimsoll.app.wiring import WIRING
from plimsoll.collections.break_plan import BreakPlan
from plimsoll.collections.hardship import QUEUE
from plimsoll.collections.keep_plan import KeepPlan
from plimsoll.loan.filing import read_body
from plimsoll.risk.plan.record import BROKEN, KEPT, STARTED
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

ACTOR: Final = "plans"
LIMIT: Final = 100_000
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


def requests(store: Store) -> list[Work]:
    """Give the hardship requests that wait for a decision or for a plan, those that are due first first."""
    found = [row for state in ("open", "claimed", "waiting") for row in work(store, QUEUE, state, limit=LIMIT)]
    return sorted(found, key=lambda row: (row.item.state == "waiting", row.item.due_at, row.customer_id))


def days_left(row: Work, on: date) -> int:
    """Give how many days are left to decide on a request; below 0 its last day has passed."""
    return (datetime.fromisoformat(row.item.due_at).date() - on).days


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


def _ended(store: Store, commands: Sequence[KeepPlan | BreakPlan], orders: Orders) -> list[str]:
    """Execute commands; give "" for each that was done, else the code of its refusal."""
    outcomes = execute_many(store, WIRING, commands, actor=orders.actor, now=orders.now, rules=orders.rules)
    return ["" if isinstance(one, Answer) else one.code if isinstance(one, Refused) else "internal_error" for one in outcomes]
