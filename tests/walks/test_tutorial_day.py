"""The tutorial "lend 1,000 for a day", as it is written: its commands in a shell and its Python, against a real server on loopback."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "lend-1000-for-a-day.md"
SECONDS = 600
"""A machine that is busy with other tests is slow."""


def blocks():
    """Give the blocks of the page in order: language and text."""
    return re.findall(r"^```(bash|python)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def free_port():
    """Give a port that nobody listens on, below those that the system gives out by itself: until the server starts nobody is given it."""
    for port in range(10_000 + os.getpid() % 20_000, 32_768):
        with socket.socket() as found:
            if found.connect_ex(("127.0.0.1", port)):
                return port
    raise AssertionError("every port is taken")


@pytest.mark.skipif(shutil.which("bash") is None or shutil.which("curl") is None, reason="needs bash and curl")
def test_the_tutorial_lends_and_is_paid_back(tmp_path):
    parts = ["set -eu -o pipefail -m", 'trap "kill %1 2>/dev/null || true" EXIT']
    for language, text in blocks():
        if language == "python":
            (tmp_path / "day.py").write_text(text, "utf-8")
            parts.append(f"{sys.executable} day.py")
        else:
            parts.append(text)
    script = "\n".join(parts).replace("8321", str(free_port()))
    (tmp_path / "day.py").write_text(
        (tmp_path / "day.py").read_text("utf-8").replace("8321", re.search(r"--port (\d+)", script)[1]), "utf-8"
    )
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "NO_PROXY": "127.0.0.1"}
    environ.pop("PLIMSOLL_VAULT_KEYS", None)
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count('"loan":"loan_1_1"') == 3, "drawn, told again, settled"
    assert '"amount":"1000.50"' in done.stdout
    assert "loan_1_2 paid off with 1000.50" in done.stdout
    assert "refused: limit_exceeded" in done.stdout
    assert "Stopped." in done.stderr
