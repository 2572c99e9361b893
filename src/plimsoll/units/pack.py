"""Whole numbers as a few bytes: rows of mostly zeros, kept small for a store and read without a loop over the zeros."""

from array import array
from collections.abc import Sequence
from typing import Final

SHORT_MAX: Final = 2**31 - 1
LENGTH_MAX: Final = 2**16 - 1


def pack(numbers: Sequence[int]) -> bytes:
    """Give whole numbers below 2^63 as bytes: width, length, how many are not zero, their places, their values (little-endian).

    Byte 0 is 4 or 8, the width of a value; bytes 1-2 the length, 3-4 the count of values; places take two bytes each.
    """
    length = len(numbers)
    assert length <= LENGTH_MAX, f"{length} numbers are more than {LENGTH_MAX}"
    places = [i for i in range(length) if numbers[i]]
    values = [numbers[i] for i in places]
    is_short = not values or (max(values) <= SHORT_MAX and min(values) >= -SHORT_MAX)
    head = bytes((4 if is_short else 8,)) + array("H", (length, len(places), *places)).tobytes()
    return head + array("i" if is_short else "q", values).tobytes()


def unpack(packed: bytes) -> list[int]:
    """Give back the numbers that `pack` wrote."""
    head = array("H")
    head.frombytes(packed[1:5])
    length, count = head
    places = array("H")
    places.frombytes(packed[5 : 5 + 2 * count])
    values = array("i" if packed[0] == 4 else "q")
    values.frombytes(packed[5 + 2 * count :])
    numbers = [0] * length
    for place, value in zip(places, values, strict=True):
        numbers[place] = value
    return numbers
