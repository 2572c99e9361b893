"""What is counted from the months of loans: moves from each month to the next, and what became of cures.

A loan's months are digits of its words (`loans.py`); moves, history and cures are read off them without sorting a row.
"""

from collections.abc import Callable
from typing import Final

import ibis

from plimsoll.portfolio.expressions.columns import Expression
from plimsoll.portfolio.expressions.loans import BITS, CLEAN, HISTORY, LATEST_DIGIT, MASK, SEEN, STRIDE, loans_of, word_names
from plimsoll.portfolio.expressions.rows import dimension_keys, told_in
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.source import Source
from plimsoll.portfolio.state import LATEST

SPAN_MASK: Final = (1 << BITS * (HISTORY + 2)) - 1
AGAIN_MONTHS: Final = 12
"""Months after a cure that are looked at."""


def _placed(source: Source, loans: Expression) -> Expression:
    """Give loans beside every place (month) of the tape."""
    count = source.months[-1] - source.months[0] + 1
    places = ibis.range(count).unnest().name("place").as_table()
    return loans.cross_join(places.select(place=places.place.cast("int32")))


def moves_text(source: Source, by: str = "") -> str:
    """Ask for moves from each month to the next: t, dimension, from, to (-1 not seen in the next month), months late of the three before
    (-1 where one of them is not seen), loans. The last month of the tape has none: what comes after it is not known.
    """
    loans = loans_of(source, by)
    words = word_names(source)
    numbered = loans.cross_join(ibis.range(len(words)).unnest().name("number").as_table())
    branches = [(numbered.number == number, numbered[name]) for number, name in enumerate(words)]
    held = numbered.select(
        number=numbered.number.cast("int32"),
        word=ibis.cases(*branches, else_=ibis.literal(0, "int64")),
        **({"dimension": numbered.dimension} if by else {}),
    )
    # Few words are different, and fewer spans: what they mean is worked out once for each, and not for each loan.
    held = held.filter(held.word != 0).group_by(*dimension_keys(by, "number", "word")).agg(same=ibis._.count())
    stepped = held.cross_join(ibis.range(STRIDE).unnest().name("step").as_table())
    spans = stepped.select(
        place=(stepped.number * STRIDE + stepped.step).cast("int32"),
        span=(stepped.word >> (stepped.step * BITS).cast("int32")) & SPAN_MASK,
        same=stepped.same,
        **({"dimension": stepped.dimension} if by else {}),
    )
    counted = spans.group_by(*dimension_keys(by, "place", "span")).agg(loans=spans.same.sum())
    counted = told_in(counted, ("place", "dimension", "span", "loans"))

    def digit(step: int) -> Expression:
        return (counted.span >> ibis.literal(BITS * (HISTORY + step), "int32")) & MASK

    before = [digit(-step) for step in range(1, HISTORY + 1)]
    is_whole = (before[0] > SEEN) & (before[1] > SEEN) & (before[2] > SEEN)
    late = sum(((one > CLEAN) & (one <= LATEST_DIGIT)).cast("int32") for one in before)
    told = counted.select(
        t=(counted.place + source.months[0]).cast("int32"),
        dimension=counted.dimension,
        was=(digit(0) - 1).cast("int32"),
        now=(digit(1) - 1).cast("int32"),
        late_before=ibis.ifelse(is_whole, late, ibis.literal(-1, "int32")).cast("int32"),
        loans=counted.loans,
    )
    told = told.filter((told.was >= 0) & (told.was <= LATEST) & (told.t < source.months[-1]))
    keys = ("t", "dimension", "was", "now", "late_before")
    return write(told.group_by(*keys).agg(loans=told.loans.sum().cast("int64")).order_by(*keys), source.engine)


def _digits(source: Source, placed: Expression) -> Callable[[int], Expression]:
    """Give what gives the digit so many months after a place, in whatever word it stands."""

    def digit(step: int) -> Expression:
        at = placed.place + step
        branches = [(at < 0, ibis.literal(SEEN, "int64"))]
        for word, name in enumerate(word_names(source)):
            shift = ((at - STRIDE * word + HISTORY) * BITS).cast("int32")
            branches.append((at < STRIDE * (word + 1), (placed[name] >> shift) & MASK))
        return ibis.cases(*branches, else_=ibis.literal(SEEN, "int64"))

    return digit


def cures_text(source: Source, late_from: int, by: str = "") -> str:
    """Ask what became of cures, by month: a cure is a move from `late_from` months late or more to nothing late.

    dimension, months after it until not clean (0 not so), until `late_from` months late or lost again (0 not so), months seen after it
    (up to 12; a loan that is paid is seen, and clean, for as long as the tape is), cures.
    """
    placed = _placed(source, loans_of(source, by))
    digit = _digits(source, placed)
    is_cure = (digit(-1) > late_from) & (digit(-1) <= LATEST_DIGIT) & (digit(0) == CLEAN)
    after = [digit(step) for step in range(1, AGAIN_MONTHS + 1)]
    left = ibis.least(ibis.literal(source.months[-1] - source.months[0], "int32") - placed.place, ibis.literal(AGAIN_MONTHS, "int32"))
    paid = LATEST_DIGIT + 1
    cured = placed.select(
        dimension=placed.dimension if by else ibis.literal(""),
        place=placed.place,
        left=left.cast("int32"),
        is_cure=is_cure,
        **{f"a{step}": one for step, one in enumerate(after, 1)},
    )
    cured = cured.filter(cured.is_cure)
    steps = range(1, AGAIN_MONTHS + 1)
    soiled = [(cured[f"a{step}"] > CLEAN) & (cured[f"a{step}"] != paid) for step in steps]
    again = [(cured[f"a{step}"] > late_from) & (cured[f"a{step}"] != paid) for step in steps]
    # A loan that was paid may leave the tape: nothing more can befall it.
    unseen = [(cured[f"a{step}"] == SEEN) & ~_paid_before(cured, step, paid) for step in steps]
    told = cured.select(
        dimension=cured.dimension,
        soiled=_first(soiled),
        again=_first(again),
        seen=ibis.cases(*((one, ibis.literal(step - 1, "int32")) for step, one in zip(steps, unseen, strict=True)), else_=AGAIN_MONTHS),
        left=cured.left,
    )
    told = told.mutate(seen=ibis.least(told.seen, told.left).cast("int32")).drop("left")
    keys = ("dimension", "soiled", "again", "seen")
    return write(told.group_by(*keys).agg(cures=told.count()).order_by(*keys), source.engine)


def _paid_before(cured: Expression, step: int, paid: int) -> Expression:
    """Tell whether a loan was seen paid in one of the months before a step."""
    found = ibis.literal(value=False)
    for earlier in range(1, step):
        found = found | (cured[f"a{earlier}"] == paid)
    return found


def _first(happened: list[Expression]) -> Expression:
    """Give the first step in which something happened, 0 where it did not."""
    branches = [(one, ibis.literal(step, "int32")) for step, one in enumerate(happened, 1)]
    return ibis.cases(*branches, else_=ibis.literal(0, "int32")).cast("int32")
