"""Which loans go into a package: a fair sample of each kind, or those whose sale gains most. A borrower's loans stay together."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from plimsoll.disposal.candidate import Candidate
from plimsoll.disposal.value import Worth


class Unit(NamedTuple):
    """A borrower with all loans that may be sold: they are chosen together or not at all. Amounts in minor units."""

    customer_id: int
    loans: tuple[Candidate, ...]
    weight_minor: int
    gain_minor: int  # what selling brings above keeping; below 0 where keeping is better
    region: str


class Bounds(NamedTuple):
    """What a package has to keep to: amounts in minor units, shares in parts per million of the whole; 0 for no bound."""

    least_minor: int = 0
    most_minor: int = 0
    least_loans: int = 0
    most_loans: int = 0
    region_ppm: int = 0
    borrower_ppm: int = 0


def units_of(loans: Sequence[Candidate], worth: Mapping[int, Worth], liquidity_ppm: int = 0) -> list[Unit]:
    """Give the borrowers of loans that nothing keeps out; a borrower of whom one loan is kept out is left out as a whole."""
    by: dict[int, list[Candidate]] = defaultdict(list)
    for one in loans:
        by[one.customer_id].append(one)
    found = []
    for customer_id, held in sorted(by.items()):
        if any(one.keeps_out for one in held):
            continue
        gain = sum(gain_minor(worth[one.loan_id], liquidity_ppm) for one in held)
        found.append(Unit(customer_id, tuple(held), sum(one.weight_minor for one in held), gain, held[0].region))
    return found


def gain_minor(worth: Worth, liquidity_ppm: int) -> int:
    """Give what a sale brings above keeping, the price counted with the premium on cash in hand; rounded down."""
    return worth.price_minor * (1_000_000 + liquidity_ppm) // 1_000_000 - worth.keep_minor


def stratified(units: Sequence[Unit], count: int, stratum: Callable[[Unit], str], secret: str) -> list[Unit]:
    """Give `count` borrowers, of each stratum its share of all (largest remainders), drawn by the secret of the package."""
    by: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        by[stratum(unit)].append(unit)
    wanted = min(count, len(units))
    if not wanted:
        return []
    shares = {name: divmod(len(held) * wanted, len(units)) for name, held in by.items()}
    places = {name: share[0] for name, share in shares.items()}
    left = wanted - sum(places.values())
    for name in sorted(shares, key=lambda one: (-shares[one][1], one))[:left]:
        places[name] += 1
    chosen = [unit for name, held in by.items() for unit in sorted(held, key=lambda one: _lot(secret, one))[: places[name]]]
    return sorted(chosen, key=lambda one: one.customer_id)


def _lot(secret: str, unit: Unit) -> bytes:
    return sha256(f"{secret}\0{unit.customer_id}".encode()).digest()


def broken(units: Sequence[Unit], bounds: Bounds) -> list[str]:
    """Give which bounds a choice does not keep to, in exact numbers."""
    total, loans = sum(unit.weight_minor for unit in units), sum(len(unit.loans) for unit in units)
    found = []
    if total < bounds.least_minor or (bounds.most_minor and total > bounds.most_minor):
        found.append("size")
    if loans < bounds.least_loans or (bounds.most_loans and loans > bounds.most_loans):
        found.append("loans")
    regions: dict[str, int] = defaultdict(int)
    for unit in units:
        regions[unit.region] += unit.weight_minor
    if bounds.region_ppm and any(minor * 1_000_000 > bounds.region_ppm * total for minor in regions.values()):
        found.append("region")
    if bounds.borrower_ppm and any(unit.weight_minor * 1_000_000 > bounds.borrower_ppm * total for unit in units):
        found.append("borrower")
    return found
