"""Assess an investor: who it is, what it can lose and how long it can wait, and the level of what suits it that follows."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.funder import funder_of
from plimsoll.treasury.route import INVESTOR
from plimsoll.treasury.suitability import ASSESSED, CLASSES, HORIZON_MAX, WHOLE, level_on
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

DIGEST_LENGTH: Final = 64
HEX: Final = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class AssessInvestor:
    """The subject is the name of the funder, registered or about to be; `investor_class` one of institution, qualified, retail.

    `loss_capacity` is the share of what it puts in that it can lose without harm, `horizon_months` how long it can wait for all of it.
    `answers_digest` is the SHA-256 of its answers, which stay where they were given; `assessed_by` is who asked it.
    """

    key: str
    subject: str
    on: date
    investor_class: str
    loss_capacity: Rate
    horizon_months: int
    answers_digest: str
    assessed_on: date
    assessed_by: str


def decide(dossier: Dossier, command: AssessInvestor, rules: Rules) -> Written | Refused:
    """File the assessment with the level and the last day on which it holds. Refuses assessment_malformed, investor_not_asked."""
    found = funder_of(dossier.subject, dossier.filings)
    if found is not None and found.kind != INVESTOR:
        return Refused("investor_not_asked", "", f"{dossier.subject}: {found.kind}")
    wrong = _wrong(command)
    if wrong:
        return Refused("assessment_malformed", "", "; ".join(wrong))
    days = rules.whole("POLICY.INVESTOR.DAYS", command.assessed_on)
    if days is None:
        raise Malformed("rule_not_in_force", f"POLICY.INVESTOR.DAYS on {command.assessed_on}")
    level = level_on(command.investor_class, command.loss_capacity, rules, command.assessed_on)
    until = command.assessed_on + timedelta(days=days - 1)
    told = {
        "investor_class": command.investor_class,
        "loss_capacity": command.loss_capacity.text(),
        "horizon_months": command.horizon_months,
        "answers_digest": command.answers_digest,
        "assessed_on": command.assessed_on.isoformat(),
        "assessed_by": command.assessed_by.strip(),
        "level": level,
        "until": until.isoformat(),
    }
    answer = {"funder": dossier.subject, "level": level, "until": until.isoformat()}
    return Written((NewFiling(ASSESSED, "", body_of(told)),), body_of(answer))


def _wrong(command: AssessInvestor) -> list[str]:
    digest = command.answers_digest
    return [
        why
        for is_wrong, why in (
            (command.investor_class not in CLASSES, f"class {command.investor_class!r}"),
            (command.loss_capacity.exceeds(WHOLE), f"loss capacity {command.loss_capacity.text()}"),
            (not 0 < command.horizon_months <= HORIZON_MAX, f"{command.horizon_months} months"),
            (len(digest) != DIGEST_LENGTH or not HEX.issuperset(digest), "digest of answers"),
            (command.assessed_on > command.on, f"assessed on {command.assessed_on}, filed on {command.on}"),
            (not command.assessed_by.strip(), "nobody assessed it"),
        )
        if is_wrong
    ]
