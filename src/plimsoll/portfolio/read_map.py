"""Read the map of a tape: YAML that says what the columns of a file mean (docs/how-to/map-a-tape.md)."""

import codecs
from typing import Final

from plimsoll.portfolio.pattern import is_pattern
from plimsoll.portfolio.shape import (
    AGE,
    ALLOW,
    AMOUNTS,
    DATE,
    ENDS,
    KINDS,
    LAYOUTS,
    LONG,
    MINOR,
    NUMBER,
    OPENED_KINDS,
    REFUSE,
    UNITS,
    WIDE,
    ZERO,
    Csv,
    Numbers,
    Period,
    Shape,
    Slice,
    Sum,
    month_index,
)
from plimsoll.portfolio.state import OPEN, WORDS
from plimsoll.rulebook.read import Field
from plimsoll.units.money import EXPONENTS

SEPARATORS: Final = {",": ",", ";": ";", "|": "|", "tab": "\t"}
PARTS: Final = ("status", "days", *AMOUNTS)
"""What a period of a wide tape may have a column of its own for."""

_OPTIONAL: Final = (
    "about", "customer", "period", "periods", "opened", "ended", "observed_through", "past_due_days", "status", *AMOUNTS,
    "unit", "negative", "blank", "numbers", "days_missing", "dimensions", "keep", "csv",
)  # fmt: skip


def read_map(said: Field, name: str) -> Shape:
    """Read a map; raises Malformed with file, line and key: field_missing, field_unknown, field_malformed, map_malformed."""
    found = said.fields(("layout", "loan", "currency"), _OPTIONAL)
    layout = found["layout"].one_of(LAYOUTS)
    slices = _slices(found["periods"]) if "periods" in found else ()
    status, states = _status(found["status"]) if "status" in found else ("", {})
    code, column, currencies = _currency(found["currency"])
    days, days_blank = _days(found["past_due_days"]) if "past_due_days" in found else ("", None)
    shape = Shape(
        name=name,
        layout=layout,
        loan=_texts(found["loan"]),
        customer=_text(found, "customer"),
        period=_period(found["period"]) if "period" in found else None,
        opened=_period(found["opened"], OPENED_KINDS) if "opened" in found else None,
        ended=_period(found["ended"]) if "ended" in found else None,
        observed_through=_month(found["observed_through"]) if "observed_through" in found else None,
        currency=code,
        currency_column=column,
        currency_names=currencies,
        unit=found["unit"].one_of((MINOR, *UNITS)) if "unit" in found else MINOR,
        days=days,
        days_blank=days_blank,
        days_missing=found["days_missing"].one_of((REFUSE, ALLOW)) if "days_missing" in found else REFUSE,
        status=status,
        states=states,
        amounts={part: _sum(found[part]) for part in AMOUNTS if part in found},
        negative=found["negative"].one_of((REFUSE, ZERO)) if "negative" in found else REFUSE,
        blank=found["blank"].one_of((REFUSE, ZERO)) if "blank" in found else REFUSE,
        numbers=_numbers(found["numbers"]) if "numbers" in found else Numbers(),
        csv=_csv(found["csv"]) if "csv" in found else Csv(),
        dimensions={key: one.text() for key, one in found["dimensions"].entries().items()} if "dimensions" in found else {},
        keep={key: _texts(one) for key, one in found["keep"].entries().items()} if "keep" in found else {},
        slices=slices,
    )
    _check(said, found, shape)
    return shape


def _check(said: Field, found: dict[str, Field], shape: Shape) -> None:
    """Hold the parts of a map together; raises map_malformed."""
    needed = {LONG: "period", WIDE: "periods", ENDS: "ended"}
    for layout, key in needed.items():
        if (key in found) != (layout == shape.layout):
            where = found.get(key, said)
            raise where.wrong("map_malformed", f"{key!r} belongs to the layout {layout!r}, and to no other", f"Layout: {shape.layout}.")
    if shape.layout == ENDS and (shape.opened is None or shape.observed_through is None or not shape.status):
        raise said.wrong("map_malformed", "the layout 'ends' needs opened, status and observed_through")
    if not (shape.status or shape.days or any({"status", "days"} & set(one.columns) for one in shape.slices)):
        raise said.wrong("map_malformed", "neither a status nor days past due: nothing tells who is late")
    if not shape.states and any("status" in one.columns for one in shape.slices):
        raise said.wrong("map_malformed", "periods have a status, and nothing says what its values mean")
    if shape.layout != ENDS and None in shape.states.values() and not shape.tells("days"):
        raise found["status"].wrong("map_malformed", f"a status is {OPEN!r}, and no column holds the days past due")
    is_aged = shape.opened is not None and shape.opened.kind == AGE
    if is_aged and shape.layout != LONG:
        raise found["opened"].wrong("map_malformed", "only a row a loan and period has an age")
    if shape.layout == WIDE and ("" in shape.states or shape.days_blank is not None):
        raise said.wrong("map_malformed", "in a panel an empty status means that the loan is not seen")
    if (
        shape.period is not None
        and shape.opened is not None
        and not is_aged
        and (shape.period.kind == NUMBER) != (shape.opened.kind == NUMBER)
    ):
        raise found["opened"].wrong("map_malformed", "numbered months and dates cannot be compared")
    months = [one.month for one in shape.slices]
    if months != sorted(set(months)):
        raise found["periods"].wrong("map_malformed", "the oldest month comes first, and each once")


def _text(found: dict[str, Field], name: str) -> str:
    return found[name].text() if name in found else ""


def _texts(field: Field) -> tuple[str, ...]:
    """Read one text, or a list of them."""
    return tuple(one.text() for one in field.each()) if field.is_sequence() else (field.text(),)


def _period(field: Field, kinds: tuple[str, ...] = KINDS) -> Period:
    """Read a column of dates, months or numbered months: its name alone where it holds ISO dates."""
    if not field.is_mapping():
        return Period(field.text(), DATE)
    found = field.fields(("column",), ("as", "pattern", "zero"))
    kind = found["as"].one_of(kinds) if "as" in found else DATE
    pattern = _text(found, "pattern")
    if pattern and (kind in (NUMBER, AGE) or not is_pattern(pattern, needs_day=kind == DATE)):
        raise found["pattern"].wrong(
            "map_malformed", pattern, "Built of YYYY or YY, MM, M, MON or MONTH, DD or D, and signs between; a date needs a day."
        )
    if "zero" in found and kind != NUMBER:
        raise found["zero"].wrong("map_malformed", "only numbered months have a month 0")
    return Period(found["column"].text(), kind, pattern, _month(found["zero"]) if "zero" in found else 0)


def _month(field: Field) -> int:
    """Read a month such as 2005-04."""
    year, _, month = field.text().partition("-")
    if not (len(year) == 4 and len(month) == 2 and (year + month).isascii() and (year + month).isdigit() and 1 <= int(month) <= 12):
        raise field.wrong("map_malformed", field.text(), "A month such as 2005-04.")
    return month_index(int(year), int(month))


def _currency(field: Field) -> tuple[str, str, dict[str, str]]:
    """Read a currency for all rows, or the column that holds it and what it calls currencies."""
    if not field.is_mapping():
        return field.one_of(EXPONENTS), "", {}
    found = field.fields(("column",), ("values",))
    names = found["values"].entries() if "values" in found else {}
    return "", found["column"].text(), {said: code.one_of(EXPONENTS) for said, code in names.items()}


def _days(field: Field) -> tuple[str, int | None]:
    """Read the column of days past due, and what it means where it is empty."""
    if not field.is_mapping():
        return field.text(), None
    found = field.fields(("column",), ("blank",))
    return found["column"].text(), found["blank"].whole() if "blank" in found else None


def _numbers(field: Field) -> Numbers:
    """Read how numbers are written."""
    found = field.fields((), ("decimal", "thousands", "remove"))
    decimal = found["decimal"].one_of((".", ",")) if "decimal" in found else "."
    thousands = _sign(found["thousands"]) if "thousands" in found else ""
    if thousands == decimal:
        raise field.wrong("map_malformed", "the sign between thousands is the one before the fraction")
    return Numbers(decimal, thousands, _texts(found["remove"]) if "remove" in found else ())


def _sign(field: Field) -> str:
    """Read the sign between thousands."""
    if field.node.value == " ":
        return " "
    return field.one_of((",", ".", "'"))


def _csv(field: Field) -> Csv:
    """Read how a CSV file is written."""
    found = field.fields((), ("separator", "encoding"))
    encoding = found["encoding"].text().lower() if "encoding" in found else "utf-8"
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise found["encoding"].wrong("map_malformed", encoding, "Such as utf-8, gb18030 or latin-1.") from None
    return Csv(SEPARATORS[found["separator"].one_of(SEPARATORS)] if "separator" in found else "", encoding)


def _status(field: Field) -> tuple[str, dict[str, int | None]]:
    """Read the column of a status, and what its texts mean."""
    found = field.fields(("values",), ("column", "blank"))
    meanings = found["values"].entries() | ({"": found["blank"]} if "blank" in found else {})
    states: dict[str, int | None] = {}
    for text, meaning in meanings.items():
        word = meaning.one_of((*WORDS, OPEN))
        states[text] = None if word == OPEN else WORDS[word]
    return _text(found, "column"), states


def _sum(field: Field) -> Sum:
    """Read a column, or a list of columns of which those with a minus are taken away."""
    texts = _texts(field)
    plus = tuple(one for one in texts if not one.startswith("-"))
    if not plus:
        raise field.wrong("map_malformed", "nothing is added")
    return Sum(plus, tuple(one[1:].strip() for one in texts if one.startswith("-")))


def _slices(field: Field) -> tuple[Slice, ...]:
    """Read the periods of a wide tape."""
    found = []
    for one in field.each():
        keys = one.fields(("month",), PARTS)
        found.append(Slice(_month(keys["month"]), {part: keys[part].text() for part in PARTS if part in keys}))
    return tuple(found)
