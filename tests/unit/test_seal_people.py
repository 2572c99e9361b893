"""Made-up people are sealed with who they say to be, the same for a seed, and found by it."""

from datetime import UTC, date, datetime

import pytest

from plimsoll.app.database.store import Store
from plimsoll.app.keyring import new_keyring
from plimsoll.app.vault import Act, Vault
from plimsoll.protection.region import regions_of
from plimsoll.simulator.seal_people import PLACES, seal_people
from tests.toys import Open, run

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)


def test_people_are_sealed_together_and_found(store: Store) -> None:
    for customer_id in (1, 2, 3, 5):
        run(store, Open(f"k{customer_id}", customer_id))
    vault, act, steps = Vault(store, new_keyring(NOW)), Act("demo", NOW, "application"), []
    vault.put(5, "phone", "13812345678", act)
    people = (1, 2, 3, 4, 5)
    assert seal_people(vault, people, date(2026, 1, 15), 7, act, lambda *said: steps.append(said)) == 3, "4 is nobody, 5 is known"
    assert steps == [("customer 5", 5)]
    assert vault.reveal(5, "phone", act) == "13812345678"
    puts = [[one.action for one in vault.log(customer_id)].count("put") for customer_id in people]
    assert puts[3:] == [0, 1]
    assert set(puts[:3]) <= {5, 6}
    assert regions_of(PLACES["3301"]) == ("浙江省", "杭州市")
    shown = {customer_id: vault.reveal(customer_id, "phone", act) for customer_id in (1, 2, 3)}
    assert len(set(shown.values())) == 3
    for customer_id, phone in shown.items():
        assert isinstance(phone, str)
        assert customer_id in vault.find("phone", phone, act)
        held = [one.field for one in vault.show(customer_id)]
        assert held in (["address", "card", *more, "id_number", "name", "phone"] for more in ([], ["employer"]))
    assert seal_people(vault, people, date(2026, 1, 15), 7, act, lambda *_: None) == 0
    assert {customer_id: vault.reveal(customer_id, "phone", act) for customer_id in (1, 2, 3)} == shown, "who is known stays"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_all_values_or_none(store: Store) -> None:
    run(store, Open("k1", 1))
    vault, act = Vault(store, new_keyring(NOW)), Act("demo", NOW, "application")
    refused = vault.put_all(1, {"name": "张伟", "shoe_size": "42"}, act)
    assert refused is not None
    assert refused.code == "vault_field_unknown"
    assert vault.show(1) == []
