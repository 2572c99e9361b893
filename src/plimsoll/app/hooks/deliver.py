"""Deliver what waits: each endpoint in its own order, several endpoints at once, so that one who is slow holds nobody else up."""

import json
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.events.listing import Event, events_after
from plimsoll.app.execute import Failed, told
from plimsoll.app.hooks.address import Resolver, judge, look_up, resolve
from plimsoll.app.hooks.endpoint import ACTIVE, Endpoint, Hooks
from plimsoll.app.hooks.queue import Delivery, claim, fill, settle
from plimsoll.app.hooks.send import PATIENT, Patience, Tried, send
from plimsoll.app.hooks.sign import headers_of
from plimsoll.app.house import LIVE
from plimsoll.units.refusal import Refused

AT_ONCE: Final = 8
"""Endpoints that are served at a time."""
TURN_MAX: Final = 200
"""Events that one endpoint is sent before the others have their turn again."""
PAUSE_S: Final = 1.0
BUG: Final = "failed"
"""Counted where a try ran into a bug of ours: the event is tried again when its lease is over."""


class Deliverer:
    """Sends events to endpoints. Several may work on one book: an event is tried by one of them at a time."""

    def __init__(
        self,
        hooks: Hooks,
        *,
        resolver: Resolver = resolve,
        context: ssl.SSLContext | None = None,
        patience: Patience = PATIENT,
        clock_id: str = "",
    ) -> None:
        """Take the endpoints, and the test clock whose events they are sent, "" for those of the house."""
        self.hooks = hooks
        self.clock_id = clock_id
        self.store = hooks.store
        self.resolver = resolver
        self.context = context or ssl.create_default_context()
        self.patience = patience

    def once(self) -> Counter[str]:
        """Queue what is new and send what is due, and count the tries by the code of what went wrong, "" for those that were taken."""
        endpoints = self.hooks.every(ACTIVE)
        counts: Counter[str] = Counter()
        if not endpoints:
            return counts
        with ThreadPoolExecutor(min(AT_ONCE, len(endpoints)), thread_name_prefix="plimsoll-hook") as pool:
            for done in pool.map(lambda one: told(partial(self._serve, one)), endpoints):
                counts += Counter({BUG: 1}) if isinstance(done, Failed) else done
        return counts

    def run(self, stop: threading.Event, told_of: Callable[[str], None] | None = None, pause_s: float = PAUSE_S) -> None:
        """Deliver until told to stop; trouble with the store is told, and waited out."""
        while not stop.is_set():
            try:
                done = self.once()
            except StoreTrouble as trouble:
                done = Counter()
                if told_of is not None:
                    told_of(str(trouble))
            if not done[""]:
                stop.wait(pause_s)

    def _serve(self, endpoint: Endpoint) -> Counter[str]:
        """Queue and send for one endpoint, until nothing is due or a try failed."""
        counts: Counter[str] = Counter()
        fill(self.store, endpoint, self.hooks.house.now())
        while counts.total() < TURN_MAX:
            taken = claim(self.store, endpoint.endpoint_id, self.hooks.house.now())
            if taken is None:
                break
            tried = self._try(endpoint, taken)
            settle(self.store, taken, tried, self.hooks.house.now(), self.hooks.house.rules)
            counts[tried.error] += 1
            if tried.error:
                break
        return counts

    def _try(self, endpoint: Endpoint, taken: Delivery) -> Tried:
        """Send one event as the endpoint stands now; what keeps it from leaving counts as a try that failed."""
        is_loopback = self.hooks.is_loopback_allowed
        place = judge(endpoint.url, is_loopback_allowed=is_loopback)
        address = place if isinstance(place, Refused) else look_up(place, self.resolver, is_loopback_allowed=is_loopback)
        secrets = self.hooks.secrets_of(endpoint.endpoint_id)
        for one in (place, address, secrets):
            if isinstance(one, Refused):
                return Tried(0, one.code, 0)
        assert not isinstance(place, Refused)
        assert not isinstance(address, Refused)
        assert not isinstance(secrets, Refused)
        (event,) = events_after(self.store, taken.seq - 1, 1)
        assert event.event_id == taken.event_id, "an event keeps its number"
        body = json.dumps(envelope(event, self.hooks.house.mode, self.clock_id), ensure_ascii=False, separators=(",", ":")).encode()
        headers = headers_of(secrets, event.event_id, int(self.hooks.house.now().timestamp()), body)
        return send(place, address, headers, body, self.context, self.patience)


def envelope(event: Event, mode: str, clock_id: str = "") -> dict[str, Any]:
    """Give an event as CloudEvents 1.0 in JSON: who tells (`source`), what and of whom, when, and ids alone as data.

    `sequence` grows within the object that the event is about; `cursor` is what `GET /events` goes on from; `businessdate` the day for
    which the book took entries when it was recorded; `livemode` whether money is real; `testclock` the clock under which it happened,
    left out where it happened under none. Names of attributes are lower-case letters, as the specification has them.
    """
    said = {
        "specversion": "1.0",
        "id": event.event_id,
        "source": f"/plimsoll/{mode}" + (f"/{clock_id}" if clock_id else ""),
        "type": event.type,
        "subject": event.subject,
        "time": event.time,
        "datacontenttype": "application/json",
        "sequence": str(event.sequence),
        "cursor": str(event.seq),
        "businessdate": event.business_date.isoformat(),
        "livemode": mode == LIVE,
        "data": dict(event.data),
    }
    return said | {"testclock": clock_id} if clock_id else said
