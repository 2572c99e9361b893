"""Transfer a loan to the buyer of its package: it leaves the book for its share of the price, and the debtor is told whom to pay."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.record import READS_FILE, TRANSFERRED, find_loan, sold_to
from plimsoll.loan.book import Book, Decision, apply
from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import NewFiling, WorkItem, body_of
from plimsoll.loan.layout import CHARGED_OFF, CHARGED_OFF_FACT, OPEN
from plimsoll.loan.layout import TRANSFERRED as TRANSFERRED_FACT
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS = f"loan+{READS_FILE}"
QUEUE = "bureau"
"""Where it waits that the credit bureau is told of the new holder of the claim."""


@dataclass(frozen=True, slots=True)
class TransferClaim:
    """Transfer a loan: its share of the price, and the money that came in since the cut-off and goes to the buyer with it.

    `buyer` is the short name of the buyer's dossier, `buyer_name` its full one, which the debtor is told.
    """

    key: str
    customer_id: int
    on: date
    loan_id: int
    package: str
    buyer: str
    currency: str
    amount_minor: int
    passed_on_minor: int = 0
    buyer_name: str = ""


def decide(book: Book, command: TransferClaim, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Record the transfer; a loan still among the assets is charged off in the same breath, so that its loss is seen.

    Refuses customer_unknown, loan_unknown, currency_must_match, transfer_malformed, transfer_backdated, loan_closed, claim_sold, and by
    the kernel nothing_owed.
    """
    held = find_loan(book, command.loan_id)
    if isinstance(held, Refused):
        return held
    if held.terms.currency != command.currency:
        return Refused("currency_must_match", "", f"{command.currency}, loan {held.loan_id} in {held.terms.currency}")
    if command.amount_minor < 0 or command.passed_on_minor < 0 or not command.package or not command.buyer:
        return Refused("transfer_malformed", "", f"loan {held.loan_id}")
    sold = sold_to(book.filings, held.loan_id)
    if sold:
        return Refused("claim_sold", "", f"loan {held.loan_id} in {sold}")
    if held.summary.status not in (OPEN, CHARGED_OFF):
        return Refused("loan_closed", "", f"loan {held.loan_id}")
    day = command.on.toordinal()
    if day < held.summary.as_of:
        return Refused("transfer_backdated", "", f"{command.on}, the loan stands on {date.fromordinal(held.summary.as_of)}")
    facts = [Fact(CHARGED_OFF_FACT, day)] if held.summary.status == OPEN else []
    facts.append(Fact(TRANSFERRED_FACT, day, command.amount_minor, command.passed_on_minor))
    before = apply(held, facts[:-1], day)
    if isinstance(before, Refused):
        return before
    claim = before[1].claim
    said = {
        "package": command.package,
        "buyer": command.buyer,
        "buyer_name": command.buyer_name or command.buyer,
        "currency": command.currency,
        "amount_minor": command.amount_minor,
        "passed_on_minor": command.passed_on_minor,
        "claim_minor": claim,
        "fact": held.facts_count + len(facts),
    }
    # The assignment binds the debtor only after notice (Civil Code 546), so the notice leaves with the transfer.
    told = {"loan_id": held.loan_id, "on": command.on.isoformat(), "buyer": command.buyer, "claim": text_of(claim, command.currency)}
    told |= {"currency": command.currency, "buyer_name": said["buyer_name"]}
    detail = body_of({"ref": command.package})
    return Decision(
        facts=tuple((held.loan_id, fact, detail) for fact in facts),
        filings=(NewFiling(TRANSFERRED, str(held.loan_id), body_of(said)),),
        work=(WorkItem(QUEUE, f"transfer {held.loan_id}", "open", 5, "", "", command.package),),
        messages=(("claim_transferred", body_of(told)),),
        answer=body_of({"loan_id": held.loan_id, "fact": held.facts_count + len(facts), "claim": text_of(claim, command.currency)}),
    )
