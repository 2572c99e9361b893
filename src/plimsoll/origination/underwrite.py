"""Underwrite an application: a pure function of what is known, what is asked for, and the kit; the same inputs give the same digest.

Every stage is walked, also after one that declines: so a reviewer sees what the engine would offer, and a reason is never one that was
not looked at. What declines goes before what refers, what refers before an offer. A missing value follows its missing rule, never zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from plimsoll.origination.application import APPROVE, COUNTER, DECLINE, REFER, Asked, Offer
from plimsoll.origination.kit import Kit
from plimsoll.origination.means import means_of
from plimsoll.origination.score import Score, lost, score_of
from plimsoll.origination.stages import (
    NONE,
    Fit,
    Terms,
    Told,
    amounts_of,
    ask_table,
    fit,
    fit_account,
    missing_told,
    reasons_of,
    terms_of,
    with_asked,
    with_true_reason,
    worst,
)
from plimsoll.risk.evidence import Reading
from plimsoll.risk.limit.limit import Limited, Scope, limit_for
from plimsoll.risk.limit.worth import Risk
from plimsoll.risk.load.line import Carried, Drawn, carry, laden
from plimsoll.risk.load.means import Means
from plimsoll.risk.load.smallest_change import Asked as LoadAsked
from plimsoll.risk.price.price import Priced
from plimsoll.risk.score.random_accept import SCORE_STAGE
from plimsoll.risk.whole import DOWN, whole
from plimsoll.rulebook.feature import Value
from plimsoll.rulebook.product import AccountOffer, Version

REASONS_MAX: Final = 4
"""More than four reasons are not likely to help (commentary on US Regulation B)."""
BY_SCORE: Final = ("PRICE_OVER_CAP", "RISK_HIGH", "LIMIT_POLICY")
"""Reasons that come of the score: behind one of them stand the features that cost most points."""


class Own(NamedTuple):
    """What the house lends to the applicant already, in minor units: principal in use, and the most that falls due in a month."""

    used_minor: int = 0
    due_minor: int = 0


NOTHING_OWN: Final = Own()


class Dossier(NamedTuple):
    """One application as it is decided: who, what is asked, what is known at that instant, and which sources are suspended that day."""

    customer_id: int
    application_id: str
    on: int  # day number
    asked: Asked
    version: Version
    also: Version | None
    readings: Mapping[str, Reading]
    values: Mapping[str, Value | None]
    suspended: tuple[str, ...] = ()
    is_demanded: bool = False
    own: Own = NOTHING_OWN


@dataclass(frozen=True, slots=True)
class Underwritten:
    """What a decision comes to, with everything that it rests on. What is None could not be worked out."""

    dossier: Dossier
    kit: Kit
    values: Mapping[str, Value | None]
    told: tuple[Told, ...]
    score: Score
    means: Means
    drawn: Drawn | None
    limited: Limited | None
    fit: Fit | None
    outcome: str
    leaning: str
    reasons: tuple[str, ...]
    suggested: Offer | None
    is_random: bool

    @property
    def deciding(self) -> tuple[Told, ...]:
        """Give what decided: everything that declined, or else that referred, or else that offers otherwise than was asked.

        What is missing counts once, however many rows ask for it.
        """
        verdict = self.outcome if self.outcome in (DECLINE, REFER) else COUNTER
        found: dict[str, Told] = {}
        for one in self.told:
            if one.verdict == verdict:
                name = f"{one.stage} {one.rule_id}" if one.lacking is None else one.lacking.column
                found.setdefault(name, one)
        return tuple(found.values())


def underwrite(dossier: Dossier, kit: Kit) -> Underwritten:
    """Walk the stages and give the decision."""
    values = dict(dossier.values)
    with_asked(values, dossier.asked)
    told = [one for compiled in kit.before for one in ask_table(compiled, values)]
    told += missing_told(kit.models.champion.features, values, kit)
    score = score_of(dossier.customer_id, dossier.version, values, kit)
    means = means_of(dossier.readings, values, kit.unknown, dossier.asked.currency)
    carried = carry(means, kit.load)
    drawn = limited = fitted = None
    if isinstance(carried, Carried):
        terms = terms_of(score.decides.probability, score.grade, dossier.version, dossier.asked, kit)
        wanted = terms.priced(terms.wanted)
        limited = _limit(dossier, score, wanted, carried, kit)
        fitted = _fit(dossier, terms, wanted, limited, carried, kit)
        drawn = laden(carried, load_asked(limited.limit_minor if fitted.how != NONE else 0, dossier.own, fitted.priced))
    _work_out(values, dossier, score, drawn, limited, fitted, kit)
    last = ask_table(kit.outcome, values)
    is_random = _is_random(dossier.customer_id, told, last, kit)
    told += [one for one in last if not is_random] + ask_table(kit.review, values)
    told = [with_true_reason(one, dossier.readings) for one in told]
    suggested = _offer(dossier, score, drawn, limited, fitted, kit, is_random=is_random)
    leaning = _leaning(told, suggested)
    outcome = REFER if dossier.is_demanded or (leaning != DECLINE and worst(told) == REFER) else leaning
    return Underwritten(
        dossier=dossier,
        kit=kit,
        values=values,
        told=tuple(told),
        score=score,
        means=means,
        drawn=drawn,
        limited=limited,
        fit=fitted,
        outcome=outcome,
        leaning=leaning,
        reasons=_principal(told, outcome, score, kit),
        suggested=suggested,
        is_random=is_random,
    )


def load_asked(limit_minor: int, own: Own, priced: Priced) -> LoadAsked:
    """Give a limit at a price as the load line is asked about it."""
    return LoadAsked(limit_minor, own.used_minor, priced.apr.num / priced.apr.den, priced.months)


def _limit(dossier: Dossier, score: Score, wanted: Priced, carried: Carried, kit: Kit) -> Limited:
    """Give the limit that can be granted, never more than was asked for; the product asked for opens, and what is wished beside it.

    With the limits of other lenders it stays within what could be carried at all, so that nobody is over-extended by it.
    """
    able = min(carried.capacity_minor, max(carried.whole_capacity_minor - carried.others_minor, 0))
    risk = Risk(score.decides.probability, wanted.apr.num / wanted.apr.den, wanted.months, able)
    cash = later = (0, 0)
    for version in (dossier.version, dossier.also):
        if version is not None and isinstance(version.offer, AccountOffer):
            later = amounts_of(version)
        elif version is not None:
            cash = amounts_of(version)
    scope = Scope(dossier.asked.amount_minor, kit.law_minor, cash, later)
    income_minor = whole(carried.income.median(), DOWN)
    return limit_for(risk, score.grade, income_minor, scope, kit.limit, kit.price, kit.step_minor)


def _fit(dossier: Dossier, terms: Terms, wanted: Priced, limited: Limited, carried: Carried, kit: Kit) -> Fit:
    """Give how much of the line that is asked for fits under the limit and into what is left of the room of a month."""
    least, _ = amounts_of(dossier.version)
    if isinstance(dossier.version.offer, AccountOffer):
        return fit_account(dossier.asked, wanted, limited.limit_minor, least)
    room = max(carried.room_minor - dossier.own.due_minor, 0)
    return fit(dossier.asked, terms, wanted, limited.limit_minor, room, least, kit.step_minor)


def _work_out(
    values: dict[str, Value | None],
    dossier: Dossier,
    score: Score,
    drawn: Drawn | None,
    limited: Limited | None,
    fitted: Fit | None,
    kit: Kit,
) -> None:
    """Add what the last tables ask of what was worked out."""
    values["is_demanded"] = dossier.is_demanded
    values["is_suspended"] = not kit.sources.isdisjoint(dossier.suspended)
    values["score_points"] = score.points
    values["score_gap_points"] = score.gap_points
    values["model_gap_points"] = score.model_gap
    if drawn is not None:
        values["load_band"] = drawn.band
    if limited is not None:
        values["limit_minor"] = limited.limit_minor
        values["limit_bound"] = limited.binding
    if fitted is not None:
        values["offer_fit"] = fitted.how
        values["break_even_over_cap"] = fitted.priced.is_over_cap


def _is_random(customer_id: int, told: list[Told], last: list[Told], kit: Kit) -> bool:
    """Tell whether somebody whom only the price turns away is taken into the cell of random accepts."""
    stages = {one.stage for one in told if one.verdict == DECLINE}
    stages |= {SCORE_STAGE if one.reason in BY_SCORE else one.stage for one in last if one.verdict == DECLINE}
    return kit.random.is_in(customer_id, stages)


def _offer(
    dossier: Dossier, score: Score, drawn: Drawn | None, limited: Limited | None, fitted: Fit | None, kit: Kit, *, is_random: bool
) -> Offer | None:
    """Give the offer that could be made; None where there is no line, or nothing fits under it."""
    if drawn is None or limited is None or fitted is None or fitted.how == NONE:
        return None
    asked = dossier.asked
    limit = min(fitted.amount_minor, limited.limit_minor, kit.random.limit_minor if is_random else limited.limit_minor)
    cash, later = min(limited.cash_limit_minor, limit), min(limited.later_limit_minor, limit)
    versions = [one for one in (dossier.version, dossier.also) if one is not None]
    accounts = [one.product for one in versions if isinstance(one.offer, AccountOffer)]
    loans = [one.product for one in versions if one.product not in accounts]
    return Offer(
        product=asked.product,
        cash_product=loans[0] if loans and cash else "",
        later_product=accounts[0] if accounts and later else "",
        currency=asked.currency,
        loan_minor=min(limited.first_draw_minor, cash),
        limit_minor=limit,
        cash_limit_minor=cash,
        later_limit_minor=later,
        rate=fitted.priced.rate_per_day,
        instalments=fitted.instalments,
        grade=score.grade,
        capacity_minor=drawn.capacity_minor,
        room_minor=drawn.room_minor,
        stress_ppb=drawn.stress_ppb,
        expires_on=dossier.on + kit.offer_days,
    )


def _leaning(told: list[Told], suggested: Offer | None) -> str:
    """Give what would be done if nobody looked: decline, offer what fits, or refer where no offer can be worked out."""
    if any(one.verdict == DECLINE for one in told):
        return DECLINE
    if suggested is None:
        return REFER
    return COUNTER if any(one.verdict == COUNTER for one in told) else APPROVE


def _principal(told: list[Told], outcome: str, score: Score, kit: Kit) -> tuple[str, ...]:
    """Give at most four reasons, those that decided, stage by stage; with those that come of the score, the features that cost most."""
    reasons = list(reasons_of(told, outcome)) if outcome != APPROVE else []
    if any(code in BY_SCORE for code in reasons):
        reasons += [code for code in lost(score.decides) if code not in reasons and code in kit.reasons.by_code]
    return tuple(reasons[:REASONS_MAX])
