"""Random lives as the kernel reads them."""

from random import Random

from plimsoll.interfaces.case.facts import read_facts
from plimsoll.interfaces.case.fields import day_of
from plimsoll.interfaces.case.terms import read_account_terms, read_loan_terms
from plimsoll.loan.facts import Fact
from plimsoll.loan.terms import Terms, write_account, write_loan
from plimsoll.units.refusal import Malformed
from tests.machine.lives import account_case, loan_case

Life = tuple[Terms, list[Fact], int]


def life(seed: int) -> Life | None:
    """Give one random life as the kernel reads it; every third is a pay-later account."""
    case = account_case(Random(seed), "life") if seed % 3 == 0 else loan_case(Random(seed), "life")
    as_of = day_of(case["as_of"], "as_of")
    try:
        if "terms" in case:
            agreed = read_loan_terms(case["terms"])
            return write_loan(agreed), read_facts(case["facts"], agreed.currency, case["terms"], False).facts, as_of
        facts = read_facts(case["facts"], "CNY", {}, True).facts
        first = min((fact.on for fact in facts), default=as_of)
        return write_account(read_account_terms(case["account"], first)), facts, as_of
    except Malformed:
        return None
