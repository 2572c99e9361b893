"""Set the throttle on new loans of a currency: how much of the plan is granted from a day on."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.risk.throttle import ladder_on
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.throttle import SET
from plimsoll.units.money import EXPONENTS
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

WHY: Final = ("delinquency", "cash", "order")


@dataclass(frozen=True, slots=True)
class SetThrottle:
    """The subject is the currency; `granted` one of the steps of policy, `used` the share of the tighter limit, `why` which that is."""

    key: str
    subject: str
    on: date
    granted: Rate
    used: Rate
    why: str


def decide(dossier: Dossier, command: SetThrottle, rules: Rules) -> Written | Refused:
    """Put it on file. Refuses throttle_malformed: a step that policy does not have, another reason, no currency."""
    steps = (*(step for _, step in ladder_on(rules, command.on)), 0.0)
    is_step = any(command.granted.num == round(step * command.granted.den) for step in steps)
    if dossier.subject not in EXPONENTS or not is_step or command.why not in WHY or command.used.num < 0:
        return Refused("throttle_malformed", "", f"{dossier.subject}: {command.granted.text()} for {command.why!r}")
    said = body_of({"granted": command.granted.text(), "used": command.used.text(), "why": command.why})
    return Written((NewFiling(SET, "", said),), said)
