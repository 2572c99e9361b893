"""`plimsoll limitation`: until when debts can be sued for, which of them are near the end, and whom to have look."""

import json
from collections import Counter
from datetime import date
from typing import Annotated, Final

import typer

from plimsoll.app.config import book_url, now, threads
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import work
from plimsoll.app.limitation import Running, running
from plimsoll.app.wiring import WIRING
from plimsoll.collections.warn_limitation import WarnLimitation
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.risk.lawful import lawful_rules
from plimsoll.risk.limitation import QUEUE
from plimsoll.rulebook.rules import Rules

COLUMNS: Final = ("customer", "loan", "since", "because of", "last day", "days left")
LIMIT_MAX: Final = 100_000
ACTOR: Final = "limitation"

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day from which days are counted. Default: today.")]
All = Annotated[bool, typer.Option("--all", help="Every debt on which limitation runs, not only those near the end or past it.")]
Raise = Annotated[bool, typer.Option("--raise", help="Put those near the end into the queue, and take out what is not near any more.")]


def command(
    on: On = "", all_: All = False, raise_: Raise = False, db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False
) -> None:
    """List debts near limitation or past it, those that end first first; the years, and what begins them anew, are rules."""
    day, rules = read_on(on, "--on") if on else now().astimezone().date(), lawful_rules()
    within = rules.whole("POLICY.LIMITATION.WARN", day) or 0
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        found = sorted(running(store, day, rules, threads()), key=lambda one: (one.left, one.customer_id, one.loan_id))
        raised = _raise(store, found, within, day, rules) if raise_ else None
    shown = [_told(one) for one in found if all_ or one.left <= within]
    if as_json:
        print(json.dumps({"on": day.isoformat(), "running": len(found), "queue": raised, "debts": shown}, ensure_ascii=False))
        return
    if shown:
        print(aligned([COLUMNS, RULE, *([str(value) for value in one.values()] for one in shown)], left=0))
    near, over = sum(0 <= one.left <= within for one in found), sum(one.left < 0 for one in found)
    print(f"{len(found):,} debts on which limitation runs on {day}: {near:,} end within {within} days, {over:,} have ended.")
    if raised is not None:
        print(f"Queue: {raised['open']:,} to look at, {raised['done']:,} not near any more.")


def _raise(store: Store, found: list[Running], within: int, day: date, rules: Rules) -> dict[str, int]:
    """Put debts near the end into the queue, and look again at those that are there."""
    looked = {(one.customer_id, one.loan_id) for one in found if 0 <= one.left <= within}
    looked |= {(row.customer_id, int(row.item.subject)) for row in work(store, QUEUE, "open", limit=LIMIT_MAX)}
    commands = [WarnLimitation(f"limitation {customer} {loan} {day}", customer, day, loan) for customer, loan in sorted(looked)]
    counted: Counter[str] = Counter()
    for outcome in execute_many(store, WIRING, commands, actor=ACTOR, now=now(), rules=rules):
        if isinstance(outcome, Answer):
            counted["open" if json.loads(outcome.text)["near"] else "done"] += 1
    return {"open": counted["open"], "done": counted["done"]}


def _told(one: Running) -> dict[str, object]:
    since, last_on = (date.fromordinal(day).isoformat() for day in (one.found.since, one.found.last_on))
    values = (one.customer_id, one.loan_id, since, one.found.because, last_on, one.left)
    return dict(zip(COLUMNS, values, strict=True))
