"""Nothing on the borrower pages pushes, hides or shames; and each of these checks finds what it is there for."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from plimsoll.app.database.opening import create_store
from plimsoll.app.execute import Answer
from plimsoll.interfaces.pages import words
from plimsoll.servicing.open_account import OpenAccount
from plimsoll.servicing.purchase import Purchase
from tests.dark import GIVES, MINIMISES, SHAMES, URGES, dark
from tests.telephone import ON, Clock, Phone, house_of_two

PATHS = (
    *(
        "/",
        "/borrow",
        "/borrow?amount=1000&instalments=3&repayment=",
        "/loans",
        "/loans/1001",
        "/loans/1001/pay",
    ),
    *(
        "/loans/1001/pay?ahead=500",
        "/bills",
        "/bills/instalments",
        "/limit",
        "/reminders",
        "/autopay",
        "/apply",
        "/applications",
        "/consents",
        "/complaints",
    ),
    *("/papers", "/learn", "/overdue", "/hardship", "/help"),
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, str]]]:
    """Every page of somebody with a loan and a bill, by language; the costs of a loan and of instalments are among them."""
    path: Path = tmp_path_factory.mktemp("dark") / "book.db"
    with create_store(f"sqlite:///{path}") as store, house_of_two(store, Clock()) as house:
        account = 1900
        for command in (
            OpenAccount("a1", 1, ON, account, "CNY"),
            Purchase("p1", 1, ON, account, 90_000, "CNY", merchant="shop", ref="p1"),
        ):
            assert isinstance(house.execute(command, actor="test"), Answer)
        store.move_open_day(date(2026, 10, 2))
        phone = Phone(house, 1)
        found = {}
        for language in words.LANGUAGES:
            phone.client.cookies.set("plimsoll-language", language)
            costs = (
                phone.send("/borrow?amount=1500&instalments=6&repayment=equal-instalment", "show").headers["location"],
                phone.send("/bills/instalments", "show", instalments="6").headers["location"],
            )
            found[language] = {one: phone.get(one) for one in (*PATHS, *costs)}
        yield found


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_no_page_pushes_hides_or_shames(pages: dict[str, dict[str, str]], language: str) -> None:
    assert dark(pages[language]) == []


def test_no_word_that_a_borrower_may_read_does() -> None:
    for key, texts in words.catalogue().items():
        if key.startswith(("b.", "done.b.", "help.b.")):
            for text in texts.values():
                assert not re.search("|".join((SHAMES, URGES, GIVES, MINIMISES)), str(text), re.I), key


MUTATIONS = {
    "a ticked box": ("/autopay", 'type="checkbox" name="agree"', 'type="checkbox" checked name="agree"', "ticked beforehand"),
    "chosen instalments": ("/bills/instalments", '<option value="12"', '<option value="12" selected', "chosen beforehand"),
    "a chosen term": ("/borrow", '<option value="12"', '<option value="12" selected', "chosen beforehand"),
    "a day without its year": ("/", " (13.505 % a year, simple)", "", "a rate of a day without that of a year"),
    "only so much a day": ("/", "1,000 for one day costs", "only ¥0.37 a day: 1,000 costs", "makes small"),
    "the whole bill behind a fold": ("/bills", "<main", "<main><details><summary>Pay</summary><p></p>", "does not come first"),
    "the minimum first": ("/bills", 'name="act" value="whole"', 'name="act" value="least"', "does not come first"),
    "a minimum without its cost": ("/bills", 'class="said warn"', 'class="said"', "without what it costs"),
    "instalments before the whole": ("/bills/instalments", 'href="/bills"', 'href="/elsewhere"', "not offered before instalments"),
    "a way out that shames": ("/limit", "Close it for good", "No thanks, I prefer to pay more", "shames"),
    "a countdown": ("/overdue", "</main>", '<progress max="10"></progress></main>', "a clock runs"),
    "a hurry": ("/borrow", "</main>", "<p>Last chance: 10 minutes left</p></main>", "urges"),
    "a present": ("/", "</main>", "<p>Congratulations, we raised your limit</p></main>", "gives presents"),
    "closing that asks more": ("/limit", 'name="sure"', 'name="sure"><input name="why"', "closing asks more"),
    "no way to close": ("/", "/limit#close", "/limit", "no way to close"),
    "one consent for all": ("/apply", 'name="amount"', 'name="agree_all"', "several things at once"),
    "an account by default": ("/apply", 'name="also"', 'checked name="also"', "ticked beforehand"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_check_finds_what_it_is_there_for(pages: dict[str, dict[str, str]], name: str) -> None:
    path, there, instead, finding = MUTATIONS[name]
    page = pages["en"][path]
    assert there in page, f"{path} has changed: {there!r} is no more"
    found = dark({**pages["en"], path: page.replace(there, instead)})
    assert any(finding in one for one in found), found
