"""What suits an investor: its assessment on file, the level it was given, and what policy lets that level hold.

Only funders of kind investor are asked: the lender's own money, banks and notes are not. The expected loss of what is funded is that of
its grade, a year: the chance of default up to which the grade reaches, times the loss given default, both those that prices are made of.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

ASSESSED: Final = "funder.assessed"
NONE: Final = "none"
KEYS: Final = {
    "cautious": "POLICY.INVESTOR.CAUTIOUS",
    "balanced": "POLICY.INVESTOR.BALANCED",
    "venturesome": "POLICY.INVESTOR.VENTURESOME",
}
"""The rule of each level, the most careful first; `none` has no rule, for it nothing suits."""
LEVELS: Final = (NONE, *KEYS)
CLASSES: Final = ("institution", "qualified", "retail")
HORIZON_MAX: Final = 600
WHOLE: Final = Rate(1, 1)
NOT_ASSESSED, UNSUITED = "investor_not_assessed", "investor_unsuited"


class Assessed(NamedTuple):
    """An assessment: the level it gave, how many months the investor can wait, its first and its last day (numbers)."""

    level: str
    horizon_months: int
    on: int
    until: int

    def holds(self, on: date) -> bool:
        """Tell whether it holds on a day."""
        return self.on <= on.toordinal() <= self.until


class Suits(NamedTuple):
    """What may be held: part of the commitment that is lent at once, months of the longest loan, greatest expected loss a year."""

    lent: Rate
    months: int
    loss: Rate


NOTHING_SUITS: Final = Suits(Rate(0, 1), 0, Rate(0, 1))


def assessed_of(filings: Iterable[Filing]) -> tuple[Assessed, ...]:
    """Give the assessments of a dossier, oldest first, those of one day in the order in which they were filed."""
    found = []
    for filing in filings:
        if filing.kind == ASSESSED:
            said = read_body(filing)
            since, until = (date.fromisoformat(said[name]).toordinal() for name in ("assessed_on", "until"))
            found.append(Assessed(said["level"], said["horizon_months"], since, until))
    return tuple(sorted(found, key=lambda one: one.on))


def newest(assessed: Iterable[Assessed], on: date) -> Assessed | None:
    """Give the newest assessment made by a day, whether it still holds or not."""
    return next((one for one in reversed(tuple(assessed)) if one.on <= on.toordinal()), None)


def level_on(investor_class: str, capacity: Rate, rules: Rules, on: date) -> str:
    """Give the highest level that the class may be given and whose loss the investor can bear."""
    highest = LEVELS.index(str(_named("POLICY.INVESTOR.HIGHEST", rules, on)[investor_class]))
    for level in reversed(LEVELS[1 : highest + 1]):
        if not _share(_named(KEYS[level], rules, on)["capacity"]).exceeds(capacity):
            return level
    return NONE


def suits_on(assessed: Iterable[Assessed], rules: Rules, on: date) -> Suits:
    """Give what an investor may hold on a day; its horizon bounds the term. Nothing where its newest assessment holds no more."""
    found = newest(assessed, on)
    if found is None or not found.holds(on) or found.level == NONE:
        return NOTHING_SUITS
    said = _named(KEYS[found.level], rules, on)
    return Suits(_share(said["lent"]), min(int(str(said["months"])), found.horizon_months), _share(said["loss"]))


def refuse_terms_of(assessed: Iterable[Assessed], months: int, grades: Iterable[str], rules: Rules, on: date) -> Refused | None:
    """Refuse terms that an investor may not agree to, by the longest loans and the grades that they take ("" any).

    Refuses investor_not_assessed, investor_unsuited.
    """
    found = newest(assessed, on)
    if found is None or not found.holds(on):
        return Refused(NOT_ASSESSED, "POLICY.INVESTOR.DAYS", "" if found is None else f"until {date.fromordinal(found.until)}")
    suits = suits_on((found,), rules, on)
    risky = [one or "any" for one in grades if _is_too_risky(one, suits, rules, on)]
    wrong = "nothing suits" if not suits.lent.num else f"loans of {months} months, not {suits.months}" if months > suits.months else ""
    if not wrong and risky:
        wrong = f"expected loss of grade {', '.join(risky)} above {suits.loss.text()}"
    key = KEYS.get(found.level, "POLICY.INVESTOR.HIGHEST")
    return Refused(UNSUITED, key, f"level {found.level}: {wrong}") if wrong else None


def why_left_out(assessed: Iterable[Assessed], months: int, grade: str, rules: Rules, on: date) -> str:
    """Give why an investor takes no part in a loan drawn on a day, "" where it may; a loan without a grade may lose all."""
    found = newest(assessed, on)
    if found is None or not found.holds(on):
        return NOT_ASSESSED
    suits = suits_on((found,), rules, on)
    return UNSUITED if months > suits.months or not suits.lent.num or _is_too_risky(grade, suits, rules, on) else ""


def expected_loss(grade: str, rules: Rules, on: date) -> Rate:
    """Give the expected loss a year of a grade, all of it where the grade is not known."""
    chance = _named("POLICY.PRICE.GRADE.PD", rules, on).get(grade.lower())
    return WHOLE if chance is None else _share(chance).times(_share(_named("POLICY.PRICE.COST", rules, on)["lgd"]))


def _is_too_risky(grade: str, suits: Suits, rules: Rules, on: date) -> bool:
    return expected_loss(grade, rules, on).exceeds(suits.loss)


def _named(key: str, rules: Rules, on: date) -> Mapping[str, object]:
    """Give the named values of a rule; raises Malformed rule_not_in_force."""
    found = rules.value(key, on)
    if found is None:
        raise Malformed("rule_not_in_force", f"{key} on {on}", key=key)
    assert isinstance(found, Mapping), f"{key} has no named values"
    return found


def _share(part: object) -> Rate:
    assert isinstance(part, Rate), "a share is a rate"
    return part
