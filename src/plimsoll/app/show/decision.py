"""A decision explained: what decided with value and threshold, the score as a waterfall, load line, price and limit, what would change it.

It is taken again from what is stored, by the very models and tables: so what is shown is what decided, and its hash proves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_of
from plimsoll.app.replay_decision import Decided, Replayed, kit_again, replay, underwrite_again
from plimsoll.app.show.application import OfferShown, ReasonSaid, offer_shown, reasons_said
from plimsoll.app.show.days import on_day
from plimsoll.loan.filing import read_body
from plimsoll.origination.application import DECIDE
from plimsoll.origination.explain import Deciding, Explanation, explain, title_of
from plimsoll.origination.kit import Kit, Kits
from plimsoll.origination.means import INCOME
from plimsoll.origination.said import digest_of, said_of
from plimsoll.origination.underwrite import Underwritten, underwrite
from plimsoll.origination.would_change import with_value
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

PPM: Final = 1_000_000
ZH, EN = "zh-CN", "en"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a rule that decided: what it looked at, its value, the operator and the threshold."""

    title_zh: str
    title_en: str
    value: str
    op: str
    threshold: str


@dataclass(frozen=True, slots=True)
class DecidingRule:
    """A rule that decided, at which stage, with the conditions that held."""

    stage: str
    rule: str
    verdict: str
    reason: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class ScorePart:
    """What one feature adds to the score, or takes from it."""

    feature: str
    title_zh: str
    title_en: str
    bin: str
    points: int
    reason: str


@dataclass(frozen=True, slots=True)
class ScoreShown:
    """A score: points, the base that its parts begin at, chance of default in millionths, grade, the gap to the last that is priced."""

    points: int
    base: int
    chance_ppm: int
    grade: str
    gap_points: int
    arm: str
    parts: tuple[ScorePart, ...]


@dataclass(frozen=True, slots=True)
class LoadDrawn:
    """The load line that was drawn for a decision, in minor units; the chance is that of a month in which the debts cannot be paid."""

    currency: str
    capacity_minor: int
    room_minor: int
    stress_ppb: int
    others_minor: int
    chance_ppm: int


@dataclass(frozen=True, slots=True)
class Bound:
    """One thing that bounds the limit, and where, in minor units."""

    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PriceShown:
    """The price that was worked out: a day, a year (simple), where it breaks even, and the limit with what bounds it, in minor units."""

    currency: str
    rate_per_day: str
    rate_per_year: str
    break_even: str
    instalments: int
    limit_minor: int
    bound_by: str
    bounds: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """A change that would be enough alone, in words and from what to what."""

    name: str
    zh: str
    en: str
    before: str
    after: str
    outcome: str


@dataclass(frozen=True, slots=True)
class DataUsed:
    """Data that was used: its source, when it was known, under which consent (number of the filing, 0 none), how old, how many values."""

    source: str
    known_at: str
    consent: int
    age_days: int
    features: int


@dataclass(frozen=True, slots=True)
class DataAbsent:
    """A value that was looked for and was not there, and why."""

    name: str
    title_zh: str
    title_en: str
    because: str


@dataclass(frozen=True, slots=True)
class ExplanationShown:
    """What an applicant is told of a decision, in both languages: at most four reasons, what would change it, which data was used."""

    customer_id: int
    application_id: str
    outcome: str
    said_zh: str
    said_en: str
    on: date
    sha256: str
    deciding: tuple[DecidingRule, ...]
    reasons: tuple[ReasonSaid, ...]
    changes: tuple[ChangeShown, ...]
    used: tuple[DataUsed, ...]
    absent: tuple[DataAbsent, ...]
    next_review: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Where taking a decision again comes to something else than is on record."""

    what: str
    on_record: str
    now: str


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """A decision as the house looks at it: the explanation, the score, load line and price, which versions decided, and its replay."""

    customer_id: int
    application_id: str
    at: datetime
    actor: str
    filing_n: int
    product: str
    currency: str
    asked_minor: int
    instalments: int
    explanation: ExplanationShown
    leaning: str
    is_random: bool
    score: ScoreShown
    load: LoadDrawn | None
    price: PriceShown | None
    suggested: OfferShown | None
    versions: Mapping[str, str]
    sha256: str
    sha256_now: str
    is_same: bool
    differs: tuple[Difference, ...]
    edited: tuple[str, ...]
    """Of rules, features and reasons those that were edited since, in nothing that this decision rests on."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What the same applicant would be told otherwise: nothing was written. `kit` says by which versions: of then, or of now."""

    customer_id: int
    application_id: str
    kit: str
    currency: str
    amount_minor: int
    instalments: int
    income_minor: int | None
    outcome: str
    outcome_before: str
    reasons: tuple[ReasonSaid, ...]
    score: ScoreShown
    load: LoadDrawn | None
    price: PriceShown | None
    offer: OfferShown | None
    sha256: str


def find_decided(store: Store, customer_id: int, application_id: str) -> Decided | Refused:
    """Give the last decision of the engine on an application. Refuses decision_unknown. Rows read: the file."""
    made = [one for one in filings_of(store, customer_id) if (one.kind, one.subject) == (DECIDE, application_id)]
    if not made:
        return Refused("decision_unknown", "", application_id)
    return Decided(customer_id, made[-1], read_body(made[-1]))


def decision(store: Store, customer_id: int, application_id: str, rules: Rules) -> DecisionShown | Refused:
    """Give the last decision on an application, explained and replayed. Refuses decision_unknown, decision_parts_missing.

    Cost: the file twice and some hundred evaluations of the engine, for what would change it.
    """
    decided = find_decided(store, customer_id, application_id)
    again = decided if isinstance(decided, Refused) else replay(store, decided, rules)
    if isinstance(again, Refused):
        return again
    return _decision(again)


def _decision(found: Replayed) -> DecisionShown:
    decided, one = found.decided, found.again
    asked = one.dossier.asked
    return DecisionShown(
        decided.customer_id,
        decided.filing.subject,
        decided.filing.at,
        decided.filing.actor,
        decided.filing.n,
        asked.product,
        asked.currency,
        asked.amount_minor,
        asked.instalments,
        _explained(decided, explain(one)),
        one.leaning,
        one.is_random,
        score_shown(one),
        load_drawn(one),
        price_shown(one),
        offer_shown(one.suggested),
        dict(decided.said["versions"]),
        found.digest,
        found.digest_now,
        found.is_same,
        tuple(Difference(*part) for part in found.differs),
        found.edited,
    )


def explanation(store: Store, customer_id: int, application_id: str, rules: Rules) -> ExplanationShown | Refused:
    """Give what the applicant is told of the last decision. Refuses decision_unknown, decision_parts_missing."""
    decided = find_decided(store, customer_id, application_id)
    kit = decided if isinstance(decided, Refused) else kit_again(store, decided, rules)
    if isinstance(decided, Refused) or isinstance(kit, Refused):
        return decided if isinstance(decided, Refused) else kit  # type: ignore[return-value]  # one of the two is refused
    return _explained(decided, explain(underwrite_again(store, decided, kit)))


def _explained(decided: Decided, told: Explanation) -> ExplanationShown:
    return ExplanationShown(
        decided.customer_id,
        decided.filing.subject,
        told.outcome,
        told.said[ZH],
        told.said[EN],
        on_day(decided.filing.on),
        told.digest,
        tuple(_deciding(one) for one in told.deciding),
        reasons_said([one.code for one in told.reasons]),
        tuple(ChangeShown(one.name, one.said[ZH], one.said[EN], one.before, one.after, one.outcome) for one in told.changes),
        tuple(DataUsed(*one) for one in told.used),
        tuple(DataAbsent(one.name, one.title[ZH], one.title[EN], one.outcome) for one in told.absent),
        told.next_review,
    )


def _deciding(one: Deciding) -> DecidingRule:
    conditions = tuple(Condition(title[ZH], title[EN], value, op, threshold) for title, value, op, threshold in one.conditions)
    return DecidingRule(one.stage, one.rule, one.verdict, one.reason, conditions)


def score_shown(one: Underwritten) -> ScoreShown:
    """Give a score as a waterfall, what moves it most first."""
    score = one.score
    parts = sorted(score.decides.parts, key=lambda part: -abs(part.points))
    return ScoreShown(
        score.decides.points,
        score.decides.points - sum(part.points for part in parts),
        round(score.decides.probability * PPM),
        score.grade,
        score.gap_points,
        score.arm,
        tuple(
            ScorePart(part.feature, title_of(part.feature, one)[ZH], title_of(part.feature, one)[EN], part.bin, part.points, part.reason)
            for part in parts
        ),
    )


def load_drawn(one: Underwritten) -> LoadDrawn | None:
    """Give the load line of a decision, None where none could be drawn."""
    if one.drawn is None:
        return None
    carried = one.drawn.carried
    chance = round(one.drawn.chance * PPM)
    figures = (carried.capacity_minor, carried.room_minor, carried.stress_ppb, carried.others_minor)
    return LoadDrawn(one.dossier.asked.currency, *figures, chance)


def price_shown(one: Underwritten) -> PriceShown | None:
    """Give price and limit of a decision, None where none could be worked out."""
    if one.fit is None or one.limited is None:
        return None
    priced = one.fit.priced
    return PriceShown(
        one.dossier.asked.currency,
        priced.rate_per_day.text(),
        priced.apr.text(),
        priced.break_even.text(),
        priced.months,
        one.limited.limit_minor,
        one.limited.binding,
        tuple(Bound(name, minor) for name, minor in one.limited.bounds),
    )


def what_if(
    store: Store,
    customer_id: int,
    application_id: str,
    rules: Rules,
    *,
    amount_minor: int = 0,
    instalments: int = 0,
    income_minor: int | None = None,
    kits: Kits | None = None,
    today: date | None = None,
) -> WhatIf | Refused:
    """Give what another amount, term or monthly income would come to, on the evidence of the last decision; nothing is written.

    By the versions of then, or with `kits` by those of today. Refuses decision_unknown, decision_parts_missing.
    """
    decided = find_decided(store, customer_id, application_id)
    if isinstance(decided, Refused):
        return decided
    kit: Kit | Refused
    if kits is None:
        kit = kit_again(store, decided, rules)
    else:
        kit = kits.on(today or on_day(decided.filing.on), str(decided.said["versions"]["licence"]))
    if isinstance(kit, Refused):
        return kit
    before = underwrite_again(store, decided, kit)
    asked = before.dossier.asked
    asked = asked._replace(amount_minor=amount_minor or asked.amount_minor, instalments=instalments or asked.instalments)
    dossier = before.dossier._replace(asked=asked)
    if income_minor is not None:
        dossier = with_value(dossier, INCOME, income_minor)
    one = underwrite(dossier, kit)
    income = one.values.get(INCOME)
    return WhatIf(
        customer_id,
        application_id,
        "then" if kits is None else "now",
        asked.currency,
        asked.amount_minor,
        asked.instalments,
        income if isinstance(income, int) else None,
        one.outcome,
        before.outcome,
        reasons_said(one.reasons),
        score_shown(one),
        load_drawn(one),
        price_shown(one),
        offer_shown(one.suggested),
        digest_of(said_of(one)),
    )
