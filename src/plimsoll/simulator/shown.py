"""What the house shows a borrower who looks: what is due today on each loan, what is outstanding, what is claimed."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from plimsoll.app.database.sheet import Want
from plimsoll.app.database.store import Store
from plimsoll.loan.book import Held
from plimsoll.loan.layout import CHARGED_OFF, OPEN
from plimsoll.loan.owed import dues
from plimsoll.loan.state import read_state
from plimsoll.loan.terms import LOAN
from plimsoll.servicing.spread import standing_now


class ShownLoan(NamedTuple):
    """One loan or account as its borrower sees it on a day, in minor units."""

    loan_id: int
    is_account: bool
    due_minor: int
    principal_minor: int
    payoff_minor: int
    claim_minor: int


class Shown(NamedTuple):
    """What a borrower sees on a day: the loans that are open or claimed."""

    loans: tuple[ShownLoan, ...]

    @property
    def due_minor(self) -> int:
        """Give what is due on all loans together, in minor units."""
        return sum(loan.due_minor for loan in self.loans)

    def find(self, loan_id: int) -> ShownLoan | None:
        """Give one loan, None where it is paid off."""
        return next((loan for loan in self.loans if loan.loan_id == loan_id), None)


def show(store: Store, customers: Mapping[int, Iterable[int]], day: int) -> dict[int, Shown]:
    """Give what some customers see of the loans named for each; nothing is changed."""
    wants = [Want(customer_id, tuple(loan_ids)) for customer_id, loan_ids in customers.items()]
    if not wants:
        return {}
    with store.transaction() as transaction:
        sheets = transaction.take([], wants).sheets
    return {customer_id: Shown(tuple(_shown(held, day) for held in sheet.loans.values())) for customer_id, sheet in sheets.items()}


def _shown(held: Held, day: int) -> ShownLoan:
    is_account = held.terms.kind != LOAN
    if held.summary.status not in (OPEN, CHARGED_OFF):
        return ShownLoan(held.loan_id, is_account, 0, 0, 0, 0)
    standing = standing_now(held, day)
    state = read_state(held.terms, standing)
    due_minor = sum(due.minor for due in dues(standing)) if held.summary.status == OPEN else 0
    return ShownLoan(held.loan_id, is_account, due_minor, state.principal, state.payoff, state.claim)
