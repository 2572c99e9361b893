"""What the vault holds of a person, as the API shows it: masked to who may see the customer, whole only for a reason that is on record."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from plimsoll.app.erase import erase_person
from plimsoll.app.show.personal import AccessRow, MaskedRow, RevealedValue, access_rows, masked_rows, reveal
from plimsoll.app.vault import VALUE_LENGTH_MAX, Act
from plimsoll.interfaces.http.once import once
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.shape import CustomerId, Flag, Text
from plimsoll.interfaces.http.shown import customer_in, listed, page_of, shape_of, today_of, told
from plimsoll.protection.mask import mask
from plimsoll.units.refusal import Refused

TAG: Final = "Customers"
PATH: Final = "/customers/{customer}/personal"


class Why(Shape):
    """Why a whole value is looked at, and which of several (`ref`)."""

    reason: Annotated[Text, Field(min_length=4, max_length=200)]
    ref: Annotated[Text, Field(max_length=100)] = ""


class Value(Shape):
    """A whole value, in place of the one before, and why it is put there; `ref` tells several of a kind apart."""

    value: Annotated[str, Field(strict=True, min_length=1, max_length=VALUE_LENGTH_MAX)]
    reason: Annotated[Text, Field(min_length=4, max_length=200)]
    ref: Annotated[Text, Field(max_length=100)] = ""


class Erasure(Shape):
    """Why a person is erased."""

    reason: Annotated[Text, Field(min_length=4, max_length=200)]


class Erased(Shape):
    """That a person's key is destroyed, and with it all that the vault held of them."""

    object: Literal["erasure"] = "erasure"
    customer: CustomerId
    is_erased: Flag = True


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


def put_personal(asked: Asked) -> Any:
    """Seal one value; who put it there and why stands on the person's log. The same again changes nothing but the log."""
    customer_id = customer_in(asked, "personal.write")
    if isinstance(customer_id, Refused):
        return customer_id
    house, body, field = asked.house, asked.body, asked.path["field"]
    if house.vault is None:
        return Refused("vault_keys_missing")
    refused = house.vault.put(customer_id, field, body.value, Act(asked.who.actor, house.now(), body.reason), body.ref)
    return refused or told(MaskedRow(field, body.ref, mask(field, body.value)))


def erase_personal(asked: Asked) -> Any:
    """Erase a person for good; twice is once."""
    customer_id = customer_in(asked, "personal.erase")
    if isinstance(customer_id, Refused):
        return customer_id
    house, act = asked.house, Act(asked.who.actor, asked.house.now(), asked.body.reason)
    if house.vault is None:
        return Refused("vault_keys_missing")
    return erase_person(house.vault, customer_id, act, today_of(asked), house.rules) or {"customer": asked.path["customer"]}


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
        name="put_personal",
        method="PUT",
        path=PATH + "/{field}",
        permission="personal.write",
        tag=TAG,
        said=("Put one value of a person in the vault.", "将一项个人信息存入保险库。"),
        answer=shape_of(MaskedRow),
        handle=put_personal,
        body=Value,
        example={"value": "13800001234", "reason": "told at the counter with the identity card"},
    ),
    once(
        Operation(
            name="erase_personal",
            method="POST",
            path=PATH + "/erasures",
            permission="personal.erase",
            tag=TAG,
            said=(
                "Erase a person's data for good, where nothing is owed and no law keeps them.",
                "永久删除个人信息：债务已清且无法定保存期。",
            ),
            answer=Erased,
            handle=erase_personal,
            body=Erasure,
            example={"reason": "asked for in writing on 2 December 2026"},
        ),
        is_one_change=False,
        asks="",
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
