"""Repaying a loan: what is due, the instalment that comes, another amount, principal ahead of time with what that saves, or all of it."""

from collections.abc import Callable
from typing import Final

from plimsoll.app.show.loan import LoanPage, loan_page
from plimsoll.app.show.otherwise import Otherwise, prepaid
from plimsoll.app.show.schedule import PayOff, pay_off
from plimsoll.interfaces.borrower.loans import ACCOUNT
from plimsoll.interfaces.borrower.me import CURRENCY, amount, loan_of, screen, tomorrow, whole, words
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Facts, Field, Form, Heading, Panel, Part, fact
from plimsoll.interfaces.pages.visit import Act, Done, Go, Shown, Visit
from plimsoll.rulebook.product import INSTALMENT, LoanOffer
from plimsoll.servicing.prepay import Prepay
from plimsoll.servicing.repay import Repay
from plimsoll.servicing.settle import Settle
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Malformed, Refused

MINOR_MAX: Final = 10**15


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
    off, later = pay_off(store, customer_id, loan_id, today), pay_off(store, customer_id, loan_id, tomorrow(visit))
    panels: list[Panel] = []
    if page.owing.due_minor:
        panels.append(Panel(visit.t("b.pay.now"), [_exactly(visit, "b.pay.due", page.owing.due_minor)]))
    elif page.next is not None and is_for_coming(visit, page):
        panels.append(_coming(visit, page))
    ahead = _ahead(visit, loan_id)
    if ahead is not None:
        panels.insert(0, _saves(visit, ahead))
    if not isinstance(off, Refused):
        panels.append(_all(visit, off, None if isinstance(later, Refused) else later))
    panels += _others(visit, page)
    return parts.board(Heading(visit.t("b.pay.title"), visit.t("b.pay.lead"), above=((visit.t("b.nav.loans"), "/loans"),)), panels)


def _exactly(visit: Visit, button: str, minor: int, act: str = "repay") -> Form:
    """Give the form that pays an amount that is known."""
    return Form(act, "", visit.t(button, {"amount": written.money(minor)}), _hidden(minor), is_folded=False)


def _coming(visit: Visit, page: LoanPage) -> Panel:
    """Give the instalment that comes, and its form unless its money is there already."""
    assert page.next is not None, "asked for where something comes"
    rows = [fact(visit, "b.due.next", parts.text(f"{written.day(page.next.due_on)} · {written.money(page.next.amount_minor)}"))]
    if page.owing.credit_minor:
        rows.append(fact(visit, "b.loan.held", parts.money(page.owing.credit_minor, page.owing.currency)))
    body: list[Part] = [Facts(rows)]
    if page.next.amount_minor:
        form = _exactly(visit, "b.pay.due", page.next.amount_minor)
        body.append(Form(form.act, "", form.button, form.fields, visit.t("b.pay.coming.said"), is_folded=False))
    return Panel(visit.t("b.pay.coming"), body)


def _others(visit: Visit, page: LoanPage) -> list[Panel]:
    """Give the two ways to pay another amount: for what comes, and as principal ahead of time."""
    field = Field("amount", visit.t("form.amount"), "money")
    if not is_for_coming(visit, page):
        part = Form("part", "", visit.t("b.pay.part"), (field,), visit.t("b.pay.part.said"), is_folded=False)
        return [Panel(visit.t("b.pay.other"), [part])]
    part = Form("part", "", visit.t("b.pay.part"), (field,), visit.t("b.pay.part.coming"), is_folded=False)
    count = Form("count", "", visit.t("b.pay.count"), (field,), visit.t("b.pay.ahead.said"), is_folded=False)
    return [Panel(visit.t("b.pay.other"), [part]), Panel(visit.t("b.pay.ahead"), [count])]


def _ahead(visit: Visit, loan_id: int) -> Otherwise | None:
    """Give what the prepayment of the address would come to, None where none is asked about or it would be refused."""
    try:
        minor = amount(visit, "ahead") if visit.query.get("ahead") else 0
    except Malformed:
        return None
    house = visit.house
    found = prepaid(house.store, house.rules, visit.who.customer_id, loan_id, visit.today(), minor, CURRENCY) if minor > 0 else None
    return None if isinstance(found, Refused) else found


def _saves(visit: Visit, found: Otherwise) -> Panel:
    """Give what principal paid ahead of time saves and makes of the instalments, with the form that pays it."""
    coming = next((row for row in found.rows if row.due_on > visit.today()), None)
    rows = [
        fact(visit, "b.pay.saved", parts.money(found.saved_minor, found.currency), is_defined=True),
        fact(visit, "b.pay.left", parts.money(found.pay_then_minor - found.paid_minor, found.currency)),
    ]
    if coming is not None:
        rows.append(fact(visit, "b.due.next", parts.text(f"{written.day(coming.due_on)} · {written.money(coming.then_minor or 0)}")))
    act = "settle" if found.what == "settle" else "prepay"
    return Panel(visit.t("b.pay.ahead"), [Facts(rows), _exactly(visit, "b.pay.ahead.do", found.paid_minor, act)])


def _hidden(minor: int) -> tuple[Field, ...]:
    return (Field("minor", kind="hidden", value=str(minor)),)


def _all(visit: Visit, off: PayOff, later: PayOff | None) -> Panel:
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
    form = Form(
        "settle", "", visit.t("b.pay.all", {"amount": written.money(off.total_minor)}), (), visit.t("b.pay.all.said"), is_folded=False
    )
    return Panel(visit.t("b.pay.off"), [Facts(rows), form])


def _repay(visit: Visit) -> Done:
    key, customer_id = words(visit)
    minor = whole(visit.form.get("minor", ""), MINOR_MAX)
    loan_id = loan_of(visit)
    return _paid(Repay(key, customer_id, visit.today(), minor, CURRENCY, loan_id, key), minor)


def _part(visit: Visit) -> Done:
    """Pay some amount: what is due first, then what comes; of a product without that, what is above the sums due is prepaid."""
    key, customer_id = words(visit)
    loan_id, minor = loan_of(visit), amount(visit)
    page = loan_page(visit.house.store, customer_id, loan_id, visit.today().toordinal())
    if isinstance(page, Refused):
        return Refused("absent")
    if minor > page.owing.due_minor and not is_for_coming(visit, page):
        return _paid(Prepay(key, customer_id, visit.today(), loan_id, minor, CURRENCY, key), minor)
    return _paid(Repay(key, customer_id, visit.today(), minor, CURRENCY, loan_id, key), minor)


def _count(visit: Visit) -> Done:
    """Show what a prepayment would save before it is paid."""
    return Go(f"/loans/{loan_of(visit)}/pay?ahead={text_of(amount(visit), CURRENCY)}")


def _prepay(visit: Visit) -> Done:
    key, customer_id = words(visit)
    minor = whole(visit.form.get("minor", ""), MINOR_MAX)
    return _paid(Prepay(key, customer_id, visit.today(), loan_of(visit), minor, CURRENCY, key), minor)


def _settle(visit: Visit) -> Done:
    key, customer_id = words(visit)
    loan_id = loan_of(visit)
    off = pay_off(visit.house.store, customer_id, loan_id, visit.today().toordinal())
    minor = 0 if isinstance(off, Refused) else off.total_minor
    return _paid(Settle(key, customer_id, visit.today(), loan_id, key), minor)


def _paid(command: Repay | Prepay | Settle, minor: int) -> Done:
    return Act(command, "done.b.paid", f"/loans/{command.loan_id}", values={"amount": written.money(minor)})


ACTS: Final[dict[str, Callable[[Visit], Done]]] = {"repay": _repay, "part": _part, "count": _count, "prepay": _prepay, "settle": _settle}
SCREENS: Final = (screen("b-pay", "/loans/{loan:int}/pay", "loan.repay", _pay, ACTS),)
