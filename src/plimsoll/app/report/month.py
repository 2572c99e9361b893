"""The report of a month that a risk committee reads first: how much is bad and why, what it will cost, and what could be worse.

Everything is read off the tape; each part says what its figures mean and which command lists the accounts behind them.
"""

from functools import partial
from typing import Any, Final, NamedTuple

from plimsoll.app.harm import Harm
from plimsoll.app.portfolio_charts import Heat, Line, bars_picture, bridge_picture, curves_picture, heat_picture, months_picture
from plimsoll.app.report.document import Document, Grid, Part
from plimsoll.app.report.harm_part import harm_part
from plimsoll.app.report.month_words import SAY, SAY_CAUSES, SAY_SCENARIOS, ZH_CLASSES, ZH_DIMENSIONS, ZH_FROM, ZH_MOVES, ends
from plimsoll.app.tape.reading import Tape
from plimsoll.app.tape.risk import Expected, day_of, expected, moves_of
from plimsoll.app.words import Words
from plimsoll.portfolio.attribution import CAUSES, points_text
from plimsoll.portfolio.bridge import bridge, whole
from plimsoll.portfolio.concentration import concentration_of
from plimsoll.portfolio.early import FIRST_DAYS, first_payments
from plimsoll.portfolio.expressions.early import first_payment_text
from plimsoll.portfolio.expressions.flows import flows_text
from plimsoll.portfolio.expressions.moves import amounts_text
from plimsoll.portfolio.expressions.usage import borrowers_text, places_text
from plimsoll.portfolio.expressions.vintage import ages_text, hits_text, leavers_text
from plimsoll.portfolio.npl import Npl, Parts, npl_of
from plimsoll.portfolio.rolls import cure_rates, matrices
from plimsoll.portfolio.stress.book import bad_years, chance_of, economies, satellite, stressed
from plimsoll.portfolio.vintage import curves_of, vintage_name
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of

MONTHS_SHOWN: Final = 13
QUARTER: Final = 3
THROUGH: Final = 4
AGES: Final = (1, 2, 3, 6, 9, 12, 18, 24)


class Read(NamedTuple):
    """What is read once and told in several parts."""

    npl: list[Npl]
    moves: list[Any]
    loss: Expected


def month_report(tape: Tape, month: int, rules: Rules, harm: Harm | None = None) -> Document:
    """Make the report of a month, with what the book tells of harm. Cost: some passes over the tape and a row a loan in memory."""
    tape = tape.holding()
    moves = moves_of(tape)
    read = Read(_npl(tape, month), moves, expected(tape, month, rules, is_strict=False, moves=moves))
    parts = [
        _glance(tape, month, read),
        _bad(tape, read),
        _bridge(tape, month),
        _rolls(month, read),
        _vintages(tape),
        _early(tape),
        _loss(tape, read.loss),
        _stress(tape, read.loss, rules),
        _concentration(tape),
        None if harm is None else harm_part(harm),
    ]
    about = tape.about()
    digest = SAY["everything-is-read-off-the"]
    made = f"{about['tape']} · {about['map']} · {about['engine']} · {about['rows']:,} · {tape.as_of()} · {tape.source.currency}"
    return Document(
        Words(f"资产组合月报 {tape.month(month)}", f"Portfolio report, {tape.month(month)}"),
        (digest, Words(made, made)),
        tuple(part for part in parts if part is not None),
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.2f} %"


def _points(after: float | None, before: float | None) -> str:
    return "-" if after is None or before is None else f"{100 * (after - before):+.2f}"


def _money(minor: int, tape: Tape) -> str:
    whole_part, _, cents = text_of(minor, tape.source.currency).partition(".")
    return f"{int(whole_part):,}" + (f".{cents}" if cents else "")


def _npl(tape: Tape, month: int) -> list[Npl]:
    source, shape = tape.source, tape.shape
    hits = tape.ask(hits_text(source)) if shape.tells("opened") else []
    parts = Parts(
        tape.ask(ages_text(source)), tape.ask(leavers_text(source)), tape.ask(amounts_text(source)), hits, shape.tells("written_off")
    )
    return [one for one in npl_of(parts, source.months) if one.month <= month]


def _glance(tape: Tape, month: int, read: Read) -> Part:
    """Give the figures that are read first, with those of the month before."""
    now, before = read.npl[-1], read.npl[-2] if len(read.npl) > 1 else None
    here = read.loss.here.loans
    late = int(here.balance_minor[here.state >= 1].sum())
    total = int(here.balance_minor.sum())
    loss = read.loss
    opening = sum(loss.moved.opening.values()) if loss.moved else None
    closing = sum(by.allowance_minor for by in loss.stages)
    rows = [
        (SAY["balance"], _money(now.balance, tape), _money(before.balance, tape) if before else "-", ""),
        (SAY["loans"], f"{now.loans:,}", f"{before.loans:,}" if before else "-", ""),
        (SAY["past-due-from-one-day"], _share(late / total if total else None), "-", ""),
        _compared(SAY["bad-share-over-90-days"], now.reported(), before.reported() if before else None),
        _compared(SAY["bad-share-at-an-even"], now.at_even_age(), before.at_even_age() if before else None),
        _compared(SAY["with-losses-and-sales-put"], now.put_back(), before.put_back() if before else None),
        (
            SAY["allowance-for-expected-loss"],
            _money(closing, tape),
            _money(opening, tape) if opening is not None else "-",
            "",
        ),
        (SAY["provisions-over-non-performing"], _share(_fraction(loss.provision.coverage)), "-", ""),
    ]
    heads = (SAY["figure"], SAY["this-month"], SAY["month-before"], SAY["change-points"])
    meaning = SAY["bad-over-90-days-past"]
    return Part(SAY["at-a-glance"], meaning, (Grid(heads, tuple(rows)),), drill=f"plimsoll portfolio accounts --month {tape.month(month)}")


def _compared(name: Words, now: float | None, before: float | None) -> tuple[Words, str, str, str]:
    return name, _share(now), _share(before), _points(now, before)


def _fraction(fraction: tuple[int, int] | None) -> float | None:
    return fraction[0] / fraction[1] if fraction else None


def _bad(tape: Tape, read: Read) -> Part:
    some = read.npl[-MONTHS_SHOWN:]
    series = [
        (SAY["reported"], [one.reported() for one in some]),
        (SAY["even-age"], [one.at_even_age() for one in some]),
        (SAY["put-back"], [one.put_back() for one in some]),
    ]
    months = [tape.month(one.month) for one in some]
    heads = (
        SAY["month"],
        SAY["balance-2"],
        SAY["bad"],
        SAY["reported"],
        SAY["lagged-9-months"],
        SAY["even-age"],
        SAY["put-back"],
    )
    rows = [
        (tape.month(one.month), _money(one.balance, tape), _money(one.bad, tape),
         _share(one.reported()), _share(one.lagged()), _share(one.at_even_age()), _share(one.put_back()))
        for one in some
    ]  # fmt: skip
    meaning = SAY["lagged-bad-now-on-the"]
    drawn = partial(months_picture, months, series, Words("不良率", "Bad share"))
    drill = f"plimsoll portfolio accounts --month {months[-1]} --from M4"
    return Part(SAY["the-bad-share-month-by"], meaning, (Grid(heads, tuple(rows)),), (drawn,), drill)


def _bridge(tape: Tape, month: int) -> Part | None:
    """Give why the bad share changed in a month, and in three; None where the tape is too short to compare."""
    first = tape.source.months[0]
    if month < first + 2:
        return None
    begin = max(month - QUARTER, first + 1)
    steps = bridge(tape.ask(flows_text(tape.source)), begin, month)
    last, all_parts = steps[-1].parts, whole(steps)
    rows = [(SAY_CAUSES[cause], points_text(last[cause]), points_text(all_parts[cause])) for cause in CAUSES]
    rows.append((SAY["all"], points_text(sum(last.values())), points_text(sum(all_parts.values()))))
    heads = (
        SAY["cause"],
        SAY["this-month-points"],
        Words(f"自{tape.month(begin)}", f"since {tape.month(begin)}"),
    )
    begun = steps[0].share - sum(steps[0].parts.values())
    said = Words(f"不良率变化，{tape.month(begin)} 至 {tape.month(month)}", f"Bad share, {tape.month(begin)} to {tape.month(month)}")
    drawn = partial(bridge_picture, begun, {SAY_CAUSES[cause]: part for cause, part in all_parts.items()}, said)
    meaning = SAY["the-parts-add-up-to"]
    return Part(
        SAY["why-the-bad-share-changed"],
        meaning,
        (Grid(heads, tuple(rows)),),
        (drawn,),
        "plimsoll portfolio attribution --json",
    )


def _rolls(month: int, read: Read) -> Part | None:
    """Give roll and cure rates of the moves up to the month."""
    moves = [row for row in read.moves if row[0] < month]
    made = matrices(moves, value=5, through=THROUGH) if moves else []
    if not made:
        return None
    one = made[0]
    cured = {state: rate for state, rate, _ in cure_rates(one)}
    heads = (SAY["from"], *ends(one.columns), SAY["cured"])
    rows = [
        (state, *(_share(rate) for rate in shares), _share(cured.get(state))) for state, shares in zip(one.rows, one.shares(), strict=True)
    ]
    heat = Heat(SAY["state"], SAY["a-month-later"], one.rows, ends(one.columns), one.shares())
    drawn = partial(heat_picture, heat, Words("月滚动率（%）", "Roll rates, per cent a month"))
    meaning = SAY["of-the-loans-of-each"]
    return Part(SAY["roll-rates"], meaning, (Grid(heads, tuple(rows)),), (drawn,), "plimsoll portfolio rolls --json")


def _vintages(tape: Tape) -> Part | None:
    if not tape.shape.tells("opened"):
        return None
    curves = curves_of(tape.ask(hits_text(tape.source)), 0, tape.source.months, "quarter")
    ages = [age for age in AGES if any(curve.at(age) for curve in curves.curves)]
    heads = (SAY["opened-in"], SAY["loans-2"], *(Words(f"{age}月", f"m{age}") for age in ages))
    rows, lines = [], []
    for curve in curves.curves:
        name = vintage_name(curve.begin, "quarter", is_calendar=tape.shape.is_calendar())
        cells = [curve.at(age) for age in ages]
        shown = ("" if cell is None else _share(cell.share(by_amount=False)) + ("" if cell.is_mature else " *") for cell in cells)
        rows.append((name, f"{curve.loans:,}", *shown))
        mature = sum(cell.is_mature for cell in curve.cells)
        lines.append(Line(name, tuple(100 * (cell.share(by_amount=False) or 0.0) for cell in curve.cells), mature, ()))
    meaning = SAY["share-of-loans-ever-over"]
    title = Words("曾逾期30天以上，按放款季度", "Ever over 30 days late, by vintage")
    drawn = partial(curves_picture, lines, title, Words("占笔数百分比", "per cent of loans"))
    return Part(SAY["vintages"], meaning, (Grid(heads, tuple(rows)),), (drawn,), "plimsoll portfolio vintage --json")


def _early(tape: Tape) -> Part | None:
    """Give first payments missed; None where the tape has no days past due or openings."""
    if not (tape.shape.tells("opened") and tape.shape.tells("days")):
        return None
    found = first_payments(tape.ask(first_payment_text(tape.source, 1)), 1, tape.source.months, "month")[-MONTHS_SHOWN:]
    heads = (
        SAY["opened-in-2"],
        SAY["loans-2"],
        *(Words(f"首期逾期{days}天以上", f"late {days}+") for days in FIRST_DAYS),
    )
    rows = [
        (vintage_name(one.begin, "month", is_calendar=tape.shape.is_calendar()), f"{one.loans[0]:,}",
         *(_share(late / loans if loans else None) for late, loans in zip(one.late, one.loans, strict=True)))
        for one in found
    ]  # fmt: skip
    meaning = SAY["loans-that-missed-their-first"]
    return Part(SAY["first-payments-missed"], meaning, (Grid(heads, tuple(rows)),), (), "plimsoll portfolio early --json")


def _loss(tape: Tape, one: Expected) -> Part:
    stages = Grid(
        (
            SAY["stage"],
            SAY["loans-2"],
            SAY["balance-2"],
            SAY["exposure"],
            SAY["allowance"],
        ),
        tuple((str(by.stage), f"{by.loans:,}", *(_money(minor, tape) for minor in by[2:])) for by in one.stages),
    )
    grids = [stages]
    if one.moved is not None:
        lines = {"opening": one.moved.opening, **one.moved.columns, "closing": one.moved.closing}
        rows: tuple[tuple[Words | str, ...], ...] = tuple(
            (Words(ZH_MOVES[name], name), *(_money(minor, tape) for minor in by.values()), _money(sum(by.values()), tape))
            for name, by in lines.items()
        )
        heads = (SAY["movement"], *(Words(f"阶段{stage}", f"stage {stage}") for stage in one.moved.opening), SAY["all"])
        grids.append(Grid(heads, rows))
    held = one.provision
    classes = tuple(
        (Words(ZH_CLASSES[name], name), _money(minor, tape), _money(held.specific_minor.get(name, 0), tape))
        for name, minor in held.balance_minor.items()
    )
    grids.append(Grid((SAY["five-classes"], SAY["balance-2"], SAY["specific-provision"]), classes))
    fit = one.fit
    meaning = Words(
        f"IFRS 9 / CAS 22。违约率由{fit.cases:,}次月度迁移拟合（考虑近三个月逾期史），违约损失率{_share(fit.loss)}"
        f"（来自{ZH_FROM[fit.loss_from]}）。",
        f"IFRS 9, CAS 22. Chances of default fitted on {fit.cases:,} moves, with the lateness of three months before; loss given default "
        f"{_share(fit.loss)} (from {fit.loss_from}).",
    )
    return Part(SAY["expected-loss-and-provisions"], meaning, tuple(grids), (), "plimsoll portfolio accounts --stage 2")


def _stress(tape: Tape, loss: Expected, rules: Rules) -> Part:
    on = day_of(tape, loss.month)
    policy, model = loss.policy, satellite(rules, on)
    fit, loans, today = loss.fit, loss.here.loans, loss.measured
    base, chance = int(today.allowance_minor.sum()), chance_of(loans, today)
    found = [stressed(loans, fit, policy, economy, model) for economy in economies(rules, on)]
    rows: list[tuple[Words | str, ...]] = [(SAY["today"], _share(chance), _money(base, tape), "-")]
    rows += [
        (
            SAY_SCENARIOS[one.name],
            _share(one.chance),
            _money(one.allowance_minor, tape),
            _money(one.allowance_minor - base, tape),
        )
        for one in found
    ]
    heads = (SAY["scenario"], SAY["default-within-a-year"], SAY["allowance"], SAY["more"])
    grids = [Grid(heads, tuple(rows))]
    years = bad_years(chance)
    if years:
        quantiles = list(next(iter(years.values())))
        shown = tuple((f"{100 * rho:g} %", *(_share(rate) for rate in rates.values())) for rho, rates in years.items())
        grids.append(Grid((SAY["correlation"], *(Words(f"{100 * q:g} % 分位", f"{100 * q:g} % of years below") for q in quantiles)), shown))
    sums = {SAY["today"]: base, **{SAY_SCENARIOS[one.name]: one.allowance_minor for one in found}}
    amounts = {name: float(text_of(minor, tape.source.currency)) for name, minor in sums.items()}
    drawn = partial(bars_picture, amounts, Words(f"准备（{tape.source.currency}）", f"Allowance, {tape.source.currency}"))
    meaning = SAY["scenarios-are-figures-of-policy"]
    return Part(SAY["stress"], meaning, tuple(grids), (drawn,), "plimsoll portfolio stress --json")


def _concentration(tape: Tape) -> Part | None:
    """Give in how few places the money stands, by the first dimension of the tape; None where it has none."""
    dimensions = list(tape.shape.dimensions)
    if not dimensions:
        return None
    found = concentration_of(tape.ask(places_text(tape.source, dimensions[0])), tape.ask(borrowers_text(tape.source)))
    whole_book = found.balance
    rows: list[tuple[Words | str, ...]] = [
        (one.name, f"{one.loans:,}", _money(one.balance, tape), _share(one.balance / whole_book if whole_book else None),
         _share(one.bad / one.balance if one.balance else None))
        for one in found.places
    ]  # fmt: skip
    heads = (
        Words(ZH_DIMENSIONS.get(dimensions[0], dimensions[0]), dimensions[0]),
        SAY["loans-2"],
        SAY["balance-2"],
        SAY["share"],
        SAY["bad-share"],
    )
    largest: tuple[tuple[Words | str, ...], ...] = tuple(
        (f"{count}", _money(minor, tape), _share(minor / whole_book if whole_book else None)) for count, minor in found.largest
    )
    top = Grid((SAY["largest-borrowers"], SAY["balance-2"], SAY["share"]), largest)
    meaning = SAY["in-how-few-places-the"]
    return Part(SAY["concentration"], meaning, (Grid(heads, tuple(rows)), top), (), "plimsoll portfolio concentration --json")
