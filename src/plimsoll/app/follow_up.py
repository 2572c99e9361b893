"""See to what follows from a command that a door let in, as the wiring says: done by the time that its answer goes out."""

from concurrent.futures import Future
from datetime import datetime
from functools import partial
from typing import Final

from plimsoll.app.commit_together import GroupExecutor
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import RowOutcome

ACTOR: Final = "sanctions"


def with_what_follows(executor: GroupExecutor, found: "Future[RowOutcome]", now: datetime) -> "Future[RowOutcome]":
    """Give the outcome of a command once what follows from it is done, too; the outcome is the command's own."""
    whole: Future[RowOutcome] = Future()
    whole.set_running_or_notify_cancel()
    found.add_done_callback(partial(_go_on, executor, whole, now))
    return whole


def _go_on(executor: GroupExecutor, whole: "Future[RowOutcome]", now: datetime, found: "Future[RowOutcome]") -> None:
    raised = found.exception()
    if raised is not None:
        whole.set_exception(raised)
        return
    outcome = found.result()
    if not isinstance(outcome, Answer) or outcome.then is None:
        whole.set_result(outcome)
        return
    # Whatever becomes of it, the command stands; what could not be done now is done by the night.
    executor.submit(outcome.then, actor=ACTOR, now=now).add_done_callback(lambda _done: whole.set_result(outcome))
