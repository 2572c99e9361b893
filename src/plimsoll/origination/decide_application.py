"""Decide on an application by the engine: gather what the file holds at this instant, underwrite, and put the whole decision on record.

Asked twice it gives the first answer. A case that waits for a person is decided anew where evidence came meanwhile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from plimsoll.loan.book import Book, Decision, refuse_customer
from plimsoll.loan.burden import burden_of
from plimsoll.loan.filing import NewFiling, WorkItem, body_of
from plimsoll.origination.application import (
    APPLIED,
    APPROVE,
    COUNTER,
    DECIDE,
    DECLINE,
    IN_REVIEW,
    KINDS,
    REFER,
    Application,
    find_application,
    read_offer,
    refuse_state,
)
from plimsoll.origination.case import instant_of, read_words
from plimsoll.origination.kit import Kit, Kits
from plimsoll.origination.queue import case
from plimsoll.origination.review import made, told
from plimsoll.origination.said import priority_of, said_of, sealed
from plimsoll.origination.underwrite import Dossier, Own, Underwritten, underwrite
from plimsoll.risk.answer import EVIDENCE, items_of
from plimsoll.risk.consent import GRANTED, WITHDRAWN
from plimsoll.risk.evidence import features_at, values_of, withheld_at
from plimsoll.rulebook.rules import Rules
from plimsoll.units.dates import day_text
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

READS: Final = f"open loans+file:{','.join(sorted((*KINDS, EVIDENCE, GRANTED, WITHDRAWN)))}"


@dataclass(frozen=True, slots=True)
class DecideApplication:
    """Decide on an application; `suspended` are the sources about which an alert stands, with spaces between them.

    `kit` is the digest of the kit that is meant, "" for whichever is in force.
    """

    key: str
    customer_id: int
    on: date
    application_id: str
    suspended: str = ""
    kit: str = ""


def decide_without(book: Book, command: DecideApplication, rules: Rules) -> Decision | Refused:  # noqa: ARG001 -- every verb is called alike
    """Refuse to decide where nobody has said by which models and tables: kit_missing."""
    return Refused("kit_missing", "", command.application_id)


def decide(book: Book, command: DecideApplication, rules: Rules, kits: Kits, suspended: Iterable[str] = ()) -> Decision | Refused:
    """Put on record what the engine decides; an offer, or a row of the reviewers' queue, comes with it.

    `suspended` are the sources about which an alert stands in the book, whatever the command says of them.
    Refuses kit_changed, customer_unknown, application_unknown, application_not_ready, product_not_in_force.
    """
    found = _find(book, command)
    if not isinstance(found, Application):
        return found
    version = rules.product(found.asked.product, command.on)
    if isinstance(version, Refused):
        return version
    kit = kits.on(command.on, version.licence)
    if command.kit not in ("", kit.digest):
        return Refused("kit_changed", "", f"{command.kit[:12]}, now {kit.digest[:12]}")
    command = replace(command, suspended=" ".join({*read_words(command.suspended), *suspended}))
    decided = underwrite(dossier_of(book, command, found, kit), kit)
    return _recorded(book, command, found, decided, rules)


def _find(book: Book, command: DecideApplication) -> Application | Decision | Refused:
    """Give the application where it can be decided; what was answered first, where it was decided and nothing is new."""
    refused = refuse_customer(book, command.on)
    if refused is not None:
        return refused
    found = find_application(book.filings, command.application_id, command.on.toordinal())
    if isinstance(found, Refused):
        return found
    if found.decided:
        is_newer = any(one.kind == EVIDENCE and one.n > found.decided for one in book.filings)
        said = found.said
        assert said is not None, "what was decided is on record"
        return found if found.state == IN_REVIEW and is_newer else Decision(answer=body_of(answer_of(said, said["digest"])))
    return refuse_state(found, APPLIED) or found


def dossier_of(book: Book, command: DecideApplication, found: Application, kit: Kit) -> Dossier:
    """Give what is known at the instant of the command: usable evidence under consents in force, and what the house lends already."""
    now, rules = instant_of(book), kit.rules
    withheld = withheld_at(book.filings, now, kit.notices_on(command.on))
    readings = features_at(items_of(book.filings, kit.catalogue), now, kit.catalogue, kit.apart, withheld)
    product = rules.product(found.asked.product, command.on)
    also = rules.product(found.asked.also, command.on) if found.asked.also else None
    assert not isinstance(product, Refused), "asked before"
    return Dossier(
        customer_id=command.customer_id,
        application_id=command.application_id,
        on=command.on.toordinal(),
        asked=found.asked,
        version=product,
        also=None if isinstance(also, Refused) else also,
        readings=readings,
        values=values_of(readings),
        suspended=tuple(sorted(read_words(command.suspended))),
        is_demanded=found.is_demanded,
        own=own_of(book, command.on),
    )


def own_of(book: Book, on: date) -> Own:
    """Give what the house lends already: principal in use, and the most that its loans ask in a month, what is late with it."""
    if not book.loans:
        return Own()
    burden = burden_of(book.loans, on.toordinal())
    used = book.line.used_minor if book.line is not None else 0
    return Own(used, max(burden.months.values(), default=0) + burden.late)


def _recorded(book: Book, command: DecideApplication, found: Application, decided: Underwritten, rules: Rules) -> Decision:
    """Give what the decision leaves behind."""
    said = said_of(decided)
    body, digest = sealed(said)
    filings = [NewFiling(DECIDE, command.application_id, body)]
    work: tuple[WorkItem, ...] = ()
    messages: list[tuple[str, str]] = []
    if decided.outcome == REFER:
        waiting = replace(found, review_since=instant_of(book), priority=priority_of(decided.told), why=decided.reasons)
        work = (case(waiting, "open", rules, command.on),)
        messages.append(("in_review", body_of({"application_id": command.application_id})))
    elif decided.outcome == DECLINE:
        messages.append(told(command.application_id, None, decided.reasons))
    else:
        assert decided.suggested is not None, "what is offered is worked out"
        filings.append(made(command.application_id, decided.suggested))
        messages.append(told(command.application_id, decided.suggested, decided.reasons))
    if found.decided and decided.outcome != REFER:
        work = (case(found, "done", rules, command.on),)
    answer = body_of(answer_of(said, digest))
    return Decision(filings=tuple(filings), work=work, messages=tuple(messages), answer=answer)


def answer_of(said: Mapping[str, Any], digest: str) -> dict[str, object]:
    """Give what a decision is answered with: the outcome, the reasons, the digest, and the offer in words of money."""
    offer = read_offer(said["suggested"]) if said["outcome"] in (APPROVE, COUNTER) else None
    told_offer = None
    if offer is not None:
        told_offer = {
            "loan": text_of(offer.loan_minor, offer.currency),
            "limit": text_of(offer.limit_minor, offer.currency),
            "currency": offer.currency,
            "rate": offer.rate.text(),
            "instalments": offer.instalments,
            "until": day_text(offer.expires_on),
        }
    return {
        "application_id": said["application_id"],
        "outcome": said["outcome"],
        "reasons": list(said["reasons"]),
        "offer": told_offer,
        "digest": digest,
    }
