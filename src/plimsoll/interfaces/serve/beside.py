"""What works beside the server, each in a thread: the chain is sealed, approvals end, events leave, what others changed is heeded,
figures of the whole book are asked for, so that pages find them."""

import logging
import os
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from plimsoll.app.approve.check import end_overdue
from plimsoll.app.chain.keep_sealing import Sealer
from plimsoll.app.chain.key import AuditKeys
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Failed, told
from plimsoll.app.export_rows import empty_overdue
from plimsoll.app.hooks.deliver import Deliverer
from plimsoll.app.hooks.endpoint import Hooks
from plimsoll.app.house import READ_ONLY, SANDBOX, House
from plimsoll.app.kept_figures import kept_figures
from plimsoll.app.sandbox.tell import ClockTeller
from plimsoll.app.show.figures import make_figures

SEAL_EVERY_S: Final = 5.0
APPROVALS_EVERY_S: Final = 60.0
DELIVER_EVERY_S: Final = 1.0
LOOK_EVERY_S: Final = 10.0
CLOCKS_EVERY_S: Final = 2.0
FIGURES_EVERY_S: Final = 5.0
STOP_S: Final = 10.0
ANCHOR_VARIABLE: Final = "PLIMSOLL_AUDIT_ANCHOR"
log: Final = logging.getLogger("plimsoll.beside")


class Beside:
    """Steps that are taken again and again until the end. Use it as a context; leaving it waits for the steps under way."""

    def __init__(self, steps: Sequence[tuple[str, float, Callable[[], object]]], *, at_last: Sequence[str] = ()) -> None:
        """Take steps as a name, the seconds between two of them, and what is done; trouble is logged and tried again.

        Those that `at_last` names are taken once more when everything has ended.
        """
        self.stop = threading.Event()
        self.at_last = [(name, step) for name, _, step in steps if name in at_last]
        self.threads = [threading.Thread(target=partial(self._repeat, *step), name=f"plimsoll-{step[0]}", daemon=True) for step in steps]

    def __enter__(self) -> Self:
        """Begin."""
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        """Take no step more."""
        self.stop.set()
        for thread in self.threads:
            thread.join(STOP_S)
        for name, step in self.at_last:
            _take(name, step)

    def _repeat(self, name: str, every_s: float, step: Callable[[], object]) -> None:
        while not self.stop.wait(every_s):
            _take(name, step)


def _take(name: str, step: Callable[[], object]) -> None:
    try:
        found = told(step)
    except StoreTrouble as trouble:
        log.warning("%s: %s", name, trouble)
        return
    if isinstance(found, Failed):
        log.error("%s: %s", name, found.raised)


def anchor_place() -> Path | None:
    """Give where signed checkpoints are kept outside the book, by the configuration; None for nowhere."""
    named = os.environ.get(ANCHOR_VARIABLE, "")
    return Path(named) if named else None


def beside(house: House, keys: AuditKeys | None) -> Beside:
    """Give what a house needs done beside its server; nothing where it only reads."""
    if house.mode == READ_ONLY:
        return Beside(())
    steps: list[tuple[str, float, Callable[[], object]]] = [
        ("seal", SEAL_EVERY_S, Sealer(house, keys, anchor_place()).once),
        ("approvals", APPROVALS_EVERY_S, lambda: end_overdue(house)),
        ("exports", APPROVALS_EVERY_S, lambda: empty_overdue(house)),
        ("register", LOOK_EVERY_S, house.look_again),
        ("figures", FIGURES_EVERY_S, lambda: make_figures(kept_figures(house))),
    ]
    if house.vault is not None:
        steps.append(("hooks", DELIVER_EVERY_S, Deliverer(Hooks(house)).once))
    if house.vault is not None and house.mode == SANDBOX:
        steps.append(("clocks", CLOCKS_EVERY_S, ClockTeller(house).once))
    return Beside(steps, at_last=("seal",))
