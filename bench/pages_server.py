"""Serve one house as `plimsoll up` does, in a process of its own, for `bench/pages.py`: what it asks comes as JSON lines on standard input.

`{"staff": name}` and `{"borrower": number}` begin a session, which is a change of the book; `{}` asks what was spent so far. Of what works
beside a server only the figures are made: borrowers that were copied have no history that could be sealed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from plimsoll.app.access.passkey import SITE
from plimsoll.app.database.opening import open_store
from plimsoll.app.figures_process import FiguresProcess, figures_beside
from plimsoll.app.house import House
from plimsoll.app.kept_figures import kept_figures
from plimsoll.app.keyring import read_keyring
from plimsoll.app.open_door import open_door
from plimsoll.app.show.figures import FIGURES, make_figures
from plimsoll.app.vault import Vault
from plimsoll.interfaces.serve.beside import FIGURES_EVERY_S, Beside
from plimsoll.interfaces.serve.run import listening, run
from plimsoll.interfaces.serve.whole import whole
from plimsoll.risk.lawful import lawful_rules
from tests.browser.site import TAPE, TOLD, Clock, Site


def answer(site: Site, figures: FiguresProcess, asked: dict[str, Any]) -> dict[str, Any]:
    """Do what was asked for, and say what it came to."""
    if "staff" in asked:
        return {"session": site.session(asked["staff"])}
    if "borrower" in asked:
        return {"session": site.borrower(asked["borrower"])}
    took = kept_figures(site.house).took()
    return {"cpu_s": time.process_time(), "figures_pid": figures.pid, "took": took, "is_quiet": len(took) >= len(FIGURES)}


def listen(site: Site, figures: FiguresProcess) -> None:
    """Answer until nobody asks any more, then stop the server."""
    for line in sys.stdin:
        print(json.dumps(answer(site, figures, json.loads(line))), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)


def main(folder: Path, url: str) -> None:
    """Serve the house of a folder whose book is at a URL."""
    os.environ[TAPE] = str(folder / "tape")
    told = json.loads((folder / TOLD).read_text("utf-8"))
    with ExitStack() as opened:
        store = opened.enter_context(open_store(url))
        clock = Clock(datetime.fromisoformat(told["now"]) + timedelta(minutes=2))
        house = opened.enter_context(House(store, lawful_rules(), Vault(store, read_keyring(folder / "vault.json")), now=clock))
        listener = opened.enter_context(listening("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        os.environ[SITE] = address.replace("127.0.0.1", "localhost")
        app = whole(house, open_door(house))
        opened.enter_context(Beside((("figures", FIGURES_EVERY_S, lambda: make_figures(kept_figures(house))),)))
        figures = opened.enter_context(figures_beside(house))
        assert figures is not None, "a book in memory"
        thread = threading.Thread(target=listen, args=(Site(house, address, told, clock), figures), daemon=True)
        run(app, listener, ready=lambda: (print(json.dumps({"address": address}), flush=True), thread.start()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
