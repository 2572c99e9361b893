"""Open a hardship request: what a borrower in difficulty tells of a month; collection stops and nothing accrues until it is decided."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from plimsoll.collections.hardship import case_of, hardship_subject
from plimsoll.loan.book import Book, Decision, Held, refuse_customer, standing_of
from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.loan.layout import OPEN, PAUSED, S_DAY, S_PAUSE_UNTIL
from plimsoll.risk.load.means import INCOME_MINOR_MAX, PERSONS_MAX
from plimsoll.risk.load.policy import KINDS, TIERS
from plimsoll.risk.plan.record import OPENED, READS_FILE, STOPPED, Hardship, Told, hardships_of, live_hardship
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

READS = f"open loans+{READS_FILE}"
ID_LENGTH_MAX: Final = 64
STATED: Final = KINDS[-1]
YEAR_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class OpenHardship:
    """Tell income, essential spending and payments to other lenders of a month; proofs lie in the vault under `evidence`.

    `flags` say what makes the borrower vulnerable, of POLICY.HARDSHIP.FLAGS.
    """

    key: str
    customer_id: int
    on: date
    hardship_id: str
    currency: str
    income_minor: int
    essentials_minor: int = 0
    others_minor: int = 0
    persons: int = 1
    city_tier: str = TIERS[0]
    evidence: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


def decide(book: Book, command: OpenHardship, rules: Rules) -> Decision | Refused:
    """Put the request on record and into the queue, stop collection, and let no loan earn until the last day for a decision.

    Interest and penalty rest at most so often a year (POLICY.HARDSHIP.PAUSES); collection rests each time. Refuses customer_unknown,
    hardship_unnamed, hardship_exists, hardship_open_already, hardship_figures_absurd, hardship_flag_unknown, currency_must_match,
    nothing_owed.
    """
    refused = refuse_customer(book, command.on) or _refuse(book, command, rules)
    if refused is not None:
        return refused
    on = command.on.toordinal()
    days = rules.whole("POLICY.HARDSHIP.DAYS", command.on) or 0
    due_on = (command.on + timedelta(days=days)).toordinal()
    earlier = [one for one in hardships_of(book.filings).values() if one.is_paused and one.opened_on > on - YEAR_DAYS]
    is_paused = len(earlier) < (rules.whole("POLICY.HARDSHIP.PAUSES", command.on) or 0)
    told = Told(
        command.currency,
        command.income_minor,
        command.essentials_minor,
        command.others_minor,
        command.persons,
        command.city_tier,
        STATED,
    )
    said = told._asdict() | {"due_on": due_on, "is_paused": is_paused, "flags": list(command.flags), "evidence": list(command.evidence)}
    stopped = NewFiling(STOPPED, hardship_subject(command.hardship_id), body_of({"reason": "hardship", "loans": []}))
    facts = tuple((held.loan_id, pause(on, due_on + 1), "") for held in book.loans if _can_rest(held, on)) if is_paused else ()
    found = Hardship(command.hardship_id, told, on, due_on, is_paused, command.flags)
    until = date.fromordinal(due_on).isoformat()
    return Decision(
        facts=facts,
        filings=(NewFiling(OPENED, command.hardship_id, body_of(said)), stopped),
        work=(case_of(found, "open"),),
        messages=(("hardship_opened", body_of({"hardship_id": command.hardship_id, "until": until})),),
        answer=body_of({"hardship_id": command.hardship_id, "due_on": until, "collection_stopped": True, "paused": len(facts)}),
    )


def pause(since: int, until: int) -> Fact:
    """Give the fact by which neither interest nor penalty accrues on `[since, until)`."""
    return Fact(PAUSED, since, 0, until, since)


def _owes(held: Held) -> bool:
    """Tell whether anything is owed on a loan or account that is open."""
    summary = held.summary
    owed = summary.principal_minor + summary.interest_minor + summary.penalty_minor + summary.fee_minor
    return summary.status == OPEN and owed > 0


def _can_rest(held: Held, on: int) -> bool:
    """Tell whether something is owed on a loan and it does not rest already."""
    if not _owes(held):
        return False
    standing = standing_of(held, on)
    return standing.s[S_PAUSE_UNTIL] <= max(standing.s[S_DAY], on)


def _refuse(book: Book, command: OpenHardship, rules: Rules) -> Refused | None:
    if not 0 < len(command.hardship_id) <= ID_LENGTH_MAX:
        return Refused("hardship_unnamed", "", f"{len(command.hardship_id)} characters, 1 to {ID_LENGTH_MAX}")
    if command.hardship_id in hardships_of(book.filings):
        return Refused("hardship_exists", "", command.hardship_id)
    live = live_hardship(book.filings)
    if live is not None:
        return Refused("hardship_open_already", "", live.hardship_id)
    amounts = (command.income_minor, command.essentials_minor, command.others_minor)
    if min(amounts) < 0 or max(amounts) > INCOME_MINOR_MAX or not 1 <= command.persons <= PERSONS_MAX or command.city_tier not in TIERS:
        return Refused("hardship_figures_absurd", "", f"household of {command.persons} in {command.city_tier!r}")
    flags = rules.value("POLICY.HARDSHIP.FLAGS", command.on)
    known = flags if isinstance(flags, tuple) else ()
    strange = [one for one in command.flags if one not in known]
    if strange:
        return Refused("hardship_flag_unknown", "POLICY.HARDSHIP.FLAGS", ", ".join(strange))
    if not any(_owes(held) for held in book.loans):
        return Refused("nothing_owed")
    if any(held.terms.currency != command.currency for held in book.loans):
        return Refused("currency_must_match", "", f"{command.currency}, the loans in {book.loans[0].terms.currency}")
    return None
