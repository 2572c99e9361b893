"""The load line at work: what a borrower may still take on, asked wherever a limit rises or a debt is made.

It is asked when a decision is posted, like the limit, of the loans as they stand with the decision: so no verb can go round it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from plimsoll.loan.book import LINE_CLOSED, Decision, Held, Line, LoadLine
from plimsoll.loan.burden import Burden, burden_of, month_number
from plimsoll.loan.layout import CONVERTED, OPEN, PURCHASED, RESCHEDULED, T_PRINCIPAL
from plimsoll.loan.terms import LOAN
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

RULE: Final = "POLICY.LOAD.CAPACITY"
PPB: Final = 10**9
PLANS: Final = frozenset((CONVERTED, RESCHEDULED))


def refuse_load(
    decision: Decision, load_line: LoadLine, line: Line | None, loans: Sequence[Held], changed: Mapping[int, Held], on: int
) -> Refused | None:
    """Refuse what would put a borrower over the load line, with how much fits: load_line_passed.

    `line` and `loans` are as they stood: all open loans, where the decision makes a debt; `changed` is how some of them, and new ones,
    stand with it. A limit may rise up to the capacity. A draw or purchase must fit the room of every month, what is late counted in
    this one. A plan, or new terms, must fit it too, unless the borrower was over before and no month asks as much as then.
    """
    if decision.line is not None:
        refused = refuse_rise(decision.line, line, load_line)
        if refused is not None:
            return refused
    kinds = {fact.kind for _, fact, _ in decision.facts}
    is_taking = PURCHASED in kinds or any(new.terms.kind == LOAN for new in decision.loans)
    if not is_taking and not kinds & PLANS:
        return None
    unread = _unread(line, loans)
    stand = (*(held for held in loans if held.loan_id not in changed), *changed.values())
    day = max([on, *(held.summary.as_of for held in stand)])
    after = _loads(burden_of(stand, day), unread, load_line, day if is_taking else 0)
    if max(after.values()) <= load_line.room_minor:
        return None
    was = burden_of(loans, day)
    if is_taking:
        return _passed(_loads(was, unread, load_line, day), after, _asked(decision), load_line)
    before = max(_loads(was, unread, load_line, 0).values()) or was.late
    return None if max(after.values()) < before else _passed({}, after, 0, load_line)


def refuse_rise(line: Line, before: Line | None, load_line: LoadLine) -> Refused | None:
    """Refuse a limit that rises above what the borrower can carry; one that falls, or stays, may be above it: the line is an estimate."""
    held_minor = before.limit_minor if before is not None and before.status != LINE_CLOSED else 0
    if line.limit_minor <= max(held_minor, load_line.capacity_minor):
        return None
    limit, capacity = (text_of(minor, line.currency) for minor in (line.limit_minor, load_line.capacity_minor))
    return Refused("load_line_passed", RULE, f"limit {limit}; {capacity} {line.currency} fits")


def load_peak(load_line: LoadLine, line: Line | None, loans: Sequence[Held], on: int) -> int:
    """Give the most that any month asks of a borrower from a day on, in minor units, what is late counted in the month of the day.

    The day is not before the state of any of the loans, which are all that are open.
    """
    return max(_loads(burden_of(loans, on), _unread(line, loans), load_line, on).values())


def _unread(line: Line | None, loans: Sequence[Held]) -> int:
    """Give the principal in use that no loan at hand accounts for, such as that of a loan that is parked; it is weighed as revolving."""
    return line.used_minor - sum(held.summary.in_use_minor for held in loans if held.summary.status <= OPEN) if line is not None else 0


def _loads(burden: Burden, unread: int, load_line: LoadLine, late_on: int) -> dict[int, int]:
    """Give what each month asks; month 0 stands for every other one. With a day, what is late is counted in its month."""
    weighed = (burden.revolving + unread) * load_line.stress_ppb
    revolving = -(-weighed // PPB)
    loads = {month: minor + revolving for month, minor in burden.months.items()}
    loads[0] = revolving
    if late_on and burden.late:
        month = month_number(late_on)
        loads[month] = loads.get(month, revolving) + burden.late
    return loads


def _asked(decision: Decision) -> int:
    """Give what is to be taken, in minor units."""
    drawn = sum(new.terms.vector[T_PRINCIPAL] for new in decision.loans if new.terms.kind == LOAN)
    return drawn + sum(fact.amount_minor for _, fact, _ in decision.facts if fact.kind == PURCHASED)


def _passed(before: Mapping[int, int], after: Mapping[int, int], asked: int, load_line: LoadLine) -> Refused:
    """Tell the month that is over, and about how much would fit into every month: the same terms, less of it."""
    room = load_line.room_minor
    worst = max(after, key=after.__getitem__)
    where = f"{worst // 12}-{worst % 12 + 1:02d}" if worst else "every month"
    due, left = (text_of(minor, load_line.currency) for minor in (after[worst], room))
    told = f"{where}: {due} would be due, {left} {load_line.currency} can be"
    if not asked:
        return Refused("load_line_passed", RULE, told)
    fits = asked
    for month, minor in after.items():
        was = before.get(month, before.get(0, 0))
        if minor > room:
            fits = min(fits, max(room - was, 0) * asked // (minor - was) if minor > was else 0)
    return Refused("load_line_passed", RULE, f"{told}; about {text_of(fits, load_line.currency)} {load_line.currency} fits")
