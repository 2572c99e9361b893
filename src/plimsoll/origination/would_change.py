"""What would change a decision: the smallest single change after which the same engine decides better, found by asking it.

Only what the applicant can do something about is tried, and never a protected feature: the amount, the term, and features that the
catalogue says can change. Every change that is told was checked: with it, and nothing else, the outcome is the one that is named.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from plimsoll.origination.application import APPROVE, COUNTER, DECLINE, REFER
from plimsoll.origination.kit import Kit
from plimsoll.origination.means import BALANCE, DUE, INCOME, LIMITS
from plimsoll.origination.stages import amounts_of
from plimsoll.origination.underwrite import Dossier, Underwritten, underwrite
from plimsoll.risk.evidence import Reading
from plimsoll.rulebook.feature import Feature, Value
from plimsoll.rulebook.product import LoanOffer
from plimsoll.units.rate import Rate

RANKS: Final = (DECLINE, REFER, COUNTER, APPROVE)
"""Outcomes from the worst to the best for who applies."""
AMOUNT, TERM = "requested_minor", "requested_term"
CHANGES_MAX: Final = 4
INCOME_TIMES: Final = 4
"""An income is looked for up to this multiple of what it is: more is no advice."""
SHARE_STEPS: Final = 100
HARDLY: Final = 1_000
"""Steps into which a range of money is cut: what is told is right to one part in a thousand of it."""


class Change(NamedTuple):
    """One change that is enough alone: of which feature, from what, to what, and the outcome then."""

    name: str
    before: Value | None
    after: Value
    outcome: str


def what_would_change(decided: Underwritten) -> tuple[Change, ...]:
    """Give at most four changes, those that lead to the best outcome first; nothing for an approval."""
    if decided.outcome == APPROVE:
        return ()
    found = [one for one in _tried(decided) if RANKS.index(one.outcome) > RANKS.index(decided.outcome)]
    found.sort(key=lambda one: -RANKS.index(one.outcome))
    return tuple(found[:CHANGES_MAX])


def _tried(decided: Underwritten) -> Iterator[Change]:
    """Try the amount, the term, and every feature that a decision looked at and the applicant can change."""
    dossier, kit = decided.dossier, decided.kit
    yield from _amount(decided)
    yield from _term(decided)
    for name in kit.needed:
        feature = kit.catalogue.features.get(name)
        if feature is None or not is_actionable(kit, name) or feature.more_is == "neither" or name == BALANCE:
            continue
        value = dossier.values.get(name)
        if value is not None:
            yield from _feature(decided, feature, value)


def _amount(decided: Underwritten) -> Iterator[Change]:
    """Look for the greatest lower amount that is decided better."""
    dossier, kit = decided.dossier, decided.kit
    least, _ = amounts_of(dossier.version)
    step = kit.step_minor

    def at(steps: int) -> str:
        asked = dossier.asked._replace(amount_minor=steps * step)
        return underwrite(dossier._replace(asked=asked), kit).outcome

    low, high = -(-least // step), dossier.asked.amount_minor // step
    best = at(low) if low < high else decided.outcome
    if RANKS.index(best) <= RANKS.index(decided.outcome):
        return
    steps = _furthest(low, high, lambda steps: at(steps) == best)
    yield Change(AMOUNT, dossier.asked.amount_minor, steps * step, best)


def _term(decided: Underwritten) -> Iterator[Change]:
    """Try every other term on offer, the nearest first."""
    dossier, kit = decided.dossier, decided.kit
    offer = dossier.version.offer
    if not isinstance(offer, LoanOffer):
        return
    terms = sorted(offer.instalments_offered, key=lambda term: abs(term - dossier.asked.instalments))
    tried = [(term, underwrite(dossier._replace(asked=dossier.asked._replace(instalments=term)), kit).outcome) for term in terms[1:]]
    better = [(term, outcome) for term, outcome in tried if RANKS.index(outcome) > RANKS.index(decided.outcome)]
    if better:
        term, outcome = max(better, key=lambda one: RANKS.index(one[1]))
        yield Change(TERM, dossier.asked.instalments, term, outcome)


def _feature(decided: Underwritten, feature: Feature, value: Value) -> Iterator[Change]:
    """Look for the smallest change of a feature in its safer direction."""
    dossier, kit = decided.dossier, decided.kit

    def at(other: Value) -> str:
        return underwrite(with_value(dossier, feature.name, other), kit).outcome

    if isinstance(value, bool):
        best = at(not value)
        if RANKS.index(best) > RANKS.index(decided.outcome):
            yield Change(feature.name, value, not value, best)
        return
    scale = _scale(feature, value)
    if scale is None:
        return
    count, made = scale
    best = at(made(count))
    if RANKS.index(best) <= RANKS.index(decided.outcome):
        return
    # From the far end back to the nearest step that still leads there.
    steps = _furthest(0, count, lambda back: at(made(count - back)) == best)
    yield Change(feature.name, value, made(count - steps), best)


def _scale(feature: Feature, value: Value) -> tuple[int, Callable[[int], Value]] | None:
    """Give a number of steps in the safer direction, and the value after some of them; None where there is nowhere to go."""
    is_less = feature.more_is == "riskier"
    if isinstance(value, Rate):
        whole = value.num * SHARE_STEPS // value.den
        return (whole, lambda n: _share(whole - n)) if is_less and whole else None
    assert type(value) is int
    if is_less:
        step = max(value // HARDLY, 1) if feature.type == "money" else 1
        return (-(-value // step), lambda n: max(value - n * step, 0)) if value else None
    most = value * INCOME_TIMES if feature.type == "money" else _most(feature, value)
    step = max((most - value) // HARDLY, 1) if feature.type == "money" else 1
    count = (most - value) // step
    return (count, lambda n: value + n * step) if count > 0 else None


def _share(hundredths: int) -> Rate:
    return Rate.parse(f"0.{hundredths:02d}")


def _most(feature: Feature, value: int) -> int:
    """Give the greatest count or score that can be meant."""
    most = feature.bounds[1] if feature.bounds is not None else value
    return most if isinstance(most, int) else value


def _furthest(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Give the greatest number from low up to which something holds, where it holds at low."""
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def with_value(dossier: Dossier, name: str, value: Value) -> Dossier:
    """Give the same application with one feature otherwise; an income is otherwise by every proof of it, and debts as a whole."""
    values = {**dossier.values, name: value}
    before = dossier.values.get(name)
    if name == DUE and type(value) is int and type(before) is int and before:
        for other in (BALANCE, LIMITS):
            held = dossier.values.get(other)
            values[other] = held * value // before if type(held) is int else held
    reading = dossier.readings.get(name)
    if name != INCOME or reading is None:
        return dossier._replace(values=values)
    return dossier._replace(values=values, readings={**dossier.readings, name: _scaled(reading, value)})


def _scaled(reading: Reading, value: Value) -> Reading:
    """Give the reading of an income with every proof of it moved by the same multiple."""
    before = reading.value
    assert type(value) is int
    assert type(before) is int
    moved = [item._replace(value=item.value * value // before) if type(item.value) is int else item for item in reading.heard]
    return reading._replace(value=value, heard=tuple(moved))


def is_actionable(kit: Kit, name: str) -> bool:
    """Tell whether a feature may be told to an applicant as something to change."""
    feature = kit.catalogue.features.get(name)
    return name in (AMOUNT, TERM) or (feature is not None and feature.can_change and not feature.is_protected)
