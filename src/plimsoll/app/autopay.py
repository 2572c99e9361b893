"""Debit what falls due, and try again what failed, each try decided on under the customer's lock right before it is asked for.

Each try has an instruction that is on record before it leaves; a bank that is asked about it again tells the same. So a run that is
stopped anywhere, or an answer that is lost, costs nothing but another run: money is taken once and booked once.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import uuid4

from plimsoll.app.database.store import Store
from plimsoll.app.debits.port import Bank, Collected, Failed, Instruction, Part, Unclear
from plimsoll.app.execute import Answer
from plimsoll.app.execute_many import RowOutcome, execute_many
from plimsoll.app.file import filings_on
from plimsoll.app.owing_near import owing_near
from plimsoll.app.wiring import WIRING
from plimsoll.collections.ask_debit import ASKED, DONE, AskDebit
from plimsoll.collections.near_due import spoken
from plimsoll.collections.record_debit import RecordDebit
from plimsoll.collections.record_failed_debit import RecordFailedDebit
from plimsoll.collections.reminded import DEBIT_FAILED
from plimsoll.loan.filing import Filing, read_body
from plimsoll.rulebook.reminder import load
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing.repay import Repay
from plimsoll.units.refusal import Refused

ACTOR: Final = "autopay"
DAYS_BACK: Final = 45
"""The longest schedule of tries is over by then."""
PAGE: Final = 200
NO_ACCOUNT: Final = "account_unknown"
UNKNOWN: Final = "unknown"
"""The code of the rules for what a bank says that nobody knows."""
COLLECTED, PART, FAILED, UNCLEAR, HELD, STRANDED = "collected", "part", "failed", "unclear", "held", "stranded"


Told: TypeAlias = Collected | Part | Failed
"""What a bank told of an instruction for good."""


class Wanted(NamedTuple):
    """What is to be debited: a loan, and the day on which it asked."""

    customer_id: int
    loan_id: int
    due_on: date


class Debited(NamedTuple):
    """What became of one: `why` is what held it, the code of a failure, or the rule that refused money that came (stranded).

    `minor` is what was asked for; of a part what was taken.
    """

    wanted: Wanted
    state: str
    why: str = ""
    minor: int = 0
    currency: str = ""
    retry_on: str = ""


class Orders(NamedTuple):
    """How to debit: the bank, which account a customer named, the instant, the rules, and who asks."""

    bank: Bank
    account: Callable[[int], str]
    now: datetime
    rules: Rules
    actor: str = ACTOR


def autopay(store: Store, on: date, orders: Orders) -> Iterator[Debited]:
    """Debit what falls due on a day, what is to be tried again by then, and ask after what is unclear; give what became of each."""
    wanted = iter(sorted({*_due(store, on), *_to_try_again(store, on)}))
    while page := list(islice(wanted, PAGE)):
        yield from _debit(store, page, on, orders)


def _due(store: Store, on: date) -> Iterator[Wanted]:
    day = on.toordinal()
    asked = spoken([day])
    for customer_id, owing in owing_near(store, day, day, lambda _: asked):
        yield from (Wanted(customer_id, one.loan_id, on) for one in owing if one.due_on == day and one.minor > 0)


def _to_try_again(store: Store, on: date) -> Iterator[Wanted]:
    """Give what failed and is to be tried again by a day, and what was asked for without an answer."""
    day, last = on.toordinal(), dict[Wanted, str]()
    found: dict[tuple[int, str], list[Filing]] = {}
    for kind in (ASKED, DEBIT_FAILED, DONE):
        for customer_id, filing in filings_on(store, kind, max(day - DAYS_BACK, 1), day):
            found.setdefault((customer_id, filing.subject), []).append(filing)
    for (customer_id, subject), filed in found.items():
        for filing in () if _is_settled(filed) else sorted(filed, key=lambda one: (one.at, one.n)):
            said = read_body(filing)
            before = (on - timedelta(days=1)).isoformat()
            when = said["retry_on"] if filing.kind == DEBIT_FAILED else before if filing.kind == ASKED else ""
            last[Wanted(customer_id, int(subject), date.fromisoformat(said["due_on"]))] = when
    yield from (wanted for wanted, when in last.items() if when and when <= on.isoformat())


def _is_settled(filed: Sequence[Filing]) -> bool:
    """Tell whether every debit of a loan was asked for once and done the same day, as nearly all are: then nothing of it is read."""
    asked = [one.on for one in filed if one.kind == ASKED]
    done = [one.on for one in filed if one.kind == DONE]
    return len(asked) + len(done) == len(filed) and len(set(asked)) == len(asked) and sorted(asked) == sorted(done)


def _debit(store: Store, page: Sequence[Wanted], on: date, orders: Orders) -> Iterator[Debited]:
    """Ask for debits, and book what the bank answers."""
    # Asking twice does no harm, and the answer of an earlier run, even of this instant, must not be given again.
    stamp = uuid4().hex
    commands = [AskDebit(f"debit:{one.customer_id}:{one.loan_id}:{one.due_on}:{stamp}", one.customer_id, on, *one[1:]) for one in page]
    answers: list[tuple[Wanted, dict[str, Any], Told]] = []
    for wanted, outcome in zip(page, _give(store, commands, orders), strict=True):
        if not isinstance(outcome, Answer):
            yield Debited(wanted, HELD, outcome.code if isinstance(outcome, Refused) else "internal_error")
            continue
        said = json.loads(outcome.text)
        if not said["is_asked"]:
            yield Debited(wanted, HELD, said["why"])
            continue
        instruction = Instruction(said["instruction"], said["minor"], said["currency"], orders.account(wanted.customer_id))
        answer = orders.bank.debit(instruction, orders.now) if instruction.account else Failed(NO_ACCOUNT)
        if isinstance(answer, Unclear):
            yield Debited(wanted, UNCLEAR, answer.detail, said["minor"], said["currency"])
        else:
            answers.append((wanted, said, answer))
    yield from _book(store, answers, on, orders)


def _book(store: Store, answers: Sequence[tuple[Wanted, dict[str, Any], Told]], on: date, orders: Orders) -> Iterator[Debited]:
    """Book money that came, then that the tries are over; or that a try failed, in whole or in part, with the day of the next."""
    paid = [_repayment(wanted, said, answer, on) for wanted, said, answer in answers if not isinstance(answer, Failed)]
    came = dict(zip([one.key for one in paid], _give(store, paid, orders), strict=True))
    noted = _give(store, [_note(wanted, said, answer, on) for wanted, said, answer in answers], orders)
    for (wanted, said, answer), outcome in zip(answers, noted, strict=True):
        base = Debited(wanted, COLLECTED, "", said["minor"], said["currency"])
        assert isinstance(outcome, Answer), outcome
        if not isinstance(answer, Collected):
            base = base._replace(state=FAILED, why=answer.code, retry_on=json.loads(outcome.text)["retry_on"])
        if isinstance(answer, Part):
            base = base._replace(state=PART, minor=answer.minor)
        booked = came.get(key_of(said["instruction"]))
        yield base._replace(state=STRANDED, why=booked.code) if isinstance(booked, Refused) else base


def key_of(instruction: str) -> str:
    """Give the key under which the money of an instruction is booked: once, however often the bank tells of it."""
    return f"autopay:{instruction}"


def _repayment(wanted: Wanted, said: dict[str, Any], answer: Collected | Part, on: date) -> Repay:
    """Give the repayment, on the day on which the bank took the money."""
    minor = answer.minor if isinstance(answer, Part) else said["minor"]
    instruction = said["instruction"]
    return Repay(key_of(instruction), wanted.customer_id, answer.taken_on or on, minor, said["currency"], wanted.loan_id, instruction)


def _note(wanted: Wanted, said: dict[str, Any], answer: Told, on: date) -> RecordDebit | RecordFailedDebit:
    key = key_of(said["instruction"])
    if isinstance(answer, Collected):
        return RecordDebit(f"{key}:done", wanted.customer_id, on, wanted.loan_id, wanted.due_on, said["instruction"])
    code = answer.code if answer.code in load().failures else UNKNOWN
    return RecordFailedDebit(f"{key}:failed", wanted.customer_id, on, wanted.loan_id, wanted.due_on, code)


def _give(store: Store, commands: Sequence[Any], orders: Orders) -> list[RowOutcome]:
    return list(execute_many(store, WIRING, commands, actor=orders.actor, now=orders.now, rules=orders.rules))
