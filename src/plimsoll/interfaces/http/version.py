"""The dated versions of the API: a header names one, a key stays with the one of its first call, and an unknown one is refused."""

from typing import Final

from plimsoll.interfaces.http.problem import Said

VERSIONS: Final = ("2026-12-01",)
"""Every version that is answered, oldest first. A change that would break a caller adds one here, with what turns old into new."""
LATEST: Final = VERSIONS[-1]


def version_of(said: str, pinned: str) -> str:
    """Give the version to answer by: what the header says, else what the key is pinned to, else the latest. Raises Said version_unknown."""
    version = said or pinned or LATEST
    if version not in VERSIONS:
        raise Said("version_unknown", remedy=", ".join(VERSIONS))
    return version
