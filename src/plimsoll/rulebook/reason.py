"""The catalogue of reasons: every code that a decision may give, what it says to a borrower, and what would change it."""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plimsoll.rulebook.read import Field, read_catalogue
from plimsoll.rulebook.rule import read_title
from plimsoll.units.refusal import Malformed

FOLDER: Final = Path(__file__).parent.joinpath("policy", "reasons")
"""The catalogue that comes with the package; every file in it is part of it."""

CODE: Final = re.compile(r"[A-Z][A-Z0-9_]*")
ABOUT_PERSON: Final = ("evidence", "identity", "fraud", "eligibility", "history", "debts", "means", "behaviour")
ABOUT_LOAN: Final = ("score", "price", "load", "application", "review")
KINDS: Final = (*ABOUT_PERSON, *ABOUT_LOAN)
LANGUAGES: Final = ("zh-CN", "en")


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: what it is about, what is said to the borrower, and what they can do; no change where there is nothing they can do."""

    code: str
    kind: str
    said: Mapping[str, str]
    change: Mapping[str, str]

    @property
    def is_actionable(self) -> bool:
        """Tell whether the borrower can do something about it."""
        return bool(self.change)


@dataclass(frozen=True, slots=True)
class Reasons:
    """All reasons by code, and the SHA-256 of what the files say."""

    by_code: Mapping[str, Reason]
    digest: str

    def __getitem__(self, code: str) -> Reason:
        """Give a reason; raises Malformed reason_unknown."""
        if code not in self.by_code:
            raise Malformed("reason_unknown", f"{code!r}")
        return self.by_code[code]

    def codes(self) -> frozenset[str]:
        """Give every code there is."""
        return frozenset(self.by_code)

    def unknown(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Give those of some codes that the catalogue does not have, in their order."""
        return tuple(code for code in codes if code not in self.by_code)


@functools.cache
def load(folder: Path = FOLDER) -> Reasons:
    """Read every file of a catalogue, once for each folder. Raises Malformed with file, line and key."""
    return Reasons(*read_catalogue(folder, "reasons", _read_reason))


def _read_reason(code: str, field: Field) -> Reason:
    """Read one reason."""
    if not CODE.fullmatch(code):
        raise field.wrong("rule_malformed", f"the reason {code!r}", "Upper-case words joined by _.")
    found = field.fields(("kind", "said"), ("change",))
    return Reason(
        code=code,
        kind=found["kind"].one_of(KINDS),
        said=read_title(found["said"]),
        change=read_title(found["change"]) if "change" in found else {},
    )
