"""`plimsoll queue`: the collectors' queue, the next case for somebody, and one case as a whole."""

import json
from datetime import date
from typing import Annotated, Final

import typer

from plimsoll.app.business_day import At, at_instant
from plimsoll.app.case_desk import RANKS, Collector, Promised, Record, Row, Shown, listed, promises, shown, take_next
from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.app.house import open_day
from plimsoll.collections.budget import Budget
from plimsoll.collections.case_policy import PPM
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped, per_cent
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db
from plimsoll.interfaces.gate.read import read_instant
from plimsoll.loan.filing import instant_text
from plimsoll.risk.lawful import lawful_rules
from plimsoll.rulebook.strategy import SKILLS
from plimsoll.units.dates import day_text
from plimsoll.units.money import text_of
from plimsoll.units.refusal import LANGUAGES, Malformed, Refused

app = typer.Typer(help="The collectors' queue, the next case for somebody, and one case as a whole.", add_completion=False)

HEAD: Final = ("rank", "customer", "case", "state", "worth", "due", "held by", "note")

Instant = Annotated[
    str, typer.Option("--at", metavar="INSTANT", help="Such as 2026-12-01T10:00:00+08:00. Default: now, on the business date.")
]
Actor = Annotated[str, typer.Option("--actor", metavar="NAME", help="Who collects.")]
Skills = Annotated[list[str] | None, typer.Option("--skill", metavar="SKILL", help=f"Of {', '.join(SKILLS)}; may be given again.")]
Ranks = Annotated[list[str] | None, typer.Option("--rank", metavar="RANK", help=f"Of {', '.join(RANKS)}. Default: all.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many rows of each rank at most.")]
Language = Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="zh-CN or en.")]
Days = Annotated[int, typer.Option("--days", min=1, max=3650, help="How many days back promises were made.")]
Customer = Annotated[int, typer.Argument(metavar="CUSTOMER", help="The customer.", min=1)]


@app.callback(invoke_without_command=True)
def main(context: typer.Context, db: Db = "", at: Instant = "", as_json: AsJson = False) -> None:
    """Without a word: list the queue."""
    if context.invoked_subcommand is None:
        list_queue(db, at, None, 50, as_json)


@app.command("list")
def list_queue(db: Db = "", at: Instant = "", rank: Ranks = None, limit: Limit = 50, as_json: AsJson = False) -> None:
    """Show the queue in the order in which it is worked: what is due by now, then what a contact is worth most for."""
    unknown = set(rank or ()) - set(RANKS)
    if unknown:
        raise Stop(USAGE, f"--rank {', '.join(sorted(unknown))}: of {', '.join(RANKS)}")
    with open_store(book_url(db)) as store:
        rows = listed(store, _at(store, at), limit=limit, ranks=rank or RANKS)
    if as_json:
        print(json.dumps({"cases": [_row(one) for one in rows]}, ensure_ascii=False))
        return
    table = [[str(value) for value in _row(one).values()] for one in rows]
    print(aligned([HEAD, *table], left=4) if table else "No case waits.")


@app.command("next")
def next_case(
    actor: Actor, skill: Skills = None, db: Db = "", at: Instant = "", language: Language = "en", as_json: AsJson = False
) -> None:
    """Claim the next case and show it. What was paid meanwhile is closed on the way, a promise whose time is over is settled."""
    unknown = set(skill or ()) - set(SKILLS)
    if unknown:
        raise Stop(USAGE, f"--skill {', '.join(sorted(unknown))}: of {', '.join(SKILLS)}")
    collector, rules = Collector(actor, frozenset(skill or ())), lawful_rules()
    with open_store(book_url(db)) as store:
        asked_at = _at(store, at)
        taken = take_next(store, collector, asked_at, rules)
        if isinstance(taken, Refused):
            raise Stop(REFUSED, taken.text(_language(language)))
        if taken is None:
            raise Stop(NOT_FOUND, "nothing waits that you can take.")
        found = shown(store, taken, collector, asked_at, rules, _language(language))
    assert isinstance(found, Shown), "a case that was claimed is there"
    _tell(found, language, as_json)


@app.command("show")
def show(
    customer_id: Customer, actor: Actor = "collector", db: Db = "", at: Instant = "", language: Language = "en", as_json: AsJson = False
) -> None:
    """Show a customer's case: what is owed, the next action and why, the script, what may be done, contacts left, and what happened."""
    with open_store(book_url(db)) as store:
        found = shown(store, customer_id, Collector(actor), _at(store, at), lawful_rules(), _language(language))
    if isinstance(found, Refused):
        raise Stop(NOT_FOUND, found.text(_language(language)))
    _tell(found, language, as_json)


@app.command("promises")
def list_promises(db: Db = "", at: Instant = "", days: Days = 60, as_json: AsJson = False) -> None:
    """Show open promises by due day, and of those that are over how much of what was promised came."""
    with open_store(book_url(db)) as store:
        today = _at(store, at).today.toordinal()
        waiting, record = promises(store, today - days, today)
    groups = _by_day(waiting, today)
    if as_json:
        told = [
            {
                "when": when,
                "currency": currency,
                "count": count,
                "amount": text_of(minor, currency),
                "expected": text_of(expected, currency),
            }
            for (when, currency), (count, minor, expected) in groups.items()
        ]
        over = {currency: _record(one, currency) for currency, one in record.items()}
        print(json.dumps({"on": day_text(today), "open": told, "over": over}, ensure_ascii=False))
        return
    rows = [
        [when, str(count), currency, grouped(minor, currency), grouped(expected, currency)]
        for (when, currency), (count, minor, expected) in groups.items()
    ]
    print(aligned([("due", "promises", "currency", "promised", "expected"), RULE, *rows]) if rows else "No promise is open.")
    for currency, one in record.items():
        states = ", ".join(f"{count} {state}" for state, count in sorted(one.counts.items()))
        paid, promised = grouped(one.paid_minor, currency), grouped(one.promised_minor, currency)
        share = per_cent(one.paid_minor, one.promised_minor)
        print(f"Made in {days} days and over: {states}; {paid} of {promised} {currency} came in time ({share} %)")


def _by_day(waiting: list[Promised], today: int) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Give open promises by when they are due and currency: how many, how much, and how much of it is expected."""
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    for one in waiting:
        when = "over" if one.due_on < today else "today" if one.due_on == today else "tomorrow" if one.due_on == today + 1 else "later"
        count, minor, expected = found.get((when, one.currency), (0, 0, 0))
        found[when, one.currency] = (count + 1, minor + one.amount_minor, expected + one.amount_minor * one.expected_ppm // PPM)
    return found


def _record(one: Record, currency: str) -> dict[str, object]:
    return {**one.counts, "promised": text_of(one.promised_minor, currency), "paid": text_of(one.paid_minor, currency)}


def _at(store: Store, text: str) -> At:
    """Read the instant of an option; now, on the business date of the book, where none is given. Anything else ends the command with 2."""
    if not text:
        today = open_day(store)
        return At(now(), today) if today > date.min else at_instant(now())
    try:
        return at_instant(read_instant({"at": text}))
    except Malformed as wrong:
        raise Stop(USAGE, f"--at: {wrong.text()}") from None


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise Stop(USAGE, f"--language {text}: {' or '.join(LANGUAGES)}")
    return text


def _row(one: Row) -> dict[str, object]:
    item = one.work.item
    return {
        "rank": one.rank,
        "customer_id": one.work.customer_id,
        "case_id": item.subject,
        "state": item.state,
        "worth_minor": item.priority,
        "due_at": item.due_at,
        "assigned_to": item.assigned_to,
        "note": item.note,
    }


def _tell(found: Shown, language: str, as_json: bool) -> None:
    """Print a case, as one JSON object or as text."""
    if as_json:
        print(json.dumps(_told(found, language), ensure_ascii=False))
        return
    case, debt, action = found.case, found.debt, found.next
    print(f"Customer {found.book.customer_id}, {case.case_id} ({case.state}), {case.segment}, {case.strategy}, {case.arm}")
    owed, late = (
        f"{grouped(minor, debt.currency)} {debt.currency}" if debt.currency else "-" for minor in (debt.owed_minor, debt.late_minor)
    )
    print(f"Owed {owed}, past due {late}, {debt.days} days ({case.bucket})")
    for loan_id, one in found.limitation:
        print(f"Limitation of loan {loan_id}: until {day_text(one.last_on)}, since {day_text(one.since)} ({one.because})")
    held = case.held_by(found.book.now) if found.book.now is not None else ""
    if held and case.claim is not None:
        print(f"Held by {held} until {case.claim.until}")
    print(f"Next: {_action(found)}")
    print(f"Why: row {action.row}: {'; '.join(action.because) or 'always'}" + (f". Held back by {action.held}" if action.held else ""))
    for part, text in found.script.items():
        print(f"  {part}: {text}")
    print(f"Allowed: {', '.join(found.allowed) or 'nothing'}")
    print(aligned([("contacts left", "today", "7 days", "not now because"), RULE, *(_left(one) for one in found.budget)]))
    promises = [[one.promise_id, day_text(one.due_on), grouped(one.amount_minor, one.currency), one.state] for one in case.promises]
    if promises:
        print(aligned([("promise", "due", "amount", "state"), RULE, *promises], left=2))
    events = [(day_text(one.on), one.title(language), one.subject, one.actor, one.detail) for one in found.timeline]
    print(aligned([("on", "what", "about", "by", "detail"), RULE, *events], left=5))


def _action(found: Shown) -> str:
    action = found.next
    parts = [action.action, action.channel and f"by {action.channel}", action.script and f"script {action.script} ({action.tone})"]
    parts += [f"skill {action.skill}", action.not_before and f"not before {action.not_before}"]
    return ", ".join(part for part in parts if part)


def _left(one: Budget) -> tuple[str, str, str, str]:
    today, week = ("any" if number is None else str(number) for number in (one.today, one.week))
    until = f" until {one.until.isoformat()}" if one.until is not None else ""
    return one.channel, today, week, f"{one.rule}{until}"


def _told(found: Shown, language: str) -> dict[str, object]:
    case, debt = found.case, found.debt
    money = debt.currency or case.currency
    return {
        "customer_id": found.book.customer_id,
        "case_id": case.case_id,
        "state": case.state,
        "segment": case.segment,
        "ability": case.ability,
        "willingness": case.willingness,
        "bucket": case.bucket,
        "past_due_days": debt.days,
        "owed": text_of(debt.owed_minor, money) if money else "0",
        "past_due": text_of(debt.late_minor, money) if money else "0",
        "currency": money,
        "strategy": case.strategy,
        "arm": case.arm,
        "propensity_ppm": case.propensity_ppm,
        "held_by": case.held_by(found.book.now) if found.book.now is not None else "",
        "is_vulnerable": case.is_vulnerable,
        "next": {**found.next._asdict(), "because": list(found.next.because)},
        "script": found.script,
        "allowed": list(found.allowed),
        "contacts_left": [
            {"channel": one.channel, "today": one.today, "week": one.week, "rule": one.rule, "until": one.until and one.until.isoformat()}
            for one in found.budget
        ],
        "promises": [
            {
                "promise_id": one.promise_id,
                "made_on": day_text(one.made_on),
                "due_on": day_text(one.due_on),
                "amount": text_of(one.amount_minor, one.currency),
                "state": one.state,
                "paid": text_of(one.paid_minor, one.currency),
                "expected_ppm": one.expected_ppm,
            }
            for one in case.promises
        ],
        "limitation": [
            {"loan_id": loan_id, "since": day_text(one.since), "because": one.because, "last_on": day_text(one.last_on)}
            for loan_id, one in found.limitation
        ],
        "timeline": [
            {
                "on": day_text(one.on),
                "at": instant_text(one.at) if one.at is not None else "",
                "kind": one.kind,
                "title": one.title(language),
                "about": one.subject,
                "actor": one.actor,
                "detail": one.detail,
            }
            for one in found.timeline
        ],
    }
