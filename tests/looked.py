"""Browsers of the staff of a house, without a network between: fixtures that a file of tests takes by their names."""

from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from plimsoll.app.house import House
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.console.serve import console
from tests.made_house import session_of


def pages_of(house: House) -> Starlette:
    """The back office of a house."""
    return Starlette(routes=[Mount("/console", console(house, open_door(house)))])


def browser_of(house: House, pages: Starlette, user: str = "", language: str = "en", *, is_loud: bool = True) -> TestClient:
    """A browser of somebody who has signed in, of nobody for ""; unless `is_loud`, a bug is an answer of 500."""
    client = TestClient(pages, "http://desk", follow_redirects=False, raise_server_exceptions=is_loud)
    if user:
        client.cookies.set("plimsoll", session_of(house, user))
    client.cookies.set("plimsoll-language", language)
    return client


@pytest.fixture(scope="module")
def pages(house: House) -> Starlette:
    """The back office of the house of a file of tests."""
    return pages_of(house)


@pytest.fixture
def look(house: House, pages: Starlette) -> Callable[..., TestClient]:
    """The way to a browser of somebody: `look("ana")`, `look("ana", "zh-CN")`."""
    return lambda user="", language="en": browser_of(house, pages, user, language)
