"""Close a line for good, once nothing is owed under it; what the customer has paid too much is paid back."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import LINE_CLOSED, Book, Decision, Held, find_live_line
from plimsoll.loan.terms import LOAN
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.tell import tell
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = "open loans"


@dataclass(frozen=True, slots=True)
class CloseLine:
    """Close the customer's line."""

    key: str
    customer_id: int
    on: date
    reason: str = ""


def decide(book: Book, command: CloseLine, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Close the line and pay the credit of the customer back; refuses customer_unknown, line_missing, line_closed, line_in_use."""
    line = find_live_line(book)
    if isinstance(line, Refused):
        return line
    in_use = [held.loan_id for held in book.loans if is_in_use(held)]
    if line.used_minor > 0 or in_use:
        used = f"{text_of(line.used_minor, line.currency)} {line.currency} in use"
        return Refused("line_in_use", "", "; ".join((used, *(f"loan {loan_id} is open" for loan_id in in_use))))
    told = {"customer_id": command.customer_id, "on": command.on.isoformat(), "reason": command.reason}
    messages = [("line_closed", tell(told))]
    if line.credit_minor > 0:
        paid_back = {"customer_id": command.customer_id, "on": command.on.isoformat()}
        messages.append(("pay_out", tell(paid_back | {"amount": text_of(line.credit_minor, line.currency), "currency": line.currency})))
    return Decision(line=line._replace(status=LINE_CLOSED, credit_minor=0), messages=tuple(messages), answer=tell(told))


def is_in_use(held: Held) -> bool:
    """Tell whether an open loan keeps a line from closing: a loan always, an account while anything is owed on it."""
    if held.terms.kind == LOAN:
        return True
    now = held.summary
    return now.principal_minor + now.interest_minor + now.penalty_minor + now.fee_minor > 0
