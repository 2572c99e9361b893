"""`plimsoll remind`: send the reminders of a day, each decided on right before it leaves, and report."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from plimsoll.app.calls import dial as dial_call
from plimsoll.app.calls import drop_late_calls, waiting_calls
from plimsoll.app.channels.file_sender import read_receipts
from plimsoll.app.channels.named import SANDBOX, close, named
from plimsoll.app.channels.port import Sender
from plimsoll.app.channels.sandbox import ROUGH
from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.app.file import Work
from plimsoll.app.keyring import keyring_path, read_keyring
from plimsoll.app.numbers import blinded
from plimsoll.app.receipts import take_receipts
from plimsoll.app.remind import BEFORE, HELD, NOT_SENT, PLANNED, QUEUED, SENT, Orders, Outcome, remind
from plimsoll.app.reminders_due import planned
from plimsoll.app.vault import Act, Vault
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.protection.mask import EMAIL, PHONE
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import Malformed, Refused

Reach = Callable[[int, str], str]


def command(
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The day, such as 2026-12-01. Default: today.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="WAY", help="sandbox, file:PATH, an https address, or apprise.")] = SANDBOX,
    receipts: Annotated[str, typer.Option("--receipts", metavar="FILE", help="Record the receipts of a file, and send nothing.")] = "",
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of the sandbox.")] = 1,
    calls: Annotated[bool, typer.Option("--calls", help="Show the calls that wait for a person.")] = False,
    dial: Annotated[str, typer.Option("--dial", metavar="MESSAGE", help="Take a call that waits: what to say, or why not to call.")] = "",
    actor: Annotated[str, typer.Option("--as", metavar="NAME", help="Who dials.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent; nothing is sent or recorded.")] = False,
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Remind borrowers of what falls due: by the ladder, the wishes of each and the contact gate; nobody who has paid, nobody twice.

    By the sandbox each message leaves at its planned time of the day; otherwise those whose time has come leave now, and the rest in a
    later run. Services of Apprise stand in $PLIMSOLL_APPRISE as JSON, such as {"sms": "…{address}…"}.
    """
    day, rules = read_on(on, "--on") if on else now().astimezone().date(), lawful_rules()
    with ExitStack() as closing:
        store = closing.enter_context(open_store(book_url(db), allow_unsafe=allow_unsafe))
        if receipts:
            _report_receipts(take_receipts(store, read_receipts(Path(receipts)), rules), as_json)
            return
        if calls:
            _report_calls(waiting_calls(store), as_json)
            return
        if dry_run:
            _report(day, list(_dry(store, day)), {}, as_json)
            return
        sender = sender_by(by, seed, closing)
        is_made_up = by == SANDBOX
        reach, clock = (numbered, as_planned) if is_made_up else (reach_of(store), by_clock)
        orders = Orders(sender, reach, numbers_of(store, is_made_up=is_made_up), clock, rules)
        if dial:
            _report_call(_dialled(store, dial, actor, orders), as_json)
            return
        drop_late_calls(store, clock(datetime.combine(day, datetime.min.time(), UTC)), orders)
        done = list(remind(store, day, orders))
        told = take_receipts(store, sender.receipts(), rules)
    _report(day, done, told, as_json)


def _dry(store: Store, day: date) -> Iterator[Outcome]:
    for customer_id, _, one, minor in planned(store, day):
        yield Outcome(customer_id, one.step, one.channel, one.due_on, PLANNED, minor=minor)


def as_planned(at: datetime) -> datetime:
    """Give the planned instant: what a made-up clock shows."""
    return at


def by_clock(at: datetime) -> datetime:  # noqa: ARG001 -- a real message leaves now
    """Give the instant, whatever was planned."""
    return now()


def numbered(customer_id: int, channel: str) -> str:  # noqa: ARG001 -- the sandbox needs no address
    """Give an address of the sandbox."""
    return f"customer-{customer_id}"


def numbers_of(store: Store, *, is_made_up: bool) -> Reach:
    """Give the way to a borrower's blinded number; in the sandbox everybody has one."""

    def known(customer_id: int, channel: str) -> str:
        return blinded(store, customer_id, channel) or (numbered(customer_id, channel) if is_made_up else "")

    return known


def _dialled(store: Store, message: str, actor: str, orders: Orders) -> dict[str, Any]:
    if not actor:
        raise Stop(USAGE, "--dial needs --as NAME: who dials")
    said = dial_call(store, message, now(), orders._replace(actor=actor))
    if isinstance(said, Refused):
        raise Stop(REFUSED, said.text())
    return said


def reach_of(store: Store) -> Reach:
    """Give the way to a borrower's address: from the vault, each look on its log."""
    vault = Vault(store, read_keyring(keyring_path()))

    def reach(customer_id: int, channel: str) -> str:
        if channel in ("push", "in_app"):
            return f"customer-{customer_id}"
        act = Act("remind", now(), "to send a reminder of a due day")
        found = vault.reveal(customer_id, EMAIL if channel == "email" else PHONE, act)
        return "" if isinstance(found, Refused) else found

    return reach


def sender_by(by: str, seed: int, closing: ExitStack) -> Sender:
    """Give the channel that `--by` names; anything else ends the command with 2."""
    try:
        found = named(by, seed=seed, mood=ROUGH)
    except Malformed as wrong:
        raise Stop(USAGE, f"--by {by}: {wrong.text()}") from None
    closing.callback(close, found)
    return found


def _report(day: date, done: list[Outcome], receipts: dict[str, int], as_json: bool) -> None:
    """Print what was sent by channel, what was held by which rule, what it cost and what the channels told."""
    sent = Counter(one.channel for one in done if one.state == SENT)
    held = Counter(one.why for one in done if one.state == HELD)
    lost = Counter(one.why for one in done if one.state == NOT_SENT)
    steps = Counter((one.step, one.channel) for one in done if one.state in (SENT, PLANNED, QUEUED))
    cost = sum(one.fen_per_1000 for one in done if one.state == SENT)
    before, coming, queued = (sum(one.state == state for one in done) for state in (BEFORE, PLANNED, QUEUED))
    if as_json:
        said = {
            "on": day.isoformat(),
            "sent": dict(sent),
            "held": dict(held),
            "not_sent": dict(lost),
            "sent_before": before,
            "planned": coming,
            "queued_calls": queued,
            "by_step": [{"step": step, "channel": channel, "reminders": count} for (step, channel), count in sorted(steps.items())],
            "cost_cny": yuan(cost),
            "receipts": receipts,
        }
        print(json.dumps(said, ensure_ascii=False))
        return
    if steps:
        rows = [(step, channel, f"{count:,}") for (step, channel), count in sorted(steps.items())]
        print(aligned([("step", "channel", "reminders"), RULE, *rows], left=2))
    others = f"{coming:,} planned, {before:,} sent before, {queued:,} calls for people"
    print(f"{day}: {sum(sent.values()):,} sent, {others}, cost {yuan(cost)} CNY.")
    for title, counts in (("Held", held), ("Not sent", lost), ("Receipts", Counter(receipts))):
        if counts:
            print(f"{title}: " + ", ".join(f"{name} {count:,}" for name, count in counts.most_common()) + ".")


def _report_calls(waiting: list[Work], as_json: bool) -> None:
    """Print the calls that wait, each with the instant until which it may be made."""
    if as_json:
        calls = [{"customer_id": one.customer_id, "message": one.item.subject, "until": one.item.due_at} for one in waiting]
        print(json.dumps({"calls": calls}))
        return
    rows = [(str(one.customer_id), one.item.subject, one.item.due_at) for one in waiting]
    print(aligned([("customer", "message", "until (UTC)"), RULE, *rows], left=3) if rows else "No call waits.")


def _report_call(said: dict[str, Any], as_json: bool) -> None:
    """Print what is to be said, or why the call is not made."""
    if as_json:
        print(json.dumps(said, ensure_ascii=False))
    else:
        print(said["text"] if said["is_sent"] else f"Not to be called: {said['why']}.")


def _report_receipts(counts: dict[str, int], as_json: bool) -> None:
    if as_json:
        print(json.dumps({"receipts": counts}))
        return
    print("Receipts: " + (", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) or "none") + ".")


def yuan(fen_per_1000: int) -> str:
    """Write fen of a thousand messages, added up over messages, in yuan, rounded up to the fen."""
    fen = -(-fen_per_1000 // 1000)
    return f"{fen // 100}.{fen % 100:02d}"
