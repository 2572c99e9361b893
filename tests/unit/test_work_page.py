"""A queue shown a page at a time: one order from page to page, due at an instant or at none, as far as one sees it."""

import random
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert

from plimsoll.app.access.relation import HELD, Sight
from plimsoll.app.business_day import At
from plimsoll.app.database.schema import customer, work_item
from plimsoll.app.show.queues import PERMISSIONS, WAITING, WorkAsked, work_page

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
AT = At(NOW, date(2026, 3, 2))
DUES = ("", "", "2026-03-01T09:00:00Z", "2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z")


@pytest.fixture
def rows(store):
    """Rows of two queues in every state, some of them held."""
    drawn = random.Random(5)
    made = []
    for customer_id in range(1, 61):
        state = drawn.choice((*WAITING, "done"))
        told = {"state": state, "priority": drawn.choice((1, 2, 3)), "due_at": drawn.choice(DUES)}
        whose = {"assigned_to": "ann" if state == "claimed" else "", "note": "", "opened_at": NOW, "changed_at": NOW}
        made.append(
            {"customer_id": customer_id, "kind": drawn.choice(("review", "complaint")), "subject": "x", "command_n": 1, **told, **whose}
        )
    with store.changing() as connection:
        connection.execute(insert(customer), [{"customer_id": n, "opened_on": AT.today, "recorded_at": NOW} for n in range(1, 61)])
        connection.execute(insert(work_item), made)
    return made


def by_hand(rows, is_wanted):
    wanted = [one for one in rows if one["kind"] == "review" and is_wanted(one)]
    return [
        one["customer_id"]
        for one in sorted(wanted, key=lambda one: (-one["priority"], one["due_at"] == "", one["due_at"], one["customer_id"]))
    ]


@pytest.mark.parametrize(
    ("asked", "sight", "is_wanted"),
    [
        (WorkAsked(), None, lambda one: one["state"] != "done"),
        (WorkAsked("done"), None, lambda one: one["state"] == "done"),
        (WorkAsked(assigned_to="ann"), None, lambda one: one["assigned_to"] == "ann" and one["state"] != "done"),
        (WorkAsked(is_overdue=True), None, lambda one: one["state"] != "done" and "" < one["due_at"] < "2026-03-02T02"),
        (WorkAsked(), Sight(holders=("ann",)), lambda one: one["state"] == "claimed"),
    ],
)  # fmt: skip
def test_pages_go_on_where_the_last_one_ended(store, rows, asked, sight, is_wanted):
    expected, found, after = by_hand(rows, is_wanted), [], ()
    while True:
        page = work_page(store, "review", AT, asked, sight=sight, after=after, limit=3)
        found += [one.customer_id for one in page.rows]
        after = page.next_after
        if not after:
            break
    assert expected
    assert found == expected


def test_what_is_no_place_in_a_queue_is_its_beginning(store, rows):
    first = work_page(store, "review", AT).rows
    for wrong in ((1,), ("x", 0, "", 1, "x"), (1, 0, "", "1", "x")):
        assert work_page(store, "review", AT, after=wrong).rows == first


def test_whoever_holds_work_sees_its_customer_whatever_the_queue():
    assert set(HELD) == set(PERMISSIONS) - {"placement", "conduct"}, "reports about buyers stand in dossiers, and may be about nobody"
