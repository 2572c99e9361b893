"""`plimsoll complaints`: what waits for an answer, until when, and what is overdue on a day."""

import json
from datetime import UTC, date, datetime, time
from typing import Annotated, Final

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.file import Work, work
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.risk.complaint import QUEUE

app = typer.Typer(help="Complaints that wait for an answer.", no_args_is_help=True, add_completion=False)

WAITING: Final = ("open", "claimed")
LIMIT_MAX: Final = 10_000
COLUMNS: Final = ("customer", "complaint", "about, class", "state", "due", "days left", "handler")

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day from which days are counted. Default: today.")]
Overdue = Annotated[bool, typer.Option("--overdue", help="Only those whose last day has passed without an answer.")]


@app.callback()
def complaints() -> None:
    """Complaints that wait for an answer."""


@app.command("list")
def list_(on: On = "", overdue: Overdue = False, db: Db = "", as_json: AsJson = False) -> None:
    """List complaints without an answer, those due first first."""
    day = read_on(on, "--on") if on else now().astimezone().date()
    with open_store(book_url(db)) as store:
        rows = [row for state in WAITING for row in work(store, QUEUE, state, limit=LIMIT_MAX)]
    told = sorted((_told(row, day) for row in rows), key=lambda line: (line["due"], line["customer"], line["complaint"]))
    shown = [line for line in told if not overdue or int(str(line["days left"])) < 0]
    if as_json:
        print(json.dumps(shown, ensure_ascii=False))
        return
    late = sum(int(str(line["days left"])) < 0 for line in told)
    if shown:
        print(aligned([COLUMNS, RULE, *([str(line[name]) for name in COLUMNS] for line in shown)], left=5))
    print(f"{len(told):,} complaints wait for an answer on {day}; {late:,} of them are overdue.")


def _told(row: Work, day: date) -> dict[str, object]:
    """Give a place in the queue as people read it; the last day is the one in China."""
    due = datetime.fromisoformat(row.item.due_at).date()
    return {
        "customer": row.customer_id,
        "complaint": row.item.subject,
        "about, class": row.item.note,
        "state": row.item.state,
        "due": due.isoformat(),
        "days left": (due - day).days,
        "handler": row.item.assigned_to,
        "since": datetime.combine(row.opened_at.astimezone(UTC).date(), time(), UTC).date().isoformat(),
    }
