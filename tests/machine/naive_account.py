"""A naive pay-later account: purchases, bills, minimum, revolving and instalment plans, one day at a step, from the specification alone.

Money owed stands in pools: purchases not billed, the open bill's purchases (interest-free to its due day), the revolving principal, rows of
what fell due with each bill, and instalment plans not yet billed. `NaiveAccount(account, facts).answer(as_of)` gives `bills`, `loans`,
`available` and `state`, or `{"refused": why}`.
"""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from tests.machine.naive_bills import PARTS, PRINCIPAL_FIRST, Bill, Due, Plan, Slice
from tests.machine.naive_facts import effective, in_force
from tests.machine.naive_numbers import DAY, Stop, clamped, days_late_words, half_even, half_up, minor, months_later, split, text


class AccountLife:
    """One account as it stands at the end of `today`."""

    def __init__(self, terms: dict, begin: date):
        self.terms, self.ccy, self.today = terms, terms.get("currency", "CNY"), begin
        self.limit, self.tolerance = minor(terms["limit"], self.ccy), minor(terms.get("tolerance", "0"), self.ccy)
        self.revolving_rate, self.penalty_rate = Fraction(terms["revolving_per_day"]), Fraction(terms["penalty_per_day"])
        self.unbilled: dict[str, int] = {}
        self.bought: dict[str, int] = {}
        self.refunded_unbilled: dict[str, int] = {}
        self.held_by: dict[str, Bill | Plan] = {}
        self.bills: list[Bill] = []
        self.rows: list[Due] = []
        self.plans: list[Plan] = []
        self.open_row: Due | None = None
        self.revolving = self.open_bill = self.minimum_left = 0
        self.accrued, self.met = Fraction(0), 0
        self.credit, self.claim, self.is_charged_off, self.late_since = 0, 0, False, None

    # ---- days ------------------------------------------------------------------------------------------------------

    def live_to(self, day: date) -> None:
        while self.today < day:
            self.live_a_day()

    def live_a_day(self) -> None:
        """Go to the next day: a due day that passed, the night's interest and penalty, then the bill."""
        if self.open_row is not None and self.open_row.due_on == self.today:
            self.pass_due_day()
        if self.revolving:
            self.accrued += self.revolving * self.revolving_rate
        for row in self.rows:
            if row.owed["principal"] and row.due_on <= self.today and not self.is_tolerated(row):
                row.accrued_penalty += row.owed["principal"] * self.penalty_rate
        self.today += DAY
        if self.today == clamped(self.today.year, self.today.month, self.terms["bill_day"]):
            self.cut_bill()

    def pass_due_day(self) -> None:
        """Let the unpaid minimum be past due and the rest revolve."""
        late, self.open_row.owed["principal"] = self.minimum_left, self.open_row.owed["principal"] + self.minimum_left
        self.revolving += self.open_bill - late
        self.open_bill = self.minimum_left = 0
        self.open_row = None

    def due_day_of(self, bill_on: date) -> date:
        day = self.terms["due_day"]
        same = clamped(bill_on.year, bill_on.month, day)
        return same if same > bill_on else months_later(bill_on, 1, day)

    def next_bill_day(self, after: date) -> date:
        same = clamped(after.year, after.month, self.terms["bill_day"])
        return same if same > after else months_later(after, 1, self.terms["bill_day"])

    def cut_bill(self) -> None:
        """Gather what is owed into a bill; use credit on it at once."""
        assert self.open_bill == 0
        assert self.open_row is None
        due_on, slices = self.due_day_of(self.today), [part for plan in self.plans for part in plan.slices if part.bill_on == self.today]
        carried = self.revolving + sum(row.billed() for row in self.rows)
        penalty = 0
        for row in self.rows:
            penalty += row.penalty() - row.billed_penalty()
            row.penalty_billed = half_up(row.accrued_penalty)
        late = sum(row.billed() for row in self.rows)
        interest, self.accrued, self.met = half_up(self.accrued) - self.met, Fraction(0), 0
        owed = {"fee": sum(part.fee for part in slices), "interest": interest, "principal": sum(part.principal for part in slices)}
        for part in slices:
            part.is_billed = True
        self.open_bill = sum(self.unbilled.values())
        base = self.open_bill + self.revolving
        share = half_up(Fraction(self.terms["min_payment"]) * base)
        instalments, refunds = owed["fee"] + owed["principal"], self.refunds_before_bill()
        if base + instalments + carried + interest + penalty + refunds == 0:
            return
        minimum = share + instalments + late + interest
        columns = (self.open_bill + refunds, instalments, carried, interest, penalty, minimum, share, base, refunds)
        bill = Bill(self.today, due_on, *columns)
        self.held_by |= dict.fromkeys(self.unbilled, bill)
        self.unbilled = {}
        self.bills.append(bill)
        self.minimum_left, self.open_row = share, Due(due_on, owed)
        self.rows.append(self.open_row)
        self.use_credit()

    def refunds_before_bill(self) -> int:
        """What was refunded of the purchases that this bill collects, before it was cut."""
        return sum(self.refunded_unbilled.pop(ref, 0) for ref in self.unbilled)

    def use_credit(self) -> None:
        """Let a credit pay at once what is billed; it counts as paid."""
        self.credit -= self.pay(self.credit)

    def pay(self, amount: int) -> int:
        """Use money; what of it pays something billed counts towards every bill that is not paid in full. Give what was used."""
        before, used = self.billed_owed(), self.meet(amount)
        self.count_paid(before - self.billed_owed(), self.bills)
        return used

    def count_paid(self, amount: int, bills: list[Bill]) -> None:
        """Count towards each of some bills, up to what it asks for."""
        for bill in bills:
            bill.paid += min(amount, bill.outstanding)

    # ---- what is owed ----------------------------------------------------------------------------------------------

    def billed_owed(self) -> int:
        """Everything of the last bill that is unpaid."""
        return self.revolving + self.open_bill + sum(row.billed() for row in self.rows)

    def past_due_days(self) -> int:
        """Days since the oldest unpaid due day; after a charge-off they count on while a claim is left."""
        if self.is_charged_off:
            return (self.today - self.late_since).days if self.late_since and self.claim else 0
        late = (row.due_on for row in self.rows if row.due_on < self.today and not self.is_tolerated(row))
        return (self.today - next(late, self.today)).days

    def is_tolerated(self, row: Due) -> bool:
        """Tell whether a due date and those before it leave no more unpaid than the terms tolerate."""
        return sum(sum(one.owed.values()) for one in self.rows[: self.rows.index(row) + 1]) <= self.tolerance

    def principal(self) -> int:
        planned = sum(plan.undue() for plan in self.plans)
        return sum(self.unbilled.values()) + planned + self.revolving + self.open_bill + self.rows_owe("principal")

    def rows_owe(self, part: str) -> int:
        return sum(row.penalty() if part == "penalty" else row.owed[part] for row in self.rows)

    def owed(self) -> dict[str, int]:
        owed = {part: self.rows_owe(part) for part in ("fee", "penalty", "interest")}
        owed["interest"] += half_up(self.accrued) - self.met
        return {**owed, "principal": self.principal()}

    def payoff(self) -> int:
        """What settles the debt today; after a charge-off, the claim that is left."""
        return self.claim if self.is_charged_off else max(sum(self.owed().values()) - self.credit, 0)

    # ---- money -----------------------------------------------------------------------------------------------------

    def meet(self, amount: int) -> int:
        """Use money on due rows oldest first, then the revolving part and the rest of the bill. Give what was used."""
        left = amount
        if self.past_due_days() >= 91:
            late = [row for row in self.rows if row.due_on < self.today]
            turns = [(row, part) for part in PRINCIPAL_FIRST for row in late]
            turns += [(row, part) for row in self.rows[len(late) :] for part in PARTS]
        else:
            turns = [(row, part) for row in self.rows for part in PARTS]
        for row, part in turns:
            left -= row.meet(part, left)
            if part == "principal" and row is self.open_row:
                left -= self.meet_pools(min(left, self.minimum_left))
        left -= self.meet_pools(left)
        return amount - left

    def meet_begun(self, amount: int) -> int:
        """Use money on interest that no bill holds yet. Give what was used."""
        used = min(amount, half_up(self.accrued) - self.met)
        self.met += used
        return used

    def meet_pools(self, amount: int) -> int:
        """Take principal off the revolving part, then the open bill; it counts towards the minimum."""
        revolving = min(amount, self.revolving)
        billed = min(amount - revolving, self.open_bill)
        self.revolving -= revolving
        self.open_bill -= billed
        self.minimum_left = max(self.minimum_left - revolving - billed, 0)
        return revolving + billed

    def amount(self, fact: dict) -> int:
        amount = minor(fact["amount"], self.ccy)
        if amount <= 0:
            raise Stop("amount must be positive")
        return amount

    def repaid(self, fact: dict) -> None:
        amount = self.amount(fact)
        left = amount - self.pay(amount)
        self.credit += left - self.meet_begun(left)

    def settled(self, fact: dict) -> None:
        owed, pays = sum(self.owed().values()), self.payoff()
        if not owed:
            raise Stop("nothing is owed")
        self.clear()
        self.credit -= owed - pays
        self.count_paid(owed, self.bills)

    def clear(self) -> None:
        """Let everything owed be gone, with the instalments not yet billed."""
        for row in self.rows:
            for part in PARTS:
                row.meet(part, row.penalty() if part == "penalty" else row.owed[part])
        self.met, self.unbilled = half_up(self.accrued), {}
        self.revolving = self.open_bill = self.minimum_left = 0
        for plan in self.plans:
            plan.slices = [part for part in plan.slices if part.is_billed]

    def refunded(self, fact: dict) -> None:
        """Take a merchant's refund off the purchase where it stands, then off other debt; the rest is a credit."""
        amount, ref = self.amount(fact), fact["ref"]
        if amount > self.bought.get(ref, 0):
            raise Stop("refund above the purchase")
        self.bought[ref] -= amount
        holder, left = self.held_by.get(ref), amount
        left -= self.lower_purchase(ref, left)
        if isinstance(holder, Plan):
            left -= holder.shrink(left)
        elif holder is not None and self.open_row is not None and holder is self.bills[-1]:
            left -= self.lower_bill(left)
        before = self.billed_owed()
        left -= self.lower_billed(left)
        if self.bills:
            self.bills[-1].refunds += before - self.billed_owed()
            self.count_paid(before - self.billed_owed(), self.bills[:-1])
        self.credit += self.lower_coming(left)

    def lower_billed(self, amount: int) -> int:
        """Take a refund off principal that fell due, oldest first, then off the revolving part and the open bill. Give what was used."""
        used = 0
        for row in self.rows:
            used += row.meet("principal", amount - used)
        return used + self.meet_pools(amount - used)

    def lower_coming(self, amount: int) -> int:
        """Take a refund off debt of other purchases that no bill holds yet: purchases, then plans. Give what is left."""
        for ref in self.unbilled:
            amount -= self.lower_purchase(ref, amount)
        for plan in self.plans:
            amount -= plan.shrink(amount)
        return amount

    def lower_purchase(self, ref: str, amount: int) -> int:
        """Take a refund off a purchase not billed. Give what was used."""
        used = min(amount, self.unbilled.get(ref, 0))
        if used:
            self.unbilled[ref] -= used
            self.refunded_unbilled[ref] = self.refunded_unbilled.get(ref, 0) + used
        return used

    def lower_bill(self, amount: int) -> int:
        """Take a refund off the open bill's purchases; its minimum is counted again on what is left."""
        used, bill = min(amount, self.open_bill), self.bills[-1]
        self.open_bill -= used
        bill.refunds += used
        self.count_minimum_again(bill, used)
        return used

    def count_minimum_again(self, bill: Bill, gone: int) -> None:
        """Lower the minimum after principal left the bill other than by payment."""
        bill.base -= gone
        pool = self.revolving + self.open_bill
        share = half_up(Fraction(self.terms["min_payment"]) * bill.base)
        bill.minimum, bill.minimum_principal = max(bill.minimum - bill.minimum_principal + share, 0), share
        self.minimum_left = min(max(share - (bill.base - pool), 0), pool)

    # ---- purchases and plans ---------------------------------------------------------------------------------------

    def purchased(self, fact: dict) -> None:
        amount, ref = self.amount(fact), fact["ref"]
        if amount > self.limit - self.principal():
            raise Stop("over the limit")
        if ref in self.bought:
            raise Stop("reference used")
        self.bought[ref] = amount
        if "instalments" in fact:
            self.held_by[ref] = self.plan(ref, amount, fact)
        else:
            self.unbilled[ref] = amount

    def plan(self, ref: str, amount: int, fact: dict) -> Plan:
        """Begin a plan today: its first instalment is on the next bill to be cut."""
        count, fee = fact["instalments"], fact.get("fee", {"rate": "0", "paid_by": "borrower"})
        total_fee = half_even(amount * Fraction(fee["rate"])) if fee["paid_by"] == "borrower" else 0
        plan, start, bill_on = Plan(ref), self.today, self.next_bill_day(self.today)
        for principal, part_fee in zip(split(amount, count), split(total_fee, count), strict=True):
            due_on = self.due_day_of(bill_on)
            plan.slices.append(Slice(start, bill_on, due_on, principal, part_fee))
            start, bill_on = due_on, self.next_bill_day(bill_on)
        self.plans.append(plan)
        return plan

    def converted(self, fact: dict) -> None:
        """Turn the open bill's purchases and carried principal (or one unbilled purchase) into instalments."""
        if "purchase" in fact:
            amount = self.unbilled.pop(fact["purchase"], 0)
            if not amount:
                raise Stop("no such unbilled purchase")
            self.held_by[fact["purchase"]] = self.plan(fact["purchase"], amount, fact)
            return
        bill = next((bill for bill in self.bills if bill.billed_on.isoformat() == fact["bill"]), None)
        amount = self.open_bill + self.revolving
        if bill is None or bill is not self.bills[-1] or self.open_row is None or not amount:
            raise Stop("the bill cannot be converted")
        bill.converted += amount
        bill.minimum -= self.minimum_left
        self.open_bill = self.revolving = self.minimum_left = 0
        plan = self.plan(f"bill {fact['bill']}", amount, fact)
        self.held_by |= {ref: plan for ref, holder in self.held_by.items() if holder is bill}

    def waived(self, fact: dict) -> None:
        for part in ("penalty", "interest", "fee"):
            left = minor(fact[part], self.ccy) if part in fact else 0
            if left < 0 or left > self.owed()[part]:
                raise Stop(f"waived more {part} than is owed")
            for row in self.rows:
                left -= row.meet(part, left)
            self.met += left

    def charged_off(self, fact: dict) -> None:
        self.claim, self.is_charged_off = sum(self.owed().values()), True
        if self.claim == 0:
            raise Stop("nothing is owed")
        late = (row.due_on for row in self.rows if row.due_on < self.today and not self.is_tolerated(row))
        self.late_since = next(late, None)
        self.clear()

    def recovered(self, fact: dict) -> None:
        amount = self.amount(fact)
        if not self.is_charged_off or amount > self.claim:
            raise Stop("nothing so large was charged off")
        self.claim -= amount

    def transferred(self, fact: dict) -> None:
        self.amount(fact)
        if not self.is_charged_off or self.claim == 0:
            raise Stop("nothing that was charged off is left to sell")
        self.claim = 0

    def take(self, fact: dict) -> None:
        """Let one fact happen today."""
        if self.is_charged_off and fact["fact"] not in ("recovered", "transferred"):
            raise Stop("the account is charged off")
        verb: Callable[[dict], None] = getattr(self, fact["fact"])
        verb(fact)
        self.use_credit()

    # ---- answer ----------------------------------------------------------------------------------------------------

    def bill_answer(self, bill: Bill) -> dict:
        columns = (
            "purchases",
            "instalments_due",
            "carried",
            "interest",
            "penalty",
            "refunds",
            "total",
            "converted",
            "minimum",
            "paid",
            "outstanding",
        )
        amounts = {column: getattr(bill, column) for column in columns}
        assert all(amount >= 0 for amount in amounts.values()), amounts
        days = {"billed_on": bill.billed_on.isoformat(), "due_on": bill.due_on.isoformat()}
        return {**days, **{column: text(amount, self.ccy) for column, amount in amounts.items()}}

    def plan_answer(self, plan: Plan) -> dict:
        balance = sum(part.principal for part in plan.slices)
        totals = {"principal": text(balance, self.ccy), "interest": text(0, self.ccy)}
        totals["fee"] = text(sum(part.fee for part in plan.slices), self.ccy)
        rows = []
        for n, part in enumerate(plan.slices, 1):
            balance -= part.principal
            amounts = {
                "principal": part.principal,
                "interest": 0,
                "fee": part.fee,
                "due": part.principal + part.fee,
                "balance": balance,
            }
            texts = {key: text(amount, self.ccy) for key, amount in amounts.items()}
            rows.append({"n": n, "due_on": part.due_on.isoformat(), "days": (part.due_on - part.start).days, **texts})
        return {"schedule": rows, "totals": totals}

    def state(self) -> dict:
        late = [row for row in self.rows if row.due_on < self.today and not self.is_tolerated(row)]
        amounts = {
            **self.owed(),
            "principal_past_due": sum(row.owed["principal"] for row in late),
            "interest_past_due": sum(row.owed["interest"] for row in late),
            "credit": self.credit,
            "payoff": self.payoff(),
        }
        assert all(amount >= 0 for amount in amounts.values()), amounts
        return {**{key: text(amount, self.ccy) for key, amount in amounts.items()}, **days_late_words(self.past_due_days())}


class NaiveAccount:
    """A pay-later account of a case: account terms and facts as the case writes them."""

    def __init__(self, account: dict, facts: list[dict] | tuple = ()):
        self.account, self.facts = account, list(facts)

    def life(self, as_of: str | None = None) -> AccountLife:
        """Live through the account to the end of a day (without one: the day of the last fact)."""
        days = list(map(effective, self.facts))
        day = date.fromisoformat(as_of) if as_of else max(days)
        life = AccountLife(self.account, min([day, *days]))
        for fact in in_force(self.facts, day):
            life.live_to(effective(fact))
            life.take(fact)
        life.live_to(day)
        return life

    def answer(self, as_of: str | None = None) -> dict:
        """Answer the case on a day, or say that the rules refuse it."""
        try:
            life = self.life(as_of)
        except Stop as stop:
            return {"refused": str(stop)}
        return {
            "bills": [life.bill_answer(bill) for bill in life.bills],
            "loans": [life.plan_answer(plan) for plan in life.plans],
            "available": text(max(life.limit - life.principal(), 0), life.ccy),
            "state": life.state(),
        }
