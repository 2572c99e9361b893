"""`plimsoll key`: keys of the API, one's own and those of machines; printed once when they are made."""

from datetime import timedelta
from typing import Annotated

import typer

from plimsoll.app.access import key
from plimsoll.app.access.principal import Principal
from plimsoll.app.house import House
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.cli.aligned import aligned
from plimsoll.interfaces.cli.options import AsJson, Db, Language
from plimsoll.interfaces.cli.signed_in import Secrets, User, opened_house, refuse, signed_in
from plimsoll.interfaces.cli.tell import plain, tell
from plimsoll.interfaces.cli.user import Reason, Until, read_instant
from plimsoll.loan.filing import instant_text
from plimsoll.units.refusal import Refused

app = typer.Typer(help="Keys of the API.", no_args_is_help=True, add_completion=False)

MANAGE = "key.manage"
HEAD = ("key", "user", "until", "used on", "narrowed to", "from")

Id = Annotated[str, typer.Argument(metavar="KEY", help="The id of a key, as `list` shows it.")]
Of = Annotated[str, typer.Option("--of", metavar="USER", help="Of one user alone.")]
For = Annotated[str, typer.Option("--for", metavar="USER", help="The machine that it is for. Default: whoever signs in.")]
Permissions = Annotated[list[str], typer.Option("--permission", metavar="NAME", help="What it is narrowed to; may be repeated.")]
Networks = Annotated[list[str], typer.Option("--network", metavar="CIDR", help="Where it may come from; may be repeated.")]
Overlap = Annotated[int, typer.Option("--overlap-hours", min=0, metavar="N", help="For how long the old key goes on.")]
WithEnded = Annotated[bool, typer.Option("--all", help="Those that have ended too.")]


@app.command("list")
def list_keys(db: Db = "", of: Of = "", with_ended: WithEnded = False, as_json: AsJson = False) -> None:
    """List keys, the latest first."""
    with opened_house(db) as house:
        found = key.keys(house, of, with_ended=with_ended)
    if as_json:
        tell({"keys": [plain(one) for one in found]}, "", as_json=True)
        return
    rows = [
        (one.key_id, one.user_id, instant_text(one.until) if one.until else "", f"{one.used_on or 'never'}",
         " ".join(one.permissions) or "everything", " ".join(one.networks) or "anywhere")
        for one in found
    ]  # fmt: skip
    print(aligned([HEAD, *rows], left=6) if rows else "There are no keys.")


@app.command()
def make(
    user: User,
    for_user: For = "",
    permissions: Permissions = [],  # noqa: B006 -- read only
    networks: Networks = [],  # noqa: B006 -- read only
    until: Until = "",
    password_file: Secrets = "",
    db: Db = "",
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Make a key for oneself, or for a machine that one gave no role; it is printed this once."""
    new = key.NewKey(for_user or user, tuple(permissions), tuple(networks), read_instant(until, "--until"))
    with opened_house(db) as house, signed_in(house, user, password_file, language) as who:
        if new.user_id != who.user_id:
            refuse(open_door(house).may(who, MANAGE), language)
        made = refuse(key.make(house, who, new), language)
    _tell(made, as_json=as_json)


@app.command()
def rotate(
    key_id: Id, user: User, overlap_hours: Overlap = 24, password_file: Secrets = "", db: Db = "", language: Language = "en",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Make the successor of a key; both work until the overlap ends."""
    with opened_house(db) as house, signed_in(house, user, password_file, language) as who:
        refuse(_may(house, who, key_id), language)
        made = refuse(key.rotate(house, who, key_id, timedelta(hours=overlap_hours)), language)
    _tell(made, as_json=as_json)


@app.command()
def revoke(
    key_id: Id, user: User, reason: Reason, password_file: Secrets = "", db: Db = "", language: Language = "en", as_json: AsJson = False
) -> None:
    """End a key and every key that was made by it: within ten seconds wherever they are used."""
    with opened_house(db) as house, signed_in(house, user, password_file, language) as who:
        refuse(_may(house, who, key_id), language)
        ended = refuse(key.revoke(house, who, key_id, reason), language)
    others = f" With it ended what it made: {', '.join(ended.ended_with_it)}." if ended.ended_with_it else ""
    tell(plain(ended), f"The key {key_id} is revoked.{others}", as_json=as_json)


def _may(house: House, who: Principal, key_id: str) -> object:
    """Let somebody at their own key, and who manages keys at every one."""
    found = key.get(house, key_id)
    if isinstance(found, Refused) or found.user_id == who.user_id:
        return found
    return open_door(house).may(who, MANAGE)


def _tell(made: key.MadeKey, *, as_json: bool) -> None:
    until = instant_text(made.key.until) if made.key.until else ""
    words = f"The key of {made.key.user_id}, shown once and good until {until}:\n{made.text}"
    tell({"text": made.text, **plain(made.key)}, words, as_json=as_json)
