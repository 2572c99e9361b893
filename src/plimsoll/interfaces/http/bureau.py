"""What a customer can ask to see of the credit bureau, and who deals with it: notices, records as they went out, disputes."""

from typing import Any, Final

from plimsoll.app.file import filings_of
from plimsoll.app.show.bureau import BureauPage, bureau_page
from plimsoll.interfaces.http.operation import Asked, Operation
from plimsoll.interfaces.http.shown import customer_in, shape_of, told
from plimsoll.units.refusal import Refused


def get_bureau(asked: Asked) -> Any:
    """Give what was told of a customer to the credit bureau; that it was looked at goes on record."""
    customer_id = customer_in(asked, "bureau.read")
    if isinstance(customer_id, Refused):
        return customer_id
    asked.door.saw(asked.who, "bureau", (customer_id,))
    return told(bureau_page(customer_id, filings_of(asked.house.store, customer_id)))


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="get_bureau",
        method="GET",
        path="/customers/{customer}/bureau",
        permission="bureau.read",
        tag="Bureau",
        said=("What was told of a customer to the credit bureau: notices, records, disputes.", "征信报送情况：告知、报送记录与异议。"),
        answer=shape_of(BureauPage),
        handle=get_bureau,
        shows_personal=True,
    ),
)
