"""`plimsoll watch shock` and `shocks`: tell the house what struck an employer or a region, and list what is on file about them."""

import json
from datetime import date
from typing import Annotated, Any

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.dossier import dossiers, execute_dossier
from plimsoll.app.keyring import keyring_path, read_keyring
from plimsoll.app.vault import Vault
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.interfaces.cli.tell import tell
from plimsoll.loan.filing import read_body
from plimsoll.monitoring.shock import DOSSIER, EMPLOYER, EVENTS, PPM, REGION, group_name
from plimsoll.monitoring.tell_shock import TellShock
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

Employer = Annotated[str, typer.Option("--employer", metavar="NAME", help="The employer, as people write it in their applications.")]
Region = Annotated[str, typer.Option("--region", metavar="NAME", help="A city or a province as addresses name it, such as 杭州市.")]
Event = Annotated[str, typer.Option("--event", metavar="WHAT", help=f"{', '.join(EVENTS)}.")]
Share = Annotated[str, typer.Option("--share", metavar="SHARE", help="The share of the people there that is struck, such as 0.4.")]
Until = Annotated[
    str, typer.Option("--until", metavar="DATE", help="The day from which it counts no more; the day of --on takes a notice back.")
]
Source = Annotated[str, typer.Option("--source", metavar="TEXT", help="Who says so: a paper, an authority, a branch.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day from which it counts. Default: today.")]
Actor = Annotated[str, typer.Option("--actor", metavar="WHO", help="Who tells it, for the record.")]


def shock(
    event: Event,
    until: Until,
    source: Source,
    employer: Employer = "",
    region: Region = "",
    share: Share = "1",
    on: On = "",
    actor: Actor = "watch",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Tell the house what struck an employer or a region; who works or lives there is offered help by the night of the day.

    The name is blinded with the keys of the vault (PLIMSOLL_VAULT_KEYS) and is not kept.
    """
    if bool(employer.strip()) == bool(region.strip()):
        raise Stop(USAGE, "one of --employer and --region is needed")
    kind, name = (EMPLOYER, employer) if employer.strip() else (REGION, region)
    keys = read_keyring(keyring_path())
    instant = now()
    day, end = read_on(on, "--on") if on else instant.date(), read_on(until, "--until")
    with open_store(book_url(db)) as store:
        group = group_name(kind, Vault(store, keys).blind_of_group(kind, name))
        key = f"shock:{group}:{day}:{event}:{share}:{end}:{source}"
        command = TellShock(key, group, day, event, Rate.parse(share), end, source)
        done = execute_dossier(store, DOSSIER_WIRING, command, actor=actor, now=instant, rules=lawful_rules())
    if isinstance(done, Refused):
        raise Stop(REFUSED, done.text())
    tell({"group": group, "on": day.isoformat(), "until": end.isoformat()}, f"On file for {group} from {day} until {end}.", as_json=as_json)


def shocks(on: On = "", db: Db = "", as_json: AsJson = False) -> None:
    """List the notices of shocks on file by a day, and which of them are in force; what the house found by itself tells its counts."""
    day = (read_on(on, "--on") if on else now().date()).toordinal()
    with open_store(book_url(db)) as store:
        told = [
            _told(group, one.on, one.actor, read_body(one), day)
            for group, file in dossiers(store, DOSSIER)
            for one in file
            if one.on <= day
        ]
    if as_json:
        print(json.dumps({"shocks": told}, ensure_ascii=False))
        return
    if not told:
        print("No notice of a shock is on file.")
        return
    head = ("group", "from", "until", "event", "share", "people", "struck", "source", "told by")
    rows = [(*(str(one[name]) for name in ("group", "on", "until", "event", "share", "people", "struck", "source", "by")),) for one in told]
    print(aligned([head, RULE, *rows], left=1))


def _told(group: str, on: int, actor: str, said: dict[str, Any], day: int) -> dict[str, Any]:
    return {
        "group": group,
        "on": date.fromordinal(on).isoformat(),
        "until": date.fromordinal(said["until"]).isoformat(),
        "event": said["event"],
        "share": said["share_ppm"] / PPM,
        "people": said["people"],
        "struck": said["struck"],
        "source": said["source"],
        "by": actor,
        "is_in_force": said["until"] > day,
    }
