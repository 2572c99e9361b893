"""Make a package from the bad loans of a book: who may be sold, which of them, and its dossier. May be repeated at any point."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import select

from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.disposal.bad_loans import Person, Reader, bad_loans, recoveries
from plimsoll.app.disposal.package_files import sheet_of_loans
from plimsoll.app.disposal.particulars import with_particulars
from plimsoll.app.dossier import dossier_of, dossiers, execute_dossier
from plimsoll.app.execute import Answer
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.disposal.appraise import Appraisal, appraisal, claims_of, worth_of
from plimsoll.disposal.candidate import Candidate
from plimsoll.disposal.choose import Bounds, Unit, broken, stratified, units_of
from plimsoll.disposal.eligible import SOLD, eligibility
from plimsoll.disposal.fill_package import FillPackage
from plimsoll.disposal.freeze_package import FreezePackage
from plimsoll.disposal.open_package import OpenPackage
from plimsoll.disposal.package import KIND, PART_LOANS_MAX, package_of
from plimsoll.disposal.sheet_words import said_of
from plimsoll.disposal.valuation import valuation
from plimsoll.disposal.value import Worth
from plimsoll.disposal.vintage import vintages
from plimsoll.loan.filing import Body, body_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

ALL, STRATIFIED, OPTIMISED = "all", "stratified", "optimised"
NO_BOUNDS: Final = Bounds()
MILLION: Final = 1_000_000
NAMED_PAGE: Final = 500
METHODS: Final = (ALL, STRATIFIED, OPTIMISED)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a package is to be. `only` names the loans that have to be in it: one that may not be sold refuses the whole."""

    name: str
    cut_off: date
    currency: str = "CNY"
    licence: str = "cfc"
    title: str = ""
    method: str = ALL
    borrowers: int = 0
    bounds: Bounds = NO_BOUNDS
    liquidity_ppm: int = 0
    only: frozenset[int] = frozenset()
    told: dict[int, tuple[str, ...]] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """A package that was made: its loans with their worth, why others are not in it, and by what it was valued."""

    loans: tuple[Candidate, ...]
    worth: dict[int, Worth]
    kept_out: dict[str, int]
    appraisal: Appraisal
    valuation: dict[str, Any]
    secret: str
    digest: str


Ask = Callable[[Any], Any]
"""What a command is asked of: gives an Answer where it was done, else why not."""


def make_package(store: Store, wish: Wish, *, actor: str, now: datetime, on: date, rules: Rules, ask: Ask | None = None) -> Made | Refused:
    """Choose the loans and write the dossier.

    Refuses loan_unknown (a list names a loan that the book does not have), package_not_possible, package_loan_kept_out, and what its verbs
    refuse.

    With `ask` its commands go there, such as through the door, and what waits for others is told as it is.
    """
    unknown = _unknown(store, {*wish.only, *wish.told})
    if unknown:
        return Refused("loan_unknown", "", f"loan {unknown}")
    by = Reader(wish.cut_off, rules, eligibility(rules, on, wish.licence), _told(store, wish), wish.people)
    held = [one for one in bad_loans(store, by) if one.currency == wish.currency]
    debts = recoveries(store, wish.cut_off)
    valued = appraisal(rules, on, claims_of(debts, wish.cut_off))
    worth = {one.loan_id: worth_of(one, valued) for one in held}
    chosen = _chosen(held, worth, wish)
    if isinstance(chosen, Refused):
        return chosen
    loans = tuple(sorted((one for unit in chosen for one in unit.loans), key=lambda one: one.loan_id))
    secret = secret_of(store, wish.name)
    by_itself = partial(execute_dossier, store, DOSSIER_WIRING, actor=actor, now=now, rules=rules)
    k = rules.whole("POLICY.DISPOSAL.K", on, wish.licence) or 1
    sheet = said_of(sheet_of_loans(loans, secret, wish.cut_off, wish.currency, k))
    outcome = _write(wish, [_row(one, worth[one.loan_id]) for one in loans], sheet, secret, on, ask or by_itself)
    if outcome is not None:
        return outcome
    frozen = package_of(dossier_of(store, KIND, wish.name))
    assert frozen is not None, "it was written just now"
    own = {one.loan_id: worth[one.loan_id] for one in loans}
    book = valuation(loans, own, valued, vintages(debts), wish.liquidity_ppm / MILLION, wish.currency)
    told = with_particulars(store, loans, wish.cut_off, rules)
    return Made(told, own, _kept_out(held, loans), valued, book, secret, frozen.digest)


def secret_of(store: Store, name: str) -> str:
    """Give the secret of a package: its own where it is there, else one by chance."""
    found = package_of(dossier_of(store, KIND, name))
    return found.secret if found is not None else secrets.token_hex(16)


def _unknown(store: Store, named: set[int]) -> int:
    """Give the first of some loans that the book does not have, 0 for none: a slip in a list would sell what it was to keep."""
    ids, there = sorted(named), set[int]()
    with store.engine.connect() as connection:
        for first in range(0, len(ids), NAMED_PAGE):
            page = ids[first : first + NAMED_PAGE]
            there.update(connection.execute(select(schema.loan.c.loan_id).where(schema.loan.c.loan_id.in_(page))).scalars())
    return next((one for one in ids if one not in there), 0)


def _told(store: Store, wish: Wish) -> dict[int, tuple[str, ...]]:
    """Give what lists tell of loans, and that a loan stands in another package."""
    told = dict(wish.told)
    for name, filings in dossiers(store, KIND):
        package = package_of(filings)
        if name == wish.name or package is None or package.state == "withdrawn":
            continue
        # A loan that stayed behind, or came back, may be sold again.
        free = {*package.returned, *(int(loan_id) for loan_id in package.transfer.get("held_back", ()))}
        for loan in package.loans:
            if loan.loan_id not in free:
                told[loan.loan_id] = (*told.get(loan.loan_id, ()), SOLD)
    return told


def _chosen(held: Sequence[Candidate], worth: dict[int, Worth], wish: Wish) -> list[Unit] | Refused:
    """Give the borrowers that go into a package."""
    if wish.only:
        return _named(held, worth, wish)
    units = units_of(held, worth, wish.liquidity_ppm)
    if wish.method == OPTIMISED:
        from plimsoll.app.disposal.choose_best import choose_best

        return choose_best(units, wish.bounds)
    if wish.method == STRATIFIED:
        units = stratified(units, wish.borrowers or len(units), stratum, wish.name)
    wrong = broken(units, wish.bounds)
    if wrong or not units:
        return Refused("package_not_possible", "", ", ".join(wrong) or "no loan may be sold")
    return units


def stratum(unit: Unit) -> str:
    """Give the kind of a borrower that a fair sample keeps its share of: product, quarter of a year past due, size by powers of ten."""
    first = unit.loans[0]
    return f"{first.product} {first.days // 90} {len(str(unit.weight_minor))}"


def _named(held: Sequence[Candidate], worth: dict[int, Worth], wish: Wish) -> list[Unit] | Refused:
    """Give the loans that were named, each of which may be sold; refuses package_loan_kept_out."""
    by_id = {one.loan_id: one for one in held}
    for loan_id in sorted(wish.only):
        one = by_id.get(loan_id)
        if one is None:
            return Refused("package_loan_kept_out", "", f"loan {loan_id}: not bad on {wish.cut_off}")
        if one.keeps_out:
            return Refused("package_loan_kept_out", "", f"loan {loan_id}: {', '.join(one.keeps_out)}")
    units = units_of([by_id[loan_id] for loan_id in sorted(wish.only)], worth, wish.liquidity_ppm)
    wrong = broken(units, wish.bounds)
    return Refused("package_not_possible", "", ", ".join(wrong)) if wrong else units


def _kept_out(held: Sequence[Candidate], loans: Sequence[Candidate]) -> dict[str, int]:
    """Count why bad loans are not in the package; a loan with several reasons counts for each."""
    inside = {one.loan_id for one in loans}
    found: dict[str, int] = {}
    for one in held:
        if one.loan_id not in inside:
            for reason in one.keeps_out or ("not_chosen",):
                found[reason] = found.get(reason, 0) + 1
    return dict(sorted(found.items()))


def _row(one: Candidate, worth: Worth) -> list[int]:
    """Give a loan as the part of a package holds it."""
    return [one.customer_id, one.loan_id, *one.owed, one.days, *worth]


def _write(wish: Wish, loans: Sequence[list[int]], sheet: dict[str, object], secret: str, on: date, ask: Ask) -> Refused | None:
    """Write the dossier: opened, each part, frozen; what is there already is recognised by its key."""
    name = wish.name
    commands: list[Any] = [OpenPackage(f"{name} open", name, on, wish.cut_off, wish.currency, wish.licence, secret, wish.title)]
    for part, first in enumerate(range(0, len(loans), PART_LOANS_MAX), 1):
        rows = list(loans[first : first + PART_LOANS_MAX])
        commands.append(FillPackage(f"{name} part {part}", name, on, part, Body(body_of({"loans": rows}))))
    commands.append(FreezePackage(f"{name} freeze", name, on, body_of(sheet)))
    for command in commands:
        outcome = ask(command)
        if not isinstance(outcome, Answer):
            return outcome if isinstance(outcome, Refused) else Refused("package_not_ready", "", f"{outcome}")
    return None
