"""Review a limit against the policy of limits that move: leave it, hold it, step it down, cap it at the load line, or freeze."""

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from plimsoll.loan.book import LINE_FROZEN, Book, Decision, Line, find_live_line
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.monitoring.notice import FREEZE, READS_NOTICES, Done, late_days, move_policy, notice
from plimsoll.risk.load.over_extension import BANDS, CLASSES
from plimsoll.risk.temporary_limit import LIMITS, READS_TEMPORARY, lapsed, limits_for_good, permanent
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.table.ask import Compiled
from plimsoll.rulebook.watching import limit_actions
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

READS = f"every loan+{READS_TEMPORARY},{READS_NOTICES}"
WHOLE_MINOR: Final = 100
"""A limit that is stepped down is a whole amount of the currency."""
NONE, HELP, NO_INCREASE, STEP_DOWN, CAP = "none", "offer-help", "no-increase", "step-down", "cap-to-line"
KEEPS: Final = {NO_INCREASE: "limit_held", HELP: "help_offered"}
"""What is told though the limit stays as it is, by action."""


@dataclass(frozen=True, slots=True)
class ReviewLimit:
    """Review one customer's limit; `over_extension` and `chance_band` are those of the month's end, "" where they are not known.

    `has_shock` says that the employer or the region of the customer was struck.
    """

    key: str
    customer_id: int
    on: date
    over_extension: str = ""
    chance_band: str = ""
    is_warned: bool = False
    has_overdue_elsewhere: bool = False
    product: str = "cash-line"
    has_shock: bool = False


class Action(NamedTuple):
    """What the policy asks for: the action, by how much a limit comes down, the reason that is told, and the row that decided."""

    action: str
    cut: Rate
    reason: str
    rule: str


def decide(book: Book, command: ReviewLimit, rules: Rules) -> Decision | Refused:
    """Do what the policy says, with notice, reason and the right to object; nothing where it says nothing or all is so already.

    Refuses customer_unknown, line_missing, line_closed, product_not_offered and watch_input_unknown.
    """
    found = find_live_line(book)
    refused = _refuse_words(command)
    if isinstance(found, Refused) or refused is not None:
        return found if isinstance(found, Refused) else refused or Refused("line_missing")
    version = rules.product(command.product, command.on)
    if isinstance(version, Refused):
        return version
    action = asked(limit_actions(rules, command.on, version.licence), command, late_days(book.loans, command.on.toordinal()))
    # What runs for a while ends with any step down; what ran out is over already.
    line = lapsed(book, command.on) or found
    after = moved(line, permanent(book) or line, action, book.load_line.capacity_minor if book.load_line is not None else -1)
    if action.action == NONE or (after == line and action.action not in KEEPS):
        return Decision(answer=body_of({"action": NONE, "rule": action.rule}))
    filing, told = notice(line, after, Done(action.action, action.reason, action.rule), command.on, move_policy(rules, command.on))
    kind = "line_frozen" if action.action == FREEZE else "limit_changed" if after != line else KEEPS.get(action.action, "limit_held")
    said = body_of({"customer_id": command.customer_id, **told})
    ended: tuple[NewFiling, ...] = limits_for_good(book) if any(getattr(after, name) != getattr(found, name) for name in LIMITS) else ()
    return Decision(line=after if after != found else None, messages=((kind, said),), answer=said, filings=(*ended, filing))


def _refuse_words(command: ReviewLimit) -> Refused | None:
    for word, known in ((command.over_extension, CLASSES), (command.chance_band, BANDS)):
        if word and word not in known:
            return Refused("watch_input_unknown", "", f"{word!r}, one of {', '.join(known)}")
    return None


def asked(table: Compiled, command: ReviewLimit, days: int) -> Action:
    """Ask the policy: the first row that holds."""
    values = {
        "late_days": days,
        "over_extension": command.over_extension or None,
        "chance_band": command.chance_band or None,
        "is_warned": command.is_warned,
        "has_overdue_elsewhere": command.has_overdue_elsewhere,
        "has_shock": command.has_shock,
    }
    hits = table.ask(values).hits
    if not hits:
        return Action(NONE, Rate(0, 1), "", "")
    cut = hits[0].outputs["cut"]
    assert isinstance(cut, Rate | int), cut
    return Action(str(hits[0].outputs["action"]), cut if isinstance(cut, Rate) else Rate(cut, 1), hits[0].reason, hits[0].rule_id)


def moved(line: Line, base: Line, action: Action, capacity_minor: int) -> Line:
    """Give the line after an action; a limit never rises by it, and sub-limits stay within the limit."""
    if action.action == FREEZE:
        return line._replace(status=LINE_FROZEN)
    if action.action == STEP_DOWN:
        left = base.limit_minor * (action.cut.den - action.cut.num) // action.cut.den
        limit = left // WHOLE_MINOR * WHOLE_MINOR
    elif action.action == CAP and capacity_minor >= 0:
        limit = capacity_minor
    else:
        return line
    limit = min(limit, line.limit_minor)
    if limit == line.limit_minor:
        return line
    return line._replace(
        limit_minor=limit,
        cash_limit_minor=min(base.cash_limit_minor, limit),
        later_limit_minor=min(base.later_limit_minor, limit),
    )
