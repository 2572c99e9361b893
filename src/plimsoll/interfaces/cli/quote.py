"""`plimsoll quote`: the schedule of a loan or plan with what it costs a year, by the same functions as the case port."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Final

import typer

from plimsoll.app.config import now
from plimsoll.interfaces.case.answer import answer_case
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped, with_commas
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.offer_case import Case, Wish, cost_cap, offered, refuse_cost
from plimsoll.interfaces.cli.options import AsJson, read_on
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.money import parse_minor
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

OPTIONS: Final = {
    "currency": "--currency",
    "day_count": "--day-count",
    "every": "--every",
    "first_due_on": "--first-due-on",
    "instalments": "--instalments",
    "paid_by": "--paid-by",
    "per_day": "--rate-per-day",
    "per_year": "--rate-per-year",
    "principal": "--principal",
    "rate": "--fee",
    "repayment": "--repayment",
}
"""Where a key of a case comes from."""
COLUMNS: Final = ("n", "due_on", "days", "principal", "interest", "fee", "due", "balance")

Principal = Annotated[str, typer.Option("--principal", metavar="AMOUNT", help="The amount lent or bought for, such as 10000.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day of the draw or purchase. Default: today.")]
Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="ISO 4217.")]
PerDay = Annotated[str, typer.Option("--rate-per-day", metavar="RATE", help="Interest a day, such as 0.0004.")]
PerYear = Annotated[str, typer.Option("--rate-per-year", metavar="RATE", help="Interest a year, such as 0.18; needs --day-count.")]
DayCount = Annotated[str, typer.Option("--day-count", metavar="NAME", help="30/360, actual/360, actual/365, actual/actual, …")]
Fee = Annotated[str, typer.Option("--fee", metavar="SHARE", help="A plan's fee for all instalments as a share of the amount.")]
PaidBy = Annotated[str, typer.Option("--paid-by", metavar="WHO", help="Who pays the fee: borrower or merchant.")]
Instalments = Annotated[int, typer.Option("--instalments", min=0, help="How many. 0 is the usual number of a product, and 1 without one.")]
Every = Annotated[str, typer.Option("--every", metavar="STEP", help='Between due dates: "1 month", "2 weeks", "30 days".')]
FirstDueOn = Annotated[str, typer.Option("--first-due-on", metavar="DATE", help="The first due date, where it is not one step on.")]
Repayment = Annotated[str, typer.Option("--repayment", metavar="WAY", help="equal-instalment, equal-principal, interest-first, bullet.")]
Product = Annotated[str, typer.Option("--product", metavar="NAME", help="Quote by the rulebook: cash-line or pay-later.")]
Licence = Annotated[str, typer.Option("--licence", metavar="KIND", help="Hold the quote against the law for this kind of lender.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, as text of the command line."""

    principal: str
    on: date
    currency: str
    per_day: str
    per_year: str
    day_count: str
    fee: str
    paid_by: str
    instalments: int
    every: str
    first_due_on: str
    repayment: str
    product: str
    licence: str


def command(
    principal: Principal,
    on: On = "",
    currency: Currency = "CNY",
    rate_per_day: PerDay = "",
    rate_per_year: PerYear = "",
    day_count: DayCount = "",
    fee: Fee = "",
    paid_by: PaidBy = "borrower",
    instalments: Instalments = 0,
    every: Every = "",
    first_due_on: FirstDueOn = "",
    repayment: Repayment = "",
    product: Product = "",
    licence: Licence = "",
    as_json: AsJson = False,
) -> None:
    """Show the schedule of a loan or plan and what it costs, by terms of your own or by a product of the rulebook."""
    day = read_on(on, "--on") if on else now().astimezone().date()
    asked = Asked(
        principal,
        day,
        currency,
        rate_per_day,
        rate_per_year,
        day_count,
        fee,
        paid_by,
        instalments,
        every,
        first_due_on,
        repayment,
        product,
        licence,
    )
    try:
        quoted = _by_product(asked) if product else _by_own_terms(asked)
    except Malformed as wrong:
        raise Stop(USAGE, _by_option(wrong)) from None
    print(json.dumps(told(quoted), ensure_ascii=False) if as_json else shown(asked, quoted))
    if quoted.above_cap is not None:
        raise Stop(REFUSED, quoted.above_cap.text())


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote: the case that says what was asked, its answer, and the law that it was held against ("" and None for none)."""

    case: Case
    schedule: list[dict[str, Any]]
    totals: dict[str, str]
    cost: dict[str, str | None]
    product: str
    since: str
    licence: str
    cap: tuple[str, Rate] | None
    above_cap: Refused | None


def _by_option(wrong: Malformed) -> str:
    """Give a complaint about a case with the option that said it."""
    option = OPTIONS.get(wrong.key.rpartition(".")[2])
    text = Malformed(wrong.code, wrong.detail, remedy=wrong.remedy).text()
    return f"{option}: {text}" if option else wrong.text()


def _by_own_terms(asked: Asked) -> Quoted:
    """Quote terms of one's own; with a licence, hold what they cost against the cap of the law."""
    if not (asked.per_day or asked.per_year or asked.fee):
        raise Stop(USAGE, "say what it costs: --rate-per-day, --rate-per-year with --day-count, --fee, or name a --product")
    if asked.licence and asked.first_due_on:
        raise Stop(USAGE, "--licence compares regular due dates only; leave out --first-due-on")
    every = asked.every or "1 month"
    terms: dict[str, object] = {
        "currency": asked.currency,
        "principal": asked.principal,
        "repayment": asked.repayment or "equal-instalment",
        "disbursed_on": asked.on.isoformat(),
        "every": every,
        "instalments": asked.instalments or 1,
    }
    if asked.per_day or asked.per_year:
        terms["rate"] = _rate_said(asked)
    if asked.fee:
        terms["fee"] = {"rate": asked.fee, "paid_by": asked.paid_by}
    if asked.first_due_on:
        terms["first_due_on"] = asked.first_due_on
    quoted = _quoted({"id": None, "terms": terms})
    if not asked.licence:
        return quoted
    cap = cost_cap(lawful_rules(), asked.licence, asked.on)
    dues = [parse_minor(line["due"], asked.currency) for line in quoted.schedule]
    above = None if cap is None else refuse_cost(_principal(asked), dues, every, cap)
    return replace(quoted, licence=asked.licence, cap=cap, above_cap=above)


def _rate_said(asked: Asked) -> dict[str, str]:
    said = {"per_day": asked.per_day, "per_year": asked.per_year, "day_count": asked.day_count}
    return {name: text for name, text in said.items() if text}


def _by_product(asked: Asked) -> Quoted:
    """Quote what a product of the rulebook offers; what its verb would refuse is refused here."""
    for option, given in (("--fee", asked.fee), ("--every", asked.every), ("--first-due-on", asked.first_due_on)):
        if given:
            raise Stop(USAGE, f"{option} is the product's to say; leave it out, or leave out --product")
    if asked.per_year or asked.day_count:
        raise Stop(USAGE, "a product has its own unit of rate: give the number as --rate-per-day, or leave it out for the highest on offer")
    rules = lawful_rules()
    wish = Wish(
        asked.product,
        asked.licence,
        asked.on,
        _principal(asked),
        asked.currency,
        _rate_per_day(asked),
        asked.instalments,
        asked.repayment,
        asked.paid_by,
    )
    found = offered(wish, rules)
    if isinstance(found, Refused):
        raise Stop(NOT_FOUND if found.code == "product_unknown" else REFUSED, found.text())
    return replace(
        _quoted(found.case),
        product=asked.product,
        since=found.version.since.isoformat(),
        licence=found.licence,
        cap=cost_cap(rules, found.licence, asked.on),
    )


def _principal(asked: Asked) -> int:
    try:
        return parse_minor(asked.principal, asked.currency)
    except Malformed as wrong:
        raise wrong.at(key="currency" if wrong.code == "currency_unknown" else "principal") from None


def _rate_per_day(asked: Asked) -> Rate | None:
    try:
        return Rate.parse(asked.per_day) if asked.per_day else None
    except Malformed as wrong:
        raise wrong.at(key="per_day") from None


def _quoted(case: Case) -> Quoted:
    """Answer a case as the case port does."""
    answer: dict[str, Any] = answer_case(case)
    if "refused" in answer:
        raise Stop(REFUSED, f"{answer['refused']['code']}: {answer['refused']['detail']}")
    plan = answer["loans"][0] if "loans" in answer else answer
    return Quoted(case, plan["schedule"], plan["totals"], plan["cost"], "", "", "", None, None)


def told(quoted: Quoted) -> dict[str, object]:
    """Give a quote as an object of plain values; `case` is what the case port would be asked."""
    cap = None if quoted.cap is None else {"rule": quoted.cap[0], "per_year": quoted.cap[1].text(), "is_kept": quoted.above_cap is None}
    return {
        "case": quoted.case,
        "schedule": quoted.schedule,
        "totals": quoted.totals,
        "cost": quoted.cost,
        "product": quoted.product or None,
        "version": quoted.since or None,
        "licence": quoted.licence or None,
        "cost_cap": cap,
    }


def shown(asked: Asked, quoted: Quoted) -> str:
    """Give a quote as text: the schedule, then the totals and what it costs a year."""
    rows: list[Sequence[str]] = [COLUMNS, RULE]
    rows += [[_cell(name, line[name]) for name in COLUMNS] for line in quoted.schedule]
    totals = quoted.totals
    due = sum(parse_minor(line["due"], asked.currency) for line in quoted.schedule)
    paid = {name: with_commas(totals[name]) for name in ("principal", "interest", "fee")} | {"due": grouped(due, asked.currency)}
    rows += [RULE, ["", *(paid.get(name, "") for name in COLUMNS[1:])]]
    facts = [
        ("total interest", with_commas(totals["interest"]), asked.currency),
        ("total fees", with_commas(totals["fee"]), f"{asked.currency}, paid by the borrower"),
        ("APR simple", yearly(quoted.cost["apr_simple"]), "a period's rate times the periods of a year"),
        ("APR effective", yearly(quoted.cost["apr_effective"]), "a period's rate compounded over a year"),
    ]
    if "merchant_fee" in totals:
        facts.insert(2, ("merchant's fee", with_commas(totals["merchant_fee"]), f"{asked.currency}, kept back from the merchant"))
    head = f"{with_commas(asked.principal)} {asked.currency} on {asked.on}"
    if quoted.product:
        head += f", {quoted.product} as offered since {quoted.since}"
    return "\n".join([head, "", aligned(rows), "", *_lines(facts), *_law(quoted)])


def _cell(name: str, value: object) -> str:
    return with_commas(str(value)) if name in ("principal", "interest", "fee", "due", "balance") else str(value)


def _lines(facts: Sequence[tuple[str, str, str]]) -> list[str]:
    widths = [max(len(fact[n]) for fact in facts) for n in range(2)]
    return [f"{name:<{widths[0]}}  {value:>{widths[1]}}  {said}" for name, value, said in facts]


def _law(quoted: Quoted) -> list[str]:
    if not quoted.licence:
        return []
    if quoted.cap is None:
        return ["", f"For {quoted.licence} no rule caps the cost on that day."]
    kept = "within" if quoted.above_cap is None else "ABOVE"
    return ["", f"For {quoted.licence} this is {kept} {quoted.cap[0]}: {yearly(quoted.cap[1].text())} a year."]


def yearly(text: str | None) -> str:
    """Write a yearly rate as per cent: "0.1460" is "14.60 %"; None is "none"."""
    if text is None:
        return "none"
    whole, _, part = text.partition(".")
    digits = part.ljust(2, "0")
    sign = "-" if whole.startswith("-") else ""
    tail = digits[2:].ljust(2, "0")
    return f"{sign}{int(whole.lstrip('-') + digits[:2])}.{tail} %"
