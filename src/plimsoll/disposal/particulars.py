"""What the book knows of a bad loan and its borrower beside what is owed, for those who buy."""

from typing import Final, NamedTuple

WHOLE: Final = 1_000_000
"""A whole loan, in parts per million."""


class Forbearance(NamedTuple):
    """A measure that eases a loan on the cut-off date: its kinds (`disposal.eba.permitted.MEASURES`), its last day, what it says."""

    kinds: tuple[str, ...]
    ends_on: int
    said: str
    forgiven_minor: int = 0


class Particulars(NamedTuple):
    """What is on file by the cut-off date. Days are day numbers, 0 for none; None and "" where the book does not know."""

    country: str = ""  # whose law the loan was made under, ISO 3166-1 alpha-2
    is_resident: bool = False  # lives in that country; False where no list tells where
    has_email: bool | None = None
    has_phone: bool | None = None
    replied_on: int = 0  # the borrower last answered a contact, or made a promise
    is_dead: bool = False
    is_stayed: bool = False  # a court stays collection
    is_revolving: bool = False
    penalty_minor: int = 0  # of `Owed.interest_minor`
    rate: tuple[int, int] = (0, 0)  # a year, numerator and denominator
    every: str = ""  # how often payments fall due (`disposal.eba.permitted.FREQUENCIES`)
    matures_on: int = 0
    paid_minor: int = 0  # what came on the day of the last payment
    defaulted_on: int = 0
    court: tuple[tuple[int, str], ...] = ()  # days and steps (`risk.litigation.STEPS`), oldest first
    sue_until: int = 0
    measure: Forbearance | None = None
    measures_2y: int = 0  # measures of the last two years
    own_ppm: int = WHOLE  # the lender's share
    is_syndicated: bool = False  # a partner bank holds a share
    is_securitised: bool = False  # a share backs notes
    cash: tuple[tuple[int, int, str], ...] = ()  # day, minor units, agency that had the borrower then or ""


NOTHING_MORE: Final = Particulars()
