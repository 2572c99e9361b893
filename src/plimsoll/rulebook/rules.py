"""The rulebook as one value: what is in force on a day, for whom, since when, until when, and by what source."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from plimsoll.rulebook.consent_notice import Purpose, read_purposes
from plimsoll.rulebook.contract_terms import ContractTerms, read_contract
from plimsoll.rulebook.lender import Lender, read_lender
from plimsoll.rulebook.lesson import Lesson, read_lessons
from plimsoll.rulebook.product import LoanOffer, Version, read_product
from plimsoll.rulebook.read import Field, Plain, read, read_text, sha_of
from plimsoll.rulebook.rule import ANY, Row, Rule, Value, read_rule, read_title
from plimsoll.rulebook.workdays import Calendar, read_calendar
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

FOLDER: Final = Path(__file__).parent
"""The rulebook that comes with the package."""
LENDER: Final = "policy/lender/lender.yaml"
CONTRACT: Final = "policy/contract/loan.yaml"
PLAN_CONTRACT: Final = "policy/contract/plan.yaml"


@dataclass(frozen=True, slots=True)
class Licence:
    """A kind of lender in a country ("cn"); what holds for `kind_of` ("" if none) holds for it too, where it has no row of its own."""

    name: str
    country: str
    title: Mapping[str, str]
    kind_of: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A value in force on a day. `until` is the first day on which another value, or none, is in force as things stand."""

    key: str
    value: Value
    formula: str
    licence: str
    since: date
    until: date | None
    source: str
    confidence: str
    review_by: date
    note: str


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules, products and calendars of one folder, and the SHA-256 of what they say, which stamps every fact decided under them."""

    rules: Mapping[str, Rule]
    licences: Mapping[str, Licence]
    products: Mapping[str, tuple[Version, ...]]
    calendars: Mapping[str, Calendar]
    digest: str
    purposes: Mapping[str, Purpose]
    lessons: Mapping[str, Lesson]
    lender: Lender
    contract: ContractTerms
    plan_contract: ContractTerms

    def rule(self, key: str) -> Rule:
        """Give a rule by its key; raises Malformed rule_unknown."""
        if key not in self.rules:
            raise Malformed("rule_unknown", f"{key!r}")
        return self.rules[key]

    def value(self, key: str, on: date, licence: str = ANY) -> Value | None:
        """Give the value in force on a day for a kind of lender; None where no value is in force then. Raises as `entry` does."""
        found = self.rule(key).row(self.chain(licence), on)
        return None if found is None else self._value(found[1], on)

    def rate(self, key: str, on: date, licence: str = ANY) -> Rate | None:
        """Give the value of a rule that is a rate, share or multiple; None where none is in force."""
        value = self.value(key, on, licence)
        assert value is None or isinstance(value, Rate), f"{key} is no rate"
        return value

    def whole(self, key: str, on: date, licence: str = ANY) -> int | None:
        """Give the value of a rule that is a count, or an amount in minor units; None where none is in force."""
        value = self.value(key, on, licence)
        assert value is None or isinstance(value, int), f"{key} is no whole number"
        return value

    def entry(self, key: str, on: date, licence: str = ANY) -> Entry | None:
        """Give the value in force on a day with its dates and source; None where none is. Raises rule_unknown, licence_unknown."""
        found = self.rule(key).row(self.chain(licence), on)
        if found is None:
            return None
        held_for, row = found
        value = self._value(row, on)
        assert value is not None, (key, on, licence)
        return Entry(
            key=key,
            value=value,
            formula=row.formula,
            licence=held_for,
            since=row.since,
            until=self._until(key, on, licence, value),
            source=row.source,
            confidence=row.confidence,
            review_by=row.review_by,
            note=row.note,
        )

    def _value(self, row: Row, on: date) -> Value | None:
        """Give what a row says on a day; a formula takes the other rule as it stands that day; None where that has no value."""
        if row.multiple is None:
            return row.value
        other = self.rate(row.multiple_of, on)
        return None if other is None else row.multiple.times(other)

    def _until(self, key: str, on: date, licence: str, value: Value) -> date | None:
        """Give the first day after `on` with another value or none."""
        later = (day for day in self.days(key, licence) if day > on)
        return next((day for day in later if self.value(key, day, licence) != value), None)

    def upcoming(self, key: str, on: date, licence: str = ANY) -> tuple[date, Entry | None] | None:
        """Give what comes next: the first day after `on` on which the value changes, with what holds then (None: nothing)."""
        now = self.value(key, on, licence)
        for day in self.days(key, licence):
            if day > on and self.value(key, day, licence) != now:
                return day, self.entry(key, day, licence)
        return None

    def days(self, key: str, licence: str = ANY) -> tuple[date, ...]:
        """Give every day on which the value may change for a kind of lender, ascending."""
        rule = self.rule(key)
        rows = [row for name in self.chain(licence) for row in rule.tracks.get(name, ())]
        found = {day for row in rows for day in (row.since, row.until) if day is not None}
        found |= {day for row in rows if row.multiple is not None for day in self.days(row.multiple_of)}
        return tuple(sorted(found))

    def chain(self, licence: str) -> Iterator[str]:
        """Give a licence, what it is a kind of, and at last every lender; raises Malformed licence_unknown."""
        name = licence
        while name != ANY:
            if name not in self.licences:
                raise Malformed("licence_unknown", f"{name!r}", remedy=f"One of: {', '.join(self.licences)}.")
            yield name
            name = self.licences[name].kind_of
        yield ANY

    def product(self, name: str, on: date) -> Version | Refused:
        """Give the version of a product in force on a day; Refused product_unknown, product_not_in_force."""
        if name not in self.products:
            return Refused("product_unknown", "", f"{name!r}; there are: {', '.join(self.products)}")
        for version in reversed(self.products[name]):
            if version.since <= on and (version.until is None or on < version.until):
                return version
        return Refused("product_not_in_force", name, f"{on}")

    def penalty_cap(self, version: Version, on: date) -> Rate | None:
        """Give the yearly cap on the penalty of loans drawn on a day under a version; None where nothing caps it."""
        offer = version.offer
        if not isinstance(offer, LoanOffer) or offer.penalty is None:
            return None
        return self.rate(offer.penalty.cap_rule, on, version.licence) if offer.penalty.cap_rule else offer.penalty.per_year_cap


@functools.cache
def load(folder: Path = FOLDER) -> Rules:
    """Read and validate a whole rulebook, once for each folder. Raises Malformed with file, line and key."""
    if not folder.is_dir():
        raise Malformed("file_missing", "", file=str(folder))
    content: dict[str, Plain] = {}
    licences: dict[str, Licence] = {}
    for field in _files(folder, "law/*/licences.yaml", content):
        licences |= _read_licences(field, licences)
    rules = _load_rules(folder, content, licences)
    calendars = {calendar.name: calendar for calendar in map(read_calendar, _files(folder, "calendar/*.yaml", content))}
    products = _load_products(folder, content, licences, rules, calendars)
    purposes = {name: one for field in _files(folder, "policy/consents/*.yaml", content) for name, one in read_purposes(field).items()}
    lessons = {name: one for field in _files(folder, "policy/lessons/*.yaml", content) for name, one in read_lessons(field).items()}
    lender, contract = read_lender(_only(folder, LENDER, content)), read_contract(_only(folder, CONTRACT, content))
    plan_contract = read_contract(_only(folder, PLAN_CONTRACT, content))
    content |= _read_beside(folder, content)
    return Rules(rules, licences, products, calendars, sha_of(content), purposes, lessons, lender, contract, plan_contract)


def _read_beside(folder: Path, content: Mapping[str, Plain]) -> dict[str, Plain]:
    """Give the text of every other file of policy (tables, reasons, features), whose own readers take it apart: the digest covers it."""
    named = {path.relative_to(folder).as_posix(): path for path in sorted(folder.glob("policy/*/*")) if path.suffix in (".yaml", ".csv")}
    return {name: read_text(path, name) for name, path in named.items() if name not in content}


def _only(folder: Path, name: str, content: dict[str, Plain]) -> Field:
    """Read the one file of a name, which has to be there, and note what it says."""
    field = read(folder.joinpath(name), name)
    content[name] = field.plain()
    return field


def _files(folder: Path, pattern: str, content: dict[str, Plain]) -> Iterator[Field]:
    """Read the files of a pattern in order of name, and note what each says."""
    for path in sorted(folder.glob(pattern)):
        name = path.relative_to(folder).as_posix()
        if name not in content:
            field = read(path, name)
            content[name] = field.plain()
            yield field


def _read_licences(field: Field, known: Mapping[str, Licence]) -> dict[str, Licence]:
    """Read the kinds of lender of one country; a name stands for one kind in one country."""
    entries = field.fields(("licences",))["licences"].entries()
    country = Path(field.file).parent.name
    found: dict[str, Licence] = {}
    for name, entry in entries.items():
        if name in known:
            raise entry.wrong("rule_duplicate", f"{name!r} is a licence of {known[name].country} too")
        fields = entry.fields(("title",), ("kind_of",))
        # A kind stands below what it is a kind of, so no circle can be written.
        kind_of = fields["kind_of"].one_of(found) if "kind_of" in fields else ANY
        found[name] = Licence(name, country, read_title(fields["title"]), kind_of)
    return found


def _load_rules(folder: Path, content: dict[str, Plain], licences: Mapping[str, Licence]) -> dict[str, Rule]:
    """Read every rule of law and policy; a key stands in one place only."""
    rules: dict[str, Rule] = {}
    for pattern in ("law/*/*.yaml", "policy/*.yaml"):
        for field in _files(folder, pattern, content):
            place = Path(field.file)
            prefix = place.parent.name.upper()
            for key, entry in field.entries().items():
                if key in rules:
                    raise entry.wrong("rule_duplicate", f"{key!r} stands in {rules[key].file}:{rules[key].line} too")
                rules[key] = read_rule(entry, prefix, licences)
    for rule in rules.values():
        _check_references(rule, rules)
    return rules


def _check_references(rule: Rule, rules: Mapping[str, Rule]) -> None:
    """Refuse a rule that leans on one that does not exist, or on another formula."""
    if rule.clamp and rule.clamp not in rules:
        raise Malformed("rule_unknown", f"clamp {rule.clamp!r}", file=rule.file, line=rule.line, key=rule.key)
    for row in {id(row): row for rows in rule.tracks.values() for row in rows}.values():
        if not row.multiple_of:
            continue
        other = rules.get(row.multiple_of)
        if other is None:
            raise Malformed("rule_unknown", f"{row.multiple_of!r}", file=row.file, line=row.line, key=rule.key)
        if other.unit != rule.unit or any(row.formula for rows in other.tracks.values() for row in rows):
            detail = f"{row.multiple_of} must have the unit {rule.unit!r} and be no formula itself"
            raise Malformed("rule_formula_malformed", detail, file=row.file, line=row.line, key=rule.key)


def _load_products(
    folder: Path, content: dict[str, Plain], licences: Mapping[str, Licence], rules: Mapping[str, Rule], calendars: Mapping[str, Calendar]
) -> dict[str, tuple[Version, ...]]:
    """Read every product, and see that what its versions name exists."""
    products: dict[str, tuple[Version, ...]] = {}
    for field in _files(folder, "product/*.yaml", content):
        versions = read_product(field)
        name = versions[0].product
        if name in products:
            raise field.entries()["product"].wrong("rule_duplicate", f"{name!r} stands in {products[name][0].file} too")
        for version in versions:
            _check_named("calendar", version.calendar, calendars, version)
            _check_named("licence", version.licence, licences, version)
            if isinstance(version.offer, LoanOffer) and version.offer.penalty and version.offer.penalty.cap_rule:
                _check_named("penalty.per_year_cap", version.offer.penalty.cap_rule, rules, version)
        products[name] = versions
    return products


def _check_named(key: str, name: str, known: Mapping[str, object], version: Version) -> None:
    """Refuse a version that names what the rulebook does not have."""
    if name not in known:
        raise Malformed(
            "field_malformed", f"{name!r}", file=version.file, line=version.line, key=key, remedy=f"One of: {', '.join(known)}."
        )
