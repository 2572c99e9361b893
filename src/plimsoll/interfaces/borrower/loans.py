"""My loans: what is owed and how it came about, the schedule, and what was agreed."""

from datetime import date
from typing import Final

from plimsoll.app.file import filings_of
from plimsoll.app.show.loan import LoanPage, loan_page
from plimsoll.app.show.schedule import Computed, Schedule, computed, schedule
from plimsoll.disposal.record import holder_of
from plimsoll.interfaces.borrower.contract import contract
from plimsoll.interfaces.borrower.me import loan_of, myself, next_asked, screen
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Cell, Facts, Heading, Links, Panel, Part, Said, Table, Text, fact
from plimsoll.interfaces.pages.visit import Shown, Visit
from plimsoll.units.refusal import Malformed, Refused

ACCOUNT: Final = "account"
GOING: Final = ("pending", "open")
CHARGED: Final = "charged_off"
PAID: Final = "paid_off"
PAYABLE: Final = ("open", CHARGED)


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
    if owing.status == PAID:
        said: list[Part] = [Said("good", visit.t("b.loan.paid.said"))]
        if owing.credit_minor:
            said.append(Facts([fact(visit, "b.loan.held", parts.money(owing.credit_minor, owing.currency))]))
        return Panel(visit.t("b.loan.today"), said)
    sold = sold_said(visit, page)
    if sold is not None:
        return Panel(visit.t("b.loan.today"), [sold])
    rows = [
        fact(visit, "b.loan.payoff", parts.money(owing.payoff_minor or owing.claim_minor, owing.currency)),
        fact(visit, "b.loan.principal", parts.money(owing.principal_minor, owing.currency)),
        fact(visit, "b.loan.interest", parts.money(owing.interest_minor, owing.currency)),
    ]
    if owing.penalty_minor:
        rows.append(fact(visit, "b.loan.penalty", parts.money(owing.penalty_minor, owing.currency)))
    if owing.credit_minor:
        rows.append(fact(visit, "b.loan.held", parts.money(owing.credit_minor, owing.currency)))
    if page.next is not None:
        rows.append(fact(visit, "b.due.next", next_asked(visit, page.next)))
    body: list[Part] = [Facts(rows)]
    if made is not None:
        body += [Text(one) for one in how_computed(visit, made)]
    if owing.status in PAYABLE:
        body.append(Links(((visit.t("b.pay.title"), f"/loans/{page.loan_id}/pay"),)))
    return Panel(visit.t("b.loan.today"), body)


def sold_said(visit: Visit, page: LoanPage) -> Said | None:
    """Give that a claim was sold, since when and to whom: nothing is paid here any more; None where it is the house's."""
    holder = holder_of(filings_of(visit.house.store, page.customer_id), page.loan_id) if page.owing.status == CHARGED else None
    if holder is None:
        return None
    return Said("wait", visit.t("b.loan.sold.said", {"day": written.day(date.fromordinal(holder.on)), "buyer": holder.name}))


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


def read_day(text: str) -> date:
    """Read a day of an address. Raises Malformed date_malformed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed("date_malformed", text[:20]) from None


SCREENS: Final = (
    screen("b-loans", "/loans", "loan.read", _loans),
    screen("b-loan", "/loans/{loan:int}", "loan.read", _loan),
)
