"""The stages of a decision, each a function of what is known and what came before: tables, score, load line, price, limit, fit.

identity and fraud -> eligibility -> policy -> score -> load line -> price and limit -> outcome and review
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from plimsoll.origination.application import Asked
from plimsoll.origination.kit import Kit
from plimsoll.origination.means import DUE, INCOME
from plimsoll.risk.evidence import Reading
from plimsoll.risk.load.smallest_change import instalment
from plimsoll.risk.price.price import Priced, RateRange, months_for, price
from plimsoll.rulebook.feature import Value
from plimsoll.rulebook.product import PER_DAY, AccountOffer, LoanOffer, Version
from plimsoll.rulebook.table.ask import Compiled, Hit, Lacking
from plimsoll.rulebook.table.judge import DECLINE, PASS, REFER, VERDICTS
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

FULL, LONGER, SHORTER, LOWER, NONE = "full", "longer-term", "shorter-term", "lower-amount", "none"
"""How much of what is asked for fits under limit and load line."""
YEAR_MONTHS: Final = 12
DTI_DIGITS: Final = 10_000
MADE_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "dti": (INCOME, DUE),
    "load_band": (INCOME,),
    "offer_fit": (INCOME,),
    "break_even_over_cap": (INCOME,),
}
"""What a figure is worked out from: where it is missing, the reason is that of the first of these that is."""
EVIDENCE: Final = "evidence"
"""The stage of a feature that a model needs and nobody told."""


class Told(NamedTuple):
    """One thing that a stage says: its verdict and reason, and the row that was hit or could not be judged."""

    stage: str
    verdict: str
    reason: str
    rule_id: str
    hit: Hit | None
    lacking: Lacking | None


class Fit(NamedTuple):
    """What of the loan that is asked for can be granted: how, the amount in minor units, the number of instalments, the price."""

    how: str
    amount_minor: int
    instalments: int
    priced: Priced


def ask_table(compiled: Compiled, values: Mapping[str, Value | None]) -> list[Told]:
    """Give what one table says, the gravest first."""
    outcome = compiled.ask(values)
    stage = compiled.table.stage
    told = [Told(stage, str(hit.outputs.get("verdict", PASS)), hit.reason, hit.rule_id, hit, None) for hit in outcome.hits]
    told += [Told(stage, one.rule, one.reason, one.rule_id, None, one) for one in outcome.missing]
    if len(told) > 1:
        told.sort(key=_gravity)
    return told


def _gravity(told: Told) -> int:
    return -VERDICTS.index(told.verdict)


def worst(told: Iterable[Told]) -> str:
    """Give the worst verdict of some, PASS of none."""
    return max((one.verdict for one in told), key=VERDICTS.index, default=PASS)


def reasons_of(told: Iterable[Told], verdict: str) -> tuple[str, ...]:
    """Give the reasons of those with a verdict, each once, in the order of the stages."""
    return tuple(dict.fromkeys(one.reason for one in told if one.verdict == verdict and one.reason))


def with_asked(values: dict[str, Value | None], asked: Asked) -> None:
    """Add what the application itself says, and what debts take of income: dues elsewhere over income, in ten-thousandths."""
    values["requested_minor"] = asked.amount_minor
    values["requested_term"] = asked.instalments or None
    values["purpose"] = asked.purpose
    due, income = values.get(DUE), values.get(INCOME)
    if type(due) is int and type(income) is int and income > 0:
        values["dti"] = ratio(due, income)


def ratio(part: int, whole: int) -> Rate:
    """Give part / whole in ten-thousandths, rounded to nearest, halves up."""
    num, den = (2 * part * DTI_DIGITS + whole) // (2 * whole), DTI_DIGITS
    while den > 1 and num % 10 == 0:
        num, den = num // 10, den // 10
    return Rate(num, den)


def rates_of(version: Version) -> RateRange:
    """Give the daily rates that a product may ask; an account has one, that of its revolving balance."""
    offer = version.offer
    if isinstance(offer, AccountOffer):
        return RateRange(offer.revolving_per_day, offer.revolving_per_day)
    assert offer.rate_unit == PER_DAY, f"{version.product} has no rate a day"
    return RateRange(offer.rate_min, offer.rate_max)


def amounts_of(version: Version) -> tuple[int, int]:
    """Give the least and the greatest amount of a product: of a loan, or the limit of an account. In minor units."""
    offer = version.offer
    if isinstance(offer, LoanOffer):
        return offer.amount_min_minor, offer.amount_max_minor
    return offer.limit_min_minor, offer.limit_max_minor


class Terms(NamedTuple):
    """The terms that a grade may have, shortest first, and the one that is wanted: that asked for, or the longest. Prices follow."""

    pd: float
    grade: str
    version: Version
    kit: Kit
    months: tuple[int, ...]
    wanted: int

    def priced(self, months: int) -> Priced:
        """Give the price over a term."""
        one = price(self.pd, self.grade, months, self.kit.price, self.kit.cap, rates_of(self.version))
        assert not isinstance(one, Refused), "a score has a chance of default and a grade"
        return one


def terms_of(pd: float, grade: str, version: Version, asked: Asked, kit: Kit) -> Terms:
    """Give the terms on offer for a risk; an account is priced over a year."""
    offer = version.offer
    months = months_for(grade, offer.instalments_offered, kit.price) if isinstance(offer, LoanOffer) else (YEAR_MONTHS,)
    return Terms(pd, grade, version, kit, months, asked.instalments if asked.instalments in months else months[-1])


def fit(asked: Asked, terms: Terms, wanted: Priced, limit_minor: int, room_minor: int, least_minor: int, step_minor: int) -> Fit:
    """Give how much of a loan fits: all of it, over another term, or less; the instalment of a month stays within the room.

    The whole amount over the shortest sufficient longer term is tried before a lower amount over the longest. `wanted` is the price
    over the wanted term.
    """
    how = FULL if wanted.months == asked.instalments else SHORTER
    if asked.amount_minor <= limit_minor:
        for months in terms.months:
            if months >= wanted.months:
                one = wanted if months == wanted.months else terms.priced(months)
                if due_on(asked.amount_minor, one) <= room_minor:
                    return Fit(how if one is wanted else LONGER, asked.amount_minor, months, one)
    longest = wanted if wanted.months == terms.months[-1] else terms.priced(terms.months[-1])
    amount = most_of(min(asked.amount_minor, limit_minor), longest, room_minor, step_minor)
    if amount < least_minor:
        return Fit(NONE, 0, longest.months, longest)
    return Fit(LOWER, amount, longest.months, longest)


def due_on(minor: int, priced: Priced) -> int:
    """Give the level instalment on an amount at a price, in minor units, rounded up."""
    return instalment(minor, priced.apr.num / priced.apr.den, priced.months)


def most_of(minor: int, priced: Priced, room_minor: int, step_minor: int) -> int:
    """Give the greatest multiple of a step up to an amount whose instalment fits the room."""
    low, high = 0, minor // step_minor
    while low < high:
        middle = (low + high + 1) // 2
        if due_on(middle * step_minor, priced) <= room_minor:
            low = middle
        else:
            high = middle - 1
    return low * step_minor


def fit_account(asked: Asked, priced: Priced, limit_minor: int, least_minor: int) -> Fit:
    """Give how much of the limit of an account fits."""
    amount = min(asked.amount_minor, limit_minor)
    how = FULL if amount == asked.amount_minor else LOWER if amount >= least_minor else NONE
    return Fit(how, amount if how != NONE else 0, 0, priced)


def missing_told(names: Iterable[str], values: Mapping[str, Value | None], kit: Kit) -> list[Told]:
    """Give the features that a model needs and that have no value, where their missing rule lets nobody pass."""
    found = []
    for name in names:
        if values.get(name) is None:
            known = kit.catalogue.features.get(name)
            if known is not None and known.missing in (REFER, DECLINE):
                found.append(
                    Told(
                        EVIDENCE,
                        known.missing,
                        known.missing_reason,
                        name,
                        None,
                        Lacking(name, known.missing, known.missing_reason, "", None),
                    )
                )
    return found


def with_true_reason(told: Told, readings: Mapping[str, Reading]) -> Told:
    """Give what a stage could not judge with the reason why: what is stale or contradicted is told as such, not as missing."""
    if told.lacking is None:
        return told
    for name in MADE_OF.get(told.lacking.column, (told.lacking.column,)):
        reading = readings.get(name)
        if reading is not None and reading.reason:
            return told._replace(reason=reading.reason)
    return told
