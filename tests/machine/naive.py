"""A second, naive arithmetic of a loan, written from the specification alone: every day is lived through, in fractions.

It is slow and plain on purpose, and shares no line and no method with the package. `NaiveLoan(terms, facts).answer(as_of)` gives
`schedule`, `totals`, `state` and `allocations` as a case answer does, or `{"refused": why}`.
"""

import copy
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.machine.naive_account import NaiveAccount
from tests.machine.naive_facts import effective, in_force
from tests.machine.naive_numbers import DAY, Period, Rate, Step, Stop, days_late_words, due_dates, half_even, half_up, minor, split, text
from tests.machine.naive_plan import Coming, cut_from_end, cut_from_front, fresh_parts, respread, same_instalment

__all__ = ["NaiveAccount", "NaiveLoan"]
PARTS = ("fee", "penalty", "interest", "principal")
METHODS = ("equal-instalment", "equal-principal", "interest-first", "bullet")


@dataclass
class Fallen:
    """An instalment that has fallen due: what it asked for, and what of it is unpaid."""

    period: Period
    asked: dict[str, int]
    unpaid: dict[str, int]
    balance: int
    accrued_penalty: Fraction = Fraction(0)
    penalty_met: int = 0

    def owed(self, part: str) -> int:
        if part != "penalty":
            return self.unpaid[part]
        return self.unpaid["penalty"] + half_up(self.accrued_penalty) - self.penalty_met

    def meet(self, part: str, amount: int) -> int:
        """Use up to an amount on one part; give what was used."""
        used = min(amount, self.owed(part))
        fixed = min(used, self.unpaid[part])
        self.unpaid[part] -= fixed
        self.penalty_met += used - fixed
        return used


class Life:
    """One loan as it stands at the end of `today`."""

    def __init__(self, terms: dict):
        self.terms, self.ccy = terms, terms["currency"]
        self.today = date.fromisoformat(terms["disbursed_on"])
        self.method, self.policy = terms["repayment"], terms.get("prepayment", "lower-instalment")
        self.has_fee, self.rate = "fee" in terms, Rate.read(terms.get("rate"))
        self.tolerance = minor(terms.get("tolerance", "0"), self.ccy)
        self.grace, self.pauses, self.allocations = terms.get("grace_days", 0), [], []
        self.undue, self.credit, self.claim, self.is_charged_off = minor(terms["principal"], self.ccy), 0, 0, False
        self.refundable, self.late_since = self.undue, None
        self.carried = dict.fromkeys(PARTS, 0)
        self.fallen: list[Fallen] = []
        if self.undue <= 0 or self.method not in METHODS:
            raise Stop("terms")
        fee = terms.get("fee", {"rate": "0", "paid_by": "borrower"})
        total_fee = half_even(self.undue * Fraction(fee["rate"])) if fee["paid_by"] == "borrower" else 0
        self.lay_plan(due_dates(terms, self.today), total_fee, terms)
        self.penalty_rate = self.penalty_day_rate()

    def penalty_day_rate(self) -> Fraction:
        penalty = self.terms.get("penalty")
        if not penalty:
            return Fraction(0)
        rate = Fraction(penalty["multiple"]) * self.rate.contract_day_rate
        return min(rate, Fraction(penalty["per_year_cap"]) / 365) if "per_year_cap" in penalty else rate

    def lay_plan(self, dates: list[date], total_fee: int, terms: dict) -> None:
        """Begin a plan today: periods between the dates, principal by the method, fee shared, nothing accrued."""
        step = Step.read(terms["every"]) if "every" in terms else None
        starts = [self.today, *dates]
        self.plan = [Coming(Period(start, end, step)) for start, end in zip(starts, dates, strict=False)]
        self.period = self.plan[0].period if self.plan else Period(self.today, None, step)
        self.accrued, self.met, self.instalment = Fraction(0), 0, 0
        if not dates and self.method != "bullet":
            raise Stop("due dates are missing")
        if len(dates) > 1 and self.method == "bullet":
            raise Stop("bullet has one due date")
        if dates:
            for item, fee in zip(self.plan, split(total_fee, len(dates)), strict=True):
                item.fee = fee
            self.lay_fresh()

    # ---- days ------------------------------------------------------------------------------------------------------

    def live_to(self, day: date) -> None:
        while self.today < day:
            self.live_a_day()

    def live_a_day(self) -> None:
        """Go to the next day: the night's interest and penalty first, then what falls due."""
        day = self.today + DAY
        if not self.is_paused(self.today):
            self.accrued += max(self.undue - self.credit, 0) * self.rate.on_day(day, self.period) if self.undue else 0
            for row in self.fallen:
                if row.unpaid["principal"] and (day - row.period.end).days > self.grace + 1 and not self.is_tolerated(row):
                    row.accrued_penalty += row.unpaid["principal"] * self.penalty_rate
        self.today = day
        for row in self.fallen:
            if (day - row.period.end).days == self.grace + 1 and not self.is_tolerated(row):
                row.accrued_penalty = row.unpaid["principal"] * self.penalty_rate * self.free_of_pause(row.period.end, day)
        if self.plan and self.plan[0].period.end == day:
            self.fall_due()

    def free_of_pause(self, start: date, end: date) -> int:
        """Count the nights from a day to a day that no holiday covers."""
        return sum(not self.is_paused(start + DAY * n) for n in range((end - start).days))

    def is_paused(self, night: date) -> bool:
        return any(start <= night < until for start, until in self.pauses)

    def fall_due(self) -> None:
        item = self.plan.pop(0)
        asked = {"fee": item.fee + self.carried["fee"], "penalty": self.carried["penalty"], "principal": item.principal}
        asked["interest"] = self.begun_interest() + self.carried["interest"]
        self.undue -= item.principal
        assert self.undue >= 0
        assert self.plan or self.undue == 0
        self.fallen.append(Fallen(item.period, asked, dict(asked), self.undue))
        self.carried, self.accrued, self.met = dict.fromkeys(PARTS, 0), Fraction(0), 0
        if self.plan:
            self.period = self.plan[0].period
        self.use_credit()

    # ---- what is owed ----------------------------------------------------------------------------------------------

    def begun_interest(self) -> int:
        """Interest accrued and not due, less what was taken of it."""
        return half_up(self.accrued) - self.met

    def rows_owe(self, part: str) -> int:
        return sum(row.owed(part) for row in self.fallen)

    def owed(self) -> dict[str, int]:
        owed = {part: self.rows_owe(part) + self.carried[part] for part in PARTS}
        owed["interest"] += self.begun_interest()
        owed["principal"] += self.undue
        return owed

    def payoff(self) -> int:
        """What settles the debt today; after a charge-off, the claim that is left."""
        return self.claim if self.is_charged_off else max(sum(self.owed().values()) - self.credit, 0)

    def days_late(self, row: Fallen) -> int:
        days = (self.today - row.period.end).days
        return days if days > self.grace else 0

    def past_due_days(self) -> int:
        """Days since the oldest unpaid due date; after a charge-off they count on while a claim is left."""
        if self.is_charged_off:
            return (self.today - self.late_since).days if self.late_since and self.claim else 0
        return next((self.days_late(row) for row in self.fallen if not self.is_tolerated(row)), 0)

    def is_tolerated(self, row: Fallen) -> bool:
        """Tell whether a due date and those before it leave no more unpaid than the terms tolerate."""
        older = self.fallen[: self.fallen.index(row) + 1]
        return sum(one.unpaid["fee"] + one.unpaid["interest"] + one.unpaid["principal"] for one in older) <= self.tolerance

    # ---- money -----------------------------------------------------------------------------------------------------

    def meet_due(self, amount: int) -> dict[str, int]:
        """Use money on what has fallen due, in the order in force today."""
        used, left = dict.fromkeys(PARTS, 0), amount
        if self.past_due_days() >= 91 and self.terms.get("allocation") != "same-order":
            late = [row for row in self.fallen if row.period.end < self.today]
            turns = [(row, part) for part in ("principal", "interest", "penalty", "fee") for row in late]
            turns += [(row, part) for row in self.fallen[len(late) :] for part in PARTS]
        else:
            turns = [(row, part) for row in self.fallen for part in PARTS]
        for row, part in turns:
            met = row.meet(part, left)
            used[part] += met
            left -= met
        return used

    def meet_begun(self, amount: int) -> dict[str, int]:
        """Use money on what is owed and not yet due: arrears carried into a new plan, then the interest begun."""
        used, left = dict.fromkeys(PARTS, 0), amount
        for part in ("fee", "penalty", "interest"):
            met = min(left, self.carried[part])
            self.carried[part] -= met
            used[part], left = met, left - met
        met = min(left, self.begun_interest())
        self.met += met
        used["interest"] += met
        return used

    def note(self, amount: int, used: dict[str, int], credit: int) -> None:
        split_text = {part: text(used[part], self.ccy) for part in PARTS}
        self.allocations.append(
            {"on": self.today.isoformat(), "amount": text(amount, self.ccy), **split_text, "credit": text(credit, self.ccy)}
        )

    def repaid(self, fact: dict) -> None:
        amount = self.amount(fact)
        is_for_coming, pays_off, before = "for" in fact, amount >= self.payoff(), 0
        if is_for_coming and pays_off:
            before, self.credit = self.credit, 0
        used = self.meet_due(amount + before)
        left = amount + before - sum(used.values())
        held = min(left, max(self.asked_next() - self.credit, 0)) if is_for_coming and not pays_off else 0
        begun = self.meet_begun(left - held)
        used = {part: used[part] + begun[part] for part in PARTS}
        prepaid = min(self.undue, amount + before - held - sum(used.values()))
        used["principal"] += prepaid
        credit = amount + before - sum(used.values())
        self.credit += credit
        if prepaid:
            self.undue -= prepaid
            self.plan_again(self.policy)
        self.note(amount, used, credit - before)

    def asked_next(self) -> int:
        """Live on to the next due day without new facts, and give what it asks for; nothing where it is the last, or there is none."""
        if len(self.plan) < 2:
            return 0
        later = copy.deepcopy(self)
        fallen = len(self.fallen)
        while len(later.fallen) == fallen:
            later.live_a_day()
        return sum(later.fallen[-1].asked.values())

    def settled(self, fact: dict) -> None:
        used, amount = self.owed(), self.payoff()
        if not any(used.values()):
            raise Stop("nothing is owed")
        self.clear()
        credit_used = sum(used.values()) - amount
        self.credit -= credit_used
        self.note(amount, used, -credit_used)

    def clear(self) -> None:
        """Let everything owed be gone, with the plan."""
        for row in self.fallen:
            for part in PARTS:
                row.meet(part, row.owed(part))
        self.met = half_up(self.accrued)
        self.carried, self.undue, self.plan = dict.fromkeys(PARTS, 0), 0, []

    def refunded(self, fact: dict) -> None:
        """Take a merchant's refund off principal not yet due, then off principal due, oldest first, then off what else is due."""
        amount, used, before = self.amount(fact), dict.fromkeys(PARTS, 0), self.undue
        self.refundable -= amount
        if self.refundable < 0:
            raise Stop("refund above the principal")
        undue = min(amount, self.undue)
        self.undue -= undue
        if undue:
            fees = half_even(Fraction(sum(item.fee for item in self.plan) * self.undue, before))
            self.plan_again("lower-instalment", fees)
        used["principal"] = undue
        for row in self.fallen:
            used["principal"] += row.meet("principal", amount - used["principal"])
        rest = self.meet_due(amount - used["principal"])
        used = {part: used[part] + rest[part] for part in PARTS}
        credit = amount - sum(used.values())
        self.credit += credit
        self.note(amount, used, credit)

    def waived(self, fact: dict) -> None:
        for part in ("penalty", "interest", "fee"):
            left = minor(fact[part], self.ccy) if part in fact else 0
            if left < 0 or left > self.owed()[part]:
                raise Stop(f"waived more {part} than is owed")
            for row in self.fallen:
                left -= row.meet(part, left)
            carried = min(left, self.carried[part])
            self.carried[part] -= carried
            self.met += left - carried

    # ---- changes ---------------------------------------------------------------------------------------------------

    def coming_rates(self) -> list[Fraction]:
        """Give what each coming period still charges from today on, without paused days."""
        rates, day = [], self.today
        for item in self.plan:
            rate = Fraction(0)
            while day < item.period.end:
                rate += 0 if self.is_paused(day) else self.rate.on_day(day + DAY, item.period)
                day += DAY
            rates.append(rate)
        return rates

    def lay_fresh(self) -> None:
        parts, self.instalment = fresh_parts(self.method, self.has_fee, self.undue, self.coming_rates(), self.accrued)
        for item, part in zip(self.plan, parts, strict=True):
            item.principal = part

    def plan_again(self, policy: str, fees: int | None = None) -> None:
        """Lay the balance over the coming due dates by a prepayment policy; keep one date where only interest is left to fall due."""
        if not self.plan:
            return
        if self.undue == 0:
            owes = self.begun_interest() + sum(self.carried.values())
            self.plan = [Coming(self.plan[0].period)] if owes else []
            return
        if policy == "lower-instalment":
            total = sum(item.fee for item in self.plan) if fees is None else fees
            for item, fee in zip(self.plan, split(total, len(self.plan)), strict=True):
                item.fee = fee
            self.lay_fresh()
            return
        parts = [item.principal for item in self.plan]
        if policy == "next-first":
            parts = cut_from_front(parts, self.undue)
        elif self.method == "equal-instalment" and not self.has_fee:
            parts = same_instalment(self.undue, self.coming_rates(), self.instalment, self.accrued)
        else:
            parts = cut_from_end(parts, self.undue)
        self.plan = respread(self.plan, parts)

    def rescheduled(self, fact: dict) -> None:
        """Move everything unpaid into a new plan that begins today; its arrears fall due with the first new date."""
        if "rate" in fact:
            self.rate = Rate.read(fact["rate"])
            self.penalty_rate = self.penalty_day_rate()
        has_dates = "due_on" in fact or "every" in fact
        if not has_dates and "rate" not in fact:
            raise Stop("neither due dates nor a rate")
        dates = due_dates(fact, self.today) if has_dates else [item.period.end for item in self.plan]
        if not dates:
            raise Stop("no due dates are left")
        self.carried["interest"] += self.begun_interest()
        for row in self.fallen:
            for part in PARTS:
                moved = row.owed(part)
                row.meet(part, moved)
                row.asked[part] -= moved if part != "penalty" else 0
                if part == "principal":
                    self.undue += moved
                else:
                    self.carried[part] += moved
        if self.undue == 0:
            raise Stop("nothing is left to reschedule")
        self.lay_plan(dates, sum(item.fee for item in self.plan), fact if has_dates else self.terms)

    def paused(self, fact: dict) -> None:
        start, until = max(date.fromisoformat(fact["from"]), self.today), date.fromisoformat(fact["until"])
        if until <= start or any(earlier > self.today for _, earlier in self.pauses):
            raise Stop("a pause ends after it begins, and one comes after another")
        self.pauses.append((start, until))

    def charged_off(self, fact: dict) -> None:
        self.claim, self.is_charged_off = sum(self.owed().values()), True
        if self.claim == 0:
            raise Stop("nothing is owed")
        self.late_since = next((row.period.end for row in self.fallen if not self.is_tolerated(row) and self.days_late(row)), None)
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

    def amount(self, fact: dict) -> int:
        amount = minor(fact["amount"], self.ccy)
        if amount <= 0:
            raise Stop("amount must be positive")
        return amount

    def take(self, fact: dict) -> None:
        """Let one fact happen today."""
        kind = fact["fact"]
        if self.is_charged_off and kind not in ("recovered", "transferred"):
            raise Stop("the loan is charged off")
        getattr(self, kind)(fact)
        self.use_credit()

    def use_credit(self) -> None:
        """Let a credit pay at once what is due."""
        self.credit -= sum(self.meet_due(self.credit).values())

    # ---- answer ----------------------------------------------------------------------------------------------------

    def schedule(self) -> list[dict]:
        """Live on to the last due date without new facts and list what fell due on the way."""
        later = copy.deepcopy(self)
        while later.plan:
            later.live_a_day()
        rows = []
        for n, row in enumerate(later.fallen, 1):
            due = sum(row.asked[part] for part in ("principal", "interest", "fee"))
            amounts = {**{part: row.asked[part] for part in ("principal", "interest", "fee")}, "due": due, "balance": row.balance}
            days = (row.period.end - row.period.start).days
            texts = {key: text(amount, self.ccy) for key, amount in amounts.items()}
            rows.append({"n": n, "due_on": row.period.end.isoformat(), "days": days, **texts})
        return rows

    def state(self) -> dict:
        owed = self.owed()
        late = [row for row in self.fallen if self.days_late(row) and not self.is_tolerated(row)]
        amounts = {
            **owed,
            "principal_past_due": sum(row.unpaid["principal"] for row in late),
            "interest_past_due": sum(row.unpaid["interest"] for row in late),
            "credit": self.credit,
            "payoff": self.payoff(),
        }
        assert all(amount >= 0 for amount in amounts.values()), amounts
        return {**{key: text(amount, self.ccy) for key, amount in amounts.items()}, **days_late_words(self.past_due_days())}


class NaiveLoan:
    """A loan of a case: terms and facts as the case writes them."""

    def __init__(self, terms: dict, facts: list[dict] | tuple = ()):
        self.terms, self.facts = terms, list(facts)

    def life(self, as_of: str | None = None) -> Life:
        """Live through the loan to the end of a day (without one: the day of the last fact)."""
        life = Life(self.terms)
        begin = life.today
        day = date.fromisoformat(as_of) if as_of else max([begin, *map(effective, self.facts)])
        if day < begin or any(effective(fact) < begin for fact in self.facts):
            raise Stop("before the disbursement")
        for fact in in_force(self.facts, day):
            life.live_to(effective(fact))
            life.take(fact)
        life.live_to(day)
        return life

    def answer(self, as_of: str | None = None) -> dict:
        """Answer the case on a day, or say that the rules refuse it."""
        try:
            life = self.life(as_of)
            schedule = life.schedule()
        except Stop as stop:
            return {"refused": str(stop)}
        sums = {part: sum(minor(row[part], life.ccy) for row in schedule) for part in ("principal", "interest", "fee")}
        totals = {part: text(amount, life.ccy) for part, amount in sums.items()}
        return {"schedule": schedule, "totals": totals, "state": life.state(), "allocations": life.allocations}
