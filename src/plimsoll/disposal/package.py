"""A package of bad loans as its dossier tells it: opened, filled part by part, frozen, sold, transferred; or withdrawn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final, NamedTuple

from plimsoll.loan.filing import Filing, body_of, read_body
from plimsoll.units.refusal import Refused

KIND: Final = "package"
OPENED: Final = "package.opened"
FILLED: Final = "package.filled"
FROZEN: Final = "package.frozen"
WITHDRAWN: Final = "package.withdrawn"
SOLD: Final = "package.sold"
TRANSFERRED: Final = "package.transferred"
RETURNED: Final = "package.returned"
VALUED: Final = "package.valued"
PAID_BUYER: Final = "package.paid_buyer"
CONDUCT: Final = "package.conduct"
STATES: Final = ("open", "frozen", "withdrawn", "sold", "transferred")
PART_LOANS_MAX: Final = 2_000
"""Loans of one part: its entry stays below the greatest length of a body."""


class Packed(NamedTuple):
    """A loan of a package on the cut-off date. Amounts in minor units."""

    customer_id: int
    loan_id: int
    principal_minor: int
    interest_minor: int
    fees_minor: int
    days: int
    keep_minor: int
    price_minor: int

    @property
    def weight_minor(self) -> int:
        """Give unpaid principal and interest together."""
        return self.principal_minor + self.interest_minor


@dataclass(frozen=True, slots=True)
class Package:
    """Where a package stands. `price_minor` is what the buyer pays for all of it."""

    state: str
    cut_off: int
    currency: str
    licence: str
    secret: str
    title: str
    loans: tuple[Packed, ...] = ()
    digest: str = ""
    sheet: Mapping[str, Any] = field(default_factory=dict)
    tender: str = ""
    buyer: str = ""
    price_minor: int = 0
    contract: str = ""
    sold_on: int = 0
    transferred_on: int = 0
    transfer: Mapping[str, Any] = field(default_factory=dict)
    returned: tuple[int, ...] = ()
    paid_buyer_minor: int = 0

    @property
    def weight_minor(self) -> int:
        """Give unpaid principal and interest of all loans."""
        return sum(loan.weight_minor for loan in self.loans)


def package_of(filings: Iterable[Filing]) -> Package | None:
    """Give where a package stands; None where there is none."""
    found: Package | None = None
    for filing in filings:
        said = read_body(filing)
        if filing.kind == OPENED:
            found = Package("open", said["cut_off"], said["currency"], said["licence"], said["secret"], said["title"])
        elif found is not None:
            found = _moved(found, filing, said)
    return found


def _moved(was: Package, filing: Filing, said: dict[str, Any]) -> Package:
    if filing.kind == FILLED:
        return replace(was, loans=(*was.loans, *(Packed(*loan) for loan in said["loans"])))
    if filing.kind == FROZEN:
        return replace(was, state="frozen", digest=said["digest"], sheet=said["sheet"])
    if filing.kind == WITHDRAWN:
        return replace(was, state="withdrawn")
    if filing.kind == SOLD:
        sold = replace(was, state="sold", tender=said["tender"], buyer=said["buyer"], price_minor=said["price_minor"])
        return replace(sold, contract=said["contract"], sold_on=filing.on)
    if filing.kind == TRANSFERRED:
        return replace(was, state="transferred", transferred_on=filing.on, transfer=said)
    if filing.kind == RETURNED:
        return replace(was, returned=(*was.returned, said["loan_id"]))
    if filing.kind == PAID_BUYER:
        return replace(was, paid_buyer_minor=was.paid_buyer_minor + said["minor"])
    return was


def find_package(filings: Iterable[Filing], subject: str, *states: str) -> Package | Refused:
    """Give a package in one of some states; refuses package_unknown, package_not_ready."""
    found = package_of(filings)
    if found is None:
        return Refused("package_unknown", "", subject)
    if found.state not in states:
        return Refused("package_not_ready", "", f"{subject} is {found.state}, not {' or '.join(states)}")
    return found


def digest_of(loans: Iterable[Packed]) -> str:
    """Give the SHA-256 of the loans of a package, in the order of their numbers: what is sold is what was shown."""
    return sha256(body_of({"loans": [list(loan) for loan in sorted(loans, key=lambda one: one.loan_id)]}).encode()).hexdigest()


def read_loans(body: str, said: Mapping[str, Any]) -> list[Packed] | Refused:
    """Read the loans of one part; refuses package_part_malformed."""
    rows = said.get("loans")
    if not isinstance(rows, list) or not 0 < len(rows) <= PART_LOANS_MAX:
        return Refused("package_part_malformed", "", f"{len(body)} characters; a list of 1 to {PART_LOANS_MAX} loans under loans")
    found = []
    for n, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != len(Packed._fields) or any(type(cell) is not int or cell < 0 for cell in row):
            return Refused("package_part_malformed", "", f"loan {n}: {len(Packed._fields)} whole numbers from 0 up")
        found.append(Packed(*row))
        if found[-1].weight_minor == 0:
            return Refused("package_part_malformed", "", f"loan {n} owes nothing")
    return found


def shares_of(price_minor: int, weights: Sequence[int]) -> list[int]:
    """Share a price over loans by their weight, exactly: rounded down, what is left by one minor unit to the first loans."""
    total = sum(weights)
    shares = [price_minor * weight // total for weight in weights]
    left = price_minor - sum(shares)
    return [share + (1 if at < left else 0) for at, share in enumerate(shares)]
