"""Open the door of a house with its second pair of eyes: what every interface comes in by."""

from typing import Any

from plimsoll.app.access.door import Door, Waiting
from plimsoll.app.access.principal import Principal
from plimsoll.app.approve.ask import ask_approval
from plimsoll.app.approve.need import needed
from plimsoll.app.house import House
from plimsoll.units.refusal import Refused


def open_door(house: House) -> Door:
    """Give the door of a house, by the roles, separations and approvals of its policy."""
    return Door(house, eyes=second_pair)


def second_pair(house: House, who: Principal, command: Any, reason: str, digest: bytes) -> Waiting | Refused | None:
    """Put a command before others where policy asks for it; None where who asks may do it alone."""
    need = needed(house, who, command)
    return None if need is None else ask_approval(house, who, command, need, reason, digest=digest)
