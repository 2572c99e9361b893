"""`plimsoll portfolio profit`: what vintages have earned after funding, losses and costs, by months on book."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from plimsoll.app.tape.reading import Tape
from plimsoll.interfaces.cli.options import AsJson
from plimsoll.interfaces.cli.portfolio_rolls import refuse_ends
from plimsoll.interfaces.cli.portfolio_tape import (
    By,
    Chart,
    Currency,
    Engine,
    Every,
    Lang,
    Map,
    Master,
    Where,
    answer,
    drawn,
    head,
    money,
    one_of,
    opened,
    order_of,
    rounded,
    share,
    show,
    table,
)
from plimsoll.interfaces.cli.portfolio_vintage import Ages, chosen_ages
from plimsoll.portfolio.vintage import MONTHS, vintage_name
from plimsoll.risk.lawful import lawful_rules

if TYPE_CHECKING:
    from plimsoll.portfolio.profit import Earned, Profit

NEEDS: Final = ("opened", "balance", "originated", "written_off", "interest_paid")
LINES: Final = ("interest", "penalty", "fee", "funding", "loss", "bad", "running", "acquisition", "profit", "cash")


def profit(
    tape: Where = "",
    map_name: Map = "house",
    every: Every = "month",
    by: By = "",
    ages: Ages = "",
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    chart: Chart = None,
    language: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Show what vintages have earned: income received less funding, losses, running and acquisition cost; return a year, break-even month.

    Costs are those that prices are made with (POLICY.PRICE.COST). What is over 90 days late counts as lost until it is paid.
    """
    one_of("--every", every, tuple(MONTHS))
    with opened(order_of(tape, map_name, currency, engine, master), *NEEDS, by) as found:
        refuse_ends(found)
        from plimsoll.app.tape.worth import profits

        queries, some, left_out = profits(found, lawful_rules(), every, by)
        names = [vintage_name(one.cohort.begin, every, is_calendar=found.shape.is_calendar()) for one in some]
        told = {
            "every": every,
            "by": by,
            "left_out": left_out,
            "vintages": [_object(found, *pair) for pair in zip(names, some, strict=True)],
        }
        picture = drawn(chart, language, lambda: _picture(found, names, some, language))
        last = max((len(one.months) for one in some), default=0)
        shown = chosen_ages(ages, last)
        show(answer(found, queries, told), _text(found, names, some, shown, left_out) + picture, as_json=as_json)


def _of_lent(one: "Profit", earned: "Earned") -> float | None:
    return earned.profit / one.cohort.lent if one.cohort.lent else None


def _object(tape: Tape, name: str, one: "Profit") -> dict[str, Any]:
    return {
        "vintage": name,
        "dimension": one.cohort.dimension,
        "loans": one.cohort.loans,
        "lent": money(one.cohort.lent, tape),
        "return_a_year": rounded(one.rate),
        "on_equity_a_year": rounded(one.on_equity),
        "break_even_month": one.break_even,
        "months": [
            {
                "age": by.age,
                "owed": money(stand.balance, tape),
                **{line: money(getattr(by, line), tape) for line in LINES},
                "profit_of_lent": rounded(_of_lent(one, by)),
            }
            for by, stand in zip(one.months, one.cohort.stands, strict=True)
        ],
    }


def _text(tape: Tape, names: Sequence[str], some: Sequence["Profit"], ages: Sequence[int], left_out: int) -> str:
    currency = tape.source.currency
    is_by = any(one.cohort.dimension for one in some)
    by_head = ("by",) if is_by else ()
    rows: list[Sequence[str]] = [
        ("vintage", *by_head, f"lent {currency}", "income", "funding", "net loss", "bad", "running", "acquisition", "profit", "% of lent",
         "return %", "on equity %", "even in")
    ]  # fmt: skip
    courses: list[Sequence[str]] = [("vintage", *by_head, *(f"m{age}" for age in ages))]
    for name, one in zip(names, some, strict=True):
        keys = (name, one.cohort.dimension) if is_by else (name,)
        if not one.months:
            continue
        last = one.months[-1]
        amounts = (last.income, last.funding, last.loss, last.bad, last.running, last.acquisition, last.profit)
        even = "-" if one.break_even is None else f"m{one.break_even}"
        shares = (share(_of_lent(one, last)), share(one.rate), share(one.on_equity), even)
        rows.append((*keys, money(one.cohort.lent, tape), *(money(minor, tape) for minor in amounts), *shares))
        courses.append((*keys, *(share(_of_lent(one, one.months[age])) if age < len(one.months) else "" for age in ages)))
    left = 2 if is_by else 1
    said = (
        f"Profit so far, in {currency}: income received less funding, net loss, bad (over 90 days late), running and acquisition cost."
        "\nReturn a year before funding: what is still owed at its balance, of what is bad nothing."
    )
    parts = [
        head(tape),
        said,
        table(rows, left=left),
        "Profit so far, per cent of what was lent, by months on book:",
        table(courses, left=left),
    ]
    if left_out:
        parts.append(f"{left_out:,} loans were opened before the tape begins; what they earned earlier is not known. Left out.")
    return "\n\n".join(parts)


def _picture(tape: Tape, names: Sequence[str], some: Sequence["Profit"], language: str) -> Any:
    from plimsoll.app.profit_charts import profit_picture
    from plimsoll.app.words import Words

    lines = {
        " ".join((name, one.cohort.dimension)).strip(): [100 * (_of_lent(one, by) or 0.0) for by in one.months]
        for name, one in zip(names, some, strict=True)
    }
    on = tape.as_of()
    return profit_picture(lines, Words(f"各放款批次累计利润，截至 {on}", f"Profit so far by vintage, as of {on}"), language)
