"""Duties kept apart: who may take a thing that governs decisions (a model, a policy table) from one state to the next.

A life is a table of moves. Each move belongs to a duty, or to none, and nobody holds two duties on one and the same thing: who built
it may neither check nor approve it, who checked it may not approve it. A rule of 商业银行互联网贷款管理暂行办法 for models
(separate duties for development, test, review and retirement), kept for whatever decides about borrowers. Pure: the store holds the
same by triggers.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from plimsoll.units.refusal import Refused

BUILD: Final = "build"
CHECK: Final = "check"
APPROVE: Final = "approve"
ANYBODY: Final = ""
"""The duty of a move that anybody may make."""

TEXT_MAX: Final = 2_000
ACTOR_MAX: Final = 200


class Move(NamedTuple):
    """One line of a life: `verb` leads from `before` ("" for not there yet) to `after`, by somebody with that duty."""

    verb: str
    before: str
    after: str
    duty: str = ANYBODY
    needs_evidence: bool = False
    ousts: bool = False
    """Only one thing of a name may be in `after`: the one that is there leaves by the verb `OUSTED`."""


class Acted(NamedTuple):
    """What somebody has done with the thing so far."""

    actor: str
    duty: str


OUSTED: Final = "succeed"
"""The verb by which a thing leaves because another of its name takes its place; nobody's duty."""


def next_move(
    moves: Sequence[Move], state: str, verb: str, *, actor: str, reason: str, evidence: str, acted: Iterable[Acted]
) -> Move | Refused:
    """Give the move that `actor` may make now.

    Refuses actor_missing, reason_missing, reason_too_long, step_not_allowed (with what is allowed from here), proof_missing and
    duties_not_separated.
    """
    if not actor.strip() or len(actor) > ACTOR_MAX:
        return Refused("actor_missing")
    if not reason.strip():
        return Refused("reason_missing")
    if len(reason) > TEXT_MAX:
        return Refused("reason_too_long", "", f"{len(reason)} > {TEXT_MAX}")
    move = next((one for one in moves if one.verb == verb and one.before == state), None)
    if move is None:
        allowed = ", ".join(one.verb for one in moves if one.before == state and one.verb != OUSTED)
        return Refused("step_not_allowed", "", f"{verb} from {state or 'nothing'}; from there: {allowed or 'nothing more'}")
    if move.needs_evidence and not evidence:
        return Refused("proof_missing", "", verb)
    other = next((one for one in acted if one.actor == actor and one.duty not in (ANYBODY, move.duty)), None)
    if move.duty != ANYBODY and other is not None:
        return Refused("duties_not_separated", "", f"{actor}: {other.duty}, {move.duty}")
    return move
