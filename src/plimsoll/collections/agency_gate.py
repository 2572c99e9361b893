"""What an agency has to pass beside the contact gate: it contacts only customers who are placed with it, while its licence holds."""

from collections.abc import Iterable, Mapping
from datetime import date

from plimsoll.collections.agency import LENDER, Agency
from plimsoll.collections.gate import Denied
from plimsoll.collections.placement import placed_with
from plimsoll.loan.filing import Filing
from plimsoll.rulebook.rules import Rules

Agencies = Mapping[str, Agency]


def deny_agency(filings: Iterable[Filing], by: str, day: int, rules: Rules, agencies: Agencies | None = None) -> Denied | None:
    """Deny a contact by an agency on a day by the rule that stands against it; None for the lender, and where none does.

    `agencies` are those registered, as they stand; where they are not handed in, the last day of licence and contract counts that was
    on record when the customer was placed.
    """
    if by == LENDER:
        return None
    on, placement = date.fromordinal(day), placed_with(filings)
    if placement is None or placement.agency != by:
        return Denied("POLICY.AGENCY.GATE.PLACED", None) if rules.value("POLICY.AGENCY.GATE.PLACED", on) else None
    agency = (agencies or {}).get(by)
    is_licensed = day <= placement.licence_until if agencies is None else agency is not None and agency.is_licensed(day)
    return None if is_licensed or not rules.value("POLICY.AGENCY.GATE.LICENCE", on) else Denied("POLICY.AGENCY.GATE.LICENCE", None)
