"""A made-up world of sources: each shows its part of a hidden truth with its own noise, and can be told to misbehave.

The same seed, person and day give the same answer. A source can be slow, wrong, incomplete, contradictory, down, stale, or tell
everything twice.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Final, NamedTuple

from plimsoll.app.sources.persona import persona_of
from plimsoll.app.sources.port import Fetched, Link, Person, Request, Unavailable
from plimsoll.app.sources.truth import Truth
from plimsoll.risk.identity import age_on, read_card, read_document, read_phone
from plimsoll.rulebook.feature import load
from plimsoll.units.refusal import Refused

NAMES: Final = ("identity", "score", "bureau", "income", "spending", "assets", "device")
"""The sources of the sandbox."""

STALE_DAYS: Final = 400
INCOME_NOISE: Final = {"payroll": 0.02, "tax": 0.04, "social_security": 0.06, "inflow": 0.12, "stated": 0.2}
"""Standard deviation of the logarithm of what each proof shows of an income."""


class Mood(NamedTuple):
    """How often (0 to 1) a source misbehaves, in each way; `slow_s` is how long it then takes."""

    slow: float = 0.0
    wrong: float = 0.0
    missing: float = 0.0
    contradictory: float = 0.0
    down: float = 0.0
    duplicated: float = 0.0
    stale: float = 0.0
    slow_s: float = 60.0


WELL: Final = Mood()
_Shown = dict[str, object]


class SandboxSource:
    """One source of the made-up world. `truth_of` gives the truth about a customer, None for nobody it knows."""

    def __init__(
        self,
        name: str,
        seed: int,
        truth_of: Callable[[int], Truth | None],
        mood: Mood = WELL,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        assert name in NAMES, name
        self._name = name
        self._seed = seed
        self._truth_of = truth_of
        self._mood = mood
        self._sleep = sleep

    @property
    def name(self) -> str:
        """Give the name of the source."""
        return self._name

    @property
    def purpose(self) -> str:
        """Give the purpose of consent: the source's own."""
        return self._name

    def fetch(self, request: Request, now: datetime) -> Fetched | Unavailable:  # noqa: ARG002 -- the sandbox lives on business days
        """Show this source's part of the truth, misbehaving as it was told to."""
        chance = Random(f"{self._seed}:{self._name}:{request.customer_id}:{request.on}")  # noqa: S311 -- a world of play
        mood = self._mood
        persona = persona_of(request.person.document) if request.person is not None else None
        if persona is not None and persona.silent == self._name:
            return Unavailable("source_timed_out", "as this persona's always does")
        if chance.random() < mood.down:
            return Unavailable("source_failed", "told to be down")
        if chance.random() < mood.slow and self._sleep is not None:
            self._sleep(mood.slow_s)
        truth = persona.truth if persona is not None else self._truth_of(request.customer_id)
        if truth is None:
            return _fetched([], ())
        items = [_item(name, kind, value, day) for name, kind, value, day in _SHOWS[self._name](truth, request, chance)]
        links = _links(truth, request) if self._name == "device" else ()
        return _fetched(_misbehave(items, mood, chance), links)


def sandbox(
    seed: int,
    truth_of: Callable[[int], Truth | None],
    moods: Mapping[str, Mood] | None = None,
    sleep: Callable[[float], None] | None = None,
) -> tuple[SandboxSource, ...]:
    """Give every source of a made-up world; `moods` by source, well-behaved where it says nothing."""
    told = moods or {}
    return tuple(SandboxSource(name, seed, truth_of, told.get(name, WELL), sleep) for name in NAMES)


_Row = tuple[str, str, object, date]


def _show_identity(truth: Truth, request: Request, chance: Random) -> list[_Row]:  # noqa: ARG001 -- all shows are called alike
    person, day = request.person, request.on
    age, is_valid, is_phone, is_card = truth.age_years, True, truth.is_phone_in_use, truth.is_card_own
    if person is not None:
        document = read_document(person.document, day)
        is_valid = not isinstance(document, Refused)
        age = age_on(document.born_on, day) if not isinstance(document, Refused) else age
        is_phone = is_phone and not isinstance(read_phone(person.phone), Refused)
        is_card = is_card and not (person.card and isinstance(read_card(person.card), Refused))
    return [
        ("age_years", "", age, day),
        ("id_valid", "", is_valid, day),
        ("id_matches", "", is_valid and truth.is_same_person, day),
        ("phone_valid", "", is_phone, day),
        ("card_matches", "", is_card, day),
        ("region_served", "", truth.is_in_region, day),
        ("is_student", "", truth.is_student, day),
        ("on_watch_list", "", truth.is_on_watch_list, day),
        ("is_deceased", "", truth.is_deceased, day),
    ]


def _show_score(truth: Truth, request: Request, chance: Random) -> list[_Row]:
    score = truth.platform_score
    shown = None if score is None else min(max(score + round(chance.gauss(0, 8)), 350), 950)
    return [("platform_score", "", shown, request.on - timedelta(days=chance.randint(0, 5)))]


def _show_bureau(truth: Truth, request: Request, chance: Random) -> list[_Row]:
    day = request.on - timedelta(days=chance.randint(0, 9))

    def seen(minor: int) -> int:
        return minor * truth.debt_seen_ppm // 1_000_000

    return [
        ("bureau_debt_minor", "", seen(truth.debt_minor), day),
        ("bureau_limit_minor", "", seen(truth.debt_limit_minor), day),
        ("bureau_monthly_due_minor", "", seen(truth.debt_monthly_minor), day),
        ("bureau_current_overdue_minor", "", seen(truth.overdue_minor), day),
        ("bureau_lenders", "", truth.lenders, day),
        ("bureau_new_lenders_30d", "", truth.lenders_new, day),
        ("bureau_inquiries_30d", "", truth.inquiries, day),
        ("bureau_inquiries_90d", "", truth.inquiries + chance.randint(0, truth.inquiries + 1), day),
        ("bureau_delinquencies_24m", "", truth.delinquencies, day),
        ("bureau_max_dpd_24m", "", truth.dpd_worst, day),
    ]


def _show_income(truth: Truth, request: Request, chance: Random) -> list[_Row]:
    day = request.on - timedelta(days=chance.randint(3, 30))
    shown: list[_Row] = [
        ("income_monthly_minor", kind, round(truth.income_minor * chance.lognormvariate(0, INCOME_NOISE[kind])), day)
        for kind in truth.proofs
    ]
    return [*shown, ("income_sources", "", len(truth.proofs), day), ("employment_months", "", truth.employment_months, day)]


def _show_spending(truth: Truth, request: Request, chance: Random) -> list[_Row]:
    day = request.on - timedelta(days=1)
    return [
        ("spend_monthly_minor", "", round(truth.spend_minor * chance.lognormvariate(0, 0.05)), day),
        ("returns_share", "", share_text(truth.returned_ppm), day),
        ("night_orders_share", "", share_text(truth.night_ppm), day),
        ("payday_gap_days", "", truth.payday_gap_days, day),
    ]


def _show_assets(truth: Truth, request: Request, chance: Random) -> list[_Row]:
    return [("assets_minor", "", truth.assets_minor, request.on - timedelta(days=chance.randint(0, 20)))]


def _show_device(truth: Truth, request: Request, chance: Random) -> list[_Row]:  # noqa: ARG001 -- all shows are called alike
    return [
        ("is_new_device", "", truth.is_device_new, request.on),
        ("device_shared_people", "", truth.ring_size - 1, request.on),
        ("ring_size", "", truth.ring_size, request.on),
        ("ring_bad_share", "", share_text(truth.ring_bad_ppm), request.on),
    ]


_SHOWS: Final[Mapping[str, Callable[[Truth, Request, Random], list[_Row]]]] = {
    "identity": _show_identity,
    "score": _show_score,
    "bureau": _show_bureau,
    "income": _show_income,
    "spending": _show_spending,
    "assets": _show_assets,
    "device": _show_device,
}


def _links(truth: Truth, request: Request) -> tuple[Link, ...]:
    """Give what the person uses: a device, and the phone and card that they named."""
    person: Person | None = request.person
    found = [Link("device", truth.device or f"own-{request.customer_id}")]
    if person is not None:
        found += [Link("phone", person.phone)] if person.phone else []
        found += [Link("card", person.card)] if person.card else []
    return tuple(found)


def share_text(ppm: int) -> str:
    """Write parts of a million as decimal text."""
    return f"{ppm // 1_000_000}.{ppm % 1_000_000:06d}"


def _item(name: str, kind: str, value: object, day: date) -> _Shown:
    return {"name": name, "kind": kind, "value": value, "event_at": day.isoformat()}


def _fetched(items: list[_Shown], links: tuple[Link, ...]) -> Fetched:
    raw = json.dumps([items, links], sort_keys=True).encode()
    return Fetched(tuple(items), hashlib.sha256(raw).hexdigest(), links)


def _misbehave(items: list[_Shown], mood: Mood, chance: Random) -> list[_Shown]:
    """Give the items as a source in this mood tells them."""
    if chance.random() < mood.stale:
        items = [item | {"event_at": _shifted(item, -STALE_DAYS)} for item in items]
    if chance.random() < mood.missing:
        items = [item | {"value": None} if chance.random() < 0.5 else item for item in items]
    if items and chance.random() < mood.wrong:
        place = chance.randrange(len(items))
        items = [*items[:place], _wrong(items[place], chance), *items[place + 1 :]]
    if items and chance.random() < mood.contradictory:
        items = [*items, _contrary(chance.choice(items))]
    if chance.random() < mood.duplicated:
        items = [*items, *items]
    return items


def _wrong(item: _Shown, chance: Random) -> _Shown:
    """Give an item that cannot be true: below zero, absurd, dated in the future, or of the wrong type."""
    value = item["value"]
    ways = [item | {"event_at": _shifted(item, 90)}, item | {"value": ["?"]}]
    if type(value) is int:
        ways += [item | {"value": -abs(value) - 1}, item | {"value": 10**15}]
    if isinstance(value, str):
        ways += [item | {"value": "-0.5"}, item | {"value": "7"}]
    return chance.choice(ways)


def _contrary(item: _Shown) -> _Shown:
    """Give the same item with a value that cannot be true together with its own."""
    value = item["value"]
    if isinstance(value, bool):
        return item | {"value": not value}
    if type(value) is int:
        return item | {"value": value * 3 + 1_000_000 if str(item["name"]).endswith("_minor") else _far_from(value, str(item["name"]))}
    return item | {"value": "0.1" if value > "0.5" else "0.9"} if isinstance(value, str) else item


def _far_from(value: int, name: str) -> int:
    """Give the bound of a feature that is further from a value, as a multiple of it."""
    bounds = load().features[name].bounds
    assert bounds is not None
    least, most = bounds
    assert isinstance(least, int)
    assert isinstance(most, int)
    return least if value * value > least * most else most


def _shifted(item: _Shown, days: int) -> str:
    return (date.fromisoformat(str(item["event_at"])) + timedelta(days=days)).isoformat()
