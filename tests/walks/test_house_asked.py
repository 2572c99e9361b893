"""What a house is asked to do for itself over HTTP: exports, the close of days, the seal of audit, the vault, the credit bureau."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from plimsoll.app.access.principal import Principal
from plimsoll.app.close_job import closing_of
from plimsoll.app.closing.through import NEVER
from plimsoll.app.export_rows import empty_overdue
from plimsoll.app.house import LIVE, House
from plimsoll.app.keyring import Keyring
from plimsoll.app.open_door import open_door
from plimsoll.app.vault import Vault
from plimsoll.interfaces.http.serve import application
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused
from tests.shown import ANN, RULES, TODAY, give, made
from tests.unit.rule_folder import edited

NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
ROLES = {"max": "compliance", "mia": "compliance", "ops": "it_ops", "desk": "servicing", "ann": "borrower", "eve": "auditor"}


@pytest.fixture(params=["sqlite"])
def kind(request):
    return request.param


class Asking:
    """A house and its callers; each change has a key of its own unless one is given."""

    def __init__(self, house):
        def recognise(_house, name, _address):
            return Principal(name, (ROLES[name],), customer_id=ANN if name == "ann" else 0, strong_at=house.now())

        self.house = house
        self.http = TestClient(application(house, open_door(house), recognise=recognise, is_limited=False))
        self.keys = iter(range(1000))

    def __call__(self, who, method, path, body=None, key=""):
        heads = {"Authorization": f"Bearer {who}", "Idempotency-Key": key or f"k{next(self.keys)}"}
        answer = self.http.request(method, "/v1" + path, json=body, headers=heads)
        return answer.status_code, answer.json()


@pytest.fixture
def api(store):
    made(store)
    vault = Vault(store, Keyring("first", {"first": bytes(range(32))}, bytes(range(32, 64))))
    with House(store, RULES, vault, now=lambda: NOW) as house:
        yield Asking(house)


def test_few_rows_are_taken_out_at_once_and_are_what_the_list_shows(api):
    asked = {"kind": "journal", "on": "2026-03-10", "reason": "for the group's ledger"}
    assert api("desk", "POST", "/exports", asked)[1]["code"] == "permission_missing"
    status, one = api("max", "POST", "/exports", asked, key="a")
    assert (status, one["status"], one["rows"], one["approval"]) == (201, "ready", 4, "")
    again = api.http.post("/v1/exports", json=asked, headers={"Authorization": "Bearer max", "Idempotency-Key": "a"})
    assert (again.json(), again.headers.get("idempotency-replayed")) == (one, "true"), "the same key gives the same file"
    assert api("max", "POST", "/exports", asked | {"on": "2026-03-09"}, key="a")[1]["code"] == "idempotency_key_reused"
    file = api("max", "GET", f"/exports/{one['id']}/file")[1]
    rows = list(csv.DictReader(io.StringIO(file["csv"], newline="")))
    assert sum(int(row["amount_minor"]) for row in rows) == 0
    assert {(row["customer"], row["command"]) for row in rows} == {("17", "reverse")}
    assert api("mia", "GET", f"/exports/{one['id']}")[0] == 404, "a file is its maker's"
    status, customers = api("max", "POST", "/exports", {"kind": "customers", "reason": "asked for by the regulator"})
    assert (status, customers["rows"]) == (201, 2)


def test_many_rows_wait_for_another_person_who_agrees_to_that_very_file(api, tmp_path):
    edited(tmp_path, "policy/approvals.yaml", "value: 1000\n", "value: 3\n")
    api.house.rules = load(tmp_path)
    asked = {"kind": "journal", "on": "2026-03-10", "reason": "for the group's ledger"}
    status, waiting = api("max", "POST", "/exports", asked, key="b")
    assert (status, waiting["status"], waiting["rule"]) == (202, "pending", "POLICY.APPROVAL.EXPORT.ROWS")
    export = api("max", "GET", f"/approvals/{waiting['id']}")[1]["subject"]
    assert api("max", "GET", f"/exports/{export}/file")[1]["code"] == "export_waiting"
    shown = {"payload_sha256": waiting["payload_sha256"], "comment": "seen"}
    assert api("max", "POST", f"/approvals/{waiting['id']}/approve", shown)[1]["code"] == "maker_cannot_check"
    assert api("mia", "POST", f"/approvals/{waiting['id']}/approve", shown)[0] == 200
    assert api("max", "GET", f"/exports/{export}")[1]["status"] == "ready"
    file = api("max", "GET", f"/exports/{export}/file")[1]
    assert (file["id"], file["rows"]) == (export, 4)
    api.house.now = lambda: NOW + timedelta(days=2)
    assert api("max", "GET", f"/exports/{export}/file")[1]["code"] == "export_over"
    assert (empty_overdue(api.house), empty_overdue(api.house)) == (1, 0)


def test_a_close_is_asked_for_once_and_tells_how_far_it_is(api):
    asked = {"through": "2026-03-22", "scans": NEVER}
    assert api("desk", "POST", "/close_jobs", asked)[1]["code"] == "permission_missing"
    assert api("ops", "GET", "/close_jobs/latest")[0] == 404
    status, job = api("ops", "POST", "/close_jobs", asked)
    assert (status, job["since"], job["through"], job["days"]) == (201, "2026-03-20", "2026-03-22", 3)
    closing_of(api.house).wait(30)
    status, job = api("ops", "GET", "/close_jobs/latest")
    assert (job["status"], job["days_done"], job["on"], job["asked_by"]) == ("done", 3, "2026-03-22", "ops")
    assert api("ops", "POST", "/close_jobs", asked)[1] == job, "asked for again, it is the same"
    assert api.house.today() == date(2026, 3, 23)
    assert api("ops", "GET", "/closes/2026-03-22")[1]["close"]["state"] == "done"
    assert api("ops", "POST", "/close_jobs", asked | {"through": "2026-03-21"})[1]["code"] == "date_closed"
    assert api("ops", "POST", "/close_jobs", asked | {"through": "2027-06-01"})[1]["code"] == "close_too_long"


def test_where_there_is_real_money_a_day_is_closed_when_it_is_over(api):
    api.house.mode = LIVE
    closing = closing_of(api.house)
    refused = closing.begin(TODAY, "ops", scans=NEVER)
    assert isinstance(refused, Refused)
    assert refused.code == "day_not_over"
    api.house.now = lambda: NOW + timedelta(hours=12)  # past midnight in Shanghai
    assert closing.begin(TODAY, "ops", scans=NEVER).through == TODAY
    assert closing.begin(date(2026, 3, 19), "ops", scans=NEVER).code in ("close_running", "date_closed")
    closing.wait(30)


def test_the_seal_of_audit_is_asked_for(api):
    assert api("eve", "POST", "/audit_seals")[1]["code"] == "permission_missing", "who audits does not seal"
    status, first = api("ops", "POST", "/audit_seals")
    assert (status, first["is_signed"], first["seq"] > 20, len(first["head"])) == (201, False, True, 64)
    again = api("ops", "POST", "/audit_seals")[1]
    assert (again["head"], again["records"]) == (first["head"], 0)


def test_a_value_is_put_in_the_vault_and_a_person_is_erased_when_the_law_lets(api):
    phone = {"value": "13800001234", "reason": "told at the counter"}
    status, held = api("desk", "PUT", f"/customers/cus_{ANN}/personal/phone", phone)
    assert (status, held) == (200, {"field": "phone", "ref": "", "masked": "138****1234"})
    assert api("desk", "PUT", f"/customers/cus_{ANN}/personal/shoe_size", phone)[1]["code"] == "vault_field_unknown"
    assert api("eve", "PUT", f"/customers/cus_{ANN}/personal/phone", phone)[1]["code"] == "permission_missing"
    erasure = {"reason": "asked for in writing"}
    assert api("desk", "POST", f"/customers/cus_{ANN}/personal/erasures", erasure)[1]["code"] == "permission_missing"
    assert api("max", "POST", f"/customers/cus_{ANN}/personal/erasures", erasure)[1]["code"] == "erasure_while_owing"
    give(api.house.store, 19, "2026-03-20", "open_customer")
    api("desk", "PUT", "/customers/cus_19/personal/phone", phone)
    for _ in range(2):
        assert api("max", "POST", "/customers/cus_19/personal/erasures", erasure)[1]["is_erased"] is True
    assert api("max", "GET", "/customers/cus_19/personal")[1]["data"] == []


def test_what_the_bureau_was_told_is_shown_to_the_borrower_and_on_record(api):
    give(api.house.store, ANN, "2026-03-20", "give_adverse_notice", loan_id=2, channel="in_app")
    status, page = api("ann", "GET", f"/customers/cus_{ANN}/bureau")
    (notice,) = page["notices"]
    assert (status, notice["loan"], notice["late_since"], page["records"]) == (200, "loan_17_2", "2026-03-16", [])
    assert api("eve", "GET", f"/customers/cus_{ANN}/bureau")[0] == 200
    looks = api("eve", "GET", f"/audit_events?customer=cus_{ANN}")[1]["data"]
    assert {one["actor"] for one in looks if one["what"] == "viewed"} >= {"ann", "eve"}
    assert api("ops", "GET", f"/customers/cus_{ANN}/bureau")[1]["code"] in ("absent", "permission_missing")
