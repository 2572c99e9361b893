"""Put on record that an agency was given the file of its placements: its digest, how many customers, and which columns it had."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.collections.agency import FILED, find_agency
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.dates import day_text
from plimsoll.units.refusal import Refused

SHA256: Final = re.compile(r"[0-9a-f]{64}")
COLUMNS: Final = ("reference", "currency", "owed", "past_due", "days_past_due", "placed_on", "return_by")
"""Every column that the file can have; a rule says which it has. None says who a customer is."""


@dataclass(frozen=True, slots=True)
class FilePlacements:
    """`digest` is the SHA-256 of the file, in hex."""

    key: str
    subject: str
    on: date
    digest: str
    rows: int
    columns: tuple[str, ...]


def decide(dossier: Dossier, command: FilePlacements, rules: Rules) -> Written | Refused:
    """Put it on record; a file of nobody may go to an agency whose licence has ended, any other may not.

    Refuses agency_unknown, agency_suspended, agency_licence_expired, agency_file_malformed (no digest, a column that the rule does not
    name).
    """
    agency = find_agency(dossier.subject, dossier.filings)
    if isinstance(agency, Refused):
        return agency
    if agency.suspended_by:
        return Refused("agency_suspended", "", f"{agency.name}: {agency.why}")
    if command.rows and not agency.is_licensed(command.on.toordinal()):
        return Refused("agency_licence_expired", "", f"{agency.name}: until {day_text(min(agency.valid_until, agency.contract_until))}")
    strange = [one for one in command.columns if one not in columns_of(rules, command.on)]
    if not SHA256.fullmatch(command.digest) or strange or not command.columns:
        return Refused("agency_file_malformed", "POLICY.AGENCY.COLUMNS", ", ".join(strange) or command.digest)
    said = {"digest": command.digest, "rows": command.rows, "columns": list(command.columns)}
    return Written((NewFiling(FILED, command.digest, body_of(said)),), body_of({"agency": agency.name} | said))


def columns_of(rules: Rules, on: date) -> tuple[str, ...]:
    """Give the columns of the file on a day, as the rule lists them; one that nothing fills is left out."""
    said = rules.value("POLICY.AGENCY.COLUMNS", on)
    assert isinstance(said, tuple)
    return tuple(one for one in said if isinstance(one, str) and one in COLUMNS)
