"""What a replay of the Taiwan card panel found, as text and as an object of plain values."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from plimsoll.interfaces.cli import replay_tables as shared
from plimsoll.interfaces.cli.aligned import RULE, aligned, per_cent
from plimsoll.simulator.replay_taiwan import TaiwanReport
from plimsoll.simulator.taiwan_panel import CURRENCY

STATUSES: Final = ("-2", "-1", "0", "1", "2", "3", "4+")
SAID: Final = {
    "bill_negative": "a recorded bill is below zero: a credit balance",
    "bill_over_limit": "a recorded bill is above the recorded limit",
    "payment_above_bill": "more was paid than the bill of the month before",
    "purchase_negative": "a bill is lower than the one before it less the payment",
    "late_without_a_bill": "a status of late where the bill is nothing",
    "unused_with_a_bill": "a status of no use where there is a bill",
    "paid_in_full_with_less": "a status of paid in full where less was paid",
    "minimum_paid_with_nothing": "a status of minimum paid where nothing was paid",
    "late_before_the_panel": "late for longer than the panel shows",
}
DEPARTED: Final = {
    "purchase_cut_to_limit": "bought only up to the limit, so the bill is below the record",
    "bill_lowered_by_refund": "a purchase was sent back to come down to the recorded bill",
    "bill_lowered_by_waiver": "interest was waived to come down to the recorded bill",
    "bill_above_record": "the bill stays above the record",
}


def column_of(status: int) -> int:
    """Give the place of a status among `STATUSES`."""
    return min(status, 4) + 2


def confusion_of(counts: Mapping[tuple[int, int], int]) -> list[list[int]]:
    """Give the counts as rows (status of the book) and columns (status of the record)."""
    table = [[0] * len(STATUSES) for _ in STATUSES]
    for (book, record), count in counts.items():
        table[column_of(book)][column_of(record)] += count
    return table


def agreement(counts: Mapping[tuple[int, int], int]) -> tuple[int, int, int]:
    """Give how many statuses are compared, how many are the same, and how many say the same of these: nothing carried, carried, late."""
    same = sum(count for (book, record), count in counts.items() if book == record)
    alike = sum(count for (book, record), count in counts.items() if (book > 0, book < 0) == (record > 0, record < 0))
    return sum(counts.values()), same, alike


def as_object(report: TaiwanReport) -> dict[str, object]:
    """Give the report as an object of plain values, amounts as decimal text."""
    compared, same, alike = agreement(report.confusion)
    return {
        **shared.head_of(report.accounts, report.played, report.facts, report.seconds),
        "contradictions": {kind: report.contradictions.get(kind, 0) for kind in SAID},
        "departures": {kind: report.departures.get(kind, 0) for kind in DEPARTED},
        "bills": {"recorded": report.bills, "equal": report.bills_equal},
        "agreement": {"compared": compared, "same_status": same, "same_class": alike},
        "statuses": list(STATUSES),
        "confusion_april_to_august": confusion_of(report.confusion),
        "confusion_september": confusion_of(report.confusion_september),
        "delinquency": [shared.late_as_object(late, CURRENCY) for late in report.late],
        "rolls": {
            "recorded": report.rolls_recorded,
            "recorded_august_to_september": report.rolls_recorded_to_september,
            "book_april_to_august": report.rolls_derived,
        },
        "trial_balance": shared.balances_as_object(report.balances, CURRENCY),
    }


def text_of_report(report: TaiwanReport) -> str:
    """Give the report for people."""
    equal, end = report.bills_equal, date.fromordinal(report.late[-1].day)
    parts = [
        shared.head_text(report.accounts, "accounts", report.played, report.facts, report.seconds),
        "Contradictions in the record, by kind; every client runs all the same",
        shared.kinds_table(SAID, report.contradictions, "client-months"),
        "Where the book departs from the record",
        shared.kinds_table(DEPARTED, report.departures, "client-months"),
        f"Bills equal to the recorded ones, to the cent: {equal:,} of {report.bills:,} ({per_cent(equal, report.bills)} %).",
        "Status in the book (down) and in the record (across), bills of April to August after their due day",
        _confusion(confusion_of(report.confusion)),
        _agreed(report),
        f"September is not compared: its bill falls due after the panel ends. What was late in the book on {end}, and the recorded status",
        _confusion(_late_only(report)),
        "Who is late at the end of each month",
        shared.late_table(report.late, CURRENCY),
        "Roll counts of the record, April to September (from: down, to: across)",
        shared.roll_table(report.rolls_recorded),
        "of these August to September, where code 1 appears",
        shared.roll_table(report.rolls_recorded_to_september),
        "Roll counts of the book, April to August; a first missed minimum is written 2, as in the record",
        shared.roll_table(report.rolls_derived),
        f"Trial balance at the end of {end}",
        shared.balances_table(report.balances, CURRENCY),
    ]
    return "\n\n".join(parts)


def _late_only(report: TaiwanReport) -> list[list[int]]:
    """Give the table of September with everything that is not late in one row: more is not known before the due day."""
    table = confusion_of(report.confusion_september)
    not_late = [sum(column) for column in zip(*table[:3], strict=True)]
    return [[0] * len(STATUSES), [0] * len(STATUSES), not_late, *table[3:]]


def _agreed(report: TaiwanReport) -> str:
    compared, same, alike = agreement(report.confusion)
    return (
        f"Same status: {same:,} of {compared:,} ({per_cent(same, compared)} %).\n"
        f"Same of these: nothing carried, carried, late: {alike:,} ({per_cent(alike, compared)} %)."
    )


def _confusion(table: Sequence[Sequence[int]]) -> str:
    rows: list[Sequence[str]] = [("book", *STATUSES, "all"), RULE]
    for name, counts in zip(STATUSES, table, strict=True):
        if any(counts):
            rows.append((name, *(f"{count:,}" for count in counts), f"{sum(counts):,}"))
    return aligned(rows)
