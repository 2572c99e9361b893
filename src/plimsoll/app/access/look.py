"""What the door has to know of one question, read in one statement: how somebody stands to the target, the open day, what waits already.

All of it is as it stood at one moment. What only some questions need is read when they need it, on a connection that is opened then.
"""

from datetime import date
from functools import cache
from hashlib import sha256
from types import TracebackType
from typing import Any, NamedTuple, Self

from sqlalchemy import Connection, bindparam, select

from plimsoll.app.access.principal import Principal, Target
from plimsoll.app.access.relation import Stand, columns_of_standing, stand_apart
from plimsoll.app.database.hot_query import HotQuery, day_of
from plimsoll.app.database.schema import book
from plimsoll.app.database.schema_access import approval
from plimsoll.app.database.store import Store
from plimsoll.app.house import open_day


class Asked(NamedTuple):
    """An approval that was asked for under a key: its columns as they are stored."""

    approval_id: str
    payload: str
    sha256: str
    checkers: int
    expires_at: Any
    rule: str


class Seen(NamedTuple):
    """What one look found of a customer and a key."""

    stand: Stand
    open_on: date
    asked: Asked | None


def approval_id_of(maker: str, key: str) -> str:
    """Give the id of an approval: the same for the same key of the same person."""
    return "apr_" + sha256(f"{maker}\n{key}".encode()).hexdigest()[:26]


@cache
def _query(has_loan: bool, has_unit: bool, has_party: bool) -> HotQuery:
    standing = columns_of_standing(has_loan=has_loan, has_unit=has_unit, has_party=has_party)
    told = (approval.c[name] for name in Asked._fields)
    joined = book.outerjoin(approval, approval.c.approval_id == bindparam("approval"))
    return HotQuery(select(*standing, book.c.open_on, *told).select_from(joined))


def look(store: Store, who: Principal, target: Target, key: Any = "") -> Seen:
    """Look a customer up for somebody, and what they asked others to agree to under a key. Raises StoreTrouble."""
    said = {
        "one": target.customer_id,
        "loan": target.loan_id,
        "unit": who.unit,
        "party": who.party,
        "user": who.user_id,
        "actor": who.actor,
        "approval": approval_id_of(who.user_id, key) if key else "",
    }
    (found,) = _query(bool(target.loan_id), bool(who.unit), bool(who.party)).rows(store, said)
    is_there, is_of_unit, is_held, is_placed, open_on, *told = found
    asked = None if told[0] is None else Asked(*told)
    return Seen(Stand(bool(is_there), bool(is_of_unit), bool(is_held), bool(is_placed)), day_of(open_on), asked)


class Looking:
    """What is read for one question at the door. Use it as a context."""

    def __init__(self, store: Store, who: Principal, target: Target, key: Any = "") -> None:
        """Take whom and what the question is about, and the key of the command that is asked for, "" for none."""
        self.store, self.who, self.target, self.key = store, who, target, key
        self.seen: Seen | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        """Begin; nothing is read yet."""
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        """Give back the connection, where one was needed."""
        if self._connection is not None:
            self._connection.close()

    @property
    def connection(self) -> Connection:
        """Give a connection for what is not in the one look."""
        if self._connection is None:
            self._connection = self.store.engine.connect()
        return self._connection

    @property
    def open_on(self) -> date:
        """Give the business date: the first day that still takes entries."""
        return open_day(self.store) if self.seen is None else self.seen.open_on

    def stand(self, target: Target) -> Stand:
        """Give how somebody stands to a target: the one in question, or a party that it is asked for in the name of."""
        if target.customer_id <= 0:
            return stand_apart(self.connection, target)
        assert target == self.target, "one question is about one customer"
        if self.seen is None:
            self.seen = look(self.store, self.who, target, self.key)
        return self.seen.stand
