"""Messages by Apprise, which knows a hundred services (text messages, mail, push). Needs the extra `notify`.

The address of a service is a template of Apprise in which {address} stands for the borrower's own: mailto://user:secret@host/?to={address}.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from plimsoll.app.channels.port import Message, NotTaken, Receipt, Taken
from plimsoll.units.refusal import Malformed

PLACE: Final = "{address}"


class AppriseSender:
    """Services of Apprise, one for each channel that is used."""

    def __init__(self, services: Mapping[str, str]) -> None:
        """Take the services; raises Malformed channel_unknown for a template without {address} or a service Apprise does not know."""
        import apprise

        self._apprise: Any = apprise
        for channel, service in services.items():
            if PLACE not in service or not apprise.Apprise().add(service.replace(PLACE, "13800138000")):
                # The template holds secrets: it is not told.
                raise Malformed("channel_unknown", f"{channel}: no service of Apprise, or no {PLACE} in it")
        self._services = dict(services)

    def send(self, message: Message, now: datetime) -> Taken | NotTaken:  # noqa: ARG002 -- the service has its own clock
        """Send one message; channel_refused where no service is given for its channel, channel_unreachable where the service failed."""
        service = self._services.get(message.channel)
        if service is None:
            return NotTaken("channel_refused", f"no service for {message.channel}")
        notice = self._apprise.Apprise()
        if not notice.add(service.replace(PLACE, quote(message.address, safe=""))):
            return NotTaken("channel_refused", "the address does not fit the service")
        return Taken(message.message) if notice.notify(body=message.text) else NotTaken("channel_unreachable", "the service failed")

    def receipts(self) -> Sequence[Receipt]:
        """Give none: Apprise tells of none."""
        return ()
