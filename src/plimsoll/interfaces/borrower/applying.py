"""Applying: each consent by itself, what is asked for, where it stands, why it was declined, a person instead of the machine, and signing.

What is offered is signed once its costs were read.
"""

from typing import Final

from plimsoll.app.assess import assess
from plimsoll.app.kit import kits_of
from plimsoll.app.replay_decision import decisions_of, underwrite_again
from plimsoll.app.show.customer import consent_rows
from plimsoll.interfaces.borrower.costs import agreeing, along, confirm_costs, confirming, page_of_costs, seen_costs, show_again, show_costs
from plimsoll.interfaces.borrower.me import CURRENCY, amount, for_borrowers, mine, my_file, screen, upper, whole, words
from plimsoll.interfaces.borrower.papers import APPLICATION, asked_for, more
from plimsoll.interfaces.borrower.seen import key_on
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Facts, Field, Form, Heading, Links, Panel, Part, Said, Text, fact
from plimsoll.interfaces.pages.visit import Act, Done, Go, Screen, Shown, Visit
from plimsoll.origination.accept_offer import AcceptOffer, disclosed
from plimsoll.origination.application import (
    DECLINED,
    DOCUMENTS_ASKED,
    LIVE,
    OFFERED,
    SIGNED,
    Application,
    Offer,
    find_application,
    fold_applications,
)
from plimsoll.origination.apply import Apply
from plimsoll.origination.demand_review import DemandReview
from plimsoll.origination.explain import Explanation, explain
from plimsoll.origination.withdraw_application import WithdrawApplication
from plimsoll.protection.grant_consent import GrantConsent
from plimsoll.rulebook.consent_notice import Purpose
from plimsoll.servicing.open_account import PAY_LATER
from plimsoll.servicing.open_line import CASH_LINE
from plimsoll.units.refusal import Refused

ASKED_FOR: Final = ("application", "identity", "bureau", "score", "income", "spending", "assets", "device")
"""Purposes that an application may rest on, in the order in which they are asked for."""
REASONS_MAX: Final = 4
CHOSEN: Final = ("application",)
"""What an address carries along of the offer whose costs are shown."""
SIGNED_BEFORE: Final = Go("/", "done.b.signed-before")
"""Where somebody lands who signs the same offer once more, from another window."""


def _apply(visit: Visit) -> Shown:
    filings, today = my_file(visit), visit.today()
    going = [one for one in fold_applications(filings, today.toordinal()).values() if one.state in LIVE]
    if going:
        return Go("/applications")
    granted = {one.purpose for one in consent_rows(filings, visit.house.now()) if one.is_granted}
    fields: list[Field] = []
    for name in ASKED_FOR:
        purpose = visit.house.rules.purposes[name]
        notice = purpose.notice(today)
        if notice is None or name in granted:
            continue
        said = notice.text[visit.speech]
        fields.append(
            Field(f"agree_{name}", f"{_titled(visit, purpose)}: {said}", "check", str(notice.version), is_needed=purpose.is_required)
        )
    uses = visit.house.rules.value("POLICY.USE.KNOWN", today)
    known = [str(one) for one in uses] if isinstance(uses, tuple) else []
    options = [("", visit.t("b.choose")), *((one, visit.t(f"b.use.{one}")) for one in known)]
    fields += [
        Field("amount", visit.t("b.apply.amount"), "money"),
        Field("purpose", visit.t("b.apply.use"), "choice", "", options),
        Field("also", visit.t("b.apply.also"), "check", "yes", is_needed=False),
    ]
    key = key_on(visit, "apply", len(fold_applications(filings, today.toordinal())))
    form = Form("apply", "", visit.t("b.apply.button"), fields, visit.t("b.apply.said"), key, is_folded=False)
    return parts.board(Heading(visit.t("b.apply.title"), visit.t("b.apply.lead")), [Panel("", [form])])


def _titled(visit: Visit, purpose: Purpose) -> str:
    """Give what is agreed to, and whether nothing goes without it."""
    needed = visit.t("b.apply.needed" if purpose.is_required else "b.apply.free")
    return f"{upper(purpose.title[visit.speech])} ({needed})"


def _send(visit: Visit) -> Done:
    """Put each consent that was ticked on record, then the application, and have it looked at."""
    key, customer_id = words(visit)
    today, minor = visit.today(), amount(visit)
    before = fold_applications(my_file(visit), today.toordinal()).values()
    if any(one.state in LIVE for one in before):
        return Go("/applications", "done.b.applied-before")
    for name in ASKED_FOR:
        version = visit.form.get(f"agree_{name}", "")
        if version:
            agreed = visit.door.ask(visit.who, GrantConsent(f"{key}:{name}", customer_id, today, name, whole(version), visit.speech))
            if isinstance(agreed, Refused):
                return agreed
    also = PAY_LATER if visit.form.get("also") == "yes" else ""
    application_id = f"web-{customer_id}-{visit.form.get('key', '')[:12]}"
    command = Apply(key, customer_id, today, application_id, CASH_LINE, minor, CURRENCY, visit.form.get("purpose", ""), also=also)
    applied = visit.door.ask(visit.who, command)
    if isinstance(applied, Refused):
        return applied
    # What cannot be looked at now waits on the page of applications; the application itself is on record.
    assess(visit.house, customer_id, application_id)
    return Go("/applications", "done.b.applied")


def _applications(visit: Visit) -> Shown:
    today = visit.today().toordinal()
    found = list(reversed(fold_applications(my_file(visit), today).values()))
    heading = Heading(visit.t("b.apps.title"))
    if not found:
        return parts.board(heading, [Panel("", [Text(visit.t("b.apps.none")), Links(((visit.t("b.home.apply"), "/apply"),))])])
    return parts.board(heading, [_one(visit, one) for one in found])


def _one(visit: Visit, one: Application) -> Panel:
    rows = [
        fact(visit, "b.apply.amount", parts.money(one.asked.amount_minor, one.asked.currency)),
        fact(visit, "b.apps.on", parts.day(one.applied_on)),
        fact(visit, "b.loan.state", parts.chip(visit.t(f"b.app.{one.state}"))),
    ]
    body: list[Part] = [Facts(rows), Text(visit.t(f"b.app.{one.state}.said"))]
    hidden = (Field("application", kind="hidden", value=one.application_id),)
    if one.decided:
        body += _why(visit, one)
    if one.state == OFFERED and one.offer is not None:
        body.append(_offered(visit, one, one.offer))
    if one.state in (DECLINED, OFFERED) and one.opinion is None:
        reason = Field("reason", visit.t("b.apps.ask.reason"), "text-long", is_needed=False)
        body.append(Form("person", visit.t("b.apps.ask"), visit.t("b.apps.ask"), (*hidden, reason), visit.t("b.apps.ask.said")))
    if one.state == DOCUMENTS_ASKED:
        body += asked_for(visit, my_file(visit))
    if one.state in (*LIVE, DECLINED):
        body.append(more(visit, APPLICATION, one.application_id))
    if one.state == SIGNED:
        body.append(Links(((visit.t("b.nav.home"), "/"), (visit.t("b.nav.borrow"), "/borrow"))))
    if one.state in LIVE:
        body.append(Form("withdraw", visit.t("b.apps.withdraw"), visit.t("b.apps.withdraw"), hidden))
    return Panel(visit.t("b.apps.of", {"day": written.day(one.applied_on)}), body)


def explained(visit: Visit, one: Application) -> Explanation | None:
    """Give the explanation of the engine's last decision, worked out again from what is on record; None without one."""
    found = [each for each in decisions_of(visit.house.store, one.application_id) if each.customer_id == visit.who.customer_id]
    version = visit.house.rules.product(one.asked.product, visit.today())
    if not found or isinstance(version, Refused):
        return None
    kit = kits_of(visit.house.store, visit.house.rules).on(visit.today(), version.licence)
    decided = underwrite_again(visit.house.store, found[-1], kit)
    return explain(decided)


def _why(visit: Visit, one: Application) -> list[Part]:
    """Give the reasons that decided, four at most, and what would change each."""
    told = explained(visit, one)
    if told is None or not told.reasons:
        return []
    lines: list[Part] = [Said("", visit.t("b.apps.why"))]
    for reason in told.reasons[:REASONS_MAX]:
        change = reason.change.get(visit.speech, "") if reason.change else ""
        lines.append(Text(f"{reason.said[visit.speech]} {change}".strip()))
    if told.next_review:
        lines.append(Text(visit.t("b.apps.again", {"day": told.next_review[:10]})))
    return lines


def _offered(visit: Visit, one: Application, offer: Offer) -> Form:
    said = visit.t(
        "b.offer.said",
        {
            "limit": written.money(offer.limit_minor, offer.currency),
            "rate": written.daily_rate(offer.rate.text(), visit.language),
            "until": written.day(offer.expires_on),
        },
    )
    hidden = (Field("application", kind="hidden", value=one.application_id),)
    return Form("offer", "", visit.t("b.borrow.read"), hidden, said, is_folded=False)


def _find(visit: Visit, application_id: str) -> Application | Refused:
    return find_application(my_file(visit), application_id, visit.today().toordinal())


def _demand(visit: Visit) -> Done:
    key, customer_id = words(visit)
    command = DemandReview(key, customer_id, visit.today(), visit.form.get("application", ""), visit.form.get("reason", "")[:200])
    return Act(command, "done.b.person", "/applications")


def _withdraw(visit: Visit) -> Done:
    key, customer_id = words(visit)
    return Act(WithdrawApplication(key, customer_id, visit.today(), visit.form.get("application", "")), "done.b.withdrawn", "/applications")


def _show_offer(visit: Visit) -> Done:
    """Put on record that the costs of an offer are shown, and go to them."""
    found = _find(visit, visit.form.get("application", ""))
    if isinstance(found, Refused) or found.offer is None:
        return Refused("absent")
    version = visit.house.rules.product(found.offer.product, visit.today())
    if isinstance(version, Refused):
        return version
    ask = disclosed(found.offer, version, visit.today())
    return show_costs(visit, ask, "/applications/offer", {"application": found.application_id})


def _offer_page(visit: Visit) -> Shown:
    seen, found = seen_costs(visit), _find(visit, visit.query.get("application", ""))
    if seen is None or isinstance(found, Refused):
        return Refused("absent")
    if found.state == SIGNED:
        return SIGNED_BEFORE
    signing = agreeing(visit, seen, "sign", visit.t("b.sign.button"), along(visit, CHOSEN), visit.t("b.sign.said"))
    ways = ((visit.t("b.nav.learn"), "/learn"), (visit.t("b.apps.title"), "/applications"))
    return page_of_costs(visit, seen, signing if seen.is_read else confirming(visit, seen, CHOSEN), *ways)


def _confirm(visit: Visit) -> Done:
    return confirm_costs(visit, "/applications/offer", CHOSEN)


def _reshow(visit: Visit) -> Done:
    return show_again(visit, "/applications/offer", CHOSEN)


def _sign(visit: Visit) -> Done:
    """Sign exactly what is offered; the verb asks for the costs to have been read and the lesson to have been passed."""
    found = _find(visit, visit.form.get("application", ""))
    if isinstance(found, Refused) or found.offer is None:
        return Refused("absent")
    if found.state == SIGNED:
        return SIGNED_BEFORE
    key, customer_id = words(visit)
    offer = found.offer
    command = AcceptOffer(
        key, customer_id, visit.today(), found.application_id, offer.limit_minor, offer.currency, offer.rate, offer.instalments
    )
    return Act(command, "done.b.signed", "/")


SCREENS: Final = (
    screen("b-apply", "/apply", "application.make", _apply, {"apply": _send}),
    screen(
        "b-applications",
        "/applications",
        "application.read",
        _applications,
        {"person": _demand, "withdraw": _withdraw, "offer": _show_offer},
    ),
    Screen(
        "b-offer",
        "/applications/offer",
        "application.sign",
        "page.html",
        for_borrowers(_offer_page),
        {"confirm": _confirm, "sign": _sign, "reshow": _reshow},
        target=mine,
    ),
)
