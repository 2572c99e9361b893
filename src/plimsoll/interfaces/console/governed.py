"""What governs decisions: the rulebook and products on any day, models and policy tables with the steps of their lives."""

from datetime import date
from typing import Final
from urllib.parse import urlencode

from plimsoll.app.show.register import ArtefactRow, artefact_page, artefact_rows
from plimsoll.app.show.rulebook import RuleRow, product_rows, rule_page, rule_rows
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Code,
    Facts,
    Field,
    Heading,
    Moment,
    Panel,
    Part,
    Table,
    Text,
    Timeline,
    board,
    chip,
    day,
    fact,
    heads,
    instant,
    text,
)  # fmt: skip
from plimsoll.interfaces.pages.visit import Screen, Shown, Visit
from plimsoll.units.dates import parse_date
from plimsoll.units.refusal import Malformed, Refused

TONES: Final = {"champion": "good", "active": "good", "challenger": "wait", "draft": "", "retired": "", "rejected": "bad"}
VALUE_MAX: Final = 120
RULES_A_PAGE: Final = 40
DIGEST: Final = 12


def _on(visit: Visit) -> date:
    """Give the day that is looked at, today where none is named."""
    try:
        return parse_date(visit.query["on"]) if visit.query.get("on") else visit.today()
    except Malformed:
        return visit.today()


def _title(visit: Visit, zh: str, en: str) -> str:
    return zh if visit.speech == "zh-CN" else en


def _short(value: str) -> str:
    return value if len(value) <= VALUE_MAX else value[: VALUE_MAX - 1] + "…"


def show_rules(visit: Visit) -> Shown:
    """Show what is in force on a day, for the house's own licence: value, since when, source, and what comes next; and the products."""
    on, asked = _on(visit), visit.query.get("q", "").strip().lower()
    rules = visit.house.rules
    rows = [
        one
        for one in rule_rows(rules, on, rules.lender.licence)
        if not asked or asked in f"{one.key} {one.title_zh} {one.title_en}".lower()
    ]
    first = _first(visit, len(rows))
    following = first + RULES_A_PAGE
    kept = {"q": visit.query.get("q", ""), "on": on.isoformat(), "first": following}
    table = Table(
        visit.t("nav.rule"), heads(visit, "rule.key", "rule.value", "rule.since", "rule.source", "rule.confidence", "rule.next"),
        [_rule(visit, one) for one in rows[first:following]], empty="empty.found", filters=asked, clear="/rules",
        more=f"/rules?{urlencode(kept)}" if following < len(rows) else "", is_list=True, is_dense=True,
    )  # fmt: skip
    products = [
        (
            text(_title(visit, one.title_zh, one.title_en), under=one.product),
            text(f"{written.money(one.amount_least_minor, one.currency)} – {written.money(one.amount_most_minor, one.currency)}"),
            text(f"{one.rate_least} – {one.rate_most}", under=word(visit, "rule.unit", one.rate_unit)),
            text(", ".join(str(n) for n in one.instalments)),
            day(one.since),
        )
        for one in product_rows(rules, on)
    ]
    columns = ("overview.product", "product.amounts", "product.rates", "loan.instalments", "rule.since")
    fields = (
        Field("q", visit.t("rule.search"), value=visit.query.get("q", ""), is_needed=False, longest=60),
        Field("on", visit.t("rule.on"), "day", on.isoformat(), is_needed=False),
    )
    panels = [
        Panel(
            visit.t("product.title"),
            [Table(visit.t("product.title"), heads(visit, *columns), products, empty="product.none", is_dense=True)],
        ),
        Panel(visit.t("rule.title"), [table]),
    ]
    return board(Heading(visit.t("nav.rule"), visit.t("rule.lead", {"day": on.isoformat()}), filters=fields), panels)


def _first(visit: Visit, count: int) -> int:
    """Give the place of the first rule of the page."""
    said = visit.query.get("first", "")
    return min(int(said), count) if said.isascii() and said.isdigit() and len(said) < 6 else 0


def _rule(visit: Visit, one: RuleRow) -> tuple[Cell, ...]:
    following = f"{written.day(one.next_on)}: {_short(one.next_value)}" if one.next_on else ""
    return (
        Cell(_title(visit, one.title_zh, one.title_en), f"/rules/{one.key}", one.key),
        text(_short(one.value), under=one.unit),
        day(one.since),
        text(one.source),
        chip(word(visit, "rule.confidence", one.confidence), "warn" if one.is_review_due else ""),
        text(following),
    )


def show_rule(visit: Visit) -> Shown:
    """Show one rule for every kind of lender, with its source in full."""
    found = rule_page(visit.house.rules, visit.path["key"], _on(visit))
    if isinstance(found, Refused):
        return Refused("absent")
    panels = []
    for one in found:
        rows = [
            fact(visit, "rule.value", text(one.value, under=one.unit)),
            fact(visit, "rule.since", day(one.since)),
            fact(visit, "rule.until", day(one.until)),
            fact(visit, "rule.source", text(one.source)),
            fact(visit, "rule.confidence", text(word(visit, "rule.confidence", one.confidence))),
            fact(visit, "rule.review", day(one.review_by)),
            fact(visit, "rule.note", text(one.note)),
            fact(visit, "rule.next", text(f"{written.day(one.next_on)}: {one.next_value}" if one.next_on else "")),
            fact(visit, "rule.used", text(one.used_in)),
        ]
        panels.append(Panel(one.licence or visit.t("rule.any"), [Facts(rows)]))
    first = found[0]
    return board(Heading(_title(visit, first.title_zh, first.title_en), first.key, above=[(visit.t("nav.rule"), "/rules")]), panels)


def show_models(visit: Visit) -> Shown:
    """Show every model: where it stands, who entered it, its last step."""
    return _artefacts(visit, "model", "/models")


def show_tables(visit: Visit) -> Shown:
    """Show every policy table: those that come with the package, and those of the register."""
    return _artefacts(visit, "table", "/policies")


def _artefacts(visit: Visit, kind: str, path: str) -> Shown:
    title = visit.t("nav.model" if kind == "model" else "nav.policy")
    columns = ("register.name", "register.state", "register.by", "register.since", "register.reason")
    rows = [_artefact(visit, one, path) for one in artefact_rows(visit.house.store, kind)]
    table = Table(title, heads(visit, *columns), rows, empty=f"register.none-{kind}", is_list=True)
    return board(Heading(title, visit.t(f"register.lead-{kind}")), [Panel("", [table])])


def _artefact(visit: Visit, one: ArtefactRow, path: str) -> tuple[Cell, ...]:
    return (
        Cell(one.name, f"{path}/{one.sha256}" if one.sha256 else "", one.sha256[:DIGEST]),
        chip(word(visit, "register.state", one.state), TONES.get(one.state, "")),
        text(one.by or one.made_by),
        instant(one.since),
        text(one.reason),
    )


def show_model(visit: Visit) -> Shown:
    """Show one model: its card and its life."""
    return _one(visit, "model", "/models")


def show_table(visit: Visit) -> Shown:
    """Show one policy table: its text as it was entered, and its life."""
    return _one(visit, "table", "/policies")


def _one(visit: Visit, kind: str, path: str) -> Shown:
    found = artefact_page(visit.house.store, kind, visit.path["digest"])
    if isinstance(found, Refused):
        return Refused("absent")
    one = found.artefact
    parts: list[Part] = []
    if found.card:
        parts.append(
            Table(
                visit.t("register.card"),
                heads(visit, "register.what", "register.said"),
                [(text(row.name), text(row.value)) for row in found.card],
                is_dense=True,
            )
        )
    parts += [Code(body) for body in (found.yaml, found.csv) if body]
    steps = [
        Moment(
            written.instant(step.at),
            f"{step.verb}: {word(visit, 'register.state', step.before)} → {word(visit, 'register.state', step.after)}",
            step.reason,
            step.actor,
        )
        for step in reversed(found.steps)
    ]
    state = chip(word(visit, "register.state", one.state), TONES.get(one.state, ""))
    panels = [
        Panel(visit.t("register.life"), [Timeline(steps, "register.package")], "life"),
        Panel(visit.t("register.card"), parts or [Text(visit.t("empty.none"))], "card"),
    ]
    title = visit.t("nav.model" if kind == "model" else "nav.policy")
    return board(Heading(one.name, one.sha256, [state], [(title, path)]), panels)


SCREENS: Final = (
    Screen("rule", "/rules", "rule.read", "page.html", show_rules),
    Screen("rule-page", "/rules/{key}", "rule.read", "page.html", show_rule),
    Screen("model", "/models", "model.read", "page.html", show_models),
    Screen("model-page", "/models/{digest}", "model.read", "page.html", show_model),
    Screen("policy", "/policies", "rule.read", "page.html", show_tables),
    Screen("policy-page", "/policies/{digest}", "rule.read", "page.html", show_table),
)
