"""Whose a loan is: its shares as the file of the customer tells them, since which day."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from plimsoll.loan.filing import Filing, of_kind, read_body
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.settle import NOTHING_OWED, Owed, Sums, Turn
from plimsoll.treasury.share import WHOLE, Share

FUNDED: Final = "loan.funded"
MOVED: Final = "loan.share_moved"
WHOLLY: Final = (Share(LENDER, WHOLE),)
"""The shares of a loan that is the lender's alone."""
READS_SHARES: Final = f"{FUNDED},{MOVED}"


class Holding(NamedTuple):
    """The shares of a loan from a day (number) on, the lender's last.

    Where they were funded or struck on that day they hold on it, and `begins` are the sums from which on: the beginning of a loan,
    those of the evening before of an account. Where a part moved they hold from the next day, and `begins` is None. `owed` is what an
    account owed that evening, where parts of it were struck anew; who joined took its principal over with `begins`.
    """

    on: int
    shares: tuple[Share, ...]
    begins: Sums | None
    owed: Owed = NOTHING_OWED
    is_account: bool = False


def holdings(filings: Iterable[Filing], loan_id: int) -> list[Holding]:
    """Give whose a loan was and is, oldest first; () where nobody but the lender ever funded it."""
    kept = list(filings)
    found = [one for kind in (FUNDED, MOVED) for one in of_kind(kept, kind, str(loan_id))]
    return [_holding(one) for one in sorted(found, key=lambda one: one.n)]


def _holding(filing: Filing) -> Holding:
    said = read_body(filing)
    shares = shares_of(said["shares"])
    if filing.kind == MOVED:
        return Holding(filing.on, shares, None)
    begins = said.get("struck", said.get("joined"))
    return Holding(filing.on, shares, Sums(*begins or ()), Owed(*said.get("owed", ())), begins is not None)


def shares_on(held: Iterable[Holding], day: int) -> tuple[Share, ...]:
    """Give the shares at the end of a day; the lender's alone before any were agreed. What moved on a day holds from the next."""
    found: tuple[Share, ...] = WHOLLY
    for one in held:
        if one.on < day or (one.on == day and one.begins is not None):
            found = one.shares
    return found


def shares_before(held: Iterable[Holding], day: int) -> tuple[Share, ...]:
    """Give the shares with which a day begins, before anything that is funded or struck on it."""
    return shares_on((one for one in held if one.on < day), day)


def turns_of(held: Iterable[Holding], since: int, until: int) -> tuple[Turn, ...]:
    """Give where shares were funded or struck after one day and by another, the last word of each day."""
    found = {one.on: Turn(one.shares, one.begins, one.owed) for one in held if one.begins is not None and since < one.on <= until}
    return tuple(found[on] for on in sorted(found))


def shares_of(parts: Iterable[Iterable[object]]) -> tuple[Share, ...]:
    """Read shares of a body: pairs of a name and millionths."""
    return tuple(Share(str(name), int(str(ppm))) for name, ppm in parts)


def said_shares(shares: Iterable[Share]) -> list[list[object]]:
    """Give shares as a body says them."""
    return [[one.funder, one.ppm] for one in shares]


def whole_of(parts: dict[str, int]) -> tuple[Share, ...]:
    """Give the shares of a loan from the funders' parts in millionths, the lender's rest last."""
    return (*(Share(name, ppm) for name, ppm in parts.items()), Share(LENDER, WHOLE - sum(parts.values())))
