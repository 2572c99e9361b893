"""What a customer's page says of help and of the credit bureau: requests, plans and how they go, notices before, and what was reported."""

from typing import Final

from plimsoll.app.access.principal import Target
from plimsoll.app.file import filings_of
from plimsoll.app.show.bureau import BureauPage, bureau_page
from plimsoll.app.show.care import HardshipRow, PlanRow, hardship_rows, plan_rows
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages.parts import Cell, Panel, Table, chip, code, count, day, heads, money, text
from plimsoll.interfaces.pages.visit import Visit

SHOWN_MAX: Final = 12
TONES: Final = {
    "open": "wait", "accepted": "wait", "waits": "wait", "performing": "good", "kept": "good", "broken": "bad", "declined": "warn",
}  # fmt: skip


def helped(visit: Visit, customer_id: int) -> list[Panel]:
    """Give the panels of a customer about help and the credit bureau, each where there is anything to say and it may be seen."""
    filings = filings_of(visit.house.store, customer_id)
    asked, plans = hardship_rows(filings, visit.today().toordinal()), plan_rows(filings)
    panels = [_help(visit, customer_id, asked, plans)] if asked or plans else []
    if visit.may("bureau.read", Target(customer_id)):
        told = bureau_page(customer_id, filings)
        if told.notices or told.records:
            visit.door.saw(visit.who, "bureau", (customer_id,))
            panels.append(_bureau(visit, customer_id, told))
    return panels


def _help(visit: Visit, customer_id: int, asked: tuple[HardshipRow, ...], plans: tuple[PlanRow, ...]) -> Panel:
    """Give the requests and the plans, newest first."""
    requests = [
        (
            day(one.opened_on),
            chip(word(visit, "aid.state", one.state), TONES.get(one.state, "")),
            day(one.due_on),
            text(", ".join(word(visit, "b.flag", flag) for flag in one.flags)),
        )
        for one in asked[:SHOWN_MAX]
    ]
    rows = [
        (
            _loan(customer_id, one.loan_id),
            chip(word(visit, "plan.state", one.state), TONES.get(one.state, "")),
            day(one.started_on),
            count(one.terms),
            text(one.rate_per_year),
            text(", ".join(one.people)),
        )
        for one in plans[:SHOWN_MAX]
    ]
    parts = [
        Table(visit.t("aid.asked"), heads(visit, "aid.asked_on", "aid.state", "aid.due", "aid.why"), requests, is_dense=True),
        Table(
            visit.t("plan.title"),
            heads(visit, "plan.loan", "plan.state", "plan.since", "plan.terms#", "plan.rate", "plan.people"),
            rows,
            "plan.none",
            is_dense=True,
        ),
    ]
    return Panel(visit.t("aid.title"), parts, width="half")


def _bureau(visit: Visit, customer_id: int, told: BureauPage) -> Panel:
    """Give the notices before, and the records that went out, newest first."""
    notices = [
        (_loan(customer_id, one.loan_id), day(one.on), day(one.late_since), day(one.arrived_on)) for one in told.notices[::-1][:SHOWN_MAX]
    ]
    records = [
        (
            text(one.month),
            _loan(customer_id, one.loan_id),
            chip(word(visit, "bureau.status", one.status), "bad" if one.overdue_minor else ""),
            money(one.overdue_minor, one.currency),
            code(one.payments),
        )
        for one in told.records[::-1][:SHOWN_MAX]
    ]
    parts = [
        Table(
            visit.t("bureau.notices"),
            heads(visit, "plan.loan", "bureau.given", "bureau.late", "bureau.arrived"),
            notices,
            "bureau.none",
            is_dense=True,
        ),
        Table(
            visit.t("bureau.records"),
            heads(visit, "bureau.month", "plan.loan", "bureau.status", "bureau.overdue#", "bureau.payments"),
            records,
            "bureau.records.none",
            is_dense=True,
        ),
    ]
    return Panel(visit.t("bureau.title"), parts, width="half")


def _loan(customer_id: int, loan_id: int) -> Cell:
    return text(loan_id, f"/customers/{customer_id}/loans/{loan_id}")
