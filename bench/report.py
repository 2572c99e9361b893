"""Say what was measured: a table for the terminal, and the same as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.timing import Measured, ratio


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table. `ratio` is how many times as fast as this rival ours was, in the rounds of this run."""

    name: str
    unit: str
    rate: float
    slowest: float
    fastest: float
    cpu_us: float
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure to reach: met when `value` is at least (or, with `at_most`, no more than) `target`."""

    text: str
    value: float
    target: float
    at_most: bool = False

    def is_met(self) -> bool:
        """Tell whether the figure was reached."""
        return self.value <= self.target if self.at_most else self.value >= self.target


@dataclass(slots=True)
class Result:
    """What one benchmark found. `skipped` holds a reason for each thing that could not be measured here."""

    name: str
    title: str
    rows: list[Row] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    canary_per_s: float = 0.0

    def add(self, measured: Sequence[Measured], unit: str, *, ours: str = "") -> None:
        """Append one row a contestant; with `ours` named, give each rival our ratio to it."""
        own = next((one for one in measured if one.name == ours), None)
        for one in measured:
            slowest, fastest = one.spread()
            against = ratio(own, one) if own is not None and one is not own else None
            self.rows.append(Row(one.name, unit, one.rate(), slowest, fastest, one.cpu_us(), against))


def short(number: float) -> str:
    """Return a number as people read it: three figures below a hundred, thousands parted above."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def show(result: Result, console: Console) -> None:
    """Print one benchmark: the table, the goals, what was skipped, and the canary where something committed."""
    table = Table(title=f"{result.name}: {result.title}", title_justify="left", title_style="bold")
    for heading in ("what", "unit"):
        table.add_column(heading)
    for heading in ("median a second", "slowest", "fastest", "CPU µs a unit", "ours is ×"):
        table.add_column(heading, justify="right")
    for row in result.rows:
        against = "" if row.ratio is None else f"{row.ratio:.2f}"
        table.add_row(row.name, row.unit, short(row.rate), short(row.slowest), short(row.fastest), short(row.cpu_us), against)
    if result.rows:
        console.print(table)
    else:
        console.print(f"[bold]{result.name}: {result.title}[/bold]")
    for goal in result.goals:
        mark = "[green]met   [/green]" if goal.is_met() else "[red]missed[/red]"
        sense = "at most" if goal.at_most else "at least"
        console.print(f"  {mark} {goal.text}: {short(goal.value)} ({sense} {short(goal.target)})", highlight=False)
    if result.canary_per_s:
        console.print(f"  canary: {short(result.canary_per_s)} fdatasync a second on the same disk", highlight=False)
    for note in result.notes:
        console.print(f"  {note}", highlight=False, markup=False)
    for reason in result.skipped:
        console.print(f"  skipped: {reason}", highlight=False, markup=False)
    console.print()


def save(results: Sequence[Result], path: Path, *, quick: bool) -> None:
    """Write the results as JSON, with the kind of machine that they were measured on."""
    goals = [{**asdict(goal), "met": goal.is_met(), "benchmark": result.name} for result in results for goal in result.goals]
    whole = {
        "quick": quick,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "benchmarks": [asdict(result) for result in results],
        "goals": goals,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", "utf-8")
