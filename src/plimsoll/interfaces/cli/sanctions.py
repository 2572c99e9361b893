"""`plimsoll sanctions`: lift what is cured, and let fall what the table allows on a day."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final

import typer

from plimsoll.app.config import book_url, now, threads
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.in_default import in_default, restricted
from plimsoll.app.wiring import WIRING
from plimsoll.collections.apply_sanction import ApplySanction
from plimsoll.collections.lift_sanction import LiftSanction
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.risk.credit.sanction import RESTRICT
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import Refused

ACTOR: Final = "sanctions"
NOT_DUE: Final = ("sanction_standing", "sanction_too_early", "nothing_past_due")
"""Refusals that say nothing has to be done."""

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day. Default: today.")]
LiftOnly = Annotated[bool, typer.Option("--lift-only", help="Only lift what is cured; may be run as often as payments come.")]
Actor = Annotated[str, typer.Option("--actor", metavar="WHO", help="Who does it, for the audit trail.")]


def command(
    on: On = "", lift_only: LiftOnly = False, actor: Actor = ACTOR, db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False
) -> None:
    """Lift the restriction of everybody who has nothing past due any more, then restrict the use of whom the table says, after notice."""
    day = read_on(on, "--on") if on else now().astimezone().date()
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        standing = restricted(store)
        # The instant is in the key: a restriction that stands today is looked at again after the next payment.
        instant = f"{now():%Y%m%dT%H%M%S%f}"
        lifts = (LiftSanction(f"lift {customer} {instant}", customer, day, loan) for customer, loan in sorted(standing.items()))
        lifted = _executed(store, lifts, actor)
        applied: Counter[str] = Counter()
        if not lift_only:
            applied = _executed(store, _applications(store, day, instant), actor)
    told = {
        "on": day.isoformat(),
        "lifted": lifted["done"],
        "still_past_due": lifted["still_past_due"],
        "restricted": applied["done"],
        "held_back": {code: count for code, count in applied.most_common() if code != "done" and code not in NOT_DUE},
    }
    print(json.dumps(told, ensure_ascii=False) if as_json else _text(told))


def _applications(store: Store, day: date, instant: str) -> Iterable[ApplySanction]:
    """Give a command for the latest loan of each customer who is in default; who is spared is told by the verb."""
    worst: dict[int, tuple[int, int]] = {}
    for one in in_default(store, day, threads()):
        if one.late_days > worst.get(one.customer_id, (0, 0))[0]:
            worst[one.customer_id] = (one.late_days, one.loan_id)
    for customer_id, (_, loan_id) in worst.items():
        yield ApplySanction(f"restrict {customer_id} {instant}", customer_id, day, RESTRICT, loan_id)


def _executed(store: Store, commands: Iterable[Any], actor: str) -> Counter[str]:
    """Execute commands, and count what became of them."""
    counted: Counter[str] = Counter()
    for outcome in execute_many(store, WIRING, commands, actor=actor, now=now(), rules=lawful_rules()):
        counted["done" if isinstance(outcome, Answer) else outcome.code if isinstance(outcome, Refused) else "failed"] += 1
    return counted


def _text(told: dict[str, Any]) -> str:
    """Give the outcome for people."""
    lines = [f"{told['lifted']:,} restrictions lifted on {told['on']}, {told['still_past_due']:,} stand; {told['restricted']:,} new ones"]
    return "\n".join([*lines, *(f"Held back: {count:,} {code}" for code, count in told["held_back"].items())])
