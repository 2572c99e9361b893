"""What monitoring has on record of a book: five-classes by all triggers, who moved in a month, and what became of the warnings."""

import json
import math
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.watching.book import Panel
from plimsoll.app.watching.find import CLASS, ENDED, OVER, RAISED, rows_of
from plimsoll.portfolio.provision import provide
from plimsoll.risk.load.over_extension import CLASSES, FIT
from plimsoll.rulebook.lateness import FIVE_CLASSES, lateness
from plimsoll.rulebook.rules import Rules
from plimsoll.units.days import add_months

ACTED, HELD = "acted_on", "held_out"
LATE: Final = "late"
TRIGGERS, DAYS = "all_triggers", "days_alone"


def on_record(store: Store, panel: Panel, on: date, rules: Rules) -> dict[str, Any]:
    """Give classes and places as they are on record on a day, with what moved since a month's end before, and the warnings.

    Beside the classes stand the provisions that they ask for, and those that days past due alone would: the tape knows days alone.
    """
    before = month_before(on)
    owed = dict(zip(panel.customer_id.tolist(), panel.owed[:, -1].tolist(), strict=True))
    late = {one for one, days in zip(panel.customer_id.tolist(), panel.late[:, -1].tolist(), strict=True) if days > 0}
    classes = _classes(store, before, on)
    recorded = {one for one, (_, now) in classes.items() if now}
    return {
        "five_class": {
            "classes": _counted({one: now for one, (_, now) in classes.items()}, owed, FIVE_CLASSES),
            "flow": _flow(classes, owed, FIVE_CLASSES),
            "late_and_not_on_record": len(late - recorded),
            "provision": _provisions({one: now for one, (_, now) in classes.items()}, panel, owed, rules, on),
        },
        "over_extension": {"flow": _flow(_places(store, before, on), owed, CLASSES)},
        "warnings": _warnings(store, before, on),
    }


def _provisions(recorded: Mapping[int, int], panel: Panel, owed: Mapping[int, int], rules: Rules, on: date) -> dict[str, Any]:
    """Give provisions and what is non-performing, by all triggers and by days alone, a customer by the worst of the loans.

    Who is late and has no class on record yet is in the class of the days.
    """
    names = lateness(rules, on)
    days = {
        one: FIVE_CLASSES.index(names.five_class(late))
        for one, late in zip(panel.customer_id.tolist(), panel.late[:, -1].tolist(), strict=True)
    }
    whole = {one: recorded.get(one, place) for one, place in days.items()}
    return {name: _provision(place_of, owed, rules, on) for name, place_of in ((TRIGGERS, whole), (DAYS, days))}


def _provision(place_of: Mapping[int, int], owed: Mapping[int, int], rules: Rules, on: date) -> dict[str, Any]:
    held: Counter[str] = Counter()
    for one, minor in owed.items():
        held[FIVE_CLASSES[place_of[one]]] += max(minor, 0)
    found = provide(held, rules, on)
    share = found.npl_minor / held.total() if held.total() else 0.0
    return {"total_minor": found.total_minor, "npl_minor": found.npl_minor, "npl_share": round(share, 6)}


def month_before(on: date) -> date:
    """Give the day a month before; of a month's last day the last of the month before, so that no day is in two months' reports."""
    following = on.toordinal() + 1
    return date.fromordinal(add_months(following, -1) - 1)


def _classes(store: Store, before: date, on: date) -> dict[int, tuple[int, int]]:
    """Give every customer with a class on record: the worst of the loans' at both days, as places in FIVE_CLASSES."""
    kept: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for row in _filed(store, CLASS, on):
        said = json.loads(row.body)
        was = kept.get((row.customer_id, row.subject), [])
        kept[row.customer_id, row.subject] = [one for one in was if one["on"] < said["since"]] + said["changes"]
    found: dict[int, tuple[int, int]] = {}
    for (customer_id, _), changes in kept.items():
        then, now = (_class_on(changes, day.toordinal()) for day in (before, on))
        was_then, was_now = found.get(customer_id, (0, 0))
        found[customer_id] = (max(was_then, then), max(was_now, now))
    return found


def _class_on(changes: list[dict[str, Any]], day: int) -> int:
    last = next((one for one in reversed(changes) if one["on"] <= day), None)
    return 0 if last is None else FIVE_CLASSES.index(last["five_class"])


def _places(store: Store, before: date, on: date) -> dict[int, tuple[int, int]]:
    """Give every customer with a place on record, at both days, as places in CLASSES."""
    found: dict[int, tuple[int, int]] = {}
    for row in _filed(store, OVER, on):
        place = CLASSES.index(json.loads(row.body)["over_extension"])
        then, _ = found.get(row.customer_id, (FIT, FIT))
        found[row.customer_id] = (place if row.effective_on <= before else then, place)
    return found


def _counted(place_of: Mapping[int, int], owed: Mapping[int, int], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Count the customers who owe, and what they owe, by class; who is not on record is in the first."""
    customers: Counter[int] = Counter()
    balance: Counter[int] = Counter()
    for one, minor in owed.items():
        if minor > 0:
            customers[place_of.get(one, 0)] += 1
            balance[place_of.get(one, 0)] += minor
    whole = max(balance.total(), 1)
    return [
        {"name": name, "customers": customers[at], "balance_minor": balance[at], "share": round(balance[at] / whole, 6)}
        for at, name in enumerate(names)
    ]


def _flow(moves: Mapping[int, tuple[int, int]], owed: Mapping[int, int], names: tuple[str, ...]) -> dict[str, Any]:
    """Count who moved from which class to which; who is not on record stayed in the first."""
    counts = [[0] * len(names) for _ in names]
    for then, now in moves.values():
        counts[then][now] += 1
    counts[0][0] += sum(one not in moves for one in owed)
    return {"names": list(names), "counts": counts}


def _warnings(store: Store, before: date, on: date) -> dict[str, Any]:
    """Count warnings, and how many that ended had come true: of those acted on, and of those held out at random."""
    standing: dict[int, date] = {}
    new = ended = 0
    outcomes: dict[str, Counter[str]] = {ACTED: Counter(), HELD: Counter()}
    for row in _filed(store, RAISED, on, ENDED):
        if row.kind == RAISED:
            standing[row.customer_id] = row.effective_on
            new += row.effective_on > before
            continue
        said = json.loads(row.body)
        standing.pop(row.customer_id, None)
        ended += row.effective_on > before
        outcomes[HELD if said["is_held_out"] else ACTED][said["outcome"]] += 1
    told: dict[str, Any] = {"standing": len(standing), "new": new, "ended": ended}
    for name, counts in outcomes.items():
        count = counts.total()
        told[name] = {
            "ended": count,
            "outcomes": dict(counts.most_common()),
            "precision": round(counts[LATE] / count, 4) if count else None,
        }
    return told | {"difference": difference(outcomes[ACTED], outcomes[HELD])}


def difference(acted: Counter[str], held: Counter[str]) -> dict[str, float] | None:
    """Give by how much fewer warnings came true where something was done, with its standard error; None before both are known."""
    if not acted.total() or not held.total():
        return None
    p, q = (counts[LATE] / counts.total() for counts in (acted, held))
    error = math.sqrt(p * (1 - p) / acted.total() + q * (1 - q) / held.total())
    return {"fewer_late": round(q - p, 4), "standard_error": round(error, 4)}


def _filed(store: Store, kind: str, on: date, *more: str) -> Any:
    table = schema.filing.c
    chosen = select(table.customer_id, table.kind, table.subject, table.effective_on, table.body)
    chosen = chosen.where(table.kind.in_((kind, *more)), table.effective_on <= on)
    return rows_of(store, chosen.order_by(table.customer_id, table.n))
