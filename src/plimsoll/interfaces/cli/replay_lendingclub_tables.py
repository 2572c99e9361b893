"""What a replay of LendingClub's loans found, as text and as an object of plain values."""

from collections.abc import Mapping, Sequence
from typing import Final

from plimsoll.interfaces.cli import replay_tables as shared
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped, per_cent
from plimsoll.simulator.lendingclub_loans import CURRENCY
from plimsoll.simulator.replay_lendingclub import HORIZONS, LendingclubReport, Quarter
from plimsoll.units.money import text_of

SAID: Final = {
    "total_a_cent_off": "the recorded total is a cent off the sum of its components",
    "principal_cents_off": "a loan paid in full has cents more or less of principal than was lent",
    "recovered_though_paid": "a recovery on a loan that was paid in full",
    "recovered_more_than_principal": "more was recovered than principal was left",
}
DEPARTED: Final = {
    "rate_unrounded": "booked at the rate that the recorded one rounds",
    "paid_ahead": "principal was paid ahead on one due day",
    "interest_waived": "interest of the schedule that the record does not have was waived",
    "late_money": "interest above the schedule was paid as penalty on late principal",
    "payment_plan": "interest above the schedule was paid under a payment plan",
    "recovered_more_than_claim": "what was recovered above the claim is a credit of the customer",
    "late_money_out_of_reach": "interest or late fees that the book cannot earn are not booked",
}
LATE_EVERY_MONTHS: Final = 3


def as_object(report: LendingclubReport) -> dict[str, object]:
    """Give the report as an object of plain values, amounts as decimal text."""
    return {
        **shared.head_of(report.accounts, report.played, report.facts, report.seconds),
        "contradictions": {kind: report.contradictions.get(kind, 0) for kind in SAID},
        "departures": {kind: report.departures.get(kind, 0) for kind in DEPARTED},
        "instalments_within_2_cents": report.instalments_near,
        "instalments_within_2_cents_at_recorded_rate": report.instalments_near_at_recorded_rate,
        "cash": {name: text_of(minor, CURRENCY) for name, minor in report.components.items()},
        "cash_wrong": {name: list(ids) for name, ids in report.cash_wrong.items()},
        "curve": [_quarter_as_object(quarter) for quarter in report.quarters],
        "delinquency": [shared.late_as_object(late, CURRENCY) for late in report.late],
        "rolls": report.rolls,
        "trial_balance": shared.balances_as_object(report.balances, CURRENCY),
    }


def _quarter_as_object(quarter: Quarter) -> dict[str, object]:
    rates = {f"dr_{horizon}m": count / quarter.loans for horizon, count in zip(HORIZONS, quarter.charged_off, strict=True)}
    return {
        "vintage": quarter.name,
        "loans": quarter.loans,
        "charged_off": list(quarter.charged_off),
        **rates,
        "is_published": quarter.is_published,
    }


def text_of_report(report: LendingclubReport) -> str:
    """Give the report for people."""
    wrong = sorted({number for ids in report.cash_wrong.values() for number in ids})
    exact = report.accounts - len(wrong)
    parts = [
        shared.head_text(report.accounts, "loans", report.played, report.facts, report.seconds),
        "Contradictions in the record, by kind; every loan runs all the same",
        shared.kinds_table(SAID, report.contradictions, "loans"),
        "How the loans are booked where the record gives no dates",
        shared.kinds_table(DEPARTED, report.departures, "loans"),
        _instalments(report),
        f"Cash that adds up to the cent by component: {exact:,} of {report.accounts:,} loans.",
        _cash(report.components),
        _curve_line(report.quarters),
        _curve(report.quarters),
        "Who is late at the end of each quarter",
        shared.late_table(report.late[LATE_EVERY_MONTHS - 1 :: LATE_EVERY_MONTHS], CURRENCY),
        "Roll counts from month's end to month's end (from: down, to: across)",
        shared.roll_table(report.rolls),
        "Trial balance",
        shared.balances_table(report.balances, CURRENCY),
    ]
    return "\n\n".join(parts)


def _instalments(report: LendingclubReport) -> str:
    near, recorded = report.instalments_near, report.instalments_near_at_recorded_rate
    return (
        f"Instalment within 2 cents of the recorded one: {near:,} of {report.accounts:,} ({per_cent(near, report.accounts)} %).\n"
        f"At the recorded rate, which the lender rounded: {recorded:,} ({per_cent(recorded, report.accounts)} %)."
    )


def _cash(components: Mapping[str, int]) -> str:
    rows: list[Sequence[str]] = [("component", CURRENCY), RULE]
    rows += [(name.replace("_", " "), grouped(minor, CURRENCY)) for name, minor in components.items()]
    return aligned([*rows, RULE, ("total", grouped(sum(components.values()), CURRENCY))])


def _curve_line(quarters: Sequence[Quarter]) -> str:
    compared = [quarter for quarter in quarters if quarter.is_published is not None]
    said = "Charge-off curve by quarter of issue: share charged off within so many months, counted from the book"
    if not compared:
        return f"{said}; compare it with a published one by --published FILE"
    return f"{said}. Equal to the published one in {sum(bool(one.is_published) for one in compared)} of {len(compared)} quarters."


def _curve(quarters: Sequence[Quarter]) -> str:
    rows: list[Sequence[str]] = [("quarter", "loans", *(f"{horizon} months %" for horizon in HORIZONS), "published"), RULE]
    words = {None: "", True: "equal", False: "DIFFERS"}
    for quarter in quarters:
        shares = (per_cent(count, quarter.loans) for count in quarter.charged_off)
        rows.append((quarter.name, f"{quarter.loans:,}", *shares, words[quarter.is_published]))
    return aligned(rows)
