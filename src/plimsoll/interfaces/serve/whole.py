"""One server for a house: the API under /v1."""

from typing import Any

from fastapi import FastAPI

from plimsoll.app.house import House
from plimsoll.interfaces.http.serve import application


def whole(house: House, door: Any) -> FastAPI:
    """Give everything that a house serves, as one application."""
    return application(house, door)
