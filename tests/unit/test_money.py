"""Money is read once, exactly, and written back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.units.money import EXPONENTS, MINOR_MAX, Money, parse_minor, text_of, written
from plimsoll.units.refusal import Malformed


def code_of(text: object, currency: object = "CNY") -> str:
    """Give the code that reading this text is refused with."""
    with pytest.raises(Malformed) as refused:
        parse_minor(text, currency)  # type: ignore[arg-type]
    return refused.value.code


@pytest.mark.parametrize(
    ("minor", "text", "currency"),
    [
        (12000, "120.00", "CNY"),
        (12000, "120", "CNY"),
        (12050, "120.5", "CNY"),
        (12000, "120.000", "CNY"),
        (5, "0.05", "CNY"),
        (-5, "-0.05", "CNY"),
        (0, "-0.00", "CNY"),
        (750, "007.50", "CNY"),
        (120, "120", "JPY"),
        (120, "120.0", "JPY"),
        (120001, "120.001", "KWD"),
        (120100, "120.1", "KWD"),
        (10**15, "10000000000000.00", "CNY"),
        (-(10**15), "-10000000000000.00", "CNY"),
        (10**15, "1000000000000000", "JPY"),
    ],
)
def test_decimal_text_becomes_minor_units(minor, text, currency):
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [("0.00", "CNY"), ("-0.01", "USD"), ("1.00", "TWD"), ("-120.00", "CNY"), ("0", "JPY"), ("-7", "JPY"), ("0.001", "KWD")],
)
def test_text_comes_back_with_all_digits_of_the_currency(text, currency):
    assert Money.parse(text, currency).text() == text


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "-", ".5", "5.", "-.5", "--5", "+5", "1e5", "1E-2", "NaN", "nan", "Infinity", "1_000.00", "1,000.00", " 120.00", "120.00 ",
        "120.00\n", "12 0.00", "１２０.００", "120．00", "٣.00", "²", "0x10", "1.2.3", "120.-5", "12\x000", "¥120.00", "9" * 41,
        120, 120.0, None, True, ["1.00"], b"120.00",
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_not_plain_decimal_text_is_malformed(text):
    assert code_of(text) == "amount_malformed"


@pytest.mark.parametrize(("text", "currency"), [("0.001", "CNY"), ("120.005", "CNY"), ("0.5", "JPY"), ("1.0001", "KWD"), ("-1.999", "TWD")])
def test_lost_precision_is_refused(text, currency):
    assert code_of(text, currency) == "amount_too_precise"


@pytest.mark.parametrize(("text", "currency"), [("10000000000000.01", "CNY"), ("-10000000000000.01", "CNY"), ("1000000000000001", "JPY")])
def test_an_amount_beyond_the_bound_is_refused(text, currency):
    assert code_of(text, currency) == "amount_too_large"


@pytest.mark.parametrize("currency", ["", "cny", "CN", "XXX", "CNY ", None, 156, ["CNY"]], ids=repr)
def test_an_unknown_currency_is_refused(currency):
    assert code_of("1.00", currency) == "currency_unknown"


@given(st.integers(-MINOR_MAX, MINOR_MAX), st.sampled_from(sorted(EXPONENTS)))
def test_every_amount_survives_the_way_to_text_and_back(minor, currency):
    assert parse_minor(text_of(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [(496_161, "CNY", "¥4,961.61"), (0, "CNY", "¥0.00"), (-5, "CNY", "-¥0.05"), (1_234_567, "JPY", "¥1,234,567"), (100, "TWD", "TWD 1.00")],
)
def test_people_read_an_amount_with_its_sign(minor, currency, said):
    assert written(minor, currency) == said
