"""What needs a second pair of eyes, by policy: which verb, how much, how far back, asked by whom; and how many have to agree.

Amounts are compared in the currency of the policy. An amount in another currency cannot be compared: it counts as above every line.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection, select

from plimsoll.app.access.principal import Principal
from plimsoll.app.database.schema import line, loan, loan_state
from plimsoll.app.house import LIVE, House
from plimsoll.app.wiring import ALL_COMMANDS
from plimsoll.loan.filing import Body
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import EXPONENTS

CURRENCY: Final = "CNY"
"""The currency of the lines of policy."""
CHECK: Final = "approval.check"
"""The permission of the second person, as `plimsoll.app.access.permission` has it."""
NAMES: Final[Mapping[type, str]] = {command: name for name, command in ALL_COMMANDS.items()}

ALWAYS: Final = "POLICY.APPROVAL.ALWAYS"
LIVE_ONLY: Final = "POLICY.APPROVAL.LIVE"
ABOVE: Final = "POLICY.APPROVAL.ABOVE"
RAISES: Final = "POLICY.APPROVAL.RAISES"
BACK_DATED: Final = "POLICY.APPROVAL.BACK_DATED.VERBS"
BACK_DATED_DAYS: Final = "POLICY.APPROVAL.BACK_DATED.DAYS"
TWO: Final = "POLICY.APPROVAL.TWO.VERBS"
TWO_ABOVE: Final = "POLICY.APPROVAL.TWO.ABOVE"
SECONDS: Final = "POLICY.APPROVAL.SECONDS"
AUTHORITY: Final = "POLICY.APPROVAL.AUTHORITY"
CHECKERS: Final = "POLICY.APPROVAL.CHECKERS"
ALONE: Final = "POLICY.APPROVAL.ALONE"
CIRCLE: Final = "POLICY.APPROVAL.CIRCLE"
EXPORT_ROWS: Final = "POLICY.APPROVAL.EXPORT.ROWS"


NAMING: Final = (ALWAYS, LIVE_ONLY, ABOVE, RAISES, BACK_DATED)
"""The rules that name verbs which may need others."""
_EVER: Final[dict[str, frozenset[str]]] = {}
KNOWN_MAX: Final = 10_000
T = TypeVar("T")
WHOLE: Final = ("limit_minor", "amount_minor", "committed_minor", "capacity_minor", "price_minor")
"""The amounts that a command is about, where it tells others beside."""


class Need(NamedTuple):
    """That something needs others to agree: the rule that says so, how many, how long they have, and by what permission they may."""

    rule: str
    checkers: int
    seconds: int
    permission: str
    amount_minor: int
    currency: str


class Waiting(NamedTuple):
    """Something that waits for others: its approval, the SHA-256 of what they are shown, how many have to agree, and until when."""

    approval_id: str
    sha256: str
    checkers: int
    expires_at: datetime
    rule: str


@dataclass(frozen=True, slots=True)
class Act:
    """What is asked for and is no command of the book: a role, the address of a webhook, a file to be applied.

    `body` is a JSON object of text and whole numbers without personal data or secrets; `said` shows it in words: a name in English
    and Chinese, what stands now, what will stand. `version` is that of its object, which must not move until it is executed.
    """

    verb: str
    key: str
    subject: str
    body: Body
    said: tuple[tuple[str, str, str, str], ...] = ()
    version: int = 0
    customer_id: int = 0
    amount_minor: int = 0
    currency: str = ""
    rows: int = 0
    """How many rows it is about, where policy asks for others only above a number."""


def needed(house: House, who: Principal, command: Any, open_on: date | None = None) -> Need | None:
    """Give by what policy a command, or an `Act`, needs others to agree; None where the one who asks may do it alone.

    `open_on` is the business date, where it was read already.
    """
    rules, verb = house.rules, verb_of(command)
    if verb not in _ever(rules) and not isinstance(command, Act):
        return None
    open_on = open_on or house.today()
    today = policy_day(house, open_on)
    alone = _value(rules, ALONE, today)
    if isinstance(alone, Mapping) and set(_listed(alone.get(verb))) & set(who.roles):
        return None
    rule = _rule(house, verb, command, today) or _back_dated(rules, verb, command, open_on)
    if not rule:
        return None
    amount_minor, currency = _worth(house, command)
    is_two = verb in _words(rules, TWO, today) or _is_above(_value(rules, TWO_ABOVE, today), amount_minor, currency)
    seconds = rules.whole(SECONDS, today)
    assert seconds is not None, SECONDS
    return Need(rule, 2 if is_two else 1, seconds, CHECK, amount_minor, currency)


def policy_day(house: House, open_on: date | None = None) -> date:
    """Give the day whose policy holds: the business date; that of the clock in a book that takes any day, where no day is open."""
    on = open_on or house.today()
    return on if on > date.min else house.now().date()


def verb_of(command: Any) -> str:
    """Give the name of a command, or of an act."""
    return command.verb if isinstance(command, Act) else NAMES[type(command)]


def authority_minor(rules: Rules, on: date, roles: tuple[str, ...]) -> int:
    """Give up to how much somebody with these roles may agree to, in minor units of CURRENCY."""
    most = rules.value(AUTHORITY, on)
    assert isinstance(most, Mapping), AUTHORITY
    return max((minor for role in roles if isinstance(minor := most.get(role, 0), int)), default=0)


def may_check(rules: Rules, on: date, verb: str, roles: tuple[str, ...]) -> bool:
    """Tell whether one of the roles is among those that may be the second person for a verb; every role is where policy names none."""
    named = rules.value(CHECKERS, on)
    return not isinstance(named, Mapping) or verb not in named or bool(set(_listed(named[verb])) & set(roles))


def circle_refused(rules: Rules, on: date) -> bool:
    """Tell whether two may not agree to what the other asked for on the same day."""
    return bool(rules.value(CIRCLE, on))


def _ever(rules: Rules) -> frozenset[str]:
    """Give every verb that policy names on any day: all others need nobody, and nothing is read for them."""
    found = _EVER.get(rules.digest)
    if found is None:
        rows = [row for key in NAMING for track in rules.rule(key).tracks.values() for row in track]
        named = (tuple(row.value) if isinstance(row.value, Mapping) else _listed(row.value) for row in rows)
        found = _EVER[rules.digest] = frozenset(verb for verbs in named for verb in verbs)
    return found


def _rule(house: House, verb: str, command: Any, today: date) -> str:
    """Give the first rule that asks for others, "" where none does."""
    rules = house.rules
    if verb in _words(rules, ALWAYS, today):
        return ALWAYS
    if house.mode == LIVE and verb in _words(rules, LIVE_ONLY, today):
        return LIVE_ONLY
    lines = _value(rules, ABOVE, today)
    if isinstance(lines, Mapping) and verb in lines and _is_above(lines[verb], *_worth(house, command)):
        return ABOVE
    if isinstance(command, Act):
        most = rules.whole(EXPORT_ROWS, today)
        return EXPORT_ROWS if most is not None and command.rows > most else ""
    if verb in _words(rules, RAISES, today) and _is_raise(house, command):
        return RAISES
    return ""


def _back_dated(rules: Rules, verb: str, command: Any, open_on: date) -> str:
    """Give the rule that asks for others about what is dated back; in a book that takes any day nothing is."""
    days = _value(rules, BACK_DATED_DAYS, open_on)
    if isinstance(command, Act) or not isinstance(days, int) or verb not in _words(rules, BACK_DATED, open_on):
        return ""
    return BACK_DATED_DAYS if (open_on - command.on).days > days else ""


class _OnDay(Generic[T]):
    """What a rule says on a day, looked up once for these very rules: every command asks for half a dozen."""

    def __init__(self, read: Callable[[Rules, str, date], T]) -> None:
        self.read = read
        self.known: dict[tuple[int, str, date], tuple[Rules, T]] = {}

    def __call__(self, rules: Rules, key: str, on: date) -> T:
        place = (id(rules), key, on)
        known = self.known.get(place)
        if known is not None and known[0] is rules:
            return known[1]
        if len(self.known) >= KNOWN_MAX:
            self.known.clear()
        found = self.read(rules, key, on)
        self.known[place] = (rules, found)
        return found


def _words_of(rules: Rules, key: str, on: date) -> frozenset[str]:
    return frozenset(_listed(rules.value(key, on)))


_value: Final = _OnDay[object](Rules.value)
_words: Final = _OnDay(_words_of)


def _listed(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(word for word in value if isinstance(word, str))
    return (value,) if isinstance(value, str) else ()


def _is_above(most: object, minor: int, currency: str) -> bool:
    if most is None or minor <= 0:
        return False
    assert isinstance(most, int), most
    return currency != CURRENCY or minor > most


def _worth(house: House, command: Any) -> tuple[int, str]:
    """Give how much a command is about: what it names, else what its loan owes; (0, "") where it is about no money."""
    if isinstance(command, Act):
        return command.amount_minor, command.currency
    named = {one.name: getattr(command, one.name) for one in fields(command) if one.name.endswith("_minor")}
    if named:
        # What is about one amount tells others beside it (a limit its parts, a funder its own capital); the parts of a waiver add up.
        whole = next((named[name] for name in WHOLE if name in named), None)
        return sum(named.values()) if whole is None else whole, getattr(command, "currency", "")
    loan_id = getattr(command, "loan_id", 0)
    if not loan_id or not hasattr(command, "customer_id"):
        return 0, ""
    with house.store.engine.connect() as connection:
        return _owed(connection, command.customer_id, loan_id)


def _owed(connection: Connection, customer_id: int, loan_id: int) -> tuple[int, str]:
    """Give what a loan owed when it was looked at last, or what was charged off of it; (0, "") where it is not there."""
    state = loan_state.c
    parts = (state.principal_minor, state.interest_minor, state.penalty_minor, state.fee_minor)
    joined = loan_state.join(loan, (loan.c.customer_id == state.customer_id) & (loan.c.loan_id == state.loan_id))
    is_it = (state.customer_id == customer_id) & (state.loan_id == loan_id)
    row = connection.execute(select(loan.c.currency, *parts).select_from(joined).where(is_it)).first()
    return (sum(row[1:]), row.currency) if row and row.currency in EXPONENTS else (0, "")


def _is_raise(house: House, command: Any) -> bool:
    """Tell whether a command sets any part of a limit above where it is; a limit for a while is a raise."""
    names = ("limit_minor", "cash_limit_minor", "later_limit_minor")
    with house.store.engine.connect() as connection:
        row = connection.execute(select(*(line.c[name] for name in names)).where(line.c.customer_id == command.customer_id)).first()
    return row is not None and any(getattr(command, name) > now for name, now in zip(names, row, strict=True))
