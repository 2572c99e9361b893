"""Forms of pages that say more than they ask for: another price, another customer, a day, a role."""

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from plimsoll.app.database.schema import audit
from plimsoll.app.house import House
from plimsoll.simulator.walk import Wish, start, walk
from tests.walks.test_borrower_pages import ON, READING, RULES, Clock, Phone

LESSON_ON = date(2026, 12, 1)
"""The first day on which nobody draws for the first time without the lesson."""
EVIL = {
    "customer_id": "2",
    "customer": "cus_2",
    "limit": "99999900",
    "on": "2020-01-01",
    "actor": "root",
    "role": "tenant_admin",
    "state": "open",
    "is_admin": "1",
}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def house(store, clock):
    for _ in range(2):
        walker = start(store, RULES, Wish("approve", "cash-line", "CNY", 2_000_000, 12, "daily_needs", ON, "en", "pay-later"))
        assert [told.step for told in walk(walker)][-1] == "draw"
    store.move_open_day(ON)
    with House(store, RULES, now=clock) as opened:
        yield opened


def counted(house, customer_id):
    with house.store.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(audit).where(audit.c.customer_id == customer_id))


@pytest.mark.parametrize("kind", ["sqlite"])
def test_attack_form_that_says_more_than_it_asks_for(house, clock):
    """What is read and signed counts: neither a lower rate nor another amount, and never another customer, limit or day."""
    phone = Phone(house, 1)
    before, others = phone.page(), counted(house, 2)
    costs = phone.send("/borrow?amount=1500&instalments=6&repayment=equal-instalment", "show", **EVIL).headers["location"]
    clock.now += READING
    sign = phone.send(costs, "confirm", read="yes", **EVIL).headers["location"].partition("&done")[0].partition("?done")[0]
    fields = {**phone.form(sign, "sign"), "agree": "yes", **EVIL}
    for n, said in enumerate(({"rate": "0"}, {"rate": "0.0000001"}, {"amount": "150001"}, {"instalments": "12"}, {"repayment": "bullet"})):
        answer = phone.client.post(sign, data={**fields, **said, "key": f"k{n}"}, headers={"Origin": "http://testserver"})
        assert answer.status_code in (400, 403, 409, 422), (said, answer.status_code)
    assert len(phone.page().loans) == len(before.loans)
    assert "done.b.drawn" in phone.post(sign, fields).headers["location"]
    after = phone.page()
    assert len(after.loans) == len(before.loans) + 1
    assert after.line.limit_minor == before.line.limit_minor
    assert max(one.opened_on for one in after.loans) == ON
    assert counted(house, 2) == others, "nothing happened to anybody else"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_attack_lesson_that_is_left_out(store, clock):
    """From the day that a first draw asks for it: costs that were read are not enough, nor are wrong answers."""
    walker = start(store, RULES, Wish("approve", "cash-line", "CNY", 2_000_000, 12, "daily_needs", ON, "en", "pay-later"))
    assert any(told.step == "offer" for told in walk(walker))
    store.move_open_day(ON)
    with House(store, RULES, now=clock) as house:
        phone = Phone(house, 1)
        place = phone.send("/applications", "offer").headers["location"]
        clock.now += READING
        phone.send(place, "confirm", read="yes")
        assert "done.b.signed" in phone.send(place, "sign", agree="yes").headers["location"]
        store.move_open_day(LESSON_ON)
        clock.now = datetime.combine(LESSON_ON, clock.now.timetz())
        phone = Phone(house, 1)
        costs = phone.send("/borrow?amount=1500&instalments=6&repayment=equal-instalment", "show").headers["location"]
        clock.now += READING
        sign = phone.send(costs, "confirm", read="yes").headers["location"].partition("&done")[0]
        lesson = RULES.lessons["borrowing"].at(LESSON_ON)
        right = {f"answer_{n}": question.right for n, question in enumerate(lesson.questions, 1)}
        first = lesson.questions[0]
        wrong = {**right, "answer_1": next(letter for letter in first.letters if letter != first.right)}
        for answers, status in (({}, 409), (dict.fromkeys(right, ""), 409), (wrong, 303)):
            phone.post("/learn", {**phone.form("/learn", "take"), **answers}, status)
            refused = phone.send(sign, "sign", 409, agree="yes")
            assert "lesson" in refused.text.lower()
            assert not phone.page().loans
        phone.send("/learn", "take", **right)
        assert "done.b.drawn" in phone.send(sign, "sign", agree="yes").headers["location"]
