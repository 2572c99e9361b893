"""Done once for its key: what is no command of the book keeps its first answer with the change, and gives it to who asks again."""

import base64
import json
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, insert, select
from starlette.testclient import TestClient

from plimsoll.app.access import first_answer as first
from plimsoll.app.access import people
from plimsoll.app.access.first_answer import Kept, Once
from plimsoll.app.access.principal import Principal
from plimsoll.app.database.schema import loan
from plimsoll.app.database.schema_access import access_event, access_key, access_user, approval_check, first_answer
from plimsoll.app.database.schema_chain import hook_endpoint, import_batch
from plimsoll.app.open_door import open_door
from plimsoll.app.sandbox.of_house import sandbox_of
from plimsoll.interfaces.http import operations
from plimsoll.interfaces.http.serve import Recognised, application
from plimsoll.units.refusal import Refused
from tests.people_of_house import AT, Clock, house_of, settle
from tests.served import ANN, furnish

WHO = {
    "ada": ("tenant_admin",),
    "ben": ("tenant_admin",),
    "ops": ("it_ops",),
    "law": ("compliance",),
    "desk": ("servicing",),
    "fin": ("finance",),
    "tre": ("treasury",),
}


ONE_ENGINE = pytest.mark.parametrize("kind", ["sqlite"])


class Api:
    """Asks a house over HTTP as somebody, under a key that is told."""

    def __init__(self, store):
        self.house = house_of(store, Clock())
        for name, roles in WHO.items():
            settle(self.house, name, *roles, password="")

        def recognise(_house, name, _address):
            return Recognised(Principal(name, WHO[name], strong_at=AT))

        self.client = TestClient(application(self.house, open_door(self.house), recognise=recognise, is_limited=False))

    def __call__(self, who, key, method, path, body=None, **heads):
        heads = {"Authorization": f"Bearer {who}", "Idempotency-Key": key} | heads
        return self.client.request(method, "/v1" + path, json=body, headers=heads)

    def counted(self, *tables):
        with self.house.store.engine.connect() as connection:
            return [connection.scalar(select(func.count()).select_from(table)) for table in tables]

    def twice(self, who, key, method, path, body=None, **heads):
        """Ask twice; the second answer is the first, marked, and nothing was done for it. Give the first."""
        once = self(who, key, method, path, body, **heads)
        assert once.status_code < 300, once.text
        assert "idempotency-replayed" not in once.headers
        before = self.counted(access_event, first_answer)
        again = self(who, key, method, path, body, **heads)
        assert again.headers.get("idempotency-replayed") == "true", (path, again.text)
        assert again.status_code == once.status_code
        assert again.headers.get("etag") == once.headers.get("etag")
        assert self.counted(access_event, first_answer) == before
        self.again = again.json()
        return once.json()


@pytest.fixture
def api(store, tmp_path, monkeypatch):
    monkeypatch.setenv("PLIMSOLL_CLOCKS", str(tmp_path / "clocks"))
    monkeypatch.setenv("PLIMSOLL_WEBHOOKS_LOOPBACK", "1")
    found = Api(store)
    yield found
    found.house.close()


@ONE_ENGINE
def test_users_roles_and_emergency_access_are_changed_once(api):
    made = api.twice("ada", "u1", "POST", "/users", {"id": "wang", "name": "Wang Fang", "unit": "north"})
    assert api.again == made
    locked = api.twice("ada", "u2", "POST", "/users/wang/lock", {"reason": "left the desk open"}, **{"If-Match": '"1"'})
    assert (api.again, locked["state"], locked["version"]) == (locked, "locked", 2)
    api.twice("ada", "u3", "POST", "/users/wang/unlock", {"reason": "talked to"}, **{"If-Match": '"2"'})
    changed = api.twice("ada", "u4", "PATCH", "/users/wang", {"unit": "south"}, **{"If-Match": '"3"'})
    assert api("ada", "u2", "POST", "/users/wang/lock", {"reason": "left the desk open"}, **{"If-Match": '"9"'}).json() == locked, (
        "the FIRST"
    )
    given = api.twice("ada", "g1", "POST", "/users/wang/grants", {"role": "servicing", "reason": "works there"})
    assert api.again == given
    assert api.twice("ada", "g2", "POST", f"/grants/{given['id']}/end", {"reason": "moved on"})["ended_by"] == "ada"
    asked = api.twice("ops", "b1", "POST", "/break_glass", {"reason": "the close hangs"})
    assert api.twice("ada", "b2", "POST", f"/break_glass/{asked['id']}/agree")["state"] == "broken"
    assert api.twice("ops", "b3", "POST", f"/break_glass/{asked['id']}/end")["state"] == "over"
    assert api.twice("law", "b4", "POST", f"/break_glass/{asked['id']}/review", {"review": "it was needed"})["state"] == "reviewed"
    assert (api.counted(access_user)[0], changed["unit"]) == (len(WHO) + 1, "south")


def test_what_is_shown_once_is_shown_once_and_stands_nowhere(api):
    invited = api.twice("ada", "i1", "POST", "/users/desk/invitations")
    assert (invited["shown_before"], api.again["shown_before"], api.again["invitation"]) == (False, True, "")
    key = api.twice("fin", "k1", "POST", "/keys", {"permissions": ["loan.read"]})
    assert api.again == {**key, "text": "", "shown_before": True}
    renewed = api.twice("fin", "k2", "POST", f"/keys/{key['id']}/rotate", {"overlap_hours": 1})
    assert (api.again["text"], api.again["replaces"]) == ("", key["id"])
    hook = api.twice("ops", "h1", "POST", "/webhook_endpoints", {"url": "http://127.0.0.1:9/in", "types": []})
    assert (api.again["secret"], api.again["shown_before"], hook["secret"][:6]) == ("", True, "whsec_")
    turned = api.twice("ops", "h2", "POST", f"/webhook_endpoints/{hook['id']}/rotate", {})
    assert api.again == turned, "else a retry would end the secret that receivers still verify by"
    assert api.counted(access_key, hook_endpoint) == [2, 1]
    with api.house.store.engine.connect() as connection:
        kept = "\n".join(connection.execute(select(first_answer.c.answer)).scalars())
    secrets = (invited["invitation"], key["text"], renewed["text"], hook["secret"], turned["secret"])
    assert all(len(one) > 30 and one.rpartition("_")[2] not in kept for one in secrets)


@ONE_ENGINE
def test_webhooks_are_changed_once(api):
    hook = api("ops", "h1", "POST", "/webhook_endpoints", {"url": "http://127.0.0.1:9/in", "types": []}).json()
    page = f"/webhook_endpoints/{hook['id']}"
    changed = api.twice("ops", "h2", "PATCH", page, {"url": "http://127.0.0.1:9/other"}, **{"If-Match": '"1"'})
    assert (api.again, changed["version"]) == (changed, 2)
    assert api.twice("ops", "h3", "POST", f"{page}/disable", {})["status"] == "disabled"
    assert api.twice("ops", "h4", "POST", f"{page}/enable", {})["status"] == "active"
    assert api.twice("ops", "h5", "POST", f"{page}/replay", {"since": "2026-08-01T00:00:00Z"})["queued"] == 0
    assert api.twice("ops", "h6", "DELETE", page)["status"] == "disabled"


def repayments(api, amount="1.00"):
    """A file of one repayment, of a loan that is made where there is none."""
    if not api.counted(loan)[0]:
        furnish(api.house)
    text = f"key,customer_id,on,amount,currency,loan_id\nr{amount},{ANN},2026-08-16,{amount},CNY,1\n"
    return {"name": "bank.csv", "command": "repay", "content": base64.b64encode(text.encode()).decode()}


@ONE_ENGINE
def test_a_file_is_brought_and_applied_once_and_its_version_moves(api):
    sent = api.twice("tre", "f1", "POST", "/imports", repayments(api))
    page = f"/imports/{sent['id']}"
    checked = api.twice("tre", "f2", "POST", f"{page}/validate", {})
    assert (checked["status"], api.again) == ("valid", checked)
    asked = api.twice("tre", "f3", "POST", f"{page}/apply", {"reason": "as agreed"})
    agreement = {"payload_sha256": asked["payload_sha256"], "comment": "seen"}
    for who in ("fin", "law")[: asked["required_checkers"]]:
        done = api.twice(who, f"a-{who}", "POST", f"/approvals/{asked['id']}/approve", agreement)
    assert (done["status"], api.again) == ("executed", done)
    applied = api.client.get("/v1" + page, headers={"Authorization": "Bearer tre"}).json()
    assert (applied["status"], applied["version"]) == ("applied", checked["version"] + 1)
    assert api.counted(import_batch, approval_check) == [1, asked["required_checkers"]]
    back = api("tre", "f4", "POST", "/imports", repayments(api, "2.00")).json()
    assert api.twice("tre", "f5", "POST", f"/imports/{back['id']}/withdraw", {})["status"] == "withdrawn"


@ONE_ENGINE
def test_what_waits_is_taken_back_once(api):
    sent = api("tre", "f1", "POST", "/imports", repayments(api)).json()
    api("tre", "f2", "POST", f"/imports/{sent['id']}/validate", {})
    asked = api("tre", "f3", "POST", f"/imports/{sent['id']}/apply", {}).json()
    assert api.twice("tre", "w1", "POST", f"/approvals/{asked['id']}/withdraw", {})["status"] == "withdrawn"
    assert api("tre", "w2", "POST", f"/approvals/{asked['id']}/withdraw", {}).json()["status"] == "withdrawn", "twice is once"


@ONE_ENGINE
def test_a_clock_is_moved_once(api):
    clock = api.twice("ops", "c1", "POST", "/test_clocks", {"name": "life", "at": "2026-01-15T00:00:00+08:00"})
    page = f"/test_clocks/{clock['id']}"
    begun = api.twice("ops", "c2", "POST", f"{page}/advance", {"to": "2026-01-18T00:00:00+08:00"})
    assert (begun["status"], api.again) == ("advancing", begun), "the first answer, not 409"
    assert sandbox_of(api.house).mover.wait(30)
    stands = api.client.get("/v1" + page, headers={"Authorization": "Bearer ops"}).json()
    assert (stands["status"], stands["business_date"]) == ("frozen", "2026-01-18")
    branch = api.twice("ops", "c3", "POST", f"{page}/branches", {"name": "pays"})
    assert api.twice("ops", "c4", "DELETE", f"/test_clocks/{branch['id']}")["status"] == "deleted"
    book = sandbox_of(api.house).clocks.folder / f"{branch['id']}.db"
    assert not book.exists()


@ONE_ENGINE
def test_a_key_is_needed_and_says_one_thing(api):
    body = {"role": "servicing", "reason": "works there"}
    without = api.client.post("/v1/users/fin/grants", json=body, headers={"Authorization": "Bearer ada"})
    assert (without.status_code, without.json()["code"]) == (400, "idempotency_key_missing")
    refused = api("ada", "x", "POST", "/users/nobody/grants", body)
    assert refused.status_code == 404
    done = api("ada", "x", "POST", "/users/desk/grants", {**body, "role": "collector"})
    assert (done.status_code, done.json().get("role")) == (200, "collector"), "what was refused is not kept"
    for path, other in (("/users/desk/grants", {**body, "role": "it_ops"}), ("/users/fin/grants", {**body, "role": "collector"})):
        again = api("ada", "x", "POST", path, other)
        assert (again.status_code, again.json()["code"]) == (422, "idempotency_key_reused"), path
    assert api("ben", "x", "POST", "/users/tre/grants", {**body, "role": "auditor"}).status_code != 422, "others have keys of their own"
    assert api("desk", "x", "POST", "/users/desk/grants", {**body, "role": "collector"}).json()["code"] == "permission_missing"


def test_of_many_at_once_one_makes_the_key(api):
    told = []

    def ask():
        told.append(api("fin", "at-once", "POST", "/keys", {"permissions": ["loan.read"]}))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    made = [one.json() for one in told if one.status_code == 200]
    assert len([one for one in made if one["text"]]) == 1
    assert {one["id"] for one in made} == {made[0]["id"]}
    assert {one.json()["code"] for one in told if one.status_code != 200} <= {"idempotency_in_progress"}
    assert all(one.headers["retry-after"] for one in told if one.status_code == 409)
    assert api.counted(access_key) == [1]


def keeping(api, keep: Callable[[object], Kept] = lambda made: Kept(200, json.dumps({"id": made.user_id}))):
    """Register a user once, as the operations do."""
    this = Once("ada", "k", "register_user", bytes(32))
    new = people.NewUser("zhao", "Zhao")
    return first.once(api.house, this, lambda: people.register(api.house, Principal("ada", ()), new), keep)


def test_answer_and_change_are_durable_together_or_not_at_all(api):
    def broken(_made):
        raise RuntimeError("the process dies here")

    before = api.counted(access_user, access_event, first_answer)
    with pytest.raises(RuntimeError):
        keeping(api, broken)
    assert api.counted(access_user, access_event, first_answer) == before
    assert keeping(api).user_id == "zhao"
    assert keeping(api) == Kept(200, '{"id": "zhao"}')


@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_what_another_process_did_first_is_believed(api):
    """Of two processes that do the same at once, one is undone and gives the answer of the other; SQLite has one writer anyway."""
    row = {"actor": "ada", "key": "k", "operation": "register_user", "fingerprint": bytes(32), "status": 200, "at": AT, "answer": "{}"}

    def other_was_first(_made):
        with api.house.store.engine.connect() as connection:
            connection.execute(insert(first_answer).values(row))
        return Kept(200, '{"id": "zhao"}')

    assert keeping(api, other_was_first) == Kept(200, "{}")
    assert isinstance(people.get(api.house, "zhao"), Refused)


def test_every_change_takes_a_key_but_for_those_that_are_named():
    """What takes none changes nothing that could be doubled, or would have to keep what nobody may keep."""
    named = {
        "preview_decision", "quote_loan", "quote_instalments", "search", "reveal_personal",  # looks; each look is on record
        "sign_in", "show_one_time", "ask_passkey", "sign_in_by_passkey", "ask_code", "sign_in_by_code",  # another session each time
        "sign_out", "sign_out_everywhere", "begin_passkey",  # ended twice is ended once; a challenge of which one is answered
        "accept_invitation", "change_password",  # good once; a hash of what was asked for would be a fast hash of a password
        "put_personal",  # put twice is put once; a hash of what was asked for would outlive the person's erasure
    }  # fmt: skip
    without = {one.name for one in operations.ALL if one.method != "GET" and not one.is_idempotent}
    assert without <= named, without - named
