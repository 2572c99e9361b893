"""Close a book from a server: begun once, worked off beside what is answered, told how far it is; whoever stops it may start it again.

The days themselves are on record (`close_run`, `close_shard`): their progress can be read from any server of the book. What is kept here
is what one server was asked for, and why it stopped.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from plimsoll.app import config
from plimsoll.app.access.event import record
from plimsoll.app.closing.close import Orders, days_to_close
from plimsoll.app.closing.through import Closed, close_through
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.house import LIVE, House
from plimsoll.app.sandbox.clock import refuse_clock_book
from plimsoll.servicing.close import decide
from plimsoll.units.refusal import Refused

RUNNING, DONE, STOPPED, FAILED = "running", "done", "stopped", "failed"
DAYS_MAX: Final = 400
"""Days that one request may close: a longer stretch is asked for in parts."""
WAIT_S: Final = 60.0


@dataclass(slots=True)
class CloseJob:
    """What a server was asked to close, and how far it is: `on` is the day under way, or the last that was done."""

    since: date
    through: date
    actor: str
    state: str = RUNNING
    on: date | None = None
    days_done: int = 0
    loans_due: int = 0
    """Of the day under way."""
    loans_done: int = 0
    parked: int = 0
    breaches: tuple[str, ...] = ()
    """Where the control totals of a day do not agree."""
    failure: str = ""
    """Why it failed, a code; "" where it did not."""

    @property
    def days(self) -> int:
        """Give how many days were asked for."""
        return (self.through - self.since).days + 1


class Closing:
    """The close that one server works off; made once for a house, closed with it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.job: CloseJob | None = None

    def begin(self, through: date, actor: str, *, scans: str) -> CloseJob | Refused:
        """Begin to close every open day through one; the close that is under way, or has done it, is given again.

        `scans` as `close_through` takes it. Refuses clock_not_allowed, date_closed (nothing is open until then), day_not_over (where
        there is real money, a day is closed when it is over), close_too_long, close_running.
        """
        house = self._house
        path = house.store.address.path
        if path is not None and refuse_clock_book(path) is not None:
            return Refused("clock_not_allowed")
        with self._lock:
            job = self.job
            if job is not None and job.through == through and job.state in (RUNNING, DONE):
                return job
            if job is not None and job.state == RUNNING:
                return Refused("close_running", "", job.through.isoformat())
            if house.mode == LIVE and through >= (house.now() + config.UTC_AHEAD).date():
                return Refused("day_not_over", "", through.isoformat())
            days = days_to_close(house.store, through.toordinal())
            if not days:
                return Refused("date_closed", "", through.isoformat())
            if len(days) > DAYS_MAX:
                return Refused("close_too_long", "", f"{len(days):,} > {DAYS_MAX}")
            self.job = job = CloseJob(date.fromordinal(days[0]), through, actor)
            with house.store.changing() as connection:
                record(connection, house.now(), actor, "close_started", through.isoformat(), body={"days": len(days), "scans": scans})
            self._thread = threading.Thread(target=self._run, args=(job, scans), name="close", daemon=True)
            self._thread.start()
            return job

    def wait(self, timeout_s: float) -> None:
        """Wait until nothing is under way, at most so long."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def close(self) -> None:
        """Let the day under way end before the book is closed; the days after it are left."""
        self._stop.set()
        self.wait(WAIT_S)

    def _run(self, job: CloseJob, scans: str) -> None:
        try:
            for done in self._nights(job, scans):
                self._count(job, done)
                if self._stop.is_set() and job.days_done < job.days:
                    job.state = STOPPED
                    return
        except StoreTrouble as trouble:
            job.failure, job.state = trouble.code, FAILED
        except ModuleNotFoundError:
            job.failure, job.state = "extra_missing", FAILED
        except Exception:
            job.failure, job.state = "internal", FAILED
            raise
        else:
            job.state = DONE
            self._house.look_again()

    def _nights(self, job: CloseJob, scans: str) -> Iterator[Closed]:
        house, now = self._house, self._house.now()

        def progress(on: date, done: int, due: int) -> None:
            job.on, job.loans_done, job.loans_due = on, done, due

        orders = Orders(decide, house.rules, now, progress)
        folder = config.tape_folder(house.store.address.url)
        return close_through(house.store, job.through.toordinal(), orders, tape=folder, scans=scans, now=now, threads=config.threads())

    @staticmethod
    def _count(job: CloseJob, done: Closed) -> None:
        job.on, job.days_done = date.fromordinal(done.night.day), job.days_done + 1
        job.loans_done = job.loans_due = done.night.due
        job.parked += len(done.night.parked)
        job.breaches += tuple(done.control.breaches) if done.control is not None else ()


def closing_of(house: House) -> Closing:
    """Give the close of a house; made once, closed with it."""
    return house.part("closing", lambda: Closing(house))
