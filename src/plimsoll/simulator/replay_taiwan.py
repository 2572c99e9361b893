"""Replay the Taiwan card panel: a pay-later book of real clients, made by the commands of the house, held against the record."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from plimsoll.app.closing.close import Orders
from plimsoll.app.closing.look_back import Past
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Answer
from plimsoll.loan.columns import Ints
from plimsoll.loan.layout import (
    O_CREDIT,
    O_FEE,
    O_INTEREST,
    O_OLDEST,
    O_PENALTY,
    O_PRINCIPAL,
)
from plimsoll.loan.terms import Terms
from plimsoll.rulebook.product import AccountOffer
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.open_account import OpenAccount, new_account
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.servicing.open_line import OpenLine
from plimsoll.servicing.purchase import Purchase
from plimsoll.servicing.refund import Refund
from plimsoll.servicing.repay import Repay
from plimsoll.servicing.waive import Waive
from plimsoll.simulator.imply_taiwan import BROUGHT_IN_ON, MONTH_DAYS, OPENED_ON, Life, Month, count_departures, imply
from plimsoll.simulator.lateness import Late, lateness
from plimsoll.simulator.play import Played, Player, Stage, Tell
from plimsoll.simulator.rolls import count_rolls
from plimsoll.simulator.taiwan_panel import (
    CURRENCY,
    FIRST_MISSED,
    IN_FULL,
    MONTHS,
    NO_USE,
    REVOLVING,
    Client,
    contradictions,
)
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Malformed, Refused

PRODUCT: Final = "replay-taiwan"
ACTOR: Final = "replay taiwan"
REASON: Final = "the record has less interest"


@dataclass(frozen=True, slots=True)
class TaiwanReport:
    """What the replay found. Tables of statuses are keyed by (status of the book, status of the record)."""

    accounts: int
    played: Played
    facts: int
    seconds: float
    contradictions: Mapping[str, int]
    departures: Mapping[str, int]
    bills_equal: int
    bills: int
    confusion: Mapping[tuple[int, int], int]
    confusion_september: Mapping[tuple[int, int], int]
    late: tuple[Late, ...]
    rolls_recorded: list[list[int]]
    rolls_recorded_to_september: list[list[int]]
    rolls_derived: list[list[int]]
    balances: Mapping[str, int]


def account_terms(rules: Rules) -> Terms:
    """Give the terms on which every client's account is opened."""
    new = new_account(OpenAccount("", 1, OPENED_ON, 1, CURRENCY, 0, PRODUCT), rules)
    assert not isinstance(new, Refused), f"the product of the replay is not offered: {new}"
    return new.terms


def imply_all(clients: Sequence[Client], rules: Rules, tell: Tell) -> list[Life]:
    """Work out what happened to every client. Raises Malformed limit_out_of_range where the product gives no such limit."""
    terms = account_terms(rules)
    offer = rules.products[PRODUCT][-1].offer
    assert isinstance(offer, AccountOffer), PRODUCT
    lives = []
    for client in clients:
        if client.limit_minor > offer.limit_max_minor:
            told = f"client {client.customer_id}: {text_of(client.limit_minor, CURRENCY)}"
            raise Malformed("limit_out_of_range", f"{told}, at most {text_of(offer.limit_max_minor, CURRENCY)}", key="LIMIT_BAL")
        lives.append(imply(client, terms))
        tell("what was bought", 1)
    return lives


def commands_count(lives: Sequence[Life]) -> int:
    """Give how many commands the lives become."""
    return sum(1 for life in lives for _ in _brought_in(1, life)) + sum(
        2 + sum(bool(m.paid_minor) + bool(m.bought_minor) + len(m.refunds) + _is_waived(m) for m in life.months) for life in lives
    )


def replay(store: Store, clients: Sequence[Client], lives: Sequence[Life], orders: Orders, tell: Tell) -> Played:
    """Book the lives: open, then month by month pay, buy and send back, each with the close of its days. Repeating it changes nothing."""
    purchases = _Purchases({client.customer_id for client, life in zip(clients, lives, strict=True) if _has_refund(life)})
    player = Player(store, ACTOR, orders, tell, purchases.hear)
    pairs = list(zip(clients, lives, strict=True))
    player.play(Stage(_opening(pairs), MONTH_DAYS[0].pays - 1))
    for m, days in enumerate(MONTH_DAYS):
        player.play(Stage(_payments(pairs, m), days.looked_at))
        player.play(Stage(_purchases(pairs, m, purchases), days.billed))
        player.play(Stage(_waivers(pairs, m), days.billed + 1), is_last=m == len(MONTH_DAYS) - 1)
    return player.played


class _Purchases:
    """The numbers under which the purchases of some customers stand in the book: refunds name them."""

    def __init__(self, customers: set[int]) -> None:
        self.numbers: dict[int, list[int]] = {customer: [] for customer in customers}

    def hear(self, command: Any, answer: Answer) -> None:
        """Note the number of a purchase from its answer."""
        if isinstance(command, Purchase) and command.customer_id in self.numbers:
            self.numbers[command.customer_id].append(json.loads(answer.text)["fact"])


def _has_refund(life: Life) -> bool:
    return any(month.refunds for month in life.months)


def _is_waived(month: Month) -> bool:
    return bool(month.waived_penalty_minor or month.waived_interest_minor)


def _key(customer_id: int, what: str) -> str:
    return f"taiwan:{customer_id}:{what}"


Pairs = Sequence[tuple[Client, Life]]


def _opening(pairs: Pairs) -> Iterator[Any]:
    """Open every client with the recorded limit; what is brought in was bought or paid before the first bill."""
    for client, life in pairs:
        number, limit = client.customer_id, client.limit_minor
        yield OpenCustomer(_key(number, "open"), number, OPENED_ON)
        yield OpenLine(_key(number, "line"), number, OPENED_ON, CURRENCY, limit, 0, limit, loan_id=number, later_product=PRODUCT)
        yield from _brought_in(number, life)


def _brought_in(number: int, life: Life) -> Iterator[Any]:
    if life.purchase_brought_in_minor:
        yield Purchase(_key(number, "bought-before"), number, BROUGHT_IN_ON, number, life.purchase_brought_in_minor, CURRENCY)
    if life.credit_brought_in_minor:
        yield Repay(_key(number, "credit-before"), number, BROUGHT_IN_ON, life.credit_brought_in_minor, CURRENCY, number)


def _payments(pairs: Pairs, m: int) -> Iterator[Any]:
    on = date.fromordinal(MONTH_DAYS[m].pays)
    for client, life in pairs:
        number, paid = client.customer_id, life.months[m].paid_minor
        if paid:
            yield Repay(_key(number, f"{MONTHS[m]}:pay"), number, on, paid, CURRENCY, number)


def _purchases(pairs: Pairs, m: int, known: _Purchases) -> Iterator[Any]:
    on = date.fromordinal(MONTH_DAYS[m].buys)
    for client, life in pairs:
        number, month = client.customer_id, life.months[m]
        for place, minor in month.refunds:
            fact = known.numbers[number][place]
            yield Refund(_key(number, f"{MONTHS[m]}:refund:{place}"), number, on, number, minor, CURRENCY, fact)
        if month.bought_minor:
            yield Purchase(_key(number, f"{MONTHS[m]}:buy"), number, on, number, month.bought_minor, CURRENCY)


def _waivers(pairs: Pairs, m: int) -> Iterator[Any]:
    """Waive on the bill day, after its close has cut the bill."""
    on = date.fromordinal(MONTH_DAYS[m].billed)
    for client, life in pairs:
        number, month = client.customer_id, life.months[m]
        if _is_waived(month):
            yield Waive(
                _key(number, f"{MONTHS[m]}:waive"),
                number,
                on,
                number,
                CURRENCY,
                month.waived_penalty_minor,
                month.waived_interest_minor,
                reason=REASON,
            )


def report(past: Past, clients: Sequence[Client], lives: Sequence[Life], played: Played, seconds: float) -> TaiwanReport:
    """Compare the book with the record. The book holds the clients and nothing else, both in the order of their numbers."""
    in_order = sorted(clients)
    assert past.customer_id.tolist() == [client.customer_id for client in in_order], "the book holds other customers too"
    bills = [_owed(past.at(days.billed)) for days in MONTH_DAYS]
    recorded = np.array([client.bills for client in in_order], np.int64)
    statuses = [derive(past.at(days.looked_at), bill, days.looked_at) for days, bill in zip(MONTH_DAYS[1:], bills, strict=False)]
    september = derive(past.at(MONTH_DAYS[-1].billed), bills[-1], MONTH_DAYS[-1].billed)
    months = [[client.statuses[m] for client in in_order] for m in range(len(MONTHS))]
    return TaiwanReport(
        accounts=len(clients),
        played=played,
        facts=len(past.facts),
        seconds=seconds,
        contradictions=Counter(kind for client in clients for kind in contradictions(client)),
        departures=count_departures(lives),
        bills_equal=sum(int((bill == recorded[:, m]).sum()) for m, bill in enumerate(bills)),
        bills=recorded.size,
        confusion=sum((Counter(zip(book, said, strict=True)) for book, said in zip(statuses, months, strict=False)), Counter()),
        confusion_september=Counter(zip(september, months[-1], strict=True)),
        late=tuple(lateness(past.at(days.billed), days.billed) for days in MONTH_DAYS),
        rolls_recorded=count_rolls(months),
        rolls_recorded_to_september=count_rolls(months[-2:]),
        rolls_derived=count_rolls(statuses),
        balances=past.balances,
    )


def _owed(out: Ints) -> Ints:
    """Give what every account owes less its credit; on a bill day, what its bill says."""
    owed: Ints = out[:, O_PRINCIPAL] + out[:, O_INTEREST] + out[:, O_PENALTY] + out[:, O_FEE] - out[:, O_CREDIT]
    return owed


def derive(out: Ints, bill: Ints, day: int) -> list[int]:
    """Give the status of every account as the panel writes it, from the book on a day after the due day of a bill.

    Late: the months from that of the oldest unpaid purchases through the one of the day, so a first missed minimum is 2. Else 0 where
    something is carried, -1 where the bill is paid, -2 where there was none.
    """
    on = date.fromordinal(day)
    this_month = on.year * 12 + on.month
    statuses = []
    for oldest, principal, billed in zip(out[:, O_OLDEST].tolist(), out[:, O_PRINCIPAL].tolist(), bill.tolist(), strict=True):
        if oldest and oldest < day:
            due = date.fromordinal(oldest)
            statuses.append(this_month - due.year * 12 - due.month + FIRST_MISSED)
        elif principal > 0:
            statuses.append(REVOLVING)
        else:
            statuses.append(IN_FULL if billed > 0 else NO_USE)
    return statuses
