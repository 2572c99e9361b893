"""From the total cash of one LendingClub loan to dated payments, so that the kernel's own allocation gives the recorded components.

Only totals, the month of the last payment and its amount are known. The rule (docs/reference/replay.md): instalments are paid on their due
days, what was paid ahead is paid ahead on one due day, and the last payment, in its recorded month, pays the rest. Interest of the
schedule that the record does not have is waived; interest and late fees that the schedule does not have are paid as penalty, for which
the last instalments are paid late. Principal comes out exactly, and so does each other component.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from plimsoll.loan.accrue import owed_penalty
from plimsoll.loan.facts import SAME_REPAYMENT, Fact, rescheduled
from plimsoll.loan.fold import Standing, fold, go_on
from plimsoll.loan.layout import (
    CHARGED_OFF_FACT,
    INTEREST,
    PENALTY,
    R_INTEREST_LEFT,
    R_PRINCIPAL_LEFT,
    R_SIZE,
    RECOVERED,
    REPAID,
    RESCHEDULED,
    S_DAY,
    S_INTEREST_PAID,
    S_OPEN,
    S_PERIOD_UNTIL,
    S_PRINCIPAL_PAID,
    T_DISBURSED_ON,
    WAIVED,
)
from plimsoll.loan.state import Instalment, read_promise, read_state
from plimsoll.loan.terms import DueDays, Terms
from plimsoll.simulator.lendingclub_loans import Loan
from plimsoll.units.days import MONTHS
from plimsoll.units.refusal import Refused

DRAWN_ON_DAY, DRAWN_LATE_ON_DAY = 5, 28
"""Days of the month on which loans are drawn and fall due: LendingClub gives months only. A loan whose last payment is recorded after the
month of its last instalment is taken to be drawn late in its month, so that the payment comes within the 15 days of grace."""
LAST_DAY_OF_MONTH: Final = 28
"""The last day on which a payment is made in its recorded month."""
ROUNDING_MAX: Final = 100
"""Cents of interest that may come from the lender's rounding; more means that principal was paid ahead."""
CHARGED_OFF_AFTER_DAYS: Final = 150
RECOVERED_AFTER_DAYS: Final = 30


class Event(NamedTuple):
    """One thing that happened, in cents: `kind` is that of its fact; a waiver has its penalty here and its interest in `other`."""

    kind: int
    on: int
    minor: int
    other: int = 0


@dataclass(frozen=True, slots=True)
class Cash:
    """The dated events of one loan, in order, and how often they depart from what is usual, by kind."""

    events: tuple[Event, ...]
    departures: Mapping[str, int]
    late_money: int  # cents of interest that are paid as penalty
    last_paid: int


class _Final(NamedTuple):
    """The last payment, in cents: what is waived before it, what it pays, and late money that the loan has not earned."""

    waived_penalty: int
    waived_interest: int
    pays: int
    late_interest: int
    short: int


class Ahead(NamedTuple):
    """Principal paid ahead with an instalment: its number, and cents."""

    instalment: int
    minor: int


def drawn_on(loan: Loan) -> date:
    """Give the day on which a loan is drawn."""
    return loan.issued_on.replace(day=DRAWN_ON_DAY if loan.months <= loan.instalments else DRAWN_LATE_ON_DAY)


def spread(loan: Loan, terms: Terms) -> Cash:
    """Give the dated events of a loan on its terms."""
    life = _Life(loan, terms)
    if loan.last_paid_on is not None:
        life.pay()
    if not loan.is_paid:
        life.charge_off()
    life.departures["payment_plan"] += any(event.kind == RESCHEDULED for event in life.events)
    life.departures["late_money"] += life.late_money > 0
    return Cash(tuple(life.events), life.departures, life.late_money, life.last_paid)


class _Life:
    """A loan while its events are worked out."""

    def __init__(self, loan: Loan, terms: Terms) -> None:
        self.loan = loan
        self.terms = terms
        self.start = terms.vector[T_DISBURSED_ON]
        self.standing = _certain(fold(terms, (), self.start))
        self.events: list[Event] = []
        self.departures: Counter[str] = Counter()
        self.late_money = 0
        self.last_paid = 0
        # A loan that was paid off paid what was lent: cents that the record has more or less are taken as interest.
        self.principal = loan.principal if loan.is_paid else loan.paid_principal
        self.interest = loan.paid_principal + loan.paid_interest - self.principal

    def pay(self) -> None:
        """Pay the instalments, and last the rest."""
        fresh = self.standing
        rows = read_promise(self.terms, fresh)
        due = min(self.loan.months, len(rows))
        for ahead in self._ahead(rows, due):
            self.standing, self.events = fresh, []
            self._take(rows[: ahead.instalment], ahead.minor)
            final = self._pay_from(read_promise(self.terms, self.standing), ahead.instalment, due)
            if final.short == 0:
                self.departures["paid_ahead"] = 1
                break
        else:
            self.standing, self.events = fresh, []
            final = self._pay_from(rows, 0, due if self.loan.is_paid else self._last_touched(rows, due))
        self.departures["late_money_out_of_reach"] += final.short > 0

    def _pay_from(self, rows: Sequence[Instalment], paid: int, last: int) -> _Final:
        """Pay instalments `paid` + 1 to `last`: on their due days but for the final ones, no more of them than late money asks for."""
        before, noted = self.standing, self.events
        for on_time in range(max(last - 1, paid), paid - 1, -1):
            self.standing, self.events = before, list(noted)
            self._take(rows[paid:on_time], 0)
            day, final = self._day_with_enough(last)
            if final.short == 0:
                break
        if final.short and not self.loan.is_paid:
            self.standing, self.events = before, list(noted)
            self._take(rows[paid : max(last - 1, paid)], 0)
            day, final = self._rescheduled(last)
        self._finish(day, final)
        return final

    def _rescheduled(self, last: int) -> tuple[int, _Final]:
        """Put what is unpaid on new due days, so that interest of all months can be paid before principal, as under a payment plan."""
        day = self._last_day()
        self._note(Event(RESCHEDULED, day, max(self.loan.instalments - self.loan.months, 1)))
        return day, self._final(day, last)

    def _day_with_enough(self, last: int) -> tuple[int, _Final]:
        """Give the first day of the month of the last payment on which the loan has earned all that was paid, or the last one."""
        day = self._last_day()
        final = self._final(day, last)
        until = date.fromordinal(day).replace(day=LAST_DAY_OF_MONTH).toordinal()
        if final.short and self._final(until, last).short:
            return until, self._final(until, last)
        while final.short:
            day += 1
            final = self._final(day, last)
        return day, final

    def _finish(self, day: int, final: _Final) -> None:
        """Waive and pay on the last day."""
        if final.waived_penalty + final.waived_interest:
            self._note(Event(WAIVED, day, final.waived_penalty, final.waived_interest))
        self.late_money = final.late_interest
        self.last_paid = final.pays
        if final.pays:
            self._note(Event(REPAID, day, final.pays))

    def _ahead(self, rows: Sequence[Instalment], due: int) -> list[Ahead]:
        """Give what may have been paid ahead, likeliest first, where the record has less interest than the schedule up to the last payment.

        The balance after a prepayment is levelled again over the same due days, so all interest after it shrinks in proportion. The due day
        is the one that brings the last payment nearest to the recorded one; else the first, which leaves most to be paid later.
        """
        planned = sum(row.interest for row in rows[:due])
        if not self.loan.is_paid or planned - self.interest <= ROUNDING_MAX:
            return []
        found: list[tuple[int, Ahead]] = []
        so_far = paid = 0
        for row in rows[: max(due - 1, 0)]:
            so_far += row.interest
            paid += row.principal + row.interest
            wanted = self.interest + due - row.number  # a cent a row to spare: rounding must not take too much
            if wanted <= so_far:
                break
            minor = row.balance * (planned - wanted) // (planned - so_far)
            if not 0 < minor < row.balance:
                continue
            later = sum(one.principal + one.interest for one in rows[row.number : due - 1]) * (row.balance - minor) // row.balance
            last_paid = self.principal + self.interest - paid - minor - later
            found.append((abs(last_paid - self.loan.last_paid), Ahead(row.number, minor)))
        return [min(found)[1], found[0][1]] if found else []

    def _last_touched(self, rows: Sequence[Instalment], due: int) -> int:
        """Give the number of the last instalment that the cash of a loan charged off reaches, at least the first: late fees need one."""
        principal, interest = self.principal, self.interest
        for row in rows[:due]:
            if principal < row.principal:
                return row.number if principal or interest or row.number == 1 else row.number - 1
            principal -= row.principal
            interest -= row.interest
        return due

    def _last_day(self) -> int:
        """Give the day of the last payment: a due day, or the first of its month once all instalments are due."""
        loan = self.loan
        assert loan.last_paid_on is not None, loan.number
        is_within = loan.months <= loan.instalments
        return loan.last_paid_on.replace(day=DRAWN_ON_DAY if is_within else 1).toordinal()

    def _final(self, day: int, last: int) -> _Final:
        """Work out the last payment: what is waived so that it brings the recorded principal, interest and late money; what is short."""
        standing = self._on(day)
        s = standing.s
        principal = self.principal - s[S_PRINCIPAL_PAID]
        interest = self.interest - s[S_INTEREST_PAID]
        reached = [standing.row(i) for i in range(s[S_OPEN], last)]
        if self.loan.is_paid or not reached or principal > sum(row[R_PRINCIPAL_LEFT] for row in reached):
            state = read_state(self.terms, standing)
            has_interest, has_penalty, needed = state.interest, state.penalty, state.interest
        else:
            has_interest = sum(row[R_INTEREST_LEFT] for row in reached)
            has_penalty = sum(owed_penalty(s, standing.rows, i * R_SIZE) for i in range(s[S_OPEN], last))
            # Interest of the last row stands in the way only where some of its principal is paid.
            is_last_paid = principal > sum(row[R_PRINCIPAL_LEFT] for row in reached[:-1])
            needed = has_interest if is_last_paid else sum(row[R_INTEREST_LEFT] for row in reached[:-1])
        pays_interest = min(max(interest, 0), has_interest)
        late_interest = max(interest, 0) - pays_interest
        late = late_interest + self.loan.paid_late_fee
        short = max(late - has_penalty, 0)
        return _Final(
            waived_penalty=max(has_penalty - late, 0),
            waived_interest=max(needed - pays_interest, 0),
            pays=principal + pays_interest + late - short,
            late_interest=max(late_interest - short, 0),
            short=short,
        )

    def charge_off(self) -> None:
        """Charge the loan off when its oldest due date is 150 days past, and take what was recovered later.

        Penalty is waived before, but for what more was recovered than principal and interest.
        """
        s = self.standing.s
        oldest = read_state(self.terms, self.standing).oldest_due or s[S_PERIOD_UNTIL]
        day = max(oldest + CHARGED_OFF_AFTER_DAYS, s[S_DAY] + 1)
        state = read_state(self.terms, self._on(day))
        kept = max(self.loan.recovered - state.principal - state.interest, 0)
        if state.penalty > kept:
            self._note(Event(WAIVED, day, state.penalty - kept))
        self._note(Event(CHARGED_OFF_FACT, day, 0))
        claim = read_state(self.terms, self.standing).claim
        if self.loan.recovered:
            self.departures["recovered_more_than_claim"] += self.loan.recovered > claim
            self._note(Event(RECOVERED, day + RECOVERED_AFTER_DAYS, min(self.loan.recovered, claim), max(self.loan.recovered - claim, 0)))

    def _on(self, day: int) -> Standing:
        return _certain(go_on(self.terms, self.standing, (), day))

    def _take(self, rows: Sequence[Instalment], ahead: int) -> None:
        """Pay instalments on their due days, and principal ahead with the last of them; waive interest that the record lacks."""
        left = self.interest - self.standing.s[S_INTEREST_PAID]
        events, facts = [], []
        for row in rows:
            pays = min(row.interest, max(left, 0))
            left -= pays
            if pays < row.interest:
                events.append(Event(WAIVED, row.due_on, 0, row.interest - pays))
                facts.append(Fact(WAIVED, row.due_on, row.interest - pays, INTEREST))
            minor = row.principal + pays + (ahead if row is rows[-1] else 0)
            if minor:
                events.append(Event(REPAID, row.due_on, minor))
                facts.append(Fact(REPAID, row.due_on, minor))
        if facts:
            self.standing = _certain(go_on(self.terms, self.standing, facts, facts[-1].on))
            self.events += events

    def _note(self, event: Event) -> None:
        """Let one thing happen."""
        kind, on, minor, other = event
        facts = [Fact(kind, on, minor)]
        if kind == WAIVED:
            facts = [Fact(WAIVED, on, part, component) for part, component in ((minor, PENALTY), (other, INTEREST)) if part]
        elif kind == RESCHEDULED:
            facts = [rescheduled(on, None, (0, 1), SAME_REPAYMENT, DueDays(minor, MONTHS, 1, on, (), 1))]
        self.standing = _certain(go_on(self.terms, self.standing, facts, on))
        self.events.append(event)


def _certain(standing: Standing | Refused) -> Standing:
    assert not isinstance(standing, Refused), f"what happened to a loan is refused: {standing}"
    return standing
