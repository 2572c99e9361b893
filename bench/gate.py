"""Put facts and attempts through `plimsoll gate` on one core, and time one decision in memory."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.case import keep_to_one_core
from bench.ran import command_path, environment
from bench.report import Goal, Result
from bench.setting import Setting, Unavailable
from bench.timing import Contestant, take_turns

TITLE = "decisions on contacts, a line at a time and in memory"
LOADS = "import json,sys\nfor line in sys.stdin: json.loads(line)"
LINES_PER_S = 20_000
DECISION_US = 50
ZONES = {"cn": "Asia/Shanghai", "us": "America/New_York", "uk": "Europe/London", "in": "Asia/Kolkata"}
FACTS = ("consented", "complained", "complaint_closed", "hardship_opened", "plan_started", "plan_broken", "unreachable", "reached")


def lines(count: int) -> list[str]:
    """Return a stream of some days: 5,000 debtors, one line in twelve a fact, calls, messages and visits under four laws."""
    chance = random.Random(20_261_122)
    at = datetime(2026, 12, 1, tzinfo=UTC)
    found = []
    for _ in range(count):
        at += timedelta(seconds=chance.randrange(60))
        debtor = f"d{chance.randrange(5_000)}"
        said: dict[str, object] = {"debtor": debtor, "at": at.astimezone(ZoneInfo("Asia/Shanghai")).isoformat()}
        if chance.random() < 1 / 12:
            found.append(json.dumps({"fact": chance.choice(FACTS)} | said))
            continue
        country = chance.choices(("cn", "us", "uk", "in"), (8, 1, 1, 1))[0]
        is_person = chance.random() < 0.1
        said |= {
            "attempt": chance.choice(("call", "call", "ai_call", "sms", "email", "push", "visit")),
            "to": "contact_person" if is_person else "debtor",
            "person": f"p{chance.randrange(9_000)}" if is_person else None,
            "number": f"+86138{chance.randrange(6_000):08d}",
            "by": chance.choice(("lender", "agency-1", "agency-2")),
            "zone": ZONES[country],
            "country": country,
            "purpose": "locate" if is_person else chance.choice(("collect", "collect", "remind")),
            "outcome": chance.choice(("connected", "unanswered")),
        }
        found.append(json.dumps(said))
    return found


def write_lines(path: Path, count: int) -> None:
    """Write a stream, the same one in every run."""
    path.write_text("".join(line + "\n" for line in lines(count)), "utf-8")


def on_one_core(command: list[str], source: Path, units: int) -> Callable[[], int]:
    """Return a turn that runs `command` on one core with `source` as its input and checks that it could read every line."""

    def turn() -> int:
        with source.open("rb") as stream:
            done = subprocess.run(command, stdin=stream, capture_output=True, check=False, preexec_fn=keep_to_one_core, env=environment())
        if done.returncode != 0 or b'"error"' in done.stdout:
            raise Unavailable(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr.decode()[-300:].strip()}")
        return units

    return turn


def in_memory(count: int) -> tuple[float, float]:
    """Return microseconds a decision, on the processor, and of the slowest of a thousand; `until` is included, reading lines is not."""
    from plimsoll.collections.contact_rules import read_countries
    from plimsoll.collections.debtor import Known
    from plimsoll.collections.gate import Allowed, may_contact
    from plimsoll.interfaces.gate.read import read_attempt, read_fact
    from plimsoll.rulebook.rules import load

    countries = read_countries(load(), with_policy=True)
    known = Known(countries.values())
    taken: list[float] = []
    for line in lines(count):
        fields = json.loads(line)
        if "fact" in fields:
            known.hear(read_fact(fields))
            continue
        attempt = read_attempt(fields, countries)
        began = time.thread_time()
        said = may_contact(known, attempt, countries[attempt.country])
        if isinstance(said, Allowed):
            known.note(attempt, said.day)
        taken.append(time.thread_time() - began)
    taken.sort()
    return sum(taken) / len(taken) * 1e6, taken[len(taken) * 999 // 1_000] * 1e6


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with lines a second (start-up included, as a caller sees it) and the time of a decision."""
    count = setting.size(20_000, 400_000)
    source = setting.folder / "gate.jsonl"
    write_lines(source, count)
    contestants = [
        Contestant("plimsoll gate", on_one_core([str(command_path()), "gate"], source, count)),
        Contestant("json, no decision", on_one_core([sys.executable, "-c", LOADS], source, count)),
    ]
    measured = take_turns(contestants, setting.size(3, 5), step=setting.step)
    result.add(measured, "line", ours="plimsoll gate")
    mean_us, slow_us = in_memory(setting.size(20_000, 200_000))
    result.notes.append(f"a decision in memory: {mean_us:.1f} µs on average, {slow_us:.1f} µs the slowest of a thousand")
    result.goals.append(Goal("lines a second on one core, start included", measured[0].rate(), LINES_PER_S))
    result.goals.append(Goal("a decision in memory, µs", mean_us, DECISION_US, at_most=True))
