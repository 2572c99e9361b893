"""Decisions and tenders as they are looked at, on both databases: the replay's hash, nothing written, no sealed bid told."""

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from plimsoll.app.database import schema
from plimsoll.app.dossier import execute_dossier
from plimsoll.app.execute import Answer
from plimsoll.app.kit import kits_of
from plimsoll.app.replay_decision import decisions_of
from plimsoll.app.show.application import application
from plimsoll.app.show.care import disclosure_rows
from plimsoll.app.show.decision import decision, explanation, what_if
from plimsoll.app.show.sale import BIDDER, PUBLIC, SELLER, package_rows, tender_rows, tender_seen
from plimsoll.app.wiring import DOSSIER_WIRING, read_command
from plimsoll.loan.dossier import Written
from plimsoll.units.refusal import Refused
from tests.made_tender import NONCE, SEALED_TERMS, bidders, bound, done, frozen, joined
from tests.walks.test_application import RULES, House, offered, words_of

ON = date(2026, 12, 1)
BID_ON = date(2026, 11, 2)


@pytest.fixture
def applied(store) -> House:
    """A customer whose application was decided, with the costs of the offer shown and confirmed."""
    house = House(store)
    offer = offered(house)
    house.read("offer", 4, limit=offer["limit"], **words_of(offer))
    return house


def filings(store) -> int:
    with store.engine.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(schema.filing)) or 0)


def test_a_decision_is_shown_as_it_was_taken(applied):
    store = applied.store
    (decided,) = decisions_of(store, "A1")
    told = decision(store, 1, "A1", RULES)
    assert (told.sha256, told.is_same, told.differs) == (decided.said["digest"], True, ())
    assert told.score.base + sum(part.points for part in told.score.parts) == told.score.points
    assert told.score.points == decided.said["score"]["points"]
    assert (told.load.capacity_minor, told.suggested.load_capacity_minor) == (decided.said["suggested"]["capacity_minor"],) * 2
    said = explanation(store, 1, "A1", RULES)
    assert (said.outcome, said.sha256, said.reasons) == ("approve", decided.said["digest"], ())
    assert {one.source for one in said.used} >= {"bureau", "income"}
    assert application(store, 1, "A1", ON.toordinal()).state == "offered"
    assert application(store, 1, "A1", date(2026, 12, 31).toordinal()).state == "expired"
    assert decision(store, 1, "A2", RULES).code == "decision_unknown"


def test_asking_otherwise_writes_nothing(applied):
    store, before = applied.store, filings(applied.store)
    more = what_if(store, 1, "A1", RULES, amount_minor=9_000_000, income_minor=300_000)
    assert (more.outcome_before, more.outcome, [one.code for one in more.reasons]) == ("approve", "counter-offer", ["CAPACITY_AMOUNT"])
    assert more.offer.limit_minor <= more.load.capacity_minor
    same = what_if(store, 1, "A1", RULES)
    assert same.sha256 == decisions_of(store, "A1")[0].said["digest"], "with nothing otherwise it is the decision itself"
    assert what_if(store, 1, "A1", RULES, kits=kits_of(store, RULES), today=ON).outcome == "approve"
    assert filings(store) == before


def test_a_disclosure_is_shown_as_it_was(applied):
    from plimsoll.app.file import filings_of

    (one,) = disclosure_rows(filings_of(applied.store, 1))
    assert (one.about, one.language, one.seconds, one.used_for) == ("offer", "en", 60, "")
    assert one.confirmed_at is not None
    assert "18.25" not in json.dumps([row.text for row in one.rows]), "the price is the one that was offered"


class InBook:
    """A tender in a book, by the same steps as the one in memory."""

    def __init__(self, store) -> None:
        self.store = store
        self.keys = 0

    def run(self, name: str, subject: str, at: str, actor: str = "wang", /, **fields: object) -> Written | Refused:
        self.keys += 1
        command = read_command({"key": f"k{self.keys}", "subject": subject, "on": at[:10], **fields}, name)
        now = datetime.fromisoformat(at).replace(tzinfo=UTC)
        outcome = execute_dossier(self.store, DOSSIER_WIRING, command, actor=actor, now=now, rules=RULES)
        return Written() if isinstance(outcome, Answer) else outcome


def test_nobody_sees_a_sealed_bid_before_it_is_decided(store):
    house = InBook(store)
    frozen(house)
    bidders(house, "a", "b")
    done(house.run("open_tender", "T1", "2026-10-12T09:00", "wang", **SEALED_TERMS))
    joined(house, "a", "b")
    for name, minor in (("a", 900_000), ("b", 950_000)):
        done(house.run("commit_bid", "T1", "2026-11-02T09:30", name, bidder=name, hash=bound(minor, name)))
    opened = {"bidder": "b", "amount": "9500.00", "currency": "CNY", "nonce": NONCE.format("b")}
    done(house.run("reveal_bid", "T1", "2026-11-02T10:30", "b", **opened))
    seller = tender_seen(store, "T1", SELLER, RULES, BID_ON)
    assert [(one.bidder, one.bid, bool(one.hash)) for one in seller.members] == [("a", "", True), ("b", "", True)]
    other = tender_seen(store, "T1", BIDDER, RULES, BID_ON, "a")
    assert (other.own.hash, other.members, other.opening) == (bound(900_000, "a"), (), ())
    public = tender_seen(store, "T1", PUBLIC, RULES, BID_ON)
    assert (public.own, public.members, public.reserve, public.deposit) == (None, (), "", "")
    for seen in (seller, other, public):
        assert "9500.00" not in repr(seen), seen.view
        assert "950000" not in repr(seen), seen.view
    assert tender_seen(store, "T1", BIDDER, RULES, BID_ON, "c").code == "bidder_not_in_tender"
    assert tender_seen(store, "T2", PUBLIC, RULES, BID_ON).code == "tender_unknown"
    (listed,) = tender_rows(store, is_seller=False)
    assert (listed.state, listed.members) == ("open", None)
    (package,) = package_rows(store)
    assert (package.loans, package.weight_minor, package.state) == (2, 10_500_000, "frozen")
