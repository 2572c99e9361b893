"""Provisions by five class, to the cent, as an officer would work them out."""

from datetime import date

from plimsoll.portfolio.provision import provide, strict_class
from plimsoll.rulebook.rules import load
from plimsoll.units.rate import Rate
from tests.refusing import refuses

ON = date(2026, 6, 30)
HELD = {"normal": 9_000_000_00, "special-mention": 400_000_00, "substandard": 200_000_00, "doubtful": 100_000_00, "loss": 50_000_01}


def test_each_class_has_its_share():
    found = provide(HELD, load(), ON)
    assert found.general_minor == 97_500_00  # 1 % of 9,750,000.01
    assert dict(found.specific_minor) == {
        "special-mention": 8_000_00, "substandard": 50_000_00, "doubtful": 50_000_00, "loss": 50_000_01,
    }  # fmt: skip
    assert (found.total_minor, found.npl_minor) == (255_500_01, 350_000_01)
    assert found.coverage == (255_500_01, 350_000_01)
    assert found.ratio == (255_500_01, 9_750_000_01)
    assert not found.is_covered, "73 % of what is non-performing, where 150 % is asked for"


def test_strict_mode_asks_for_less_cover_of_more_bad_loans():
    assert [strict_class("special-mention", days) for days in (60, 61)] == ["special-mention", "substandard"]
    assert strict_class("doubtful", 300) == "doubtful"
    found = provide(HELD, load(), ON, licence="cfc", is_strict=True)
    assert found.least_coverage == Rate(13, 10)


def test_a_share_floats_by_a_fifth_and_no_further():
    lowest = provide(HELD, load(), ON, floats={"substandard": Rate(2, 10)})
    assert lowest.specific_minor["substandard"] == 40_000_00
    assert provide(HELD, load(), ON, floats={"substandard": Rate(3, 10)}).specific_minor["substandard"] == 60_000_00
    for wrong in ({"substandard": Rate(199, 1000)}, {"substandard": Rate(301, 1000)}, {"loss": Rate(9, 10)}):
        with refuses("provision_out_of_range"):
            provide(HELD, load(), ON, floats=wrong)


def test_exactly_enough_is_enough():
    assert provide({"loss": 100_00, "normal": 0}, load(), ON).is_covered is False
    assert provide({"loss": 100_00, "normal": 4_900_00}, load(), ON).is_covered is True  # 100.00 + 50.00 of 100.00


def test_an_empty_book_has_no_ratio():
    found = provide({}, load(), ON)
    assert (found.coverage, found.ratio, found.total_minor, found.is_covered) == (None, None, 0, True)


def test_what_cannot_be_is_refused():
    with refuses("class_unknown"):
        provide({"bad": 1}, load(), ON)
    with refuses("balance_negative"):
        provide({"normal": -1}, load(), ON)
