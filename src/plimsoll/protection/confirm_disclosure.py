"""Record that a person has read what a debt will cost, and agrees to go on."""

from dataclasses import dataclass
from datetime import date, timedelta

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import Filing, NewFiling, body_of, read_body
from plimsoll.risk.disclose import digest_of, read_ask, table_of
from plimsoll.risk.gate import CONFIRMED, READS_DISCLOSURES, SHOWN
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"line+{READS_DISCLOSURES}"


@dataclass(frozen=True, slots=True)
class ConfirmDisclosure:
    """Confirm the disclosure of a digest."""

    key: str
    customer_id: int
    on: date
    disclosure: str


def decide(book: Book, command: ConfirmDisclosure, rules: Rules) -> Decision | Refused:
    """Put the confirmation on record, with the seconds between showing and confirming.

    Refuses customer_unknown, disclosure_unknown, disclosure_changed (a number would be another one now), disclosure_read_too_short.
    """
    assert book.now is not None, "reading takes time"
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    shown = next((one for one in reversed(book.filings) if one.kind == SHOWN and one.subject == command.disclosure), None)
    if shown is None:
        return Refused("disclosure_unknown", "", command.disclosure)
    body = read_body(shown)
    refused = _refuse_changed(shown, body["language"], command.on, rules)
    if refused is not None:
        return refused
    read = (book.now - shown.at) // timedelta(seconds=1)
    if read < body["seconds"]:
        return Refused("disclosure_read_too_short", "CN.COST.DISCLOSURE.SECONDS", f"{read} of {body['seconds']} seconds")
    confirmed = NewFiling(CONFIRMED, command.disclosure, body_of({"shown": shown.n, "seconds": read}))
    return Decision(filings=(confirmed,), answer=body_of({"disclosure": command.disclosure, "seconds": read}))


def _refuse_changed(shown: Filing, language: str, on: date, rules: Rules) -> Refused | None:
    """Refuse a table that would say something else today."""
    table = table_of(read_ask(read_body(shown)["ask"])._replace(on=on), rules)
    if isinstance(table, Refused) or digest_of(table, language) != shown.subject:
        return Refused("disclosure_changed", "CN.COST.DISCLOSURE", table.text() if isinstance(table, Refused) else "")
    return None
