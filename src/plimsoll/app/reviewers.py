"""What reviewers do beside the engine: how much, how fast, how often otherwise than the engine would, and what became of it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import or_, select

from plimsoll.app.database.schema import loan_state
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_on
from plimsoll.loan.filing import Filing, read_body
from plimsoll.loan.layout import CHARGED_OFF
from plimsoll.origination.application import APPROVE, CLAIM, DECLINE, OPINE, RETURN, SIGN
from plimsoll.rulebook.rules import Rules


@dataclass(slots=True)
class Reviewer:
    """One reviewer's record over some days. `bad` of `signed` offers went bad: charged off, or late from the day substandard begins."""

    actor: str
    decided: int = 0
    approved: int = 0
    amended: int = 0
    declined: int = 0
    overrides: int = 0
    returned: int = 0
    signed: int = 0
    bad: int = 0
    minutes: list[int] = field(default_factory=list)

    def median_minutes(self) -> int:
        """Give how long half of the cases took, from claim to decision; 0 where none was timed."""
        return round(median(self.minutes)) if self.minutes else 0


def tally(store: Store, since: date, through: date, rules: Rules) -> list[Reviewer]:
    """Give the record of every reviewer who decided from one day through another, by name."""
    found: dict[str, Reviewer] = {}
    claimed: dict[tuple[int, str, str], datetime] = {}
    last: dict[tuple[int, str], str] = {}
    for customer_id, filing in _reviews(store, since, through):
        if filing.kind == CLAIM:
            if read_body(filing)["until"]:
                claimed.setdefault((customer_id, filing.subject, filing.actor), filing.at)
            continue
        if filing.kind == RETURN:
            maker = last.get((customer_id, filing.subject))
            if maker is not None:
                found[maker].returned += 1
            continue
        one = found.setdefault(filing.actor, Reviewer(filing.actor))
        _count(one, filing)
        begun = claimed.pop((customer_id, filing.subject, filing.actor), None)
        if begun is not None:
            one.minutes.append((filing.at - begun) // timedelta(minutes=1))
        last[customer_id, filing.subject] = filing.actor
    bad = _bad(store, through, rules)
    for customer_id, filing in filings_on(store, SIGN, since.toordinal(), date.max.toordinal()):
        maker = last.get((customer_id, filing.subject))
        if maker is not None:
            found[maker].signed += 1
            found[maker].bad += customer_id in bad
    return [found[name] for name in sorted(found)]


def _reviews(store: Store, since: date, through: date) -> Iterator[tuple[int, Filing]]:
    """Give claims, opinions and returns, those of a customer in their order."""
    by_customer: defaultdict[int, list[Filing]] = defaultdict(list)
    for kind in (CLAIM, OPINE, RETURN):
        for customer_id, filing in filings_on(store, kind, since.toordinal(), through.toordinal()):
            by_customer[customer_id].append(filing)
    for customer_id, filings in sorted(by_customer.items()):
        for filing in sorted(filings, key=lambda one: one.n):
            yield customer_id, filing


def _count(one: Reviewer, filing: Filing) -> None:
    said = read_body(filing)
    one.decided += 1
    one.overrides += bool(said["differs"])
    if said["outcome"] == DECLINE:
        one.declined += 1
    elif said["outcome"] == APPROVE:
        one.approved += 1
    else:
        one.amended += 1


def _bad(store: Store, through: date, rules: Rules) -> frozenset[int]:
    """Give the customers who have gone bad by a day."""
    bounds = rules.value("POLICY.EVIDENCE.RING", through)
    assert isinstance(bounds, dict)
    late_since = through - timedelta(days=bounds["bad_from"])
    columns = loan_state.c
    chosen = select(columns.customer_id).distinct().where(or_(columns.status == CHARGED_OFF, columns.oldest_due <= late_since))
    with store.engine.connect() as connection:
        return frozenset(connection.scalars(chosen))
