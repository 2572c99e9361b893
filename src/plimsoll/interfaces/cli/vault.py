"""`plimsoll vault`: personal data, sealed under a key for each person; looked at with a reason, searched by exact value, erased for good.

The keys lie in the file that PLIMSOLL_VAULT_KEYS names. Values come from standard input or a prompt, never from the command line, where
others could see them.
"""

import json
import sys
from typing import Annotated, TypeVar

import typer

from plimsoll.app.access.one_time import reseal_seeds
from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.erase import erase_person
from plimsoll.app.hooks.endpoint import reseal_secrets
from plimsoll.app.keyring import Keyring, keyring_path, new_keyring, read_keyring, with_current_only, with_new_master, write_keyring
from plimsoll.app.vault import Act, Vault
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import REFUSED, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.interfaces.cli.tell import tell
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import Refused

T = TypeVar("T")
app = typer.Typer(help="Keep, find, show and erase personal data.", no_args_is_help=True, add_completion=False)

Customer = Annotated[int, typer.Option("--customer", metavar="ID", help="Whose data.")]
Field = Annotated[str, typer.Option("--field", metavar="NAME", help="name, id_number, phone, card, email, address, words, …")]
Ref = Annotated[str, typer.Option("--ref", metavar="REF", help="Which one of several, such as a document.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it stands on the log.")]
Actor = Annotated[str, typer.Option("--actor", metavar="WHO", help="Who asks; it stands on the log.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day by which retention is judged. Default: today.")]


@app.command()
def keygen(as_json: AsJson = False) -> None:
    """Make the keys, in the file that PLIMSOLL_VAULT_KEYS names; keys that are there are never overwritten."""
    path = keyring_path()
    write_keyring(path, new_keyring(now()), is_new=True)
    words = f"New keys in {path}, readable by their owner only. Keep a copy away from the backups of the book: without it nothing opens."
    tell({"file": str(path)}, words, as_json=as_json)


@app.command()
def put(
    customer: Customer, field: Field, reason: Reason, actor: Actor = "vault", ref: Ref = "", db: Db = "", as_json: AsJson = False
) -> None:
    """Seal a value, read from standard input, in place of the one before."""
    value = _value(field)
    with open_store(book_url(db)) as store:
        _check(Vault(store, _keys()).put(customer, field, value, Act(actor, now(), reason), ref))
    tell({"customer": customer, "field": field, "ref": ref}, f"{field} of customer {customer} is sealed.", as_json=as_json)


@app.command()
def show(customer: Customer, db: Db = "", as_json: AsJson = False) -> None:
    """Show what is held of a person, masked."""
    with open_store(book_url(db)) as store:
        held = Vault(store, _keys()).show(customer)
    if as_json:
        print(json.dumps([one._asdict() for one in held], ensure_ascii=False))
    else:
        print(aligned([("field", "ref", "masked"), RULE, *held], left=3) if held else f"Nothing is held of customer {customer}.")


@app.command()
def reveal(
    customer: Customer, field: Field, reason: Reason, actor: Actor = "vault", ref: Ref = "", db: Db = "", as_json: AsJson = False
) -> None:
    """Show a whole value; who, when and why goes on the log first."""
    with open_store(book_url(db)) as store:
        value = _check(Vault(store, _keys()).reveal(customer, field, Act(actor, now(), reason), ref))
    tell({"customer": customer, "field": field, "ref": ref, "value": value}, value, as_json=as_json)


@app.command()
def find(field: Field, reason: Reason, actor: Actor = "vault", db: Db = "", as_json: AsJson = False) -> None:
    """Find who has exactly the value that comes on standard input; the search goes on the log of everybody found."""
    value = _value(field)
    with open_store(book_url(db)) as store:
        found = _check(Vault(store, _keys()).find(field, value, Act(actor, now(), reason)))
    tell({"customers": list(found or ())}, "\n".join(str(customer_id) for customer_id in found or ()), as_json=as_json)


@app.command()
def log(customer: Customer, db: Db = "", as_json: AsJson = False) -> None:
    """Show who did what to a person's data, and why."""
    with open_store(book_url(db)) as store:
        lines = Vault(store, _keys()).log(customer)
    told = [one._asdict() | {"at": one.at.strftime("%Y-%m-%dT%H:%M:%SZ")} for one in lines]
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        names = ("n", "at", "actor", "action", "field", "ref", "reason")
        print(aligned([names, RULE, *([str(line[name]) for name in names] for line in told)], left=7))


@app.command()
def shred(customer: Customer, reason: Reason, actor: Actor = "vault", on: On = "", db: Db = "", as_json: AsJson = False) -> None:
    """Erase a person for good, unless something is owed or the law still asks to keep the data."""
    day = read_on(on, "--on") if on else now().astimezone().date()
    with open_store(book_url(db)) as store:
        _check(erase_person(Vault(store, _keys()), customer, Act(actor, now(), reason), day, lawful_rules()))
    words = (
        f"The key of customer {customer} is destroyed; what it sealed cannot be read again, here or in any backup.\n"
        "Backups hold the wrapped key until they expire: plimsoll vault rotate makes those copies useless too."
    )
    tell({"customer": customer, "erased": True}, words, as_json=as_json)


@app.command()
def rotate(db: Db = "", as_json: AsJson = False) -> None:
    """Wrap everybody's key by a new master key and drop the old ones; go on with the same command where it was stopped."""
    path = keyring_path()
    keyring = read_keyring(path)
    if len(keyring.masters) == 1:
        keyring = with_new_master(keyring, now())
        write_keyring(path, keyring, is_new=False)
    with open_store(book_url(db)) as store:
        count = Vault(store, keyring).rewrap()
        reseal_seeds(store, keyring)
        reseal_secrets(store, keyring)
    write_keyring(path, with_current_only(keyring), is_new=False)
    words = f"{count:,} keys are wrapped by {keyring.current} now; older master keys are gone from {path}."
    tell({"master": keyring.current, "wrapped": count}, words, as_json=as_json)


def _keys() -> Keyring:
    return read_keyring(keyring_path())


def _value(field: str) -> str:
    """Read a value without showing it."""
    if sys.stdin.isatty():
        return str(typer.prompt(field, hide_input=True))
    return sys.stdin.read().rstrip("\n")


def _check(answer: T | Refused) -> T:
    """Give an answer, or end with 4 where it is a refusal."""
    if isinstance(answer, Refused):
        raise Stop(REFUSED, answer.text())
    return answer
