"""Whole numbers as a few bytes: rows of mostly zeros, kept small for a store and read without a loop over the zeros."""

import struct
from collections.abc import Sequence
from functools import lru_cache
from itertools import compress
from typing import Final

SHORT_MAX: Final = 2**31 - 1
LENGTH_MAX: Final = 2**16 - 1
LAYOUTS_MAX: Final = 1024
LONG: Final = "q"
MARKS: Final = {4: "i", 8: LONG}
_COUNTS: Final = struct.Struct("<HH")


def pack(numbers: Sequence[int]) -> bytes:
    """Give whole numbers below 2^63 as bytes: width, length, how many are not zero, their places, their values (little-endian).

    Byte 0 is 4 or 8, the width of a value; bytes 1-2 the length, 3-4 the count of values; places take two bytes each.
    """
    length = len(numbers)
    assert length <= LENGTH_MAX, f"{length} numbers are more than {LENGTH_MAX}"
    places = list(compress(range(length), numbers))
    values = list(filter(None, numbers))
    count = len(places)
    is_short = not count or (max(values) <= SHORT_MAX and min(values) >= -SHORT_MAX)
    width = 4 if is_short else 8
    return _written(count, width).pack(width, length, count, *places, *values)


def unpack(packed: bytes) -> list[int]:
    """Give back the numbers that `pack` wrote."""
    length, count = _COUNTS.unpack_from(packed, 1)
    found = _read(count, packed[0]).unpack_from(packed, 5)
    numbers = [0] * length
    for place, value in zip(found[:count], found[count:], strict=True):
        numbers[place] = value
    return numbers


@lru_cache(LAYOUTS_MAX)
def _written(count: int, width: int) -> struct.Struct:
    """Give the layout of so many numbers with their head."""
    return struct.Struct(f"<B{count + 2}H{count}{MARKS[width]}")


@lru_cache(LAYOUTS_MAX)
def _read(count: int, width: int) -> struct.Struct:
    """Give the layout of so many numbers, places and values."""
    return struct.Struct(f"<{count}H{count}{MARKS.get(width, LONG)}")
