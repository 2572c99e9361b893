"""`plimsoll world`: a whole made-up house that can be looked at: a book with a history, people who sign in, queues that live, a server."""

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from plimsoll import __version__
from plimsoll.app.access.role import roles_on
from plimsoll.app.chain.key import new_keys, write_keys
from plimsoll.app.chain.seal import seal
from plimsoll.app.config import now, threads
from plimsoll.app.database.address import read_address
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.schema import REVISION
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.house import House
from plimsoll.app.keyring import new_keyring, read_keyring, write_keyring
from plimsoll.app.show.customer import customer_page
from plimsoll.app.vault import Act, Vault
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.demo import Plan, lived, make_room, remove
from plimsoll.interfaces.cli.demo_month import month_written
from plimsoll.interfaces.cli.exits import FAILURE, Stop
from plimsoll.interfaces.cli.options import AsJson, read_on
from plimsoll.interfaces.cli.tell import tell
from plimsoll.interfaces.cli.up import command as up
from plimsoll.protection.mask import PHONE
from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator.fund import fund_town
from plimsoll.simulator.leave_agency import leave_agency
from plimsoll.simulator.leave_work import leave_approval, leave_complaints, leave_reviews, leave_tender, leave_webhook, try_webhook
from plimsoll.simulator.seal_people import seal_people
from plimsoll.simulator.staff import PASSWORD, Login, machine_key, staff
from plimsoll.simulator.tell_bureau import file_month
from plimsoll.simulator.town import MONTHLY, Span
from plimsoll.units.refusal import Refused

FOLDER: Final = "build/world"
TOLD: Final = "world.json"
BEGINS: Final = "2025-05-01"
BORROWERS_MAX, MONTHS_MAX = 100_000, 60
LOGINS_SHOWN: Final = 30
BESIDE: Final = ("funders", "credit bureau", "report of the month")
"""What goes out at the end of the last month."""

app = typer.Typer(help="A whole made-up house to look at.", no_args_is_help=True, add_completion=False)

Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where the house is kept.")]
Borrowers = Annotated[int, typer.Option("--borrowers", min=20, max=BORROWERS_MAX, help="How many people are made up.")]
Months = Annotated[int, typer.Option("--months", min=2, max=MONTHS_MAX, help="How many months are lived and closed.")]
Begins = Annotated[str, typer.Option("--from", metavar="DATE", help="First day that is lived, the first of a month.")]
BadMonth = Annotated[int, typer.Option("--bad-month", min=0, max=MONTHS_MAX, help="Month (from 1) that brings bad customers; 0 for none.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed makes the same house.")]
Again = Annotated[bool, typer.Option("--again", help="Make it anew, in place of the one that is there.")]
Serve = Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it when it is made, until Ctrl-C.")]
Book = Annotated[str, typer.Option("--db", metavar="URL", help="Where the book is made. Default: book.db in the folder.")]
Port = Annotated[int, typer.Option("--port", metavar="N", help="Where to listen; 0 takes a free one.")]


@app.command("open")
def open_world(
    folder: Folder = Path(FOLDER),
    borrowers: Borrowers = 5_000,
    months: Months = 18,
    begins: Begins = BEGINS,
    bad_month: BadMonth = 7,
    seed: Seed = 1,
    again: Again = False,
    serve: Serve = True,
    port: Port = 8321,
    db: Book = "",
    as_json: AsJson = False,
) -> None:
    """Make a whole made-up house once, and serve it: pages for staff and borrowers, the API, one login for every role."""
    folder.mkdir(parents=True, exist_ok=True)
    span = Span(months, read_on(begins, "--from"), bad_month - 1)
    plan = Plan(db or f"sqlite:///{folder / 'book.db'}", folder, borrowers, span, seed, MONTHLY)
    asked = {"version": __version__, "revision": REVISION, "borrowers": borrowers, "span": [months, begins, bad_month], "seed": seed}
    asked["book"] = read_address(plan.url).shown()
    told = None if again else kept(plan, asked)
    if told is None:
        told = make(plan, asked)
    address = f"http://127.0.0.1:{port}" if port else ""
    if as_json:
        print(json.dumps({"folder": str(folder), "address": address, "password": PASSWORD, **told}, ensure_ascii=False), flush=True)
    else:
        show(told, folder, address)
    if serve:
        os.environ.update(settings(folder))
        up(db=plan.url, port=port, as_json=as_json)


def kept(plan: Plan, asked: dict[str, Any]) -> dict[str, Any] | None:
    """Give what is told of the house that lies there already, where it is the one that is asked for; None where it is to be made."""
    try:
        told: dict[str, Any] = json.loads((plan.folder / TOLD).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return told if told.get("asked") == asked and is_there(plan.url) else None


def make_way(plan: Plan) -> None:
    """Remove the house that lies there, where it is one of these, also one that was left half made; any other book is left untouched."""
    told = plan.folder / TOLD
    if not told.exists():
        make_room(plan, again=True)
    elif is_there(plan.url):
        remove(plan)
    told.write_text("{}\n", "utf-8")


def is_there(url: str) -> bool:
    """Tell whether there is a book, be it of this version or another. Raises StoreTrouble where that cannot be told."""
    try:
        open_store(url).close()
    except StoreTrouble as trouble:
        if trouble.code not in ("store_missing", "store_schema_differs"):
            raise
        return trouble.code != "store_missing"
    return True


def settings(folder: Path) -> dict[str, str]:
    """Give the settings that the house is served by."""
    return {
        "PLIMSOLL_VAULT_KEYS": str(folder / "keys" / "vault.json"),
        "PLIMSOLL_AUDIT_KEY": str(folder / "keys" / "audit.json"),
        "PLIMSOLL_TAPE": str(folder / "tape"),
        "PLIMSOLL_WEBHOOKS_LOOPBACK": "1",
    }


def make(plan: Plan, asked: dict[str, Any]) -> dict[str, Any]:
    """Make the house: lives and closes, people in the vault, staff with keys, funders, work on every desk. Give what is told of it."""
    make_way(plan)
    keys = plan.folder / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    for one in keys.iterdir():
        one.unlink()
    write_keyring(keys / "vault.json", new_keyring(now()), is_new=True)
    write_keys(keys / "audit.json", new_keys(), is_new=True)
    town, control, _, funding = lived(plan)
    if town.counts.failed or control.breaches:
        raise Stop(FAILURE, f"{len(town.counts.failed)} commands met a bug, {len(control.breaches)} control totals do not agree")
    rules, last = lawful_rules(), date.fromordinal(plan.days[-1])
    with ProcessPoolExecutor(2, get_context("spawn")) as beside, open_store(plan.url) as store:
        # The report reads the book as the month left it, on another core while nothing of that changes; what was lived is sealed meanwhile.
        month, sealed = beside.submit(month_written, plan.url, plan.tape, plan.folder), beside.submit(seal_lived, plan.url)
        vault = Vault(store, read_keyring(keys / "vault.json"))
        people = [person.customer_id for person in town.people]
        with bar(len(people), "people sealed") as step:
            seal_people(vault, people, last, plan.seed, Act("world", now(), "application"), step)
        with bar(len(BESIDE), "books sent out") as step:
            step(BESIDE[0])
            fund_town(store, last, plan.tape, funding, rules)
            step(BESIDE[1])
            bureau = file_month(store, last, last + timedelta(days=1), plan.folder, rules, threads())
            step(BESIDE[2])
            told = {"asked": asked, "bureau": bureau, "month": month.result()}
            sealed.result()
        with House(store, rules, vault) as house:
            told |= opened(house, plan) | {"agency": leave_agency(house, house.today(), plan.seed)}
    (plan.folder / TOLD).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (plan.folder / TOLD).chmod(0o600)
    return told


def seal_lived(url: str) -> None:
    """Put in the audit chain of a book what nobody has sealed yet."""
    with open_store(url) as store:
        seal(store, None, now())


def opened(house: House, plan: Plan) -> dict[str, Any]:
    """Staff the house and leave work on every desk; give what is told of it."""
    on = house.today()
    steps: dict[str, Callable[[], Any]] = {
        "logins": lambda: [one._asdict() for one in staff(house)],
        "key": lambda: machine_key(house),
        "webhook": lambda: leave_webhook(house),
        "reviews": lambda: leave_reviews(house, on),
        "complaints": lambda: leave_complaints(house, on),
        "approval": lambda: leave_approval(house, on),
        "tender": lambda: leave_tender(house, on, plan.disposal),
        "borrower": lambda: a_borrower(house),
        "tried": lambda: dict(try_webhook(house)),
    }
    told: dict[str, Any] = {"business_date": on.isoformat()}
    with bar(len(steps), "desks laid out") as step:
        for name, do in steps.items():
            told[name] = do()
            step(name)
    return told


def a_borrower(house: House) -> dict[str, Any]:
    """Give somebody to sign in as on a telephone: who owes on a loan and a bill and is not late."""
    assert house.vault is not None, "the house has keys"
    for customer_id in range(1, 500):
        page = customer_page(house.store, customer_id, house.today().toordinal(), house.now())
        if isinstance(page, Refused) or page.line is None or page.line.status != "open":
            continue
        kinds = {one.kind for one in page.loans if one.status == "open"}
        if kinds == {"loan", "account"} and not any(one.days_late for one in page.loans):
            phone = house.vault.reveal(customer_id, PHONE, Act("world", datetime.now().astimezone(), "told to whoever tries the sandbox"))
            return {"customer": customer_id, "phone": "" if isinstance(phone, Refused) else phone}
    return {"customer": 0, "phone": ""}


def show(told: dict[str, Any], folder: Path, address: str) -> None:
    """Print who can sign in, and what there is to try."""
    logins = [Login(**one) for one in told["logins"]]
    titles = roles_on(date.fromisoformat(told["business_date"]))
    print(f"A made-up house, business date {told['business_date']}. Everybody's password: {PASSWORD}\n")
    for one in logins[:LOGINS_SHOWN]:
        acts = f" for {one.party}" if one.party else ""
        print(f"  {one.user_id:<24}{titles[one.role].title['en']}{acts}{'  (with a code)' if one.seed else ''}")
    program = sys.argv[0] if Path(sys.argv[0]).name == "plimsoll" else "plimsoll"
    place = "" if folder == Path(FOLDER) else f" --folder {folder}"
    console, phone = f"{address}/console/", f"{address}/me/"
    print(f"\n  codes of second factors     {program} world code NAME{place}")
    print(f"  a borrower on a telephone   {told['borrower']['phone']} (the code is shown on the page)")
    print(f"  API key                     {told['key']}")
    print(f"  month for a risk committee  {told['month']}")
    bureau = told["bureau"]
    counts = f"{bureau['records']:,} records, {bureau['adverse']:,} adverse"
    print(f"  file for the credit bureau  {bureau['file']} ({counts})")
    print("\nThree things to try:")
    print(f"  {console:<34}sign in as collector: the next case, the hours of the gate, a promise")
    print(f"  {console:<34}sign in as finance: {told['approval'] or 'nothing'}, asked for by underwriter-2, waits for another person")
    print(f"  {phone:<34}sign in as the borrower: what 1,000 for a day costs; pay off early\n", flush=True)


@app.command()
def code(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who signs in.")],
    folder: Folder = Path(FOLDER),
    as_json: AsJson = False,
) -> None:
    """Print the code of a second factor of somebody in a made-up house, good for half a minute."""
    import pyotp

    told = json.loads((folder / TOLD).read_text("utf-8"))
    seed = next((one["seed"] for one in told["logins"] if one["user_id"] == name), "")
    if not seed:
        raise Stop(FAILURE, f"{name} has no second factor in this house")
    found = pyotp.TOTP(seed).now()
    tell({"code": found}, found, as_json=as_json)
