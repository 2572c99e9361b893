"""An application as its customer's file tells it: what was asked, what was decided, who looks at it, and whether it still stands.

An application is a fold of filings, like a loan is a fold of facts; the subject of each is the id of the application.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from plimsoll.loan.filing import Filing, NewFiling, body_of, read_body
from plimsoll.risk.signed import SIGNED as SIGNED_ON_FILE
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

APPLIED: Final = "applied"
OFFERED: Final = "offered"
DECLINED: Final = "declined"
IN_REVIEW: Final = "in_review"
DOCUMENTS_ASKED: Final = "documents_asked"
TO_APPROVE: Final = "to_approve"
SIGNED: Final = "signed"
WITHDRAWN: Final = "withdrawn"
EXPIRED: Final = "expired"
STATES: Final = (APPLIED, OFFERED, DECLINED, IN_REVIEW, DOCUMENTS_ASKED, TO_APPROVE, SIGNED, WITHDRAWN, EXPIRED)
UNDER_REVIEW: Final = (IN_REVIEW, DOCUMENTS_ASKED, TO_APPROVE)
LIVE: Final = (APPLIED, OFFERED, *UNDER_REVIEW)
"""States in which an application still goes somewhere: a customer has one such at most for each product."""

APPROVE: Final = "approve"
COUNTER: Final = "counter-offer"
REFER: Final = "refer"
DECLINE: Final = "decline"
OUTCOMES: Final = (APPROVE, COUNTER, REFER, DECLINE)

APPLY, WITHDRAW, DECIDE = "application.applied", "application.withdrawn", "decision"
CLAIM, ASK, PROVIDE, OPINE = "review.claimed", "review.asked", "review.provided", "review.opinion"
AGREE, RETURN, DEMAND = "review.approved", "review.returned", "review.demanded"
MAKE, SIGN = "offer.made", SIGNED_ON_FILE
KINDS: Final = frozenset((APPLY, WITHDRAW, DECIDE, CLAIM, ASK, PROVIDE, OPINE, AGREE, RETURN, DEMAND, MAKE, SIGN))
"""The kinds of filing that an application is folded from."""
READS_APPLICATION: Final = "line+file:" + ",".join(sorted(KINDS))
"""What a verb reads that looks at applications only; a new filing's number is known to a verb that reads the whole file."""


class Asked(NamedTuple):
    """What a borrower asks for: a line of an amount in minor units to use a product with, over a number of instalments, for a purpose.

    `also` is another product that the same line is to open, only where the borrower wishes it; "" for none.
    """

    product: str
    currency: str
    amount_minor: int
    instalments: int
    purpose: str
    also: str = ""


class Offer(NamedTuple):
    """What the house offers to sign: limits, the price, the longest term, the load line under it, and until when. Money in minor units.

    `loan_minor` is the most of the first draw; its costs are those that are disclosed before signing. A product that is not opened is "".
    """

    product: str
    cash_product: str
    later_product: str
    currency: str
    loan_minor: int
    limit_minor: int
    cash_limit_minor: int
    later_limit_minor: int
    rate: Rate  # a day
    instalments: int
    grade: str
    capacity_minor: int
    room_minor: int
    stress_ppb: int
    expires_on: int  # day number of the last day on which it can be signed

    def said(self) -> dict[str, object]:
        """Give the offer as a filing holds it."""
        return self._asdict() | {"rate": self.rate.text()}


class Claim(NamedTuple):
    """Who works on a case and until what instant (UTC text) nobody else can."""

    actor: str
    until: str


class Opinion(NamedTuple):
    """What a reviewer decided: the outcome, why, why it differs from the engine ("" where it does not), the offer that goes with it."""

    n: int  # number of the filing
    actor: str
    outcome: str
    reasons: tuple[str, ...]
    differs: str
    offer: Offer | None


@dataclass(frozen=True, slots=True)
class Application:
    """Where an application stands on a day."""

    application_id: str
    asked: Asked
    applied_on: int
    state: str
    decided: int = 0  # number of the filing of the engine's last decision, 0 before
    engine: str = ""  # outcome of the engine
    leaning: str = ""  # what the engine would do if no person looked: approve, counter-offer or decline
    suggested: Offer | None = None  # the offer that the engine would make, None where none can be
    purposes: tuple[str, ...] = ()  # consents that the decision rests on
    priority: int = 0  # how pressing the engine holds the case
    why: tuple[str, ...] = ()  # codes of the reasons that the engine gave
    said: Mapping[str, Any] | None = None  # the engine's last decision as it is on record
    offer: Offer | None = None
    review_since: datetime | None = None  # instant at which it came to a person
    claim: Claim | None = None
    opinion: Opinion | None = None
    documents: tuple[str, ...] = ()  # kinds asked for and not provided yet
    provided: tuple[str, ...] = ()
    is_demanded: bool = False  # the borrower asked for a person


def read_offer(said: Mapping[str, Any]) -> Offer:
    """Give back an offer from what a filing says."""
    return Offer(**{**said, "rate": Rate.parse(said["rate"])})


def fold_applications(filings: Iterable[Filing], on: int) -> dict[str, Application]:
    """Give every application of a customer as it stands on a day, by id, oldest first."""
    found: dict[str, Application] = {}
    for filing in filings:
        if filing.kind == APPLY:
            asked = Asked(**read_body(filing))
            found[filing.subject] = Application(filing.subject, asked, filing.on, APPLIED)
        elif filing.kind in KINDS and filing.subject in found:
            found[filing.subject] = _moved(found[filing.subject], filing)
    return {name: _expired(one, on) for name, one in found.items()}


def find_application(filings: Iterable[Filing], application_id: str, on: int) -> Application | Refused:
    """Give one application as it stands on a day; refuses application_unknown."""
    chosen = (filing for filing in filings if filing.subject == application_id)
    found = fold_applications(chosen, on).get(application_id)
    return Refused("application_unknown", "", application_id) if found is None else found


def refuse_state(application: Application, *states: str) -> Refused | None:
    """Refuse an application that is in none of some states: application_not_ready."""
    if application.state in states:
        return None
    return Refused("application_not_ready", "", f"{application.application_id} is {application.state}; needed: {', '.join(states)}")


def filed(kind: str, application_id: str, said: Mapping[str, object]) -> NewFiling:
    """Give one step of an application to be put on record."""
    return NewFiling(kind, application_id, body_of(said))


def _moved(was: Application, filing: Filing) -> Application:
    """Give an application after one more filing about it."""
    if filing.kind in _PLAIN:
        return replace(was, claim=None, **_PLAIN[filing.kind])
    said = read_body(filing)
    match filing.kind:
        case "decision":
            return _decided(was, filing, said)
        case "offer.made":
            return replace(was, state=OFFERED, offer=read_offer(said), claim=None)
        case "review.claimed":
            return replace(was, claim=Claim(filing.actor, said["until"]) if said["until"] else None)
        case "review.asked":
            return replace(was, state=DOCUMENTS_ASKED, documents=tuple(said["documents"]), claim=None)
        case "review.provided":
            left = tuple(kind for kind in was.documents if kind not in said["documents"])
            provided = (*was.provided, *said["documents"])
            return replace(was, state=DOCUMENTS_ASKED if left else IN_REVIEW, documents=left, provided=provided)
        case "review.opinion":
            return _opined(was, filing, said)
    assert filing.kind == DEMAND, filing.kind
    return replace(was, state=IN_REVIEW, is_demanded=True, review_since=filing.at, offer=None, claim=None)


_PLAIN: Final[Mapping[str, Mapping[str, Any]]] = {
    WITHDRAW: {"state": WITHDRAWN, "offer": None},
    SIGN: {"state": SIGNED},
    AGREE: {},
    RETURN: {"state": IN_REVIEW, "opinion": None},
}
"""What a filing changes whose body says nothing that matters here; a claim ends with each of them."""


def _decided(was: Application, filing: Filing, said: Mapping[str, Any]) -> Application:
    """Take in what the engine decided; what it offers comes as a filing of its own."""
    state = {APPROVE: OFFERED, COUNTER: OFFERED, REFER: IN_REVIEW, DECLINE: DECLINED}[said["outcome"]]
    return replace(
        was,
        state=state,
        decided=filing.n,
        engine=said["outcome"],
        leaning=said["leaning"],
        suggested=read_offer(said["suggested"]) if said["suggested"] else None,
        purposes=tuple(said["purposes"]),
        priority=said["priority"],
        why=tuple(said["reasons"]),
        said=said,
        offer=None,
        review_since=filing.at if state == IN_REVIEW else None,
    )


def _opined(was: Application, filing: Filing, said: Mapping[str, Any]) -> Application:
    """Take in what a reviewer decided; an approval that stands gets its offer by a filing of its own."""
    offer = read_offer(said["offer"]) if said["offer"] else None
    opinion = Opinion(filing.n, filing.actor, said["outcome"], tuple(said["reasons"]), said["differs"], offer)
    state = TO_APPROVE if said["waits"] else DECLINED if said["outcome"] == DECLINE else was.state
    return replace(was, state=state, opinion=opinion, claim=None)


def _expired(application: Application, on: int) -> Application:
    """Give an application as a day leaves it: an offer that nobody signed in time is no longer one."""
    offer = application.offer
    if application.state == OFFERED and offer is not None and on > offer.expires_on:
        return replace(application, state=EXPIRED)
    return application
