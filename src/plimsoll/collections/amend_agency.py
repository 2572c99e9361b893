"""Amend what is on record of an agency: a licence that was renewed, a longer contract, other countries, skills or commission."""

from dataclasses import dataclass
from datetime import date

from plimsoll.collections.agency import AMENDED, RENEWAL, Agency, find_agency, read_commission, refuse_words
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class AmendAgency:
    """What is given takes the place of what stood; what is not given stays. Placements made before keep the commission they had."""

    key: str
    subject: str
    on: date
    licence: str = ""
    valid_until: date | None = None
    contract_until: date | None = None
    page: str = ""
    commission: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()


def decide(dossier: Dossier, command: AmendAgency, rules: Rules) -> Written | Refused:
    """Put on record what changes.

    Refuses agency_unknown, agency_malformed (nothing given, words that say nothing), agency_commission_malformed, agency_not_evaluated
    (a longer contract without an evaluation before its end).
    """
    agency = find_agency(dossier.subject, dossier.filings)
    if isinstance(agency, Refused):
        return agency
    refused = refuse_words(command.countries, command.skills) or _refuse_renewal(agency, command, rules)
    if refused is not None:
        return refused
    said: dict[str, object] = {name: value for name in ("licence", "page") if (value := getattr(command, name).strip())}
    said |= {name: list(value) for name in ("countries", "skills") if (value := getattr(command, name))}
    said |= {name: value.toordinal() for name in ("valid_until", "contract_until") if (value := getattr(command, name)) is not None}
    if command.commission:
        bands = read_commission(command.commission, rules.rate("POLICY.AGENCY.COMMISSION.MAX", command.on))
        if isinstance(bands, Refused):
            return bands
        said["commission"] = [[band.days, band.rate.text()] for band in bands]
    if not said:
        return Refused("agency_malformed", "", "nothing is amended")
    return Written((NewFiling(AMENDED, "", body_of(said)),), body_of({"agency": agency.name, "amended": sorted(said)}))


def _refuse_renewal(agency: Agency, command: AmendAgency, rules: Rules) -> Refused | None:
    """Refuse a longer contract where no evaluation for it was passed shortly before."""
    if command.contract_until is None or command.contract_until.toordinal() <= agency.contract_until:
        return None
    days = rules.whole("POLICY.AGENCY.RENEWAL", command.on) or 0
    since = command.on.toordinal() - days
    is_evaluated = any(one.is_passed and one.occasion == RENEWAL and since <= one.on <= command.on.toordinal() for one in agency.reviews)
    return None if is_evaluated else Refused("agency_not_evaluated", "POLICY.AGENCY.RENEWAL", f"{agency.name}: none in {days} days")
