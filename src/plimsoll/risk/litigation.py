"""Where a debt stands before a court, as the file of its customer tells it: suit, judgment or mediation, enforcement, and how these ended.

The words of the stages are those of the registry's notices of bad loans: 未诉, 诉讼中, 已判未执, 已调解, 执行中, 终本执行, 终结执行.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, read_body

STEP: Final = "court.step"
NOT_SUED, IN_SUIT, JUDGED, MEDIATED = "not_sued", "in_suit", "judged", "mediated"
EXECUTING, PAUSED, ENDED = "executing", "execution_paused", "execution_ended"
STEPS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "filed": (IN_SUIT, (NOT_SUED,)),
    "withdrawn": (NOT_SUED, (IN_SUIT,)),
    "dismissed": (NOT_SUED, (IN_SUIT,)),
    "judged": (JUDGED, (IN_SUIT,)),
    "mediated": (MEDIATED, (IN_SUIT,)),
    "enforced": (EXECUTING, (JUDGED, MEDIATED, PAUSED, ENDED)),
    "paused": (PAUSED, (EXECUTING,)),
    "ended": (ENDED, (EXECUTING, PAUSED)),
}
"""What may happen: the stage that it leads to, and from which."""

RESTS: Final = (IN_SUIT, EXECUTING, PAUSED, ENDED)
"""Stages in which no time for a suit, or for asking that it be enforced, runs."""


class Proceedings(NamedTuple):
    """The stage that proceedings have reached, and since which day (0 where there never were any)."""

    stage: str
    since: int


def proceedings_of(filings: Iterable[Filing], loan_id: int, through: int) -> Proceedings:
    """Give where proceedings about a loan stand at the end of a day."""
    found = Proceedings(NOT_SUED, 0)
    for day, step in steps_of(filings, loan_id, through):
        found = Proceedings(STEPS[step][0], day)
    return found


def steps_of(filings: Iterable[Filing], loan_id: int, through: int) -> list[tuple[int, str]]:
    """Give the steps of proceedings about a loan by a day, in the order recorded, which is that of their days."""
    mine = (one for one in filings if one.kind == STEP and one.subject == str(loan_id) and one.on <= through)
    return [(one.on, str(read_body(one)["step"])) for one in mine]
