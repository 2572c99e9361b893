"""Run benchmarks, print a table for each and write the tables and the figures under build/bench/ (results.txt, results.json)."""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench.report import Result, save, show
from bench.setting import Setting, Unavailable

NAMES = (
    "case", "fold", "command", "http", "many", "close", "replay", "score", "decide_tables",
    "decision", "gate", "remind", "collect", "clock", "treat", "watch", "expected_loss", "portfolio", "pages",
)  # fmt: skip
FOLDER = Path("build/bench")
WIDTH = 130  # of the tables where there is no terminal to ask


def options(words: list[str]) -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which benchmarks: {', '.join(NAMES)} (all)")
    parser.add_argument("--quick", action="store_true", help="small sizes, for development; not figures to quote")
    parser.add_argument("--json", type=Path, default=FOLDER / "results.json", metavar="FILE", help="where the figures go (%(default)s)")
    chosen = parser.parse_args(words)
    unknown = [name for name in chosen.names if name not in NAMES]
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return chosen


def run(name: str, setting: Setting) -> Result:
    """Run one benchmark by name; what is missing here becomes a reason in the result."""
    result = Result(name, "")
    try:
        module = importlib.import_module(f"bench.{name}")
        result.title = module.TITLE
        module.run(setting, result)
    except Unavailable as missing:
        result.skipped.append(str(missing))
    except ModuleNotFoundError as missing:
        result.skipped.append(f"the package {missing.name} is not installed; `make bench` installs what the rivals need")
    return result


def stop(number: int, _frame: FrameType | None) -> None:
    """Leave through the normal way out, so that servers that were started are stopped."""
    raise SystemExit(128 + number)


def main(words: list[str]) -> int:
    """Run what was asked for; return 0 when every benchmark could run, whatever its figures."""
    chosen = options(words)
    signal.signal(signal.SIGTERM, stop)
    console, quiet = Console(record=True), Console(stderr=True)
    if not console.is_terminal:
        console = Console(record=True, width=WIDTH)
    results = []
    with ExitStack() as closing:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        shown = Progress(*columns, console=quiet, transient=True, disable=not quiet.is_terminal)
        closing.enter_context(shown)
        task = shown.add_task("")
        setting = Setting(chosen.quick, FOLDER.resolve(), lambda text: shown.update(task, description=text), closing)
        for name in chosen.names or NAMES:
            shown.update(task, description=name)
            results.append(run(name, setting))
            show(results[-1], console)
            # A long run that is stopped keeps what it has found so far.
            save(results, chosen.json, quick=chosen.quick)
    missed = sum(not goal.is_met() for result in results for goal in result.goals)
    console.print(f"{sum(len(result.goals) for result in results)} figures to reach, {missed} missed; {chosen.json}", highlight=False)
    console.save_text(str(chosen.json.with_suffix(".txt")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
