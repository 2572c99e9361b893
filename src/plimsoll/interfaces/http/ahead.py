"""Take what is asked of the API to it at once: to try one mount after the other, and to wrap it for each, costs as much as to read it."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

App: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]


class Ahead:
    """Answers what lies under a path by an application of its own, and everything else as before."""

    def __init__(self, app: App, api: App, under: str, beside: tuple[str, ...]) -> None:
        """Take what is served, what answers under a path, and the paths there that it does not answer."""
        self.app, self.api, self.under, self.beside = app, api, under, beside

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer by the one or the other. A server that is itself mounted somewhere goes the long way."""
        is_api = scope["type"] == "http" and not scope.get("root_path") and scope["path"].startswith(self.under)
        await (self.api if is_api and scope["path"] not in self.beside else self.app)(scope, receive, send)
