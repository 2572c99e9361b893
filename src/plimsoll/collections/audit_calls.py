"""Audit calls of an agency: how many recordings somebody listened to, and how many were as they should be."""

from dataclasses import dataclass
from datetime import date

from plimsoll.collections.agency import AUDITED, find_agency
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class AuditCalls:
    """`sample` names the list of recordings, so that it can be listened to again; `findings` says what was wrong with the others."""

    key: str
    subject: str
    on: date
    calls: int
    passed: int
    sample: str
    findings: str = ""


def decide(dossier: Dossier, command: AuditCalls, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the audit on record; refuses agency_unknown, agency_audit_malformed (no calls, more passed than heard, a sample heard before),
    reasons_missing (calls that failed, and no findings)."""
    agency = find_agency(dossier.subject, dossier.filings)
    if isinstance(agency, Refused):
        return agency
    is_known = any(one.kind == AUDITED and one.subject == command.sample for one in dossier.filings)
    if command.calls < 1 or command.passed > command.calls or not command.sample.strip() or is_known:
        return Refused("agency_audit_malformed", "", f"{command.passed} of {command.calls}, sample {command.sample!r}")
    if command.passed < command.calls and not command.findings.strip():
        return Refused("reasons_missing", "", f"{command.calls - command.passed} calls")
    body = {"calls": command.calls, "passed": command.passed, "findings": command.findings}
    total = {"agency": agency.name, "calls": agency.calls + command.calls, "passed": agency.calls_passed + command.passed}
    return Written((NewFiling(AUDITED, command.sample, body_of(body)),), body_of(total))
