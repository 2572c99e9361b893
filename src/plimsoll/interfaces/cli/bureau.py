"""`plimsoll bureau`: what is told to the credit bureau, the notice before it, what was said of somebody, and disputes that wait."""

import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from plimsoll.app.config import book_url, now, threads
from plimsoll.app.database.opening import open_store
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import execute_many
from plimsoll.app.file import filings_of, work
from plimsoll.app.wiring import WIRING
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.exits import NOT_FOUND, USAGE, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.loan.filing import of_kind, read_body
from plimsoll.risk.credit.month import WINDOWS, month_end
from plimsoll.risk.credit.on_file import QUEUE, REPORTED
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import Malformed, Refused

app = typer.Typer(help="The credit bureau: notices, the monthly file, what was said, disputes.", no_args_is_help=True, add_completion=False)

ACTOR: Final = "bureau"
LIMIT_MAX: Final = 10_000
SAID: Final = ("month", "kind", "status", "days", "balance", "overdue", "class", "payments", "special", "disputed", "digest")
WAITING: Final = ("customer", "dispute", "about", "due", "days left")

Month = Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="The month that is told; it has to be over.")]
Out = Annotated[str, typer.Option("--out", metavar="FILE", help="The file to be written: .csv, or .jsonl for one JSON object a line.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day it is done. Default: today.")]
Months = Annotated[int, typer.Option("--months", metavar="N", help="How far the payment record goes back: 24 or 60 months.")]
Actor = Annotated[str, typer.Option("--actor", metavar="WHO", help="Who does it, for the audit trail.")]


@app.callback()
def _bureau() -> None:
    """The credit bureau: notices, the monthly file, what was said, disputes."""


@app.command()
def report(
    month: Month,
    out: Out,
    on: On = "",
    months: Months = WINDOWS[0],
    actor: Actor = ACTOR,
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """State every loan at the end of a month, put on file what may be said of it, and write that to a file; again it writes the same."""
    from plimsoll.app.bureau import left_out_of, records_of, report_month
    from plimsoll.app.bureau_file import SUFFIXES, write_records

    day, path = read_on(on, "--on") if on else now().astimezone().date(), Path(out)
    _refuse_options(month, months, path, SUFFIXES, day)
    refused: Counter[str] = Counter()
    stated = 0
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store, bar(0, "customers") as step:
        done = report_month(store, WIRING, month, months, on=day, now=now(), actor=actor, rules=lawful_rules(), threads=threads())
        for customer_id, outcome in done:
            stated += 1
            refused.update([_code(outcome)] if not isinstance(outcome, Answer) else [])
            step(f"{customer_id}")
        written = write_records(path, records_of(store, month))
        left_out = Counter(str(one["why"]) for _, one in left_out_of(store, month))
    told = {
        "month": month,
        "file": str(path),
        "customers": stated,
        "records": written.kinds.get("R", 0),
        "corrections": written.kinds.get("C", 0),
        "deletions": written.kinds.get("D", 0),
        "adverse": written.adverse,
        "disputed": written.disputed,
        "left_out": dict(left_out.most_common()),
        "customers_refused": dict(refused.most_common()),
        "digest": written.digest,
    }
    print(json.dumps(told, ensure_ascii=False) if as_json else _report_text(told))


@app.command()
def notify(
    on: On = "",
    channel: Annotated[str, typer.Option("--channel", metavar="CHANNEL", help="in_app, sms, email or letter.")] = "in_app",
    actor: Actor = ACTOR,
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Give notice of every default that nobody was told of yet; the messages leave by the outbox, and count once delivery is confirmed."""
    from plimsoll.app.in_default import to_be_told
    from plimsoll.collections.give_adverse_notice import CHANNELS, GiveAdverseNotice

    if channel not in CHANNELS:
        raise Stop(USAGE, f"--channel {channel}: one of {', '.join(CHANNELS)}")
    day = read_on(on, "--on") if on else now().astimezone().date()
    counted: Counter[str] = Counter()
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store, bar(0, "loans") as step:
        commands = (
            GiveAdverseNotice(f"notice {one.customer_id} {one.loan_id} {day} {channel}", one.customer_id, day, one.loan_id, channel)
            for one in to_be_told(store, day, threads())
        )
        for outcome in execute_many(store, WIRING, commands, actor=actor, now=now(), rules=lawful_rules()):
            counted["given" if isinstance(outcome, Answer) else _code(outcome)] += 1
            step("")
    given = counted.pop("given", 0)
    if as_json:
        print(json.dumps({"on": day.isoformat(), "given": given, "refused": dict(counted.most_common())}))
        return
    others = "".join(f"; {count:,} {code}" for code, count in counted.most_common())
    print(f"{given:,} notices given on {day}{others}.")


@app.command()
def said(
    customer_id: Annotated[int, typer.Argument(metavar="CUSTOMER", help="The customer.", min=1)],
    loan: Annotated[int, typer.Option("--loan", metavar="LOAN", help="One loan alone.", min=0)] = 0,
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Tell everything that was said of a customer to the credit bureau, as it was said."""
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        filings = of_kind(filings_of(store, customer_id), REPORTED)
    records = [one | {"filed_on": f"{date.fromordinal(each.on)}"} for each in filings for one in read_body(each)["records"]]
    shown = [one for one in records if loan in (0, one["loan_id"])]
    if not shown:
        raise Stop(NOT_FOUND, f"nothing was said of customer {customer_id}{f', loan {loan}' if loan else ''}")
    if as_json:
        print(json.dumps(shown, ensure_ascii=False))
        return
    for loan_id in dict.fromkeys(one["loan_id"] for one in shown):
        print(f"Loan {loan_id}; amounts in minor units")
        print(aligned([SAID, RULE, *(_line(one) for one in shown if one["loan_id"] == loan_id)], left=3))


@app.command()
def disputes(on: On = "", db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """List disputes that wait for an answer, those due first first."""
    day = read_on(on, "--on") if on else now().astimezone().date()
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        rows = work(store, QUEUE, "open", limit=LIMIT_MAX)
    told = [{"customer": row.customer_id, "dispute": row.item.subject, "about": row.item.note, "due": row.item.due_at[:10]} for row in rows]
    told = sorted(({**one, "days left": (_day(one["due"]) - day).days} for one in told), key=lambda one: (one["due"], one["customer"]))
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    if told:
        print(aligned([WAITING, RULE, *([str(one[name]) for name in WAITING] for one in told)], left=3))
    late = sum(int(str(one["days left"])) < 0 for one in told)
    print(f"{len(told):,} disputes wait for an answer on {day}; {late:,} of them are overdue.")


def _refuse_options(month: str, months: int, path: Path, suffixes: tuple[str, ...], day: date) -> None:
    """End the command with 2 where an option cannot be meant."""
    try:
        end = month_end(month)
    except Malformed as wrong:
        raise Stop(USAGE, f"--month: {wrong.text()}") from None
    if day.toordinal() <= end:
        raise Stop(USAGE, f"--month {month} is not over on {day}")
    if months not in WINDOWS:
        raise Stop(USAGE, f"--months {months}: one of {', '.join(map(str, WINDOWS))}")
    if path.suffix not in suffixes:
        raise Stop(USAGE, f"--out {path}: a name that ends in {' or '.join(suffixes)}")
    if not path.parent.is_dir():
        raise Stop(NOT_FOUND, f"--out {path}: there is no such folder")


def _code(outcome: object) -> str:
    return outcome.code if isinstance(outcome, Refused) else "failed"


def _day(text: object) -> date:
    return datetime.fromisoformat(str(text)).date()


def _line(one: dict[str, Any]) -> tuple[str, ...]:
    names = ("month", "kind", "status", "late_days", "balance_minor", "overdue_minor", "five_class", "payments", "special")
    marks = "disputed" if one["disputed"] else f"was {one['corrects']}" if one["corrects"] else ""
    return (*(str(one[name]).lstrip("/") for name in names), marks, one["digest"][:12])


def _report_text(told: dict[str, Any]) -> str:
    """Give the outcome of a report for people."""
    count = ", ".join(f"{told[name]:,} {name}" for name in ("records", "corrections", "deletions"))
    lines = [
        f"{told['month']}: {count} in {told['file']}",
        f"Adverse {told['adverse']:,}, disputed {told['disputed']:,}; {told['customers']:,} customers stated now",
    ]
    lines += [f"Left out: {count:,} {why}" for why, count in told["left_out"].items()]
    lines += [f"Customers of whom nothing is said: {count:,} {why}" for why, count in told["customers_refused"].items()]
    return "\n".join([*lines, f"SHA-256 {told['digest']}"])
