"""Queues of work and what monitoring knows, as the API shows them; each as far as one may see."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.business_day import at_of
from plimsoll.app.show.queues import PERMISSIONS, QueueCount, WorkAsked, WorkRow, as_today, queue_counts, work_page
from plimsoll.app.show.watching import WatchCounts, Watched, watch_counts, watched
from plimsoll.interfaces.http.operation import Asked, Operation, PageOf
from plimsoll.interfaces.http.shown import (
    after_in,
    cursor_of,
    customer_in,
    house_in,
    listed,
    page_of,
    shape_of,
    shown,
    sight_in,
    today_of,
    told,
)
from plimsoll.units.refusal import Refused

TAG: Final = "Work"
KEYS: Final = 5


class WorkQuery(PageOf):
    """Which rows: in a state (all but done where none is named), of somebody ("none": of nobody, "me"), only those overdue."""

    state: Literal["", "open", "claimed", "waiting", "done"] = ""
    assigned_to: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00-\x1f]*$")] = ""
    overdue: Annotated[bool, Field()] = False


def list_work(asked: Asked) -> Any:
    """Give rows of a queue, the most pressing first."""
    kind = asked.path["queue"]
    if kind not in PERMISSIONS:
        return Refused("absent")
    sight = sight_in(asked, PERMISSIONS[kind])
    if isinstance(sight, Refused):
        return sight
    query: WorkQuery = asked.query or WorkQuery()
    whom = {"": None, "none": "", "me": asked.who.user_id}.get(query.assigned_to, query.assigned_to)
    wanted = WorkAsked(query.state, whom, query.overdue)
    after = after_in(asked, "work", KEYS)
    house, at = asked.house, at_of(asked.house)
    found = work_page(house.store, kind, at, wanted, sight=sight, after=after, limit=query.limit)
    page = as_today(house.store, found, at, house.rules)
    return listed(page.rows, cursor_of(asked, "work", *page.next_after) if page.next_after else "")


def list_queues(asked: Asked) -> Any:
    """Give how much waits in each queue that one may see."""
    kinds, sights = [], []
    for kind, permission in PERMISSIONS.items():
        sight = sight_in(asked, permission)
        if not isinstance(sight, Refused):
            kinds.append(kind)
            sights.append(sight)
    return listed(queue_counts(asked.house.store, at_of(asked.house), kinds, sights))


def get_monitoring(asked: Asked) -> Any:
    """Give what monitoring knows of one customer."""
    customer_id = customer_in(asked, "warning.read")
    if isinstance(customer_id, Refused):
        return customer_id
    found = watched(asked.house.store, customer_id, today_of(asked), asked.house.now())
    return shown(found, asked, customer_id, what="monitoring")


def get_watch_counts(asked: Asked) -> Any:
    """Give what monitoring has on record of the whole book."""
    refused = house_in(asked, "portfolio.read")
    return refused or told(watch_counts(asked.house.store))


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_queues",
        method="GET",
        path="/queues",
        permission="",
        tag=TAG,
        said=("How much waits in each queue that one may see.", "各队列待办数量。"),
        answer=page_of(QueueCount),
        handle=list_queues,
    ),
    Operation(
        name="list_work",
        method="GET",
        path="/queues/{queue}",
        permission="",
        tag=TAG,
        said=("Rows of a queue, the most pressing first.", "队列中的事项，最紧急的在前。"),
        answer=page_of(WorkRow),
        handle=list_work,
        expands={"customer": "get_customer", "monitoring": "get_monitoring"},
        query=WorkQuery,
    ),
    Operation(
        name="get_monitoring",
        method="GET",
        path="/customers/{customer}/monitoring",
        permission="warning.read",
        tag=TAG,
        said=("Warnings, places above the load line, classes and signals of a customer.", "客户的预警、超载位置、分类与信号。"),
        answer=shape_of(Watched),
        handle=get_monitoring,
        shows_personal=True,
    ),
    Operation(
        name="get_watch_counts",
        method="GET",
        path="/monitoring",
        permission="portfolio.read",
        tag=TAG,
        said=("What monitoring has on record of the whole book.", "全账簿的监测概况。"),
        answer=shape_of(WatchCounts),
        handle=get_watch_counts,
    ),
)
