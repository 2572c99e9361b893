"""The report of the demo's last month: one page beside its book, where what reads a tape and draws is installed."""

from pathlib import Path

from plimsoll.app.config import threads
from plimsoll.app.database.opening import open_store
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import Malformed

PAGE = "month.html"


def month_written(url: str, tape: Path, folder: Path) -> str:
    """Write the page of the last month of a tape, with what its book tells of harm; tell where it is, or why there is none.

    The book is to stand where the tape ends.
    """
    try:
        from plimsoll.app.harm import harm_of
        from plimsoll.app.report.document import html_of
        from plimsoll.app.report.month import month_report
        from plimsoll.app.tape.reading import Order, open_tape
    except ModuleNotFoundError as missing:
        return f"none, the package {missing.name} is not installed (extras portfolio, charts)"
    try:
        with open_tape(Order(str(tape), threads=threads())) as found, open_store(url) as store:
            month, rules = found.source.months[-1], lawful_rules()
            page = html_of(month_report(found, month, rules, harm_of(store, found, month, rules)))
    except ModuleNotFoundError as missing:
        return f"none, the package {missing.name} is not installed (extras portfolio, charts)"
    except Malformed as wrong:
        # One month alone has nothing to compare.
        return f"none, {wrong.code}"
    path = folder / PAGE
    path.write_text(page, "utf-8")
    return str(path)
