"""The pictures of a validation and of a comparison, in both languages as their page is. Needs matplotlib (extra `charts`)."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from plimsoll.app.chart import BLUE, GREEN, INK, ORANGE, SIZE, SOFT, Picture, Say
from plimsoll.app.chart import picture as picture_in
from plimsoll.app.words import BOTH, Words
from plimsoll.risk.measure.comparison import BOTH as BOTH_APPROVE
from plimsoll.risk.measure.comparison import CHALLENGER, CHAMPION, NEITHER, ONLY_CHALLENGER, ONLY_CHAMPION, Cell, Comparison
from plimsoll.risk.measure.fair import Group
from plimsoll.risk.measure.interval import share
from plimsoll.risk.measure.stability import Shift
from plimsoll.risk.measure.strength import Band
from plimsoll.risk.measure.validation import ALL, IN_TIME, OUT_OF_TIME, Histogram, Sample, Validation

Curve = Sequence[tuple[float, float]]

SQUARE: Final = (4.8, 4.4)
COLOURS: Final = (BLUE, ORANGE, GREEN)
LABEL: Final = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
SAMPLES: Final = {
    OUT_OF_TIME: Words("跨时间样本", OUT_OF_TIME),
    IN_TIME: Words("建模期样本", IN_TIME),
    ALL: Words("全部样本", ALL),
    CHAMPION: Words("冠军", CHAMPION),
    CHALLENGER: Words("挑战者", CHALLENGER),
}
SWAP: Final = {
    BOTH_APPROVE: Words("两者", BOTH_APPROVE),
    ONLY_CHAMPION: Words("仅冠军", ONLY_CHAMPION),
    ONLY_CHALLENGER: Words("仅挑战者", ONLY_CHALLENGER),
    NEITHER: Words("均不批准", NEITHER),
}
CASES: Final = Words("笔数占比（%）", "share of cases, %")
SAFER: Final = Words("分数（越高越安全）", "points (more is safer)")
OF_KIND: Final = Words("占同类比例（%）", "share of the kind, %")
RISKIEST: Final = Words("风险最高部分（%）", "riskiest part of all cases, %")
BADS_IN_IT: Final = Words("其中坏客户占比（%）", "share of all bad cases in it, %")
GAINS: Final = Words("风险最高部分中的坏客户占比", "Share of all bad cases among the riskiest part of everybody")
CAME_TRUE: Final = Words("实际坏账率与预测概率", "Share of cases that went bad against the probability stated")
BINS: Final = Words("分数区间（1 风险最高）", "bin of points, 1 is riskiest")
APPROVED: Final = Words("通过率（%，95% 区间）", "approved, % (with 95 % bounds)")
BAD_BOUNDS: Final = Words("坏账率（%，95% 区间）", "bad rate, % (with 95 % bounds)")
BAD_RATE: Final = Words("坏账率（%）", "bad rate, %")


def picture(name: str, shows: Words, draw: Callable[[Any, Say], None], size: tuple[float, float] = SIZE) -> Picture:
    """Draw for a page that speaks both languages."""
    return picture_in(name, shows, draw, BOTH, size)


def validation_pictures(found: Validation) -> tuple[Picture, ...]:
    """Draw a validation: ROC, score distribution, bad rate by band, calibration, and where there are two samples the shift."""
    curves = [(_with_area(sample), curve) for sample, curve in zip(found.samples, found.curves, strict=True) if sample.auc is not None]
    drawn = [
        roc_picture(curves),
        histogram_picture(found.histogram),
        bands_picture(found.bands),
        gains_picture(found.bands),
        calibration_picture(found.bands),
    ]
    if found.shift is not None:
        drawn.append(shift_picture(found.shift))
    return tuple(drawn)


def _with_area(sample: Sample) -> Words:
    """Give the name of a sample with its AUC where it has one."""
    name, area = SAMPLES[sample.name], f", AUC {sample.auc.auc:.3f}" if sample.auc else ""
    return Words(name.zh + area.replace(", ", "，"), name.en + area)


def roc_picture(curves: Sequence[tuple[Words, Curve]]) -> Picture:
    """Draw ROC curves with their names."""

    def draw(axes: Any, say: Say) -> None:
        axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle=(0, (4, 3)))
        for (name, curve), colour in zip(curves, COLOURS, strict=False):
            axes.plot([x for x, _ in curve], [y for _, y in curve], color=colour, linewidth=2, label=say(name))
        good, bad = Words("误判为坏的好客户占比", "share of good cases called bad"), Words("识别出的坏客户占比", "share of bad cases found")
        axes.set(xlabel=say(good), ylabel=say(bad), xlim=(0, 1), ylim=(0, 1.01), aspect="equal")
        axes.set_title(say(Words("ROC 曲线", "ROC curve")))
        axes.legend(loc="lower right")

    shows = Words("ROC 曲线：" + "；".join(name.zh for name, _ in curves), "ROC curve: " + "; ".join(name.en for name, _ in curves))
    return picture("roc", shows, draw, SQUARE)


def histogram_picture(found: Histogram) -> Picture:
    """Draw where good and bad cases lie on the scale of points, each as shares of their kind."""

    def draw(axes: Any, say: Say) -> None:
        for counts, colour, name in ((found.goods, BLUE, Words("好客户", "good")), (found.bads, ORANGE, Words("坏客户", "bad"))):
            whole = sum(counts) or 1
            heights = [100 * count / whole for count in counts]
            axes.stairs(heights, found.edges, fill=True, color=colour, alpha=0.35)
            axes.stairs(heights, found.edges, color=colour, linewidth=1.5, label=f"{say(name)} ({sum(counts):,})")
        axes.set(xlabel=say(SAFER), ylabel=say(OF_KIND))
        axes.set_title(say(Words("评分分布", "Score distribution")))
        axes.grid(visible=False, axis="x")
        axes.legend(loc="upper left")

    return picture("scores", Words("好坏客户的分数分布", "Distribution of points of good and of bad cases"), draw)


def bands_picture(bands: Sequence[Band]) -> Picture:
    """Draw the bad rate of each band from the safest to the riskiest, with 95 % bounds and the rate of all."""
    places = list(range(1, len(bands) + 1))
    rates = [share(band.bads, band.cases) for band in bands]
    whole = 100 * sum(band.bads for band in bands) / sum(band.cases for band in bands)

    def draw(axes: Any, say: Say) -> None:
        heights = [100 * rate.value for rate in rates]
        gaps = [[100 * (rate.value - rate.low) for rate in rates], [100 * (rate.high - rate.value) for rate in rates]]
        axes.bar(places, heights, color=BLUE, width=0.72)
        axes.errorbar(places, heights, yerr=gaps, fmt="none", ecolor=INK, elinewidth=1, capsize=3)
        for place, rate in zip(places, rates, strict=True):
            axes.annotate(
                f"{100 * rate.value:.1f}", (place, 100 * rate.high), (0, 3), textcoords="offset points", ha="center", fontsize=8, bbox=LABEL
            )
        axes.axhline(whole, color=ORANGE, linewidth=1.5, zorder=0.5, label=say(Words(f"全部 {whole:.1f} %", f"all cases, {whole:.1f} %")))
        most = max(100 * rate.high for rate in rates)
        equal = Words("等量分段（1 最安全）", "band of equal size, 1 is safest")
        axes.set(xlabel=say(equal), ylabel=say(BAD_RATE), xticks=places, ylim=(0, most * 1.15))
        axes.grid(visible=False, axis="x")
        axes.set_title(say(Words("各评分段坏账率", "Bad rate by band of the score")))
        axes.legend(loc="upper left")

    return picture("bands", Words("各评分段坏账率，由最安全到最高风险", "Bad rate by band of the score, from safest to riskiest"), draw)


def gains_picture(bands: Sequence[Band]) -> Picture:
    """Draw the share of all bad cases among the riskiest part of everybody."""
    cases, bads = sum(band.cases for band in bands), sum(band.bads for band in bands) or 1
    points = [(0.0, 0.0)]
    for band in reversed(bands):
        points.append((points[-1][0] + 100 * band.cases / cases, points[-1][1] + 100 * band.bads / bads))

    def draw(axes: Any, say: Say) -> None:
        axes.plot([0, 100], [0, 100], color=SOFT, linewidth=1, linestyle=(0, (4, 3)), label=say(Words("无评分", "without a score")))
        axes.plot(*zip(*points, strict=True), color=BLUE, linewidth=2, marker="o", markersize=4, label=say(Words("按评分", "by the score")))
        for x, y in points[1:4]:
            axes.annotate(f"{y:.0f}", (x, y), (6, -10), textcoords="offset points", fontsize=8)
        axes.set(xlabel=say(RISKIEST), ylabel=say(BADS_IN_IT), xlim=(0, 100), ylim=(0, 101), aspect="equal")
        axes.set_title(say(Words("提升曲线", "Gains")))
        axes.legend(loc="lower right")

    return picture("gains", GAINS, draw, SQUARE)


def calibration_picture(bands: Sequence[Band]) -> Picture:
    """Draw what came true against what was stated, with 95 % bounds."""

    def draw(axes: Any, say: Say) -> None:
        rates = [share(band.bads, band.cases) for band in bands]
        stated = [100 * band.stated for band in bands]
        most = 100 * max([rate.high for rate in rates] + [band.stated for band in bands]) * 1.05
        axes.plot([0, most], [0, most], color=SOFT, linewidth=1, linestyle=(0, (4, 3)), label=say(Words("与预测一致", "as stated")))
        gaps = [[100 * (rate.value - rate.low) for rate in rates], [100 * (rate.high - rate.value) for rate in rates]]
        axes.errorbar(
            stated,
            [100 * rate.value for rate in rates],
            yerr=gaps,
            color=BLUE,
            marker="o",
            markersize=5,
            linewidth=1.2,
            elinewidth=1.2,
            capsize=3,
            label=say(Words("实际（95% 区间）", "came true, with 95 % bounds")),
        )
        stated_by, came = Words("预测概率（%）", "probability stated, %"), Words("实际坏账率（%）", "share that went bad, %")
        axes.set(xlabel=say(stated_by), ylabel=say(came), xlim=(0, most), ylim=(0, most), aspect="equal")
        axes.set_title(say(Words("校准", "Calibration")))
        axes.legend(loc="upper left")

    return picture("calibration", CAME_TRUE, draw, SQUARE)


def shift_picture(moved: Shift) -> Picture:
    """Draw the shares by bin of points, then and now."""
    places = list(range(1, len(moved.bins) + 1))

    def draw(axes: Any, say: Say) -> None:
        for way, name, colour, shares in (
            (-1, SAMPLES[IN_TIME], SOFT, [each.expected for each in moved.bins]),
            (1, SAMPLES[OUT_OF_TIME], BLUE, [each.actual for each in moved.bins]),
        ):
            axes.bar([place + way * 0.19 for place in places], [100 * one for one in shares], 0.38, color=colour, label=say(name))
        most = 100 * max(max(each.expected, each.actual) for each in moved.bins)
        axes.set(
            xlabel=say(BINS),
            ylabel=say(CASES),
            xticks=places,
            ylim=(0, most * 1.25),
        )
        axes.grid(visible=False, axis="x")
        axes.set_title(say(Words(f"评分稳定性，PSI {moved.psi:.3f}", f"Stability of the score, PSI {moved.psi:.3f}")))
        axes.legend(loc="upper center", ncols=2)

    psi = f"PSI {moved.psi:.3f}"
    shows = Words(f"建模期与跨时间样本各分数区间占比，{psi}", f"Shares of cases by bin of points in time and out of time, {psi}")
    return picture("stability", shows, draw)


def fairness_picture(column: str, groups: Sequence[Group]) -> Picture:
    """Draw the approval rate of each group with its 95 % bounds."""
    names: list[Words | str] = [group.name or Words("（未知）", "(not said)") for group in groups]

    def draw(axes: Any, say: Say) -> None:
        places = list(range(len(groups)))[::-1]
        rates = [100 * group.approved.value for group in groups]
        low = [100 * (group.approved.value - group.approved.low) for group in groups]
        high = [100 * (group.approved.high - group.approved.value) for group in groups]
        axes.errorbar(rates, places, xerr=[low, high], color=BLUE, fmt="o", markersize=6, elinewidth=1.5, capsize=4)
        axes.set(xlabel=say(APPROVED, between="\n"), xlim=(0, 100), ylim=(-0.6, len(groups) - 0.4))
        axes.set_yticks(places, [f"{say(name)}\nn = {group.cases:,}" for name, group in zip(names, groups, strict=True)])
        axes.set_title(say(Words(f"按 {column} 的通过率", f"Approval by {column}"), between="\n"))

    return picture(f"fairness-{column}", Words(f"按 {column} 的通过率", f"Approval rate by {column}"), draw, (6.4, 1.6 + 0.5 * len(groups)))


def comparison_pictures(found: Comparison) -> tuple[Picture, ...]:
    """Draw a comparison: both ROC curves, and the bad rates of those who would change hands."""
    names = [_with_area(sample) for sample in found.samples]
    return roc_picture(list(zip(names, found.curves, strict=True))), swap_picture(found.swap)


def swap_picture(swap: Sequence[Cell]) -> Picture:
    """Draw the bad rate of each part of a swap, with 95 % bounds."""
    shown = [cell for cell in swap if cell.cases]
    rates = [share(cell.bads, cell.cases) for cell in shown]

    def draw(axes: Any, say: Say) -> None:
        places = list(range(len(shown)))[::-1]
        middle = [100 * rate.value for rate in rates]
        gaps = [[100 * (rate.value - rate.low) for rate in rates], [100 * (rate.high - rate.value) for rate in rates]]
        axes.errorbar(middle, places, xerr=gaps, color=BLUE, fmt="o", markersize=6, elinewidth=1.5, capsize=4)
        axes.set(xlabel=say(BAD_BOUNDS, between="\n"), xlim=(0, None), ylim=(-0.6, len(shown) - 0.4))
        axes.set_yticks(places, [f"{say(SWAP[cell.approved_by])}\nn = {cell.cases:,}" for cell in shown])
        axes.set_title(say(Words("由谁批准", "Who would be approved by whom")))

    shows = Words("两模型均批准、仅其一批准、均不批准者的坏账率", "Bad rate of those approved by both models, by one, or by neither")
    return picture("swap", shows, draw, (6.4, 1.2 + 0.55 * len(shown)))
