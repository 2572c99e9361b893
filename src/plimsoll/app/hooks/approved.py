"""The address of a webhook in a house that lends real money: it is used once others agreed to it, and only as they were shown it."""

import json
from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, select

from plimsoll.app.approve.execute import ActKind
from plimsoll.app.approve.need import Act
from plimsoll.app.database.schema_chain import hook_endpoint
from plimsoll.app.execute import Answer, Outcome
from plimsoll.app.hooks.endpoint import ACTIVE, Endpoint, Hooks
from plimsoll.app.house import House
from plimsoll.loan.filing import body_of
from plimsoll.units.refusal import Refused

WEBHOOK_URL: Final = "webhook_url"


def act_of(endpoint: Endpoint, key: str) -> Act:
    """Give what others are asked to agree to: that events are sent to this address."""
    said = (("Address of the webhook", "通知地址", "", endpoint.url), ("Events", "事件类型", "", ", ".join(endpoint.kinds) or "*"))
    body = body_of({"endpoint": endpoint.endpoint_id, "url": endpoint.url})
    return Act(WEBHOOK_URL, key, endpoint.endpoint_id, body, said, endpoint.version)


def _execute(house: House, act: Act, actor: str) -> Outcome:
    said = json.loads(act.body)
    changed = Hooks(house).approve(said["endpoint"], said["url"], actor)
    return changed if isinstance(changed, Refused) else Answer(body_of({"endpoint": changed.endpoint_id, "state": changed.state}))


def _version(house: House, act: Act) -> int:
    found = Hooks(house).find(act.subject)
    return 0 if isinstance(found, Refused) else found.version


def _is_done(connection: Connection, act: Act) -> bool:
    row = connection.execute(select(hook_endpoint.c.url, hook_endpoint.c.state).where(hook_endpoint.c.endpoint_id == act.subject)).first()
    return row is not None and row.state == ACTIVE and row.url == json.loads(act.body)["url"]


ACTS: Final[Mapping[str, ActKind]] = {WEBHOOK_URL: ActKind(_execute, _version, _is_done)}
"""What is executed when others agreed."""
