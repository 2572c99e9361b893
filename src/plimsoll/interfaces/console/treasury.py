"""Treasury: the liquidity ladder, how long cash lasts, triggers with their distance, funders, debits without an answer, the throttle.

Cash in hand is no account of the book: it is stated by somebody for a day; another amount stands in the address, so that a page with it
can be passed on. What costs seconds is made beside
the page and kept.
"""

from dataclasses import replace
from typing import Final

from plimsoll.app.kept_figures import BeingMade, Made
from plimsoll.app.show.figures import CURRENCY, FUNDERS, POSITIONS, UNANSWERED, stood_in
from plimsoll.app.show.funding import PPM, FunderRow, LadderShown, TriggerRow, throttle_rows
from plimsoll.app.show.liquidity import LadderBuffered, Stood, SurvivalShown, UnansweredRow, buffered, survival, triggers
from plimsoll.app.treasury.cash import cash_stated
from plimsoll.interfaces.console.kept import Figures, being_made, made_at
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Chart,
    Field,
    Form,
    Heading,
    Links,
    Panel,
    Part,
    Said,
    Stat,
    Stats,
    Table,
    Text,
    chip,
    count,
    day,
    heads,
    money,
    share,
    stat,
    text,
)
from plimsoll.interfaces.pages.visit import Act, Done, Screen, Shown, Visit
from plimsoll.treasury.cash_stated import Cash
from plimsoll.treasury.state_cash import StateCash
from plimsoll.units.money import EXPONENTS, parse_minor
from plimsoll.units.refusal import Malformed, Refused

AHEAD: Final = 180
TONES: Final = {"clear": "good", "near": "warn", "breached": "bad"}
MONTH: Final = 30


def soon(visit: Visit, figures: Figures) -> LadderShown | None:
    """Give the ladder for the overview: of the currency of the house, from no cash; None where it is not read yet."""
    found = figures.look(POSITIONS)
    if isinstance(found, BeingMade) or isinstance(found.value, Refused):
        return None
    told = buffered(found.value, visit.house.rules, found.on, 0, CURRENCY)
    return next((one.ladder for one in told if one.ladder.currency == CURRENCY), None)


def _currency(visit: Visit) -> str:
    """Give the currency that a page is of."""
    asked = visit.query.get("currency", "").strip().upper()
    return asked if asked in EXPONENTS else CURRENCY


def show(visit: Visit) -> Shown:
    """Show how the lender's own money stands."""
    currency = _currency(visit)
    panels: list[Panel | None] = []
    stated, asked = cash_stated(visit.house.store, currency, visit.today().toordinal()), visit.query.get("cash", "").strip()
    cash = stated.minor if stated is not None else 0
    try:
        cash = parse_minor(asked.replace(",", ""), currency) if asked else cash
    except Malformed as wrong:
        panels.append(Panel("", [Said("bad", wrong.text(visit.speech))]))
    panels.append(_cash(visit, currency, stated, is_asked=bool(asked)))
    has_cash = bool(asked) or stated is not None
    fields = (
        Field("cash", visit.t("treasury.cash"), "money", visit.query.get("cash", ""), hint=visit.t("treasury.cash.hint"), is_needed=False),
        Field("currency", visit.t("treasury.currency"), "text", currency, is_needed=False, longest=3),
    )
    figures = Figures(visit)
    figures.begin(FUNDERS, UNANSWERED, POSITIONS, stood_in(currency))
    panels += _ladders(visit, figures, currency, cash, has_cash=has_cash)
    panels += _from_tape(visit, figures, currency, cash, has_cash=has_cash)
    panels.append(Panel("", [Links([(visit.t("own-stress.title"), "/treasury/stress")])]))
    panels += [_funders(visit, figures.look(FUNDERS)), _unanswered(visit, figures.look(UNANSWERED)), _throttle(visit)]
    return figures.board(Heading(visit.t("nav.treasury"), visit.t("treasury.lead"), filters=fields, ask="ask.ladder"), panels)


def _cash(visit: Visit, currency: str, stated: Cash | None, *, is_asked: bool) -> Panel | None:
    """Give the cash in hand as it was stated, by whom and for which day, and the form to state it; None where there is neither."""
    parts: list[Part] = []
    if stated is not None:
        told = {"cash": written.money(stated.minor, currency), "day": written.day(stated.on), "by": stated.actor}
        parts.append(Text(visit.t("cash.stated", told | {"at": written.instant(stated.at)})))
        if is_asked:
            parts.append(Said("wait", visit.t("cash.not-stated")))
    if visit.may("cash.state"):
        fields = (
            Field("amount", visit.t("treasury.cash"), "money", hint=currency),
            Field("source", visit.t("cash.source"), is_needed=False, hint=visit.t("cash.source.hint"), is_wide=True),
        )
        parts.append(Form("state", visit.t("cash.state"), visit.t("cash.state.do"), fields, visit.t("cash.state.said")))
    return Panel(visit.t("treasury.cash"), parts, "cash") if parts else None


def _state(visit: Visit) -> Done:
    """State the cash in hand at the beginning of the business date, of the currency of the page."""
    currency, form = _currency(visit), visit.form
    minor = parse_minor(form.get("amount", "").strip().replace(",", ""), currency)
    command = StateCash(form.get("key", ""), currency, visit.today(), minor, form.get("source", ""))
    return Act(command, "done.done", f"/treasury?currency={currency}")


def _ladders(visit: Visit, figures: Figures, currency: str, cash: int, *, has_cash: bool) -> list[Panel]:
    """Give the ladder of a currency, that it is being made, or why there is none."""
    title, found = visit.t("liquidity.title"), figures.look(POSITIONS)
    if isinstance(found, BeingMade):
        return [Panel(title, [being_made(visit, found)], "ladder", "liquidity.title")]
    if isinstance(found.value, Refused):
        return [Panel(title, [Said("warn", found.value.text(visit.speech))])]
    told = [one for one in buffered(found.value, visit.house.rules, found.on, cash, currency) if one.ladder.currency == currency]
    shown = [_ladder(visit, one, has_cash=has_cash) for one in told]
    shown = [replace(one, parts=[*one.parts, *made_at(visit, found)]) for one in shown]
    return shown or [Panel("", [Said("", visit.t("liquidity.empty"))])]


def _ladder(visit: Visit, one: LadderBuffered, *, has_cash: bool) -> Panel:
    ladder, currency = one.ladder, one.ladder.currency
    rows = []
    for people, agreed in zip(ladder.behaved, ladder.agreed, strict=True):
        is_told = not people.days.startswith("over")
        rows.append(
            (
                Cell(visit.t("liquidity.days", {"days": people.days.replace("over-", "> ")})),
                money(people.inward_minor if is_told else None, currency),
                money(-people.outward_minor if is_told else None, currency),
                money(people.cumulative_minor if is_told else None, currency),
                money(agreed.cumulative_minor, currency),
                money(one.buffer_minor, currency),
            )
        )
    columns = ("liquidity.bucket", "liquidity.in?#", "liquidity.out?#", "liquidity.after?#", "liquidity.agreed#", "liquidity.buffer?#")
    table = Table(visit.t("liquidity.title"), heads(visit, *columns), rows, is_dense=True)
    parts: list[Part] = [
        Stats(_ladder_stats(visit, one)),
        Chart("stack", visit.t("liquidity.said", {"currency": currency, "day": written.day(ladder.on)}), table, f" {currency}", (3, 4, 5)),
        Text(
            visit.t(
                "liquidity.beside",
                {"late": written.money(ladder.past_due_minor, currency), "funders": written.money(ladder.to_funders_minor, currency)},
            ),
            "muted",
        ),
    ]
    if not has_cash:
        parts.insert(0, Said("wait", visit.t("liquidity.no-cash")))
    return Panel(visit.t("liquidity.title"), parts, "ladder", "liquidity.title")


def _ladder_stats(visit: Visit, one: LadderBuffered) -> list[Stat]:
    ladder, currency = one.ladder, one.ladder.currency
    short = ladder.behaved_short_day
    lasts = visit.t("liquidity.lasts", {"n": AHEAD}) if short is None else visit.t("liquidity.gone", {"n": short})
    month = ladder.behaved[1].cumulative_minor
    return [
        stat(visit, "liquidity.cash", text(written.large(ladder.cash_minor, currency, visit.speech))),
        stat(visit, "liquidity.survival", text(lasts), visit.t("liquidity.behaved"), "good" if short is None else "bad"),
        stat(
            visit,
            "liquidity.month",
            text(written.large(month, currency, visit.speech)),
            visit.t("liquidity.over-buffer" if month >= one.buffer_minor else "liquidity.under-buffer"),
            "good" if month >= one.buffer_minor else "bad",
        ),
        stat(visit, "liquidity.undrawn", text(written.large(ladder.undrawn_minor, currency, visit.speech))),
    ]


def _from_tape(visit: Visit, figures: Figures, currency: str, cash: int, *, has_cash: bool) -> list[Panel]:
    """Give triggers and survival, that they are being made, or why the tape tells none."""
    title, rules = visit.t("trigger.title"), visit.house.rules
    try:
        found = figures.look(stood_in(currency))
        if isinstance(found, BeingMade):
            return [Panel(title, [being_made(visit, found)], "triggers", "trigger.title")]
        seen: Stood | Refused = found.value
        if isinstance(seen, Refused):
            return [Panel(title, [Said("", seen.text(visit.speech))])]
        panels = [_triggers(visit, seen, triggers(seen, rules))]
    except Malformed as wrong:
        return [Panel(title, [Said("", wrong.text(visit.speech))])]
    try:
        return [*panels, _survival(visit, survival(seen, rules, cash), has_cash=has_cash)]
    except Malformed as wrong:
        return [*panels, Panel(visit.t("survival.title"), [Said("", wrong.text(visit.speech))])]


def _triggers(visit: Visit, seen: Stood, rows: tuple[TriggerRow, ...]) -> Panel:
    told = []
    for one in rows:
        kind, _, funder = one.name.partition(" ")
        sign = "<" if one.direction == "up" else ">"
        told.append(
            (
                Cell(word(visit, "trigger", kind), f"/treasury/{funder}" if funder else "", funder or word(visit, "trigger.then", kind)),
                chip(word(visit, "trigger.state", one.state), TONES.get(one.state, "")),
                share(float(one.value)),
                text(f"{sign} {written.share(float(one.limit))}"),
                share(float(one.distance)),
                text(written.share(float(one.slope_a_day) * MONTH)),
                text(_reached(visit, one)),
            )
        )
    figures = ("trigger.value#", "trigger.limit#", "trigger.distance?#", "trigger.slope#", "trigger.days?#")
    table = Table(
        visit.t("trigger.title"), heads(visit, "trigger.name", "trigger.state", *figures), told, empty="trigger.none", is_dense=True
    )
    said = visit.t("trigger.as-of", {"day": written.day(seen.on), "n": len(seen.stands)})
    return Panel(visit.t("trigger.title"), [table, Text(said, "muted")], "triggers", "trigger.title")


def _reached(visit: Visit, one: TriggerRow) -> str:
    """Give in how many days a limit is reached at this slope."""
    if one.state == "breached":
        return visit.t("trigger.passed")
    return visit.t("trigger.in-days", {"n": f"{float(one.days):,.0f}"}) if one.days else visit.t("trigger.never")


def _survival(visit: Visit, found: SurvivalShown, *, has_cash: bool) -> Panel:
    def lasts(months: int | None) -> Cell:
        return chip(visit.t("survival.lasts"), "good") if months is None else chip(visit.t("survival.months", {"n": months}), "bad")

    rows = [
        (
            Cell(word(visit, "survival", one.name)),
            lasts(one.months),
            lasts(one.months_with_throttle),
            share(one.least_granted_ppm / PPM, 0),
            text(visit.t("survival.in-month", {"n": one.turns}) if one.turns else ""),
        )
        for one in found.rows
    ]
    columns = ("survival.stress", "survival.free", "survival.held", "survival.granted#", "survival.turns?")
    table = Table(visit.t("survival.title"), heads(visit, *columns), rows, is_dense=True)
    values = {
        "n": found.months,
        "cash": written.money(found.cash_minor, found.currency),
        "buffer": written.money(found.buffer_minor, found.currency),
        "late": written.share(found.delinquent_ppm / PPM),
        "limit": written.share(found.trigger_ppm / PPM),
    }
    parts: list[Part] = [table, Text(visit.t("survival.said", values), "muted")]
    if not has_cash:
        parts.insert(0, Said("wait", visit.t("liquidity.no-cash")))
    return Panel(visit.t("survival.title"), parts, "survival", "survival.title")


def _funders(visit: Visit, seen: Made | BeingMade) -> Panel:
    """Give every funder with its limit, what is used of it, and its share of all; drawn and as a table."""
    if isinstance(seen, BeingMade):
        return Panel(visit.t("funder.title"), [being_made(visit, seen)], "funders")
    found: tuple[FunderRow, ...] | Refused = seen.value
    if isinstance(found, Refused):
        return Panel(visit.t("funder.title"), [Said("warn", found.text(visit.speech))])
    columns = (
        "funder.name",
        "funder.state",
        "funder.committed#",
        "funder.lent#",
        "funder.used#",
        "funder.room#",
        "overview.count#",
        "funder.price",
        "funder.share#",
        "funder.until",
    )
    rows = [_funder(visit, one) for one in found]
    table = Table(visit.t("funder.title"), heads(visit, *columns), rows, empty="funder.none", is_list=True)
    parts: list[Part] = [table]
    if found:
        short = [(Cell(one.funder), money(one.lent_minor, one.currency), money(one.room_minor, one.currency)) for one in found]
        drawing = Table(visit.t("funder.drawn"), heads(visit, "funder.name", "funder.lent#", "funder.room#"), short, is_dense=True)
        parts.insert(0, Chart("stack", visit.t("funder.drawn"), drawing))
    return Panel(visit.t("funder.title"), [*parts, *made_at(visit, seen)], "funders")


def _funder(visit: Visit, one: FunderRow) -> tuple[Cell, ...]:
    state = (
        chip(visit.t("funder.over"), "bad")
        if one.is_over
        else chip(visit.t("funder.open" if one.is_open else "funder.closed"), "good" if one.is_open else "")
    )
    return (
        Cell(one.funder, f"/treasury/{one.funder}", word(visit, "funder.kind", one.kind)),
        state,
        money(one.committed_minor, one.currency),
        money(one.lent_minor, one.currency),
        share(one.lent_minor / one.committed_minor if one.committed_minor else None, 1, hottest=1.0),
        money(one.room_minor, one.currency),
        count(one.loans),
        text(written.yearly_rate(one.price, visit.language)),
        share(float(one.share)),
        day(one.until),
    )


def _unanswered(visit: Visit, seen: Made | BeingMade) -> Panel:
    if isinstance(seen, BeingMade):
        return Panel(visit.t("unanswered.title"), [being_made(visit, seen)], "unanswered", "unanswered.title")
    today = visit.today()
    found: tuple[UnansweredRow, ...] = seen.value
    rows = [
        (
            Cell(
                visit.t("loan.number", {"customer": one.customer_id, "n": one.loan_id}), f"/customers/{one.customer_id}/loans/{one.loan_id}"
            ),
            text(one.due_on),
            money(one.minor),
            day(one.asked_on),
            count((today - one.asked_on).days),
            text(one.instruction),
        )
        for one in found
    ]
    columns = ("loan.name", "row.due-on", "form.amount#", "unanswered.asked", "unanswered.age#", "unanswered.instruction")
    table = Table(visit.t("unanswered.title"), heads(visit, *columns), rows, empty="unanswered.none", is_dense=True)
    parts: list[Part] = [Said("bad", visit.t("unanswered.said")), table] if found else [table]
    return Panel(visit.t("unanswered.title"), [*parts, *made_at(visit, seen)], "unanswered", "unanswered.title")


def _throttle(visit: Visit) -> Panel:
    """Give how much of the plan of new loans is granted."""
    rows = [
        (
            text(one.currency),
            chip(visit.t("throttle.shut"), "bad")
            if one.is_shut
            else chip(visit.t("throttle.granted", {"share": written.share(float(one.granted))}), "good"),
            share(float(one.used)),
            text(one.why),
            day(one.since),
        )
        for one in throttle_rows(visit.house.store, visit.today().toordinal())
    ]
    columns = ("treasury.currency", "throttle.state", "throttle.used#", "throttle.why", "rule.since")
    table = Table(visit.t("throttle.title"), heads(visit, *columns), rows, empty="throttle.none", is_dense=True)
    return Panel(visit.t("throttle.title"), [table], "throttle", "throttle.title")


SCREENS: Final = (Screen("treasury", "/treasury", "treasury.read", "page.html", show, {"state": _state}),)
