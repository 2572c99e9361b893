"""What people mean to do, by day, and what they wait to hear: so that a day costs what happens on it, not who lives."""

import json
from collections import defaultdict
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple, TypeAlias

from plimsoll.simulator.people import Offers, Person
from plimsoll.simulator.shown import Shown

Command: TypeAlias = Any
"""A command of the house (`app.wiring.COMMANDS`)."""
Commands: TypeAlias = list[Command]


class Scene(NamedTuple):
    """What a person goes by on a day: the day, what is on offer, chance, and the diary for what comes later."""

    day: int
    offers: Offers
    chance: Random
    diary: "Diary"


Act: TypeAlias = Callable[[Person, Scene], Commands]
"""What a person does on a day, knowing the bills and reminders that came."""
Look: TypeAlias = Callable[[Person, Shown, Scene], Commands]
"""What a person does after looking at what is owed today."""
Follow: TypeAlias = Callable[[Person, int, Scene], None]
"""What a person plans once a command was taken: the number of its fact comes with the answer."""


class Diary:
    """Errands by day, and commands whose answer somebody waits for."""

    def __init__(self) -> None:
        self.acts: defaultdict[int, list[tuple[Person, Act]]] = defaultdict(list)
        self.looks: defaultdict[int, list[tuple[Person, Look]]] = defaultdict(list)
        self.awaited: dict[str, tuple[Person, Follow]] = {}

    def plan(self, day: int, person: Person, act: Act) -> None:
        """Note something to be done on a day to come."""
        self.acts[day].append((person, act))

    def plan_look(self, day: int, person: Person, look: Look) -> None:
        """Note a look at what is owed on a day to come, and what to do then."""
        self.looks[day].append((person, look))

    def wait_for(self, key: str, person: Person, follow: Follow) -> None:
        """Note what to plan when the command of a key has been taken."""
        self.awaited[key] = (person, follow)

    def answered(self, key: str, answer: str, scene: Scene) -> None:
        """Go on from the answer of a command, where somebody waits for it and it made one fact alone."""
        waiting = self.awaited.pop(key, None)
        if waiting is not None:
            person, follow = waiting
            fact = json.loads(answer).get("fact")
            if fact is not None:
                follow(person, fact, scene)
