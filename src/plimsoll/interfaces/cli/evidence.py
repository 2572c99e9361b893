"""`plimsoll evidence`: how well sources answer, the alerts about them, what is known of a customer, and rings of people."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.file import filings_of
from plimsoll.app.links import rings_of
from plimsoll.app.watching.evidence import Alert, Watched, lift, watch
from plimsoll.app.watching.evidence import alerts as alerts_of
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.interfaces.cli.tell import tell
from plimsoll.risk.answer import items_of, read_instant
from plimsoll.risk.evidence import Reading, features_at, notices_on, tolerance, withheld_at
from plimsoll.risk.quality import Quality
from plimsoll.rulebook.feature import Feature, Value
from plimsoll.rulebook.feature import load as load_catalogue
from plimsoll.rulebook.rules import load
from plimsoll.units.money import text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import LANGUAGES, Refused, sentence

app = typer.Typer(help="How well sources answer, and what is known of a customer.", no_args_is_help=True, add_completion=False)

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The business day, such as 2026-08-01.")]
Lang = Annotated[str, typer.Option("--language", "--lang", metavar="LANG", help="zh-CN or en.")]

TOLD = (
    "type", "unit", "sources", "purpose", "fresh_days", "missing", "missing_reason", "reason", "more_is", "is_protected", "can_change",
)  # fmt: skip
SHARES = ("unavailable", "missing", "stale", "broken", "disagree")
WORDS = {
    "source": ("数据源", "source"),
    "asked": ("查询数", "asked"),
    "unavailable": ("不可用", "unavailable"),
    "missing": ("缺失", "missing"),
    "stale": ("过期", "stale"),
    "broken": ("错误", "broken"),
    "disagree": ("矛盾", "disagree"),
    "drift": ("漂移", "drift"),
    "state": ("状态", "state"),
    "good": ("正常", "good"),
    "alert": ("预警：暂停自动通过", "ALERT: no automatic approval"),
    "few": ("样本不足", "too few to judge"),
    "above": ("超过", "above"),
    "nobody": ("当日没有查询任何数据源。", "No source was asked that day."),
    "no_alerts": ("没有未解除的预警。", "No alert stands."),
    "since": ("自", "since"),
    "lifted": ("已解除", "lifted"),
    "by_itself": ("自动恢复", "came right by itself"),
    "feature": ("特征", "feature"),
    "value": ("数值", "value"),
    "from": ("来源", "from"),
    "of": ("数据日期", "true of"),
    "known": ("取得时间", "known"),
    "why": ("未使用的原因", "why it is not used"),
}


@app.command("watch")
def command_watch(on: On, db: Db = "", lang: Lang = "en", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Judge each source's answers of a day against the days before, and raise or lift alerts about them.

    While an alert stands, nothing that depends on the source is approved automatically. Watching a day again counts it again.
    """
    word, day = _words(lang), read_on(on, "--on")
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        found = watch(store, day, load(), now())
    if as_json:
        print(json.dumps(_told(found), ensure_ascii=False))
        return
    print(_table(found, word))
    for quality in found.qualities:
        for off in quality.off:
            what = f"{WORDS[off.what][word]}{f' ({off.feature})' if off.feature else ''}"
            print(f"{quality.source}: {what} {_share(off.found)} {WORDS['above'][word]} {_share(off.bound)}")


@app.command("alerts")
def command_alerts(
    is_all: Annotated[bool, typer.Option("--all", help="Lifted ones too.")] = False,
    db: Db = "",
    lang: Lang = "en",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """List the alerts that stand: what depends on these sources is not approved automatically."""
    word = _words(lang)
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        found = alerts_of(store, is_all=is_all)
    if as_json:
        print(json.dumps([_alert(one) for one in found], ensure_ascii=False))
        return
    print("\n".join(_alert_line(one, word) for one in found) or WORDS["no_alerts"][word])


@app.command("lift")
def command_lift(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The source whose alert is lifted.")],
    on: On,
    actor: Annotated[str, typer.Option("--actor", metavar="NAME", help="Who decides it.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why the source can be relied on as it is now.")],
    db: Db = "",
    lang: Lang = "en",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Lift an alert by hand: what the source tells from the day of the alert on is what later days are compared with."""
    word = _words(lang)
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        found = lift(store, source, read_on(on, "--on"), actor=actor, reason=reason, now=now())
    if isinstance(found, Refused):
        raise Stop(REFUSED, found.text(lang))
    tell(_alert(found), _alert_line(found, word), as_json=as_json)


@app.command("show")
def command_show(
    customer_id: Annotated[int, typer.Argument(metavar="CUSTOMER", help="The customer.", min=1)],
    at: Annotated[str, typer.Option("--at", metavar="INSTANT", help="As known then: 2026-08-01T09:30:00Z. Default: now.")] = "",
    db: Db = "",
    lang: Lang = "en",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Show every feature of a customer as it was known at an instant, with its source, or why it has no value."""
    word, rules, catalogue = _words(lang), load(), load_catalogue()
    instant = read_instant(at) if at else now()
    if instant is None:
        raise Stop(USAGE, f"--at: {at!r} is no instant such as 2026-08-01T09:30:00Z")
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        filings = filings_of(store, customer_id)
    if not filings:
        raise Stop(NOT_FOUND, f"customer {customer_id} has no file")
    apart = tolerance(rules, instant.date())
    withheld = withheld_at(filings, instant, notices_on(rules, instant.date()))
    readings = features_at(items_of(filings, catalogue), instant, catalogue, apart, withheld)
    if as_json:
        print(json.dumps({name: _reading(reading) for name, reading in readings.items()}, ensure_ascii=False))
        return
    head = tuple(WORDS[name][word] for name in ("feature", "value", "from", "of", "known", "why"))
    rows = [_reading_row(reading, LANGUAGES[word]) for reading in readings.values()]
    print(aligned([head, RULE, *rows], left=6))


@app.command("features")
def command_features(lang: Lang = "en", as_json: AsJson = False) -> None:
    """List the feature catalogue: where each value comes from, how long it holds, and what follows where it is missing."""
    word, catalogue = _words(lang), load_catalogue()
    if as_json:
        told = {name: {"title": dict(one.title), **{key: getattr(one, key) for key in TOLD}} for name, one in catalogue.features.items()}
        forbidden = {one.name: [*one.names] for one in catalogue.forbidden}
        print(json.dumps({"digest": catalogue.digest, "features": told, "forbidden": forbidden}, ensure_ascii=False))
        return
    rows = [
        (name, one.title[LANGUAGES[word]], one.type, ", ".join(one.sources), str(one.fresh_days), one.missing)
        for name, one in catalogue.features.items()
    ]
    print(aligned([("name", "title", "type", "sources", "days", "missing"), RULE, *rows], left=4))


@app.command("rings")
def command_rings(
    on: On,
    least: Annotated[int, typer.Option("--least", metavar="N", help="The smallest ring to list.", min=2)] = 3,
    top: Annotated[int, typer.Option("--top", metavar="N", help="How many to list.", min=1)] = 20,
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """List rings of people who share devices, phones or cards, the largest first, with how many of them went bad."""
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        rings = rings_of(store, read_on(on, "--on"), load())
    great = sorted((people for people in rings.rings().values() if len(people) >= least), key=lambda people: (-len(people), min(people)))
    found = [{"people": len(people), "bad": rings.bad_in(people[0]), "customers": sorted(people)[:10]} for people in great[:top]]
    if as_json:
        print(json.dumps({"rings": len(great), "listed": found}))
        return
    rows = [(str(one["people"]), str(one["bad"]), " ".join(map(str, _listed(one["customers"])))) for one in found]
    print(aligned([("people", "bad", "customers (the first ten)"), RULE, *rows], left=0) if rows else "No ring.")


def _listed(said: object) -> Iterable[object]:
    return said if isinstance(said, list) else ()


def _words(lang: str) -> int:
    """Give the place of a language in the words of a table; another language ends the command with 2."""
    if lang not in LANGUAGES:
        raise Stop(USAGE, f"--lang: {lang!r} is none of {', '.join(LANGUAGES)}")
    return LANGUAGES.index(lang)


def _share(share: float) -> str:
    return f"{share:.3f}"


def _table(found: Watched, word: int) -> str:
    if not found.qualities:
        return WORDS["nobody"][word]
    names = ("source", "asked", *SHARES, "drift", "state")
    head = tuple(WORDS[name][word] for name in names)
    standing = {alert.source for alert in found.alerts}
    return aligned([head, RULE, *(_row(one, standing, word) for one in found.qualities)])


def _row(quality: Quality, standing: set[str], word: int) -> Sequence[str]:
    state = "alert" if quality.source in standing else "good" if quality.is_judged else "few"
    drift = f"{_share(quality.drift)} {quality.drifted}" if quality.drift else _share(0.0)
    return (quality.source, str(quality.asked), *(_share(getattr(quality, name)) for name in SHARES), drift, WORDS[state][word])


def _told(found: Watched) -> dict[str, object]:
    return {
        "on": found.on.isoformat(),
        "sources": [{**one._asdict(), "off": [off._asdict() for off in one.off]} for one in found.qualities],
        "raised": list(found.raised),
        "lifted": list(found.lifted),
        "suspended": [alert.source for alert in found.alerts],
    }


def _alert(alert: Alert) -> dict[str, object]:
    days = {"raised_on": alert.raised_on.isoformat(), "lifted_on": alert.lifted_on.isoformat() if alert.lifted_on else None}
    return {**alert._asdict(), "raised_at": alert.raised_at.isoformat(), "reasons": list(alert.reasons), **days}


def _alert_line(alert: Alert, word: int) -> str:
    why = ", ".join(" ".join(part for part in (WORDS[str(one["what"])][word], str(one["feature"])) if part) for one in alert.reasons)
    line = f"{alert.source} {WORDS['since'][word]} {alert.raised_on}: {why}"
    if alert.lifted_on is None:
        return line
    by = f"{alert.lifted_by}: {alert.lift_reason}" if alert.lifted_by else WORDS["by_itself"][word]
    return f"{line}; {WORDS['lifted'][word]} {alert.lifted_on} ({by})"


def value_text(feature: Feature, value: Value | None) -> str:
    """Write the value of a feature as people do: money as decimal text, a share as decimal text, nothing as an empty word."""
    if value is None:
        return ""
    if isinstance(value, Rate):
        return value.text()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if feature.type == "money" and isinstance(value, int):
        return f"{text_of(value, feature.unit)} {feature.unit}"
    return str(value)


def _reading(reading: Reading) -> dict[str, object]:
    item = reading.item
    told: dict[str, object] = {
        "value": value_text(reading.feature, reading.value) or None,
        "outcome": reading.outcome,
        "reason": reading.reason,
    }
    told |= {"missing_rule": reading.feature.missing if reading.outcome else ""}
    if item is None:
        return told
    return told | {
        "source": item.source,
        "kind": item.kind,
        "event_at": _instant(item.event_at),
        "known_at": _instant(item.known_at),
        "consent": item.consent,
    }


def _reading_row(reading: Reading, language: str) -> tuple[str, ...]:
    item = reading.item
    day: date | str = item.event_at.date() if item is not None else ""
    known = _instant(item.known_at) if item is not None else ""
    source = f"{item.source} {item.kind}".strip() if item is not None else ""
    why = sentence(reading.outcome, language) if reading.outcome else ""
    return reading.feature.title[language], value_text(reading.feature, reading.value), source, str(day), known, why


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
