"""`plimsoll apply`: one made-up applicant from consent to signed draw, with every stage of the decision and what is told about it."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.database.store import Store
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.file import Work
from plimsoll.app.gather import Gathered
from plimsoll.app.keyring import Keyring, keyring_path, new_keyring, read_keyring
from plimsoll.app.sources.port import Person
from plimsoll.app.vault import Act, Vault
from plimsoll.interfaces.cli.exits import REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, read_on
from plimsoll.interfaces.cli.tell_decision import (
    columns,
    explanation_lines,
    line_lines,
    offer_lines,
    price_lines,
    score_lines,
    stages_lines,
)
from plimsoll.origination.application import Offer
from plimsoll.origination.explain import Explanation
from plimsoll.origination.said import digest_of, said_of
from plimsoll.origination.underwrite import Underwritten
from plimsoll.origination.words import SOURCE_WORDS
from plimsoll.protection.mask import CARD, ID_NUMBER, NAME, PHONE, mask
from plimsoll.risk.disclose import Row
from plimsoll.risk.lawful import lawful_rules
from plimsoll.servicing.open_line import CASH_LINE
from plimsoll.simulator.walk import FATES, Told, Walker, Wish, person_of, start, walk
from plimsoll.units.money import parse_minor
from plimsoll.units.refusal import LANGUAGES, Malformed, Refused, sentence

HEADINGS: Final = {
    "applicant": ("申请人（虚构）", "Applicant (made up)"),
    "consent": ("逐项授权", "Consent, one by one"),
    "application": ("申请", "Application"),
    "evidence": ("取得资料", "Evidence"),
    "decision": ("自动审批", "Decision"),
    "score": ("评分", "Score"),
    "load": ("负债能力线", "Load line"),
    "price": ("定价与额度", "Price and limit"),
    "explanation": ("说明", "Explanation"),
    "queue": ("等待人工审核", "Waits for a person"),
    "review": ("人工审核", "Review by a person"),
    "offer": ("要约", "Offer"),
    "disclosure": ("综合融资成本明示表", "All-in cost table"),
    "lesson": ("借款前的课程与测验", "Lesson and quiz before borrowing"),
    "signed": ("签约", "Signed"),
    "draw": ("首次提款", "First draw"),
}
FIELDS: Final = {
    NAME: ("姓名", "name"),
    ID_NUMBER: ("证件号码", "document"),
    PHONE: ("手机号", "phone"),
    CARD: ("银行卡", "bank card"),
    "application_id": ("申请编号", "application"),
    "product": ("产品", "product"),
    "priority": ("优先级", "priority"),
    "due": ("最迟处理时间", "due"),
    "note": ("摘要", "note"),
    "opinion": ("意见记录", "opinion on file"),
    "state": ("申请状态", "state"),
    "outcome": ("结论", "outcome"),
    "differs": ("与系统建议不同的原因", "why otherwise"),
    "currency": ("币种", "currency"),
    "limit": ("授信额度", "limit"),
    "cash_limit": ("现金额度", "cash limit"),
    "later_limit": ("先买后付额度", "pay-later limit"),
    "rate": ("日利率", "rate a day"),
    "instalments": ("期数", "instalments"),
    "loan_id": ("借款编号", "loan"),
    "first_due_on": ("首期还款日", "first due on"),
    "ok": ("已取得", "answered"),
    "approve": ("批准", "approved"),
    "decline": ("拒绝", "declined"),
    "offered": ("待签约", "offered"),
    "declined": ("已拒绝", "declined"),
}
"""What steps tell, and words that they use as values. A name without words is shown as it is."""
DAY: Final = "2026-12-01"
DRAW_ROWS: Final = ("principal", "term", "all_in", "total")
"""Rows of the cost table that are told again with a draw; the table was read whole."""

Persona = Annotated[str, typer.Option("--persona", metavar="NAME", help=f"Who applies: {', '.join(FATES)}.")]
Amount = Annotated[str, typer.Option("--amount", metavar="AMOUNT", help="The line that is asked for.")]
Instalments = Annotated[int, typer.Option("--instalments", min=0, help="How many; 0 is the usual number.")]
Purpose = Annotated[str, typer.Option("--purpose", metavar="WORD", help="What the money is for.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The business day.")]
Language = Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="zh-CN or en.")]
Db = Annotated[str, typer.Option("--db", metavar="URL", help="A book to walk in. Default: one that is made for it and thrown away.")]


def command(
    persona: Persona = "approve",
    amount: Amount = "8000.00",
    instalments: Instalments = 12,
    purpose: Purpose = "electronics",
    on: On = DAY,
    language: Language = "en",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Walk a made-up applicant through: consent, evidence, decision, explanation, costs, lesson, signature and draw."""
    if persona not in FATES:
        raise Stop(USAGE, f"--persona {persona}: one of {', '.join(FATES)}")
    if language not in LANGUAGES:
        raise Stop(USAGE, f"--language {language}: one of {', '.join(LANGUAGES)}")
    try:
        minor = parse_minor(amount, "CNY")
    except Malformed as wrong:
        raise Stop(USAGE, f"--amount: {wrong.text(language)}") from None
    wish = Wish(persona, CASH_LINE, "CNY", minor, instalments, purpose, read_on(on, "--on"), language)
    refused: Refused | None = None
    said: list[dict[str, object]] = []
    with _book(db) as (store, keys):
        vault = Vault(store, keys) if keys is not None else None
        walker = start(store, lawful_rules(), wish, vault.blind if vault is not None else None)
        for told in walk(walker):
            if told.step == "consent" and vault is not None and not isinstance(told.shown, Refused):
                _seal(walker, vault)
            refused = told.shown if isinstance(told.shown, Refused) else None
            said.append({"step": told.step, "at": walker.now.isoformat(), "shown": _plain(told, language)})
            if not as_json:
                _show(told, language)
    if as_json:
        print(json.dumps({"persona": persona, "steps": said}, ensure_ascii=False))
    if refused is not None:
        raise Stop(REFUSED, refused.text(language))


@contextmanager
def _book(db: str) -> Iterator[tuple[Store, Keyring | None]]:
    """Give the book that is named with the keys of the house, where there are any; or one that lasts as long as the walk."""
    if db:
        try:
            keys = read_keyring(keyring_path())
        except StoreTrouble:
            keys = None
        with open_store(db) as store:
            yield store, keys
        return
    with tempfile.TemporaryDirectory(prefix="plimsoll-apply-") as folder, create_store(f"sqlite:///{Path(folder) / 'book.db'}") as store:
        yield store, new_keyring(datetime(2026, 1, 1, tzinfo=UTC))


def _seal(walker: Walker, vault: Vault) -> None:
    """Put who the applicant is into the vault: the file of the customer never holds it."""
    person = person_of(walker)
    act = Act("apply", walker.now, "application")
    values = {NAME: person.name, ID_NUMBER: person.document, PHONE: person.phone, CARD: person.card}
    refused = vault.put_all(walker.customer_id, values, act)
    if refused is not None:
        raise Stop(REFUSED, refused.text())


def _show(told: Told, language: str) -> None:
    """Print one step; on a terminal its heading stands out."""
    console = Console(highlight=False, soft_wrap=True)
    for name, lines in _parts(told, language):
        heading = HEADINGS[name][LANGUAGES.index(language)]
        if console.is_terminal:
            console.print()
            console.rule(f"[bold]{heading}", align="left")
        else:
            print(f"\n== {heading}")
        print("\n".join(lines))


def _parts(told: Told, language: str) -> list[tuple[str, list[str]]]:
    """Give what there is to show of a step, each with its heading."""
    if isinstance(told.shown, Refused):
        return [(told.step, ["  " + told.shown.text(language)])]
    if isinstance(told.shown, Underwritten):
        decided = told.shown
        return [
            ("decision", stages_lines(decided, language)),
            ("score", score_lines(decided, language)),
            ("load", line_lines(decided, language)),
            ("price", price_lines(decided, language)),
        ]
    return [(told.step, _LINES[told.step](told.shown, language))]


def _field(name: str, language: str) -> str:
    """Give a field, or a word that stands in it, in a language."""
    return FIELDS[name][LANGUAGES.index(language)] if name in FIELDS else name


def _applicant(person: Person, language: str) -> list[str]:
    fields = ((NAME, person.name), (ID_NUMBER, person.document), (PHONE, person.phone), (CARD, person.card))
    return columns([(_field(field, language), mask(field, value)) for field, value in fields])


def _consents(given: list[tuple[Mapping[str, str], int]], language: str) -> list[str]:
    return columns([(title[language], f"v{version}") for title, version in given])


def _said(said: Mapping[str, object], language: str) -> list[str]:
    told = [(name, str(value)) for name, value in said.items() if isinstance(value, str | int) and value != ""]
    return columns([(_field(name, language), _field(value, language)) for name, value in told])


def _evidence(found: list[Gathered], language: str) -> list[str]:
    told = [(SOURCE_WORDS[one.source][language], sentence(one.code, language) if one.code else _field("ok", language)) for one in found]
    return columns(told)


def _queue(row: Work | None, language: str) -> list[str]:
    if row is None:
        return []
    item = row.item
    told = (("priority", str(item.priority)), ("due", item.due_at), ("note", item.note))
    return columns([(_field(name, language), value) for name, value in told])


def _disclosure(rows: list[Row]) -> list[str]:
    return [line for row in rows for line in _row(row)]


def _row(row: Row) -> list[str]:
    first, *more = row.text.splitlines() or [""]
    return [f"  {row.label}: {first}", *(f"      {line}" for line in more)]


def _lesson(said: Mapping[str, Any], language: str) -> list[str]:
    if not said:
        return ["  -"]
    lines = [f"  {said['title'][language]}"]
    for n, question in enumerate(said["questions"], 1):
        right = question.options[question.letters.index(question.right)][language]
        lines += [f"  {n}. {question.ask[language]}", f"     {question.right}) {right}"]
    return lines


def _draw(said: Mapping[str, Any], language: str) -> list[str]:
    """Give a draw: the costs were read again; what matters most of them, and the loan."""
    return [*_disclosure([row for row in said["rows"] if row.name in DRAW_ROWS]), *_said(said, language)]


_LINES: Final[Mapping[str, Callable[[Any, str], list[str]]]] = {
    "applicant": _applicant,
    "consent": _consents,
    "application": _said,
    "evidence": _evidence,
    "explanation": explanation_lines,
    "queue": _queue,
    "review": _said,
    "offer": lambda shown, language: offer_lines(shown, None, language),
    "disclosure": lambda shown, _: _disclosure(shown),
    "lesson": _lesson,
    "signed": _said,
    "draw": _draw,
}


def _plain(told: Told, language: str) -> object:
    """Give a step as plain values."""
    shown = told.shown
    if isinstance(shown, Refused):
        return {"refused": shown.code, "text": shown.text(language)}
    if isinstance(shown, Underwritten):
        said = said_of(shown)
        return {**said, "digest": digest_of(said)}
    if isinstance(shown, Explanation):
        return plain_explanation(shown)
    if isinstance(shown, Offer):
        return shown.said()
    if isinstance(shown, Person):
        return {"name": mask(NAME, shown.name), "document": mask(ID_NUMBER, shown.document)}
    if isinstance(shown, Work):
        return shown.item._asdict()
    if isinstance(shown, list):
        return [_of_list(one, language) for one in shown]
    if isinstance(shown, dict):
        return {name: value for name, value in shown.items() if isinstance(value, str | int | list) and name != "rows"}
    return None


def _of_list(one: Any, language: str) -> object:
    if isinstance(one, Row | Gathered):
        return one._asdict()
    return {"title": one[0][language], "version": one[1]}


def plain_explanation(told: Explanation) -> dict[str, object]:
    """Give an explanation as plain values, in both languages."""
    return {
        "outcome": told.outcome,
        "on": told.on,
        "digest": told.digest,
        "deciding": [
            {**one._asdict(), "conditions": [[dict(title), value, op, threshold] for title, value, op, threshold in one.conditions]}
            for one in told.deciding
        ],
        "reasons": [{"code": one.code, "said": dict(one.said), "change": dict(one.change)} for one in told.reasons],
        "parts": [[name, dict(title), found, points] for name, title, found, points in told.parts],
        "changes": [{**one._asdict(), "said": dict(one.said)} for one in told.changes],
        "used": [one._asdict() for one in told.used],
        "absent": [{"name": one.name, "title": dict(one.title), "outcome": one.outcome, "said": dict(one.said)} for one in told.absent],
        "next_review": told.next_review,
    }
