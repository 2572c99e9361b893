"""What an investor is told of its own suitability: the level, when it runs out, what it may hold, and what does not suit it."""

from datetime import date
from typing import Final, NamedTuple

from plimsoll.app.words import Words
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.route import INVESTOR, Funder
from plimsoll.treasury.suitability import NONE, Assessed, Suits, newest, suits_on
from plimsoll.units.rate import Rate

TITLE: Final = Words("适当性", "What suits you")
HEADS: Final = (Words("", ""), Words("说明", "how it stands"))
LEVELS: Final = {
    "none": Words("不适合", "none"),
    "cautious": Words("谨慎", "cautious"),
    "balanced": Words("稳健", "balanced"),
    "venturesome": Words("积极", "venturesome"),
}
NOT_ASSESSED: Final = Words("未评估", "not assessed")
RUN_OUT: Final = Words("已到期", "run out")
NO_NEW: Final = Words("任何新的承诺与份额，须先完成评估", "any new commitment or part, until you are assessed")
NO_PART: Final = Words("任何承诺与份额", "any commitment or part")


class Suited(NamedTuple):
    """An investor at the end of a month: its newest assessment by then, what suits it then, what it holds and committed, in minor units."""

    on: date
    assessed: Assessed | None
    suits: Suits
    held_minor: int
    committed_minor: int


def suited(funder: Funder | None, on: date, held_minor: int, rules: Rules) -> Suited | None:
    """Give what an investor is told; None of the others, who are not asked."""
    if funder is None or funder.kind != INVESTOR:
        return None
    return Suited(on, newest(funder.assessed, on), suits_on(funder.assessed, rules, on), held_minor, funder.committed_minor)


def suited_rows(one: Suited) -> list[tuple[Words, ...]]:
    """Give it as rows in two languages."""
    suits, held = one.suits, Rate(one.held_minor * 10_000 // one.committed_minor, 10_000)
    rows: list[tuple[Words, ...]] = [
        (Words("您的等级", "your level"), LEVELS[one.assessed.level] if one.assessed else NOT_ASSESSED),
        (Words("评估有效期至", "the assessment holds until"), _until(one)),
        (Words("最长期限（月）", "longest loans (months)"), _same(str(suits.months))),
        (Words("最高预期损失（年）%", "greatest expected loss a year %"), _same(_percent(suits.loss))),
        (Words("可同时出借的承诺占比 %", "part of your commitment that may be lent at once %"), _same(_percent(suits.lent))),
        (Words("目前已出借占承诺 %", "part of it that is lent now %"), _same(_percent(held))),
    ]
    return rows + [(Words("不适合您的", "does not suit you"), words) for words in _unsuited(one, is_over=held.exceeds(suits.lent))]


def _until(one: Suited) -> Words:
    if one.assessed is None:
        return NOT_ASSESSED
    until = date.fromordinal(one.assessed.until).isoformat()
    return _same(until) if one.assessed.holds(one.on) else Words(f"{until}，{RUN_OUT.zh}", f"{until}, {RUN_OUT.en}")


def _unsuited(one: Suited, *, is_over: bool) -> list[Words]:
    if one.assessed is None or not one.assessed.holds(one.on):
        return [NO_NEW]
    if one.assessed.level == NONE:
        return [NO_PART]
    suits, whole = one.suits, Rate(1, 1)
    found = [Words(f"超过 {suits.months} 个月的贷款", f"loans of more than {suits.months} months")]
    if whole.exceeds(suits.loss):
        loss = _percent(suits.loss)
        found.append(Words(f"年预期损失高于 {loss}% 的贷款", f"loans with an expected loss above {loss} % a year"))
    if whole.exceeds(suits.lent):
        lent = _percent(suits.lent)
        over = Words("（目前已超过）", " (you are above it now)") if is_over else _same("")
        found.append(Words(f"出借超过承诺的 {lent}%{over.zh}", f"more than {lent} % of your commitment lent{over.en}"))
    return found


def _same(text: str) -> Words:
    return Words(text, text)


def _percent(part: Rate) -> str:
    return f"{100 * part.num / part.den:.2f}"
