"""Execute what enough others agreed to: once, under the key of the approval, and only on the object that they were shown."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from plimsoll.app.approve.need import Act
from plimsoll.app.approve.preview import version_of
from plimsoll.app.database.schema import command as command_table
from plimsoll.app.database.schema import dossier_command
from plimsoll.app.database.sheet import Sheet
from plimsoll.app.dossier import execute_dossier
from plimsoll.app.execute import Outcome, execute
from plimsoll.app.house import House
from plimsoll.app.treasury.by_hand import BY_HAND
from plimsoll.app.treasury.turn import funding_turn
from plimsoll.app.wiring import DOSSIER_WIRING
from plimsoll.loan.dossier import Dossier, Written
from plimsoll.units.refusal import Refused

NOT_NOW: Final = ("store_busy", "command_in_flight")
"""Refusals that say nothing about the command: it can be asked for again."""


class ActKind(NamedTuple):
    """How an act is executed (exactly once for its key, as an actor), and the version of its object as it stands."""

    execute: Callable[[House, Act, str], Outcome]
    version: Callable[[House, Act], int]
    is_done: Callable[[Connection, Act], bool] = lambda _connection, _act: False
    """Whether it was executed under its key already; asked in a transaction, so it may only read."""


Acts = Mapping[str, ActKind]
"""What is no command of the book, by verb."""


def execute_agreed(house: House, command: Any, actor: str, version: int, acts: Acts) -> Outcome:
    """Execute a command or an act, unless its object moved since it was shown: approval_stale. A repeat gives the first answer."""
    if isinstance(command, Act):
        kind = acts.get(command.verb)
        if kind is None:
            return Refused("command_unknown", detail=command.verb)
        with house.store.engine.connect() as connection:
            is_done = kind.is_done(connection, command)
        moved = None if is_done else _moved(version, kind.version(house, command))
        return moved or kind.execute(house, command, actor)
    if type(command) in DOSSIER_WIRING:
        return _on_dossier(house, command, actor, version)

    def moved_on(sheet: Sheet) -> Refused | None:
        return _moved(version, version_of(sheet, command))

    store, rules = house.store, house.rules
    with funding_turn(store) if type(command) in BY_HAND else nullcontext():
        return execute(store, house.wiring(), command, actor=actor, now=house.now(), rules=rules, unless=moved_on)


def is_executed(connection: Connection, command: Any, acts: Acts) -> bool:
    """Tell whether the key of a command stands in the book already: it was executed, whatever became of who asked."""
    if isinstance(command, Act):
        return command.verb in acts and acts[command.verb].is_done(connection, command)
    table = dossier_command if type(command) in DOSSIER_WIRING else command_table
    return connection.execute(select(table.c.key).where(table.c.key == command.key)).first() is not None


def _moved(then: int, now: int) -> Refused | None:
    return None if then == now else Refused("approval_stale", detail=f"version {then} -> {now}")


def _on_dossier(house: House, command: Any, actor: str, version: int) -> Outcome:
    verb = DOSSIER_WIRING[type(command)]

    def decide(dossier: Dossier, asked: Any, rules: Any) -> Written | Refused:
        # What was read here is compared under lock before it is written, so the version holds.
        return _moved(version, len(dossier.filings)) or verb.decide(dossier, asked, rules)

    wiring = {type(command): verb._replace(decide=decide)}
    return execute_dossier(house.store, wiring, command, actor=actor, now=house.now(), rules=house.rules)
