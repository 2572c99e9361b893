"""How the buyer of a package behaves after the sale: what was reported of it, and what became of each report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from plimsoll.disposal.package import CONDUCT
from plimsoll.loan.filing import Filing, read_body

ABOUT: Final = ("harassment", "overcharge", "privacy", "resale", "no_notice", "no_receipt", "other")
"""What may be reported: pressure, more asked than is owed, personal data, sold on, debtors not told, payments not acknowledged."""
OPEN, ANSWERED, UPHELD, REJECTED = "open", "answered", "upheld", "rejected"
ASSIGNED: Final = "assigned"
STANDING: Final = (OPEN, ANSWERED)
FOLLOWS: Final[Mapping[str, tuple[str, ...]]] = {
    OPEN: ("",),
    ASSIGNED: STANDING,
    ANSWERED: (OPEN,),
    UPHELD: STANDING,
    REJECTED: STANDING,
}
"""States of a report, and from which each may come; "" is a report that is new. Who is assigned changes nothing else."""
ENDS: Final = (UPHELD, REJECTED)


@dataclass(frozen=True, slots=True)
class Report:
    """A report about a buyer. `loan_id` is 0 where it is about none; days are day numbers, 0 for not yet.

    `handler` is who has to look into it ("" nobody yet), `due_on` the day by which; `remedy` how it ended, and why.
    """

    report_id: str
    about: str
    loan_id: int
    state: str
    opened_on: int
    closed_on: int = 0
    remedy: str = ""
    customer_id: int = 0
    handler: str = ""
    due_on: int = 0


def reports_of(filings: Iterable[Filing]) -> dict[str, Report]:
    """Give the reports about the buyer of a package, by id, in the order in which they came."""
    found: dict[str, Report] = {}
    for filing in filings:
        if filing.kind == CONDUCT:
            said = read_body(filing)
            was, handler = found.get(filing.subject), said.get("handler", "")
            if was is None:
                due_on = said.get("due_on", 0)
                told = (filing.subject, said["about"], said["loan_id"], said["state"], filing.on)
                found[filing.subject] = Report(*told, customer_id=said.get("customer_id", 0), handler=handler, due_on=due_on)
                continue
            state = was.state if said["state"] == ASSIGNED else said["state"]
            closed, remedy = filing.on if state in ENDS else 0, said["remedy"] or was.remedy
            found[filing.subject] = replace(was, state=state, closed_on=closed, remedy=remedy, handler=handler or was.handler)
    return found
