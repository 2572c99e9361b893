"""How agencies of a book do: recovery against what was expected, conduct, what they have earned."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from plimsoll.app.agencies import agencies
from plimsoll.app.agency.placements import Held, files, placements_of_agency, received_by
from plimsoll.app.database.store import Store
from plimsoll.collections.agency import Agency
from plimsoll.collections.agency_score import Conduct, Recovery, Result, average_of, conduct_of, prior_of, recovery_of
from plimsoll.collections.commission import Earned, Receipt, earned
from plimsoll.loan.filing import Filing, read_body
from plimsoll.risk.complaint import FILED
from plimsoll.rulebook.rules import Rules

COLLECTION_CONDUCT: Final = "collection_conduct"
"""What a complaint is about that counts against an agency."""


class Scorecard(NamedTuple):
    """An agency on a day: all its placements of one currency, how many last, complaints about it, and what it earned."""

    agency: Agency
    open_count: int
    recovery: Recovery
    average: Recovery  # of all agencies together
    complaints: int
    conduct: Conduct
    earned: list[Earned]


def scorecards(store: Store, rules: Rules, on: date, currency: str = "CNY") -> list[Scorecard]:
    """Give the scorecard of every registered agency, by name. Complaints count that came while the customer was placed with it."""
    found = agencies(store)
    helds = {name: _held(store, name, on, currency) for name in sorted(found)}
    receipts = {name: received_by(store, held, on) for name, held in helds.items()}
    results = {name: [_result(held, receipts[name], on) for held in of_it] for name, of_it in helds.items()}
    prior = prior_of(results, rules, on)
    average = average_of(results, prior)
    return [
        _scorecard(store, found[name], helds[name], receipts[name], recovery_of(results[name], prior), average, rules, on) for name in helds
    ]


def _held(store: Store, name: str, on: date, currency: str) -> list[Held]:
    day = on.toordinal()
    return [
        held
        for held in placements_of_agency(store, name, with_ended=True)
        if held.placement.currency == currency and held.placement.placed_on <= day
    ]


def _result(held: Held, receipts: Mapping[str, Sequence[Receipt]], on: date) -> Result:
    placement = held.placement
    return Result(sum(one.minor for one in receipts[placement.reference]), placement.expected_by(on.toordinal()))


def _scorecard(
    store: Store,
    agency: Agency,
    helds: Sequence[Held],
    receipts: Mapping[str, list[Receipt]],
    recovery: Recovery,
    average: Recovery,
    rules: Rules,
    on: date,
) -> Scorecard:
    complaints = _complaints(store, helds, on.toordinal())
    conduct = conduct_of(len(helds), complaints, agency.calls, agency.calls_passed, rules, on)
    gained = earned(receipt for of_one in receipts.values() for receipt in of_one)
    return Scorecard(agency, sum(held.placement.is_open for held in helds), recovery, average, complaints, conduct, gained)


def _complaints(store: Store, helds: Sequence[Held], day: int) -> int:
    """Count complaints about collection that came while a customer was placed, the first and the last day included."""
    customers = sorted({held.customer_id for held in helds})
    filed = {
        customer_id: [one.on for one in filings if _is_about_conduct(one)] for customer_id, filings in files(store, customers, (FILED,))
    }
    spans = ((held.customer_id, held.placement.placed_on, min(held.placement.ended_on or day, day)) for held in helds)
    return sum(first <= on <= last for customer_id, first, last in spans for on in filed[customer_id])


def _is_about_conduct(filing: Filing) -> bool:
    return bool(read_body(filing)["about"] == COLLECTION_CONDUCT)
