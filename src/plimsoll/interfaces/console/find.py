"""Finding things from anywhere: pages by their names, customers, loans, and what the vault can look up exactly; what may be seen only."""

import re
from typing import Final, NamedTuple

from sqlalchemy import select

from plimsoll.app.access.principal import EVERYBODY, NOTHING, Target
from plimsoll.app.database.schema import dossier, loan
from plimsoll.app.database.schema_access import approval
from plimsoll.app.vault import Act
from plimsoll.interfaces.console.around import places
from plimsoll.interfaces.pages.visit import Page, Screen, Shown, Visit
from plimsoll.protection.mask import SEARCHED
from plimsoll.units.refusal import Refused

CUSTOMER: Final = re.compile(r"(?:cus_|c:|#)?(\d{1,15})", re.ASCII)
LOAN: Final = re.compile(r"(?:loan_|l:|loan:)(\d{1,15})[_/](\d{1,15})", re.ASCII)
LONGEST: Final = 100
ROWS: Final = 8
PHONE: Final = re.compile(r"1\d{10}", re.ASCII)
IDENTITY: Final = re.compile(r"\d{17}[\dXx]", re.ASCII)


class Row(NamedTuple):
    """One thing that was found."""

    text: str
    path: str
    icon: str
    said: str = ""


def find(visit: Visit) -> Shown:
    """Give what fits what was typed, by kind."""
    asked = visit.query.get("q", "").strip()[:LONGEST]
    groups = [(name, rows[:ROWS]) for name, rows in _found(visit, asked) if rows]
    return Page("found.html" if visit.is_part else "find.html", {"groups": groups, "asked": asked})


def _found(visit: Visit, asked: str) -> list[tuple[str, list[Row]]]:
    if not asked:
        return []
    return [
        ("loans", _loans(visit, asked)),
        ("customers", _customers(visit, asked)),
        ("others", _others(visit, asked)),
        ("pages", _pages(visit, asked)),
    ]


def _pages(visit: Visit, asked: str) -> list[Row]:
    wanted = asked.lower()
    return [
        Row(visit.t(f"nav.{one.name}"), one.path, one.name, f"g {one.key}" if one.key else "")
        for _, inside in places(visit)
        for one in inside
        if wanted in visit.t(f"nav.{one.name}").lower() or wanted in one.path
    ]


def _customers(visit: Visit, asked: str) -> list[Row]:
    """Give customers by their number; and by a phone or an id number, once it is sent: a look into the vault goes on record."""
    ids: dict[int, str] = {}
    number = CUSTOMER.fullmatch(asked)
    if number:
        ids[int(number[1])] = ""
    field = "phone" if PHONE.fullmatch(asked) else "id_number" if IDENTITY.fullmatch(asked) else ""
    vault = visit.house.vault
    if field in SEARCHED and vault is not None and not visit.is_part and visit.may("customer.search", EVERYBODY):
        found = vault.find(field, asked, Act(visit.who.actor, visit.house.now(), visit.t("find.reason")))
        ids |= {} if isinstance(found, Refused) else dict.fromkeys(found, field)
    return [
        Row(visit.t("customer.number", {"n": one}), f"/customers/{one}", "customer", visit.t(f"find.by.{by}") if by else "")
        for one, by in ids.items()
        if 0 < one < 2**63 and visit.may("customer.read", Target(one))
    ]


def _loans(visit: Visit, asked: str) -> list[Row]:
    """Give a loan by customer and number, or every loan of a number that somebody may see."""
    named = LOAN.fullmatch(asked)
    if named:
        pairs = [(int(named[1]), int(named[2]))]
    elif asked.isascii() and asked.isdigit() and len(asked) < 16:
        with visit.house.store.engine.connect() as connection:
            rows = connection.execute(select(loan.c.customer_id, loan.c.loan_id).where(loan.c.customer_id == int(asked)).limit(ROWS))
            pairs = [(row.customer_id, row.loan_id) for row in rows]
    else:
        pairs = []
    return [
        Row(visit.t("loan.number", {"customer": customer_id, "n": loan_id}), f"/customers/{customer_id}/loans/{loan_id}", "loan")
        for customer_id, loan_id in pairs
        if visit.may("loan.read", Target(customer_id, loan_id))
    ]


def _others(visit: Visit, asked: str) -> list[Row]:
    """Give approvals and dossiers by their exact names."""
    found = []
    with visit.house.store.engine.connect() as connection:
        if visit.may("approval.read", NOTHING) and connection.scalar(select(approval.c.approval_id).where(approval.c.approval_id == asked)):
            found.append(Row(asked, f"/approvals/{asked}", "approval"))
        kinds = connection.execute(select(dossier.c.kind).where(dossier.c.subject == asked)).scalars().all()
    paths = {"agency": "agencies", "package": "packages", "tender": "tenders", "funder": "funders"}
    seen = [one for one in kinds if one in paths and visit.may(f"{one}.read", Target(kind=one, subject=asked))]
    return found + [Row(asked, f"/{paths[one]}/{asked}", one, visit.t(f"find.kind.{one}")) for one in seen]


SCREENS: Final = (Screen("find", "/find", "", "find.html", find),)
