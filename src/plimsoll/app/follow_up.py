"""See to what follows from a command that a door let in, as the wiring says: done by the time that its answer goes out."""

from concurrent.futures import Future, wait
from datetime import datetime
from functools import partial
from typing import Final

from plimsoll.app.commit_together import GroupExecutor
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import RowOutcome

ACTOR: Final = "sanctions"


def what_follows_done(executor: GroupExecutor, outcome: RowOutcome, now: datetime) -> RowOutcome:
    """Give the outcome of a command that was executed at once, and have what follows from it done first."""
    if isinstance(outcome, Answer) and outcome.then is not None:
        # Whatever becomes of it, the command stands; what could not be done now is done by the night.
        wait([executor.submit(outcome.then, actor=ACTOR, now=now)])
    return outcome


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
