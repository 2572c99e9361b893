"""Whether the house answers, in which mode, and on which business date."""

from datetime import date
from typing import Final, Literal

import plimsoll
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.shape import Day, Name
from plimsoll.interfaces.http.version import LATEST


class Health(Shape):
    """What a watcher asks for."""

    object: Literal["health"] = "health"
    status: Literal["ok"] = "ok"
    mode: Name
    business_date: Day
    release: Name
    api_version: Name


def get_health(asked: Asked) -> Health:
    """Read the business date, which shows that the store answers. A book that takes any day says 1900-01-01."""
    on = max(asked.house.today(), date(1900, 1, 1))
    return Health(mode=asked.house.mode, business_date=on, release=plimsoll.__version__, api_version=LATEST)


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="get_health",
        method="GET",
        path="/health",
        permission="",
        tag="Platform",
        said=("Whether the house answers, and on which business date.", "服务是否可用，以及当前业务日。"),
        answer=Health,
        handle=get_health,
        is_open=True,
    ),
)
