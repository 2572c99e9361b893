"""`plimsoll webhooks`: where events are sent to, what was delivered, and sending it again."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import typer

from plimsoll.app.chain.key import configured_keys
from plimsoll.app.chain.seal import seal
from plimsoll.app.hooks import queue
from plimsoll.app.hooks.deliver import Deliverer
from plimsoll.app.hooks.endpoint import Endpoint, Hooks
from plimsoll.app.house import LIVE
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, TRY_AGAIN, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db
from plimsoll.interfaces.cli.signed_in import opened_house
from plimsoll.interfaces.cli.tell import tell
from plimsoll.units.refusal import Refused

app = typer.Typer(help="Send events to addresses outside, signed and in order.", no_args_is_help=True, add_completion=False)
CODES: Final = {"hook_unknown": NOT_FOUND, "hook_delivery_unknown": NOT_FOUND, "hook_changed": TRY_AGAIN}
SHOWN: Final = 200
PAUSE_S: Final = 1.0
T = TypeVar("T")

Id = Annotated[str, typer.Argument(metavar="ENDPOINT", help="Its id, such as we_0123456789abcdef0123.")]
Actor = Annotated[str, typer.Option("--actor", metavar="WHO", help="Who asks; it stands on record.")]


@app.command()
def register(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to: https://hooks.example.com/in")],
    types: Annotated[list[str] | None, typer.Option("--type", metavar="TYPE", help="plimsoll.loan.*; several; default: all.")] = None,
    actor: Actor = "cli",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Register an address; its secret is shown this once. In live it is asked for over the API, since others have to agree."""
    with _hooks(db) as hooks:
        if hooks.house.mode == LIVE:
            raise Stop(REFUSED, Refused("hook_needs_approval", "POLICY.APPROVAL.LIVE").text())
        made = _check(hooks.register(url, types or [], actor))
    if as_json:
        print(json.dumps({**_plain(made.endpoint), "secret": made.secret}, ensure_ascii=False))
        return
    print(f"{made.endpoint.endpoint_id} is sent events from now on. Its secret, shown this once:\n{made.secret}")


@app.command("list")
def command_list(db: Db = "", as_json: AsJson = False) -> None:
    """List the addresses that events are sent to."""
    with _hooks(db) as hooks:
        found = hooks.every()
    if as_json:
        print(json.dumps([_plain(one) for one in found], ensure_ascii=False))
        return
    rows = [(one.endpoint_id, one.state, ", ".join(one.kinds) or "*", _since(one), one.url) for one in found]
    print(aligned([("endpoint", "state", "types", "failing since", "url"), RULE, *rows], left=5) if rows else "No endpoint.")


@app.command()
def rotate(endpoint: Id, actor: Actor = "cli", db: Db = "", as_json: AsJson = False) -> None:
    """Replace the secret of an endpoint; for a day both sign. The new one is shown this once."""
    with _hooks(db) as hooks:
        made = _check(hooks.rotate(endpoint, actor))
    tell({**_plain(made.endpoint), "secret": made.secret}, made.secret, as_json=as_json)


@app.command()
def disable(endpoint: Id, actor: Actor = "cli", db: Db = "", as_json: AsJson = False) -> None:
    """Send nothing more to an endpoint; what waits for it stays."""
    with _hooks(db) as hooks:
        disabled = _check(hooks.disable(endpoint, actor))
    tell(_plain(disabled), f"{endpoint} is sent nothing more.", as_json=as_json)


@app.command()
def enable(endpoint: Id, actor: Actor = "cli", db: Db = "", as_json: AsJson = False) -> None:
    """Send to an endpoint again, what it missed first."""
    with _hooks(db) as hooks:
        enabled = _check(hooks.enable(endpoint, actor))
        count = queue.resume(hooks.store, endpoint, hooks.house.now())
    tell({**_plain(enabled), "waiting": count}, f"{endpoint} is sent events again; {count:,} wait for it.", as_json=as_json)


@app.command()
def deliveries(
    endpoint: Id,
    state: Annotated[str, typer.Option("--state", metavar="STATE", help="waiting, delivered or given_up. Default: all.")] = "",
    event: Annotated[str, typer.Option("--event", metavar="EVENT", help="One event, with every try.")] = "",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """List what was sent to an endpoint, or waits to be; with --event every try of one."""
    with _hooks(db) as hooks:
        _check(hooks.find(endpoint))
        if event:
            one = _check(queue.find_delivery(hooks.store, endpoint, event))
            rows: list[Any] = queue.attempts(hooks.store, endpoint, one.seq)
        else:
            rows = queue.deliveries(hooks.store, endpoint, state, limit=SHOWN)
    told = [{name: _said(value) for name, value in row._asdict().items()} for row in rows]
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
    elif not told:
        print("Nothing.")
    else:
        print(aligned([tuple(told[0]), RULE, *(tuple(str(value) for value in row.values()) for row in told)], left=6))


@app.command()
def replay(
    endpoint: Id,
    event: Annotated[list[str] | None, typer.Option("--event", metavar="EVENT", help="An event; several.")] = None,
    since: Annotated[str, typer.Option("--since", metavar="INSTANT", help="Everything since: 2026-12-01T00:00:00+08:00")] = "",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Send events again, by their ids or everything since an instant."""
    if bool(event) == bool(since):
        raise Stop(USAGE, "one of --event and --since")
    with _hooks(db) as hooks:
        found, now = _check(hooks.find(endpoint)), hooks.house.now()
        if since:
            count = _check(queue.replay_since(hooks.store, found, _instant(since), now))
        else:
            count = _check(queue.replay(hooks.store, endpoint, event or [], now))
    tell({"queued": count}, f"{count:,} events wait to be sent again.", as_json=as_json)


@app.command()
def deliver(
    once: Annotated[bool, typer.Option("--once", help="Send what is due and end, instead of going on until Ctrl-C.")] = False,
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Seal what is on record and send what is due. A server does this by itself; several may work on one book."""
    keys = configured_keys()
    with _hooks(db) as hooks:
        worker, total = Deliverer(hooks), Counter[str]()
        while True:
            seal(hooks.store, keys, hooks.house.now())
            done = worker.once()
            total += done
            if once:
                break
            if not done[""]:
                threading.Event().wait(PAUSE_S)
    told = {"taken": total.pop("", 0), "failed": dict(total)}
    if as_json:
        print(json.dumps(told))
        return
    print(f"{told['taken']:,} taken" + "".join(f", {count:,} {code}" for code, count in sorted(total.items())))


@contextmanager
def _hooks(db: str) -> Iterator[Hooks]:
    with opened_house(db) as house:
        yield Hooks(house)


def _check(found: T | Refused) -> T:
    if isinstance(found, Refused):
        raise Stop(CODES.get(found.code, REFUSED), f"{found.code}: {found.text()}")
    return found


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Stop(USAGE, f"--since {text}: an instant with its zone, such as 2026-12-01T00:00:00+08:00")
    return found


def _since(endpoint: Endpoint) -> str:
    return endpoint.failing_since.isoformat(timespec="minutes") if endpoint.failing_since else ""


def _said(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else "" if value is None else value


def _plain(endpoint: Endpoint) -> dict[str, Any]:
    return {name: _said(value) for name, value in endpoint._asdict().items()}
