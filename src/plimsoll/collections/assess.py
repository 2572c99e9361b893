"""Assess a case: in which segment and arm the customer is, what the strategy of the arm says, and what a contact is worth.

The arm is drawn once, when the case is opened, from the customer's number: who is held out is so in every case, for good; of the others
the challenger takes a share, always the same customers as long as its table stays. The chance of the arm is filed with it.
"""

from datetime import date
from typing import Any, Final, NamedTuple

from plimsoll.collections.case import CHALLENGER, CHAMPION, HOLDOUT
from plimsoll.collections.case_policy import PPM, band_of, effect_ppm, trial
from plimsoll.collections.debt import Debt
from plimsoll.collections.priority import cost_minor, slot_value
from plimsoll.loan.book import Book
from plimsoll.loan.filing import Filing
from plimsoll.risk.complaint import is_collection_stopped
from plimsoll.risk.plan.record import BROKEN as PLAN_BROKEN
from plimsoll.risk.plan.record import PERFORMING, hardships_of, live_hardship, plans_of
from plimsoll.risk.score.split import WHOLE_BP, Split, is_chosen
from plimsoll.rulebook import strategy
from plimsoll.rulebook.lateness import lateness
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

SALT: Final = "collection holdout"
"""The salt of those held out: it never changes, so nobody moves in or out while the share stays."""
DIGEST_SHOWN: Final = 8
TABLES: Final = {CHAMPION: strategy.CHAMPION, CHALLENGER: strategy.CHALLENGER, HOLDOUT: strategy.BASELINE}


class Arm(NamedTuple):
    """Which strategy treats a customer, and how likely it was to be that one, per million."""

    name: str
    propensity_ppm: int


class Seen(NamedTuple):
    """What is known or thought of a customer: ability, willingness, promises broken in this case, the effect of a contact (0: policy's)."""

    ability: str
    willingness: str
    broken: int
    effect_ppm: int = 0


def arm_of(customer_id: int, rules: Rules, on: date) -> Arm:
    """Draw the arm of a customer, the same whenever it is asked under the same rules and tables."""
    shares = trial(rules, on)
    rest = WHOLE_BP - shares.held_out_bp
    if is_chosen(customer_id, Split(SALT, shares.held_out_bp)):
        return Arm(HOLDOUT, shares.held_out_bp * PPM // WHOLE_BP)
    digest = strategy.table(rules, on, strategy.CHALLENGER).table.digest
    if is_chosen(customer_id, Split(digest, shares.challenger_bp)):
        return Arm(CHALLENGER, rest * shares.challenger_bp * PPM // WHOLE_BP**2)
    return Arm(CHAMPION, rest * (WHOLE_BP - shares.challenger_bp) * PPM // WHOLE_BP**2)


def assessed(book: Book, debt: Debt, seen: Seen, arm: str, rules: Rules, on: date) -> dict[str, Any]:
    """Give what goes on file about a case as it stands: what the strategy was asked with, which row answered, and why."""
    bucket = lateness(rules, on).overdue_class(debt.days)
    ability = seen.ability or _ability(book)
    willingness = seen.willingness or strategy.UNKNOWN
    traits = strategy.first_hit(strategy.table(rules, on, strategy.SEGMENTS), {"ability": ability, "willingness": willingness})
    plans = plans_of(book.filings).values()
    is_vulnerable = any(one.flags for one in hardships_of(book.filings).values() if one.state != "declined")
    features = {
        "is_resting": is_resting(book.filings),
        "segment": traits.outputs["segment"],
        "bucket": bucket,
        "days": debt.days,
        "owed_band": band_of(debt.owed_minor, debt.currency, rules, on),
        "is_vulnerable": is_vulnerable,
        "promises_broken": seen.broken,
        "is_plan_broken": any(one.state == PLAN_BROKEN for one in plans),
    }
    table = strategy.table(rules, on, TABLES[arm])
    hit = strategy.first_hit(table, features)
    effect = seen.effect_ppm or effect_ppm(bucket, rules, on)
    return {
        "ability": ability,
        "willingness": willingness,
        "told": [seen.ability, seen.willingness],
        "segment": features["segment"],
        "bucket": bucket,
        "days": debt.days,
        "owed_minor": debt.owed_minor,
        "late_minor": debt.late_minor,
        "currency": debt.currency,
        "is_vulnerable": is_vulnerable,
        "strategy": f"{table.table.name} {table.table.digest[:DIGEST_SHOWN]}",
        "row": hit.rule_id,
        "because": [one.text() for one in hit.deciding],
        "effect_ppm": effect,
        "effect_told_ppm": seen.effect_ppm,
        "value_minor": slot_value(debt.owed_minor, effect, cost_minor(str(hit.outputs["channel"]))),
        **hit.outputs,
    }


def is_resting(filings: tuple[Filing, ...]) -> bool:
    """Tell whether nobody collects now: a complaint, a request for help or something else stopped it, or a plan is performed."""
    return is_collection_stopped(filings) or any(one.state == PERFORMING for one in plans_of(filings).values())


def refuse_traits(ability: str, willingness: str) -> Refused | None:
    """Refuse words that no strategy knows: case_word_unknown; "" is not told."""
    for word, known in ((ability, strategy.ABILITIES), (willingness, strategy.WILLINGNESS)):
        if word and word not in known:
            return Refused("case_word_unknown", "", f"{word!r}; one of: {', '.join(known)}")
    return None


def _ability(book: Book) -> str:
    """Give what the file says of the ability to pay where nobody told: a request for help, or a debt above the load line."""
    used = book.line.used_minor if book.line is not None else 0
    is_over = book.load_line is not None and used > book.load_line.capacity_minor
    return "cannot" if is_over or live_hardship(book.filings) is not None else strategy.UNKNOWN
