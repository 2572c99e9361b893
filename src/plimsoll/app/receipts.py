"""What channels tell of messages that left: delivered, read, failed; each recorded once, whatever comes again, late, or of nobody."""

import json
from collections.abc import Sequence
from datetime import UTC
from typing import Final

from plimsoll.app.channels.port import Receipt
from plimsoll.app.contact import forget_calls
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer, execute
from plimsoll.app.wiring import WIRING
from plimsoll.collections.record_receipt import RecordReceipt
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

ACTOR: Final = "remind"


def take_receipts(store: Store, receipts: Sequence[Receipt], rules: Rules, actor: str = ACTOR) -> dict[str, int]:
    """Record what a channel tells; give how many came to each outcome: recorded, duplicate, late, contradicts, or the code of a refusal."""
    counts: dict[str, int] = {}
    for receipt in receipts:
        outcome = take_receipt(store, receipt, rules, actor)
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


def take_receipt(store: Store, receipt: Receipt, rules: Rules, actor: str = ACTOR) -> str:
    """Record one receipt; give its outcome, or the code by which it was refused: receipt_unknown, receipt_malformed."""
    owner = receipt.message.partition("-")[0]
    if not owner.isascii() or not owner.isdigit() or not 0 < int(owner[:20]) < 2**63:
        return "receipt_unknown"
    # The same receipt twice has to reach the verb, which knows a duplicate; so each instant has a key of its own.
    key = f"receipt:{receipt.message}:{receipt.state}:{receipt.at.isoformat()}"[:200]
    at = receipt.at.astimezone(UTC)
    command = RecordReceipt(key, int(owner), at.date(), receipt.message, receipt.state, receipt.code)
    answer = execute(store, WIRING, command, actor=actor, now=at, rules=rules)
    if isinstance(answer, Refused):
        return "receipt_unknown" if answer.code == "customer_unknown" else answer.code
    assert isinstance(answer, Answer), answer
    said = json.loads(answer.text)
    if said["is_answered"]:
        forget_calls(store, [(command.customer_id, command.message)])
    return "duplicate" if answer.is_replayed else str(said["outcome"])
