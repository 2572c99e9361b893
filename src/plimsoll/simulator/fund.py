"""Three made-up funders of a made-up book: registered, routed to, settled with, and the ladder of what is left to the lender."""

from datetime import UTC, date, datetime, time
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Final

from plimsoll.app.database.store import Store
from plimsoll.app.dossier import execute_dossier
from plimsoll.app.execute import Answer
from plimsoll.app.treasury.fund_draws import Act, fund_draws
from plimsoll.app.treasury.liquidity import ladder, positions
from plimsoll.app.treasury.settle_day import Days, settle_day
from plimsoll.app.treasury.shares import funders_of, holdings_of, lent_now
from plimsoll.app.treasury.tape_day import month_ends
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.rulebook.rules import Rules
from plimsoll.simulator.town import ACTOR, CURRENCY
from plimsoll.treasury.assess_investor import AssessInvestor
from plimsoll.treasury.register_funder import RegisterFunder
from plimsoll.treasury.route import INVESTOR
from plimsoll.units.money import text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused

MINOR: Final = 100
KINDS: Final = (
    ("river-bank", "partner", Rate(35, 100)),
    ("harbour-notes", "notes", Rate(25, 100)),
    ("lantern-fund", "investor", Rate(2, 10)),
)
"""Name, kind, and the most of one loan that each takes; the investor is an institution that can bear to lose it all."""

MONTHS: Final = 2
"""The last months, whose draws are funded."""
LATE: Final = time(23, 55)
"""When a day is funded."""

CASH_PARTS: Final = 3
"""The lender holds cash of one part in so many of what it has lent."""


def funding_lines(found: Any) -> list[str]:
    """Write for people what `fund_town` told."""
    parts = ", ".join(f"{one['funder']} {one['lent']}" for one in found["funders"])
    lines = [
        f"Funding: {found['draws']:,} draws and days of purchases since {found['since']}, three made-up funders; {CURRENCY} lent: {parts}."
    ]
    if found["settled"]:
        net = ", ".join(f"{name} {minor}" for name, minor in found["settled"].items())
        lines.append(f"Settled {found['since']} to {found['through']}, the parts adding up to the tape; net, below nought brought: {net}.")
    short = "lasts 180 days" if found["short_day"] is None else f"is gone on day {found['short_day']}"
    return [*lines, f"Ladder: cash of {found['cash']} {short} as people behave; after 30 days {found['after_30']}."]


class Funding:
    """Registers three funders as the last months of a book begin, and each day has funded what was drawn and bought the day before."""

    def __init__(self, days: range, seed: int, rules: Rules) -> None:
        starts = [day for day in days[1:] if date.fromordinal(day).day == 1]
        self.first = (starts or [days[-1]])[-MONTHS:][0]
        self.funded_through = self.first - 1
        self.draws = 0
        self.seed = seed
        self.rules = rules

    def is_wanted(self, day: int) -> bool:
        """Tell whether the day before is one of those that are funded."""
        return day > self.first

    def do(self, store: Store, day: int) -> None:
        """Fund the day before."""
        self.fund(store, day - 1)

    def fund(self, store: Store, through: int) -> Act:
        """Fund every day through one that is not funded yet; give who acted on that one."""
        if self.funded_through < self.first:
            for command in made_up(date.fromordinal(self.first), self.seed):
                act = self._act(self.first)
                answer = execute_dossier(store, DOSSIER_WIRING, command, actor=act.actor, now=act.now, rules=act.rules)
                assert isinstance(answer, Answer), answer
        for day in range(self.funded_through + 1, through + 1):
            funded = fund_draws(store, date.fromordinal(day), self._act(day), licence="cfc")
            assert not isinstance(funded, Refused), funded
            self.draws += sum(one.draws for one in funded)
            self.funded_through = day
        return self._act(through)

    def _act(self, day: int) -> Act:
        return Act(ACTOR, datetime.combine(date.fromordinal(day), LATE, UTC), self.rules)


def fund_town(store: Store, last: date, tape: Path, funding: Funding, rules: Rules) -> dict[str, Any]:
    """Fund the last day, settle each of the last months with the funders, and ladder the lender's own cash."""
    act = funding.fund(store, last.toordinal())
    ends = [day for day in month_ends(tape, last) if (day.year, day.month) != (last.year, last.month)][-MONTHS:]
    settled: dict[str, int] = {}
    for since, day in pairwise((*ends, last) if ends else ()):
        done = settle_day(store, Days(day, since, tape), tape.parent / "settlement", act)
        assert not isinstance(done, Refused), done
        for name in done.files:
            settled[name] = settled.get(name, 0) + sum(line.net_minor() for line in done.lines[name])
    return _told(store, last, rules) | {
        "draws": funding.draws,
        "settled": {name: text_of(minor, CURRENCY) for name, minor in settled.items()},
        "since": date.fromordinal(funding.first).isoformat(),
    }


def made_up(on: date, seed: int) -> list[RegisterFunder | AssessInvestor]:
    """Give three funders with prices and commitments by chance, an investor's assessment before it: the same for the same seed."""
    chance = Random(seed)  # noqa: S311 -- funders are made up, nothing is secret
    found: list[RegisterFunder | AssessInvestor] = []
    for place, (name, kind, most) in enumerate(KINDS):
        price, committed = Rate.parse(f"0.0{chance.randint(38 + 6 * place, 43 + 6 * place)}"), chance.randint(4, 12) * 50_000 * MINOR
        if kind == INVESTOR:
            digest = sha256(f"{name} {seed}".encode()).hexdigest()
            found.append(AssessInvestor(f"assessed:{name}", name, on, "institution", Rate(1, 1), 60, digest, on, ACTOR))
        found.append(RegisterFunder(f"funder:{name}", name, on, kind, CURRENCY, committed, price, most))
    return found


def _told(store: Store, last: date, rules: Rules) -> dict[str, Any]:
    funders = funders_of(store)
    lent = lent_now(store, holdings_of(store, last.toordinal()), funders, last.toordinal()).get(CURRENCY)
    own = lent.own_minor if lent else 0
    found = positions(store, last, last)
    assert not isinstance(found, Refused), found
    here = [one for one in found if one.currency == CURRENCY]
    cash = own // CASH_PARTS
    steps = ladder(here[0], cash, [], rules) if here else None
    return {
        "through": last.isoformat(),
        "funders": [
            {
                "funder": name,
                "price": one.price.text(),
                "committed": text_of(one.committed_minor, CURRENCY),
                "lent": text_of(lent.of.get(name, 0) if lent else 0, CURRENCY),
            }
            for name, one in funders.items()
        ],
        "own": text_of(own, CURRENCY),
        "cash": text_of(cash, CURRENCY),
        "after_30": text_of(steps.behaved[1].cumulative_minor if steps else cash, CURRENCY),
        "short_day": steps.behaved_short if steps else None,
    }
