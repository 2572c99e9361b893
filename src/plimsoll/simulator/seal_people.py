"""Who the people of a town say to be, sealed in the vault: made-up names, documents, phones and cards, the same for a seed."""

from collections.abc import Callable, Sequence
from datetime import date
from random import Random
from typing import Final

from plimsoll.app.vault import Act, Vault
from plimsoll.protection.mask import CARD, ID_NUMBER, NAME, PHONE
from plimsoll.simulator.documents import make_person
from plimsoll.units.refusal import Refused

AGES: Final = (21, 58)
TOGETHER: Final = 500
"""People in one transaction."""


def seal_people(vault: Vault, customer_ids: Sequence[int], on: date, seed: int, act: Act, step: Callable[[str, int], None]) -> int:
    """Put who they are into the vault, and give how many. Who is known there stays as they are, and nobody who was erased comes back."""
    count = 0
    for first in range(0, len(customer_ids), TOGETHER):
        some = customer_ids[first : first + TOGETHER]
        sealed = vault.put_first({one: who_is(one, on, seed) for one in some}, act)
        assert not isinstance(sealed, Refused), sealed
        count += sealed
        step(f"customer {some[-1]}", len(some))
    return count


def who_is(customer_id: int, on: date, seed: int) -> dict[str, str]:
    """Give who somebody says to be, by field of the vault."""
    chance = Random(f"{seed}:who:{customer_id}")  # noqa: S311 -- people are made up, nothing is secret
    person = make_person(chance.randint(*AGES), on, chance)
    return {NAME: person.name, ID_NUMBER: person.document, PHONE: person.phone, CARD: person.card}
