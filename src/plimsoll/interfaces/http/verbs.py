"""One operation for each verb of the house, made from its fields and its line in `verb_paths`: nothing that can be done is out of reach."""

import asyncio
import json
from concurrent.futures import Future
from datetime import date, timedelta
from functools import partial
from json.encoder import encode_basestring
from typing import Any, Final, Literal
from weakref import WeakValueDictionary

from sqlalchemy import func, select

from plimsoll.app.access.verbs import VERBS
from plimsoll.app.database.schema import loan
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.app.wiring import ALL_COMMANDS
from plimsoll.interfaces.http.answers import Later, Repeated, Written
from plimsoll.interfaces.http.example import example_of
from plimsoll.interfaces.http.ids import customer_text, loan_text, read_customer
from plimsoll.interfaces.http.operation import Asked, Operation, Shape
from plimsoll.interfaces.http.problem import Said
from plimsoll.interfaces.http.shape import Name, Text
from plimsoll.interfaces.http.threads import THREADS
from plimsoll.interfaces.http.verb_paths import PLACES
from plimsoll.interfaces.http.verb_shape import Form, form_of, needs_currency, read_form
from plimsoll.units.refusal import Refused

CREATED: Final = 201
NUMBERS_MAX: Final = 32
"""How often another number is tried where somebody else opened a loan under the one that was free."""
UTC_AHEAD: Final = timedelta(hours=8)
"""A book that takes any day is worked from by the date of Shanghai."""


class Done(Shape):
    """What was put on record: by which verb, about whom, and what the book answered."""

    object: Literal["record"] = "record"
    verb: Name
    customer: Text = ""
    loan: Text = ""
    subject: Text = ""
    """The dossier that it is about: an agency, a package, a tender, a bidder, a funder."""
    answer: dict[str, Any]
    """What the book recorded; amounts in it are decimal text, loans stand by their numbers."""


def business_date(house: House) -> date:
    """Give the day on which something takes effect where a request does not say: the one that is open in the book."""
    on = house.today()
    return on if on > date.min else (house.now() + UTC_AHEAD).date()


class Ask:
    """Answers one verb: reads the request into a command, and hands it to the door."""

    def __init__(self, name: str, form: Form) -> None:
        self.name = name
        self.form = form
        self.turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def command(self, asked: Asked, number: int = 0) -> Any:
        """Give the command that a request says; `number` is that of the loan that it opens without naming it."""
        form = self.form
        on = asked.body.on or business_date(asked.house)
        values = read_form(form, asked.path, asked.body, asked.key, on)
        if needs_currency(form.command) and "currency" not in values:
            raise Said("field_missing", pointer="/currency")
        if number:
            values["loan_id"] = number
        return form.command(**values)

    def leaves_number(self, asked: Asked) -> bool:
        """Tell whether a request opens a loan and leaves its number to the house."""
        return self.form.makes_loan and asked.body.loan is None

    def __call__(self, asked: Asked) -> Any:
        """Ask, and wait for what comes of it."""
        for _ in range(NUMBERS_MAX):
            command, found = self.submit(asked)
            outcome = found.result() if isinstance(found, Future) else found
            if not (self.leaves_number(asked) and _is_taken(outcome)):
                break
        return self.told(command, outcome)

    def begin(self, asked: Asked) -> Any:
        """Ask, and give the answer, or `Later` where it waits for a commit that others share."""
        if self.leaves_number(asked):
            return Later(partial(self._in_turn, asked))
        command, found = self.submit(asked)
        if not isinstance(found, Future):
            return self.written(command, found)
        return self.written(command, found.result()) if found.done() else Later(partial(self._waited, command, found))

    async def _waited(self, command: Any, found: "Future[Any]") -> Any:
        return self.written(command, await asyncio.wrap_future(found))

    async def _in_turn(self, asked: Asked) -> Any:
        """Ask for a loan that the house numbers: whose loans are numbered take turns, so that they do not all ask for the same number."""
        async with self.turns.setdefault(asked.path["customer"], asyncio.Lock()):
            for _ in range(NUMBERS_MAX):
                command, found = await THREADS.run(self.submit, asked)
                outcome = await asyncio.wrap_future(found) if isinstance(found, Future) else found
                if not _is_taken(outcome):
                    break
            return self.written(command, outcome)

    def submit(self, asked: Asked) -> tuple[Any, Any]:
        """Give the command, and a future or an outcome of it."""
        number = next_loan(asked.house, read_customer(asked.path["customer"])) if self.leaves_number(asked) else 0
        command = self.command(asked, number)
        reason = getattr(command, "reason", "")
        return command, asked.door.submit(asked.who, command, digest=asked.fingerprint, reason=reason)

    def told(self, command: Any, outcome: Any) -> Any:
        """Show what the book answered."""
        if not isinstance(outcome, Answer):
            return outcome
        done = Done.model_validate_json(self._text(command, outcome.text))
        return Repeated(done) if outcome.is_replayed else done

    def written(self, command: Any, outcome: Any) -> Any:
        """Give what `told` shows as it goes out: what the book answered stands in it word for word."""
        return Written(self._text(command, outcome.text), outcome.is_replayed) if isinstance(outcome, Answer) else outcome

    def _text(self, command: Any, answer: str) -> str:
        customer_id = getattr(command, "customer_id", 0)
        number = getattr(command, "loan_id", 0)
        if self.form.makes_loan or not number:
            # A loan whose number was left to the house has it from the book, which knows the first answer of a repeat.
            number = json.loads(answer).get("loan_id") or number
        customer = customer_text(customer_id) if customer_id else ""
        loan = loan_text(customer_id, number) if customer_id and number else ""
        subject = encode_basestring(getattr(command, "subject", ""))
        about = f'"verb":"{self.name}","customer":"{customer}","loan":"{loan}","subject":{subject}'
        return f'{{"object":"record",{about},"answer":{answer}}}'


def _is_taken(outcome: Any) -> bool:
    return isinstance(outcome, Refused) and outcome.code == "loan_exists"


def next_loan(house: House, customer_id: int) -> int:
    """Give the first number after those of a customer's loans."""
    with house.store.engine.connect() as connection:
        found = connection.execute(select(func.max(loan.c.loan_id)).where(loan.c.customer_id == customer_id)).scalar_one()
    return (found or 0) + 1


def _operation(name: str, command: type) -> Operation:
    place, access = PLACES[name], VERBS[name]
    form = form_of(name, command, place.path, makes_loan=access.makes_loan)
    return Operation(
        name=name,
        method="POST",
        path=place.path,
        permission=access.permission,
        tag=place.tag,
        said=(place.en, place.zh),
        answer=Done,
        handle=Ask(name, form),
        body=form.shape,
        is_idempotent=True,
        status=CREATED,
        example=example_of(form.shape),
    )


OPERATIONS: Final[tuple[Operation, ...]] = tuple(_operation(name, command) for name, command in ALL_COMMANDS.items())
