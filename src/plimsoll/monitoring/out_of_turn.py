"""Who is warned of between two month's ends: those of whom single events say enough together, as many a night as people can look at."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from plimsoll.monitoring.note_signals import event_signals
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.signal import ACTIONS
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed


class OutOfTurn(NamedTuple):
    """How many signals together ask for a warning, which of them do alone, and the share of customers that a night may warn of."""

    together: int
    alone: frozenset[str]
    nightly: Rate

    def asks(self, lit: Collection[str]) -> bool:
        """Tell whether what is lit of one customer asks for a warning."""
        return len(lit) >= self.together or not self.alone.isdisjoint(lit)

    def budget(self, customers: int) -> int:
        """Give how many of so many customers a night may warn of: a part of one counts as one."""
        return -(-customers * self.nightly.num // self.nightly.den)


def out_of_turn_policy(rules: Rules, on: date) -> OutOfTurn | None:
    """Give the policy of a day; None before there was one: then nobody is warned of between two month's ends."""
    said = rules.value("POLICY.WATCH.EVENTS", on)
    if said is None:
        return None
    assert isinstance(said, Mapping), "a rule with named values"
    together, alone, nightly = said["together"], said["alone"], said["nightly"]
    assert isinstance(together, int), together
    assert isinstance(alone, tuple), alone
    assert isinstance(nightly, Rate), nightly
    names = frozenset(str(one) for one in alone)
    if not names <= event_signals().keys():
        raise Malformed("rule_malformed", f"no signals of events: {', '.join(sorted(names - event_signals().keys()))}")
    return OutOfTurn(together, names, nightly)


def strongest_first(lit: Iterable[str]) -> tuple[str, ...]:
    """Give signals by the action that each recommends, the strongest first, as a warning tells them."""
    return tuple(sorted(lit, key=lambda name: (-ACTIONS.index(event_signals()[name].action), name)))


def strength(lit: Iterable[str]) -> int:
    """Give how much is lit as the plain rule weighs it: of each signal the place of the action that it recommends, the gentlest one."""
    return sum(1 + ACTIONS.index(event_signals()[name].action) for name in lit)
