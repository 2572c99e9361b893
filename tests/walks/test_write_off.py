"""A write-off on both databases: proposed by one, approved by another, the claim kept, money on it, its sale and its return."""

import json
from datetime import UTC, date, datetime, timedelta

from plimsoll.app.disposal.kept_claims import kept_claims
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_of, work, work_on
from plimsoll.app.verify import verify
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.loan.filing import of_kind, read_body
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused

AT = datetime(2026, 4, 20, 9, tzinfo=UTC)
RULES = load()


def give(store, number: int, on: str, actor: str = "test", **said: object) -> dict | Refused:
    """Execute one command written as text; its answer, or why not."""
    command = read_command({"key": f"k{number}", "customer_id": 1, "on": on, **said})
    now = datetime.combine(date.fromisoformat(on), AT.timetz()) + timedelta(seconds=number)
    outcome = execute(store, WIRING, command, actor=actor, now=now, rules=RULES)
    return json.loads(outcome.text) if isinstance(outcome, Answer) else outcome


def test_a_write_off_from_proposal_to_sale_and_back(store):
    limits = {"currency": "CNY", "limit": "50000.00", "cash_limit": "30000.00", "later_limit": "20000.00", "loan_id": 10}
    give(store, 1, "2026-01-10", command="open_customer")
    give(store, 2, "2026-01-10", command="open_line", **limits)
    cash = {"currency": "CNY", "amount": "12000.00", "rate": "0.0004", "instalments": 6}
    assert give(store, 3, "2026-01-15", command="draw", loan_id=11, **cash)["loan_id"] == 11
    asked = {"command": "propose_write_off", "loan_id": 11}
    assert give(store, 4, "2026-08-15", "wang", **asked)["state"] == "proposed"
    assert work_on(store, "write_off", 1, "11").item.state == "open"
    approve = {"command": "decide_write_off", "loan_id": 11, "outcome": "approve"}
    assert give(store, 5, "2026-08-15", "wang", **approve).code == "maker_cannot_check"
    approved = give(store, 6, "2026-08-15", "zhao", **approve)
    assert work_on(store, "write_off", 1, "11").item.state == "done"
    filed = read_body(of_kind(filings_of(store, 1), "write_off.approved")[0])
    assert (filed["principal_minor"], filed["maker"]) == (1_200_000, "wang")
    parts = ("principal_minor", "interest_minor", "penalty_minor", "fee_minor")
    assert sum(filed[part] for part in parts) == filed["claim_minor"]
    assert filed["expense_minor"] == filed["deductible_minor"] == 1_200_000, "interest 181 days late was no income"
    recovered = {"command": "recover", "loan_id": 11, "currency": "CNY", "amount": "100.00"}
    give(store, 7, "2026-09-01", **recovered)
    (kept,) = kept_claims(store, date(2026, 9, 1))
    assert (kept.ground, kept.proposed_by, kept.approved_by, kept.days) == ("long_overdue", "wang", "zhao", 198)
    assert (kept.claimed_minor - kept.left_minor, kept.recovered_minor) == (10_000, 10_000)
    assert kept.claimed_minor == filed["claim_minor"]
    assert list(kept_claims(store, date(2026, 8, 14))) == []
    sold = {"command": "transfer_claim", "loan_id": 11, "package": "P1", "buyer": "AMC", "currency": "CNY", "amount": "1400.00"}
    answer = give(store, 8, "2026-10-01", **sold, passed_on="100.00")
    assert float(answer["claim"]) == float(approved["claim"]) - 100
    (kept,) = kept_claims(store, date(2026, 10, 1))
    assert (kept.left_minor, kept.sold_to, kept.recovered_minor) == (0, "P1", 10_000 + 140_000 - 10_000)
    assert give(store, 9, "2026-10-02", **recovered).code == "recovery_exceeds_claim"
    assert [row.item.note for row in work(store, "bureau")] == ["P1"]
    back = {"command": "put_back_claim", "loan_id": 11, "package": "P1", "reason": "the contract is forged"}
    assert give(store, 10, "2026-12-31", **back).code == "put_back_too_late"
    assert give(store, 11, "2026-12-30", **back)["paid_back"] == "1300.00"
    assert give(store, 12, "2026-12-31", **recovered)["loan_id"] == 11
    assert verify(store).breaches == {}
