"""Division that says how it rounds. Integers only; the same source is compiled for columns of loans."""


def half_up(numerator: int, denominator: int) -> int:
    """Give `numerator / denominator` rounded to the nearest integer, halves up (towards +infinity). `denominator` > 0."""
    return floored(2 * numerator + denominator, 2 * denominator)


def floored(numerator: int, denominator: int) -> int:
    """Give `numerator / denominator` rounded down. `denominator` > 0."""
    return numerator // denominator


def half_even(numerator: int, denominator: int) -> int:
    """Give `numerator / denominator` rounded to the nearest integer, halves to the even one. `denominator` > 0."""
    whole = numerator // denominator
    twice = 2 * (numerator - whole * denominator)
    if twice > denominator or (twice == denominator and whole % 2 == 1):
        return whole + 1
    return whole
