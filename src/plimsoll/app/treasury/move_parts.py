"""Move parts of funders in bulk: guaranteed parts of loans that are late are paid out, and a funder that leaves gives up all of its own.

Each part moves by a command of its own with a derived key: given again after a stop, what moved stays moved, and the rest follows.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import select

from plimsoll.app.database.schema import loan, loan_state
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, Wiring
from plimsoll.app.execute_many import execute_many
from plimsoll.app.treasury.by_hand import with_parts
from plimsoll.app.treasury.fund_draws import Act
from plimsoll.app.treasury.shares import Holdings, Id, funders_of, holdings_of, paid_out, refuse_future
from plimsoll.app.treasury.shop_accounts import promised
from plimsoll.app.treasury.turn import funding_turn
from plimsoll.app.wiring import WIRING
from plimsoll.treasury.funded import shares_on
from plimsoll.treasury.funder import MONTHS_MAX
from plimsoll.treasury.move_share import EXIT, GUARANTEE, MoveShare
from plimsoll.treasury.route import INVESTOR, LENDER, room_minor
from plimsoll.treasury.share import split
from plimsoll.treasury.suitability import refuse_terms_of
from plimsoll.units.refusal import Malformed, Refused

NOT_GIVEN: Final = "guarantee_not_given"


class Owed(NamedTuple):
    """A loan as it stands now: currency, principal in minor units, since when it is past due (a day number, 0 not at all)."""

    loan: Id
    currency: str
    principal_minor: int
    oldest_due: int


class Moved(NamedTuple):
    """What moved: parts and their price in minor units by currency, and refusals by code."""

    parts: int
    price: Mapping[str, int]
    refused: Mapping[str, int]


def claim_guarantees(store: Store, on: date, act: Act) -> Moved | Refused:
    """Pay out the parts of guaranteed funders in loans that are late enough, at their principal, the longest late first.

    A funder is paid no more in all than its first loss; a part for which that does not suffice stays its own, counted as
    guarantee_not_given. Refuses date_in_future. Raises StoreTrouble store_busy while somebody else files shares.
    """
    with funding_turn(store):
        return _claimed(store, on, act)


def _claimed(store: Store, on: date, act: Act) -> Moved | Refused:
    refused = refuse_future(on, act.now.date())
    if refused is not None:
        return refused
    late = act.rules.whole("POLICY.TREASURY.GUARANTEE", on)
    if late is None:
        raise Malformed("rule_not_in_force", f"POLICY.TREASURY.GUARANTEE on {on}")
    held, paid = holdings_of(store, on.toordinal()), paid_out(store)
    left = {name: one.guaranteed_minor() - paid[name] for name, one in funders_of(store).items() if one.is_guaranteed}
    due = [one for one in owed(store, held) if one.oldest_due and on.toordinal() - one.oldest_due >= late]
    commands, beyond = [], 0
    for one in sorted(due, key=lambda one: (one.oldest_due, one.loan)):
        for command in _moves(one, held, set(left), GUARANTEE, LENDER, on):
            if command.price_minor > left[command.funder]:
                beyond += 1
                continue
            left[command.funder] -= command.price_minor
            commands.append(command)
    done = _executed(store, commands, act)
    return done._replace(refused={**done.refused, **({NOT_GIVEN: beyond} if beyond else {})})


def leave(store: Store, name: str, on: date, act: Act, to: str = LENDER) -> Moved | Refused:
    """Move every part of a funder to the lender, or to another funder, at its principal.

    Another funder is asked about each part as one that is filed by hand is; what it does not take stays, counted by code. Refuses
    date_in_future, funder_unknown, funder_closed, funder_over_limit (the one that takes over has no room for it all), and where that is an
    investor investor_not_assessed, investor_unsuited. Raises StoreTrouble store_busy while somebody else files shares.
    """
    with funding_turn(store):
        return _left(store, name, on, act, to)


def _left(store: Store, name: str, on: date, act: Act, to: str) -> Moved | Refused:
    funders, refused = funders_of(store), refuse_future(on, act.now.date())
    if refused is not None:
        return refused
    for one in {name, to} - {LENDER}:
        if one not in funders:
            return Refused("funder_unknown", "", repr(one))
    held = holdings_of(store, on.toordinal())
    standing = list(owed(store, held))
    commands = [command for one in standing for command in _moves(one, held, {name}, EXIT, to, on)]
    if to != LENDER:
        taking = funders[to]
        if not taking.is_open:
            return Refused("funder_closed", "", to)
        kept = promised(store, held, act.rules, on).get(taking.currency, {})
        lent = sum(split(one.principal_minor, shares_on(held[one.loan], on.toordinal() + 1), LENDER).get(to, 0) for one in standing)
        lent, needed = lent + kept.get(to, 0), sum(command.price_minor for command in commands) + kept.get(name, 0)
        if any(command.currency != taking.currency for command in commands):
            return Refused("currency_must_match", "", f"{to} lends {taking.currency}")
        if taking.kind == INVESTOR:
            refused = refuse_terms_of(taking.assessed, taking.months_most or MONTHS_MAX, taking.grades or ("",), act.rules, on)
            if refused is not None:
                return refused
        if needed > room_minor(taking._replace(lent_minor=lent), on, act.rules):
            return Refused("funder_over_limit", "", f"{to}: {lent + needed} minor units of {taking.committed_minor}")
    return _executed(store, commands, act, WIRING if to == LENDER else with_parts(store, WIRING))


def owed(store: Store, held: Holdings) -> Iterator[Owed]:
    """Give every funded loan as it stands now, in the order of customers."""
    columns = loan_state.c
    wanted = select(columns.customer_id, columns.loan_id, loan.c.currency, columns.principal_minor, columns.oldest_due).join_from(
        loan_state, loan, (loan.c.customer_id == columns.customer_id) & (loan.c.loan_id == columns.loan_id)
    )
    with store.engine.connect() as connection:
        rows = connection.execute(wanted.order_by(columns.customer_id, columns.loan_id)).all()
    for customer_id, loan_id, currency, minor, oldest in rows:
        if (customer_id, loan_id) in held:
            yield Owed((customer_id, loan_id), currency, minor, oldest.toordinal() if oldest else 0)


def _moves(one: Owed, held: Holdings, names: set[str], why: str, to: str, on: date) -> Iterator[MoveShare]:
    shares = shares_on(held[one.loan], on.toordinal() + 1)
    parts = split(one.principal_minor, shares, LENDER)
    for share in shares:
        if share.funder in names and share.ppm:
            customer_id, loan_id = one.loan
            key = f"{why}:{share.funder}:{customer_id}:{loan_id}:{len(held[one.loan])}"
            yield MoveShare(key, customer_id, on, loan_id, share.funder, why, one.currency, parts[share.funder], to)


def _executed(store: Store, commands: list[MoveShare], act: Act, wiring: Wiring = WIRING) -> Moved:
    price: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    parts = 0
    outcomes = execute_many(store, wiring, commands, actor=act.actor, now=act.now, rules=act.rules)
    for command, outcome in zip(commands, outcomes, strict=True):
        if isinstance(outcome, Answer):
            parts += 1
            price[command.currency] += command.price_minor
        else:
            refused[outcome.code if isinstance(outcome, Refused) else "failed"] += 1
    return Moved(parts, dict(price), dict(refused))
