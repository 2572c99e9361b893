"""Put a sold loan back: the buyer returns it within the window, the transfer is undone, and the claim is the house's again."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.record import PUT_BACK, READS_FILE, TRANSFERRED, find_loan, sold_to
from plimsoll.loan.book import Book, Decision
from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import NewFiling, body_of, read_body
from plimsoll.loan.layout import REVERSED
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = f"loan+facts+{READS_FILE}"


@dataclass(frozen=True, slots=True)
class PutBackClaim:
    """Take a loan back that was sold in a package."""

    key: str
    customer_id: int
    on: date
    loan_id: int
    package: str
    reason: str


def decide(book: Book, command: PutBackClaim, rules: Rules) -> Decision | Refused:
    """Reverse the transfer; the loan stays charged off and its claim stands again. The answer tells what is paid back to the buyer.

    Refuses customer_unknown, loan_unknown, claim_not_sold, reasons_missing, transfer_backdated, put_back_too_late.
    """
    held = find_loan(book, command.loan_id)
    if isinstance(held, Refused):
        return held
    if not command.package or sold_to(book.filings, held.loan_id) != command.package:
        return Refused("claim_not_sold", "", f"loan {held.loan_id}, {command.package!r}")
    if not command.reason.strip():
        return Refused("reasons_missing")
    filed = [one for one in book.filings if one.kind == TRANSFERRED and one.subject == str(held.loan_id)][-1]
    if command.on.toordinal() < filed.on:
        return Refused("transfer_backdated", "", f"{command.on}, sold on {date.fromordinal(filed.on)}")
    days = rules.whole("POLICY.TRANSFER.PUT_BACK", date.fromordinal(filed.on)) or 0
    if command.on.toordinal() > filed.on + days:
        return Refused("put_back_too_late", "POLICY.TRANSFER.PUT_BACK", f"sold on {date.fromordinal(filed.on)}, {days} days")
    sale = read_body(filed)
    back = sale["amount_minor"] - sale["passed_on_minor"]
    told = {"loan_id": held.loan_id, "on": command.on.isoformat(), "package": command.package}
    return Decision(
        facts=((held.loan_id, Fact(REVERSED, command.on.toordinal(), 0, sale["fact"]), body_of({"reason": command.reason})),),
        filings=(
            NewFiling(
                PUT_BACK, str(held.loan_id), body_of({"package": command.package, "reason": command.reason, "paid_back_minor": back})
            ),
        ),
        messages=(("claim_put_back", body_of(told)),),
        answer=body_of({"loan_id": held.loan_id, "paid_back": text_of(back, sale["currency"])}),
    )
