"""What both replays print: what was played, who is late by month, roll counts, the trial balance."""

from collections.abc import Mapping, Sequence
from datetime import date

from plimsoll.interfaces.cli import trial_balance
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped, per_cent
from plimsoll.simulator.lateness import Late
from plimsoll.simulator.play import Played
from plimsoll.simulator.rolls import ROLL_NAMES
from plimsoll.units.money import text_of


def head_of(accounts: int, played: Played, facts: int, seconds: float) -> dict[str, object]:
    """Give what was played, as plain values."""
    return {
        "accounts": accounts,
        "commands": played.commands,
        "facts": facts,
        "not_taken": dict(played.not_taken),
        "days_closed": played.nights,
        "visits": played.visits,
        "parked": len(played.parked),
        "control_totals_agree": played.control is not None and not played.control.breaches,
        "seconds": round(seconds, 1),
        "accounts_a_second": round(accounts / seconds, 1) if seconds else 0.0,
    }


def head_text(accounts: int, what: str, played: Played, facts: int, seconds: float) -> str:
    """Give what was played, in words."""
    control = played.control
    agree = "were taken on an earlier run" if control is None else "agree" if not control.breaches else "DO NOT AGREE"
    return (
        f"{accounts:,} {what}, {facts:,} facts, {played.commands:,} commands ({sum(played.not_taken.values()):,} not taken), "
        f"{played.nights:,} days closed ({played.visits:,} visits, {len(played.parked):,} parked).\n"
        f"{seconds:.1f} s, {accounts / max(seconds, 0.001):,.0f} {what} a second. Control totals {agree}."
    )


def kinds_table(said: Mapping[str, str], counts: Mapping[str, int], unit: str) -> str:
    """Give how often each kind came, with what it means."""
    rows: list[Sequence[str]] = [("kind", "", unit), RULE]
    return aligned([*rows, *((kind, words, f"{counts.get(kind, 0):,}") for kind, words in said.items())], left=2)


def late_as_object(late: Late, currency: str) -> dict[str, object]:
    """Give how late the book is at the end of a day, as plain values."""
    return {
        "day": date.fromordinal(late.day).isoformat(),
        "owing": late.owing,
        "buckets": {f"M{number}": count for number, count in enumerate(late.buckets)},
        "principal": text_of(late.outstanding_minor, currency),
        "principal_past_due": text_of(late.late_minor, currency),
    }


def late_table(looks: Sequence[Late], currency: str) -> str:
    """Give one line a month: who owes, by bucket, and money."""
    buckets = [f"M{number}" for number in range(len(looks[0].buckets))] if looks else []
    rows: list[Sequence[str]] = [("day", "owing", *buckets, "late %", f"principal {currency}", "of it past due"), RULE]
    for late in looks:
        counts = (f"{count:,}" for count in late.buckets)
        share = per_cent(late.owing - late.buckets[0], late.owing)
        money = (grouped(late.outstanding_minor, currency), grouped(late.late_minor, currency))
        rows.append((date.fromordinal(late.day).isoformat(), f"{late.owing:,}", *counts, share, *money))
    return aligned(rows)


def roll_table(counts: Sequence[Sequence[int]]) -> str:
    """Give roll counts: one line a state moved from."""
    rows: list[Sequence[str]] = [("months late", *ROLL_NAMES), RULE]
    return aligned([*rows, *((name, *(f"{count:,}" for count in line)) for name, line in zip(ROLL_NAMES, counts, strict=True))])


def balances_as_object(balances: Mapping[str, int], currency: str) -> dict[str, str]:
    """Give the trial balance as decimal text, debits positive."""
    return {code: text_of(minor, currency) for code, minor in balances.items() if minor}


def balances_table(balances: Mapping[str, int], currency: str) -> str:
    """Give the trial balance."""
    return trial_balance.table_of(balances, currency)
