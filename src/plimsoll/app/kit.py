"""The kits that a book decides by: the champion and the active tables on its register, else those that come with the package."""

from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import Final

from plimsoll import rulebook
from plimsoll.app.database.store import Store
from plimsoll.app.execute import Verb, Wiring
from plimsoll.app.governed import listed
from plimsoll.app.modelling.register import KIND, champion_of
from plimsoll.app.policy_tables import tables_in_use
from plimsoll.app.watching.evidence import suspended
from plimsoll.app.wiring import WIRING
from plimsoll.origination import decide_application
from plimsoll.origination.decide_application import DecideApplication
from plimsoll.origination.kit import Kits, Models, Parts
from plimsoll.risk.score.lifecycle import SHADOW
from plimsoll.risk.score.read import Model, model_of, read_model
from plimsoll.rulebook.rules import Rules
from plimsoll.rulebook.underwriting import standing_tables

PLACE: Final = "application"
"""The place on the register that the models of applications are entered for."""
STANDING: Final = Path(rulebook.__file__).parent.joinpath("policy", "models", "application.json")
"""The scorecard that comes with the package, trained on made-up people: tools/standing_card.py makes it."""


@cache
def standing_model() -> Model:
    """Read the scorecard that comes with the package, once. Raises Malformed as `read_model` does."""
    return read_model(STANDING.read_bytes())


def standing_kits(rules: Rules) -> Kits:
    """Give the kits of what comes with the package, for decisions beside any book."""
    return Kits(Parts(Models(standing_model()), standing_tables()), rules)


def kits_of(store: Store, rules: Rules) -> Kits:
    """Give the kits that a book decides by now; with the challenger that is in the shadow, the one entered last where there are several.

    Raises Malformed where something on the register is not what was entered.
    """
    champion = champion_of(store, PLACE)
    shadows = listed(store, KIND, name=PLACE, state=SHADOW)
    models = Models(
        standing_model() if champion is None else model_of(champion.body),
        model_of(max(shadows, key=lambda one: one.made_at).body) if shadows else None,
    )
    return Kits(Parts(models, tables_in_use(store)), rules)


def wiring_of(store: Store, rules: Rules) -> Wiring:
    """Give the commands of the house with an engine that decides by the kits of a book, and heeds the alerts that stand in it."""
    return wiring_with(kits_of(store, rules), suspended(store))


def wiring_with(kits: Kits, alerts: Iterable[str] = ()) -> Wiring:
    """Give the commands of the house with an engine that decides by these kits; `alerts` are sources that nobody is approved by."""
    decide = partial(decide_application.decide, kits=kits, suspended=tuple(alerts))
    return {**WIRING, DecideApplication: Verb("decide_application", decide, decide_application.READS)}
