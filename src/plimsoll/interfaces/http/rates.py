"""How fast a caller may ask an operation, and the headers that say so (RateLimit of the IETF draft, Retry-After)."""

from collections.abc import Mapping
from typing import Final

from plimsoll.app.access.principal import Principal
from plimsoll.app.access.rate import Granted, RateClass
from plimsoll.interfaces.http.operation import Operation

BY_NAME: Final[Mapping[str, RateClass]] = {"draw": RateClass.DRAW, "accept_offer": RateClass.DRAW, "purchase": RateClass.AUTHORISE}
QUOTES: Final = ("quote", "preview")
REVEAL: Final = "reveal"


def class_of(operation: Operation, who: Principal) -> RateClass:
    """Give the class in which a request is counted: machines together, people by what they do."""
    if who.key_id and not who.customer_id:
        return RateClass.AUTHORISE if operation.name == "purchase" else RateClass.MACHINE
    if operation.name in BY_NAME and who.customer_id:
        return BY_NAME[operation.name]
    if operation.name.startswith(REVEAL):
        return RateClass.REVEAL
    return RateClass.QUOTE if operation.name.startswith(QUOTES) else RateClass.PERSON


def headers_of(which: RateClass, granted: Granted) -> dict[str, str]:
    """Give the headers that tell a caller how much is left."""
    allowance = granted.allowance
    said = {
        "RateLimit": f'"{which}";r={granted.remaining};t={max(granted.wait_s, 0)}',
        "RateLimit-Policy": f'"{which}";q={allowance.requests};w={allowance.seconds}',
    }
    return said if granted.is_allowed else said | {"Retry-After": str(max(granted.wait_s, 1))}
