"""The world around a test clock: messages arrive, calls are made, and nobody answers by themselves; what people do, whoever plays says."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final

from plimsoll.app.channels.sandbox import SandboxSender
from plimsoll.app.collecting.dial import Orders
from plimsoll.app.collecting.late import Standing
from plimsoll.app.collecting.people import NOBODY, Answered, Contact
from plimsoll.app.house import House

ACTOR: Final = "collect"
SEED: Final = 1


class Quiet:
    """People who do nothing by themselves: what they pay, promise and answer are commands under the clock."""

    by_themselves = NOBODY

    def morning(self, on: date, owing: Sequence[Standing]) -> list[Any]:  # noqa: ARG002 -- asked alike of everybody
        """Give no payment."""
        return []

    def answer(self, contact: Contact) -> Answered:  # noqa: ARG002
        """Say nothing yet."""
        return Answered("")


def contacts_of(house: House, clock: Callable[[datetime], datetime]) -> Orders:
    """Give how the debtors of a clock's book are reached: everybody has a number, and every message arrives."""
    return Orders(Quiet(), SandboxSender(SEED), _numbered, _numbered, clock, house.rules, ACTOR)


def _numbered(customer_id: int, channel: str) -> str:  # noqa: ARG001 -- the sandbox needs no address
    return f"customer-{customer_id}"
