"""How much a contact with a customer is worth: what it is expected to bring in, less what it costs, for each slot of a person's time."""

from typing import Final

from plimsoll.rulebook.reminder import load

PPM: Final = 1_000_000
PER_THOUSAND: Final = 1_000
PRIORITY_MAX: Final = 1_000_000_000


def slot_value(balance_minor: int, effect_ppm: int, cost_minor: int, slots: int = 1) -> int:
    """Give the expected marginal recovery for each slot, in minor units, below zero where a contact costs more than it brings.

    `effect_ppm` is the share of the balance that comes because of the contact, and would not have come without it.
    """
    assert slots > 0, "a contact takes some time"
    return (balance_minor * effect_ppm - cost_minor * PPM) // (PPM * slots)


def priority_of(value_minor: int) -> int:
    """Give the place in the queue of what a contact is worth; a contact that costs more than it brings is last."""
    return min(max(value_minor, 0), PRIORITY_MAX)


def cost_minor(channel: str) -> int:
    """Give what a contact by a channel costs in fen, rounded up; 0 where there is none."""
    known = load().ladder.channels.get(channel)
    return 0 if known is None else -(-known.fen_per_1000 // PER_THOUSAND)
