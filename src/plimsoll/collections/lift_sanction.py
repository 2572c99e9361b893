"""Lift the restriction of use at once when nothing is past due any more, or when a person of the house says why it should not stand."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import LINE_FROZEN, LINE_OPEN, Book, Decision, find_live_line, standing_of
from plimsoll.loan.filing import NewFiling, body_of, read_body
from plimsoll.loan.layout import O_LATE_DAYS
from plimsoll.loan.state import measured
from plimsoll.risk.credit.sanction import LIFTED, RESTRICT, restricted_by
from plimsoll.risk.plan.record import refuse_under_plan
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS: Final = "loan+open loans+file:sanction,plan"
READS_ALL: Final = "every loan+file:sanction,plan"


@dataclass(frozen=True, slots=True)
class LiftSanction:
    """Lift the restriction that fell because of a loan, with `loan_id` 0 the one that stands; with a `reason` though more is past due."""

    key: str
    customer_id: int
    on: date
    loan_id: int = 0
    reason: str = ""

    @property
    def reads(self) -> str:
        """Look at every loan where none is named: what is left of a claim is past due, too."""
        return READS if self.loan_id else READS_ALL


def decide(book: Book, command: LiftSanction, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Open the line again, unless it was frozen before the sanction or a plan is performed, and tell the customer.

    Refuses customer_unknown, line_missing, line_closed, sanction_missing, still_past_due (and no reason is given).
    """
    line = find_live_line(book)
    if isinstance(line, Refused):
        return line
    standing = restricted_by(book.filings)
    if standing is None or command.loan_id not in (0, read_body(standing)["loan_id"]):
        return Refused("sanction_missing", "", f"customer {command.customer_id}, loan {command.loan_id}")
    days = most_late(book, command.on.toordinal())
    if days and not command.reason.strip():
        return Refused("still_past_due", "", f"{days} days")
    stays = read_body(standing)["was_frozen"] or refuse_under_plan(book.filings) is not None
    is_opened = line.status == LINE_FROZEN and not stays
    said = body_of({"sanction": RESTRICT, "reason": command.reason or "cured", "is_opened": is_opened})
    told = body_of({"customer_id": command.customer_id, "on": command.on.isoformat(), "sanction": RESTRICT, "is_opened": is_opened})
    return Decision(
        line=line._replace(status=LINE_OPEN) if is_opened else None,
        filings=(NewFiling(LIFTED, RESTRICT, said),),
        messages=(("sanction_lifted", told),),
        answer=said,
    )


def most_late(book: Book, on: int) -> int:
    """Give the days past due of the latest loan that was read, on a day."""
    return max((measured(held.terms, standing_of(held, max(on, held.summary.as_of)))[O_LATE_DAYS] for held in book.loans), default=0)
