"""Applications of a customer: what was asked, where each stands, what is offered, who looks at it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_of
from plimsoll.app.show.days import on_day
from plimsoll.origination.application import Application, Offer, fold_applications
from plimsoll.origination.application import find_application as find
from plimsoll.rulebook.reason import load as load_reasons
from plimsoll.units.refusal import Refused


@dataclass(frozen=True, slots=True)
class ReasonSaid:
    """A reason in plain words, and what one can do about it ("" where there is nothing)."""

    code: str
    zh: str
    en: str
    change_zh: str
    change_en: str


@dataclass(frozen=True, slots=True)
class OfferShown:
    """What is offered to be signed: limits in minor units, the price of a day, the longest term, the load line under it, until when."""

    product: str
    currency: str
    limit_minor: int
    cash_limit_minor: int
    later_limit_minor: int
    first_draw_minor: int
    rate_per_day: str
    instalments: int
    grade: str
    load_capacity_minor: int
    load_room_minor: int
    expires_on: date


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """An application as it stands on a day, amounts in minor units; `engine` is what the engine decided, "" before it did."""

    customer_id: int
    application_id: str
    product: str
    also: str
    currency: str
    amount_minor: int
    instalments: int
    purpose: str
    applied_on: date
    state: str
    engine: str
    leaning: str
    reasons: tuple[ReasonSaid, ...]
    offer: OfferShown | None
    suggested: OfferShown | None
    review_since: datetime | None
    claimed_by: str
    claimed_until: str
    is_demanded: bool
    documents_asked: tuple[str, ...]
    documents_given: tuple[str, ...]
    opinion_by: str
    opinion: str
    opinion_reasons: tuple[str, ...]
    differs_because: str

    def for_borrower(self) -> "ApplicationPage":
        """Give what the borrower may see: nothing of what the engine would do, and nobody's name."""
        return replace(self, leaning="", suggested=None, claimed_by="", claimed_until="", opinion_by="", differs_because="")


def applications(store: Store, customer_id: int, day: int) -> tuple[ApplicationPage, ...]:
    """Give the applications of a customer as they stand on a day, newest first. Rows read: the file."""
    found = fold_applications(filings_of(store, customer_id), day)
    return tuple(application_of(customer_id, one) for one in reversed(found.values()))


def application(store: Store, customer_id: int, application_id: str, day: int) -> ApplicationPage | Refused:
    """Give one application as it stands on a day. Refuses application_unknown. Rows read: the file."""
    found = find(filings_of(store, customer_id), application_id, day)
    return found if isinstance(found, Refused) else application_of(customer_id, found)


def application_of(customer_id: int, one: Application) -> ApplicationPage:
    """Give an application that was folded."""
    asked, opinion, claim = one.asked, one.opinion, one.claim
    return ApplicationPage(
        customer_id,
        one.application_id,
        asked.product,
        asked.also,
        asked.currency,
        asked.amount_minor,
        asked.instalments,
        asked.purpose,
        on_day(one.applied_on),
        one.state,
        one.engine,
        one.leaning,
        reasons_said(one.why),
        offer_shown(one.offer),
        offer_shown(one.suggested),
        one.review_since,
        claim.actor if claim else "",
        claim.until if claim else "",
        one.is_demanded,
        one.documents,
        one.provided,
        opinion.actor if opinion else "",
        opinion.outcome if opinion else "",
        opinion.reasons if opinion else (),
        opinion.differs if opinion else "",
    )


def reasons_said(codes: Sequence[str]) -> tuple[ReasonSaid, ...]:
    """Give reasons in the words of the catalogue; a code it no longer has stands without words."""
    known = load_reasons().by_code
    found = []
    for code in codes:
        said = known[code].said if code in known else {}
        change = known[code].change if code in known else {}
        words = (said.get("zh-CN", ""), said.get("en", ""), change.get("zh-CN", ""), change.get("en", ""))
        found.append(ReasonSaid(code, *words))
    return tuple(found)


def offer_shown(offer: Offer | None) -> OfferShown | None:
    """Give an offer as people look at it."""
    if offer is None:
        return None
    return OfferShown(
        offer.product,
        offer.currency,
        offer.limit_minor,
        offer.cash_limit_minor,
        offer.later_limit_minor,
        offer.loan_minor,
        offer.rate.text(),
        offer.instalments,
        offer.grade,
        offer.capacity_minor,
        offer.room_minor,
        on_day(offer.expires_on),
    )
