"""Charts of a run of decisions: the approval funnel, scores, and how laden the borrowers would be. Needs matplotlib (extra `charts`)."""

from pathlib import Path
from typing import Any, Final

from plimsoll.app.chart import BLUE, GREEN, ORANGE, SOFT, Picture, picture, write_picture
from plimsoll.app.decide_file import FUNNEL, RATIO_MAX, RATIO_STEP, SCORE_STEP, Tally

BANDS: Final = (("within", GREEN, 0.0, 0.8), ("watch", BLUE, 0.8, 1.0), ("over-extended", ORANGE, 1.0, 9.9))


def write_charts(tally: Tally, folder: Path) -> list[Path]:
    """Write every chart into a folder, as SVG and PNG; give the paths."""
    return [path for one in charts(tally) for path in write_picture(one, folder)]


def charts(tally: Tally) -> tuple[Picture, ...]:
    """Give every chart."""
    return (
        picture("funnel", "Applications left after each stage", lambda axes: _funnel(axes, tally)),
        picture("scores", "Scores: all applicants, and those who are offered a line", lambda axes: _scores(axes, tally)),
        picture("load-lines", "Limits over what the borrower can carry", lambda axes: _ratios(axes, tally)),
    )


def _funnel(axes: Any, tally: Tally) -> None:
    counts = [tally.funnel[name] for name in FUNNEL]
    bars = axes.barh(range(len(FUNNEL)), counts, color=BLUE)
    axes.bar_label(bars, labels=[f"{count:,}" for count in counts], padding=3)
    axes.set_yticks(range(len(FUNNEL)), FUNNEL)
    axes.invert_yaxis()
    axes.set_xlabel("applications")
    axes.set_xlim(0, max(counts, default=1) * 1.12)
    axes.set_title(f"Approval funnel ({tally.outcomes['refer']:,} passed to a person)")


def _scores(axes: Any, tally: Tally) -> None:
    places = range(min(tally.scores, default=0), max(tally.scores, default=0) + 1)
    starts = [place * SCORE_STEP for place in places]
    axes.bar(starts, [tally.scores[place] for place in places], width=SCORE_STEP, align="edge", color=SOFT, label="all")
    offered = [tally.scores_offered[place] for place in places]
    axes.bar(starts, offered, width=SCORE_STEP, align="edge", color=GREEN, label="offered")
    axes.set_xlabel("points")
    axes.set_ylabel("applications")
    axes.set_title("Scores")
    axes.legend()


def _ratios(axes: Any, tally: Tally) -> None:
    count = round(RATIO_MAX / RATIO_STEP) + 1
    heights = [tally.ratios[place] for place in range(count)]
    for name, colour, first, end in BANDS:
        places = range(round(first / RATIO_STEP), min(round(end / RATIO_STEP), count))
        told = [heights[place] for place in places]
        axes.bar([place * RATIO_STEP for place in places], told, width=RATIO_STEP, align="edge", color=colour, label=name)
    axes.axvline(1.0, color=ORANGE, linestyle="--", linewidth=1.2, label="load line")
    axes.legend()
    axes.set_xlabel("total limits over capacity (the last bar: 2 and more)")
    axes.set_ylabel("applications")
    axes.set_title("Under and over the load line")
