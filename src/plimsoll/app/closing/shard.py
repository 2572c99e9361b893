"""Due loans of a close as columns: moved to the day by the compiled kernel, decided on, and turned into what is written.

Whatever the compiled kernel may not work on, or looks wrong, is not turned: the interpreted kernel takes it (`app/closing/close.py`), which
writes the same rows. A customer is turned with all loans of the shard or with none. Needs the extra `fast`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from plimsoll.app.closing.crew import Done, Errand, Task
from plimsoll.ledger.balances import balances
from plimsoll.ledger.chart import CHART
from plimsoll.loan.allocate import forget_last_split
from plimsoll.loan.columns import Folded, Ints, States, fits_states, look_many, pack_many, split_terms, unpack_joined
from plimsoll.loan.facts import Fact
from plimsoll.loan.layout import (
    NOTED,
    O_LATE_DAYS,
    O_PRINCIPAL,
    Q_BILL,
    Q_IS_BILL_DUE,
    Q_TODAY,
    R_BILLED_ON,
    S_DAY,
    T_DISBURSED_ON,
    T_GRACE_DAYS,
)
from plimsoll.loan.look import Look, Said

Mask = npt.NDArray[np.bool_]


class Joined(NamedTuple):
    """Blobs of many loans, end to end, and the size of each in bytes."""

    blobs: bytes
    sizes: Ints

    def one(self, place: int) -> bytes:
        """Give the blob of one loan."""
        end = int(self.sizes[: place + 1].sum())
        return self.blobs[end - int(self.sizes[place]) : end]

    def take(self, places: Ints) -> "Joined":
        """Give the blobs of some loans."""
        ends = np.cumsum(self.sizes)[places].tolist()
        sizes = self.sizes[places]
        return Joined(b"".join([self.blobs[end - size : end] for end, size in zip(ends, sizes.tolist(), strict=True)]), sizes)


@dataclass(frozen=True, slots=True)
class Shard:
    """Due loans as they were read, one of each column a loan, in the order of customers and loans; days are day numbers."""

    customer_id: Ints
    loan_id: Ints
    row: Ints  # where the database keeps the row of the state
    facts_count: Ints
    entries_count: Ints
    in_use: Ints
    last_on: Ints
    next_on: Ints
    offers: list[str]  # product and currency, a space between
    posted: Joined
    state: Joined
    terms: Joined

    def take(self, places: Ints) -> "Shard":
        """Give some loans of a shard."""
        return Shard(
            self.customer_id[places],
            self.loan_id[places],
            self.row[places],
            self.facts_count[places],
            self.entries_count[places],
            self.in_use[places],
            self.last_on[places],
            self.next_on[places],
            [self.offers[place] for place in places.tolist()],
            self.posted.take(places),
            self.state.take(places),
            self.terms.take(places),
        )


class Noted(NamedTuple):
    """A fact that the close notes: the place of its loan, its number within the loan."""

    place: int
    n: int
    fact: Fact


class Message(NamedTuple):
    """A message that the close sends: the place of its loan, its number among those of the customer that night."""

    place: int
    n: int
    kind: str
    payload: str


class Stamped(NamedTuple):
    """What every row of one shard carries: the number and day of the night, the shard, the instant, the rules."""

    number: int
    day: int
    shard: int
    at: datetime
    rules_id: int
    digest: str


@dataclass(frozen=True, slots=True)
class Turned:
    """Loans after their night, one of each column a loan: who, how they were read, how they stand (`out`: O_*), what is written.

    Legs, facts and messages name their loan by its place here; legs are in the order of loans and accounts.
    """

    customer_id: Ints
    loan_id: Ints
    row: Ints
    facts_read: Ints
    next_on_read: Ints
    facts_count: Ints
    entries_count: Ints
    last_on: Ints
    out: Ints
    currency: list[str]
    posted: list[bytes]
    state: list[bytes]
    leg_place: Ints
    leg_account: Ints
    leg_minor: Ints
    facts: list[Noted]
    messages: list[Message]

    def entries(self) -> int:
        """Give how many journal entries there are, one a loan at most; the legs of one stand together."""
        return int(np.count_nonzero(np.diff(self.leg_place, prepend=-1)))

    def take(self, kept: Mask) -> "Turned":
        """Give some of the loans with what is theirs."""
        if kept.all():
            return self
        place_of = np.cumsum(kept) - 1
        legs = kept[self.leg_place]
        places = np.flatnonzero(kept).tolist()
        return Turned(
            self.customer_id[kept],
            self.loan_id[kept],
            self.row[kept],
            self.facts_read[kept],
            self.next_on_read[kept],
            self.facts_count[kept],
            self.entries_count[kept],
            self.last_on[kept],
            self.out[kept],
            [self.currency[place] for place in places],
            [self.posted[place] for place in places],
            [self.state[place] for place in places],
            place_of[self.leg_place[legs]],
            self.leg_account[legs],
            self.leg_minor[legs],
            [one._replace(place=int(place_of[one.place])) for one in self.facts if kept[one.place]],
            [one._replace(place=int(place_of[one.place])) for one in self.messages if kept[one.place]],
        )


class Shards(Protocol):
    """Reads and writes one shard, the same on both databases."""

    def read(self, first: int, last: int, due_days: Sequence[int]) -> Shard:
        """Begin a transaction, and read the loans of customers from `first` to `last` that are due on one of these days."""

    def write(self, turned: Turned, night: Stamped) -> Turned:
        """Write what became of a shard with its checkpoint, and commit; give it without loans that somebody moved meanwhile."""


def work_shard(shards: Shards, task: Task, errand: Errand) -> Done:
    """Move the loans of a shard to the day, with their checkpoint, in one transaction; give what became of them."""
    shard = shards.read(task.customers[0], task.customers[-1], errand.due_days)
    turned = turn(shard, errand.day, errand.decide, errand.rules)
    if len(turned.loan_id):
        turned = shards.write(turned, Stamped(errand.number, errand.day, task.number, errand.at, errand.rules_id, errand.rules.digest))
    return Done(len(turned.loan_id), len(turned.facts), turned.entries(), len(turned.messages), _left(turned, task))


def _left(turned: Turned, task: Task) -> list[tuple[int, int]]:
    """Give the loans of a task that were not turned, each by customer and own id; as a rule there is none."""
    if np.array_equal(turned.customer_id, task.customers) and np.array_equal(turned.loan_id, task.loans):
        return []
    done = set(zip(turned.customer_id.tolist(), turned.loan_id.tolist(), strict=True))
    return [one for one in zip(task.customers, task.loans, strict=True) if one not in done]


def get_ready() -> None:
    """Load everything that is compiled, which takes some tenths of a second, before the first shard comes."""
    numbers, nothing = np.zeros(0, np.int64), Joined(b"", np.zeros(0, np.int64))
    turn(Shard(*(numbers,) * 8, [], nothing, nothing, nothing), 1, None, None)


def turn(shard: Shard, day: int, decide: Any, rules: Any) -> Turned:
    """Give what the close of a day makes of the loans of a shard; loans left out are for the interpreted kernel.

    Raises what `decide` raises, and AssertionError from the kernel: then all of the shard is.
    """
    states, fits = _states(shard, day)
    if not fits.all():
        shard = shard.take(np.flatnonzero(_whole_customers(shard.customer_id, fits)))
        states, _ = _states(shard, day)
    folded, asked = look_many(states, day)
    now = balances_of(folded)
    posted, _ = unpack_joined(*shard.posted)
    change = now - posted.reshape(-1, len(CHART))
    is_sound = (folded.flat_sizes <= folded.flat.shape[1]) & (change.sum(axis=1) == 0) & (folded.out[:, O_PRINCIPAL] == shard.in_use)
    facts, messages = _decided(shard, states, folded, asked, day, decide, rules, is_sound)
    noted = np.zeros(len(is_sound), np.int64)
    for place, _, _ in facts:
        forget_last_split(folded.flat[place])
        noted[place] += 1
    leg_place, leg_account = np.nonzero(change)
    turned = Turned(
        shard.customer_id,
        shard.loan_id,
        shard.row,
        shard.facts_count,
        shard.next_on,
        shard.facts_count + noted,
        shard.entries_count + change.any(axis=1),
        np.where(noted > 0, np.maximum(shard.last_on, day), shard.last_on),
        folded.out,
        [offer.rpartition(" ")[2] for offer in shard.offers],
        pack_many(now, np.full(len(now), len(CHART))),
        pack_many(folded.flat, np.where(is_sound, folded.flat_sizes, 0)),
        leg_place,
        leg_account,
        change[leg_place, leg_account],
        facts,
        messages,
    )
    return turned.take(_whole_customers(shard.customer_id, is_sound))


def _states(shard: Shard, day: int) -> tuple[States, Mask]:
    """Give the states of a shard, and which of them the compiled kernel may move to the day."""
    terms, is_account, _, _ = split_terms(*unpack_joined(*shard.terms))
    flat, at = unpack_joined(*shard.state)
    return States(terms, is_account, flat, at), fits_states(terms, is_account, flat, at) & (flat[at[:-1] + S_DAY] <= day)


def _whole_customers(customer_id: Ints, kept: Mask) -> Mask:
    """Give the loans whose customers keep all their loans."""
    return kept if kept.all() else ~np.isin(customer_id, customer_id[~kept])


def balances_of(folded: Folded) -> Ints:
    """Give the balance of each loan on each account: loans × accounts of the chart."""
    columns = balances(folded.position())
    return np.column_stack([np.asarray(column, np.int64) for column in columns])


def _decided(
    shard: Shard, states: States, folded: Folded, asked: Ints, day: int, decide: Any, rules: Any, is_sound: Mask
) -> tuple[list[Noted], list[Message]]:
    """Decide on the loans that ask for something or are late; one with a fact that is more than a note is marked as not sound."""
    is_billed = asked[:, Q_BILL + R_BILLED_ON] > 0
    late = folded.out[:, O_LATE_DAYS]
    places = np.flatnonzero(is_sound & (is_billed | (asked[:, Q_TODAY] > 0) | (asked[:, Q_IS_BILL_DUE] > 0) | (late > 0)))
    facts: list[Noted] = []
    messages: list[Message] = []
    unsound: list[int] = []
    columns = (places.tolist(), shard.customer_id[places].tolist(), shard.facts_count[places].tolist())
    last, n = 0, 0
    for place, customer, count, look in zip(*columns, _looks(shard, states, asked, late, is_billed, places), strict=True):
        said: Said = decide(look, day, rules)
        if customer != last:
            last, n = customer, 0
        for kind, payload in said.messages:
            n += 1
            messages.append(Message(place, n, kind, payload))
        for number, (_, fact, detail) in enumerate(said.facts, count + 1) if said.facts else ():
            facts.append(Noted(place, number, fact))
            if fact.kind != NOTED or fact.more or detail:
                unsound.append(place)
    is_sound[unsound] = False
    return facts, messages


def _looks(shard: Shard, states: States, asked: Ints, late: Ints, is_billed: Mask, places: Ints) -> Iterator[Look]:
    """Give how some loans look on the day."""
    parted = {offer: offer.rpartition(" ") for offer in set(shard.offers)}
    offers = [parted[shard.offers[place]] for place in places.tolist()]
    bills: list[Sequence[int]] = [()] * len(places)
    for at in np.flatnonzero(is_billed[places]).tolist():
        bills[at] = asked[places[at], Q_BILL:].tolist()
    columns = (
        shard.loan_id[places].tolist(),
        [product for product, _, _ in offers],
        [currency for _, _, currency in offers],
        states.terms[places, T_DISBURSED_ON].tolist(),
        states.terms[places, T_GRACE_DAYS].tolist(),
        late[places].tolist(),
        asked[places, :Q_BILL].tolist(),
        bills,
    )
    return map(Look._make, zip(*columns, strict=True))
