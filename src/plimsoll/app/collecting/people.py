"""The shape of those who are contacted: made-up debtors answer at once; in the world answers come as commands of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from plimsoll.app.collecting.late import Standing

EVERYBODY, PROMISED, NOBODY = "everybody", "promised", "nobody"


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact that the gate let by: with whom, by what, in which try, when (UTC), and what is asked for, in minor units."""

    customer_id: int
    contact_id: str
    channel: str
    treatment: str
    on: date
    at: datetime
    place: int  # which try of the day, from 1
    currency: str
    late_minor: int
    can_promise: bool
    is_payday_known: bool


class Answered(NamedTuple):
    """What came of a contact, "" where a message says nothing yet, and the commands that the debtor gives in it or right after it."""

    outcome: str
    commands: tuple[Any, ...] = ()


class People(Protocol):
    """Who is on the other side. The same question is answered alike whenever and in whatever order it is asked."""

    @property
    def by_themselves(self) -> str:
        """Tell who may give commands by themselves in a morning: EVERYBODY, whoever has PROMISED, NOBODY; of others no file is read."""

    def morning(self, on: date, owing: Sequence[Standing]) -> list[Any]:
        """Give the commands that late customers give by themselves on a day: payments of promises, of paydays."""

    def answer(self, contact: Contact) -> Answered:
        """Answer one contact."""
