"""Whether a sanction may fall on somebody who does not pay: the standing table is asked with what the file says.

Both sanctions of the house are here: reporting a default to the credit bureau, and restricting the use of the line on both products.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, of_kind, read_body
from plimsoll.risk.complaint import fold_complaints
from plimsoll.risk.credit.on_file import Notice, arrived_on, is_disputed, notices_of
from plimsoll.risk.plan.record import PERFORMING, hardships_of, plans_of
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.sanctions import sanctions_on
from plimsoll.rulebook.table.table import Value
from plimsoll.units.refusal import Refused

REPORT, RESTRICT = "report", "restrict_use"
SANCTIONS: Final = (REPORT, RESTRICT)
APPLIED: Final = "sanction.applied"
LIFTED: Final = "sanction.lifted"
READS_FILE: Final = "file:adverse,dispute,sanction,hardship,plan,complaint,collection"
NONE: Final = "none"
SUBJECTS: Final = ("credit_reporting", "wrong_amount", "collection_conduct")
"""Complaints that keep a sanction away while they are open."""


class Passed(NamedTuple):
    """The row of the table that let a sanction pass, and the day the notice arrived."""

    rule: str
    arrived_on: int


def pass_sanction(
    filings: Sequence[Filing], sanction: str, loan_id: int, late_days: int, late_on: int, on: date, rules: Rules
) -> Passed | Refused:
    """Give by which row a sanction may fall because of a loan's default, which began to be late on a day; or refuse it by the table.

    Refuses nothing_past_due, record_disputed, hardship_open, plan_in_performance, complaint_open, sanction_spares_vulnerable,
    sanction_too_early, adverse_notice_waiting, adverse_notice_missing, each with the row as its rule.
    """
    notices: list[Notice] = notices_of(filings, loan_id)
    arrived = arrived_on(notices, late_on)
    values: dict[str, Value | None] = {
        "sanction": sanction,
        "late_days": max(late_days, 0),
        "notified_days": on.toordinal() - arrived if 0 < arrived <= on.toordinal() else None,
        "is_disputed": is_disputed(filings, loan_id),
        "is_in_hardship": any(one.is_live and not one.lapsed_on for one in hardships_of(filings).values()),
        "is_under_plan": any(one.state == PERFORMING for one in plans_of(filings).values()),
        "is_complaint_open": _complains(filings, loan_id),
        "is_vulnerable": is_vulnerable(filings),
    }
    table = sanctions_on(rules, on, rules.lender.licence)
    hit = table.ask(values).hits[0]
    refusal = str(hit.outputs["refusal"])
    if refusal == NONE:
        return Passed(f"{table.table.name} {hit.rule_id}", arrived)
    return Refused(refusal, _law(refusal) or f"{table.table.name} {hit.rule_id}", f"{sanction}, loan {loan_id}, {late_days} days past due")


def is_vulnerable(filings: Iterable[Filing]) -> bool:
    """Tell whether a request for help on file names a mark of vulnerability."""
    return any(one.flags for one in hardships_of(filings).values())


def restricted_by(filings: Iterable[Filing]) -> Filing | None:
    """Give the restriction of use that stands; None where none does."""
    standing = None
    for filing in filings:
        if filing.kind in (APPLIED, LIFTED) and read_body(filing)["sanction"] == RESTRICT:
            standing = filing if filing.kind == APPLIED else None
    return standing


def has_applied(filings: Iterable[Filing], sanction: str, loan_id: int, late_on: int) -> bool:
    """Tell whether a sanction fell because of this default already."""
    said = [read_body(one) for one in of_kind(filings, APPLIED)]
    return any((one["sanction"], one["loan_id"], one["late_on"]) == (sanction, loan_id, late_on) for one in said)


def _complains(filings: Iterable[Filing], loan_id: int) -> bool:
    """Tell whether a complaint that touches the loan, or no loan by name, is open."""
    found = fold_complaints(filings).values()
    return any(not one.closed_on and one.about in SUBJECTS and (not one.loans or loan_id in one.loans) for one in found)


def _law(refusal: str) -> str:
    """Give the law behind a refusal, where it is the law and not the house that asks."""
    return "CN.CREDIT.ADVERSE.NOTICE" if refusal == "adverse_notice_missing" else ""
