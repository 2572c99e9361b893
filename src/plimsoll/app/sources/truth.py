"""The truth about a made-up person, of which the sources of the sandbox each show their part; the house never reads it."""

from typing import NamedTuple


class Truth(NamedTuple):
    """What is true of somebody. Money in minor units a month or as it stands, shares in parts of a million."""

    age_years: int = 30
    is_student: bool = False
    is_in_region: bool = True
    is_same_person: bool = True  # name and document belong together
    is_phone_in_use: bool = True
    is_card_own: bool = True
    is_on_watch_list: bool = False
    is_deceased: bool = False
    platform_score: int | None = 720  # None for somebody whom the platform does not know
    income_minor: int = 800_000
    proofs: tuple[str, ...] = ("payroll", "tax", "inflow")
    employment_months: int = 36
    debt_minor: int = 0
    debt_limit_minor: int = 0
    debt_monthly_minor: int = 0
    debt_seen_ppm: int = 1_000_000  # how much of the debts the bureau knows of
    overdue_minor: int = 0
    lenders: int = 0
    lenders_new: int = 0  # within 30 days
    inquiries: int = 0  # within 30 days
    delinquencies: int = 0  # within 24 months
    dpd_worst: int = 0
    spend_minor: int = 400_000
    returned_ppm: int = 30_000
    night_ppm: int = 40_000
    payday_gap_days: int = 2
    assets_minor: int = 1_000_000
    device: str = ""  # "" for a device of one's own
    is_device_new: bool = False
    ring_size: int = 1  # as the device source knows it beyond the house's own customers
    ring_bad_ppm: int = 0
