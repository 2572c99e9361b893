"""A tender in memory, as far as bidders having joined: what the tests of tenders begin with."""

from plimsoll.disposal.tender import hash_of
from plimsoll.loan.dossier import Written
from tests.dossiers import Dossiers

SECRET = "00112233445566778899aabbccddeeff"
ROWS = [[1, 11, 9_000_000, 1_000_000, 0, 200, 1_400_000, 1_100_000], [2, 12, 500_000, 0, 0, 91, 70_000, 55_000]]
SHEET = {"cut_off": "2026-09-30", "currency": "CNY", "loans": 2, "borrowers": 2, "principal": "95000.00", "interest": "10000.00"}
TIMES = {"joins_until": "2026-10-28T17:00:00Z", "bids_from": "2026-11-02T09:00:00Z", "bids_until": "2026-11-02T10:00:00Z"}
TERMS = {"package": "P1", "currency": "CNY", "start": "8000.00", "deposit": "800.00", **TIMES}
SEALED_TERMS = TERMS | {"format": "sealed", "opens_until": "2026-11-02T12:00:00Z"}
ASCENDING_TERMS = TERMS | {"format": "ascending", "increment": "100.00"}
NONCE = "nonce-of-{}-0123456789"
ACCEPTS = ["nda", "conduct", "no_resale"]


def done(outcome) -> Written:
    assert isinstance(outcome, Written), outcome
    return outcome


def frozen(house: Dossiers) -> None:
    """Make package P1, frozen on 9 October 2026."""
    opened = {"cut_off": "2026-09-30", "currency": "CNY", "licence": "cfc", "secret": SECRET}
    done(house.run("open_package", "P1", "2026-10-09T09:00", **opened))
    done(house.run("fill_package", "P1", "2026-10-09T09:00", part=1, loans={"loans": ROWS}))
    done(house.run("freeze_package", "P1", "2026-10-09T09:00", sheet=SHEET))


def bidders(house: Dossiers, *names: str) -> None:
    """Register and qualify bidders."""
    for name in names:
        done(house.run("register_bidder", name, "2026-10-01T09:00", "wang", name=f"{name} AMC", kind="amc_local"))
        done(house.run("qualify_bidder", name, "2026-10-01T10:00", "zhao", until="2026-12-31", evidence=["licence"]))


def joined(house: Dossiers, *names: str) -> None:
    """Let bidders join tender T1 and pay their deposits."""
    for name in names:
        done(house.run("join_tender", "T1", "2026-10-20T09:00", bidder=name, accepts=ACCEPTS))
        done(house.run("pay_deposit", "T1", "2026-10-20T10:00", bidder=name, amount="800.00", currency="CNY"))


def tender(terms: dict = SEALED_TERMS, names: tuple[str, ...] = ("a", "b", "c"), **more: object) -> Dossiers:
    """Give a house whose tender T1 all of some bidders have joined."""
    house = Dossiers()
    frozen(house)
    bidders(house, *names)
    done(house.run("open_tender", "T1", "2026-10-12T09:00", "wang", **(terms | more)))
    joined(house, *names)
    return house


def bound(minor: int, bidder: str, subject: str = "T1") -> str:
    """Give the hash of a bid with the nonce of its bidder."""
    return hash_of(subject, bidder, minor, "CNY", NONCE.format(bidder))
