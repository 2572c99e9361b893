"""Whether an address that events are to be sent to waits until others agreed, as policy asks where there is real money."""

from plimsoll.app.access.door import Waiting
from plimsoll.app.access.principal import Principal
from plimsoll.app.approve.ask import ask_approval
from plimsoll.app.approve.need import needed
from plimsoll.app.hooks.approved import act_of
from plimsoll.app.hooks.endpoint import WAITING, Endpoint
from plimsoll.app.house import House
from plimsoll.units.refusal import Refused


def ask_others(house: House, who: Principal, endpoint: Endpoint, key: str = "") -> Waiting | Refused | None:
    """Ask others to agree to an endpoint's address; None where one may alone, or nothing waits. Refuses what asking refuses."""
    if endpoint.state != WAITING:
        return None
    act = act_of(endpoint, key or f"{endpoint.endpoint_id}:{endpoint.version}")
    need = needed(house, who, act)
    return None if need is None else ask_approval(house, who, act, need)
