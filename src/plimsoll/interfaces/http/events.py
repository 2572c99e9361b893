"""Events: what happened, in the order of the audit chain, for whoever missed a webhook or wants no webhook at all."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.events.listing import page_after
from plimsoll.app.events.type import TYPES
from plimsoll.app.hooks.deliver import envelope
from plimsoll.app.sandbox.tell import caught_up
from plimsoll.interfaces.http.operation import LIMIT_MAX, Asked, Operation, Shape
from plimsoll.interfaces.http.shape import WHOLE_MAX, Day, Flag, Instant
from plimsoll.interfaces.http.shown import house_in
from plimsoll.units.refusal import Malformed, Refused

TAG: Final = "Events"
TYPES_MAX: Final = 4_000
_Seq = Annotated[int, Field(ge=0, le=WHOLE_MAX)]
_Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,19}$", max_length=19)]
_Clock = Annotated[str, StringConstraints(pattern=r"^(clk_[0-9a-f]{20})?$", max_length=24)]
_Said = Annotated[str, StringConstraints(max_length=500)]
_Value = _Said | Annotated[int, Field(strict=True, ge=-WHOLE_MAX, le=WHOLE_MAX)] | Flag


class EventsAsked(Shape):
    """Events after which number, of which types (with commas between, "" for all), and how many."""

    after: _Seq = 0
    types: Annotated[str, StringConstraints(max_length=TYPES_MAX, pattern=r"^[a-z0-9_.,]*$")] = ""
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 50


class EventShown(Shape):
    """One event as CloudEvents 1.0 writes it; `cursor` is its number in the chain, `sequence` grows within what it is about.

    `testclock` is the clock under which it happened, "" for none."""

    specversion: Literal["1.0"]
    id: Annotated[str, StringConstraints(pattern=r"^evt_[0-9a-f]{32}$", max_length=36)]
    source: _Said
    type: Annotated[str, StringConstraints(pattern=r"^plimsoll\.[a-z_]+\.[a-z_]+\.v[0-9]{1,2}$", max_length=100)]
    subject: _Said
    time: Instant
    datacontenttype: Literal["application/json"]
    sequence: _Number
    cursor: _Number
    businessdate: Day
    livemode: Flag
    testclock: _Clock = ""
    data: dict[_Said, _Value | dict[_Said, _Value]]


class EventList(Shape):
    """Some events; ask again after `next_after`. Where `has_more` is false everything up to now was told."""

    data: Annotated[list[EventShown], Field(max_length=LIMIT_MAX)]
    next_after: _Seq
    has_more: Flag


def list_events(asked: Asked) -> dict[str, Any] | Refused:
    """Give events after a number, and how far was looked."""
    refused = house_in(asked, "event.read")
    if refused is not None:
        return refused
    query: EventsAsked = asked.query or EventsAsked()
    kinds = tuple(kind for kind in query.types.split(",") if kind)
    for kind in kinds:
        if kind not in TYPES:
            raise Malformed("event_type_unknown", kind[:100], key="types")
    clock_id = caught_up(asked.house)
    page = page_after(asked.house.store, query.after, query.limit, kinds)
    return {
        "data": [envelope(event, asked.house.mode, clock_id) for event in page.events],
        "next_after": page.seen_seq,
        "has_more": page.seen_seq > query.after and bool(page_after(asked.house.store, page.seen_seq, 1, kinds).events),
    }


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_events",
        method="GET",
        path="/events",
        permission="event.read",
        tag=TAG,
        said=("Events after a number, in order: what a webhook would have told.", "按序列出某编号之后的事件：与推送内容一致。"),
        answer=EventList,
        handle=list_events,
        query=EventsAsked,
    ),
)
