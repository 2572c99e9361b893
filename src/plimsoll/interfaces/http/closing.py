"""Close days over HTTP: ask for it once, and read how far it is; the days themselves stand under /closes."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from plimsoll.app.close_job import CloseJob, closing_of
from plimsoll.interfaces.http.book import LEDGER
from plimsoll.interfaces.http.once import once
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.shape import Count, Day, Name, Text, Whole
from plimsoll.interfaces.http.shown import house_in
from plimsoll.units.refusal import Refused

BREACHES_MAX: Final = 1_000
_Scans = Literal["daily", "last", "never"]


class CloseAsked(Shape):
    """Through which day; and on which days the whole book is scanned for tape, standing accrual and control totals."""

    through: Day
    scans: _Scans = "daily"


class CloseShown(Shape):
    """A close that a server was asked for: the days, the one under way, its loans that were due and are done, what was parked."""

    object: Literal["close_job"] = "close_job"
    status: Literal["running", "done", "stopped", "failed"]
    since: Day
    through: Day
    on: Day | None
    days: Count
    days_done: Count
    loans_due: Whole
    loans_done: Whole
    parked: Whole
    breaches: Annotated[list[Text], Field(max_length=BREACHES_MAX)]
    failure: Annotated[str, Field(max_length=100)]
    asked_by: Name


def run_close(asked: Asked) -> Any:
    """Begin to close every open day through one."""
    refused = house_in(asked, "close.run")
    body: CloseAsked = asked.body
    return refused or _told(closing_of(asked.house).begin(body.through, asked.who.actor, scans=body.scans))


def get_close_job(asked: Asked) -> Any:
    """Give the close that this server was asked for last."""
    refused = house_in(asked, "close.read")
    return refused or _told(closing_of(asked.house).job or Refused("absent"))


def _told(job: CloseJob | Refused) -> Any:
    if isinstance(job, Refused):
        return job
    names = ("since", "through", "on", "days", "days_done", "loans_due", "loans_done", "parked", "failure")
    breaches = [one[:500] for one in job.breaches[:BREACHES_MAX]]
    return {name: getattr(job, name) for name in names} | {"status": job.state, "breaches": breaches, "asked_by": job.actor}


OPERATIONS: Final[tuple[Operation, ...]] = (
    once(
        Operation(
            name="run_close",
            method="POST",
            path="/close_jobs",
            permission="close.run",
            tag=LEDGER,
            said=("Close every open day through one; it goes on beside the server.", "执行日终至某日：在后台逐日进行。"),
            answer=CloseShown,
            handle=run_close,
            body=CloseAsked,
            status=201,
            example={"through": "2026-03-20", "scans": "never"},
            errors=(409, 422),
        ),
        is_one_change=False,
    ),
    Operation(
        name="get_close_job",
        method="GET",
        path="/close_jobs/latest",
        permission="close.read",
        tag=LEDGER,
        said=("How far the close is that this server was asked for last.", "最近一次日终任务的进度。"),
        answer=CloseShown,
        handle=get_close_job,
    ),
)
