"""Whose a loan is: its shares as the file of the customer tells them, since which day."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, of_kind, read_body
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.share import WHOLE, Share

FUNDED: Final = "loan.funded"
MOVED: Final = "loan.share_moved"
READS_SHARES: Final = f"{FUNDED},{MOVED}"


class Holding(NamedTuple):
    """The shares of a loan from a day (number) on, the lender's last."""

    on: int
    shares: tuple[Share, ...]


def holdings(filings: Iterable[Filing], loan_id: int) -> list[Holding]:
    """Give whose a loan was and is, oldest first; () where nobody but the lender ever funded it."""
    kept = list(filings)
    found = [one for kind in (FUNDED, MOVED) for one in of_kind(kept, kind, str(loan_id))]
    return [Holding(one.on, shares_of(read_body(one)["shares"])) for one in sorted(found, key=lambda one: one.n)]


def shares_on(held: Iterable[Holding], day: int) -> tuple[Share, ...]:
    """Give the shares at the end of a day; the lender's alone before any were agreed. What moved on a day holds from the next."""
    found: tuple[Share, ...] = (Share(LENDER, WHOLE),)
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
