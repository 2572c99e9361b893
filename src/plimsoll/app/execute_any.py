"""Execute commands on customers and on dossiers in the order they come, with an outcome for each."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from plimsoll.app.database.store import Store
from plimsoll.app.dossier import DossierWiring, execute_dossier
from plimsoll.app.execute import Wiring, told
from plimsoll.app.execute_many import RowOutcome, execute_many


def execute_any(
    store: Store, wiring: Callable[[], Wiring], dossiers: DossierWiring, commands: Iterable[Any], *, actor: str, now: datetime, rules: Any
) -> Iterator[RowOutcome]:
    """Execute commands and give the outcome of each, in their order: customers in bulk, dossiers one by one between them.

    The same answers and refusals as `execute` and `execute_dossier`. What comes before a command on a dossier is stored before it;
    `wiring` is asked for again after it, since what stands of dossiers may be bound to the commands of customers.
    """
    for is_dossier, run in groupby(commands, key=lambda command: type(command) in dossiers):
        if is_dossier:
            for command in run:
                yield told(partial(execute_dossier, store, dossiers, command, actor=actor, now=now, rules=rules))
        else:
            yield from execute_many(store, wiring(), run, actor=actor, now=now, rules=rules)
