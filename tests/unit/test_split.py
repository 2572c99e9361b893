"""The split between champion and challenger: sticky, of the share asked for, growing by adding only, and independent between salts."""

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.score.split import WHOLE_BP, Split, is_chosen, place_of

MANY = 20_000
CUSTOMERS = st.integers(1, 2**63 - 1)
SALTS = st.text(min_size=1, max_size=64)
SHARES = st.integers(0, WHOLE_BP)


def test_places_are_what_they_always_were():
    """A change of the hash would move every customer of every running trial to other hands."""
    assert [place_of(customer_id, "a") for customer_id in (1, 2, 3, 10**15)] == [1071, 1684, 6545, 3516]


@given(CUSTOMERS, SALTS, SHARES, SHARES)
def test_a_larger_share_keeps_whom_it_had(customer_id, salt, one, other):
    small, large = sorted((one, other))
    assert is_chosen(customer_id, Split(salt, small)) <= is_chosen(customer_id, Split(salt, large))


@given(CUSTOMERS, SALTS)
def test_none_and_all(customer_id, salt):
    assert not is_chosen(customer_id, Split(salt, 0))
    assert is_chosen(customer_id, Split(salt, WHOLE_BP))


def test_the_share_is_near_what_was_asked():
    """Within five standard errors of the binomial, for customers that are numbered one after the other."""
    for salt in ("x", "y", "a long salt"):
        for share_bp in (100, 1_000, 5_000):
            chosen = sum(is_chosen(customer_id, Split(salt, share_bp)) for customer_id in range(MANY))
            share = share_bp / WHOLE_BP
            assert abs(chosen - MANY * share) < 5 * (MANY * share * (1 - share)) ** 0.5


def test_two_salts_choose_independently():
    one, other = Split("one", 3_000), Split("other", 3_000)
    both = sum(is_chosen(customer_id, one) and is_chosen(customer_id, other) for customer_id in range(MANY))
    assert abs(both - MANY * 0.09) < 5 * (MANY * 0.09 * 0.91) ** 0.5


def test_places_are_even():
    """Chi-squared over 20 bands, 19 degrees of freedom: 43.8 is passed once in a thousand."""
    counts = [0] * 20
    for customer_id in range(MANY):
        counts[place_of(customer_id, "even") * 20 // WHOLE_BP] += 1
    assert sum((count - MANY / 20) ** 2 / (MANY / 20) for count in counts) < 43.8
