"""A stress of one's own: choose what goes wrong, and see month by month how long the cash lasts, with the throttle and without it.

Nothing is written; the address holds what was chosen, so that it can be shown to somebody else.
"""

from typing import Final

from plimsoll.app.kept_figures import BeingMade
from plimsoll.app.show.figures import stood_in
from plimsoll.app.show.liquidity import Stood
from plimsoll.interfaces.console.kept import Figures, being_made, made_at
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import Cell, Chart, Field, Heading, Panel, Part, Said, Stat, Stats, Table, Text, board, heads, money
from plimsoll.interfaces.pages.visit import Screen, Shown, Visit
from plimsoll.treasury.survive import Stress, Survival
from plimsoll.units.money import EXPONENTS, parse_minor
from plimsoll.units.refusal import Malformed, Refused

USUAL: Final = {"delinquency": "150", "leave": "50", "over": "3", "repaid": "90", "drawn": "1"}
"""What the form begins with: per cent of a usual month, months for `over`."""
MOST: Final = {"delinquency": 1_000, "leave": 100, "over": 24, "repaid": 100, "drawn": 100}
WHOLE: Final = 100
CURRENCY: Final = "CNY"
OWN: Final = "own"


def show(visit: Visit) -> Shown:
    """Show what was chosen and how it goes, or why it cannot be told."""
    query, currency = visit.query, visit.query.get("currency", CURRENCY).strip().upper()
    currency = currency if currency in EXPONENTS else CURRENCY
    said = {name: query.get(name, usual).strip() or usual for name, usual in USUAL.items()}
    figures = Figures(visit)
    heading, panels = Heading(visit.t("own-stress.title"), visit.t("own-stress.lead"), above=[(visit.t("nav.treasury"), "/treasury")]), []
    partners: list[str] = []
    try:
        seen = figures.look(stood_in(currency))
        if isinstance(seen, BeingMade):
            panels.append(Panel("", [being_made(visit, seen)]))
        elif isinstance(seen.value, Refused):
            panels.append(Panel("", [Said("", seen.value.text(visit.speech))]))
        else:
            stood: Stood = seen.value
            partners = sorted(name for name, minor in stood.stands[-1].lent.of.items() if minor)
            cash = parse_minor(query["cash"].replace(",", ""), currency) if query.get("cash", "").strip() else 0
            told = _told(visit, stood, _stress(visit, stood, said), cash)
            panels += [Panel(told.title, [*told.parts, *made_at(visit, seen)], "outcome")]
    except Malformed as wrong:
        panels.append(Panel("", [Said("bad", wrong.text(visit.speech))]))
    heading = Heading(heading.title, heading.lead, above=heading.above, filters=_fields(visit, said, currency, partners), ask="ask.stress")
    return {**board(heading, panels), **figures.more()}


def _fields(visit: Visit, said: dict[str, str], currency: str, partners: list[str]) -> tuple[Field, ...]:
    """Give what may be chosen."""
    numbers = [
        Field(name, visit.t(f"own-stress.{name}"), "number", said[name], hint=visit.t(f"own-stress.{name}.hint"), longest=5)
        for name in USUAL
    ]
    options = [("", visit.t("own-stress.partner.all")), *((one, one) for one in partners)]
    partner = Field(
        "partner",
        visit.t("own-stress.partner"),
        "choice",
        visit.query.get("partner", ""),
        options,
        visit.t("own-stress.partner.hint"),
        False,
    )
    cash = Field(
        "cash", visit.t("treasury.cash"), "money", visit.query.get("cash", ""), hint=visit.t("treasury.cash.hint"), is_needed=False
    )
    return *numbers, partner, cash, Field("currency", visit.t("treasury.currency"), "text", currency, is_needed=False, longest=3)


def _stress(visit: Visit, seen: Stood, said: dict[str, str]) -> Stress:
    """Give the stress that was chosen. Raises Malformed field_malformed for what is no whole number within its bounds."""
    read = {}
    for name, text in said.items():
        if not (text.isascii() and text.isdigit() and int(text[:6]) <= MOST[name]):
            raise Malformed("field_malformed", f"{name}: {text[:10]!r}", key=name)
        read[name] = int(text)
    partner = visit.query.get("partner", "")
    lent = seen.stands[-1].lent.of
    leave = read["leave"] / WHOLE
    if partner in lent:
        leave *= lent[partner] / max(sum(lent.values()), 1)
    return Stress(OWN, read["delinquency"] / WHOLE, leave, max(read["over"], 1), read["repaid"] / WHOLE, read["drawn"] / WHOLE)


def _told(visit: Visit, seen: Stood, stress: Stress, cash: int) -> Panel:
    """Give how it goes. Raises Malformed tape_too_short."""
    try:
        from plimsoll.app.treasury.last_how_long import lasting
    except ImportError:
        return Panel("", [Said("", Refused("extra_missing", "", "fast").text(visit.speech))])

    found = lasting(seen.stands, seen.funders, visit.house.rules, seen.on, cash, (stress,))
    free, held = found.found[OWN]
    stats = [
        Stat(visit.t("survival.free"), _lasts(visit, free), tone="good" if free.months is None else "bad"),
        Stat(visit.t("survival.held"), _lasts(visit, held), tone="good" if held.months is None else "bad"),
    ]
    rows = [
        (
            Cell(str(n)),
            money(round(one.cash), seen.currency),
            money(round(other.cash), seen.currency),
            money(round(found.balance.buffer), seen.currency),
        )
        for n, (one, other) in enumerate(zip(free.path, held.path, strict=False), 1)
    ]
    columns = ("own-stress.month#", "own-stress.free#", "own-stress.held#", "liquidity.buffer?#")
    table = Table(visit.t("own-stress.title"), heads(visit, *columns), rows, is_dense=True)
    parts: list[Part] = [Stats(stats), Chart("line", visit.t("own-stress.said", {"currency": seen.currency}), table, f" {seen.currency}")]
    values = {"n": found.measured.months, "day": written.day(seen.on)}
    parts.append(Text(visit.t("own-stress.course", values), "muted"))
    if not cash:
        parts.insert(0, Said("wait", visit.t("liquidity.no-cash")))
    return Panel(visit.t("own-stress.outcome"), parts)


def _lasts(visit: Visit, one: Survival) -> Cell:
    return Cell(visit.t("survival.lasts") if one.months is None else visit.t("survival.months", {"n": one.months}))


SCREENS: Final = (Screen("own-stress", "/treasury/stress", "treasury.read", "page.html", show),)
