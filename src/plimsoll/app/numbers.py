"""The blinded telephone numbers of customers, by which the gate counts: from the index of the vault, else from what applications told."""

from sqlalchemy import select

from plimsoll.app.database.schema import link, vault_index
from plimsoll.app.database.store import Store
from plimsoll.protection.mask import EMAIL, PHONE

WHERE = {"sms": PHONE, "ai_call": PHONE, "call": PHONE, "email": EMAIL}
"""What a channel needs to know of a person; by the others the app is reached."""


def blinded(store: Store, customer_id: int, channel: str) -> str:
    """Give the blinded number or address of a customer for a channel, "" where nobody knows one, or the channel needs none.

    Nothing is opened: it says whether there is one, and equal ones are equal. A person without a vault has what the evidence linked.
    """
    field = WHERE.get(channel)
    if field is None:
        return ""
    kept = select(vault_index.c.blind).where(vault_index.c.customer_id == customer_id, vault_index.c.field == field)
    told = select(link.c.blind).where(link.c.customer_id == customer_id, link.c.kind == field).order_by(link.c.since.desc())
    with store.engine.connect() as connection:
        found = connection.scalar(kept.limit(1)) or connection.scalar(told.limit(1))
    return found or ""
