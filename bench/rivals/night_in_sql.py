"""A whole night in SQL, set by set, on the very tables of the book: every loan updated, and of those that fall due what a night writes.

It runs on a copy of the whole book, with the indexes, keys, triggers and fill factors that the tables have, in one transaction: the legs
of the interest that falls due, the instruction to collect for each loan as JSON, the checkpoint, and one update of all loans, which adds
the day's interest, days late and bucket to each and moves those that are due to their next day. It writes as many rows to the same tables
as ours (`bench/close.py` compares). It is treated kindly all the same: amounts come from columns that it keeps for itself, with one rate
for all; terms, packed states and balances posted are neither read nor kept, so that no calendar, grace, allocation, cap or account is
heeded; it knows one kind of loan, one currency, one message and no facts; a loan that it gets wrong stops nothing and is not found; a
night that is stopped begins again from nothing; there is no program to start; and what it leaves behind is cleared up untimed.
"""

from __future__ import annotations

from datetime import date

from bench.postgres import Server
from bench.rivals.touch_all import NIGHT, tidy_up, timed, words
from bench.sown import Place
from bench.timing import Sample
from plimsoll.app.posting import NIGHTS
from plimsoll.ledger.chart import CODES

EARNED = "(interest_minor + (principal_minor * rate_ppm + 500000) / 1000000)"
LEGS = """
insert into journal (customer_id, loan_id, entry_n, account, command_n, minor, recorded_at, posted_on, currency)
select customer_id, loan_id, entries_count + 1, leg.account, {night}, leg.sign * {earned}, {now}, {day}, 'CNY'
from loan_state cross join (select {asset} as account, 1 as sign union all select {income}, -1) as leg
where next_on = {day} order by customer_id, loan_id, leg.account
"""
MESSAGES = """
insert into outbox (customer_id, command_n, n, created_at, delivered_at, kind, payload)
select customer_id, {night}, 1, {now}, null, 'autopay', {payload} from loan_state where next_on = {day} order by customer_id
"""
CHECKPOINT = """
insert into close_shard (closed_on, shard, done_at, loans_count, facts_count, entries_count, parked_count, sums)
select {day}, 0, {now}, count(*), 0, count(*), 0, '{empty}' from loan_state where next_on = {day}
"""
MOVED = """,
    oldest_due = case when next_on = {day} then coalesce(oldest_due, {day}) else oldest_due end,
    entries_count = case when next_on = {day} then entries_count + 1 else entries_count end,
    next_on = case when next_on = {day} then {next_day} else next_on end"""
DUE = "(principal_minor / 12 + interest_minor)"
DIALECT = {
    "postgresql": {
        "now": "now()",
        "next_day": "%(day)s + 1",
        "payload": (
            """format('{"loan_id":%%s,"due_on":"%%s","amount":"%%s","minimum":"%%s","currency":"CNY"}', loan_id, %(day)s::date, """
            f"""({DUE} / 100.0)::numeric(20, 2), ({DUE} / 100.0)::numeric(20, 2))"""
        ),
    },
    "sqlite": {
        "now": "datetime('now')",
        "next_day": "date(:day, '+1 day')",
        "payload": (
            """printf('{"loan_id":%d,"due_on":"%s","amount":"%.2f","minimum":"%.2f","currency":"CNY"}', loan_id, :day, """
            f"""{DUE} / 100.0, {DUE} / 100.0)"""
        ),
    },
}


def timed_night(place: Place, name: str, day: date, server: Server | None) -> tuple[Sample, int, int]:
    """Run the job for a day; every loan of the book counts. Return with it how many legs and messages it wrote."""
    said = {
        **words(place),
        **DIALECT[place.kind],
        "night": NIGHTS + day.toordinal(),
        "earned": EARNED,
        "asset": CODES.index("asset.loan.interest"),
        "income": CODES.index("income.interest"),
        "empty": "{}",
    }
    moved = MOVED.format(**said)
    statements = (
        *(one.format(**said) for one in (LEGS, MESSAGES, CHECKPOINT)),
        NIGHT.format(table="loan_state", day=said["day"], late=said["late"], more=moved),
    )
    sample, (legs, messages, _, _) = timed(place, name, day, server, statements)
    tidy_up(place, name, "loan_state")
    return sample, legs, messages
