"""A small house asked for what it answers, so that examples in the OpenAPI file are true: python -m tests.recorded writes them anew.

It is the book of `tests.shown`: Ann (cus_17) is late on a loan, Bo (cus_18) pays nothing; on 20 March 2026 they, the desk, an auditor, a
compliance officer and others ask. What is recorded is the answer as it was given, with lists cut to their first rows.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from starlette.testclient import TestClient

from plimsoll.app.access.principal import Principal
from plimsoll.app.close_job import closing_of
from plimsoll.app.database.opening import create_store
from plimsoll.app.house import House
from plimsoll.app.keyring import Keyring
from plimsoll.app.open_door import open_door
from plimsoll.app.vault import Vault
from plimsoll.interfaces.http.operation import Operation
from plimsoll.interfaces.http.operations import by_name
from plimsoll.interfaces.http.serve import application
from plimsoll.interfaces.http.told.read import FOLDER
from tests.shown import ANN, RULES, TODAY, made

FILE = FOLDER / "recorded.json"
BEGINS = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
ROWS = 2
"""Rows of a list that are kept."""
ROLES = {
    "ann": "borrower",
    "desk": "servicing",
    "li": "underwriter_2",
    "wang": "finance",
    "sun": "collections_supervisor",
    "chen": "collector",
    "max": "compliance",
    "eve": "auditor",
    "ops": "it_ops",
    "ada": "tenant_admin",
    "zhou": "risk_analyst",
    "gao": "treasury",
}
CNY = "CNY"


def cny(minor: int) -> dict[str, Any]:
    """Give an amount."""
    return {"amount": minor, "currency": CNY}


class Step(NamedTuple):
    """Who asks which operation, with what in its path and in its query or body; `wait_s` passes before."""

    who: str
    name: str
    said: dict[str, Any]
    wait_s: int = 0


LOAN, ACCOUNT, CUSTOMER = {"loan": "loan_17_2"}, {"loan": "loan_17_1"}, {"customer": f"cus_{ANN}"}
DAY = TODAY.isoformat()
ONE_TABLE = {"about": "draw", "product": "cash-line", "amount": cny(100_000), "rate": "0.0004", "instalments": 12}
RELIEF = {"hardship": "hardship-1", "income": cny(420_000), "essentials": cny(260_000), "evidence": ["vault-1"], "flags": ["job_loss"]}
RAISED = {"limit": cny(6_000_000), "cash_limit": cny(4_000_000), "later_limit": cny(2_000_000), "reason": "income doubled"}
AGENCY = {
    "id": "north", "title_zh": "北方催收", "title_en": "North Collections", "licence": "L-1", "valid_until": "2027-12-31",
    "contract_until": "2027-06-30", "page": "whitelist#north", "commission": ["61:0.15", "181:0.25"],
}  # fmt: skip
STORY = (
    Step("ann", "get_me", {}),
    Step("desk", "list_customers", {"limit": 2}),
    Step("desk", "get_customer", CUSTOMER),
    Step("desk", "list_loans", CUSTOMER),
    Step("ann", "get_loan", LOAN),
    Step("ann", "get_loan_schedule", LOAN),
    Step("desk", "get_loan_history", LOAN),
    Step("desk", "get_loan_figures", LOAN),
    Step("ann", "get_pay_off", LOAN),
    Step("ann", "get_bills", ACCOUNT),
    Step("desk", "get_limit_history", CUSTOMER),
    Step("ann", "quote_loan", {"amount": cny(500_000), "instalments": 12}),
    Step("ann", "quote_instalments", {**ACCOUNT, "amount": cny(120_000), "instalments": 6}),
    Step("desk", "repay", {**CUSTOMER, "amount": cny(90_041), **LOAN, "ref": "bank-20260320-0001"}),
    Step("ann", "grant_consent", {**CUSTOMER, "purpose": "reporting", "version": 1}),
    Step("ann", "list_consents", CUSTOMER),
    Step("ann", "show_disclosure", {**CUSTOMER, **ONE_TABLE}),
    Step("ann", "list_disclosures", CUSTOMER),
    Step("ann", "take_lesson", {**CUSTOMER, "lesson": "borrowing", "version": 1, "answers": "bba"}),
    Step("ann", "list_lessons", CUSTOMER),
    Step("desk", "put_personal", {**CUSTOMER, "field": "phone", "value": "13800001234", "reason": "told at the counter"}),
    Step("desk", "list_personal", CUSTOMER),
    Step("desk", "reveal_personal", {**CUSTOMER, "field": "phone", "reason": "the caller asked which number we have"}),
    Step("ann", "list_accesses", CUSTOMER),
    Step("ann", "prefer_reminders", {**CUSTOMER, "channels": ["sms"], "language": "zh-CN", "payday": 15, "zone": "Asia/Shanghai"}),
    Step("ann", "get_preferences", CUSTOMER),
    Step("ann", "file_complaint", {**CUSTOMER, "complaint": "complaint-1", "about": "collection_conduct", **LOAN, "channel": "phone"}),
    Step("desk", "list_complaints", CUSTOMER),
    Step("ann", "open_hardship", {**CUSTOMER, **RELIEF, "city_tier": "tier2"}),
    Step("desk", "list_hardships", CUSTOMER),
    Step("max", "give_adverse_notice", {"loan": "loan_18_2", "channel": "sms"}),
    Step("eve", "get_bureau", {"customer": "cus_18"}),
    Step("sun", "open_case", {"customer": "cus_18", "ability": "can", "willingness": "unwilling"}),
    Step("chen", "claim_case", {"customer": "cus_18"}),
    Step("chen", "make_promise", {"customer": "cus_18", "amount": cny(90_041), "due_on": "2026-03-22", "channel": "call"}),
    Step("sun", "list_promises", {"customer": "cus_18"}),
    Step("sun", "list_queues", {}),
    Step("sun", "list_work", {"queue": "collection"}),
    Step("sun", "register_agency", AGENCY),
    Step("sun", "list_agencies", {}),
    Step("sun", "get_agency", {"agency": "north"}),
    Step("li", "set_limit", {"customer": "cus_18", **RAISED}),
    Step("wang", "list_approvals", {"of": "mine_to_check"}),
    Step("wang", "get_approval", {"approval": "$"}),
    Step("wang", "approve_approval", {"approval": "$", "payload_sha256": "$", "comment": "payslips seen"}),
    Step("zhou", "freeze", {**CUSTOMER, "reason": "asked by the customer: telephone lost"}),
    Step("wang", "list_trial_balances", {}),
    Step("wang", "list_journal", {"on": "2026-03-10"}),
    Step("wang", "list_closes", {"limit": 2}),
    Step("wang", "get_close", {"day": "2026-03-15"}),
    Step("wang", "list_accruals", {"day": "2026-03-15"}),
    Step("wang", "list_parked", {}),
    Step("max", "make_export", {"kind": "journal", "on": "2026-03-10", "reason": "posted to the ledger of the group"}),
    Step("max", "get_export", {"export": "$"}),
    Step("max", "get_export_file", {"export": "$"}),
    Step("zhou", "list_rules", {"licence": "cfc"}),
    Step("zhou", "get_rule", {"rule": "CN.COST.CAP"}),
    Step("zhou", "list_products", {}),
    Step("zhou", "get_product", {"product": "cash-line"}),
    Step("zhou", "list_models", {}),
    Step("desk", "search", {"text": "loan:17-2"}),
    Step("ops", "seal_audit", {}),
    Step("eve", "list_events", {"limit": 2}),
    Step("eve", "list_audit_events", {"limit": 2}),
    Step("ada", "list_roles", {}),
    Step("ada", "list_permissions", {}),
    Step("ops", "run_close", {"through": DAY, "scans": "never"}),
    Step("ops", "get_close_job", {}),
)
BY_CHANCE, CHANCE = ("head", "payload_sha256"), "5f1c" * 16
"""What hangs on chance, or on the digest of all the rules, and what stands in its place."""
NOT_THE_SAME_TWICE = ("run_close",)
"""Asked for what comes of it; the answer depends on how far a thread has come."""


@contextmanager
def house_in(folder: Path) -> Iterator[tuple[House, list[datetime]]]:
    """Give the house, and its clock, which stands until it is moved."""
    clock = [BEGINS]
    with create_store(f"sqlite:///{folder / 'book.db'}") as store:
        made(store)
        vault = Vault(store, Keyring("first", {"first": bytes(range(32))}, bytes(range(32, 64))))
        with House(store, RULES, vault, now=lambda: clock[0]) as house:
            yield house, clock


def record() -> dict[str, Any]:
    """Ask for everything in order, and give the answers by operation."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, house_in(Path(folder)) as (house, clock):

        def recognise(_house: House, name: str, _address: str) -> Principal:
            return Principal(name, (ROLES[name],), customer_id=ANN if name == "ann" else 0, strong_at=clock[0])

        api = TestClient(application(house, open_door(house), recognise=recognise, is_limited=False))
        last: dict[str, Any] = {}
        for number, step in enumerate(STORY):
            clock[0] += timedelta(seconds=60 + step.wait_s)
            one = by_name()[step.name]
            path, rest = _apart(one, step, last)
            answer = _asked(api, step, number, path, rest)
            assert answer.status_code < 300, (step.name, answer.text)
            said = answer.json()
            last |= said if "id" in said else {}
            if step.name == "list_approvals":
                last |= said["data"][0]
            if step.name == "run_close":
                closing_of(house).wait(30)
            if answer.status_code == 202 or step.name in NOT_THE_SAME_TWICE:
                continue
            asked = {"path": path, "query": rest} if one.method == "GET" else {"path": path, "body": rest}
            found[step.name] = shortened({name: value for name, value in asked.items() if value} | {"answer": said})
    return found


def _apart(one: Operation, step: Step, last: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what stands in the path of a step, and the rest; "$" is what the answer before told."""
    known = {"approval": "id", "export": "id"}
    said = {name: last[known.get(name, name)] if value == "$" else value for name, value in step.said.items()}
    path = {name: said.pop(name) for name in list(said) if f"{{{name}}}" in one.path}
    return path, said


def _asked(api: TestClient, step: Step, number: int, path: dict[str, Any], rest: dict[str, Any]) -> Any:
    one = by_name()[step.name]
    heads = {"Authorization": f"Bearer {step.who}", "Idempotency-Key": f"story-{number}"}
    is_read = one.method == "GET"
    body = None if is_read or one.body is None else rest
    return api.request(one.method, "/v1" + one.path.format(**path), params=rest if is_read else None, json=body, headers=heads)


def shortened(said: Any) -> Any:
    """Cut lists to their first rows, and put in the place of what hangs on chance what always stands there."""
    if isinstance(said, dict):
        return {name: CHANCE if name in BY_CHANCE else shortened(value) for name, value in said.items()}
    return [shortened(one) for one in said[:ROWS]] if isinstance(said, list) else said


def text() -> str:
    """Give the file."""
    return json.dumps(record(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
    sys.exit(0)
