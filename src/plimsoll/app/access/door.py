"""The door of the house: who may do what to whom, and the one way in for whatever changes something.

Every interface asks here. What somebody may not see looks like what is not there: `absent`, whether it is somebody else's or nobody's.
A door with the second pair of eyes of the house is opened by `plimsoll.app.open_door`.
"""

from collections.abc import Iterable
from concurrent.futures import Future
from datetime import date, datetime
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

from plimsoll.app.access.coarse import coarsely
from plimsoll.app.access.event import record
from plimsoll.app.access.look import Looking, Seen
from plimsoll.app.access.permission import READ_OF_DOSSIER, SAID, Permission
from plimsoll.app.access.policy import strong_for
from plimsoll.app.access.principal import EVERYBODY, NOTHING, Principal, Relation, Target
from plimsoll.app.access.relation import PURCHASE, Sight, Stand, merchant_of, relation_of, sight_of, together
from plimsoll.app.access.repeat import is_repeat
from plimsoll.app.access.role import BIDDER, MERCHANT, REACH, Role, held
from plimsoll.app.access.said import refuse_said
from plimsoll.app.access.separation import refuse_action, refuse_holder, refuse_related
from plimsoll.app.access.unit import put_in_unit
from plimsoll.app.access.verbs import NAMES, VERBS, VerbAccess, target_of
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import RowOutcome
from plimsoll.app.house import LIVE, READ_ONLY, House
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.rulebook.access_conflict import Separation
from plimsoll.rulebook.access_role import RoleBook
from plimsoll.units.refusal import Refused

VIEWED: Final = "viewed"
BY_ANOTHER_WAY: Final = ("absent", "permission_missing", "duties_conflict")
"""Refusals that come of what happened since: who repeats what they were allowed to do is given the first answer."""


@runtime_checkable
class Waiting(Protocol):
    """Something that waits for others: its approval, the SHA-256 of what they are shown, how many have to agree, and until when."""

    @property
    def approval_id(self) -> str:
        """Give its id."""

    @property
    def sha256(self) -> str:
        """Give the digest of what is shown, in hex."""

    @property
    def checkers(self) -> int:
        """Give how many have to agree."""

    @property
    def expires_at(self) -> datetime:
        """Give the instant from which nobody can agree any more."""

    @property
    def rule(self) -> str:
        """Give the rule that asks for it."""


class Eyes(Protocol):
    """The second pair of eyes: whether a command needs it, and how it is put before others."""

    def __call__(
        self, house: House, who: Principal, command: Any, reason: str, digest: bytes, seen: Seen | None
    ) -> Waiting | Refused | None:
        """Give what a command waits for now, or why it cannot wait; None where who asks may do it alone. `seen` was read already."""


class Found(NamedTuple):
    """The role by which somebody may, and how they stand to the target in it."""

    role: Role
    relation: Relation


class Door:
    """Decides who may, by the roles of policy on the day it is asked."""

    def __init__(self, house: House, *, eyes: Eyes | None = None, book: RoleBook | None = None, kept: Separation | None = None) -> None:
        """Take the house and its second pair of eyes; a test has roles and separations of its own."""
        self.house = house
        self.eyes = eyes
        self.book = book
        self.kept = kept

    def may(self, who: Principal, permission: str, target: Target = NOTHING) -> Relation | Refused:
        """Give how somebody stands to a target for which they hold a permission; for a list over customers, how far it reaches.

        Refuses absent (what is asked about is not there, or not to be seen by them), permission_missing, duties_conflict,
        second_factor_needed.
        """
        giving = self._giving(who, permission)
        if isinstance(giving, Refused):
            return giving
        with Looking(self.house.store, who, target) as looking:
            found = self._found(looking, who, permission, target, giving)
            return found if isinstance(found, Refused) else found.relation

    def holds(self, who: Principal, permission: str) -> bool:
        """Tell whether somebody holds a permission at all, over whomever; nothing is read for it."""
        return not isinstance(self._giving(who, permission), Refused)

    def sight(self, who: Principal, permission: str) -> Sight:
        """Give whom somebody sees in a list by a permission; nobody where they do not hold it."""
        giving = self._giving(who, permission)
        if isinstance(giving, Refused):
            return Sight()
        return together(sight_of(who, role, role.gives[Permission(permission)]) for role in giving)

    def ask(self, who: Principal, command: Any, *, digest: bytes = b"", reason: str = "") -> RowOutcome | Waiting:
        """Execute a command for somebody, once for its key, or put it before others first. Raises StoreTrouble.

        `digest` is what a repeat is recognised by, b"" for the command itself. Refuses mode_read_only, as `may` does, rank_not_yours,
        field_not_yours, rate_not_agreed, and what the verb refuses.
        """
        found = self.submit(who, command, digest=digest, reason=reason)
        return found.result() if isinstance(found, Future) else found

    def submit(self, who: Principal, command: Any, *, digest: bytes = b"", reason: str = "") -> "Future[RowOutcome] | RowOutcome | Waiting":
        """Do as `ask` does without waiting: a command on a customer is queued, and the future holds its outcome once it is durable."""
        if self.house.mode == READ_ONLY:
            return Refused("mode_read_only")
        with Looking(self.house.store, who, target_of(command), command.key) as looking:
            refused = self._refuse(looking, who, command)
        if refused is None:
            assert self.eyes is not None, "open the door by plimsoll.app.open_door: this one has no second pair of eyes"
            waits = self.eyes(self.house, who, command, reason, digest, looking.seen)
            if waits is not None:
                return waits
        elif not self._is_repeat(who, command, refused):
            return refused
        if NAMES[type(command)] == "open_customer" and who.unit:
            return self._open_in_unit(who, command, digest)
        if type(command) in DOSSIER_WIRING:
            return self.house.execute(command, actor=who.actor, digest=digest)
        return coarsely(who, command, self.house.submit(command, actor=who.actor, digest=digest))

    def _open_in_unit(self, who: Principal, command: Any, digest: bytes) -> RowOutcome:
        """Open a customer, who then belongs to the unit of whoever opened them; a repeat makes up for a crash in between."""
        outcome = self.house.execute(command, actor=who.actor, digest=digest)
        if isinstance(outcome, Answer):
            put_in_unit(self.house, who, command.customer_id, who.unit)
        return outcome

    def saw(self, who: Principal, what: str, customer_ids: Iterable[int], reason: str = "") -> None:
        """Put on record that somebody is about to see personal data of customers; call it before the data are given."""
        with self.house.store.changing() as connection:
            for customer_id in dict.fromkeys(customer_ids):
                record(connection, self.house.now(), who.actor, VIEWED, what, customer_id, reason)

    def _refuse(self, looking: Looking, who: Principal, command: Any) -> Refused | None:
        """Refuse a command that somebody may not ask: by permission and relation, by duties, by what it says of them."""
        name = NAMES[type(command)]
        access = VERBS[name]
        giving = self._giving(who, access.permission)
        if isinstance(giving, Refused):
            return giving
        found = self._found_for(looking, who, command, access, giving)
        if isinstance(found, Refused):
            return found
        refused = refuse_action(looking, who, command, name, self.house.now(), self.kept)
        return refused or refuse_said(looking, self.house.rules, command, access, found.role, found.relation)

    def _is_repeat(self, who: Principal, command: Any, refused: Refused) -> bool:
        if refused.code not in BY_ANOTHER_WAY or isinstance(self._giving(who, VERBS[NAMES[type(command)]].permission), Refused):
            return False
        with self.house.store.engine.connect() as connection:
            return is_repeat(connection, command, who.actor)

    def _today(self) -> date:
        return self.house.now().date()

    def _giving(self, who: Principal, permission: str) -> list[Role] | Refused:
        """Give the roles of somebody that give a permission at all, to which the key must not be narrowed away."""
        assert permission in SAID, f"{permission!r} is no permission"
        missing = Refused("permission_missing", "", permission)
        if who.narrowed and permission not in who.narrowed:
            return missing
        giving = [role for role in held(who.roles, self._today(), self.book) if permission in role.gives]
        if self.house.mode == LIVE:
            giving = [role for role in giving if permission not in role.sandbox]
        return giving or missing

    def _found(self, looking: Looking, who: Principal, permission: str, target: Target, giving: list[Role]) -> Found | Refused:
        """Give by which role a target is reached with nothing against it, the nearest first; what is against it where there is none."""
        word = Permission(permission)
        if target == EVERYBODY:
            reached = [Found(role, role.gives[word]) for role in sorted(giving, key=lambda role: -REACH[role.gives[word]])]
        else:
            stand = looking.stand(target)
            # What is not there is looked up like what is: how long it takes does not tell the two apart.
            stands = [(role, relation_of(looking, who, role, target, stand)) for role in giving]
            reached = [Found(role, one) for role, one in stands if one is not None and REACH[one] <= REACH[role.gives[word]]]
            reached.sort(key=lambda found: REACH[found.relation])
            if not reached or not stand.is_there:
                sees = not reached and self._sees(looking, who, target, stand)
                return Refused("permission_missing", "", permission) if sees and stand.is_there else Refused("absent")
        against = None
        for found in reached:
            refused = self._against(looking, who, found.role, permission, target)
            if refused is None:
                return found
            against = against or refused
        assert against is not None
        return against

    def _sees(self, looking: Looking, who: Principal, target: Target, stand: Stand) -> bool:
        """Tell whether somebody may know that a target is there."""
        reading = READ_OF_DOSSIER.get(target.kind, Permission.CUSTOMER_READ if target.customer_id > 0 else None)
        if reading is None:
            return target == NOTHING
        giving = self._giving(who, reading)
        for role in () if isinstance(giving, Refused) else giving:
            relation = relation_of(looking, who, role, target, stand)
            if relation is not None and REACH[relation] <= REACH[role.gives[reading]]:
                return True
        return False

    def _found_for(self, looking: Looking, who: Principal, command: Any, access: VerbAccess, giving: list[Role]) -> Found | Refused:
        """Give by which role a command may be asked: about its customer or dossier, or in the name of the party that it names."""
        target = looking.target
        named = _named(looking, command, access, giving)
        if named is None:
            return self._found(looking, who, access.permission, target, giving)
        if not looking.stand(target).is_there:
            return Refused("absent")
        parties = [role for role in giving if role.acts_for == named.kind]
        others = [role for role in giving if role.acts_for != named.kind]
        found = self._found(looking, who, access.permission, named, parties)
        return self._found(looking, who, access.permission, target, others) if isinstance(found, Refused) and others else found

    def _against(self, looking: Looking, who: Principal, role: Role, permission: str, target: Target) -> Refused | None:
        """Give what is against somebody who may by a role: a duty that excludes it, who it is about, a second factor not shown."""
        refused = refuse_holder(who, role, permission, self._today(), book=self.book, separation=self.kept)
        refused = refused or refuse_related(looking, who, role, permission, target.customer_id, self.kept)
        return refused or self._refuse_weak(who, role, permission)

    def _refuse_weak(self, who: Principal, role: Role, permission: str) -> Refused | None:
        """Refuse what needs a second factor that was not shown, or too long ago; a machine has none to show."""
        if permission not in role.strong or role.is_machine:
            return None
        now = self.house.now()
        if who.strong_at is not None and who.strong_at <= now < who.strong_at + strong_for(self.house.rules, now):
            return None
        return Refused("second_factor_needed", "POLICY.IDENTITY.STRONG", permission)


def _named(looking: Looking, command: Any, access: VerbAccess, giving: list[Role]) -> Target | None:
    """Give the party in whose name a command is, where one of the roles acts for such a party; None for the house and borrowers."""
    sides = {role.acts_for for role in giving}
    if access.party == "bidder" and BIDDER in sides:
        return Target(kind=BIDDER, subject=command.bidder)
    if MERCHANT not in sides:
        return None
    if access.party == "merchant":
        return Target(kind=PURCHASE, subject=command.merchant)
    if access.permission == Permission.LOAN_REFUND:
        return Target(kind=PURCHASE, subject=merchant_of(looking.connection, command.customer_id, command.loan_id, command.purchase))
    return None
