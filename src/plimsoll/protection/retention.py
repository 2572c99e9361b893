"""Whether the personal data of somebody may be erased, or the law still asks to keep it (PIPL Art. 47: then it is restricted instead)."""

from datetime import date
from typing import NamedTuple

from plimsoll.rulebook.rules import Rules
from plimsoll.units.dates import years_later
from plimsoll.units.refusal import Refused


class Dealings(NamedTuple):
    """What the book knows of somebody's dealings with the house; None for never."""

    is_owing: bool
    last_loan_ended_on: date | None
    last_late_on: date | None
    last_decision_on: date | None
    last_collected_on: date | None = None


def refuse_erasure(dealings: Dealings, on: date, rules: Rules) -> Refused | None:
    """Refuse to erase what is needed or must be kept: erasure_while_owing, erasure_kept_by_law (with the rule and the first free day).

    While a loan is open or a claim stands; after the last loan by the law against money laundering; after the last delay by the
    regulation on credit reporting; after an automatic decision for as long as its assessment has to be kept; records of collection for
    their years after the last of them, and for those of the house after the debt was paid.
    """
    if dealings.is_owing:
        return Refused("erasure_while_owing")
    kept = [
        ("CN.AML.KEEP", dealings.last_loan_ended_on),
        ("CN.CREDIT.ADVERSE.KEEP", dealings.last_late_on),
        ("CN.PIPL.PIA.KEEP", dealings.last_decision_on),
        ("CN.COLLECT.RECORDS", dealings.last_collected_on),
        ("POLICY.CONTACT.RECORDS.AFTER", dealings.last_loan_ended_on if dealings.last_collected_on else None),
    ]
    until = [(years_later(since, rules.whole(rule, on) or 0), rule) for rule, since in kept if since is not None]
    last = max(until, default=None)
    if last is not None and on < last[0]:
        return Refused("erasure_kept_by_law", last[1], f"until {last[0]}")
    return None
