"""Fund the draws and purchases of a day: each is routed among the funders that are open, and its shares are put on file.

A draw is a loan of its own. A pay-later account is routed by what it owes at the end of its first day with a purchase on which it may be
joined, and of its unused limit a part counts as promised. What it buys later asks its funders again: one that may not, or cannot, take its
part keeps what it has, and its part is struck anew (`treasury/strike.py`). Given again after a stop, what is on file stays, and the rest is
routed by what is lent by then. What nobody else may fund is the lender's own; nothing is filed about it, and it may be routed again.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import select

from plimsoll.app.database.schema import filing, loan
from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossiers
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.treasury.route_day import Drawn, Routing
from plimsoll.app.treasury.shares import Id, Lent, funders_of, holdings_of, lent_now, refuse_future
from plimsoll.app.treasury.shop_accounts import Bought, bought_on, promised
from plimsoll.app.treasury.turn import funding_turn
from plimsoll.app.wiring import WIRING
from plimsoll.loan.filing import of_kind
from plimsoll.loan.layout import T_INSTALMENTS, T_PRINCIPAL
from plimsoll.loan.terms import LOAN, Terms
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.funder import DOSSIER, SETTLED
from plimsoll.treasury.policy import off_balance_minor
from plimsoll.treasury.route import LENDER, Draw, House
from plimsoll.units.pack import unpack
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

PAGE: Final = 500
DECISION: Final = "decision"
NOBODY: Final = Lent(0, 0, 0, {})


class Act(NamedTuple):
    """Who acts, when, and by which rules."""

    actor: str
    now: datetime
    rules: Rules


class Got(NamedTuple):
    """What one funder got of a day: its part in minor units, in how many draws, and its price."""

    funder: str
    minor: int
    draws: int
    price: Rate | None


class Funding(NamedTuple):
    """What was done in one currency: draws and accounts that bought, and their amount; of them funded before; who got what; why funders
    were left out; those that no cash was left for; refusals of commands by code; why accounts are the lender's for now.
    """

    currency: str
    draws: int
    minor: int
    before: int
    got: tuple[Got, ...]
    left_out: Mapping[tuple[str, str], int]
    short: tuple[Id, ...]
    refused: Mapping[str, int]
    waits: Mapping[str, int]


def fund_draws(store: Store, on: date, act: Act, *, licence: str = "", cash: Mapping[str, int] | None = None) -> list[Funding] | Refused:
    """Fund every draw and purchase of a day; `cash` bounds what the lender itself may lend of a currency, which else is not asked.

    Refuses date_in_future, settlement_filed (a day on which a funder is settled takes no new shares). Raises StoreTrouble store_busy
    while somebody else files shares.
    """
    with funding_turn(store):
        return _in_turn(store, on, act, licence, cash or {})


def _in_turn(store: Store, on: date, act: Act, licence: str, cash: Mapping[str, int]) -> list[Funding] | Refused:
    refused = refuse_future(on, act.now.date()) or _refuse_settled(store, on)
    if refused is not None:
        return refused
    day = on.toordinal()
    held, funders = holdings_of(store, max(day, act.now.date().toordinal())), funders_of(store)
    lent, kept_free = lent_now(store, held, funders, act.now.date().toordinal()), promised(store, held, act.rules, on)
    found: dict[str, list[Drawn]] = {}
    for one in sorted((*drawn_on(store, on), *_shopped(store, bought_on(store, on, held), on, act.rules))):
        found.setdefault(one.draw.currency, []).append(one)
    done = []
    for currency, of_it in sorted(found.items()):
        stands, amount = lent.get(currency, NOBODY), sum(one.draw.amount_minor for one in of_it)
        free = cash.get(currency, amount)
        # The draws of the day stand among all loans already; they are counted again one by one as they are routed.
        house = House(free, max(stands.all_minor - amount, 0), stands.guaranteed_minor, licence)
        standing = Counter(stands.of), Counter(kept_free.get(currency, {}))
        done.append(_filed(store, of_it, Routing(held, funders, house, act.rules, *standing), act))
    return done


def drawn_on(store: Store, on: date) -> Iterator[Drawn]:
    """Give the loans drawn on a day, in the order of customers; accounts, whose balance comes and goes, are none."""
    columns = loan.c
    wanted = select(columns.customer_id, columns.loan_id, columns.product, columns.currency, columns.terms).where(columns.opened_on == on)
    with store.engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(wanted.order_by(columns.customer_id, columns.loan_id))]
    graded = grades(store, {row[0] for row in rows}, on)
    for customer_id, loan_id, product, currency, packed in rows:
        terms = Terms.unpack(currency, tuple(unpack(packed)))
        if terms.kind == LOAN:
            draw = Draw(product, currency, terms.vector[T_PRINCIPAL], terms.vector[T_INSTALMENTS], graded.get(customer_id, ""), on)
            yield Drawn((customer_id, loan_id), draw)


def _shopped(store: Store, accounts: Sequence[Bought], on: date, rules: Rules) -> Iterator[Drawn]:
    """Give what was bought on accounts as it is routed: with the part of the unused limit that counts."""
    graded = grades(store, {one.loan[0] for one in accounts}, on)
    for one in accounts:
        draw = Draw(one.product, one.currency, one.minor, one.months, graded.get(one.loan[0], ""), on)
        yield Drawn(one.loan, draw, off_balance_minor(one.undrawn, rules, on), one.waits, one.owed)


def grades(store: Store, customers: Iterable[int], on: date) -> dict[int, str]:
    """Give the grade of each customer's last decision by a day; those that were never decided on have none."""
    found: dict[int, str] = {}
    ids, columns = sorted(customers), filing.c
    with store.engine.connect() as connection:
        for start in range(0, len(ids), PAGE):
            wanted = select(columns.customer_id, columns.body).where(
                columns.customer_id.in_(ids[start : start + PAGE]), columns.kind == DECISION, columns.effective_on <= on
            )
            for customer_id, body in connection.execute(wanted.order_by(columns.customer_id, columns.n)):
                found[customer_id] = str((json.loads(body).get("score") or {}).get("grade", ""))
    return found


def _refuse_settled(store: Store, on: date) -> Refused | None:
    for name, filings in dossiers(store, DOSSIER):
        settled = [one.subject for one in of_kind(filings, SETTLED) if one.subject >= on.isoformat()]
        if settled:
            return Refused("settlement_filed", "", f"{name}, {settled[-1]}")
    return None


def _filed(store: Store, drawn: Sequence[Drawn], routing: Routing, act: Act) -> Funding:
    """Route what was drawn in one currency, and file the shares."""
    routing.run(drawn)
    refused: Counter[str] = Counter()
    for outcome in execute_many(store, WIRING, routing.commands, actor=act.actor, now=act.now, rules=act.rules):
        if not isinstance(outcome, Answer):
            refused[outcome.code if isinstance(outcome, Refused) else "failed"] += 1
    amount = sum(one.draw.amount_minor for one in drawn)
    left_out, short, waits = routing.left_out, tuple(routing.short), routing.waits
    return Funding(drawn[0].draw.currency, len(drawn), amount, routing.before, _got(routing), left_out, short, refused, waits)


def _got(routing: Routing) -> tuple[Got, ...]:
    sums: dict[str, list[int]] = {}
    for parts in routing.got.values():
        for name, minor in parts.items():
            of_it = sums.setdefault(name, [0, 0])
            of_it[0] += minor
            of_it[1] += 1
    ordered = sorted(sums, key=lambda name: (name == LENDER, name))
    prices = {name: funder.price for name, funder in routing.funders.items()}
    return tuple(Got(name, sums[name][0], sums[name][1], prices.get(name)) for name in ordered)
