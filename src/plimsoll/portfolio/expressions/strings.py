"""Payment strings: a loan's states month by month as digits of whole numbers, and what is counted from them.

A digit has four bits: the state and one, 0 where the loan is not seen. A word holds fifteen months, the last four of which are the first
four of the next: so a month, the three before it and the one after it always stand together in one word. One pass over the tape makes the
strings; moves, history and cures are read off them without sorting a row.
"""

from collections.abc import Callable
from typing import Final

import ibis

from plimsoll.portfolio.expressions.columns import Expression
from plimsoll.portfolio.expressions.rows import dimension_keys, keys_of, rows_of, told_in
from plimsoll.portfolio.expressions.vintage import first_value
from plimsoll.portfolio.expressions.write import write
from plimsoll.portfolio.source import Source
from plimsoll.portfolio.state import LATEST

HISTORY: Final = 3
"""Months before a move in which lateness is counted."""

STRIDE, BITS, MASK = 11, 4, 15
WORD: Final = STRIDE + HISTORY + 1
SPAN_MASK: Final = (1 << BITS * (HISTORY + 2)) - 1
AGAIN_MONTHS: Final = 12
"""Months after a cure that are looked at."""

SEEN, CLEAN, LATEST_DIGIT = 0, 1, LATEST + 1
"""Digits: not seen, nothing late, and the last that still owes."""


@ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
def bit_or(digits: int) -> int:  # type: ignore[empty-body]
    """Put digits beside each other. Every engine has it under this name; Ibis writes its own for DuckDB alone."""


def strings_of(source: Source, by: str = "") -> Expression:
    """Give a row a loan: its words w0, w1, …, and the value of a dimension in its first month.

    Word k holds the months from 11k - 3 to 11k + 11, counted from the first month of the tape.
    """
    rows = rows_of(source)
    first = source.months[0]
    values = {}
    for word in range((source.months[-1] - first) // STRIDE + 1):
        begin = first + STRIDE * word - HISTORY
        digit = (rows.state.cast("int64") + 1) << ((rows.t - begin) * BITS).cast("int32")
        is_here = (rows.t >= begin) & (rows.t < begin + WORD)
        values[f"w{word}"] = bit_or(ibis.ifelse(is_here, digit, ibis.literal(0, "int64")))
    if by:
        values["dimension"] = first_value(rows, by)
    return rows.group_by(*keys_of(source)).agg(**values)


def _placed(source: Source, strings: Expression) -> Expression:
    """Give strings beside every place (month) in them."""
    count = source.months[-1] - source.months[0] + 1
    places = ibis.range(count).unnest().name("place").as_table()
    return strings.cross_join(places.select(place=places.place.cast("int32")))


def _words(strings: Expression) -> list[str]:
    return [name for name in strings.columns if name.startswith("w")]


def moves_text(source: Source, by: str = "") -> str:
    """Ask for moves from each month to the next: t, dimension, from, to (-1 not seen in the next month), months late of the three before
    (-1 where one of them is not seen), loans. The last month of the tape has none: what comes after it is not known.
    """
    strings = strings_of(source, by)
    words = _words(strings)
    numbered = strings.cross_join(ibis.range(len(words)).unnest().name("number").as_table())
    branches = [(numbered.number == number, numbered[name]) for number, name in enumerate(words)]
    held = numbered.select(
        number=numbered.number.cast("int32"),
        word=ibis.cases(*branches, else_=ibis.literal(0, "int64")),
        **({"dimension": numbered.dimension} if by else {}),
    )
    held = held.filter(held.word != 0)
    stepped = held.cross_join(ibis.range(STRIDE).unnest().name("step").as_table())
    spans = stepped.select(
        place=(stepped.number * STRIDE + stepped.step).cast("int32"),
        span=(stepped.word >> (stepped.step * BITS).cast("int32")) & SPAN_MASK,
        **({"dimension": stepped.dimension} if by else {}),
    )
    # Few spans are different: what they mean is worked out once for each, and not for each loan.
    counted = spans.group_by(*dimension_keys(by, "place", "span")).agg(loans=spans.count())
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


def _digits(placed: Expression) -> Callable[[int], Expression]:
    """Give what gives the digit so many months after a place, in whatever word it stands."""

    def digit(step: int) -> Expression:
        at = placed.place + step
        branches = [(at < 0, ibis.literal(SEEN, "int64"))]
        for word, name in enumerate(_words(placed)):
            shift = ((at - STRIDE * word + HISTORY) * BITS).cast("int32")
            branches.append((at < STRIDE * (word + 1), (placed[name] >> shift) & MASK))
        return ibis.cases(*branches, else_=ibis.literal(SEEN, "int64"))

    return digit


def cures_text(source: Source, late_from: int, by: str = "") -> str:
    """Ask what became of cures, by month: a cure is a move from `late_from` months late or more to nothing late.

    dimension, months after it until not clean (0 not so), until `late_from` months late or lost again (0 not so), months seen after it
    (up to 12; a loan that is paid is seen, and clean, for as long as the tape is), cures.
    """
    placed = _placed(source, strings_of(source, by))
    digit = _digits(placed)
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
