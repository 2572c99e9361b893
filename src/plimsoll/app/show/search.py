"""Search by a number or a typed prefix: loan:, cus:, app:, ref:, p: (a phone), id: (an ID number). What is found is what one may see.

Names, phones and ID numbers are found by the vault's index of exact values alone; each such search is on the log of whom it found.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select

from plimsoll.app.access.relation import Sight
from plimsoll.app.database.schema import customer, dossier, line, loan, work_item
from plimsoll.app.database.store import Store
from plimsoll.app.show.queues import WAITING
from plimsoll.app.vault import Act, Vault
from plimsoll.units.refusal import Refused

LIMIT: Final = 10
TEXT_MAX: Final = 64
CUSTOMER, LOAN, APPLICATION, CASE, DOSSIER, PERSON = "customer", "loan", "application", "case", "dossier", "person"
PREFIXES: Final = {"cus": CUSTOMER, "loan": LOAN, "app": APPLICATION, "case": CASE, "ref": DOSSIER, "p": "phone", "id": "id_number"}
REASON: Final = "search"


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: what it is, whose (customer 0: nobody's), the loan (0: none), its own name, and a word about it."""

    what: str
    customer_id: int
    loan_id: int
    subject: str
    note: str
    opened_on: date | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, grouped by what it is; `is_more` where there is more than is shown."""

    asked: str
    hits: tuple[Hit, ...]
    is_more: bool


May = Callable[[str], Sight | None]
"""Whom one sees by a permission, None where one does not hold it."""


def search(store: Store, text: str, may: May, vault: Vault | None = None, act: Act | None = None) -> Found | Refused:
    """Give what a number or a typed prefix finds, as far as one may see it. Refuses search_malformed, vault_keys_missing.

    Rows read: each look is one by a key or an index, at most LIMIT rows of it; of applications and cases those of the queues.
    """
    said = text.strip()
    prefix, colon, rest = said.partition(":")
    kind = PREFIXES.get(prefix.lower()) if colon else ""
    if not said or len(said) > TEXT_MAX or kind is None or (colon and not rest.strip()):
        return Refused("search_malformed", "", f"{said[:20]!r}; loan:, cus:, app:, case:, ref:, p:, id:")
    value = rest.strip() if colon else said
    if kind in ("phone", "id_number"):
        return _people(said, kind, value, may, vault, act)
    hits: list[Hit] = []
    for name, look in ((CUSTOMER, _customers), (LOAN, _loans), (APPLICATION, _work), (DOSSIER, _dossiers)):
        wanted = name in (kind, "") or not kind or (kind == CASE and name == APPLICATION)
        if wanted:
            hits += look(store, value, may)
    return Found(said, tuple(hits[: 4 * LIMIT]), len(hits) > 4 * LIMIT)


def _numbers(text: str) -> list[int]:
    """Read 17, cus_17, loan_17_3, 17-3 or 17/3 into its numbers, [] for anything else."""
    parts = text.lower().removeprefix("cus_").removeprefix("loan_").replace("_", "-").replace("/", "-").split("-")
    return [int(part) for part in parts] if all(part.isdigit() and part.isascii() and len(part) <= 18 for part in parts) else []


def _customers(store: Store, text: str, may: May) -> list[Hit]:
    sight, numbers = may("customer.read"), _numbers(text)
    if sight is None or len(numbers) != 1 or text.lower().startswith("loan_"):
        return []
    wanted = select(customer.c.customer_id, customer.c.opened_on, line.c.status).join_from(
        customer, line, line.c.customer_id == customer.c.customer_id
    )
    wanted = wanted.where(customer.c.customer_id == numbers[0], sight.clause(customer.c.customer_id))
    with store.engine.connect() as connection:
        return [Hit(CUSTOMER, row.customer_id, 0, "", row.status, row.opened_on) for row in connection.execute(wanted)]


def _loans(store: Store, text: str, may: May) -> list[Hit]:
    sight, numbers = may("loan.read"), _numbers(text)
    if sight is None or not 1 <= len(numbers) <= 2 or text.lower().startswith("cus_"):
        return []
    wanted = select(loan.c.customer_id, loan.c.loan_id, loan.c.product, loan.c.opened_on).where(loan.c.customer_id == numbers[0])
    if len(numbers) == 2:
        wanted = wanted.where(loan.c.loan_id == numbers[1])
    wanted = wanted.where(sight.clause(loan.c.customer_id)).order_by(loan.c.opened_on.desc(), loan.c.loan_id).limit(LIMIT)
    with store.engine.connect() as connection:
        return [Hit(LOAN, row.customer_id, row.loan_id, "", row.product, row.opened_on) for row in connection.execute(wanted)]


def _work(store: Store, text: str, may: May) -> list[Hit]:
    """Find applications, complaints and requests for help by their id while they are in a queue."""
    found: list[Hit] = []
    one = work_item.c
    with store.engine.connect() as connection:
        for kind, permission in (("review", "application.read"), ("complaint", "complaint.read"), ("hardship", "customer.read")):
            sight = may(permission)
            if sight is None:
                continue
            for state in WAITING:
                wanted = select(one.customer_id, one.subject, one.state).where(one.kind == kind, one.state == state, one.subject == text)
                rows = connection.execute(wanted.where(sight.clause(one.customer_id)).limit(LIMIT))
                what = APPLICATION if kind == "review" else kind
                found += [Hit(what, row.customer_id, 0, row.subject, row.state, None) for row in rows]
    return found


def _dossiers(store: Store, text: str, may: May) -> list[Hit]:
    """Find agencies, packages, tenders, funders and bidders by their name."""
    found: list[Hit] = []
    permissions = {kind: f"{kind}.read" for kind in ("agency", "package", "tender", "funder", "bidder")}
    one = dossier.c
    with store.engine.connect() as connection:
        rows = connection.execute(select(one.kind, one.subject).where(one.kind.in_(sorted(permissions)), one.subject == text)).all()
    for row in rows:
        sight = may(permissions[row.kind])
        if sight is not None and sight.is_everybody:
            found.append(Hit(row.kind, 0, 0, row.subject, "", None))
    return found


def _people(said: str, field: str, value: str, may: May, vault: Vault | None, act: Act | None) -> Found | Refused:
    """Find people by an exact value; the search is on the log of each."""
    sight = may("customer.search")
    if sight is None:
        return Found(said[: said.index(":") + 1], (), False)
    if vault is None or act is None:
        return Refused("vault_keys_missing")
    found = vault.find(field, value, act)
    if isinstance(found, Refused):
        return found
    with vault.store.engine.connect() as connection:
        seen = [one for one in found[: 5 * LIMIT] if sight.holds(connection, one)]
    # What was typed is a person's: it is not said back.
    return Found(said[: said.index(":") + 1], tuple(Hit(PERSON, one, 0, "", field, None) for one in seen[:LIMIT]), len(seen) > LIMIT)
