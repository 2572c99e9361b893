"""`plimsoll remind`: send the reminders of a day, each decided on right before it leaves, and report."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from plimsoll.app.channels.file_sender import FileSender, read_receipts
from plimsoll.app.channels.port import Sender
from plimsoll.app.channels.sandbox import ROUGH, SandboxSender
from plimsoll.app.config import book_url, now
from plimsoll.app.keyring import keyring_path, read_keyring
from plimsoll.app.opening import open_store
from plimsoll.app.remind import BEFORE, HELD, NOT_SENT, PLANNED, SENT, Orders, Outcome, planned, remind, take_receipts
from plimsoll.app.store import Store
from plimsoll.app.vault import Act, Vault
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.protection.mask import EMAIL, PHONE
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import Refused

TOKEN_VARIABLE: Final = "PLIMSOLL_CHANNEL_TOKEN"  # noqa: S105 -- the name of a variable
APPRISE_VARIABLE: Final = "PLIMSOLL_APPRISE"
SANDBOX, FILE, HTTP, APPRISE = "sandbox", "file:", "http", "apprise"
Reach = Callable[[int, str], str]


def command(
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The day, such as 2026-12-01.")],
    by: Annotated[str, typer.Option("--by", metavar="WAY", help="sandbox, file:PATH, an https address, or apprise.")] = SANDBOX,
    receipts: Annotated[str, typer.Option("--receipts", metavar="FILE", help="Record the receipts of a file, and send nothing.")] = "",
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of the sandbox.")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent; nothing is sent or recorded.")] = False,
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Remind borrowers of what falls due: by the ladder, the wishes of each and the contact gate; nobody who has paid, nobody twice.

    By the sandbox each message leaves at its planned time of the day; otherwise those whose time has come leave now, and the rest in a
    later run. Services of Apprise stand in $PLIMSOLL_APPRISE as JSON, such as {"sms": "…{address}…"}.
    """
    day, rules = read_on(on, "--on"), lawful_rules()
    with ExitStack() as closing:
        store = closing.enter_context(open_store(book_url(db), allow_unsafe=allow_unsafe))
        if receipts:
            _report_receipts(take_receipts(store, read_receipts(Path(receipts)), rules), as_json)
            return
        if dry_run:
            _report(day, list(_dry(store, day)), {}, as_json)
            return
        sender = _sender(by, seed, closing)
        is_made_up = by == SANDBOX
        orders = Orders(sender, _numbered if is_made_up else _reach(store), _as_planned if is_made_up else _by_clock, rules)
        done = list(remind(store, day, orders))
        told = take_receipts(store, sender.receipts(), rules)
    _report(day, done, told, as_json)


def _dry(store: Store, day: date) -> Iterator[Outcome]:
    for customer_id, _, one, minor in planned(store, day):
        yield Outcome(customer_id, one.step, one.channel, one.due_on, PLANNED, minor=minor)


def _as_planned(at: datetime) -> datetime:
    return at


def _by_clock(at: datetime) -> datetime:  # noqa: ARG001 -- a real message leaves now
    return now()


def _numbered(customer_id: int, channel: str) -> str:  # noqa: ARG001 -- the sandbox needs no address
    return f"customer-{customer_id}"


def _reach(store: Store) -> Reach:
    """Give the way to a borrower's address: from the vault, each look on its log."""
    vault = Vault(store, read_keyring(keyring_path()))

    def reach(customer_id: int, channel: str) -> str:
        if channel in ("push", "in_app"):
            return f"customer-{customer_id}"
        act = Act("remind", now(), "to send a reminder of a due day")
        found = vault.reveal(customer_id, EMAIL if channel == "email" else PHONE, act)
        return "" if isinstance(found, Refused) else found

    return reach


def _sender(by: str, seed: int, closing: ExitStack) -> Sender:
    if by == SANDBOX:
        return SandboxSender(seed, ROUGH)
    if by.startswith(FILE) and len(by) > len(FILE):
        return FileSender(Path(by.removeprefix(FILE)))
    if by == APPRISE:
        from plimsoll.app.channels.apprise_sender import AppriseSender

        return AppriseSender(_services())
    if by.startswith(HTTP):
        from plimsoll.app.channels.http_sender import HttpSender

        return closing.enter_context(HttpSender(by, token=os.environ.get(TOKEN_VARIABLE, "")))
    raise Stop(USAGE, f"--by {by}: sandbox, file:PATH, an https address, or apprise")


def _services() -> dict[str, str]:
    """Read the services of Apprise; what they say is secret and never printed."""
    try:
        said = json.loads(os.environ.get(APPRISE_VARIABLE, ""))
    except ValueError:
        said = None
    if not isinstance(said, dict) or not all(isinstance(one, str) for one in said.values()):
        raise Stop(USAGE, f'{APPRISE_VARIABLE} is to be a JSON object such as {{"sms": "…{{address}}…"}}')
    return said


def _report(day: date, done: list[Outcome], receipts: dict[str, int], as_json: bool) -> None:
    """Print what was sent by channel, what was held by which rule, what it cost and what the channels told."""
    sent = Counter(one.channel for one in done if one.state == SENT)
    held = Counter(one.why for one in done if one.state == HELD)
    lost = Counter(one.why for one in done if one.state == NOT_SENT)
    steps = Counter((one.step, one.channel) for one in done if one.state in (SENT, PLANNED))
    cost = sum(one.fen_per_1000 for one in done if one.state == SENT)
    before, coming = (sum(one.state == state for one in done) for state in (BEFORE, PLANNED))
    if as_json:
        said = {
            "on": day.isoformat(),
            "sent": dict(sent),
            "held": dict(held),
            "not_sent": dict(lost),
            "sent_before": before,
            "planned": coming,
            "by_step": [{"step": step, "channel": channel, "reminders": count} for (step, channel), count in sorted(steps.items())],
            "cost_cny": yuan(cost),
            "receipts": receipts,
        }
        print(json.dumps(said, ensure_ascii=False))
        return
    if steps:
        rows = [(step, channel, f"{count:,}") for (step, channel), count in sorted(steps.items())]
        print(aligned([("step", "channel", "reminders"), RULE, *rows], left=2))
    print(f"{day}: {sum(sent.values()):,} sent, {coming:,} planned, {before:,} sent before, cost {yuan(cost)} CNY.")
    for title, counts in (("Held", held), ("Not sent", lost), ("Receipts", Counter(receipts))):
        if counts:
            print(f"{title}: " + ", ".join(f"{name} {count:,}" for name, count in counts.most_common()) + ".")


def _report_receipts(counts: dict[str, int], as_json: bool) -> None:
    if as_json:
        print(json.dumps({"receipts": counts}))
        return
    print("Receipts: " + (", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) or "none") + ".")


def yuan(fen_per_1000: int) -> str:
    """Write fen of a thousand messages, added up over messages, in yuan, rounded up to the fen."""
    fen = -(-fen_per_1000 // 1000)
    return f"{fen // 100}.{fen % 100:02d}"
