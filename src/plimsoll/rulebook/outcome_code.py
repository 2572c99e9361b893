"""What can come of a contact with a case: a closed list with titles, what the gate counts it as, and what follows."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.rulebook.headed import read_headed
from plimsoll.rulebook.read import Field, read
from plimsoll.rulebook.rule import read_title

FILE: Final = Path(__file__).parent.joinpath("policy", "collections", "outcomes.yaml")
GATE: Final = ("connected", "unanswered", "refused", "wrong_number", "third_party")
"""What the contact gate tells apart."""
NEXT: Final = ("promise", "hardship", "dispute", "complaint", "pay", "senior", "none")
FACTS: Final = ("disputed", "asked_to_stop", "died")
"""What the gate can be told by a code, as `collections.debtor.FACTS` has it."""
DAYS_MAX: Final = 90


class OutcomeCode(NamedTuple):
    """One code: its titles, what the gate counts it as, the days until the case comes back (0: not by itself), what is done at once,
    and what the gate is told."""

    code: str
    title: Mapping[str, str]
    gate: str
    days: int
    next: str
    fact: str


@functools.cache
def load(file: Path = FILE) -> Mapping[str, OutcomeCode]:
    """Read the list, once for each file. Raises Malformed with file, line and key."""
    found = read_headed(read(file, f"policy/collections/{file.name}"), ("outcomes",))
    return {name: _read(name, entry) for name, entry in found["outcomes"].entries().items()}


def _read(name: str, field: Field) -> OutcomeCode:
    found = field.fields(("title", "gate", "next"), ("days", "fact"))
    days = found["days"].whole(1, DAYS_MAX) if "days" in found else 0
    fact = found["fact"].one_of(FACTS) if "fact" in found else ""
    return OutcomeCode(name, read_title(found["title"]), found["gate"].one_of(GATE), days, found["next"].one_of(NEXT), fact)
