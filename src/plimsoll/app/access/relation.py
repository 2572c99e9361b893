"""How somebody stands to what they ask about: themselves, a case that they hold, a customer of their unit, or any other of the house."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, false, literal, or_, select, true, union_all

from plimsoll.app.access.principal import NOTHING, Principal, Relation, Target
from plimsoll.app.access.role import AGENCY, BIDDER, BORROWER, FUNDER, HOUSE, MERCHANT, PARTNER, Role
from plimsoll.app.database.schema import customer, dossier, fact, filing, loan, outbox, work_item
from plimsoll.app.database.schema_access import access_unit
from plimsoll.collections.placement import CLAIMED
from plimsoll.collections.placement import QUEUE as PLACEMENT
from plimsoll.loan.dossier import DOSSIERS
from plimsoll.loan.filing import Filing
from plimsoll.treasury.funded import FUNDED, MOVED, holdings

USER: Final = "user"
"""The kind of a target that belongs to a user, whose user_id is its subject: a session, a key, an endpoint, a clock, an upload."""
PURCHASE: Final = "merchant"
"""The kind of a target that belongs to a merchant, whose name is its subject."""
PAID: Final = "pay_merchant"
PAGE: Final = 500
HELD: Final = (
    *("review", "collection", "complaint", "hardship", "reminder", "recall", "limit_objection", "assessment", "warning", "dispute"),
    *("limitation", "write_off"),
)
"""Queues whose rows people hold, all but placements; named, since the index of the queues begins with them."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Reading(Protocol):
    """What is read for one question: a connection is opened by the first who needs it."""

    @property
    def connection(self) -> Connection:
        """Give the connection."""


class Stand(NamedTuple):
    """What the book says of a target for one principal: whether it is there, whose unit it is of, whether they hold it."""

    is_there: bool
    is_of_unit: bool
    is_held: bool
    is_placed: bool


def stand_apart(connection: Connection, target: Target) -> Stand:
    """Look up a target that is no customer; nothing in particular is always there. Customers are looked up by `look`."""
    if target.kind in DOSSIERS:
        there = exists().where(dossier.c.kind == target.kind, dossier.c.subject == target.subject)
        return Stand(bool(connection.execute(select(there)).scalar_one()), False, False, False)
    return Stand(True, False, False, False)


def columns_of_standing(*, has_loan: bool, has_unit: bool, has_party: bool) -> tuple[ColumnElement[bool], ...]:
    """Give the columns of `Stand` for a customer `one`: whether the `loan` is there, is of `unit`, held by `user`, placed with `party`.

    What a principal or a target has not is not looked for.
    """
    one: ColumnElement[int] = bindparam("one")
    item = work_item.c
    is_there = exists().where(customer.c.customer_id == one)
    if has_loan:
        is_there = exists().where(loan.c.customer_id == one, loan.c.loan_id == bindparam("loan"))
    unit = exists().where(access_unit.c.customer_id == one, access_unit.c.unit == bindparam("unit")) if has_unit else literal(False)
    names = or_(item.assigned_to == bindparam("user"), item.assigned_to == bindparam("actor"))
    held = (
        exists().where(item.customer_id == one, item.state == CLAIMED, names, item.kind != PLACEMENT) if not has_party else literal(False)
    )
    is_placed = and_(item.kind == PLACEMENT, item.state == CLAIMED, item.assigned_to == bindparam("party"))
    placed = exists().where(item.customer_id == one, is_placed) if has_party else literal(False)
    return is_there, unit, held, placed


def relation_of(reading: Reading, who: Principal, role: Role, target: Target, stand: Stand) -> Relation | None:
    """Give how somebody stands to a target in one of their roles, the nearest that holds; None where that role does not reach it at all."""
    if target == NOTHING:
        return Relation.HOUSE
    if target.kind == USER:
        return Relation.OWN if target.subject == who.user_id else Relation.HOUSE if role.acts_for == HOUSE else None
    return _BY_SIDE[role.acts_for](reading, who, target, stand)


def _as_house(_reading: Reading, who: Principal, target: Target, stand: Stand) -> Relation | None:
    if target.customer_id <= 0:
        return Relation.HOUSE
    if target.customer_id == who.customer_id:
        return Relation.OWN
    if stand.is_held:
        return Relation.ASSIGNED
    # Whose unit is the whole house has everybody in it.
    return Relation.UNIT if stand.is_of_unit or not who.unit else Relation.HOUSE


def _as_borrower(_reading: Reading, who: Principal, target: Target, _stand: Stand) -> Relation | None:
    return Relation.OWN if 0 < who.customer_id == target.customer_id else None


def _as_partner(_reading: Reading, who: Principal, target: Target, stand: Stand) -> Relation | None:
    return Relation.UNIT if who.unit and target.customer_id > 0 and stand.is_of_unit else None


def _as_agency(_reading: Reading, who: Principal, target: Target, stand: Stand) -> Relation | None:
    if target.customer_id > 0:
        return Relation.ASSIGNED if who.party and stand.is_placed else None
    return _party(who, target, AGENCY)


def _as_funder(reading: Reading, who: Principal, target: Target, _stand: Stand) -> Relation | None:
    if target.customer_id > 0:
        return Relation.ASSIGNED if target.loan_id and _holds_part(reading.connection, who.party, target) else None
    return _party(who, target, FUNDER)


def _as_bidder(_reading: Reading, who: Principal, target: Target, _stand: Stand) -> Relation | None:
    if target.kind == "tender":
        return Relation.HOUSE
    return _party(who, target, BIDDER)


def _as_merchant(_reading: Reading, who: Principal, target: Target, _stand: Stand) -> Relation | None:
    return Relation.OWN if who.party and target.kind == PURCHASE and target.subject == who.party else None


def _party(who: Principal, target: Target, kind: str) -> Relation | None:
    return Relation.OWN if who.party and target.kind == kind and target.subject == who.party else None


_BY_SIDE: Final = {
    HOUSE: _as_house,
    BORROWER: _as_borrower,
    PARTNER: _as_partner,
    AGENCY: _as_agency,
    FUNDER: _as_funder,
    BIDDER: _as_bidder,
    MERCHANT: _as_merchant,
}


def merchant_of(connection: Connection, customer_id: int, loan_id: int, purchase: int) -> str:
    """Give who sold what a fact of an account says was bought, "" where there is no such purchase."""
    paid = and_(outbox.c.customer_id == fact.c.customer_id, outbox.c.command_n == fact.c.command_n, outbox.c.kind == PAID)
    wanted = select(outbox.c.payload).join_from(fact, outbox, paid)
    wanted = wanted.where(fact.c.customer_id == customer_id, fact.c.loan_id == loan_id, fact.c.n == purchase)
    payload = connection.execute(wanted).scalar_one_or_none()
    return "" if payload is None else str(json.loads(payload).get("merchant", ""))


def _holds_part(connection: Connection, funder: str, target: Target) -> bool:
    """Tell whether a funder holds a part of a loan now."""
    is_it = and_(filing.c.customer_id == target.customer_id, filing.c.subject == str(target.loan_id))
    rows = connection.execute(select(filing).where(is_it, filing.c.kind.in_((FUNDED, MOVED))).order_by(filing.c.n))
    filings = [Filing(row.n, row.kind, row.subject, row.effective_on.toordinal(), EPOCH, row.actor, row.body) for row in rows]
    held = holdings(filings, target.loan_id)
    return bool(funder and held) and any(share.funder == funder and share.ppm > 0 for share in held[-1].shares)


@dataclass(frozen=True, slots=True)
class Sight:
    """Whom of all customers somebody may see in a list."""

    is_everybody: bool = False
    customer_ids: frozenset[int] = frozenset()
    unit: str = ""
    party: str = ""
    """The agency with which customers are placed."""
    holders: tuple[str, ...] = ()
    """Under which names they hold cases and reviews."""

    def clause(self, column: ColumnElement[int]) -> ColumnElement[bool]:
        """Give the condition on a column of customers' ids."""
        if self.is_everybody:
            return true()
        found: list[ColumnElement[bool]] = []
        if self.customer_ids:
            ids = sorted(self.customer_ids)
            found += [column.in_(ids[first : first + PAGE]) for first in range(0, len(ids), PAGE)]
        if self.unit:
            found.append(column.in_(select(access_unit.c.customer_id).where(access_unit.c.unit == self.unit)))
        item = work_item.c
        if self.party:
            placed = and_(item.kind == PLACEMENT, item.state == CLAIMED, item.assigned_to == self.party)
            found.append(column.in_(select(item.customer_id).where(placed)))
        if self.holders:
            # Queue by queue, each by the index; with all of them at once SQLite would read every row of every queue.
            held = [and_(item.kind == kind, item.state == CLAIMED, item.assigned_to.in_(self.holders)) for kind in HELD]
            every = union_all(*(select(item.customer_id).where(one) for one in held)).cte()
            found.append(column.in_(select(every.c.customer_id)))
        return or_(*found) if found else false()

    def holds(self, connection: Connection, customer_id: int) -> bool:
        """Tell whether one customer is among them."""
        if self.is_everybody:
            return True
        wanted = select(customer.c.customer_id).where(customer.c.customer_id == customer_id, self.clause(customer.c.customer_id))
        return connection.execute(wanted).first() is not None


def sight_of(who: Principal, role: Role, farthest: Relation) -> Sight:
    """Give whom somebody sees in one of their roles, as far as a permission reaches; a funder sees loans, never lists of customers."""
    if role.acts_for == BORROWER:
        return Sight(customer_ids=frozenset({who.customer_id}) - {0})
    if role.acts_for == PARTNER:
        return Sight(unit=who.unit)
    if role.acts_for == AGENCY:
        return Sight(party=who.party if farthest is not Relation.OWN else "")
    if role.acts_for != HOUSE:
        return Sight()
    own = frozenset({who.customer_id}) - {0}
    if farthest is Relation.HOUSE or (farthest is Relation.UNIT and not who.unit):
        return Sight(is_everybody=True)
    holders = () if farthest is Relation.OWN else tuple(sorted({who.user_id, who.actor}))
    return Sight(customer_ids=own, unit=who.unit if farthest is Relation.UNIT else "", holders=holders)


def together(sights: Iterable[Sight]) -> Sight:
    """Give whom somebody sees in any of their roles."""
    found = list(sights)
    if any(one.is_everybody for one in found):
        return Sight(is_everybody=True)
    customer_ids = frozenset[int]().union(*(one.customer_ids for one in found))
    names = [next((said for said in told if said), "") for told in ([one.unit for one in found], [one.party for one in found])]
    return Sight(False, customer_ids, names[0], names[1], next((one.holders for one in found if one.holders), ()))
