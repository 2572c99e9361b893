"""What waits for a second pair of eyes about something, said on its own page: what, by whom, since when, and the way to it."""

from typing import Any

from sqlalchemy import select

from plimsoll.app.database.schema_access import approval
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import Links, Panel, Said
from plimsoll.interfaces.pages.visit import Visit

SHOWN = 10
PENDING = "pending"


def of_customer(visit: Visit, customer_id: int) -> Panel | None:
    """Give what waits about a customer and their loans, to whoever may see approvals, or asked for it; None where nothing does."""
    return _panel(visit, approval.c.customer_id == customer_id)


def of_dossier(visit: Visit, kind: str, subject: str) -> Panel | None:
    """Give what waits about an agency, a package, a tender or a funder."""
    return _panel(visit, (approval.c.kind == kind) & (approval.c.subject == subject))


def _panel(visit: Visit, about: Any) -> Panel | None:
    columns = approval.c
    wanted = select(columns.approval_id, columns.verb, columns.maker, columns.made_at)
    wanted = wanted.where(columns.state == PENDING, columns.expires_at > visit.house.now(), about)
    if not visit.may("approval.read"):
        wanted = wanted.where(columns.maker == visit.who.user_id)
    with visit.house.store.engine.connect() as connection:
        rows = connection.execute(wanted.order_by(columns.made_at).limit(SHOWN)).all()
    if not rows:
        return None
    parts: list[Any] = []
    for row in rows:
        said = {"what": word(visit, "verb", row.verb), "who": row.maker, "at": written.instant(row.made_at)}
        parts.append(Said("wait", visit.t("waits.said", said)))
    return Panel(visit.t("waits.title"), [*parts, Links([(row.approval_id, f"/approvals/{row.approval_id}") for row in rows])], "waits")
