"""Amend what is agreed with a funder: the terms are stated whole, and hold for what is funded from then on."""

from dataclasses import dataclass
from datetime import date

from plimsoll.loan.dossier import Dossier, Written
from plimsoll.loan.filing import NewFiling, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.funder import ALL, AMENDED, NOTHING, Terms, find_funder, refuse_terms, refuse_unsuited, said_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class AmendFunder:
    """The terms as they are from now on, each as at registration; its kind and currency stay."""

    key: str
    subject: str
    on: date
    committed_minor: int
    currency: str
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


def decide(dossier: Dossier, command: AmendFunder, rules: Rules) -> Written | Refused:
    """File the new terms.

    Refuses funder_unknown, funder_closed, currency_must_match, funder_malformed, and of an investor investor_not_assessed,
    investor_unsuited.
    """
    found = find_funder(dossier.subject, dossier.filings)
    if isinstance(found, Refused):
        return found
    if command.currency != found.currency:
        return Refused("currency_must_match", "", f"{command.currency}, the funder lends {found.currency}")
    terms = Terms(found.kind, *(getattr(command, name) for name in Terms._fields[1:]))
    refused = refuse_terms(dossier.subject, terms) or refuse_unsuited(terms, dossier.filings, rules, command.on)
    if refused is not None:
        return refused
    return Written((NewFiling(AMENDED, "", body_of(said_of(terms))),), body_of({"funder": dossier.subject}))
