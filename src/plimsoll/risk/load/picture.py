"""The load line as a picture in text: a month's income as a bar, what is loaded on it, and the mark (-) that may not go under.

Plain ASCII for the bar, so that every terminal shows the same; `language` is "zh-CN" or "en".
"""

import math
from typing import Final

from plimsoll.risk.load.line import Drawn
from plimsoll.units.money import text_of
from plimsoll.units.refusal import LANGUAGES

WIDTH: Final = 64
MARK: Final = "(-)"
WORDS: Final = {
    "mark": ("负债能力线：每月最多还 {room}", "load line: {room} may fall due a month"),
    "essentials": ("基本生活 {amount}", "essentials {amount}"),
    "others": ("其他贷款 {amount}（其中未见 {unseen}）", "other lenders {amount} (unseen {unseen})"),
    "ours": ("本笔 {amount}", "this line {amount}"),
    "free": ("还可承受 {amount}", "room left {amount}"),
    "over": ("超出负债能力线 {amount}", "over the line {amount}"),
    "safety": ("安全余量", "kept as safety"),
    "income": (
        "月收入：一半的月份高于 {income}，四分之一的月份低于 {poor}",
        "income: half of all months above {income}, one month in four below {poor}",
    ),
    "capacity": ("可承受本金 {capacity} {currency}", "can carry {capacity} {currency} of principal"),
    "chance": ("入不敷出的概率 {chance}（{band}）", "chance that a month does not pay for itself {chance} ({band})"),
    "ratio": ("授信总额为承受能力的 {ratio} 倍：{band}", "total limits are {ratio} of what can be carried: {band}"),
    "none": ("在负债能力线以内", "under the load line"),
    "refuse_draw": (
        "未提部分超出负债能力线：不再放款，额度降至 {cut}",
        "what is not drawn is over the line: no next draw, limit down to {cut}",
    ),
    "cut": ("超出负债能力线：金额降至 {cut}", "over the line: cut the amount to {cut}"),
    "extend": ("超出负债能力线：期限延长至 {months} 期", "over the line: extend the term to {months} instalments"),
    "calm": ("平稳", "calm"),
    "flag": ("警示", "flagged"),
    "within": ("合理", "within"),
    "watch": ("关注", "watch"),
    "over_band": ("过度授信", "over-extended"),
    "severe": ("严重过度授信", "severely over-extended"),
    "no_end": ("无穷大", "without end"),
}


def picture(drawn: Drawn, language: str = "en") -> str:
    """Give the load line as lines of text: the mark, the bar, its legend, and what follows from it."""
    at = LANGUAGES.index(language)
    loads = _loads(drawn)
    legend = "   ".join(f"{sign} {_said(name, at, drawn, minor)}" for name, sign, minor in loads if minor > 0)
    bar, mark = _bar(drawn, loads)
    told = [_said(name, at, drawn) for name in ("income", "capacity", "chance", "ratio", drawn.change.kind)]
    return "\n".join([" " * mark + MARK + " " + _said("mark", at, drawn), bar, legend, *told])


def _loads(drawn: Drawn) -> list[tuple[str, str, int]]:
    """Give what lies on the bar from left to right: its name, its sign, and its amount a month."""
    others = drawn.seen_minor + drawn.unseen_minor
    ours = min(drawn.service_minor, drawn.room_minor)
    over = drawn.service_minor - ours
    free = drawn.room_minor - ours
    laden = drawn.essentials_minor + others + drawn.service_minor + free
    return [
        ("essentials", "#", drawn.essentials_minor),
        ("others", "=", others),
        ("ours", "+", ours),
        ("free", "-", free),
        ("over", "!", over),
        ("safety", ".", max(drawn.poor_income_minor - laden, 0)),
    ]


def _bar(drawn: Drawn, loads: list[tuple[str, str, int]]) -> tuple[str, int]:
    """Give the bar in WIDTH signs, and the column over which the middle of the mark stands: the end of the room."""
    whole = max(sum(minor for _, _, minor in loads), 1)
    line_minor = drawn.essentials_minor + drawn.seen_minor + drawn.unseen_minor + drawn.room_minor
    bar, done = "", 0
    for _, sign, minor in loads:
        done += minor
        bar += sign * (done * WIDTH // whole - len(bar))
    return f"|{bar}|", line_minor * WIDTH // whole


def _said(name: str, at: int, drawn: Drawn, minor: int = 0) -> str:
    """Give one phrase with its figures."""
    return WORDS[name][at].format(
        amount=_money(minor, drawn),
        unseen=_money(drawn.unseen_minor, drawn),
        room=_money(drawn.room_minor, drawn),
        income=_money(drawn.income_minor, drawn),
        poor=_money(drawn.poor_income_minor, drawn),
        capacity=_money(drawn.capacity_minor, drawn),
        currency=drawn.currency,
        chance=f"{drawn.chance * 100:.1f} %",
        ratio=f"{drawn.ratio:.2f}" if math.isfinite(drawn.ratio) else WORDS["no_end"][at],
        band=WORDS[_band(name, drawn)][at],
        cut=_money(drawn.change.cut_to_minor, drawn),
        months=drawn.change.extend_to_months,
    )


def _band(name: str, drawn: Drawn) -> str:
    """Give the word for the band that a phrase speaks of."""
    if name == "chance":
        return drawn.chance_band
    return "over_band" if drawn.band == "over" else drawn.band


def _money(minor: int, drawn: Drawn) -> str:
    """Give an amount with commas between thousands."""
    whole, point, part = text_of(minor, drawn.currency).partition(".")
    return f"{int(whole):,}" + point + part
