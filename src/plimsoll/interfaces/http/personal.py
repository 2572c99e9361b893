"""What the vault holds of a person, as the API shows it: masked to who may see the customer, whole only for a reason that is on record."""

from typing import Annotated, Any, Final

from pydantic import Field

from plimsoll.app.show.personal import AccessRow, MaskedRow, RevealedValue, access_rows, masked_rows, reveal
from plimsoll.app.vault import Act
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.shape import Text
from plimsoll.interfaces.http.shown import customer_in, listed, page_of, shape_of, told
from plimsoll.units.refusal import Refused

TAG: Final = "Customers"
PATH: Final = "/customers/{customer}/personal"


class Why(Shape):
    """Why a whole value is looked at, and which of several (`ref`)."""

    reason: Annotated[Text, Field(min_length=4, max_length=200)]
    ref: Annotated[Text, Field(max_length=100)] = ""


def list_personal(asked: Asked) -> Any:
    """Give what is held of a person, masked."""
    customer_id = customer_in(asked, "customer.read")
    if isinstance(customer_id, Refused):
        return customer_id
    if asked.house.vault is None:
        return Refused("vault_keys_missing")
    asked.door.saw(asked.who, "personal", (customer_id,))
    return listed(masked_rows(asked.house.vault, customer_id))


def reveal_personal(asked: Asked) -> Any:
    """Give one whole value; who saw it and why stands on the person's log before it is given."""
    customer_id = customer_in(asked, "personal.reveal")
    if isinstance(customer_id, Refused):
        return customer_id
    house, body = asked.house, asked.body
    if house.vault is None:
        return Refused("vault_keys_missing")
    asked.door.saw(asked.who, f"personal {asked.path['field']}", (customer_id,), body.reason)
    found = reveal(house.vault, customer_id, asked.path["field"], Act(asked.who.actor, house.now(), body.reason), body.ref)
    return found if isinstance(found, Refused) else told(found)


def list_accesses(asked: Asked) -> Any:
    """Give who looked at a person's data, when and why."""
    customer_id = customer_in(asked, "customer.read")
    if isinstance(customer_id, Refused):
        return customer_id
    if asked.who.customer_id != customer_id:
        refused = asked.door.may(asked.who, "audit.read")
        if isinstance(refused, Refused):
            return refused
    vault = asked.house.vault
    return Refused("vault_keys_missing") if vault is None else listed(access_rows(vault, customer_id))


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_personal",
        method="GET",
        path=PATH,
        permission="customer.read",
        tag=TAG,
        said=("What is held of a person, masked.", "客户的个人信息（脱敏）。"),
        answer=page_of(MaskedRow),
        handle=list_personal,
        shows_personal=True,
    ),
    Operation(
        name="reveal_personal",
        method="POST",
        path=PATH + "/{field}/reveal",
        permission="personal.reveal",
        tag=TAG,
        said=("One whole value, for a reason that goes on record.", "查看一项完整信息，须说明理由并留痕。"),
        answer=shape_of(RevealedValue),
        handle=reveal_personal,
        body=Why,
        shows_personal=True,
        example={"reason": "the caller asked which number we have"},
    ),
    Operation(
        name="list_accesses",
        method="GET",
        path=PATH + "/accesses",
        permission="customer.read",
        tag=TAG,
        said=("Who looked at a person's data, and why.", "谁在何时因何查看过个人信息。"),
        answer=page_of(AccessRow),
        handle=list_accesses,
    ),
)
