"""The journal of a day as the API shows it: every entry with its legs, and where the sums that it has to agree with stand."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.show.journal import FIRST, DayEntry, Only, journal_of
from plimsoll.interfaces.http.operation import LIMIT_MAX, Asked, Operation, PageOf, Shape
from plimsoll.interfaces.http.shape import Day, Flag
from plimsoll.interfaces.http.shown import after_in, cursor_of, house_in, listed, shape_of, today_of
from plimsoll.ledger.chart import CODES

LIST: Final = "journal"
_Link = Annotated[str, StringConstraints(pattern=r"^/v1/[a-z_]+[/?a-z_=0-9-]*$", max_length=60)]
_Entries: Any = Annotated[list[shape_of(DayEntry)], Field(max_length=LIMIT_MAX)]  # type: ignore[misc]  # a shape that is made here
_Account: Any = Literal["", *CODES]
_Product = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9._-]*$")]


class JournalAsked(PageOf):
    """Of which day: the business date where none is named; of one product, or on one account."""

    on: Day | None = None
    product: _Product = ""
    account: _Account = ""


class JournalOfDay(Shape):
    """Entries of a day by customer and loan. A page may hold fewer than were asked for: only an empty `next_cursor` is the end."""

    object: Literal["journal"] = "journal"
    on: Day
    is_final: Flag
    """Whether the day is closed, so that nothing more is posted on it."""
    data: _Entries
    next_cursor: Annotated[str, StringConstraints(max_length=600)]
    trial_balance: _Link
    """Where the balances that these entries led to stand."""
    close: _Link
    """Where the close of the day stands, with what it posted by account."""


def list_journal(asked: Asked) -> Any:
    """Give a page of the journal of a day."""
    refused = house_in(asked, "ledger.read")
    if refused is not None:
        return refused
    query: JournalAsked = asked.query or JournalAsked()
    after, on = after_in(asked, LIST, 3), query.on or today_of(asked)
    place = (int(after[0]), int(after[1]), int(after[2])) if after else FIRST
    page = journal_of(asked.house.store, on, Only(query.product, query.account), place, query.limit)
    following = cursor_of(asked, LIST, *page.next_after) if page.next_after else ""
    links = {"trial_balance": f"/v1/trial_balances?as_of={on}", "close": f"/v1/closes/{on}"}
    return {"on": on, "is_final": page.is_final, **listed(page.rows, following), **links}


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_journal",
        method="GET",
        path="/journal",
        permission="ledger.read",
        tag="Ledger",
        said=("The journal of a day: every entry with its legs.", "某日日记账：每笔分录及其借贷明细。"),
        answer=JournalOfDay,
        handle=list_journal,
        query=JournalAsked,
    ),
)
