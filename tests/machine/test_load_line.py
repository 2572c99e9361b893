"""Random lives against the load line: whatever is asked in whatever order, nothing that is accepted puts the borrower over it.

What a month asks is worked out here from the whole history, by other means than the guard's: the promise of each loan, the lines of
each plan, and what is late. The law's caps are held to in the same lives.
"""

import json
from collections import defaultdict
from datetime import date

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from plimsoll.interfaces.case.account import plan_lines
from plimsoll.loan.bill import month_day
from plimsoll.loan.book import Decision, Held, LoadLine
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import (
    OPEN,
    P_BILLED,
    S_BALANCE,
    S_GRACE,
    S_MINIMUM_LEFT,
    S_PLANS,
    S_UNBILLED,
    T_DISBURSED_ON,
    T_RATE_DEN,
    T_RATE_NUM,
)
from plimsoll.loan.owed import bill_due_on, dues
from plimsoll.loan.state import read_promise
from plimsoll.loan.terms import LOAN
from plimsoll.servicing.load import load_peak
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Refused
from tests.counter import RULES, Counter
from tests.examples import draws
from tests.machine.test_servicing import Lives, iso, text

FIRST_DAY = date(2025, 9, 10).toordinal()
PPB = 10**9
TAKES = ("draw", "purchase", "fund_by_merchant")
PLANS = ("convert", "reschedule")


def month_of(day: int) -> tuple[int, int]:
    on = date.fromordinal(day)
    return on.year, on.month


def asked_by(counter: Counter, held: Held, day: int) -> tuple[dict[tuple[int, int], int], int, int]:
    """Give what one loan asks by month from a day on, what revolves, and what is late, from all its facts."""
    facts = counter.facts(held)
    standing = fold(held.terms, facts, day)
    assert not isinstance(standing, Refused)
    months: dict[tuple[int, int], int] = defaultdict(int)
    late = 0
    for due in dues(standing):
        minor = due.minor
        if held.terms.kind != LOAN and due.due_on == bill_due_on(standing):
            minor -= standing.s[S_MINIMUM_LEFT]  # the minimum is of what revolves
        if due.due_on < day:
            late += minor
        else:
            months[month_of(due.due_on)] += minor
    if held.terms.kind == LOAN:
        for line in read_promise(held.terms, standing):
            if line.due_on > day:
                months[month_of(line.due_on)] += line.principal + line.interest + line.fee
        return months, 0, late
    for number in range(standing.s[S_PLANS]):
        lines = plan_lines(held.terms, facts, standing, number)
        for line in lines[standing.plan(number)[P_BILLED] :]:
            months[month_of(line.due_on)] += line.principal + line.fee
    return months, standing.s[S_UNBILLED] + standing.s[S_GRACE] + standing.s[S_BALANCE], late


class Laden(Lives):
    """The lives of `test_servicing`, with a load line that is marked up and down and limits that are set and reset."""

    @initialize()
    def begin(self) -> None:
        self.counter = Counter()
        self.day = FIRST_DAY
        self.loans = 1
        assert isinstance(self.ask("open_customer"), Decision)
        assert isinstance(self.ask("mark_load_line", currency="CNY", capacity="30000.00", room="3000.00", stress_ppb=10**8), Decision)
        limits = {"limit": "30000.00", "cash_limit": "30000.00", "later_limit": "20000.00"}
        assert isinstance(self.ask("open_line", loan_id=1, **limits), Decision)
        self.wait(5)
        self.ask("draw", loan_id=2, amount="8000.00", rate="0.0005", instalments=12)
        self.loans = 2
        self.ask("purchase", loan_id=1, amount="6000.00")

    def ask(self, name: str, back: int = 0, **said: object) -> Decision | Refused:
        line, load_line, before = self.counter.sheet.line, self.counter.sheet.load_line, self.peaks()
        outcome = super().ask(name, back, **said)
        if isinstance(outcome, Decision) and load_line is not None and name != "mark_load_line":
            limit_before = line.limit_minor if line is not None and line.status != "closed" else 0
            self.holds(name, limit_before, load_line, before[1])
        return outcome

    def holds(self, name: str, limit_before: int, load_line: LoadLine, before: int) -> None:
        """Assert that what was accepted did not put the borrower over the line in force."""
        line = self.counter.sheet.line
        assert line is not None
        late_peak, peak = self.peaks()
        if name in TAKES:
            assert line.used_minor <= load_line.capacity_minor, f"{name} passed the capacity"
            assert late_peak <= load_line.room_minor, f"{name}: a month asks {late_peak} of {load_line.room_minor}"
        if name in PLANS:
            assert peak <= load_line.room_minor or peak < before, f"{name}: a month asks {peak}, {before} before"
        rose = line.status != "closed" and line.limit_minor > limit_before
        assert not rose or line.limit_minor <= load_line.capacity_minor, f"{name}: the limit rose above the capacity"

    def peaks(self) -> tuple[int, int]:
        """Give the most that a month asks with what is late counted in this one, and without; all late where nothing is to come."""
        load_line = self.counter.sheet.load_line
        if load_line is None:
            return 0, 0
        loans = [held for held in self.counter.sheet.loans.values() if held.summary.status == OPEN]
        day = max([self.day, *(held.summary.as_of for held in loans)])
        months: dict[tuple[int, int], int] = defaultdict(int)
        revolving = late = 0
        for held in loans:
            own, more, behind = asked_by(self.counter, held, day)
            revolving += more
            late += behind
            for month, minor in own.items():
                months[month] += minor
        service = -(-revolving * load_line.stress_ppb // PPB)
        peak = max(months.values(), default=0) + service
        return max(peak, months[month_of(day)] + service + late), peak or late

    @rule(
        hundreds=st.integers(0, 400),
        stress=st.sampled_from((50_000_000, 94_600_000, 100_000_000)),
        slack=st.integers(0, 3),
    )
    def mark_load_line(self, hundreds: int, stress: int, slack: int) -> None:
        capacity = hundreds * 10_000
        room = -(-capacity * stress // PPB) + slack * 10_000
        self.ask("mark_load_line", currency="CNY", capacity=text(capacity), room=text(room), stress_ppb=stress)

    @rule(hundreds=st.integers(1, 2_500), cash=st.integers(0, 10), later=st.integers(0, 600), days=st.sampled_from((0, 0, 20)))
    def set_limit(self, hundreds: int, cash: int, later: int, days: int) -> None:
        limit = hundreds * 10_000
        said = {"limit": text(limit), "cash_limit": text(limit * cash // 10), "later_limit": text(min(hundreds, later) * 10_000)}
        self.ask("set_limit", **said, **({"until": iso(self.day + days)} if days else {}))

    @rule(hundreds=st.integers(1, 2_500), is_settled=st.booleans())
    def open_again(self, hundreds: int, is_settled: bool) -> None:
        for loan_id in list(self.counter.sheet.loans) if is_settled else ():
            self.ask("settle", loan_id=loan_id)
        self.ask("close_line")
        self.ask("open_line", limit=text(hundreds * 10_000), cash_limit=text(hundreds * 10_000), later_limit="0.00")

    @rule(more=st.integers(-1, 1), verb=st.sampled_from(("draw", "purchase")), left=st.integers(50_000, 200_000))
    def take_to_the_brim(self, more: int, verb: str, left: int) -> None:
        """Take what the capacity leaves, one fen less or one more, where the months have room for it."""
        capacity = (self.counter.sheet.line.used_minor if self.counter.sheet.line else 0) + left
        self.ask("mark_load_line", currency="CNY", capacity=text(capacity), room=text(2 * capacity), stress_ppb=100_000_000)
        if verb == "purchase":
            self.ask("purchase", loan_id=1, amount=text(left + more))
        elif isinstance(self.ask("draw", loan_id=self.loans + 1, amount=text(left + more), rate="0.0005", instalments=12), Decision):
            self.loans += 1

    @rule(
        limit=st.sampled_from((19_999_999, 20_000_000, 20_000_001, 25_000_000)),
        later=st.sampled_from((4_000_000, 5_000_000, 5_000_001)),
        rate=st.sampled_from(("0.0005", "0.00055", "0.0006", "0.0007")),
    )
    def tempt(self, limit: int, later: int, rate: str) -> None:
        """Let only law and product stand in the way of a limit, a sub-limit, and a rate that was lawful until the end of 2025."""
        self.ask("unfreeze")
        self.ask("mark_load_line", currency="CNY", capacity="300000.00", room="60000.00", stress_ppb=100_000_000)
        self.ask("set_limit", limit=text(limit), cash_limit=text(limit), later_limit=text(later))
        if isinstance(self.ask("draw", loan_id=self.loans + 1, amount="1000.00", rate=rate, instalments=12), Decision):
            self.loans += 1

    @rule(minor=st.integers(100_000, 600_000), instalments=st.sampled_from((3, 6, 12)), count=st.integers(1, 12))
    def plan_at_the_line(self, minor: int, instalments: int, count: int) -> None:
        """Mark the line just where the months stand, and ask for a plan and for new terms."""
        bought = self.ask("purchase", loan_id=1, amount=text(minor))
        room = self.peaks()[0]
        self.ask("mark_load_line", currency="CNY", capacity=text(10 * room), room=text(room), stress_ppb=100_000_000)
        if isinstance(bought, Decision):
            self.ask("convert", loan_id=1, purchase=json.loads(bought.answer)["fact"], instalments=instalments)
        self.ask("reschedule", loan_id=self.loans, instalments=count)

    @rule(back=st.integers(0, 2), count=st.integers(1, 24), every=st.sampled_from(("1 week", "10 days", "1 month", "2 months")))
    def reschedule_recent(self, back: int, count: int, every: str) -> None:
        self.ask("reschedule", loan_id=max(self.loans - back, 1), instalments=count, every=every)

    @rule(minor=st.integers(10_000, 1_500_000), instalments=st.sampled_from((3, 6, 12)), days=st.integers(0, 3))
    def buy_and_convert(self, minor: int, instalments: int, days: int) -> None:
        bought = self.ask("purchase", loan_id=1, amount=text(minor))
        if isinstance(bought, Decision):
            self.wait(days)
            self.ask("convert", loan_id=1, purchase=json.loads(bought.answer)["fact"], instalments=instalments)

    @rule(minor=st.integers(10_000, 1_500_000), instalments=st.sampled_from((3, 6, 9, 12)))
    def buy_and_convert_the_bill(self, minor: int, instalments: int) -> None:
        self.ask("purchase", loan_id=1, amount=text(minor))
        self.day = month_day(self.day, 1) + 2
        self.ask("convert", loan_id=1, bill_on=iso(self.day - 2), instalments=instalments)

    @invariant()
    def the_law_is_kept(self) -> None:
        """No limit above the law's, none of pay later above the product's, no contract rate above the cap of its day."""
        line = self.counter.sheet.line if hasattr(self, "counter") else None
        if line is None:
            return
        most = RULES.whole("CN.LINE.CONSUMER.MAX", date.fromordinal(self.day), "cfc")
        assert most is not None
        assert line.limit_minor <= most
        assert line.later_limit_minor <= 5_000_000
        for held in self.counter.sheet.loans.values():
            terms = held.terms.vector
            cap = RULES.rate("CN.COST.CAP", date.fromordinal(terms[T_DISBURSED_ON]), "cfc")
            if held.terms.kind == LOAN and cap is not None:
                assert not Rate(terms[T_RATE_NUM] * 365, terms[T_RATE_DEN]).exceeds(cap)


TestLaden = Laden.TestCase
TestLaden.settings = draws(20, new=60, stateful_step_count=40)


def test_the_oracle_and_the_guard_see_the_same():
    """One life in full, so that a figure that is off tells itself by name: a loan, a plan, a bill that is late."""
    life = Laden()
    life.begin()
    assert isinstance(life.ask("purchase", loan_id=1, amount="3000.00", instalments=6), Decision)
    for days in (20, 40, 30, 35):
        life.wait(days)
        life.close()
        sheet = life.counter.sheet
        assert load_peak(sheet.load_line, sheet.line, tuple(sheet.loans.values()), life.day) == life.peaks()[0]
