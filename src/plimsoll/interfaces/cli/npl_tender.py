"""`plimsoll npl tender`: what a tender shows and to whom, sealing a bid, one step of it at a time, and a rehearsal on a made-up book."""

import json
import secrets
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossier_of, execute_dossier
from plimsoll.app.execute import Answer
from plimsoll.app.wiring import DOSSIER_COMMANDS, DOSSIER_WIRING, read_command
from plimsoll.disposal.bidder import KIND as BIDDER
from plimsoll.disposal.package import KIND as PACKAGE
from plimsoll.disposal.package import package_of
from plimsoll.disposal.tender import KIND, SEALED, hash_of, tender_of
from plimsoll.disposal.tender_view import bidder_view, public_view, seller_view
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.demo import has_other_commands
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.interfaces.cli.out import refuse_folder
from plimsoll.interfaces.cli.tell import tell
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.money import parse_minor, text_of
from plimsoll.units.refusal import Malformed, Refused

app = typer.Typer(help="Tenders for packages of bad loans.", no_args_is_help=True, add_completion=False)

KINDS: Final = (KIND, BIDDER, PACKAGE)
STEPS: Final = ("open_package", "fill_package", "freeze_package", "close_package", "return_loan")
"""What `npl package`, `npl transfer` and `npl put-back` do with the loans beside it: by itself it would say what no loan shows."""
VERBS: Final = tuple(verb.name for verb in DOSSIER_WIRING.values() if verb.kind in KINDS and verb.name not in STEPS)
HIDDEN_IN_STORY: Final = 90

Name = Annotated[str, typer.Argument(metavar="TENDER", help="The tender.")]
Bidder = Annotated[str, typer.Option("--bidder", metavar="NAME", help="As this bidder sees it.")]
Public = Annotated[bool, typer.Option("--public", help="As everybody sees it.")]
Amount = Annotated[str, typer.Option("--amount", metavar="AMOUNT", help="The bid.")]
Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="The currency of the tender.")]
Verb = Annotated[str, typer.Argument(metavar="VERB", help=f"One of: {', '.join(VERBS)}.")]
Subject = Annotated[str, typer.Argument(metavar="SUBJECT", help="The tender, bidder or package that it is about.")]
Fields = Annotated[list[str] | None, typer.Argument(metavar="[FIELD=VALUE]…", help="The fields of the command; lists with spaces between.")]
Key = Annotated[str, typer.Option("--key", metavar="KEY", help="The key of the command; the same key and content is done once.")]
Actor = Annotated[str, typer.Option("--as", metavar="NAME", help="Who gives the command.")]


@app.callback()
def tender() -> None:
    """Tenders for packages of bad loans."""


@app.command()
def show(name: Name, bidder: Bidder = "", public: Public = False, db: Db = "", as_json: AsJson = False) -> None:
    """Show a tender as the seller, a bidder or the public sees it."""
    rules, day = lawful_rules(), now().date()
    with open_store(book_url(db)) as store:
        found = tender_of(dossier_of(store, KIND, name))
        package = package_of(dossier_of(store, PACKAGE, found.package)) if found is not None else None
    if found is None or package is None:
        raise Stop(NOT_FOUND, f"there is no tender {name}")
    if bidder and bidder not in found.members:
        raise Stop(NOT_FOUND, f"{bidder} does not take part in {name}")
    if public:
        said = public_view(name, found, package, rules, day)
    elif bidder:
        said = bidder_view(name, found, package, rules, day, bidder)
    else:
        said = seller_view(name, found, package, rules, day)
    print(json.dumps(said, ensure_ascii=False, indent=None if as_json else 1))


@app.command()
def seal(name: Name, bidder: Bidder, amount: Amount, currency: Currency = "CNY", as_json: AsJson = False) -> None:
    """Make the nonce and the hash of a sealed bid (bidder `reserve`: of the seller's reserve). Publish the hash, keep the nonce."""
    try:
        minor = parse_minor(amount, currency)
    except Malformed as wrong:
        raise Stop(USAGE, f"--amount: {wrong.text()}") from None
    nonce = secrets.token_hex(16)
    said = {"bidder": bidder, "hash": hash_of(name, bidder, minor, currency, nonce), "amount": text_of(minor, currency), "nonce": nonce}
    print(json.dumps(said) if as_json else aligned(list(said.items()), left=2))


@app.command("do")
def do_(
    verb: Verb, subject: Subject, fields: Fields = None, key: Key = "", actor: Actor = "disposal", db: Db = "", as_json: AsJson = False
) -> None:
    """Give one command on a tender, a bidder or a package now; the instants of a tender are those of this clock."""
    if verb not in VERBS:
        raise Stop(USAGE, f"{verb}: one of {', '.join(VERBS)}")
    said: dict[str, Any] = {"key": key or secrets.token_hex(12), "subject": subject, "on": now().date().isoformat()}
    for one in fields or []:
        name, equals, value = one.partition("=")
        if not equals:
            raise Stop(USAGE, f"{one}: FIELD=VALUE")
        said[name] = value
    assert verb in DOSSIER_COMMANDS
    command = read_command(said, verb)
    with open_store(book_url(db)) as store:
        outcome = execute_dossier(store, DOSSIER_WIRING, command, actor=actor, now=now(), rules=lawful_rules())
    if not isinstance(outcome, Answer):
        raise Stop(REFUSED, outcome.text())
    answer = {"command": verb, "subject": subject, "repeated": outcome.is_replayed, "answer": json.loads(outcome.text)}
    tell(answer, outcome.text, as_json=as_json)


Package = Annotated[str, typer.Argument(metavar="PACKAGE", help="What the package is called; made where it is not there.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The made-up day of the notice; amounts stand on the day before.")]
Form = Annotated[str, typer.Option("--format", help="sealed or ascending.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed makes the same bidders.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the files go.")]


@app.command()
def rehearse(package: Package, on: On, out: Out, form: Form = SEALED, seed: Seed = 1, db: Db = "", as_json: AsJson = False) -> None:
    """Sell the bad loans of a made-up book to one of five made-up bidders, from the package to the hand-over, on made-up days."""
    from plimsoll.simulator.bid import FORMS

    if form not in FORMS:
        raise Stop(USAGE, f"--format {form}: one of {', '.join(FORMS)}")
    refuse_folder("--out", out)
    day = read_on(on, "--on")
    with open_store(book_url(db)) as store:
        if has_other_commands(store):
            raise Stop(USAGE, "that book was not made by plimsoll demo; made-up bidders stay out of it.")
        told = rehearsed(store, package, day, out, form, seed)
    if isinstance(told, Refused):
        raise Stop(REFUSED, told.text())
    print(json.dumps(told, ensure_ascii=False) if as_json else _text(told))


def rehearsed(store: Store, package: str, day: date, out: Path, form: str, seed: int) -> dict[str, Any] | Refused:
    """Make the package, play its tender, transfer it; give what is told of it."""
    from plimsoll.simulator.sell import sell

    return sell(store, package, day, out, form=form, seed=seed, rules=lawful_rules())


def _text(told: dict[str, Any]) -> str:
    """Tell a rehearsal for people: who valued and bid what, how it ended, and what went over."""
    sale = told["sale"]
    rows: list[tuple[str, ...]] = [("bidder", f"value {told['currency']}", f"bid {told['currency']}", ""), RULE]
    rows += [(one["bidder"], one["value"], one["bid"] or "-", one["note"]) for one in sale["bidders"]]
    currency = told["currency"]
    lines = [
        f"Package {told['package']}: {told['loans']} loans of {told['borrowers']} borrowers, {told['principal_and_interest']} {currency}.",
        f"Worth {told['worth_kept']} kept, {told['worth_sold']} to a buyer, as estimated.",
        "",
        aligned(rows),
        "",
        f"{sale['outcome']}: {sale['winner'] or 'nobody'} at {sale['price']} {currency}.",
        f"Refused on the way: {', '.join(sale['refused']) or 'nothing'}. Looks arranged: {'; '.join(sale['screens']) or 'nothing'}.",
    ]
    if told["transfer"]:
        account = told["transfer"]
        lines.append(f"Transferred {account['loans']} loans for {account['transferred']}; {account['held_back']} held back.")
        lines.append(f"To the buyer: {account['to_buyer']}, what came in since the cut-off and the shares of loans held back.")
    return "\n".join([*lines, "", *(f"  {path}" for path in told["files"])])
