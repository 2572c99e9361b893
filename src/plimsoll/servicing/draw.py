"""Draw on the cash line: each draw is a loan of its own, with the terms of the product on that day."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.filing import NewFiling
from plimsoll.risk.disclose import DRAW, Ask
from plimsoll.risk.drawn import Drawing, Drawn, drawn
from plimsoll.risk.gate import READS_FILE, pass_disclosure, refuse_untaught
from plimsoll.risk.signed import READS_OFFER, pass_signed
from plimsoll.risk.temporary_limit import KIND as TEMPORARY
from plimsoll.risk.temporary_limit import lapsed
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.find import refuse_use
from plimsoll.servicing.open_line import CASH_LINE
from plimsoll.servicing.tell import tell
from plimsoll.units.money import text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

READS = f"loan+open loans+{READS_FILE},{READS_OFFER},{TEMPORARY}"


@dataclass(frozen=True, slots=True)
class Draw:
    """Draw an amount as a loan under an id that the caller gives; `instalments` 0 and `repayment` "" take the usual ones.

    `rate` is the customer's price, in the unit of the product.
    """

    key: str
    customer_id: int
    on: date
    loan_id: int
    amount_minor: int
    currency: str
    rate: Rate
    instalments: int = 0
    repayment: str = ""
    product: str = CASH_LINE


def decide(book: Book, command: Draw, rules: Rules) -> Decision | Refused:
    """Open the loan and instruct the payment; refuses what the customer, the line and the product refuse, and loan_exists.

    A line that was signed for also refuses rate_above_signed and first_draw_exceeded.

    From the days on which rules ask for it, also lesson_needed, lesson_needed_again, disclosure_missing, disclosure_not_confirmed and
    disclosure_changed. The limit is asked when the decision is posted: limit_exceeded, sub_limit_exceeded,
    load_line_passed.
    """
    refused = refuse_customer(book, command.on) or refuse_use(book, command.currency)
    if refused is not None:
        return refused
    if any(held.loan_id == command.loan_id for held in book.loans):
        return Refused("loan_exists", "", f"loan {command.loan_id}")
    asked = Drawing(
        command.on, command.amount_minor, command.currency, command.rate, command.instalments, command.repayment, command.product
    )
    found = drawn(command.loan_id, asked, rules)
    if isinstance(found, Refused):
        return found
    signed = pass_signed(book.filings, command.product, command.amount_minor, command.currency, command.rate)
    if isinstance(signed, Refused):
        return signed
    gone_through = _gates(book, command, found, rules)
    if isinstance(gone_through, Refused):
        return gone_through
    amount = text_of(command.amount_minor, command.currency)
    paid_out = {"loan_id": command.loan_id, "on": command.on.isoformat(), "amount": amount, "currency": command.currency}
    answer = {"loan_id": command.loan_id, "first_due_on": date.fromordinal(found.agreed.due.days()[0]).isoformat()}
    line = lapsed(book, command.on)
    return Decision(
        loans=(found.new,), line=line, messages=(("pay_out", tell(paid_out)),), answer=tell(answer), filings=(*gone_through, *signed)
    )


def _gates(book: Book, command: Draw, found: Drawn, rules: Rules) -> tuple[NewFiling, ...] | Refused:
    """Ask whether the lesson was passed and the costs were confirmed; give what goes on record then."""
    licence = found.version.licence
    untaught = refuse_untaught(book.filings, book.loans, licence, command.on, rules)
    if untaught is not None:
        return untaught
    ask = Ask(
        DRAW,
        command.on,
        command.product,
        command.currency,
        command.amount_minor,
        command.instalments,
        command.rate,
        command.repayment,
    )
    return pass_disclosure(book.filings, ask, licence, rules, str(command.loan_id), found)
