"""The whole sale of a made-up book's bad loans: package, files, tender with five made-up bidders, transfer. Days and people are made up."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from plimsoll.app.database.store import Store
from plimsoll.app.disposal.make_package import Made, Wish, make_package
from plimsoll.app.disposal.package_files import write_package
from plimsoll.app.disposal.transfer_package import transfer_package
from plimsoll.rulebook.rules import Rules
from plimsoll.simulator.bid import SELLER, Staged, stage
from plimsoll.simulator.town import ACTOR
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused


def sell(
    store: Store, package: str, day: date, out: Path, *, form: str, seed: int, rules: Rules, currency: str = "CNY"
) -> dict[str, Any] | Refused:
    """Sell the bad loans as of the day before a day, and give the tale as plain values; refuses what the package or transfer refuses."""
    wish = Wish(package, day - timedelta(days=1), currency=currency)
    made = make_package(store, wish, actor=SELLER, now=datetime.combine(day, time(8), UTC), on=day, rules=rules)
    if isinstance(made, Refused):
        return made
    report, paths = write_package(out, made.loans, made.secret, wish.cut_off, currency, rules.whole("POLICY.DISPOSAL.K", day) or 1)
    keep, price = (sum(worth[at] for worth in made.worth.values()) for at in (0, 1))
    tender = f"{package} tender"
    staged = stage(
        store,
        package,
        tender,
        on=day,
        price_minor=price,
        keep_minor=keep,
        currency=currency,
        form=form,
        seed=seed,
        rules=rules,
        papers=[path for path in paths if path.suffix in (".csv", ".json")],
    )
    transfer: dict[str, Any] = {}
    if staged.price_minor:
        at = datetime.combine(staged.paid_on, time(12), UTC)
        done = transfer_package(store, package, out, actor=ACTOR, now=at, on=staged.paid_on, rules=rules)
        if isinstance(done, Refused):
            return done
        transfer = json.loads(done.account)
        paths.append(done.path)
    return _told(made, staged, report.borrowers, keep, price, package, currency) | {
        "transfer": transfer,
        "files": [str(one) for one in paths],
    }


def _told(made: Made, staged: Staged, borrowers: int, keep: int, price: int, package: str, currency: str) -> dict[str, Any]:
    """Give the package and its sale as plain values."""
    weight = sum(one.weight_minor for one in made.loans)
    return {
        "package": package,
        "currency": currency,
        "loans": len(made.loans),
        "borrowers": borrowers,
        "principal_and_interest": text_of(weight, currency),
        "worth_kept": text_of(keep, currency),
        "worth_sold": text_of(price, currency),
        "kept_out": made.kept_out,
        "sale": {
            "tender": staged.tender,
            "outcome": staged.outcome,
            "winner": staged.winner,
            "price": text_of(staged.price_minor, currency),
            "refused": staged.story.refused,
            "screens": list(staged.screens),
            "bidders": [
                {
                    "bidder": short,
                    "value": text_of(minor, currency),
                    "bid": text_of(staged.bids[short], currency) if staged.bids.get(short) else "",
                    "note": "won" if short == staged.winner else "deposit lost" if short in staged.lost else "",
                }
                for short, minor in staged.values.items()
            ],
            "story": [list(line) for line in staged.story.lines],
        },
    }
