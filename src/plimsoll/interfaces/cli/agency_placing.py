"""`plimsoll agency place`, `recall` and `placements`: who is with which agency, and why."""

import csv
import json
import random
import secrets
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from plimsoll.app.agencies import agencies_named
from plimsoll.app.agency.place_batch import Done, Order, place_batch, recall_due
from plimsoll.app.agency.placements import Held, find_placement, placement_with, placements_of_agency
from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.database.store import Store
from plimsoll.app.execute import execute
from plimsoll.app.wiring import WIRING
from plimsoll.collections.placement import REASONS
from plimsoll.collections.recall_from_agency import RecallFromAgency
from plimsoll.interfaces.cli.agency_list import On, day_of
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.dates import day_text
from plimsoll.units.refusal import Refused

BITS: Final = 62
PPM: Final = 1_000_000
Agency = Annotated[str, typer.Argument(metavar="NAME", help="The short name of the agency.")]
Actor = Annotated[str, typer.Option("--actor", metavar="WHO", help="Who acts, for the audit trail.")]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="Where chance begins, to do the same again. Default: drawn.")]


def place(
    on: On = "",
    name: Annotated[str, typer.Option("--batch", metavar="NAME", help="Name of the batch. Default: place-DATE.")] = "",
    scores: Annotated[
        str, typer.Option("--scores", metavar="FILE", help="CSV with customer_id and chance (a share) by a model of your own.")
    ] = "",
    country: Annotated[str, typer.Option("--country", metavar="CC", help="Where the customers are.")] = "cn",
    seed: Seed = None,
    actor: Actor = "agency",
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Share out whoever is late enough and with no agency: by score within the bounds of shares, a part of them by lot."""
    day, rules = day_of(on), lawful_rules()
    drawn = secrets.randbits(BITS) if seed is None else seed
    order = Order(name or f"place-{day}", day, actor, now(), random.Random(drawn).randrange, country)  # noqa: S311 -- a lot, not a secret
    chances = _chances(Path(scores)) if scores else {}
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        done = place_batch(store, order, rules, chances)
    _tell_placed(done, order, drawn, as_json)


def recall(
    on: On = "",
    agency: Annotated[str, typer.Option("--agency", metavar="NAME", help="Only of this one.")] = "",
    customer: Annotated[int, typer.Option("--customer", metavar="ID", help="One customer, with --agency and --reason.")] = 0,
    reason: Annotated[str, typer.Option("--reason", metavar="WHY", help="term, worth, stopped, paid, agency or asked.")] = "",
    actor: Actor = "agency",
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Call back whoever should be with an agency no longer: its term is over, it is paid, collection rests, the lender would do better."""
    if customer and (not agency or reason not in REASONS):
        raise Stop(USAGE, f"--customer needs --agency and --reason, one of {', '.join(REASONS)}")
    day, rules = day_of(on), lawful_rules()
    order = Order(f"recall-{day}", day, actor, now(), lambda below: below - 1)
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        if agency and not agencies_named(store, [agency]):
            raise Stop(NOT_FOUND, Refused("agency_unknown", "", repr(agency)).text())
        done = _recall_one(store, order, agency, customer, reason) if customer else recall_due(store, order, rules, agency)
    if as_json:
        print(json.dumps({"on": str(day), "recalled": dict(done.placed), "refused": dict(done.refused)}))
        return
    print(f"{day}: {sum(done.placed.values()):,} called back{_listed(done.placed)}.")
    if done.refused:
        print(f"Refused{_listed(done.refused)}.")


def placements(
    agency: Agency,
    ended: Annotated[bool, typer.Option("--ended", help="Those that ended, too.")] = False,
    reference: Annotated[str, typer.Option("--reference", metavar="REF", help="The one that lasts and has this reference.")] = "",
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """List the placements of an agency and nobody else's: what its user may see. Anybody else's look as if they were not there."""
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        if not agencies_named(store, [agency]):
            raise Stop(NOT_FOUND, Refused("agency_unknown", "", repr(agency)).text())
        found = find_placement(store, agency, reference) if reference else None
        if reference and found is None:
            raise Stop(NOT_FOUND, Refused("placement_unknown", "", reference).text())
        helds = [found] if found is not None else placements_of_agency(store, agency, with_ended=ended)
    told = [_told(held) for held in helds]
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    if told:
        head = ("reference", "placed", "return by", "ended", "days", "owed then", "expected", "commission", "by lot", "propensity")
        print(aligned([head, RULE, *(_row(held) for held in helds)], left=1))
    print(f"{len(told):,} placements.")


def _recall_one(store: Store, order: Order, agency: str, customer: int, reason: str) -> Done:
    found = placement_with(store, agency, customer)
    if found is None:
        raise Stop(NOT_FOUND, Refused("placement_unknown", "", f"customer {customer}").text())
    command = RecallFromAgency(f"{order.name}:{found.reference}", customer, order.on, found.reference, reason)
    answer = execute(store, WIRING, command, actor=order.actor, now=order.now, rules=lawful_rules())
    if isinstance(answer, Refused):
        raise Stop(REFUSED, answer.text())
    return Done((), {reason: 1}, {})


def _chances(path: Path) -> dict[int, int]:
    """Read the chances of a model, per million."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
        found = {int(row["customer_id"]): round(float(row["chance"]) * PPM) for row in rows}
    except OSError as failed:
        raise Stop(NOT_FOUND, f"--scores {path}: {failed.strerror or failed}") from None
    except (KeyError, TypeError, ValueError) as wrong:
        raise Stop(USAGE, f"--scores {path}: customer_id and chance are needed, the chance from 0 to 1 ({wrong})") from None
    if any(not 0 <= one <= PPM for one in found.values()):
        raise Stop(USAGE, f"--scores {path}: a chance is from 0 to 1")
    return found


def _tell_placed(done: Done, order: Order, seed: int, as_json: bool) -> None:
    groups = [
        {
            "from_days": group.days,
            "kind": group.skill,
            "customers": len(group.placed),
            "by_lot": sum(one.is_by_lot for one in group.placed),
            "shares_ppm": dict(group.shares),
            "chosen": {name: sum(one.agency == name for one in group.placed) for name in group.shares},
        }
        for group in done.groups
    ]
    if as_json:
        said = {"on": str(order.on), "batch": order.name, "seed": seed, "groups": groups}
        print(json.dumps(said | {"placed": dict(done.placed), "refused": dict(done.refused)}))
        return
    rows = [
        (
            f"from {group.days}",
            group.skill,
            name or "in house",
            f"{group.shares.get(name, PPM - sum(group.shares.values())) / 10_000:.2f} %",
            f"{len(chosen):,}",
            f"{lots:,}",
        )
        for group in done.groups
        for name in (*group.shares, "")
        for chosen in [[one for one in group.placed if one.agency == name]]
        for lots in [sum(one.is_by_lot for one in chosen)]
        if chosen or name
    ]
    if rows:
        print(aligned([("days past due", "kind", "agency", "share", "customers", "by lot"), RULE, *rows], left=3))
    print(f"{order.on}: {sum(done.placed.values()):,} placed{_listed(done.placed)}; batch {order.name}, seed {seed}.")
    if done.refused:
        print(f"Refused{_listed(done.refused)}.")


def _listed(counts: object) -> str:
    assert isinstance(counts, dict)
    return ": " + ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) if counts else ""


def _told(held: Held) -> dict[str, object]:
    """Give a placement as an object of plain values; the agency's user sees the reference, not who it is."""
    one = held.placement
    return {
        "reference": one.reference,
        "placed_on": day_text(one.placed_on),
        "return_by": day_text(one.return_by),
        "ended_on": day_text(one.ended_on) if one.ended_on else None,
        "why": one.why,
        "days": one.days,
        "currency": one.currency,
        "owed": grouped(one.owed_minor, one.currency).replace(",", ""),
        "expected": grouped(one.expected_minor, one.currency).replace(",", ""),
        "commission": one.commission.text(),
        "by_lot": one.is_by_lot,
        "propensity_ppb": one.propensity_ppb,
    }


def _row(held: Held) -> tuple[str, ...]:
    one = held.placement
    ended = f"{date.fromordinal(one.ended_on)} {one.why}" if one.ended_on else ""
    return (
        one.reference,
        day_text(one.placed_on),
        day_text(one.return_by),
        ended,
        str(one.days),
        f"{grouped(one.owed_minor, one.currency)} {one.currency}",
        grouped(one.expected_minor, one.currency),
        one.commission.text(),
        "yes" if one.is_by_lot else "",
        f"{one.propensity_ppb / 10**9:.4f}",
    )
