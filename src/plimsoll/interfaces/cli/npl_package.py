"""`plimsoll npl package`: make a package from the bad loans of the book, and write what bidders get to see."""

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from plimsoll.app.config import book_url, now
from plimsoll.app.database.opening import open_store
from plimsoll.app.disposal.bad_loans import Person
from plimsoll.app.disposal.make_package import ALL, METHODS, STRATIFIED, Made, Wish, make_package
from plimsoll.app.disposal.package_files import write_package, write_valuation
from plimsoll.app.table_text import read_texts
from plimsoll.disposal.choose import Bounds
from plimsoll.disposal.eligible import TOLD
from plimsoll.disposal.listed import AGE_MAX, refuse_currency
from plimsoll.disposal.tape import Report
from plimsoll.interfaces.cli.aligned import aligned, grouped, per_cent
from plimsoll.interfaces.cli.exits import NOT_FOUND, REFUSED, USAGE, Stop
from plimsoll.interfaces.cli.options import AsJson, Db, read_on
from plimsoll.interfaces.cli.out import refuse_folder
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.money import parse_minor, text_of
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

MILLION: Final = 1_000_000
ID_MAX: Final = 2**63 - 1

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the package is called.")]
On = Annotated[str, typer.Option("--on", metavar="DATE", help="The day on which it is made.")]
CutOff = Annotated[str, typer.Option("--cutoff", metavar="DATE", help="The day on which amounts stand. Default: that of --on.")]
Method = Annotated[
    str, typer.Option("--method", help=f"{', '.join(METHODS)}: every loan that may be sold, a fair sample, or the best to sell.")
]
Borrowers = Annotated[int, typer.Option("--borrowers", min=0, help="How many borrowers a fair sample has. 0: all.")]
Least = Annotated[str, typer.Option("--least", metavar="AMOUNT", help="Least principal and interest.")]
Most = Annotated[str, typer.Option("--most", metavar="AMOUNT", help="Most principal and interest.")]
LeastLoans = Annotated[int, typer.Option("--least-loans", min=0, help="Least number of loans.")]
MostLoans = Annotated[int, typer.Option("--most-loans", min=0, help="Most loans; 0 for no bound.")]
RegionShare = Annotated[
    str, typer.Option("--region-share", metavar="SHARE", help="The most that one region may be of the whole, such as 0.25.")
]
BorrowerShare = Annotated[str, typer.Option("--borrower-share", metavar="SHARE", help="The most that one borrower may be of the whole.")]
Liquidity = Annotated[str, typer.Option("--liquidity", metavar="SHARE", help="What cash in hand is worth above its amount, such as 0.05.")]
KeepOut = Annotated[str, typer.Option("--keep-out", metavar="FILE", help=f"CSV with loan_id and reason: {', '.join(TOLD)}.")]
Only = Annotated[str, typer.Option("--only", metavar="FILE", help="CSV with loan_id: exactly these; one that may not be sold refuses all.")]
People = Annotated[str, typer.Option("--people", metavar="FILE", help="CSV with customer_id, age, region.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the files go.")]
Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="The currency of its loans.")]
Licence = Annotated[str, typer.Option("--licence", metavar="KIND", help="The licence under which it is sold.")]
Actor = Annotated[str, typer.Option("--as", metavar="NAME", help="Who makes it.")]


def package(
    name: Name,
    on: On,
    out: Out,
    cutoff: CutOff = "",
    method: Method = ALL,
    borrowers: Borrowers = 0,
    least: Least = "",
    most: Most = "",
    least_loans: LeastLoans = 0,
    most_loans: MostLoans = 0,
    region_share: RegionShare = "",
    borrower_share: BorrowerShare = "",
    liquidity: Liquidity = "",
    keep_out: KeepOut = "",
    only: Only = "",
    people: People = "",
    currency: Currency = "CNY",
    licence: Licence = "cfc",
    actor: Actor = "disposal",
    db: Db = "",
    as_json: AsJson = False,
) -> None:
    """Make a package, freeze it, and write notice, loan tape, templates and report; running it again writes the same."""
    _refuse_method(method, borrowers)
    refuse_folder("--out", out)
    day = read_on(on, "--on")
    try:
        refuse_currency(currency)
        sizes = (_amount(least, currency, "--least"), _amount(most, currency, "--most"), least_loans, most_loans)
        bounds = Bounds(*sizes, _part(region_share, "--region-share"), _part(borrower_share, "--borrower-share"))
        told, named, persons = _read_told(keep_out), _read_only(only), _read_people(people)
        premium = _ppm(liquidity)
    except Malformed as wrong:
        raise Stop(NOT_FOUND if wrong.code == "file_missing" else USAGE, wrong.text()) from None
    wish = Wish(
        name=name,
        cut_off=read_on(cutoff, "--cutoff") if cutoff else day,
        currency=currency,
        licence=licence,
        method=method,
        borrowers=borrowers,
        bounds=bounds,
        liquidity_ppm=premium,
        only=named,
        told=told,
        people=persons,
    )
    rules = lawful_rules()
    with open_store(book_url(db)) as store:
        made = make_package(store, wish, actor=actor, now=now(), on=day, rules=rules)
    if isinstance(made, Refused):
        raise Stop(REFUSED, made.text())
    k = rules.whole("POLICY.DISPOSAL.K", day, licence) or 1
    report, paths = write_package(out, made.loans, made.secret, wish.cut_off, currency, k)
    paths.append(write_valuation(out, made.valuation))
    said = _said(wish, made, report) | {"files": [str(path) for path in paths]}
    print(json.dumps(said, ensure_ascii=False) if as_json else _text(said, currency))


def _refuse_method(method: str, borrowers: int) -> None:
    if method not in METHODS:
        raise Stop(USAGE, f"--method {method}: one of {', '.join(METHODS)}")
    if borrowers and method != STRATIFIED:
        raise Stop(USAGE, f"--borrowers {borrowers}: for --method {STRATIFIED} alone")


def _said(wish: Wish, made: Made, report: Report) -> dict[str, object]:
    """Give what was made, as plain values."""
    weight = sum(one.weight_minor for one in made.loans)
    keep, price = (sum(worth[at] for worth in made.worth.values()) for at in (0, 1))
    return {
        "package": wish.name,
        "cut_off": wish.cut_off.isoformat(),
        "digest": made.digest,
        "loans": len(made.loans),
        "borrowers": report.borrowers,
        "principal_and_interest": text_of(weight, wish.currency),
        "worth_kept": text_of(keep, wish.currency),
        "worth_kept_percent": per_cent(keep, weight),
        "worth_sold": text_of(price, wish.currency),
        "worth_sold_percent": per_cent(price, weight),
        "reserve_suggested": made.valuation["reserve_suggested"],
        "better_sold": made.valuation["better_sold"],
        "valued_by": {
            "total": round(made.appraisal.shape.total, 4),
            "speed": round(made.appraisal.shape.speed, 4),
            "own_claims": made.appraisal.claims,
        },
        "kept_out": made.kept_out,
        "k": report.k,
        "contradictions": list(report.wrong),
        "empty_cells": dict(report.empty),
    }


def _text(said: dict[str, object], currency: str) -> str:
    """Write it for people."""
    amounts = {
        name: grouped(parse_minor(str(said[name]), currency), currency)
        for name in ("principal_and_interest", "worth_kept", "worth_sold", "reserve_suggested")
    }
    valued, kept_out = said["valued_by"], said["kept_out"]
    assert isinstance(valued, dict) and isinstance(kept_out, dict)  # noqa: PT018 -- one thought
    rows = [
        ("package", f"{said['package']}, cut-off {said['cut_off']}"),
        ("loans, borrowers", f"{said['loans']:,}, {said['borrowers']:,}"),
        ("principal and interest", f"{amounts['principal_and_interest']} {currency}"),
        ("worth kept", f"{amounts['worth_kept']} {currency}, {said['worth_kept_percent']} %"),
        ("better sold than kept", f"{said['better_sold']:,} loans"),
        ("reserve suggested", f"{amounts['reserve_suggested']} {currency}"),
        ("worth to a buyer", f"{amounts['worth_sold']} {currency}, {said['worth_sold_percent']} %"),
        (
            "valued by",
            f"{valued['total']} of a debt in the end, {valued['speed']} of the rest a month; {valued['own_claims']} claims of our own",
        ),
        ("not in it", ", ".join(f"{reason} {count}" for reason, count in kept_out.items()) or "nothing"),
        ("borrowers told alike", f"at least {said['k']}"),
        ("digest", str(said["digest"])),
    ]
    files = said["files"]
    assert isinstance(files, list)
    return "\n".join([aligned(rows, left=2), "", *(f"  {path}" for path in files)])


def _amount(text: str, currency: str, name: str) -> int:
    minor = parse_minor(text, currency) if text else 0
    if minor < 0:
        raise Malformed("field_malformed", repr(text), key=name, remedy="An amount of 0 or above.")
    return minor


def _ppm(text: str) -> int:
    """Read a share as parts per million."""
    rate = Rate.parse(text) if text else Rate(0, 1)
    if MILLION * rate.num % rate.den:
        raise Malformed("rate_too_precise", text)
    return MILLION * rate.num // rate.den


def _part(text: str, name: str) -> int:
    """Read the part that something may be of the whole, as parts per million; 0 for no bound."""
    ppm = _ppm(text)
    if text and not 0 < ppm <= MILLION:
        raise Malformed("field_malformed", repr(text), key=name, remedy="A share above 0, up to 1.")
    return ppm


def _rows(path: str, *columns: str) -> list[tuple[int, dict[str, str]]]:
    """Read a small list with some columns, as any table is read; raises Malformed, with file and line."""
    if not path:
        return []
    texts = read_texts(Path(path))
    for name in columns:
        if name not in texts.columns:
            raise Malformed("field_missing", name, file=path, line=1, key=name)
    rows = [(number + 1, cells or {}) for number, cells in texts.numbered()]
    for line, row in rows:
        for name in columns:
            if name not in row:
                raise Malformed("field_missing", name, file=path, line=line, key=name)
    return rows


def _number(row: dict[str, str], name: str, path: str, line: int, most: int = ID_MAX) -> int:
    text = row[name]
    if not text.isascii() or not text.isdigit() or len(text) > len(str(most)) or int(text) > most:
        raise Malformed("field_malformed", repr(text)[:60], file=path, line=line, key=name, remedy=f"A whole number from 0 to {most}.")
    return int(text)


def _read_told(path: str) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for line, row in _rows(path, "loan_id", "reason"):
        if row["reason"] not in TOLD:
            raise Malformed(
                "field_malformed", repr(row["reason"]), file=path, line=line, key="reason", remedy=f"One of: {', '.join(TOLD)}."
            )
        loan_id = _number(row, "loan_id", path, line)
        found[loan_id] = (*found.get(loan_id, ()), row["reason"])
    return found


def _read_only(path: str) -> frozenset[int]:
    return frozenset(_number(row, "loan_id", path, line) for line, row in _rows(path, "loan_id"))


def _read_people(path: str) -> dict[int, Person]:
    found: dict[int, Person] = {}
    for line, row in _rows(path, "customer_id", "age"):
        customer_id = _number(row, "customer_id", path, line)
        person = Person(_number(row, "age", path, line, AGE_MAX), row.get("region", ""))
        if found.setdefault(customer_id, person) != person:
            raise Malformed("loan_list_contradicts", f"customer {customer_id}", file=path, line=line, key="customer_id")
    return found
