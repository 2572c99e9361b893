"""Two windows, a second press, the way back: what costs money is done once, and who comes second is told so and led on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest

from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.servicing.open_account import OpenAccount
from plimsoll.servicing.purchase import Purchase
from plimsoll.servicing.settle import Settle
from tests.telephone import ON, READING, Clock, Phone, house_of_two

LATER = date(2026, 10, 1)
"""By then money that comes early is for the instalment that comes."""
WISH = "/borrow?amount=1500&instalments=6&repayment=equal-instalment"


@pytest.fixture
def kind() -> str:
    """Pages are the same over either database."""
    return "sqlite"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(store: Store, clock: Clock) -> Iterator[House]:
    with house_of_two(store, clock) as opened:
        yield opened


@contextmanager
def nothing_booked(phone: Phone) -> Iterator[None]:
    before = phone.page().commands_count
    yield
    assert phone.page().commands_count == before, "nothing is booked by who comes second"


def test_who_signs_in_a_second_window_lands_on_the_loan(house: House, clock: Clock) -> None:
    phone = Phone(house, 1)
    costs = phone.send(WISH, "show").headers["location"]
    clock.now += READING
    sign = phone.send(costs, "confirm", read="yes").headers["location"].partition("&done")[0]
    one, two = ({**phone.form(sign, "sign"), "agree": "yes"} for _ in range(2))
    assert one == two, "two windows on the same confirmation send the same"
    made = phone.post(sign, one).headers["location"].partition("?")[0]
    with nothing_booked(phone):
        assert phone.post(sign, {**two, "key": "another"}).headers["location"] == f"{made}?done=done.b.drawn-before"
        assert phone.client.get(sign).headers["location"] == f"{made}?done=done.b.drawn-before", "reload, or the way back"
    assert "here is the loan" in phone.get(f"{made}?done=done.b.drawn-before")
    # Who goes through the costs of the same once more is told that it was signed before.
    assert phone.send(WISH, "show").headers["location"] == costs
    assert "signed exactly this on 2026-09-01 already" in phone.get(costs)


@pytest.mark.parametrize("act", ["repay", "settle", "prepay"])
def test_what_was_paid_in_one_window_is_not_paid_again_in_another(house: House, act: str) -> None:
    house.store.move_open_day(LATER)
    phone = Phone(house, 1)
    loan = next(one.loan_id for one in phone.page().loans if one.kind == "loan")
    place = f"/loans/{loan}/pay"
    path = f"{place}?ahead=3000.00" if act == "prepay" else place
    one, two, other = phone.form(path, act), phone.form(path, act), phone.form(path, "settle" if act != "settle" else "repay")
    assert "done.b.paid" in phone.post(path, one).headers["location"]
    with nothing_booked(phone):
        assert f"/loans/{loan}?done=done.again" in phone.post(path, two).headers["location"]
        assert "after the page was opened" in phone.post(path, other, 409).text, "another step on figures that moved is looked at again"
        assert "after the page was opened" in phone.post(path, {**two, "minor": "500000"}, 409).text or act == "settle"
    if act == "settle":
        assert "paid off" in phone.get(place)
        assert 'name="act" value="settle"' not in phone.get(place)


def test_a_bill_paid_or_put_in_instalments_in_one_window_is_not_in_another(house: House, clock: Clock) -> None:
    phone = Phone(house, 1)
    account = 1900
    commands = [OpenAccount("a1", 1, ON, account, "CNY")]
    commands += [Purchase(f"p{n}", 1, ON, account, 30_000 * n, "CNY", merchant=f"shop {n}", ref=f"p{n}") for n in (1, 2)]
    for command in commands:
        assert isinstance(house.execute(command, actor="test"), Answer), command
    house.store.move_open_day(date(2026, 10, 2))
    one, two = phone.form("/bills", "other"), phone.form("/bills", "other")
    phone.post("/bills", {**one, "amount": "100"})
    with nothing_booked(phone):
        assert "done.again" in phone.post("/bills", {**two, "amount": "100"}).headers["location"]
        assert "after the page was opened" in phone.post("/bills", {**two, "amount": "200"}, 409).text
    costs = phone.send("/bills/instalments", "show", instalments="3").headers["location"]
    clock.now += READING
    costs = phone.send(costs, "confirm", read="yes").headers["location"].partition("&done")[0]
    one, two = phone.form(costs, "convert"), phone.form(costs, "convert")
    assert "done.b.converted" in phone.post(costs, {**one, "agree": "yes"}).headers["location"]
    with nothing_booked(phone):
        assert phone.post(costs, {**two, "key": "another", "agree": "yes"}).headers["location"] == "/bills?done=done.b.converted-before"
        assert phone.client.get(costs).headers["location"] == "/bills?done=done.b.converted-before"
        assert "in instalments already" in phone.get("/bills/instalments")


def test_consents_plans_and_complaints_are_made_once(house: House) -> None:
    phone = Phone(house, 1)
    one, two = phone.form("/autopay", "start"), phone.form("/autopay", "start")
    phone.post("/autopay", {**one, "agree": "yes"})
    with nothing_booked(phone):
        assert "You agreed to this already" in phone.post("/autopay", {**two, "agree": "yes"}, 409).text
    one, two = ({**phone.form("/complaints", "complain"), "about": "wrong_amount"} for _ in range(2))
    phone.post("/complaints", one)
    with nothing_booked(phone):
        assert phone.post("/complaints", two).headers["location"] == "/complaints?done=done.b.complained-before"
    phone.send("/complaints", "complain", about="service")
    wish = {"income": "3000", "essentials": "2000", "others": "0"}
    one, two = ({**phone.form("/hardship", "ask"), **wish} for _ in range(2))
    phone.post("/hardship", one)
    with nothing_booked(phone):
        assert "done.again" in phone.post("/hardship", two).headers["location"]
        assert "after the page was opened" in phone.post("/hardship", {**two, "key": "another"}, 409).text
    loan = next(one.loan_id for one in phone.page().loans if one.kind == "loan")
    one, two = ({**phone.form("/hardship", "plan"), "loan": str(loan), "payment": "400"} for _ in range(2))
    told = phone.post("/hardship", one).headers["location"]
    with nothing_booked(phone):
        assert phone.post("/hardship", two).headers["location"] == told
        assert "after the page was opened" in phone.post("/hardship", {**two, "payment": "500"}, 409).text


def test_a_page_that_is_no_more_says_why(house: House) -> None:
    """A form is refused, and its page leads elsewhere by now: what was wrong is told all the same."""
    phone = Phone(house, 1)
    loan = next(one.loan_id for one in phone.page().loans if one.kind == "loan")
    place = f"/loans/{loan}/pay?part=100.00"
    form = phone.form(place, "repay")
    assert isinstance(house.execute(Settle("elsewhere", 1, ON, loan), actor="test"), Answer)
    assert "after the page was opened" in phone.post(place, form, 409).text


def test_who_proposes_more_than_they_can_carry_hears_what_would_do(house: House) -> None:
    house.store.move_open_day(date(2026, 11, 10))
    phone = Phone(house, 1)
    loan = next(one.loan_id for one in phone.page().loans if one.kind == "loan")
    assert "Every day longer costs ¥3.99 more" in phone.get("/overdue")
    phone.send("/hardship", "ask", income="6500", essentials="3000", others="0", persons="1", tier="tier2")
    answered = phone.send("/hardship", "plan", loan=str(loan), payment="9000").headers["location"]
    told = phone.get(answered)
    assert "you can pay ¥1,311.41 a month. We can do 12 instalments of about ¥885.13" in told
    assert "done.b.proposed" in phone.send("/hardship", "plan", loan=str(loan), payment="885.13").headers["location"]
