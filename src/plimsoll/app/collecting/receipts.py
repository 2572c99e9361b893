"""What channels tell of the messages of a day: those of collection become outcomes of their contacts, the others are reminders'.

A receipt that comes twice, too late, contradicts, or is of a message that nobody sent is told as such and changes nothing.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, timedelta

from plimsoll.app.channels.port import Receipt
from plimsoll.app.collecting.dial import MARK
from plimsoll.app.contact import record_outcomes
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.app.file import filings_of
from plimsoll.app.receipts import take_receipts
from plimsoll.app.wiring import WIRING
from plimsoll.collections.contact import ATTEMPTED, OUTCOME
from plimsoll.collections.record_outcome import RecordOutcome
from plimsoll.collections.reminded import DELIVERED, FAILED, READ
from plimsoll.loan.filing import of_kind, read_body
from plimsoll.rulebook.reminder import load
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

MEANS = {DELIVERED: "connected", READ: "connected", FAILED: "unanswered"}
ID_MAX = 2**63


def take_all(store: Store, receipts: Iterable[Receipt], rules: Rules, actor: str) -> dict[str, int]:
    """Record receipts; give how many came to each outcome: recorded, duplicate, late, contradicts, or the code of a refusal."""
    counts: Counter[str] = Counter()
    others = []
    for receipt in receipts:
        if MARK in receipt.message:
            counts[_take(store, receipt, rules, actor)] += 1
        else:
            others.append(receipt)
    counts.update(take_receipts(store, others, rules, actor))
    return dict(sorted(counts.items()))


def _take(store: Store, receipt: Receipt, rules: Rules, actor: str) -> str:
    """Record what a channel tells of one contact."""
    owner = receipt.message.partition("-")[0]
    if not owner.isascii() or not owner.isdigit() or not 0 < int(owner[:20]) < ID_MAX:
        return "receipt_unknown"
    if receipt.state not in MEANS:
        return "receipt_malformed"
    filings = filings_of(store, int(owner))
    made = of_kind(filings, ATTEMPTED, receipt.message)
    if not made:
        return "receipt_unknown"
    at = receipt.at.astimezone(UTC)
    told = of_kind(filings, OUTCOME, receipt.message)
    if told:
        return "duplicate" if read_body(told[0])["outcome"] == MEANS[receipt.state] else "contradicts"
    if at - made[0].at > timedelta(hours=load().ladder.late_receipt_hours):
        return "late"
    command = RecordOutcome(f"receipt:{receipt.message}", int(owner), at.date(), receipt.message, MEANS[receipt.state])
    (outcome,) = record_outcomes(store, WIRING, [command], actor=actor, now=at, rules=rules)
    if isinstance(outcome, Answer):
        return "recorded"
    return outcome.code if isinstance(outcome, Refused) else outcome.raised
