"""When it gets hard: what is overdue and what follows by when, asking for help, and proposing a plan that can be kept."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from plimsoll.app.show.care import hardship_rows, plan_rows
from plimsoll.app.show.contacts import contacts_of
from plimsoll.app.show.loan import LoanRow
from plimsoll.app.show.schedule import pay_off
from plimsoll.collections.open_hardship import OpenHardship
from plimsoll.collections.propose_plan import ProposePlan
from plimsoll.interfaces.borrower.loans import ACCOUNT
from plimsoll.interfaces.borrower.me import CURRENCY, amount, my_file, myself, screen, tomorrow, whole, words
from plimsoll.interfaces.borrower.papers import more
from plimsoll.interfaces.borrower.reach import contact
from plimsoll.interfaces.borrower.seen import key_on, of_amount, on_seen
from plimsoll.interfaces.pages import parts, written
from plimsoll.interfaces.pages.parts import Cell, Facts, Field, Form, Heading, Links, Panel, Part, Said, Table, Text, Timeline, fact
from plimsoll.interfaces.pages.visit import Act, Done, Shown, Visit
from plimsoll.risk.load.policy import TIERS
from plimsoll.risk.plan.record import COUNTERED
from plimsoll.units.money import parse_minor
from plimsoll.units.refusal import Refused

PERSONS_MAX: Final = 12
FOLLOWS: Final = ("penalty", "frozen", "bureau", "rights")
"""What follows of being late, each in a paragraph."""
CONTACTS_MAX: Final = 20


def _overdue(visit: Visit) -> Shown:
    page, filings = myself(visit), my_file(visit)
    late = [one for one in page.loans if one.days_late]
    heading = Heading(visit.t("b.overdue.title"))
    if not late:
        return parts.board(heading, [Panel("", [Said("good", visit.t("b.overdue.none"))])])
    owed = sum(one.late_minor for one in page.due)
    rows = [
        [
            Cell(visit.t(f"b.kind.{one.kind}"), "/bills" if one.kind == ACCOUNT else f"/loans/{one.loan_id}/pay"),
            Cell(written.past_due(one.days_late, visit.language)),
            parts.day(one.oldest_due_on),
        ]
        for one in late
    ]
    heads = parts.heads(visit, "b.overdue.of", "b.overdue.days", "b.overdue.since")
    pay = [(visit.t("b.overdue.pay", {"what": row[0].text}), row[0].link) for row in rows]
    ways = Links((*pay, (visit.t("b.nav.hardship"), "/hardship"), (visit.t("b.nav.complaints"), "/complaints")))
    contacts = [contact(visit, one) for one in contacts_of(filings)[:CONTACTS_MAX]]
    return parts.board(
        heading,
        [
            Panel(
                visit.t("b.overdue.owed"),
                [Facts([fact(visit, "b.overdue.amount", parts.money(owed))]), Table(visit.t("b.overdue.owed"), heads, rows), ways],
            ),
            Panel(visit.t("b.overdue.what"), [*_a_day_more(visit, late), *(Text(visit.t(f"b.overdue.{name}")) for name in FOLLOWS)]),
            Panel(visit.t("b.reach.contacts"), [Text(visit.t("b.reach.contacts.said")), Timeline(contacts)]),
        ],
    )


def _a_day_more(visit: Visit, late: Sequence[LoanRow]) -> list[Part]:
    """Give what the debts that are late cost more tomorrow than today, in one sum; nothing where a day costs nothing."""
    store, today = visit.house.store, visit.today().toordinal()
    offs = [[pay_off(store, visit.who.customer_id, one.loan_id, day) for day in (today, tomorrow(visit))] for one in late]
    more = sum(then.total_minor - now.total_minor for now, then in offs if not isinstance(now, Refused) and not isinstance(then, Refused))
    return [Text(visit.t("b.overdue.day", {"amount": written.money(more)}))] if more > 0 else []


def _hardship(visit: Visit) -> Shown:
    filings, today = my_file(visit), visit.today().toordinal()
    asked, plans = hardship_rows(filings, today), plan_rows(filings)
    panels = [
        Panel(
            visit.t("b.hard.of", {"day": written.day(one.opened_on)}),
            [
                Facts(
                    [
                        fact(visit, "b.loan.state", parts.chip(visit.t(f"b.hard.state.{one.state}"))),
                        fact(visit, "b.hard.due", parts.day(one.due_on)),
                    ]
                ),
                more(visit, "hardship", one.hardship_id),
            ],
        )
        for one in asked
    ]
    for plan in plans:
        facts = [
            fact(visit, "b.loan.state", parts.chip(visit.t(f"b.plan.state.{plan.state}"))),
            fact(visit, "b.plan.terms", parts.count(plan.terms)),
        ]
        panels.append(Panel(visit.t("b.plan.title"), [Facts(facts)]))
    live = [one for one in asked if one.state == "open"]
    panels.insert(0, _plan_form(visit, len(plans)) if live else _ask_form(visit, len(asked)))
    return parts.board(Heading(visit.t("b.nav.hardship"), visit.t("b.hard.lead")), panels)


def _ask_form(visit: Visit, before: int) -> Panel:
    choose = ("", visit.t("b.choose"))
    persons = [choose, *((str(n), str(n)) for n in range(1, PERSONS_MAX + 1))]
    tiers = [choose, *((one, visit.t(f"b.tier.{one}")) for one in TIERS)]
    flags = visit.house.rules.value("POLICY.HARDSHIP.FLAGS", visit.today())
    why = [
        Field(f"flag_{one}", visit.t(f"b.flag.{one}"), "check", "yes", is_needed=False)
        for one in (flags if isinstance(flags, tuple) else ())
    ]
    fields = (
        Field("income", visit.t("b.hard.income"), "money"),
        Field("essentials", visit.t("b.hard.essentials"), "money"),
        Field("others", visit.t("b.hard.others"), "money", "0"),
        Field("persons", visit.t("b.hard.persons"), "choice", "", persons),
        Field("tier", visit.t("b.hard.tier"), "choice", "", tiers, hint=visit.t("b.hard.flags")),
        *why,
    )
    form = Form("ask", "", visit.t("b.hard.button"), fields, visit.t("b.hard.said"), key_on(visit, "ask", before), is_folded=False)
    return Panel(visit.t("b.hard.ask"), [form])


def _plan_form(visit: Visit, before: int) -> Panel:
    loans = [one for one in myself(visit).loans if one.kind != ACCOUNT and one.status == "open"]
    options = [("", visit.t("b.choose"))]
    options += [(str(one.loan_id), f"{written.day(one.opened_on)} · {written.money(one.principal_minor)}") for one in loans]
    body: list[Part] = [Text(visit.t("b.plan.said"))]
    if loans:
        fields = (
            Field("loan", visit.t("b.kind.loan"), "choice", "", options),
            Field("payment", visit.t("b.plan.payment"), "money"),
        )
        body.append(Form("plan", "", visit.t("b.plan.button"), fields, key=key_on(visit, "plan", before), is_folded=False))
    return Panel(visit.t("b.plan.propose"), body)


def _ask(visit: Visit) -> Done:
    key, customer_id = words(visit)
    flags = tuple(name.removeprefix("flag_") for name, value in visit.form.items() if name.startswith("flag_") and value == "yes")
    command = OpenHardship(
        key,
        customer_id,
        visit.today(),
        f"web-{visit.form.get('key', '')[:16]}",
        CURRENCY,
        amount(visit, "income"),
        amount(visit, "essentials"),
        amount(visit, "others"),
        whole(visit.form.get("persons", "1")),
        visit.form.get("tier", TIERS[0]),
        (),
        flags,
    )
    before = len(hardship_rows(my_file(visit), visit.today().toordinal()))
    return on_seen(visit, key_on(visit, "ask", before), Act(command, "done.b.asked", "/hardship"))


def _plan(visit: Visit) -> Done:
    key, customer_id = words(visit)
    loan_id, minor = whole(visit.form.get("loan", ""), 10**15), amount(visit, "payment")
    plan_id = f"web-{visit.form.get('key', '')[:16]}"
    command = ProposePlan(key, customer_id, visit.today(), plan_id, loan_id, CURRENCY, payment_minor=minor, is_borrowers=True)
    act = Act(command, "done.b.proposed", "/hardship", tells=_answered)
    return on_seen(visit, key_on(visit, "plan", len(plan_rows(my_file(visit)))), of_amount(act, minor))


def _answered(said: Mapping[str, Any]) -> tuple[str, Mapping[str, str]]:
    """Give what became of a proposal: taken in, or answered with what can be carried and the plan that fits it."""
    if said["state"] != COUNTERED:
        return "done.b.proposed", {}
    affordable, offer = _money(said["affordable"]), said.get("offer")
    if not offer:
        return "done.b.countered-none", {"affordable": affordable}
    return "done.b.countered", {"affordable": affordable, "n": str(offer["instalments"]), "month": _money(offer["month"])}


def _money(text: str) -> str:
    return written.money(parse_minor(text, CURRENCY))


SCREENS: Final = (
    screen("b-overdue", "/overdue", "loan.read", _overdue),
    screen("b-hardship", "/hardship", "hardship.ask", _hardship, {"ask": _ask, "plan": _plan}),
)
