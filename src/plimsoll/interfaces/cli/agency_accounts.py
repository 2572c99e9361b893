"""`plimsoll agency score`, `file` and `reconcile`: how agencies do, what they are given, and what they state."""

import json
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.app.agency.file import Act, Compared, reconcile_statement, write_placements
from plimsoll.app.agency.report import Scorecard, scorecards
from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.collections.commission import Earned
from plimsoll.interfaces.cli.agency_list import Name, On, Out, day_of
from plimsoll.interfaces.cli.agency_placing import Actor
from plimsoll.interfaces.cli.aligned import RULE, aligned, grouped
from plimsoll.interfaces.cli.exits import FAILURE, NOT_FOUND, REFUSED, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="Of the placements that count.")]


def score(on: On = "", currency: Currency = "CNY", db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Show how agencies do: observed against expected recovery, drawn towards the average, conduct, and what they have earned."""
    day, rules = day_of(on), lawful_rules()
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        cards = scorecards(store, rules, day, currency)
    if as_json:
        print(json.dumps([_told(card, currency) for card in cards], ensure_ascii=False))
        return
    if cards:
        head = ("agency", "placed", "open", "observed", "expected", "O/E", "low", "high", "complaints/10k", "audits", "conduct", "earned")
        print(aligned([head, RULE, *(_row(card, currency) for card in cards)], left=1))
    print(f"{len(cards):,} agencies on {day}, amounts in {currency}. O/E is (O + k) / (E + k), low and high its bounds at 95 %.")


def file(
    name: Name, out: Out, on: On = "", actor: Actor = "agency", db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False
) -> None:
    """Write the file of an agency's placements with the columns that the rule lists, and put its digest on record."""
    day, act = day_of(on), Act(actor, now(), lawful_rules())
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        try:
            filed = write_placements(store, name, day, Path(out), act)
        except OSError as failed:
            raise Stop(FAILURE, f"--out {out}: {failed.strerror or failed}") from None
    if isinstance(filed, Refused):
        raise Stop(_code(filed), filed.text())
    if as_json:
        print(json.dumps({"file": out, "rows": filed.rows, "columns": list(filed.columns), "sha256": filed.digest}))
        return
    print(f"{out}: {filed.rows:,} customers, columns {', '.join(filed.columns)}.\nsha256 {filed.digest}")


def reconcile(
    name: Name,
    statement: Annotated[str, typer.Argument(metavar="FILE", help="CSV of the agency: reference, on, currency, amount.")],
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="The first day of the statement.")],
    last: Annotated[str, typer.Option("--through", metavar="DATE", help="Its last day.")],
    actor: Actor = "agency",
    db: Db = "",
    allow_unsafe: AllowUnsafe = False,
    as_json: AsJson = False,
) -> None:
    """Compare what an agency states with what came of its placements in these days, name every difference, and put it on record."""
    days, act = (read_on(first, "--from"), read_on(last, "--through")), Act(actor, now(), lawful_rules())
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        found = reconcile_statement(store, name, Path(statement), days, act)
    if isinstance(found, Refused):
        raise Stop(_code(found), found.text())
    _tell(found, as_json)
    if found.reconciled.differences:
        raise typer.Exit(REFUSED)


def _code(refused: Refused) -> int:
    return NOT_FOUND if refused.code == "agency_unknown" else REFUSED


def _told(card: Scorecard, currency: str) -> dict[str, object]:
    recovery, conduct = card.recovery, card.conduct
    return {
        "agency": card.agency.name,
        "placements": recovery.placements,
        "open": card.open_count,
        "currency": currency,
        "observed": text_of(recovery.observed_minor, currency),
        "expected": text_of(recovery.expected_minor, currency),
        "ratio": round(recovery.ratio, 4),
        "low": round(recovery.low, 4),
        "high": round(recovery.high, 4),
        "complaints": card.complaints,
        "complaints_per_10k": round(conduct.complaints_per_10k, 1),
        "audit_share": round(conduct.audit_share, 4),
        "conduct_points": conduct.points,
        "conduct_within": conduct.is_within,
        "earned": [_earned(one) for one in card.earned],
    }


def _earned(one: Earned) -> dict[str, str]:
    return {
        "currency": one.currency,
        "rate": one.rate.text(),
        "received": text_of(one.received_minor, one.currency),
        "commission": text_of(one.commission_minor, one.currency),
    }


def _row(card: Scorecard, currency: str) -> tuple[str, ...]:
    recovery, conduct = card.recovery, card.conduct
    return (
        card.agency.name,
        f"{recovery.placements:,}",
        f"{card.open_count:,}",
        grouped(recovery.observed_minor, currency),
        grouped(recovery.expected_minor, currency),
        f"{recovery.ratio:.2f}",
        f"{recovery.low:.2f}",
        f"{recovery.high:.2f}",
        f"{conduct.complaints_per_10k:.0f}",
        f"{card.agency.calls_passed}/{card.agency.calls}",
        f"{conduct.points}" + ("" if conduct.is_within else " !"),
        grouped(sum(one.commission_minor for one in card.earned), currency),
    )


def _tell(found: Compared, as_json: bool) -> None:
    sums = found.reconciled
    if as_json:
        said = {
            "sha256": found.digest,
            "lines": found.lines,
            "stated": {currency: text_of(minor, currency) for currency, minor in sums.stated.items()},
            "received": {currency: text_of(minor, currency) for currency, minor in sums.received.items()},
            "commission": [
                {"currency": one.currency, "rate": one.rate.text(), "commission": text_of(one.commission_minor, one.currency)}
                for one in found.earned
            ],
            "differences": [
                one._asdict() | {"stated": text_of(one.stated_minor, one.currency), "received": text_of(one.received_minor, one.currency)}
                for one in sums.differences
            ],
        }
        print(json.dumps(said, ensure_ascii=False))
        return
    if sums.differences:
        rows = [
            (one.reference, one.name, one.currency, grouped(one.stated_minor, one.currency), grouped(one.received_minor, one.currency))
            for one in sums.differences
        ]
        print(aligned([("reference", "difference", "currency", "stated", "received"), RULE, *rows], left=3))
    for currency in sorted(sums.stated.keys() | sums.received.keys()):
        earned = sum(one.commission_minor for one in found.earned if one.currency == currency)
        stated, received = grouped(sums.stated.get(currency, 0), currency), grouped(sums.received.get(currency, 0), currency)
        print(f"{currency}: stated {stated}, received {received}, commission {grouped(earned, currency)}.")
    print(f"{found.lines:,} lines, {len(sums.differences):,} differences. sha256 {found.digest}")
