"""The list of customers: who they are to the house, what they owe, how late, and how they stand to their load line."""

from typing import Final
from urllib.parse import urlencode

from plimsoll.app.access.principal import EVERYBODY
from plimsoll.app.show.customers import CustomerRow, Filters, customers
from plimsoll.interfaces.console.aims import everybody
from plimsoll.interfaces.console.many import ASKED, customers_picked, key_of, picked, shown
from plimsoll.interfaces.pages.parts import Cell, Field, Heading, Panel, Table, Ticked, board, chip, day, heads, money, text
from plimsoll.interfaces.pages.visit import Done, Go, Screen, Shown, Visit
from plimsoll.interfaces.pages.written import past_due
from plimsoll.servicing.freeze import Freeze
from plimsoll.servicing.unfreeze import Unfreeze
from plimsoll.units.refusal import Malformed

LATE: Final = {"": (None, None), "0": (None, 0), "1": (1, 30), "31": (31, 90), "91": (91, None)}
"""Choices of days late: from, through."""
ACTS: Final = {"freeze": "btn-danger", "unfreeze": ""}
"""What may be done to many lines, and how its button looks."""
REASON_MIN: Final = 4
STATUSES: Final = ("open", "frozen", "closed", "none")
TONES: Final = {"open": "good", "frozen": "warn", "closed": "", "none": ""}


def show(visit: Visit) -> Shown:
    """Show a page of customers; the address holds all that it is narrowed to."""
    asked = visit.query.get("customer", "").strip().removeprefix("cus_")
    if asked.isascii() and asked.isdigit() and len(asked) < 16:
        return Go(f"/customers/{int(asked)}")
    late, status = _one_of(visit, "late", tuple(LATE)), _one_of(visit, "status", STATUSES)
    from_days, through = LATE.get(late, (None, None))
    filters = Filters(status, from_days, through)
    after = visit.query.get("after", "")
    found = customers(
        visit.house.store,
        visit.today().toordinal(),
        filters,
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0,
        sight=visit.door.sight(visit.who, "customer.search"),
    )
    kept = {"late": late, "status": status}
    said = ", ".join(visit.t(f"customers.{name}.{value or 'any'}") for name, value in kept.items() if value)
    table = Table(
        visit.t("nav.customer"),
        heads(visit, *COLUMNS),
        [_row(visit, one) for one in found.rows],
        empty="empty.found" if said else "customers.empty",
        filters=said,
        clear="/customers",
        more=f"/customers?{urlencode({**kept, 'after': found.next_after})}" if found.next_after else "",
        is_list=True,
    )
    choices = (
        Field("customer", visit.t("customers.by-number"), "number", is_needed=False, longest=16),
        Field("late", visit.t("customers.late"), "choice", late, [(one, visit.t(f"customers.late.{one or 'any'}")) for one in LATE]),
        Field(
            "status",
            visit.t("line.status"),
            "choice",
            status,
            [(one, visit.t(f"customers.status.{one or 'any'}")) for one in ("", *STATUSES)],
        ),
    )
    rows = _ticked(visit, table, [str(one.customer_id) for one in found.rows])
    return board(Heading(visit.t("nav.customer"), visit.t("customers.lead"), filters=choices), [Panel("", [rows])])


def _ticked(visit: Visit, table: Table, ticks: list[str]) -> Ticked:
    """Give the list with what may be done to the lines of those that are ticked."""
    acts = [(name, visit.t(f"limits.{name}"), tone) for name, tone in ACTS.items() if visit.may(f"limit.{name}", EVERYBODY)]
    reason = Field("reason", visit.t("form.reason"), value=visit.form.get("reason", ""), is_wide=True)
    said, key = visit.t("limits.said"), visit.form.get("key", "")
    return Ticked(table, ticks if acts else [], (reason,), acts, said, frozenset(picked(visit)), key)


def _do(visit: Visit) -> Done:
    """Freeze or unfreeze the lines of those that are ticked, or show what that would do."""
    act, reason = visit.form["act"].removeprefix(ASKED), visit.form.get("reason", "").strip()
    if len(reason) < REASON_MIN:
        raise Malformed("reason_missing")
    make = Freeze if act == "freeze" else Unfreeze
    commands = [make(key_of(visit, one), one, visit.today(), reason) for one in customers_picked(visit)]
    return shown(visit, show, commands, visit.t(f"limits.{act}"))


COLUMNS: Final = (
    "customer.name", "line.status", "line.limit?#", "line.used?#", "line.mark?#", "line.place",
    "customer.owed#", "loan.late?", "loan.next-on",
)  # fmt: skip


def _one_of(visit: Visit, name: str, known: tuple[str, ...]) -> str:
    """Give a choice of the address, "" for one that there is not."""
    found = visit.query.get(name, "")
    return found if found in known else ""


def _row(visit: Visit, one: CustomerRow) -> tuple[Cell, ...]:
    has_mark = one.load_capacity_minor is not None
    return (
        Cell(visit.t("customer.number", {"n": one.customer_id}), f"/customers/{one.customer_id}", one.unit),
        chip(visit.t(f"customers.status.{one.status}"), TONES.get(one.status, "")),
        money(one.limit_minor, one.currency),
        money(one.used_minor, one.currency),
        money(one.load_capacity_minor if has_mark else None, one.currency),
        place_of(visit, is_above=one.is_above_load, has_mark=has_mark),
        money(one.owed_minor, one.currency),
        late_chip(visit, one.days_late),
        day(one.next_on) if one.loans_open else text(""),
    )


def place_of(visit: Visit, *, is_above: bool, has_mark: bool) -> Cell:
    """Give whether somebody is over their load line."""
    if not has_mark:
        return text("")
    return chip(visit.t("line.over"), "bad") if is_above else chip(visit.t("line.within"), "good")


def late_chip(visit: Visit, days: int) -> Cell:
    """Give days late with the bucket, in words and in colour."""
    tone = "good" if days <= 0 else "warn" if days <= 30 else "bad"
    return chip(past_due(days, visit.language), tone)._replace(value=float(days))


FORMS: Final = dict.fromkeys([*ACTS, *(f"{ASKED}{name}" for name in ACTS)], _do)
SCREENS: Final = (Screen("customer", "/customers", "customer.search", "page.html", show, FORMS, target=everybody),)
