"""Where a debt stands before a court or an arbitrator, as the file of its customer tells it: suit, appeal, award, enforcement, the end.

The words of the stages are those of the registry's notices of bad loans: 未诉, 诉讼中, 已判未执, 已调解, 执行中, 终本执行, 终结执行. They
know no arbitration and no appeal: what is before an arbitrator, or a court of second instance, is in suit; an award counts as a judgment,
since it is final and enforced as one (仲裁法 Arts. 9, 62). A judgment of first instance may be appealed against (民事诉讼法 Art. 171)
until it is final or enforced; that of second instance is final (Art. 182). While a court looks at whether an award is set aside, the award
still stands, and its enforcement rests (仲裁法 Art. 64); set aside, or not enforced, it is as if nobody had ever decided (Art. 9).
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, read_body

STEP: Final = "court.step"
NOT_SUED, IN_SUIT, JUDGED, MEDIATED = "not_sued", "in_suit", "judged", "mediated"
EXECUTING, PAUSED, ENDED = "executing", "execution_paused", "execution_ended"
NOWHERE: Final = "nowhere"
PLACES: Final[Mapping[str, str]] = {
    NOWHERE: NOT_SUED,
    "first": IN_SUIT,
    "dismissed": NOT_SUED,
    "judged": JUDGED,
    "appeal": IN_SUIT,
    "appeal_of_dismissal": IN_SUIT,
    "final": JUDGED,
    "lost": NOT_SUED,
    "arbitration": IN_SUIT,
    "award": JUDGED,
    "award_contested": JUDGED,
    "award_stayed": PAUSED,
    "mediated": MEDIATED,
    "executing": EXECUTING,
    "paused": PAUSED,
    "ended": ENDED,
    "award_executing": EXECUTING,
    "award_paused": PAUSED,
    "award_ended": ENDED,
}
"""Where proceedings may be, with the stage that it counts as. From `lost` nothing follows: what was decided is not decided again."""

STEPS: Final[Mapping[str, Mapping[str, str]]] = {
    "filed": {NOWHERE: "first", "dismissed": "first"},
    "withdrawn": {"first": NOWHERE},
    "dismissed": {"first": "dismissed"},
    "judged": {"first": "judged"},
    "appealed": {"judged": "appeal", "dismissed": "appeal_of_dismissal"},
    "appeal_withdrawn": {"appeal": "final", "appeal_of_dismissal": NOWHERE},
    "affirmed": {"appeal": "final", "appeal_of_dismissal": NOWHERE},
    "changed_on_appeal": {"appeal": "final", "appeal_of_dismissal": "final"},
    "overturned": {"appeal": "lost"},
    "remanded": {"appeal": "first", "appeal_of_dismissal": "first"},
    "became_final": {"judged": "final"},
    "arbitration_filed": {NOWHERE: "arbitration", "dismissed": "arbitration"},
    "arbitration_withdrawn": {"arbitration": NOWHERE},
    "arbitration_rejected": {"arbitration": "lost"},
    "awarded": {"arbitration": "award"},
    "set_aside_asked": {"award": "award_contested", "award_executing": "award_stayed", "award_paused": "award_stayed"},
    "set_aside_refused": {"award_contested": "award", "award_stayed": "award_executing"},
    "set_aside": dict.fromkeys(("award_contested", "award_stayed"), NOWHERE),
    "not_enforced": dict.fromkeys(("award_executing", "award_paused"), NOWHERE),
    "mediated": dict.fromkeys(("first", "appeal", "appeal_of_dismissal", "arbitration"), "mediated"),
    "enforced": {
        **dict.fromkeys(("judged", "final", "mediated", "paused", "ended"), "executing"),
        **dict.fromkeys(("award", "award_paused", "award_ended"), "award_executing"),
    },
    "paused": {"executing": "paused", "award_executing": "award_paused"},
    "ended": {"executing": "ended", "paused": "ended", "award_executing": "award_ended", "award_paused": "award_ended"},
}
"""What may happen, from where, and where it leads to. What nobody appeals against may be enforced at once, as a small claim."""

SUED: Final = ("filed", "arbitration_filed")
"""Steps that bring a debt before somebody who decides."""
RESTS: Final = (IN_SUIT, EXECUTING, PAUSED, ENDED)
"""Stages in which no time for a suit, or for asking that it be enforced, runs."""


class Proceedings(NamedTuple):
    """The stage that proceedings have reached, since which day (0 where there never were any), and where they are (`PLACES`).

    `decided` is the day of the judgment, mediation or award that can be enforced, 0 where there is none: what contests it later changes
    nothing of the time in which it is to be enforced.
    """

    stage: str
    since: int
    place: str = NOWHERE
    decided: int = 0


class Taken(NamedTuple):
    """A step that was taken: its day, what it was, and the stage that it led to."""

    day: int
    step: str
    stage: str


def proceedings_of(filings: Iterable[Filing], loan_id: int, through: int) -> Proceedings:
    """Give where proceedings about a loan stand at the end of a day."""
    found = Proceedings(NOT_SUED, 0)
    for day, step in steps_of(filings, loan_id, through):
        found = _after(found, day, step)
    return found


def steps_of(filings: Iterable[Filing], loan_id: int, through: int) -> list[tuple[int, str]]:
    """Give the steps of proceedings about a loan by a day, in the order recorded, which is that of their days."""
    mine = (one for one in filings if one.kind == STEP and one.subject == str(loan_id) and one.on <= through)
    return [(one.on, str(read_body(one)["step"])) for one in mine]


def taken(filings: Iterable[Filing], loan_id: int, through: int) -> list[Taken]:
    """Give the steps of proceedings about a loan by a day, each with the stage that it led to."""
    found, stands = [], Proceedings(NOT_SUED, 0)
    for day, step in steps_of(filings, loan_id, through):
        stands = _after(stands, day, step)
        found.append(Taken(day, step, stands.stage))
    return found


def _after(stands: Proceedings, day: int, step: str) -> Proceedings:
    place = STEPS[step][stands.place] if stands.place in STEPS[step] else next(iter(STEPS[step].values()))
    stage = PLACES[place]
    was, is_decided = PLACES[stands.place], stage in (JUDGED, MEDIATED)
    decided = (stands.decided if was in (JUDGED, *RESTS[1:]) and stands.decided else day) if is_decided else stands.decided
    return Proceedings(stage, day, place, 0 if stage in (NOT_SUED, IN_SUIT) else decided)
