"""A small house served for a browser: people with a history, staff with roles, work on every desk; and windows of somebody's browser.

The house is made once and copied for each process of the tests. Its clock stands at ten in the morning of its business date, runs as
ours does, and can be pushed on, so that neither the hour of the day nor a forced reading time decides about a test.
"""

import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import or_, select

from plimsoll.app.access import people
from plimsoll.app.access.passkey import SITE
from plimsoll.app.access.session import Begin, begin
from plimsoll.app.chain.seal import seal
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.schema import filing, line, loan, loan_state
from plimsoll.app.house import House
from plimsoll.app.kept_figures import kept_figures
from plimsoll.app.keyring import new_keyring, read_keyring, write_keyring
from plimsoll.app.open_door import open_door
from plimsoll.app.vault import Act, Vault
from plimsoll.interfaces.cli.demo import Plan, lived
from plimsoll.interfaces.cli.world import opened
from plimsoll.interfaces.pages.words import say
from plimsoll.interfaces.serve.whole import whole
from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator.fund import fund_town
from plimsoll.simulator.seal_people import seal_people
from plimsoll.simulator.town import MONTHLY, Span
from plimsoll.units.refusal import Refused
from tests.browser.desks import bring_back_cases, leave_agency, leave_offer, leave_tender
from tests.served import serving

BORROWERS, MONTHS, BAD_MONTH, SEED = 160, 5, 1, 3
BEGINS = date(2026, 5, 1)
MORNING = timedelta(hours=2)
"""Ten in the morning where the lender is, from midnight UTC."""
TOLD = "told.json"
TAPE = "PLIMSOLL_TAPE"
PATIENCE = 60.0
"""Seconds that a page may take: a machine that is busy with other tests is slow, and that is no mistake of a page."""
HALF = "?"
"""Stands behind the name of somebody who has given a password and not yet a second factor."""


class Clock:
    """The instant of a house: runs with ours from a given one, and can be pushed on."""

    def __init__(self, begins: datetime) -> None:
        self.begins, self.since = begins, time.monotonic()

    def __call__(self) -> datetime:
        return self.begins + timedelta(seconds=time.monotonic() - self.since)

    def push(self, by: timedelta) -> None:
        self.begins += by

    @contextmanager
    def at(self, instant: datetime) -> Iterator[None]:
        """Stand at another instant for a while."""
        by = instant - self()
        self.push(by)
        try:
            yield
        finally:
            self.push(-by)


@dataclass
class Site:
    """A house that is served: what it is, where, what was told of it, and its clock."""

    house: House
    address: str
    told: dict[str, Any]
    clock: Clock
    taken: set[int] = field(default_factory=set)
    """Customers that some test works on: no other takes them."""
    given: dict[str, object] = field(default_factory=dict)
    """What stands in the addresses of pages, once it was looked for."""

    @property
    def localhost(self) -> str:
        """Give the address by the name that passkeys are made for."""
        return self.address.replace("127.0.0.1", "localhost")

    def session(self, user_id: str) -> str:
        """Give the token of a session of a user of the staff in which a second factor was just shown, or is waited for: HALF."""
        now, name = self.clock(), user_id.removesuffix(HALF)
        begins = Begin(name, now, strong_at=now) if name == user_id else Begin(name, now, waits_for=("one_time",))
        with self.house.store.changing() as connection:
            return begin(connection, self.house, begins).token

    def borrower(self, customer_id: int) -> str:
        """Give the token of a session of a borrower."""
        with self.house.store.changing() as connection:
            found = people.borrower(connection, customer_id, self.clock())
            assert not isinstance(found, Refused), found
            return begin(connection, self.house, Begin(found.user_id, self.clock())).token

    def rows(self, wanted: Any) -> list[Any]:
        """Give what a query finds."""
        with self.house.store.engine.connect() as connection:
            return list(connection.execute(wanted).all())

    def first(self, user_id: str, path: str, pattern: str, *, dots: bool = False) -> str:
        """Give the first thing that a pattern finds on a page of the back office, as somebody sees it."""
        kept = {"plimsoll": self.session(user_id), "plimsoll-language": "en"}
        answer = httpx.get(f"{self.address}/console{path}", cookies=kept, timeout=PATIENCE)
        found = re.search(pattern, answer.text, re.DOTALL if dots else 0)
        assert found, (path, answer.status_code)
        return found[1]

    def declined(self) -> int:
        """Give somebody who applied and got no offer, whom no other test works on."""
        offered = select(filing.c.customer_id).where(filing.c.kind.in_(("offer.made", "review.claimed")))
        wanted = select(filing.c.customer_id).where(filing.c.kind == "decision", filing.c.customer_id.not_in(offered))
        found = next(one for one in sorted(row[0] for row in self.rows(wanted)) if one not in self.taken)
        self.taken.add(found)
        return int(found)

    def take(self, *conditions: Any, product: str = "cash-line") -> tuple[int, int]:
        """Give a customer whom no other test works on, and a loan of theirs that has been open for a month and is not late."""
        columns, today = loan_state.c, self.house.today()
        is_current = or_(columns.oldest_due.is_(None), columns.oldest_due >= today)
        wanted = (
            select(columns.customer_id, columns.loan_id)
            .join(loan, (loan.c.customer_id == columns.customer_id) & (loan.c.loan_id == columns.loan_id))
            .join(line, line.c.customer_id == columns.customer_id)
            .where(loan.c.product == product, columns.status == 1, line.c.status == "open", *conditions)
            .where(
                is_current,
                loan.c.opened_on < today - timedelta(days=30),
            )
            .order_by(columns.customer_id)
        )
        for customer_id, loan_id in self.rows(wanted):
            if customer_id not in self.taken:
                self.taken.add(customer_id)
                return customer_id, loan_id
        raise AssertionError("nobody like that is left in the house; make it larger")


def make(folder: Path) -> None:
    """Make the house in a folder: lives and closes, people in the vault, funders, staff, work on every desk."""
    span = Span(MONTHS, BEGINS, BAD_MONTH)
    plan = Plan(f"sqlite:///{folder / 'book.db'}", folder, BORROWERS, span, SEED, MONTHLY)
    town, control, _, funding = lived(plan)
    assert not town.counts.failed
    assert not control.breaches
    rules, last = lawful_rules(), date.fromordinal(plan.days[-1])
    clock = Clock(datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC) + MORNING)
    write_keyring(folder / "vault.json", new_keyring(clock()), is_new=True)
    with open_store(plan.url) as store:
        fund_town(store, last, plan.tape, funding, rules)
        vault = Vault(store, read_keyring(folder / "vault.json"))
        seal_people(vault, [one.customer_id for one in town.people], last, plan.seed, Act("world", clock(), "application"), lambda *_: None)
        with House(store, rules, vault, now=clock) as house:
            told = opened(house, plan)
            leave_tender(house)
            leave_agency(house)
            leave_offer(house)
            bring_back_cases(house)
            seal(store, None, clock())
    (folder / TOLD).write_text(json.dumps({**told, "now": clock().isoformat()}), "utf-8")


def made_once(shared: Path, own: Path) -> Path:
    """Give a copy of the house for this process alone; the first process makes it, the others wait."""
    folder = shared / "house"
    try:
        folder.mkdir()
    except FileExistsError:
        until = time.monotonic() + 300
        while not (folder / TOLD).exists():
            assert time.monotonic() < until, "the other process did not make the house"
            time.sleep(0.2)
    else:
        make(folder)
    return Path(shutil.copytree(folder, own / "house"))


@contextmanager
def served(folder: Path, url: str = "") -> Iterator[Site]:
    """Serve the house of a folder on a port of this machine: API, back office, borrower pages. `url` says where its book is elsewhere."""
    told = json.loads((folder / TOLD).read_text("utf-8"))
    clock = Clock(datetime.fromisoformat(told["now"]) + timedelta(minutes=2))
    with open_store(url or f"sqlite:///{folder / 'book.db'}") as store:
        vault = Vault(store, read_keyring(folder / "vault.json"))
        with House(store, lawful_rules(), vault, now=clock) as house, serving(house, whole(house, open_door(house))) as address:
            settings = {TAPE: str(folder / "tape"), SITE: address.replace("127.0.0.1", "localhost")}
            before = {name: os.environ[name] for name in settings if name in os.environ}
            os.environ.update(settings)
            kept_figures(house).wait_s = 60.0
            try:
                yield Site(house, address, told, clock)
            finally:
                for name in settings:
                    del os.environ[name]
                os.environ.update(before)


class Window:
    """A window of somebody's browser: pages by their path, words by their key in the language of the window."""

    def __init__(self, site: Site, page: Any, language: str, root: str, address: str = "") -> None:
        self.site, self.page, self.language, self.root = site, page, language, root
        self.address = address or site.address
        self.said: list[str] = []
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.site.address, self.site.localhost, "data:")):
            self.said.append(f"asked another host: {request.url}")

    def go(self, path: str, status: int = 200) -> None:
        """Open a page of this window's site."""
        answer = self.page.goto(f"{self.address}{self.root}{path}")
        assert answer.status == status, (path, answer.status, self.text()[:600])
        if status >= 400:
            self.said.clear()  # the browser itself notes a page that is refused

    def t(self, key: str, **values: Any) -> str:
        """Give the words of a key in the language of the window."""
        return say(key, self.language, values)

    def text(self) -> str:
        """Give what stands on the page."""
        return str(self.page.inner_text("body"))

    def sees(self, *texts: str) -> None:
        """Hold the page to some texts."""
        found = self.text()
        for one in texts:
            assert one in found, f"{one!r} is not on {self.page.url}: {found[:1500]}"

    def unfold(self, title: str) -> None:
        """Open a folded form by its title."""
        self.page.locator("details.act > summary").filter(has_text=title).first.click()

    def fill(self, **fields: str) -> None:
        """Fill in fields that can be seen, by their names."""
        for name, value in fields.items():
            found = self.page.locator(f"[name='{name}']:visible").first
            if found.evaluate("one => one.tagName") == "SELECT":
                found.select_option(value)
            elif found.get_attribute("type") == "checkbox":
                found.check()
            else:
                found.fill(value)

    def send(self, words: str, done: str = "") -> None:
        """Press a button by its words, and wait for the page that it leads to; `done` is the key of what then stands in the address."""
        with self.page.expect_navigation():
            self.page.locator("button:visible").filter(has_text=words).first.click()
        assert done in self.page.url, self.text()[:1200]

    def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        for one in keys:
            self.page.keyboard.press(one)

    def focus_button(self, words: str) -> None:
        """Go from field to field until a button of some words has the focus, as whoever has no mouse does."""
        for _ in range(90):
            self.press("Tab")
            if self.page.evaluate("document.activeElement.tagName === 'BUTTON' ? document.activeElement.innerText : ''") == words:
                return
        raise AssertionError(f"no key leads to {words}")

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        self.page.keyboard.type(text)

    def arrives(self, pattern: str) -> None:
        """Wait for an address."""
        self.page.wait_for_url(pattern)
