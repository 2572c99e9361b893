"""The queue of reports about buyers of claims: what waits of the dossiers of packages, as rows like those of every other queue.

A report may be about no customer at all, so it stands in the dossier of its package alone, and its row follows from that whenever it is
asked for. A row is open until somebody is assigned, and held by them from then on; upheld or rejected it is done.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple

from sqlalchemy import select, tuple_

from plimsoll.app.access.relation import Sight
from plimsoll.app.business_day import At
from plimsoll.app.database.schema import dossier_command, dossier_filing
from plimsoll.app.database.sheet import instant_of
from plimsoll.app.database.store import Store
from plimsoll.disposal.conduct import ENDS, Report, reports_of
from plimsoll.disposal.package import KIND
from plimsoll.loan.filing import Filing

QUEUE: Final = "conduct"
VERB: Final = "note_conduct"
END_OF_DAY: Final = time(15, 59, 59)
"""The last second of a day in China, in UTC, as other queues have it."""
PAGE: Final = 400


class ReportRow(NamedTuple):
    """A report in the dossier of a package: what is known of it, when it came and when it was touched last (UTC)."""

    package: str
    report: Report
    opened_at: datetime
    changed_at: datetime

    @property
    def subject(self) -> str:
        """Give the package with the report's id in it."""
        return f"{self.package}/{self.report.report_id}"

    @property
    def state(self) -> str:
        """Give the state of its row: done, claimed where somebody is assigned, else open."""
        return "done" if self.report.state in ENDS else "claimed" if self.report.handler else "open"

    @property
    def due_at(self) -> datetime | None:
        """Give the instant by which it is due, the end of its last day in China; None where it has none."""
        return datetime.combine(date.fromordinal(self.report.due_on), END_OF_DAY, UTC) if self.report.due_on else None

    def is_overdue(self, at: At) -> bool:
        """Tell whether it waits past its day, by the business date."""
        return self.state != "done" and self.due_at is not None and self.due_at < at.by_day


def reports(store: Store, sight: Sight | None = None, package: str = "") -> list[ReportRow]:
    """Give reports, those due soonest first, of one package where that is named; a report about a customer goes by the sight of them.

    Rows read: the commands on dossiers, which are short, and of the packages the entries about conduct alone.
    """
    found: dict[str, list[tuple[Filing, datetime]]] = {}
    known = dossier_command.c
    places = select(known.subject, known.command_n).where(known.kind == KIND, known.name == VERB)
    with store.engine.connect() as connection:
        told = connection.execute(places.where(known.subject == package) if package else places).all()
        for first in range(0, len(told), PAGE):
            columns = dossier_filing.c
            these = tuple_(columns.subject, columns.command_n).in_([tuple(one) for one in told[first : first + PAGE]])
            for row in connection.execute(select(dossier_filing).where(columns.kind == KIND, these)):
                at = instant_of(row.recorded_at)
                filing = Filing(row.n, row.entry, row.part, row.effective_on.toordinal(), at, row.actor, row.body)
                found.setdefault(row.subject, []).append((filing, at))
        rows = [one for name, filings in found.items() for one in _of_package(name, filings)]
        if sight is not None and not sight.is_everybody:
            rows = [one for one in rows if one.report.customer_id and sight.holds(connection, one.report.customer_id)]
    return sorted(rows, key=lambda one: (one.report.due_on or 10**7, one.subject))


def _of_package(name: str, told: Sequence[tuple[Filing, datetime]]) -> list[ReportRow]:
    filings = sorted((filing for filing, _ in told), key=lambda filing: filing.n)
    at = {filing.n: instant for filing, instant in told}
    found = []
    for report in reports_of(filings).values():
        own = [at[filing.n] for filing in filings if filing.subject == report.report_id]
        found.append(ReportRow(name, report, own[0], own[-1]))
    return found
