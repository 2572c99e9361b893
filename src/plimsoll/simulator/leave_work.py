"""Leave work on every desk of a made-up house, so that whoever opens it finds queues that live.

Cases to review, complaints, something to approve, a webhook that does not get through, a package in tender.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from plimsoll.app.access.principal import Principal
from plimsoll.app.approve.need import Waiting
from plimsoll.app.chain.seal import seal
from plimsoll.app.database.schema import line, loan_state
from plimsoll.app.disposal.make_package import Wish as PackageWish
from plimsoll.app.disposal.make_package import make_package
from plimsoll.app.disposal.package_files import write_package
from plimsoll.app.hooks.deliver import Deliverer
from plimsoll.app.hooks.endpoint import Hooks
from plimsoll.app.house import House
from plimsoll.app.open_door import open_door
from plimsoll.disposal.tender import SEALED
from plimsoll.loan.book import LINE_OPEN
from plimsoll.loan.layout import OPEN
from plimsoll.protection.file_complaint import FileComplaint
from plimsoll.servicing.set_limit import SetLimit
from plimsoll.simulator.bid import SELLER, open_stage
from plimsoll.simulator.staff import ADMINISTRATOR
from plimsoll.simulator.walk import Wish, start, walk
from plimsoll.units.refusal import Refused

REFERRED: Final = ("review", "review", "ring", "review", "hardship", "review")
"""Personas whose applications a person has to look at."""
COMPLAINTS: Final = ("wrong_amount", "collection_conduct", "cost_unclear", "service")
PACKAGE, TENDER = "demo-1", "demo-1 tender"
NOBODY_LISTENS: Final = "http://127.0.0.1:9/webhooks"
"""The port of discard: a receiver that is not there."""
RAISED_MINOR: Final = 200_000
TRIED_MAX: Final = 20


def leave_reviews(house: House, on: date) -> int:
    """Let some people apply whom the engine refers, and leave them in the queue; give how many wait."""
    waiting = 0
    for persona in REFERRED:
        walker = start(house.store, house.rules, Wish(persona, "cash-line", "CNY", 2_000_000, 12, "daily_needs", on, "zh-CN", "pay-later"))
        walker.now = house.now()
        for told in walk(walker):
            if told.step == "queue":
                waiting += 1
                break
    return waiting


def leave_complaints(house: House, on: date) -> int:
    """Let some late customers complain; give how many did."""
    filed = 0
    for n, (customer_id, _) in enumerate(_late(house, on)[: len(COMPLAINTS)]):
        command = FileComplaint(f"world:complaint:{customer_id}", customer_id, on, f"c-{customer_id}", COMPLAINTS[n], channel="phone")
        filed += not isinstance(house.execute(command, actor="servicing"), Refused)
    return filed


def leave_approval(house: House, on: date) -> str:
    """Ask to raise somebody's limit by hand, which needs another person to agree; give the approval that waits, "" where none could be."""
    door, columns = open_door(house), line.c
    who = Principal("underwriter-2", ("underwriter_2",), strong_at=house.now())
    wanted = (
        select(line).where(columns.status == LINE_OPEN, columns.load_capacity_minor > columns.limit_minor * 2).order_by(columns.customer_id)
    )
    with house.store.engine.connect() as connection:
        rows = connection.execute(wanted.limit(TRIED_MAX)).all()
    for row in rows:
        raised = row.limit_minor + RAISED_MINOR
        command = SetLimit(
            f"world:limit:{row.customer_id}", row.customer_id, on, row.currency, raised, row.cash_limit_minor, row.later_limit_minor,
            reason="income proved by the tax record",
        )  # fmt: skip
        found = door.ask(who, command, reason="the tax record of last year came in, and carries it")
        if isinstance(found, Waiting):
            return found.approval_id
    return ""


def leave_webhook(house: House) -> str:
    """Register a webhook that nobody listens at: what happens from now on waits for it. Give its id."""
    seal(house.store, None, house.now())
    made = Hooks(house, is_loopback_allowed=True).register(NOBODY_LISTENS, (), ADMINISTRATOR)
    assert not isinstance(made, Refused), made
    return made.endpoint.endpoint_id


def try_webhook(house: House) -> Counter[str]:
    """Put what happened since in the chain, and try to send it."""
    seal(house.store, None, house.now())
    return Deliverer(Hooks(house, is_loopback_allowed=True)).once()


def leave_tender(house: House, day: date, out: Path) -> dict[str, Any]:
    """Put the bad loans of the book in a package and open its tender, with five bidders who have read the papers and not bid yet.

    Says under `refused` why there is none.
    """
    wish = PackageWish(PACKAGE, day - timedelta(days=1), currency="CNY")
    now = datetime.combine(day, house.now().timetz())
    made = make_package(house.store, wish, actor=SELLER, now=now, on=day, rules=house.rules)
    if isinstance(made, Refused):
        return {"refused": made.code}
    k = house.rules.whole("POLICY.DISPOSAL.K", day) or 1
    _, paths = write_package(out, made.loans, made.secret, wish.cut_off, "CNY", k)
    keep = sum(worth[0] for worth in made.worth.values())
    papers = [path for path in paths if path.suffix in (".csv", ".json")]
    begins = open_stage(
        house.store, PACKAGE, TENDER, on=day, keep_minor=keep, currency="CNY", form=SEALED, rules=house.rules, papers=papers
    )
    return {"package": PACKAGE, "tender": TENDER, "loans": len(made.loans), "bids_from": begins.isoformat()}


def _late(house: House, on: date) -> Sequence[tuple[int, int]]:
    """Give customers and loans that are late, those late longest first."""
    columns = loan_state.c
    wanted = select(columns.customer_id, columns.loan_id).where(columns.status == OPEN, columns.oldest_due < on)
    with house.store.engine.connect() as connection:
        return [(row[0], row[1]) for row in connection.execute(wanted.order_by(columns.oldest_due, columns.customer_id))]
