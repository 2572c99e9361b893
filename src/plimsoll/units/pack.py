"""Whole numbers as a few bytes: rows of mostly zeros, kept small for a store and read without a loop over the zeros."""

import struct
from collections.abc import Sequence
from itertools import compress
from typing import Final

SHORT_MAX: Final = 2**31 - 1
LENGTH_MAX: Final = 2**16 - 1


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
    width, mark = (4, "i") if is_short else (8, "q")
    return struct.pack(f"<B{count + 2}H{count}{mark}", width, length, count, *places, *values)


def unpack(packed: bytes) -> list[int]:
    """Give back the numbers that `pack` wrote."""
    length, count = struct.unpack_from("<HH", packed, 1)
    found = struct.unpack_from(f"<{count}H{count}{'i' if packed[0] == 4 else 'q'}", packed, 5)
    numbers = [0] * length
    for place, value in zip(found[:count], found[count:], strict=True):
        numbers[place] = value
    return numbers
