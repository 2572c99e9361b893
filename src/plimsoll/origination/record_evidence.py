"""Record what a source answered about a customer: value by value, with the consent it rests on and what is wrong with it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import Body, NewFiling, body_of
from plimsoll.risk.answer import EVIDENCE, filed_answer, read_answer
from plimsoll.risk.consent import GRANTED, WITHDRAWN, consent_in_force, required_version
from plimsoll.risk.evidence import SAYS
from plimsoll.rulebook.feature import load
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed, Refused

READS: Final = f"line+file:{GRANTED},{WITHDRAWN}"


@dataclass(frozen=True, slots=True)
class RecordEvidence:
    """Record the answer of one source: JSON text as `risk/answer.py` reads it, also where the source did not answer."""

    key: str
    customer_id: int
    on: date
    source: str
    body: Body


def decide(book: Book, command: RecordEvidence, rules: Rules) -> Decision | Refused:
    """Put the answer on record under the consent in force at this instant; what the applicant says needs none beyond applying.

    Refuses customer_unknown, customer_not_yet_open, evidence_source_unknown, evidence_answer_malformed, consent_missing,
    consent_withdrawn, consent_outdated, consent_purpose_unknown.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    assert book.now is not None, "evidence is known at an instant"
    try:
        answer = read_answer(command.body, command.source, load(), book.now)
    except Malformed as wrong:
        return Refused(wrong.code, "", f"{command.source[:40]!r}: {wrong.detail} {wrong.remedy}".rstrip())
    consent = 0
    if command.source != SAYS:
        version = required_version(rules, command.source, command.on)
        found = version if isinstance(version, Refused) else consent_in_force(book.filings, command.source, book.now, version)
        if isinstance(found, Refused):
            return found
        consent = found.n
    flagged = sorted({flag for item in answer.items for flag in item.flags})
    told = {"source": command.source, "items": len(answer.items), "unavailable": answer.unavailable, "flags": flagged}
    told |= {"unknown": list(answer.unknown)}
    return Decision(filings=(NewFiling(EVIDENCE, command.source, filed_answer(answer, consent)),), answer=body_of(told))
