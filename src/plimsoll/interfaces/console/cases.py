"""The workbench of collectors: the queue, promises, and the call screen with what the gate allows now, script, promise and help."""

from datetime import timedelta
from typing import Any, Final

from plimsoll.app.access import people
from plimsoll.app.access.principal import EVERYBODY, Target
from plimsoll.app.business_day import at_of
from plimsoll.app.case_desk import Collector, shown, suggest_next
from plimsoll.app.case_desk import Shown as CaseShown
from plimsoll.app.kept_figures import BeingMade
from plimsoll.app.numbers import blinded
from plimsoll.app.show.figures import PROMISES, PromisesSeen
from plimsoll.app.show.queues import WorkRow, queue_counts
from plimsoll.collections.attempt_contact import AttemptContact
from plimsoll.collections.case import QUEUE
from plimsoll.collections.claim_case import ClaimCase
from plimsoll.collections.follow_up import FollowUp
from plimsoll.collections.make_promise import MakePromise
from plimsoll.collections.open_hardship import OpenHardship
from plimsoll.collections.record_outcome import RecordOutcome
from plimsoll.collections.release_case import ReleaseCase
from plimsoll.collections.reminded import zone_of as zone_filed
from plimsoll.interfaces.console import script
from plimsoll.interfaces.console.aims import customer_of, everybody
from plimsoll.interfaces.console.case_words import SPOKEN, because, line_of, told
from plimsoll.interfaces.console.kept import Figures, being_made
from plimsoll.interfaces.console.reveal import stamped
from plimsoll.interfaces.console.rows_of_work import due, locked, more, narrowed, page_of, tabs
from plimsoll.interfaces.console.words_of import word, words_in
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Facts,
    Field,
    Form,
    Heading,
    Moment,
    Panel,
    Said,
    Stat,
    Stats,
    Table,
    Timeline,
    board,
    chip,
    count,
    fact,
    heads,
    instant,
    money,
    text,
)  # fmt: skip
from plimsoll.interfaces.pages.visit import Act, Done, Go, Screen, Shown, Visit
from plimsoll.units.dates import parse_date
from plimsoll.units.money import parse_minor, text_of
from plimsoll.units.refusal import Refused

OUTCOMES: Final = ("connected", "unanswered", "refused", "wrong_number", "third_party")
CALL: Final = "call"
WEEK: Final = timedelta(days=7)
CONTACTS: Final = 30


def show(visit: Visit) -> Shown:
    """Show the queue, and the promises that fall due today and tomorrow."""
    is_hardship = visit.query.get("view") == "hardship"
    page = page_of(visit, "hardship" if is_hardship else QUEUE, "case.read")
    columns = ("customer.name", "case.note", "work.due", "work.holder", "work.since")
    table = Table(
        visit.t("nav.case"), heads(visit, *columns), [_row(visit, one) for one in page.rows],
        more=more(visit, "/cases", page), is_list=True, empty="case.none",
    )  # fmt: skip
    table = narrowed(visit, "/cases", table)
    parts: list[Any] = [table]
    if visit.may("case.claim", EVERYBODY) and not is_hardship:
        parts.insert(0, Form("next", "", visit.t("work.next"), (), tone="btn-primary", is_folded=False))
    heading = Heading(
        visit.t("nav.case"), visit.t("case.lead"), tabs=tabs(visit, "/cases", "", "mine", "held", "resting", "due", "hardship")
    )
    figures = Figures(visit)
    return figures.board(heading, [_promised(visit, figures), Panel("", parts)])


def _row(visit: Visit, one: WorkRow) -> tuple[Cell, ...]:
    return (
        Cell(visit.t("customer.number", {"n": one.customer_id}), f"/cases/{one.customer_id}", one.subject),
        text(line_of(visit, one.note)),
        due(visit, one),
        text(one.assigned_to),
        instant(one.opened_at),
    )


def _promised(visit: Visit, figures: Figures) -> Panel:
    """Give how much waits, and what was promised for today and tomorrow, in the first currency of the promises."""
    sight = visit.door.sight(visit.who, "case.read")
    waiting = next(iter(queue_counts(visit.house.store, at_of(visit.house), (QUEUE,), (sight,))), None)
    stats = [
        Stat(visit.t("work.open"), count(waiting.open if waiting else 0)),
        Stat(visit.t("work.claimed"), count(waiting.claimed if waiting else 0)),
        Stat(visit.t("work.view.due"), count(waiting.overdue if waiting else 0)),
    ]
    if not sight.is_everybody:
        return Panel(visit.t("queue.title"), [Stats(stats)])
    found = figures.look(PROMISES)
    if isinstance(found, BeingMade):
        return Panel(visit.t("queue.title"), [Stats(stats), being_made(visit, found)])
    seen: PromisesSeen = found.value
    amount = written.money(seen.soon_minor, seen.currency) if seen.soon else ""
    stats.append(Stat(visit.t("promise.soon"), count(seen.soon), said=amount))
    stats.append(Stat(visit.t("promise.late"), count(seen.late), tone="warn" if seen.late else ""))
    return Panel(visit.t("queue.title"), [Stats(stats)])


def _next(visit: Visit) -> Done:
    """Take the case that comes next of those that one sees: what is due by now first, then what is worth most."""

    def sees(customer_id: int) -> bool:
        return visit.may("case.claim", Target(customer_id))

    house = visit.house
    customer_id = suggest_next(house.store, Collector(visit.who.actor), at_of(house), house.rules, sees)
    if isinstance(customer_id, Refused):
        return customer_id
    if customer_id is None:
        return Go("/cases", "done.none-left")
    return Act(ClaimCase(visit.form.get("key", ""), customer_id, visit.today()), "done.claimed", f"/cases/{customer_id}")


def _found(visit: Visit) -> CaseShown | Refused:
    house, who = visit.house, people.get(visit.house, visit.who.user_id)
    collector = Collector(visit.who.actor, name="" if isinstance(who, Refused) else who.name)
    return shown(house.store, int(visit.path["customer"]), collector, at_of(house), house.rules, visit.speech)


def show_one(visit: Visit) -> Shown:
    """Show one case: what is owed, whether one may call now and until when, what to say, what was promised, and what came of contacts."""
    found = _found(visit)
    if isinstance(found, Refused):
        return Refused("absent") if found.code == "customer_unknown" else found
    return _board(visit, found)


def _board(visit: Visit, found: CaseShown, name: str = "") -> dict[str, Any]:
    """Put the call screen together; `name` is the customer's where it is shown whole, once."""
    customer_id = int(visit.path["customer"])
    case, number = found.case, visit.t("customer.number", {"n": customer_id})
    chips = [chip(word(visit, "case.state", case.state), "warn" if case.state == "open" else "")]
    if case.is_vulnerable:
        chips.append(chip(visit.t("case.vulnerable"), "wait"))
    above = [(visit.t("nav.case"), "/cases"), (number, f"/customers/{customer_id}")]
    until = case.claim.until if case.claim is not None else ""
    lock = locked(visit, case.held_by(visit.house.now()), until, "case.claim", Target(customer_id))
    said = script.panel(visit, found, name)
    panels = [lock, _account(visit, found), _gate(visit, found), _acts(visit, found), said, _record(visit, found)]
    return board(Heading(f"{visit.t('case.title')} {case.case_id}", "", chips, above), panels)


def _account(visit: Visit, found: CaseShown) -> Panel:
    case, debt = found.case, found.debt
    promise = case.open_promise()
    rows = [
        fact(visit, "case.late", money(debt.late_minor, debt.currency or "CNY")),
        fact(visit, "case.owed", money(debt.owed_minor, debt.currency or "CNY")),
        fact(visit, "loan.late", text(written.past_due(debt.days, visit.language)), is_defined=True),
        fact(visit, "case.treatment", text(word(visit, "treatment", case.treatment), under=because(visit, case.because))),
        fact(visit, "case.assigned", text(case.held_by(visit.house.now()))),
        fact(
            visit,
            "case.promise",
            money(promise.amount_minor, case.currency)._replace(under=written.day(promise.due_on)) if promise else text(""),
        ),
        fact(visit, "case.broken", count(case.broken())),
        fact(
            visit,
            "case.follow-up",
            text(
                written.day(case.follow_up_on) if case.follow_up_on else "",
                under=words_in(visit, SPOKEN, case.follow_up_reason),
            ),
        ),
    ]
    return Panel(visit.t("case.account"), [Facts(rows)], "account", width="half")


def _gate(visit: Visit, found: CaseShown) -> Panel:
    """Give what the gate allows at this moment, channel by channel, with the rule that blocks and when it opens again."""
    rows = []
    for one in found.budget:
        state = chip(visit.t("gate.open"), "good") if not one.rule else chip(visit.t("gate.closed"), "bad")
        until = written.instant(one.until) if one.until else ""
        left = visit.t("gate.left", {"today": "∞" if one.today is None else one.today, "week": "∞" if one.week is None else one.week})
        rows.append((text(word(visit, "channel", one.channel)), state, text(left), _rule(visit, one.rule, until)))
    table = Table(visit.t("gate.title"), heads(visit, "contact.channel", "gate.now", "gate.left-head", "gate.rule"), rows, is_dense=True)
    advice = Said("wait" if found.next.held or found.next.not_before else "good", _next_said(visit, found))
    return Panel(visit.t("gate.title"), [advice, table], "gate", "gate.title", width="half")


def _rule(visit: Visit, name: str, until: str) -> Cell:
    """Give the rule that stands in the way, by its title, and until when."""
    return Cell(_titled(visit, name), f"/rules/{name}" if name else "", until) if name else text("")


def _titled(visit: Visit, name: str) -> str:
    rules = visit.house.rules
    return rules.rule(name).title[visit.speech] if name in rules.rules else name


def _next_said(visit: Visit, found: CaseShown) -> str:
    """Give what comes next and why; where the gate holds it back, by which rule and until when."""
    step = found.next
    what = word(visit, "treatment", found.case.treatment if step.held else step.action)
    said = visit.t("gate.next", {"what": what, "because": because(visit, step.because) or step.row})
    until = written.instant(step.not_before) if "T" in step.not_before else step.not_before
    if step.held:
        said = f"{said} {visit.t('gate.held', {'rule': _titled(visit, step.held)})}"
    return f"{said} {visit.t('gate.until', {'day': until})}" if until else said


def _acts(visit: Visit, found: CaseShown) -> Panel | None:
    """Give what a collector may do: take the case, call, say what came of it, take a promise, come back later, open a request for help."""
    customer_id = int(visit.path["customer"])
    target, case, forms = Target(customer_id), found.case, []
    currency = found.debt.currency or case.currency or "CNY"
    if case.state == "open" and case.held_by(visit.house.now()) != visit.who.actor and visit.may("case.claim", target):
        reason = Field("reason", visit.t("form.reason"), is_needed=False, hint=visit.t("case.claim.hint"), is_wide=True)
        forms.append(_form(visit, "claim", (reason,), "t", "btn-primary"))
    if visit.may("contact.make", target):
        forms.append(_form(visit, "call", (), "c"))
        contacts = _contacts(found)
        if contacts:
            fields = (
                Field("contact", visit.t("case.contact"), "choice", options=contacts),
                Field("outcome", visit.t("contact.outcome"), "choice", options=[(one, word(visit, "outcome", one)) for one in OUTCOMES]),
            )
            forms.append(_form(visit, "outcome", fields, "n"))
    if case.state == "open" and visit.may("case.work", target):
        wanted = (
            Field(
                "amount", visit.t("form.amount"), "money", visit.form.get("amount", text_of(found.debt.late_minor, currency)), hint=currency
            ),
            Field("due_on", visit.t("promise.by"), "day", visit.form.get("due_on", (visit.today() + WEEK).isoformat())),
            Field(
                "contact",
                visit.t("case.contact"),
                "choice",
                options=[("", visit.t("case.no-contact")), *_contacts(found)],
                is_needed=False,
            ),
        )
        forms.append(_form(visit, "promise", wanted, "p"))
        later = (
            Field("due_on", visit.t("form.day"), "day", (visit.today() + WEEK).isoformat()),
            Field("reason", visit.t("form.reason"), is_wide=True),
        )
        forms.append(_form(visit, "later", later, "l"))
        forms.append(_form(visit, "release", (), "e"))
    if visit.may("hardship.ask", target):
        money_fields = [
            Field(one, visit.t(f"hardship.{one}"), "money", visit.form.get(one, ""), hint=currency)
            for one in ("income", "essentials", "others")
        ]
        forms.append(_form(visit, "hardship", (*money_fields, Field("persons", visit.t("hardship.persons"), "number", "1")), "h"))
    return Panel(visit.t("loan.acts"), forms, "acts", width="half") if forms else None


def _form(visit: Visit, act: str, fields: Any, key: str, tone: str = "") -> Form:
    asked = visit.form.get("act") == act
    return Form(
        act, visit.t(f"case.{act}"), visit.t(f"case.{act}.do"), fields, visit.t(f"case.{act}.said"), tone=tone, hotkey=key, is_open=asked,
        key=visit.form.get("key", "") if asked else "",
    )  # fmt: skip


def _contacts(found: CaseShown) -> list[tuple[str, str]]:
    """Give contacts of the case that nobody told the outcome of, latest first."""
    told = {one.subject for one in found.timeline if one.kind == "contact.outcome"}
    made = [one for one in found.timeline if one.kind == "contact.attempted" and one.subject not in told]
    return [(one.subject, f"{written.instant(one.at)} {one.actor}") for one in reversed(made[-CONTACTS:])]


def _record(visit: Visit, found: CaseShown) -> Panel:
    rows = [
        Moment(
            written.instant(one.at) if one.at else written.day(one.on),
            one.title(visit.speech),
            told(visit, one.detail),
            one.actor,
        )
        for one in reversed(found.timeline[-CONTACTS:])
    ]
    return Panel(visit.t("case.record"), [Timeline(rows)], "record")


def _name(visit: Visit) -> Done:
    """Show whom one asks for, whole, in what is said."""
    found = _found(visit)
    if isinstance(found, Refused):
        return found
    name = script.name_of(visit, int(visit.path["customer"]))
    return name if isinstance(name, Refused) else stamped(visit, _board(visit, found, name))


def _key(visit: Visit) -> tuple[str, int, str]:
    customer_id = int(visit.path["customer"])
    return visit.form.get("key", ""), customer_id, f"/cases/{customer_id}"


def _claim(visit: Visit) -> Done:
    key, customer_id, to = _key(visit)
    return Act(ClaimCase(key, customer_id, visit.today(), (), visit.form.get("reason", "")), "done.claimed", to)


def _release(visit: Visit) -> Done:
    key, customer_id, _ = _key(visit)
    return Act(ReleaseCase(key, customer_id, visit.today()), "done.done", "/cases")


def _call(visit: Visit) -> Done:
    """Ask the gate for a call at this moment; it is booked before it is made, or the gate says why not."""
    key, customer_id, to = _key(visit)
    found = _found(visit)
    if isinstance(found, Refused):
        return found
    zone = zone_filed(found.book.filings) or "Asia/Shanghai"
    country = visit.house.rules.licences[visit.house.rules.lender.licence].country
    number = blinded(visit.house.store, customer_id, CALL)
    command = AttemptContact(key, customer_id, visit.today(), f"c-{key[:12]}", CALL, "collect", "lender", zone, country, number=number)
    return Act(command, "done.call", to)


def _outcome(visit: Visit) -> Done:
    key, customer_id, to = _key(visit)
    return Act(
        RecordOutcome(key, customer_id, visit.today(), visit.form.get("contact", ""), visit.form.get("outcome", "")), "done.done", to
    )


def _promise(visit: Visit) -> Done:
    key, customer_id, to = _key(visit)
    found = _found(visit)
    if isinstance(found, Refused):
        return found
    currency, form = found.debt.currency or "CNY", visit.form
    minor, by = parse_minor(form.get("amount", ""), currency), parse_date(form.get("due_on", ""))
    return Act(MakePromise(key, customer_id, visit.today(), currency, minor, by, CALL, form.get("contact", "")), "done.done", to)


def _later(visit: Visit) -> Done:
    key, customer_id, to = _key(visit)
    return Act(
        FollowUp(key, customer_id, visit.today(), parse_date(visit.form.get("due_on", "")), visit.form.get("reason", "")), "done.done", to
    )


def _hardship(visit: Visit) -> Done:
    key, customer_id, to = _key(visit)
    found, form = _found(visit), visit.form
    if isinstance(found, Refused):
        return found
    currency = found.debt.currency or "CNY"
    income, essentials, others = (parse_minor(form.get(name, ""), currency) for name in ("income", "essentials", "others"))
    persons = form.get("persons", "1")
    number = int(persons) if persons.isascii() and persons.isdigit() and len(persons) < 3 else 1
    return Act(
        OpenHardship(key, customer_id, visit.today(), f"h-{key[:12]}", currency, income, essentials, others, number), "done.done", to
    )


FORMS: Final = {
    "claim": _claim, "release": _release, "call": _call, "outcome": _outcome, "promise": _promise, "later": _later, "hardship": _hardship,
    "name": _name,
}  # fmt: skip
SCREENS: Final = (
    Screen("case", "/cases", "case.read", "page.html", show, {"next": _next}, target=everybody),
    Screen("case-page", "/cases/{customer:int}", "case.read", "page.html", show_one, FORMS, target=customer_of),
)
