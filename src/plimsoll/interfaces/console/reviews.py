"""The workbench of reviewers: the queue, the next case, and one case with why it is here, the facts, the decision, and what if."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from plimsoll.app.access.principal import EVERYBODY, Target
from plimsoll.app.business_day import at_of
from plimsoll.app.show.application import ApplicationPage, application
from plimsoll.app.show.decision import DecisionShown, WhatIf, decision, what_if
from plimsoll.app.show.queues import WorkAsked, WorkRow, work_page
from plimsoll.interfaces.console import explained, peers
from plimsoll.interfaces.console.aims import customer_of, everybody
from plimsoll.interfaces.console.case_words import amounts
from plimsoll.interfaces.console.rows_of_work import due, locked, more, narrowed, page_of, tabs
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Facts,
    Field,
    Form,
    Heading,
    Panel,
    Said,
    Table,
    board,
    chip,
    fact,
    heads,
    instant,
    money,
    text,
)
from plimsoll.interfaces.pages.visit import Act, Done, Go, Page, Screen, Shown, Visit
from plimsoll.loan.filing import instant_text
from plimsoll.origination.application import IN_REVIEW
from plimsoll.origination.claim_review import ClaimReview
from plimsoll.origination.release_review import ReleaseReview
from plimsoll.origination.request_documents import RequestDocuments
from plimsoll.origination.review import Review
from plimsoll.rulebook import reason
from plimsoll.units.money import parse_minor, text_of
from plimsoll.units.refusal import LANGUAGES, Malformed, Refused

QUEUE: Final = "review"
LAST: Final = datetime.max.replace(tzinfo=UTC)
RANKS: Final = (("underwriter_2", "senior"), ("underwriter_1", "underwriter"))


def show(visit: Visit) -> Shown:
    """Show the queue, the one that is due soonest of the highest priority on top; the server picks what comes next."""
    page = page_of(visit, QUEUE, "review.read")
    columns = ("review.application", "review.why", "work.due", "work.holder", "work.since")
    table = Table(
        visit.t("nav.review"), heads(visit, *columns), [_row(visit, one) for one in page.rows],
        more=more(visit, "/reviews", page), is_list=True, empty="review.none",
    )  # fmt: skip
    table = narrowed(visit, "/reviews", table)
    parts: list[Any] = [table]
    if page.rows and visit.may("review.claim", EVERYBODY):
        parts.insert(0, Form("next", "", visit.t("work.next"), (), tone="btn-primary", is_folded=False))
    heading = Heading(visit.t("nav.review"), visit.t("review.lead"), tabs=tabs(visit, "/reviews", "", "mine", "held", "overdue"))
    return board(heading, [Panel("", parts)])


def _row(visit: Visit, one: WorkRow) -> tuple[Cell, ...]:
    return (
        Cell(one.subject, f"/reviews/{one.customer_id}/{one.subject}", visit.t("customer.number", {"n": one.customer_id})),
        text(_note(visit, one.note)),
        due(visit, one),
        text(one.assigned_to),
        instant(one.opened_at),
    )


def _note(visit: Visit, note: str) -> str:
    """Give the line of a case in words: what is asked for, then why a person has to look."""
    asked, *codes = note.split("; ")
    product, _, amount = asked.partition(" ")
    said = dict(_reasons(visit.speech))
    parts = [
        f"{word(visit, 'product', product)} {amounts(amount)}".strip(),
        *(said.get(one, one).partition(" · ")[2] or one for one in codes),
    ]
    return "; ".join(parts)


def _next(visit: Visit) -> Done:
    """Take the case that comes first of those that one sees: a free one, or one that somebody held for too long."""
    sight = visit.door.sight(visit.who, "review.claim")
    store, at = visit.house.store, at_of(visit.house)
    free = work_page(store, QUEUE, at, WorkAsked("open"), sight=sight, limit=1).rows
    held = work_page(store, QUEUE, at, WorkAsked("claimed"), sight=sight).rows
    waiting = [*free, *(one for one in held if _ran_out(visit, one))]
    if not waiting:
        return Go("/reviews", "done.none-left")
    one = min(waiting, key=lambda one: (-one.priority, one.due_at or LAST, one.customer_id))
    command = ClaimReview(visit.form.get("key", ""), one.customer_id, visit.today(), one.subject)
    return Act(command, "done.claimed", f"/reviews/{one.customer_id}/{one.subject}")


def _ran_out(visit: Visit, one: WorkRow) -> bool:
    """Tell whether a case that is held is anybody's again."""
    page = application(visit.house.store, one.customer_id, one.subject, visit.today().toordinal())
    return not isinstance(page, Refused) and page.state == IN_REVIEW and not _holder(visit, page)


def _holder(visit: Visit, page: ApplicationPage) -> str:
    """Give who holds a case now, "" for nobody and for somebody whose time is over."""
    return page.claimed_by if page.claimed_until > instant_text(visit.house.now()) else ""


def show_one(visit: Visit) -> Shown:
    """Show one case as wireframe and trade have it: why it is here, facts, the decision, the record."""
    return _case(visit, None)


def _case(visit: Visit, otherwise: WhatIf | None) -> Shown:
    customer_id, application_id = int(visit.path["customer"]), visit.path["application"]
    store, house = visit.house.store, visit.house
    page = application(store, customer_id, application_id, visit.today().toordinal())
    if isinstance(page, Refused):
        return Refused("absent")
    shown = decision(store, customer_id, application_id, house.rules)
    panels: list[Panel | None] = [locked(visit, _holder(visit, page), page.claimed_until)]
    if otherwise is not None:
        panels.append(explained.what_if_panel(visit, otherwise))
    panels.append(_asked(visit, page))
    if isinstance(shown, Refused):
        panels.append(Panel(visit.t("explain.title"), [Said("", shown.text(visit.speech))], width="half"))
    else:
        panels.append(explained.why(visit, shown))
    panels.append(_desk(visit, page))
    if not isinstance(shown, Refused):
        panels += [
            explained.score(visit, shown),
            peers.panel(visit, shown),
            explained.load_and_price(visit, shown),
            explained.told(visit, shown),
            explained.used(visit, shown),
        ]
        panels.append(_ask_otherwise(visit, shown))
    state = chip(word(visit, "application.state", page.state), "wait" if "review" in page.state else "")
    above = [(visit.t("nav.review"), "/reviews"), (visit.t("customer.number", {"n": customer_id}), f"/customers/{customer_id}")]
    return board(Heading(application_id, visit.t("review.since", {"day": page.applied_on.isoformat()}), [state], above), panels)


def _asked(visit: Visit, page: ApplicationPage) -> Panel:
    rows = [
        fact(visit, "decision.asked", money(page.amount_minor, page.currency)),
        fact(visit, "loan.instalments", text(page.instalments)),
        fact(visit, "overview.product", text(word(visit, "product", page.product))),
        fact(visit, "review.purpose", text(word(visit, "loan-purpose", page.purpose))),
        fact(
            visit,
            "review.engine",
            text(
                word(visit, "decision", page.engine),
                under=visit.t("review.leaning", {"what": word(visit, "decision", page.leaning)}) if page.leaning else "",
            ),
        ),
        fact(visit, "work.holder", text(page.claimed_by, under=written.instant(page.claimed_until) if page.claimed_until else "")),
        fact(visit, "review.documents", text(", ".join(page.documents_asked) or "")),
        fact(visit, "review.given", text(", ".join(page.documents_given) or "")),
    ]
    if page.is_demanded:
        rows.append(fact(visit, "review.demanded", chip(visit.t("review.demanded.yes"), "warn")))
    if page.opinion:
        said = f"{page.opinion_by}: {word(visit, 'decision', page.opinion)} {page.differs_because}"
        rows.append(fact(visit, "review.opinion", text(said)))
    return Panel(visit.t("review.asked"), [Facts(rows)], "asked", width="half")


def _desk(visit: Visit, page: ApplicationPage) -> Panel | None:
    """Give what a reviewer may do: take it, decide, ask for documents, give it back."""
    target, forms = Target(page.customer_id), []
    if "review" in page.state and not _holder(visit, page) and visit.may("review.claim", target):
        forms.append(Form("claim", "", visit.t("review.claim"), (), tone="btn-primary", is_folded=False))
    if _holder(visit, page) == visit.who.actor and visit.may("review.work", target):
        forms += _decide_forms(visit, page)
        asked = Field(
            "documents", visit.t("review.documents"), "text", visit.form.get("documents", ""), hint=visit.t("review.documents.hint")
        )
        forms.append(_form(visit, "request", (asked, Field("reason", visit.t("form.reason"), is_wide=True)), "r"))
        forms.append(_form(visit, "release", (), "e"))
    return Panel(visit.t("review.decide"), forms, "decide", width="half") if forms else None


def _decide_forms(visit: Visit, page: ApplicationPage) -> list[Form]:
    suggested = page.suggested
    why = Field(
        "differs",
        visit.t("review.differs"),
        value=visit.form.get("differs", ""),
        is_needed=False,
        is_wide=True,
        hint=visit.t("review.differs.hint"),
    )
    reasons = Field("reasons", visit.t("review.reason"), "choice", visit.form.get("reasons", ""), _reasons(visit.speech))
    found = []
    if suggested is not None:
        limit = Field(
            "limit",
            visit.t("line.limit"),
            "money",
            visit.form.get("limit", text_of(suggested.limit_minor, suggested.currency)),
            hint=suggested.currency,
        )
        term = Field("instalments", visit.t("loan.instalments"), "number", visit.form.get("instalments", str(suggested.instalments)))
        found = [_form(visit, "approve", (reasons, why), "a", "btn-primary"), _form(visit, "amend", (limit, term, reasons, why), "m")]
    return [*found, _form(visit, "decline", (reasons, why), "d", "btn-danger")]


@lru_cache(maxsize=4)
def _reasons(language: str) -> tuple[tuple[str, str], ...]:
    """Give the reasons of the catalogue: code, and what is said."""
    return (
        tuple((one.code, f"{one.code} · {one.said[language]}") for one in reason.load().by_code.values()) if language in LANGUAGES else ()
    )


def _form(visit: Visit, act: str, fields: Any, key: str, tone: str = "") -> Form:
    asked = visit.form.get("act") == act
    return Form(
        act, visit.t(f"review.{act}"), visit.t(f"review.{act}.do"), fields, tone=tone, hotkey=key, is_open=asked,
        key=visit.form.get("key", "") if asked else "",
    )  # fmt: skip


def _ask_otherwise(visit: Visit, shown: DecisionShown) -> Panel:
    form, currency = visit.form, shown.currency
    fields = (
        Field("amount", visit.t("form.amount"), "money", form.get("amount", text_of(shown.asked_minor, currency)), hint=currency),
        Field("instalments", visit.t("loan.instalments"), "number", form.get("instalments", str(shown.instalments))),
        Field("income", visit.t("whatif.income"), "money", form.get("income", ""), is_needed=False),
    )
    asked = Form("what_if", visit.t("whatif.title"), visit.t("whatif.do"), fields, visit.t("whatif.said"), is_folded=False)
    return Panel(visit.t("whatif.title"), [asked], "ask-otherwise", width="half")


def _names(visit: Visit) -> tuple[str, int, str, str]:
    """Give key, customer, application and where to go."""
    customer_id, application_id = int(visit.path["customer"]), visit.path["application"]
    return visit.form.get("key", ""), customer_id, application_id, f"/reviews/{customer_id}/{application_id}"


def _claim(visit: Visit) -> Done:
    key, customer_id, application_id, to = _names(visit)
    return Act(ClaimReview(key, customer_id, visit.today(), application_id), "done.claimed", to)


def _release(visit: Visit) -> Done:
    key, customer_id, application_id, _ = _names(visit)
    return Act(ReleaseReview(key, customer_id, visit.today(), application_id), "done.done", "/reviews")


def _request(visit: Visit) -> Done:
    key, customer_id, application_id, to = _names(visit)
    words, why = visit.form.get("documents", ""), visit.form.get("reason", "")
    return Act(RequestDocuments(key, customer_id, visit.today(), application_id, words, why), "done.done", to)


def _decide(visit: Visit) -> Done:
    """Decide as the form says, with the highest authority that the reviewer's roles give."""
    key, customer_id, application_id, _ = _names(visit)
    form = visit.form
    page = application(visit.house.store, customer_id, application_id, visit.today().toordinal())
    if isinstance(page, Refused):
        return page
    rank = next((rank for role, rank in RANKS if role in visit.who.roles), "underwriter")
    command = Review(
        key, customer_id, visit.today(), application_id, form["act"], rank, page.currency, form.get("reasons", ""), form.get("differs", "")
    )
    if form["act"] == "amend":
        limit, term = parse_minor(form.get("limit", ""), page.currency), form.get("instalments", "")
        if not (term.isascii() and term.isdigit() and len(term) < 4):
            raise Malformed("field_malformed", repr(term)[:20], key="instalments")
        command = replace(command, limit_minor=limit, instalments=int(term))
    return Act(command, "done.decided", "/reviews", form.get("differs", ""))


def _what_if(visit: Visit) -> Done:
    """Show what another amount, term or income would come to; nothing is written."""
    _, customer_id, application_id, _ = _names(visit)
    form, page = (
        visit.form,
        application(visit.house.store, int(visit.path["customer"]), visit.path["application"], visit.today().toordinal()),
    )
    allowed = visit.door.may(visit.who, "decision.read", Target(customer_id))
    if isinstance(page, Refused) or isinstance(allowed, Refused):
        return page if isinstance(page, Refused) else allowed
    term = form.get("instalments", "")
    found = what_if(
        visit.house.store, customer_id, application_id, visit.house.rules,
        amount_minor=parse_minor(form.get("amount", ""), page.currency),
        instalments=int(term) if term.isascii() and term.isdigit() and len(term) < 4 else 0,
        income_minor=parse_minor(form["income"], page.currency) if form.get("income", "").strip() else None,
    )  # fmt: skip
    if isinstance(found, Refused):
        return found
    shown = _case(visit, found)
    return Page("page.html", shown) if isinstance(shown, dict) else Refused("absent")


FORMS: Final = {
    "claim": _claim, "release": _release, "request": _request,
    "approve": _decide, "amend": _decide, "decline": _decide, "what_if": _what_if,
}  # fmt: skip
SCREENS: Final = (
    Screen("review", "/reviews", "review.read", "page.html", show, {"next": _next}, target=everybody),
    Screen("review-page", "/reviews/{customer:int}/{application}", "application.read", "page.html", show_one, FORMS, target=customer_of),
    Screen(
        "application-page",
        "/customers/{customer:int}/applications/{application}",
        "application.read",
        "page.html",
        show_one,
        FORMS,
        target=customer_of,
    ),
)
