"""Who the people of a town say to be, sealed in the vault: made-up names, documents, phones and cards, the same for a seed."""

from collections.abc import Callable, Iterable
from datetime import date
from random import Random
from typing import Final

from plimsoll.app.vault import Act, Vault
from plimsoll.protection.mask import CARD, ID_NUMBER, NAME, PHONE
from plimsoll.simulator.documents import make_person
from plimsoll.units.refusal import Refused

AGES: Final = (21, 58)


def seal_people(vault: Vault, customer_ids: Iterable[int], on: date, seed: int, act: Act, step: Callable[[str], None]) -> int:
    """Put who they are into the vault, one transaction a person, and give how many. Nobody who was erased comes back."""
    count = 0
    for customer_id in customer_ids:
        chance = Random(f"{seed}:who:{customer_id}")  # noqa: S311 -- people are made up, nothing is secret
        person = make_person(chance.randint(*AGES), on, chance)
        values = {NAME: person.name, ID_NUMBER: person.document, PHONE: person.phone, CARD: person.card}
        refused = vault.put_all(customer_id, values, act)
        assert not isinstance(refused, Refused) or refused.code == "vault_erased", refused
        count += refused is None
        step(f"customer {customer_id}")
    return count
