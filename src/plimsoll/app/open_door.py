"""Open the door of a house with its second pair of eyes: what every interface comes in by."""

from plimsoll.app.access.door import Door
from plimsoll.app.approve.ask import put_before_others
from plimsoll.app.house import House


def open_door(house: House) -> Door:
    """Give the door of a house, by the roles, separations and approvals of its policy."""
    return Door(house, eyes=put_before_others)
