"""What if: an application with another amount, term or income; a loan prepaid or rescheduled. Asked in the address, never written."""

from datetime import date
from typing import Final

from plimsoll.app.kit import kits_of
from plimsoll.app.show.application import application
from plimsoll.app.show.customer import customer_page
from plimsoll.app.show.decision import WhatIf, what_if
from plimsoll.app.show.loan import LoanPage, loan_page
from plimsoll.app.show.otherwise import Otherwise, prepaid, rescheduled
from plimsoll.interfaces.console.aims import customer_of, loan_of
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Field,
    Heading,
    Panel,
    Part,
    Said,
    Stats,
    Table,
    Text,
    board,
    chip,
    count,
    day,
    heads,
    money,
    share,
    stat,
    text,
)
from plimsoll.interfaces.pages.visit import Go, Screen, Shown, Visit
from plimsoll.loan.words import REPAYMENTS
from plimsoll.units.dates import parse_date
from plimsoll.units.money import parse_minor, text_of
from plimsoll.units.refusal import Malformed, Refused

PPM: Final = 1_000_000
LONGEST: Final = 3
TONES: Final = {"approve": "good", "counter-offer": "good", "refer": "wait", "decline": "bad"}
PREPAY, RESCHEDULE = "prepay", "reschedule"


def show_customer(visit: Visit) -> Shown:
    """Lead to the last application of a customer that was decided."""
    page = customer_page(visit.house.store, int(visit.path["customer"]), visit.today().toordinal(), visit.house.now())
    if isinstance(page, Refused) or page.decision is None:
        return Refused("absent")
    return Go(f"/customers/{page.customer_id}/applications/{page.decision.application_id}/what-if")


def show_application(visit: Visit) -> Shown:
    """Show what another amount, term or monthly income would come to beside what it came to, by the versions of then or of today."""
    house, customer_id, application_id = visit.house, int(visit.path["customer"]), visit.path["application"]
    page = application(house.store, customer_id, application_id, visit.today().toordinal())
    if isinstance(page, Refused):
        return Refused("absent")
    query, currency = visit.query, page.currency
    is_now = query.get("versions") == "now"
    fields = (
        Field("amount", visit.t("form.amount"), "money", query.get("amount", text_of(page.amount_minor, currency)), hint=currency),
        Field("instalments", visit.t("loan.instalments"), "number", query.get("instalments", str(page.instalments)), longest=LONGEST),
        Field("income", visit.t("whatif.income"), "money", query.get("income", ""), is_needed=False, hint=visit.t("whatif.income.hint")),
        Field(
            "versions",
            visit.t("whatif.versions"),
            "choice",
            "now" if is_now else "then",
            [(one, visit.t(f"whatif.versions.{one}")) for one in ("then", "now")],
        ),
    )
    path = f"/customers/{customer_id}"
    above = [(visit.t("customer.number", {"n": customer_id}), path), (application_id, f"{path}/applications/{application_id}")]
    heading = Heading(visit.t("whatif.title"), visit.t("whatif.said"), above=above, filters=fields, ask="whatif.do")
    kits = kits_of(house.store, house.rules) if is_now else None
    try:
        amount = parse_minor(query["amount"], currency) if query.get("amount", "").strip() else 0
        income = parse_minor(query["income"], currency) if query.get("income", "").strip() else None
        asked = {"amount_minor": amount, "instalments": _whole(visit, "instalments"), "income_minor": income}
    except Malformed as wrong:
        return board(heading, [Panel("", [Said("bad", wrong.text(visit.speech))])])
    before = what_if(house.store, customer_id, application_id, house.rules)
    after = what_if(house.store, customer_id, application_id, house.rules, kits=kits, today=visit.today(), **asked)  # type: ignore[arg-type]  # by name
    if isinstance(before, Refused) or isinstance(after, Refused):
        refused = before if isinstance(before, Refused) else after
        assert isinstance(refused, Refused), "one of the two is refused"
        return board(heading, [Panel("", [Said("warn", refused.text(visit.speech))])])
    return board(heading, [_beside(visit, before, after), _reasons(visit, after)])


def _whole(visit: Visit, name: str) -> int:
    """Read a whole number of the address, 0 where there is none. Raises Malformed."""
    found = visit.query.get(name, "").strip()
    if found and not (found.isascii() and found.isdigit() and len(found) <= LONGEST):
        raise Malformed("field_malformed", repr(found)[:20], key=name)
    return int(found or 0)


def _beside(visit: Visit, before: WhatIf, after: WhatIf) -> Panel:
    """Give both outcomes beside each other, figure by figure."""
    cells = [_cells(visit, one) for one in (before, after)]
    rows = [(Cell(visit.t(name)), was, now) for (name, was), (_, now) in zip(*cells, strict=True)]
    top = heads(visit, "whatif.figure", "whatif.as-decided#", "whatif.otherwise#")
    return Panel(visit.t("whatif.beside"), [Said("wait", visit.t("whatif.nothing")), Table(visit.t("whatif.beside"), top, rows)], "beside")


def _cells(visit: Visit, one: WhatIf) -> list[tuple[str, Cell]]:
    load, price, currency = one.load, one.price, one.currency
    return [
        ("whatif.outcome", chip(word(visit, "decision", one.outcome), TONES.get(one.outcome, ""))),
        ("decision.asked", money(one.amount_minor, currency)),
        ("loan.instalments", count(one.instalments)),
        ("whatif.income", money(one.income_minor, currency)),
        ("line.mark", money(load.capacity_minor if load else None, currency)),
        ("load.room", money(load.room_minor if load else None, currency)),
        ("load.chance", share(load.chance_ppm / PPM if load else None)),
        ("price.limit", money(price.limit_minor, currency) if price else text("")),
        ("whatif.bound", text(word(visit, "bound", price.bound_by) if price else "")),
        ("loan.rate", text(written.daily_rate(price.rate_per_day, visit.language) if price else "")),
        ("score.points", text(f"{one.score.points} · {one.score.grade}")),
        ("score.chance", share(one.score.chance_ppm / PPM)),
        ("whatif.offer", money(one.offer.first_draw_minor, currency) if one.offer else text("")),
    ]


def _reasons(visit: Visit, after: WhatIf) -> Panel | None:
    is_zh = visit.speech == "zh-CN"
    rows: list[Part] = [Text(f"{one.code} · {one.zh if is_zh else one.en}") for one in after.reasons]
    return Panel(visit.t("whatif.reasons"), rows, "reasons") if rows else None


def show_loan(visit: Visit) -> Shown:
    """Show a loan beside itself as it would be: prepaid on a day, or rescheduled from today on."""
    store, target, today = visit.house.store, loan_of(visit), visit.today()
    page = loan_page(store, target.customer_id, target.loan_id, today.toordinal())
    if isinstance(page, Refused):
        return Refused("absent")
    query, path = visit.query, f"/customers/{target.customer_id}/loans/{target.loan_id}"
    what = RESCHEDULE if query.get("what") == RESCHEDULE else PREPAY
    tabs = [(visit.t(f"whatif.tab.{one}"), f"{path}/what-if?what={one}", one == what) for one in (PREPAY, RESCHEDULE)]
    above = [
        (visit.t("customer.number", {"n": target.customer_id}), f"/customers/{target.customer_id}"),
        (visit.t("loan.number", {"customer": target.customer_id, "n": target.loan_id}), path),
    ]
    fields = (Field("what", kind="hidden", value=what), *(_prepay_fields(visit, page) if what == PREPAY else _reschedule_fields(visit)))
    heading = Heading(visit.t("whatif.loan"), visit.t("whatif.loan.said"), above=above, tabs=tabs, filters=fields, ask="whatif.do")
    try:
        found = _asked(visit, what, page)
    except Malformed as wrong:
        return board(heading, [Panel("", [Said("bad", wrong.text(visit.speech))])])
    if found is None:
        return board(heading, [Panel("", [Text(visit.t("whatif.ask"), "muted")])])
    if isinstance(found, Refused):
        return board(heading, [Panel("", [Said("warn", found.text(visit.speech))])])
    return board(heading, _otherwise(visit, found))


def _prepay_fields(visit: Visit, page: LoanPage) -> tuple[Field, ...]:
    hint = visit.t("whatif.amount.hint", {"payoff": written.money(page.owing.payoff_minor, page.owing.currency)})
    return (
        Field("on", visit.t("whatif.on"), "day", visit.query.get("on") or visit.today().isoformat()),
        Field("amount", visit.t("form.amount"), "money", visit.query.get("amount", ""), hint=hint),
    )


def _reschedule_fields(visit: Visit) -> tuple[Field, ...]:
    ways = [("", visit.t("loan.same")), *((way, word(visit, "repayment", way)) for way in REPAYMENTS)]
    return (
        Field("on", visit.t("whatif.on"), "day", visit.query.get("on") or visit.today().isoformat()),
        Field("instalments", visit.t("loan.instalments"), "number", visit.query.get("instalments", ""), longest=LONGEST),
        Field("repayment", visit.t("loan.repayment"), "choice", visit.query.get("repayment", ""), ways, is_needed=False),
    )


def _asked(visit: Visit, what: str, page: LoanPage) -> Otherwise | Refused | None:
    """Give what was asked for; None where nothing was. Raises Malformed."""
    house, query, target = visit.house, visit.query, loan_of(visit)
    on: date = parse_date(query["on"]) if query.get("on") else visit.today()
    if what == RESCHEDULE:
        term = _whole(visit, "instalments")
        way = query.get("repayment", "") if query.get("repayment", "") in REPAYMENTS else ""
        return rescheduled(house.store, house.rules, target.customer_id, target.loan_id, on, term, way) if term else None
    if not query.get("amount", "").strip():
        return None
    currency = page.owing.currency
    amount = parse_minor(query["amount"].replace(",", ""), currency)
    return prepaid(house.store, house.rules, target.customer_id, target.loan_id, on, amount, currency)


def _otherwise(visit: Visit, found: Otherwise) -> list[Panel]:
    currency = found.currency
    saved = found.saved_minor
    stats = Stats(
        [
            stat(visit, "whatif.pay-now", money(found.pay_now_minor, currency)),
            stat(visit, "whatif.pay-then", money(found.pay_then_minor, currency)),
            stat(
                visit,
                "whatif.saved",
                money(abs(saved), currency),
                visit.t("whatif.saves" if saved >= 0 else "whatif.costs"),
                "good" if saved >= 0 else "bad",
            ),
            stat(visit, "whatif.ends", day(found.ends_then), visit.t("whatif.ends.now", {"day": written.day(found.ends_now)})),
        ]
    )
    rows = [
        (
            day(one.due_on),
            money(one.now_minor, currency),
            money(one.then_minor, currency),
            _difference(one.now_minor, one.then_minor, currency),
        )
        for one in found.rows
    ]
    if found.paid_minor:
        paid = (
            Cell(f"{written.day(found.on)} · {visit.t('whatif.paid')}"),
            text(""),
            money(found.paid_minor, currency),
            money(found.paid_minor, currency),
        )
        rows.insert(0, paid)
    total = (
        text(visit.t("row.sum")),
        money(sum(one.now_minor or 0 for one in found.rows), currency),
        money(found.paid_minor + sum(one.then_minor or 0 for one in found.rows), currency),
        money(found.paid_minor + sum((one.then_minor or 0) - (one.now_minor or 0) for one in found.rows), currency),
    )
    top = heads(visit, "row.due-on", "whatif.as-is#", "whatif.otherwise#", "whatif.difference#")
    table = Table(visit.t("whatif.schedules"), top, rows, total=total, is_dense=True)
    said = visit.t(f"whatif.did.{found.what}", {"day": written.day(found.on), "amount": written.money(found.paid_minor, currency)})
    return [
        Panel(said, [Said("wait", visit.t("whatif.nothing")), stats], "otherwise"),
        Panel(visit.t("whatif.schedules"), [table], "schedules"),
    ]


def _difference(now: int | None, then: int | None, currency: str) -> Cell:
    return money((then or 0) - (now or 0), currency)


SCREENS: Final = (
    Screen("what-if-customer", "/customers/{customer:int}/what-if", "decision.read", "page.html", show_customer, target=customer_of),
    Screen(
        "what-if-application",
        "/customers/{customer:int}/applications/{application}/what-if",
        "decision.read",
        "page.html",
        show_application,
        target=customer_of,
    ),
    Screen("what-if-loan", "/customers/{customer:int}/loans/{loan:int}/what-if", "loan.read", "page.html", show_loan, target=loan_of),
)
