"""Repaying a loan: what is due, the instalment that comes, another amount, principal ahead of time with what that saves, or all of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from plimsoll.app.show.loan import LoanPage, loan_page
from plimsoll.app.show.otherwise import REPAY, Otherwise, prepaid, repaid
from plimsoll.app.show.schedule import PayOff, pay_off
from plimsoll.interfaces.borrower.loans import ACCOUNT, sold_said
from plimsoll.interfaces.borrower.me import CURRENCY, amount, loan_of, no, screen, tomorrow, whole, words
from plimsoll.interfaces.borrower.seen import key_of_loan, of_amount, on_seen
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Facts, Field, Form, Heading, Links, Panel, Part, Said, fact
from plimsoll.interfaces.pages.visit import Act, Done, Go, Shown, Visit
from plimsoll.rulebook.product import INSTALMENT, LoanOffer
from plimsoll.servicing.prepay import Prepay
from plimsoll.servicing.repay import Repay
from plimsoll.servicing.settle import Settle
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Malformed, Refused

MINOR_MAX: Final = 10**15
PAID_OFF: Final = "paid_off"
PART, AHEAD = "part", "ahead"
"""Fields of the address: an amount to be paid for what is due and what comes, and one as principal ahead of time."""


def is_for_coming(visit: Visit, page: LoanPage) -> bool:
    """Tell whether money that comes today before it is due is for the instalment that comes, as the product says."""
    version = visit.house.rules.product(page.product, visit.today())
    return not isinstance(version, Refused) and isinstance(version.offer, LoanOffer) and version.offer.early == INSTALMENT


def _pay(visit: Visit) -> Shown:
    today, (customer_id, loan_id) = visit.today().toordinal(), (visit.who.customer_id, loan_of(visit))
    store = visit.house.store
    page = loan_page(store, customer_id, loan_id, today)
    if isinstance(page, Refused) or page.kind == ACCOUNT:
        return Refused("absent")
    above = ((visit.t("b.nav.loans"), "/loans"), (visit.t("b.loan.this"), f"/loans/{loan_id}"))
    sold = sold_said(visit, page)
    if page.owing.status == PAID_OFF or sold is not None:
        body: list[Part] = [sold or Said("good", visit.t("b.loan.paid.said")), Links(((visit.t("b.nav.loans"), "/loans"),))]
        return parts.board(Heading(visit.t("b.pay.title"), above=above), [Panel("", body)])
    off, later = pay_off(store, customer_id, loan_id, today), pay_off(store, customer_id, loan_id, tomorrow(visit))
    panels = _tried(visit, page)
    if page.owing.due_minor or page.owing.claim_minor:
        panels.append(Panel(visit.t("b.pay.now"), [_exactly(visit, page, "b.pay.due", page.owing.due_minor or page.owing.claim_minor)]))
    elif page.next is not None and is_for_coming(visit, page):
        panels.append(_coming(visit, page))
    if not isinstance(off, Refused):
        panels.append(_all(visit, page, off, None if isinstance(later, Refused) else later))
    panels += _others(visit, page)
    return parts.board(Heading(visit.t("b.pay.title"), visit.t("b.pay.lead"), above=above), panels)


def _exactly(visit: Visit, page: LoanPage, button: str, minor: int, act: str = "repay") -> Form:
    """Give the form that pays an amount that is known."""
    hidden = (Field("minor", kind="hidden", value=str(minor)),)
    key = key_of_loan(visit, page, act)
    return Form(act, "", visit.t(button, {"amount": written.money(minor)}), hidden, key=key, is_folded=False)


def _coming(visit: Visit, page: LoanPage) -> Panel:
    """Give the instalment that comes, what paying it now saves, and its form unless its money is there already."""
    assert page.next is not None, "asked for where something comes"
    minor = page.next.amount_minor
    rows = [fact(visit, "b.due.next", parts.text(f"{written.day(page.next.due_on)} · {written.money(minor)}"))]
    if page.owing.credit_minor:
        rows.append(fact(visit, "b.loan.held", parts.money(page.owing.credit_minor, page.owing.currency)))
    body: list[Part] = [Facts(rows)]
    if minor:
        found = repaid(visit.house.store, visit.house.rules, visit.who.customer_id, page.loan_id, visit.today(), minor, CURRENCY)
        if not isinstance(found, Refused):
            rows.append(fact(visit, "b.pay.saved", parts.money(found.saved_minor, found.currency), is_defined=True))
        form = _exactly(visit, page, "b.pay.due", minor)
        body.append(replace(form, said=visit.t("b.pay.coming.said")))
    return Panel(visit.t("b.pay.coming"), body)


def _others(visit: Visit, page: LoanPage) -> list[Panel]:
    """Give the two ways to pay another amount: for what comes, and as principal ahead of time; what is saved is shown before either."""
    field, button = Field("amount", visit.t("form.amount"), "money"), visit.t("b.pay.count")
    if page.owing.claim_minor:
        part = Form("part", "", visit.t("b.pay.part"), (field,), key=key_of_loan(visit, page, "part"), is_folded=False)
        return [Panel(visit.t("b.pay.other"), [part])]
    if not is_for_coming(visit, page):
        part = Form("part", "", button, (field,), visit.t("b.pay.part.said"), is_folded=False)
        return [Panel(visit.t("b.pay.other"), [part])]
    part = Form("part", "", button, (field,), visit.t("b.pay.part.coming"), is_folded=False)
    count = Form("count", "", button, (field,), visit.t("b.pay.ahead.said"), is_folded=False)
    return [Panel(visit.t("b.pay.ahead"), [count]), Panel(visit.t("b.pay.other"), [part])]


def _tried(visit: Visit, page: LoanPage) -> list[Panel]:
    """Give what an amount of the address would come to, with the form that pays it, or why it cannot be paid; nothing without one."""
    name = next((one for one in (PART, AHEAD) if visit.query.get(one)), "")
    if not name:
        return []
    ask, house = repaid if name == PART else prepaid, visit.house
    try:
        found = ask(house.store, house.rules, visit.who.customer_id, page.loan_id, visit.today(), amount(visit, name), CURRENCY)
    except Malformed as wrong:
        return [Panel("", [Said("bad", no(visit, wrong))])]
    if isinstance(found, Refused):
        return [Panel("", [Said("bad", no(visit, found))])]
    return [_saves(visit, page, found)]


def _saves(visit: Visit, page: LoanPage, found: Otherwise) -> Panel:
    """Give what an amount saves and makes of what comes, with the form that pays it."""
    coming = next((row for row in found.rows if row.due_on > visit.today()), None)
    rows = [
        fact(visit, "b.pay.amount", parts.money(found.paid_minor, found.currency)),
        fact(visit, "b.pay.saved", parts.money(found.saved_minor, found.currency), is_defined=True),
        fact(visit, "b.pay.left", parts.money(found.pay_then_minor - found.paid_minor, found.currency)),
    ]
    if coming is not None:
        said = {
            "day": written.day(coming.due_on),
            "now": written.money(coming.now_minor or 0),
            "then": written.money(coming.then_minor or 0),
        }
        rows.append(fact(visit, "b.due.next", parts.text(visit.t("b.pay.turns", said))))
    if found.ends_now != found.ends_then and found.ends_then is not None:
        rows.append(fact(visit, "b.loan.last", parts.day(found.ends_then)))
    body: list[Part] = [Facts(rows)]
    if found.saved_minor <= 0:
        body.insert(0, Said("warn", visit.t("b.pay.saves-nothing")))
    button = "b.pay.due" if found.what == REPAY else "b.pay.ahead.do"
    return Panel(visit.t("b.pay.tried"), [*body, _exactly(visit, page, button, found.paid_minor, found.what)])


def _all(visit: Visit, page: LoanPage, off: PayOff, later: PayOff | None) -> Panel:
    """Give what pays all off today and tomorrow, and what that saves."""
    rows = [
        fact(visit, "b.pay.principal", parts.money(off.principal_minor, off.currency)),
        fact(visit, "b.pay.interest", parts.money(off.interest_minor, off.currency)),
        fact(visit, "b.pay.total", parts.money(off.total_minor, off.currency)),
        fact(visit, "b.pay.saved", parts.money(off.saved_minor, off.currency), is_defined=True),
    ]
    if off.penalty_minor:
        rows.insert(2, fact(visit, "b.loan.penalty", parts.money(off.penalty_minor, off.currency)))
    if later is not None:
        rows.append(fact(visit, "b.pay.tomorrow", parts.money(later.total_minor, later.currency)))
    form = _exactly(visit, page, "b.pay.all", off.total_minor, "settle")
    return Panel(visit.t("b.pay.off"), [Facts(rows), replace(form, said=visit.t("b.pay.all.said"))])


def _repay(visit: Visit) -> Done:
    key, customer_id = words(visit)
    minor = whole(visit.form.get("minor", ""), MINOR_MAX)
    return _paid(visit, Repay(key, customer_id, visit.today(), minor, CURRENCY, loan_of(visit), key), minor)


def _part(visit: Visit) -> Done:
    """Show what an amount would save before it is paid; of a product that keeps nothing for what comes it is a prepayment.

    Of a debt that was written off nothing is saved by paying early, so it is paid at once.
    """
    key, customer_id = words(visit)
    loan_id, minor = loan_of(visit), amount(visit)
    page = loan_page(visit.house.store, customer_id, loan_id, visit.today().toordinal())
    if isinstance(page, Refused):
        return Refused("absent")
    if page.owing.claim_minor:
        return _paid(visit, Repay(key, customer_id, visit.today(), minor, CURRENCY, loan_id, key), minor)
    is_ahead = minor > page.owing.due_minor and not is_for_coming(visit, page)
    return Go(f"/loans/{loan_id}/pay?{AHEAD if is_ahead else PART}={text_of(minor, CURRENCY)}")


def _count(visit: Visit) -> Done:
    """Show what a prepayment would save before it is paid."""
    return Go(f"/loans/{loan_of(visit)}/pay?{AHEAD}={text_of(amount(visit), CURRENCY)}")


def _prepay(visit: Visit) -> Done:
    key, customer_id = words(visit)
    minor = whole(visit.form.get("minor", ""), MINOR_MAX)
    return _paid(visit, Prepay(key, customer_id, visit.today(), loan_of(visit), minor, CURRENCY, key), minor)


def _settle(visit: Visit) -> Done:
    key, customer_id = words(visit)
    minor = whole(visit.form.get("minor", ""), MINOR_MAX)
    return _paid(visit, Settle(key, customer_id, visit.today(), loan_of(visit), key), minor)


def _paid(visit: Visit, command: Repay | Prepay | Settle, minor: int) -> Done:
    """Pay once what was decided on the figures as they stand; on figures that moved nothing is paid."""
    page = loan_page(visit.house.store, command.customer_id, command.loan_id, command.on.toordinal())
    if isinstance(page, Refused):
        return Refused("absent")
    act = Act(command, "done.b.paid", f"/loans/{command.loan_id}", values={"amount": written.money(minor)})
    return on_seen(visit, key_of_loan(visit, page, visit.form.get("act", "")), of_amount(act, minor))


ACTS: Final[dict[str, Callable[[Visit], Done]]] = {"repay": _repay, "part": _part, "count": _count, "prepay": _prepay, "settle": _settle}
SCREENS: Final = (screen("b-pay", "/loans/{loan:int}/pay", "loan.repay", _pay, ACTS),)
