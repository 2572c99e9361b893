"""Work that a small house does not come by itself: a tender with sealed bids, an agency, cases for today."""

from datetime import datetime, time, timedelta

from sqlalchemy import select

from plimsoll.app.database.schema import loan_state, work_item
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.collections.follow_up import FollowUp
from plimsoll.disposal.tender import SEALED, hash_of
from plimsoll.simulator.bid import SELLER, Play, open_stage
from plimsoll.simulator.walk import Wish, start, walk
from plimsoll.units.money import text_of

PACKAGE, TENDER = "spring", "spring-tender"
CURRENCY = "CNY"
KEEP = 400_000
BIDS = {"hengshan": 310_017, "dongpo": 322_023}
NONCE = "nonce-of-{}-0123456789"
AGENCY = {
    "title_zh": "北方 催收",
    "title_en": "North collections",
    "licence": "L-north",
    "valid_until": "2027-12-31",
    "contract_until": "2027-12-31",
    "page": "whitelist#north",
    "commission": ["61:0.15", "181:0.25"],
}


def leave_tender(house: House) -> None:
    """Sell two open loans in a tender to which bids have been bound, and none opened."""
    today = house.today()
    play = Play(house.store, TENDER, house.rules, CURRENCY)
    at = datetime.combine(today, time(1), house.now().tzinfo)
    with house.store.engine.connect() as connection:
        sold = connection.execute(select(loan_state.c.loan_id, loan_state.c.customer_id).where(loan_state.c.status == 1).limit(2)).all()
    said = {"cut_off": (today - timedelta(days=1)).isoformat(), "currency": CURRENCY, "licence": "cfc", "secret": "00" * 16}
    play.must("open_package", PACKAGE, at, SELLER, said)
    rows = [[loan_id, customer_id, 500_000, 10_000, 0, 200, 300_000, 200_000] for loan_id, customer_id in sold]
    play.must("fill_package", PACKAGE, at, SELLER, {"part": 1, "loans": {"loans": rows}})
    sheet = {"cut_off": said["cut_off"], "currency": CURRENCY, "loans": 2, "borrowers": len({row[1] for row in sold})}
    play.must("freeze_package", PACKAGE, at, SELLER, {"sheet": sheet | {"principal": "10000.00", "interest": "200.00"}})
    begins = open_stage(
        house.store, PACKAGE, TENDER, on=today, keep_minor=KEEP, currency=CURRENCY, form=SEALED, rules=house.rules, papers=()
    )
    for n, (bidder, minor) in enumerate(BIDS.items()):
        bound = hash_of(TENDER, bidder, minor, CURRENCY, NONCE.format(bidder))
        play.must("commit_bid", TENDER, begins + timedelta(minutes=n + 1), bidder, {"bidder": bidder, "hash": bound})


def amounts() -> tuple[str, ...]:
    """Give the bids as a page would write them."""
    return tuple(text_of(minor, CURRENCY)[-6:] for minor in BIDS.values())


def leave_agency(house: House) -> None:
    """Register an agency."""
    now = house.now()
    Play(house.store, "north", house.rules, CURRENCY).must("register_agency", "north", now, "vendor", AGENCY)


def leave_offer(house: House) -> None:
    """Have somebody apply to whom the house makes an offer, and leave it unsigned."""
    walker = start(house.store, house.rules, Wish("approve", "cash-line", CURRENCY, 500_000, 6, "daily_needs", house.today(), "zh-CN"))
    walker.now = house.now()
    assert any(told.step == "offer" for told in walk(walker))


def bring_back_cases(house: House) -> None:
    """Have every case that waits for another day looked at today, so that the queue holds some."""
    waiting = select(work_item.c.customer_id).where(work_item.c.kind == "collection", work_item.c.state == "waiting")
    with house.store.engine.connect() as connection:
        customers = connection.scalars(waiting).all()
    for customer_id in customers:
        asked = FollowUp(f"desk:{customer_id}", customer_id, house.today(), house.today(), "look at it again")
        assert isinstance(house.execute(asked, actor="collections-supervisor"), Answer)
