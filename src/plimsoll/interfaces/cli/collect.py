"""`plimsoll collect`: collect a day from promises to calls, each contact asked of the gate as it is made, and report what came of it."""

import json
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from plimsoll.app.channels.file_sender import read_receipts
from plimsoll.app.channels.named import SANDBOX
from plimsoll.app.collecting.choose import CHANNEL, Choice, cost_minor
from plimsoll.app.collecting.day import Collected, collect, planned
from plimsoll.app.collecting.dial import Orders
from plimsoll.app.collecting.receipts import take_all
from plimsoll.app.collecting.report import Report, report
from plimsoll.app.config import book_url
from plimsoll.app.database.opening import open_store
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.exits import FAILURE, REFUSED, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, Language, read_language, read_on
from plimsoll.interfaces.cli.remind import as_planned, by_clock, numbered, numbers_of, reach_of, sender_by
from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator.answer_contacts import SandboxPeople
from plimsoll.units.refusal import Refused

ACTOR: Final = "collect"
STEPS: Final = 5
CURRENCY: Final = "CNY"

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day, such as 2026-12-01: the first that is not closed.")]
By = Annotated[str, typer.Option("--by", metavar="WAY", help="sandbox (made-up debtors answer), file:PATH, an https address, or apprise.")]
Receipts = Annotated[str, typer.Option("--receipts", metavar="FILE", help="Record the receipts of a file, and contact nobody.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Of the sandbox.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show which treatments the open cases would get; nothing is recorded.")]
Since = Annotated[str, typer.Option("--report-since", metavar="DATE", help="Collect nothing; report the days from this one on.")]
Chart = Annotated[str, typer.Option("--chart", metavar="FILE", help="Draw the report as .svg or .png (extra charts).")]


def command(
    on: On,
    by: By = SANDBOX,
    receipts: Receipts = "",
    seed: Seed = 1,
    dry_run: DryRun = False,
    report_since: Since = "",
    chart: Chart = "",
    language: Language = "en",
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Collect a day: promises settled, cases opened and closed, treatments given out, reminders and contacts made, and what came of it.

    Everybody is contacted by their own clock, and the gate is asked as each contact is made. A second run of a day does nothing twice, and
    one that was stopped goes on. In the sandbox made-up debtors answer, pay and promise; otherwise messages whose time has come leave now,
    and calls wait in the queue for people.
    """
    day, rules = read_on(on, "--on"), lawful_rules()
    first = read_on(report_since, "--report-since") if report_since else day
    _check_chart(chart)
    read_language(language)
    with ExitStack() as closing:
        store = closing.enter_context(open_store(book_url(db), allow_unsafe=allow_unsafe))
        if receipts:
            _show_receipts(take_all(store, read_receipts(Path(receipts)), rules, ACTOR), as_json)
            return
        is_made_up, told, done = by == SANDBOX, dict[str, int](), None
        if not report_since:
            sender = sender_by(by, seed, closing)
            reach, clock = (numbered, as_planned) if is_made_up else (reach_of(store), by_clock)
            people = SandboxPeople(seed) if is_made_up else None
            orders = Orders(people, sender, reach, numbers_of(store, is_made_up=is_made_up), clock, rules, ACTOR)
            if dry_run:
                _show_plan(day, _sure(planned(store, day, orders)), as_json)
                return
            with bar(STEPS, f"collecting {day}") as step:
                done = _sure(collect(store, day, orders, step))
            told = take_all(store, sender.receipts(), rules, ACTOR)
        found = report(store, first, day, rules)
    if chart:
        _draw(found, chart, language)
    print(json.dumps(object_of(found, done, told), ensure_ascii=False) if as_json else "\n".join(lines_of(found, done, told)))
    bugs = [why for why in done.failed if ":" in why] if done is not None else []
    if bugs:
        raise Stop(FAILURE, f"{len(bugs)} commands met a bug: {'; '.join(bugs[:5])}")


def _sure(found: Any) -> Any:
    if isinstance(found, Refused):
        raise Stop(REFUSED, found.text())
    return found


def _check_chart(chart: str) -> None:
    if chart:
        from plimsoll.app.collecting.draw import check_suffix

        check_suffix(Path(chart))


def _draw(found: Report, chart: str, language: str) -> None:
    from plimsoll.app.collecting.draw import write_chart

    write_chart(found, Path(chart), language)


def object_of(found: Report, done: Collected | None, told: dict[str, int]) -> dict[str, Any]:
    """Give the report as one JSON object, with what this run did where it did anything."""
    said = found.as_object()
    if done is not None:
        said["this_run"] = {
            "commands": dict(sorted(done.done.items())),
            "contacts_made": done.contacts.made,
            "contacts_before": done.contacts.before,
            "contacts_denied": done.contacts.denied,
            "contacts_to_come": done.contacts.coming,
            "calls_for_people": done.contacts.for_people,
            "spared": done.contacts.spared,
            "reminders": dict(sorted(done.contacts.reminded.items())),
            "not_done": dict(sorted(done.failed.items())),
            "optimiser_gap": round(done.choice.gap, 6),
            "worth_of_one_more": {name: round(price) for name, price in done.choice.prices.items()},
            "receipts": told,
        }
    return said


def lines_of(found: Report, done: Collected | None, told: dict[str, int]) -> list[str]:
    """Write the report for people."""
    days = f"{found.first}" if found.first == found.last else f"{found.first} to {found.last}"
    closed = ", ".join(f"{count:,} {why}" for why, count in found.closed.items()) or "none"
    lines = [f"Collection, {days}", "", f"Cases: {found.opened:,} opened, closed {closed}."]
    if found.treatments:
        rows = [(name, CHANNEL.get(name, ""), f"{count:,}") for name, count in found.treatments.items()]
        lines += ["", aligned([("treatment", "by", "cases"), RULE, *rows], left=2)]
    if found.contacts:
        rows = [(name, f"{count:,}", _yuan(count * cost_minor(name))) for name, count in found.contacts.items()]
        rows.append(("all", f"{sum(found.contacts.values()):,}", _yuan(found.cost_fen)))
        lines += ["", aligned([("contacts", "made", f"cost {CURRENCY}"), RULE, *rows[:-1], RULE, rows[-1]])]
    lines += ["", *_told("Denied by the gate", found.denials), *_told("Outcomes", found.outcomes), *_told("Told", found.told)]
    lines += _told("Chosen", found.chosen)
    lines += [promises_line(found), f"Money in from customers with a case: {grouped(found.came_minor, CURRENCY)} {CURRENCY}."]
    lines.append(gain_line(found))
    if done is not None:
        lines += ["", *run_lines(done, told)]
    return lines


def promises_line(found: Report) -> str:
    """Say what became of promises."""
    said = found.promises
    ended = ", ".join(f"{count:,} {state}" for state, count in said.ended.items())
    paid = (
        f"; paid {grouped(said.paid_minor, CURRENCY)} of {grouped(said.due_minor, CURRENCY)} {CURRENCY} promised" if said.due_minor else ""
    )
    return f"Promises: {said.made:,} made ({grouped(said.made_minor, CURRENCY)} {CURRENCY}); {ended}{paid}."


def gain_line(found: Report) -> str:
    """Say what was claimed and what was realised, always both."""
    if found.gain is None:
        return "Gain over the baseline: not known yet; no case of customers treated and of customers held out is old enough."
    doubt = "" if found.is_gain_told_by_enough else f" Fewer than {found.judges} on a side: this is chance as much as anything."
    return f"Gain over the baseline, {CURRENCY}: {found.gain.told()}.{doubt}"


def run_lines(done: Collected, told: dict[str, int]) -> list[str]:
    """Say what this run did."""
    contacts = done.contacts
    counts = {
        "made": contacts.made,
        "made before": contacts.before,
        "denied": contacts.denied,
        "spared": contacts.spared,
        "to come": contacts.coming,
        "left to people": contacts.for_people,
    }
    lines = [
        *_told("This run, contacts", counts),
        *_told("Reminders", contacts.reminded),
        *_told("Not done", done.failed),
        *_told("Receipts", told),
    ]
    worth = {name: price for name, price in done.choice.prices.items() if price >= 1}
    if worth:
        lines.append("One more would be worth: " + ", ".join(f"{name} {_yuan(price)} {CURRENCY}" for name, price in worth.items()) + ".")
    return lines


def _told(title: str, counts: Any) -> list[str]:
    return [f"{title}: " + ", ".join(f"{name} {count:,}" for name, count in counts.items()) + "."] if counts else []


def _yuan(fen: float) -> str:
    return grouped(round(fen), CURRENCY)


def _show_plan(day: date, choice: Choice, as_json: bool) -> None:
    """Print which treatments the open cases would get."""
    rows = [
        (
            str(one.standing.customer_id),
            one.standing.case.case_id,
            one.standing.case.segment,
            one.standing.case.bucket,
            one.standing.case.arm,
            one.treatment,
            one.how,
            grouped(one.standing.debt.late_minor, one.standing.debt.currency),
            grouped(one.claimed_minor, one.standing.debt.currency),
        )
        for one in choice.chosen
    ]
    head = ("customer", "case", "segment", "bucket", "arm", "treatment", "chosen", "late", "claimed")
    if as_json:
        print(json.dumps({"on": day.isoformat(), "planned": [dict(zip(head, row, strict=True)) for row in rows]}, ensure_ascii=False))
        return
    print(aligned([head, RULE, *rows], left=7) if rows else "No open case waits for a treatment.")
    print(f"{day}: {len(rows):,} treatments of cases that are open now; cases of today are opened when the day is collected.")


def _show_receipts(counts: dict[str, int], as_json: bool) -> None:
    if as_json:
        print(json.dumps({"receipts": counts}))
        return
    print("Receipts: " + (", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none") + ".")
