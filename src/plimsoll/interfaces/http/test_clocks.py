"""Test clocks of a sandbox: made, moved forward by the real close, branched, deleted. A request lives under one by its header."""

from functools import partial
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from plimsoll.app.sandbox.clock import Clock
from plimsoll.app.sandbox.of_house import Sandbox, sandbox_of
from plimsoll.app.sandbox.stops import STOPS
from plimsoll.interfaces.http.once import Then, once
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.shape import Count, Day, Instant, Name, Text
from plimsoll.interfaces.http.shown import house_in, listed
from plimsoll.units.refusal import Refused

TAG: Final = "Sandbox"
PERMISSION: Final = "sandbox.play"
_Stop = Literal[
    "business_date.closed",
    "delinquency.bucket_changed",
    "delinquency.begun",
    "statement.issued",
    "repayment.due",
    "repayment.received",
    "loan.paid_off",
    "debit.succeeded",
    "debit.failed",
    "debit.unknown",
    "payment.returned",
    "reminder.sent",
    "delinquency_case.opened",
    "delinquency_case.closed",
    "promise.kept",
    "promise.partial",
    "promise.broken",
    "plan.kept",
    "plan.broken",
    "hardship.lapsed",
    "placement.ended",
    "warning.raised",
    "limit.cut",
    "limit.frozen",
    "limit.unfrozen",
]
_Moved = Annotated[str, Field(max_length=600)]


class ClockMade(Shape):
    """A clock and the instant at which it stands first."""

    name: Name
    at: Instant


class Advance(Shape):
    """How far a clock goes, and at what it stops before."""

    to: Instant
    stop_on: Annotated[list[_Stop], Field(max_length=len(STOPS))] = Field(default_factory=list)


class Branch(Shape):
    """What the copy is called."""

    name: Name


class ClockShown(Shape):
    """A clock. `stopped_by` is what ended the last advance before its target, `failure` why it could not go on."""

    object: Literal["test_clock"] = "test_clock"
    id: Name
    name: Name
    status: Literal["frozen", "advancing", "failed", "deleted"]
    at: Instant
    business_date: Day
    target: Instant | None
    stop_on: Annotated[list[Text], Field(max_length=len(STOPS))]
    stopped_by: Text
    failure: _Moved
    parent: Annotated[str, Field(max_length=40)]
    owner: Text
    made_at: Instant
    version: Count


class ClockList(Shape):
    """Clocks, newest first."""

    data: Annotated[list[ClockShown], Field(max_length=200)]
    next_cursor: Annotated[str, Field(max_length=600)]


def list_clocks(asked: Asked) -> Any:
    """Give one's own clocks."""
    sandbox = _played(asked)
    return sandbox if isinstance(sandbox, Refused) else listed(sandbox.clocks.every(asked.who.user_id), of=clock_shown)


def make_clock(asked: Asked) -> Any:
    """Make a clock."""
    sandbox = _played(asked)
    if isinstance(sandbox, Refused):
        return sandbox
    return _told(sandbox.clocks.make(asked.body.name, asked.body.at, asked.who.user_id, asked.key))


def get_clock(asked: Asked) -> Any:
    """Give one clock."""
    found = _own(asked)
    return found if isinstance(found, Refused) else clock_shown(found[1])


def advance_clock(asked: Asked) -> Any:
    """Begin to move a clock forward."""
    found = _own(asked)
    if isinstance(found, Refused):
        return found
    sandbox, clock = found
    claimed = sandbox.mover.claim(clock.clock_id, asked.body.to, asked.body.stop_on)
    return claimed if isinstance(claimed, Refused) else Then(clock_shown(claimed), partial(sandbox.mover.go, claimed))


def go_on_with_advance(asked: Asked) -> None:
    """Go on with an advance that is asked for again under its key, where whoever moved the clock was stopped before its time."""
    found = _own(asked)
    if not isinstance(found, Refused):
        sandbox, clock = found
        sandbox.mover.go_on(clock, asked.body.to, asked.body.stop_on)


def branch_clock(asked: Asked) -> Any:
    """Make a clock whose book is a copy of another's."""
    found = _own(asked)
    if isinstance(found, Refused):
        return found
    sandbox, clock = found
    return _told(sandbox.clocks.branch(clock.clock_id, asked.body.name, asked.who.user_id, asked.key))


def delete_clock(asked: Asked) -> Any:
    """Delete a clock with its book."""
    found = _own(asked)
    if isinstance(found, Refused):
        return found
    sandbox, clock = found
    deleted = sandbox.clocks.retire(clock.clock_id)
    return deleted if isinstance(deleted, Refused) else Then(clock_shown(deleted), partial(_sweep, sandbox, deleted))


def _sweep(sandbox: Sandbox, deleted: Clock) -> None:
    """Close the book of a clock that is deleted, and take it away."""
    sandbox.opened.forget(deleted.clock_id)
    sandbox.clocks.sweep(deleted)


def _played(asked: Asked) -> Sandbox | Refused:
    return house_in(asked, PERMISSION) or sandbox_of(asked.house)


def _own(asked: Asked) -> tuple[Sandbox, Clock] | Refused:
    """Give the clock of the path; other people's look like what is not there."""
    sandbox = _played(asked)
    if isinstance(sandbox, Refused):
        return sandbox
    found = sandbox.clocks.find(asked.path["clock"])
    is_own = isinstance(found, Clock) and found.owner == asked.who.user_id
    return (sandbox, found) if is_own and isinstance(found, Clock) else Refused("absent")


def _told(found: Clock | Refused) -> Any:
    return found if isinstance(found, Refused) else clock_shown(found)


def clock_shown(clock: Clock) -> dict[str, Any]:
    """Give a clock as the API shows it."""
    said = {name: getattr(clock, name) for name in ClockShown.model_fields if name in Clock._fields}
    return {**said, "id": clock.clock_id, "status": clock.state, "stop_on": list(clock.stop_on)}


_AT: Final = "2026-12-01T00:00:00+08:00"
_ADVANCE: Final = {"to": "2027-12-06T00:00:00+08:00", "stop_on": ["delinquency.bucket_changed"]}

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_test_clocks",
        method="GET",
        path="/test_clocks",
        permission=PERMISSION,
        tag=TAG,
        said=("One's own test clocks.", "自己的测试时钟。"),
        answer=ClockList,
        handle=list_clocks,
    ),
    once(
        Operation(
            name="make_test_clock",
            method="POST",
            path="/test_clocks",
            permission=PERMISSION,
            tag=TAG,
            said=("Make a test clock with an empty book of its own.", "新建测试时钟及其空账簿。"),
            answer=ClockShown,
            handle=make_clock,
            body=ClockMade,
            status=201,
            example={"name": "life", "at": _AT},
        ),
        is_one_change=False,
    ),
    Operation(
        name="get_test_clock",
        method="GET",
        path="/test_clocks/{clock}",
        permission=PERMISSION,
        tag=TAG,
        said=("Where a clock stands.", "时钟当前状态。"),
        answer=ClockShown,
        handle=get_clock,
    ),
    once(
        Operation(
            name="advance_test_clock",
            method="POST",
            path="/test_clocks/{clock}/advance",
            permission=PERMISSION,
            tag=TAG,
            said=("Move a clock forward, every day as a house lives it, in the background.", "逐日按机构的真实作业，在后台向前移动。"),
            answer=ClockShown,
            handle=advance_clock,
            body=Advance,
            status=202,
            example=_ADVANCE,
        ),
        again=go_on_with_advance,
    ),
    once(
        Operation(
            name="branch_test_clock",
            method="POST",
            path="/test_clocks/{clock}/branches",
            permission=PERMISSION,
            tag=TAG,
            said=("Copy a clock with its book, to compare two futures.", "复制时钟及账簿，以比较两种未来。"),
            answer=ClockShown,
            handle=branch_clock,
            body=Branch,
            status=201,
            example={"name": "pays"},
        ),
        is_one_change=False,
    ),
    once(
        Operation(
            name="delete_test_clock",
            method="DELETE",
            path="/test_clocks/{clock}",
            permission=PERMISSION,
            tag=TAG,
            said=("Delete a clock with its book.", "删除时钟及其账簿。"),
            answer=ClockShown,
            handle=delete_clock,
        ),
    ),
)
