"""Random tenders: no sequence of joining, paying, binding, retracting, opening, calling and waiting breaks the rules.

A naive tender beside it keeps the same story in plain lists and says, for every command, whether it has to be taken. At the end the winner
has to be who the naive tender names.
"""

import json
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from plimsoll.disposal.tender import hash_of, tender_of
from plimsoll.loan.dossier import Written
from tests.dossiers import Dossiers
from tests.examples import draws
from tests.made_tender import ACCEPTS, ASCENDING_TERMS, SEALED_TERMS, bidders, done, frozen

NAMES = ("a", "b", "c", "d")
NAME = st.sampled_from(NAMES)
START, STEP, DEPOSIT = 800_000, 10_000, "800.00"
AMOUNT = st.sampled_from((799_999, 800_000, 810_000, 815_000, 820_000, 900_000, 1_000_000))
JOINS, BEGINS, ENDS, OPENED = (datetime.fromisoformat(f"2026-{at}") for at in ("10-28T17:00", "11-02T09:00", "11-02T10:00", "11-02T12:00"))
OVERTIME = timedelta(seconds=300)
LAST = datetime.fromisoformat("2026-11-02T23:00")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BIDDING = st.sampled_from((None, None, BEGINS - SECOND, BEGINS, BEGINS, BEGINS + 20 * MINUTE, ENDS - MINUTE, ENDS))
OPENING = st.sampled_from((None, None, ENDS - SECOND, ENDS, ENDS + MINUTE, OPENED))
OVER = st.sampled_from((None, OPENED - SECOND, OPENED))


class Naive:
    """One who takes part."""

    def __init__(self) -> None:
        self.is_in = False
        self.has_paid = False
        self.bound: tuple[int, str] | None = None
        self.bound_at = LAST
        self.opened = 0


class TenderMachine(RuleBasedStateMachine):
    """A house with one tender, and the naive one."""

    def __init__(self) -> None:
        super().__init__()
        self.house = Dossiers()
        self.now = datetime.fromisoformat("2026-10-12T10:00")
        self.naive = {name: Naive() for name in NAMES}
        self.calls: list[tuple[str, int]] = []
        self.ends = ENDS
        self.nonces = 0
        self.is_over = False

    @initialize(is_sealed=st.booleans(), names=st.sets(st.sampled_from(NAMES[:3]), min_size=1), bids=st.lists(AMOUNT, max_size=3))
    def begin(self, is_sealed: bool, names: set[str], bids: list[int]) -> None:
        """Open the tender; some have joined, paid and bid already, so that its end is reached."""
        self.is_sealed = is_sealed
        frozen(self.house)
        bidders(self.house, *NAMES[:3])  # the last is not qualified
        done(self.house.run("open_tender", "T1", "2026-10-12T09:00", **(SEALED_TERMS if is_sealed else ASCENDING_TERMS)))
        for name in sorted(names):
            self.join(name)
            self.pay(name, DEPOSIT)
        for n, (name, minor) in enumerate(zip(sorted(names), bids, strict=False)):
            (self.bind if is_sealed else self.call)(name, minor, BEGINS + n * MINUTE)

    def run_now(self, verb: str, **fields: object) -> bool:
        """Do a command now; whether it was taken."""
        before = self.house.of("tender", "T1")
        outcome = self.house.run(verb, "T1", self.now.isoformat(), **fields)
        taken = isinstance(outcome, Written)
        assert taken or self.house.of("tender", "T1") == before, "a refusal leaves nothing"
        return taken

    def forward(self, to: datetime | None) -> None:
        """Let time pass up to an instant, never back."""
        if to is not None:
            self.now = max(self.now, min(to, LAST))

    @precondition(lambda self: self.now < BEGINS)
    @rule(name=NAME)
    def join(self, name: str) -> None:
        one = self.naive[name]
        wanted = not self.is_over and name != "d" and not one.is_in and self.now < JOINS
        assert self.run_now("join_tender", bidder=name, accepts=ACCEPTS) == wanted
        one.is_in |= wanted

    @precondition(lambda self: self.now < BEGINS)
    @rule(name=NAME, amount=st.sampled_from((DEPOSIT, DEPOSIT, "799.99")))
    def pay(self, name: str, amount: str) -> None:
        one = self.naive[name]
        wanted = not self.is_over and one.is_in and not one.has_paid and amount == DEPOSIT and self.now < JOINS
        assert self.run_now("pay_deposit", bidder=name, amount=amount, currency="CNY") == wanted
        one.has_paid |= wanted

    @precondition(lambda self: self.is_sealed and not self.is_over)
    @rule(name=NAME, minor=AMOUNT, to=BIDDING)
    def bind(self, name: str, minor: int, to: datetime | None) -> None:
        self.forward(to)
        one = self.naive[name]
        self.nonces += 1
        nonce = f"nonce-number-{self.nonces:08d}"
        wanted = self.is_sealed and not self.is_over and one.has_paid and one.bound is None and BEGINS <= self.now < ENDS
        assert self.run_now("commit_bid", bidder=name, hash=hash_of("T1", name, minor, "CNY", nonce)) == wanted
        if wanted:
            one.bound, one.bound_at = (minor, nonce), self.now

    @precondition(lambda self: self.is_sealed and not self.is_over)
    @rule(name=NAME, to=BIDDING)
    def retract(self, name: str, to: datetime | None) -> None:
        self.forward(to)
        one = self.naive[name]
        wanted = self.is_sealed and not self.is_over and one.has_paid and one.bound is not None and self.now < ENDS
        assert self.run_now("retract_bid", bidder=name) == wanted
        if wanted:
            one.bound = None

    @precondition(lambda self: self.is_sealed and not self.is_over)
    @rule(name=NAME, other=st.sampled_from((0, 0, 0, 1, -100_000)), to=OPENING)
    def open_bid(self, name: str, other: int, to: datetime | None) -> None:
        """Open a bid, now and then with another amount than was bound."""
        self.forward(to)
        one = self.naive[name]
        minor, nonce = one.bound or (900_000, "never-bound-before")
        told = minor + other
        wanted = self.is_sealed and not self.is_over and one.bound is not None and ENDS <= self.now < OPENED
        wanted = wanted and not one.opened and other == 0 and minor >= START
        fields = {"bidder": name, "amount": f"{told // 100}.{told % 100:02d}", "currency": "CNY", "nonce": nonce}
        assert self.run_now("reveal_bid", **fields) == wanted
        if wanted:
            one.opened = minor

    @precondition(lambda self: self.is_sealed and not self.is_over)
    @rule(to=OPENING)
    def open_all(self, to: datetime | None) -> None:
        for name in NAMES:
            self.open_bid(name, 0, to)

    @precondition(lambda self: not self.is_sealed and not self.is_over)
    @rule(name=NAME, minor=AMOUNT, to=BIDDING)
    def call(self, name: str, minor: int, to: datetime | None) -> None:
        self.forward(to)
        least = self.calls[-1][1] + STEP if self.calls else START
        wanted = not self.is_sealed and not self.is_over and self.naive[name].has_paid and BEGINS <= self.now < self.ends and minor >= least
        wanted = wanted and (not self.calls or self.calls[-1][0] != name)
        amount = f"{minor // 100}.{minor % 100:02d}"
        assert self.run_now("call_bid", bidder=name, amount=amount, currency="CNY") == wanted
        if wanted:
            self.calls.append((name, minor))
            self.ends = max(self.ends, self.now + OVERTIME)

    @rule(to=OVER)
    def decide(self, to: datetime | None) -> None:
        self.forward(to)
        wanted = not self.is_over and self.now >= (OPENED if self.is_sealed else self.ends)
        members = [name for name in NAMES if self.naive[name].is_in]
        if not self.run_now("decide_tender", currency="CNY", bidders=members):
            assert not wanted
            return
        assert wanted
        self.is_over = True
        said = json.loads(self.house.of("tender", "T1")[-1].body)
        bids = [(one.opened, one.bound_at, name) for name, one in self.naive.items() if one.opened]
        bids = bids if self.is_sealed else [(minor, LAST, name) for name, minor in self.calls]
        paid = sorted(name for name, one in self.naive.items() if one.has_paid)
        lost = sorted(name for name, one in self.naive.items() if one.bound and not one.opened)
        assert said["deposits_lost"] == lost, "who bound a bid and did not open it"
        if not bids:
            back = [name for name in paid if name not in lost]
            assert (said["outcome"], said["winner"], said["deposits_back"]) == ("no_sale", "", back)
            return
        minor, _, winner = min(bids, key=lambda bid: (-bid[0], bid[1], bid[2]))
        assert said["outcome"] == ("negotiated" if len(paid) == 1 else "sold")
        assert (said["winner"], said["price_minor"]) == (winner, minor)
        assert said["price_minor"] >= said["reserve_minor"] == START
        assert said["deposits_back"] == [name for name in paid if name not in (winner, *lost)]

    @invariant()
    def nothing_is_known_of_a_bid_that_is_not_opened(self) -> None:
        found = tender_of(self.house.of("tender", "T1"))
        if found is None:
            return
        assert all(found.members[name].bid_minor == one.opened for name, one in self.naive.items() if one.is_in)
        assert [(bid.bidder, bid.minor) for bid in found.calls] == self.calls
        assert found.closes_at.replace(tzinfo=None) == self.ends


TestTender = TenderMachine.TestCase
TestTender.settings = draws(50, new=150, stateful_step_count=25)
