"""The Python client against a real server: pages, refusals with their codes, a key that outlives a server that went away."""

import pytest
from sqlalchemy import update

from plimsoll.app.database.schema import book
from plimsoll.app.house import House
from plimsoll.interfaces.client.client import Client, Patience
from plimsoll.interfaces.client.refused import Refusal, Unanswered
from plimsoll.risk.lawful import lawful_rules
from tests.losing_proxy import losing
from tests.served import ANN, BOB, DAY, NOW, furnish, serving

TEN = {"customer": f"cus_{ANN}", "amount": {"amount": 1_000, "currency": "CNY"}}


@pytest.fixture
def address(store):
    with store.changing() as connection:
        connection.execute(update(book).values(open_on=DAY))
    with House(store, lawful_rules(), now=lambda: NOW) as house:
        furnish(house)
        with serving(house) as found:
            yield found


@pytest.fixture(params=["sqlite"])
def kind(request):
    return request.param


def test_a_list_is_gone_through_page_by_page(address):
    with Client(address, "desk") as desk:
        assert [row["customer"] for row in desk.pages("list_customers", {"limit": 1})] == [f"cus_{ANN}", f"cus_{BOB}"]
        assert "repay" in desk.names()
        with pytest.raises(KeyError, match="no operation is called"):
            desk.ask("rob", {})


def test_a_refusal_has_its_code_and_is_not_tried_again(address):
    waits = []
    with Client(address, "desk", language="zh-CN", patience=Patience(sleep=waits.append)) as desk:
        with pytest.raises(Refusal) as raised:
            desk.ask("repay", TEN | {"x": 1})
        assert (raised.value.status, raised.value.code, raised.value.errors[0]["pointer"]) == (400, "field_unknown", "/x")
        assert not raised.value.is_retryable
        with pytest.raises(Refusal, match="absent"):
            desk.ask("get_customer", {"customer": "cus_99"})
    assert waits == []


def test_where_no_answer_comes_the_key_is_told_and_goes_on(address):
    waits = []
    patience = Patience(tries=3, sleep=waits.append, chance=lambda: 1.0)
    with losing(int(address.rpartition(":")[2]), lambda _: True) as proxy:
        with Client(f"http://127.0.0.1:{proxy.server_address[1]}", "desk", patience=patience) as desk, pytest.raises(Unanswered) as raised:
            desk.ask("repay", TEN)
        assert proxy.lost == 3
    assert waits == [0.2, 0.4], "each wait is twice the one before"
    with Client(address, "desk") as desk:
        told = desk.ask("repay", TEN, key=raised.value.key)
    assert told.is_replayed, "it was done, though nobody was told"
