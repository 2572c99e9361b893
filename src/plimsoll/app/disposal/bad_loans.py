"""Read the bad loans of a book on a cut-off date, with what keeps each out of a package, and what bad debts have brought so far."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from plimsoll.app.closing.scan import Snapshot, snapshot
from plimsoll.app.database import schema
from plimsoll.app.database.store import Store
from plimsoll.app.file import filings_of
from plimsoll.disposal.candidate import Candidate, cash_of, history_of, owed_of
from plimsoll.disposal.contract import BAD_BUCKET
from plimsoll.disposal.eligible import PLEDGED, Eligibility, reasons_of
from plimsoll.disposal.listed import UNKNOWN
from plimsoll.disposal.vintage import BadDebt
from plimsoll.loan.facts import Fact
from plimsoll.loan.filing import Filing
from plimsoll.loan.fold import fold
from plimsoll.loan.layout import CHARGED_OFF, NOTED, O_CLAIM, O_CUMULATIVE, O_LATE_DAYS, O_STATUS, OPEN, TRANSFERRED
from plimsoll.loan.state import measured
from plimsoll.loan.terms import Terms
from plimsoll.risk.classify.history import class_on
from plimsoll.risk.classify.policy import Policies
from plimsoll.risk.classify.state import Class
from plimsoll.risk.classify.trigger import triggers_of
from plimsoll.risk.litigation import proceedings_of
from plimsoll.rulebook.rules import Rules
from plimsoll.treasury.funded import WHOLLY, holdings
from plimsoll.units.pack import unpack
from plimsoll.units.refusal import Refused

BAD_DAYS = 91
"""Days past due from which a debt counts as bad in recovery curves."""


class Person(NamedTuple):
    """What a list of people tells of a borrower."""

    age: int = UNKNOWN
    region: str = ""


class Reader(NamedTuple):
    """What the bad loans of a book are read by: the day, the rules, who may be sold, and what lists of the house tell."""

    cut_off: date
    rules: Rules
    policy: Eligibility
    told: Mapping[int, tuple[str, ...]]  # loan: reasons that keep it out, by an officer's list
    people: Mapping[int, Person]


def bad_loans(store: Store, by: Reader, least_days: int = 1) -> Iterator[Candidate]:
    """Give every loan that is past due or written off on the cut-off date, customers in order."""
    day, policies = by.cut_off.toordinal(), Policies(by.rules)
    with snapshot(store) as seen:
        for first, until in seen.bounds():
            yield from _of_some(store, seen, by, policies, first, until, day, least_days)


def _of_some(
    store: Store, seen: Snapshot, by: Reader, policies: Policies, first: int, until: int, day: int, least_days: int
) -> Iterator[Candidate]:
    """Give the bad loans of some customers."""
    states = seen.rows(schema.loan_state, ("customer_id", "loan_id", "oldest_due", "status", "as_of", "next_on"), first, until)
    # A state later than the cut-off may hide that a loan was late then; one whose day has come and was not closed does not show it yet.
    wanted = {
        (customer_id, loan_id)
        for customer_id, loan_id, oldest_due, status, as_of, next_on in states
        if status == CHARGED_OFF or as_of > day or (status == OPEN and ((oldest_due and oldest_due < day) or (next_on and next_on <= day)))
    }
    if not wanted:
        return
    limits = {row[0]: row[1] for row in seen.rows(schema.line, ("customer_id", "limit_minor"), first, until)}
    columns = ("customer_id", "loan_id", "opened_on", "currency", "product", "terms")
    for customer_id, loan_id, opened_on, currency, product, packed in seen.rows(schema.loan, columns, first, until):
        if (customer_id, loan_id) not in wanted or opened_on > day:
            continue
        terms, facts = Terms.unpack(currency, tuple(unpack(packed))), seen.facts(customer_id, loan_id)
        standing = fold(terms, facts, day)
        if isinstance(standing, Refused):
            continue  # a loan whose facts cannot stand is `verify`'s to tell
        out = measured(terms, standing)
        owed = owed_of(out)
        days = out[O_LATE_DAYS]
        is_bad = out[O_CLAIM] > 0 or (out[O_STATUS] == OPEN and days >= least_days)
        if not is_bad or owed.principal_minor + owed.interest_minor == 0:
            continue
        filings = filings_of(store, customer_id)
        cash = [(on, minor) for on, minor in cash_of(facts) if on <= day]
        five = class_on(terms, facts, triggers_of(filings, loan_id), policies, day, 0)
        person = by.people.get(customer_id, Person())
        since = bad_since(facts)
        told = (*by.told.get(loan_id, ()), *((PLEDGED,) if is_anothers(filings, loan_id) else ()))
        yield Candidate(
            customer_id=customer_id,
            loan_id=loan_id,
            product=product,
            currency=currency,
            owed=owed,
            days=days,
            five_class=five.five_class() if isinstance(five, Class) else "",
            is_written_off=out[O_CLAIM] > 0,
            limit_minor=limits.get(customer_id, UNKNOWN),
            disbursed_minor=out[O_CUMULATIVE],
            opened_on=opened_on,
            bad_months=max(day - since, 0) // 30 if since else max(days - BAD_DAYS, 0) // 30,
            last_paid_on=max((on for on, _ in cash), default=0),
            history=history_of(cash, by.cut_off),
            keeps_out=reasons_of(filings, loan_id, days, told, by.policy),
            age=person.age,
            region=person.region,
            litigation=proceedings_of(filings, loan_id, day).stage,
        )


def is_anothers(filings: Sequence[Filing], loan_id: int) -> bool:
    """Tell whether a part of a loan is a funder's by the last word on file: the house does not sell it before that part moved back."""
    held = holdings(filings, loan_id)
    return bool(held) and held[-1].shares != WHOLLY


def bad_since(facts: tuple[Fact, ...]) -> int:
    """Give the first day on which the close noted that a loan was 91 days past due; 0 where it never was."""
    return min((fact.on for fact in facts if fact.kind == NOTED and fact.a >= BAD_BUCKET), default=0)


def recoveries(store: Store, on: date) -> list[BadDebt]:
    """Give every debt of the book that ever was 91 days past due, with what came since, by product; a sold one is watched to its sale."""
    found = []
    with snapshot(store) as seen:
        for first, until in seen.bounds():
            loans: dict[tuple[int, int], tuple[str, Terms]] = {}
            for customer_id, loan_id, currency, product, packed in seen.rows(
                schema.loan, ("customer_id", "loan_id", "currency", "product", "terms"), first, until
            ):
                loans[customer_id, loan_id] = (product, Terms.unpack(currency, tuple(unpack(packed))))
            for (customer_id, loan_id), since in _went_bad(seen, first, until).items():
                product, terms = loans[customer_id, loan_id]
                facts = seen.facts(customer_id, loan_id)
                standing = fold(terms, facts, since)
                if since > on.toordinal() or isinstance(standing, Refused):
                    continue
                owed = owed_of(measured(terms, standing))
                sold = min((fact.on for fact in facts if fact.kind == TRANSFERRED), default=on.toordinal())
                found.append(BadDebt(product, sum(owed), since, min(sold, on.toordinal()), cash_of(facts)))
    return found


def _went_bad(seen: Snapshot, first: int, until: int) -> dict[tuple[int, int], int]:
    """Give the loans of some customers that were ever 91 days past due, with the first day of it."""
    found: dict[tuple[int, int], int] = defaultdict(int)
    for customer_id, loan_id, kind, on, bucket in seen.rows(
        schema.fact, ("customer_id", "loan_id", "kind", "effective_on", "a"), first, until
    ):
        if kind == NOTED and bucket >= BAD_BUCKET:
            before = found[customer_id, loan_id]
            found[customer_id, loan_id] = min(before, on) if before else on
    return dict(found)
