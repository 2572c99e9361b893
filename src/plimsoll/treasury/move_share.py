"""Move a funder's part of a loan: the lender buys it back, a guarantee is paid out, or another funder takes it over."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.fund_loan import refuse_parts
from plimsoll.treasury.funded import MOVED, READS_SHARES, holdings, said_shares, whole_of
from plimsoll.treasury.route import LENDER
from plimsoll.units.refusal import Refused

READS: Final = f"loan+file:{READS_SHARES}"
REPURCHASE, GUARANTEE, EXIT = "repurchase", "guarantee", "exit"
WHY: Final = (REPURCHASE, GUARANTEE, EXIT)


@dataclass(frozen=True, slots=True)
class MoveShare:
    """Move the whole part of one funder to the lender or to another funder, for a price; it holds from the next day."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    funder: str
    why: str
    currency: str
    price_minor: int = 0
    to: str = LENDER


def decide(book: Book, command: MoveShare, rules: Rules) -> Decision | Refused:
    """Put the new shares on file, with the price that is settled for them.

    Refuses customer_unknown, loan_unknown, share_unknown (the funder has no part, or gives it to itself), move_malformed,
    currency_must_match, share_below_law.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    loan = next((held for held in book.loans if held.loan_id == command.loan_id), None)
    if loan is None:
        return Refused("loan_unknown", "", f"loan {command.loan_id} of customer {command.customer_id}")
    if command.why not in WHY:
        return Refused("move_malformed", "", f"{command.why!r}, one of {', '.join(WHY)}")
    if command.currency != loan.terms.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the loan in {loan.terms.currency}")
    held = holdings(book.filings, command.loan_id)
    parts = {one.funder: one.ppm for one in held[-1].shares if one.funder != LENDER} if held else {}
    if command.funder not in parts or command.funder == command.to:
        return Refused("share_unknown", "", f"{command.funder} of loan {command.loan_id}")
    part = parts.pop(command.funder)
    if command.to != LENDER:
        parts[command.to] = parts.get(command.to, 0) + part
        refused = refuse_parts(parts, rules, command.on)
        if refused is not None:
            return refused
    said = {"shares": said_shares(whole_of(parts)), "from": command.funder, "to": command.to, "why": command.why}
    body = body_of(said | {"price_minor": command.price_minor, "currency": command.currency})
    return Decision(filings=(NewFiling(MOVED, str(command.loan_id), body),), answer=body)
