"""`plimsoll portfolio ecl`: expected credit loss by stage, the chances behind it, how it moved, and provisions by five class beside it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from plimsoll.app.tape.reading import Tape
from plimsoll.interfaces.cli.options import AsJson
from plimsoll.interfaces.cli.portfolio_rolls import refuse_ends
from plimsoll.interfaces.cli.portfolio_tape import (
    Chart,
    Currency,
    Engine,
    Lang,
    Map,
    Master,
    Where,
    answer,
    drawn,
    head,
    money,
    month_of,
    opened,
    order_of,
    rounded,
    share,
    show,
    table,
    untold,
    untold_text,
)
from plimsoll.risk.lawful import lawful_rules

if TYPE_CHECKING:
    from plimsoll.app.tape.risk import Expected
    from plimsoll.portfolio.ecl.movement import Movement
    from plimsoll.portfolio.provision import Provision

On = Annotated[str, typer.Option("--month", metavar="MONTH", help="The month that is measured, such as 2026-12. Default: the last.")]
Strict = Annotated[bool, typer.Option("--strict", help="Class loans more than 60 days late as non-performing (provisions).")]
Out = Annotated[
    str, typer.Option("--loans", metavar="FOLDER", help="Also write stage, chances, exposure and allowance of each loan, as Parquet.")
]
Rows = list[Sequence[str]]
FOLLOWS: Final = {
    "days": "The fewest that a bucket may mean count, so that classes are the best they may be.",
    "limit": "Nothing undrawn is in the exposure.",
    "written_off": "Loss given default is that of policy.",
    "recovered": "Loss given default is that of policy.",
}
"""What follows for expected loss and provisions of what a tape does not tell."""


def ecl(
    tape: Where = "",
    map_name: Map = "house",
    month: On = "",
    strict: Strict = False,
    loans: Out = "",
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    chart: Chart = None,
    language: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Work out expected loss (IFRS 9, CAS 22) of every loan that owes in a month, with chances fitted on all months up to it.

    Beside it: what each economy would make of it, how the allowance moved since the month before, and provisions by the five classes.
    """
    from plimsoll.app.tape.loss_cluster import same_python, write_measured
    from plimsoll.app.tape.risk import expected

    if loans:
        same_python()
    with opened(order_of(tape, map_name, currency, engine, master), "balance") as found:
        refuse_ends(found)
        at = month_of("--month", month, found) if month else found.source.months[-1]
        one = expected(found, at, lawful_rules(), is_strict=strict)
        told = {**_object(found, one), "is_strict": strict, "not_told": untold(found, FOLLOWS)}
        written = ""
        if loans:
            told["loans_written"] = write_measured(found, at, one.fit, one.policy, loans)
            written = f"\n{told['loans_written']:,} loans in {loans}"
        picture = drawn(chart, language, lambda: _picture(found, one, language))
        show(answer(found, [], told), _text(found, one, strict=strict) + picture + written, as_json=as_json)


def _object(tape: Tape, one: "Expected") -> dict[str, Any]:
    """Give it for JSON, amounts as decimal text."""
    fit = one.fit
    return {
        "month": tape.month(one.month),
        "fit": {
            "moves": fit.cases,
            "loss": rounded(fit.loss),
            "loss_from": fit.loss_from,
            "conversion": rounded(fit.conversion),
            "conversion_from": fit.conversion_from,
            "life_months": one.policy.life,
            "rate_a_year": rounded(one.policy.rate.share),
        },
        "stages": [
            {
                "stage": by.stage,
                "loans": by.loans,
                "balance": money(by.balance_minor, tape),
                "exposure": money(by.exposure_minor, tape),
                "allowance": money(by.allowance_minor, tape),
            }
            for by in one.stages
        ],
        "economies": [{"name": name, "weight": weight, "allowance": money(minor, tape)} for name, weight, minor in one.economies],
        "chances": [
            {"bucket": bucket, "late_before": late, "loans": loans, "year": rounded(year), "life": rounded(life)}
            for bucket, late, loans, year, life in one.states
        ],
        "movement": _movement_object(one.moved, tape) if one.moved else None,
        "provision": _provision_object(one.provision, tape),
    }


def _movement_object(moved: "Movement", tape: Tape) -> dict[str, Any]:
    lines = {"opening": moved.opening, **moved.columns, "closing": moved.closing}
    told = {name: {str(stage): money(minor, tape) for stage, minor in by.items()} for name, by in lines.items()}
    return {**told, "adds_up": moved.adds_up()}


def _provision_object(one: "Provision", tape: Tape) -> dict[str, Any]:
    return {
        "balance": {name: money(minor, tape) for name, minor in one.balance_minor.items()},
        "general": money(one.general_minor, tape),
        "specific": {name: money(minor, tape) for name, minor in one.specific_minor.items()},
        "total": money(one.total_minor, tape),
        "non_performing": money(one.npl_minor, tape),
        "coverage": rounded(_share_of(one.coverage)),
        "ratio": rounded(_share_of(one.ratio)),
        "least_coverage": one.least_coverage.text() if one.least_coverage else None,
        "is_covered": one.is_covered,
    }


def _share_of(fraction: tuple[int, int] | None) -> float | None:
    return fraction[0] / fraction[1] if fraction else None


def _text(tape: Tape, one: "Expected", *, strict: bool) -> str:
    fit = one.fit
    said = (
        f"Expected credit loss in {tape.month(one.month)}: {fit.cases:,} moves fitted, {one.policy.life} months to come.\n"
        f"Loss given default {share(fit.loss)} % (from {fit.loss_from}); of undrawn limits {share(fit.conversion)} % are drawn by then "
        f"(from {fit.conversion_from})."
    )
    chances = "Chances of default, by months late now and how many of the three months before were late:"
    parts = [head(tape), *untold_text(untold(tape, FOLLOWS)), said, _stages(tape, one), _economies(tape, one), chances, _chances(one)]
    if one.moved is not None:
        parts += ["How the allowance moved since the month before, by the same model on both days:", _movement(one.moved, tape)]
    parts += [f"Provisions by five class{', over 60 days non-performing' if strict else ''}:", _provision(one.provision, tape)]
    return "\n\n".join(parts)


def _stages(tape: Tape, one: "Expected") -> str:
    rows: Rows = [("stage", "loans", f"balance {tape.source.currency}", "exposure", "allowance", "cover %")]
    for by in one.stages:
        cover = by.allowance_minor / by.exposure_minor if by.exposure_minor else None
        amounts = (money(minor, tape) for minor in (by.balance_minor, by.exposure_minor, by.allowance_minor))
        rows.append((str(by.stage), f"{by.loans:,}", *amounts, share(cover)))
    return table(rows)


def _economies(tape: Tape, one: "Expected") -> str:
    rows: Rows = [("economy", "weight", f"allowance {tape.source.currency}")]
    rows += [(name, f"{weight:.2f}", money(minor, tape)) for name, weight, minor in one.economies]
    return table(rows)


def _chances(one: "Expected") -> str:
    rows: Rows = [("late now", "before", "loans", "within a year %", "within life %")]
    for bucket, late, loans, year, life in one.states:
        rows.append((f"M{bucket}" if bucket else "C", f"{late} of 3", f"{loans:,}", share(year), share(life)))
    return table(rows, left=2)


def _movement(moved: "Movement", tape: Tape) -> str:
    lines: list[tuple[str, Mapping[int, int]]] = [("opening", moved.opening), *moved.columns.items(), ("closing", moved.closing)]
    rows: Rows = [("", *(f"stage {stage}" for stage in moved.opening), "all")]
    rows += [(name, *(money(minor, tape) for minor in by.values()), money(sum(by.values()), tape)) for name, by in lines]
    return table(rows)


def _provision(one: "Provision", tape: Tape) -> str:
    rows: Rows = [("class", f"balance {tape.source.currency}", "specific")]
    rows += [(name, money(minor, tape), money(one.specific_minor.get(name, 0), tape)) for name, minor in one.balance_minor.items()]
    least = f" ({one.least_coverage.text()} times asked for)" if one.least_coverage else ""
    covered = f"{share(_share_of(one.coverage))} % of non-performing loans{least}"
    return (
        f"{table(rows)}\n\nGeneral {money(one.general_minor, tape)}, all {money(one.total_minor, tape)} {tape.source.currency}: "
        f"{covered}, {share(_share_of(one.ratio))} % of all loans."
    )


def _picture(tape: Tape, one: "Expected", language: str) -> Any:
    from plimsoll.app.portfolio_charts import Heat, heat_picture
    from plimsoll.app.words import Words

    buckets = sorted({row[0] for row in one.states})
    grid = [[row[3] for row in one.states if row[0] == bucket] for bucket in buckets]
    names = ["C", *(f"M{bucket}" for bucket in buckets[1:])]
    before = [Words(f"前三个月逾期 {late} 个月", f"{late} of 3") for late in range(4)]
    heat = Heat(Words("现逾期档", "late now"), Words("此前逾期", "months late of the three before"), names, before, grid)
    on = tape.as_of()
    return heat_picture(heat, Words(f"一年内违约率（%），截至 {on}", f"Default within a year, per cent, as of {on}"), language)
