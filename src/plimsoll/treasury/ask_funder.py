"""Ask a funder about a part that somebody files by hand: the same as routing asks of a draw, each with a refusal of its own."""

from typing import NamedTuple

from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.route import GUARANTEED, Draw, Funder, House, left_out_why, room_minor
from plimsoll.treasury.share import WHOLE
from plimsoll.treasury.suitability import NOT_ASSESSED, UNSUITED
from plimsoll.units.refusal import Refused

CLOSED, OTHER_CURRENCY = "funder_closed", "currency_must_match"


class Part(NamedTuple):
    """A part that a funder is to have of a loan, in millionths, and how much more it has by it, in minor units."""

    ppm: int
    more_minor: int


def refuse_part(funder: Funder, part: Part, draw: Draw, house: House, rules: Rules) -> Refused | None:
    """Refuse a part that routing would not give: `funder` has in `lent_minor` what is lent and promised without it.

    Refuses funder_closed, currency_must_match, investor_not_assessed, investor_unsuited, guaranteed_over_law, part_not_agreed (product,
    grade, term, or a part outside what was agreed for one loan) and funder_over_limit (its commitment, or the law's concentration).
    """
    why = left_out_why(funder, draw, house, rules)
    if why == GUARANTEED:
        return Refused("guaranteed_over_law", GUARANTEED, f"{funder.name}: {draw.amount_minor} minor units more")
    if why in (CLOSED, OTHER_CURRENCY, NOT_ASSESSED, UNSUITED):
        return Refused(why, "", f"{funder.name}, {draw.product}, {draw.currency}, {draw.months} months, grade {draw.grade or 'unknown'}")
    if why:
        return Refused("part_not_agreed", "", f"{funder.name}: {why.removeprefix('funder_')}")
    if not funder.least_ppm <= part.ppm <= funder.most_ppm:
        agreed = f"{funder.least_ppm} to {funder.most_ppm}"
        return Refused("part_not_agreed", "", f"{funder.name}: {part.ppm} in {WHOLE} of one loan, agreed are {agreed}")
    room = room_minor(funder, draw.on, rules)
    if part.more_minor > max(room, 0):
        return Refused("funder_over_limit", "", f"{funder.name}: {part.more_minor} minor units, room for {max(room, 0)}")
    return None
