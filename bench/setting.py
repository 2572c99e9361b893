"""What every benchmark is given: sizes, a folder to work in, a database server when it asks, and a progress line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.postgres import Server, serve
from bench.timing import Canary


class Unavailable(Exception):
    """Something that a benchmark needs is not installed or not there; the text says what and how to get it."""


@dataclass(slots=True)
class Setting:
    """The run: `quick` sizes are for development, the full ones for figures that are quoted."""

    quick: bool
    folder: Path
    step: Callable[[str], None]
    closing: ExitStack
    server: Server | None = None
    canary: Canary = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.canary = Canary(self.folder)

    def size(self, quick: int, full: int) -> int:
        """Return the size to use in this run."""
        return quick if self.quick else full

    def postgres(self) -> Server:
        """Return the PostgreSQL server of this run, started at the first call and stopped when the run ends."""
        if self.server is None:
            self.step("starting PostgreSQL")
            self.server = self.closing.enter_context(serve(self.folder / "postgres"))
        return self.server

    def fresh(self, name: str) -> Path:
        """Return an empty folder of that name under the bench folder."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path
