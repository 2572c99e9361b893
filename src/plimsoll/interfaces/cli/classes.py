"""`plimsoll class`: how late and how sound a customer's loans are on a day, and how that came about."""

import json
from datetime import date
from typing import Annotated

import typer

from plimsoll.app.classes import LoanClass, classes_of
from plimsoll.app.config import book_url
from plimsoll.app.database.opening import open_store
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import FAILURE, NOT_FOUND, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.risk.classify.policy import Policies
from plimsoll.risk.classify.state import Change, Class, customer_class
from plimsoll.risk.lawful import lawful_rules
from plimsoll.rulebook.lateness import FIVE_CLASSES
from plimsoll.units.refusal import Refused

HEAD = ("loan", "product", "days past due", "bucket", "overdue", "class", "stage", "because")
HISTORY = ("loan", "on", "bucket", "overdue", "class", "stage", "cause", "facts", "because")


def command(
    customer_id: Annotated[int, typer.Argument(metavar="CUSTOMER", help="The customer.", min=1)],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The day, such as 2026-08-01.")],
    loan: Annotated[int, typer.Option("--loan", metavar="LOAN", help="One loan alone.", min=0)] = 0,
    with_history: Annotated[bool, typer.Option("--history", help="Every change since the loan began, with its cause.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Count all debt over 60 days late as NPL.")] = False,
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Show the class of each loan of a customer on a day: days, bucket, five-class with what holds it down, IFRS 9 stage."""
    day, rules = read_on(on, "--on"), lawful_rules()
    policies = Policies(rules, is_strict=True if strict else None)
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        found = classes_of(store, customer_id, day, rules, policies)
    if isinstance(found, Refused):
        raise Stop(FAILURE, found.text())
    shown = [one for one in found if loan in (0, one.loan_id)]
    if not shown:
        raise Stop(NOT_FOUND, f"customer {customer_id} has no {f'loan {loan}' if loan else 'loan'} on {day}")
    whole = customer_class([one.now for one in found], policies.on(day.toordinal()))
    if as_json:
        loans = [_told(one, with_history) for one in shown]
        customer = {"past_due_days": whole.late_days, "bucket": whole.bucket, "overdue_class": whole.overdue}
        customer |= {"five_class": FIVE_CLASSES[whole.five], "stage": whole.stage}
        print(json.dumps({"customer": customer_id, "on": day.isoformat(), **customer, "loans": loans}, ensure_ascii=False))
        return
    rows = [(str(one.loan_id), one.product, str(one.now.late_days), *_names(one.now), " ".join(one.now.because)) for one in shown]
    print(aligned([HEAD, RULE, *rows], left=2))
    print(f"The customer: {whole.late_days} days past due, {whole.bucket}, {FIVE_CLASSES[whole.five]}, stage {whole.stage}.")
    if with_history:
        lines = [_line(one.loan_id, change) for one in shown for change in one.changes]
        print(aligned([HISTORY, RULE, *lines], left=2))


def _names(found: Class) -> tuple[str, str, str, str]:
    marks = [word for word, holds in (("observed", found.is_observed), ("POCI", found.is_poci)) if holds]
    return found.bucket, found.overdue, " ".join([found.five_class(), *marks]), str(found.stage)


def _line(loan_id: int, change: Change) -> tuple[str, ...]:
    day = date.fromordinal(change.on).isoformat()
    facts = " ".join(f"#{number}" for number in change.facts)
    return (str(loan_id), day, *_names(change.after), " ".join(change.cause), facts, " ".join(change.after.because))


def _told(one: LoanClass, with_history: bool) -> dict[str, object]:
    told: dict[str, object] = {"loan_id": one.loan_id, "product": one.product, "past_due_days": one.now.late_days, **_class(one.now)}
    if with_history:
        told["history"] = [
            {"on": date.fromordinal(each.on).isoformat(), **_class(each.after), "cause": list(each.cause), "facts": list(each.facts)}
            for each in one.changes
        ]
    return told


def _class(found: Class) -> dict[str, object]:
    return {
        "bucket": found.bucket,
        "overdue_class": found.overdue,
        "five_class": found.five_class(),
        "stage": found.stage,
        "is_npl": found.is_npl,
        "is_observed": found.is_observed,
        "is_poci": found.is_poci,
        "because": list(found.because),
    }
