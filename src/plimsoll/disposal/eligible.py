"""What keeps a loan out of a package, by dated rules: the law's list, the house's list, and how late a loan has to be."""

from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from plimsoll.disposal.record import sold_to, write_offs_of
from plimsoll.loan.filing import Filing, read_body
from plimsoll.risk.complaint import fold_complaints
from plimsoll.risk.litigation import ENDED, EXECUTING, IN_SUIT, PAUSED, proceedings_of
from plimsoll.risk.plan.record import PERFORMING, live_hardship, plans_of
from plimsoll.rulebook.rules import Rules

COMPLAINT_OPEN, DISPUTED, DECEASED = "complaint_open", "disputed", "deceased"
PLAN_PERFORMING, HARDSHIP_OPEN, FRAUD, SOLD, TOO_YOUNG = "plan_performing", "hardship_open", "fraud", "sold", "too_young"
PROCEEDINGS: Final = (IN_SUIT, EXECUTING, PAUSED, ENDED)
"""Stages of court proceedings that keep a loan out where a list names them: the buyer has to take the seller's place before the court."""
PLEDGED: Final = "pledged"
"""What keeps a loan out of which a part is another's: a funder's, or a lender's to whom it is security."""
EVER: Final = date.max.toordinal()
TOLD: Final = (PLEDGED, "secured", "staff", "student_aid", "poverty", FRAUD, DECEASED, DISPUTED)
"""What the book does not know by itself, and a list of the officer may tell."""


class Eligibility(NamedTuple):
    """What keeps a loan out on a day, and from how many days past due it may be sold."""

    reasons: frozenset[str]
    days: int


def eligibility(rules: Rules, on: date, licence: str) -> Eligibility:
    """Give the rules of a day; a word that is in none of the lists keeps nobody out."""
    reasons: set[str] = set()
    for words in (rules.value("CN.NPL.EXCLUDED", on, licence), rules.value("POLICY.DISPOSAL.EXCLUDED", on, licence)):
        reasons |= {str(word) for word in words} if isinstance(words, tuple) else set()
    return Eligibility(frozenset(reasons), rules.whole("POLICY.DISPOSAL.DAYS", on, licence) or 0)


def reasons_of(filings: Iterable[Filing], loan_id: int, days: int, told: Iterable[str], policy: Eligibility) -> tuple[str, ...]:
    """Give why a loan may not be sold, sorted; () where nothing keeps it out. `told` is what an officer's list says of it."""
    held = list(filings)
    found = set(told)
    complaints = [one for one in fold_complaints(held).values() if not one.closed_on]
    if any(not one.loans or loan_id in one.loans for one in complaints):
        found.add(COMPLAINT_OPEN)
    if any(one.state == PERFORMING and one.loan_id == loan_id for one in plans_of(held).values()):
        found.add(PLAN_PERFORMING)
    if live_hardship(held) is not None:
        found.add(HARDSHIP_OPEN)
    if _has_fact(held, "died"):
        found.add(DECEASED)
    if _is_disputed(held):
        found.add(DISPUTED)
    written_off = write_offs_of(held).get(loan_id)
    if written_off is not None and written_off.ground == FRAUD:
        found.add(FRAUD)
    if sold_to(held, loan_id):
        found.add(SOLD)
    stage = proceedings_of(held, loan_id, EVER).stage
    if stage in PROCEEDINGS:
        found.add(stage)
    kept_out = {reason for reason in found if reason in policy.reasons}
    if days < policy.days:
        kept_out.add(TOO_YOUNG)
    return tuple(sorted(kept_out))


def _has_fact(filings: Iterable[Filing], fact: str) -> bool:
    return any(filing.kind == "contact.fact" and read_body(filing).get("fact") == fact for filing in filings)


def _is_disputed(filings: Iterable[Filing]) -> bool:
    """Tell whether a dispute that was told stands: each is over when the one about the same is closed."""
    standing: set[str] = set()
    for filing in filings:
        if filing.kind == "contact.fact":
            said = read_body(filing)
            if said.get("fact") == "disputed":
                standing.add(str(said.get("about", "")))
            elif said.get("fact") == "dispute_closed":
                standing.discard(str(said.get("about", "")))
    return bool(standing)
