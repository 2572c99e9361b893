"""Figures made by a process beside the server: the same as here, read alone; made again where it is ended, gone where the server is."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from plimsoll.app import kept_figures as keeping
from plimsoll.app.config import tape_folder
from plimsoll.app.database.schema import customer
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.figures_process import AT_REST, figures_beside
from plimsoll.app.house import House
from plimsoll.app.kept_figures import BeingMade, Figure, KeptFigures, MakerEnded, kept_figures
from plimsoll.app.show.figures import BOOK, WATCH, accounts_of
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import Malformed
from tests.served import NOW, furnish

PATIENCE_S = 60
SERVER = """
import sys, time
from threading import Thread
from plimsoll.app.database.opening import open_store
from plimsoll.app.figures_process import FiguresProcess
from plimsoll.app.house import House
from plimsoll.risk.lawful import lawful_rules
from tests.unit.test_figures_process import NEVER
house = House(open_store(sys.argv[1]), lawful_rules())
process = FiguresProcess(house)
Thread(target=process.make, args=(NEVER, house.now()), daemon=True).start()
while process.pid is None:
    time.sleep(0.01)
print(process.pid, flush=True)
time.sleep(600)
"""


def never(_house):
    time.sleep(600)


def maker(_house):
    return os.getpid(), _house.now()


def leaves_once(house):
    """Leaves as the process does when nothing was asked for a while, the first time."""
    left = tape_folder(house.store.address.url)
    if not left.exists():
        left.mkdir()
        os._exit(AT_REST)
    return "made"


def writes(house):
    with house.store.changing() as connection:
        connection.execute(customer.delete())


NEVER = Figure("never", never)


@pytest.fixture
def house(store, tmp_path, monkeypatch):
    monkeypatch.setenv("PLIMSOLL_TAPE", str(tmp_path / "tape"))
    with House(store, lawful_rules(), now=lambda: NOW) as opened:
        furnish(opened)
        yield opened


def is_gone(pid):
    """A process that ended may wait for somebody to ask how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_for(is_so):
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_process_makes_what_would_be_made_here_and_cannot_write(house, kind):
    with figures_beside(house) as process:
        kept = kept_figures(house)
        kept.wait_s = PATIENCE_S
        pid, at = kept.look(Figure("maker", maker)).value
        assert (pid, at) == (process.pid, NOW)
        assert pid != os.getpid()
        with closing(KeptFigures(house, PATIENCE_S)) as here:
            for one in (BOOK, WATCH):
                assert kept.look(one).value == here.look(one).value
        with pytest.raises((RuntimeError, StoreTrouble), match=r"(?i)read.?only"):
            kept.look(Figure("writes", writes))
        with pytest.raises(Malformed, match="tape"):
            kept.look(accounts_of())
        if kind == "sqlite":
            assert kept.look(Figure("leaves", leaves_once)).value == "made", "it is started again for what it was asked as it left"
            pid = process.pid
    assert is_gone(pid)
    with pytest.raises(MakerEnded):
        process.make(BOOK, NOW)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_process_that_is_killed_is_started_again_while_pages_say_since_when(house, monkeypatch):
    monkeypatch.setattr(keeping, "AGAIN_S", 0.0)
    with figures_beside(house) as process:
        kept = kept_figures(house)
        kept.wait_s = 0.0
        since = kept.look(NEVER).since
        wait_for(lambda: process.pid)
        first = process.pid
        monkeypatch.setattr(house, "now", lambda: NOW.replace(hour=23))
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: kept.look(NEVER) == BeingMade(since) and process.pid not in (None, first))


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_server_that_is_killed_leaves_no_process_behind(database, tmp_path):
    command = [sys.executable, "-c", SERVER, database]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        pid = int(server.stdout.readline())
        assert not is_gone(pid)
        server.kill()
        wait_for(lambda: is_gone(pid))
