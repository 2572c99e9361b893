"""Register the agency that the agency staff of a made-up house works for, and place with it whom policy says."""

from datetime import date, timedelta
from random import Random
from typing import Any, Final

from plimsoll.app.access.role import AGENCY
from plimsoll.app.agency.place_batch import Order, place_batch
from plimsoll.app.dossier import execute_dossier
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.collections.register_agency import RegisterAgency
from plimsoll.simulator.staff import PARTIES
from plimsoll.simulator.town import ACTOR

LICENSED: Final = timedelta(days=400)
COMMISSION: Final = ("61:0.15", "181:0.25")
SUPERVISOR: Final = "collections-supervisor"


def leave_agency(house: House, on: date, seed: int) -> dict[str, Any]:
    """Register the agency and share out the late by policy; give how many it got, and how many were refused by which code."""
    name = PARTIES[AGENCY]
    until, now = on + LICENSED, house.now()
    words = (f"{name} 催收", f"{name} collections", f"L-{name}")
    command = RegisterAgency(f"world:agency:{name}", name, on, *words, until, until, f"whitelist#{name}", COMMISSION)
    answer = execute_dossier(house.store, DOSSIER_WIRING, command, actor=ACTOR, now=now, rules=house.rules)
    assert isinstance(answer, Answer), answer
    draw = Random(seed).randrange  # noqa: S311 -- a lot among made-up people, not a secret
    done = place_batch(house.store, Order(f"place-{on}", on, SUPERVISOR, now, draw), house.rules)
    return {"agency": name, "placed": done.placed.get(name, 0), "refused": dict(done.refused)}
