"""`plimsoll learn`: what borrowing really costs, for whoever is about to: the minimum payment, a smaller draw, the lesson."""

import json
from typing import Annotated, Final

import typer

from plimsoll.app.config import now
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, read_on
from plimsoll.interfaces.cli.tell import tell
from plimsoll.risk.disclose import DRAW, Ask, Table, rows, table_of
from plimsoll.risk.lawful import lawful_rules
from plimsoll.risk.minimum_payment import FLOOR_MINOR, Course, Habit, pay_down
from plimsoll.servicing.open_line import CASH_LINE
from plimsoll.units.money import parse_minor, text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import LANGUAGES, Malformed, Refused

app = typer.Typer(help="What borrowing really costs.", no_args_is_help=True, add_completion=False)

SHARES: Final = ("0.10", "0.05")

Bill = Annotated[str, typer.Option("--bill", metavar="AMOUNT", help="What the bill asks for, such as 3000.")]
PerDay = Annotated[str, typer.Option("--rate", metavar="RATE", help="Interest a day, such as 0.0005.")]
Share = Annotated[str, typer.Option("--share", metavar="SHARE", help="The share of the principal paid each month. Default: 0.10 and 0.05.")]
Floor = Annotated[str, typer.Option("--floor", metavar="AMOUNT", help="The least that a month asks for, interest included.")]
Extra = Annotated[str, typer.Option("--extra", metavar="AMOUNT", help="What you could pay on top of it each month.")]
Amount = Annotated[str, typer.Option("--amount", metavar="AMOUNT", help="What you would draw.")]
Less = Annotated[str, typer.Option("--less", metavar="AMOUNT", help="By how much less you could do.")]
Instalments = Annotated[int, typer.Option("--instalments", min=0, help="How many; 0 is the usual number.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day. Default: today.")]
Lang = Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="zh-CN or en.")]
Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="ISO 4217.")]


@app.command()
def minimum(
    bill: Bill,
    rate: PerDay,
    share: Share = "",
    floor: Floor = "",
    extra: Extra = "",
    currency: Currency = "CNY",
    as_json: AsJson = False,
) -> None:
    """Show how long a bill lasts, and what it costs, if only the minimum is paid; and what a little more saves."""
    minor, per_day = _minor(bill, currency, "--bill"), _rate(rate, "--rate")
    floor_minor = _minor(floor, currency, "--floor") if floor else FLOOR_MINOR
    extra_minor = _minor(extra, currency, "--extra") if extra else 0
    told = []
    for one in (share,) if share else SHARES:
        for more in dict.fromkeys((0, extra_minor)):
            course = pay_down(minor, Habit(_rate(one, "--share"), per_day, floor_minor, more))
            if isinstance(course, Refused):
                raise Stop(REFUSED, course.text())
            told.append(_course(one, more, course, currency))
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    names = ("share", "extra", "first month", "months", "interest", "paid in all")
    lines = [[str(line[name]) for name in names] for line in told]
    print(f"A bill of {grouped(minor, currency)} {currency} at {rate} a day, months of 30 days\n")
    print(aligned([names, RULE, *lines]))
    print(f"\nPaid in full by its due day it costs {grouped(minor, currency)} and no interest.")


@app.command()
def draw(
    amount: Amount,
    rate: PerDay,
    less: Less = "",
    instalments: Instalments = 0,
    on: On = "",
    lang: Lang = "en",
    currency: Currency = "CNY",
    as_json: AsJson = False,
) -> None:
    """Show the cost table of a draw, and beside it that of a smaller one."""
    if lang not in LANGUAGES:
        raise Stop(USAGE, f"--lang {lang}: one of {', '.join(LANGUAGES)}")
    day = read_on(on, "--on") if on else now().astimezone().date()
    minor, per_day = _minor(amount, currency, "--amount"), _rate(rate, "--rate")
    amounts = [minor, minor - _minor(less, currency, "--less")] if less else [minor]
    tables = []
    for one in amounts:
        table = table_of(Ask(DRAW, day, CASH_LINE, currency, one, instalments, per_day), lawful_rules())
        if isinstance(table, Refused):
            raise Stop(REFUSED, table.text())
        tables.append(table)
    if as_json:
        print(json.dumps([{row.name: row.text for row in rows(table, lang)} for table in tables], ensure_ascii=False))
        return
    print("\n\n".join(_shown(table, lang) for table in tables))
    if len(tables) > 1:
        saved = [int(table.numbers["total"].replace(",", "").replace(".", "")) for table in tables]
        told = text_of(saved[0] - saved[1], currency)
        english = f"Drawing {less} less, you pay back {told} {currency} less."
        print("\n" + (english if lang == "en" else f"少借 {less} {currency}，少还 {told} {currency}。"))


@app.command()
def lesson(
    name: Annotated[str, typer.Argument(metavar="NAME")] = "borrowing", lang: Lang = "en", on: On = "", as_json: AsJson = False
) -> None:
    """Print a lesson and its questions."""
    if lang not in LANGUAGES:
        raise Stop(USAGE, f"--lang {lang}: one of {', '.join(LANGUAGES)}")
    day = read_on(on, "--on") if on else now().astimezone().date()
    found = lawful_rules().lessons.get(name)
    version = None if found is None else found.at(day)
    if found is None or version is None:
        raise Stop(NOT_FOUND, Refused("lesson_unknown", "", f"{name!r} on {day}").text())
    pages = [page[lang] for page in version.pages]
    asked = [
        (one.ask[lang], [(letter, said[lang]) for letter, said in zip(one.letters, one.options, strict=True)]) for one in version.questions
    ]
    questions = [{"ask": ask, "options": dict(options)} for ask, options in asked]
    lines = [f"{found.title[lang]} ({name}, version {version.version})", *(f"\n{page}" for page in pages)]
    for number, (ask, options) in enumerate(asked, 1):
        lines += [f"\n{number}. {ask}", *(f"   {letter}) {said}" for letter, said in options)]
    said = {"lesson": name, "version": version.version, "title": found.title[lang], "pages": pages, "questions": questions}
    tell(said, "\n".join(lines), as_json=as_json)


def _course(share: str, extra_minor: int, course: Course, currency: str) -> dict[str, object]:
    return {
        "share": share,
        "extra": text_of(extra_minor, currency),
        "first month": text_of(course.first_minor, currency),
        "months": course.months,
        "interest": text_of(course.interest_minor, currency),
        "paid in all": text_of(course.paid_minor, currency),
    }


def _shown(table: Table, lang: str) -> str:
    """Give a table as text: the label, and below it what it says."""
    return "\n".join(f"{row.label}\n    " + row.text.replace("\n", "\n    ") for row in rows(table, lang))


def _minor(text: str, currency: str, option: str) -> int:
    try:
        return parse_minor(text, currency)
    except Malformed as wrong:
        raise Stop(USAGE, f"{option}: {wrong.text()}") from None


def _rate(text: str, option: str) -> Rate:
    try:
        return Rate.parse(text)
    except Malformed as wrong:
        raise Stop(USAGE, f"{option}: {wrong.text()}") from None
