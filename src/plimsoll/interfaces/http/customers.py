"""Customers as the API shows them: the list, one on a page, contacts, and what stands open with them."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.show.customer import CustomerPage, customer_page
from plimsoll.app.show.customers import CustomerRow, Filters, customers
from plimsoll.interfaces.http.operation import Asked, Operation, PageOf
from plimsoll.interfaces.http.shown import after_in, cursor_of, customer_in, day_in, listed, page_of, shape_of, shown, sight_in, today_of
from plimsoll.units.refusal import Refused

TAG: Final = "Customers"
DAYS_MAX: Final = 36_500
_Days = Annotated[int, Field(ge=0, le=DAYS_MAX)]
_Word = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9._-]*$")]


class CustomersAsked(PageOf):
    """Which customers: by the status of their line, days past due, a product they have, their unit."""

    status: Literal["", "open", "frozen", "closed", "none"] = ""
    late_from: _Days | None = None
    late_through: _Days | None = None
    product: _Word = ""
    unit: _Word = ""


def list_customers(asked: Asked) -> dict[str, Any] | Refused:
    """Give some customers whom one may see."""
    sight = sight_in(asked, "customer.read")
    if isinstance(sight, Refused):
        return sight
    query: CustomersAsked = asked.query or CustomersAsked()
    filters = Filters(query.status, query.late_from, query.late_through, query.product, query.unit)
    after = after_in(asked, "customers", 1)
    page = customers(asked.house.store, day_in(asked), filters, after=int(after[0]) if after else 0, limit=query.limit, sight=sight)
    return listed(page.rows, "" if page.next_after is None else cursor_of(asked, "customers", page.next_after))


def get_customer(asked: Asked) -> Any:
    """Give one customer on a page; what is shown of the person is masked, and the look is on record."""
    customer_id = customer_in(asked, "customer.read")
    if isinstance(customer_id, Refused):
        return customer_id
    asked.door.saw(asked.who, "customer", (customer_id,))
    house = asked.house
    page = customer_page(house.store, customer_id, today_of(asked).toordinal(), house.now(), house.vault, house.rules)
    if not isinstance(page, Refused) and asked.who.party:
        page = page.for_party()
    return shown(page, asked, customer_id)


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_customers",
        method="GET",
        path="/customers",
        permission="customer.read",
        tag=TAG,
        said=("Customers, with limit, use, what is owed and how late.", "客户列表：额度、用信、欠款与逾期天数。"),
        answer=page_of(CustomerRow),
        handle=list_customers,
        expands={"loans": "list_loans", "limit_history": "get_limit_history", "monitoring": "get_monitoring"},
        query=CustomersAsked,
    ),
    Operation(
        name="get_customer",
        method="GET",
        path="/customers/{customer}",
        permission="customer.read",
        tag=TAG,
        said=("One customer: line and load line, loans, dues, what stands open.", "单个客户：额度与负债能力线、贷款、应还、未结事项。"),
        answer=shape_of(CustomerPage),
        handle=get_customer,
        expands={
            "loans": "list_loans",
            "applications": "list_applications",
            "limit_history": "get_limit_history",
            "contacts": "list_contacts",
            "promises": "list_promises",
            "complaints": "list_complaints",
            "consents": "list_consents",
            "monitoring": "get_monitoring",
        },
        shows_personal=True,
    ),
)
