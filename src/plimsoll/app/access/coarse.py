"""What a merchant is told of a purchase that cannot be: the same whether there is no such account, it is frozen, or it lacks the room.

Who sells may name any account; were they told more than that it cannot be, they could find out whose account there is and how it stands.
"""

from concurrent.futures import Future
from functools import partial
from typing import Any, Final

from plimsoll.app.access.principal import Principal
from plimsoll.app.access.verbs import NAMES, VERBS
from plimsoll.app.execute_many import RowOutcome
from plimsoll.units.refusal import Refused

MERCHANT: Final = "merchant"
OF_THE_REQUEST: Final = frozenset({"key_reused", "command_in_flight", "store_busy", "closing"})
"""Refusals that say nothing of an account."""


def coarsely(who: Principal, command: Any, found: "Future[RowOutcome] | RowOutcome") -> "Future[RowOutcome] | RowOutcome":
    """Give an outcome as it may be told to who asks: every refusal of an account as `absent` to a merchant, all as it is to others."""
    if not who.party or VERBS[NAMES[type(command)]].party != MERCHANT:
        return found
    if not isinstance(found, Future):
        return _coarse(found)
    told: Future[RowOutcome] = Future()
    found.add_done_callback(partial(_tell, told))
    return told


def _tell(told: "Future[RowOutcome]", found: "Future[RowOutcome]") -> None:
    raised = found.exception()
    if raised is not None:
        told.set_exception(raised)
    else:
        told.set_result(_coarse(found.result()))


def _coarse(outcome: RowOutcome) -> RowOutcome:
    is_of_account = isinstance(outcome, Refused) and outcome.code not in OF_THE_REQUEST
    return Refused("absent") if is_of_account else outcome
