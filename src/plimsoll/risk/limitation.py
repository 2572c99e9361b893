"""Until when a debt can be sued for: three years from the due day of its last instalment, anew from whatever interrupts them.

民法典 Arts. 188, 189, 195, 200 to 202: the day itself does not count, the last day is the same day of the month three years on, or the
last of that month where it has none; a holiday at the end is not heeded, which is the careful reading. What interrupts is
CN.LIMITATION.INTERRUPTED; asking an arbitrator counts as a suit (Art. 195 No. 3). While a suit is before a court or an arbitrator, on
appeal too, and while its outcome is being enforced, no time runs; a judgment, mediation or award that nobody enforces yet is to be enforced
within CN.LIMITATION.ENFORCEMENT (民事诉讼法 Art. 250), counted here from the day it was decided, of the last instance that decided, and
through a dispute about the award, which again is the careful reading: the law counts from the last day that it gives for paying. After the
years are over only the debtor's own word begins them anew (Art. 192). A bill of a pay-later account is a debt of its own: the oldest unpaid
one counts, careful once more.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from plimsoll.loan.book import Held
from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import Filing, read_body
from plimsoll.loan.fold import Standing, fold
from plimsoll.loan.layout import (
    CHARGED_OFF,
    CHARGED_OFF_FACT,
    O_CLAIM,
    O_FEE,
    O_INTEREST,
    O_OLDEST,
    O_PENALTY,
    O_PRINCIPAL,
    O_STATUS,
    RECOVERED,
    REPAID,
    REVERSED,
)
from plimsoll.loan.state import measured, read_promise
from plimsoll.loan.terms import LOAN, Terms, begun_on
from plimsoll.risk.credit.on_file import notices_of
from plimsoll.risk.litigation import IN_SUIT, JUDGED, MEDIATED, NOT_SUED, RESTS, proceedings_of, taken
from plimsoll.risk.plan.record import plans_of, plans_on
from plimsoll.rulebook.rules import Rules
from plimsoll.units.days import add_months
from plimsoll.units.refusal import Refused

INTERRUPTED: Final = "limitation.interrupted"
PROMISED: Final = "promise.made"
READS_FILE: Final = f"file:limitation,adverse,plan,court,{PROMISED}"
PAYMENT, PROMISE, PLAN, ACKNOWLEDGEMENT, DEMAND, SUIT = "payment", "promise", "plan", "acknowledgement", "written_demand", "suit"
TOLD: Final = (ACKNOWLEDGEMENT, DEMAND, SUIT)
"""What a person records; the others are seen in the loan and the file."""
REVIVES: Final = (PROMISE, PLAN, ACKNOWLEDGEMENT)
LAST_DUE: Final = "last_instalment_due"
JUDGMENT: Final = "judgment"
"""Why the time to have a judgment or a mediation enforced runs: not from a debt, and not for a suit."""
QUEUE: Final = "limitation"


class Limitation(NamedTuple):
    """How far limitation has run. `since` is the day it runs from, `because` why from that day, `last_on` the last day for a suit."""

    since: int
    because: str
    last_on: int

    def is_over(self, on: int) -> bool:
        """Tell whether the debt can no longer be sued for against a debtor who pleads it."""
        return on > self.last_on


def limitation_of(
    terms: Terms, facts: Sequence[Fact], loan_id: int, filings: Iterable[Filing], on: date, rules: Rules
) -> Limitation | None:
    """Give how far limitation has run on a loan by a day.

    None where it does not run: nothing is owed, the last instalment is not due yet, or a court has the matter.
    """
    file = tuple(filings)
    court = proceedings_of(file, loan_id, on.toordinal())
    is_judged = court.stage in (JUDGED, MEDIATED)
    years = rules.whole("CN.LIMITATION.ENFORCEMENT" if is_judged else "CN.LIMITATION", on)
    words = rules.value("CN.LIMITATION.INTERRUPTED", on)
    since = last_due(terms, facts, on.toordinal())
    if years is None or not isinstance(words, tuple) or not since or court.stage in RESTS:
        return None
    if not is_judged and since > on.toordinal():
        return None
    begins, because = (court.decided, JUDGMENT) if is_judged else (since, LAST_DUE)
    found = Limitation(begins, because, add_months(begins, 12 * years))
    for day, word in interruptions(facts, loan_id, file, on.toordinal()):
        if day > found.since and word in words and (day <= found.last_on or word in REVIVES):
            found = Limitation(day, word, add_months(day, 12 * years))
    return found


def limitations(loans: Iterable[Held], filings: Sequence[Filing], on: date, rules: Rules) -> tuple[tuple[int, Limitation], ...]:
    """Give the loans, read with their facts, on which limitation runs on a day, with how far it has run."""
    found = ((held.loan_id, limitation_of(held.terms, held.facts or (), held.loan_id, filings, on, rules)) for held in loans)
    return tuple((loan_id, one) for loan_id, one in found if one is not None)


def last_due(terms: Terms, facts: Sequence[Fact], day: int) -> int:
    """Give the due day from which limitation runs: of the last instalment, or of the oldest unpaid bill; 0 where nothing is owed."""
    if begun_on(terms) > day:
        return 0
    standing = _fold(terms, facts, day)
    out = measured(terms, standing)
    if out[O_PRINCIPAL] + out[O_INTEREST] + out[O_PENALTY] + out[O_FEE] + out[O_CLAIM] == 0:
        return 0
    if terms.kind != LOAN:
        return out[O_OLDEST]
    if out[O_STATUS] == CHARGED_OFF:
        off = min(fact.on for fact in facts if fact.kind == CHARGED_OFF_FACT)
        standing = _fold(terms, [fact for fact in facts if fact.on < off or (fact.on == off and fact.kind != CHARGED_OFF_FACT)], off)
    return read_promise(terms, standing)[-1].due_on


def interruptions(facts: Sequence[Fact], loan_id: int, filings: Iterable[Filing], through: int) -> list[tuple[int, str]]:
    """Give everything that interrupts limitation of a loan, through a day, by day: the day and the word of the rule."""
    taken_back = {fact.a for fact in facts if fact.kind == REVERSED and fact.on <= through}
    paid = [fact for number, fact in enumerate(facts, 1) if fact.kind in (REPAID, RECOVERED) and number not in taken_back]
    found = [(fact.on, PAYMENT) for fact in paid]
    file = tuple(filings)
    found += [(filing.on, PROMISE) for filing in file if filing.kind == PROMISED]
    found += [(filing.on, read_body(filing)["what"]) for filing in file if filing.kind == INTERRUPTED and filing.subject == f"{loan_id}"]
    found += [(plan.started_on, PLAN) for plan in plans_on(plans_of(file).values(), loan_id)]
    # A suit that came to nothing interrupted all the same, until it ended.
    found += [(one.day, SUIT) for one in taken(file, loan_id, through) if one.stage in (IN_SUIT, NOT_SUED)]
    found += [(notice.arrived_on, DEMAND) for notice in notices_of(file, loan_id) if notice.arrived_on]
    return sorted(one for one in found if one[0] <= through)


def _fold(terms: Terms, facts: Sequence[Fact], day: int) -> Standing:
    standing = fold(terms, facts, day)
    assert not isinstance(standing, Refused), "facts that were accepted fold again"
    return standing
