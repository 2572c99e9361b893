"""Expect that something malformed is refused by its code."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from plimsoll.units.refusal import Malformed


@contextmanager
def refuses(code: str) -> Iterator[None]:
    """Fail unless what is done inside raises Malformed with this code."""
    with pytest.raises(Malformed) as found:
        yield
    assert found.value.code == code, found.value
