"""Tell the house of a shock at an employer or in a region: what happened, which share of the people is struck, until when, who says so."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.monitoring.shock import BLIND_LENGTH, EVENTS, GROUPS, PPM, TOLD
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

TEXT_LENGTH_MAX: Final = 200
DAYS_MAX: Final = 366


@dataclass(frozen=True, slots=True)
class TellShock:
    """The subject is the name of the group (`shock.group_name`); `share` of its people is struck, from the day of the command on.

    It counts until a day that is named. The same source told again takes its earlier notice back: with `until` on the day itself nothing
    of it counts any more. `people` and `struck` are how many were counted, 0 where nobody counted.
    """

    key: str
    subject: str
    on: date
    event: str
    share: Rate
    until: date
    source: str
    people: int = 0
    struck: int = 0


def decide(dossier: Dossier, command: TellShock, rules: Rules) -> Written | Refused:  # noqa: ARG001 -- every verb is called alike
    """Put the notice on file. Refuses shock_malformed."""
    wrong = _wrong(dossier.subject, command)
    if wrong:
        return Refused("shock_malformed", "", wrong)
    said = {
        "event": command.event,
        "share_ppm": command.share.num * PPM // command.share.den,
        "until": command.until.toordinal(),
        "source": command.source.strip(),
        "people": command.people,
        "struck": command.struck,
    }
    return Written((NewFiling(TOLD, "", body_of(said)),), body_of({"group": dossier.subject, "until": command.until.isoformat()}))


def _wrong(subject: str, command: TellShock) -> str:
    """Say what is wrong with a notice, "" for nothing."""
    kind, _, blind = subject.partition("-")
    share, days = command.share, (command.until - command.on).days
    checks = (
        (kind in GROUPS and len(blind) == BLIND_LENGTH and set(blind) <= set("0123456789abcdef"), f"group {subject}"),
        (command.event in EVENTS, f"event {command.event!r}, one of {', '.join(EVENTS)}"),
        (0 < share.num <= share.den, f"share {share.text()}, above 0 and at most 1"),
        (0 <= days <= DAYS_MAX, f"until {command.until}, at most {DAYS_MAX} days from {command.on}"),
        (0 < len(command.source.strip()) <= TEXT_LENGTH_MAX and command.source.isprintable(), "source"),
        (0 <= command.struck <= command.people or command.people == 0 == command.struck, f"{command.struck} of {command.people}"),
    )
    return next((said for is_right, said in checks if not is_right), "")
