"""The report of the demo's last month: one page beside its book, where what reads a tape and draws is installed."""

from pathlib import Path

from plimsoll.app.config import threads
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed

PAGE = "month.html"


def month_written(tape: Path, folder: Path, rules: Rules) -> str:
    """Write the page of the last month of a tape; tell where it is, or why there is none."""
    try:
        from plimsoll.app.report.document import html_of
        from plimsoll.app.report.month import month_report
        from plimsoll.app.tape.reading import Order, open_tape
    except ModuleNotFoundError as missing:
        return f"none, the package {missing.name} is not installed (extras portfolio, charts)"
    try:
        with open_tape(Order(str(tape), threads=threads())) as found:
            page = html_of(month_report(found, found.source.months[-1], rules))
    except ModuleNotFoundError as missing:
        return f"none, the package {missing.name} is not installed (extras portfolio, charts)"
    except Malformed as wrong:
        # One month alone has nothing to compare.
        return f"none, {wrong.code}"
    path = folder / PAGE
    path.write_text(page, "utf-8")
    return str(path)
