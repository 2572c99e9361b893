"""Register a funder: what it commits, at which price, which loans it takes and how much of each."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.funder import ALL, NOTHING, REGISTERED, Terms, funder_of, refuse_terms, refuse_unsuited, said_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class RegisterFunder:
    """The subject is the name under which shares name the funder; `most` is the greatest part of one loan it takes, `price` a year.

    `first_loss` is the part of its commitment up to which a guaranteed funder is paid out what is late, all where nothing is said.
    `base` is what the law measures its balance with one partner against (its net tier-1 capital), `all_loans` all that it lends.
    """

    key: str
    subject: str
    on: date
    kind: str
    currency: str
    committed_minor: int
    price: Rate
    most: Rate
    least: Rate = NOTHING
    products: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    months_most: int = 0
    is_guaranteed: bool = False
    until: date | None = None
    base_minor: int = 0
    all_loans_minor: int = 0
    first_loss: Rate = ALL


def terms_of(command: RegisterFunder) -> Terms:
    """Give the terms that a command states."""
    return Terms(*(getattr(command, name) for name in Terms._fields))


def decide(dossier: Dossier, command: RegisterFunder, rules: Rules) -> Written | Refused:
    """Put the terms on file. Refuses funder_exists, funder_malformed, and of an investor investor_not_assessed, investor_unsuited."""
    if funder_of(dossier.subject, dossier.filings) is not None:
        return Refused("funder_exists", "", dossier.subject)
    terms = terms_of(command)
    refused = refuse_terms(dossier.subject, terms) or refuse_unsuited(terms, dossier.filings, rules, command.on)
    if refused is not None:
        return refused
    return Written((NewFiling(REGISTERED, "", body_of(said_of(terms))),), body_of({"funder": dossier.subject}))
