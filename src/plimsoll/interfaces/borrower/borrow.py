"""Borrow: choose, see what it costs, read the cost table, confirm that it was read, sign. Each step is held by the verbs themselves."""

from typing import Final
from urllib.parse import urlencode

from plimsoll.app.show.customer import CustomerPage
from plimsoll.interfaces.borrower.costs import (
    DIGEST,
    agreeing,
    confirm_costs,
    confirming,
    once_more,
    page_of_costs,
    seen_costs,
    show_again,
    show_costs,
    taken_by,
)
from plimsoll.interfaces.borrower.me import (
    CURRENCY,
    amount,
    for_borrowers,
    mine,
    my_file,
    myself,
    next_loan_id,
    no,
    screen,
    signed_rate,
    whole,
    words,
)
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Cell, Facts, Field, Form, Heading, Links, Panel, Part, Said, Table, Text
from plimsoll.interfaces.pages.visit import Act, Done, Go, Page, Screen, Shown, Visit
from plimsoll.risk.disclose import DRAW, Ask, table_of
from plimsoll.risk.disclose import Table as CostTable
from plimsoll.risk.offer import loan_offer, product_in
from plimsoll.rulebook.product import LoanOffer
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.open_line import CASH_LINE
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused


def _borrow(visit: Visit) -> Shown:
    page, rate, offer = myself(visit), signed_rate(my_file(visit)), _offer(visit)
    heading = Heading(visit.t("b.borrow.title"), visit.t("b.borrow.lead"))
    if isinstance(offer, Refused):
        return offer
    if page.line is None or page.line.status == "none" or rate is None:
        return parts.board(heading, [Panel("", [Text(visit.t("b.home.no-line")), Links(((visit.t("b.home.apply"), "/apply"),))])])
    panels = _preview(visit, page, offer, rate) if visit.query.get("amount") else []
    return Page("choose.html", parts.board(heading, panels, {"choice": _choice(visit, page, offer), "choose": visit.t("b.borrow.see")}))


def _offer(visit: Visit) -> LoanOffer | Refused:
    version = product_in(visit.house.rules, CASH_LINE, visit.today(), CURRENCY)
    return version if isinstance(version, Refused) else loan_offer(version)


def _choice(visit: Visit, page: CustomerPage, offer: LoanOffer) -> tuple[Field, ...]:
    """Give the fields that are filled in; nothing stands in them but what was chosen before."""
    assert page.line is not None, "looked at before"
    chosen = visit.query.get("instalments", "")
    terms = [("", visit.t("b.choose")), *((str(n), visit.t("b.borrow.months", {"n": n})) for n in offer.instalments_offered)]
    ways = [("", visit.t("b.choose")), *((one, visit.t(f"b.way.{one}")) for one in offer.repayments)]
    span = {
        "least": written.money(offer.amount_min_minor),
        "most": written.money(min(offer.amount_max_minor, page.line.cash_available_minor)),
    }
    return (
        Field("amount", visit.t("b.borrow.amount"), "money", visit.query.get("amount", ""), hint=visit.t("b.borrow.span", span)),
        Field("instalments", visit.t("b.borrow.term"), "choice", chosen, terms),
        Field("repayment", visit.t("b.borrow.way"), "choice", visit.query.get("repayment", ""), ways),
    )


def _ask(visit: Visit, rate: Rate, instalments: int, repayment: str) -> Ask:
    return Ask(DRAW, visit.today(), CASH_LINE, CURRENCY, amount(visit), instalments, rate, repayment)


def _preview(visit: Visit, page: CustomerPage, offer: LoanOffer, rate: Rate) -> list[Panel]:
    """Give the schedule and the whole cost of what was chosen, beside the other terms; or why it cannot be."""
    try:
        ask = _ask(visit, rate, whole(visit.query.get("instalments") or str(offer.instalments_usual)), visit.query.get("repayment", ""))
    except Malformed as wrong:
        return [Panel("", [Said("bad", no(visit, wrong))])]
    table = table_of(ask, visit.house.rules)
    if isinstance(table, Refused):
        return [Panel("", [Said("bad", no(visit, table))])]
    assert page.line is not None, "looked at before"
    lacking = ask.amount_minor - page.line.cash_available_minor
    body: list[Part] = [Facts(_costs(visit, table)), _schedule(visit, table)]
    if lacking > 0:
        body.insert(0, Said("bad", visit.t("b.borrow.lacking", {"amount": written.money(lacking)})))
    else:
        hidden = {"amount": visit.query["amount"], "instalments": str(ask.instalments), "repayment": ask.repayment}
        fields = [Field(name, kind="hidden", value=value) for name, value in hidden.items()]
        body.append(Form("show", "", visit.t("b.borrow.read"), fields, visit.t("b.borrow.read.said"), is_folded=False))
    return [Panel(visit.t("b.borrow.costs"), body), _compared(visit, ask, offer)]


def _costs(visit: Visit, table: CostTable) -> list[parts.Fact]:
    """Give the costs that stand out: each rate of a day has that of a year beside it."""
    numbers = table.numbers
    first = table.lines[0] if table.lines else {"due_on": "", "due": ""}
    return [
        parts.fact(visit, "b.cost.first", parts.text(f"{first['due_on']} · ¥{first['due']}")),
        parts.fact(visit, "b.cost.interest", parts.text(f"¥{numbers['interest']}")),
        parts.fact(visit, "b.cost.year", parts.text(f"{numbers['cost_simple']} %"), is_defined=True),
        parts.fact(visit, "b.cost.total", parts.text(f"¥{numbers['total']}")),
    ]


def _schedule(visit: Visit, table: CostTable) -> Table:
    rows = [
        [
            Cell(one["n"], tone="fixed"),
            Cell(one["due_on"], tone="fixed"),
            Cell(f"¥{one['due']}"),
            Cell(f"¥{one['principal']}"),
            Cell(f"¥{one['interest']}"),
        ]
        for one in table.lines
    ]
    heads = parts.heads(visit, "b.col.n", "b.col.due-on", "b.col.due#", "b.col.principal#", "b.col.interest#")
    return Table(visit.t("b.borrow.schedule"), heads, rows, is_dense=True)


def _compared(visit: Visit, ask: Ask, offer: LoanOffer) -> Panel:
    """Give the same amount over each number of instalments, so that what longer costs is seen."""
    rows = []
    for n in offer.instalments_offered:
        table = table_of(ask._replace(instalments=n), visit.house.rules)
        if isinstance(table, Refused):
            continue
        said = {**visit.query, "instalments": str(n)}
        link = f"/borrow?{urlencode({name: said.get(name, '') for name in ('amount', 'instalments', 'repayment')})}"
        rows.append(
            [
                Cell(visit.t("b.borrow.months", {"n": n}), link),
                Cell(f"¥{table.numbers['interest']}"),
                Cell(f"{table.numbers['cost_simple']} %"),
            ]
        )
    heads = parts.heads(visit, "b.borrow.term", "b.cost.interest#", "b.cost.year#")
    return Panel(visit.t("b.borrow.compare"), [Table(visit.t("b.borrow.compare"), heads, rows)])


def _show(visit: Visit) -> Done:
    """Put on record that the cost table is shown, and go to it."""
    rate = signed_rate(my_file(visit))
    if rate is None:
        return Refused("line_missing")
    ask = _ask(visit, rate, whole(visit.form.get("instalments", "")), visit.form.get("repayment", ""))
    return show_costs(visit, ask, "/borrow/costs")


def _read(visit: Visit) -> Shown:
    """Show the cost table as it is on record; it can be confirmed once it was open as long as the rule says."""
    seen = seen_costs(visit)
    if seen is None:
        return Refused("disclosure_unknown")
    signing = Links(((visit.t("b.sign.go"), f"/borrow/sign?{urlencode({DIGEST: visit.query[DIGEST]})}"),))
    return page_of_costs(visit, seen, signing if seen.is_read else confirming(visit, seen), (visit.t("b.read.back"), "/borrow"))


def _confirm(visit: Visit) -> Done:
    return confirm_costs(visit, "/borrow/sign")


def _reshow(visit: Visit) -> Done:
    return show_again(visit, "/borrow/costs")


def _sign_page(visit: Visit) -> Shown:
    """Show what is signed, in ten lines at most, and the button that signs. Nobody comes here past the cost table."""
    seen = seen_costs(visit)
    if seen is not None and seen.is_signed:
        return _signed(seen.taken[-1].about)
    if seen is None or not seen.is_read:
        return Go("/borrow")
    hidden = {
        "loan": str(next_loan_id(myself(visit))),
        "amount": str(seen.ask["amount_minor"]),
        "instalments": str(seen.ask["instalments"]),
        "repayment": seen.ask["repayment"],
        "rate": seen.ask["rate"],
    }
    fields = [Field(name, kind="hidden", value=value) for name, value in hidden.items()]
    form = agreeing(visit, seen, "sign", visit.t("b.sign.button"), fields, visit.t("b.sign.said"))
    body = [*once_more(visit, seen), seen.facts(SUMMARY), form]
    return parts.board(Heading(visit.t("b.sign.title")), [Panel(visit.t("b.sign.summary"), body)])


def _signed(about: str) -> Go:
    """Go to the loan that was made already, and say so."""
    return Go(f"/loans/{about}", "done.b.drawn-before")


SUMMARY: Final = ("principal", "term", "method", "interest", "all_in", "total", "overdue", "lender")
"""Rows of the cost table that stand again above the signature."""


def _sign(visit: Visit) -> Done:
    """Draw, by exactly what was read: the verb refuses anything else. What another window signed already is not signed again."""
    key, customer_id = words(visit)
    taken = taken_by(visit)
    if taken is not None:
        return _signed(taken.about)
    form = visit.form
    loan_id = whole(form.get("loan", ""), 10**15)
    draw = Draw(
        key,
        customer_id,
        visit.today(),
        loan_id,
        whole(form.get("amount", ""), 10**15),
        CURRENCY,
        Rate.parse(form.get("rate", "")),
        whole(form.get("instalments", "")),
        form.get("repayment", ""),
    )
    return Act(draw, "done.b.drawn", f"/loans/{loan_id}")


SCREENS: Final = (
    screen("b-borrow", "/borrow", "loan.draw", _borrow, {"show": _show}),
    Screen(
        "b-costs",
        "/borrow/costs",
        "disclosure.confirm",
        "page.html",
        for_borrowers(_read),
        {"confirm": _confirm, "reshow": _reshow},
        target=mine,
    ),
    Screen("b-sign", "/borrow/sign", "loan.draw", "page.html", for_borrowers(_sign_page), {"sign": _sign}, target=mine),
)
