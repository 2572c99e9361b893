"""Settle with funders: of each kind of money that flowed on a day the part of each, and the difference to what a funder says flowed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from plimsoll.treasury.route import LENDER
from plimsoll.treasury.share import WHOLE, Share
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


class Owed(NamedTuple):
    """What an account owes, in minor units."""

    principal: int = 0
    interest: int = 0
    penalty: int = 0
    fee: int = 0


NOTHING_OWED: Final = Owed()


class Turn(NamedTuple):
    """Where the shares of a loan began, or were struck anew: the shares from there on, and the sums that had flowed until then.

    What was `owed` then changes hands at its amount: who has less of it from there on gets the difference, who has more brings it.
    Who joins an account takes over the principal owed with the sums: so much less had been lent until then.
    """

    shares: tuple[Share, ...]
    begins: Sums
    owed: Owed = NOTHING_OWED


class Loan(NamedTuple):
    """A loan on a day of settlement: the shares after the evening before, its sums of that evening and of this, and turns between them."""

    customer_id: int
    loan_id: int
    currency: str
    shares: tuple[Share, ...]
    before: Sums
    after: Sums
    turns: tuple[Turn, ...] = ()


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
        if loan.before == loan.after and not loan.turns:
            continue
        for name, flows in _flows(loan).items():
            if any(flows):
                found.setdefault(name, []).append(Line(loan.customer_id, loan.loan_id, loan.currency, flows))
    return found


def _flows(loan: Loan) -> dict[str, Sums]:
    """Give what flowed to each by kind: of funders what they have by the sums of each stretch, of the lender all the rest."""
    got: dict[str, list[int]] = {}
    shares, early = loan.shares, loan.before
    for turn in (*loan.turns, Turn(loan.turns[-1].shares if loan.turns else shares, loan.after)):
        for share in shares:
            if share.funder != LENDER:
                of_it = got.setdefault(share.funder, [0] * len(KINDS))
                for at, (since, until) in enumerate(zip(early, turn.begins, strict=True)):
                    of_it[at] += _part(until, share) - _part(since, share)
        _change_hands(got, shares, turn)
        shares, early = turn.shares, turn.begins
    rest = zip(loan.before, loan.after, *got.values(), strict=True)
    lender = Sums(*(late - before - sum(parts) for before, late, *parts in rest))
    return {**{name: Sums(*flows) for name, flows in got.items()}, LENDER: lender}


def _change_hands(got: dict[str, list[int]], shares: Sequence[Share], turn: Turn) -> None:
    """Let what was owed where parts were struck go over to who has it from there on."""
    if turn.owed == NOTHING_OWED:
        return
    for parts, sign in ((shares, 1), (turn.shares, -1)):
        for share in parts:
            if share.funder != LENDER:
                of_it = got.setdefault(share.funder, [0] * len(KINDS))
                of_it[0] -= sign * _part(turn.owed.principal, share)
                for at, minor in enumerate(turn.owed[1:], 2):
                    of_it[at] += sign * _part(minor, share)


def _part(minor: int, share: Share) -> int:
    return minor * share.ppm // WHOLE


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
