"""One loan of a list of bad loans, as a row of text says it: the columns, what may stand in each, and what is refused.

A loan is weighed by its unpaid principal and interest. Days past due count from the oldest due day that is unpaid: the day after it is
day 1. A list says either that day (`overdue_since`) or the days themselves on the cut-off date (`days_past_due`).
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple, TypeVar

from plimsoll.units.dates import parse_date
from plimsoll.units.money import EXPONENTS, parse_minor
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

T = TypeVar("T")

UNKNOWN: Final = -1
"""What stands for a number that a list does not say."""
AGE_MAX: Final = 130
DAYS_MAX: Final = 36_600
DATE_LENGTH: Final = 10

CLASSES: Final = {
    "normal": "正常", "special_mention": "关注", "substandard": "次级", "doubtful": "可疑", "loss": "损失",
}  # fmt: skip
GUARANTEES: Final = {"credit": "信用", "guaranteed": "保证", "pledged": "质押", "mortgaged": "抵押", "mixed": "组合"}
LITIGATION: Final = {
    "not_sued": "未诉", "in_suit": "诉讼中", "judged": "已判未执", "executing": "执行中", "execution_paused": "终本执行",
    "execution_ended": "终结执行", "mediated": "已调解",
}  # fmt: skip
FLAGS: Final = {
    "true": True, "yes": True, "1": True, "是": True, "已核销": True,
    "false": False, "no": False, "0": False, "否": False, "未核销": False,
}  # fmt: skip

NEEDED: Final = ("loan_id", "borrower_id", "principal", "interest")
ONE_OF: Final = ("overdue_since", "days_past_due")
WISHED: Final = ("age", "limit", "five_class", "written_off", "guarantee", "litigation")
"""What a notice says besides; a list without one of these makes a sheet that says so."""
FURTHER: Final = (
    "currency", "fees", "born_on", "region", "product", "rate", "last_paid_on", "payments_6m", "payments_12m", "contactable",
    "agency_rounds", "limitation_ends_on",
)  # fmt: skip
COLUMNS: Final = (*NEEDED, *ONE_OF, *WISHED, *FURTHER)


class Listed(NamedTuple):
    """A loan of a list on its cut-off date. Amounts in minor units; UNKNOWN, "" or None where the list does not say it."""

    loan_id: str
    borrower_id: str
    principal_minor: int
    interest_minor: int
    fees_minor: int
    days: int
    age: int
    limit_minor: int
    five_class: str
    is_written_off: bool | None
    guarantee: str
    litigation: str
    region: str = ""
    product: str = ""
    rate: Rate | None = None
    months_since_paid: int = UNKNOWN
    payments_6m: int = UNKNOWN
    payments_12m: int = UNKNOWN
    is_contactable: bool | None = None
    agency_rounds: int = UNKNOWN
    days_to_limitation: int | None = None  # below 0: the limitation period has run out

    @property
    def weight_minor(self) -> int:
        """Give unpaid principal and interest together: the weight of the loan in every average."""
        return self.principal_minor + self.interest_minor


def refuse_header(columns: Mapping[str, object] | tuple[str, ...]) -> None:
    """Raise Malformed field_missing where a list lacks a column that every sheet needs."""
    for name in NEEDED:
        if name not in columns:
            raise Malformed("field_missing", name, key=name, remedy=f"A loan list has the columns {', '.join(NEEDED)}.")
    if not any(name in columns for name in ONE_OF):
        raise Malformed("field_missing", " or ".join(ONE_OF), key=ONE_OF[0], remedy="Say since when each loan is past due, or the days.")


def read_listed(cells: Mapping[str, str], cut_off: date, currency: str) -> Listed:
    """Read one row, empty cells left out.

    Raises Malformed with the key: field_missing, field_malformed, currency_must_match, loan_not_past_due, loan_owes_nothing, and what
    amounts, dates and rates raise.
    """
    for name in NEEDED:
        if name not in cells:
            raise Malformed("field_missing", name, key=name)
    if cells.get("currency", currency) != currency:
        raise Malformed("currency_must_match", f"{cells['currency']}, the list is in {currency}", key="currency")
    minor = {name: _amount(cells, name, currency) for name in ("principal", "interest", "fees", "limit")}
    if minor["principal"] + minor["interest"] == 0:
        raise Malformed("loan_owes_nothing", cells["loan_id"], key="principal")
    paid = _day(cells, "last_paid_on")
    ends = _day(cells, "limitation_ends_on")
    return Listed(
        loan_id=cells["loan_id"],
        borrower_id=cells["borrower_id"],
        principal_minor=minor["principal"],
        interest_minor=minor["interest"],
        fees_minor=minor["fees"],
        days=_days(cells, cut_off),
        age=_age(cells, cut_off),
        limit_minor=minor["limit"] if "limit" in cells else UNKNOWN,
        five_class=_word(cells, "five_class", CLASSES),
        is_written_off=_flag(cells, "written_off"),
        guarantee=_word(cells, "guarantee", GUARANTEES),
        litigation=_word(cells, "litigation", LITIGATION),
        region=cells.get("region", ""),
        product=cells.get("product", ""),
        rate=_at("rate", Rate.parse, cells["rate"]) if "rate" in cells else None,
        months_since_paid=_months(paid, cut_off) if paid else UNKNOWN,
        payments_6m=_whole(cells, "payments_6m", 1_000) if "payments_6m" in cells else UNKNOWN,
        payments_12m=_whole(cells, "payments_12m", 1_000) if "payments_12m" in cells else UNKNOWN,
        is_contactable=_flag(cells, "contactable"),
        agency_rounds=_whole(cells, "agency_rounds", 1_000) if "agency_rounds" in cells else UNKNOWN,
        days_to_limitation=(ends - cut_off).days if ends else None,
    )


def refuse_currency(currency: str) -> None:
    """Raise Malformed currency_unknown for a currency that the house does not book."""
    if currency not in EXPONENTS:
        raise Malformed("currency_unknown", f"{currency!r}")


def _amount(cells: Mapping[str, str], name: str, currency: str) -> int:
    if name not in cells:
        return 0
    minor = _at(name, lambda text: parse_minor(text, currency), cells[name])
    if minor < 0:
        raise Malformed("field_malformed", f"{cells[name]!r}", key=name, remedy="What is owed is not below zero.")
    return minor


def _days(cells: Mapping[str, str], cut_off: date) -> int:
    since = _day(cells, "overdue_since")
    if since is None:
        if "days_past_due" not in cells:
            raise Malformed("field_missing", " or ".join(ONE_OF), key=ONE_OF[0])
        days = _whole(cells, "days_past_due", DAYS_MAX)
        if days == 0:
            raise Malformed("loan_not_past_due", "0 days", key="days_past_due")
        return days
    if since >= cut_off:
        raise Malformed("loan_not_past_due", f"due {since}, cut-off {cut_off}", key="overdue_since")
    days = (cut_off - since).days
    if "days_past_due" in cells and _whole(cells, "days_past_due", DAYS_MAX) != days:
        detail = f"{cells['days_past_due']} days, but {days} from {since} to {cut_off}"
        raise Malformed("loan_list_contradicts", detail, key="days_past_due")
    return days


def _age(cells: Mapping[str, str], cut_off: date) -> int:
    """Give full years on the cut-off date; UNKNOWN where neither age nor birthday is there."""
    born = _day(cells, "born_on")
    if born is None:
        return _whole(cells, "age", AGE_MAX) if "age" in cells else UNKNOWN
    age = cut_off.year - born.year - ((cut_off.month, cut_off.day) < (born.month, born.day))
    if not 0 <= age <= AGE_MAX:
        raise Malformed("field_malformed", f"born on {born}, cut-off {cut_off}", key="born_on")
    if "age" in cells and _whole(cells, "age", AGE_MAX) != age:
        raise Malformed("loan_list_contradicts", f"aged {cells['age']}, but {age} from {born} to {cut_off}", key="age")
    return age


def _months(paid: date, cut_off: date) -> int:
    if paid > cut_off:
        raise Malformed("field_malformed", f"{paid} is after the cut-off {cut_off}", key="last_paid_on")
    return (cut_off.year - paid.year) * 12 + cut_off.month - paid.month - (cut_off.day < paid.day)


def _day(cells: Mapping[str, str], name: str) -> date | None:
    """Read a day; a time beside it, as workbooks and Parquet write one, is left out."""
    return _at(name, _day_of, cells[name]) if name in cells else None


def _day_of(text: str) -> date:
    if len(text) > DATE_LENGTH:
        try:
            datetime.fromisoformat(text)
        except ValueError:
            raise Malformed("date_malformed", f"{text!r}"[:60]) from None
    return parse_date(text[:DATE_LENGTH])


def _whole(cells: Mapping[str, str], name: str, most: int) -> int:
    text = cells[name]
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) > most:
        raise Malformed("field_malformed", f"{text!r}"[:60], key=name, remedy=f"A whole number from 0 to {most}.")
    return int(text)


def _word(cells: Mapping[str, str], name: str, words: Mapping[str, str]) -> str:
    """Read a word of a list, in English or Chinese."""
    said = cells.get(name, "")
    if not said or said in words:
        return said
    for word, chinese in words.items():
        if said in (chinese, chinese + "类", chinese + "贷款"):
            return word
    raise Malformed("field_malformed", f"{said!r}"[:60], key=name, remedy=f"One of: {', '.join((*words, *words.values()))}.")


def _flag(cells: Mapping[str, str], name: str) -> bool | None:
    if name not in cells:
        return None
    said = cells[name].lower()
    if said not in FLAGS:
        raise Malformed("field_malformed", f"{said!r}"[:60], key=name, remedy=f"One of: {', '.join(FLAGS)}.")
    return FLAGS[said]


def _at(name: str, read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except Malformed as wrong:
        raise wrong.at(key=name) from None
