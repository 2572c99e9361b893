"""Template 1, counterparties, and 2.1 to 2.4, what belongs to what. Every borrower is a person; nothing is mortgaged or guaranteed."""

from typing import Final

from plimsoll.disposal.eba.field import (
    AMOUNT,
    CHOICE,
    CORPORATE,
    COUNTRY,
    CURRENCY,
    DAY,
    NOT_HELD,
    TEXT,
    UNTIL_CLOSING,
    YES_NO,
    Field,
    Row,
    borrower,
    day,
    loan,
    never,
    yes,
)
from plimsoll.risk.litigation import NOT_SUED

BORROWER: Final = "Borrower"
HOUSEHOLDS: Final = "Households"
NO_ACTION, OTHER_MEASURES = "No legal action taken", "Other legal measures"
ROLES: Final = ("Protection provider", BORROWER)
LEGAL_TYPES: Final = ("Non-financial corporations-SMEs", "Non-financial corporations-other than SMEs", HOUSEHOLDS)
SOLVENCY: Final = (
    NO_ACTION,
    "Under judicial administration, receivership or similar measures",
    "Bankruptcy/insolvency",
    OTHER_MEASURES,
)
STAYED: Final = "Collection stayed by a court"
NO_INSOLVENCY: Final = "asked only of who is in insolvency proceedings, of which this book knows none"
NOT_TOLD_WHERE: Final = "the book does not hold where the borrower lives; a list of people may tell it"


def _solvency(row: Row) -> str:
    return OTHER_MEASURES if _measures(row) else NO_ACTION


def _measures(row: Row) -> list[str]:
    """Give what courts do about the borrower's loans in the package, each once, in the order of its letters."""
    found = {one.litigation.replace("_", " ").capitalize() for one in row.of_borrower if one.litigation != NOT_SUED}
    stayed = [STAYED] if any(one.more.is_stayed for one in row.of_borrower) else []
    return [*sorted(found), *stayed]


def _last_reply(row: Row) -> str:
    return day(max(one.more.replied_on for one in row.of_borrower))


def _country(row: Row) -> str:
    return row.more.country if row.more.is_resident else ""


def _of_company(index: str, name: str, form: str, *, is_mandatory: bool = False) -> Field:
    return Field(index, name, is_mandatory, form, None, CORPORATE, never)


def _of_person(index: str, name: str, form: str = TEXT, *, is_mandatory: bool = True) -> Field:
    return Field(index, name, is_mandatory, form, None, UNTIL_CLOSING)


COUNTERPARTY: Final = (
    Field("1,00", "Counterparty Group Identifier", True, TEXT, borrower),  # a person alone is a group of one
    _of_person("1,01", "Name of Counterparty Group"),
    Field("1,02", "Counterparty Identifier", True, TEXT, borrower),
    _of_person("1,03", "Name of Counterparty"),
    _of_company("1,04", "Economic activity", TEXT, is_mandatory=True),
    Field("1,05", "Role of the counterparty", True, CHOICE, lambda _: BORROWER, permitted=ROLES),
    Field("1,06", "Legal Type of Counterparty", True, CHOICE, lambda _: HOUSEHOLDS, permitted=LEGAL_TYPES),
    _of_person("1,07", "Date of birth", DAY, is_mandatory=False),
    Field("1,08", "Residency of Counterparty", True, YES_NO, lambda row: "Yes" if row.more.is_resident else "", NOT_TOLD_WHERE),
    Field("1,09", "Counterparty deceased", False, YES_NO, lambda row: yes(any(one.more.is_dead for one in row.of_borrower))),
    _of_company("1,10", "National identifier (corporates)", TEXT, is_mandatory=True),
    _of_person("1,11", "National identifier (private individuals)", is_mandatory=False),
    _of_person("1,12", "Source of National identifier"),
    _of_company("1,13", "Legal Entity Identifier (LEI)", TEXT),
    _of_person("1,14", "Address of Counterparty"),
    _of_person("1,15", "City of Counterparty"),
    _of_person("1,16", "Postal code of Counterparty"),
    Field("1,17", "Country of Counterparty", True, COUNTRY, _country, NOT_TOLD_WHERE),
    Field("1,18", "Availability of e-mail address", False, YES_NO, lambda row: yes(row.more.has_email), NOT_HELD),
    Field("1,19", "Availability of telephone number", False, YES_NO, lambda row: yes(row.more.has_phone), NOT_HELD),
    Field("1,20", "Date of Last Contact", False, DAY, _last_reply, "no contact on file that was answered"),
    _of_company("1,21", "Date of Latest Annual Financial Statements", DAY),
    _of_company("1,22", "Currency of Financial Statements", CURRENCY),
    _of_company("1,23", "Fixed Assets", AMOUNT),
    _of_company("1,24", "Current Assets", AMOUNT),
    _of_company("1,25", "Cash and Cash Equivalent Items", AMOUNT),
    _of_company("1,26", "Total Assets", AMOUNT),
    _of_company("1,27", "Total Liabilities", AMOUNT),
    _of_company("1,28", "Total Debt", AMOUNT),
    _of_company("1,29", "Annual Turnover", AMOUNT),
    _of_company("1,30", "Annual EBIT", AMOUNT),
    Field("1,31", "Name of Insolvency/Restructuring Proceedings", True, TEXT, None, NO_INSOLVENCY, never),
    Field("1,32", "Status of legal proceedings", True, CHOICE, _solvency, permitted=SOLVENCY),
    Field(
        "1,33", "Description of other legal measures", False, TEXT, lambda row: "; ".join(_measures(row)),
        "asked only where 1,32 is other legal measures", lambda row: bool(_measures(row)),
    ),
)  # fmt: skip
RELATIONSHIP: Final = (
    Field("2,00", "Counterparty Identifier", True, TEXT, borrower),
    Field("2,01", "Loan Identifier", True, TEXT, loan),
)
MORTGAGED: Final = (
    Field("2,01", "Loan identifier", True, TEXT),
    Field("2,02", "Mortgage identifier", True, TEXT),
    Field("2,03", "Protection identifier", True, TEXT),
)
PROTECTED: Final = (Field("2,01", "Loan identifier", True, TEXT), Field("2,03", "Protection Identifier", True, TEXT))
GUARANTEED: Final = (Field("2,00", "Counterparty identifier", True, TEXT), Field("2,03", "Protection identifier", True, TEXT))
