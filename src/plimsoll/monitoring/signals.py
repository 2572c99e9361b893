"""Signals of one account from its months, its payments and what is on file: numbers by name, None where nothing is known.

rulebook/policy/signals/signals.yaml says what each is, over which window and from where; here is how it is worked out. The same
functions feed training, the nightly score and the page of a customer, so a signal means the same everywhere.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from plimsoll.loan.filing import Filing, of_kind
from plimsoll.risk.answer import items_of
from plimsoll.rulebook.feature import Catalogue
from plimsoll.rulebook.signal import ACTIONS, Signal, Signals

Values: TypeAlias = dict[str, float | None]

NO_USE, IN_FULL, CARRIED = -2, -1, 0
"""States of a month that is not late; above them the months late."""
WINDOW: Final = 6
AT_LIMIT, AGAIN, SOME, LEAST = 0.9, 0.9, 0.1, 0.05
DAYS_COMPARED: Final = 2
ITEMS: Final = {
    "lenders_new": "bureau_new_lenders_30d",
    "inquiries": "bureau_inquiries_90d",
    "overdue_elsewhere": "bureau_current_overdue_minor",
}
"""Signals that are an item of evidence as it is."""


class Months(NamedTuple):
    """An account month by month, oldest first, amounts in minor units. `paid[m]` was paid in month m, on the bill of the month before."""

    limit_minor: int
    bills: Sequence[int]
    paid: Sequence[int]
    states: Sequence[int]


def from_months(account: Months) -> Values:
    """Give the signals of source `book` at the end of the last month; the limit is above nought and there is at least one month."""
    limit, bills, paid, states = account.limit_minor, account.bills[-WINDOW:], account.paid[-WINDOW:], account.states[-WINDOW:]
    used = [bill / limit for bill in bills]
    shares = [paid_minor / bill for bill, paid_minor in zip(bills, paid[1:], strict=False) if bill > 0]
    drawn = [after - before + paid_minor for (before, after), paid_minor in zip(pairwise(bills), paid[1:], strict=True)]
    count = len(bills)
    is_first = count == 1
    return {
        "limit_minor": float(limit),
        "months_seen": float(count),
        "state": float(states[-1]),
        "state_before": None if is_first else float(states[-2]),
        "bill_minor": float(bills[-1]),
        "paid_minor": float(paid[-1]),
        "utilisation": used[-1],
        "utilisation_before": None if is_first else used[-2],
        "utilisation_jump": None if is_first else used[-1] - used[-2],
        "utilisation_most": max(used),
        "utilisation_least": min(used),
        "utilisation_mean": sum(used) / count,
        "full_months": sum(share > AT_LIMIT for share in used) / count,
        "pay_share": paid[-1] / bills[-2] if not is_first and bills[-2] > 0 else None,
        "pay_share_least": min(shares, default=None),
        "pay_share_most": max(shares, default=None),
        "pay_share_mean": sum(shares) / len(shares) if shares else None,
        "pay_step_down": _steps_down(shares),
        "low_pays": sum(share < LEAST for share in shares) / len(shares) if shares else None,
        "nothing_paid": _nothing_paid(paid, states),
        "pay_of_limit": paid[-1] / limit,
        "pay_mean_minor": sum(paid) / count,
        "pay_least_minor": float(min(paid)),
        "pay_most_minor": float(max(paid)),
        "drawn_minor": None if is_first else float(drawn[-1]),
        "drawn_of_limit": None if is_first else drawn[-1] / limit,
        "draw_to_repay": _loops(drawn, paid[1:], states[1:]),
        "carried_months": sum(state == CARRIED for state in states) / count,
        "full_pay_months": sum(state == IN_FULL for state in states) / count,
        "late_months": float(sum(state > 0 for state in states)),
        "room_minor": float(limit - bills[-1]),
        "utilisation_slope": None if is_first else (used[-1] - used[0]) / (count - 1),
        "utilisation_spread": max(used) - min(used),
        "pay_change": None if is_first else (paid[-1] - paid[-2]) / limit,
        "pay_of_bills": sum(paid) / sum(bills) if sum(bills) > 0 else None,
    }


def _steps_down(shares: Sequence[float]) -> float | None:
    """Count steps down on the ladder full, some, minimum, less."""
    rungs = [(share >= 1) + (share >= SOME) + (share >= LEAST) for share in shares]
    return float(sum(max(before - after, 0) for before, after in pairwise(rungs))) if shares else None


def _nothing_paid(paid: Sequence[int], states: Sequence[int]) -> float | None:
    """Give the share of months that ended late without a payment, of those known to have asked for one: who paid, or ended late.

    A month that ended in time without a payment asked for nothing, or for what had been paid before.
    """
    missed = sum(minor <= 0 and state > 0 for minor, state in zip(paid, states, strict=True))
    asked = missed + sum(minor > 0 for minor in paid)
    return missed / asked if asked else None


def _loops(drawn: Sequence[int], paid: Sequence[int], states: Sequence[int]) -> float | None:
    """Give the share of months in which nearly all that was paid was taken again while the bill was carried on."""
    if not drawn:
        return None
    turns = zip(drawn, paid, states, strict=True)
    return sum(state == CARRIED and minor > 0 and taken >= AGAIN * minor for taken, minor, state in turns) / len(drawn)


def payment_drift(days: Sequence[int]) -> float | None:
    """Give how many days later the last two payments came than those before: `days` from due day to payment, oldest first."""
    before, last = days[:-DAYS_COMPARED], days[-DAYS_COMPARED:]
    return sum(last) / len(last) - sum(before) / len(before) if before else None


def from_file(filings: Sequence[Filing], on: int, catalogue: Catalogue) -> Values:
    """Give the signals that what is on file says, by a day: of evidence the latest and the earlier items, and complaints not closed.

    What came with a flag (absurd, malformed, …) says nothing. Whether consent is still in force is asked by whoever calls.
    """
    known: dict[str, list[float]] = {}
    for item in items_of((filing for filing in of_kind(filings, "evidence") if filing.on <= on), catalogue):
        if type(item.value) is int and not item.flags:
            known.setdefault(item.name, []).append(float(item.value))
    values: Values = {name: known[item][-1] if item in known else None for name, item in ITEMS.items()}
    gaps, incomes = known.get("payday_gap_days", []), known.get("income_monthly_minor", [])
    values["payday_late"] = gaps[-1] - gaps[-2] if len(gaps) > 1 else None
    values["income_shrunk"] = 1 - incomes[-1] / max(incomes) if len(incomes) > 1 and max(incomes) > 0 else None
    filed, closed = ({one.subject for one in of_kind(filings, kind) if one.on <= on} for kind in ("complaint.filed", "complaint.closed"))
    values["complaints_open"] = float(len(filed - closed))
    return values


def raised(catalogue: Signals, values: Mapping[str, float | None]) -> tuple[Signal, ...]:
    """Give the signals that are raised, those with the strongest action first."""
    found = [signal for name, signal in catalogue.by_name.items() if is_raised(signal, values.get(name))]
    return tuple(sorted(found, key=lambda signal: -ACTIONS.index(signal.action)))


def is_raised(signal: Signal, value: float | None) -> bool:
    """Tell whether a value is where the signal counts as raised; what is not known is not raised."""
    if value is None or signal.raised is None:
        return False
    bound = signal.raised.num / signal.raised.den
    return value <= bound if signal.direction == "down" else value >= bound
