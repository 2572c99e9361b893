"""A decision as lines of text in zh-CN or en: stages, score, load line, price and limit, and the explanation."""

import re
from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len

from plimsoll.interfaces.cli.aligned import grouped
from plimsoll.origination.application import DECLINE, REFER, Offer
from plimsoll.origination.explain import Deciding, Explanation, title_of
from plimsoll.origination.kit import BEFORE
from plimsoll.origination.underwrite import Underwritten
from plimsoll.origination.words import OPERATORS, OUTCOME_WORDS, SOURCE_WORDS, STAGE_WORDS, value_words
from plimsoll.risk.load.line import Drawn, laden
from plimsoll.risk.load.picture import picture
from plimsoll.risk.score.card import Part
from plimsoll.units.dates import day_text
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import LANGUAGES

BAR: Final = 24
NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?(e\+[0-9]+)?")
PASSED: Final = {"zh-CN": "通过", "en": "passed"}
WORDS: Final = {
    "base": ("基础分", "base"),
    "points": ("分，违约概率", "points, chance of default"),
    "grade": ("等级", "grade"),
    "cut_off": ("高于临界分", "above the line where the price meets the cap:"),
    "rate": ("日利率", "rate a day"),
    "simple": ("年化（单利）", "a year (simple)"),
    "break_even": ("盈亏平衡", "break-even"),
    "limit": ("授信额度", "limit"),
    "bound": ("受限于", "bounded by"),
    "first": ("首次提款上限", "most of the first draw"),
    "term": ("期数", "instalments"),
    "until": ("有效期至", "can be signed until"),
    "decided": ("决定规则", "What decided"),
    "reasons": ("主要原因", "Why"),
    "advice": ("建议", "what you can do"),
    "changes": ("哪些变化会改变结果", "What would change it"),
    "data": ("使用的数据", "Data used"),
    "absent": ("缺失的数据", "Data that was not there"),
    "next": ("下次复评", "Looked at again"),
    "consent": ("授权记录", "consent"),
    "known": ("取得时间", "known"),
    "days": ("天", "days old"),
    "values": ("项", "values"),
    "none": ("无", "none"),
    "digest": ("决定摘要", "digest"),
}


def word(name: str, language: str) -> str:
    """Give one word of the table."""
    return WORDS[name][LANGUAGES.index(language)]


def columns(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Give rows as lines whose columns begin together; a Chinese character is two columns wide."""
    if not rows:
        return []
    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        (indent + "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


def stages_lines(decided: Underwritten, language: str) -> list[str]:
    """Give each stage of tables with what it said."""
    rows = []
    for stage in (*BEFORE, "evidence", "outcome", "review"):
        told = [one for one in decided.told if one.stage == stage and one.verdict in (DECLINE, REFER, "counter-offer")]
        name = STAGE_WORDS[stage][language]
        if not told and stage != "evidence":
            rows.append((name, PASSED[language], ""))
        for one in told:
            why = decided.kit.reasons[one.reason].said[language] if one.reason else ""
            rule = title_of(one.rule_id, decided)[language] if stage == "evidence" else one.rule_id
            rows.append((name, OUTCOME_WORDS.get(one.verdict, {language: one.verdict})[language], f"{rule}: {why}"))
    return columns(rows)


def score_lines(decided: Underwritten, language: str) -> list[str]:
    """Give the score as a waterfall: the base, and what each feature adds or costs."""
    score = decided.score
    parts = sorted(score.decides.parts, key=lambda part: -abs(part.points))
    most = max((abs(part.points) for part in parts), default=1) or 1
    base = score.decides.points - sum(part.points for part in parts)
    rows = [(word("base", language), f"{base:+d}", "")]
    for part in parts:
        bar = ("+" if part.points > 0 else "-") * round(abs(part.points) * BAR / most)
        rows.append((title_of(part.feature, decided)[language], f"{part.points:+d}", f"{bar} {bin_text(part, decided, language)}"))
    head = f"{score.decides.points} {word('points', language)} {score.decides.probability * 100:.2f} %"
    tail = f"{word('grade', language)} {score.grade}; {word('cut_off', language)} {score.gap_points:+d}"
    return [f"  {head}, {tail}", *columns(rows)]


def bin_text(part: Part, decided: Underwritten, language: str) -> str:
    """Write a bin for people: its bounds as amounts, where the feature is one."""
    feature = decided.kit.catalogue.features.get(part.feature)
    if feature is None or feature.type != "money" or not NUMBER.search(part.bin):
        return value_words(part.bin, language)
    return NUMBER.sub(lambda found: grouped(round(float(found[0])), feature.unit), part.bin)


def line_lines(decided: Underwritten, language: str) -> list[str]:
    """Give the load line as a picture: under what is granted, or where nothing is, under what was asked for."""
    drawn = decided.drawn
    if drawn is None:
        return ["  " + decided.kit.reasons["INCOME_MISSING"].said[language]]
    if not drawn.asked.limit_minor:
        drawn = asked_line(decided, drawn)
    return [f"  {line}" for line in picture(drawn, language).splitlines()]


def asked_line(decided: Underwritten, drawn: Drawn) -> Drawn:
    """Give the load line under the limit that was asked for."""
    return laden(drawn.carried, drawn.asked._replace(limit_minor=decided.dossier.asked.amount_minor))


def offer_lines(offer: Offer, apr: Rate | None, language: str) -> list[str]:
    """Give an offer: limit, price and term, and until when."""
    rows = [
        (word("limit", language), f"{grouped(offer.limit_minor, offer.currency)} {offer.currency}"),
        (word("first", language), f"{grouped(offer.loan_minor, offer.currency)} {offer.currency}"),
        (word("rate", language), per_cent(offer.rate)),
        *(((word("simple", language), per_cent(apr)),) if apr is not None else ()),
        (word("term", language), str(offer.instalments)),
        (word("until", language), day_text(offer.expires_on)),
    ]
    return columns(rows)


def price_lines(decided: Underwritten, language: str) -> list[str]:
    """Give price and limit with what bounds them."""
    fitted, limited = decided.fit, decided.limited
    if fitted is None or limited is None:
        return ["  " + word("none", language)]
    priced, currency = fitted.priced, decided.dossier.asked.currency
    rows = [
        (word("break_even", language), f"{per_cent(priced.break_even)} {word('simple', language)}"),
        (word("rate", language), f"{per_cent(priced.rate_per_day)}, {per_cent(priced.apr)} {word('simple', language)}"),
        (
            word("limit", language),
            f"{grouped(limited.limit_minor, currency)} {currency}, {word('bound', language)} {value_words(limited.binding, language)}",
        ),
        *((f"  {value_words(name, language)}", grouped(minor, currency)) for name, minor in limited.bounds),
        (word("term", language), str(priced.months)),
    ]
    return columns(rows)


def per_cent(rate: Rate) -> str:
    """Write a rate as per cent: 0.00039 is "0.039 %"."""
    return f"{rate.times(Rate(100, 1)).text()} %"


def explanation_lines(told: Explanation, language: str) -> list[str]:
    """Give the explanation that the applicant gets."""
    lines = [f"  {told.said[language]} ({told.on}, {word('digest', language)} {told.digest[:16]})"]
    if told.deciding:
        lines += ["", f"  {word('decided', language)}"]
        lines += columns([_deciding(one, language) for one in told.deciding], "    ")
    if told.reasons:
        lines += ["", f"  {word('reasons', language)}"]
        for one in told.reasons:
            lines.append(f"    {one.said[language]} [{one.code}]")
            lines += [f"      {word('advice', language)}: {one.change[language]}"] if one.change else []
    if told.changes:
        lines += ["", f"  {word('changes', language)}", *(f"    {one.said[language]}" for one in told.changes)]
    lines += ["", f"  {word('data', language)}"]
    used = [
        (
            SOURCE_WORDS[one.source][language],
            f"{one.features} {word('values', language)}",
            f"{word('known', language)} {one.known_at}",
            f"{word('consent', language)} {one.consent or '-'}",
            f"{one.age_days} {word('days', language)}",
        )
        for one in told.used
    ]
    lines += columns(used, "    ")
    if told.absent:
        lines += ["", f"  {word('absent', language)}", *columns([(one.title[language], one.said[language]) for one in told.absent], "    ")]
    return [*lines, "", f"  {word('next', language)}: {told.next_review}"]


def _deciding(one: Deciding, language: str) -> tuple[str, str, str, str]:
    """Give a rule that decided as one row: stage, rule, outcome, conditions with value and threshold."""
    conditions = "; ".join(
        f"{title[language]} {value_words(value, language)} {_operator(op, language)} {value_words(threshold, language)}"
        for title, value, op, threshold in one.conditions
    )
    verdict = OUTCOME_WORDS.get(one.verdict, {language: one.verdict})[language]
    return STAGE_WORDS.get(one.stage, {language: one.stage})[language], one.rule, verdict, conditions


def _operator(op: str, language: str) -> str:
    """Give an operator in words, where it is a word."""
    return OPERATORS[op][language] if op in OPERATORS else op
