"""Score an applicant: the champion for most, the challenger in its shadow or, for a share of the customers, in its place."""

from collections.abc import Mapping
from typing import NamedTuple

from plimsoll.origination.kit import Kit, Scorer
from plimsoll.origination.stages import YEAR_MONTHS, rates_of
from plimsoll.risk.price.break_even import cut_off
from plimsoll.risk.price.price import DAYS_A_YEAR
from plimsoll.risk.score.card import Scored
from plimsoll.risk.score.split import is_chosen
from plimsoll.rulebook.feature import Value
from plimsoll.rulebook.product import LoanOffer, Version

CHAMPION, CHALLENGER = "champion", "challenger"


class Score(NamedTuple):
    """Who decided (`arm`) and what came out; points on the champion's scale, and how far they are from where the price meets the cap."""

    arm: str
    decides: Scored
    points: int
    grade: str
    gap_points: int
    shadow: Scored | None  # of the model that does not decide
    model_gap: int | None  # points of the champion less those of the challenger


def score_of(customer_id: int, version: Version, values: Mapping[str, Value | None], kit: Kit) -> Score:
    """Give the score of the model that decides on this customer, and of the one that does not."""
    champion, challenger = kit.models.champion, kit.models.challenger
    is_challenged = challenger is not None and kit.split is not None and is_chosen(customer_id, kit.split)
    # Only the one that decides has to say why.
    decides = champion.glance(values) if is_challenged else champion.score(values)
    arm, points, shadow, gap = CHAMPION, decides.points, None, None
    if challenger is not None:
        shadow = challenger.score(values) if is_challenged else challenger.glance(values)
        seen = champion.scale.points_of(shadow.probability)
        gap = points - seen
        if is_challenged:
            arm, points, decides, shadow = CHALLENGER, seen, shadow, decides
    grade = kit.price.grade(decides.probability)
    return Score(arm, decides, points, grade, points - cut_off_points(champion, version, kit), shadow, gap)


def cut_off_points(champion: Scorer, version: Version, kit: Kit) -> int:
    """Give the points at which the break-even price meets the highest lawful rate, over the shortest term; worked out once a kit."""
    known = kit.cut_offs.get(version.product)
    if known is None:
        known = champion.scale.points_of(_cut_off(version, kit))
        kit.cut_offs[version.product] = known
    return known


def _cut_off(version: Version, kit: Kit) -> float:
    """Give the greatest chance of default that a product's highest lawful rate has room for."""
    most = rates_of(version).most
    yearly = most.num * DAYS_A_YEAR / most.den
    cap = yearly if kit.cap is None else min(yearly, kit.cap.num / kit.cap.den)
    offer = version.offer
    months = min(offer.instalments_offered) if isinstance(offer, LoanOffer) else YEAR_MONTHS
    return cut_off(cap, months, kit.price.shape, kit.price.costs)


def lost(scored: Scored) -> tuple[str, ...]:
    """Give the reasons of the features that cost points, the dearest first, each once."""
    return tuple(dict.fromkeys(part.reason for part in scored.costs(len(scored.parts)) if part.reason))
