"""A few applicants that the score alone would decline are taken at random, with a small limit: the only look behind the score.

A score learns from those it let in. Whoever it turned away is unknown, and every reckoning of what they would have done (see
`plimsoll.risk.measure.reject`) is a guess. The cell of random accepts is the sample without selection: who is in it is a sticky hash of
the customer, never anybody's choice, and each stands for one divided by the share of all who were declined by score.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from plimsoll.risk.score.split import WHOLE_BP, Split, basis_points, is_chosen
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

SALT: Final = "random accept"
SCORE_STAGE: Final = "score"


class RandomAccept(NamedTuple):
    """The cell on a day: who is chosen, and the most that one is lent, in minor units of the renminbi."""

    split: Split
    limit_minor: int

    def is_in(self, customer_id: int, declining_stages: Iterable[str]) -> bool:
        """Tell whether a customer is taken: chosen by the hash, and declined by the score and by nothing else.

        Whoever the law, fraud, eligibility, the policy or the load line turns away stays out, chosen or not.
        """
        return set(declining_stages) == {SCORE_STAGE} and is_chosen(customer_id, self.split)

    def weight(self) -> float:
        """Give how many of those declined by score one of the cell stands for; 0.0 where there is no cell."""
        return WHOLE_BP / self.split.share_bp if self.split.share_bp else 0.0


def random_accept(rules: Rules, on: date) -> RandomAccept:
    """Give the cell of a day; raises Malformed rule_not_in_force."""
    value = rules.value("POLICY.RANDOM_ACCEPT", on)
    if value is None:
        raise Malformed("rule_not_in_force", f"POLICY.RANDOM_ACCEPT on {on}")
    assert isinstance(value, dict), value
    share, limit_minor = value["share"], value["limit"]
    assert isinstance(share, Rate), share
    return RandomAccept(Split(SALT, basis_points(share)), limit_minor)
