"""Answer a case: schedule, cost, state, allocations and the trial balance of one loan or account."""

from collections.abc import Mapping

from plimsoll.interfaces.case.account import answer_account
from plimsoll.interfaces.case.facts import Read, read_facts
from plimsoll.interfaces.case.fields import Fields, day_of, known, needed, read_count, read_rate
from plimsoll.interfaces.case.show import show_allocations, show_cost, show_ledger, show_schedule, show_shares, show_state, show_totals
from plimsoll.interfaces.case.terms import read_account_terms, read_loan_terms
from plimsoll.loan.fold import fold
from plimsoll.loan.state import read_position, read_promise
from plimsoll.loan.terms import begun_on, write_account, write_loan
from plimsoll.units.refusal import Malformed, Refused

CASE_KEYS = frozenset({"id", "terms", "account", "facts", "as_of", "expect", "source", "why"})
TOLERANCE_MAX = 30

Answer = dict[str, object]


def answer_case(case: object) -> Answer:
    """Answer one case (an object as docs/reference/case-port.md describes it). Raises Malformed where it is not a case.

    A case that the rules refuse is answered `{"id": …, "refused": {"code", "detail"}}`. `expect`, `source` and `why` are let pass,
    so that a file of worked cases can be fed as it is.
    """
    fields = known(case, CASE_KEYS, "")
    answered: Answer = {"id": fields.get("id")}
    if ("terms" in fields) == ("account" in fields):
        raise Malformed("case_malformed", "terms or account, one of them")
    said = answer_loan(fields) if "terms" in fields else answer_of_account(fields)
    if isinstance(said, Refused):
        answered["refused"] = {"code": said.code, "detail": said.text()}
    else:
        answered.update(said)
    return answered


def tolerance(fields: Fields) -> int:
    """Give the days of delay that are merely technical."""
    return read_count(fields, "tolerance_days", 0, TOLERANCE_MAX) if "tolerance_days" in fields else 0


def day_asked(fields: Fields, facts: Read, start: int) -> int:
    """Give the day the case asks for: `as_of`, else the day of the last fact, else the first day."""
    if "as_of" in fields:
        return day_of(fields["as_of"], "as_of")
    return max((fact.on for fact in facts.facts), default=start)


def answer_loan(fields: Fields) -> Answer | Refused:
    """Answer a case that has `terms`."""
    raw_terms = needed(fields, "terms")
    agreed = read_loan_terms(raw_terms)
    assert isinstance(raw_terms, dict)
    read = read_facts(fields.get("facts", []), agreed.currency, raw_terms, False)
    as_of = day_asked(fields, read, agreed.disbursed_on)
    if as_of < agreed.disbursed_on:
        return Refused("as_of_before_disbursement", "", str(fields["as_of"]))
    terms = write_loan(agreed)
    standing = fold(terms, read.facts, as_of)
    if isinstance(standing, Refused):
        return standing
    first = read_promise(terms, blank) if (blank := fold(terms, (), begun_on(terms))) and not isinstance(blank, Refused) else ()
    promise = first if not read.facts else read_promise(terms, standing)
    position = read_position(terms, standing)
    answered: Answer = {
        "schedule": show_schedule(promise, agreed.currency),
        "totals": show_totals(promise, agreed.currency),
        "cost": show_cost(agreed, first),
        "state": show_state(terms, standing, tolerance(raw_terms)),
        "allocations": show_allocations(read.facts, standing, as_of, agreed.currency),
        "ledger": show_ledger(position, agreed.currency),
    }
    if "funders" in raw_terms:
        answered["shares"] = show_shares(read_funders(raw_terms), position, agreed.currency)
    return answered


def read_funders(fields: Fields) -> Mapping[str, tuple[int, int]]:
    """Give the partners' shares of the loan by name; together at most the whole."""
    funders = fields["funders"]
    if not isinstance(funders, dict) or not funders or "lender" in funders:
        raise Malformed(
            "field_malformed", 'an object of shares by partner is needed, such as {"bank": "0.7"}; the lender has the rest', key="funders"
        )
    shares = {str(name): read_rate(funders, name) for name in funders}
    if sum(share.num * (10**9 // share.den) for share in shares.values()) > 10**9:
        raise Malformed("rate_out_of_range", "the shares pass the whole", key="funders")
    return {name: (share.num, share.den) for name, share in shares.items()}


def answer_of_account(fields: Fields) -> Answer | Refused:
    """Answer a case that has `account`."""
    raw_terms = needed(fields, "account")
    currency = str(raw_terms.get("currency", "CNY")) if isinstance(raw_terms, dict) else "CNY"
    agreed = read_account_terms(raw_terms, 0)
    assert isinstance(raw_terms, dict)
    read = read_facts(fields.get("facts", []), currency, {}, True)
    if not agreed.opened_on:
        first_day = min((fact.on for fact in read.facts), default=0) or day_asked(fields, read, 0)
        if not first_day:
            raise Malformed("field_missing", "as_of, where there are no facts", key="as_of")
        agreed = read_account_terms(raw_terms, first_day)
    as_of = day_asked(fields, read, agreed.opened_on)
    return answer_account(raw_terms, write_account(agreed), read.facts, as_of, tolerance(raw_terms))
