"""Applicants from a file: which column tells which feature, row by row evidence for the engine; a bad cell spoils its own value only.

A mapping is YAML (docs/how-to/decide/taiwan.yaml is one). Without it, columns are called as the features of the catalogue; money may be
in whole minor units (`income_monthly_minor`) or in decimal text (`income_monthly`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Final, NamedTuple

from plimsoll.app.table_text import Texts
from plimsoll.origination.application import Asked
from plimsoll.origination.apply import Apply, asked_of, refuse_purpose
from plimsoll.origination.kit import Kit
from plimsoll.origination.underwrite import Dossier
from plimsoll.risk.evidence import KINDS, MALFORMED, SAYS, Item, features_at, values_of
from plimsoll.rulebook.feature import SOURCES, Catalogue, Feature, Value
from plimsoll.rulebook.read import Field, read
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import EXPONENTS
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

ASKED: Final = ("requested_minor", "requested_term", "purpose")
"""Features that the application itself tells; the mapping has keys of its own for them."""
WAYS: Final = ("column", "value", "sum", "mean", "greatest", "least", "count_above")
YES: Final = ("yes", "true", "1", "y", "是")
NO: Final = ("no", "false", "0", "n", "否")
DIGITS_MAX: Final = 24
SHARE_DIGITS: Final = Decimal("0.000001")
MONEY_ENDS: Final = "_minor"


class Taken(NamedTuple):
    """How one value is taken from a row: the way, the columns or the value, a factor, what words mean, and who is said to tell it."""

    way: str
    columns: tuple[str, ...]
    value: str
    above: Decimal
    times: Decimal
    plus: Decimal
    at_least: Decimal | None
    words: Mapping[str, str]
    kind: str
    source: str
    is_minor: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What a row is read as: one application, and for each feature how its values are taken."""

    product: str
    currency: str
    on: date | None
    id: str
    as_of: str
    amount: Taken
    instalments: Taken
    purpose: Taken
    features: Mapping[str, tuple[Taken, ...]]
    label: str
    notes: tuple[Mapping[str, str], ...] = ()  # what was left alone, in zh-CN and en


class Applicant(NamedTuple):
    """One row: its number (the first row of data is 1), its id, what is asked; or why it cannot be read."""

    row: int
    id: str
    dossier: Dossier | None
    wrong: Malformed | Refused | None


def read_plan(path: Path, texts: Texts, catalogue: Catalogue) -> Plan:
    """Read a mapping and hold it against the columns of a file.

    Raises Malformed with file, line and key: feature_unknown, feature_forbidden, column_missing, and what reading raises.
    """
    field = read(path, str(path))
    found = field.fields(("product", "currency", "amount", "features"), ("on", "id", "as_of", "instalments", "purpose", "label"))
    features: dict[str, tuple[Taken, ...]] = {}
    for name, entry in found["features"].entries().items():
        feature = catalogue.features.get(name)
        if feature is None or name in ASKED:
            raise entry.wrong("feature_unknown", f"{name!r}", f"Known: {', '.join(one for one in catalogue.features if one not in ASKED)}.")
        parts = entry.each() if entry.is_sequence() else [entry]
        features[name] = tuple(_read_taken(part, texts, catalogue, feature.sources[0]) for part in parts)
    return Plan(
        product=found["product"].text(),
        currency=found["currency"].one_of(EXPONENTS),
        on=found["on"].date() if "on" in found else None,
        id=_column(found["id"], texts) if "id" in found else "",
        as_of=_column(found["as_of"], texts) if "as_of" in found else "",
        amount=_read_taken(found["amount"], texts, catalogue, SAYS),
        instalments=_read_taken(found["instalments"], texts, catalogue, SAYS) if "instalments" in found else _constant("0"),
        purpose=_read_taken(found["purpose"], texts, catalogue, SAYS) if "purpose" in found else _constant("other"),
        features=features,
        label=_column(found["label"], texts) if "label" in found else "",
    )


def usual_plan(texts: Texts, catalogue: Catalogue, product: str, currency: str) -> Plan:
    """Give the mapping of a file whose columns are called as the features; raises Malformed column_missing without an amount."""
    columns = set(texts.columns)
    features: dict[str, tuple[Taken, ...]] = {}
    used = {"id", "application_id", "as_of", "amount", "instalments"}
    for name, feature in catalogue.features.items():
        plain = name.removesuffix(MONEY_ENDS)
        column = name if name in columns else plain if plain in columns else ""
        if column and name not in ASKED:
            features[name] = (_taken_of(column, feature, is_minor=column.endswith(MONEY_ENDS)),)
        used |= {name, plain}
    amount = next((one for one in ("amount", "requested", "requested_minor") if one in columns), "")
    if not amount:
        raise Malformed("column_missing", "amount", file=texts.name, remedy="Or say with a mapping what is asked for: --config FILE.")
    notes = []
    for column in texts.columns:
        forbidden = catalogue.forbids(column)
        if forbidden is not None:
            english = f"{column}: not read, {forbidden.title['en']} may not enter a decision"
            notes.append({"zh-CN": f"{column}：未读取，{forbidden.title['zh-CN']}不得用于审批", "en": english})
        elif column not in used:
            notes.append({"zh-CN": f"{column}：未读取，没有该名称的特征", "en": f"{column}: not read, no feature is called so"})
    return Plan(
        product=product,
        currency=currency,
        on=None,
        id=next((one for one in ("application_id", "id") if one in columns), ""),
        as_of="as_of" if "as_of" in columns else "",
        amount=_taken(amount, SAYS, is_minor=amount.endswith(MONEY_ENDS)),
        instalments=_taken("instalments", SAYS) if "instalments" in columns else _constant("0"),
        purpose=_taken("purpose", SAYS) if "purpose" in columns else _constant("other"),
        features=features,
        label="",
        notes=tuple(notes),
    )


def applicants(texts: Texts, plan: Plan, on: date, kits: Mapping[str, Kit], rules: Rules) -> Iterator[Applicant]:
    """Give every row as an application of a day, or with what is wrong with it; a row that is wrong stops no other."""
    version = rules.product(plan.product, on)
    if isinstance(version, Refused):
        raise Malformed(version.code, version.detail, file=texts.name)
    kit = kits[version.licence]
    at = datetime.combine(on, time(12), UTC)
    seen: set[str] = set()
    for row, cells in texts.numbered():
        if cells is None:
            yield Applicant(row, str(row), None, Malformed("row_malformed", texts.torn[row]))
            continue
        named = cells.get(plan.id, "") if plan.id else ""
        if named in seen:
            yield Applicant(row, named, None, Refused("application_exists", "", named))
            continue
        seen |= {named} - {""}
        try:
            asked = _asked(cells, plan, on, rules)
            if isinstance(asked, Refused):
                yield Applicant(row, named or str(row), None, asked)
                continue
            readings = features_at(_items(cells, plan, kit.catalogue, on, at), at, kit.catalogue, kit.apart)
        except Malformed as wrong:
            yield Applicant(row, named or str(row), None, wrong)
            continue
        # A model that an analyst trained on this very file asks for its columns by their own names.
        own = {name: cells.get(name) for name in kit.models.champion.features if name not in kit.catalogue.features}
        values = values_of(readings) | own
        dossier = Dossier(row, named or str(row), on.toordinal(), asked, version, None, readings, values)
        yield Applicant(row, named or str(row), dossier, None)


def _asked(cells: Mapping[str, str], plan: Plan, on: date, rules: Rules) -> Asked | Refused:
    """Give what a row asks for, within what the product offers."""
    amount = _minor(_number(cells, plan.amount), plan.currency, plan.amount)
    instalments = int(_number(cells, plan.instalments) or 0)
    purpose = _word(cells, plan.purpose) or "other"
    said = Apply("row", 1, on, "row", plan.product, amount or 0, plan.currency, purpose, instalments)
    return refuse_purpose(purpose, rules, on) or asked_of(said, rules)


def _items(cells: Mapping[str, str], plan: Plan, catalogue: Catalogue, on: date, at: datetime) -> list[Item]:
    """Give the evidence of a row; a cell that cannot be read is an item that says so."""
    told_on = _day(cells.get(plan.as_of, ""), on) if plan.as_of else on
    event_at = datetime.combine(told_on, time(0), UTC)
    found = []
    for name, ways in plan.features.items():
        feature = catalogue.features[name]
        for taken in ways:
            value, flags = None, tuple[str, ...]()
            try:
                value = _value(cells, taken, feature)
            except Malformed:
                flags = (MALFORMED,)
            if value is not None or flags:
                found.append(Item(name, value, taken.source, taken.kind, event_at, at, 0, flags))
    return found


def _day(text: str, on: date) -> date:
    if not text:
        return on
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return on + timedelta(days=1000)  # a day that cannot be read is in no past


def _value(cells: Mapping[str, str], taken: Taken, feature: Feature) -> Value | None:
    """Give a value in the type of its feature; None where the cells are empty."""
    if feature.type in ("text", "yes-no"):
        word = _word(cells, taken)
        if not word or feature.type == "text":
            return word.lower() or None
        if word.lower() not in (*YES, *NO):
            raise Malformed("field_malformed", repr(word)[:60])
        return word.lower() in YES
    number = _number(cells, taken)
    if number is None:
        return None
    if feature.type == "share":
        if number < 0 or number >= 1000:
            raise Malformed("field_malformed", f"{number}")
        return Rate.parse(f"{number.quantize(SHARE_DIGITS, ROUND_HALF_UP)}")
    return _minor(number, feature.unit, taken) if feature.type == "money" else int(number.to_integral_value(ROUND_HALF_UP))


def _minor(number: Decimal | None, currency: str, taken: Taken) -> int | None:
    """Give an amount in minor units; a column that is in minor units already stays as it is."""
    if number is None:
        return None
    scaled = number if taken.is_minor else number.scaleb(EXPONENTS[currency])
    return int(scaled.to_integral_value(ROUND_HALF_UP))


def _word(cells: Mapping[str, str], taken: Taken) -> str:
    word = taken.value if taken.way == "value" else cells.get(taken.columns[0], "").strip()
    return taken.words.get(word, word)


def _number(cells: Mapping[str, str], taken: Taken) -> Decimal | None:
    """Give the number that a way of taking makes of a row; None where every cell is empty."""
    if taken.way == "value":
        return _decimal(taken.value) * taken.times + taken.plus
    numbers = [_decimal(taken.words.get(text, text)) for column in taken.columns if (text := cells.get(column, "").strip())]
    if not numbers:
        return None
    if taken.way == "count_above":
        return Decimal(sum(number > taken.above for number in numbers))
    made = {"sum": sum(numbers, Decimal(0)), "greatest": max(numbers), "least": min(numbers), "column": numbers[0]}
    number = (made["sum"] / len(numbers) if taken.way == "mean" else made[taken.way]) * taken.times + taken.plus
    return number if taken.at_least is None else max(number, taken.at_least)


def _decimal(text: str) -> Decimal:
    """Read a plain number; raises Malformed field_malformed for anything else, infinities included."""
    if len(text) > DIGITS_MAX:
        raise Malformed("field_malformed", repr(text)[:60])
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Malformed("field_malformed", repr(text)[:60]) from None
    if not number.is_finite():
        raise Malformed("field_malformed", repr(text)[:60])
    return number


def _read_taken(field: Field, texts: Texts, catalogue: Catalogue, source: str) -> Taken:
    """Read how a value is taken: a column by its name, or one of WAYS with what goes with it."""
    if not field.is_mapping():
        return _taken(_column(field, texts, catalogue), source)
    found = field.fields((), (*WAYS, "above", "times", "plus", "at_least", "words", "kind", "source", "minor"))
    ways = [name for name in WAYS if name in found]
    if len(ways) != 1:
        raise field.wrong("field_malformed", f"{len(ways)} ways", f"One of: {', '.join(WAYS)}.")
    way, told = ways[0], found[ways[0]]
    columns = [] if way == "value" else told.each() if told.is_sequence() else [told]
    return Taken(
        way=way,
        columns=tuple(_column(one, texts, catalogue) for one in columns),
        value=told.text() if way == "value" else "",
        above=_factor(found, "above", 0),
        times=_factor(found, "times", 1),
        plus=_factor(found, "plus", 0),
        at_least=_factor(found, "at_least", 0) if "at_least" in found else None,
        words={name: entry.text() for name, entry in found["words"].entries().items()} if "words" in found else {},
        kind=found["kind"].one_of(tuple(one for one in KINDS if one)) if "kind" in found else "",
        source=found["source"].one_of(SOURCES) if "source" in found else source,
        is_minor="minor" in found and found["minor"].flag(),
    )


def _factor(found: Mapping[str, Field], name: str, usual: int) -> Decimal:
    """Read a number of a mapping."""
    if name not in found:
        return Decimal(usual)
    try:
        return _decimal(found[name].text())
    except Malformed as wrong:
        raise found[name].wrong(wrong.code, wrong.detail) from None


def _column(field: Field, texts: Texts, catalogue: Catalogue | None = None) -> str:
    """Read the name of a column; raises Malformed column_missing, feature_forbidden for one that may not be used."""
    name = field.text()
    if name not in texts.columns:
        raise field.wrong("column_missing", f"{name!r}", f"There are: {', '.join(texts.columns)}.")
    forbidden = catalogue.forbids(name) if catalogue is not None else None
    if forbidden is not None:
        raise field.wrong("feature_forbidden", f"{name!r}: {forbidden.title['en']}")
    return name


def _taken_of(column: str, feature: Feature, *, is_minor: bool) -> Taken:
    return _taken(column, feature.sources[0], is_minor=is_minor)


def _taken(column: str, source: str, *, is_minor: bool = False) -> Taken:
    return Taken("column", (column,), "", Decimal(0), Decimal(1), Decimal(0), None, {}, "", source, is_minor)


def _constant(value: str) -> Taken:
    return Taken("value", (), value, Decimal(0), Decimal(1), Decimal(0), None, {}, "", SAYS, is_minor=False)
