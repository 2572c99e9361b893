"""`plimsoll npl after` and `money`: a sale looked back at, and what stands in the books of deposits and prices."""

import json
from datetime import date
from typing import Annotated, Any

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.disposal.after_sale import AfterSale, after_sale
from plimsoll.app.held_money import balances_of, house_entries
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped
from plimsoll.interfaces.cli.exits import REFUSED, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

Name = Annotated[str, typer.Argument(metavar="NAME", help="The package.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day on which it is told. Default: today.")]


def after(name: Name, on: On = "", db: Db = "", as_json: AsJson = False) -> None:
    """Look back at a package that was transferred: conduct of the buyer, complaints, what came back, and the price against keeping."""
    day = read_on(on, "--on") if on else now().date()
    with open_store(book_url(db)) as store:
        found = after_sale(store, name, day, lawful_rules())
    if isinstance(found, Refused):
        raise Stop(REFUSED, found.text())
    said = _said(found)
    if as_json:
        print(json.dumps(said, ensure_ascii=False))
        return
    worth, conduct = said["valuation"], said["conduct"]
    reports = ", ".join(f"{one['report_id']} {one['about']} {one['state']}" for one in conduct["reports"])
    complaints = ", ".join(f"{about} {count}" for about, count in conduct["complaints"].items())
    rows = [
        ("buyer", said["buyer"]),
        ("transferred", f"{said['transferred_on']}, {said['loans']:,} loans; {said['stayed']:,} stayed or came back"),
        ("reports about the buyer", reports or "none"),
        ("complaints since", complaints or "none"),
        ("both for 10,000 loans", f"{conduct['per_10_000']:,}"),
        ("principal and interest", worth["owed"]),
        ("paid", worth["paid"]),
        ("expected of a buyer", worth["expected"]),
        ("keeping, as estimated then", worth["kept_then"]),
        (
            f"{worth['kept_loans']:,} kept loans by {said['closed_through'] or said['on']}: expected, came",
            f"{worth['kept_loans_expected']}, {worth['kept_loans_came']}",
        ),
        ("keeping, as it looks now", worth["kept_now"] or "nothing to tell it by yet"),
        ("gained by selling", worth["gained"] or ""),
    ]
    print(aligned(rows, left=2))


def money(on: On = "", db: Db = "", as_json: AsJson = False) -> None:
    """List what was booked of deposits and prices, entry by entry, and what stands on their accounts."""
    day = read_on(on, "--on") if on else now().date()
    with open_store(book_url(db)) as store:
        found = list(house_entries(store, day))
    balances = balances_of(entry for _, entry in found)
    if as_json:
        told = [
            {
                "of": name,
                "on": date.fromordinal(entry.on).isoformat(),
                "what": entry.what,
                "whose": entry.whose,
                "currency": entry.currency,
                "legs": {code: text_of(minor, entry.currency) for code, minor in entry.legs},
            }
            for name, entry in found
        ]
        stands = {currency: {code: text_of(minor, currency) for code, minor in by.items()} for currency, by in sorted(balances.items())}
        print(json.dumps({"entries": told, "balances": stands}, ensure_ascii=False))
        return
    if not found:
        print(f"No deposit and no price was booked by {day}.")
        return
    rows: list[tuple[str, ...]] = [("day", "of", "what", "whose", "account", "amount"), RULE]
    for name, entry in found:
        about = (date.fromordinal(entry.on).isoformat(), name, entry.what, entry.whose)
        rows += [(*about, code, grouped(minor, entry.currency)) for code, minor in entry.legs]
    rows.append(RULE)
    for currency, by in sorted(balances.items()):
        rows += [("stands", currency, "", "", code, grouped(minor, currency)) for code, minor in by.items() if minor]
    print(aligned(rows, left=5))


def _said(found: AfterSale) -> dict[str, Any]:
    """Give it as plain values, amounts as decimal text."""
    package, valued = found.package, found.valued
    currency, gain = package.currency, found.valued.gain_minor()
    return {
        "on": found.on.isoformat(),
        "buyer": package.buyer,
        "contract": package.contract,
        "transferred_on": date.fromordinal(package.transferred_on).isoformat(),
        "is_resale_forbidden": package.transfer["is_resale_forbidden"],
        "loans": found.gone,
        "stayed": found.stayed,
        "closed_through": found.closed_through.isoformat() if found.closed_through else None,
        "stayed_came": text_of(found.stayed_minor, currency),
        "currency": currency,
        "conduct": {
            "reports": [
                {
                    "report_id": one.report_id,
                    "about": one.about,
                    "loan_id": one.loan_id,
                    "state": one.state,
                    "opened_on": date.fromordinal(one.opened_on).isoformat(),
                    "closed_on": date.fromordinal(one.closed_on).isoformat() if one.closed_on else None,
                    "remedy": one.remedy,
                }
                for one in found.reports
            ],
            "complaints": dict(found.complaints),
            "per_10_000": found.per_10_000(),
        },
        "valuation": {
            "owed": text_of(valued.owed_minor, currency),
            "paid": text_of(valued.paid_minor, currency),
            "expected": text_of(valued.expected_minor, currency),
            "kept_then": text_of(valued.keep_minor, currency),
            "kept_loans": valued.kept.loans,
            "kept_loans_expected": text_of(valued.kept.expected_minor, currency),
            "kept_loans_came": text_of(valued.kept.came_minor, currency),
            "kept_now": None if valued.corrected_minor is None else text_of(valued.corrected_minor, currency),
            "gained": None if gain is None else text_of(gain, currency),
        },
    }
