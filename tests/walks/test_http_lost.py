"""Answers that are lost after the commit: whoever asks again with the same key is answered, and nothing is done twice."""

from random import Random

import pytest
from sqlalchemy import func, select, update

from plimsoll.app.database.schema import audit, book
from plimsoll.app.house import House
from plimsoll.interfaces.client.client import Client, Patience
from plimsoll.risk.lawful import lawful_rules
from tests.losing_proxy import losing
from tests.served import ANN, DAY, NOW, furnish, serving

CENT = {"amount": 1, "currency": "CNY"}


def repay_through_losses(store, wanted):
    """Book repayments of a cent until so many answers were lost; give how many were booked."""
    with store.changing() as connection:
        connection.execute(update(book).values(open_on=DAY))
    chance = Random(7)
    with House(store, lawful_rules(), now=lambda: NOW) as house:
        furnish(house)
        with serving(house) as address, losing(int(address.rpartition(":")[2]), lambda _: chance.random() < 0.5) as proxy:
            patience = Patience(tries=40, sleep=lambda _: None)
            with Client(f"http://127.0.0.1:{proxy.server_address[1]}", "desk", patience=patience) as client:
                asked = replayed = 0
                while proxy.lost < wanted:
                    asked += 1
                    told = client.ask("repay", {"customer": f"cus_{ANN}", "loan": f"loan_{ANN}_1", "amount": CENT, "ref": f"cent {asked}"})
                    replayed += told.is_replayed
            assert replayed > 0, "none was asked again, so nothing was proved"
            assert proxy.requests == asked + proxy.lost
    return asked


def holds(store, asked):
    with store.engine.connect() as connection:
        booked = connection.execute(select(func.count()).where(audit.c.name == "repay")).scalar_one()
    return booked == asked


def test_fifty_lost_answers_double_nothing(store):
    assert holds(store, repay_through_losses(store, 50))


@pytest.mark.slow
def test_a_thousand_lost_answers_double_nothing(store):
    """A thousand answers are lost on each database, which takes minutes where a commit is durable."""
    assert holds(store, repay_through_losses(store, 1_000))
