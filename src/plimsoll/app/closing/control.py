"""The control totals of a day: what the tape says and what the general ledger says, side by side."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Control:
    """The control totals of a day: by currency and account, what the tape says, what entries and standing accrual say; and every breach."""

    day: int
    loans: int
    ledger: dict[str, dict[str, int]]
    tape: dict[str, dict[str, int]]
    breaches: tuple[str, ...]

    def text(self) -> str:
        """Give the totals as JSON, as the close keeps them."""
        return json.dumps({"loans": self.loans, "ledger": self.ledger, "tape": self.tape, "breaches": list(self.breaches)})
