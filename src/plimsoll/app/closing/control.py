"""The control totals of a day: what the tape says and what the general ledger says, side by side."""

import json
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Control:
    """The control totals of a day: by currency and account, what the tape says, what entries and standing accrual say; and every breach.

    `standing` is the standing accrual as it is booked, by product and currency, and by account, and `tape_sha256` the digest of the tape's
    file, "" where none was written; `plimsoll verify` holds the rows and the file to them.
    """

    day: int
    loans: int
    ledger: dict[str, dict[str, int]]
    tape: dict[str, dict[str, int]]
    breaches: tuple[str, ...]
    standing: dict[str, dict[str, int]] = field(default_factory=dict)
    tape_sha256: str = ""

    def text(self) -> str:
        """Give the totals as JSON, as the close keeps them."""
        said = {"loans": self.loans, "ledger": self.ledger, "tape": self.tape, "standing": self.standing, "tape_sha256": self.tape_sha256}
        return json.dumps({**said, "breaches": list(self.breaches)})
