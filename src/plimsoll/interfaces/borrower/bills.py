"""Bills of the pay-later account: what is asked, what paying the least would cost, lines and refunds, and instalments of a bill."""

from typing import Final

from plimsoll.app.show.bills import BillRow, Bills
from plimsoll.app.show.bills import bills as bills_of
from plimsoll.app.show.loan import loan_page, see_loan
from plimsoll.interfaces.borrower.costs import (
    agreeing,
    along,
    confirm_costs,
    confirming,
    page_of_costs,
    seen_costs,
    show_again,
    show_costs,
    taken_by,
)
from plimsoll.interfaces.borrower.loans import ACCOUNT, read_day
from plimsoll.interfaces.borrower.me import CURRENCY, amount, for_borrowers, mine, myself, screen, whole, words
from plimsoll.interfaces.borrower.seen import key_of_loan, of_amount, on_seen
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Cell, Facts, Field, Form, Heading, Links, Panel, Part, Said, Table, Text, fact
from plimsoll.interfaces.pages.visit import Act, Done, Go, Screen, Shown, Visit
from plimsoll.risk.disclose import BILL, Ask, account_seen, table_of
from plimsoll.risk.offer import account_offer, product_in
from plimsoll.servicing.convert import Convert
from plimsoll.servicing.open_account import PAY_LATER
from plimsoll.servicing.repay import Repay
from plimsoll.units.refusal import Refused

CHOSEN: Final = ("n", "bill")
"""What an address carries along of the instalments that were chosen: how many, and of the bill of which day."""
CONVERTED: Final = Go("/bills", "done.b.converted-before")
"""Where somebody lands who asks once more, from another window, for instalments that were made already."""


def _account(visit: Visit) -> int:
    """Give the pay-later account of the borrower who looks, 0 where there is none."""
    return next((one.loan_id for one in myself(visit).loans if one.kind == ACCOUNT), 0)


def _found(visit: Visit) -> Bills | Refused | None:
    loan_id = _account(visit)
    return bills_of(visit.house.store, visit.who.customer_id, loan_id, visit.today().toordinal()) if loan_id else None


def _bills(visit: Visit) -> Shown:
    found, heading = _found(visit), Heading(visit.t("b.bills.title"))
    if isinstance(found, Refused):
        return found
    if found is None:
        return parts.board(heading, [Panel("", [Text(visit.t("b.bills.none"))])])
    panels = [_bill(visit, found, found.bills[0], is_last=True)] if found.bills else []
    panels.append(_unbilled(visit, found))
    if found.plans:
        panels.append(_plans(visit, found))
    if len(found.bills) > 1:
        rows = [
            [
                parts.day(one.billed_on),
                parts.money(one.total_minor),
                parts.money(one.paid_minor),
                Cell(visit.t(f"b.bill.{one.status}")),
            ]
            for one in found.bills[1:]
        ]
        heads = parts.heads(visit, "b.bill.cut", "b.bill.total#", "b.bill.paid-part#", "b.loan.state")
        panels.append(Panel(visit.t("b.bills.earlier"), [Table(visit.t("b.bills.earlier"), heads, rows, is_dense=True)]))
    return parts.board(heading, panels)


def _bill(visit: Visit, found: Bills, bill: BillRow, *, is_last: bool) -> Panel:
    """Give a bill: the whole of it first and largest, the least of it with what that costs."""
    rows = [
        fact(visit, "b.bill.left", parts.money(bill.left_minor, found.currency)),
        fact(visit, "b.bill.due-on", parts.day(bill.due_on)),
        fact(visit, "b.bill.total", parts.money(bill.total_minor, found.currency)),
    ]
    for key, minor in (
        ("b.bill.purchases", bill.purchases_minor),
        ("b.bill.instalments", bill.instalments_minor),
        ("b.bill.carried", bill.carried_minor),
        ("b.bill.interest", bill.interest_minor),
        ("b.bill.penalty", bill.penalty_minor),
        ("b.bill.refunds", bill.refunds_minor),
        ("b.bill.paid-part", bill.paid_minor),
    ):
        if minor:
            rows.append(fact(visit, key, parts.money(minor, found.currency)))
    body: list[Part] = [Facts(rows)]
    if bill.left_minor:
        hidden = (Field("minor", kind="hidden", value=str(bill.left_minor)),)
        button = visit.t("b.bill.pay-whole", {"amount": written.money(bill.left_minor)})
        body.append(Form("whole", "", button, hidden, key=_key(visit, "whole"), is_folded=False))
        field = Field("amount", visit.t("form.amount"), "money")
        body.append(Form("other", visit.t("b.pay.other"), visit.t("b.pay.part"), (field,), key=_key(visit, "other")))
    if found.minimum is not None and is_last:
        least = found.minimum
        said = {
            "least": written.money(bill.minimum_minor),
            "months": least.months,
            "interest": written.money(least.interest_minor),
        }
        body.append(Said("warn", visit.t("b.bill.minimum", said)))
    if found.convertible_minor and is_last:
        body.append(Links(((visit.t("b.convert.title"), f"/bills/instalments?bill={bill.billed_on.isoformat()}"),)))
    if bill.lines:
        body += [_lines(visit, found, bill), Links(((visit.t("b.bill.dispute"), "/complaints"),))]
    return Panel(visit.t("b.bill.of", {"day": written.day(bill.billed_on)}), body)


def _lines(visit: Visit, found: Bills, bill: BillRow) -> Table:
    rows = [
        [
            parts.day(one.on),
            Cell(
                one.merchant or written.ABSENT,
                under=visit.t("b.bill.refunded", {"amount": written.money(one.refunded_minor)}) if one.refunded_minor else "",
            ),
            parts.money(one.amount_minor, found.currency),
        ]
        for one in bill.lines
    ]
    heads = parts.heads(visit, "b.bill.day", "b.bill.merchant", "form.amount#")
    return Table(visit.t("b.bill.lines"), heads, rows, is_dense=True)


def _unbilled(visit: Visit, found: Bills) -> Panel:
    rows = [
        [parts.day(one.on), Cell(one.merchant or written.ABSENT), parts.money(one.left_minor, found.currency)]
        for one in found.unbilled_lines
    ]
    heads = parts.heads(visit, "b.bill.day", "b.bill.merchant", "form.amount#")
    aside = parts.money(found.unbilled_minor, found.currency)
    return Panel(visit.t("b.bills.unbilled"), [Table(visit.t("b.bills.unbilled"), heads, rows, is_dense=True)], aside=aside)


def _plans(visit: Visit, found: Bills) -> Panel:
    rows = [
        [
            parts.day(one.on),
            parts.money(one.principal_minor, found.currency),
            Cell(f"{one.billed} / {one.instalments}"),
            parts.money(one.left_minor + one.fee_left_minor, found.currency),
        ]
        for one in found.plans
    ]
    heads = parts.heads(visit, "b.bill.day", "form.amount#", "b.col.n", "b.loan.owed#")
    return Panel(visit.t("b.bills.plans"), [Table(visit.t("b.bills.plans"), heads, rows, is_dense=True)])


def _pay_whole(visit: Visit) -> Done:
    key, customer_id = words(visit)
    minor = whole(visit.form.get("minor", ""), 10**15)
    return _paid(visit, Repay(key, customer_id, visit.today(), minor, CURRENCY, _account(visit), key), minor)


def _pay_other(visit: Visit) -> Done:
    key, customer_id = words(visit)
    minor = amount(visit)
    return _paid(visit, Repay(key, customer_id, visit.today(), minor, CURRENCY, _account(visit), key), minor)


def _paid(visit: Visit, command: Repay, minor: int) -> Done:
    """Pay once what was decided on the bill as it stands."""
    act = Act(command, "done.b.paid", "/bills", values={"amount": written.money(minor)})
    return on_seen(visit, _key(visit, visit.form.get("act", "")), of_amount(act, minor))


def _key(visit: Visit, act: str) -> str:
    """Give the key of a form on the account as its facts stand; "" where there is none."""
    loan_id = _account(visit)
    page = loan_page(visit.house.store, visit.who.customer_id, loan_id, visit.today().toordinal())
    return "" if isinstance(page, Refused) else key_of_loan(visit, page, act)


def _convert_page(visit: Visit) -> Shown:
    """Show what each number of instalments of the bill would cost, the yearly figure as large as the fee; nothing is chosen yet."""
    found = _found(visit)
    if found is None or isinstance(found, Refused):
        return Refused("absent")
    above = ((visit.t("b.nav.bills"), "/bills"),)
    if not found.convertible_minor:
        body: list[Part] = [Text(visit.t("b.convert.nothing")), Links(above)]
        return parts.board(Heading(visit.t("b.convert.title"), above=above), [Panel("", body)])
    seen = see_loan(visit.house.store, visit.who.customer_id, found.loan_id, visit.today().toordinal())
    version = product_in(visit.house.rules, PAY_LATER, visit.today(), found.currency)
    offer = version if isinstance(version, Refused) else account_offer(version)
    if isinstance(seen, Refused) or isinstance(offer, Refused):
        return Refused("absent")
    rows, panels = [], []
    for plan in offer.bill_plans:
        ask = Ask(
            BILL, visit.today(), PAY_LATER, found.currency, found.convertible_minor, plan.instalments, account=account_seen(seen.held)
        )
        table = table_of(ask, visit.house.rules)
        if isinstance(table, Refused):
            continue
        numbers = table.numbers
        rows.append(
            [
                Cell(visit.t("b.convert.n", {"n": plan.instalments})),
                Cell(f"¥{numbers['fee']}"),
                Cell(f"{numbers['cost_simple']} %"),
                Cell(f"¥{numbers['total']}"),
            ]
        )
    heads = parts.heads(visit, "b.borrow.term", "b.convert.fee#", "b.cost.year#", "b.cost.total#")
    body = [
        Text(visit.t("b.convert.whole", {"amount": written.money(found.convertible_minor)})),
        Links(((visit.t("b.convert.pay"), "/bills"),)),
        Table(visit.t("b.convert.costs"), heads, rows),
    ]
    options = [
        ("", visit.t("b.choose")),
        *((str(plan.instalments), visit.t("b.convert.n", {"n": plan.instalments})) for plan in offer.bill_plans),
    ]
    fields = (Field("instalments", visit.t("b.borrow.term"), "choice", "", options),)
    body.append(Form("show", "", visit.t("b.borrow.read"), fields, visit.t("b.borrow.read.said"), is_folded=False))
    panels.append(Panel(visit.t("b.convert.costs"), body))
    return parts.board(Heading(visit.t("b.convert.title"), above=above), panels)


def _show(visit: Visit) -> Done:
    """Put on record that the costs of the instalments are shown, and go to them."""
    found = _found(visit)
    if found is None or isinstance(found, Refused) or not found.bills:
        return Refused("absent")
    count = whole(visit.form.get("instalments", ""))
    ask = Ask(BILL, visit.today(), PAY_LATER, found.currency, found.convertible_minor, count)
    chosen = {"n": str(count), "bill": found.bills[0].billed_on.isoformat()}
    return show_costs(visit, ask, "/bills/costs", chosen, loan_id=found.loan_id)


def _costs(visit: Visit) -> Shown:
    seen = seen_costs(visit)
    if seen is None:
        return Refused("disclosure_unknown")
    if seen.is_signed:
        return CONVERTED
    agree = agreeing(visit, seen, "convert", visit.t("b.convert.button"), along(visit, CHOSEN))
    form = agree if seen.is_read else confirming(visit, seen, CHOSEN)
    return page_of_costs(visit, seen, form, (visit.t("b.convert.pay"), "/bills"))


def _confirm(visit: Visit) -> Done:
    return confirm_costs(visit, "/bills/costs", CHOSEN)


def _reshow(visit: Visit) -> Done:
    return show_again(visit, "/bills/costs", CHOSEN, loan_id=_account(visit))


def _convert(visit: Visit) -> Done:
    key, customer_id = words(visit)
    if taken_by(visit) is not None:
        return CONVERTED
    count, bill_on = whole(visit.form.get("n", "")), read_day(visit.form.get("bill", ""))
    return Act(Convert(key, customer_id, visit.today(), _account(visit), count, bill_on), "done.b.converted", "/bills")


SCREENS: Final = (
    screen("b-bills", "/bills", "loan.read", _bills, {"whole": _pay_whole, "other": _pay_other}),
    screen("b-convert", "/bills/instalments", "loan.convert", _convert_page, {"show": _show}),
    Screen(
        "b-convert-costs",
        "/bills/costs",
        "loan.convert",
        "page.html",
        for_borrowers(_costs),
        {"confirm": _confirm, "convert": _convert, "reshow": _reshow},
        target=mine,
    ),
)
