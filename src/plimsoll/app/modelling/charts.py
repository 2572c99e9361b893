"""The pictures of a validation and of a comparison. Needs matplotlib (extra `charts`)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from plimsoll.app.chart import BLUE, GREEN, INK, ORANGE, SOFT, Picture, picture
from plimsoll.risk.measure.comparison import Cell, Comparison
from plimsoll.risk.measure.fair import Group
from plimsoll.risk.measure.interval import share
from plimsoll.risk.measure.stability import Shift
from plimsoll.risk.measure.strength import Band
from plimsoll.risk.measure.validation import Histogram, Validation

Curve = Sequence[tuple[float, float]]

SQUARE: Final = (4.8, 4.4)
COLOURS: Final = (BLUE, ORANGE, GREEN)
LABEL: Final = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}


def validation_pictures(found: Validation) -> tuple[Picture, ...]:
    """Draw a validation: ROC, score distribution, bad rate by band, calibration, and where there are two samples the shift."""
    curves = {
        f"{sample.name}, AUC {sample.auc.auc:.3f}": curve
        for sample, curve in zip(found.samples, found.curves, strict=True)
        if sample.auc is not None
    }
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


def roc_picture(curves: Mapping[str, Curve]) -> Picture:
    """Draw ROC curves by their names."""

    def draw(axes: Any) -> None:
        axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle=(0, (4, 3)))
        for (name, curve), colour in zip(curves.items(), COLOURS, strict=False):
            axes.plot([x for x, _ in curve], [y for _, y in curve], color=colour, linewidth=2, label=name)
        axes.set(xlabel="share of good cases called bad", ylabel="share of bad cases found", xlim=(0, 1), ylim=(0, 1.01), aspect="equal")
        axes.set_title("ROC curve")
        axes.legend(loc="lower right")

    return picture("roc", "ROC curve: " + "; ".join(curves), draw, SQUARE)


def histogram_picture(found: Histogram) -> Picture:
    """Draw where good and bad cases lie on the scale of points, each as shares of their kind."""

    def draw(axes: Any) -> None:
        for counts, colour, name in ((found.goods, BLUE, "good"), (found.bads, ORANGE, "bad")):
            whole = sum(counts) or 1
            heights = [100 * count / whole for count in counts]
            axes.stairs(heights, found.edges, fill=True, color=colour, alpha=0.35)
            axes.stairs(heights, found.edges, color=colour, linewidth=1.5, label=f"{name} ({sum(counts):,})")
        axes.set(xlabel="points (more is safer)", ylabel="share of the kind, %")
        axes.set_title("Score distribution")
        axes.grid(visible=False, axis="x")
        axes.legend(loc="upper left")

    return picture("scores", "Distribution of points of good and of bad cases", draw)


def bands_picture(bands: Sequence[Band]) -> Picture:
    """Draw the bad rate of each band from the safest to the riskiest, with 95 % bounds and the rate of all."""
    places = list(range(1, len(bands) + 1))
    rates = [share(band.bads, band.cases) for band in bands]
    whole = 100 * sum(band.bads for band in bands) / sum(band.cases for band in bands)

    def draw(axes: Any) -> None:
        heights = [100 * rate.value for rate in rates]
        gaps = [[100 * (rate.value - rate.low) for rate in rates], [100 * (rate.high - rate.value) for rate in rates]]
        axes.bar(places, heights, color=BLUE, width=0.72)
        axes.errorbar(places, heights, yerr=gaps, fmt="none", ecolor=INK, elinewidth=1, capsize=3)
        for place, rate in zip(places, rates, strict=True):
            axes.annotate(
                f"{100 * rate.value:.1f}", (place, 100 * rate.high), (0, 3), textcoords="offset points", ha="center", fontsize=8, bbox=LABEL
            )
        axes.axhline(whole, color=ORANGE, linewidth=1.5, zorder=0.5, label=f"all cases, {whole:.1f} %")
        most = max(100 * rate.high for rate in rates)
        axes.set(xlabel="band of equal size, 1 is safest", ylabel="bad rate, %", xticks=places, ylim=(0, most * 1.15))
        axes.grid(visible=False, axis="x")
        axes.set_title("Bad rate by band of the score")
        axes.legend(loc="upper left")

    return picture("bands", "Bad rate by band of the score, from safest to riskiest", draw)


def gains_picture(bands: Sequence[Band]) -> Picture:
    """Draw the share of all bad cases among the riskiest part of everybody."""
    cases, bads = sum(band.cases for band in bands), sum(band.bads for band in bands) or 1
    points = [(0.0, 0.0)]
    for band in reversed(bands):
        points.append((points[-1][0] + 100 * band.cases / cases, points[-1][1] + 100 * band.bads / bads))

    def draw(axes: Any) -> None:
        axes.plot([0, 100], [0, 100], color=SOFT, linewidth=1, linestyle=(0, (4, 3)), label="without a score")
        axes.plot(*zip(*points, strict=True), color=BLUE, linewidth=2, marker="o", markersize=4, label="by the score")
        for x, y in points[1:4]:
            axes.annotate(f"{y:.0f}", (x, y), (6, -10), textcoords="offset points", fontsize=8)
        axes.set(
            xlabel="riskiest part of all cases, %", ylabel="share of all bad cases in it, %", xlim=(0, 100), ylim=(0, 101), aspect="equal"
        )
        axes.set_title("Gains")
        axes.legend(loc="lower right")

    return picture("gains", "Share of all bad cases among the riskiest part of everybody", draw, SQUARE)


def calibration_picture(bands: Sequence[Band]) -> Picture:
    """Draw what came true against what was stated, with 95 % bounds."""

    def draw(axes: Any) -> None:
        rates = [share(band.bads, band.cases) for band in bands]
        stated = [100 * band.stated for band in bands]
        most = 100 * max([rate.high for rate in rates] + [band.stated for band in bands]) * 1.05
        axes.plot([0, most], [0, most], color=SOFT, linewidth=1, linestyle=(0, (4, 3)), label="as stated")
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
            label="came true, with 95 % bounds",
        )
        axes.set(xlabel="probability stated, %", ylabel="share that went bad, %", xlim=(0, most), ylim=(0, most), aspect="equal")
        axes.set_title("Calibration")
        axes.legend(loc="upper left")

    return picture("calibration", "Share of cases that went bad against the probability stated", draw, SQUARE)


def shift_picture(moved: Shift) -> Picture:
    """Draw the shares by bin of points, then and now."""
    places = list(range(1, len(moved.bins) + 1))

    def draw(axes: Any) -> None:
        for way, name, colour, shares in (
            (-1, "in time", SOFT, [each.expected for each in moved.bins]),
            (1, "out of time", BLUE, [each.actual for each in moved.bins]),
        ):
            axes.bar([place + way * 0.19 for place in places], [100 * one for one in shares], 0.38, color=colour, label=name)
        most = 100 * max(max(each.expected, each.actual) for each in moved.bins)
        axes.set(xlabel="bin of points, 1 is riskiest", ylabel="share of cases, %", xticks=places, ylim=(0, most * 1.25))
        axes.grid(visible=False, axis="x")
        axes.set_title(f"Stability of the score, PSI {moved.psi:.3f}")
        axes.legend(loc="upper center", ncols=2)

    return picture("stability", f"Shares of cases by bin of points in time and out of time, PSI {moved.psi:.3f}", draw)


def fairness_picture(column: str, groups: Sequence[Group]) -> Picture:
    """Draw the approval rate of each group with its 95 % bounds."""
    names = [group.name or "(not said)" for group in groups]

    def draw(axes: Any) -> None:
        places = list(range(len(groups)))[::-1]
        rates = [100 * group.approved.value for group in groups]
        low = [100 * (group.approved.value - group.approved.low) for group in groups]
        high = [100 * (group.approved.high - group.approved.value) for group in groups]
        axes.errorbar(rates, places, xerr=[low, high], color=BLUE, fmt="o", markersize=6, elinewidth=1.5, capsize=4)
        axes.set(xlabel="approved, % (with 95 % bounds)", xlim=(0, 100), ylim=(-0.6, len(groups) - 0.4))
        axes.set_yticks(places, [f"{name}\nn = {group.cases:,}" for name, group in zip(names, groups, strict=True)])
        axes.set_title(f"Approval by {column}")

    return picture(f"fairness-{column}", f"Approval rate by {column}", draw, (6.4, 1.6 + 0.5 * len(groups)))


def comparison_pictures(found: Comparison) -> tuple[Picture, ...]:
    """Draw a comparison: both ROC curves, and the bad rates of those who would change hands."""
    names = [f"{sample.name}, AUC {sample.auc.auc:.3f}" if sample.auc else sample.name for sample in found.samples]
    return roc_picture(dict(zip(names, found.curves, strict=True))), swap_picture(found.swap)


def swap_picture(swap: Sequence[Cell]) -> Picture:
    """Draw the bad rate of each part of a swap, with 95 % bounds."""
    shown = [cell for cell in swap if cell.cases]
    rates = [share(cell.bads, cell.cases) for cell in shown]

    def draw(axes: Any) -> None:
        places = list(range(len(shown)))[::-1]
        middle = [100 * rate.value for rate in rates]
        gaps = [[100 * (rate.value - rate.low) for rate in rates], [100 * (rate.high - rate.value) for rate in rates]]
        axes.errorbar(middle, places, xerr=gaps, color=BLUE, fmt="o", markersize=6, elinewidth=1.5, capsize=4)
        axes.set(xlabel="bad rate, % (with 95 % bounds)", xlim=(0, None), ylim=(-0.6, len(shown) - 0.4))
        axes.set_yticks(places, [f"{cell.approved_by}\nn = {cell.cases:,}" for cell in shown])
        axes.set_title("Who would be approved by whom")

    return picture("swap", "Bad rate of those approved by both models, by one, or by neither", draw, (6.4, 1.2 + 0.55 * len(shown)))
