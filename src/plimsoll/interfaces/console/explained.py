"""The panels that explain a decision: the rules that decided, the score, the load line and the price, what the borrower is told."""

from plimsoll.app.show.decision import DecisionShown, PriceShown, WhatIf
from plimsoll.interfaces.console.words_of import word
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.parts import (
    Cell,
    Chart,
    Fact,
    Facts,
    Links,
    Panel,
    Part,
    Said,
    Table,
    Text,
    chip,
    code,
    count,
    fact,
    heads,
    money,
    share,
    text,
)
from plimsoll.interfaces.pages.visit import Visit
from plimsoll.rulebook.reason import load as load_reasons

PPM, PPB = 1_000_000, 1_000_000_000
WATERFALL = 8
"""Parts of a score that are drawn one by one, those that move it most; the others stand together."""
TONES = {"approve": "good", "counter-offer": "good", "refer": "wait", "decline": "bad"}


def _is_zh(visit: Visit) -> bool:
    return visit.speech == "zh-CN"


def why(visit: Visit, shown: DecisionShown) -> Panel:
    """Give why it came out so: the rules that decided, with value and threshold, in order; and what would change it."""
    told = shown.explanation
    parts: list[Part] = []
    for one in told.deciding:
        rows = [
            (
                text(one_condition.title_zh if _is_zh(visit) else one_condition.title_en),
                text(_value(visit, one_condition.value)),
                text(_threshold(visit, one_condition.op, one_condition.threshold)),
            )
            for one_condition in one.conditions
        ]
        title = f"{one.rule} · {word(visit, 'stage', one.stage)} → {word(visit, 'decision', one.verdict)}"
        parts.append(Text(title))
        if rows:
            parts.append(Table(title, heads(visit, "explain.feature", "explain.value#", "explain.threshold#"), rows, is_dense=True))
    if not parts:
        parts.append(Text(visit.t("explain.no-rule"), "muted"))
    parts += [Said("good", change.zh if _is_zh(visit) else change.en) for change in told.changes]
    path = f"/customers/{shown.customer_id}/applications/{shown.application_id}/what-if"
    parts.append(Links([(visit.t("whatif.open"), path, "f")]))
    aside = chip(word(visit, "decision", told.outcome), TONES.get(told.outcome, ""))
    return Panel(visit.t("explain.title"), parts, "why", "explain.title", aside, "half")


def _value(visit: Visit, value: str) -> str:
    return visit.t("explain.missing") if value == "missing" else value


def _threshold(visit: Visit, op: str, threshold: str) -> str:
    """Give what a rule asks of a value, with the signs that people write."""
    if (op, threshold) == ("is", "needed"):
        return visit.t("explain.is-needed")
    return f"{ {'>=': '≥', '<=': '≤'}.get(op, op) } {_value(visit, threshold)}".strip()


def _said(visit: Visit, code_of: str) -> Cell:
    """Give the reason that a part which lowers a score is told by, in words with its code."""
    found = load_reasons().by_code.get(code_of)
    return text(found.said[visit.speech], under=code_of) if found is not None else text(code_of)


def score(visit: Visit, shown: DecisionShown) -> Panel:
    """Give the score part by part, from the base."""
    one = shown.score
    rows = [
        (
            text(part.title_zh if _is_zh(visit) else part.title_en, under=part.bin),
            count(part.points),
            _said(visit, part.reason) if part.points < 0 else code(part.reason),
        )
        for part in sorted(one.parts, key=lambda part: part.points)
    ]
    facts = Facts(
        [
            fact(visit, "score.points", text(f"{one.points} · {one.grade}", under=visit.t("score.base", {"n": one.base}))),
            fact(visit, "score.chance", share(one.chance_ppm / PPM), is_defined=True),
        ]
    )
    table = Table(
        visit.t("score.title"), heads(visit, "explain.feature", "score.part#", "score.reason"), rows, empty="score.none", is_dense=True
    )
    parts: list[Part] = [facts]
    if one.parts:
        most = one.parts[:WATERFALL]
        rest = sum(part.points for part in one.parts[WATERFALL:])
        falls = [(text(visit.t("score.base", {"n": one.base})), count(0))]
        falls += [(text(part.title_zh if _is_zh(visit) else part.title_en), count(part.points)) for part in most]
        falls += [(text(visit.t("score.rest")), count(rest))] if rest else []
        falls.append((text(visit.t("score.sum", {"n": one.points})), count(one.points - one.base)))
        drawing = Table(visit.t("score.waterfall"), heads(visit, "explain.feature", "score.part#"), falls, is_dense=True)
        parts.append(Chart("waterfall-good", visit.t("score.waterfall"), drawing))
    return Panel(visit.t("score.title"), [*parts, table], "score", width="half")


def load_and_price(visit: Visit, shown: DecisionShown) -> Panel:
    """Give the load line that was drawn, and the price and limit with what bounds it."""
    rows, load = [], shown.load
    if load is not None:
        rows += [
            fact(visit, "line.mark", money(load.capacity_minor, load.currency), is_defined=True),
            fact(visit, "load.room", money(load.room_minor, load.currency), is_defined=True),
            fact(visit, "load.others", money(load.others_minor, load.currency)),
            fact(visit, "load.chance", share(load.chance_ppm / PPM)),
        ]
    parts: list[Part] = [Facts(rows)] if rows else [Text(visit.t("load.none"), "muted")]
    if shown.price is not None:
        parts += _price(visit, shown.price)
    return Panel(visit.t("load.title"), parts, "load", width="half")


def _price(visit: Visit, price: PriceShown) -> list[Part]:
    rows = [
        fact(visit, "loan.rate", text(written.daily_rate(price.rate_per_day, visit.language)), is_defined=True),
        fact(visit, "price.limit", money(price.limit_minor, price.currency)._replace(under=word(visit, "bound", price.bound_by))),
    ]
    bounds = [(text(word(visit, "bound", one.name)), money(one.amount_minor, price.currency)) for one in price.bounds]
    return [
        Facts(rows),
        Table(visit.t("price.bounds"), heads(visit, "price.bound", "form.amount#"), bounds, empty="empty.none", is_dense=True),
    ]


def told(visit: Visit, shown: DecisionShown) -> Panel:
    """Give what the borrower is told, word for word, in both languages."""
    one = shown.explanation
    parts: list[Part] = [Text(one.said_zh, lang="zh-CN"), Text(one.said_en, "muted", "en")]
    for reason in one.reasons:
        parts += [
            Text(f"{reason.code} · {reason.zh} {reason.change_zh}", lang="zh-CN"),
            Text(f"{reason.en} {reason.change_en}", "muted", "en"),
        ]
    return Panel(visit.t("told.title"), parts, "told", width="half")


def used(visit: Visit, shown: DecisionShown) -> Panel:
    """Give the data that was used, what was missing, the versions that decided, and whether it replays to the same."""
    one = shown.explanation
    rows = [
        (
            text(data.source),
            Cell(written.instant(data.known_at), tone="fixed"),
            count(data.age_days),
            text(data.consent or ""),
            count(data.features),
        )
        for data in one.used
    ]
    columns = ("used.source", "used.known", "used.age#", "used.consent#", "used.values#")
    parts: list[Part] = [Table(visit.t("used.title"), heads(visit, *columns), rows, empty="empty.none", is_dense=True)]
    if one.absent:
        parts.append(
            Text(
                visit.t("used.absent", {"what": ", ".join(gone.title_zh if _is_zh(visit) else gone.title_en for gone in one.absent)}),
                "muted",
            )
        )
    said = "used.same" if shown.is_same else "used.differs"
    parts.append(Said("good" if shown.is_same else "bad", visit.t(said, {"n": len(shown.differs)})))
    if shown.edited:
        what = ", ".join(word(visit, "used.edition", one) for one in shown.edited)
        parts.append(Text(visit.t("used.edited", {"what": what}), "muted"))
    parts += [Text(f"{one_part.what}: {one_part.on_record[:60]} → {one_part.now[:60]}", "muted") for one_part in shown.differs]
    versions = [Fact(word(visit, "version", name), code(value[:16])) for name, value in shown.versions.items()]
    return Panel(visit.t("used.title"), [*parts, Facts(versions)], "used", width="half")


def what_if_panel(visit: Visit, found: WhatIf) -> Panel:
    """Give what the same applicant would be told with other numbers."""
    before, after = word(visit, "decision", found.outcome_before), word(visit, "decision", found.outcome)
    rows = [fact(visit, "whatif.outcome", text(f"{before} → {after}"))]
    if found.load is not None:
        rows.append(fact(visit, "line.mark", money(found.load.capacity_minor, found.currency), is_defined=True))
    if found.price is not None:
        rows += [
            fact(visit, "price.limit", money(found.price.limit_minor, found.currency)),
            fact(visit, "loan.rate", text(written.daily_rate(found.price.rate_per_day, visit.language)), is_defined=True),
        ]
    rows += [fact(visit, "score.reason", text(one.zh if _is_zh(visit) else one.en)) for one in found.reasons]
    return Panel(visit.t("whatif.title"), [Said("wait", visit.t("whatif.nothing")), Facts(rows)], "what-if")
