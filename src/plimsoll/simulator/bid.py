"""Five made-up bidders and a whole tender for a package of a made-up book, by the commands that real ones would give, on made-up days.

Each bidder values the package around what the house thinks a buyer pays, by its own cost and luck, and bids below that, the more so the
fewer others bid. The same seed makes the same tender.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from math import exp
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from plimsoll.app.database.store import Store
from plimsoll.app.dossier import dossier_of, execute_dossier
from plimsoll.app.execute import Answer
from plimsoll.app.wiring import DOSSIER_WIRING, read_command
from plimsoll.disposal.tender import ASCENDING, KIND, SEALED, hash_of, tender_of
from plimsoll.disposal.value import PARTS
from plimsoll.rulebook.rules import Rules
from plimsoll.units.divide import half_up
from plimsoll.units.money import parse_minor, text_of
from plimsoll.units.refusal import Refused

SELLER, SECOND, CLERK = "disposal", "disposal-2", "registry"
SPREAD: Final = 0.30
"""Standard deviation of the logarithm of what bidders think the package is worth."""
SHADE: Final = 0.10
"""How far below its value somebody bids who is alone; a part of it for each who is not."""


class House(NamedTuple):
    """A made-up bidder: short name, name, kind, and how its costs move its value."""

    short: str
    name: str
    kind: str
    tilt: float


HOUSES: Final = (
    House("hengshan", "Hengshan Asset Management (made up)", "amc_national", 0.05),
    House("dongpo", "Dongpo Local Asset Management (made up)", "amc_local", 0.00),
    House("taihu", "Taihu Local Asset Management (made up)", "amc_local", -0.05),
    House("qinling", "Qinling Asset Investment (made up)", "aic", 0.10),
    House("lushan", "Lushan Local Asset Management (made up)", "amc_local", -0.15),
)


@dataclass(slots=True)
class Story:
    """What happened, line by line: the instant, who did what, and what was answered; refusals too."""

    lines: list[tuple[str, str, str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class Staged(NamedTuple):
    """A tender that was played: how it ended, each value and bid in minor units, and the story."""

    tender: str
    outcome: str
    winner: str
    price_minor: int
    values: dict[str, int]
    bids: dict[str, int]
    screens: tuple[str, ...]
    paid_on: date
    story: Story
    lost: tuple[str, ...]  # who bound a bid and did not, or could not, open it: the deposit is the seller's


class Play:
    """A tender being played in a book."""

    def __init__(self, store: Store, tender: str, rules: Rules, currency: str) -> None:
        self.store = store
        self.tender = tender
        self.rules = rules
        self.currency = currency
        self.story = Story()

    def do(self, verb: str, subject: str, at: datetime, actor: str, said: Mapping[str, object]) -> dict[str, Any] | Refused:
        """Give a command at an instant; what came of it is told in the story."""
        about = " ".join(str(said[name]) for name in ("bidder", "question_id", "document") if name in said)
        key = f"{self.tender} {verb} {subject} {about} {at:%m%d%H%M%S}"
        command = read_command({"key": key, "subject": subject, "on": at.date().isoformat(), **said}, verb)
        outcome = execute_dossier(self.store, DOSSIER_WIRING, command, actor=actor, now=at, rules=self.rules)
        told = outcome.text if isinstance(outcome, Answer) else outcome.text("en")
        self.story.lines.append((at.strftime("%Y-%m-%d %H:%M"), actor, verb, told))
        if not isinstance(outcome, Answer):
            self.story.refused.append(outcome.code)
            return outcome
        answer: dict[str, Any] = json.loads(outcome.text)
        return answer

    def must(self, verb: str, subject: str, at: datetime, actor: str, said: Mapping[str, object]) -> dict[str, Any]:
        """Give a command that has to be taken."""
        found = self.do(verb, subject, at, actor, said)
        assert not isinstance(found, Refused), f"{verb} {subject}: {found}"
        return found


def stage(
    store: Store,
    package: str,
    tender: str,
    *,
    on: date,
    price_minor: int,
    keep_minor: int,
    currency: str,
    form: str,
    seed: int,
    rules: Rules,
    papers: Iterable[Path] = (),
) -> Staged:
    """Play a tender for a frozen package from its notice to the payment; bids begin three weeks after the day, or as holidays push them.

    The start price is 80 % of what keeping brings, the reserve is what keeping brings; in a sealed tender it is bound.
    """
    chance = Random(seed)  # noqa: S311 -- bidders are made up, nothing is secret
    play = Play(store, tender, rules, currency)
    start_minor = max(keep_minor * 8 // 10, 100)
    deposit_minor = max(start_minor // 10, 1)
    values = {house.short: _drawn(chance, price_minor, house) for house in HOUSES}
    bids = {short: max(minor - half_up(round(SHADE / len(HOUSES) * PARTS) * minor, PARTS), 1) for short, minor in values.items()}
    begins, opened = _open(play, package, on, start_minor, keep_minor, deposit_minor, form)
    _take_part(play, on, deposit_minor, papers)
    if form == SEALED:
        _bid_sealed(play, begins, bids, chance)
    else:
        _call(play, begins, values, start_minor, max(start_minor // 50, 1))
        called = tender_of(dossier_of(store, KIND, tender))
        assert called is not None, "it was opened above"
        bids = {bid.bidder: bid.minor for bid in called.bids()}
    asked: dict[str, object] = {"currency": currency, "bidders": [house.short for house in HOUSES]}
    if form == SEALED:
        asked |= {"reserve": text_of(keep_minor, currency), "nonce": _nonce(tender, "reserve")}
    told = play.must("decide_tender", tender, opened, SELLER, asked)
    back = {"amount": text_of(deposit_minor, currency), "currency": currency}
    for n, name in enumerate(told["deposits_back"]):
        at = opened + timedelta(days=1, minutes=n)
        play.must("return_deposit", tender, at, CLERK, back | {"bidder": name, "ref": f"back {name}"})
    paid = opened + timedelta(days=3)
    minor = 0
    if told["outcome"] in ("sold", "negotiated"):
        minor = _settle(play, package, paid, told["price"], deposit_minor)
    return Staged(
        tender,
        told["outcome"],
        told["winner"],
        minor,
        values,
        bids,
        tuple(told["screens"]),
        paid.date(),
        play.story,
        tuple(told["deposits_lost"]),
    )


def open_stage(
    store: Store,
    package: str,
    tender: str,
    *,
    on: date,
    keep_minor: int,
    currency: str,
    form: str,
    rules: Rules,
    papers: Iterable[Path] = (),
) -> datetime:
    """Open a tender for a frozen package, let the bidders join and read the papers, and stop there; give when bids begin."""
    play = Play(store, tender, rules, currency)
    start_minor = max(keep_minor * 8 // 10, 100)
    deposit_minor = max(start_minor // 10, 1)
    begins, _ = _open(play, package, on, start_minor, keep_minor, deposit_minor, form)
    _take_part(play, on, deposit_minor, papers)
    return begins


def _drawn(chance: Random, price_minor: int, house: House) -> int:
    """Draw what a house thinks a package is worth, in minor units."""
    return half_up(round(exp(chance.gauss(house.tilt, SPREAD)) * PARTS) * price_minor, PARTS)


def _nonce(tender: str, who: str) -> str:
    return sha256(f"nonce of {who} in {tender}".encode()).hexdigest()[:32]


def _open(
    play: Play, package: str, on: date, start_minor: int, keep_minor: int, deposit_minor: int, form: str
) -> tuple[datetime, datetime]:
    """Open the tender with as much notice as the rules ask for; give when bids begin and when it may be decided."""
    notice = datetime.combine(on, time(9), UTC)
    for days in range(21, 60):
        begins = notice + timedelta(days=days)
        terms: dict[str, object] = {
            "package": package,
            "format": form,
            "currency": play.currency,
            "start": text_of(start_minor, play.currency),
            "deposit": text_of(deposit_minor, play.currency),
            "joins_until": _said(begins - timedelta(days=5)),
            "bids_from": _said(begins),
            "bids_until": _said(begins + timedelta(hours=2)),
            "opens_until": _said(begins + timedelta(hours=4)),
        }
        if form == SEALED:
            terms["reserve_hash"] = hash_of(play.tender, "reserve", keep_minor, play.currency, _nonce(play.tender, "reserve"))
        else:
            terms |= {
                "increment": text_of(max(start_minor // 50, 1), play.currency),
                "reserve": text_of(max(keep_minor, start_minor), play.currency),
            }
        found = play.do("open_tender", play.tender, notice, SELLER, terms)
        if not isinstance(found, Refused):
            return begins, begins + timedelta(hours=4)
        assert found.code == "tender_notice_too_short", found
    raise AssertionError("no day has enough notice")


def _said(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _take_part(play: Play, on: date, deposit_minor: int, papers: Iterable[Path]) -> None:
    """Let the houses register, qualify, join, pay, read the papers, and ask a question."""
    morning = datetime.combine(on, time(10), UTC)
    names = []
    for path in papers:
        digest = sha256(path.read_bytes()).hexdigest()
        play.must("add_document", play.tender, morning + timedelta(hours=1), SELLER, {"document": path.name, "digest": digest})
        names.append(path.name)
    until = (on + timedelta(days=365)).isoformat()
    for n, house in enumerate(HOUSES):
        at = morning + timedelta(days=1, minutes=n)
        known = play.do("register_bidder", house.short, at, CLERK, {"name": house.name, "kind": house.kind})
        if not isinstance(known, Refused):
            play.must("qualify_bidder", house.short, at + timedelta(hours=1), SECOND, {"until": until, "evidence": ["licence"]})
        who: dict[str, object] = {"bidder": house.short}
        at += timedelta(days=2)
        play.must("join_tender", play.tender, at, house.short, who | {"accepts": ["nda", "conduct", "no_resale"]})
        paid = {"amount": text_of(deposit_minor, play.currency), "currency": play.currency, "ref": f"deposit {house.short}"}
        play.must("pay_deposit", play.tender, at + timedelta(hours=2), house.short, who | paid)
        for name in names:
            play.must("open_document", play.tender, at + timedelta(hours=3), house.short, who | {"document": name})
    asked: dict[str, object] = {
        "bidder": HOUSES[0].short,
        "question_id": "q1",
        "text": "Were any of these debts bought by the house itself?",
    }
    play.must("ask_question", play.tender, morning + timedelta(days=5), HOUSES[0].short, asked)
    play.must(
        "answer_question",
        play.tender,
        morning + timedelta(days=6),
        SELLER,
        {"question_id": "q1", "text": "No; the house lent all of them."},
    )


def _bid_sealed(play: Play, begins: datetime, bids: dict[str, int], chance: Random) -> None:
    """Let every house bind its bid and open it; one comes too late, and one first opens another amount than it bound."""
    late = HOUSES[chance.randrange(len(HOUSES))].short
    other = HOUSES[chance.randrange(len(HOUSES))].short
    for n, (short, minor) in enumerate(bids.items()):
        at = begins + (timedelta(hours=2, minutes=1) if short == late else timedelta(minutes=10 * n + 1))
        bound = hash_of(play.tender, short, minor, play.currency, _nonce(play.tender, short))
        play.do("commit_bid", play.tender, at, short, {"bidder": short, "hash": bound})
    for n, (short, minor) in enumerate(bids.items()):
        at = begins + timedelta(hours=2, minutes=10 + n)
        told: dict[str, object] = {"bidder": short, "currency": play.currency, "nonce": _nonce(play.tender, short)}
        if short == other:
            play.do("reveal_bid", play.tender, at, short, told | {"amount": text_of(minor + 100, play.currency)})
        play.do("reveal_bid", play.tender, at + timedelta(minutes=10), short, told | {"amount": text_of(minor, play.currency)})


def _call(play: Play, begins: datetime, values: dict[str, int], start_minor: int, step_minor: int) -> None:
    """Let the houses call in turn while a call is not above what the package is worth to them; the last calls run into overtime."""
    at, next_minor, lead = begins + timedelta(hours=1, minutes=50), start_minor, ""
    is_rising = True
    while is_rising:
        is_rising = False
        for house in HOUSES:
            if house.short == lead or values[house.short] < next_minor:
                continue
            said: dict[str, object] = {"bidder": house.short, "amount": text_of(next_minor, play.currency), "currency": play.currency}
            if isinstance(play.do("call_bid", play.tender, at, house.short, said), Refused):
                return
            lead, next_minor, is_rising = house.short, next_minor + step_minor, True
            at += timedelta(seconds=40)


def _settle(play: Play, package: str, paid: datetime, price: str, deposit_minor: int) -> int:
    """Confirm, take the payment, sell the package; give the price in minor units."""
    minor = parse_minor(price, play.currency)
    play.must("confirm_sale", play.tender, paid - timedelta(days=1), SECOND, {"contract": f"contract of {play.tender}"})
    rest = {"amount": text_of(minor - deposit_minor, play.currency), "currency": play.currency, "ref": f"price of {play.tender}"}
    play.must("pay_price", play.tender, paid, CLERK, rest)
    play.must("sell_package", package, paid, SELLER, {"tender": play.tender})
    return minor


FORMS: Final = (SEALED, ASCENDING)
