"""Start `plimsoll case` on no input, and answer simple cases on one core, beside Python's own start and its JSON reader."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from bench.ran import command_path, environment
from bench.report import Goal, Result
from bench.setting import Setting, Unavailable
from bench.timing import Contestant, Measured, take_turns

TITLE = "start-up, and cases a second on one core"
START_S = 0.5
CASES_PER_S = 2_000
REPAYMENTS = ("equal-instalment", "equal-principal", "interest-first")


def simple_case(number: int, chance: random.Random) -> str:
    """Return one case as a line: a loan of 3, 6 or 12 monthly instalments, half of them with some repayments."""
    drawn = date(2026, 1, 1) + timedelta(days=chance.randrange(300))
    terms = {
        "currency": "CNY",
        "principal": f"{chance.randrange(500, 20_000)}.00",
        "rate": {"per_day": "0.0004"},
        "repayment": chance.choice(REPAYMENTS),
        "disbursed_on": drawn.isoformat(),
        "every": "1 month",
        "instalments": chance.choice((3, 6, 12)),
        "penalty": {"multiple": "1.5", "per_year_cap": "0.24"},
    }
    days = sorted(chance.sample(range(10, 90), chance.randrange(4)))
    paid = [(drawn + timedelta(days=day), chance.randrange(50, 400)) for day in days]
    facts = [{"fact": "repaid", "on": on.isoformat(), "amount": f"{major}.00"} for on, major in paid]
    as_of = drawn + timedelta(days=95)
    return json.dumps({"id": f"S{number}", "terms": terms, "facts": facts, "as_of": as_of.isoformat()})


def write_cases(path: Path, count: int) -> None:
    """Write `count` different simple cases, the same ones in every run."""
    chance = random.Random(20_261_121)
    path.write_text("".join(simple_case(number, chance) + "\n" for number in range(count)), "utf-8")


def keep_to_one_core() -> None:
    """Let this process run on one core only."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def on_one_core(command: list[str], source: Path, units: int) -> Callable[[], int]:
    """Return a turn that runs `command` on one core with `source` as its input and checks that it answered every line."""

    def turn() -> int:
        with source.open("rb") as lines:
            done = subprocess.run(command, stdin=lines, capture_output=True, check=False, preexec_fn=keep_to_one_core, env=environment())
        if done.returncode != 0:
            said = done.stderr.decode()[-300:].strip()
            raise Unavailable(f"{Path(command[0]).name} {' '.join(command[1:])} ended with {done.returncode}: {said}")
        answered = done.stdout.count(b"\n")
        assert answered in (0, units), f"{answered} answers for {units} cases"
        return units

    return turn


def starts(setting: Setting, case: list[str]) -> list[Measured]:
    """Time an empty input, and Python doing nothing."""
    empty = setting.folder / "empty.jsonl"
    empty.write_text("", "utf-8")
    contestants = [
        Contestant("plimsoll case", on_one_core(case, empty, 1)),
        Contestant("python -c pass", on_one_core([sys.executable, "-c", "pass"], empty, 1)),
    ]
    return take_turns(contestants, setting.size(5, 15), step=setting.step)


def answers(setting: Setting, case: list[str]) -> list[Measured]:
    """Time many cases, and Python reading and writing the same lines as JSON without any arithmetic."""
    count = setting.size(2_000, 20_000)
    source = setting.folder / "cases.jsonl"
    write_cases(source, count)
    echo = "import json,sys\nfor line in sys.stdin: print(json.dumps(json.loads(line)))"
    contestants = [
        Contestant("plimsoll case", on_one_core(case, source, count)),
        Contestant("json, no arithmetic", on_one_core([sys.executable, "-c", echo], source, count)),
    ]
    return take_turns(contestants, setting.size(3, 5), step=setting.step)


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with start-up time and cases a second (start-up included, as a caller sees it)."""
    command = command_path()
    started = starts(setting, [str(command), "case"])
    answered = answers(setting, [str(command), "case"])
    result.add(started, "start", ours="plimsoll case")
    result.add(answered, "case", ours="plimsoll case")
    result.goals.append(Goal("start of `plimsoll case`, seconds", started[0].seconds(), START_S, at_most=True))
    result.goals.append(Goal("cases a second on one core, start included", answered[0].rate(), CASES_PER_S))
