"""Charts of a run of decisions: the approval funnel, scores, and how laden the borrowers would be. Needs matplotlib (extra `charts`)."""

from functools import partial
from pathlib import Path
from typing import Any, Final

from plimsoll.app.chart import BLUE, ENGLISH, GREEN, ORANGE, SOFT, Picture, Say, picture, write_picture
from plimsoll.app.decide_file import FUNNEL, RATIO_MAX, RATIO_STEP, SCORE_STEP, Tally
from plimsoll.app.words import Words

STAGES: Final = {
    "applied": Words("申请", "applied"),
    "readable": Words("可读取", "readable"),
    "identity-fraud": Words("身份与反欺诈", "identity-fraud"),
    "eligibility": Words("准入", "eligibility"),
    "policy": Words("授信政策", "policy"),
    "score and price": Words("评分与定价", "score and price"),
    "load line": Words("负债能力线", "load line"),
    "offered": Words("可签约", "offered"),
}
BANDS: Final = (
    (Words("线内", "within"), GREEN, 0.0, 0.8),
    (Words("关注", "watch"), BLUE, 0.8, 1.0),
    (Words("过度负债", "over-extended"), ORANGE, 1.0, 9.9),
)
APPLICATIONS: Final = Words("申请数", "applications")


def write_charts(tally: Tally, folder: Path, language: str = ENGLISH) -> list[Path]:
    """Write every chart into a folder, as SVG and PNG; give the paths."""
    return [path for one in charts(tally, language) for path in write_picture(one, folder)]


def charts(tally: Tally, language: str = ENGLISH) -> tuple[Picture, ...]:
    """Give every chart."""
    drawn = (
        ("funnel", Words("各阶段后剩余申请", "Applications left after each stage"), _funnel),
        ("scores", Words("评分：全部申请人与获得额度者", "Scores: all applicants, and those who are offered a line"), _scores),
        ("load-lines", Words("总额度与承载能力之比", "Limits over what the borrower can carry"), _ratios),
    )
    return tuple(picture(name, shows, partial(draw, tally), language) for name, shows, draw in drawn)


def _funnel(tally: Tally, axes: Any, say: Say) -> None:
    counts = [tally.funnel[name] for name in FUNNEL]
    bars = axes.barh(range(len(FUNNEL)), counts, color=BLUE)
    axes.bar_label(bars, labels=[f"{count:,}" for count in counts], padding=3)
    axes.set_yticks(range(len(FUNNEL)), [say(STAGES[name]) for name in FUNNEL])
    axes.invert_yaxis()
    axes.set_xlabel(say(APPLICATIONS))
    axes.set_xlim(0, max(1, *counts) * 1.12)
    passed = f"{tally.outcomes['refer']:,}"
    axes.set_title(say(Words(f"审批漏斗（转人工 {passed} 件）", f"Approval funnel ({passed} passed to a person)")))


def _scores(tally: Tally, axes: Any, say: Say) -> None:
    places = range(min(tally.scores, default=0), max(tally.scores, default=0) + 1)
    starts = [place * SCORE_STEP for place in places]
    everybody, offered = say(Words("全部", "all")), say(STAGES["offered"])
    axes.bar(starts, [tally.scores[place] for place in places], width=SCORE_STEP, align="edge", color=SOFT, label=everybody)
    heights = [tally.scores_offered[place] for place in places]
    axes.bar(starts, heights, width=SCORE_STEP, align="edge", color=GREEN, label=offered)
    axes.set_xlabel(say(Words("分数", "points")))
    axes.set_ylabel(say(APPLICATIONS))
    axes.set_title(say(Words("评分", "Scores")))
    axes.legend()


def _ratios(tally: Tally, axes: Any, say: Say) -> None:
    count = round(RATIO_MAX / RATIO_STEP) + 1
    heights = [tally.ratios[place] for place in range(count)]
    for name, colour, first, end in BANDS:
        places = range(round(first / RATIO_STEP), min(round(end / RATIO_STEP), count))
        told = [heights[place] for place in places]
        axes.bar([place * RATIO_STEP for place in places], told, width=RATIO_STEP, align="edge", color=colour, label=say(name))
    axes.axvline(1.0, color=ORANGE, linestyle="--", linewidth=1.2, label=say(STAGES["load line"]))
    axes.legend()
    axes.set_xlabel(say(Words("总额度与承载能力之比（末柱：2 及以上）", "total limits over capacity (the last bar: 2 and more)")))
    axes.set_ylabel(say(APPLICATIONS))
    axes.set_title(say(Words("负债能力线内外", "Under and over the load line")))
