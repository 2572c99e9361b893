"""What pages of papers share: the kinds of files that a field takes, and the kinds of papers in words."""

from typing import Final

from plimsoll.app.papers import SIZE_MAX
from plimsoll.interfaces.pages.visit import Visit

LONGEST: Final = SIZE_MAX + 200_000
"""Bytes of a form that brings one."""
KINDS: Final = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"
"""Kinds of files that a browser offers; what a file is, is looked at when it came."""


def kinds_of_papers(visit: Visit) -> list[tuple[str, str]]:
    """Give the kinds of papers that can be brought today, with their names; the first is no choice yet."""
    known = visit.house.rules.value("POLICY.PAPER.KINDS", visit.today())
    found = [str(one) for one in known] if isinstance(known, tuple) else []
    return [("", visit.t("b.choose")), *((one, visit.t(f"paper.what.{one}")) for one in found)]
