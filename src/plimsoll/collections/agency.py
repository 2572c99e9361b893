"""A collection agency as its dossier tells it: licence and contract, what it does and asks, evaluations, audits, whether it rests.

Days are day numbers. What was registered stays; an amendment says what is other from the moment it is recorded.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from plimsoll.loan.filing import Filing, read_body
from plimsoll.rulebook.rules import Rules
from plimsoll.units.dates import day_text
from plimsoll.units.days import add_months
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

DOSSIER: Final = "agency"
REGISTERED: Final = "agency.registered"
AMENDED: Final = "agency.amended"
SUSPENDED: Final = "agency.suspended"
RESUMED: Final = "agency.resumed"
REVIEWED: Final = "agency.reviewed"
AUDITED: Final = "agency.audited"
FILED: Final = "agency.filed"
RECONCILED: Final = "agency.reconciled"

LENDER: Final = "lender"
"""Who a contact is by that no agency makes."""

CHARGED_OFF: Final = "charged_off"
SKILLS: Final = ("short", "mid", "long", CHARGED_OFF)
"""Kinds of debt by age that an agency can be good for; an agency that names none takes any."""

YEARLY, RENEWAL = "yearly", "renewal"
OCCASIONS: Final = (YEARLY, RENEWAL)
POINTS_MAX: Final = 100
MONTHS: Final = 12


class Band(NamedTuple):
    """What an agency asks of what comes in on debts from some days past due when they were placed."""

    days: int
    rate: Rate


class Review(NamedTuple):
    """One evaluation, in points of a hundred."""

    on: int
    occasion: str
    conduct: int
    results: int
    security: int
    is_passed: bool


class Agency(NamedTuple):
    """Where an agency stands. `valid_until` and `contract_until` are the last days of its licence and of the contract with it."""

    name: str
    title: Mapping[str, str]  # its full name, by language
    registered_on: int
    licence: str
    valid_until: int
    contract_until: int
    page: str  # where the white list of the lender names it
    countries: tuple[str, ...]
    skills: tuple[str, ...]
    commission: tuple[Band, ...]  # in order of days
    suspended_by: str = ""  # "" while it works
    why: str = ""
    reviews: tuple[Review, ...] = ()
    calls: int = 0  # that were audited
    calls_passed: int = 0

    def rate_at(self, days: int) -> Rate:
        """Give the commission on a debt placed at some days past due; the first band holds before it, too."""
        found = [band.rate for band in self.commission if band.days <= days]
        return found[-1] if found else self.commission[0].rate

    def review_due_on(self, rules: Rules) -> int:
        """Give the last day by which the next evaluation is made, counted from the last one or from the registration."""
        last = max([self.registered_on, *(review.on for review in self.reviews)])
        times = rules.whole("CN.COLLECT.AGENCY.REVIEW", date.fromordinal(last))
        return add_months(last, MONTHS // max(times or 1, 1))

    def is_licensed(self, day: int) -> bool:
        """Tell whether licence and contract hold on a day and nobody has suspended it."""
        return day <= min(self.valid_until, self.contract_until) and not self.suspended_by


def agency_of(name: str, filings: Iterable[Filing]) -> Agency | None:
    """Give an agency by the entries of its dossier; None where it is not registered."""
    found: Agency | None = None
    for filing in filings:
        said = read_body(filing)
        found = _registered(name, filing, said) if filing.kind == REGISTERED else _moved(found, filing, said)
    return found


def find_agency(name: str, filings: Iterable[Filing]) -> Agency | Refused:
    """Give a registered agency; refuses agency_unknown."""
    return agency_of(name, filings) or Refused("agency_unknown", "", repr(name))


def refuse_agency(agency: Agency, on: date, rules: Rules) -> Refused | None:
    """Refuse to place with an agency: agency_suspended, agency_licence_expired, agency_review_failed, agency_review_overdue."""
    day = on.toordinal()
    if agency.suspended_by:
        return Refused("agency_suspended", "", f"{agency.name}: {agency.why}")
    if day > min(agency.valid_until, agency.contract_until):
        ends = f"licence until {day_text(agency.valid_until)}, contract until {day_text(agency.contract_until)}"
        return Refused("agency_licence_expired", "", f"{agency.name}: {ends}")
    if agency.reviews and not agency.reviews[-1].is_passed:
        return Refused("agency_review_failed", "POLICY.AGENCY.REVIEW.PASS", f"{agency.name}, {day_text(agency.reviews[-1].on)}")
    due = agency.review_due_on(rules)
    if day > due:
        return Refused("agency_review_overdue", "CN.COLLECT.AGENCY.REVIEW", f"{agency.name}: due by {day_text(due)}")
    return None


def read_commission(said: Iterable[str], most: Rate | None) -> tuple[Band, ...] | Refused:
    """Read bands written as days and rate, such as "61:0.15"; refuses agency_commission_malformed (none, out of order, above the most)."""
    bands: list[Band] = []
    for text in said:
        days, colon, rate = text.partition(":")
        try:
            band = Band(int(days) if days.isascii() and days.isdigit() and len(days) < 6 else -1, Rate.parse(rate))
        except Malformed:
            return Refused("agency_commission_malformed", "", text)
        is_in_order = not bands or band.days > bands[-1].days
        if not colon or band.days < 0 or not is_in_order or (most is not None and band.rate.exceeds(most)):
            return Refused("agency_commission_malformed", "POLICY.AGENCY.COMMISSION.MAX", text)
        bands.append(band)
    return tuple(bands) or Refused("agency_commission_malformed", "", "no band")


def refuse_words(countries: Iterable[str], skills: Iterable[str]) -> Refused | None:
    """Refuse words that say no country or kind of debt: agency_malformed."""
    strange = [one for one in countries if not (len(one) == 2 and one.isascii() and one.islower())]
    strange += [one for one in skills if one not in SKILLS]
    return Refused("agency_malformed", "", ", ".join(map(repr, strange))) if strange else None


def _registered(name: str, filing: Filing, said: dict[str, Any]) -> Agency:
    return Agency(
        name,
        said["title"],
        filing.on,
        said["licence"],
        said["valid_until"],
        said["contract_until"],
        said["page"],
        tuple(said["countries"]),
        tuple(said["skills"]),
        _bands(said["commission"]),
    )


def _moved(agency: Agency | None, filing: Filing, said: dict[str, Any]) -> Agency | None:
    if agency is None:
        return None
    if filing.kind == AMENDED:
        changes: dict[str, Any] = dict(said)
        for field in ("countries", "skills"):
            if field in changes:
                changes[field] = tuple(changes[field])
        if "commission" in changes:
            changes["commission"] = _bands(changes["commission"])
        return agency._replace(**changes)
    if filing.kind == SUSPENDED:
        return agency._replace(suspended_by=filing.actor, why=said["reason"])
    if filing.kind == RESUMED:
        return agency._replace(suspended_by="", why="")
    if filing.kind == REVIEWED:
        review = Review(filing.on, said["occasion"], said["conduct"], said["results"], said["security"], said["is_passed"])
        return agency._replace(reviews=(*agency.reviews, review))
    if filing.kind == AUDITED:
        return agency._replace(calls=agency.calls + said["calls"], calls_passed=agency.calls_passed + said["passed"])
    return agency


def _bands(said: Iterable[tuple[int, str]]) -> tuple[Band, ...]:
    return tuple(Band(days, Rate.parse(rate)) for days, rate in said)
