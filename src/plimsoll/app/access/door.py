"""The door of the house: who may do what to whom, and the one way in for whatever changes something.

Every interface asks here. What somebody may not see looks like what is not there: `absent`, whether it is somebody else's or nobody's.
"""

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from plimsoll.app.access.event import record
from plimsoll.app.access.permission import READ_OF_DOSSIER, SAID, Permission
from plimsoll.app.access.policy import strong_for
from plimsoll.app.access.principal import EVERYBODY, NOTHING, Principal, Relation, Target
from plimsoll.app.access.relation import PURCHASE, Sight, Stand, merchant_of, relation_of, sight_of, stand_of, together
from plimsoll.app.access.role import HOUSE, MERCHANT, REACH, Role, held
from plimsoll.app.access.verbs import NAMES, VERBS, VerbAccess, target_of
from plimsoll.app.execute_many import RowOutcome
from plimsoll.app.house import House
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.rulebook.access_role import RoleBook
from plimsoll.units.refusal import Refused

VIEWED: Final = "viewed"


class Waiting(NamedTuple):
    """Something that waits for others: its approval, the SHA-256 of what they are shown, how many have to agree, and until when."""

    approval_id: str
    sha256: str
    checkers: int
    expires_at: datetime
    rule: str


class Found(NamedTuple):
    """The role by which somebody may, and how they stand to the target in it."""

    role: Role
    relation: Relation


class Door:
    """Decides who may, by the roles of policy on the day it is asked."""

    def __init__(self, house: House, book: RoleBook | None = None) -> None:
        """Take the house, and other roles than those of the rulebook where a test has its own."""
        self.house = house
        self.book = book

    def may(self, who: Principal, permission: str, target: Target = NOTHING) -> Relation | Refused:
        """Give how somebody stands to a target for which they hold a permission; for a list over customers, how far it reaches.

        Refuses absent (what is asked about is not there, or not to be seen by them), permission_missing, second_factor_needed.
        """
        giving = self._giving(who, permission)
        if isinstance(giving, Refused):
            return giving
        with self.house.store.engine.connect() as connection:
            found = self._found(connection, who, permission, target, giving)
        if isinstance(found, Refused):
            return found
        return self._refuse_weak(who, found.role, permission) or found.relation

    def sight(self, who: Principal, permission: str) -> Sight:
        """Give whom somebody sees in a list by a permission; nobody where they do not hold it."""
        giving = self._giving(who, permission)
        if isinstance(giving, Refused):
            return Sight()
        with self.house.store.engine.connect() as connection:
            return together(sight_of(connection, who, role, role.gives[Permission(permission)]) for role in giving)

    def ask(self, who: Principal, command: Any, *, digest: bytes = b"", reason: str = "") -> RowOutcome | Waiting:
        """Execute a command for somebody, once for its key, or put it before others first. Raises StoreTrouble.

        `digest` is what a repeat is recognised by, b"" for the content of the command. Refuses as `may` does, field_not_yours,
        rank_not_yours, and what the verb refuses.
        """
        found = self.submit(who, command, digest=digest, reason=reason)
        return found.result() if isinstance(found, Future) else found

    def submit(
        self,
        who: Principal,
        command: Any,
        *,
        digest: bytes = b"",
        reason: str = "",  # noqa: ARG002
    ) -> "Future[RowOutcome] | RowOutcome | Waiting":
        """Do as `ask` does without waiting: a command on a customer is queued, and the future holds its outcome once it is durable."""
        refused = self._refuse(who, command)
        if refused is not None:
            return refused
        if type(command) in DOSSIER_WIRING:
            return self.house.execute(command, actor=who.actor, digest=digest)
        return self.house.submit(command, actor=who.actor, digest=digest)

    def _refuse(self, who: Principal, command: Any) -> Refused | None:
        """Give why somebody may not ask for a command at all."""
        access, name = VERBS[NAMES[type(command)]], NAMES[type(command)]
        giving = self._giving(who, access.permission)
        if isinstance(giving, Refused):
            return giving
        with self.house.store.engine.connect() as connection:
            found = self._found_for(connection, who, command, access, giving)
        refused = found if isinstance(found, Refused) else self._refuse_weak(who, found.role, access.permission)
        return refused or _refuse_fields(found, command, name, access)  # type: ignore[arg-type]

    def saw(self, who: Principal, what: str, customer_ids: Iterable[int], reason: str = "") -> None:
        """Put on record that somebody is about to see personal data of customers; call it before the data are given."""
        with self.house.store.changing() as connection:
            for customer_id in dict.fromkeys(customer_ids):
                record(connection, self.house.now(), who.actor, VIEWED, what, customer_id, reason)

    def _today(self) -> date:
        return self.house.now().date()

    def _giving(self, who: Principal, permission: str) -> list[Role] | Refused:
        """Give the roles of somebody that give a permission at all, to which the key must not be narrowed away."""
        missing = Refused("permission_missing", "", permission)
        assert permission in SAID, f"{permission!r} is no permission"
        if who.narrowed and permission not in who.narrowed:
            return missing
        return [role for role in held(who.roles, self._today(), self.book) if permission in role.gives] or missing

    def _found(self, connection: Connection, who: Principal, permission: str, target: Target, giving: list[Role]) -> Found | Refused:
        """Give by which role the target is reached; the one that needs no second factor first."""
        word = Permission(permission)
        if target == EVERYBODY:
            farthest = max(giving, key=lambda role: REACH[role.gives[word]])
            return Found(farthest, farthest.gives[word])
        stand = stand_of(connection, who, target)
        if not stand.is_there:
            return Refused("absent")
        reached = []
        for role in giving:
            relation = relation_of(connection, who, role, target, stand)
            if relation is not None and REACH[relation] <= REACH[role.gives[word]]:
                reached.append(Found(role, relation))
        if reached:
            return min(reached, key=lambda found: (permission in found.role.strong, REACH[found.relation]))
        sees = self._sees(connection, who, target, stand)
        return Refused("permission_missing", "", permission) if sees else Refused("absent")

    def _sees(self, connection: Connection, who: Principal, target: Target, stand: Stand) -> bool:
        """Tell whether somebody may know that a target is there."""
        reading = READ_OF_DOSSIER.get(target.kind, Permission.CUSTOMER_READ if target.customer_id > 0 else None)
        if reading is None:
            return target == NOTHING
        for role in held(who.roles, self._today(), self.book):
            relation = relation_of(connection, who, role, target, stand) if reading in role.gives else None
            if relation is not None and REACH[relation] <= REACH[role.gives[reading]]:
                return True
        return False

    def _found_for(self, connection: Connection, who: Principal, command: Any, access: VerbAccess, giving: list[Role]) -> Found | Refused:
        """Give by which role a command may be asked: about its customer or dossier, or in the name of the party that it names."""
        target = target_of(command)
        parties = [role for role in giving if role.acts_for != HOUSE]
        named = _named(connection, command, access, parties)
        if named is None:
            return self._found(connection, who, access.permission, target, giving)
        if not stand_of(connection, who, target).is_there:
            return Refused("absent")
        found = self._found(connection, who, access.permission, named, [role for role in giving if role.acts_for == named.kind])
        others = [role for role in giving if role.acts_for != named.kind]
        if isinstance(found, Refused) and others:
            return self._found(connection, who, access.permission, target, others)
        return found

    def _refuse_weak(self, who: Principal, role: Role, permission: str) -> Refused | None:
        """Refuse what needs a second factor that was not shown, or too long ago."""
        if permission not in role.strong or role.is_machine:
            return None
        lasts = strong_for(self.house.rules, self.house.now())
        if who.strong_at is not None and who.strong_at <= self.house.now() < who.strong_at + lasts:
            return None
        return Refused("second_factor_needed", "POLICY.IDENTITY.STRONG", permission)


def _named(connection: Connection, command: Any, access: VerbAccess, parties: list[Role]) -> Target | None:
    """Give the party in whose name a command is, where one of the roles acts for such a party; None for the house and borrowers."""
    sides = {role.acts_for for role in parties}
    if access.party == "bidder" and "bidder" in sides:
        return Target(kind="bidder", subject=command.bidder)
    if MERCHANT not in sides:
        return None
    if access.party == "merchant":
        return Target(kind=PURCHASE, subject=command.merchant)
    if access.permission == Permission.LOAN_REFUND:
        return Target(kind=PURCHASE, subject=merchant_of(connection, command.customer_id, command.loan_id, command.purchase))
    return None


def _refuse_fields(found: Found, command: Any, name: str, access: VerbAccess) -> Refused | None:
    """Refuse what somebody says of themselves that their role does not give, and what only the house may say."""
    if access.ranked and getattr(command, access.ranked) not in found.role.ranks:
        given = getattr(command, access.ranked)
        return Refused("rank_not_yours", "", f"{given!r}; {found.role.name}: {', '.join(found.role.ranks) or 'none'}")
    for field in fields(command):
        said = getattr(command, field.name)
        if field.name in access.kept and said != field.default:
            return Refused("field_not_yours", "", f"{field.name} of {name}")
        if found.relation is Relation.OWN and field.name in access.own and said != access.own[field.name]:
            return Refused("field_not_yours", "", f"{field.name} of {name}")
    return None
