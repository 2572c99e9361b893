"""A small house to be attacked: two borrowers in two units, two agencies, a funder, a tender with three bidders, people of many roles."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import event, insert
from starlette.testclient import TestClient

from plimsoll.app.access.principal import Principal
from plimsoll.app.database.opening import create_store
from plimsoll.app.database.schema import filing, work_item
from plimsoll.app.database.schema_access import access_unit
from plimsoll.app.database.store import Store
from plimsoll.app.dossier import execute_dossier
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.app.open_door import open_door
from plimsoll.app.vault import Vault
from plimsoll.app.wiring import DOSSIER_WIRING, read_command
from plimsoll.interfaces.http.serve import application
from plimsoll.loan.dossier import Written
from plimsoll.loan.filing import body_of
from plimsoll.units.refusal import Refused
from tests.made_tender import NONCE, SEALED_TERMS, bidders, bound, done, frozen, joined
from tests.people_of_house import KEYRING
from tests.shown import ANN, BO, LOAN, RULES, made

NOW = datetime(2026, 3, 20, 4, tzinfo=UTC)
PEOPLE = {
    "ann": Principal("ann", ("borrower",), customer_id=ANN, strong_at=NOW),
    "bo": Principal("bo", ("borrower",), customer_id=BO, strong_at=NOW),
    "nora": Principal("nora", ("servicing",), "north", strong_at=NOW),
    "col": Principal("col", ("collector",), "north", strong_at=NOW),
    "una": Principal("una", ("underwriter_2",), strong_at=NOW),
    "desk": Principal("desk", ("servicing",), strong_at=NOW),
    "acme": Principal("acme-1", ("agency_staff",), party="acme", strong_at=NOW),
    "other": Principal("other-1", ("agency_staff",), party="other", strong_at=NOW),
    "bank": Principal("bank-1", ("funder",), party="bank", strong_at=NOW),
    "fund": Principal("fund-1", ("funder",), party="fund", strong_at=NOW),
    "a": Principal("a-1", ("bidder",), party="a", strong_at=NOW),
    "b": Principal("b-1", ("bidder",), party="b", strong_at=NOW),
    "aud": Principal("aud", ("auditor",), strong_at=NOW),
    "ada": Principal("ada", ("tenant_admin",), strong_at=NOW),
    "tre": Principal("tre", ("treasury",), strong_at=NOW),
    "sup": Principal("sup", ("collections_supervisor",), strong_at=NOW),
}


class InBook:
    """Dossiers of a book, by the same steps as those in memory."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.keys = 0

    def run(self, name: str, subject: str, at: str, actor: str = "wang", /, **fields: object) -> Written | Refused:
        self.keys += 1
        command = read_command({"key": f"k{self.keys}", "subject": subject, "on": at[:10], **fields}, name)
        now = datetime.fromisoformat(at).replace(tzinfo=UTC)
        outcome = execute_dossier(self.store, DOSSIER_WIRING, command, actor=actor, now=now, rules=RULES)
        return Written() if isinstance(outcome, Answer) else outcome


def fill(store: Store) -> None:
    """Put Ann in the north, placed with acme, her loan funded by bank; Bo in the south, placed with other, funded by fund; a tender."""
    made(store)
    with store.changing() as connection:
        for customer_id, unit, agency, funder in ((ANN, "north", "acme", "bank"), (BO, "south", "other", "fund")):
            connection.execute(insert(access_unit).values(customer_id=customer_id, unit=unit))
            row = {"customer_id": customer_id, "kind": "placement", "subject": f"s{customer_id}", "command_n": 1, "state": "claimed"}
            more = {"priority": 0, "due_at": "", "assigned_to": agency, "note": "", "opened_at": NOW, "changed_at": NOW}
            connection.execute(insert(work_item).values(**row, **more))
            body = body_of({"shares": [[funder, 700_000], ["lender", 300_000]]})
            row = {"customer_id": customer_id, "n": 900, "command_n": 1, "kind": "loan.funded", "subject": str(LOAN)}
            more = {"effective_on": date(2026, 3, 1), "recorded_at": NOW, "actor": "treasury", "rules_id": 1, "body": body}
            connection.execute(insert(filing).values(**row, **more))
    house = InBook(store)
    frozen(house)
    bidders(house, "a", "b", "c")
    done(house.run("open_tender", "T1", "2026-10-12T09:00", "wang", **SEALED_TERMS))
    joined(house, "a", "b")
    for name, minor in (("a", 900_000), ("b", 950_000)):
        done(house.run("commit_bid", "T1", "2026-11-02T09:30", name, bidder=name, hash=bound(minor, name)))


def secret_of(bidder: str) -> str:
    """The nonce of a bidder, which nobody else is to see."""
    return NONCE.format(bidder)


def recognise(_house: House, token: str, _address: str) -> Principal | Refused:
    """Take a token for the name of somebody."""
    return PEOPLE.get(token, Refused("not_recognised"))


@contextmanager
def attacked_house(folder: Path) -> Iterator[House]:
    """Make the house in a folder, on SQLite."""
    with create_store(f"sqlite:///{folder / 'book.db'}") as store:
        fill(store)
        with House(store, RULES, Vault(store, KEYRING), now=lambda: NOW) as house:
            yield house


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """Gather what is asked of the database meanwhile, by whichever way."""
    found: list[str] = []
    store, rows = house.store, house.store.rows

    def listen(_connection: Any, _cursor: Any, said: str, *_more: Any) -> None:
        found.append(re.sub(r"\s+", " ", said))

    def listened(said: str, values: Any) -> list[tuple[Any, ...]]:
        listen(None, None, said)
        return rows(said, values)

    event.listen(store.engine, "before_cursor_execute", listen)
    store.rows = listened  # type: ignore[method-assign]
    try:
        yield found
    finally:
        event.remove(store.engine, "before_cursor_execute", listen)
        del store.rows


class Caller:
    """Asks a house over HTTP, without a socket, as somebody."""

    def __init__(self, house: House, **more: Any) -> None:
        self.client = TestClient(application(house, open_door(house), recognise=recognise, is_limited=False), **more)
        self.keys = 0

    def __call__(self, who: str, method: str, path: str, said: Any = None, **heads: str) -> httpx.Response:
        self.keys += 1
        heads = {"Authorization": f"Bearer {who}", **({} if method == "GET" else {"Idempotency-Key": f"k{self.keys}"}), **heads}
        answer: httpx.Response = self.client.request(method, "/v1" + path, json=said, headers=heads)
        return answer

    def get(self, who: str, path: str) -> httpx.Response:
        """Ask for something."""
        return self(who, "GET", path)


def code(answer: httpx.Response) -> tuple[int, str]:
    """Give the status and the code of a problem; asserts that it is one."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, str(answer.json()["code"])


def body(answer: httpx.Response) -> str:
    """Give a problem without what differs each time."""
    return json.dumps({name: value for name, value in answer.json().items() if name != "request_id"}, sort_keys=True)
