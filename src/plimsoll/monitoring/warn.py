"""Which customers are warned of: ranked by chance of being late, under a budget, with hysteresis, and some held out at random.

A warning stays while its customer ranks within `keep`, and ends only after `patience` months outside it, so that nobody flickers across
a line. Warnings that stand use up the budget; new ones fill what is left. Who is held out is a sticky hash of the customer: they are
ranked and recorded like all others, and nothing is done, so that what acting was worth can be told later.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from plimsoll.monitoring.signals import raised
from plimsoll.risk.parameters import figures
from plimsoll.risk.score.split import Split, basis_points, is_chosen
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.signal import Signals
from plimsoll.units.refusal import Malformed

SALT: Final = "warning holdout"
WATCH_ONLY: Final = "remind"
"""What is recommended where no single signal is raised: the gentlest."""


class Scored(NamedTuple):
    """A clean customer with the chance of being late within the horizon, the signals that it was told from, and those of them that a model
    holds most against the customer: told where none is raised by itself."""

    customer_id: int
    chance: float
    values: Mapping[str, float | None]
    because: tuple[str, ...] = ()


class Alert(NamedTuple):
    """A warning: since which month (counted as year · 12 + month), the rank from 1, why, what is recommended, and whether held out."""

    customer_id: int
    since: int
    months_below: int
    rank: int
    chance: float
    reasons: tuple[str, ...]
    action: str
    is_held_out: bool


class Warned(NamedTuple):
    """The warnings of a month: all that stand, of them the new ones, and those that ended with the month."""

    standing: tuple[Alert, ...]
    new: tuple[Alert, ...]
    ended: tuple[Alert, ...]


class WatchPolicy(NamedTuple):
    """The shares that raise and that keep a warning, the months of patience, and the split of those held out."""

    budget: float
    keep: float
    patience: int
    held_out: Split


def watch_policy(rules: Rules, on: date) -> WatchPolicy:
    """Give the policy of a day; raises Malformed rule_not_in_force."""
    said, share = figures(rules, "POLICY.WATCH.BUDGET", on), rules.rate("POLICY.WATCH.HOLDOUT", on)
    if share is None:
        raise Malformed("rule_not_in_force", f"POLICY.WATCH.HOLDOUT on {on}")
    return WatchPolicy(said["raise"], said["keep"], int(said["patience"]), Split(SALT, basis_points(share)))


def warn(scored: Sequence[Scored], before: Mapping[int, Alert], month: int, policy: WatchPolicy, catalogue: Signals) -> Warned:
    """Give the warnings of a month from those of the month before; a customer who is no longer clean has none."""
    ranked = sorted(scored, key=lambda one: (-one.chance, one.customer_id))
    return warn_ranked(list(enumerate(ranked, 1)), len(ranked), before, month, policy, catalogue)


def warn_ranked(
    ranked: Sequence[tuple[int, Scored]], clean: int, before: Mapping[int, Alert], month: int, policy: WatchPolicy, catalogue: Signals
) -> Warned:
    """Give the warnings of a month from ranks among `clean` customers, best first.

    Of a large book only those within the budget need be among `ranked`, and everybody of whom a warning stands and who is clean.
    """
    budget, kept_within = (int(share * clean) for share in (policy.budget, policy.keep))
    standing: dict[int, Alert] = {}
    for rank, one in ranked:
        old = before.get(one.customer_id)
        below = 0 if old is None or rank <= kept_within else old.months_below + 1
        if old is not None and below < policy.patience:
            standing[one.customer_id] = _warning(one, old.since, below, rank, policy, catalogue)
    new: list[Alert] = []
    for rank, one in ranked:
        if rank <= budget and one.customer_id not in standing and len(standing) + len(new) < budget:
            new.append(_warning(one, month, 0, rank, policy, catalogue))
    ended = tuple(old for customer_id, old in before.items() if customer_id not in standing)
    every = sorted((*standing.values(), *new), key=lambda one: one.rank)
    return Warned(tuple(every), tuple(new), ended)


def _warning(one: Scored, since: int, below: int, rank: int, policy: WatchPolicy, catalogue: Signals) -> Alert:
    told = raised(catalogue, one.values)
    action = told[0].action if told else WATCH_ONLY
    is_held_out = is_chosen(one.customer_id, policy.held_out)
    why = tuple(signal.name for signal in told) or one.because
    return Alert(one.customer_id, since, below, rank, one.chance, why, action, is_held_out)
