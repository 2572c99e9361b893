"""Place the customers of a day who are late enough, all of one kind of debt together, and call back those whose placement is over.

Each customer is placed by a command of its own. Given again after a stop, those who were placed stay with whom they are, and the rest
is shared out.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from plimsoll.app.agencies import placed_counts, pool_size, with_agencies
from plimsoll.app.agency.placements import Held, books, placements_of_agency
from plimsoll.app.agency.report import Scorecard, scorecards
from plimsoll.app.database.schema import loan_state, work_item
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.wiring import WIRING
from plimsoll.collections.agency import CHARGED_OFF, Agency, refuse_agency
from plimsoll.collections.agency_score import Recovery, is_worth_giving, is_worth_keeping
from plimsoll.collections.allocate_placements import (
    HOUSE,
    PPM,
    Candidate,
    Draw,
    Offer,
    Placed,
    allocate,
    bounds_of,
    drawn_worth,
    shares_of,
)
from plimsoll.collections.debt import Debt, debt_of
from plimsoll.collections.place_with_agency import PlaceWithAgency, expected_minor, place_policy, refuse_resting
from plimsoll.collections.placement import CLAIMED, QUEUE
from plimsoll.collections.recall_from_agency import RecallFromAgency
from plimsoll.loan.book import Book
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
REFERENCE_LENGTH: Final = 14


class Order(NamedTuple):
    """A batch: its name, the day, who gives it and when, and where its chance comes from (`draw(n)`: a whole number below n)."""

    name: str
    on: date
    actor: str
    now: datetime
    draw: Draw
    country: str = "cn"


class Group(NamedTuple):
    """Customers whose debt is of one kind and about as old, from some days past due; shares of agencies per million; where each came."""

    days: int
    skill: str
    shares: Mapping[str, int]
    placed: Sequence[Placed]


class Done(NamedTuple):
    """What a batch did: its groups, customers placed by agency, and how many were refused by which code."""

    groups: Sequence[Group]
    placed: Mapping[str, int]
    refused: Mapping[str, int]


def place_batch(store: Store, order: Order, rules: Rules, chances: Mapping[int, int] | None = None) -> Done:
    """Share out and place. `chances` may say what share of each debt is expected to come in, per million, where a model knows better."""
    late = _late(store, order.on, rules)
    cards = scorecards(store, rules, order.on)
    groups = [_group(store, kind, of_it, cards, order, rules, chances or {}) for kind, of_it in _by_kind(late, order.on, rules).items()]
    commands = [
        _command(one, order, (chances or {}).get(one.customer_id, 0)) for group in groups for one in group.placed if one.agency != HOUSE
    ]
    placed, refused = _executed(store, commands, order, rules)
    return Done(groups, placed, refused)


def recall_due(store: Store, order: Order, rules: Rules, agency: str = "") -> Done:
    """Call back whoever should be with an agency no longer, of one agency or of all; give how many, by agency and by reason."""
    cards = {card.agency.name: card for card in scorecards(store, rules, order.on)}
    helds = [held for name in sorted(cards) if not agency or name == agency for held in placements_of_agency(store, name)]
    pairs = list(zip(helds, books(store, [held.customer_id for held in helds]), strict=True))
    told = [(held, recall_reason(held, book, cards[held.placement.agency], order.on, rules)) for held, book in pairs]
    commands = [
        RecallFromAgency(f"{order.name}:{held.placement.reference}", held.customer_id, order.on, held.placement.reference, why)
        for held, why in told
        if why
    ]
    ended, refused = _executed(store, commands, order, rules)
    return Done((), ended, refused)


def recall_reason(held: Held, book: Book, card: Scorecard, on: date, rules: Rules) -> str:
    """Give why a placement should end on a day, "" where it should go on."""
    if not card.agency.is_licensed(on.toordinal()):
        return "agency"
    if not debt_of(book, on).owed_minor:
        return "paid"
    refused = refuse_resting(book, on)
    # A promise to the agency is waited for; what stops collection, or protects the customer, ends the placement.
    if refused is not None and refused.code != "placement_promised":
        return "stopped"
    if on.toordinal() > held.placement.return_by:
        return "term"
    return "" if _is_worth(is_worth_keeping, card, held.placement.commission, rules, on) else "worth"


def _late(store: Store, on: date, rules: Rules) -> dict[int, Debt]:
    """Give the debt of every customer who is late enough, with no agency, and of whom money may be asked now."""
    first, _ = place_policy(rules, on)
    columns, last = loan_state.c, date.fromordinal(on.toordinal() - first)
    with_agency = select(work_item.c.customer_id).where(work_item.c.kind == QUEUE, work_item.c.state == CLAIMED)
    wanted = select(columns.customer_id).where(columns.oldest_due <= last, columns.customer_id.not_in(with_agency)).distinct()
    with store.engine.connect() as connection:
        customers = [int(one) for one in connection.execute(wanted.order_by(columns.customer_id)).scalars()]
    found = {book.customer_id: debt_of(book, on) for book in books(store, customers) if refuse_resting(book, on) is None}
    return {customer_id: debt for customer_id, debt in found.items() if debt.days >= first and debt.owed_minor}


def _by_kind(late: Mapping[int, Debt], on: date, rules: Rules) -> dict[tuple[int, str], dict[int, Debt]]:
    """Give customers by the bands of expected recovery (the first day past due of each) and the kind of debt."""
    said = rules.value("POLICY.AGENCY.RECOVERY", on)
    assert isinstance(said, Mapping)
    bands = said["days"]
    assert isinstance(bands, tuple)
    found: dict[tuple[int, str], dict[int, Debt]] = {}
    for customer_id, debt in late.items():
        band = max(day for day in bands if isinstance(day, int) and day <= debt.days)
        found.setdefault((band, _skill(debt, on, rules)), {})[customer_id] = debt
    return dict(sorted(found.items()))


def _skill(debt: Debt, on: date, rules: Rules) -> str:
    """Give what kind of debt it is: charged off where all of it is, else short, mid or long by days past due."""
    if debt.claim_minor == debt.owed_minor:
        return CHARGED_OFF
    said = rules.value("POLICY.OVERDUE.CLASS", on)
    assert isinstance(said, Mapping)
    starts = {name: start for name, start in said.items() if isinstance(start, int) and start <= debt.days}
    return max(starts, key=lambda name: starts[name])


def _group(
    store: Store,
    kind: tuple[int, str],
    late: Mapping[int, Debt],
    cards: Sequence[Scorecard],
    order: Order,
    rules: Rules,
    chances: Mapping[int, int],
) -> Group:
    """Share out customers of one kind of debt, about as old, among the agencies that may have them."""
    bounds, oldest = bounds_of(rules, order.on), max(debt.days for debt in late.values())
    counts, pool = placed_counts(store), pool_size(store, order.on, rules)
    free = [
        card
        for card in cards
        if _may_have(card.agency, kind[1], order, rules)
        and counts.get(card.agency.name, 0) * PPM < pool * bounds.highest
        and _is_worth(is_worth_giving, card, card.agency.rate_at(oldest), rules, order.on)
    ]
    worths = {card.agency.name: _worth(card, oldest, order.draw) for card in free}
    shares = shares_of(worths, bounds) if worths else {}
    offers = [Offer(name, share, worths[name]) for name, share in shares.items()]
    candidates = [
        Candidate(customer_id, expected_minor(debt.owed_minor, debt.days, chances.get(customer_id, 0), rules, order.on))
        for customer_id, debt in late.items()
    ]
    return Group(*kind, shares, allocate(candidates, offers, bounds, order.draw))


def _may_have(agency: Agency, skill: str, order: Order, rules: Rules) -> bool:
    """Tell whether an agency may be given customers with a kind of debt."""
    is_for_it = (not agency.skills or skill in agency.skills) and order.country in agency.countries
    return is_for_it and refuse_agency(agency, order.on, rules) is None


def _worth(card: Scorecard, days: int, draw: Draw) -> float:
    """Give a draw of what an agency keeps for the lender; nothing where its conduct is below the thresholds, so that it gets the least."""
    rate = card.agency.rate_at(days)
    drawn = drawn_worth(card.recovery.ratio, card.recovery.deviation, draw)
    return drawn * (1 - rate.num / rate.den) if card.conduct.is_within else 0.0


def _is_worth(rule: Callable[[Recovery, Recovery, float, float], bool], card: Scorecard, commission: Rate, rules: Rules, on: date) -> bool:
    """Ask whether an agency does better than the lender, by the rule of giving or of keeping."""
    in_house = rules.rate("POLICY.AGENCY.IN_HOUSE", on) or Rate(0, 1)
    return rule(card.recovery, card.average, commission.num / commission.den, in_house.num / in_house.den)


def _command(one: Placed, order: Order, chance_ppm: int) -> PlaceWithAgency:
    reference = "".join(LETTERS[order.draw(len(LETTERS))] for _ in range(REFERENCE_LENGTH))
    key = f"{order.name}:{one.customer_id}"
    return PlaceWithAgency(key, one.customer_id, order.on, one.agency, reference, chance_ppm, order.name, one.is_by_lot, one.propensity_ppb)


def _executed(store: Store, commands: Sequence[Any], order: Order, rules: Rules) -> tuple[Counter[str], Counter[str]]:
    """Execute the commands of a batch; count those done by agency, or by reason where they are recalls, and those refused by code."""
    done: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    outcomes = execute_many(store, with_agencies(store, WIRING), commands, actor=order.actor, now=order.now, rules=rules)
    for command, outcome in zip(commands, outcomes, strict=True):
        if isinstance(outcome, Answer):
            done[command.agency if isinstance(command, PlaceWithAgency) else command.reason] += 1
        else:
            refused[outcome.code if isinstance(outcome, Refused) else "failed"] += 1
    return done, refused
