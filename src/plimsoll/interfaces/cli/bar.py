"""A progress bar with the time left, for long work on a terminal."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


class Step:
    """Tells a progress bar that one more is done; does nothing where there is no terminal."""

    def __init__(self, progress: "Progress | None", task: object) -> None:
        self.progress = progress
        self.task = task

    def __call__(self, said: str, count: int = 1) -> None:
        """Count some more, and say which."""
        if self.progress is not None:
            self.progress.update(self.task, advance=count, said=said)  # type: ignore[arg-type]


class bar:  # noqa: N801 -- reads as a word where it is used
    """A progress bar with the time left, on a terminal only: `with bar(total, "days") as step: step("…")`."""

    def __init__(self, total: int, what: str) -> None:
        self.total = total
        self.what = what
        self.progress: Progress | None = None

    def __enter__(self) -> Step:
        """Begin, and give what counts."""
        if not sys.stderr.isatty():
            return Step(None, None)
        # What draws it is imported by who has a terminal: a machine that runs commands need not wait for it.
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self.progress.start()
        return Step(self.progress, self.progress.add_task(self.what, total=self.total, said=""))

    def __exit__(self, *raised: object) -> None:
        """Take the bar away."""
        if self.progress is not None:
            self.progress.stop()
