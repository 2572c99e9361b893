"""`plimsoll plan`: what a borrower in difficulty can pay, the menu of plans under it, the requests that wait, and how plans go."""

import json
from collections import Counter
from datetime import date
from typing import Annotated, Final

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.watching.plans import ENDED_BADLY, ENDED_WELL, IN_PERFORMANCE, Orders, lapse_requests, requests, watch_plans
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped
from plimsoll.interfaces.cli.exits import REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.loan.terms import LoanRate
from plimsoll.risk.lawful import lawful_rules
from plimsoll.risk.load.means import Debt, Income, Means
from plimsoll.risk.load.policy import CURRENCY, KINDS, TIERS, load_policy
from plimsoll.risk.plan.affordable import Affordable, affordable
from plimsoll.risk.plan.instalments import Owed
from plimsoll.risk.plan.menu import Asked, Menu, Option, design
from plimsoll.risk.plan.policy import plan_policy
from plimsoll.rulebook.rules import load
from plimsoll.units.money import parse_minor, text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

app = typer.Typer(help="What a borrower in difficulty can pay, and the plans under it.", no_args_is_help=True, add_completion=False)

HEAD: Final = ("", "rate", "terms", "starts", "waived", "month", "highest", "cost", "breaks", "even at", "worth")

Income_ = Annotated[str, typer.Option("--income", metavar="AMOUNT", help="Income a month after tax.")]
Kind = Annotated[str, typer.Option("--known", metavar="KIND", help=f"How the income is known: {', '.join(KINDS)}.")]
Essentials = Annotated[str, typer.Option("--essentials", metavar="AMOUNT", help="Essential spending a month, where it was seen.")]
Others = Annotated[str, typer.Option("--others", metavar="AMOUNT", help="What is due to other lenders a month.")]
Persons = Annotated[int, typer.Option("--persons", min=1, max=20, help="People in the household.")]
Tier = Annotated[str, typer.Option("--city", metavar="TIER", help=f"{', '.join(TIERS)}.")]
Owed_ = Annotated[str, typer.Option("--debt", metavar="AMOUNT", help="Principal owed.")]
Interest = Annotated[str, typer.Option("--interest", metavar="AMOUNT", help="Interest owed.")]
Penalty = Annotated[str, typer.Option("--penalty", metavar="AMOUNT", help="Penalty owed.")]
PerYear = Annotated[str, typer.Option("--rate", metavar="RATE", help="Contract rate a year, such as 0.18.")]
Late = Annotated[int, typer.Option("--late", min=0, max=36500, metavar="DAYS", help="Days past due.")]
Left = Annotated[int, typer.Option("--left", min=1, max=600, metavar="TERMS", help="Instalments that the contract has left.")]
Before = Annotated[int, typer.Option("--before", min=0, max=20, metavar="PLANS", help="Plans that the loan had before.")]
Holiday = Annotated[int, typer.Option("--holiday", min=0, max=12, metavar="MONTHS", help="Months before the first instalment.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day of the plan. Default: today.")]


@app.callback()
def about() -> None:
    """Keep `design` a command of its own."""


@app.command("design")
def design_plan(
    income: Income_,
    debt: Owed_,
    known: Kind = "verified",
    essentials: Essentials = "0",
    others: Others = "0",
    persons: Persons = 1,
    city: Tier = TIERS[1],
    interest: Interest = "0",
    penalty: Penalty = "0",
    rate: PerYear = "0.18",
    late: Late = 60,
    left: Left = 12,
    before: Before = 0,
    holiday: Holiday = 0,
    on: On = "",
    as_json: AsJson = False,
) -> None:
    """Show what can be paid a month, and the menu of plans: their cost, how likely they break, and what they are worth."""
    day = read_on(on, "--on") if on else now().astimezone().date()
    if known not in KINDS or city not in TIERS:
        raise Stop(USAGE, f"--known is one of {', '.join(KINDS)}; --city one of {', '.join(TIERS)}")
    debts = (Debt("others", False, _minor(others, "--others")),)
    means = Means((Income("told", _minor(income, "--income"), known),), debts, 1.0, persons, city, _minor(essentials, "--essentials"))
    owed = Owed(
        CURRENCY,
        day.toordinal(),
        _minor(debt, "--debt"),
        _minor(interest, "--interest"),
        _minor(penalty, "--penalty"),
        0,
        _rate(rate),
        late,
        left,
    )
    can, menu = designed(means, owed, before, holiday, day)
    print(json.dumps(told(can, menu), ensure_ascii=False) if as_json else shown(can, menu))


@app.command("watch")
def watch(on: On = "", db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """End plans that are paid off or not kept, let accepted requests lapse that came to no plan, tell which requests are past their day."""
    day = read_on(on, "--on") if on else now().astimezone().date()
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        rules = lawful_rules()
        looked = list(watch_plans(store, day, Orders(now(), rules)))
        lapsed = lapse_requests(store, day, Orders(now(), rules))
        late = [one for one in requests(store, day, rules) if one.state != "waiting" and one.days_left(day) < 0]
    counts = Counter(one.state for one in looked)
    wrong = [one for one in looked if one.why]
    if as_json:
        over = [one for one in looked if one.why or one.state != IN_PERFORMANCE]
        ended = [[one.customer_id, one.loan_id, one.plan_id, one.why or one.state] for one in over]
        said = {"on": day.isoformat(), "plans": dict(counts), "ended": ended, "requests_overdue": [one.request.hardship_id for one in late]}
        said["requests_lapsed"] = [one.request.hardship_id for one in lapsed]
        print(json.dumps(said, ensure_ascii=False))
        return
    ended_now = [one for one in looked if one.state != IN_PERFORMANCE] + wrong
    if ended_now:
        rows = [(str(one.customer_id), str(one.loan_id), one.plan_id, one.why or one.state) for one in ended_now]
        print(aligned([("customer", "loan", "plan", "now"), RULE, *rows], left=4))
    ends = f"{counts[ENDED_WELL]:,} kept to the end, {counts[ENDED_BADLY]:,} broken"
    print(f"{day}: {len(looked):,} plans, {ends}; {len(late):,} requests overdue, {len(lapsed):,} lapsed without a plan.")


@app.command("requests")
def list_requests(on: On = "", db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """List hardship requests as they stood on a day: those that wait for people, then those that wait for a plan."""
    day = read_on(on, "--on") if on else now().astimezone().date()
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        rows = requests(store, day, lawful_rules())
    told = [
        {
            "customer": one.customer_id,
            "request": one.request.hardship_id,
            "state": one.state,
            "due": date.fromordinal(one.due_on).isoformat(),
            "days_left": one.days_left(day),
            "flags": ", ".join(one.request.flags),
        }
        for one in rows
    ]
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
    elif told:
        print(aligned([tuple(told[0]), RULE, *([str(value) for value in line.values()] for line in told)], left=6))
    else:
        print("No request waits.")


def designed(means: Means, owed: Owed, before: int, holiday: int, day: date) -> tuple[Affordable, Menu]:
    """Give what can be paid and the menu; ends the command with 4 where the rules refuse."""
    rules = load()
    can = affordable(means, load_policy(rules, day))
    if isinstance(can, Refused):
        raise Stop(REFUSED, can.text())
    menu = design(owed, Asked(can.most_minor, can.left_minor, before, holiday), plan_policy(rules, day))
    if isinstance(menu, Refused):
        raise Stop(REFUSED, menu.text())
    return can, menu


def told(can: Affordable, menu: Menu) -> dict[str, object]:
    """Give the menu as JSON has it; amounts as decimal text."""
    return {
        "currency": can.currency,
        "affordable": text_of(can.most_minor, can.currency),
        "left": text_of(can.left_minor, can.currency),
        "room": text_of(can.room_minor, can.currency),
        "continuing": text_of(menu.continuing_minor, can.currency),
        "sale": text_of(menu.sale_minor, can.currency),
        "first": menu.first,
        "options": [_option(one, can.currency) for one in menu.options],
    }


def _option(one: Option, currency: str) -> dict[str, object]:
    return one.said(currency) | {
        "kind": one.kind,
        "fits": one.fits,
        "forgone": text_of(one.forgone_minor, currency),
        "value": text_of(one.value_minor, currency),
        "chance_of_breaking": round(one.chance, 6),
        "break_even": round(one.even, 6),
        "payments": [[date.fromordinal(part.due_on).isoformat(), text_of(part.minor, currency)] for part in one.payments],
    }


def shown(can: Affordable, menu: Menu) -> str:
    """Give the menu as an aligned table with what its columns say."""
    owed, currency = menu.owed, can.currency
    rows = [_row(n, one, menu, currency) for n, one in enumerate(menu.options)]
    without = f"worth {grouped(menu.continuing_minor, currency)} if it goes on, {grouped(menu.sale_minor, currency)} if sold"
    lines = [
        f"Left in a poor month {grouped(can.left_minor, currency)}, of it for a plan {grouped(can.most_minor, currency)} {currency}",
        f"Owed {grouped(owed.total_minor, currency)} {currency}, {owed.late_days} days late; without a plan {without}\n",
        aligned([HEAD, RULE, *rows]),
        "\nmonth: an ordinary instalment; highest: the most that any month asks; cost: what is paid beyond the principal;",
        "breaks: chance within twelve months; even at: the chance at which the plan is worth what the debt is worth without one.",
    ]
    if menu.first is None:
        lines.append("Nothing of this can be offered: it does not fit, or is worth less than doing without.")
    return "\n".join(lines)


def _row(n: int, one: Option, menu: Menu, currency: str) -> list[str]:
    mark = "*" if n == menu.first else " " if one.fits else "!"
    rate = "contract" if one.choice.rate is None else f"{100 * one.choice.rate.num / one.choice.rate.den:g} %"
    amounts = [grouped(minor, currency) for minor in (one.choice.waived_minor, one.level_minor, one.highest_minor, one.cost_minor)]
    first = date.fromordinal(one.payments[0].due_on).isoformat()
    chances = [f"{100 * chance:.1f} %" for chance in (one.chance, one.even)]
    return [f"{mark} {one.kind}", rate, str(one.choice.terms), first, *amounts, *chances, grouped(one.value_minor, currency)]


def _minor(text: str, option: str) -> int:
    try:
        return parse_minor(text, CURRENCY)
    except Malformed as wrong:
        raise Stop(USAGE, f"{option}: {wrong.text()}") from None


def _rate(text: str) -> LoanRate:
    try:
        rate = Rate.parse(text)
    except Malformed as wrong:
        raise Stop(USAGE, f"--rate: {wrong.text()}") from None
    return LoanRate(rate.num, rate.den * 365)
