"""A personal field shown whole, once: asked for with a reason, counted, and on record before it is given."""

from collections.abc import Mapping
from typing import Any

from plimsoll.app.access.principal import Target
from plimsoll.app.access.rate import RateClass, limiter_of
from plimsoll.app.vault import Act
from plimsoll.interfaces.pages import written
from plimsoll.interfaces.pages.visit import Page, Visit
from plimsoll.units.refusal import Refused


def may_reveal(visit: Visit, customer_id: int) -> bool:
    """Tell whether somebody may be shown a customer's personal data whole, here and now."""
    return visit.house.vault is not None and visit.may("personal.reveal", Target(customer_id))


def revealed(visit: Visit, customer_id: int, field: str, reason: str) -> str | Refused:
    """Give a value whole; who looked and why goes on record before it is given.

    Refuses what the door does, rate_limited, vault_reason_missing, vault_value_unknown, vault_erased.
    """
    vault = visit.house.vault
    allowed = visit.door.may(visit.who, "personal.reveal", Target(customer_id))
    if isinstance(allowed, Refused) or vault is None:
        return allowed if isinstance(allowed, Refused) else Refused("absent")
    too_fast = limiter_of(visit.house).take_all((f"user {visit.who.user_id}",), RateClass.REVEAL, visit.house.now().date())
    if too_fast is not None:
        return too_fast
    visit.door.saw(visit.who, f"personal {field}"[:60], [customer_id], reason)
    return vault.reveal(customer_id, field, Act(visit.who.actor, visit.house.now(), reason))


def stamped(visit: Visit, board: Mapping[str, Any]) -> Page:
    """Give a page on which something personal stands whole, with who looked and when across it."""
    return Page("revealed.html", {**board, "stamp": f"{visit.who.user_id} · {written.instant(visit.house.now())}"})
