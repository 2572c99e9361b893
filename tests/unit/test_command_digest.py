"""What a repeat of a command is recognised by: the digest of its canonical JSON, whichever way that is written."""

import threading
from dataclasses import dataclass, fields
from datetime import date
from hashlib import sha256
from json import JSONEncoder
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.app.execute import _plain, digest_of
from plimsoll.app.fold_ahead import READY_AFTER, Readiness
from plimsoll.units.rate import Rate

CANONICAL = JSONEncoder(default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True)
class Told:
    """A command with a field of every kind, not in the order of their names."""

    key: str
    customer_id: int
    on: date
    text: str = ""
    amount: int | None = None
    is_whole: bool = False
    days: tuple[int, ...] = ()
    rate: Rate | None = None


COMMANDS = st.builds(
    Told,
    key=st.text(),
    customer_id=st.integers(),
    on=st.dates(),
    text=st.text(st.characters(exclude_categories=["Cs"])),
    amount=st.none() | st.integers(),
    is_whole=st.booleans(),
    days=st.lists(st.integers(), max_size=3).map(tuple),
    rate=st.none() | st.builds(Rate, st.integers(1, 9), st.integers(1, 9)),
)


@given(COMMANDS, st.text(st.characters(exclude_categories=["Cs"])))
def test_a_digest_is_that_of_the_canonical_json_of_what_is_not_left_out(command, name):
    said: dict[str, Any] = {one.name: getattr(command, one.name) for one in fields(Told) if one.name != "key"}
    for one in fields(Told):
        if one.name in said and said[one.name] == one.default:
            del said[one.name]
    assert digest_of(name, command) == sha256(CANONICAL.encode([name, said]).encode()).digest()


def test_a_process_that_decides_many_commands_gets_the_compiled_kernel_ready():
    readiness = Readiness()
    for _ in range(READY_AFTER - 1):
        readiness.count()
    assert readiness.kernel is None
    readiness.count()
    for thread in threading.enumerate():
        if thread.name == "compiled kernel":
            thread.join(60)
    assert readiness.kernel is not None
