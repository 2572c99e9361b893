"""The yearly cost of a loan: published and worked figures, and a slow bisection that must agree."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.cost import annual_cost

P = 1_000_000
"""10,000.00, the principal of the worked examples."""


def monthly(received: int, *dues: int) -> tuple[str | None, str | None]:
    """Give both costs of dues one month apart."""
    return tuple(annual_cost(received, 0, [(n, due) for n, due in enumerate(dues, 1)], 12))  # type: ignore[return-value]


def daily(received: int, on: str, flows: list[tuple[str, int]]) -> tuple[str | None, str | None]:
    """Give both costs of dues on the days named."""
    days = [(date.fromisoformat(day).toordinal(), due) for day, due in flows]
    return tuple(annual_cost(received, date.fromisoformat(on).toordinal(), days, 0))  # type: ignore[return-value]


# Worked in notes on consumer credit in China, 1.5 to 1.7; C1 and H11 also from published tables of instalment fees.
@pytest.mark.parametrize(
    ("simple", "effective", "received", "dues"),
    [
        pytest.param("0.1454", "0.1555", P, [90041] * 11 + [90042], id="J10"),
        pytest.param("0.1460", "0.1562", P, [90070] * 11 + [90066], id="J11"),
        pytest.param("0.2400", "0.2682", P, [94560] * 11 + [94555], id="J12"),
        # The published yearly rates of fee plans are those of equal parts, before remainders go to the first.
        pytest.param("0.1534", "0.1647", 9 * P, [P + P * 65 // 1000] * 9, id="H11-9"),
        pytest.param("0.1586", "0.1707", 12 * P, [P + P * 88 // 1000] * 12, id="H11-12"),
        pytest.param("0.1380", "0.1470", 24 * P, [P + P * 150 // 1000] * 24, id="H11-24"),
        pytest.param("0.1303", "0.1384", 12 * P, [P + 12 * P * 60 // 10000] * 12, id="C1-0.60%x12"),
        pytest.param("0.1622", "0.1748", 12 * P, [P + 12 * P * 75 // 10000] * 12, id="C1-0.75%x12"),
        pytest.param("0.1643", "0.1772", 24 * P, [P + 24 * P * 75 // 10000] * 24, id="C1-0.75%x24"),
        pytest.param("0.2146", "0.2370", 12 * P, [P + 12 * P // 100] * 12, id="C1-1.0%x12"),
        pytest.param("0.1527", "0.1638", 6 * P, [P + 6 * P * 75 // 10000] * 6, id="C1-0.75%x6"),
        pytest.param("0.1460", "0.1562", P, [90070] * 12, id="C2"),
        pytest.param("0.2046", "0.2249", P - 30000, [90070] * 12, id="C3-300-deducted"),
        pytest.param("0.2452", "0.2747", P - 50000, [90070] * 12, id="C3-500-deducted"),
        pytest.param("0.2299", "0.2557", P, [90070 + 4000] * 12, id="C4-guarantee-40"),
        pytest.param("0.2505", "0.2814", P, [90070 + 5000] * 12, id="C4-guarantee-50"),
        pytest.param("0.0000", "0.0000", P, [P // 4] * 4, id="free"),
        pytest.param("-1.2000", "-0.7176", P, [P * 9 // 10], id="less-comes-back"),
    ],
)
def test_regular_instalments(simple, effective, received, dues):
    assert monthly(received, *dues) == (simple, effective)


def test_irregular_dues_are_costed_by_the_day():
    """J10 by its days: 15.618 % effective, as notes on consumer credit in China have it."""
    dues = [90041] * 11 + [90042]
    days = [f"2026-{month:02d}-15" for month in range(2, 13)] + ["2027-01-15"]
    assert daily(P, "2026-01-15", list(zip(days, dues, strict=True))) == ("0.1451", "0.1562")


def test_a_year_at_a_tenth_costs_a_tenth():
    assert daily(P, "2026-01-01", [("2027-01-01", P * 11 // 10)])[1] == "0.1000"


def test_a_tie_goes_up():
    # 1.02875 % a month is 12.345 % a year exactly.
    assert monthly(10_000_000, 10_102_875)[0] == "0.1235"


@pytest.mark.parametrize(
    ("received", "dues"),
    [(0, [100]), (-5, [100]), (100, []), (100, [0, 0]), (100, [50, -10, 90])],
    ids=["nothing-received", "less-than-nothing", "nothing-due", "zeros-due", "money-both-ways"],
)
def test_no_rate_where_none_describes_the_flows(received, dues):
    assert monthly(received, *dues) == (None, None)


def test_no_daily_rate_where_all_comes_back_the_same_day():
    assert daily(P, "2026-01-01", [("2026-01-01", P)]) == (None, None)


def test_a_cost_beyond_any_number_has_no_effective_rate():
    flows = [("2026-01-02", 10**15)]
    simple, effective = annual_cost(1, 739000, [(739001, 10**15)], 365)
    assert simple is not None
    assert effective is None
    assert daily(1, "2026-01-01", flows) == (None, None)


def bisected(received: int, dues: list[int]) -> float:
    """Give the rate a period at which the dues are worth what was received, by halving an interval 200 times."""
    low, high = -0.999999, 1e7
    for _ in range(200):
        rate = (low + high) / 2
        worth = 0.0
        for due in reversed(dues):
            worth = (worth + due) / (1 + rate)
        low, high = (rate, high) if worth > received else (low, rate)
    return low


@given(
    st.integers(100, 10**15),
    st.lists(st.integers(0, 400), min_size=1, max_size=60).filter(lambda shares: sum(shares) >= 20),
)
def test_the_solver_agrees_with_bisection(received, shares):
    # Shares in tenths of an equal part: from a tenth of the money coming back to forty times as much.
    dues = [received * share // (10 * len(shares)) for share in shares]
    simple, _ = monthly(received, *dues)
    if not any(dues):
        assert simple is None
        return
    assert simple is not None
    assert float(simple) == pytest.approx(bisected(received, dues) * 12, abs=1.01e-4, rel=1e-6)
