"""Four eyes over HTTP: 202 with the approval, the page that a checker reads, and the answers of each step."""

import base64
from datetime import UTC, date, datetime

import pytest
from starlette.testclient import TestClient

from plimsoll.app.access.principal import Principal
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.http.serve import Recognised, application
from plimsoll.rulebook.rules import load
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.servicing.open_line import OpenLine
from plimsoll.units.rate import Rate

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
ROLES = {
    "li": ("underwriter_2",),
    "wang": ("finance",),
    "xu": ("product_admin",),
    "kim": ("servicing",),
    "ann": ("borrower",),
    "chen": ("treasury",),
}
CNY = "CNY"


@pytest.fixture
def api(store):
    with House(store, load(), now=lambda: NOW) as house:
        store.move_open_day(DAY)
        for asked in (
            OpenCustomer("c", 41, DAY),
            OpenLine("l", 41, DAY, CNY, 5_000_00, 5_000_00, 0, 1, 10),
            Draw("d", 41, DAY, 2, 3_000_00, CNY, Rate.parse("0.0004"), 6),
        ):
            assert isinstance(house.execute(asked, actor="desk"), Answer)

        def recognise(_house, name, _address):
            return Recognised(Principal(name, ROLES[name], strong_at=NOW, customer_id=41 if name == "ann" else 0))

        client = TestClient(application(house, open_door(house), recognise=recognise), raise_server_exceptions=True)
        keys = iter(range(1000))

        def call(who, method, path, body=None, **heads):
            heads = {"Authorization": f"Bearer {who}", **({"Idempotency-Key": f"k{next(keys)}"} if body is not None else {}), **heads}
            answer = client.request(method, "/v1" + path, json=body, headers=heads)
            return answer.status_code, answer.json()

        yield call


def raised(api, who="li", **heads):
    limit = {"amount": 800_000, "currency": CNY}
    later = {"amount": 0, "currency": CNY}
    body = {"on": "2026-03-02", "limit": limit, "cash_limit": limit, "later_limit": later, "reason": "income doubled"}
    return api(who, "POST", "/customers/cus_41/line/limits", body, **heads)


@pytest.fixture
def waiting(api):
    status, body = raised(api)
    assert status == 202, body
    return body


def test_a_checker_reads_what_would_change_and_agrees_to_exactly_that(api, waiting):
    assert (waiting["status"], waiting["required_checkers"], waiting["rule"]) == ("pending", 1, "POLICY.APPROVAL.RAISES")
    page = f"/approvals/{waiting['id']}"
    status, shown = api("wang", "GET", page)
    assert (status, shown["said_en"], shown["customer"]) == (200, "Set the limit of customer 41", "cus_41")
    assert {"about": "", "en": "limit", "zh": "额度", "before": "5000.00 CNY", "after": "8000.00 CNY"} in shown["change"]
    status, mine = api("wang", "GET", "/approvals?of=mine_to_check")
    assert (status, [one["id"] for one in mine["data"]], mine["next_cursor"]) == (200, [waiting["id"]], "")
    sha = {"payload_sha256": waiting["payload_sha256"]}
    assert api("li", "POST", f"{page}/approve", sha)[1]["code"] == "maker_cannot_check"
    assert api("kim", "POST", f"{page}/approve", sha)[0] == 403
    assert api("xu", "POST", f"{page}/approve", sha)[0] == 403
    status, problem = api("wang", "POST", f"{page}/approve", {"payload_sha256": "0" * 64})
    assert (status, problem["code"]) == (409, "approval_differs")
    assert api("wang", "POST", f"{page}/approve", sha, **{"If-Match": '"99"'})[0] == 412
    status, done = api("wang", "POST", f"{page}/approve", sha, **{"If-Match": f'"{shown["version"]}"'})
    assert (status, done["status"], done["agreed"]) == (200, "executed", 1)
    assert '"limit":"8000.00"' in done["outcome"]["answer"]
    assert api("wang", "POST", f"{page}/approve", sha)[1]["status"] == "executed", "a retry"


def test_a_rejection_says_why_and_only_the_maker_takes_back(api, waiting):
    page, sha = f"/approvals/{waiting['id']}", {"payload_sha256": waiting["payload_sha256"]}
    assert api("wang", "POST", f"{page}/withdraw", {})[1]["code"] == "approval_not_own"
    assert api("wang", "POST", f"{page}/reject", sha)[0] in (400, 422)
    status, done = api("wang", "POST", f"{page}/reject", {**sha, "comment": "no payslip"})
    assert (status, done["status"], done["verdicts"][0]["comment"]) == (200, "rejected", "no payslip")
    assert api("li", "POST", f"{page}/withdraw", {})[1]["code"] == "approval_ended"


def test_approvals_of_others_look_absent_to_who_may_not_read_them(api, waiting):
    page = f"/approvals/{waiting['id']}"
    assert api("li", "GET", page)[0] == 200
    assert api("ann", "GET", page)[0] == 404 == api("ann", "GET", "/approvals/apr_none")[0]
    assert api("ann", "GET", page)[1]["code"] == api("ann", "GET", "/approvals/apr_none")[1]["code"]
    assert api("ann", "GET", "/approvals")[0] == 403


def test_a_lost_answer_is_asked_for_again_with_the_same_key(api):
    first = raised(api, **{"Idempotency-Key": "same"})
    assert raised(api, **{"Idempotency-Key": "same"}) == first
    assert first[0] == 202


def test_a_file_is_uploaded_checked_and_applied_over_http(api):
    text = b"key,customer_id,on,amount,currency,loan_id\nr1,41,2026-03-02,100.00,CNY,2\nr2,99,2026-03-02,1.00,CNY,2\n"
    body = {"name": "bank.csv", "command": "repay", "content": base64.b64encode(text[:30]).decode()}
    assert api("wang", "POST", "/imports", {**body, "content": "*"})[0] in (400, 422)
    assert api("wang", "POST", "/imports", {**body, "name": "../bank.csv"})[1]["code"] == "import_name_malformed"
    assert api("kim", "POST", "/imports", body)[0] == 403
    status, made = api("chen", "POST", "/imports", body)
    assert (status, made["status"]) == (200, "uploaded"), made
    page = f"/imports/{made['id']}"
    part = {"offset": 30, "content": base64.b64encode(text[30:]).decode()}
    assert api("chen", "POST", f"{page}/parts", part)[0] == 200
    status, checked = api("chen", "POST", f"{page}/validate", {})
    assert (status, checked["status"], checked["effect"]["ok"], checked["effect"]["errors"]) == (200, "valid", 1, 1), checked
    assert checked["effect"]["totals"] == [{"command": "repay", "total": {"amount": 100_00, "currency": CNY}}]
    status, errors = api("chen", "GET", f"{page}/errors")
    assert (status, [one["code"] for one in errors["data"]]) == (200, ["customer_unknown"])
    assert errors["csv"].startswith("line,key,code,detail,said\r\n3,r2,customer_unknown,")
    status, waiting = api("chen", "POST", f"{page}/apply", {"reason": "the bank's file"})
    assert (status, waiting["object"]) == (202, "approval"), waiting
    sha = {"payload_sha256": waiting["payload_sha256"]}
    status, done = api("wang", "POST", f"/approvals/{waiting['id']}/approve", sha)
    assert (status, done["status"]) == (200, "executed"), done
    status, found = api("chen", "GET", page)
    assert (found["status"], found["effect"]["applied"], found["approval"]) == ("applied", 1, waiting["id"])
    assert [one["id"] for one in api("chen", "GET", "/imports?status=applied")[1]["data"]] == [made["id"]]
    assert api("chen", "POST", f"{page}/withdraw", {})[1]["code"] == "import_state"
