"""Those the house works with: agencies with their placements, and what may be seen of each."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from plimsoll.app.agencies import agencies, placed_counts
from plimsoll.app.agency.placements import placements_of_agency
from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossier_of
from plimsoll.app.show.days import day_or_none, on_day
from plimsoll.collections.agency import DOSSIER, Agency, agency_of, refuse_agency
from plimsoll.collections.placement import Placement
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

STANDS: Final = "ok"


@dataclass(frozen=True, slots=True)
class Commission:
    """What an agency gets of what comes in, from so many days past due on, as decimal text."""

    days_from: int
    share: str


@dataclass(frozen=True, slots=True)
class DossierEntry:
    """One entry of a dossier: what it is, about which part, by whom, when."""

    n: int
    on: date
    at: datetime
    entry: str
    part: str
    actor: str


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """An agency: whether it may be given customers on a day ("ok", or the code of why not), how many it has, until when it may."""

    agency: str
    title_zh: str
    title_en: str
    stands: str
    customers: int
    licence: str
    licence_until: date
    contract_until: date
    review_by: date
    countries: tuple[str, ...]
    skills: tuple[str, ...]
    commission: tuple[Commission, ...]
    calls_audited: int
    calls_passed: int


@dataclass(frozen=True, slots=True)
class AgencyPage:
    """An agency with every entry of its dossier, newest first."""

    agency: AgencyRow
    entries: tuple[DossierEntry, ...]


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """A placement, amounts in minor units as of the day it was placed; `expected_minor` is what was expected to come in by now."""

    customer_id: int
    reference: str
    agency: str
    placed_on: date
    return_by: date
    days: int
    currency: str
    owed_minor: int
    late_minor: int
    expected_minor: int
    commission: str
    ended_on: date | None
    why: str


def agency_rows(store: Store, on: date, rules: Rules) -> tuple[AgencyRow, ...]:
    """Give every agency by name. Rows read: their dossiers, and the placements that last, counted."""
    counts = placed_counts(store)
    return tuple(_row(one, counts.get(name, 0), on, rules) for name, one in sorted(agencies(store).items()))


def agency_page(store: Store, name: str, on: date, rules: Rules) -> AgencyPage | Refused:
    """Give one agency. Refuses agency_unknown."""
    entries = dossier_of(store, DOSSIER, name)
    agency = agency_of(name, entries)
    if agency is None:
        return Refused("agency_unknown", "", repr(name))
    row = _row(agency, placed_counts(store).get(name, 0), on, rules)
    told = (DossierEntry(one.n, on_day(one.on), one.at, one.kind, one.subject, one.actor) for one in reversed(entries))
    return AgencyPage(row, tuple(told))


def _row(agency: Agency, customers: int, on: date, rules: Rules) -> AgencyRow:
    refused = refuse_agency(agency, on, rules)
    return AgencyRow(
        agency.name,
        agency.title["zh-CN"],
        agency.title["en"],
        refused.code if refused else STANDS,
        customers,
        agency.licence,
        on_day(agency.valid_until),
        on_day(agency.contract_until),
        on_day(agency.review_due_on(rules)),
        tuple(agency.countries),
        tuple(agency.skills),
        tuple(Commission(band.days, band.rate.text()) for band in agency.commission),
        agency.calls,
        agency.calls_passed,
    )


def placement_rows(store: Store, agency: str, on: date, *, with_ended: bool = False) -> tuple[PlacementRow, ...]:
    """Give the placements of one agency, and of nobody else. Rows read: its rows of the queue and the filings of those customers."""
    held = placements_of_agency(store, agency, with_ended=with_ended)
    return tuple(placement_row(one.customer_id, one.placement, on) for one in held)


def placement_row(customer_id: int, one: Placement, on: date) -> PlacementRow:
    """Give a placement as people look at it."""
    return PlacementRow(
        customer_id,
        one.reference,
        one.agency,
        on_day(one.placed_on),
        on_day(one.return_by),
        one.days,
        one.currency,
        one.owed_minor,
        one.late_minor,
        one.expected_by(on.toordinal()),
        one.commission.text(),
        day_or_none(one.ended_on),
        one.why,
    )
