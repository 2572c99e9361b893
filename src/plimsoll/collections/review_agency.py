"""Evaluate an agency, at least once a year and before its contract is renewed: conduct, results, information security (GB/T 45251-2025)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from plimsoll.collections.agency import OCCASIONS, POINTS_MAX, REVIEWED, YEARLY, find_agency
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.dates import day_text
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class ReviewAgency:
    """Points of a hundred for each of the three heads, and what was found. `occasion` is yearly or renewal."""

    key: str
    subject: str
    on: date
    conduct: int
    results: int
    security: int
    findings: str
    occasion: str = YEARLY


def decide(dossier: Dossier, command: ReviewAgency, rules: Rules) -> Written | Refused:
    """Put the evaluation on record with whether it is passed; the answer says until when it holds.

    Refuses agency_unknown, agency_review_malformed (points, occasion, a day before the last one), reasons_missing (no findings).
    """
    agency = find_agency(dossier.subject, dossier.filings)
    if isinstance(agency, Refused):
        return agency
    points = {"conduct": command.conduct, "results": command.results, "security": command.security}
    since = max([agency.registered_on, *(review.on for review in agency.reviews)])
    if max(points.values()) > POINTS_MAX or command.occasion not in OCCASIONS or command.on.toordinal() < since:
        return Refused("agency_review_malformed", "", f"{points} on {command.on}, {command.occasion}; not before {day_text(since)}")
    if not command.findings.strip():
        return Refused("reasons_missing", "", agency.name)
    least = rules.value("POLICY.AGENCY.REVIEW.PASS", command.on)
    assert isinstance(least, Mapping)
    failed = sorted(name for name, said in points.items() if said < _whole(least[name]))
    body = points | {"occasion": command.occasion, "findings": command.findings, "is_passed": not failed, "failed": failed}
    following = agency._replace(registered_on=command.on.toordinal()).review_due_on(rules)
    answer = {"agency": agency.name, "is_passed": not failed, "failed": failed, "next_by": day_text(following)}
    return Written((NewFiling(REVIEWED, "", body_of(body)),), body_of(answer))


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
