"""What governs decisions: the rulebook and products on any day, each rule with its source."""

from datetime import date
from typing import Final
from urllib.parse import urlencode

from plimsoll.app.show.rulebook import RuleRow, product_rows, rule_page, rule_rows
from plimsoll.interfaces.console.words_of import said, word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Facts,
    Field,
    Heading,
    Panel,
    Table,
    board,
    chip,
    cite,
    code,
    day,
    fact,
    heads,
    text,
)  # fmt: skip
from plimsoll.interfaces.pages.visit import Screen, Shown, Visit
from plimsoll.units.dates import parse_date
from plimsoll.units.refusal import Malformed, Refused

VALUE_MAX: Final = 120
RULES_A_PAGE: Final = 40


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


def _value(visit: Visit, value: str, unit: str) -> Cell:
    """Give a value with its unit; names inside a value are those of the rulebook."""
    answer = visit.t(f"word.{value}") if value in ("yes", "no") else value
    shown = text(answer) if answer != value or not any(one.isalpha() for one in value) else code(value)
    return shown._replace(under=_unit(visit, unit))


def _unit(visit: Visit, unit: str) -> str:
    """Give the unit of a value in words; where it has several, each once, in the order of the parts."""
    return ", ".join(dict.fromkeys(word(visit, "unit", part.rpartition(": ")[2]) for part in unit.split(", ")))


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
        Cell(_title(visit, one.title_zh, one.title_en), f"/rules/{one.key}", one.key, tone="long"),
        _value(visit, _short(one.value), one.unit)._replace(tone="long"),
        day(one.since),
        cite(one.source, "long"),
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
            fact(visit, "rule.value", _value(visit, one.value, one.unit)),
            fact(visit, "rule.since", day(one.since)),
            fact(visit, "rule.until", day(one.until)),
            fact(visit, "rule.source", cite(one.source)),
            fact(visit, "rule.confidence", text(word(visit, "rule.confidence", one.confidence))),
            fact(visit, "rule.review", day(one.review_by)),
            fact(visit, "rule.note", said(visit, one.note)),
            fact(visit, "rule.next", text(f"{written.day(one.next_on)}: {one.next_value}" if one.next_on else "")),
            fact(visit, "rule.used", code(one.used_in)),
        ]
        panels.append(Panel(one.licence or visit.t("rule.any"), [Facts(rows)]))
    first = found[0]
    return board(Heading(_title(visit, first.title_zh, first.title_en), first.key, above=[(visit.t("nav.rule"), "/rules")]), panels)


SCREENS: Final = (
    Screen("rule", "/rules", "rule.read", "page.html", show_rules),
    Screen("rule-page", "/rules/{key}", "rule.read", "page.html", show_rule),
)
