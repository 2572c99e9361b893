"""What stands between a borrower and a debt: the costs were shown, read and confirmed, and the lesson was understood.

Both are asked of the customer's file, so that what was shown, when, and for how long can be proved afterwards.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from plimsoll.loan.book import Held
from plimsoll.loan.filing import Filing, NewFiling, body_of, read_body
from plimsoll.risk.disclose import Ask, digest_of, table_of
from plimsoll.risk.drawn import Drawn
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import LANGUAGES, Refused

SHOWN: Final = "disclosure.shown"
CONFIRMED: Final = "disclosure.confirmed"
USED: Final = "disclosure.used"
TAKEN: Final = "lesson.taken"
LATE: Final = "late"
READS_FILE: Final = f"file:{SHOWN},{CONFIRMED},{USED},{TAKEN},{LATE}"
"""What a verb that goes through both gates reads of the file."""
READS_DISCLOSURES: Final = f"file:{SHOWN},{CONFIRMED},{USED}"

COUNTRY: Final = "cn"


def must_disclose(rules: Rules, licence: str, on: date) -> bool:
    """Tell whether a kind of lender has to show the all-in costs and wait for the confirmation on a day."""
    return rules.licences[licence].country == COUNTRY and rules.value("CN.COST.DISCLOSURE", on, licence) is not None


def pass_disclosure(
    filings: Sequence[Filing], ask: Ask, licence: str, rules: Rules, about: str, found: Drawn | None = None
) -> tuple[NewFiling, ...] | Refused:
    """Give what goes on record when a debt is taken as disclosed: the confirmation is used up by `about` (a loan, an application).

    Only a table with exactly these numbers counts, confirmed and not used before. `found` is the loan of a draw.
    Nothing where no law asks for it.

    Refuses disclosure_missing, disclosure_not_confirmed, disclosure_changed, and what the product refuses.
    """
    if not must_disclose(rules, licence, ask.on):
        return ()
    shown = {filing.subject for filing in filings if filing.kind == SHOWN}
    if not shown:
        return Refused("disclosure_missing", "CN.COST.DISCLOSURE", ask.about)
    table = table_of(ask, rules, found)
    if isinstance(table, Refused):
        return table
    waiting = unused(filings)
    is_shown = False
    for language in LANGUAGES:
        digest = digest_of(table, language)
        if digest in waiting:
            return (NewFiling(USED, digest, body_of({"about": about, "confirmed": waiting[digest]})),)
        is_shown = is_shown or digest in shown
    if is_shown:
        return Refused("disclosure_not_confirmed", "CN.COST.DISCLOSURE", ask.about)
    return Refused("disclosure_changed", "CN.COST.DISCLOSURE", ask.about)


def unused(filings: Iterable[Filing]) -> dict[str, int]:
    """Give the disclosures that were confirmed and not used yet, by digest, with the number of the filing that confirmed each."""
    waiting: dict[str, int] = {}
    for filing in filings:
        if filing.kind == CONFIRMED:
            waiting[filing.subject] = filing.n
        elif filing.kind == USED:
            waiting.pop(filing.subject, None)
    return waiting


def refuse_untaught(filings: Sequence[Filing], loans: Iterable[Held], licence: str, on: date, rules: Rules) -> Refused | None:
    """Refuse a draw of somebody who has not passed the lesson, or has been late since: lesson_needed, lesson_needed_again.

    Lateness that lasts is seen in the open loans, lateness that is over in the file.
    """
    name = rules.value("POLICY.GATE.LESSON", on, licence)
    if name is None:
        return None
    passed = [one for one in filings if one.kind == TAKEN and one.subject == name and one.on <= on.toordinal() and read_body(one)["passed"]]
    if not passed:
        return Refused("lesson_needed", "POLICY.GATE.LESSON", f"{name}")
    last = passed[-1]
    since = [one.n for one in filings if one.kind == LATE and one.n > last.n]
    began = [held.loan_id for held in loans if 0 < held.summary.oldest_due < on.toordinal() and last.on <= held.summary.oldest_due]
    if since or began:
        return Refused("lesson_needed_again", "POLICY.GATE.LESSON", f"{name} passed on {date.fromordinal(last.on)}, late since")
    return None


def late_filings(loans: Iterable[Held], on: date, rules: Rules) -> tuple[NewFiling, ...]:
    """Give what goes on record when loans that are late are paid or changed: afterwards they no longer tell. Nothing before the gate."""
    day = on.toordinal()
    late = [held for held in loans if 0 < held.summary.oldest_due < day]
    return tuple(
        NewFiling(LATE, str(held.loan_id), body_of({"days": day - held.summary.oldest_due})) for held in late if _is_gated(held, on, rules)
    )


def _is_gated(held: Held, on: date, rules: Rules) -> bool:
    """Tell whether the lender of a loan asks for the lesson on a day."""
    version = rules.product(held.product, on)
    return not isinstance(version, Refused) and rules.value("POLICY.GATE.LESSON", on, version.licence) is not None
