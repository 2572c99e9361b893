"""My loans: what is owed and how it came about, the schedule, paying what is due, a part, or all of it with the interest saved."""

from datetime import date
from typing import Final

from plimsoll.app.show.loan import LoanPage, loan_page
from plimsoll.app.show.schedule import Computed, PayOff, Schedule, computed, pay_off, schedule
from plimsoll.interfaces.borrower.contract import contract
from plimsoll.interfaces.borrower.me import CURRENCY, amount, loan_of, myself, screen, tomorrow, words
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Cell, Facts, Field, Form, Heading, Links, Panel, Part, Table, Text, fact
from plimsoll.interfaces.pages.visit import Act, Done, Shown, Visit
from plimsoll.servicing.prepay import Prepay
from plimsoll.servicing.repay import Repay
from plimsoll.servicing.settle import Settle
from plimsoll.units.refusal import Malformed, Refused

ACCOUNT: Final = "account"
GOING: Final = ("pending", "open")
CHARGED: Final = "charged_off"


def _loans(visit: Visit) -> Shown:
    page = myself(visit)
    rows: list[list[Cell]] = []
    done: list[list[Cell]] = []
    for one in sorted((one for one in page.loans if one.kind != ACCOUNT), key=lambda one: one.loan_id, reverse=True):
        owed = one.principal_minor + one.interest_minor + one.penalty_minor + one.fee_minor
        cells = [
            Cell(written.day(one.opened_on), f"/loans/{one.loan_id}", under=written.money(one.lent_minor, one.currency)),
            parts.money(owed, one.currency),
            parts.chip(visit.t(f"b.loan.{'late' if one.days_late else one.status}"), "bad" if one.days_late else ""),
        ]
        (rows if one.status in (*GOING, CHARGED) else done).append(cells)
    heads = parts.heads(visit, "b.loan.since", "b.loan.owed#", "b.loan.state")
    panels = [Panel(visit.t("b.loans.going"), [Table(visit.t("b.loans.going"), heads, rows, empty="b.loans.none")])]
    if done:
        panels.append(Panel(visit.t("b.loans.done"), [Table(visit.t("b.loans.done"), heads, done)]))
    return parts.board(Heading(visit.t("b.loans.title")), panels)


def _loan(visit: Visit) -> Shown:
    today, (customer_id, loan_id) = visit.today().toordinal(), (visit.who.customer_id, loan_of(visit))
    store = visit.house.store
    page = loan_page(store, customer_id, loan_id, today)
    if isinstance(page, Refused) or page.kind == ACCOUNT:
        return Refused("absent")
    made, found = computed(store, customer_id, loan_id, today), schedule(store, customer_id, loan_id, today)
    panels = [_owed(visit, page, None if isinstance(made, Refused) else made)]
    if not isinstance(found, Refused):
        panels.append(_schedule(visit, found))
    panels.append(_agreed(visit, page))
    above = ((visit.t("b.nav.loans"), "/loans"),)
    title = visit.t("b.loan.title", {"day": written.day(page.opened_on), "amount": written.money(page.terms.principal_minor)})
    return parts.board(Heading(title, above=above), panels)


def _owed(visit: Visit, page: LoanPage, made: Computed | None) -> Panel:
    owing = page.owing
    rows = [
        fact(visit, "b.loan.payoff", parts.money(owing.payoff_minor or owing.claim_minor, owing.currency)),
        fact(visit, "b.loan.principal", parts.money(owing.principal_minor, owing.currency)),
        fact(visit, "b.loan.interest", parts.money(owing.interest_minor, owing.currency)),
    ]
    if owing.penalty_minor:
        rows.append(fact(visit, "b.loan.penalty", parts.money(owing.penalty_minor, owing.currency)))
    if page.next is not None:
        rows.append(fact(visit, "b.due.next", parts.text(f"{written.day(page.next.due_on)} · {written.money(page.next.amount_minor)}")))
    body: list[Part] = [Facts(rows)]
    if made is not None:
        body += [Text(one) for one in how_computed(visit, made)]
    if owing.status == "open":
        body.append(Links(((visit.t("b.pay.title"), f"/loans/{page.loan_id}/pay"),)))
    return Panel(visit.t("b.loan.today"), body)


def how_computed(visit: Visit, made: Computed) -> list[str]:
    """Give each charge as days times rate times balance, so that anybody can work it out again."""
    lines = []
    for one in made.parts:
        said = {
            "since": written.day(one.since),
            "until": written.day(one.until),
            "days": one.days,
            "balance": written.money(one.balance_minor),
            "rate": written.share(float(one.rate_per_day), 4),
            "sum": written.money(round(float(one.exact))),
        }
        lines.append(visit.t("b.loan.how", said))
    return lines


def _schedule(visit: Visit, found: Schedule) -> Panel:
    rows = [
        [
            Cell(str(one.number)),
            parts.day(one.due_on),
            parts.money(one.total_minor, found.currency),
            parts.chip(visit.t(f"b.due.{one.status}"), "bad" if one.status == "late" else "good" if one.status == "paid" else ""),
        ]
        for one in found.lines
    ]
    heads = parts.heads(visit, "b.col.n", "b.col.due-on", "b.col.due#", "b.loan.state")
    return Panel(visit.t("b.borrow.schedule"), [Table(visit.t("b.borrow.schedule"), heads, rows, is_dense=True)])


def _agreed(visit: Visit, page: LoanPage) -> Panel:
    terms = page.terms
    rows = [
        fact(visit, "b.loan.rate", parts.text(written.daily_rate(terms.rate_per_day, visit.language))),
        fact(visit, "b.loan.way", parts.text(visit.t(f"b.way.{terms.repayment}"))),
        fact(visit, "b.loan.first", parts.day(terms.first_due_on)),
        fact(visit, "b.loan.last", parts.day(terms.last_due_on)),
        fact(visit, "b.loan.early", parts.text(visit.t("b.loan.early.free"))),
    ]
    body: list[Part] = [Facts(rows)]
    if not isinstance(contract(visit), Refused):
        body.append(Links(((visit.t("b.contract.title"), f"/loans/{page.loan_id}/contract"),)))
    return Panel(visit.t("b.loan.agreed"), body)


def _pay(visit: Visit) -> Shown:
    today, (customer_id, loan_id) = visit.today().toordinal(), (visit.who.customer_id, loan_of(visit))
    store = visit.house.store
    page = loan_page(store, customer_id, loan_id, today)
    if isinstance(page, Refused) or page.kind == ACCOUNT:
        return Refused("absent")
    off, later = pay_off(store, customer_id, loan_id, today), pay_off(store, customer_id, loan_id, tomorrow(visit))
    panels = []
    if page.owing.due_minor:
        body = [
            Form(
                "repay",
                "",
                visit.t("b.pay.due", {"amount": written.money(page.owing.due_minor)}),
                _hidden(page.owing.due_minor),
                is_folded=False,
            )
        ]
        panels.append(Panel(visit.t("b.pay.now"), body))
    if not isinstance(off, Refused):
        panels.append(_all(visit, off, None if isinstance(later, Refused) else later))
    field = Field("amount", visit.t("form.amount"), "money")
    part = Form("part", "", visit.t("b.pay.part"), (field,), visit.t("b.pay.part.said"), is_folded=False)
    panels.append(Panel(visit.t("b.pay.other"), [part]))
    return parts.board(Heading(visit.t("b.pay.title"), visit.t("b.pay.lead"), above=((visit.t("b.nav.loans"), "/loans"),)), panels)


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
    minor = int(visit.form.get("minor", "0")) if visit.form.get("minor", "").isdigit() else 0
    loan_id = loan_of(visit)
    return _paid(Repay(key, customer_id, visit.today(), minor, CURRENCY, loan_id, key), minor)


def _part(visit: Visit) -> Done:
    """Pay some amount: what is due first, and what is above it ahead of time where it is more than that."""
    key, customer_id = words(visit)
    loan_id, minor = loan_of(visit), amount(visit)
    page = loan_page(visit.house.store, customer_id, loan_id, visit.today().toordinal())
    if isinstance(page, Refused):
        return Refused("absent")
    if minor > page.owing.due_minor:
        return _paid(Prepay(key, customer_id, visit.today(), loan_id, minor, CURRENCY, key), minor)
    return _paid(Repay(key, customer_id, visit.today(), minor, CURRENCY, loan_id, key), minor)


def _settle(visit: Visit) -> Done:
    key, customer_id = words(visit)
    loan_id = loan_of(visit)
    off = pay_off(visit.house.store, customer_id, loan_id, visit.today().toordinal())
    minor = 0 if isinstance(off, Refused) else off.total_minor
    return _paid(Settle(key, customer_id, visit.today(), loan_id, key), minor)


def _paid(command: Repay | Prepay | Settle, minor: int) -> Done:
    return Act(command, "done.b.paid", f"/loans/{command.loan_id}", values={"amount": written.money(minor)})


def read_day(text: str) -> date:
    """Read a day of an address. Raises Malformed date_malformed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed("date_malformed", text[:20]) from None


SCREENS: Final = (
    screen("b-loans", "/loans", "loan.read", _loans),
    screen("b-loan", "/loans/{loan:int}", "loan.read", _loan),
    screen("b-pay", "/loans/{loan:int}/pay", "loan.repay", _pay, {"repay": _repay, "part": _part, "settle": _settle}),
)
