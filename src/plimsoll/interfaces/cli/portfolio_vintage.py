"""`plimsoll portfolio vintage`: what loans of one time of opening have come to by every age."""

from collections.abc import Sequence
from random import Random
from typing import Annotated, Any, Final

import typer

from plimsoll.app.tape.reading import Tape
from plimsoll.app.words import Words
from plimsoll.interfaces.cli.exits import USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson
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
    untold,
    untold_text,
)
from plimsoll.portfolio.ladder import Completed, Row, complete
from plimsoll.portfolio.vintage import EVENTS, MONTHS, NET_LOSS, Cell, Curve, Curves, curves_of, losses_of, vintage_name

MEASURES: Final = (*EVENTS, NET_LOSS)
AGES: Final = (1, 2, 3, 4, 5, 6, 9, 12, 18, 24, 36, 48, 60)
ZH_MEASURES: Final = {
    "ever-30": "曾逾期30天以上",
    "ever-60": "曾逾期60天以上",
    "ever-90": "曾逾期90天以上",
    "lost": "核销或出售",
    NET_LOSS: "净损失",
}
YOUNG: Final = "~"
FOLLOWS: Final = {"late": "Only what was written off or sold counts, from the month in which it ended."}
SEED: Final = 20_261_122

Measure = Annotated[str, typer.Option("--measure", metavar="WHAT", help=f"One of {', '.join(MEASURES)}.")]
Amount = Annotated[bool, typer.Option("--amount", help="Shares of what was lent, and not of loans.")]
Ages = Annotated[str, typer.Option("--ages", metavar="N,N", help="Months on book that the table shows.")]
Complete = Annotated[bool, typer.Option("--complete", help="Carry young vintages to the last age by the chain ladder, with a band.")]


def vintage(
    tape: Where = "",
    map_name: Map = "house",
    measure: Measure = "ever-30",
    every: Every = "month",
    by: By = "",
    amount: Amount = False,
    ages: Ages = "",
    completes: Complete = False,
    currency: Currency = "",
    engine: Engine = "duckdb",
    master: Master = "",
    chart: Chart = None,
    language: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Show vintage curves: the share of loans, or of what was lent, that was ever so many days late or lost by each month on book."""
    one_of("--measure", measure, MEASURES)
    one_of("--every", every, tuple(MONTHS))
    by_amount = amount or measure == NET_LOSS
    needs = (
        "opened",
        by,
        "originated" if by_amount else "",
        "written_off" if measure == NET_LOSS else "",
        "lost" if measure == EVENTS[-1] else "",
    )
    with opened(order_of(tape, map_name, currency, engine, master), *needs) as found:
        queries, curves = _curves(found, measure, every, by)
        last = max((len(curve.cells) for curve in curves.curves), default=0)
        shown = chosen_ages(ages, last)
        done = _completed(curves, by_amount=by_amount, value=measure) if completes else []
        names = [_name(found, curve, every) for curve in curves.curves]
        objects = [
            _object(found, curve, name, done[place] if done else None, by_amount=by_amount)
            for place, (curve, name) in enumerate(zip(curves.curves, names, strict=True))
        ]
        of = "amount" if by_amount else "loans"
        told = {
            "measure": measure,
            "every": every,
            "by": by,
            "of": of,
            "left_out": curves.left_out,
            "not_told": _untold(found, measure),
            "curves": objects,
        }
        picture = drawn(chart, language, lambda: _picture(found, curves, names, done, measure, by_amount=by_amount, language=language))
        text = _text(found, curves, names, shown, done, measure, by_amount=by_amount)
        show(answer(found, queries, told), text + picture, as_json=as_json)


def _untold(tape: Tape, measure: str) -> dict[str, str]:
    """Give what the tape does not tell of those who were late; losses it tells."""
    return untold(tape, FOLLOWS) if measure.startswith("ever-") else {}


def _curves(tape: Tape, measure: str, every: str, by: str) -> tuple[list[str], Curves]:
    """Ask the tape, and give the queries and the curves."""
    from plimsoll.portfolio.expressions.vintage import ages_text, hits_text, leavers_text

    source = tape.source
    if measure != NET_LOSS:
        query = hits_text(source, by)
        return [query], curves_of(tape.ask(query), EVENTS.index(measure), source.months, every)
    queries = [hits_text(source, by), ages_text(source, by), leavers_text(source, by)]
    hits, ages, leavers = (tape.ask(query) for query in queries)
    return queries, losses_of(hits, ages, leavers, source.months, every)


def chosen_ages(text: str, last: int) -> list[int]:
    """Give the ages that the table shows."""
    if not text:
        return [age for age in AGES if age < last] or [max(last - 1, 0)]
    if not all(part.strip().isdigit() for part in text.split(",")):
        raise Stop(USAGE, f"--ages {text}: whole numbers with commas between, such as 12,24,36")
    return [age for age in sorted({int(part) for part in text.split(",")}) if age < last]


def _completed(curves: Curves, *, by_amount: bool, value: str) -> list[Completed]:
    """Carry every curve to the age of the oldest; young cells are not built on. Values of a dimension are carried by themselves."""
    done: dict[int, Completed] = {}
    for dimension in {curve.dimension for curve in curves.curves}:
        some = [place for place, curve in enumerate(curves.curves) if curve.dimension == dimension]
        rows = [_row(curves.curves[place], by_amount=by_amount) for place in some]
        chance = Random(f"{SEED} {value} {dimension}")  # noqa: S311 -- a band, no secret
        done |= dict(zip(some, complete(rows, chance, is_capped=value != NET_LOSS), strict=True))
    return [done[place] for place in range(len(curves.curves))]


def _row(curve: Curve, *, by_amount: bool) -> Row:
    mature = [cell for cell in curve.cells if cell.is_mature]
    return Row(float(curve.lent if by_amount else curve.loans), tuple(float(cell.amount if by_amount else cell.hits) for cell in mature))


def _name(tape: Tape, curve: Curve, every: str) -> str:
    return vintage_name(curve.begin, every, is_calendar=tape.shape.is_calendar())


def _object(tape: Tape, curve: Curve, name: str, done: Completed | None, *, by_amount: bool) -> dict[str, Any]:
    """Give one curve for JSON; what it is carried to in shares."""
    cells = [
        {
            "age": cell.age,
            "loans": cell.loans,
            "hits": cell.hits,
            "lent": money(cell.lent, tape),
            "amount": money(cell.amount, tape),
            "share_of_loans": rounded(cell.share(by_amount=False)),
            "share_of_amount": rounded(cell.share(by_amount=True)),
            "is_mature": cell.is_mature,
        }
        for cell in curve.cells
    ]
    told = {"vintage": name, "dimension": curve.dimension, "loans": curve.loans, "lent": money(curve.lent, tape), "cells": cells}
    whole = curve.lent if by_amount else curve.loans
    if done is None or not whole:
        return told
    carried = {"expected": done.expected, "low": done.low, "high": done.high}
    shares = {key: [rounded(one / whole) for one in values] for key, values in carried.items()}
    return told | {"carried": {**shares, "from_age": sum(cell.is_mature for cell in curve.cells), "thin_from": done.thin_from}}


def _text(
    tape: Tape, curves: Curves, names: Sequence[str], ages: Sequence[int], done: Sequence[Completed], measure: str, *, by_amount: bool
) -> str:
    of = "what was lent" if by_amount else "loans"
    rows = [("vintage", *_head_by(curves), "loans", f"lent {tape.source.currency}", *(f"m{age}" for age in ages), *_head_done(done))]
    for place, (curve, name) in enumerate(zip(curves.curves, names, strict=True)):
        cells = (_cell(curve.at(age), by_amount=by_amount) for age in ages)
        more = _carried_text(curve, done[place], by_amount=by_amount) if done else ()
        by = (curve.dimension,) if _head_by(curves) else ()
        rows.append((name, *by, f"{curve.loans:,}", money(curve.lent, tape), *cells, *more))
    lines = [
        head(tape),
        *untold_text(_untold(tape, measure)),
        "",
        f"{measure}, per cent of {of}, by months on book. {YOUNG} not all loans of the vintage are that old yet.",
        "",
    ]
    lines.append(table(rows, left=2 if _head_by(curves) else 1))
    if curves.left_out:
        lines.append(f"\n{curves.left_out:,} loans were opened before the tape begins; what befell them earlier is not known. Left out.")
    if any(one.thin_from < len(one.expected) for one in done):
        lines.append(
            f"From month {done[0].thin_from} on fewer than three vintages tell how it goes on: take what is carried further as a guess."
        )
    return "\n".join(lines)


def _head_by(curves: Curves) -> tuple[str, ...]:
    return ("of",) if any(curve.dimension for curve in curves.curves) else ()


def _head_done(done: Sequence[Completed]) -> tuple[str, ...]:
    return (f"m{len(done[0].expected) - 1} carried", "5-95 %") if done else ()


def _cell(cell: Cell | None, *, by_amount: bool) -> str:
    if cell is None:
        return ""
    return share(cell.share(by_amount=by_amount)) + ("" if cell.is_mature else YOUNG)


def _carried_text(curve: Curve, done: Completed, *, by_amount: bool) -> tuple[str, str]:
    whole = curve.lent if by_amount else curve.loans
    if not whole:
        return "-", "-"
    band = f"{share(done.low[-1] / whole)} - {share(done.high[-1] / whole)}" if done.low[-1] < done.high[-1] else ""
    return share(done.expected[-1] / whole), band


def _picture(
    tape: Tape, curves: Curves, names: Sequence[str], done: Sequence[Completed], measure: str, *, by_amount: bool, language: str
) -> Any:
    from plimsoll.app.portfolio_charts import Line, curves_picture

    lines = []
    for place, (curve, name) in enumerate(zip(curves.curves, names, strict=True)):
        whole = curve.lent if by_amount else curve.loans
        if not whole:
            continue
        mature = sum(cell.is_mature for cell in curve.cells)
        shares = tuple(100 * (cell.share(by_amount=by_amount) or 0.0) for cell in curve.cells)
        carried = (
            tuple((100 * low / whole, 100 * high / whole) for low, high in zip(done[place].low, done[place].high, strict=True))
            if done
            else ()
        )
        lines.append(Line(" ".join(part for part in (name, curve.dimension) if part), shares, mature, carried))
    on = tape.as_of()
    title = Words(f"{ZH_MEASURES[measure]}，按放款批次，截至 {on}", f"{measure} by vintage, as of {on}")
    unit = Words("占放款额百分比" if by_amount else "占笔数百分比", f"per cent of {'amount lent' if by_amount else 'loans'}")
    return curves_picture(lines, title, unit, language)
