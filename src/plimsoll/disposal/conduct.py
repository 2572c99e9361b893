"""How the buyer of a package behaves after the sale: what was reported of it, and what became of each report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from plimsoll.disposal.package import CONDUCT
from plimsoll.loan.filing import Filing, read_body

ABOUT: Final = ("harassment", "overcharge", "privacy", "resale", "no_notice", "no_receipt", "other")
"""What may be reported: pressure, more asked than is owed, personal data, sold on, debtors not told, payments not acknowledged."""
OPEN, ANSWERED, UPHELD, REJECTED = "open", "answered", "upheld", "rejected"
FOLLOWS: Final[Mapping[str, tuple[str, ...]]] = {OPEN: ("",), ANSWERED: (OPEN,), UPHELD: (OPEN, ANSWERED), REJECTED: (OPEN, ANSWERED)}
"""States of a report, and from which each may come; "" is a report that is new."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report about a buyer. `loan_id` is 0 where it is about none; days are day numbers, 0 for not yet."""

    report_id: str
    about: str
    loan_id: int
    state: str
    opened_on: int
    closed_on: int = 0
    remedy: str = ""


def reports_of(filings: Iterable[Filing]) -> dict[str, Report]:
    """Give the reports about the buyer of a package, by id, in the order in which they came."""
    found: dict[str, Report] = {}
    for filing in filings:
        if filing.kind == CONDUCT:
            said = read_body(filing)
            was = found.get(filing.subject)
            if was is None:
                found[filing.subject] = Report(filing.subject, said["about"], said["loan_id"], said["state"], filing.on)
            else:
                closed = filing.on if said["state"] in (UPHELD, REJECTED) else 0
                found[filing.subject] = replace(was, state=said["state"], closed_on=closed, remedy=said["remedy"] or was.remedy)
    return found
