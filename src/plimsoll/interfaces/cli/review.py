"""`plimsoll review`: the queue of cases that wait for a person, and what reviewers do beside the engine."""

import json
from datetime import date, timedelta
from typing import Annotated, Final

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.file import Work, work
from plimsoll.app.reviewers import Reviewer, tally
from plimsoll.interfaces.cli.aligned import aligned, per_cent
from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.loan.filing import WORK_STATES
from plimsoll.origination.queue import KIND, is_overdue
from plimsoll.risk.lawful import lawful_rules

app = typer.Typer(
    help="The queue of cases that wait for a person, and what reviewers do beside the engine.", no_args_is_help=True, add_completion=False
)

MONTH_DAYS: Final = 30
QUEUE: Final = ("customer", "application", "state", "priority", "due", "held by", "note")
RECORD: Final = ("reviewer", "decided", "approved", "amended", "declined", "override %", "returned", "median minutes", "signed", "bad %")

State = Annotated[str, typer.Option("--state", metavar="STATE", help=f"One of {', '.join(WORK_STATES)}. Default: all but done.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many rows at most.")]
Since = Annotated[str, typer.Option("--since", metavar="DATE", help="First day. Default: thirty days before the last.")]
Through = Annotated[str, typer.Option("--through", metavar="DATE", help="Last day. Default: today.")]


@app.command("list")
def list_cases(db: Db = "", state: State = "", limit: Limit = 50, as_json: AsJson = False) -> None:
    """Show the queue, the most pressing first."""
    if state and state not in WORK_STATES:
        raise Stop(USAGE, f"--state {state}: one of {', '.join(WORK_STATES)}")
    with open_store(book_url(db)) as store:
        rows = [one for one in work(store, KIND, state or None, limit=limit) if state or one.item.state != "done"]
    if as_json:
        print(json.dumps({"cases": [_told(one) for one in rows]}, ensure_ascii=False))
        return
    shown = [[str(value) for value in _told(one).values()] for one in rows]
    print(aligned([QUEUE, *shown], left=len(QUEUE)) if shown else "No case waits for a person.")


@app.command()
def stats(db: Db = "", since: Since = "", through: Through = "", as_json: AsJson = False) -> None:
    """Show what each reviewer decided, how often otherwise than the engine would, and how much of it went bad."""
    last = read_on(through, "--through") if through else now().astimezone().date()
    first = read_on(since, "--since") if since else last - timedelta(days=MONTH_DAYS)
    with open_store(book_url(db)) as store:
        found = tally(store, first, last, lawful_rules())
    if as_json:
        told = {"since": first.isoformat(), "through": last.isoformat(), "reviewers": [_record(one) for one in found]}
        print(json.dumps(told, ensure_ascii=False))
        return
    print(_stats_table(found, first, last))


def _stats_table(found: list[Reviewer], first: date, last: date) -> str:
    """Write the records of reviewers as a table."""
    if not found:
        return f"Nobody decided on a case from {first} to {last}."
    rows = [
        [
            one.actor,
            *(str(count) for count in (one.decided, one.approved, one.amended, one.declined)),
            per_cent(one.overrides, one.decided),
            str(one.returned),
            str(one.median_minutes()),
            str(one.signed),
            per_cent(one.bad, one.signed),
        ]
        for one in found
    ]
    return aligned([RECORD, *rows])


def _told(one: Work) -> dict[str, object]:
    item = one.item
    due = f"{item.due_at} late" if item.state != "done" and is_overdue(item.due_at, now()) else item.due_at
    return {
        "customer_id": one.customer_id,
        "application_id": item.subject,
        "state": item.state,
        "priority": item.priority,
        "due_at": due,
        "assigned_to": item.assigned_to,
        "note": item.note,
    }


def _record(one: Reviewer) -> dict[str, object]:
    return {
        "reviewer": one.actor,
        "decided": one.decided,
        "approved": one.approved,
        "amended": one.amended,
        "declined": one.declined,
        "overrides": one.overrides,
        "override_share": per_cent(one.overrides, one.decided),
        "returned": one.returned,
        "median_minutes": one.median_minutes(),
        "signed": one.signed,
        "bad": one.bad,
    }
