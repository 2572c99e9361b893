"""Open a customer's line: one limit over both products, with a sub-limit for each; and the pay-later account, if asked."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import LINE_CLOSED, LINE_OPEN, Book, Decision, Line, refuse_customer
from plimsoll.risk.line_limits import Limits, refuse_limits, refuse_unmarked, told_limits
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.open_account import PAY_LATER, OpenAccount, new_account
from plimsoll.servicing.tell import tell
from plimsoll.units.refusal import Refused

READS = "line"
CASH_LINE = "cash-line"


@dataclass(frozen=True, slots=True)
class OpenLine:
    """Open a line; a `loan_id` opens a pay-later account of that id too, due on `due_day` (0: the usual one)."""

    key: str
    customer_id: int
    on: date
    currency: str
    limit_minor: int
    cash_limit_minor: int
    later_limit_minor: int
    loan_id: int = 0
    due_day: int = 0
    cash_product: str = CASH_LINE
    later_product: str = PAY_LATER

    @property
    def reads(self) -> str:
        """Look for the account only where one is to be opened."""
        return "loan" if self.loan_id else READS


def decide(book: Book, command: OpenLine, rules: Rules) -> Decision | Refused:
    """Open the line, and the account if asked; a closed line makes room for a new one.

    Refuses customer_unknown, line_exists, loan_exists, limit_out_of_range, load_line_missing, and what the products refuse. That the
    limit is not above the load line is asked when the decision is posted: load_line_passed.
    """
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    if book.line is not None and book.line.status != LINE_CLOSED:
        return Refused("line_exists", "", f"customer {command.customer_id}")
    if book.loans:
        return Refused("loan_exists", "", f"loan {command.loan_id}")
    limits = _limits(command)
    refused = refuse_limits(limits, rules, command.on) or refuse_unmarked(limits, book.load_line, rules, command.on)
    if refused is not None:
        return refused
    line = Line(
        currency=command.currency,
        limit_minor=command.limit_minor,
        used_minor=0,
        cash_limit_minor=command.cash_limit_minor,
        cash_used_minor=0,
        later_limit_minor=command.later_limit_minor,
        later_used_minor=0,
        status=LINE_OPEN,
        credit_minor=book.line.credit_minor if book.line is not None else 0,
    )
    told = {"customer_id": command.customer_id, **told_limits(line), "currency": line.currency}
    if not command.loan_id:
        return Decision(line=line, answer=tell(told))
    account = new_account(_account(command), rules)
    if isinstance(account, Refused):
        return account
    return Decision(line=line, loans=(account,), answer=tell({**told, "loan_id": command.loan_id}))


def _limits(command: OpenLine) -> Limits:
    return Limits(
        command.currency,
        command.limit_minor,
        command.cash_limit_minor,
        command.later_limit_minor,
        command.cash_product,
        command.later_product,
    )


def _account(command: OpenLine) -> OpenAccount:
    return OpenAccount(
        command.key, command.customer_id, command.on, command.loan_id, command.currency, command.due_day, command.later_product
    )
