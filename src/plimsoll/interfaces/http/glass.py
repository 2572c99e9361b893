"""Breaking the glass: asked for by one, agreed to by another, looked at by a third."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from plimsoll.app.access import glass
from plimsoll.interfaces.http.ids import customer_text
from plimsoll.interfaces.http.once import once
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.sessions import CustomerOrNone
from plimsoll.interfaces.http.shape import Instant, Name, Text
from plimsoll.interfaces.http.shown import house_in
from plimsoll.interfaces.http.users import Why
from plimsoll.units.refusal import Refused

TAG: Final = "Emergency access"
ASK, APPROVE, REVIEW = "glass.ask", "glass.approve", "glass.review"
_State = Literal["asked", "broken", "over", "reviewed"]


class GlassShown(Shape):
    """A time in which somebody may do what is for emergencies; once it is over, a third person says what they made of it."""

    object: Literal["break_glass"] = "break_glass"
    id: Name
    user: Name
    reason: Text
    state: _State
    asked_at: Instant
    approved_by: Text
    approved_at: Instant | None
    until: Instant | None
    ended_at: Instant | None
    reviewed_by: Text
    review: Text


class GlassList(Shape):
    """The latest first."""

    data: Annotated[list[GlassShown], Field(max_length=200)]


class GlassAsked(Shape):
    """In which state, "" for any."""

    state: Literal["", "asked", "broken", "over", "reviewed"] = ""


class Done(Shape):
    """One thing on the record of access; commands are on the record of audit, by the same actor."""

    at: Instant
    action: Name
    subject: Text
    customer: CustomerOrNone
    reason: Text


class DoneList(Shape):
    """What was done meanwhile, oldest first."""

    data: Annotated[list[Done], Field(max_length=500)]


class Review(Shape):
    """What a third person made of it."""

    review: Annotated[Text, StringConstraints(min_length=4)]


def ask_glass(asked: Asked) -> Any:
    """Ask for it."""
    return house_in(asked, ASK) or _shown(glass.ask(asked.house, asked.who, asked.body.reason))


def list_glass(asked: Asked) -> Any:
    """Give those that one may see: all to who agrees or reviews, else one's own."""
    sees_all = _sees_all(asked)
    found = glass.glasses(asked.house, state=(asked.query or GlassAsked()).state, limit=200)
    return {"data": [_glass(one) for one in found if sees_all or one.user_id == asked.who.user_id]}


def agree_glass(asked: Asked) -> Any:
    """Agree to it."""
    return house_in(asked, APPROVE) or _shown(glass.agree(asked.house, asked.who, asked.path["glass"]))


def end_glass(asked: Asked) -> Any:
    """End it."""
    is_own = any(one.glass_id == asked.path["glass"] for one in glass.glasses(asked.house, limit=200) if one.user_id == asked.who.user_id)
    refused = None if is_own else house_in(asked, APPROVE)
    return refused or _shown(glass.end(asked.house, asked.who, asked.path["glass"]))


def review_glass(asked: Asked) -> Any:
    """Say what one made of it."""
    return house_in(asked, REVIEW) or _shown(glass.review(asked.house, asked.who, asked.path["glass"], asked.body.review))


def list_done(asked: Asked) -> Any:
    """Give what was done meanwhile."""
    found = house_in(asked, REVIEW) or glass.done_meanwhile(asked.house, asked.path["glass"])
    if isinstance(found, Refused):
        return found
    rows = [one._asdict() for one in found]
    return {"data": [row | {"customer": customer_text(number) if (number := row.pop("customer_id")) else ""} for row in rows]}


def _sees_all(asked: Asked) -> bool:
    return any(house_in(asked, permission) is None for permission in (APPROVE, REVIEW))


def _shown(found: glass.Glass | Refused) -> Any:
    return found if isinstance(found, Refused) else _glass(found)


def _glass(one: glass.Glass) -> dict[str, Any]:
    said = one._asdict()
    return {"id": said.pop("glass_id"), "user": said.pop("user_id"), **said}


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_break_glass",
        method="GET",
        path="/break_glass",
        permission="",
        tag=TAG,
        said=("Emergency access asked for or had: one's own, all to who agrees or reviews.", "应急授权：本人的；批准人与复核人可见全部。"),
        answer=GlassList,
        handle=list_glass,
        query=GlassAsked,
    ),
    once(
        Operation(
            name="ask_break_glass",
            method="POST",
            path="/break_glass",
            permission=ASK,
            tag=TAG,
            said=("Ask for emergency access, for an hour.", "申请应急授权（一小时）。"),
            answer=GlassShown,
            handle=ask_glass,
            body=Why,
            example={"reason": "the close hangs"},
        ),
    ),
    once(
        Operation(
            name="agree_break_glass",
            method="POST",
            path="/break_glass/{glass}/agree",
            permission=APPROVE,
            tag=TAG,
            said=("Agree to emergency access of somebody else.", "批准他人的应急授权。"),
            answer=GlassShown,
            handle=agree_glass,
        ),
    ),
    once(
        Operation(
            name="end_break_glass",
            method="POST",
            path="/break_glass/{glass}/end",
            permission="",
            tag=TAG,
            said=("End emergency access, withdraw or decline it.", "结束、撤回或拒绝应急授权。"),
            answer=GlassShown,
            handle=end_glass,
        ),
    ),
    Operation(
        name="list_break_glass_record",
        method="GET",
        path="/break_glass/{glass}/record",
        permission=REVIEW,
        tag=TAG,
        said=("What is on record of the person meanwhile.", "应急期间的访问记录。"),
        answer=DoneList,
        handle=list_done,
    ),
    once(
        Operation(
            name="review_break_glass",
            method="POST",
            path="/break_glass/{glass}/review",
            permission=REVIEW,
            tag=TAG,
            said=("Say afterwards what one made of it.", "事后复核应急授权。"),
            answer=GlassShown,
            handle=review_glass,
            body=Review,
            example={"review": "needed, and no more was looked at"},
        ),
    ),
)
