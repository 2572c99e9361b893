"""A picture of some days of collection: from treatments to money, and why contacts were denied. Needs matplotlib (extra `charts`)."""

from pathlib import Path
from typing import Any, Final

from plimsoll.app.chart import BLUE, ENGLISH, GREEN, ORANGE, Picture, Say, picture
from plimsoll.app.collecting.report import Report
from plimsoll.app.words import Words
from plimsoll.units.refusal import Malformed

STEPS: Final = {
    "treatments": Words("处置", "treatments"),
    "contacts": Words("联系", "contacts"),
    "denied": Words("被拦截", "denied"),
    "spoken to": Words("接通", "spoken to"),
    "promises made": Words("承诺还款", "promises made"),
    "promises kept": Words("履约", "promises kept"),
    "cases cured": Words("案件治愈", "cases cured"),
}
SUFFIXES: Final = (".svg", ".png")


def check_suffix(path: Path) -> None:
    """Refuse a file that is neither: option_malformed."""
    if path.suffix not in SUFFIXES:
        raise Malformed("option_malformed", f"--chart {path.name}", remedy="A file whose name ends in .svg or .png.")


def steps_of(report: Report) -> dict[str, int]:
    """Give how many came how far."""
    reached = sum(report.outcomes.get(name, 0) for name in ("connected", "refused"))
    return {
        "treatments": sum(report.treatments.values()),
        "contacts": sum(report.contacts.values()),
        "denied": sum(report.denials.values()),
        "spoken to": reached,
        "promises made": report.promises.made,
        "promises kept": report.promises.ended.get("kept", 0),
        "cases cured": sum(report.closed.values()),
    }


def drawn(report: Report, language: str = ENGLISH) -> Picture:
    """Give the picture."""
    steps = steps_of(report)

    def draw(axes: Any, say: Say) -> None:
        colours = [ORANGE if name == "denied" else GREEN if name in ("promises kept", "cases cured") else BLUE for name in steps]
        bars = axes.barh(range(len(steps)), list(steps.values()), color=colours)
        axes.bar_label(bars, labels=[f"{count:,}" for count in steps.values()], padding=3)
        axes.set_yticks(range(len(steps)), [say(STEPS[name]) for name in steps])
        axes.invert_yaxis()
        axes.set_xlim(0, max(1, *steps.values()) * 1.15)
        axes.set_title(say(Words(f"催收 {report.first} 至 {report.last}", f"Collection, {report.first} to {report.last}")))

    return picture("collection", Words("催收若干日：从处置到回款", "From treatments to money in some days of collection"), draw, language)


def write_chart(report: Report, path: Path, language: str = ENGLISH) -> None:
    """Write the picture into one file, SVG or PNG by its name; raises Malformed option_malformed."""
    check_suffix(path)
    one = drawn(report, language)
    if path.suffix == ".svg":
        path.write_text('<?xml version="1.0" encoding="utf-8"?>\n' + one.svg, "utf-8")
    else:
        path.write_bytes(one.png)
