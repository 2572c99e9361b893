"""`plimsoll treasury triggers` and `survival`: how far every limit is, and how long the money lasts under stress."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import typer

from plimsoll.app.config import book_url, now, tape_folder
from plimsoll.app.database.opening import open_store
from plimsoll.app.treasury.last_how_long import lasting
from plimsoll.app.treasury.measure_book import Measured, Stand, places, stands
from plimsoll.app.treasury.shares import funders_of, holdings_of, refuse_future
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.given import read_numbers
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.interfaces.cli.portfolio_tape import Chart, Lang, drawn
from plimsoll.interfaces.cli.treasury_fund import read_cash
from plimsoll.interfaces.cli.treasury_settle import TapeFolder
from plimsoll.risk.lawful import lawful_rules
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.policy import register_on
from plimsoll.treasury.route import Funder
from plimsoll.treasury.survive import MONTHS_MAX, Balance, Stress, Survival
from plimsoll.treasury.trigger import BREACHED, Place
from plimsoll.units.money import EXPONENTS

On = Annotated[str, typer.Option("--on", metavar="DATE", help="A day of which there is a tape.")]
Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="Which currency is looked at.")]
Cash = Annotated[list[str] | None, typer.Option("--cash", metavar="CUR:AMOUNT", help="Cash in hand, such as CNY:500000.00.")]
Stresses = Annotated[
    list[str] | None,
    typer.Option("--stress", metavar="NAME=VALUE,…", help="A stress of its own: delinquency, partners_leave, over_months, repaid, drawn."),
]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is measured by: the day, currency, rules, funders of the currency, and where the book stood month by month."""

    on: date
    currency: str
    rules: Rules
    funders: tuple[Funder, ...]
    stands: list[Stand]


def read_seen(db: str, tape: str, on: str, currency: str, months: int = 0) -> Seen:
    """Read the tape and the funders as of a day; refusals end the command."""
    day, rules = read_on(on, "--on"), lawful_rules()
    refused = refuse_future(day, now().date())
    if refused is not None:
        raise Stop(REFUSED, refused.text())
    if currency not in EXPONENTS:
        raise Stop(USAGE, f"--currency {currency}: not a currency of the house")
    with open_store(book_url(db)) as store:
        held, funders = holdings_of(store, day.toordinal()), funders_of(store)
    found = stands(tape_folder(book_url(db), tape), day, months or register_on(rules, day).months, currency, held)
    own = tuple(one for _, one in sorted(funders.items()) if one.currency == currency)
    return Seen(day, currency, rules, own, found)


def triggers(on: On, tape: TapeFolder = "", currency: Currency = "CNY", db: Db = "", as_json: AsJson = False) -> None:
    """Show the register of triggers: where each stands, how far from its limit, and in how many days it is reached at this slope."""
    seen = read_seen(db, tape, on, currency)
    found = places(seen.stands, seen.funders, seen.rules, seen.on)
    if as_json:
        print(json.dumps({"on": on, "currency": currency, "days": [one.day.isoformat() for one in seen.stands], "triggers": told(found)}))
        return
    print(f"{currency} on {seen.on}, from {len(seen.stands)} days of the tape since {seen.stands[0].day}.\n\n{text_of_places(found)}")


def told(found: Sequence[tuple[str, Place]]) -> list[dict[str, Any]]:
    """Give the register as plain values."""
    return [
        {
            "name": name,
            "value": round(one.value, 6),
            "limit": one.trigger.limit,
            "direction": one.trigger.direction,
            "distance": round(one.distance, 6),
            "slope_a_day": round(one.slope, 9),
            "days": None if one.days is None else round(one.days, 1),
            "state": one.state,
            "consequence": one.trigger.consequence,
        }
        for name, one in found
    ]


def text_of_places(found: Sequence[tuple[str, Place]]) -> str:
    """Write the register as a table."""
    rows: list[Sequence[str]] = [("trigger", "value %", "limit %", "distance", "a month", "days to it", "state"), RULE]
    for name, one in found:
        days = "-" if one.days is None else f"{one.days:,.0f}"
        sign = "<" if one.trigger.direction == "up" else ">"
        state = one.state.upper() if one.state == BREACHED else one.state
        shares = (f"{100 * one.value:.2f}", f"{sign} {100 * one.trigger.limit:.2f}", f"{100 * one.distance:.2f}")
        rows.append((name, *shares, f"{3000 * one.slope:+.2f}", days, state))
    return aligned(rows)


def survival(
    on: On,
    cash: Cash = None,
    stress: Stresses = None,
    tape: TapeFolder = "",
    currency: Currency = "CNY",
    chart: Chart = None,
    language: Lang = "en",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Tell how many months the money lasts under four standard stresses and those asked for, with the throttle and without."""
    asked = [read_stress(text) for text in stress or ()]
    seen = read_seen(db, tape, on, currency)
    one = lasting(seen.stands, seen.funders, seen.rules, seen.on, read_cash(cash).get(currency, 0), asked)
    measured, balance, found = one
    picture = drawn(chart, language, lambda: _picture(found, currency, on, language))
    if as_json:
        print(json.dumps({"on": on, "currency": currency, **_measured(measured, balance), "stresses": _survivals(found)}))
    else:
        print(_text(seen, measured, balance, found) + picture)


def read_stress(text: str) -> Stress:
    """Read a stress such as "delinquency=2.5,partners_leave=0.5"; anything else ends the command with 2."""
    said = read_numbers(text, "--stress")
    known = [name for name in Stress._fields if name != "name"]
    if not set(said) <= set(known):
        raise Stop(USAGE, f"--stress {text}: one of {', '.join(known)}")
    months = said.pop("over_months", 1.0)
    if not months.is_integer():
        raise Stop(USAGE, f"--stress {text}: over_months is a number of months")
    return Stress(name=text, over_months=int(months), **said)


def _measured(measured: Measured, balance: Balance) -> dict[str, Any]:
    return {
        "months_measured": measured.months,
        "course": {name: round(value, 6) for name, value in measured.course._asdict().items()},
        "balance_minor": {name: round(value, 6) for name, value in balance._asdict().items()},
    }


def _survivals(found: Mapping[str, tuple[Survival, ...]]) -> dict[str, Any]:
    return {
        name: {
            "months": free.months,
            "months_with_throttle": held.months,
            "least_granted": min((one.throttle for one in held.path), default=1.0),
            "turns": next((place for place, one in enumerate(free.path, 1) if one.has_turned), None),
        }
        for name, (free, held) in found.items()
    }


def _text(seen: Seen, measured: Measured, balance: Balance, found: Mapping[str, tuple[Survival, ...]]) -> str:
    course, unit = measured.course, 10 ** EXPONENTS[seen.currency]
    lines = [
        (
            f"{seen.currency} on {seen.on}: book {balance.book / unit:,.0f}, own part {100 * balance.own_share:.1f} %, "
            f"cash {balance.cash / unit:,.0f} of which {balance.buffer / unit:,.0f} are to stay."
        ),
        (
            f"A usual month, from {measured.months} of the tape: {100 * course.repaid:.2f} % repaid, {100 * course.earned:.2f} % earned, "
            f"{100 * course.delinquent:.2f} % delinquent (trigger {100 * course.trigger:.2f}), {100 * course.lost:.1f} % of those lost, "
            f"new loans {course.granted:.2f} of what comes back."
        ),
    ]
    rows: list[Sequence[str]] = [("stress", "months", "with throttle", "least granted %", "financing turns"), RULE]
    for name, one in _survivals(found).items():
        turns = "-" if one["turns"] is None else f"month {one['turns']}"
        rows.append((name, _lasts(one["months"]), _lasts(one["months_with_throttle"]), f"{100 * one['least_granted']:.0f}", turns))
    return "\n".join([*lines, "", aligned(rows)])


def _lasts(months: int | None) -> str:
    return f"> {MONTHS_MAX}" if months is None else str(months)


def _picture(found: Mapping[str, tuple[Survival, ...]], currency: str, on: str, language: str) -> Any:
    from plimsoll.app.treasury.charts import survival_picture

    return survival_picture({name: (free, held) for name, (free, held) in found.items()}, 10 ** EXPONENTS[currency], currency, on, language)
