"""`plimsoll willing`: what late customers can and want to pay, told apart; and the same as a table for `plimsoll model`."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import typer

from plimsoll.app.cell import Table
from plimsoll.app.collecting.late import late_customers
from plimsoll.app.collecting.means import Told, told_of
from plimsoll.app.config import book_url
from plimsoll.app.database.opening import open_store
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.risk.lawful import lawful_rules
from plimsoll.risk.willing.estimate import CAN, CANNOT, UNKNOWN, WILL, WONT, Population, counted, population
from plimsoll.risk.willing.features import example_of, features_of
from plimsoll.risk.willing.policy import LEVELS, WillingPolicy, willing_policy

OUTCOME: Final = "paid_nothing"
DIGITS: Final = 6


def command(
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="The day, such as 2026-12-01.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Write chances as a CSV that plimsoll model trains on.")] = "",
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Tell ability and willingness of late customers apart: by what came of due days, of days after the payday, and of being asked.

    --out writes one row for each customer with a chance after a payday: what was known before it, and whether nothing came of it
    (`paid_nothing`). docs/how-to/models/willing.yaml says how a model is made of it.
    """
    day, rules = read_on(on, "--on"), lawful_rules()
    policy = willing_policy(rules, day)
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        told = list(told_of(store, late_customers(store, day), day, rules))
    if out:
        _write(told, Path(out))
    found = population([counted(one.chances, day.toordinal(), policy) for one in told], policy)
    if as_json:
        print(json.dumps(object_of(told, found), ensure_ascii=False))
        return
    print(text_of(told, found, policy))


def _write(told: list[Told], path: Path) -> None:
    """Write the examples; what is not known stays empty."""
    names = [*features_of((), 0), OUTCOME]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = Table(file, ends="\n")
        table.row(["customer_id", *names])
        for one in told:
            example = example_of(one.chances)
            if example is not None:
                values = {name: "" if value is None else round(value, DIGITS) for name, value in example.features.items()}
                said = {"customer_id": one.customer_id, **values, OUTCOME: int(example.paid_nothing)}
                table.row(said.get(name, "") for name in ("customer_id", *names))


def object_of(told: list[Told], found: Population) -> dict[str, object]:
    """Give counts by class and the shares of the population."""
    classes = Counter((one.willing.ability, one.willing.willingness) for one in told)
    return {
        "customers": len(told),
        "classes": [{"ability": can, "willingness": will, "customers": count} for (can, will), count in sorted(classes.items())],
        "population": {
            name: dict(zip(LEVELS, [round(share, DIGITS) for share in shares], strict=True)) for name, shares in found._asdict().items()
        },
        "people": [
            {
                "customer_id": one.customer_id,
                "ability": one.willing.ability,
                "willingness": one.willing.willingness,
                "able": round(one.willing.able, DIGITS),
                "willing": round(one.willing.willing, DIGITS),
                "attentive": round(one.willing.attentive, DIGITS),
                "chances": len(one.chances),
            }
            for one in told
        ],
    }


def text_of(told: list[Told], found: Population, policy: WillingPolicy) -> str:
    """Write classes and population for people."""
    classes = Counter((one.willing.ability, one.willing.willingness) for one in told)
    words = (WILL, UNKNOWN, WONT)
    rows = [(can, *(f"{classes[can, will]:,}" for will in words)) for can in (CAN, UNKNOWN, CANNOT)]
    shares = [(name, *(f"{100 * share:.1f}" for share in part)) for name, part in found._asdict().items()]
    levels = [f"{name} {100 * level:.0f} %" for name, level in zip(LEVELS, policy.levels, strict=True)]
    return "\n".join(
        [
            f"{len(told):,} late customers\n",
            aligned([("ability", *words), RULE, *rows]),
            "\nHow common each level is, per cent, as these customers show it\n",
            aligned([("trait", *levels), RULE, *shares]),
        ]
    )
