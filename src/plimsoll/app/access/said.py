"""What a command says of who asks it: fields not theirs to set, a rank that their role does not give, a price of their own making."""

from dataclasses import fields
from typing import Any

from plimsoll.app.access.look import Looking
from plimsoll.app.access.price import agreed_rate
from plimsoll.app.access.principal import Relation
from plimsoll.app.access.role import BORROWER, Role
from plimsoll.app.access.verbs import VerbAccess
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


def refuse_said(looking: Looking, rules: Rules, command: Any, access: VerbAccess, role: Role, relation: Relation) -> Refused | None:
    """Refuse what somebody may not say of themselves: rank_not_yours, field_not_yours, rate_not_agreed.

    What a borrower does is never dated back: a repayment would spare them days of interest, and a draw find an old price.
    """
    if role.acts_for == BORROWER:
        today = looking.open_on
        if today.year > 1 and command.on < today:
            return Refused("field_not_yours", "", f"on: {command.on}, today {today}")
    if access.ranked and getattr(command, access.ranked) not in role.ranks:
        return Refused("rank_not_yours", "", f"{getattr(command, access.ranked)!r}; {role.name}: {', '.join(role.ranks) or 'none'}")
    for field in fields(command) if access.kept or access.own else ():
        said = getattr(command, field.name)
        if field.name in access.kept and said != field.default:
            return Refused("field_not_yours", "", field.name)
        if field.name in access.own and said != (access.own[field.name] if relation is Relation.OWN else field.default):
            return Refused("field_not_yours", "", field.name)
    if access.is_priced and relation is Relation.OWN:
        return _refuse_rate(looking, rules, command)
    return None


def _refuse_rate(looking: Looking, rules: Rules, command: Any) -> Refused | None:
    agreed = agreed_rate(looking.connection, rules, command.customer_id, command.product, command.on)
    if isinstance(agreed, Refused):
        return agreed
    return None if command.rate == agreed else Refused("rate_not_agreed", "", f"{command.rate.text()}, agreed {agreed.text()}")
