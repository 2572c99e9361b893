"""Rates are exact fractions that stay small."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed


@pytest.mark.parametrize(
    ("num", "den", "text"),
    [
        (4, 10000, "0.0004"),
        (4, 10000, "0.00040000000000"),
        (24, 100, "0.24"),
        (1, 10, "0.10"),
        (15, 10, "1.5"),
        (0, 1, "0"),
        (0, 1, "0.000"),
        (12, 1, "12.0"),
        (999, 1, "000999"),
        (1, 10**9, "0.000000001"),
    ],
)
def test_decimal_text_becomes_the_smallest_power_of_ten(num, den, text):
    assert Rate.parse(text) == Rate(num, den)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("rate_too_precise", "0.0000000001"),
        ("rate_too_large", "1000"),
        ("rate_too_large", "9" * 39),
        *(("rate_malformed", text) for text in ("", ".1", "1.", "-0.1", "+0.1", "1e-4", "nan", "4%", "0,1", "１", " 1", "1_0", "0" * 41)),
        *(("rate_malformed", value) for value in (0.24, 1, None, True, ["0.1"])),
    ],
    ids=repr,
)
def test_a_rate_that_is_not_plain_decimal_text_is_refused(code, text):
    with pytest.raises(Malformed) as refused:
        Rate.parse(text)
    assert refused.value.code == code


@given(st.integers(0, 999 * 10**9))
def test_every_rate_survives_the_way_to_text_and_back(billionths):
    whole, part = divmod(billionths, 10**9)
    rate = Rate.parse(f"{whole}.{part:09d}")
    assert rate.num * 10**9 == billionths * rate.den
    assert Rate.parse(rate.text()) == rate
