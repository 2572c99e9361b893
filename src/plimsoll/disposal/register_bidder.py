"""Register a bidder: who it is, what kind of buyer, and who controls it."""

from dataclasses import dataclass
from datetime import date

from plimsoll.disposal.bidder import REGISTERED
from plimsoll.disposal.tender import RESERVE
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class RegisterBidder:
    """Register a bidder under a short name, the subject. `group` names who controls it."""

    key: str
    subject: str
    on: date
    name: str
    kind: str
    group: str = ""


def decide(dossier: Dossier, command: RegisterBidder, rules: Rules) -> Written | Refused:
    """Begin its dossier; refuses bidder_exists, bidder_malformed, bidder_kind_unknown."""
    if dossier.filings:
        return Refused("bidder_exists", "", dossier.subject)
    if not command.name.strip():
        return Refused("bidder_malformed", "", "a bidder has a name")
    if dossier.subject == RESERVE:
        return Refused("bidder_malformed", "", f"{RESERVE} is the name under which sellers bind theirs")
    kinds = rules.value("CN.NPL.BUYERS", command.on)
    if not isinstance(kinds, tuple) or command.kind not in kinds:
        return Refused("bidder_kind_unknown", "CN.NPL.BUYERS", repr(command.kind))
    said = {"name": command.name, "kind": command.kind, "group": command.group}
    return Written((NewFiling(REGISTERED, "", body_of(said)),), body_of({"bidder": dossier.subject}))
