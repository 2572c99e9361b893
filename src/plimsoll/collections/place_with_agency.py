"""Place a customer with an agency, for a time: unless collection rests, a promise is waited for, or the agency may not have more.

What stands of agencies is no part of the customer's file; it is handed in (`standings`), as it stood when the command was decided.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from plimsoll.collections.agency import Agency, refuse_agency
from plimsoll.collections.case import READS_CASE, waited_for
from plimsoll.collections.contact import NAME, known_of
from plimsoll.collections.contact import READS_FILE as READS_CONTACT
from plimsoll.collections.contact_rules import PAID_OFF, PROMISE, WRONG_NUMBER
from plimsoll.collections.debt import Debt, debt_of
from plimsoll.collections.placement import (
    CERTAIN,
    CLAIMED,
    MADE,
    READS_PLACEMENTS,
    place_in_queue,
    placed_with,
    placements_of,
)
from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.risk.credit.on_file import disputes_of
from plimsoll.risk.plan.record import hardships_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.dates import day_text
from plimsoll.units.divide import half_up
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

READS: Final = f"every loan+{READS_CONTACT},{READS_CASE},{READS_PLACEMENTS},hardship,dispute"
REFERENCE_LENGTH_MAX: Final = 64
PPM: Final = 1_000_000
NO_HINDRANCE: Final = frozenset((PAID_OFF, WRONG_NUMBER, PROMISE))
"""Stops of contact that are refused by a name of their own here, or are about one number only."""


class Standing(NamedTuple):
    """What a decision knows of an agency: what its dossier says, how many customers it has, and how many there are to be placed in all."""

    agency: Agency
    placed: int
    pool: int


Standings = Mapping[str, Standing]


@dataclass(frozen=True, slots=True)
class PlaceWithAgency:
    """`reference` is what the agency will know the customer by; it says nothing of who that is.

    `chance_ppm` is the share expected to come in, per million, where a model says so, else a table of the house does. `by_lot` and
    `propensity_ppb` (parts per 1e9) tell how the agency was chosen; `batch` with whom.
    """

    key: str
    customer_id: int
    on: date
    agency: str
    reference: str
    chance_ppm: int = 0
    batch: str = ""
    by_lot: bool = False
    propensity_ppb: int = CERTAIN


def decide(book: Book, command: PlaceWithAgency, rules: Rules, standings: Standings | None = None) -> Decision | Refused:
    """Put the placement on record and into the agency's queue: for the term of POLICY.AGENCY.PLACE, or while licence and contract last.

    Refuses customer_unknown, customer_not_yet_open, placement_malformed, placement_exists, agency_unknown, what `refuse_agency` does,
    agency_share_reached, nothing_owed, placement_too_early, placement_stopped (an open complaint, dispute, hardship request, plan in
    performance, a wish to be left alone, death, incapacity, minority, court stay, representation), placement_vulnerable,
    placement_promised.
    """
    refused = refuse_customer(book, command.on) or _refuse_command(book, command)
    if refused is not None:
        return refused
    standing = (standings or {}).get(command.agency)
    if standing is None:
        return Refused("agency_unknown", "", repr(command.agency))
    refused = refuse_agency(standing.agency, command.on, rules) or _refuse_share(standing, command.on, rules)
    if refused is not None:
        return refused
    debt = debt_of(book, command.on)
    refused = _refuse_debt(debt, command.on, rules) or refuse_resting(book, command.on)
    if refused is not None:
        return refused
    late, term = place_policy(rules, command.on)
    assert debt.days >= late
    on, rate = command.on.toordinal(), standing.agency.rate_at(debt.days)
    licensed_until = min(standing.agency.valid_until, standing.agency.contract_until)
    return_by = min(on + term, licensed_until)
    expected = expected_minor(debt.owed_minor, debt.days, command.chance_ppm, rules, command.on)
    said = {
        "agency": command.agency,
        "return_by": return_by,
        "licence_until": licensed_until,
        "days": debt.days,
        "currency": debt.currency,
        "owed_minor": debt.owed_minor,
        "late_minor": debt.late_minor,
        "expected_minor": expected,
        "commission": rate.text(),
        "batch": command.batch,
        "is_by_lot": command.by_lot,
        "propensity_ppb": command.propensity_ppb,
    }
    answer = {"reference": command.reference, "agency": command.agency, "return_by": day_text(return_by), "days": debt.days}
    return Decision(
        filings=(NewFiling(MADE, command.reference, body_of(said)),),
        work=(place_in_queue(command.reference, command.agency, CLAIMED),),
        messages=(("placed_with_agency", body_of(answer)),),
        answer=body_of(answer | {"commission": rate.text(), "expected_minor": expected, "currency": debt.currency}),
    )


def place_policy(rules: Rules, on: date) -> tuple[int, int]:
    """Give from how many days past due a customer may be placed, and for how many days."""
    said = rules.value("POLICY.AGENCY.PLACE", on)
    assert isinstance(said, Mapping)
    late, term = said["late"], said["term"]
    assert isinstance(late, int)
    assert isinstance(term, int)
    return late, term


def expected_minor(owed_minor: int, days: int, chance_ppm: int, rules: Rules, on: date) -> int:
    """Give what is expected to come in during a placement, in minor units, rounded half up."""
    if chance_ppm:
        return half_up(owed_minor * chance_ppm, PPM)
    share = recovery_share(days, rules, on)
    return half_up(owed_minor * share.num, share.den)


def recovery_share(days: int, rules: Rules, on: date) -> Rate:
    """Give the share of a debt that is expected to come in during a placement begun at some days past due."""
    said = rules.value("POLICY.AGENCY.RECOVERY", on)
    assert isinstance(said, Mapping)
    bands, shares = said["days"], said["share"]
    assert isinstance(bands, tuple)
    assert isinstance(shares, tuple)
    found = shares[0]
    for band, share in zip(bands, shares, strict=True):
        if isinstance(band, int) and band <= days:
            found = share
    assert isinstance(found, Rate)
    return found


def refuse_resting(book: Book, on: date) -> Refused | None:
    """Refuse a customer of whom nobody asks for money now: placement_stopped, placement_vulnerable, placement_promised."""
    stops = [stop for stop in known_of(book, ()).debtor(NAME).stops if stop not in NO_HINDRANCE]
    disputes = [one.dispute_id for one in disputes_of(book.filings).values() if one.is_open]
    if stops or disputes:
        return Refused("placement_stopped", "", ", ".join([*stops, *(f"dispute {name}" for name in disputes)]))
    flags = sorted({flag for one in hardships_of(book.filings).values() if one.state != "declined" for flag in one.flags})
    if flags:
        return Refused("placement_vulnerable", "", ", ".join(flags))
    promise = waited_for(book.filings, on.toordinal())
    return None if promise is None else Refused("placement_promised", "", f"{promise.promise_id} until {day_text(promise.waits_until)}")


def _refuse_command(book: Book, command: PlaceWithAgency) -> Refused | None:
    is_named = 0 < len(command.reference) <= REFERENCE_LENGTH_MAX and command.reference.strip() == command.reference
    if not is_named or not 0 < command.propensity_ppb <= CERTAIN or command.chance_ppm > PPM:
        figures = f"propensity {command.propensity_ppb}, chance {command.chance_ppm}"
        return Refused("placement_malformed", "", f"{command.reference!r}, {figures}")
    lasting = placed_with(book.filings)
    if lasting is not None or command.reference in placements_of(book.filings):
        return Refused("placement_exists", "", f"{command.reference}: with {lasting.agency}" if lasting else command.reference)
    return None


def _refuse_share(standing: Standing, on: date, rules: Rules) -> Refused | None:
    """Refuse more customers once an agency has its greatest share of all that are to be placed."""
    said = rules.value("POLICY.AGENCY.SHARES", on)
    assert isinstance(said, Mapping)
    most = said["highest"]
    assert isinstance(most, Rate)
    if standing.placed * most.den < standing.pool * most.num:
        return None
    detail = f"{standing.agency.name}: {standing.placed} of {standing.pool}, at most {most.text()}"
    return Refused("agency_share_reached", "POLICY.AGENCY.SHARES", detail)


def _refuse_debt(debt: Debt, on: date, rules: Rules) -> Refused | None:
    if not debt.owed_minor:
        return Refused("nothing_owed")
    late, _ = place_policy(rules, on)
    return None if debt.days >= late else Refused("placement_too_early", "POLICY.AGENCY.PLACE", f"{debt.days} days past due, from {late}")
