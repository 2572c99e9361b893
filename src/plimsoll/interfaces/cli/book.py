"""`plimsoll book`: make the tables of a book, bring them to this version, back it up, restore it, and say what a restored one may send."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.app.back_up import back_up
from plimsoll.app.config import book_url, now, threads
from plimsoll.app.database.opening import create_store, open_store, upgrade_store
from plimsoll.app.database.outbox import RELEASED, SENT, held, holds, settle_held
from plimsoll.app.database.roles import grant_role
from plimsoll.app.restore import restore as restored_from
from plimsoll.interfaces.cli.bar import bar
from plimsoll.interfaces.cli.exits import USAGE, VERIFICATION_FAILED, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.interfaces.cli.tell import tell

app = typer.Typer(
    help="Make a book, bring its tables to this version, back it up and restore it.", no_args_is_help=True, add_completion=False
)

OpenOn = Annotated[str, typer.Option("--open-on", metavar="DATE", help="The first day that takes entries. Default: any day.")]


@app.command()
def create(db: Db = "", open_on: OpenOn = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Make an empty book."""
    url = book_url(db)
    first = read_on(open_on, "--open-on") if open_on else date.min
    with create_store(url, open_on=first, allow_unsafe=allow_unsafe) as store:
        shown = store.address.shown()
    tell({"book": shown, "open_on": first.isoformat() if open_on else None}, f"An empty book: {shown}", as_json=as_json)


@app.command()
def upgrade(db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Bring the tables of a book to this version; what is booked stays as it is."""
    before, after = upgrade_store(book_url(db), allow_unsafe=allow_unsafe)
    words = f"The tables are at {after}." if before == after else f"The tables went from {before} to {after}."
    tell({"before": before, "after": after}, words, as_json=as_json)


Role = Annotated[str, typer.Argument(metavar="ROLE", help="The role as which programs that serve people connect.")]
Login = Annotated[
    bool, typer.Option("--login", help="Let the role log in, where it is made anew; its password is set with PostgreSQL's own tools.")
]


@app.command()
def grant(role: Role, login: Login = False, db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Let a role of PostgreSQL use a book: it may add facts, journal and audit, and neither change nor remove them. Run as the owner."""
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        grant_role(store, role, is_login=login)
    tell({"role": role}, f"{role} may use the book. Connect as {role}, or as a role that it was granted to.", as_json=as_json)


Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder for the backup, or the folder of one.")]
NoVerify = Annotated[bool, typer.Option("--no-verify", help="Do not prove the restored book; run plimsoll verify yourself.")]
KindOf = Annotated[str, typer.Option("--kind", help="Messages of this kind only, such as pay_out.")]
Verdict = Annotated[str, typer.Option("--verdict", metavar="WORD", help="sent: they had left; released: they had not, and may go now.")]
Actor = Annotated[str, typer.Option("--actor", help="Who says so.")]
Reason = Annotated[str, typer.Option("--reason", help="What it rests on, such as the answer of the bank.")]


@app.command()
def backup(folder: Folder, db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Write one consistent moment of a book into a new folder, while it is in use. Keys are not in it."""
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store, bar(100, "backed up, percent") as step:
        done = 0

        def progress(part: int, whole: int) -> None:
            nonlocal done
            while done < part * 100 // max(whole, 1):
                done += 1
                step("")

        made = back_up(store, folder, now(), progress)
    if as_json:
        print(json.dumps({**made._asdict(), "folder": str(made.folder)}, ensure_ascii=False))
        return
    print(f"{made.rows:,} rows, {made.size:,} bytes: {made.folder}\nThe open day is {made.open_on}. SHA-256 of the manifest: {made.sha256}")
    print("The keys of the vault and of the audit chain are not in it: keep them elsewhere, or nobody can read it.")


@app.command()
def restore(folder: Folder, db: Db = "", no_verify: NoVerify = False, allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Make a book from a backup where none is, prove it, and hold back what it would send."""
    url = book_url(db)
    found = restored_from(folder, url, now(), allow_unsafe=allow_unsafe)
    breaches: dict[str, object] = {}
    if not no_verify:
        from plimsoll.app.verify import verify

        with open_store(url, allow_unsafe=allow_unsafe) as store:
            breaches = dict(verify(store, threads=threads()).breaches)
    if as_json:
        print(json.dumps({**found._asdict(), "proved": None if no_verify else not breaches}, ensure_ascii=False))
    else:
        print(f"{found.rows:,} rows are back; the open day is {found.open_on}." + ("" if no_verify or breaches else " The book is proved."))
        if found.held:
            print(f"{found.held:,} messages are held back, since they may have left after the backup: plimsoll book held")
    if breaches:
        raise Stop(VERIFICATION_FAILED, f"the restored book is not what its facts say: {'; '.join(breaches)}")


@app.command("held")
def held_back(db: Db = "", as_json: AsJson = False) -> None:
    """Count the messages that a restored book holds back, by kind."""
    with open_store(book_url(db)) as store:
        found = holds(store)
    if as_json:
        print(json.dumps([one._asdict() for one in found]))
        return
    for one in found:
        print(f"{one.kind:<30}{one.messages:>10,}")
    print("Ask the bank what it paid, then: plimsoll book settle --verdict sent|released --kind KIND" if found else "Nothing is held back.")


@app.command()
def settle(verdict: Verdict, actor: Actor, reason: Reason, kind: KindOf = "", db: Db = "", as_json: AsJson = False) -> None:
    """Say of messages held back that they had left, or that they had not and may go now."""
    if verdict not in (SENT, RELEASED) or not actor.strip() or not reason.strip():
        raise Stop(USAGE, f"--verdict is {SENT} or {RELEASED}; --actor and --reason say who knows and how")
    count = 0
    with open_store(book_url(db)) as store:
        while page := held(store, kind):
            count += settle_held(store, page, verdict, actor=actor, reason=reason, at=now())
    print(json.dumps({"settled": count, "verdict": verdict}) if as_json else f"{count:,} messages: {verdict}.")
