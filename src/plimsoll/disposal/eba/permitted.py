"""Permitted values of the fields of template 3, and those of them that the house has."""

from typing import Final

ALONE: Final = "no joint counterparties"
JOINT: Final = (ALONE, "two counterparties", "more than two counterparties")
CONSUMER: Final = "Consumer"
ASSET_CLASSES: Final = (
    "Residential real estate", "Commercial real estate", "Corporate", "Automobile", CONSUMER, "Credit card", "Leasing", "Other",
)  # fmt: skip
REVOLVING, OTHER_LOANS = "Revolving credit", "Other loans"
INSTRUMENTS: Final = (
    "Deposits other than reverse repos", "Overdraft", "Credit card debt", REVOLVING, "Credit lines", "Reverse repos", "Trade receivables",
    "Financial leases", OTHER_LOANS,
)  # fmt: skip
FIXED: Final = "Fixed"
RATE_TYPES: Final = (FIXED, "Variable", "Mixed")
NOT_RESETTABLE: Final = "Not resettable"
RESETS: Final = (
    NOT_RESETTABLE, "Overnight", "Monthly", "Quarterly", "Semi-annually", "Annually", "At creditor discretion", "Other frequency",
)  # fmt: skip
MONTHLY, QUARTERLY, HALF_YEARLY, YEARLY, AT_ONCE, OTHER = "Monthly", "Quarterly", "Semi-annually", "Annually", "Bullet", "Other"
FREQUENCIES: Final = (MONTHLY, QUARTERLY, HALF_YEARLY, YEARLY, AT_ONCE, "Zero coupon", OTHER)
SETTLEMENT, PROCEEDINGS, NO_STEPS = "out of court settlement", "legal proceedings", "no legal or 'out of court' action taken"
LEGAL_STATUS: Final = (SETTLEMENT, PROCEEDINGS, NO_STEPS)
INITIAL, PROVEN, OVER = (
    "Initial stage",
    "A proof of claim has been filed by the seller",
    "A notice of the end of the procedure has been given",
)
STAGES: Final = (
    INITIAL, PROVEN, "A notice of intention to sell secured assets has been given", "A distribution has been made to the seller", OVER,
)  # fmt: skip
GRACE, LOWER_RATE, LONGER, RESCHEDULED = (
    "grace period/payment moratorium", "interest rate reduction", "extension of maturity/term", "rescheduled payments",
)  # fmt: skip
FORGIVEN: Final = "debt forgiveness"
MEASURES: Final = (GRACE, LOWER_RATE, LONGER, RESCHEDULED, FORGIVEN, "debt asset swaps", "other forbearance measures")
LEASES: Final = ("Triple net", "Net-net")
