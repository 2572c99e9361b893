"""Promises to pay: how likely one is kept, and what became of it by what came in time."""

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

from plimsoll.collections.case import BROKEN, KEPT, PARTIAL, Promise
from plimsoll.collections.case_policy import PPM, PromisePolicy
from plimsoll.collections.plan_reminders import next_payday

PAYDAY_NEAR: Final = 5
"""A promise due within so many days after a payday is one for the payday."""
MACHINES: Final = frozenset(("ai_call", "sms", "push", "in_app", "email"))
"""Channels by which no person took the promise."""


class Given(NamedTuple):
    """What is known when a promise is made: the amount, what can be paid in a month (-1: not known), days to wait, whether it falls due
    right after a payday, promises kept and broken before, and whether a machine took it."""

    amount_minor: int
    room_minor: int
    wait: int
    is_after_payday: bool
    kept: int
    broken: int
    is_machine: bool


def expected_keeping(given: Given, weights: Mapping[str, float]) -> int:
    """Give how likely a promise is kept, per million: a logistic of what is known, by weights of the policy on the log-odds."""
    base = weights["base"]
    odds = math.log(base / (1 - base))
    if given.room_minor >= 0:
        odds -= weights["burden"] * max(min(given.amount_minor / max(given.room_minor, 1), 5.0) - 1, 0)
    odds -= weights["wait"] * given.wait
    odds += weights["payday"] * given.is_after_payday
    odds += weights["kept"] * min(given.kept, 3) - weights["broken"] * min(given.broken, 3)
    odds -= weights["machine"] * given.is_machine
    return round(PPM / (1 + math.exp(-odds)))


def is_after_payday(due_on: int, payday: int) -> bool:
    """Tell whether a day is a payday (day of the month, 0 not known) or comes within a few days after one."""
    return payday > 0 and next_payday(due_on - PAYDAY_NEAR, payday) <= due_on


def became(promise: Promise, came_minor: int, policy: PromisePolicy, on: int) -> str:
    """Give what a promise is on a day, by what came in time: kept, partial, broken, or "" while it may still be kept."""
    if came_minor * PPM >= promise.amount_minor * policy.kept_ppm:
        return KEPT
    if on <= promise.waits_until:
        return ""
    return PARTIAL if came_minor and came_minor * PPM >= promise.amount_minor * policy.part_ppm else BROKEN
