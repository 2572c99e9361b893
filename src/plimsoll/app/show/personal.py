"""What the vault holds of a person: masked, whole for a reason, and the log of who looked."""

from dataclasses import dataclass
from datetime import datetime

from plimsoll.app.vault import Act, Vault
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class MaskedRow:
    """A value as everybody who may see the customer sees it: 138****1234."""

    field: str
    ref: str
    masked: str


@dataclass(frozen=True, slots=True)
class RevealedValue:
    """A whole value, given for a reason that stands on the person's log."""

    field: str
    ref: str
    value: str


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One look at a person's data, or one change of them: by whom, when, which, and why."""

    n: int
    at: datetime
    actor: str
    action: str
    field: str
    reason: str


def masked_rows(vault: Vault, customer_id: int) -> tuple[MaskedRow, ...]:
    """Give everything held of a person, masked; () for somebody erased. Rows read: those of the person."""
    return tuple(MaskedRow(one.field, one.ref, one.masked) for one in vault.show(customer_id))


def reveal(vault: Vault, customer_id: int, field: str, act: Act, ref: str = "") -> RevealedValue | Refused:
    """Give a whole value. Refuses vault_reason_missing, vault_value_unknown, vault_erased."""
    found = vault.reveal(customer_id, field, act, ref)
    return found if isinstance(found, Refused) else RevealedValue(field, ref, found)


def access_rows(vault: Vault, customer_id: int) -> tuple[AccessRow, ...]:
    """Give who looked, the latest first. Rows read: the person's log."""
    return tuple(AccessRow(one.n, one.at, one.actor, one.action, one.field, one.reason) for one in reversed(vault.log(customer_id)))
