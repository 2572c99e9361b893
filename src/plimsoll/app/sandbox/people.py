"""People of the sandbox: who they say to be lies in the vault, what the sources answer about them goes by the end of their document.

A document that ends in 0001 to 0009 belongs to a persona with a fate; everybody else gets an ordinary life, the same one every time.
"""

from functools import partial
from typing import Final

from plimsoll.app.gather import Desk, Gathered, gather
from plimsoll.app.house import SANDBOX, House
from plimsoll.app.sources.persona import PERSONAS, SUFFIX_LENGTH
from plimsoll.app.sources.port import Person, Request
from plimsoll.app.sources.sandbox import sandbox
from plimsoll.app.sources.truth import Truth
from plimsoll.app.vault import Act
from plimsoll.protection.mask import CARD, ID_NUMBER, NAME, PHONE
from plimsoll.units.refusal import Refused

ACTOR: Final = "sandbox"
SEED: Final = 1
REASON: Final = "to ask the sources of the sandbox, as agreed"


def refuse_persona(suffix: str) -> Refused | None:
    """Refuse what is no persona: persona_unknown."""
    return None if suffix in PERSONAS else Refused("persona_unknown", "", f"{suffix[:SUFFIX_LENGTH]!r}; one of: {', '.join(PERSONAS)}")


def keep_person(house: House, customer_id: int, person: Person, actor: str) -> Refused | None:
    """Put who somebody says to be into the vault. Refuses vault_keys_needed, and what the vault refuses."""
    if house.vault is None:
        return Refused("vault_keys_needed")
    for field, value in ((NAME, person.name), (ID_NUMBER, person.document), (PHONE, person.phone), (CARD, person.card)):
        refused = house.vault.put(customer_id, field, value, Act(actor, house.now(), "made up in the sandbox")) if value else None
        if refused is not None:
            return refused
    return None


def ask_sources(house: House, customer_id: int, application_id: str) -> list[Gathered] | Refused:
    """Ask every source of the sandbox about a customer, as consent allows, and record each answer under the application.

    Asking again asks only the sources that are not on record. Refuses sandbox_only in a house that lends real money, vault_keys_needed,
    person_not_kept.
    """
    if house.mode != SANDBOX:
        return Refused("sandbox_only")
    person = _person(house, customer_id)
    if isinstance(person, Refused):
        return person
    vault = house.vault
    desk = Desk(house.store, house.rules, ACTOR, house.now, vault.blind if vault is not None else None)
    request = Request(customer_id, house.today(), person)
    return gather(desk, sandbox(SEED, partial(_ordinary, customer_id)), request, application_id, in_parallel=False)


def _ordinary(customer_id: int, asked: int) -> Truth:
    """Give the life of somebody who is no persona."""
    assert asked == customer_id, "the sources are asked about one customer"
    return Truth()


def _person(house: House, customer_id: int) -> Person | Refused:
    """Give who a customer says to be; each look stands on the log of the vault."""
    if house.vault is None:
        return Refused("vault_keys_needed")
    act = Act(ACTOR, house.now(), REASON)
    name, document, phone, card = (house.vault.reveal(customer_id, field, act) for field in (NAME, ID_NUMBER, PHONE, CARD))
    if isinstance(name, Refused) or isinstance(document, Refused):
        return Refused("person_not_kept", "", f"customer {customer_id}")
    return Person(name, document, "" if isinstance(phone, Refused) else phone, "" if isinstance(card, Refused) else card)
