"""Train the scorecard that comes with the package: on made-up people, since no real data may be shipped. The same seed, the same card.

    .venv/bin/python tools/standing_card.py [--people N] [--seed N] [--out FILE]

The people are those of the simulator with the truth behind them; what the card sees is what the sandbox of sources shows of it, noise
and all. Who goes bad within twelve months is drawn from the hidden type. A lender trains its own card (`plimsoll model train`) and
takes it through the register; this one keeps the demo and the tutorials honest, and is good for nothing else.
"""

import argparse
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Final

import numpy as np

from plimsoll.app.kit import STANDING
from plimsoll.app.sources.port import Fetched, Request
from plimsoll.app.sources.sandbox import sandbox
from plimsoll.app.sources.truth import Truth
from plimsoll.loan.filing import Filing
from plimsoll.risk.answer import answer_text, filed_answer, items_of, read_answer
from plimsoll.risk.evidence import features_at, tolerance, values_of
from plimsoll.risk.lawful import lawful_rules
from plimsoll.risk.measure.strength import auc, ks
from plimsoll.risk.score.bin import DOWN, UP
from plimsoll.risk.score.bins import number_of
from plimsoll.risk.score.card import Card
from plimsoll.risk.score.fit_card import Wishes, card_policy, fit_card
from plimsoll.risk.score.table import NUMBER, Column, Table
from plimsoll.rulebook.feature import Value, load
from plimsoll.simulator.town import Span, make_town
from plimsoll.simulator.truth_of import truth_of

ON: Final = date(2025, 9, 1)
"""The day on which the made-up people are looked at: before the first day of the demo."""
BAD: Final = {"pays in full": 0.004, "pays the minimum": 0.02, "forgetful": 0.012, "stretched": 0.12, "defaulter": 0.85}
"""Chance of going bad within twelve months by hidden type."""
FEATURES: Final = (
    "platform_score", "bureau_delinquencies_24m", "bureau_max_dpd_24m", "bureau_inquiries_30d", "bureau_inquiries_90d", "bureau_lenders",
    "bureau_debt_minor", "bureau_monthly_due_minor", "income_monthly_minor", "income_sources", "employment_months", "assets_minor",
    "returns_share", "night_orders_share", "payday_gap_days",
)  # fmt: skip
"""What the card may look at: nothing protected, and nothing that only says who somebody is."""


def main() -> None:
    """Make people, look at them, train, measure on a fifth that was kept out, and write the card."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=20_250_901)
    options.add_argument("--out", type=Path, default=STANDING)
    told = options.parse_args()
    card = trained(told.people, told.seed)
    told.out.parent.mkdir(parents=True, exist_ok=True)
    told.out.write_text(card.text(), "utf-8")
    print(f"{told.out}: {len(card.entries)} features, {card.about['metrics']}, digest {card.digest}")


def trained(people: int, seed: int) -> Card:
    """Give the card of some people and a seed."""
    rules, chance = lawful_rules(), Random(seed)  # noqa: S311 -- people are made up, nothing is secret
    town = make_town(people, Span(12), rules, chance)
    seen = list(looked_at({person.customer_id: truth_of(person, seed) for person in town.people}, seed))
    bad = np.array([float(chance.random() < BAD[person.kind.name]) for person in town.people])
    columns = {name: _column(name, [values[name] for values in seen]) for name in FEATURES}
    table = Table("made-up people", columns, people, ())
    catalogue = load().features
    directions = {name: UP if catalogue[name].more_is == "riskier" else DOWN for name in FEATURES}
    wishes = Wishes(directions=directions, reasons={name: catalogue[name].reason for name in FEATURES}, derives=False)
    policy, places = card_policy(rules, ON), np.arange(people)
    kept = places % 5 == 0
    first = fit_card(table.take(~kept), bad[~kept], policy, wishes)
    tried = np.array([first.score(seen[place]).probability for place in places[kept]])
    out = bad[kept] > 0
    about = {
        "name": "application",
        "target": "bad within twelve months",
        "population": {"rows": people, "bads": int(bad.sum()), "who": "made-up people of the simulator, as its sources show them"},
        "training": {"seed": seed, "on": ON.isoformat(), "made_by": "tools/standing_card.py"},
        "metrics": {"auc": round(auc(out, tried), 4), "ks": round(ks(out, tried).value, 4), "sample": "a fifth, kept out of a first fit"},
        "left_out": "everything protected, and every feature that says who somebody is",
    }
    return fit_card(table, bad, policy, wishes, about)


def looked_at(truths: Mapping[int, Truth], seed: int) -> Iterator[dict[str, Value | None]]:
    """Give what the sources of the sandbox show of each person, as features known on the day."""
    rules, catalogue = lawful_rules(), load()
    at, apart = datetime(ON.year, ON.month, ON.day, 9, tzinfo=UTC), tolerance(rules, ON)
    sources = sandbox(seed, truths.get)
    for customer_id in truths:
        filings = []
        for n, source in enumerate(sources, 1):
            answer = source.fetch(Request(customer_id, ON), at)
            assert isinstance(answer, Fetched), "the sandbox is well-behaved here"
            told = read_answer(answer_text(answer.items), source.name, catalogue, at)
            filings.append(Filing(n, "evidence", source.name, ON.toordinal(), at, "tool", filed_answer(told, 1)))
        yield values_of(features_at(items_of(filings, catalogue), at, catalogue, apart))


def _column(name: str, values: list[Value | None]) -> Column:
    """Give the values of one feature as numbers; what is missing is NaN."""
    numbers = np.array([np.nan if (number := number_of(value)) is None else number for value in values])
    return Column(name, NUMBER, numbers=numbers, distinct=len(set(values)))


if __name__ == "__main__":
    main()
