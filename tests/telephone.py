"""The telephone of a borrower, for tests: pages, and forms filled in as they stand there; a house with two borrowers who owe something."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

from starlette.testclient import TestClient

from plimsoll.app.access import people, session
from plimsoll.app.database.store import Store
from plimsoll.app.house import House
from plimsoll.app.open_door import open_door
from plimsoll.app.show.customer import CustomerPage, customer_page
from plimsoll.interfaces.borrower.serve import borrower
from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator.walk import Wish, start, walk
from plimsoll.units.refusal import Refused

RULES = lawful_rules()
ON = date(2026, 9, 1)
READING = timedelta(seconds=30)


class Phone:
    """The telephone of one borrower: pages, and forms filled in as they stand there."""

    def __init__(self, house: House, customer_id: int) -> None:
        self.house, self.customer_id = house, customer_id
        with house.store.changing() as connection:
            found = people.borrower(connection, customer_id, house.now())
            assert not isinstance(found, Refused), found
            begun = session.begin(connection, house, session.Begin(found.user_id, house.now()))
        cookies = {"plimsoll": begun.token, "plimsoll-language": "en"}
        self.client = TestClient(borrower(house, open_door(house)), cookies=cookies, follow_redirects=False)

    def get(self, path: str, status: int = 200) -> str:
        """Give the text of a page."""
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[-800:])
        return answer.text

    def form(self, path: str, act: str) -> dict[str, str]:
        """Give the fields of a form of a page as the browser would send them, before anything is filled in."""
        for text in re.findall(r"<form method=\"post\".*?</form>", self.get(path), re.S):
            fields = dict(re.findall(r'name="([^"]+)"[^>]*?value="([^"]*)"', text))
            if fields.get("act") == act and "form_token" in fields:
                return {name: unescape(value) for name, value in fields.items()}
        raise AssertionError(f"no form {act} on {path}")

    def send(self, path: str, act: str, status: int = 303, **said: str) -> Any:
        """Fill in a form of a page and send it."""
        return self.post(path, {**self.form(path, act), **said}, status)

    def post(self, path: str, fields: dict[str, str], status: int = 303) -> Any:
        """Send fields to a page."""
        answer = self.client.post(path, data=fields, headers={"Origin": "http://testserver"})
        assert answer.status_code == status, (path, answer.status_code, re.sub(r"<[^>]+>|\s+", " ", answer.text)[-600:])
        return answer

    def page(self) -> CustomerPage:
        """Give what the house holds of the borrower."""
        found = customer_page(self.house.store, self.customer_id, self.house.today().toordinal(), self.house.now())
        assert not isinstance(found, Refused)
        return found


class Clock:
    """The instant of the house, moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def house_of_two(store: Store, clock: Clock) -> Iterator[House]:
    """Open a house with two borrowers who have a line of 20,000 and drew a loan on it; both have a pay-later account."""
    for _ in range(2):
        walker = start(store, RULES, Wish("approve", "cash-line", "CNY", 2_000_000, 12, "daily_needs", ON, "en", "pay-later"))
        assert [told.step for told in walk(walker)][-1] == "draw"
    store.move_open_day(ON)
    with House(store, RULES, now=clock) as opened:
        yield opened
