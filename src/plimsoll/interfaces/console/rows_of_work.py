"""Rows of a queue on a page: where the next page is, by when a row is due, and taking the next one."""

import json
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from plimsoll.app.access.principal import NOTHING, Target
from plimsoll.app.business_day import at_of
from plimsoll.app.show.queues import WorkAsked, WorkPage, WorkRow, as_today, work_page
from plimsoll.collections.case import QUEUE as COLLECTION
from plimsoll.collections.queue import CLAIMED
from plimsoll.interfaces.pages import words, written
from plimsoll.interfaces.pages.parts import Cell, Panel, Said, Table, chip
from plimsoll.interfaces.pages.visit import Visit

HOUR: Final = 3_600
DAY: Final = 24 * HOUR
CURSOR_MAX: Final = 400


def page_of(visit: Visit, kind: str, permission: str) -> WorkPage:
    """Give the page of a queue that the address asks for, as far as somebody sees it."""
    view = visit.query.get("view", "")
    asked = WorkAsked(
        state={"held": "claimed", "resting": "waiting"}.get(view, ""),
        assigned_to=visit.who.actor if view == "mine" else None,
        is_overdue=view in ("overdue", "due"),
    )
    sight = visit.door.sight(visit.who, permission)
    house, at = visit.house, at_of(visit.house)
    page = work_page(house.store, kind, at, asked, sight=sight, after=_after(visit))
    return as_today(house.store, page, at, house.rules)


def _after(visit: Visit) -> list[int | str]:
    """Read the cursor of the address; what cannot be read is the beginning."""
    text = visit.query.get("after", "")[:CURSOR_MAX]
    try:
        found = json.loads(text) if text else []
    except ValueError:
        return []
    return found if isinstance(found, list) and all(isinstance(one, int | str) for one in found) else []


def more(visit: Visit, path: str, page: WorkPage) -> str:
    """Give the address of the next page, "" at the end."""
    if not page.next_after:
        return ""
    return f"{path}?{urlencode({'view': visit.query.get('view', ''), 'after': json.dumps(list(page.next_after))})}"


def due(visit: Visit, row: WorkRow) -> Cell:
    """Give how long is left, or for how long it is overdue."""
    if row.seconds_left is None:
        return Cell(visit.t("work.no-limit"))
    if row.kind == COLLECTION and row.state != CLAIMED and row.seconds_left > -DAY:
        days = -(-row.seconds_left // DAY)
        known = {0: "work.today", 1: "work.tomorrow"}.get(days, "")
        return chip(visit.t(known) if known else visit.t("work.left.days", {"n": days}), "wait")
    hours = abs(row.seconds_left) // HOUR
    side, is_long = "over" if row.is_overdue else "left", hours >= 48
    text = visit.t(f"work.{side}.{'days' if is_long else 'hours'}", {"n": hours // 24 if is_long else hours})
    return chip(text, "bad" if row.is_overdue else "wait")


def tabs(visit: Visit, path: str, *views: str) -> list[tuple[str, str, bool]]:
    """Give the views of a queue."""
    here = visit.query.get("view", "")
    return [(visit.t(f"work.view.{one or 'all'}"), f"{path}?view={one}" if one else path, one == here) for one in views]


def narrowed(visit: Visit, path: str, table: Table) -> Table:
    """Give a list that says, where a view of it is empty, what it was narrowed to and the way back."""
    view = visit.query.get("view", "")
    if not view or not words.has(f"work.view.{view}"):
        return table
    return replace(table, empty="empty.found", filters=visit.t(f"work.view.{view}"), clear=path)


def locked(visit: Visit, holder: str, until: str, permission: str = "", target: Target = NOTHING) -> Panel | None:
    """Say who works on something and until when; None where nobody does. `permission` is that by which it may be taken over."""
    if not holder:
        return None
    said = {"who": holder, "until": written.instant(until)}
    if holder == visit.who.actor:
        return Panel("", [Said("good", visit.t("lock.mine", said))], "lock")
    words = "lock.held" if permission and visit.may(permission, target) else "lock.held.plain"
    return Panel("", [Said("wait", visit.t(words, said))], "lock")
