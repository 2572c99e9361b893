"""What the rulebook says of classes on a day: days, other triggers, when a loan may rise again, and the stages of IFRS 9."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from plimsoll.rulebook.by_digest import ByDigest
from plimsoll.rulebook.lateness import FIVE_CLASSES, Lateness, lateness
from plimsoll.rulebook.rules import Rules
from plimsoll.units.rate import Rate

NORMAL, SPECIAL_MENTION, SUBSTANDARD, DOUBTFUL, LOSS = range(5)
"""Places in FIVE_CLASSES; from SUBSTANDARD on a loan is non-performing (NPL)."""

KEYS: Final = (
    "CN.CLASS.DPD",
    "CN.CLASS.TECHNICAL",
    "CN.CLASS.TRIGGERS",
    "CN.CLASS.ECL",
    "CN.CLASS.UPGRADE",
    "CN.RESTRUCT.OBS",
    "POLICY.BUCKET.DAYS",
    "POLICY.OVERDUE.CLASS",
    "POLICY.CLASS.DPD",
    "POLICY.CLASS.STRICT",
    "POLICY.STAGE.DPD",
)
"""Every rule that a class can depend on."""


@dataclass(frozen=True, slots=True)
class ClassPolicy:
    """The rules of classes in force on a day. `strict_days` and `stage_…_days` are first days past due; 0 for none."""

    names: Lateness
    technical_days: int
    triggers: Mapping[str, int]  # the best class that is possible, by what was noted
    ecl: tuple[tuple[Rate, int], ...]  # shares of expected loss and the class from each on, falling
    upgrade_periods: int
    upgrade_months: int
    observed_periods: int
    observed_days: int
    is_restarted_on_miss: bool
    strict_days: int
    stage_2_days: int
    stage_3_days: int

    def ecl_class(self, share: Rate) -> int:
        """Give the class that a share of expected credit loss makes the best possible."""
        return next((place for bound, place in self.ecl if not bound.exceeds(share)), NORMAL)

    def boundaries(self) -> tuple[int, ...]:
        """Give every count of days past due on which a name, a class or a stage changes."""
        own = (self.strict_days, self.stage_2_days, self.stage_3_days)
        return tuple(sorted({*self.names.boundaries(), *(days for days in own if days > 0)}))


def class_policy(rules: Rules, on: date, *, is_strict: bool | None = None) -> ClassPolicy:
    """Give the rules of a day; `is_strict` overrules whether all debt of POLICY.CLASS.STRICT days counts as NPL."""
    strict, stage = _named(rules, "POLICY.CLASS.STRICT", on), _named(rules, "POLICY.STAGE.DPD", on)
    ecl, observed, upgrade = (_named(rules, key, on) for key in ("CN.CLASS.ECL", "CN.RESTRUCT.OBS", "CN.CLASS.UPGRADE"))
    is_used = strict.get("is_used") is True if is_strict is None else is_strict
    shares = [(share, _place(name)) for name, share in ecl.items() if isinstance(share, Rate)]
    return ClassPolicy(
        names=lateness(rules, on),
        technical_days=rules.whole("CN.CLASS.TECHNICAL", on) or 0,
        triggers={name: _place(f"{word}") for name, word in _named(rules, "CN.CLASS.TRIGGERS", on).items()},
        ecl=tuple(sorted(shares, key=lambda one: -one[1])),
        upgrade_periods=_whole(upgrade, "min_periods"),
        upgrade_months=_whole(upgrade, "min_months"),
        observed_periods=_whole(observed, "min_periods"),
        observed_days=_whole(observed, "min_days"),
        is_restarted_on_miss=observed.get("restart_on_miss") is True,
        strict_days=_whole(strict, "days") if is_used else 0,
        stage_2_days=_whole(stage, "stage_2"),
        stage_3_days=_whole(stage, "stage_3"),
    )


class Policies:
    """The rules of classes through time, each day's read once."""

    def __init__(self, rules: Rules, *, is_strict: bool | None = None) -> None:
        self._rules = rules
        self._is_strict = is_strict
        self.days: Final = tuple(sorted({day.toordinal() for key in KEYS for day in rules.days(key)}))
        """Days on which some rule of classes changes."""
        self._found: dict[int, ClassPolicy] = {}

    def on(self, day: int) -> ClassPolicy:
        """Give the rules of a day."""
        since = max((one for one in self.days if one <= day), default=day)
        if since not in self._found:
            self._found[since] = class_policy(self._rules, date.fromordinal(since), is_strict=self._is_strict)
        return self._found[since]


def policies_of(rules: Rules) -> Policies:
    """Give the rules of classes through time, those of a rulebook read once."""
    return _policies_of(ByDigest(rules))


@lru_cache(maxsize=4)
def _policies_of(known: ByDigest) -> Policies:
    return Policies(known.rules)


def _named(rules: Rules, key: str, on: date) -> Mapping[str, object]:
    """Give the named values of a rule; none where it is not in force."""
    value = rules.value(key, on)
    return value if isinstance(value, Mapping) else {}


def _whole(found: Mapping[str, object], name: str) -> int:
    value = found.get(name, 0)
    return value if isinstance(value, int) else 0


def _place(word: str) -> int:
    return FIVE_CLASSES.index(word.replace("_", "-"))
