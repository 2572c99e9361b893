"""Erase somebody: when nothing is owed and no law asks to keep the data, the person's key is destroyed and the rest with it."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, delete, func, or_, select, text

from plimsoll.app.database.schema import dial, fact, filing, line, link, loan_state, vault_key
from plimsoll.app.vault import Act, Vault
from plimsoll.loan.book import LINE_FROZEN, LINE_OPEN
from plimsoll.loan.layout import CHARGED_OFF, CHARGED_OFF_FACT, NOTED, PENDING
from plimsoll.protection.retention import Dealings, refuse_erasure
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

DECISIONS: Final = ("decision",)
COLLECTION: Final = ("contact", "case", "promise", "treatment", "placement", "adverse", "sanction", "dispute", "collection")
"""Kinds of filings, by what they begin with, that are records of collection."""


def erase_person(vault: Vault, customer_id: int, act: Act, on: date, rules: Rules) -> Refused | None:
    """Erase a person in one transaction that holds the customer, or say why not; twice is once.

    Refuses customer_unknown, vault_reason_missing, erasure_while_owing, erasure_kept_by_law.
    """
    if not act.reason.strip():
        return Refused("vault_reason_missing")
    store = vault.store
    with store.changing() as connection:
        if store.kind == "postgresql":
            connection.execute(text("SELECT 1 FROM line WHERE customer_id = :id FOR UPDATE"), {"id": customer_id})
        else:
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        known = connection.execute(select(vault_key.c.destroyed_at).where(vault_key.c.customer_id == customer_id)).first()
        if known is None:
            return Refused("vault_value_unknown", "", f"customer {customer_id}")
        if known.destroyed_at is not None:
            return None
        refused = refuse_erasure(dealings_of(connection, customer_id), on, rules)
        if refused is not None:
            return refused
        vault.erase(connection, customer_id, act)
        for table in (link, dial):
            connection.execute(delete(table).where(table.c.customer_id == customer_id))
    if store.kind == "sqlite":
        with store.driver() as driver:
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return None


def dealings_of(connection: Connection, customer_id: int) -> Dealings:
    """Give what the book knows of somebody's dealings with the house."""
    state, facts, file = loan_state.c, fact.c, filing.c
    owed = state.principal_minor + state.interest_minor + state.penalty_minor + state.fee_minor
    in_use = connection.scalar(
        select(func.count()).where(state.customer_id == customer_id, or_(owed > 0, state.status.in_((PENDING, CHARGED_OFF))))
    )
    is_open = connection.scalar(select(line.c.status).where(line.c.customer_id == customer_id)) in (LINE_OPEN, LINE_FROZEN)
    ended = connection.scalar(select(func.max(state.as_of)).where(state.customer_id == customer_id))
    late = connection.scalar(
        select(func.max(facts.effective_on)).where(facts.customer_id == customer_id, facts.kind.in_((NOTED, CHARGED_OFF_FACT)))
    )
    decided = connection.scalar(select(func.max(file.effective_on)).where(file.customer_id == customer_id, file.kind.in_(DECISIONS)))
    groups = or_(*(file.kind.like(f"{group}.%") for group in COLLECTION))
    collected = connection.scalar(select(func.max(file.effective_on)).where(file.customer_id == customer_id, groups))
    return Dealings(bool(in_use) or is_open, _day(ended), _day(late), _day(decided), _day(collected))


def _day(found: object) -> date | None:
    assert found is None or (isinstance(found, date) and not isinstance(found, datetime)), found
    return found
