"""Read the facts of a case. A fact of the case can be several of the kernel's (a waiver of two components)."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from plimsoll.interfaces.case.fields import (
    Fields,
    day_of,
    known,
    needed,
    read_amount,
    read_choice,
    read_count,
    read_day,
)
from plimsoll.interfaces.case.terms import (
    read_due_days,
    read_fee,
    read_loan_rate,
    read_penalty,
)
from plimsoll.loan.facts import COMPONENTS, FOR_COMING, KINDS, SAME_REPAYMENT, Fact, in_instalments, rescheduled
from plimsoll.loan.layout import (
    CHARGED_OFF_FACT,
    CONVERTED,
    PAUSED,
    PURCHASED,
    RECOVERED,
    REFUNDED,
    REPAID,
    RESCHEDULED,
    REVERSED,
    SETTLED,
    TRANSFERRED,
    WAIVED,
)
from plimsoll.loan.terms import LoanRate
from plimsoll.loan.words import REPAYMENTS
from plimsoll.units.refusal import Malformed

FACTS_MAX = 20_000
PLAN_COUNT_MAX = 60
INTENTS = {"instalment": FOR_COMING}
"""What a repayment may be meant for, beside what is due."""


class Read(NamedTuple):
    """Facts read so far: the kernel's, which of them each fact of the case became, and purchases by their reference."""

    facts: list[Fact]
    numbers: list[tuple[int, ...]]
    purchases: dict[str, int]
    currency: str
    terms: Fields  # of the loan, {} for an account

    def add(self, *facts: Fact) -> None:
        """Record one fact of the case as these facts of the kernel."""
        first = len(self.facts) + 1
        self.facts.extend(facts)
        self.numbers.append(tuple(range(first, first + len(facts))))


def read_facts(value: object, currency: str, terms: Fields, is_account: bool) -> Read:
    """Read `facts` of a case, in the order recorded; complaints name the fact by its number, from 1."""
    if not isinstance(value, list):
        raise Malformed("field_malformed", "a list of facts is needed", key="facts")
    if len(value) > FACTS_MAX:
        raise Malformed("facts_too_many", f"{len(value)}, at most {FACTS_MAX}", key="facts")
    read = Read([], [], {}, currency, terms)
    for number, raw in enumerate(value, 1):
        try:
            read_fact(raw, read, is_account)
        except Malformed as wrong:
            raise wrong.at(key=f"facts[{number}]") from None
    return read


def read_fact(raw: object, read: Read, is_account: bool) -> None:
    """Read one fact and add it."""
    if not isinstance(raw, dict):
        raise Malformed("field_malformed", "an object is needed")
    name = needed(raw, "fact")
    if not isinstance(name, str) or name not in READERS:
        raise Malformed("fact_kind_unknown", repr(name), key="fact")
    if KINDS[name] in (ONLY_OF_LOANS if is_account else ONLY_OF_ACCOUNTS):
        raise Malformed("fact_does_not_fit", name, key="fact")
    keys, reader = READERS[name]
    reader(known(raw, keys - {"for"} if is_account else keys - {"ref"} if name == "refunded" else keys, ""), read)


def read_repaid(fact: Fields, read: Read) -> None:
    """Cash of the borrower; with `for` it pays the coming instalment of a loan before anything is paid ahead."""
    intent = read_choice(fact, "for", INTENTS) if "for" in fact else 0
    read.add(Fact(REPAID, read_day(fact, "on"), read_amount(fact, "amount", read.currency), intent))


def read_settled(fact: Fields, read: Read) -> None:
    """Cash of the borrower, exactly the payoff."""
    read.add(Fact(SETTLED, read_day(fact, "on")))


def read_refunded(fact: Fields, read: Read) -> None:
    """Money back from the merchant; for an account the purchase is named."""
    number = 0
    if not read.terms:
        ref = needed(fact, "ref")
        if not isinstance(ref, str) or ref not in read.purchases:
            raise Malformed("purchase_unknown", repr(ref), key="ref")
        number = read.purchases[ref]
    read.add(Fact(REFUNDED, read_day(fact, "on"), read_amount(fact, "amount", read.currency), number))


def read_waived(fact: Fields, read: Read) -> None:
    """Forgiven penalty, interest or fee."""
    day = read_day(fact, "on")
    named = [name for name in COMPONENTS if name in fact]
    if not named:
        raise Malformed("waiver_component_unknown", "penalty, interest or fee")
    read.add(*(Fact(WAIVED, day, read_amount(fact, name, read.currency), COMPONENTS[name]) for name in named))


def read_reversed(fact: Fields, read: Read) -> None:
    """Another fact undone, named by its number from 1."""
    of = read_count(fact, "of", 1, FACTS_MAX)
    day = read_day(fact, "on")
    undone = read.numbers[of - 1] if of <= len(read.numbers) else (len(read.facts) + 1,)
    read.add(*(Fact(REVERSED, day, 0, number) for number in undone))


def read_rescheduled(fact: Fields, read: Read) -> None:
    """New due days, a new rate, or a new way to repay."""
    day = read_day(fact, "on")
    rate: LoanRate | None = None
    penalty = (0, 1)
    if "rate" in fact:
        rate = read_loan_rate(fact)
        base = read_loan_rate(read.terms) if "rate" in read.terms else rate
        if rate.day_count != base.day_count:
            raise Malformed("reschedule_malformed", "the day count stays as agreed", key="rate")
        penalty = read_penalty(read.terms, rate)
    repayment = read_choice(fact, "repayment", REPAYMENTS) if "repayment" in fact else SAME_REPAYMENT
    fields: Mapping[str, object] = fact
    if "instalments" in fact and "every" not in fact and "every" in read.terms:
        fields = {**fact, "every": read.terms["every"]}
    due = read_due_days(fields, day)
    if due.count == 0 and rate is None:
        raise Malformed("reschedule_malformed", "new due days or a new rate are needed")
    read.add(rescheduled(day, rate, penalty, repayment, due))


def read_paused(fact: Fields, read: Read) -> None:
    """An interest holiday `[from, until)`."""
    start = read_day(fact, "from")
    agreed = read_day(fact, "on") if "on" in fact else start
    read.add(Fact(PAUSED, agreed, 0, read_day(fact, "until"), start))


def read_charged_off(fact: Fields, read: Read) -> None:
    """Taken off the books."""
    read.add(Fact(CHARGED_OFF_FACT, read_day(fact, "on")))


def read_recovered(fact: Fields, read: Read) -> None:
    """Cash after charge-off."""
    read.add(Fact(RECOVERED, read_day(fact, "on"), read_amount(fact, "amount", read.currency)))


def read_transferred(fact: Fields, read: Read) -> None:
    """The claim sold for a price; money that came in for the buyer since the cut-off is passed on."""
    passed_on = read_amount(fact, "passed_on", read.currency) if "passed_on" in fact else 0
    read.add(Fact(TRANSFERRED, read_day(fact, "on"), read_amount(fact, "amount", read.currency), passed_on))


def read_plan(fact: Fields) -> tuple[int, ...]:
    """Give count and fee of instalments; () where there are none."""
    if "instalments" not in fact:
        if "fee" in fact:
            raise Malformed("field_missing", "instalments", key="instalments")
        return ()
    count = read_count(fact, "instalments", 1, PLAN_COUNT_MAX)
    num, den, by_merchant = read_fee(fact) if "fee" in fact else (0, 1, 0)
    return in_instalments(count, (num, den), by_merchant=by_merchant == 1)


def read_purchased(fact: Fields, read: Read) -> None:
    """A purchase, at once or in instalments."""
    if "ref" in fact:
        ref = fact["ref"]
        if not isinstance(ref, str) or not ref:
            raise Malformed("field_malformed", repr(ref), key="ref")
        if ref in read.purchases:
            raise Malformed("purchase_exists", ref, key="ref")
        read.purchases[ref] = len(read.facts) + 1
    read.add(Fact(PURCHASED, read_day(fact, "on"), read_amount(fact, "amount", read.currency), 0, 0, read_plan(fact)))


def read_converted(fact: Fields, read: Read) -> None:
    """A bill or an unbilled purchase turned into instalments."""
    if ("bill" in fact) == ("purchase" in fact):
        raise Malformed("field_missing", "bill or purchase, one of them", key="bill")
    needed(fact, "instalments")
    day = read_day(fact, "on")
    if "bill" in fact:
        read.add(Fact(CONVERTED, day, 0, day_of(fact["bill"], "bill"), 0, read_plan(fact)))
        return
    ref = fact["purchase"]
    if not isinstance(ref, str) or ref not in read.purchases:
        raise Malformed("purchase_unknown", repr(ref), key="purchase")
    read.add(Fact(CONVERTED, day, 0, 0, read.purchases[ref], read_plan(fact)))


def keys(text: str) -> frozenset[str]:
    """Give the keys a fact may have."""
    return frozenset(("fact " + text).split())


ONLY_OF_LOANS = frozenset({RESCHEDULED})
ONLY_OF_ACCOUNTS = frozenset({PURCHASED, CONVERTED})
READERS: Mapping[str, tuple[frozenset[str], Callable[[Fields, Read], None]]] = {
    "repaid": (keys("on amount for"), read_repaid),
    "settled": (keys("on"), read_settled),
    "refunded": (keys("on amount ref"), read_refunded),
    "waived": (keys("on penalty interest fee"), read_waived),
    "reversed": (keys("on of"), read_reversed),
    "rescheduled": (keys("on rate repayment due_on every instalments first_due_on holidays"), read_rescheduled),
    "paused": (keys("on from until"), read_paused),
    "charged_off": (keys("on"), read_charged_off),
    "recovered": (keys("on amount"), read_recovered),
    "transferred": (keys("on amount passed_on"), read_transferred),
    "purchased": (keys("on amount ref instalments fee"), read_purchased),
    "converted": (keys("on bill purchase instalments fee"), read_converted),
}
