"""`plimsoll agency list`, `show` and `whitelist`: which agencies there are, and what is on record of one."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from plimsoll.app.agencies import agencies, placed_counts
from plimsoll.app.agency.page import whitelist as whitelist_page
from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.dossier import dossier_of
from plimsoll.collections.agency import DOSSIER, Agency, agency_of, refuse_agency
from plimsoll.interfaces.cli.aligned import RULE, aligned
from plimsoll.interfaces.cli.exits import FAILURE, NOT_FOUND, Stop
from plimsoll.interfaces.cli.options import AllowUnsafe, AsJson, Db, read_on
from plimsoll.loan.filing import read_body
from plimsoll.risk.lawful import lawful_rules
from plimsoll.rulebook.rules import Rules
from plimsoll.units.dates import day_text
from plimsoll.units.refusal import Refused

On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day, such as 2026-12-01. Default: today.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The short name of the agency.")]
Out = Annotated[str, typer.Option("--out", metavar="FILE", help="Where it is written.")]
HEAD: Final = ("agency", "stands", "customers", "licence until", "contract until", "review by", "commission")


def list_all(on: On = "", db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """List agencies: whether one may be given customers on a day, and if not, why."""
    day, rules = day_of(on), lawful_rules()
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        found, counts = agencies(store), placed_counts(store)
    told = [told_of(one, counts.get(name, 0), day, rules) for name, one in sorted(found.items())]
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    if told:
        rows = [_row(one) for one in told]
        print(aligned([HEAD, RULE, *rows], left=2))
    print(f"{len(told):,} agencies, {sum(one['stands'] == 'ok' for one in told):,} may be given customers on {day}.")


def show(name: Name, on: On = "", db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Show one agency: how it stands, and every entry of its dossier."""
    day, rules = day_of(on), lawful_rules()
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        entries, counts = dossier_of(store, DOSSIER, name), placed_counts(store)
    agency = agency_of(name, entries)
    if agency is None:
        raise Stop(NOT_FOUND, Refused("agency_unknown", "", repr(name)).text())
    told = told_of(agency, counts.get(name, 0), day, rules)
    said = [
        {"n": one.n, "on": day_text(one.on), "entry": one.kind, "part": one.subject, "actor": one.actor, "said": read_body(one)}
        for one in entries
    ]
    if as_json:
        print(json.dumps(told | {"entries": said}, ensure_ascii=False))
        return
    print(aligned([(key, _shown(value)) for key, value in told.items()], left=2))
    print()
    rows = [(str(one["n"]), str(one["on"]), str(one["entry"]), str(one["actor"]), str(one["part"])) for one in said]
    print(aligned([("n", "on", "entry", "actor", "part"), RULE, *rows], left=5))


def whitelist(out: Out, on: On = "", db: Db = "", allow_unsafe: AllowUnsafe = False, as_json: AsJson = False) -> None:
    """Write the white list as a page in Chinese and English that needs nothing beside itself."""
    day, rules = day_of(on), lawful_rules()
    with open_store(book_url(db), allow_unsafe=allow_unsafe) as store:
        found = agencies(store)
    text = whitelist_page(found.values(), rules, day)
    try:
        Path(out).write_text(text, "utf-8")
    except OSError as failed:
        raise Stop(FAILURE, f"--out {out}: {failed.strerror or failed}") from None
    listed = sorted(name for name, one in found.items() if one.is_licensed(day.toordinal()))
    print(json.dumps({"file": out, "listed": listed}, ensure_ascii=False) if as_json else f"{out}: {len(listed):,} agencies.")


def day_of(on: str) -> date:
    """Give the day that was named, else today."""
    return read_on(on, "--on") if on else now().astimezone().date()


def told_of(agency: Agency, customers: int, on: date, rules: Rules) -> dict[str, object]:
    """Give how an agency stands as an object of plain values."""
    refused = refuse_agency(agency, on, rules)
    return {
        "agency": agency.name,
        "title_zh": agency.title["zh-CN"],
        "title_en": agency.title["en"],
        "stands": refused.code if refused else "ok",
        "customers": customers,
        "licence": agency.licence,
        "licence_until": day_text(agency.valid_until),
        "contract_until": day_text(agency.contract_until),
        "review_by": day_text(agency.review_due_on(rules)),
        "page": agency.page,
        "countries": list(agency.countries),
        "skills": list(agency.skills),
        "commission": {str(band.days): band.rate.text() for band in agency.commission},
        "calls_audited": agency.calls,
        "calls_passed": agency.calls_passed,
    }


def _row(told: dict[str, object]) -> tuple[str, ...]:
    names = ("agency", "stands", "customers", "licence_until", "contract_until", "review_by", "commission")
    return tuple(_shown(told[name]) for name in names)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}:{rate}" for name, rate in value.items())
    return " ".join(value) if isinstance(value, list) else str(value)
