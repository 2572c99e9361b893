"""What investors are told of a month: how the loans that they fund stand and flowed, limits, events; all from the tape and the file.

The pool is the loans of which a funder, or the one that is named, holds a part at the end of the month; amounts are of whole loans.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from sqlalchemy import select

from plimsoll.app.database.schema import loan
from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossiers
from plimsoll.app.treasury.measure_book import BORROWERS, places, stands
from plimsoll.app.treasury.shares import Holdings, Id, funders_of, holdings_of
from plimsoll.app.treasury.suited import Suited, suited
from plimsoll.app.treasury.tape_day import Flags, Ints, TapeDay, days_there, read_day
from plimsoll.loan.layout import T_FIRST_DUE, T_INSTALMENTS, T_SKIP, T_STEP, T_STEP_UNIT
from plimsoll.loan.terms import LOAN, Terms
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.funded import MOVED, shares_on
from plimsoll.treasury.funder import CLOSED, DOSSIER
from plimsoll.treasury.policy import register_on
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.settle import Sums
from plimsoll.treasury.share import split
from plimsoll.treasury.trigger import BREACHED, NEAR, Place
from plimsoll.units.days import step_from
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Malformed

LATE_FROM: Final = (30, 60, 90)
BAD: Final = 90


class Asked(NamedTuple):
    """What is disclosed: the first day of the month, the currency, the funder whose loans they are ("" all funders'), where the tape is."""

    month: date
    currency: str
    funder: str
    tape: Path


class Event(NamedTuple):
    """Something investors are told at once: the day, what it is, about what, and how many times."""

    on: date
    kind: str
    about: str
    times: int


class Disclosed(NamedTuple):
    """A month: the days between which it lies, counts, amounts in minor units by name, and where the triggers stand.

    `late` is the balance more than 30, 60 and 90 days past due at the beginning and at the end; `parts` what everybody holds at the end;
    `suited` what suits the one investor that is asked about.
    """

    asked: Asked
    first: date
    last: date
    loans: int
    borrowers: int
    opening: int
    flows: Sums
    charged_off: int
    closing: int
    prepaid: int
    late: Mapping[int, tuple[int, int]]
    lent_so_far: int
    lost_so_far: int
    recovered_so_far: int
    largest: int
    ten_largest: int
    products: Mapping[str, int]
    parts: Mapping[str, int]
    triggers: list[tuple[str, Place]]
    events: list[Event]
    suited: Suited | None = None

    def adds_up(self) -> bool:
        """Tell whether the balance at the end is that of the beginning with what was lent, came back and was written off."""
        return self.opening + self.flows.disbursed - self.flows.principal - self.charged_off == self.closing

    def default_so_far(self) -> int:
        """Give what was written off so far and what is more than ninety days past due now, in minor units."""
        return self.lost_so_far + self.late[BAD][1]


def disclose(store: Store, asked: Asked, rules: Rules) -> Disclosed:
    """Work out a month. Raises Malformed tape_day_missing (the month, or what came before it, has no day of the tape), funder_unknown,
    pool_empty.
    """
    first, last = _days(asked)
    funders = funders_of(store)
    if asked.funder and asked.funder not in funders:
        raise Malformed("funder_unknown", asked.funder)
    held = holdings_of(store, last.toordinal())
    before, after = read_day(asked.tape, first), read_day(asked.tape, last)
    pool = _pool(after, held, asked)
    if not pool.any():
        raise Malformed("pool_empty", f"{asked.currency}, {asked.funder or 'all funders'}")
    ids = {after.ids[place] for place in np.flatnonzero(pool).tolist()}
    early = np.array([one in ids for one in before.ids], bool)
    flows = after.flows[pool].sum(axis=0) - before.flows[early].sum(axis=0)
    own = tuple(one for _, one in sorted(funders.items()) if one.currency == asked.currency)
    months = register_on(rules, last).months
    triggers = places(stands(asked.tape, last, months, asked.currency, held), own, rules, last)
    by, parts = _by_customer(after, pool), _parts(after, pool, held)
    return Disclosed(
        asked=asked,
        first=first,
        last=last,
        loans=int((after.numbers["principal_minor"][pool] > 0).sum()),
        borrowers=int((by > 0).sum()),
        opening=_sum(before, "principal_minor", early),
        flows=Sums(*flows.tolist()),
        charged_off=_sum(after, "charged_off_minor", pool) - _sum(before, "charged_off_minor", early),
        closing=_sum(after, "principal_minor", pool),
        prepaid=_prepaid(store, before, after, pool),
        late={days: (_late(before, early, days), _late(after, pool, days)) for days in LATE_FROM},
        lent_so_far=_sum(after, "disbursed_minor", pool),
        lost_so_far=_sum(after, "charged_off_minor", pool),
        recovered_so_far=_sum(after, "recovered_minor", pool),
        largest=int(by.max(initial=0)),
        ten_largest=int(np.sort(by)[-BORROWERS:].sum()),
        products=_by_product(after, pool),
        parts=parts,
        triggers=triggers,
        events=_events(store, first, last, held, triggers),
        suited=suited(funders.get(asked.funder), last, parts.get(asked.funder, 0), rules),
    )


def _days(asked: Asked) -> tuple[date, date]:
    """Give the last day of the tape before the month and the last day of the month."""
    there = days_there(asked.tape)
    inside = [day for day in there if (day.year, day.month) == (asked.month.year, asked.month.month)]
    before = [day for day in there if day < asked.month]
    if not inside or not before:
        raise Malformed("tape_day_missing", f"{asked.month:%Y-%m}" if not inside else f"before {asked.month:%Y-%m}", file=str(asked.tape))
    return before[-1], inside[-1]


def _pool(tape: TapeDay, held: Holdings, asked: Asked) -> Flags:
    day = tape.day.toordinal() + 1
    found = np.zeros(len(tape.ids), bool)
    for place, one in enumerate(tape.ids):
        if one in held and tape.words["currency"][place] == asked.currency:
            names = {share.funder for share in shares_on(held[one], day) if share.ppm} - {LENDER}
            found[place] = asked.funder in names if asked.funder else bool(names)
    return found


def _sum(tape: TapeDay, name: str, here: Flags) -> int:
    return int(tape.numbers[name][here].sum())


def _late(tape: TapeDay, here: Flags, days: int) -> int:
    return int(tape.numbers["principal_minor"][here & (tape.numbers["past_due_days"] > days)].sum())


def _by_customer(tape: TapeDay, here: Flags) -> Ints:
    customers, at = np.unique(tape.numbers["customer_id"][here], return_inverse=True)
    found = np.zeros(len(customers), np.int64)
    np.add.at(found, at, tape.numbers["principal_minor"][here])
    return found


def _by_product(tape: TapeDay, here: Flags) -> dict[str, int]:
    found: dict[str, int] = {}
    for place in np.flatnonzero(here).tolist():
        name = tape.words["product"][place]
        found[name] = found.get(name, 0) + int(tape.numbers["principal_minor"][place])
    return dict(sorted(found.items()))


def _parts(tape: TapeDay, here: Flags, held: Holdings) -> dict[str, int]:
    """Give what everybody holds of the pool, the lender last."""
    found: dict[str, int] = {}
    for place in np.flatnonzero(here).tolist():
        shares = shares_on(held[tape.ids[place]], tape.day.toordinal() + 1)
        for name, minor in split(int(tape.numbers["principal_minor"][place]), shares, LENDER).items():
            found[name] = found.get(name, 0) + minor
    return dict(sorted(found.items(), key=lambda one: (one[0] == LENDER, one[0])))


def _prepaid(store: Store, before: TapeDay, after: TapeDay, pool: Flags) -> int:
    """Give the balance at the beginning of loans that were paid off in the month, before their last due day came."""
    opening = dict(zip(before.ids, before.numbers["principal_minor"].tolist(), strict=True))
    paid = [after.ids[place] for place in np.flatnonzero(pool).tolist() if after.words["status"][place] == "paid-off"]
    found = [one for one in paid if opening.get(one, 0) > 0]
    last = _last_due(store, found)
    return sum(opening[one] for one in found if last.get(one, 0) > after.day.toordinal())


def _last_due(store: Store, ids: Iterable[Id]) -> dict[Id, int]:
    """Give the last agreed due day of each loan; accounts have none."""
    found: dict[Id, int] = {}
    with store.engine.connect() as connection:
        for one in ids:
            row = connection.execute(
                select(loan.c.currency, loan.c.terms).where(loan.c.customer_id == one[0], loan.c.loan_id == one[1])
            ).one()
            terms = Terms.unpack(row.currency, tuple(unpack(row.terms)))
            if terms.kind == LOAN:
                v = terms.vector
                found[one] = (
                    terms.dues[-1] if terms.dues else step_from(v[T_FIRST_DUE], v[T_STEP_UNIT], v[T_STEP], v[T_INSTALMENTS] - 1 + v[T_SKIP])
                )
    return found


def _events(store: Store, first: date, last: date, held: Holdings, triggers: list[tuple[str, Place]]) -> list[Event]:
    """Give what investors are told at once: limits that are passed or near, parts that moved, funders that closed."""
    found = [Event(last, f"trigger-{one.state}", name, 1) for name, one in triggers if one.state in (NEAR, BREACHED)]
    moves: dict[int, int] = {}
    for own in held.values():
        for one in own:
            if one.begins is None and first.toordinal() < one.on <= last.toordinal():
                moves[one.on] = moves.get(one.on, 0) + 1
    found += [Event(date.fromordinal(day), MOVED, "", count) for day, count in sorted(moves.items())]
    for name, filings in dossiers(store, DOSSIER):
        found += [
            Event(date.fromordinal(one.on), CLOSED, name, 1)
            for one in filings
            if one.kind == CLOSED and first.toordinal() < one.on <= last.toordinal()
        ]
    return sorted(found)
