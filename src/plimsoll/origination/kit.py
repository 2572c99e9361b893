"""What a decision is taken with: tables, card, challenger and policies as they stand on a day for a kind of lender, prepared once.

A kit holds on every day until the next one on which anything in the rulebook changes. Its digest names all of its parts.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from plimsoll.loan.filing import body_of
from plimsoll.origination.means import BALANCE, DUE, INCOME, LIMITS, Unknown, unknown_of
from plimsoll.risk.evidence import Tolerance, notices_on, tolerance
from plimsoll.risk.limit.policy import LimitPolicy, limit_policy
from plimsoll.risk.load.policy import Policy as LoadPolicy
from plimsoll.risk.load.policy import load_policy
from plimsoll.risk.price.policy import PricePolicy, price_policy
from plimsoll.risk.score.card import Scale, Scored
from plimsoll.risk.score.random_accept import RandomAccept, random_accept
from plimsoll.risk.score.split import Split, challenger_split
from plimsoll.rulebook import feature, reason
from plimsoll.rulebook.feature import Catalogue, Value
from plimsoll.rulebook.reason import Reasons
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.table.ask import Compiled
from plimsoll.rulebook.table.table import Table
from plimsoll.rulebook.underwriting import compile_tables, in_force
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

BEFORE: Final = ("identity-fraud", "eligibility", "policy")
"""The stages that are asked before the score, each of which may end the matter."""
OUTCOME, REVIEW = "outcome", "review"


class Scorer(Protocol):
    """A model that scores one applicant, champion or challenger."""

    @property
    def digest(self) -> str:
        """Give the SHA-256 of what the model says, in hex."""

    @property
    def scale(self) -> Scale:
        """Give the scale of its points."""

    @property
    def features(self) -> tuple[str, ...]:
        """Give the features that it looks at."""

    def score(self, features: Mapping[str, Value | None]) -> Scored:
        """Give the score."""

    def glance(self, features: Mapping[str, Value | None]) -> Scored:
        """Give the score where nobody asks why; its parts may be left out."""


@dataclass(frozen=True, slots=True)
class Models:
    """Who scores: the champion, and a challenger that scores in its shadow, or decides for a share of the customers."""

    champion: Scorer
    challenger: Scorer | None = None


@dataclass(frozen=True)
class Kit:
    """Everything that a decision is taken with but the applicant. `cap` is the all-in cap on the day, None where nothing caps it.

    `law_minor` is the greatest line of one borrower that the law allows this kind of lender, None where it says nothing.
    """

    on: date
    licence: str
    rules: Rules
    catalogue: Catalogue
    reasons: Reasons
    before: tuple[Compiled, ...]
    outcome: Compiled
    review: Compiled
    models: Models
    split: Split | None
    random: RandomAccept
    load: LoadPolicy
    price: PricePolicy
    limit: LimitPolicy
    unknown: Unknown
    apart: Tolerance
    cap: Rate | None
    law_minor: int | None
    offer_days: int
    step_minor: int
    versions: Mapping[str, str]
    notices: dict[date, Mapping[str, int]] = field(default_factory=dict)
    """By day: the version of the notice that each source's consent must be of at least; worked out once a day."""

    cut_offs: dict[str, int] = field(default_factory=dict)
    """By product: the points at which the price meets the cap; worked out once."""

    def notices_on(self, on: date) -> Mapping[str, int]:
        """Give the version of the notice in force for each source that needs consent; a source without one is not there."""
        found = self.notices.get(on)
        if found is None:
            found = self.notices[on] = notices_on(self.rules, on)
        return found

    @cached_property
    def digest(self) -> str:
        """Give the SHA-256 of the versions of all parts, in hex."""
        return sha256(body_of(self.versions).encode()).hexdigest()

    @cached_property
    def sources(self) -> frozenset[str]:
        """Give the sources that a decision may rest on: those of every feature that a table, a model or the load line looks at."""
        features = self.catalogue.features
        return frozenset(source for name in self.needed if name in features for source in features[name].sources)

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """Give the names of all features that a table, a model or the load line looks at."""
        tables = (*self.before, self.outcome, self.review)
        names = [column.name for compiled in tables for column in compiled.table.columns]
        challenger = self.models.challenger
        models = (*self.models.champion.features, *(challenger.features if challenger is not None else ()))
        return tuple(dict.fromkeys((*names, *models, INCOME, DUE, BALANCE, LIMITS)))


class Parts(NamedTuple):
    """What a kit is made of beside the rulebook: models, and tables of any date and licence."""

    models: Models
    tables: tuple[Table, ...]


def kit_on(parts: Parts, rules: Rules, on: date, licence: str) -> Kit:
    """Give the kit of a day for a kind of lender; raises Malformed table_missing where a stage has no table in force."""
    tables = in_force(parts.tables, rules, on, licence)
    compiled = {one.table.stage: one for one in compile_tables(tables, rules, on, licence)}
    for stage in (*BEFORE, REVIEW, OUTCOME):
        if stage not in compiled:
            raise Malformed("table_missing", f"{stage} for {licence} on {on}")
    catalogue, reasons = feature.load(), reason.load()
    champion, challenger = parts.models.champion, parts.models.challenger
    step = rules.whole("POLICY.DECIDE.STEP", on)
    days = rules.whole("POLICY.OFFER.DAYS", on)
    assert step, "the rule has no end"
    assert days, "the rule has no end"
    versions = {f"table.{one.table.name}": one.table.digest for one in compiled.values()}
    versions |= {"rules": rules.digest, "features": catalogue.digest, "reasons": reasons.digest, "champion": champion.digest}
    versions |= {"licence": licence} | ({"challenger": challenger.digest} if challenger is not None else {})
    return Kit(
        on=on,
        licence=licence,
        rules=rules,
        catalogue=catalogue,
        reasons=reasons,
        before=tuple(compiled[stage] for stage in BEFORE),
        outcome=compiled[OUTCOME],
        review=compiled[REVIEW],
        models=parts.models,
        split=None if challenger is None else challenger_split(rules, on, challenger.digest),
        random=random_accept(rules, on),
        load=load_policy(rules, on),
        price=price_policy(rules, on),
        limit=limit_policy(rules, on),
        law_minor=rules.whole("CN.LINE.CONSUMER.MAX", on, licence),
        unknown=unknown_of(rules, on),
        apart=tolerance(rules, on),
        cap=rules.rate("CN.COST.CAP", on, licence),
        offer_days=days,
        step_minor=step,
        versions=versions,
    )


class Kits:
    """The kits of all days, each made once: they stay the same between two days on which anything in the rulebook changes."""

    def __init__(self, parts: Parts, rules: Rules) -> None:
        self.parts = parts
        self.rules = rules
        self._days = days_of_change(parts, rules)
        self._kits: dict[tuple[int, str], Kit] = {}

    def on(self, day: date, licence: str) -> Kit:
        """Give the kit of a day for a kind of lender; raises Malformed as `kit_on` does."""
        key = bisect_right(self._days, day.toordinal()), licence
        found = self._kits.get(key)
        if found is None:
            found = self._kits[key] = kit_on(self.parts, self.rules, day, licence)
        return found


def days_of_change(parts: Parts, rules: Rules) -> list[int]:
    """Give every day number on which a kit may become another one, ascending."""
    days = {day for rule in rules.rules.values() for rows in rule.tracks.values() for row in rows for day in (row.since, row.until)}
    days |= {day for versions in rules.products.values() for version in versions for day in (version.since, version.until)}
    days |= {day for table in parts.tables for day in (table.since, table.until)}
    return sorted(day.toordinal() for day in days if day is not None)
