"""Raise a limit: a step at most, not often, only after clean cycles, only as far as the load line and the law, only with consent.

The consent is that of the ledger to the purpose `limit_rise`: granted for this rise, in force, not too old; the rise uses it up.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.book import LINE_FROZEN, Book, Decision, Line, find_live_line
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.monitoring.notice import NO_INCREASE, RAISE, READS_NOTICES, Done, Move, last_notice, move_policy, notice, refuse_unclean
from plimsoll.risk.consent import GRANTED, WITHDRAWN, Consent, consent_in_force, required_version
from plimsoll.risk.line_limits import Limits, refuse_limits, refuse_unmarked
from plimsoll.risk.temporary_limit import READS_TEMPORARY, limits_for_good, permanent
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

PURPOSE: Final = "limit_rise"
READS = f"every loan+{READS_TEMPORARY},{READS_NOTICES},{GRANTED},{WITHDRAWN}"
PPM = 1_000_000
HELD = (NO_INCREASE, "step-down", "cap-to-line")


@dataclass(frozen=True, slots=True)
class RaiseLimit:
    """Raise the limit and both sub-limits for good, as the borrower agreed to on the ledger of consents."""

    key: str
    customer_id: int
    on: date
    currency: str
    limit_minor: int
    cash_limit_minor: int
    later_limit_minor: int
    cash_product: str = "cash-line"
    later_product: str = "pay-later"


def decide(book: Book, command: RaiseLimit, rules: Rules) -> Decision | Refused:
    """Raise the limit and tell the customer.

    Refuses customer_unknown, line_missing, line_closed, line_frozen, currency_must_match, limit_raise_too_high, limit_raise_too_soon,
    still_past_due, cycles_not_clean, limit_out_of_range, load_line_missing, load_line_passed, and for want of consent consent_missing,
    consent_withdrawn (or used), consent_outdated (the notice, or the days).
    """
    found = find_live_line(book)
    if isinstance(found, Refused):
        return found
    if found.status == LINE_FROZEN:
        return Refused("line_frozen", "", f"customer {command.customer_id}")
    if found.currency != command.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the line in {found.currency}")
    before = permanent(book) or found
    policy = move_policy(rules, command.on)
    refused = _refuse_step(before, command, policy) or _refuse_soon(book, command.on, policy)
    refused = refused or refuse_unclean(book, command.on, policy.cycles) or _refuse_bounds(book, command, rules)
    if refused is not None:
        return refused
    consent = _consent(book, command.on, rules)
    if isinstance(consent, Refused):
        return consent
    after = found._replace(
        limit_minor=command.limit_minor,
        cash_limit_minor=command.cash_limit_minor,
        later_limit_minor=command.later_limit_minor,
    )
    filing, told = notice(before, after, Done(RAISE, "AGREED_RISE", "POLICY.LIMIT.MOVE", f"consent {consent.n}"), command.on, policy)
    said = body_of({"customer_id": command.customer_id, **told})
    used = NewFiling(WITHDRAWN, PURPOSE, body_of({"used_for": RAISE}))
    return Decision(line=after, messages=(("limit_changed", said),), answer=said, filings=(*limits_for_good(book), filing, used))


def _consent(book: Book, on: date, rules: Rules) -> Consent | Refused:
    """Give the consent that a rise rests on; one is used once, and within some days."""
    assert book.now is not None, "a consent counts from an instant"
    version = required_version(rules, PURPOSE, on)
    found = version if isinstance(version, Refused) else consent_in_force(book.filings, PURPOSE, book.now, version)
    if isinstance(found, Refused):
        return Refused(found.code, "POLICY.LIMIT.CONSENT", found.detail)
    days = on.toordinal() - next(one.on for one in book.filings if one.n == found.n)
    most = rules.whole("POLICY.LIMIT.CONSENT", on) or 0
    return Refused("consent_outdated", "POLICY.LIMIT.CONSENT", f"{days} days, at most {most}") if days > most else found


def _refuse_step(before: Line, command: RaiseLimit, policy: Move) -> Refused | None:
    """Refuse what is no rise, or more than a step."""
    most = before.limit_minor + before.limit_minor * policy.up_ppm // PPM
    if before.limit_minor < command.limit_minor <= most:
        return None
    shown = (text_of(minor, before.currency) for minor in (command.limit_minor, before.limit_minor, most))
    return Refused("limit_raise_too_high", "POLICY.LIMIT.MOVE", "{} from {}, at most {}".format(*shown))


def _refuse_soon(book: Book, on: date, policy: Move) -> Refused | None:
    """Refuse a rise within some days of the last rise, or of a notice that held or lowered the limit."""
    last = last_notice(book.filings, (RAISE, *HELD))
    if last is None or on.toordinal() - last.on >= policy.between:
        return None
    return Refused(
        "limit_raise_too_soon", "POLICY.LIMIT.MOVE", f"{last.subject} on {date.fromordinal(last.on)}, {policy.between} days between"
    )


def _refuse_bounds(book: Book, command: RaiseLimit, rules: Rules) -> Refused | None:
    """Refuse what products and law do not allow, and what the borrower cannot carry."""
    limits = Limits(
        command.currency,
        command.limit_minor,
        command.cash_limit_minor,
        command.later_limit_minor,
        command.cash_product,
        command.later_product,
    )
    refused = refuse_limits(limits, rules, command.on) or refuse_unmarked(limits, book.load_line, rules, command.on)
    if refused is not None or book.load_line is None or command.limit_minor <= book.load_line.capacity_minor:
        return refused
    limit, capacity = (text_of(minor, command.currency) for minor in (command.limit_minor, book.load_line.capacity_minor))
    return Refused("load_line_passed", "POLICY.LOAD.CAPACITY", f"limit {limit}; {capacity} {command.currency} fits")
