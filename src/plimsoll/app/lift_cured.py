"""Lift a restriction of use with the payment that cures it: what follows a command on a customer whose line is frozen.

A payment that comes by a file is followed by the night of its day (`watch_ask`). The key is the payment's, so that it is lifted once.
"""

from hashlib import sha256
from typing import Any

from plimsoll.app.database.sheet import Sheet
from plimsoll.collections.lift_sanction import LiftSanction
from plimsoll.loan.book import LINE_FROZEN


def lift_cured(sheet: Sheet, command: Any) -> LiftSanction | None:
    """Give what follows a payment where the line is frozen: to lift the restriction, which is refused where none stands or more is due."""
    if sheet.line is None or sheet.line.status != LINE_FROZEN:
        return None
    return LiftSanction(f"cured:{sha256(command.key.encode()).hexdigest()[:32]}", command.customer_id, command.on)
