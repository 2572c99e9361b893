"""A way to send, by its name in a command or in the settings: sandbox, file:PATH, an address of HTTP, or apprise."""

import json
import os
from pathlib import Path
from typing import Final

from plimsoll.app.channels.file_sender import FileSender
from plimsoll.app.channels.port import Sender
from plimsoll.app.channels.sandbox import WELL, Mood, SandboxSender
from plimsoll.units.refusal import Malformed

TOKEN_VARIABLE: Final = "PLIMSOLL_CHANNEL_TOKEN"  # noqa: S105 -- the name of a variable
APPRISE_VARIABLE: Final = "PLIMSOLL_APPRISE"
SANDBOX, FILE, HTTP, APPRISE = "sandbox", "file:", "http", "apprise"
WAYS: Final = "sandbox, file:PATH, an https address, or apprise"


def named(by: str, *, seed: int = 1, mood: Mood = WELL) -> Sender:
    """Give a way to send; one over HTTP is to be closed (`close`). `seed` and `mood` are those of the sandbox.

    The gateway is shown the token that PLIMSOLL_CHANNEL_TOKEN names; services of Apprise stand in PLIMSOLL_APPRISE. Raises Malformed
    channel_way_unknown, channel_services_malformed, source_not_encrypted, channel_unknown, and ModuleNotFoundError without the extra.
    """
    if by == SANDBOX:
        return SandboxSender(seed, mood)
    if by.startswith(FILE) and len(by) > len(FILE):
        return FileSender(Path(by.removeprefix(FILE)))
    if by == APPRISE:
        from plimsoll.app.channels.apprise_sender import AppriseSender

        return AppriseSender(_services())
    if by.startswith(HTTP):
        from plimsoll.app.channels.http_sender import HttpSender

        return HttpSender(by, token=os.environ.get(TOKEN_VARIABLE, ""))
    raise Malformed("channel_way_unknown", by[:60], remedy=f"One of: {WAYS}.")


def close(sender: Sender) -> None:
    """End the connections of a way to send, where it has some."""
    end = getattr(sender, "close", None)
    if end is not None:
        end()


def _services() -> dict[str, str]:
    """Read the services of Apprise; what they say is secret and never told."""
    try:
        said = json.loads(os.environ.get(APPRISE_VARIABLE, ""))
    except ValueError:
        said = None
    if not isinstance(said, dict) or not all(isinstance(one, str) for one in said.values()):
        raise Malformed("channel_services_malformed", APPRISE_VARIABLE)
    return said
