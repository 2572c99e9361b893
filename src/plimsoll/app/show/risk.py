"""Why the bad share changed, what loss is expected, what stress would cost, and the loans behind a figure: from the tape, as it tells them.

Each needs the extras `fast` and `portfolio` of the package; where they are not installed, extra_missing is refused and nothing breaks.
Shares are in millionths, amounts in minor units.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final

from plimsoll.app.config import tape_folder
from plimsoll.app.database.store import Store
from plimsoll.app.show.portfolio import PPM, About, about_of
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Malformed, Refused

if TYPE_CHECKING:
    from plimsoll.app.tape.reading import Tape

LISTED: Final = 100
STATES: Final = ("C", "M1", "M2", "M3", "M4", "M5", "M6", "M7+")


@dataclass(frozen=True, slots=True)
class BridgeStep:
    """A month: the bad share at its end, and the parts of its change since the month before, which add up to it."""

    month: str
    share_ppm: int
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BridgeShown:
    """The change of the bad share of the balance between two months, by cause; the parts add up to the change."""

    about: About
    month_from: str
    month_to: str
    share_from_ppm: int
    share_to_ppm: int
    parts: Mapping[str, int]
    steps: tuple[BridgeStep, ...]


@dataclass(frozen=True, slots=True)
class StageRow:
    """Loans of one stage of expected loss."""

    stage: int
    loans: int
    balance_minor: int
    exposure_minor: int
    allowance_minor: int


@dataclass(frozen=True, slots=True)
class EconomyRow:
    """An economy that is weighed in: its weight in millionths, and what the allowance would be under it alone."""

    name: str
    weight_ppm: int
    allowance_minor: int


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One line of the movement of the allowance, by stage and in all."""

    name: str
    by_stage: tuple[int, ...]
    all_minor: int


@dataclass(frozen=True, slots=True)
class ProvisionRow:
    """One of the five classes: its balance, and the specific provision on it."""

    name: str
    balance_minor: int
    specific_minor: int


@dataclass(frozen=True, slots=True)
class ExpectedShown:
    """Expected loss of a month (IFRS 9, CAS 22), how the allowance moved since the month before, and provisions by five class."""

    about: About
    month: str
    moves: int
    life_months: int
    loss_ppm: int
    loss_from: str
    stages: tuple[StageRow, ...]
    economies: tuple[EconomyRow, ...]
    movement: tuple[MovementRow, ...]
    adds_up: bool
    classes: tuple[ProvisionRow, ...]
    general_minor: int
    provisions_minor: int
    coverage_ppm: int | None
    least_coverage: str


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """A scenario: how far the log odds of getting worse move, chance of default within a year, the allowance, and how much more that is."""

    name: str
    shift: str
    chance_ppm: int
    allowance_minor: int
    more_minor: int


@dataclass(frozen=True, slots=True)
class BadYearRow:
    """Default rates that so many years in a thousand stay below, by quantile in millionths, at one correlation."""

    correlation_ppm: int
    rates_ppm: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class CapRow:
    """A lower cap a year: up to which chance of default it pays, and which share of the balance it does not pay for."""

    cap_ppm: int
    chance_most_ppm: int
    unpaid_ppm: int


@dataclass(frozen=True, slots=True)
class StressShown:
    """The book of a month under stress."""

    about: About
    month: str
    chance_ppm: int
    allowance_minor: int
    scenarios: tuple[ScenarioRow, ...]
    years: tuple[BadYearRow, ...]
    caps: tuple[CapRow, ...]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A loan behind a figure."""

    customer_id: int
    loan_id: int
    state: str
    days: int
    balance_minor: int
    stage: int
    chance_ppm: int
    allowance_minor: int


@dataclass(frozen=True, slots=True)
class AccountsShown:
    """The loans behind a figure of a month: how many in all, and the largest."""

    about: About
    month: str
    since: str
    stage: int
    loans: int
    rows: tuple[AccountRow, ...]


@contextmanager
def _opened(store: Store) -> "Iterator[Tape]":
    """Open the tape of a book, which has to tell balances."""
    from plimsoll.app.tape.reading import Order, open_tape

    with open_tape(Order(str(tape_folder(store.address.url)))) as tape:
        tape.shape.needs("balance")
        yield tape


def npl_bridge(store: Store, by: str = "") -> BridgeShown | Refused:
    """Give why the bad share changed since as early as the tape tells.

    Refuses extra_missing; raises Malformed tape_missing, tape_too_short.

    Cost: one query over the whole tape.
    """
    try:
        from plimsoll.app.tape.bridge import bridge_book, first_month
    except ModuleNotFoundError as missing:
        return Refused("extra_missing", "", str(missing))
    with _opened(store) as tape:
        one = bridge_book(tape, first_month(tape), tape.source.months[-1], by)
        steps = tuple(BridgeStep(tape.month(step.month), _ppm(step.share), whole_parts(step.parts)) for step in one.steps)
        begun, ended = _ppm(one.begun), _ppm(one.begun + sum(one.parts.values()))
        return BridgeShown(about_of(tape), tape.month(one.first), steps[-1].month, begun, ended, whole_parts(one.parts), steps)


def whole_parts(parts: Mapping[str, float]) -> dict[str, int]:
    """Give parts in millionths that add up to their sum in millionths: each is the difference of two rounded sums."""
    sums = [_ppm(one) for one in accumulate(parts.values(), initial=0.0)]
    return {name: now - was for name, (was, now) in zip(parts, pairwise(sums), strict=True)}


def expected_loss(store: Store, rules: Rules) -> ExpectedShown | Refused:
    """Give the expected loss of the last month. Refuses extra_missing; raises Malformed tape_missing and what the tape refuses.

    Cost: two passes over the tape, and a row a loan in memory.
    """
    try:
        from plimsoll.app.tape.risk import expected
    except ModuleNotFoundError as missing:
        return Refused("extra_missing", "", str(missing))
    with _opened(store) as tape:
        one = expected(tape, tape.source.months[-1], rules, is_strict=False)
        provision = one.provision
        return ExpectedShown(
            about_of(tape),
            tape.month(one.month),
            one.fit.cases,
            one.policy.life,
            _ppm(one.fit.loss),
            one.fit.loss_from,
            tuple(StageRow(by.stage, by.loans, by.balance_minor, by.exposure_minor, by.allowance_minor) for by in one.stages),
            tuple(EconomyRow(name, _ppm(weight), minor) for name, weight, minor in one.economies),
            _movement(one.moved),
            one.moved is None or one.moved.adds_up(),
            tuple(ProvisionRow(name, minor, provision.specific_minor.get(name, 0)) for name, minor in provision.balance_minor.items()),
            provision.general_minor,
            provision.total_minor,
            provision.coverage[0] * PPM // provision.coverage[1] if provision.coverage else None,
            provision.least_coverage.text() if provision.least_coverage else "",
        )


def _movement(moved: Any) -> tuple[MovementRow, ...]:
    if moved is None:
        return ()
    lines = [("opening", moved.opening), *moved.columns.items(), ("closing", moved.closing)]
    return tuple(MovementRow(name, tuple(by.values()), sum(by.values())) for name, by in lines)


def stressed_book(store: Store, rules: Rules) -> StressShown | Refused:
    """Give the book of the last month under stress. Refuses extra_missing; raises Malformed as `expected_loss` does.

    Cost: one pass over the tape, and some ten evaluations of every loan in memory.
    """
    try:
        from plimsoll.app.tape.stress import stress_book
    except ModuleNotFoundError as missing:
        return Refused("extra_missing", "", str(missing))
    with _opened(store) as tape:
        one = stress_book(tape, tape.source.months[-1], rules)
        return StressShown(
            about_of(tape),
            tape.month(one.month),
            _ppm(one.chance),
            one.allowance_minor,
            tuple(
                ScenarioRow(by.name, f"{by.shift:+.2f}", _ppm(by.chance), by.allowance_minor, by.allowance_minor - one.allowance_minor)
                for by in one.scenarios
            ),
            tuple(BadYearRow(_ppm(rho), {_ppm(at): _ppm(rate) for at, rate in rates.items()}) for rho, rates in one.years.items()),
            tuple(CapRow(_ppm(cap), _ppm(most), _ppm(unpaid)) for cap, (most, unpaid) in one.caps.items()),
        )


def accounts_behind(store: Store, rules: Rules, month: str = "", since: str = "C", stage: int = 0) -> AccountsShown | Refused:
    """Give the loans behind a figure of a month (`2026-12`, the last where it is empty): so late or later, or of one stage (0 for all).

    Refuses extra_missing; raises Malformed state_unknown, month_unknown, tape_too_short. Cost: one pass over the tape.
    """
    try:
        from plimsoll.app.tape.accounts import loans_behind
    except ModuleNotFoundError as missing:
        return Refused("extra_missing", "", str(missing))
    if since not in STATES:
        raise Malformed("field_malformed", since[:20], key="from", remedy=f"One of: {', '.join(STATES)}.")
    with _opened(store) as tape:
        at = _month(tape, month)
        count, found = loans_behind(tape, at, rules, least=STATES.index(since), stage=stage, limit=LISTED)
        rows = tuple(
            AccountRow(*_ids(one.keys), one.state, one.days, one.balance_minor, one.stage, _ppm(one.chance), one.allowance_minor)
            for one in found
        )
        return AccountsShown(about_of(tape), tape.month(at), since, stage, count, rows)


def _month(tape: "Tape", month: str) -> int:
    found = {tape.month(one): one for one in tape.source.months}
    if month and month not in found:
        raise Malformed("field_malformed", month[:20], key="month", remedy=f"From {next(iter(found))} to {list(found)[-1]}.")
    return found[month] if month else tape.source.months[-1]


def _ids(keys: Sequence[Any]) -> tuple[int, int]:
    """Give customer and loan; the tape of the house is keyed by both."""
    customer_id, loan_id = (int(one) for one in keys)
    return customer_id, loan_id


def _ppm(share: float) -> int:
    return round(share * PPM)
