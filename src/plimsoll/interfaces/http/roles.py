"""Who may do what: the roles and permissions of policy, and to which unit a customer belongs."""

from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from plimsoll.app.access.principal import Target
from plimsoll.app.access.unit import LENGTH_MAX, place_in_unit
from plimsoll.app.show.roles import PermissionShown, RoleShown, permission_rows, role_rows
from plimsoll.interfaces.http.ids import customer_text, read_customer
from plimsoll.interfaces.http.once import once
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.shape import CustomerId, Text
from plimsoll.interfaces.http.shown import house_in, listed, page_of, told
from plimsoll.units.refusal import Refused

TAG: Final = "Access"
_Unit = Annotated[str, Field(strict=True), StringConstraints(max_length=LENGTH_MAX)]


class Placing(Shape):
    """To which unit a customer goes, "" to none, and why."""

    unit: _Unit
    reason: Text = ""


class Placed(Shape):
    """A customer and the unit that they belong to now."""

    customer: CustomerId
    unit: _Unit


def list_roles(asked: Asked) -> Any:
    """Give the roles as they stand today."""
    refused = house_in(asked, "role.read")
    return refused or listed(role_rows(asked.house.now().date()), of=told)


def list_permissions(asked: Asked) -> Any:
    """Give the permissions with who has them today."""
    refused = house_in(asked, "role.read")
    return refused or listed(permission_rows(asked.house.now().date()), of=told)


def place_customer(asked: Asked) -> Any:
    """Give a customer to a unit."""
    customer_id = read_customer(asked.path["customer"])
    relation = asked.door.may(asked.who, "customer.place", Target(customer_id))
    if isinstance(relation, Refused):
        return relation
    refused = place_in_unit(asked.house, asked.who, customer_id, asked.body.unit, asked.body.reason)
    return refused or {"customer": customer_text(customer_id), "unit": asked.body.unit}


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_roles",
        method="GET",
        path="/roles",
        permission="role.read",
        tag=TAG,
        said=("Roles, what each gives, and how far.", "角色、各自的权限及范围。"),
        answer=page_of(RoleShown),
        handle=list_roles,
    ),
    Operation(
        name="list_permissions",
        method="GET",
        path="/permissions",
        permission="role.read",
        tag=TAG,
        said=("Permissions, which verbs ask for them, and which roles give them.", "权限、所需的操作及授予它的角色。"),
        answer=page_of(PermissionShown),
        handle=list_permissions,
    ),
    once(
        Operation(
            name="place_customer",
            method="PUT",
            path="/customers/{customer}/unit",
            permission="customer.place",
            tag=TAG,
            said=("Say to which unit a customer belongs.", "指定客户所属机构。"),
            answer=Placed,
            handle=place_customer,
            body=Placing,
            example={"unit": "north", "reason": "moved house"},
        ),
        asks="",
    ),
)
