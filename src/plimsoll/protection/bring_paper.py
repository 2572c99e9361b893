"""Bring a paper: a pay slip, a hospital bill, a receipt. It lies sealed in the vault; the file says what came, about what, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of, of_kind
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

BROUGHT: Final = "paper.brought"
OTHER: Final = "other"
ABOUT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "application": "application.applied",
        "hardship": "hardship.opened",
        "complaint": "complaint.filed",
        "dispute": "dispute.opened",
        "limit": "limit.objection",
    }
)
"""What a paper can be about, by the kind of filing that began it; beside these OTHER, which names nothing."""
READS: Final = f"line+file:{BROUGHT},{','.join(ABOUT.values())}"
PREFIX: Final = "paper:"
REFERENCE_LENGTH_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class BringPaper:
    """Say that a paper came: `what` it is (POLICY.PAPER.KINDS), `about` what, of which one (`of`: its id), where it lies, its size."""

    key: str
    customer_id: int
    on: date
    what: str
    about: str
    reference: str
    of: str = ""
    size_bytes: int = 0


def decide(book: Book, command: BringPaper, rules: Rules) -> Decision | Refused:
    """Put the paper on file.

    Refuses customer_unknown, paper_what_unknown, paper_about_unknown, paper_reference_malformed, paper_brought_already (the same content
    about the same thing), papers_too_many (POLICY.PAPER.DAY, POLICY.PAPER.MOST).
    """
    refused = refuse_customer(book, command.on) or _refuse(book, command, rules)
    if refused is not None:
        return refused
    said = {"what": command.what, "about": command.about, "of": command.of, "size": command.size_bytes}
    answer = body_of({"reference": command.reference, "what": command.what, "about": command.about})
    return Decision(filings=(NewFiling(BROUGHT, command.reference, body_of(said)),), answer=answer)


def _refuse(book: Book, command: BringPaper, rules: Rules) -> Refused | None:
    kinds = rules.value("POLICY.PAPER.KINDS", command.on)
    if not isinstance(kinds, tuple) or command.what not in kinds:
        return Refused("paper_what_unknown", "POLICY.PAPER.KINDS", command.what[:40])
    began = ABOUT.get(command.about, "")
    if command.about != OTHER and not (began and of_kind(book.filings, began, command.of)):
        return Refused("paper_about_unknown", "", f"{command.about} {command.of}"[:80].strip())
    if not command.reference.startswith(PREFIX) or len(command.reference) > REFERENCE_LENGTH_MAX or command.size_bytes < 0:
        return Refused("paper_reference_malformed", "", command.reference[:80])
    before = of_kind(book.filings, BROUGHT)
    if any(one.subject == command.reference for one in before):
        return Refused("paper_brought_already", "", command.reference)
    today = [one for one in before if one.on == command.on.toordinal()]
    a_day, most = (rules.whole(key, command.on) or 0 for key in ("POLICY.PAPER.DAY", "POLICY.PAPER.MOST"))
    if len(today) >= a_day:
        return Refused("papers_too_many", "POLICY.PAPER.DAY", f"{len(today)} of {a_day} today")
    return Refused("papers_too_many", "POLICY.PAPER.MOST", f"{len(before)} of {most}") if len(before) >= most else None
