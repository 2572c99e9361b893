"""The templates of Regulation (EU) 2023/2083 for sellers of bad loans, as far as a book of unsecured consumer credit fills them.

Templates 1, 2.1 and the first four fields of template 3 stand with index and name as Annex I has them (compared with its published text on
2026-11-22). From 3,04 on (a name that begins with "Joint") neither index nor name of template 3 could be compared, nor the columns of
template 5, nor the formats and permitted values of the glossary (Annex II). Those fields go by the names of the earlier voluntary templates
of the EBA and carry no index, and the report says so; dates are ISO, amounts decimal text. Templates 2.2 to 2.4, 4.1 and 4.2 are about
mortgages, guarantees and collateral, of which the house has none. What is not filled is listed, never made up.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from plimsoll.disposal.anonymous import Shown
from plimsoll.disposal.candidate import HISTORY_MONTHS, Candidate
from plimsoll.disposal.tape import shown_of
from plimsoll.disposal.token import token_of
from plimsoll.units.money import text_of

NOT_HELD: Final = "not held by this book"
UNTIL_CLOSING: Final = "personal data, handed over at closing"
CORPORATE: Final = "of companies only"
NOT_COMPARED: Final = "not compared with the Regulation; what has no index goes by the name of the earlier voluntary templates"


class Row(NamedTuple):
    """What a row of a template is written from."""

    loan: Candidate
    secret: str
    cut_off: date
    shown: Shown


class Field(NamedTuple):
    """A field of a template: its number in Annex I ("" where it is not known here), its name, what fills it, or why nothing does."""

    number: str
    name: str
    fill: Callable[[Row], str] | None
    why_not: str = ""


def _borrower(row: Row) -> str:
    return token_of(row.secret, "B", row.loan.customer_id)


def _loan(row: Row) -> str:
    return token_of(row.secret, "L", row.loan.loan_id)


def _day(day: int) -> str:
    return date.fromordinal(day).isoformat() if day else ""


def _amount(minor: Callable[[Candidate], int]) -> Callable[[Row], str]:
    return lambda row: text_of(minor(row.loan), row.loan.currency)


def _none(index: str, name: str, why_not: str = NOT_HELD) -> Field:
    return Field(index, name, None, why_not)


COUNTERPARTY: Final = (
    _none("1,00", "Counterparty Group Identifier", CORPORATE),
    _none("1,01", "Name of Counterparty Group", CORPORATE),
    Field("1,02", "Counterparty Identifier", _borrower),
    _none("1,03", "Name of Counterparty", UNTIL_CLOSING),
    _none("1,04", "Economic activity", CORPORATE),
    Field("1,05", "Role of the counterparty", lambda _: "Borrower"),
    Field("1,06", "Legal Type of Counterparty", lambda _: "Private individual"),
    _none("1,07", "Date of birth", UNTIL_CLOSING),
    Field("1,08", "Residency of Counterparty", lambda row: row.shown.region),
    Field("1,09", "Counterparty deceased", lambda _: "No"),  # who has died is not sold
    _none("1,10", "National identifier (corporates)", CORPORATE),
    _none("1,11", "National identifier (private individuals)", UNTIL_CLOSING),
    _none("1,12", "Source of National identifier", UNTIL_CLOSING),
    _none("1,13", "Legal Entity Identifier (LEI)", CORPORATE),
    _none("1,14", "Address of Counterparty", UNTIL_CLOSING),
    _none("1,15", "City of Counterparty", UNTIL_CLOSING),
    _none("1,16", "Postal code of Counterparty", UNTIL_CLOSING),
    _none("1,17", "Country of Counterparty", NOT_HELD),
    _none("1,18", "Availability of e-mail address"),
    _none("1,19", "Availability of telephone number"),
    _none("1,20", "Date of Last Contact"),
    *(
        _none(index, name, CORPORATE)
        for index, name in (
            ("1,21", "Date of Latest Annual Financial Statements"), ("1,22", "Currency of Financial Statements"), ("1,23", "Fixed Assets"),
            ("1,24", "Current Assets"), ("1,25", "Cash and Cash Equivalent Items"), ("1,26", "Total Assets"), ("1,27", "Total Liabilities"),
            ("1,28", "Total Debt"), ("1,29", "Annual Turnover"), ("1,30", "Annual EBIT"),
        )
    ),
    _none("1,31", "Name of Insolvency/Restructuring Proceedings"),
    Field("1,32", "Status of legal proceedings", lambda row: row.loan.litigation.replace("_", " ").capitalize()),
    _none("1,33", "Description of other legal measures"),
)  # fmt: skip
RELATIONSHIP: Final = (Field("2,00", "Counterparty Identifier", _borrower), Field("2,01", "Loan Identifier", _loan))
LOAN: Final = (
    Field("3,00", "Cut-off Date", lambda row: row.cut_off.isoformat()),
    Field("3,01", "Loan Identifier", _loan),
    Field("3,02", "Inception date", lambda row: _day(row.loan.opened_on)),
    _none("3,03", "Governing Law of Loan Agreement"),
    Field("", "Product Type", lambda row: row.loan.product),
    Field("", "Loan Currency", lambda row: row.loan.currency),
    Field("", "Origination Amount", _amount(lambda one: one.disbursed_minor)),
    Field("", "Principal Balance", _amount(lambda one: one.owed.principal_minor)),
    Field("", "Accrued Interest Balance", _amount(lambda one: one.owed.interest_minor)),
    Field("", "Other Balances", _amount(lambda one: one.owed.fees_minor)),
    Field("", "Total Balance", _amount(lambda one: sum(one.owed))),
    Field("", "Days in Past-Due", lambda row: str(row.loan.days)),
    Field("", "Last Payment Date", lambda row: _day(row.loan.last_paid_on)),
    Field("", "Charged-off", lambda row: "Yes" if row.loan.is_written_off else "No"),
)
TEMPLATES: Final[Mapping[str, tuple[Field, ...]]] = {"1": COUNTERPARTY, "2.1": RELATIONSHIP, "3": LOAN}
REPAYMENT: Final = ("Loan Identifier", "Month", "Cash received")
"""Template 5, historical collection of repayments: a row a loan and month, 36 months."""
EMPTY: Final = ("2.2", "2.3", "2.4", "4.1", "4.2")
"""Templates about mortgages, guarantees and collateral: nothing is secured."""


def heading(field: Field) -> str:
    """Give the heading of a field's column: its index, where it is known, and name."""
    return f"{field.number} {field.name}".strip()


def filled(template: str, loans: Sequence[Candidate], secret: str, cut_off: date, k: int) -> list[list[str]]:
    """Give a template with its headings: a row a borrower in 1, a row a loan in the others."""
    fields = TEMPLATES[template]
    shown = shown_of(loans, secret, k)
    rows = [Row(one, secret, cut_off, shown[token_of(secret, "B", one.customer_id)]) for one in loans]
    if template == "1":
        rows = list({row.loan.customer_id: row for row in rows}.values())
    cells = [[field.fill(row) if field.fill else "" for field in fields] for row in rows]
    key = next(at for at, field in enumerate(fields) if field.name in ("Counterparty Identifier", "Loan Identifier"))
    return [[heading(field) for field in fields], *sorted(cells, key=lambda row: (row[key], row))]


def repayments(loans: Sequence[Candidate], secret: str, cut_off: date) -> list[list[str]]:
    """Give template 5 with its headings; months without cash are left out."""
    rows = []
    last = cut_off.year * 12 + cut_off.month - 1
    for one in loans:
        for at, minor in enumerate(one.history):
            if minor:
                month = last - (HISTORY_MONTHS - 1 - at)
                rows.append([token_of(secret, "L", one.loan_id), f"{month // 12}-{month % 12 + 1:02d}", text_of(minor, one.currency)])
    return [list(REPAYMENT), *sorted(rows)]


def unmapped() -> dict[str, dict[str, str]]:
    """Give what is not filled, by template: the field and why."""
    found = {name: {heading(field): field.why_not for field in fields if field.fill is None} for name, fields in TEMPLATES.items()}
    found["3"]["further fields of Annex I from 3,04 on"] = NOT_COMPARED
    found["5"] = {"indexes and names of the columns": NOT_COMPARED}
    found |= {name: {"whole template": "nothing is secured or guaranteed"} for name in EMPTY}
    return found
