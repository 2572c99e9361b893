"""One loan as of any day: the schedule, what happened, how each figure came about; waive, reverse, reschedule, with the effect first."""

from datetime import date
from typing import Any, Final

from plimsoll.app.access.principal import EVERYBODY, Target
from plimsoll.app.approve.preview import Preview, preview
from plimsoll.app.show.bills import Bills, bills
from plimsoll.app.show.history import LoanHistory, loan_history
from plimsoll.app.show.loan import LoanPage, loan_page
from plimsoll.app.show.schedule import Computed, Schedule, computed, schedule
from plimsoll.interfaces.console import waits
from plimsoll.interfaces.console.aims import everybody, loan_of
from plimsoll.interfaces.console.customers import late_chip
from plimsoll.interfaces.console.effect import effect_parts
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Facts,
    Field,
    Form,
    Heading,
    Links,
    Panel,
    Said,
    Table,
    Text,
    board,
    chip,
    code,
    count,
    day,
    fact,
    heads,
    money,
    text,
)
from plimsoll.interfaces.pages.visit import Act, Done, Go, Page, Screen, Shown, Visit
from plimsoll.loan.words import REPAYMENTS
from plimsoll.servicing.reschedule import Reschedule
from plimsoll.servicing.reverse import Reverse
from plimsoll.servicing.waive import Waive
from plimsoll.units.dates import parse_date
from plimsoll.units.money import parse_minor
from plimsoll.units.refusal import Malformed, Refused

STATUS_TONES: Final = {"open": "good", "parked": "bad", "charged_off": "bad", "paid_off": ""}
ROW_TONES: Final = {"paid": "good", "late": "bad", "part_paid": "warn", "due": "wait"}
REVERSIBLE: Final = ("repaid", "prepaid", "settled", "waived", "refunded", "fee_charged", "adjusted", "recovered")
PARTS: Final = ("penalty", "interest", "fee")


def show(visit: Visit) -> Shown:
    """Show one loan as of the day in the address, today where there is none."""
    return _board(visit, None)


def _as_of(visit: Visit) -> date:
    """Give the day that is looked at; what cannot be read, or lies ahead, is today."""
    today = visit.today()
    try:
        return min(parse_date(visit.query["as_of"]), today) if visit.query.get("as_of") else today
    except Malformed:
        return today


def _board(visit: Visit, effect: Preview | None) -> Shown:
    customer_id, loan_id, on = int(visit.path["customer"]), int(visit.path["loan"]), _as_of(visit)
    store, number = visit.house.store, on.toordinal()
    page = loan_page(store, customer_id, loan_id, number)
    if isinstance(page, Refused):
        return Refused("absent") if page.code == "loan_unknown" else page
    history = loan_history(store, customer_id, loan_id, number)
    assert not isinstance(history, Refused), "it was there a moment ago"
    panels: list[Panel | None] = [waits.of_customer(visit, customer_id)]
    if effect is not None:
        panels.append(Panel(visit.t("effect.title"), effect_parts(visit, effect.effect), "effect"))
    if page.parked_because:
        panels.append(Panel("", [Said("bad", visit.t("loan.parked", {"why": page.parked_because}))]))
    panels += [_owing(visit, page), _acts(visit, page, is_now=on == visit.today()), _schedule(visit, page, number)]
    figures = computed(store, customer_id, loan_id, number)
    if not isinstance(figures, Refused):
        panels.append(_computed(visit, figures))
    panels += [_transactions(visit, history), _terms(visit, page), _entries(visit, history)]
    name = f"{word(visit, 'product', page.product)} {loan_id}"
    customer = visit.t("customer.number", {"n": customer_id})
    heading = Heading(
        name,
        visit.t("loan.as-of", {"day": written.day(on)}),
        [chip(word(visit, "loan.status", page.owing.status), STATUS_TONES.get(page.owing.status, ""))],
        [(visit.t("nav.customer"), "/customers"), (customer, f"/customers/{customer_id}")],
        filters=(Field("as_of", visit.t("loan.as-of.field"), "day", on.isoformat(), is_needed=False, hint=visit.t("loan.as-of.hint")),),
        ask="ask.day",
    )
    return board(heading, panels)


def _owing(visit: Visit, page: LoanPage) -> Panel:
    owing, currency = page.owing, page.owing.currency
    rows = [
        fact(visit, "loan.principal", money(owing.principal_minor, currency)),
        fact(visit, "loan.interest", money(owing.interest_minor, currency)),
        fact(visit, "loan.penalty", money(owing.penalty_minor, currency)),
        fact(visit, "loan.fee", money(owing.fee_minor, currency)),
        fact(visit, "due.payoff", money(owing.payoff_minor, currency), is_defined=True),
        fact(visit, "due.now", money(owing.due_minor, currency), is_defined=True),
        fact(visit, "loan.late", late_chip(visit, owing.days_late), is_defined=True),
        fact(visit, "loan.class", text(word(visit, "class", owing.five_class)), is_defined=True),
    ]
    if page.next is not None:
        coming = money(page.next.amount_minor, currency)._replace(under=written.day(page.next.due_on))
        rows.append(fact(visit, "loan.next", coming))
    return Panel(visit.t("loan.owing"), [Facts(rows)], width="half")


def _acts(visit: Visit, page: LoanPage, *, is_now: bool) -> Panel | None:
    """Give what may be done to the loan. Each can be previewed: what would be posted, and what would be owed, before it is asked for."""
    target = Target(page.customer_id, page.loan_id)
    if not is_now:
        path = f"/customers/{page.customer_id}/loans/{page.loan_id}"
        return Panel(
            visit.t("loan.acts"),
            [Said("wait", visit.t("loan.past")), Text("")],
            aside=Cell(visit.t("loan.back-to-now"), path),
            width="half",
        )
    found: list[Any] = []
    if visit.may("loan.waive", target):
        found.append(_waive_form(visit))
    if visit.may("loan.reverse", target):
        fields: tuple[Field, ...] = (Field("fact", visit.t("loan.fact"), "number", visit.form.get("fact", "")), _reason(visit))
        found.append(_form(visit, "reverse", fields))
    if visit.may("loan.reschedule", target) and page.kind == "loan":
        ways = [("", visit.t("loan.same")), *((way, word(visit, "repayment", way)) for way in REPAYMENTS)]
        fields = (
            Field("instalments", visit.t("loan.instalments"), "number", visit.form.get("instalments", "")),
            Field("repayment", visit.t("loan.repayment"), "choice", visit.form.get("repayment", ""), ways, is_needed=False),
            _reason(visit),
        )
        found.append(_form(visit, "reschedule", fields))
    if page.kind == "loan" and page.owing.status == "open":
        path = f"/customers/{page.customer_id}/loans/{page.loan_id}/what-if"
        found.append(Links([(visit.t("whatif.open.loan"), path, "f")]))
    return Panel(visit.t("loan.acts"), found or [Text(visit.t("loan.acts.none"), "muted")], width="half")


def _waive_form(visit: Visit) -> Form:
    fields = [Field(part, visit.t(f"loan.{part}"), "money", visit.form.get(part, ""), is_needed=False) for part in PARTS]
    return _form(visit, "waive", (*fields, _reason(visit)))


def _reason(visit: Visit) -> Field:
    return Field("reason", visit.t("form.reason"), value=visit.form.get("reason", ""), is_wide=True)


def _form(visit: Visit, act: str, fields: Any) -> Form:
    asked = visit.form.get("act", "").removeprefix("preview_") == act
    return Form(
        act, visit.t(f"loan.{act}"), visit.t(f"loan.{act}.do"), fields, visit.t(f"loan.{act}.said"), preview=f"preview_{act}",
        key=visit.form.get("key", "") if asked else "", is_open=asked, hotkey={"waive": "w", "reverse": "r", "reschedule": "s"}[act],
    )  # fmt: skip


def _schedule(visit: Visit, page: LoanPage, number: int) -> Panel:
    store = visit.house.store
    if page.kind == "loan":
        found = schedule(store, page.customer_id, page.loan_id, number)
        assert not isinstance(found, Refused), "it was there a moment ago"
        return Panel(visit.t("loan.schedule"), [_instalments(visit, found)], help="loan.schedule")
    accounts = bills(store, page.customer_id, page.loan_id, number)
    assert not isinstance(accounts, Refused), "it was there a moment ago"
    return Panel(visit.t("loan.bills"), [_bills(visit, accounts)], help="loan.bills")


def _instalments(visit: Visit, found: Schedule) -> Table:
    currency = found.currency
    columns = (
        "row.number#",
        "row.due-on",
        "row.days#",
        "loan.principal#",
        "loan.interest#",
        "loan.fee#",
        "row.total#",
        "row.paid#",
        "row.left#",
        "row.balance?#",
        "row.status",
    )
    rows = [
        (
            count(one.number),
            day(one.due_on),
            count(one.days),
            money(one.principal_minor, currency),
            money(one.interest_minor, currency),
            money(one.fee_minor, currency),
            money(one.total_minor, currency),
            money(one.paid_minor, currency),
            money(one.left_minor, currency),
            money(one.balance_minor, currency),
            chip(word(visit, "row.status", one.status), ROW_TONES.get(one.status, "")),
        )
        for one in found.lines
    ]
    total = (
        text(visit.t("row.sum")), Cell(""), Cell(""), money(found.principal_minor, currency), money(found.interest_minor, currency),
        money(found.fee_minor, currency), Cell(""), money(found.paid_minor, currency),
        money(sum(one.left_minor for one in found.lines), currency), Cell(""),
        Cell(""),
    )  # fmt: skip
    return Table(visit.t("loan.schedule"), heads(visit, *columns), rows, total=total, is_dense=True)


def _bills(visit: Visit, found: Bills) -> Table:
    currency = found.currency
    columns = (
        "bill.on",
        "row.due-on",
        "bill.purchases#",
        "bill.instalments#",
        "bill.carried#",
        "loan.interest#",
        "row.total#",
        "bill.minimum?#",
        "row.paid#",
        "row.left#",
        "row.status",
    )
    rows = [
        (
            day(one.billed_on),
            day(one.due_on),
            money(one.purchases_minor, currency),
            money(one.instalments_minor, currency),
            money(one.carried_minor, currency),
            money(one.interest_minor + one.penalty_minor, currency),
            money(one.total_minor, currency),
            money(one.minimum_minor, currency),
            money(one.paid_minor, currency),
            money(one.left_minor, currency),
            chip(word(visit, "row.status", one.status), ROW_TONES.get(one.status, "")),
        )
        for one in reversed(found.bills)
    ]
    return Table(visit.t("loan.bills"), heads(visit, *columns), rows, empty="bill.none", is_dense=True)


def _computed(visit: Visit, found: Computed) -> Panel:
    """Give how interest and penalty came about, line by line: days, balance, rate, exact amount, and the one rounding."""
    currency = found.currency
    rows = [
        (day(one.since), day(one.until), count(one.days), money(one.balance_minor, currency), text(one.rate_per_day), text(one.exact))
        for one in found.parts
    ]
    columns: tuple[str, ...] = (
        "computed.since",
        "computed.until",
        "computed.days#",
        "computed.balance#",
        "computed.rate#",
        "computed.exact?#",
    )
    parts: list[Any] = [
        Text(visit.t("computed.said"), "muted"),
        Table(visit.t("computed.title"), heads(visit, *columns), rows, empty="computed.none", is_dense=True),
    ]
    said = {"exact": found.exact, "rounded": written.money(found.rounded_minor, currency)}
    parts.append(Text(visit.t("computed.rounded", said)))
    if found.penalties:
        columns = ("row.due-on", "computed.late-principal#", "computed.days#", "computed.rate#", "loan.penalty#")
        late = [
            (
                day(one.due_on),
                money(one.principal_minor, currency),
                count(one.days),
                text(one.rate_per_day),
                money(one.owed_minor, currency),
            )
            for one in found.penalties
        ]
        parts.append(Table(visit.t("loan.penalty"), heads(visit, *columns), late, is_dense=True))
    return Panel(visit.t("computed.title"), parts, "computed")


def _transactions(visit: Visit, found: LoanHistory) -> Panel:
    currency = found.currency
    columns = (
        "fact.n#",
        "fact.on",
        "fact.kind",
        "form.amount#",
        "loan.principal#",
        "loan.interest#",
        "loan.penalty#",
        "loan.fee#",
        "fact.by",
    )
    rows = []
    for one in reversed(found.transactions):
        said = (
            visit.t("fact.undone", {"n": one.reversed_by})
            if one.reversed_by
            else visit.t("fact.undoes", {"n": one.reverses})
            if one.reverses
            else ""
        )
        rows.append(
            (
                count(one.n),
                text(written.day(one.on), under=written.instant(one.recorded_at)),
                text(word(visit, "fact.kind", one.kind), under=said),
                money(one.amount_minor, currency),
                money(one.to_principal_minor, currency),
                money(one.to_interest_minor, currency),
                money(one.to_penalty_minor, currency),
                money(one.to_fee_minor, currency),
                text(one.actor, under=word(visit, "verb", one.command)),
            )
        )
    return Panel(visit.t("fact.title"), [Table(visit.t("fact.title"), heads(visit, *columns), rows, is_dense=True)], "transactions")


def _terms(visit: Visit, page: LoanPage) -> Panel:
    terms = page.terms
    rows = [
        fact(visit, "terms.version", text(f"{page.product} {terms.version}")),
        fact(visit, "loan.rate", text(written.daily_rate(terms.rate_per_day, visit.language)), is_defined=True),
        fact(visit, "terms.penalty", text(written.daily_rate(terms.penalty_per_day, visit.language))),
        fact(visit, "loan.repayment", text(word(visit, "repayment", terms.repayment))),
        fact(visit, "terms.prepayment", text(word(visit, "prepayment", terms.prepayment))),
        fact(visit, "terms.grace", count(terms.grace_days)),
        fact(visit, "terms.day-count", text(word(visit, "terms.day", terms.day_count))),
    ]
    if page.kind == "loan":
        rows += [
            fact(visit, "loan.lent", money(terms.principal_minor, terms.currency)),
            fact(visit, "loan.instalments", count(terms.instalments)),
            fact(visit, "terms.first", day(terms.first_due_on)),
            fact(visit, "terms.last", day(terms.last_due_on)),
        ]
    return Panel(visit.t("terms.title"), [Facts(rows)], width="half")


def _entries(visit: Visit, found: LoanHistory) -> Panel:
    rows = [
        (
            count(one.entry_n),
            day(one.posted_on),
            code(leg.account),
            money(leg.amount_minor if leg.amount_minor > 0 else None, found.currency),
            money(-leg.amount_minor if leg.amount_minor < 0 else None, found.currency),
            text(word(visit, "verb", one.command)),
        )
        for one in reversed(found.entries[-12:])
        for leg in one.legs
    ]
    table = Table(visit.t("entry.title"), heads(visit, *LEGS), rows, is_dense=True, is_headed=False)
    return Panel(visit.t("entry.title"), [table], "entries")


LEGS: Final = ("entry.n#", "entry.on", "entry.account", "entry.debit#", "entry.credit#", "entry.for")


def _waive(visit: Visit) -> Waive | Refused:
    page = _currency(visit)
    if isinstance(page, Refused):
        return page
    form, asked = visit.form, {}
    for part in PARTS:
        asked[part] = parse_minor(form[part], page) if form.get(part, "").strip() else 0
    target = loan_of(visit)
    return Waive(
        form.get("key", ""), target.customer_id, visit.today(), target.loan_id, page, asked["penalty"], asked["interest"], asked["fee"],
        form.get("reason", ""),
    )  # fmt: skip


def _reverse(visit: Visit) -> Reverse | Refused:
    currency, target = _currency(visit), loan_of(visit)
    if isinstance(currency, Refused):
        return currency
    number = _whole(visit, "fact")
    return Reverse(
        visit.form.get("key", ""), target.customer_id, visit.today(), target.loan_id, number, 0, currency, visit.form.get("reason", "")
    )


def _reschedule(visit: Visit) -> Reschedule | Refused:
    target, form = loan_of(visit), visit.form
    return Reschedule(
        form.get("key", ""), target.customer_id, visit.today(), target.loan_id, None, form.get("repayment", ""),
        _whole(visit, "instalments"),
        reason=form.get("reason", ""),
    )  # fmt: skip


def _whole(visit: Visit, name: str) -> int:
    """Read a whole number of a form. Raises Malformed."""
    found = visit.form.get(name, "").strip()
    if not (found.isascii() and found.isdigit() and len(found) < 10):
        raise Malformed("field_malformed", repr(found)[:20], key=name)
    return int(found)


def _currency(visit: Visit) -> str | Refused:
    target = loan_of(visit)
    page = loan_page(visit.house.store, target.customer_id, target.loan_id, visit.today().toordinal())
    return page if isinstance(page, Refused) else page.owing.currency


MAKE: Final = {"waive": _waive, "reverse": _reverse, "reschedule": _reschedule}
PERMISSIONS: Final = {"waive": "loan.waive", "reverse": "loan.reverse", "reschedule": "loan.reschedule"}


def _do(visit: Visit) -> Done:
    """Ask for what a form says."""
    command = MAKE[visit.form["act"]](visit)
    target = loan_of(visit)
    to = f"/customers/{target.customer_id}/loans/{target.loan_id}"
    return command if isinstance(command, Refused) else Act(command, "done.done", to, visit.form.get("reason", ""))


def _preview(visit: Visit) -> Done:
    """Show what a form would do: legs, what would be owed, the line. Nothing is written."""
    act = visit.form["act"].removeprefix("preview_")
    allowed = visit.door.may(visit.who, PERMISSIONS[act], loan_of(visit))
    command = allowed if isinstance(allowed, Refused) else MAKE[act](visit)
    found = command if isinstance(command, Refused) else preview(visit.house, command, visit.who.actor)
    if isinstance(found, Refused):
        return found
    shown = _board(visit, found)
    return Page("page.html", shown) if isinstance(shown, dict) else Refused("absent")


def find_loan(visit: Visit) -> Shown:
    """Lead to a loan by customer and number; loans are looked at through their customer."""
    customer, number = (visit.query.get(name, "").strip() for name in ("customer", "loan"))
    if all(one.isascii() and one.isdigit() and len(one) < 16 for one in (customer, number)):
        return Go(f"/customers/{int(customer)}/loans/{int(number)}")
    fields = (Field("customer", visit.t("customer.name"), "number", customer), Field("loan", visit.t("loan.name"), "number", number))
    late = [(visit.t(f"customers.late.{one}"), f"/customers?late={one}") for one in ("1", "31", "91")]
    rows = [(Cell(name, path),) for name, path in late] if visit.may("customer.search", EVERYBODY) else []
    table = Table(visit.t("loans.late"), heads(visit, "loans.late"), rows, empty="loans.find")
    return board(Heading(visit.t("nav.loan"), visit.t("loans.find"), filters=fields, ask="ask.loan"), [Panel("", [table])])


FORMS: Final = dict.fromkeys(MAKE, _do) | dict.fromkeys([f"preview_{name}" for name in MAKE], _preview)
SCREENS: Final = (
    Screen("loan", "/loans", "loan.read", "page.html", find_loan, target=everybody),
    Screen("loan-page", "/customers/{customer:int}/loans/{loan:int}", "loan.read", "page.html", show, FORMS, target=loan_of),
)
