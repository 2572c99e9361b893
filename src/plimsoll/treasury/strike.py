"""Strike the parts of an account anew: what its funders have of a later purchase, where one of them may not, or cannot, take its part.

Whoever has a part of an account is asked again at every purchase, as at a draw. One that has left, that the purchase does not suit or
whose room does not reach keeps what it has in principal, and takes as much more as it has room for; the lender carries the rest. Parts
only become less, so the lender's part stays above the law's least. What an account owes is one sum, so the smaller part is a part of
all of it: on the day the lender takes over the difference of what was owed the evening before, and the funder its part of the purchase.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.route import LENDER, Draw, Funder, House, left_out_why, room_minor
from plimsoll.treasury.share import WHOLE, Share

FULL: Final = "funder_full"


class Stood(NamedTuple):
    """An account with a purchase: its shares before and now, and the principal that is owed with the purchase, in minor units."""

    before: Sequence[Share]
    now: Sequence[Share]
    owed_minor: int


class Struck(NamedTuple):
    """The parts with a purchase, the lender last; what each funder has more than without it; and who took less, with why."""

    shares: tuple[Share, ...]
    more: Mapping[str, int]
    left_out: tuple[tuple[str, str], ...]


def more_of(stood: Stood, bought_minor: int) -> dict[str, int]:
    """Give by funder what a purchase adds to its principal at the parts as they are now, in minor units."""
    without = max(stood.owed_minor - bought_minor, 0)
    before = {one.funder: one.ppm for one in stood.before}
    parts = ((one.funder, one.ppm) for one in stood.now if one.funder != LENDER)
    return {name: max(stood.owed_minor * ppm // WHOLE - without * before.get(name, 0) // WHOLE, 0) for name, ppm in parts}


def strike(draw: Draw, stood: Stood, funders: Mapping[str, Funder], house: House, rules: Rules) -> Struck:
    """Give the parts of an account with a purchase; `funders` have in `lent_minor` what they lent without it.

    A part is rounded down, so that what a funder has never passes its room.
    """
    more = more_of(stood, draw.amount_minor)
    parts, taken, left_out = [], {}, []
    for share in stood.now:
        if share.funder == LENDER:
            continue
        funder, has = funders.get(share.funder), stood.owed_minor * share.ppm // WHOLE
        why = left_out_why(funder, draw, house, rules) if funder is not None else ""
        room = 0 if why else more[share.funder] if funder is None else max(room_minor(funder, draw.on, rules), 0)
        ppm, most = share.ppm, has - more[share.funder] + min(room, more[share.funder])
        if most < has:
            ppm = most * WHOLE // stood.owed_minor
            left_out.append((share.funder, why or FULL))
        taken[share.funder] = more[share.funder] - has + stood.owed_minor * ppm // WHOLE
        parts += [Share(share.funder, ppm)] if ppm else []
    own = WHOLE - sum(one.ppm for one in parts)
    return Struck((*parts, Share(LENDER, own)), taken, tuple(left_out))
