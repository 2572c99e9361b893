"""Whose a loan is: its shares as the file of the customer tells them, since which day."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, of_kind, read_body
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.settle import Sums
from plimsoll.treasury.share import WHOLE, Share

FUNDED: Final = "loan.funded"
MOVED: Final = "loan.share_moved"
WHOLLY: Final = (Share(LENDER, WHOLE),)
"""The shares of a loan that is the lender's alone."""
READS_SHARES: Final = f"{FUNDED},{MOVED}"


class Holding(NamedTuple):
    """The shares of a loan from a day (number) on, the lender's last.

    `joined` says for an account from which sums on its funders have their part; None for a loan, where that is the beginning.
    """

    on: int
    shares: tuple[Share, ...]
    joined: Sums | None = None


def holdings(filings: Iterable[Filing], loan_id: int) -> list[Holding]:
    """Give whose a loan was and is, oldest first; () where nobody but the lender ever funded it."""
    kept = list(filings)
    found = [one for kind in (FUNDED, MOVED) for one in of_kind(kept, kind, str(loan_id))]
    return [_holding(one) for one in sorted(found, key=lambda one: one.n)]


def _holding(filing: Filing) -> Holding:
    said = read_body(filing)
    return Holding(filing.on, shares_of(said["shares"]), Sums(*said["joined"]) if "joined" in said else None)


def shares_on(held: Iterable[Holding], day: int) -> tuple[Share, ...]:
    """Give the shares at the end of a day; the lender's alone before any were agreed. What moved on a day holds from the next."""
    found: tuple[Share, ...] = WHOLLY
    is_first = True
    for one in held:
        if one.on < day or (is_first and one.on == day):
            found = one.shares
        is_first = False
    return found


def shares_of(parts: Iterable[Iterable[object]]) -> tuple[Share, ...]:
    """Read shares of a body: pairs of a name and millionths."""
    return tuple(Share(str(name), int(str(ppm))) for name, ppm in parts)


def said_shares(shares: Iterable[Share]) -> list[list[object]]:
    """Give shares as a body says them."""
    return [[one.funder, one.ppm] for one in shares]


def whole_of(parts: dict[str, int]) -> tuple[Share, ...]:
    """Give the shares of a loan from the funders' parts in millionths, the lender's rest last."""
    return (*(Share(name, ppm) for name, ppm in parts.items()), Share(LENDER, WHOLE - sum(parts.values())))
