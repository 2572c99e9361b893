"""Register a collection agency: its licence, the contract, the page on which the lender names it, what it does and what it asks."""

from dataclasses import dataclass
from datetime import date

from plimsoll.collections.agency import LENDER, REGISTERED, agency_of, read_commission, refuse_words
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class RegisterAgency:
    """The subject is the short name under which contacts and placements name the agency.

    `valid_until` and `contract_until` are last days; `commission` has bands such as "61:0.15": from days past due when placed, the rate.
    """

    key: str
    subject: str
    on: date
    title_zh: str
    title_en: str
    licence: str
    valid_until: date
    contract_until: date
    page: str
    commission: tuple[str, ...]
    countries: tuple[str, ...] = ("cn",)
    skills: tuple[str, ...] = ()


def decide(dossier: Dossier, command: RegisterAgency, rules: Rules) -> Written | Refused:
    """Open its dossier.

    Refuses agency_exists, agency_malformed (a name that means the lender, a licence, page or title left out, words that say nothing),
    agency_licence_expired, agency_commission_malformed.
    """
    if agency_of(dossier.subject, dossier.filings) is not None:
        return Refused("agency_exists", "", dossier.subject)
    if dossier.subject == LENDER or not all(one.strip() for one in (command.title_zh, command.title_en, command.licence, command.page)):
        return Refused("agency_malformed", "", "title, licence and page are needed, and another name than the lender's")
    refused = refuse_words(command.countries, command.skills)
    if refused is not None or not command.countries:
        return refused or Refused("agency_malformed", "", "no country")
    if min(command.valid_until, command.contract_until) < command.on:
        return Refused("agency_licence_expired", "", f"{command.valid_until}, contract {command.contract_until}")
    bands = read_commission(command.commission, rules.rate("POLICY.AGENCY.COMMISSION.MAX", command.on))
    if isinstance(bands, Refused):
        return bands
    said = {
        "title": {"zh-CN": command.title_zh, "en": command.title_en},
        "licence": command.licence,
        "valid_until": command.valid_until.toordinal(),
        "contract_until": command.contract_until.toordinal(),
        "page": command.page,
        "countries": list(command.countries),
        "skills": list(command.skills),
        "commission": [[band.days, band.rate.text()] for band in bands],
    }
    return Written((NewFiling(REGISTERED, "", body_of(said)),), body_of({"agency": dossier.subject}))
