"""The portfolio's figures: why the bad share changed, what loss is expected, what stress would cost, and the loans behind a figure.

They come from the tape by what the command line prints, are made beside the pages and kept, and say so where an extra is not installed.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from plimsoll.app.access.principal import EVERYBODY
from plimsoll.app.kept_figures import BeingMade, Figure
from plimsoll.app.show.figures import BRIDGE, EXPECTED, STRESS, accounts_of
from plimsoll.app.show.portfolio import PPM
from plimsoll.app.show.risk import STATES, AccountsShown, BridgeShown, ExpectedShown, StressShown
from plimsoll.interfaces.console.kept import Figures, being_made, made_at
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Chart,
    Facts,
    Field,
    Head,
    Heading,
    Panel,
    Part,
    Said,
    Stats,
    Table,
    Text,
    board,
    chip,
    count,
    fact,
    heads,
    money,
    share,
    stat,
    text,
)
from plimsoll.interfaces.pages.visit import Screen, Shown, Visit
from plimsoll.units.refusal import Malformed, Refused

PATHS: Final = ("", "/bridge", "/expected-loss", "/stress", "/accounts")
AMOUNTS: Final = ("balance_minor", "exposure_minor", "allowance_minor")


def tabs(visit: Visit, here: str) -> list[tuple[str, str, bool]]:
    """Give the views of the portfolio."""
    return [(visit.t(f"figures.tab.{one.removeprefix('/') or 'vintage'}"), f"/portfolio{one}", one == here) for one in PATHS]


def told(visit: Visit, here: str, figure: Figure, panels: Callable[[Visit, Any], Sequence[Panel]]) -> dict[str, Any]:
    """Give a view of the portfolio: its figures as they stand, that they are being made, or why there are none."""
    view = here.removeprefix("/")
    heading = Heading(visit.t(f"figures.tab.{view}"), visit.t(f"figures.lead.{view}"), tabs=tabs(visit, here))
    return figures_shown(visit, heading, figure, panels)


def figures_shown(visit: Visit, heading: Heading, figure: Figure, panels: Callable[[Visit, Any], Sequence[Panel]]) -> dict[str, Any]:
    """Give a page of one figure of the tape."""
    figures = Figures(visit)
    try:
        found = figures.look(figure)
    except Malformed as wrong:
        return board(heading, [Panel("", no_figures(visit, wrong.text(visit.speech)))])
    if isinstance(found, BeingMade):
        return figures.board(heading, [Panel("", [being_made(visit, found)])])
    if isinstance(found.value, Refused):
        return board(heading, [Panel("", no_figures(visit, found.value.text(visit.speech)))])
    shown = list(panels(visit, found.value))
    shown[0] = replace(shown[0], parts=[*made_at(visit, found), *shown[0].parts])
    return figures.board(heading, [*shown])


def no_figures(visit: Visit, why: str) -> list[Part]:
    """Give what is said where the tape tells nothing, or what reads it is not installed."""
    return [Said("", visit.t("portfolio.no-tape")), Text(why, "muted")]


def points(ppm: int) -> Cell:
    """Give a change of a share in percentage points, signed."""
    sign = "+" if ppm > 0 else written.MINUS if ppm < 0 else ""
    return Cell(f"{sign}{abs(ppm) / PPM * 100:.3f}", value=round(ppm / PPM * 100, 6))


def _share(ppm: int | None, digits: int = 2, *, hottest: float = 0.0) -> Cell:
    return share(None if ppm is None else ppm / PPM, digits, hottest=hottest)


def as_of(visit: Visit, about: Any) -> Text:
    """Give where figures come from and how fresh they are."""
    said = {"day": about.as_of, "loans": written.count(about.loans), "first": about.first_month, "last": about.last_month}
    return Text(visit.t("figures.as-of", said), "muted")


def show_bridge(visit: Visit) -> Shown:
    """Show why the share of bad loans changed: parts by cause that add up to the change, in all and month by month."""
    return told(visit, "/bridge", BRIDGE, _bridge)


def _bridge(visit: Visit, found: BridgeShown) -> list[Panel]:
    rows = [(text(found.month_from), _share(found.share_from_ppm, 3))]
    rows += [(Cell(word(visit, "cause", name)), points(part)) for name, part in found.parts.items()]
    rows.append((text(found.month_to), _share(found.share_to_ppm, 3)))
    table = Table(visit.t("figures.bridge"), heads(visit, "figures.cause", "figures.points?#"), rows, is_dense=True)
    said = visit.t("figures.bridge.said", {"first": found.month_from, "last": found.month_to})
    adds = found.share_from_ppm + sum(found.parts.values()) == found.share_to_ppm
    parts: list[Part] = [Chart("waterfall", said, table, " %"), _adds(visit, is_so=adds), as_of(visit, found.about)]
    causes = [(Cell(word(visit, "cause", name)), Cell(visit.t(f"cause.{name}.said"))) for name in found.parts]
    drill = f"/portfolio/accounts?{urlencode({'month': found.month_to, 'from': 'M4'})}"
    steps = [
        (
            Cell(one.month),
            Cell(written.share(one.share_ppm / PPM, 3), drill if one.month == found.month_to else ""),
            *(points(one.parts[name])._replace(heat=_heat(one.parts[name])) for name in found.parts),
        )
        for one in reversed(found.steps)
    ]
    top = (
        *heads(visit, "figures.month", "figures.bad-share?#"),
        *(Head(word(visit, "cause", name), is_number=True) for name in found.parts),
    )
    return [
        Panel(visit.t("figures.bridge"), parts, "bridge", "figures.bridge", width="two-thirds"),
        Panel(
            visit.t("figures.causes"),
            [Table(visit.t("figures.causes"), heads(visit, "figures.cause", "figures.meaning"), causes, is_dense=True)],
            "causes",
            width="third",
        ),
        Panel(visit.t("figures.by-month"), [Table(visit.t("figures.by-month"), top, steps, is_dense=True)], "by-month"),
    ]


def _heat(part: int) -> int:
    """Shade what made the share worse, a tenth of a point a step."""
    return min(8, max(0, part * 10 // (PPM // 100)))


def _adds(visit: Visit, *, is_so: bool) -> Said:
    return Said("good", visit.t("figures.adds-up")) if is_so else Said("bad", visit.t("figures.adds-not-up"))


def show_expected(visit: Visit) -> Shown:
    """Show expected loss by stage, how the allowance moved, what each economy makes of it, and provisions by five class."""
    return told(visit, "/expected-loss", EXPECTED, _expected)


def _expected(visit: Visit, found: ExpectedShown) -> list[Panel]:
    currency = found.about.currency
    allowance = sum(one.allowance_minor for one in found.stages)
    exposure = sum(one.exposure_minor for one in found.stages)
    facts = Stats(
        [
            stat(
                visit,
                "ecl.allowance",
                text(written.large(allowance, currency, visit.speech)),
                visit.t("figures.in", {"month": found.month}),
            ),
            stat(visit, "ecl.cover", _share(allowance * PPM // exposure if exposure else None)),
            stat(visit, "ecl.loss", _share(found.loss_ppm), word(visit, "ecl.from", found.loss_from)),
            stat(
                visit,
                "ecl.coverage",
                _share(found.coverage_ppm),
                visit.t("ecl.least", {"times": found.least_coverage}) if found.least_coverage else "",
            ),
        ]
    )
    return [
        Panel(visit.t("ecl.title"), [facts, as_of(visit, found.about)], "expected"),
        _stages(visit, found),
        _economies(visit, found),
        _movement(visit, found),
        _provisions(visit, found),
    ]


def _stages(visit: Visit, found: ExpectedShown) -> Panel:
    currency = found.about.currency
    rows = [
        (
            Cell(
                visit.t("ecl.stage.n", {"n": one.stage}),
                f"/portfolio/accounts?{urlencode({'month': found.month, 'stage': one.stage})}",
                word(visit, "ecl.stage", str(one.stage)),
            ),
            count(one.loans),
            money(one.balance_minor, currency),
            money(one.exposure_minor, currency),
            money(one.allowance_minor, currency),
            _share(one.allowance_minor * PPM // one.exposure_minor if one.exposure_minor else None),
        )
        for one in found.stages
    ]
    total = (
        text(visit.t("row.sum")), count(sum(one.loans for one in found.stages)),
        *(money(sum(getattr(one, name) for one in found.stages), currency) for name in AMOUNTS),
        Cell(""),
    )  # fmt: skip
    columns = ("ecl.stage", "overview.count#", "figures.balance#", "ecl.exposure?#", "ecl.allowance#", "ecl.cover#")
    return Panel(
        visit.t("ecl.stages"),
        [Table(visit.t("ecl.stages"), heads(visit, *columns), rows, total=total, is_dense=True)],
        "stages",
        "ecl.stage",
        width="two-thirds",
    )


def _economies(visit: Visit, found: ExpectedShown) -> Panel:
    rows = [
        (Cell(word(visit, "economy", one.name)), _share(one.weight_ppm, 0), money(one.allowance_minor, found.about.currency))
        for one in found.economies
    ]
    table = Table(visit.t("ecl.economies"), heads(visit, "ecl.economy", "ecl.weight#", "ecl.allowance#"), rows, is_dense=True)
    return Panel(visit.t("ecl.economies"), [table, Text(visit.t("ecl.economies.said"), "muted")], "economies", width="third")


def _movement(visit: Visit, found: ExpectedShown) -> Panel:
    currency = found.about.currency
    if not found.movement:
        return Panel(visit.t("ecl.movement"), [Text(visit.t("ecl.movement.none"), "muted")], "movement")
    rows = [
        (Cell(word(visit, "ecl.moved", one.name)), *(money(minor, currency) for minor in one.by_stage), money(one.all_minor, currency))
        for one in found.movement
    ]
    stages = [Head(visit.t("ecl.stage.n", {"n": one.stage}), is_number=True) for one in found.stages]
    top = (*heads(visit, "ecl.line"), *stages, *heads(visit, "figures.all#"))
    short = [(row[0], row[-1]) for row in rows]
    drawing = Table(visit.t("ecl.movement"), (top[0], top[-1]), short, is_dense=True)
    parts: list[Part] = [
        Chart("waterfall", visit.t("ecl.movement.said", {"currency": currency}), drawing, f" {currency}"),
        Table(visit.t("ecl.movement"), top, rows, is_dense=True),
        _adds(visit, is_so=found.adds_up),
    ]
    return Panel(visit.t("ecl.movement"), parts, "movement", "ecl.movement")


def _provisions(visit: Visit, found: ExpectedShown) -> Panel:
    currency = found.about.currency
    rows = [
        (Cell(word(visit, "class", one.name)), money(one.balance_minor, currency), money(one.specific_minor, currency))
        for one in found.classes
    ]
    facts = Facts(
        [
            fact(visit, "ecl.general", money(found.general_minor, currency)),
            fact(visit, "ecl.provisions", money(found.provisions_minor, currency)),
            fact(visit, "ecl.coverage", _share(found.coverage_ppm)),
        ]
    )
    table = Table(visit.t("ecl.classes"), heads(visit, "loan.class", "figures.balance#", "ecl.specific#"), rows, is_dense=True)
    return Panel(visit.t("ecl.classes"), [facts, table], "provisions")


def show_stress(visit: Visit) -> Shown:
    """Show what a worse economy, bad years and lower caps would cost."""
    return told(visit, "/stress", STRESS, _stress)


def _stress(visit: Visit, found: StressShown) -> list[Panel]:
    currency = found.about.currency
    now = (
        Cell(visit.t("stress.today", {"month": found.month})),
        text(""),
        _share(found.chance_ppm),
        money(found.allowance_minor, currency),
        text(""),
    )
    rows = [now]
    rows += [
        (
            Cell(word(visit, "economy", one.name), under=word(visit, "economy.said", one.name)),
            text(one.shift.replace("-", written.MINUS)),
            _share(one.chance_ppm),
            money(one.allowance_minor, currency),
            money(one.more_minor, currency),
        )
        for one in found.scenarios
    ]
    columns = ("stress.scenario", "stress.shift?#", "stress.chance?#", "ecl.allowance?#", "stress.more#")
    table = Table(visit.t("stress.title"), heads(visit, *columns), rows, is_dense=True)
    drawing = Table(
        visit.t("stress.title"),
        (*heads(visit, "stress.scenario"), *heads(visit, "ecl.allowance#")),
        [(Cell(row[0].text), row[3]) for row in rows],
        is_dense=True,
    )
    parts: list[Part] = [
        Chart("bar", visit.t("stress.said", {"currency": currency}), drawing, f" {currency}"),
        table,
        as_of(visit, found.about),
    ]
    return [Panel(visit.t("stress.title"), parts, "stress", "stress.title"), _years(visit, found), _caps(visit, found)]


def _years(visit: Visit, found: StressShown) -> Panel:
    quantiles = list(found.years[0].rates_ppm) if found.years else []
    first = heads(visit, "stress.correlation?#")
    top = (*first, *(Head(visit.t("stress.below", {"share": f"{at / PPM * 100:g} %"}), is_number=True) for at in quantiles))
    hottest = max((rate for one in found.years for rate in one.rates_ppm.values()), default=PPM) / PPM
    rows = [(_share(one.correlation_ppm, 0), *(_share(rate, hottest=hottest) for rate in one.rates_ppm.values())) for one in found.years]
    return Panel(
        visit.t("stress.years"),
        [Table(visit.t("stress.years"), top, rows, empty="stress.years.none", is_dense=True)],
        "years",
        "stress.years",
        width="half",
    )


def _caps(visit: Visit, found: StressShown) -> Panel:
    rows = [(_share(one.cap_ppm), _share(one.chance_most_ppm), _share(one.unpaid_ppm)) for one in found.caps]
    columns = ("stress.cap#", "stress.cap-chance#", "stress.cap-unpaid#")
    return Panel(
        visit.t("stress.caps"),
        [Table(visit.t("stress.caps"), heads(visit, *columns), rows, is_dense=True)],
        "caps",
        "stress.caps",
        width="half",
    )


def show_accounts(visit: Visit) -> Shown:
    """Show the loans behind a figure: those of a month that are so late or of a stage, the largest first."""
    query = visit.query
    month, since = query.get("month", "").strip(), query.get("from", "").strip() or "C"
    stage = int(query["stage"]) if query.get("stage", "") in ("1", "2", "3") else 0
    shown = told(visit, "/accounts", accounts_of(month, since, stage), _accounts)
    states = [(one, one) for one in STATES]
    stages = [("0", visit.t("figures.any")), *((str(n), visit.t("ecl.stage.n", {"n": n})) for n in (1, 2, 3))]
    fields = (
        Field("month", visit.t("figures.month"), value=month, is_needed=False, hint=visit.t("figures.month.hint"), longest=7),
        Field("from", visit.t("figures.late-from"), "choice", since, states),
        Field("stage", visit.t("ecl.stage"), "choice", str(stage), stages),
    )
    return {**shown, "filters": fields}


def _accounts(visit: Visit, found: AccountsShown) -> list[Panel]:
    currency, may_open = found.about.currency, visit.may("loan.read", EVERYBODY)
    rows = [
        (
            Cell(
                visit.t("loan.number", {"customer": one.customer_id, "n": one.loan_id}),
                f"/customers/{one.customer_id}/loans/{one.loan_id}" if may_open else "",
            ),
            chip(one.state, "good" if one.state == STATES[0] else "warn" if one.days < 90 else "bad"),
            count(one.days),
            money(one.balance_minor, currency),
            count(one.stage),
            _share(one.chance_ppm),
            money(one.allowance_minor, currency),
        )
        for one in found.rows
    ]
    columns = ("loan.name", "figures.state", "loan.late#", "figures.balance#", "ecl.stage#", "stress.chance?#", "ecl.allowance?#")
    said = visit.t("figures.accounts.said", {"n": written.count(found.loans), "month": found.month, "listed": len(found.rows)})
    table = Table(
        visit.t("figures.tab.accounts"),
        heads(visit, *columns),
        rows,
        empty="empty.found",
        filters=f"{found.month} · {found.since}",
        clear="/portfolio/accounts",
        is_list=True,
        is_dense=True,
    )
    return [Panel("", [Text(said), table, as_of(visit, found.about)])]


SCREENS: Final = (
    Screen("portfolio-bridge", "/portfolio/bridge", "portfolio.read", "page.html", show_bridge),
    Screen("portfolio-expected", "/portfolio/expected-loss", "portfolio.read", "page.html", show_expected),
    Screen("portfolio-stress", "/portfolio/stress", "portfolio.read", "page.html", show_stress),
    Screen("portfolio-accounts", "/portfolio/accounts", "portfolio.read", "page.html", show_accounts),
)
