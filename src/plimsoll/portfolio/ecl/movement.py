"""How the allowance moved from one day to the next, by stage, to the minor unit: new loans, transfers, remeasurement, and what left.

Each loan's change is put into columns that add up to it, in integers, so the table closes by construction: opening, plus every column,
is closing, for each stage and in all.
"""

from collections.abc import Hashable, Mapping
from typing import Final, NamedTuple, TypeVar

from plimsoll.portfolio.ecl.stage import STAGES

NEW, MOVED, REMEASURED, REPAID, SOLD, WRITTEN_OFF, MODEL = "new", "moved", "remeasured", "repaid", "sold", "written-off", "model"
COLUMNS: Final = (NEW, MOVED, REMEASURED, REPAID, SOLD, WRITTEN_OFF, MODEL)
"""`moved` is what a loan carries from one stage to another and is nought in all; `model` is the change of the model on the same loans."""
Loan = TypeVar("Loan", bound=Hashable)
LEFT: Final = {"paid-off": REPAID, "sold": SOLD, "charged-off": WRITTEN_OFF}
"""What a loan that is gone left as; one that is not named was repaid."""


class Allowance(NamedTuple):
    """The allowance of one loan: its stage, and minor units."""

    stage: int
    minor: int


class Movement(NamedTuple):
    """The table: by stage the opening, each column, and the closing, in minor units."""

    opening: Mapping[int, int]
    columns: Mapping[str, Mapping[int, int]]
    closing: Mapping[int, int]

    def adds_up(self) -> bool:
        """Tell whether opening and columns make the closing, stage by stage."""
        return all(self.opening[stage] + sum(self.columns[name][stage] for name in COLUMNS) == self.closing[stage] for stage in STAGES)


def movement(
    before: Mapping[Loan, Allowance],
    after: Mapping[Loan, Allowance],
    left: Mapping[Loan, str],
    by_old_model: Mapping[Loan, int] | None = None,
) -> Movement:
    """Give the table between two days; loans by any id that is the same on both.

    `left` says as what a loan left that is not there any more. `by_old_model` is the allowance today of loans as the model of the opening
    would have it, where the model changed: the rest of their change is then the model's.
    """
    columns = {name: dict.fromkeys(STAGES, 0) for name in COLUMNS}
    opening, closing = dict.fromkeys(STAGES, 0), dict.fromkeys(STAGES, 0)
    for loan, old in before.items():
        opening[old.stage] += old.minor
        if loan not in after:
            columns[LEFT.get(left.get(loan, ""), REPAID)][old.stage] -= old.minor
    for loan, now in after.items():
        closing[now.stage] += now.minor
        if loan not in before:
            columns[NEW][now.stage] += now.minor
            continue
        was = before[loan]
        if was.stage != now.stage:
            columns[MOVED][was.stage] -= was.minor
            columns[MOVED][now.stage] += was.minor
        held = now.minor if by_old_model is None else by_old_model.get(loan, now.minor)
        columns[REMEASURED][now.stage] += held - was.minor
        columns[MODEL][now.stage] += now.minor - held
    return Movement(opening, columns, closing)
