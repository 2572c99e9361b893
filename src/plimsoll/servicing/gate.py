"""What servicing tells the gates of `risk.gate`: what instalments have to be disclosed as, and that a loan was late."""

from dataclasses import replace
from datetime import date

from plimsoll.loan.book import Book, Decision, Held
from plimsoll.risk.disclose import Ask, account_seen
from plimsoll.risk.gate import late_filings
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.tell import recorded


def plan_ask(held: Held, on: date, minor: int, instalments: int, about: str) -> Ask:
    """Give what somebody agrees to who turns an amount in minor units into instalments on an account."""
    return Ask(about, on, held.product, held.terms.currency, minor, instalments, account=account_seen(held))


def about_next(held: Held) -> str:
    """Name the next fact of an account, as the file does: account and number."""
    return ":".join(str(number) for number in recorded(held).values())


def with_late(book: Book, decision: Decision, on: date, rules: Rules) -> Decision:
    """Give a decision that puts on record which of the loans it changes are late: what comes after no longer shows it."""
    changed = {loan_id for loan_id, _, _ in decision.facts}
    late = late_filings((held for held in book.loans if held.loan_id in changed), on, rules)
    return replace(decision, filings=(*decision.filings, *late)) if late else decision
