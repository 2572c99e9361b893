"""Settle with funders: of each kind of money that flowed on a day the part of each, and the difference to what a funder says flowed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from plimsoll.treasury.route import LENDER
from plimsoll.treasury.share import Share, split
from plimsoll.units.refusal import Malformed

KINDS: Final = ("disbursed", "principal", "interest", "penalty", "fee", "recovered")
"""What is settled: money lent; principal (refunds of merchants too), interest, penalty and fee received; recoveries after charge-off."""


class Sums(NamedTuple):
    """Sums of a loan since it began, in minor units, by kind."""

    disbursed: int = 0
    principal: int = 0
    interest: int = 0
    penalty: int = 0
    fee: int = 0
    recovered: int = 0


class Loan(NamedTuple):
    """A loan on a day of settlement: its shares, and its sums the evening before and this evening.

    `stood` are the shares up to the evening before where the loan was funded only now: the funders then bring, and get, their part of all
    that flowed since it began. () where they are the same, or where a part moved for a price. `joined` are the sums from which on the
    funders have their part, where they joined an account that was there before; None where they have it from the beginning.
    """

    customer_id: int
    loan_id: int
    currency: str
    shares: tuple[Share, ...]
    before: Sums
    after: Sums
    stood: tuple[Share, ...] = ()
    joined: Sums | None = None


class Line(NamedTuple):
    """One line of a settlement file: a loan, and the funder's part of what flowed, in minor units."""

    customer_id: int
    loan_id: int
    currency: str
    sums: Sums

    def net_minor(self) -> int:
        """Give what the funder gets (above nought) or brings."""
        return sum(self.sums) - 2 * self.sums.disbursed


def settle(loans: Iterable[Loan]) -> dict[str, list[Line]]:
    """Give each funder's lines of the day, the lender's too; a loan without a flow has none. The parts of each flow add up to it."""
    found: dict[str, list[Line]] = {}
    for loan in loans:
        if loan.before == loan.after and not loan.stood and loan.joined is None:
            continue
        early = _early(loan)
        late = [split(minor, loan.shares, LENDER) for minor in loan.after]
        for share in loan.shares:
            flows = Sums(*(now[share.funder] - was.get(share.funder, 0) for was, now in zip(early, late, strict=True)))
            if any(flows):
                found.setdefault(share.funder, []).append(Line(loan.customer_id, loan.loan_id, loan.currency, flows))
    return found


def _early(loan: Loan) -> list[dict[str, int]]:
    """Give by kind what everybody's part was the evening before; of those who join since, what it was where they joined."""
    if loan.joined is None:
        return [split(minor, loan.stood or loan.shares, LENDER) for minor in loan.before]
    found = []
    for minor, from_here in zip(loan.before, loan.joined, strict=True):
        parts = split(from_here, loan.shares, LENDER)
        # What flowed between is the lender's: the parts of everybody still add up to what flowed.
        parts[LENDER] += minor - from_here
        found.append(parts)
    return found


def total(lines: Iterable[Line]) -> Sums:
    """Add up lines of one currency by kind."""
    kept = [one.sums for one in lines]
    return Sums(*(sum(one[place] for one in kept) for place in range(len(KINDS))))


class Difference(NamedTuple):
    """A loan on which a funder's file and ours do not agree: only ours, only theirs, or other amounts (ours and theirs by kind)."""

    customer_id: int
    loan_id: int
    why: str
    ours: Sums
    theirs: Sums


ONLY_OURS, ONLY_THEIRS, DIFFERS = "only-ours", "only-theirs", "differs"


def reconcile(ours: Sequence[Line], theirs: Sequence[Line], stated: Sums) -> list[Difference]:
    """Give every loan on which two files do not agree, in the order of loans.

    Raises Malformed settlement_totals_wrong where the lines of their file do not add up to the totals it states, settlement_duplicate
    where it has a loan twice: such a file is sent back whole.
    """
    if total(theirs) != stated:
        raise Malformed("settlement_totals_wrong", f"lines add up to {tuple(total(theirs))}, stated are {tuple(stated)}")
    sides: list[Mapping[tuple[int, int], Sums]] = []
    for lines in (ours, theirs):
        by_loan = {(one.customer_id, one.loan_id): one.sums for one in lines}
        if len(by_loan) < len(lines):
            raise Malformed("settlement_duplicate", f"{len(lines) - len(by_loan)} loans stand twice")
        sides.append(by_loan)
    mine, other = sides
    found = []
    for key in sorted(mine.keys() | other.keys()):
        one, two = mine.get(key, Sums()), other.get(key, Sums())
        if one != two or (key in mine) != (key in other):
            why = ONLY_OURS if key not in other else ONLY_THEIRS if key not in mine else DIFFERS
            found.append(Difference(*key, why, one, two))
    return found
