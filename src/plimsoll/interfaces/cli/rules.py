"""`plimsoll rules`: what is in force on a day and by what source, the list of all rules, and the check of a rulebook."""

import difflib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from plimsoll.interfaces.cli.exits import NOT_FOUND, USAGE, Stop
from plimsoll.interfaces.cli.tell import tell
from plimsoll.risk.lawful import breaches
from plimsoll.rulebook.rule import ANY, Row, Rule, Value
from plimsoll.rulebook.rules import FOLDER, Entry, Rules, load
from plimsoll.rulebook.value_text import rate_text, value_text
from plimsoll.units.dates import parse_date
from plimsoll.units.money import EXPONENTS, text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import LANGUAGES, Malformed

app = typer.Typer(
    help="What is in force on a day, since when, by what source, and what comes next.", no_args_is_help=True, add_completion=False
)

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day asked about, such as 2026-01-31. Default: today.")]
Lender = Annotated[str, typer.Option("--licence", metavar="KIND", help="The kind of lender, such as cfc. Default: every kind.")]
Lang = Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="zh-CN or en.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="A rulebook of your own instead of the one that comes along.")]

WORDS = {
    "value": ("数值", "value"),
    "licence": ("牌照", "licence"),
    "any": ("所有放款机构", "every lender"),
    "since": ("生效日", "in force since"),
    "until": ("失效日", "until"),
    "open": ("未定", "no end known"),
    "next": ("接下来", "comes next"),
    "nothing": ("没有已知变化", "no change known"),
    "ends": ("规则终止", "the rule ends"),
    "from": ("起", "from"),
    "source": ("来源", "source"),
    "confidence": ("可信度", "confidence"),
    "review_by": ("复核期限", "review by"),
    "note": ("备注", "note"),
    "none": ("当日无生效值", "no value in force"),
}


class Answer(NamedTuple):
    """What is in force of one rule for one kind of lender, and what comes next."""

    licence: str
    entry: Entry | None
    upcoming: tuple[date, Entry | None] | None


@app.command()
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The rule, such as CN.COST.CAP.")],
    on: On = "",
    licence: Lender = "",
    lang: Lang = "en",
    as_json: AsJson = False,
    folder: Folder = FOLDER,
) -> None:
    """Show the value of a rule on a day, its source, and what comes next."""
    language = _language(lang)
    rules, day = _load(folder), _day(on)
    rule = _rule(rules, key)
    try:
        answers = [Answer(name, rules.entry(rule.key, day, name), rules.upcoming(rule.key, day, name)) for name in _licences(rule, licence)]
    except Malformed as wrong:
        raise Stop(USAGE, wrong.text(lang)) from None
    if as_json:
        print(json.dumps(_told(rule, day, answers), ensure_ascii=False))
    else:
        print(f"{rule.key}  {rule.title[lang]}  ({day})")
        print("\n\n".join(_lines(rule, answer, language) for answer in answers))
    if all(answer.entry is None for answer in answers):
        raise typer.Exit(NOT_FOUND)


@app.command("list")
def list_all(on: On = "", lang: Lang = "en", folder: Folder = FOLDER, as_json: AsJson = False) -> None:
    """List every rule with what is in force on a day."""
    _language(lang)
    rules, day = _load(folder), _day(on)
    said, lines = [], []
    for rule in rules.rules.values():
        held: dict[str, list[str]] = {}
        for name in _licences(rule, ANY):
            held.setdefault(value_text(rules.value(rule.key, day, name), rule.unit), []).append(name)
        values = [{"value": text, "licences": [name for name in names if name]} for text, names in held.items()]
        told = "; ".join(f"{', '.join(names)}: {text}" if all(names) else text for text, names in held.items())
        said.append({"rule": rule.key, "title": rule.title[lang], "in_force": values})
        lines.append(f"{rule.key:<33} {told:<55} {rule.title[lang]}")
    tell({"on": day, "rules": said}, "\n".join(lines), as_json=as_json)


@app.command()
def check(on: On = "", folder: Folder = FOLDER, as_json: AsJson = False) -> None:
    """Read every file of a rulebook, hold every product against the law, and name what is due for review."""
    rules, day = _load(folder), _day(on)
    broken = [breach for versions in rules.products.values() for version in versions for breach in breaches(rules, version)]
    late = sorted({(row.review_by, rule.key) for rule in rules.rules.values() for row in _rows(rule) if row.review_by < day})
    unlawful = {breach.product for breach in broken}
    products = [(name, versions[-1].licence, len(versions), name not in unlawful) for name, versions in rules.products.items()]
    said = {
        "rules": len(rules.rules),
        "calendars": len(rules.calendars),
        "digest": rules.digest,
        "products": [dict(zip(("product", "licence", "versions", "lawful"), one, strict=True)) for one in products],
        "review_due": [{"rule": key, "by": review_by} for review_by, key in late],
        "breaches": [breach.text() for breach in broken],
    }
    lines = [f"{name:<20}{of:<20}versions: {count}  {'lawful' if is_lawful else 'unlawful'}" for name, of, count, is_lawful in products]
    lines += [f"review was due by {review_by}: {key}" for review_by, key in late]
    lines.append(f"{len(rules.rules)} rules, {len(rules.products)} products, {len(rules.calendars)} calendars; digest {rules.digest}")
    tell(said, "\n".join(lines), as_json=as_json)
    if broken:
        raise Stop(USAGE, "\n".join(breach.text() for breach in broken))


def _load(folder: Path) -> Rules:
    """Read the rulebook; a file that is not in order ends the command with its place."""
    try:
        return load(folder)
    except Malformed as wrong:
        raise Stop(USAGE, f"{wrong}") from None


def _day(text: str) -> date:
    """Read the day asked about; today where none is given."""
    try:
        return parse_date(text) if text else datetime.now(tz=UTC).astimezone().date()
    except Malformed as wrong:
        raise Stop(USAGE, f"--on: {wrong}") from None


def _language(lang: str) -> int:
    """Give the place of a language in the word table."""
    if lang not in LANGUAGES:
        raise Stop(USAGE, f"--lang: {lang!r} is not one of {', '.join(LANGUAGES)}.")
    return LANGUAGES.index(lang)


def _rule(rules: Rules, key: str) -> Rule:
    """Find a rule, however its key was capitalised; the nearest ones are named where there is none."""
    if key.upper() in rules.rules:
        return rules.rules[key.upper()]
    near = difflib.get_close_matches(key.upper(), rules.rules, n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise Stop(NOT_FOUND, f"{Malformed('rule_unknown', repr(key))}{hint}")


def _licences(rule: Rule, licence: str) -> list[str]:
    """Give the licence asked about, or every one that the rule tells apart."""
    return [licence] if licence else list(rule.tracks)


def _rows(rule: Rule) -> list[Row]:
    """Give every row of a rule."""
    return [row for rows in rule.tracks.values() for row in rows]


def _lines(rule: Rule, answer: Answer, language: int) -> str:
    """Write one answer as lines of a label and what it says."""
    rows = [("licence", answer.licence or WORDS["any"][language])]
    entry = answer.entry
    if entry is None:
        rows.append(("value", WORDS["none"][language]))
    else:
        formula = f" = {entry.formula}" if entry.formula else ""
        rows += [
            ("value", f"{value_text(entry.value, rule.unit)}{formula} ({_unit_text(rule)})"),
            ("since", f"{entry.since}"),
            ("until", f"{entry.until or WORDS['open'][language]}"),
        ]
    rows.append(("next", _next_text(rule, answer, language)))
    if entry is not None:
        rows += [("source", entry.source), ("confidence", entry.confidence), ("review_by", f"{entry.review_by}")]
        rows += [("note", entry.note)] if entry.note else []
    return "\n".join(f"  {WORDS[label][language]}: {said}" for label, said in rows)


def _unit_text(rule: Rule) -> str:
    """Write the unit of a rule, with what it is counted by."""
    unit = rule.unit if isinstance(rule.unit, str) else ", ".join(sorted(set(rule.unit.values())))
    known = (("per", rule.per), ("of", rule.base), ("as", rule.basis), ("from", rule.counted_from), ("at most", rule.clamp))
    return "; ".join([unit, *(f"{word} {said}" for word, said in known if said)])


def _next_text(rule: Rule, answer: Answer, language: int) -> str:
    """Write what comes next in one line."""
    if answer.upcoming is None:
        return WORDS["nothing"][language]
    day, entry = answer.upcoming
    said = WORDS["ends"][language] if entry is None else value_text(entry.value, rule.unit)
    return f"{day} {WORDS['from'][language]}: {said}" if language == 0 else f"{WORDS['from'][language]} {day}: {said}"


def _told(rule: Rule, day: date, answers: list[Answer]) -> dict[str, object]:
    """Give the JSON object of a rule: one answer in full, or one a licence under `by_licence`."""
    head: dict[str, object] = {"key": rule.key, "title": dict(rule.title), "on": f"{day}", "unit": rule.unit}
    told = [_answer_told(rule, answer) for answer in answers]
    return head | told[0] if len(told) == 1 else head | {"by_licence": told}


def _answer_told(rule: Rule, answer: Answer) -> dict[str, object]:
    """Give one answer as JSON; `value` is null where none is in force."""
    upcoming = answer.upcoming
    told: dict[str, object] = {"licence": answer.licence, **_entry_told(rule, answer.entry)}
    told["next"] = None if upcoming is None else {"from": f"{upcoming[0]}", **_entry_told(rule, upcoming[1])}
    return told


def _entry_told(rule: Rule, entry: Entry | None) -> dict[str, object]:
    """Give an entry as JSON."""
    if entry is None:
        return {"value": None}
    return {
        "value": _plain(entry.value, rule.unit),
        "formula": entry.formula or None,
        "since": f"{entry.since}",
        "until": f"{entry.until}" if entry.until else None,
        "source": entry.source,
        "confidence": entry.confidence,
        "review_by": f"{entry.review_by}",
        "note": entry.note or None,
    }


def _plain(value: Value, unit: object) -> object:
    """Give a value as JSON: rates and amounts as decimal text, counts as numbers."""
    if isinstance(value, Rate):
        return rate_text(value, unit)
    if isinstance(value, tuple):
        return [_plain(part, unit) for part in value]
    if isinstance(value, int | str):
        return text_of(value, unit) if isinstance(value, int) and isinstance(unit, str) and unit in EXPONENTS else value
    units = unit if isinstance(unit, dict) else {}
    return {name: _plain(part, units.get(name, "")) for name, part in value.items()}
