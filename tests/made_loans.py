"""Made-up lists of bad loans whose totals come out as asked: the notices of the registry tell totals only, never the loans."""

from collections.abc import Mapping, Sequence
from datetime import date

from plimsoll.disposal.listed import Listed

NUMBERS = 6_364_136_223_846_793_005, 1_442_695_040_888_963_407, 2**64


class Chance:
    """A stream of numbers that is the same everywhere."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def below(self, most: int) -> int:
        """Give a whole number from 0 to most - 1."""
        times, plus, modulus = NUMBERS
        self.state = (self.state * times + plus) % modulus
        return (self.state >> 33) % most


def shared_out(total: int, weights: Sequence[int]) -> list[int]:
    """Share a total by weights, each at least 1, and exactly."""
    whole = sum(weights)
    shares = [max(total * weight // whole, 1) for weight in weights]
    shares[shares.index(max(shares))] += total - sum(shares)
    return shares


def aimed(values: list[int], weights: Sequence[int], hundredths: int, least: int, most: int) -> None:
    """Move whole numbers until their weighted average, in hundredths and half-up, is the one asked for."""
    total = sum(weights)
    for _ in range(20_000):
        off = hundredths * total - 100 * sum(value * weight for value, weight in zip(values, weights, strict=True))
        if abs(off) * 4 < total:
            return
        step = 1 if off > 0 else -1
        movable = [at for at in range(len(values)) if least <= values[at] + step <= most]
        near = min(movable, key=lambda at: abs(abs(off) - 100 * weights[at]))
        big = max(movable, key=lambda at: weights[at])
        # Far away the heaviest is moved, close by the one whose step fits best.
        values[big if 100 * weights[big] <= abs(off) else near] += step
    raise AssertionError("no whole numbers give this average")


def made_package(
    *,
    principal: int,
    interest: int,
    fees: int,
    loans: int,
    borrowers: int,
    days: int,
    age: int,
    largest: int = 0,
    limit: int = 0,
    classes: Mapping[str, int],
    litigation: Mapping[str, int],
    seed: int = 7,
) -> list[Listed]:
    """Give a list with these totals (minor units; days, age in hundredths); `largest` is what one borrower owes, if it is told."""
    chance = Chance(seed)
    owners = list(range(borrowers)) + [1 + chance.below(borrowers - 1) for _ in range(loans - borrowers)]
    total = principal + interest
    rest = total - largest
    weights = shared_out(rest, [20 + chance.below(100) for _ in owners[1:]] if largest else [20 + chance.below(100) for _ in owners])
    weights = [largest, *weights] if largest else weights
    interests = shared_out(interest, weights)
    late = [max(1, days // 100 - 60 + chance.below(121)) for _ in owners]
    aimed(late, weights, days, 1, 20_000)
    of_borrower = [0] * borrowers
    for owner, weight in zip(owners, weights, strict=True):
        of_borrower[owner] += weight
    if largest:
        assert max(of_borrower) == largest
    ages = [max(20, age // 100 - 12 + chance.below(25)) for _ in range(borrowers)]
    aimed(ages, of_borrower, age, 18, 90)
    limits = _limits(of_borrower, limit, chance)
    words = [[word for word, count in counts.items() for _ in range(count)] for counts in (classes, litigation)]
    return [
        Listed(
            loan_id=f"L{number:05d}",
            borrower_id=f"B{owner:05d}",
            principal_minor=weights[number] - interests[number],
            interest_minor=interests[number],
            fees_minor=fees if number == 0 else 0,
            days=late[number],
            age=ages[owner],
            limit_minor=limits[owner],
            five_class=words[0][number],
            is_written_off=False,
            guarantee="credit",
            litigation=words[1][number],
        )
        for number, owner in enumerate(owners)
    ]


def _limits(weights: Sequence[int], limit: int, chance: Chance) -> list[int]:
    """Give limits whose average by weight is the one asked for, to the minor unit."""
    total = sum(weights)
    limits = [limit - 1_000_000 + chance.below(2_000_001) for _ in weights]
    if limit:
        place = weights.index(max(weights))
        off = limit * total - sum(value * weight for value, weight in zip(limits, weights, strict=True))
        limits[place] += off // weights[place]
        # What is left is less than half a minor unit of the average: the heaviest borrower owes less than half of all.
    return [max(value, 0) for value in limits]


def csv_of(loans: Sequence[Listed], cut_off: date, currency: str = "CNY") -> str:
    """Write a list as a file of the documented columns."""
    from plimsoll.units.money import text_of

    lines = ["loan_id,borrower_id,principal,interest,fees,overdue_since,age,limit,five_class,written_off,guarantee,litigation"]
    for loan in loans:
        amounts = [text_of(minor, currency) for minor in (loan.principal_minor, loan.interest_minor, loan.fees_minor)]
        since = date.fromordinal(cut_off.toordinal() - loan.days)
        words = [loan.five_class, "false", loan.guarantee, loan.litigation]
        cells = [loan.loan_id, loan.borrower_id, *amounts, since.isoformat(), str(loan.age), text_of(loan.limit_minor, currency), *words]
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n"
