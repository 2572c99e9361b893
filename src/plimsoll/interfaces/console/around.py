"""What stands around every page of the back office: navigation by permission, the business date, what waits in the inbox."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select

from plimsoll.app.access.principal import EVERYBODY, NOTHING, Target
from plimsoll.app.access.relation import Sight
from plimsoll.app.database.schema import close_run, close_shard
from plimsoll.app.database.schema_access import approval
from plimsoll.app.show.queues import PERMISSIONS
from plimsoll.interfaces.console.views import to_keep, views_of
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.serve import Chrome
from plimsoll.interfaces.pages.visit import Visit


class Place(NamedTuple):
    """A page one can go to from anywhere: its name (title and icon), path, the key after g, and whether it lists customers.

    `permission` may name several, of which one is enough; `party` is the side of a party whose own page it is, named in the path.
    """

    name: str
    path: str
    permission: str
    key: str = ""
    is_list: bool = False
    party: str = ""


ANY_QUEUE: Final = " ".join(sorted(set(PERMISSIONS.values())))
GROUPS: Final[tuple[tuple[str, tuple[Place, ...]], ...]] = (
    (
        "work",
        (Place("overview", "/", "", "o"), Place("queue", "/queues", ANY_QUEUE, "e"), Place("approval", "/approvals", "approval.read", "i")),
    ),
    (
        "lending",
        (
            Place("customer", "/customers", "customer.search", "c", True),
            Place("loan", "/loans", "loan.read", "l", True),
            Place("review", "/reviews", "review.read", "r", True),
            Place("complaint", "/complaints", "complaint.read", "p", True),
        ),
    ),
    (
        "risk",
        (
            Place("monitoring", "/monitoring", "warning.read", "m", True),
            Place("portfolio", "/portfolio", "portfolio.read", "v"),
            Place("policy", "/policies", "rule.read"),
            Place("model", "/models", "model.read"),
            Place("rule", "/rules", "rule.read", "b"),
        ),
    ),
    (
        "collecting",
        (
            Place("case", "/cases", "case.read", "k", True),
            Place("agency", "/agencies", "agency.read"),
            Place("package", "/packages", "package.read"),
            Place("tender", "/tenders", "tender.read", "n"),
            Place("own-agency", "/agencies/{party}", "agency.read", "a", party="agency"),
            Place("placement", "/placements", "agency.place", "w"),
            Place("call", "/calls", "agency.review", "q"),
        ),
    ),
    (
        "money",
        (
            Place("close", "/close", "close.read", "d"),
            Place("ledger", "/ledger", "ledger.read", "t"),
            Place("treasury", "/treasury", "treasury.read", "f"),
            Place("import", "/imports", "import.make", "j"),
            Place("funder", "/treasury/{party}", "funder.read", "f", party="funder"),
        ),
    ),
    (
        "house",
        (
            Place("user", "/users", "user.read", "u"),
            Place("emergency", "/emergency", "glass.ask glass.approve glass.review"),
            Place("audit", "/audit", "audit.read", "y"),
            Place("developer", "/developers", ""),
        ),
    ),
)


def places(visit: Visit) -> list[tuple[str, list[Place]]]:
    """Give the groups of pages that somebody may see."""
    found: list[tuple[str, list[Place]]] = []
    for group, inside in GROUPS:
        seen = [named for one in inside if (named := _seen(visit, one)) is not None]
        if seen:
            found.append((group, seen))
    return found


def _seen(visit: Visit, one: Place) -> Place | None:
    """Give a place as somebody finds it; None where it is not for them, or would be a list in which they never see anybody."""
    party = visit.who.party
    if one.party:
        is_own = bool(party) and visit.may(one.permission, Target(kind=one.party, subject=party))
        return one._replace(path=one.path.format(party=party)) if is_own else None
    if one.path == "/" and party:
        return None
    if not any(visit.may(permission, EVERYBODY if one.is_list else NOTHING) for permission in one.permission.split() or ("",)):
        return None
    return None if one.is_list and visit.door.sight(visit.who, one.permission) == Sight() else one


def around(visit: Visit) -> Mapping[str, Any]:
    """Give what the shell of the back office needs."""
    with visit.house.store.engine.connect() as connection:
        closed = connection.scalar(select(func.max(close_run.c.closed_on)).where(close_run.c.state == "done"))
        may_check = visit.may("approval.read")
        waiting = _waiting(connection, visit) if may_check else 0
    groups = places(visit)
    path = visit.address.partition("?")[0]
    here = [one.path for _, inside in groups for one in inside if path == one.path or (one.path != "/" and path.startswith(f"{one.path}/"))]
    return {
        "nav_groups": groups,
        "here": max(here, key=len, default=""),
        "business_date": visit.today(),
        "closed_on": closed,
        "closing": _closing(visit),
        "mode": visit.house.mode,
        "inbox": waiting,
        "has_inbox": may_check,
        "views": views_of(visit),
        "to_keep": to_keep(visit),
    }


def _closing(visit: Visit) -> str:
    """Say how far a close is that runs now, "" where none does: what pages show meanwhile is of the day before."""
    with visit.house.store.engine.connect() as connection:
        run = connection.execute(select(close_run.c.closed_on, close_run.c.shards).where(close_run.c.state == "running").limit(1)).first()
        if run is None:
            return ""
        done = (close_shard.c.closed_on == run.closed_on, close_shard.c.done_at.is_not(None))
        ready = connection.scalar(select(func.count()).select_from(close_shard).where(*done)) or 0
    return visit.t("shell.closing", {"day": written.day(run.closed_on), "share": ready * 100 // max(run.shards, 1)})


def _waiting(connection: Any, visit: Visit) -> int:
    """Count what waits for others than whoever asked for it."""
    counted = select(func.count()).select_from(approval).where(approval.c.state == "pending", approval.c.maker != visit.who.user_id)
    return int(connection.scalar(counted) or 0)


CHROME: Final = Chrome("shell.html", "open.html", around, account="/account")
