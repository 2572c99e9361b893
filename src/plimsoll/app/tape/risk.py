"""Expected loss, stress and attribution of a tape: questions put to it, and what the portfolio room works out from the answers."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from plimsoll.app.tape.engine import Row
from plimsoll.app.tape.reading import EPOCH, Tape
from plimsoll.portfolio.ecl.movement import Movement, movement
from plimsoll.portfolio.ecl.of_tape import (
    Fitted,
    Loans,
    Measured,
    Policy,
    StageSum,
    allowances,
    by_stage,
    by_state,
    counts_of,
    ecl_policy,
    fit,
    five_class_days,
    measure,
)
from plimsoll.portfolio.expressions.leavers import left_text
from plimsoll.portfolio.expressions.rows import keys_of
from plimsoll.portfolio.expressions.standing import recoveries_text, standing_text
from plimsoll.portfolio.expressions.strings import moves_text
from plimsoll.portfolio.expressions.usage import path_text
from plimsoll.portfolio.provision import Provision, provide, strict_class
from plimsoll.rulebook.lateness import FIVE_CLASSES, lateness
from plimsoll.rulebook.rule import ANY
from plimsoll.rulebook.rules import Rules


class Stand(NamedTuple):
    """Loans that owe in a month: the ids of each (a tuple of keys), and their columns."""

    ids: list[tuple[Any, ...]]
    loans: Loans


def stand(tape: Tape, month: int) -> Stand:
    """Read where every loan stands in a month. Cost: one pass over the tape, and a row a loan in memory."""
    found: Mapping[str, Any] = tape.engine.columns(standing_text(tape.source, month))
    ids = list(zip(*(found[key].tolist() for key in keys_of(tape.source)), strict=True))
    columns = (found[name].astype(np.int64) for name in ("state", "pattern", "deep", "days", "balance", "limit"))
    return Stand(ids, Loans(*columns))


def moves_of(tape: Tape) -> list[Row]:
    """Read how loans moved from month to month, as `moves_text` asks."""
    return tape.ask(moves_text(tape.source))


def fitted(tape: Tape, policy: Policy, last: int | None = None, moves: list[Row] | None = None) -> Fitted:
    """Fit what expected loss rests on: from all moves of the tape, or from those up to a month."""
    tells = tape.shape.tells
    recoveries = tape.ask(recoveries_text(tape.source)) if tells("written_off") and tells("recovered") else []
    path = tape.ask(path_text(tape.source)) if tells("limit") and tells("balance") else []
    return fit(counts_of(moves_of(tape) if moves is None else moves, last), recoveries, path, policy)


def day_of(tape: Tape, month: int) -> date:
    """Give the day for which policy is asked: the last of the tape, or the first of a month; the last day there is without a calendar."""
    if tape.last_day and month == tape.source.months[-1]:
        return date.fromordinal(tape.last_day + EPOCH)
    return date(month // 12, month % 12 + 1, 1) if tape.shape.is_calendar() else date.max


def left_as(tape: Tape, month: int) -> dict[tuple[Any, ...], str]:
    """Give as what loans stand in a month that owe no more: paid-off, sold, charged-off, by id."""
    found = tape.engine.columns(left_text(tape.source, month))
    ids = zip(*(found[key].tolist() for key in keys_of(tape.source)), strict=True)
    return dict(zip(ids, found["left"].tolist(), strict=True))


class Expected(NamedTuple):
    """Expected loss of a month: the fit, loans by stage, the allowance under each economy alone, chances by state, what moved since the
    month before (None for the first month), provisions by five class; and the loans as they were read, with what was measured of each."""

    month: int
    policy: Policy
    fit: Fitted
    stages: list[StageSum]
    economies: list[tuple[str, float, int]]
    states: list[tuple[int, int, int, float, float]]
    moved: Movement | None
    provision: Provision
    here: Stand
    measured: Measured


def expected(tape: Tape, month: int, rules: Rules, *, is_strict: bool, moves: list[Row] | None = None) -> Expected:
    """Work out the expected loss of all loans that owe in a month, with chances fitted on the moves up to it.

    `moves` are those of `moves_of`, where somebody has asked for them already. What moved since the month before is told with the same
    model on both days: what the model learnt in between is in no column.
    """
    on = day_of(tape, month)
    policy = ecl_policy(rules, on)
    fit_now = fitted(tape, policy, month, moves)
    here = stand(tape, month)
    now = measure(here.loans, fit_now, policy)
    economies = []
    for one in policy.scenarios:
        alone = measure(here.loans, fit_now, policy, (one._replace(weight=1.0),))
        economies.append((one.name, one.weight, int(alone.allowance_minor.sum())))
    return Expected(
        month,
        policy,
        fit_now,
        by_stage(here.loans, now),
        economies,
        by_state(here.loans, fit_now),
        _moved(tape, month, here, now, fit_now, policy) if month > tape.source.months[0] else None,
        provided(here.loans, rules, on, is_strict=is_strict),
        here,
        now,
    )


def _moved(tape: Tape, month: int, here: Stand, now: Measured, fit_now: Fitted, policy: Policy) -> Movement:
    earlier = stand(tape, month - 1)
    was = measure(earlier.loans, fit_now, policy)
    return movement(allowances(earlier.ids, was), allowances(here.ids, now), left_as(tape, month))


def provided(loans: Loans, rules: Rules, on: date, *, is_strict: bool) -> Provision:
    """Give provisions by the five classes of days past due alone; in strict mode over 60 days is non-performing."""
    names, days = lateness(rules, on), five_class_days(loans)
    held = dict.fromkeys(FIVE_CLASSES, 0)
    for late in np.unique(days).tolist():
        name = names.five_class(late)
        held[strict_class(name, late) if is_strict else name] += int(loans.balance_minor[days == late].sum())
    return provide(held, rules, on, licence="cfc" if is_strict else ANY, is_strict=is_strict)
