"""Webhooks: the addresses that events are sent to, their secrets, what was delivered, and sending it again."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, model_validator

from plimsoll.app.hooks import queue
from plimsoll.app.hooks.ask import ask_others
from plimsoll.app.hooks.endpoint import WAITING as UNAPPROVED
from plimsoll.app.hooks.endpoint import Endpoint, Hooks, Shown
from plimsoll.app.hooks.queue import Attempt, Delivery
from plimsoll.interfaces.http.answers import Repeated
from plimsoll.interfaces.http.once import once
from plimsoll.interfaces.http.operation import Asked, Empty, Operation, PageOf, Shape
from plimsoll.interfaces.http.shape import Count, Flag, Instant, Name, Text, Whole
from plimsoll.interfaces.http.shown import after_in, cursor_of, house_in, listed
from plimsoll.units.refusal import Malformed, Refused

TAG: Final = "Webhooks"
PERMISSION: Final = "hook.manage"
_Url = Annotated[str, Field(strict=True), StringConstraints(min_length=1, max_length=2_000)]
_Kind = Annotated[str, Field(strict=True), StringConstraints(pattern=r"^plimsoll\.[a-z_]+\.([a-z_]+\.v[0-9]{1,2}|\*)$", max_length=100)]
_Kinds = Annotated[list[_Kind], Field(max_length=100)]
_Event = Annotated[str, Field(strict=True), StringConstraints(pattern=r"^evt_[0-9a-f]{32}$", max_length=36)]
_State = Literal["active", "disabled", "waiting"]
_Delivered = Literal["waiting", "delivered", "given_up"]


class EndpointMade(Shape):
    """An address that events are to be sent to; no types for all of them."""

    url: _Url
    types: _Kinds = Field(default_factory=list)


class EndpointChange(Shape):
    """Another address, other types, or both."""

    url: _Url | None = None
    types: _Kinds | None = None


class EndpointShown(Shape):
    """An endpoint. `secret` is told once, right after it was made or rotated, else it is "".

    `shown_before`: this is the first answer to making it again, whose secret is not told twice; rotate it for another.
    """

    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    id: Name
    url: _Url
    types: Annotated[list[Text], Field(max_length=100)]
    status: _State
    secret: Annotated[str, Field(max_length=100)] = ""
    shown_before: Flag = False
    old_secret_until: Instant | None
    failing_since: Instant | None
    made_by: Text
    made_at: Instant
    version: Count


class EndpointList(Shape):
    """Endpoints, oldest first."""

    data: Annotated[list[EndpointShown], Field(max_length=100)]
    next_cursor: Annotated[str, Field(max_length=600)]


class AttemptShown(Shape):
    """One try. `http_status` is 0 where no answer came, `error` "" where it was taken."""

    n: Count
    at: Instant
    http_status: Count
    error: Text
    took_ms: Count


class DeliveryShown(Shape):
    """One event on its way to one endpoint, with its tries where it is asked for alone."""

    object: Literal["webhook_delivery"] = "webhook_delivery"
    endpoint: Name
    event: _Event
    cursor: Whole
    type: Text
    status: _Delivered
    attempts: Count
    next_at: Instant | None
    done_at: Instant | None
    last_http_status: Count
    last_error: Text
    tries: Annotated[list[AttemptShown], Field(max_length=10_000)] = Field(default_factory=list)


class DeliveryList(Shape):
    """Deliveries in the order of their events."""

    data: Annotated[list[DeliveryShown], Field(max_length=200)]
    next_cursor: Annotated[str, Field(max_length=600)]


class DeliveriesAsked(PageOf):
    """Which deliveries: of one state, or "" for all."""

    status: Literal["", "waiting", "delivered", "given_up"] = ""


class Replay(Shape):
    """What is sent again: events by their ids, or everything since an instant."""

    events: Annotated[list[_Event], Field(max_length=1_000)] = Field(default_factory=list)
    since: Instant | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Replay":
        if bool(self.events) == (self.since is not None):
            raise Malformed("field_missing", "events or since", remedy="One of the two.")
        return self


class Replayed(Shape):
    """How many events wait to be sent again."""

    queued: Count


def hooks_of(asked: Asked) -> Hooks:
    """Give the endpoints of the house that is asked."""
    return Hooks(asked.house)


def list_endpoints(asked: Asked) -> Any:
    """Give every endpoint."""
    return house_in(asked, PERMISSION) or listed(hooks_of(asked).every(), of=endpoint_shown)


def get_endpoint(asked: Asked) -> Any:
    """Give one endpoint."""
    return house_in(asked, PERMISSION) or _told(hooks_of(asked).find(asked.path["endpoint"]))


def register(asked: Asked) -> Any:
    """Make an endpoint; in live it waits until others agreed."""
    refused = house_in(asked, PERMISSION)
    if refused is not None:
        return refused
    made = hooks_of(asked).register(asked.body.url, asked.body.types, asked.who.actor, key=asked.key)
    return _told(made) if isinstance(made, Refused) else ask_others(asked.house, asked.who, made.endpoint, asked.key) or _told(made)


def change(asked: Asked) -> Any:
    """Change an endpoint that is still at the version that was seen; in live a new address waits until others agreed."""
    refused = house_in(asked, PERMISSION)
    if refused is not None:
        return refused
    said, body = asked.if_match.strip('"'), asked.body
    if not said.isdigit():
        raise Malformed("header_not_taken", "If-Match")
    changed = hooks_of(asked).change(asked.path["endpoint"], int(said), asked.who.actor, url=body.url, kinds=body.types)
    return _told(changed) if isinstance(changed, Refused) else ask_others(asked.house, asked.who, changed, asked.key) or _told(changed)


def rotate(asked: Asked) -> Any:
    """Give an endpoint another secret, which is told this once."""
    return house_in(asked, PERMISSION) or _told(hooks_of(asked).rotate(asked.path["endpoint"], asked.who.actor, key=asked.key))


def rotated_before(asked: Asked) -> dict[str, Any]:
    """Give the secret of a rotation once more, where it still signs: who lost the answer would else end the secret that receivers know."""
    secret = hooks_of(asked).rotated(asked.path["endpoint"], asked.key)
    return {"secret": secret, "shown_before": not secret}


def disable(asked: Asked) -> Any:
    """Send nothing more to an endpoint."""
    return house_in(asked, PERMISSION) or _told(hooks_of(asked).disable(asked.path["endpoint"], asked.who.actor))


def enable(asked: Asked) -> Any:
    """Send to an endpoint again, what it missed first; in live once others agreed."""
    refused = house_in(asked, PERMISSION)
    if refused is not None:
        return refused
    hooks, endpoint_id = hooks_of(asked), asked.path["endpoint"]
    found = hooks.find(endpoint_id)
    if isinstance(found, Refused):
        return _told(found)
    waiting = ask_others(asked.house, asked.who, found._replace(state=UNAPPROVED), asked.key)
    if waiting is not None:
        return waiting
    enabled = hooks.enable(endpoint_id, asked.who.actor)
    if not isinstance(enabled, Refused):
        queue.resume(asked.house.store, endpoint_id, asked.house.now())
    return _told(enabled)


def list_deliveries(asked: Asked) -> Any:
    """Give deliveries of an endpoint."""
    found = _found(asked)
    if isinstance(found, Refused):
        return found
    query = asked.query or DeliveriesAsked()
    after = after_in(asked, "webhook_deliveries", 1)
    rows = queue.deliveries(asked.house.store, found.endpoint_id, query.status, int(after[0]) if after else 0, query.limit)
    cursor = cursor_of(asked, "webhook_deliveries", rows[-1].seq) if len(rows) == query.limit else ""
    return listed(rows, cursor, delivery_shown)


def get_delivery(asked: Asked) -> Any:
    """Give one delivery with its tries."""
    found = _found(asked)
    if isinstance(found, Refused):
        return found
    delivery = queue.find_delivery(asked.house.store, found.endpoint_id, asked.path["event"])
    if isinstance(delivery, Refused):
        return Refused("absent")
    return delivery_shown(delivery, queue.attempts(asked.house.store, found.endpoint_id, delivery.seq))


def replay(asked: Asked) -> Any:
    """Send events again."""
    found = _found(asked)
    if isinstance(found, Refused):
        return found
    store, now, body = asked.house.store, asked.house.now(), asked.body
    if body.since is not None:
        count = queue.replay_since(store, found, body.since, now)
    else:
        count = queue.replay(store, found.endpoint_id, body.events, now)
    return count if isinstance(count, Refused) else {"queued": count}


def _found(asked: Asked) -> Endpoint | Refused:
    refused = house_in(asked, PERMISSION)
    found = hooks_of(asked).find(asked.path["endpoint"])
    return refused or (Refused("absent") if isinstance(found, Refused) else found)


def _told(found: Endpoint | Shown | Refused) -> Any:
    if isinstance(found, Refused):
        return Refused("absent") if found.code == "hook_unknown" else found
    if isinstance(found, Endpoint):
        return endpoint_shown(found)
    told = endpoint_shown(found.endpoint) | {"secret": found.secret}
    return Repeated(told) if found.is_repeat else told


def endpoint_shown(found: Endpoint) -> dict[str, Any]:
    """Give an endpoint as the API shows it."""
    return {
        "id": found.endpoint_id,
        "url": found.url,
        "types": list(found.kinds),
        "status": found.state,
        "old_secret_until": found.old_until,
        "failing_since": found.failing_since,
        "made_by": found.made_by,
        "made_at": found.made_at,
        "version": found.version,
    }


def delivery_shown(found: Delivery, tries: list[Attempt] | None = None) -> dict[str, Any]:
    """Give a delivery as the API shows it."""
    return {
        "endpoint": found.endpoint_id,
        "event": found.event_id,
        "cursor": found.seq,
        "type": found.type,
        "status": found.state,
        "attempts": found.attempts_count,
        "next_at": found.next_at,
        "done_at": found.done_at,
        "last_http_status": found.last_status,
        "last_error": found.last_error,
        "tries": [{"n": one.n, "at": one.at, "http_status": one.status, "error": one.error, "took_ms": one.took_ms} for one in tries or ()],
    }


_URL_EXAMPLE: Final = {"url": "https://hooks.example.com/plimsoll", "types": ["plimsoll.loan.*"]}
_LIVE: Final = "POLICY.APPROVAL.LIVE"


def _endpoint_operation(name: str, step: str, said: tuple[str, str], handle: Any, *, four_eyes: str = "") -> Operation:
    """Give an operation that takes no body and answers with the endpoint."""
    return Operation(
        name=name,
        method="POST",
        path=f"/webhook_endpoints/{{endpoint}}/{step}",
        permission=PERMISSION,
        tag=TAG,
        said=said,
        answer=EndpointShown,
        handle=handle,
        body=Empty,
        four_eyes=four_eyes,
    )


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="list_webhook_endpoints",
        method="GET",
        path="/webhook_endpoints",
        permission=PERMISSION,
        tag=TAG,
        said=("The addresses that events are sent to.", "事件通知地址列表。"),
        answer=EndpointList,
        handle=list_endpoints,
    ),
    once(
        Operation(
            name="register_webhook_endpoint",
            method="POST",
            path="/webhook_endpoints",
            permission=PERMISSION,
            tag=TAG,
            said=("Register an address that events are sent to; its secret is told this once.", "登记事件通知地址；密钥仅显示一次。"),
            answer=EndpointShown,
            handle=register,
            body=EndpointMade,
            four_eyes=_LIVE,
            status=201,
            example=_URL_EXAMPLE,
        ),
        hides={"secret": "", "shown_before": True},
    ),
    Operation(
        name="get_webhook_endpoint",
        method="GET",
        path="/webhook_endpoints/{endpoint}",
        permission=PERMISSION,
        tag=TAG,
        said=("One endpoint.", "单个通知地址。"),
        answer=EndpointShown,
        handle=get_endpoint,
    ),
    once(
        Operation(
            name="change_webhook_endpoint",
            method="PATCH",
            path="/webhook_endpoints/{endpoint}",
            permission=PERMISSION,
            tag=TAG,
            said=("Change address or types.", "修改通知地址或事件类型。"),
            answer=EndpointShown,
            handle=change,
            body=EndpointChange,
            four_eyes=_LIVE,
            example=_URL_EXAMPLE,
            needs_match=True,
        ),
    ),
    once(
        _endpoint_operation(
            "rotate_webhook_secret", "rotate", ("Replace the secret; both sign for a day.", "更换密钥；新旧密钥并用一天。"), rotate
        ),
        hides={"secret": "", "shown_before": True},
        tells=rotated_before,
    ),
    once(
        _endpoint_operation(
            "disable_webhook_endpoint", "disable", ("Send nothing more there; what waits stays.", "停用；待发事件保留。"), disable
        )
    ),
    once(_endpoint_operation("enable_webhook_endpoint", "enable", ("Send there again.", "重新启用。"), enable, four_eyes=_LIVE)),
    once(
        Operation(
            name="delete_webhook_endpoint",
            method="DELETE",
            path="/webhook_endpoints/{endpoint}",
            permission=PERMISSION,
            tag=TAG,
            said=("Send nothing more there; the record of it stays, as disabled.", "停用并保留记录。"),
            answer=EndpointShown,
            handle=disable,
        ),
    ),
    Operation(
        name="list_webhook_deliveries",
        method="GET",
        path="/webhook_endpoints/{endpoint}/deliveries",
        permission=PERMISSION,
        tag=TAG,
        said=("What was sent to an endpoint, or waits to be.", "发送记录与待发事件。"),
        answer=DeliveryList,
        handle=list_deliveries,
        query=DeliveriesAsked,
    ),
    Operation(
        name="get_webhook_delivery",
        method="GET",
        path="/webhook_endpoints/{endpoint}/deliveries/{event}",
        permission=PERMISSION,
        tag=TAG,
        said=("One delivery with every try.", "单次发送及每次尝试。"),
        answer=DeliveryShown,
        handle=get_delivery,
    ),
    once(
        Operation(
            name="replay_webhook_events",
            method="POST",
            path="/webhook_endpoints/{endpoint}/replay",
            permission=PERMISSION,
            tag=TAG,
            said=("Send events again, by id or from an instant.", "按编号或时间重发事件。"),
            answer=Replayed,
            handle=replay,
            body=Replay,
            status=202,
            example={"since": "2026-12-01T00:00:00+08:00"},
        ),
    ),
)
