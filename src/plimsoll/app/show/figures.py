"""The figures of a whole book that pages show: how each is made, and what it is made of."""

from collections.abc import Iterable
from concurrent.futures import CancelledError
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from plimsoll.app.case_desk import promises
from plimsoll.app.config import tape_folder
from plimsoll.app.figures_file import may_be_kept
from plimsoll.app.house import House
from plimsoll.app.kept_figures import BeingMade, Figure, KeptFigures, MakerEnded
from plimsoll.app.show import book, funding, liquidity, portfolio, risk, watching
from plimsoll.app.show.book import BookSeen, book_seen
from plimsoll.app.show.funding import FunderRow, read_funders, read_positions
from plimsoll.app.show.liquidity import Stood, UnansweredRow, stood, unanswered
from plimsoll.app.show.portfolio import Rolls, Vintages, rolls, vintages
from plimsoll.app.show.risk import (
    AccountsShown,
    BridgeShown,
    ExpectedShown,
    StressShown,
    accounts_behind,
    expected_loss,
    npl_bridge,
    stressed_book,
)
from plimsoll.app.show.watching import WatchCounts, watch_counts
from plimsoll.app.treasury.due import Due
from plimsoll.app.treasury.liquidity import Position
from plimsoll.app.treasury.shares import Lent
from plimsoll.treasury.route import Funder
from plimsoll.treasury.suitability import Assessed
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

if TYPE_CHECKING:
    from plimsoll.app.treasury.disclose import Disclosed

CURRENCY: Final = "CNY"
MEASURES: Final = ("ever-30", "ever-90")
PROMISED_DAYS: Final = 31
"""How far back promises are looked at that may still be open."""


class Curves(NamedTuple):
    """What the tape answers: vintages by measure, and the roll matrices."""

    curves: dict[str, Vintages]
    rolls: Rolls


class PromisesSeen(NamedTuple):
    """What was promised for today and tomorrow, its amount in the first currency of the promises, and how many are late."""

    soon: int
    soon_minor: int
    currency: str
    late: int


def _promises(house: House) -> PromisesSeen:
    today = house.today().toordinal()
    found = promises(house.store, max(today - PROMISED_DAYS, 1), today + 1)[0]
    soon = [one for one in found if today <= one.due_on <= today + 1]
    currency = soon[0].currency if soon else ""
    minor = sum(one.amount_minor for one in soon if one.currency == currency)
    return PromisesSeen(len(soon), minor, currency, sum(one.due_on < today for one in found))


def _book(house: House) -> BookSeen:
    return book_seen(house.store, house.today())


def _positions(house: House) -> tuple[Position, ...] | Refused:
    today = house.today()
    return read_positions(house.store, today, max(today, house.now().date()))


def _curves(house: House) -> Curves | Refused:
    curves = {}
    for measure in MEASURES:
        found = vintages(house.store, measure)
        if isinstance(found, Refused):
            return found
        curves[measure] = found
    moved = rolls(house.store)
    return moved if isinstance(moved, Refused) else Curves(curves, moved)


def _funders(house: House) -> tuple[FunderRow, ...]:
    return read_funders(house.store, house.today().toordinal(), house.rules)


def _unanswered(house: House) -> tuple[UnansweredRow, ...]:
    return unanswered(house.store)


def _bridge(house: House) -> BridgeShown | Refused:
    return npl_bridge(house.store)


def _expected(house: House) -> ExpectedShown | Refused:
    return expected_loss(house.store, house.rules)


def _stress(house: House) -> StressShown | Refused:
    return stressed_book(house.store, house.rules)


def _watch(house: House) -> WatchCounts:
    return watch_counts(house.store)


def stood_in(currency: str) -> Figure:
    """Give the figure of how the months before stood in a currency, on which triggers and survival rest."""
    return Figure(f"stood {currency}", partial(_stood, currency), of_tape=True)


def _stood(currency: str, house: House) -> Stood | Refused:
    return stood(house.store, tape_folder(house.store.address.url), house.today(), currency, house.rules)


def accounts_of(month: str = "", since: str = "C", stage: int = 0) -> Figure:
    """Give the figure of the loans behind another: of a month, so late or later, of a stage. Only that of all is filed."""
    is_all = (month, since, stage) == ("", "C", 0)
    name = "accounts" if is_all else f"accounts {month} {since} {stage}"
    return Figure(name, partial(_accounts, month, since, stage), of_book=False, of_tape=True, is_filed=is_all)


def _accounts(month: str, since: str, stage: int, house: House) -> AccountsShown | Refused:
    return accounts_behind(house.store, house.rules, month, since, stage)


def month_of(funder: str, currency: str, first: date) -> Figure:
    """Give the figure of a month as investors are told it, of the loans that a funder holds parts of. It is not filed."""
    return Figure(f"month {funder} {first}", partial(_month, funder, currency, first), of_tape=True, is_filed=False)


def _month(funder: str, currency: str, first: date, house: House) -> "Disclosed | Refused":
    try:
        from plimsoll.app.treasury.disclose import Asked, disclose
    except ModuleNotFoundError as missing:
        return Refused("extra_missing", "", str(missing))
    return disclose(house.store, Asked(first, currency, funder, tape_folder(house.store.address.url)), house.rules)


BOOK: Final = Figure("book", _book)
POSITIONS: Final = Figure("positions", _positions)
CURVES: Final = Figure("curves", _curves, of_book=False, of_tape=True)
FUNDERS: Final = Figure("funders", _funders)
UNANSWERED: Final = Figure("unanswered", _unanswered)
BRIDGE: Final = Figure("bridge", _bridge, of_book=False, of_tape=True)
EXPECTED: Final = Figure("expected", _expected, of_book=False, of_tape=True)
STRESS: Final = Figure("stress", _stress, of_book=False, of_tape=True)
WATCH: Final = Figure("watch", _watch)
PROMISES: Final = Figure("promises", _promises)
FIGURES: Final = (
    BOOK,
    WATCH,
    PROMISES,
    UNANSWERED,
    FUNDERS,
    POSITIONS,
    CURVES,
    stood_in(CURRENCY),
    BRIDGE,
    EXPECTED,
    STRESS,
    accounts_of(),
)
"""What is made after each close, the quickest first."""


def value_of(kept: KeptFigures, figure: Figure) -> Any:
    """Give a figure of the business date for a program. Refuses figures_being_made."""
    found = kept.look(figure)
    if isinstance(found, BeingMade):
        return Refused("figures_being_made", "", found.since.isoformat())
    if found.on != kept.house.today():
        return Refused("figures_being_made", "", (found.anew_since or found.at).isoformat())
    return found.value


def _classes() -> Iterable[type]:
    """Give what these figures are made of: the dataclasses of the files that show them, and values from below."""
    for module in (book, funding, liquidity, portfolio, risk, watching):
        yield from (one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__)
    yield from (Curves, PromisesSeen, Position, Due, Lent, Funder, Assessed, Rate, Refused)


may_be_kept(*_classes())
try:
    from plimsoll.app.treasury.measure_book import Stand
except ModuleNotFoundError:  # the extra `fast` is not installed, and nothing stands
    pass
else:
    may_be_kept(Stand)


def make_figures(kept: KeptFigures, figures: Iterable[Figure] = FIGURES) -> None:
    """Make every figure that does not stand for the business date, or may be made anew; one that the tape cannot tell is left out."""
    for one in figures:
        try:
            kept.make(one)
        except Malformed:
            continue
        except (CancelledError, MakerEnded):  # the house is closing; or what makes them was ended, and begins anew next time
            return
