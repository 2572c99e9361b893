"""What an answer is to bring along: names from the list of an operation, two deep and eight at most."""

from collections.abc import Collection
from typing import Final

from plimsoll.units.refusal import Malformed

DEPTH_MAX: Final = 2
NAMES_MAX: Final = 8


def read_expand(said: str, allowed: Collection[str]) -> frozenset[str]:
    """Read `schedule,customer.line`. Raises Malformed expand_unknown for what is not on the list, too deep, or too much."""
    names = [name for name in said.split(",") if name]
    is_over = len(names) > NAMES_MAX or any(name.count(".") >= DEPTH_MAX for name in names)
    if is_over or not set(names) <= set(allowed):
        raise Malformed("expand_unknown", key="?/expand", remedy=", ".join(sorted(allowed)))
    return frozenset(names)
