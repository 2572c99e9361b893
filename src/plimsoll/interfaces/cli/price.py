"""`plimsoll price`: which risks a cap leaves room for, and what each grade is asked."""

import itertools
import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, USAGE, Stop
from plimsoll.risk.lawful import lawful_rules
from plimsoll.risk.price.break_even import break_even
from plimsoll.risk.price.policy import PricePolicy, price_policy
from plimsoll.risk.price.price import RateRange, cut_offs, months_for, price
from plimsoll.rulebook.product import PER_DAY, LoanOffer
from plimsoll.units.dates import parse_date
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import LANGUAGES, Malformed, Refused, sentence

app = typer.Typer(help="Which risks a cap leaves room for, and what each grade is asked.", no_args_is_help=True, add_completion=False)

CAPS = "0.36,0.24,0.20,0.15,0.12"
TERMS = "3,6,12"
CAPS_MAX = 50
SHOWN_PDS = (0.01, 0.03, 0.05, 0.08, 0.10, 0.12, 0.15)

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day whose rules count, such as 2026-12-01. Default: today.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
What = Annotated[str, typer.Option(metavar="SHARE", help="Another value than the rulebook's, as decimal text.")]


@app.command("cut-offs")
def show_cut_offs(
    on: On = "",
    caps: Annotated[str, typer.Option("--caps", metavar="LIST", help="Yearly caps, separated by commas.")] = CAPS,
    terms: Annotated[str, typer.Option("--terms", metavar="LIST", help="Terms in months, separated by commas.")] = TERMS,
    lgd: What = "",
    funding: What = "",
    opex: What = "",
    acquisition: What = "",
    as_json: AsJson = False,
) -> None:
    """Print the greatest chance of default within twelve months that breaks even under each cap, by term."""
    policy = _policy(on)
    given = {"lgd": lgd, "funding": funding, "opex": opex, "acquisition": acquisition}
    changed = {name: _number(text, f"--{name}") for name, text in given.items() if text}
    costs = policy.costs._replace(**changed)
    months = [_months(text) for text in _listed(terms, "--terms")]
    asked = [_number(text, "--caps") for text in _listed(caps, "--caps")]
    policy = PricePolicy(policy.on, costs, policy.shape, policy.grades, policy.margins, policy.months, policy.step)
    found = cut_offs(asked, policy, months)
    needed = {pd: {term: break_even(pd, term, policy.shape, costs) for term in months} for pd in SHOWN_PDS}
    if as_json:
        print(
            json.dumps(
                {
                    "on": policy.on.isoformat(),
                    "costs": costs._asdict(),
                    "cut_offs": [{"cap": one.cap, "pd_max": {str(term): round(pd, 6) for term, pd in one.by_months}} for one in found],
                    "break_even": [{"pd": pd, "apr": {str(term): round(apr, 6) for term, apr in by.items()}} for pd, by in needed.items()],
                }
            )
        )
        return
    head = [f"{term} months" for term in months]
    print(f"Greatest chance of default within twelve months that breaks even, by all-in cap and term ({policy.on})\n")
    print(aligned([["cap", *head], RULE, *([_per_cent(one.cap), *(_per_cent(pd) for _, pd in one.by_months)] for one in found)]))
    print("\nRate a year that breaks even, by chance of default and term\n")
    print(aligned([["PD", *head], RULE, *([_per_cent(pd), *map(_per_cent, by.values())] for pd, by in needed.items())]))
    print("\n" + _told(policy))


@app.command("grades")
def show_grades(
    on: On = "",
    product: Annotated[str, typer.Option("--product", metavar="NAME", help="A product that makes loans.")] = "cash-line",
    licence: Annotated[str, typer.Option("--licence", metavar="KIND", help="The kind of lender. Default: the product's.")] = "",
    lang: Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="zh-CN or en, for why a grade is not offered.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Print what each grade of risk is asked for a product on a day: its terms, and the rate at its best and its worst."""
    if lang not in LANGUAGES:
        raise Stop(USAGE, f"--lang: {lang!r} is not one of {', '.join(LANGUAGES)}.")
    rules, policy = lawful_rules(), _policy(on)
    version = rules.product(product, policy.on)
    if isinstance(version, Refused):
        raise Stop(NOT_FOUND if version.code == "product_unknown" else REFUSED, version.text(lang))
    offer = version.offer
    if not isinstance(offer, LoanOffer) or offer.rate_unit != PER_DAY:
        raise Stop(USAGE, f"{product} does not make loans at a daily rate")
    cap = rules.rate("CN.COST.CAP", policy.on, licence or version.licence)
    rates = RateRange(offer.rate_min, offer.rate_max)
    bounds = [0.0, *(min(worst, 0.999) for _, worst in policy.grades)]
    rows = [
        _grade(grade, months, pds, policy, cap, rates)
        for (grade, _), pds in zip(policy.grades, itertools.pairwise(bounds), strict=True)
        for months in months_for(grade, offer.instalments_offered, policy)
    ]
    if as_json:
        print(json.dumps({"on": policy.on.isoformat(), "product": product, "cap": None if cap is None else cap.text(), "grades": rows}))
        return
    names = ("grade", "pd_to", "months", "break_even", "rate_per_day_from", "rate_per_day_to", "reason")
    print(f"{product} on {policy.on}, all-in cap {'none' if cap is None else cap.text()}\n")
    print(aligned([names, RULE, *([str(row[name]) for name in names] for row in rows)]))
    for code in sorted({str(row["reason"]).removeprefix("in part ") for row in rows} - {""}):
        print(f"\n{code}: {sentence(code, lang)}")


def _grade(
    grade: str, months: int, pds: tuple[float, float], policy: PricePolicy, cap: Rate | None, product: RateRange
) -> dict[str, object]:
    """Give what a grade is asked over a term, from its lowest to its highest chance of default."""
    low, high = (price(pd, grade, months, policy, cap, product) for pd in pds)
    assert not isinstance(low, Refused), "a grade has a chance of default"
    assert not isinstance(high, Refused), "a grade has a chance of default"
    return {
        "grade": grade,
        "pd_to": f"{pds[1]:.3f}",
        "months": months,
        "break_even": f"{low.break_even.num / low.break_even.den:.4f} to {high.break_even.num / high.break_even.den:.4f}",
        "rate_per_day_from": low.rate_per_day.text() if not low.reason else "",
        "rate_per_day_to": high.rate_per_day.text() if not low.reason else "",
        "reason": low.reason or (high.reason and f"in part {high.reason}"),
    }


def _policy(on: str) -> PricePolicy:
    """Read the policy of a day."""
    try:
        day = parse_date(on) if on else datetime.now(tz=UTC).astimezone().date()
    except Malformed as wrong:
        raise Stop(USAGE, f"--on: {wrong}") from None
    return price_policy(lawful_rules(), day)


def _listed(text: str, option: str) -> list[str]:
    found = [part.strip() for part in text.split(",") if part.strip()]
    if not 0 < len(found) <= CAPS_MAX:
        raise Stop(USAGE, f"{option}: between 1 and {CAPS_MAX} values, separated by commas")
    return found


def _number(text: str, option: str) -> float:
    """Read a share or rate."""
    try:
        rate = Rate.parse(text)
    except Malformed as wrong:
        raise Stop(USAGE, f"{option}: {wrong}") from None
    if rate.exceeds(Rate(1, 1)):
        raise Stop(USAGE, f"{option}: {text} is more than the whole, 1")
    return rate.num / rate.den


def _months(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 60:
        raise Stop(USAGE, f"--terms: {text!r} is not a term of 1 to 60 months")
    return int(text)


def _per_cent(value: float) -> str:
    return f"{value * 100:.1f} %"


def _told(policy: PricePolicy) -> str:
    """Say what the figures rest on."""
    costs = policy.costs
    return (
        f"LGD {_per_cent(costs.lgd)}, funding {_per_cent(costs.funding)}, "
        f"equity {_per_cent(costs.equity)} at {_per_cent(costs.equity_cost)}, acquisition {_per_cent(costs.acquisition)},\n"
        f"running cost {costs.opex * 100:.2f} % of the amount a month, early repayment {_per_cent(costs.prepay)} a month "
        "(POLICY.PRICE.COST)"
    )
