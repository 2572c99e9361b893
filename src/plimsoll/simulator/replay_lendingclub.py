"""Replay LendingClub's published loans: a book of instalment loans made by the commands of the house, held against the record."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from plimsoll.app.closing.close import Orders
from plimsoll.app.closing.look_back import Past
from plimsoll.app.database.store import Store
from plimsoll.loan.book import LINE_OPEN, Book, Decision, Line
from plimsoll.loan.classes import bucket
from plimsoll.loan.columns import Ints
from plimsoll.loan.layout import (
    CHARGED_OFF,
    CHARGED_OFF_FACT,
    O_CREDIT,
    O_CUMULATIVE,
    O_LATE_DAYS,
    O_STATUS,
    OPEN,
    RECOVERED,
    REPAID,
    RESCHEDULED,
    T_INSTALMENT,
    WAIVED,
)
from plimsoll.loan.terms import Terms
from plimsoll.rulebook.rules import Rules
from plimsoll.servicing import draw
from plimsoll.servicing.charge_off import ChargeOff
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.servicing.open_line import OpenLine
from plimsoll.servicing.recover import Recover
from plimsoll.servicing.repay import Repay
from plimsoll.servicing.reschedule import Reschedule
from plimsoll.servicing.waive import Waive
from plimsoll.simulator.lateness import Late, lateness
from plimsoll.simulator.lendingclub_loans import CURRENCY, RATE_DIGITS, Loan, contradictions, curve, months_between
from plimsoll.simulator.play import Played, Player, Stage, Tell
from plimsoll.simulator.read_rows import read_rows
from plimsoll.simulator.rolls import count_moves
from plimsoll.simulator.spread_cash import Cash, Event, drawn_on, spread
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

PRODUCT: Final = "replay-lendingclub"
ACTOR: Final = "replay lendingclub"
HORIZONS: Final = (12, 24, 36)
"""Months after issue at which the charge-off curve is read."""
PUBLISHED_COLUMNS: Final = ("vintage", "dr_12m", "dr_24m", "dr_36m")
INSTALMENT_OFF_MAX: Final = 2
HALF_BASIS_POINT_PPM: Final = 50
"""The record rounds the lender's rate to a hundredth of a per cent."""
REASON: Final = "not in the record"


class Booked(NamedTuple):
    """A loan as it will be booked: its rate in millionths a year, its terms, its cash."""

    loan: Loan
    rate_ppm: int
    terms: Terms
    cash: Cash


class Quarter(NamedTuple):
    """A quarter of issue: loans, and those charged off by each horizon, counted from the book; whether that is what was published."""

    name: str
    loans: int
    charged_off: tuple[int, ...]
    is_published: bool | None
    """None where nothing was published to compare with."""


@dataclass(frozen=True, slots=True)
class LendingclubReport:
    """What the replay found. `cash_wrong` has the loans whose cash does not add up to the cent, by component; it should be empty."""

    accounts: int
    played: Played
    facts: int
    seconds: float
    contradictions: Mapping[str, int]
    departures: Mapping[str, int]
    instalments_near: int
    instalments_near_at_recorded_rate: int
    cash_wrong: Mapping[str, tuple[int, ...]]
    components: Mapping[str, int]
    quarters: tuple[Quarter, ...]
    late: tuple[Late, ...]
    rolls: list[list[int]]
    balances: Mapping[str, int]


def book_all(loans: Sequence[Loan], rules: Rules, tell: Tell) -> list[Booked]:
    """Work out terms and dated cash of every loan."""
    booked = []
    for loan in loans:
        rate_ppm, terms = terms_of(loan, rules)
        booked.append(Booked(loan, rate_ppm, terms, spread(loan, terms)))
        tell("when it was paid", 1)
    return booked


def terms_of(loan: Loan, rules: Rules) -> tuple[int, Terms]:
    """Give the rate and terms of a loan: at the recorded rate, or, where its instalment then is off, at the rate that was rounded to it."""
    terms = _terms_at(loan, loan.rate_ppm, rules)
    off = abs(terms.vector[T_INSTALMENT] - loan.instalment)
    if off <= INSTALMENT_OFF_MAX:
        return loan.rate_ppm, terms
    rate_ppm = unrounded_rate(loan)
    other = _terms_at(loan, rate_ppm, rules)
    return (rate_ppm, other) if abs(other.vector[T_INSTALMENT] - loan.instalment) < off else (loan.rate_ppm, terms)


def unrounded_rate(loan: Loan) -> int:
    """Give the rate, in millionths, within the rounding of the recorded one whose annuity is nearest to the recorded instalment."""
    low, high = loan.rate_ppm - HALF_BASIS_POINT_PPM, loan.rate_ppm + HALF_BASIS_POINT_PPM
    return min(range(max(low, 1), high + 1), key=lambda ppm: abs(_annuity(loan, ppm) - loan.instalment))


def _annuity(loan: Loan, rate_ppm: int) -> float:
    """Estimate the instalment at a rate; the kernel works out the exact one."""
    monthly = rate_ppm / 10**RATE_DIGITS / 12
    return loan.principal * monthly / (1 - (1 + monthly) ** -loan.instalments)


def _terms_at(loan: Loan, rate_ppm: int, rules: Rules) -> Terms:
    """Give the terms that the house gives to a draw at a rate."""
    line = Line(CURRENCY, loan.principal, 0, loan.principal, 0, 0, 0, LINE_OPEN, 0)
    book = Book(loan.number, drawn_on(loan).toordinal(), line, ())
    decided = draw.decide(book, _draw(loan, rate_ppm), rules)
    if not isinstance(decided, Decision):
        raise Malformed(decided.code, f"loan {loan.number}: {decided.detail}", key="funded_amnt")
    return decided.loans[0].terms


def _rate(ppm: int) -> Rate:
    return Rate.parse(f"0.{ppm:0{RATE_DIGITS}d}")


def _draw(loan: Loan, rate_ppm: int) -> Draw:
    return Draw(
        _key(loan, "draw"),
        loan.number,
        drawn_on(loan),
        loan.number,
        loan.principal,
        CURRENCY,
        _rate(rate_ppm),
        loan.instalments,
        product=PRODUCT,
    )


def _key(loan: Loan, what: str) -> str:
    return f"lendingclub:{loan.number}:{what}"


def commands_count(booked: Sequence[Booked]) -> int:
    """Give how many commands the loans become."""
    return sum(3 + len(one.cash.events) for one in booked)


def replay(store: Store, booked: Sequence[Booked], orders: Orders, tell: Tell) -> Played:
    """Book the loans month by month, each month with the close of its days. Repeating it changes nothing."""
    months: defaultdict[tuple[int, int], list[Any]] = defaultdict(list)
    for one in booked:
        for command in _life(one):
            months[command.on.year, command.on.month].append(command)
    player = Player(store, ACTOR, orders, tell)
    last = max(months, default=(0, 0))
    month = min(months, default=(1, 1))
    while month <= last:
        after = (month[0] + month[1] // 12, month[1] % 12 + 1)
        through = date(after[0], after[1], 1) - timedelta(days=1)
        player.play(Stage(months.pop(month, []), through.toordinal()), is_last=month == last)
        month = after
    return player.played


def _life(one: Booked) -> Iterator[Any]:
    """Give the commands of one loan's life, in order."""
    loan, on = one.loan, drawn_on(one.loan)
    yield OpenCustomer(_key(loan, "open"), loan.number, on)
    yield OpenLine(_key(loan, "line"), loan.number, on, CURRENCY, loan.principal, loan.principal, 0, cash_product=PRODUCT)
    yield _draw(loan, one.rate_ppm)
    for number, event in enumerate(one.cash.events, 1):
        yield _command(loan, number, event)


def _command(loan: Loan, number: int, event: Event) -> Any:
    """Give the command of one event."""
    key, on = _key(loan, f"{number}"), date.fromordinal(event.on)
    if event.kind == REPAID or (event.kind == RECOVERED and event.other):
        # What is recovered above the claim is kept as the customer's credit: a repayment splits it, a recovery would be refused.
        return Repay(key, loan.number, on, event.minor + event.other, CURRENCY, loan.number)
    if event.kind == WAIVED:
        return Waive(key, loan.number, on, loan.number, CURRENCY, event.minor, event.other, reason=REASON)
    if event.kind == RESCHEDULED:
        return Reschedule(key, loan.number, on, loan.number, instalments=event.minor, reason="payment plan")
    if event.kind == RECOVERED:
        return Recover(key, loan.number, on, loan.number, event.minor, CURRENCY)
    assert event.kind == CHARGED_OFF_FACT, event
    return ChargeOff(key, loan.number, on, loan.number, "150 days past due")


def read_published(path: Path) -> dict[str, tuple[float, ...]]:
    """Read a published charge-off curve: by quarter, the share charged off by each horizon. Raises Malformed with file, line and column."""
    found = {}
    for row in read_rows(path, PUBLISHED_COLUMNS):
        try:
            found[row.values[0]] = tuple(float(text) for text in row.values[1:])
        except ValueError as wrong:
            raise Malformed("row_malformed", f"{wrong}", file=str(path), line=row.line) from None
    return found


def report(
    past: Past, booked: Sequence[Booked], played: Played, seconds: float, published: Mapping[str, tuple[float, ...]] | None
) -> LendingclubReport:
    """Hold the book against the record. The book has these loans and nothing else."""
    in_order = sorted(booked, key=lambda one: one.loan.number)
    assert past.customer_id.tolist() == [one.loan.number for one in in_order], "the book holds other customers too"
    end = max((event.on for one in booked for event in one.cash.events), default=0)
    out = past.at(end)
    components, wrong = _components(past, out, in_order)
    ends = list(_month_ends(int(past.opened_on.min(initial=end)), end))
    looks = [past.at(day) for day in ends]
    return LendingclubReport(
        accounts=len(booked),
        played=played,
        facts=len(past.facts),
        seconds=seconds,
        contradictions=Counter(kind for one in booked for kind in contradictions(one.loan)),
        departures=_departures(booked),
        instalments_near=sum(_is_near(one.loan, one.terms.vector[T_INSTALMENT]) for one in booked),
        instalments_near_at_recorded_rate=sum(_is_near(one.loan, round(_annuity(one.loan, one.loan.rate_ppm))) for one in booked),
        cash_wrong=wrong,
        components=components,
        quarters=_quarters(past, out, in_order, published),
        late=tuple(lateness(look, day) for look, day in zip(looks, ends, strict=True)),
        rolls=_rolls(looks),
        balances=past.balances,
    )


def _is_near(loan: Loan, instalment: int) -> bool:
    return abs(instalment - loan.instalment) <= INSTALMENT_OFF_MAX


def _departures(booked: Sequence[Booked]) -> Counter[str]:
    """Count how the dated cash departs from what is usual, by kind: loans."""
    found: Counter[str] = Counter()
    for one in booked:
        found.update(one.cash.departures)
        found["rate_unrounded"] += one.rate_ppm != one.loan.rate_ppm
        found["interest_waived"] += any(event.kind == WAIVED and event.other for event in one.cash.events)
    return +found


def _components(past: Past, out: Ints, booked: Sequence[Booked]) -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    """Add up the cash of the book by component, and name the loans where one is not what was recorded, to the cent.

    Interest on late principal, and late fees, are penalty in the book; cents of principal that the record has more or less than was lent
    are interest.
    """
    at = O_CUMULATIVE
    received, recovered, interest, penalty = (out[:, at + place] for place in (2, 4, 5, 6))
    credit = out[:, O_CREDIT] + np.array([past.credit.get(one.loan.number, 0) for one in booked], np.int64)
    kept = np.array([one.cash.late_money for one in booked], np.int64)
    book = {
        "principal": received - interest - penalty - out[:, O_CREDIT],
        "interest": interest + kept,
        "late_fee": penalty - kept,
        "recovered": recovered + credit,
    }
    loans = [one.loan for one in booked]
    principal = [loan.principal if loan.is_paid else loan.paid_principal for loan in loans]
    record = {
        "principal": np.array(principal, np.int64),
        "interest": np.array([loan.paid_principal + loan.paid_interest for loan in loans], np.int64) - np.array(principal, np.int64),
        "late_fee": np.array([loan.paid_late_fee for loan in loans], np.int64),
        "recovered": np.array([loan.recovered for loan in loans], np.int64),
    }
    numbers = past.customer_id
    wrong = {name: tuple(numbers[book[name] != record[name]].tolist()) for name in book}
    total = np.array([loan.paid_total for loan in loans], np.int64)
    # Components are rounded to the cent one by one, so the recorded total may differ by one.
    wrong["total"] = tuple(numbers[np.abs(sum(book.values()) - total) > 1].tolist())
    return {name: int(minor.sum()) for name, minor in book.items()}, {name: ids for name, ids in wrong.items() if ids}


def _quarters(past: Past, out: Ints, booked: Sequence[Booked], published: Mapping[str, tuple[float, ...]] | None) -> tuple[Quarter, ...]:
    """Count charge-offs by quarter of issue from the book: loans within the lender's policy, by the month of their last repayment."""
    last = past.last_on(REPAID).tolist()
    counted = []
    for place, one in enumerate(booked):
        if one.loan.is_in_policy:
            opened = date.fromordinal(int(past.opened_on[place]))
            is_lost = out[place, O_STATUS] == CHARGED_OFF and last[place] > 0
            months = months_between(opened, date.fromordinal(last[place])) if is_lost else None
            counted.append((one.loan.quarter, months))
    found = []
    for name, (loans, lost) in curve(counted, HORIZONS).items():
        rates = tuple(count / loans for count in lost)
        found.append(Quarter(name, loans, lost, None if published is None or name not in published else published[name] == rates))
    return tuple(found)


def _month_ends(first: int, last: int) -> Iterator[int]:
    """Give the last day of every month from that of a day through that of another."""
    day = date.fromordinal(first)
    while day.replace(day=1).toordinal() <= last:
        after = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        yield after.toordinal() - 1
        day = after


def _rolls(looks: Sequence[Ints]) -> list[list[int]]:
    """Count moves between buckets (C, M1, M2, M3, M4 and later) from one month's end to the next, of loans that are open at both."""
    moves: list[tuple[int, int]] = []
    for before, after in pairwise(looks):
        both = (before[:, O_STATUS] == OPEN) & (after[:, O_STATUS] == OPEN)
        moves += zip(map(bucket, before[both, O_LATE_DAYS].tolist()), map(bucket, after[both, O_LATE_DAYS].tolist()), strict=True)
    return count_moves(moves)
