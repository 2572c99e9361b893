"""Passkeys on pages: a script of ours has the browser use or make one, and the form brings back what it gave.

The form is hidden where no script runs, or the browser has no passkeys: a password does without. It asks twice: first for what the browser
is to sign (an answer in JSON), then as any other form with `challenge` and `credential` filled in.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from plimsoll.app.access.passkey import Options
from plimsoll.interfaces.pages.parts import Field
from plimsoll.interfaces.pages.visit import File, Visit
from plimsoll.units.refusal import Refused

CREDENTIAL_MAX = 50_000


@dataclass(frozen=True, slots=True)
class Ceremony:
    """A form by which a passkey is used (`get`) or made (`create`): the act that asks for options, and the one that brings the answer."""

    kind: str
    ask: str
    act: str
    button: str
    fields: Sequence[Field] = ()
    tone: str = ""
    is_a: ClassVar[str] = "passkey"


def options_file(found: Options | Refused) -> File | Refused:
    """Give what a browser is handed, as a file that the script reads."""
    if isinstance(found, Refused):
        return found
    said = {"challenge": found.challenge_id, "options": found.options}
    return File("passkey.json", "application/json", json.dumps(said, separators=(",", ":")).encode())


def answer_of(visit: Visit) -> tuple[str, Mapping[str, Any]]:
    """Give the challenge that a browser answered, and its answer; what is no JSON object is a credential of nothing."""
    text = visit.form.get("credential", "")[:CREDENTIAL_MAX]
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = {}
    return visit.form.get("challenge", "")[:100], found if isinstance(found, dict) else {}
