"""Run 30,000 real card accounts through the book on SQLite by the command a user types, then verify the book."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

from bench.ran import Ran, plimsoll
from bench.report import Goal, Result, Row
from bench.setting import Setting, Unavailable

TITLE = "Taiwan card panel, six months of each account, on SQLite"
FILE = Path("data/uci_taiwan_default.csv.gz")
ACCOUNTS, QUICK_ACCOUNTS = 30_000, 1_000
REPLAY_S, VERIFY_S = 300, 20


def source() -> Path:
    """Return the data file, under `PLIMSOLL_REFERENCE` or, without it, in this checkout or in a folder beside it."""
    named = os.environ.get("PLIMSOLL_REFERENCE")
    found = [Path(named) / FILE] if named else [FILE, *sorted(Path.cwd().parent.glob(f"*/{FILE}"))]
    path = next((path for path in found if path.exists()), None)
    if path is None:
        raise Unavailable(f"{FILE.name} is not there; set PLIMSOLL_REFERENCE to the folder that has {FILE}")
    return path


def first_accounts(path: Path, count: int, target: Path) -> Path:
    """Return a file with the header and the first `count` accounts, for a quick run."""
    with gzip.open(path, "rt", encoding="utf-8") as lines, target.open("w", encoding="utf-8") as kept:
        for number, line in enumerate(lines):
            if number > count:
                break
            kept.write(line)
    return target


def run(setting: Setting, result: Result) -> None:
    """Fill `result` with accounts a second of the replay and of `verify`."""
    path, count = source(), setting.size(QUICK_ACCOUNTS, ACCOUNTS)
    folder = setting.fresh("replay")
    if setting.quick:
        path = first_accounts(path, count, folder / "first.csv")
    url = f"sqlite:///{folder / 'book.db'}"
    commands = {"replay": ["replay", "taiwan", str(path), "--db", url], "verify": ["verify", "--db", url]}
    took: dict[str, Ran] = {}
    for name, command in commands.items():
        setting.step(f"replay: {name}")
        setting.canary.try_again()
        took[name] = ran = plimsoll(command, folder / f"{name}.log")
        rate = count / ran.wall_s
        result.rows.append(Row(f"plimsoll {name}", "account", rate, rate, rate, ran.cpu_s / count * 1e6, None))
        result.notes.append(f"{name}: {ran.wall_s:.1f} s, {ran.cpu_s:.1f} CPU s, peak memory {ran.peak_mib:,.0f} MiB")
    result.canary_per_s = setting.canary.median()
    result.goals.append(Goal(f"replay of {count:,} accounts, seconds", took["replay"].wall_s, REPLAY_S, at_most=True))
    result.goals.append(Goal("verify after it, seconds", took["verify"].wall_s, VERIFY_S, at_most=True))
