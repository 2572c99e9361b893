"""`plimsoll npl transfer`, `put-back` and `backtest`: a sold package to its buyer, a loan back from him, and how good the values were."""

import json
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.disposal.backtest_recovery import backtest as test_recovery
from plimsoll.app.disposal.put_back import put_back as take_back
from plimsoll.app.disposal.transfer_package import transfer_package
from plimsoll.app.keyring import keyring_path, read_keyring
from plimsoll.app.vault import Vault
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped
from plimsoll.interfaces.cli.exits import REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.interfaces.cli.out import refuse_folder
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

Name = Annotated[str, typer.Argument(metavar="NAME", help="The package.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day of it.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the hand-over file goes.")]
People = Annotated[bool, typer.Option("--people", help="Write names, numbers and phones from the vault too; each look is logged.")]
Actor = Annotated[str, typer.Option("--as", metavar="NAME", help="Who does it.")]
Loan = Annotated[int, typer.Option("--loan", metavar="ID", help="The loan that comes back.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it comes back.")]
Fitted = Annotated[str, typer.Option("--cutoff", metavar="DATE", help="The day as of which the curve is fitted.")]
Until = Annotated[str, typer.Option("--until", metavar="DATE", help="The last day of the cash that it is held against.")]
Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="The currency of the loans.")]


def transfer(name: Name, on: On, out: Out, people: People = False, actor: Actor = "disposal", db: Db = "", as_json: AsJson = False) -> None:
    """Transfer a sold package: loans leave the book, debtors are told, what came in meanwhile goes to the buyer; may be repeated."""
    refuse_folder("--out", out)
    day, rules = read_on(on, "--on"), lawful_rules()
    with open_store(book_url(db)) as store:
        vault = Vault(store, read_keyring(keyring_path())) if people else None
        done = transfer_package(store, name, out, actor=actor, now=now(), on=day, rules=rules, vault=vault)
    if isinstance(done, Refused):
        raise Stop(REFUSED, done.text())
    account = json.loads(done.account) | {
        "file": str(done.path),
        "stays": {str(one.loan.loan_id): one.stays for one in done.going if one.stays},
    }
    if as_json:
        print(json.dumps(account, ensure_ascii=False))
        return
    stays = ", ".join(f"{loan_id} ({why})" for loan_id, why in account["stays"].items())
    rows = [
        ("loans transferred", f"{account['loans']:,}"),
        ("for", account["transferred"]),
        ("came in since the cut-off", account["passed_on"]),
        ("held back", f"{account['held_back']}{': ' + stays if stays else ''}"),
        ("to the buyer in all", account["to_buyer"]),
        ("hand-over file", account["file"]),
    ]
    print(aligned(rows, left=2))


def put_back(name: Name, loan: Loan, reason: Reason, on: On, actor: Actor = "disposal", db: Db = "", as_json: AsJson = False) -> None:
    """Take a loan back from its buyer within the window; the claim is the house's again."""
    with open_store(book_url(db)) as store:
        done = take_back(store, name, loan, reason, actor=actor, now=now(), on=read_on(on, "--on"), rules=lawful_rules())
    if isinstance(done, Refused):
        raise Stop(REFUSED, done.text())
    amount = str(done["paid_back"])
    # Where more came in for the buyer than he paid for the loan, the difference is the house's.
    whose = f"{amount[1:]} comes back from the buyer" if amount.startswith("-") else f"{amount} goes back to the buyer"
    print(json.dumps(done) if as_json else f"Loan {loan} is back; {whose}.")


def backtest(cutoff: Fitted, until: Until, currency: Currency = "CNY", db: Db = "", as_json: AsJson = False) -> None:
    """Hold the recovery curve as of one day against the cash that came by another, for the bad loans that were not sold."""
    fitted, last = read_on(cutoff, "--cutoff"), read_on(until, "--until")
    if last <= fitted:
        raise Stop(USAGE, f"--until {last}: after --cutoff {fitted}")
    with open_store(book_url(db)) as store:
        found = test_recovery(store, fitted, last, currency, lawful_rules())
    if as_json:
        by_age = {
            band: {"loans": n, "expected": text_of(a, currency), "came": text_of(b, currency)} for band, (n, a, b) in found.by_age.items()
        }
        amounts = {name: text_of(getattr(found, f"{name}_minor"), currency) for name in ("owed", "expected", "came")}
        print(json.dumps({"loans": found.loans, **amounts, "by_age": by_age}))
        return
    rows: list[tuple[str, ...]] = [("months bad", "loans", f"expected {currency}", f"came {currency}"), RULE]
    rows += [(band, f"{n:,}", grouped(a, currency), grouped(b, currency)) for band, (n, a, b) in found.by_age.items()]
    rows += [RULE, ("all", f"{found.loans:,}", grouped(found.expected_minor, currency), grouped(found.came_minor, currency))]
    print(aligned(rows))
