"""One server for a house: the API under /v1, the back office under /console, the pages of borrowers under /me."""

from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from plimsoll.app.house import House
from plimsoll.interfaces.borrower.serve import borrower
from plimsoll.interfaces.console.serve import console
from plimsoll.interfaces.http.serve import application

CONSOLE, BORROWER = "/console", "/me"
FRONT: Final = f"{CONSOLE}/"


def whole(house: House, door: Any) -> FastAPI:
    """Give everything that a house serves, as one application."""
    served = application(house, door)
    served.mount(CONSOLE, console(house, door))
    served.mount(BORROWER, borrower(house, door))
    served.add_route("/", _front, methods=["GET"], include_in_schema=False)
    return served


def _front(_: Request) -> Response:
    return RedirectResponse(FRONT, 303)
