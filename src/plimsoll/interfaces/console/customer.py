"""One customer on one page: the line with its load line drawn, loans, what is due, who was in touch, decisions, consents, the record."""

from typing import Any, Final

from sqlalchemy import select

from plimsoll.app.access.principal import Target
from plimsoll.app.database.schema import audit, filing
from plimsoll.app.show.customer import CustomerPage, customer_page
from plimsoll.app.show.limits import LimitChange, limit_history
from plimsoll.app.show.loan import LoanRow
from plimsoll.interfaces.console import waits
from plimsoll.interfaces.console.acts import offered
from plimsoll.interfaces.console.aims import customer_of
from plimsoll.interfaces.console.customers import late_chip
from plimsoll.interfaces.console.helped import helped
from plimsoll.interfaces.console.load_line import drawn
from plimsoll.interfaces.console.reveal import may_reveal, revealed, stamped
from plimsoll.interfaces.console.words_of import name_of, word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Fact,
    Facts,
    Field,
    Form,
    Heading,
    Links,
    Moment,
    Panel,
    Said,
    Table,
    Timeline,
    board,
    chip,
    day,
    fact,
    heads,
    instant,
    money,
    text,
)
from plimsoll.interfaces.pages.visit import Act, Done, Screen, Shown, Visit
from plimsoll.servicing.freeze import Freeze
from plimsoll.servicing.set_limit import SetLimit
from plimsoll.servicing.unfreeze import Unfreeze
from plimsoll.units.money import parse_minor, text_of
from plimsoll.units.refusal import Refused

TONES: Final = {
    "good": "good", "overdue": "bad", "charged_off": "bad", "parked": "bad", "frozen": "warn", "over_extended": "bad", "warned": "warn",
    "complaint": "warn", "hardship": "wait", "plan": "wait", "collection_stopped": "wait", "case": "warn", "closed": "",
    "agency": "warn", "review": "wait",
}  # fmt: skip
RECORD: Final = 20
"""Lines of the record that a page shows."""


def show(visit: Visit) -> Shown:
    """Show one customer; which personal field is open is named by what a form asked for."""
    page = _page(visit)
    return page if isinstance(page, Refused) else _board(visit, page, {})


def _page(visit: Visit) -> CustomerPage | Refused:
    house, customer_id = visit.house, int(visit.path["customer"])
    page = customer_page(house.store, customer_id, visit.today().toordinal(), house.now(), house.vault, house.rules)
    if isinstance(page, Refused):
        return Refused("absent")
    return page.for_party() if visit.who.party else page


def _board(visit: Visit, page: CustomerPage, opened: dict[str, str]) -> dict[str, Any]:
    """Put the page together; `opened` holds personal fields that are shown whole, once."""
    number = visit.t("customer.number", {"n": page.customer_id})
    chips = [chip(word(visit, "chip", one), TONES.get(one, "")) for one in page.chips]
    lead = visit.t("customer.since", {"day": written.day(page.opened_on)}) + (f" · {page.unit}" if page.unit else "")
    panels: list[Panel | None] = [waits.of_customer(visit, page.customer_id), _line(visit, page), _due(visit, page), _loans(visit, page)]
    if page.case is not None:
        panels.append(_case(visit, page))
    panels += [_person(visit, page, opened), _contacts(visit, page)]
    if not visit.who.party:
        panels += [_judged(visit, page), *helped(visit, page.customer_id), _limits(visit, page)]
    panels += [_ways(visit, page.customer_id), _record(visit, page)]
    return board(Heading(number, lead, chips, [(visit.t("nav.customer"), "/customers")]), panels)


def _ways(visit: Visit, customer_id: int) -> Panel | None:
    """Give the ways to what else may be done about a customer, and to who did or saw what."""
    ways = [(visit.t("acts.title"), f"/customers/{customer_id}/acts")] if offered(visit, customer_id) else []
    if not visit.who.party:
        ways.append((visit.t("paper.title"), f"/customers/{customer_id}/papers"))
    if visit.may("audit.read", Target(customer_id)):
        ways.append((visit.t("nav.audit"), f"/audit?customer={customer_id}"))
    return Panel(visit.t("acts.ways"), [Links(ways)], "ways", width="half") if ways else None


def _line(visit: Visit, page: CustomerPage) -> Panel:
    if page.line is None:
        return Panel(visit.t("line.title"), [Said("", visit.t("line.none"))], width="two-thirds")
    line, parts = page.line, [drawn(visit, page.line), *_limit_forms(visit, page)]
    if line.load is not None and line.load.above_minor:
        parts.insert(0, Said("bad", visit.t("line.over.said", {"above": written.money(line.load.above_minor, line.currency)})))
    aside = chip(visit.t(f"customers.status.{line.status}"), "good" if line.status == "open" else "warn")
    return Panel(visit.t("line.title"), parts, "line", "line.mark", aside, "two-thirds")


def _limit_forms(visit: Visit, page: CustomerPage) -> list[Form]:
    """Give what may be done to the limit: set by hand (with others' agreement), freeze, unfreeze."""
    line, target, found = page.line, Target(page.customer_id), []
    assert line is not None
    reason = Field("reason", visit.t("form.reason"), is_wide=True, longest=200)
    if visit.may("limit.change", target):
        now = text_of(line.limit_minor, line.currency)
        field = Field("limit", visit.t("line.limit"), "money", visit.form.get("limit", now), hint=line.currency)
        found.append(
            Form(
                "set_limit",
                visit.t("limit.set"),
                visit.t("limit.set.do"),
                (field, reason),
                visit.t("limit.set.said"),
                key=_key(visit, "set_limit"),
            )
        )
    if line.status == "open" and visit.may("limit.freeze", target):
        found.append(
            Form("freeze", visit.t("limit.freeze"), visit.t("limit.freeze.do"), (reason,), visit.t("limit.freeze.said"), tone="btn-danger")
        )
    if line.status == "frozen" and visit.may("limit.unfreeze", target):
        found.append(Form("unfreeze", visit.t("limit.unfreeze"), visit.t("limit.unfreeze.do"), (reason,), visit.t("limit.unfreeze.said")))
    return found


def _key(visit: Visit, act: str) -> str:
    """Give the key of a form that is shown again, "" for a new one."""
    return visit.form.get("key", "") if visit.form.get("act") == act else ""


def _due(visit: Visit, page: CustomerPage) -> Panel:
    rows = []
    for one in page.due:
        rows += [
            fact(visit, "due.now", money(one.due_minor, one.currency), is_defined=True),
            fact(visit, "due.late", money(one.late_minor, one.currency)._replace(under=written.past_due(one.days_late, visit.language))),
            fact(visit, "due.payoff", money(one.payoff_minor, one.currency), is_defined=True),
        ]
    for coming in page.next_due[:3]:
        rows.append(Fact(visit.t("due.on", {"day": written.day(coming.due_on)}), money(coming.amount_minor, coming.currency)))
    if page.line is not None and page.line.credit_minor:
        rows.append(fact(visit, "due.credit", money(page.line.credit_minor, page.line.currency), is_defined=True))
    parts = [Facts(rows)] if rows else [Said("good", visit.t("due.nothing"))]
    return Panel(visit.t("due.title"), parts, width="third")


def _loans(visit: Visit, page: CustomerPage) -> Panel:
    table = Table(
        visit.t("nav.loan"),
        heads(visit, "loan.name", "loan.status", "loan.lent#", "loan.principal#", "loan.interest#", "loan.late?", "loan.next-on"),
        [loan_cells(visit, one) for one in page.loans],
        empty="loans.empty",
        is_list=True,
    )
    return Panel(visit.t("nav.loan"), [table])


def loan_cells(visit: Visit, one: LoanRow) -> tuple[Cell, ...]:
    """Give the row of a loan in a list."""
    tone = {"open": "good", "parked": "bad", "charged_off": "bad"}.get(one.status, "")
    path = f"/customers/{one.customer_id}/loans/{one.loan_id}"
    return (
        Cell(f"{word(visit, 'product', one.product)} {one.loan_id}", path, written.day(one.opened_on)),
        chip(word(visit, "loan.status", one.status), tone),
        money(one.lent_minor, one.currency) if one.kind == "loan" else text(""),
        money(one.principal_minor, one.currency),
        money(one.interest_minor + one.penalty_minor + one.fee_minor, one.currency),
        late_chip(visit, one.days_late),
        day(one.next_on),
    )


def _case(visit: Visit, page: CustomerPage) -> Panel:
    case = page.case
    assert case is not None
    rows = [
        fact(visit, "case.bucket", text(word(visit, "bucket", case.bucket))),
        fact(visit, "case.late", money(case.late_minor, case.currency)),
        fact(visit, "case.treatment", text(word(visit, "treatment", case.treatment))),
        fact(visit, "case.assigned", text(case.assigned_to)),
        fact(visit, "case.promise", money(case.promise_minor, case.currency) if case.promise_due_on else text("")),
    ]
    return Panel(visit.t("case.title"), [Facts(rows)], aside=Cell(visit.t("case.open"), f"/cases/{page.customer_id}"), width="half")


def _person(visit: Visit, page: CustomerPage, opened: dict[str, str]) -> Panel | None:
    """Give what the vault holds, masked; a field is shown whole once, for a reason, and that goes on record."""
    rows = [
        Fact(
            visit.t(f"personal.{one.field}"),
            Cell(opened[one.field], under=visit.t("masked.open")) if one.field in opened else text(one.masked),
        )
        for one in page.personal
        if one.field in SHOWN
    ]
    if not rows:
        return Panel(visit.t("personal.title"), [Said("", visit.t("personal.none"))], width="half")
    parts: list[Any] = [Facts(rows)]
    if may_reveal(visit, page.customer_id):
        choices = [(one.field, visit.t(f"personal.{one.field}")) for one in page.personal if one.field in SHOWN]
        fields = (
            Field("field", visit.t("personal.field"), "choice", options=choices),
            Field("reason", visit.t("form.reason"), longest=200),
        )
        parts.append(Form("reveal", visit.t("personal.reveal"), visit.t("personal.reveal.do"), fields, visit.t("personal.reveal.said")))
    return Panel(visit.t("personal.title"), parts, "person", "personal.title", width="half")


SHOWN: Final = ("name", "phone", "id_number", "card", "email", "address", "employer")


def _contacts(visit: Visit, page: CustomerPage) -> Panel:
    table = Table(
        visit.t("contact.title"),
        heads(visit, "contact.at", "contact.channel", "contact.purpose", "contact.verdict", "contact.outcome"),
        [
            (
                instant(one.at),
                text(word(visit, "channel", one.channel), under=one.actor),
                text(word(visit, "purpose", one.purpose)),
                chip(word(visit, "verdict", one.verdict), "good" if one.verdict == "allowed" else "warn")._replace(under=one.rule),
                text(word(visit, "outcome", one.outcome) if one.outcome else ""),
            )
            for one in page.contacts[:8]
        ],
        empty="contact.empty",
        is_dense=True,
    )
    return Panel(visit.t("contact.title"), [table], width="half")


def _judged(visit: Visit, page: CustomerPage) -> Panel:
    """Give how the house stands to somebody: the last decision, over-extension, complaints, hardship, consents."""
    decision = page.decision
    rows = [fact(visit, "over.place", text(word(visit, "over", page.over_extension)), is_defined=True)]
    if decision is not None:
        path = f"/customers/{page.customer_id}/applications/{decision.application_id}"
        rows += [
            fact(visit, "decision.last", Cell(word(visit, "decision", decision.outcome), path, written.day(decision.on))),
            fact(visit, "decision.asked", money(decision.asked_minor, decision.currency)),
        ]
        if visit.may("decision.read", Target(page.customer_id)):
            rows.append(fact(visit, "whatif.title", Cell(visit.t("whatif.do"), f"{path}/what-if")))
    rows.append(fact(visit, "complaint.open", text(", ".join(page.complaints_open))))
    rows.append(fact(visit, "hardship.open", text(page.hardship_id)))
    agreed = ", ".join(word(visit, "consent", one.purpose) for one in page.consents if one.is_granted)
    rows.append(fact(visit, "consent.title", text(agreed)))
    return Panel(visit.t("judged.title"), [Facts(rows)], width="half")


def _limits(visit: Visit, page: CustomerPage) -> Panel | None:
    """Give how the limit changed, and why, in the words that the borrower was told."""
    found = limit_history(visit.house.store, page.customer_id, visit.today().toordinal())
    if isinstance(found, Refused):
        return None
    rows = [
        Moment(
            written.day(one.on),
            _moved(visit, one),
            one.reason_zh if visit.speech == "zh-CN" else one.reason_en,
            one.actor,
        )
        for one in sorted(found.changes, key=lambda one: one.at, reverse=True)[:12]
    ]
    return Panel(visit.t("limit.history"), [Timeline(rows, "limit.history.none")], width="half")


def _moved(visit: Visit, one: LimitChange) -> str:
    """Give what changed, with the amounts where it is about any."""
    what = word(visit, "limit.what", one.what)
    if one.before_minor is None and one.after_minor is None:
        return what
    values = {"what": what, "before": written.money(one.before_minor, one.currency), "after": written.money(one.after_minor, one.currency)}
    return visit.t("limit.moved", values)


def _record(visit: Visit, page: CustomerPage) -> Panel:
    """Give the record: every command with who gave it, and what it put on file."""
    with visit.house.store.engine.connect() as connection:
        rows = connection.execute(
            select(audit.c.command_n, audit.c.at, audit.c.actor, audit.c.name)
            .where(audit.c.customer_id == page.customer_id)
            .order_by(audit.c.command_n.desc())
            .limit(RECORD)
        ).all()
        least = min((row.command_n for row in rows), default=0)
        kinds = connection.execute(
            select(filing.c.command_n, filing.c.kind).where(filing.c.customer_id == page.customer_id, filing.c.command_n >= least)
        ).all()
    filed: dict[int, list[str]] = {}
    for n, kind in kinds:
        filed.setdefault(n, []).append(kind)
    moments = [
        Moment(
            written.instant(row.at),
            word(visit, "verb", row.name),
            ", ".join(name_of(visit, kind) for kind in filed.get(row.command_n, ())),
            row.actor,
        )
        for row in rows
    ]
    return Panel(visit.t("record.title"), [Timeline(moments)], "record", aside=text(visit.t("record.count", {"n": page.commands_count})))


def _reveal(visit: Visit) -> Done:
    """Show one personal field whole, once: who looked and why goes on record before it is given."""
    field = visit.form.get("field", "")
    found = revealed(visit, int(visit.path["customer"]), field, visit.form.get("reason", ""))
    if isinstance(found, Refused):
        return found
    page = _page(visit)
    return page if isinstance(page, Refused) else stamped(visit, _board(visit, page, {field: found}))


def _to(visit: Visit) -> str:
    return f"/customers/{visit.path['customer']}"


def _set_limit(visit: Visit) -> Done:
    customer_id, form = int(visit.path["customer"]), visit.form
    page = _page(visit)
    if isinstance(page, Refused) or page.line is None:
        return Refused("line_missing")
    wanted = parse_minor(form.get("limit", ""), page.line.currency)
    command = SetLimit(
        form.get("key", ""), customer_id, visit.today(), page.line.currency, wanted, min(page.line.cash_limit_minor, wanted),
        min(page.line.later_limit_minor, wanted),
    )  # fmt: skip
    return Act(command, "done.done", _to(visit), form.get("reason", ""))


def _freeze(visit: Visit) -> Done:
    return Act(
        Freeze(visit.form.get("key", ""), int(visit.path["customer"]), visit.today(), visit.form.get("reason", "")), "done.done", _to(visit)
    )


def _unfreeze(visit: Visit) -> Done:
    return Act(
        Unfreeze(visit.form.get("key", ""), int(visit.path["customer"]), visit.today(), visit.form.get("reason", "")),
        "done.done",
        _to(visit),
    )


FORMS: Final = {"reveal": _reveal, "set_limit": _set_limit, "freeze": _freeze, "unfreeze": _unfreeze}
SCREENS: Final = (Screen("customer-page", "/customers/{customer:int}", "customer.read", "page.html", show, FORMS, target=customer_of),)
