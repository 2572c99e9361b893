"""Columns of numbers in the binary form of PostgreSQL, to and from NumPy: a million values cost no object each."""

import struct
from typing import Final

import numpy as np

from plimsoll.loan.columns import Ints

ARRAY_HEAD: Final = 20
TID: Final = 27
"""The type of the place of a row: block and place in it, here one number, block × 65,536 + place."""
WIDTHS: Final = {20: ">i8", 23: ">i4", 21: ">i2", TID: [("block", ">u4"), ("place", ">u2")]}
"""Width of a number by the id of its type."""


def numbers_of(array: bytes) -> Ints:
    """Give the numbers of an array; b"" stands for none. No number may be NULL."""
    if not array:
        return np.zeros(0, np.int64)
    _, has_null, oid, count, _ = struct.unpack_from(">iiiii", array)
    assert not has_null, "an array with NULL"
    elements = np.frombuffer(array, [("size", ">i4"), ("value", WIDTHS[oid])], count, ARRAY_HEAD)
    if oid == TID:
        blocks: Ints = elements["value"]["block"].astype(np.int64)
        places: Ints = elements["value"]["place"].astype(np.int64)
        return blocks * 65_536 + places
    return elements["value"].astype(np.int64)


def array_of(values: Ints, oid: int) -> bytes:
    """Give numbers as an array of the type with this id."""
    elements = np.empty(len(values), [("size", ">i4"), ("value", WIDTHS[oid])])
    elements["size"] = elements.dtype["value"].itemsize
    if oid == TID:
        elements["value"]["block"], elements["value"]["place"] = values // 65_536, values % 65_536
    else:
        elements["value"] = values
    return struct.pack(">iiiii", 1, 0, oid, len(values), 1) + elements.tobytes()
