"""Time zones by their names, from the database of time zones; the rooms below take a zone and never look one up."""

import re
import zoneinfo
from datetime import tzinfo
from typing import Final

from plimsoll.units.refusal import Malformed

NAME_LENGTH_MAX: Final = 100
KEPT_MAX: Final = 2_000
_NAME: Final = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", re.ASCII)
_NOT_A_PLACE: Final = frozenset({"Factory"})
"""In the database, and no zone of anybody."""

_FOUND: Final[dict[str, tzinfo]] = {}


def zone_of(name: object) -> tzinfo:
    """Give the zone of an IANA name such as "Asia/Shanghai"; raises Malformed zone_unknown for everything else."""
    zone = _FOUND.get(name) if isinstance(name, str) else None
    return zone if zone is not None else _find(name)


def _find(name: object) -> tzinfo:
    if not isinstance(name, str) or len(name) > NAME_LENGTH_MAX or not _NAME.fullmatch(name) or name in _NOT_A_PLACE:
        raise Malformed("zone_unknown", repr(name)[:60])
    try:
        zone = zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError):
        raise Malformed("zone_unknown", repr(name)[:60]) from None
    if len(_FOUND) < KEPT_MAX:
        _FOUND[name] = zone
    return zone
