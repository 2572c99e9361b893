"""Route what was drawn and bought in one currency on a day, one after another, so that each sees what those before it left."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from plimsoll.app.treasury.shares import Holdings, Id, is_shared
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.fund_loan import FundLoan
from plimsoll.treasury.funded import WHOLLY, shares_before, shares_on
from plimsoll.treasury.route import LENDER, Draw, Funder, House, route
from plimsoll.treasury.share import WHOLE, Share, split
from plimsoll.treasury.strike import Stood, more_of, strike
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused


class Drawn(NamedTuple):
    """A draw that waits for its funding, or what was bought on an account; `promised_minor` is what counts of the account's unused limit.

    `waits` is the code of why nobody may join the account that day, `owed_minor` what an account with funders owes now in principal.
    """

    loan: Id
    draw: Draw
    promised_minor: int = 0
    waits: str = ""
    owed_minor: int = 0


@dataclass
class Routing:
    """A day of one currency while it is routed: where everybody stands, what each got of what, and what is to be filed.

    `lent` is what each funder lent, `promised` what counts of unused limits; both grow as draws are routed. Raised sums in minor units.
    """

    held: Holdings
    funders: Mapping[str, Funder]
    house: House
    rules: Rules
    lent: Counter[str]
    promised: Counter[str]
    got: dict[Id, Mapping[str, int]] = field(default_factory=dict)
    commands: list[FundLoan] = field(default_factory=list)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    waits: Counter[str] = field(default_factory=Counter)
    short: list[Id] = field(default_factory=list)
    before: int = 0

    def run(self, drawn: Sequence[Drawn]) -> None:
        """Route each in its order, what accounts with funders bought before all others: for that, room of their funders was kept."""
        again = [one for one in drawn if self._is_asked_again(one)]
        for one in again:
            # All of it is lent already; it is counted as it is reached.
            self.lent.subtract(more_of(self._stood(one), one.draw.amount_minor))
            self._guarantee(one, -one.draw.amount_minor)
        for one in again:
            self._ask_again(one)
        for one in drawn:
            if one.loan in self.got:
                continue
            if self._is_funded(one):
                self.before += 1
                self._take(one, split(one.draw.amount_minor, shares_on(self.held[one.loan], one.draw.on.toordinal()), LENDER))
            elif one.waits:
                self.waits[one.waits] += 1
                self._take(one, split(one.draw.amount_minor, WHOLLY, LENDER))
            else:
                self._fund(one)

    def _is_funded(self, one: Drawn) -> bool:
        """Tell whether the shares of a loan stay as they are on file: somebody has a part, or they were filed that day or later."""
        return is_shared(self.held, one.loan) or (one.loan in self.held and self.held[one.loan][-1].on >= one.draw.on.toordinal())

    def _is_asked_again(self, one: Drawn) -> bool:
        """Tell whether funders of an account are asked about a purchase: not where a part moved that day, or anything was filed later."""
        if not is_shared(self.held, one.loan) or not self.held[one.loan][0].is_account:
            return False
        last, day = self.held[one.loan][-1], one.draw.on.toordinal()
        return last.on < day or (last.on == day and last.begins is not None)

    def _stood(self, one: Drawn) -> Stood:
        held = self.held[one.loan]
        return Stood(shares_before(held, one.draw.on.toordinal()), held[-1].shares, one.owed_minor)

    def _guarantee(self, one: Drawn, minor: int) -> None:
        if any(share.funder in self.funders and self.funders[share.funder].is_guaranteed for share in self.held[one.loan][-1].shares):
            self.house = self.house._replace(guaranteed_minor=self.house.guaranteed_minor + minor)

    def _ask_again(self, one: Drawn) -> None:
        """Ask the funders of an account about a purchase, and strike their parts anew where one takes less than its own of it."""
        self.before += 1
        standing = {name: funder._replace(lent_minor=self.lent[name]) for name, funder in self.funders.items()}
        stood = self._stood(one)
        struck = strike(one.draw, stood, standing, self.house, self.rules)
        self.left_out.update(struck.left_out)
        self._guarantee(one, one.draw.amount_minor)
        self.lent.update(struck.more)
        self._take(one, {**struck.more, LENDER: one.draw.amount_minor - sum(struck.more.values())})
        if struck.left_out:
            self._file(one, struck.shares)

    def _fund(self, one: Drawn) -> None:
        """Route a draw, or all that an account owes that nobody funds; without the lender's cash it waits."""
        wanted = one.draw._replace(amount_minor=one.draw.amount_minor + one.promised_minor)
        # What is promised takes room of the funders, not cash.
        asked = self.house._replace(cash_minor=self.house.cash_minor + one.promised_minor)
        stands = [funder._replace(lent_minor=self.lent[name] + self.promised[name]) for name, funder in self.funders.items()]
        routed = route(wanted, stands, asked, self.rules)
        if isinstance(routed, Refused):
            self.short.append(one.loan)
            return
        parts = split(one.draw.amount_minor, routed.shares, LENDER)
        if parts[LENDER] > self.house.cash_minor:
            self.short.append(one.loan)
            return
        self.left_out.update(routed.left_out)
        self._take(one, parts)
        if any(share.funder in self.funders and self.funders[share.funder].is_guaranteed for share in routed.shares):
            self.house = self.house._replace(guaranteed_minor=self.house.guaranteed_minor + one.draw.amount_minor)
        for name, minor in split(wanted.amount_minor, routed.shares, LENDER).items():
            self.lent[name] += parts[name]
            self.promised[name] += minor - parts[name]
        if len(routed.shares) > 1:
            self._file(one, routed.shares)

    def _take(self, one: Drawn, parts: Mapping[str, int]) -> None:
        """Note who got what, and let the lender's side stand after it."""
        self.got[one.loan] = parts
        house = self.house
        self.house = house._replace(cash_minor=house.cash_minor - parts[LENDER], loans_minor=house.loans_minor + one.draw.amount_minor)

    def _file(self, one: Drawn, shares: Sequence[Share]) -> None:
        (customer_id, loan_id), times = one.loan, len(self.held.get(one.loan, ()))
        parts = tuple(f"{share.funder}:{Rate(share.ppm, WHOLE).text()}" for share in shares if share.funder != LENDER)
        key = f"fund:{customer_id}:{loan_id}" + (f":{times}" if times else "")
        self.commands.append(FundLoan(key, customer_id, one.draw.on, loan_id, parts))
