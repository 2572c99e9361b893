"""Template 3, loans: contract, what is owed, lateness, proceedings, funders and forbearance, as the book tells them on the cut-off date.

Principal, accrued interest and other balances are those on the balance sheet: nothing of a loan that was written off. Penalty stands there
only while it is income (up to 90 days past due), and then among the other balances. The legal balance is the whole claim.
"""

from collections.abc import Callable
from typing import Final

from plimsoll.disposal.eba.field import (
    AMOUNT,
    BETWEEN,
    CHOICE,
    CHOICES,
    COUNTRY,
    CURRENCY,
    DAY,
    NO,
    PERCENT,
    TEXT,
    WHOLE_NUMBER,
    YES_NO,
    Field,
    Row,
    amount,
    day,
    loan,
    never,
    percent,
    yes,
)
from plimsoll.disposal.eba.permitted import (
    ALONE,
    ASSET_CLASSES,
    CONSUMER,
    FIXED,
    FORGIVEN,
    FREQUENCIES,
    INITIAL,
    INSTRUMENTS,
    JOINT,
    LEASES,
    LEGAL_STATUS,
    MEASURES,
    NO_STEPS,
    NOT_RESETTABLE,
    OTHER_LOANS,
    OVER,
    PROCEEDINGS,
    PROVEN,
    RATE_TYPES,
    RESETS,
    REVOLVING,
    SETTLEMENT,
    STAGES,
)
from plimsoll.disposal.particulars import WHOLE, Forbearance
from plimsoll.loan.layout import PRINCIPAL_FIRST_FROM_DAYS
from plimsoll.risk.litigation import ENDED, IN_SUIT, NOT_SUED, SUED
from plimsoll.units.money import text_of

YOUNG_DAYS: Final = 365
"""Days past due up to which the terms of a contract are asked for."""
NOT_MIXED: Final = "asked only of a mixed rate; every rate of this house is fixed"
NOT_VARIABLE: Final = "asked only of a variable rate; every rate of this house is fixed"
TOO_OLD: Final = f"asked only up to {YOUNG_DAYS} days past due"
NO_LICENCE: Final = "the rules know no licence of the product"
NO_MATURITY: Final = f"{TOO_OLD}; what revolves has none"
NO_DEFAULT: Final = "asked only of what is in default"
NOT_SUED_FOR: Final = "asked only where legal proceedings were begun"
NOT_LEASED: Final = "asked only of a lease"
NOT_EASED: Final = "asked only while forbearance is applied"
NOTHING_SECURED: Final = "nothing is secured, so no order for possession is asked for"


def _is_young(row: Row) -> bool:
    return row.loan.days <= YOUNG_DAYS


def _has_maturity(row: Row) -> bool:
    return _is_young(row) and not row.more.is_revolving


def _is_sued(row: Row) -> bool:
    return row.loan.litigation != NOT_SUED


def _is_eased(row: Row) -> bool:
    return row.more.measure is not None


def _is_forgiven(row: Row) -> bool:
    return row.more.measure is not None and FORGIVEN in row.more.measure.kinds


def _is_suspended(row: Row) -> bool:
    """Tell whether interest and penalty no longer count as income."""
    return row.loan.days >= PRINCIPAL_FIRST_FROM_DAYS


def _is_bad(row: Row) -> bool:
    return _is_suspended(row) or row.loan.is_written_off


def _on_book(minor: Callable[[Row], int]) -> Callable[[Row], str]:
    """Give what writes an amount of the balance sheet, where a loan that was written off has none."""
    return amount(lambda row: 0 if row.loan.is_written_off else minor(row))


def _accrued(row: Row) -> int:
    return row.loan.owed.interest_minor - row.more.penalty_minor


def _others(row: Row) -> int:
    return row.loan.owed.fees_minor + (0 if _is_suspended(row) else row.more.penalty_minor)


def _rate(row: Row) -> str:
    num, den = row.more.rate
    return percent(num, den) if den else ""


def _paid(row: Row) -> str:
    return text_of(row.more.paid_minor, row.loan.currency) if row.more.paid_minor else ""


def _legal_status(row: Row) -> str:
    if _is_sued(row):
        return PROCEEDINGS
    return SETTLEMENT if _is_eased(row) else NO_STEPS


def _sued_on(row: Row) -> str:
    return day(max((on for on, step in row.more.court if step in SUED), default=0))


def _stages(row: Row) -> str:
    """Give the stages reached: a claim counts as proven from a judgment, or a mediation before the court, on."""
    reached = [INITIAL]
    if row.loan.litigation != IN_SUIT:
        reached.append(PROVEN)
    if row.loan.litigation == ENDED:
        reached.append(OVER)
    return BETWEEN.join(reached)


def _eased(tell: Callable[[Forbearance], str]) -> Callable[[Row], str]:
    return lambda row: tell(row.more.measure) if row.more.measure is not None else ""


def _forgiven(row: Row) -> str:
    return text_of(row.more.measure.forgiven_minor, row.loan.currency) if row.more.measure is not None else ""


def _kinds(measure: Forbearance) -> str:
    return BETWEEN.join(measure.kinds)


def _instrument(row: Row) -> str:
    """Give what kind of loan it is: an account revolves, a draw under a limit is a loan of its own with a last day."""
    return REVOLVING if row.more.is_revolving else OTHER_LOANS


def _of_lease(index: str, name: str, form: str, permitted: tuple[str, ...] = ()) -> Field:
    return Field(index, name, False, form, None, NOT_LEASED, never, permitted)


LOAN: Final = (
    Field("3,00", "Cut-off Date", True, DAY, lambda row: row.cut_off.isoformat()),
    Field("3,01", "Loan Identifier", True, TEXT, loan),
    Field("3,02", "Inception date", True, DAY, lambda row: day(row.loan.opened_on)),
    Field("3,03", "Governing Law of Loan Agreement", True, COUNTRY, lambda row: row.more.country, NO_LICENCE),
    Field("3,04", "Joint Counterparties", True, CHOICE, lambda _: ALONE, permitted=JOINT),
    Field("3,05", "Asset Class", True, CHOICE, lambda _: CONSUMER, permitted=ASSET_CLASSES),
    Field("3,06", "Type of instrument", True, CHOICE, _instrument, permitted=INSTRUMENTS),
    Field("3,07", "Legal final maturity date", False, DAY, lambda row: day(row.more.matures_on), NO_MATURITY, _has_maturity),
    Field("3,08", "Currency", True, CURRENCY, lambda row: row.loan.currency),
    Field("3,09", "Principal amount", True, AMOUNT, _on_book(lambda row: row.loan.owed.principal_minor)),
    Field("3,10", "Accrued interest", True, AMOUNT, _on_book(_accrued)),
    Field("3,11", "Other balances", True, AMOUNT, _on_book(_others)),
    Field("3,12", "Legal Balance", True, AMOUNT, amount(lambda row: sum(row.loan.owed))),
    Field("3,13", "Days in Past-Due", True, WHOLE_NUMBER, lambda row: str(row.loan.days)),
    Field("3,14", "Interest Rate", False, PERCENT, _rate, TOO_OLD, _is_young),
    Field("3,15", "Interest Rate Type", False, CHOICE, lambda _: FIXED, TOO_OLD, _is_young, RATE_TYPES),
    Field("3,16", "Description of Interest Rate Type", False, TEXT, None, NOT_MIXED, never),
    Field("3,17", "Interest rate spread/margin", False, PERCENT, None, NOT_VARIABLE, never),
    Field("3,18", "Reference Rate", False, TEXT, None, NOT_VARIABLE, never),
    Field("3,19", "Interest rate reset frequency", False, CHOICE, lambda _: NOT_RESETTABLE, TOO_OLD, _is_young, RESETS),
    Field("3,20", "Payment Frequency", False, CHOICE, lambda row: row.more.every, TOO_OLD, _is_young, FREQUENCIES),
    Field("3,21", "Last Payment Date", False, DAY, lambda row: day(row.loan.last_paid_on), "nothing was ever paid"),
    Field("3,22", "Last Payment Amount", False, AMOUNT, _paid, "nothing was ever paid"),
    Field("3,23", "Date of the default status of the instrument", True, DAY, lambda row: day(row.more.defaulted_on), NO_DEFAULT, _is_bad),
    Field("3,24", "Loan legal status", True, CHOICE, _legal_status, permitted=LEGAL_STATUS),
    Field("3,25", "Date of initiation of legal proceedings", True, DAY, _sued_on, NOT_SUED_FOR, _is_sued),
    Field("3,26", "Stage reached in legal proceedings", True, CHOICES, _stages, NOT_SUED_FOR, _is_sued, STAGES),
    Field("3,27", "Jurisdiction of Court", True, COUNTRY, lambda row: row.more.country, NOT_SUED_FOR, _is_sued),
    Field("3,28", "Date of Obtaining Order for Possession", False, DAY, None, NOTHING_SECURED, never),
    Field(
        "3,29", "Statute of limitations date", True, DAY, lambda row: day(row.more.sue_until), "no time for a suit runs",
        lambda row: row.more.sue_until > 0,
    ),
    Field("3,30", "Syndicated Loan", False, YES_NO, lambda row: yes(row.more.is_syndicated)),
    Field(
        "3,31", "Syndicated Portion", False, PERCENT, lambda row: percent(row.more.own_ppm, WHOLE), "asked only of a syndicated loan",
        lambda row: row.more.is_syndicated,
    ),
    Field("3,32", "Securitised", False, YES_NO, lambda row: yes(row.more.is_securitised)),
    Field("3,33", "Lease agreement", True, YES_NO, lambda _: NO),
    _of_lease("3,34", "Start Date of Lease", DAY),
    _of_lease("3,35", "End Date of Lease", DAY),
    _of_lease("3,36", "Lease Break Option", TEXT),
    _of_lease("3,37", "Type of Lease", CHOICE, LEASES),
    Field("3,38", "Forbearance measure", True, YES_NO, lambda row: yes(_is_eased(row))),
    Field("3,39", "Type of Forbearance measure", True, CHOICES, _eased(_kinds), NOT_EASED, _is_eased, MEASURES),
    Field("3,40", "End Date of Forbearance measure", True, DAY, _eased(lambda one: day(one.ends_on)), NOT_EASED, _is_eased),
    Field("3,41", "Description of the Forbearance measures", False, TEXT, _eased(lambda one: one.said), NOT_EASED, _is_eased),
    Field("3,42", "Debt Forgiveness", False, AMOUNT, _forgiven, f"asked only of {FORGIVEN}", _is_forgiven),
    Field("3,43", "Number of historical forbearance", False, WHOLE_NUMBER, lambda row: str(row.more.measures_2y), NOT_EASED, _is_eased),
)  # fmt: skip
