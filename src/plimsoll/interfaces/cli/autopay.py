"""`plimsoll autopay`: debit what falls due on a day, try again what failed by why it failed, and ask after what is unclear."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Final

import typer

from plimsoll.app.autopay import COLLECTED, FAILED, HELD, PART, STRANDED, UNCLEAR, Debited, Orders, autopay
from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.app.debits.file_bank import FileBank
from plimsoll.app.debits.port import Bank
from plimsoll.app.debits.sandbox import ROUGH, SandboxBank
from plimsoll.app.keyring import keyring_path, read_keyring
from plimsoll.app.vault import Act, Vault
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped
from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.protection.mask import CARD
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

SANDBOX, FILE = "sandbox", "file:"
NOON: Final = time(4, tzinfo=UTC)  # in China


def command(
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The day. Default: today.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="WAY", help="sandbox, or file:PATH for the instructions.")] = SANDBOX,
    results: Annotated[str, typer.Option("--results", metavar="FILE", help="What became of instructions, by the bank.")] = "",
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of the sandbox.")] = 1,
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Debit what falls due from those who agreed to it; nobody who has paid, nothing twice, and never while a hardship request is open.

    Each try has an instruction of its own that is on record before it leaves. Run it as often as you like on a day: what waits for an
    answer is asked after, what failed is tried again on the day that the rules of autopay say. The sandbox acts at noon of the day.
    """
    day, rules = read_on(on, "--on") if on else now().astimezone().date(), lawful_rules()
    if results and not by.startswith(FILE):
        raise Stop(USAGE, "--results needs --by file:PATH")
    bank = _bank(by, results, seed)
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        is_made_up = by == SANDBOX
        at = datetime.combine(day, NOON) if is_made_up else now()
        orders = Orders(bank, _made_up if is_made_up else _accounts(store), at, rules)
        done = list(autopay(store, day, orders))
    _report(day, done, as_json)


def _bank(by: str, results: str, seed: int) -> Bank:
    if by == SANDBOX:
        return SandboxBank(seed, ROUGH)
    if by.startswith(FILE) and len(by) > len(FILE):
        return FileBank(Path(by.removeprefix(FILE)), Path(results) if results else None)
    raise Stop(USAGE, f"--by {by}: sandbox, or file:PATH")


def _made_up(customer_id: int) -> str:
    return f"account-{customer_id}"


def _accounts(store: Store) -> Callable[[int], str]:
    """Give the way to a borrower's account: from the vault, each look on its log; "" where none is kept."""
    vault = Vault(store, read_keyring(keyring_path()))

    def account(customer_id: int) -> str:
        found = vault.reveal(customer_id, CARD, Act("autopay", now(), "to debit what is due, as agreed"))
        return "" if isinstance(found, Refused) else found

    return account


def _report(day: date, done: list[Debited], as_json: bool) -> None:
    """Print what was collected, what failed and when it is tried again, what is unclear, and what was held by what."""
    money = Counter[str]()
    for one in done:
        if one.state in (COLLECTED, PART):
            money[one.currency] += one.minor
    states = Counter(one.state for one in done)
    failed, held = (Counter(one.why for one in done if one.state in state) for state in ((FAILED, PART), (HELD,)))
    again = Counter(one.retry_on for one in done if one.state in (FAILED, PART) and one.retry_on)
    stranded = [one for one in done if one.state == STRANDED]
    if as_json:
        said = {
            "on": day.isoformat(),
            "collected": states[COLLECTED],
            "amounts": {currency: text_of(minor, currency) for currency, minor in sorted(money.items())},
            "failed": dict(failed),
            "tried_again_on": dict(sorted(again.items())),
            "unclear": states[UNCLEAR],
            "held": dict(held),
            "stranded": [[one.wanted.customer_id, one.wanted.loan_id, text_of(one.minor, one.currency), one.why] for one in stranded],
        }
        print(json.dumps(said, ensure_ascii=False))
        return
    if failed:
        rows = [(code, f"{count:,}") for code, count in failed.most_common()]
        print(aligned([("failed", "debits"), RULE, *rows], left=1))
    amounts = ", ".join(f"{grouped(minor, currency)} {currency}" for currency, minor in sorted(money.items())) or "nothing"
    failures, waiting = states[FAILED] + states[PART], states[UNCLEAR]
    print(f"{day}: {states[COLLECTED]:,} collected, {amounts}; {failures:,} failed, {waiting:,} without an answer yet.")
    for title, counts in (("Tried again on", Counter(dict(sorted(again.items())))), ("Held", held)):
        if counts:
            print(f"{title}: " + ", ".join(f"{name} {count:,}" for name, count in counts.items()) + ".")
    for one in stranded:
        amount = f"{text_of(one.minor, one.currency)} {one.currency}"
        print(f"To give back: {amount} of customer {one.wanted.customer_id}, loan {one.wanted.loan_id}: {one.why}.")
