"""Proceedings in any order that is taken stay within the words of the registry, and end where nothing follows."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.disposal.listed import LITIGATION
from plimsoll.loan.filing import Filing, body_of
from plimsoll.risk.litigation import EXECUTING, IN_SUIT, JUDGED, MEDIATED, NOT_SUED, PAUSED, PLACES, STEP, STEPS, proceedings_of, taken

AT = datetime(2026, 1, 1, tzinfo=UTC)


def filed(*steps: str) -> list[Filing]:
    """Give the file of loan 7 with a step a day, from day 1."""
    return [Filing(day, STEP, "7", day, AT, "desk", body_of({"step": step, "reference": "v"})) for day, step in enumerate(steps, 1)]


def test_every_place_is_a_stage_that_the_statistics_sheet_knows():
    assert set(PLACES.values()) == set(LITIGATION)
    assert {place for step in STEPS.values() for place in (*step, *step.values())} == set(PLACES)


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=40))
def test_any_order_that_is_taken_leads_from_place_to_place(asked):
    """What can be enforced was decided on a day by then; nothing is decided while it is before somebody, or nowhere."""
    took: list[str] = []
    for step in asked:
        place = proceedings_of(filed(*took), 7, 99).place
        took += [step] if place in STEPS[step] else []
    found = proceedings_of(filed(*took), 7, 99)
    assert found.stage == PLACES[found.place]
    assert (found.decided > 0) == (found.stage not in (NOT_SUED, IN_SUIT))
    assert found.decided <= found.since == len(took)
    assert [one.step for one in taken(filed(*took), 7, 99)] == took


def test_appeal_and_award_go_their_ways():
    ways = {
        "filed judged appealed affirmed enforced": EXECUTING,
        "filed judged became_final enforced paused enforced": EXECUTING,
        "filed judged appealed mediated": MEDIATED,
        "filed dismissed appealed affirmed filed": IN_SUIT,
        "filed dismissed arbitration_filed awarded": JUDGED,
        "arbitration_filed awarded enforced set_aside_asked": PAUSED,
        "arbitration_filed awarded enforced set_aside_asked set_aside_refused": EXECUTING,
        "arbitration_filed awarded enforced not_enforced": NOT_SUED,
        "arbitration_filed arbitration_rejected": NOT_SUED,
    }
    assert {way: proceedings_of(filed(*way.split()), 7, 99).stage for way in ways} == ways
