"""What a decision leaves behind: answers, details of facts and messages as JSON, and on record that a loan was late."""

import json
from collections.abc import Mapping
from datetime import date
from json.encoder import encode_basestring
from typing import Final

from plimsoll.loan.book import Book, Decision, Held
from plimsoll.risk.gate import late_filings
from plimsoll.rulebook.rules import Rules

ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def tell(said: Mapping[str, object]) -> str:
    """Give JSON text on one line; what is "" is left out."""
    # Whole numbers, which many are, without a call; a night tells hundreds of thousands of these.
    parts = [f'"{name}":{value if value.__class__ is int else _told(value)}' for name, value in said.items() if value != ""]
    return "{" + ",".join(parts) + "}"


def _told(value: object) -> str:
    """Give a value as JSON; text without the detour through an encoder."""
    return encode_basestring(value) if isinstance(value, str) else ENCODER.encode(value)


def detail(ref: str, reason: str = "") -> str:
    """Give the detail that a fact keeps for people: the reference of another system, and the reason; "" for neither."""
    return tell({"ref": ref, "reason": reason}) if ref or reason else ""


def recorded(held: Held, ahead: int = 0) -> dict[str, object]:
    """Give where the next fact of a loan will stand: its number is what a reversal, a refund or a conversion names."""
    return {"loan_id": held.loan_id, "fact": held.facts_count + 1 + ahead}


def with_late(book: Book, decision: Decision, on: date, rules: Rules) -> Decision:
    """Give a decision that puts on record which of the loans it changes are late: what comes after no longer shows it."""
    day = on.toordinal()
    late = {held.loan_id: held for held in book.loans if 0 < held.summary.oldest_due < day}
    if not late:
        return decision
    changed = {loan_id for loan_id, _, _ in decision.facts}
    filings = late_filings([held for loan_id, held in late.items() if loan_id in changed], on, rules)
    return decision._replace(filings=(*decision.filings, *filings)) if filings else decision
