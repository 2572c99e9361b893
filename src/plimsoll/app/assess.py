"""Look at an application that came in: ask every source that was agreed to, then let the engine decide. Repeatable at any point."""

from collections.abc import Sequence
from typing import Final

from plimsoll.app.execute_many import RowOutcome
from plimsoll.app.gather import Desk, gather
from plimsoll.app.house import LIVE, House
from plimsoll.app.sources.port import Person, Request, Source
from plimsoll.app.sources.sandbox import sandbox
from plimsoll.app.vault import Act
from plimsoll.app.watching.evidence import suspended
from plimsoll.origination.decide_application import DecideApplication
from plimsoll.protection.mask import CARD, ID_NUMBER, NAME, PHONE
from plimsoll.units.refusal import Refused

ENGINE: Final = "engine"
REASON: Final = "application"
SEED: Final = 1


def assess(house: House, customer_id: int, application_id: str, sources: Sequence[Source] = ()) -> RowOutcome:
    """Gather evidence on an application and decide on it; what was gathered or decided before is not done again.

    Without sources those of the sandbox are asked, in a house that lends no real money: personas by the last places of the document.
    Refuses sources_missing, vault_keys_missing, and what the engine refuses.
    """
    if not sources and house.mode == LIVE:
        return Refused("sources_missing")
    if house.vault is None:
        return Refused("vault_keys_missing")
    on = house.today()
    act = Act(ENGINE, house.now(), REASON)
    found = {field: house.vault.reveal(customer_id, field, act) for field in (NAME, ID_NUMBER, PHONE, CARD)}
    told = {field: "" if isinstance(value, Refused) else value for field, value in found.items()}
    request = Request(customer_id, on, Person(told[NAME], told[ID_NUMBER], told[PHONE], told[CARD]) if told[ID_NUMBER] else None)
    desk = Desk(house.store, house.rules, ENGINE, house.now, house.vault.blind)
    gather(desk, sources or sandbox(SEED, lambda _: None), request, application_id)
    alerts = " ".join(suspended(house.store))
    return house.execute(DecideApplication(f"decide:{application_id}", customer_id, on, application_id, alerts), actor=ENGINE)
