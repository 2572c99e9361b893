"""Who funds a draw: the cheapest funders that may and can, within their bounds and the law's, and the lender for all the rest.

A funder that is left out is named with the rule or code that left it out, so that a desk sees why money that is there was not used.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.share import WHOLE, Share
from plimsoll.treasury.suitability import Assessed, suits_on, why_left_out
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

LENDER: Final = "lender"
OWN, PARTNER, NOTES, INVESTOR = "own", "partner", "notes", "investor"
KINDS: Final = (OWN, PARTNER, NOTES, INVESTOR)
LEAST, ONE, ALL, GUARANTEED = "CN.COLEND.PARTNER.MIN", "CN.COLEND.PARTNER.CONC", "CN.COLEND.TOTAL", "CN.CFC.GUARANTEED.MAX"


class Funder(NamedTuple):
    """A funder as it stands: what it committed and has lent in minor units, its yearly price, and what it takes.

    `least_ppm` and `most_ppm` bound its part of one loan; `products` and `grades` empty take all; `until` is its last day for new ones.
    `base_minor` is what the law measures its balance against (its own net tier-1 capital); 0 where nothing is measured.
    `first_loss` is the part of its commitment up to which it is paid out, where it is guaranteed.
    `assessed` are the assessments of an investor, oldest first, without which it takes nothing.
    """

    name: str
    kind: str
    currency: str
    committed_minor: int
    lent_minor: int
    price: Rate
    least_ppm: int
    most_ppm: int
    products: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    months_most: int = 0
    is_guaranteed: bool = False
    is_open: bool = True
    until: int = 0
    base_minor: int = 0
    all_loans_minor: int = 0
    assessed: tuple[Assessed, ...] = ()
    first_loss: Rate = Rate(1, 1)

    def guaranteed_minor(self) -> int:
        """Give up to how much it is paid out of what is late in all, rounded down; 0 where it has no guarantee."""
        return self.committed_minor * self.first_loss.num // self.first_loss.den if self.is_guaranteed else 0

    def room_minor(self, rules: Rules, on: date) -> int:
        """Give what it may still lend of its commitment: of an investor's no more than the part that suits it, rounded down."""
        most = self.committed_minor
        if self.kind == INVESTOR:
            lent = suits_on(self.assessed, rules, on).lent
            most = most * lent.num // lent.den
        return most - self.lent_minor


class Draw(NamedTuple):
    """What is to be funded: whose rules count by the lender's licence, the product, amount, months and grade."""

    product: str
    currency: str
    amount_minor: int
    months: int
    grade: str
    on: date


class House(NamedTuple):
    """The lender's own side: cash it may lend, all its loans, of them guaranteed, and its licence."""

    cash_minor: int
    loans_minor: int
    guaranteed_minor: int
    licence: str


class Routed(NamedTuple):
    """The parts of a loan, the lender last, and each funder that was left out with why."""

    shares: tuple[Share, ...]
    left_out: tuple[tuple[str, str], ...]


def route(draw: Draw, funders: Sequence[Funder], house: House, rules: Rules) -> Routed | Refused:
    """Give who funds a draw and in which parts.

    Cheapest first, then by name. Of a joint loan the house keeps at least the law's part. Refuses funding_short where the house lacks the
    cash for what is left to it; raises Malformed draw_malformed for an amount of nought or less.
    """
    if draw.amount_minor <= 0:
        raise Malformed("draw_malformed", f"{draw.amount_minor} minor units")
    free, shares, left_out = WHOLE - _kept(rules, draw.on), [], []
    for funder in sorted(funders, key=lambda one: (one.price.num * 10**9 // one.price.den, one.name)):
        why = left_out_why(funder, draw, house, rules)
        room = max(room_minor(funder, draw.on, rules), 0)
        ppm = 0 if why else min(funder.most_ppm, free, room * WHOLE // draw.amount_minor)
        if ppm < max(funder.least_ppm, 1):
            left_out.append((funder.name, why or ("no_part_left" if free < max(funder.least_ppm, 1) else "funder_full")))
            continue
        shares.append(Share(funder.name, ppm))
        free -= ppm
    own = WHOLE - sum(one.ppm for one in shares)
    need = draw.amount_minor - sum(draw.amount_minor * one.ppm // WHOLE for one in shares)
    if need > house.cash_minor:
        return Refused("funding_short", "", f"{need} minor units are left to the lender, {house.cash_minor} are there")
    return Routed((*shares, Share(LENDER, own)), tuple(left_out))


def _kept(rules: Rules, on: date) -> int:
    """Give the part of a joint loan that the house keeps, rounded up."""
    least = rules.rate(LEAST, on)
    return 0 if least is None else -(-WHOLE * least.num // least.den)


def left_out_why(funder: Funder, draw: Draw, house: House, rules: Rules) -> str:
    """Give why a funder does not take a draw at all, "" where it may."""
    if funder.currency != draw.currency:
        return "currency_must_match"
    if not funder.is_open or 0 < funder.until < draw.on.toordinal():
        return "funder_closed"
    if funder.products and draw.product not in funder.products:
        return "funder_takes_no_such_product"
    if funder.grades and draw.grade not in funder.grades:
        return "funder_takes_no_such_grade"
    if 0 < funder.months_most < draw.months:
        return "funder_takes_no_such_term"
    unsuited = why_left_out(funder.assessed, draw.months, draw.grade, rules, draw.on) if funder.kind == INVESTOR else ""
    if unsuited:
        return unsuited
    if funder.is_guaranteed:
        most = rules.rate(GUARANTEED, draw.on, house.licence)
        guaranteed, loans = house.guaranteed_minor + draw.amount_minor, house.loans_minor + draw.amount_minor
        if most is not None and guaranteed * most.den > loans * most.num:
            return GUARANTEED
    return ""


def room_minor(funder: Funder, on: date, rules: Rules) -> int:
    """Give what the funder's commitment, what suits it and the law's concentration leave it, below nought where it is past one of them."""
    room = funder.room_minor(rules, on)
    for key, base in ((ONE, funder.base_minor), (ALL, funder.all_loans_minor)):
        most = rules.rate(key, on)
        if most is not None and base > 0:
            room = min(room, base * most.num // most.den - funder.lent_minor)
    return room
