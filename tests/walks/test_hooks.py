"""Webhooks on both databases, to a real receiver on this machine: signed, in order, tried again by the schedule, never twice at once."""

import json
import ssl
import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from plimsoll.app.chain.seal import seal
from plimsoll.app.database.schema_access import access_event
from plimsoll.app.database.schema_chain import hook_endpoint
from plimsoll.app.hooks.address import PORTS
from plimsoll.app.hooks.deliver import Deliverer
from plimsoll.app.hooks.endpoint import Hooks, reseal_secrets
from plimsoll.app.hooks.queue import attempts, claim, deliveries, fill, pause_after, replay, replay_since, resume
from plimsoll.app.hooks.send import Patience
from plimsoll.app.hooks.sign import SIGNATURE, verify
from plimsoll.app.house import LIVE, House
from plimsoll.app.keyring import new_keyring, with_current_only, with_new_master
from plimsoll.app.vault import Vault
from plimsoll.app.wiring import read_command
from plimsoll.risk.lawful import lawful_rules
from plimsoll.units.refusal import Refused
from tests.receiver import receiving

RULES = lawful_rules()
BEGINS = datetime(2026, 12, 1, 1, tzinfo=UTC)
QUICK = Patience(connect_s=0.5, total_s=0.4)
ENOUGH = Patience(connect_s=60.0, total_s=60.0)
"""For receivers that answer: a machine that is busy with other tests may take its time."""
LADDER = (5, 30, 120, 600, 3_600, 10_800, 21_600)


class Post:
    """A house with a clock of the test, its endpoints, and a receiver."""

    def __init__(self, store, receiver, mode: str = "sandbox") -> None:
        self.at = BEGINS
        self.keyring = new_keyring(BEGINS)
        self.house = House(store, RULES, Vault(store, self.keyring), mode, lambda: self.at)
        self.hooks = Hooks(self.house, is_loopback_allowed=True)
        self.receiver = receiver
        self.deliverer = Deliverer(self.hooks, patience=ENOUGH)
        self.customers = 0

    def register(self, *kinds: str, path: str = "/in"):
        shown = self.hooks.register(f"{self.receiver.url}{path}", kinds, "li")
        assert not isinstance(shown, Refused), shown
        return shown

    def happen(self, times: int = 1) -> None:
        """Let customers be opened, and seal it."""
        for _ in range(times):
            self.customers += 1
            said = {"key": f"c{self.customers}", "customer_id": self.customers, "on": "2026-12-01"}
            assert not isinstance(self.house.execute(read_command(said, "open_customer"), actor="li"), Refused)
        seal(self.house.store, None, self.at)

    def once(self, *, after_s: int = 0) -> dict[str, int]:
        self.at += timedelta(seconds=after_s)
        return dict(self.deliverer.once())

    def got(self) -> list[str]:
        return [json.loads(body)["subject"] for _, body in self.receiver.got]


@pytest.fixture
def post(store):
    with receiving() as receiver:
        found = Post(store, receiver)
        yield found
        found.house.close()


OPENED = "plimsoll.customer.opened.v1"


def test_an_event_comes_signed_as_a_cloud_event_with_ids_only(post):
    shown = post.register(OPENED)
    post.happen()
    assert post.once() == {"": 1}
    ((headers, body),) = post.receiver.got
    assert verify(shown.secret, headers, body, post.at.timestamp()) is None
    said = json.loads(body)
    assert (said["specversion"], said["type"], said["subject"], said["businessdate"]) == ("1.0", OPENED, "cus_1", "2026-12-01")
    assert said["id"] == headers["webhook-id"]
    assert all(name.isalpha() and name.islower() for name in said), "attributes of CloudEvents are lower-case letters"
    assert headers["content-type"] == "application/cloudevents+json"
    assert headers["host"] == post.receiver.url.removeprefix("http://")
    assert post.once() == {}, "once is enough"


def test_only_what_was_asked_for_from_then_on(post):
    post.happen()
    post.register("plimsoll.loan.*", path="/loans")
    post.register("plimsoll.customer.*", path="/customers")
    post.register(path="/all")
    post.happen(2)
    post.once()
    assert Counter(post.receiver.paths)["/loans"] == 0
    subjects = [
        json.loads(body)["subject"] for (_, body), path in zip(post.receiver.got, post.receiver.paths, strict=True) if path == "/customers"
    ]
    assert subjects == ["cus_2", "cus_3"]
    assert Counter(post.receiver.paths)["/all"] >= 2


def test_what_is_not_taken_holds_up_what_follows_and_comes_first(post):
    shown = post.register(OPENED)
    post.happen(3)
    post.receiver.answers = [(204, 0, b""), (500, 0, b"no")]
    assert post.once() == {"": 1, "hook_answered_otherwise": 1}
    assert post.once(after_s=4) == {}, "five seconds have not passed"
    assert post.once(after_s=1) == {"": 2}
    assert post.got() == ["cus_1", "cus_2", "cus_2", "cus_3"]
    states = [(one.state, one.attempts_count, one.last_status) for one in deliveries(post.house.store, shown.endpoint.endpoint_id)]
    assert states == [("delivered", 1, 204), ("delivered", 2, 204), ("delivered", 1, 204)]
    second = deliveries(post.house.store, shown.endpoint.endpoint_id)[1]
    tries = [(one.n, one.status, one.error) for one in attempts(post.house.store, shown.endpoint.endpoint_id, second.seq)]
    assert tries == [(1, 500, "hook_answered_otherwise"), (2, 204, "")]


def test_it_is_tried_by_the_schedule_for_seven_days_then_disabled_and_on_record(post):
    shown = post.register(OPENED)
    post.happen(2)
    post.receiver.answers = [(503, 0, b"")] * 100
    for pause in LADDER:
        assert post.once() == {"hook_answered_otherwise": 1}
        assert post.once(after_s=pause - 1) == {}
        post.at += timedelta(seconds=1)
    tries = len(LADDER)
    while post.hooks.find(shown.endpoint.endpoint_id).state == "active":
        assert post.once() == {"hook_answered_otherwise": 1}
        tries += 1
        due = deliveries(post.house.store, shown.endpoint.endpoint_id)[0].next_at
        post.at = due or post.at
    assert post.at - BEGINS == timedelta(days=7), "the last try is at the end of the seventh day"
    assert tries == len(LADDER) + 15, "ten hours of the ladder, then every twelve hours"
    found = deliveries(post.house.store, shown.endpoint.endpoint_id)
    assert [one.state for one in found] == ["given_up", "waiting"]
    with post.house.store.engine.connect() as connection:
        (event,) = connection.execute(select(access_event).where(access_event.c.action == "hook_disabled")).all()
    assert (event.actor, json.loads(event.body)["status"]) == ("house", 503)
    post.receiver.answers = []
    assert post.once() == {}
    assert post.hooks.enable(shown.endpoint.endpoint_id, "li").state == "active"
    assert resume(post.house.store, shown.endpoint.endpoint_id, post.at) == 2
    post.receiver.got.clear()
    post.once()
    assert post.got() == ["cus_1", "cus_2"], "nothing was left out"


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((500, 0, b""), "hook_answered_otherwise"),
        ((404, 0, b""), "hook_answered_otherwise"),
        ((429, 0, b""), "hook_answered_otherwise"),
        ((302, 0, b""), "hook_redirected"),
        ((307, 0, b""), "hook_redirected"),
        ((200, 5, b""), "hook_timed_out"),
        ("drip", "hook_timed_out"),
        ("drop", "hook_unreachable"),
        ("huge", "hook_answer_too_large"),
        ((200, 0, b"x" * 65_537), "hook_answer_too_large"),
        ((200, 0, b"x" * 65_536), ""),
        ((299, 0, b""), ""),
    ],
    ids=str,
)
def test_what_receivers_do(post, answer, code):
    shown = post.register(OPENED)
    post.happen()
    post.receiver.answers = [answer]
    if code == "hook_timed_out":
        post.deliverer.patience = QUICK
    assert post.once() == {code: 1}
    post.deliverer.patience = ENOUGH
    assert len(post.receiver.got) == 1, "a redirect is never followed"
    (found,) = deliveries(post.house.store, shown.endpoint.endpoint_id)
    (tried,) = attempts(post.house.store, shown.endpoint.endpoint_id, found.seq)
    assert tried.error == code
    assert tried.took_ms < 5_000 or code != "hook_timed_out"
    if code:
        post.at += timedelta(seconds=5)
        assert post.once() == {"": 1}


@pytest.mark.parametrize("kind", ["sqlite"])
def test_an_endpoint_that_says_it_is_gone_is_disabled(post):
    shown = post.register(OPENED)
    post.happen()
    post.receiver.answers = [(410, 0, b"")]
    assert post.once() == {"hook_gone": 1}
    assert post.hooks.find(shown.endpoint.endpoint_id).state == "disabled"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_nobody_listens(post):
    post.register(OPENED)
    with receiving() as other:
        url = other.url
    shown = post.hooks.register(f"{url}/in", [OPENED], "li")
    post.happen()
    assert post.once() == {"": 1, "hook_unreachable": 1}, "who is down holds nobody else up"
    assert shown.endpoint.state == "active"


def test_two_workers_never_try_one_event_at_once(post):
    """Eight workers over one book: every event is tried once, in order, however slow the receiver is."""
    shown = post.register(OPENED)
    post.happen(12)
    post.receiver.answers = [(204, 0.01, b"")] * 12
    gate = threading.Barrier(8)

    def work() -> None:
        gate.wait()
        worker = Deliverer(post.hooks, patience=ENOUGH)
        for _ in range(40):
            worker.once()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert post.got() == [f"cus_{one}" for one in range(1, 13)]
    assert {one.attempts_count for one in deliveries(post.house.store, shown.endpoint.endpoint_id)} == {1}


def test_one_of_many_claims(post):
    shown = post.register(OPENED)
    post.happen(2)
    endpoint = shown.endpoint
    assert [fill(post.house.store, endpoint, post.house.now()) for _ in range(2)] == [2, 0], "whoever is second adds nothing"
    taken = [claim(post.house.store, endpoint.endpoint_id, post.at) for _ in range(4)]
    assert [one is not None for one in taken] == [True, False, False, False], "what follows waits for the head"
    post.at += timedelta(seconds=61)
    again = claim(post.house.store, endpoint.endpoint_id, post.at)
    assert (again.seq, again.attempts_count) == (taken[0].seq, 2), "a worker that ended leaves it to the next"


def test_rotation_signs_with_both_for_a_day(post):
    shown = post.register(OPENED)
    rotated = post.hooks.rotate(shown.endpoint.endpoint_id, "li")
    post.happen()
    post.once()
    headers, body = post.receiver.got[-1]
    assert headers[SIGNATURE].count("v1,") == 2
    assert [verify(one, headers, body, post.at.timestamp()) for one in (shown.secret, rotated.secret)] == [None, None]
    post.at += timedelta(days=1)
    post.happen()
    post.once()
    headers, body = post.receiver.got[-1]
    assert verify(shown.secret, headers, body, post.at.timestamp()).code == "hook_signature_wrong"
    assert verify(rotated.secret, headers, body, post.at.timestamp()) is None


def test_a_rotation_asked_again_by_its_key_leaves_the_secret_that_receivers_know(post):
    shown = post.register(OPENED)
    endpoint_id = shown.endpoint.endpoint_id
    first, again = (post.hooks.rotate(endpoint_id, "li", key="li|lost-answer") for _ in range(2))
    assert (first.is_repeat, again.is_repeat, again.secret, again.endpoint.version) == (False, True, first.secret, 2)
    assert post.hooks.secrets_of(endpoint_id) == (first.secret, shown.secret)
    second = post.hooks.rotate(endpoint_id, "li", key="li|another")
    late = post.hooks.rotate(endpoint_id, "li", key="li|lost-answer")
    assert (late.is_repeat, late.secret) == (True, first.secret)
    assert post.hooks.secrets_of(endpoint_id) == (second.secret, first.secret)


def test_replay_by_id_and_from_an_instant(post):
    post.happen()
    post.at += timedelta(hours=1)
    shown = post.register(OPENED)
    endpoint_id, store = shown.endpoint.endpoint_id, post.house.store
    post.happen(2)
    post.once()
    first = deliveries(store, endpoint_id)[0]
    assert replay(store, endpoint_id, [first.event_id], post.at) == 1
    assert replay(store, endpoint_id, ["evt_none"], post.at).code == "hook_delivery_unknown"
    assert post.once() == {"": 1}
    assert post.got() == ["cus_2", "cus_3", "cus_2"]
    assert [one.n for one in attempts(store, endpoint_id, first.seq)] == [1, 2]
    post.receiver.got.clear()
    assert replay_since(store, post.hooks.find(endpoint_id), BEGINS, post.at) == 3, "also what was before the endpoint"
    post.once()
    assert post.got() == ["cus_1", "cus_2", "cus_3"]
    assert replay_since(store, post.hooks.find(endpoint_id), BEGINS + timedelta(hours=1), post.at) == 2
    assert replay_since(store, post.hooks.find(endpoint_id), post.at + timedelta(hours=1), post.at) == 0


def test_secrets_are_sealed_and_shown_once(post):
    shown = post.register()
    with post.house.store.engine.connect() as connection:
        row = connection.execute(select(hook_endpoint)).one()
    assert shown.secret.encode() not in bytes(row.secret)
    assert shown.secret.removeprefix("whsec_").encode() not in bytes(row.secret)
    assert not hasattr(post.hooks.find(shown.endpoint.endpoint_id), "secret")
    with post.house.store.engine.connect() as connection:
        assert shown.secret not in str(connection.execute(select(access_event)).all())
    other = House(post.house.store, RULES, Vault(post.house.store, new_keyring(BEGINS)))
    assert Hooks(other).secrets_of(shown.endpoint.endpoint_id).code == "hook_keys_missing"
    other.close()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_secrets_outlive_the_master_key_that_sealed_them(post):
    shown = post.register()
    post.hooks.rotate(shown.endpoint.endpoint_id, "li")
    before = post.hooks.secrets_of(shown.endpoint.endpoint_id)
    renewed = with_new_master(post.keyring, BEGINS + timedelta(days=1))
    assert [reseal_secrets(post.house.store, renewed) for _ in range(2)] == [1, 0]
    with House(post.house.store, RULES, Vault(post.house.store, with_current_only(renewed)), now=lambda: post.at) as house:
        assert Hooks(house).secrets_of(shown.endpoint.endpoint_id) == before


def test_changes_need_the_version_that_was_seen(post):
    endpoint = post.register().endpoint
    changed = post.hooks.change(endpoint.endpoint_id, 1, "li", kinds=[OPENED])
    assert (changed.kinds, changed.version) == ((OPENED,), 2)
    assert post.hooks.change(endpoint.endpoint_id, 1, "wu", url=f"{post.receiver.url}/b").code == "hook_changed"
    assert post.hooks.disable(endpoint.endpoint_id, "li").state == "disabled"
    post.happen()
    assert post.once() == {}
    with post.house.store.engine.connect() as connection:
        acted = connection.scalars(select(access_event.c.action).where(access_event.c.subject == endpoint.endpoint_id)).all()
    assert sorted(acted) == ["hook_changed", "hook_disabled", "hook_registered"]


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        (["loan.paid_off"], "hook_kind_malformed"),
        (["plimsoll.loan.paid_off"], "hook_kind_malformed"),
        (["plimsoll.*"], "hook_kind_malformed"),
        (["*"], "hook_kind_malformed"),
        (["plimsoll.moon.*"], "hook_kind_unknown"),
        (["plimsoll.loan.eaten.v1"], "hook_kind_unknown"),
        ([OPENED] * 101, "hook_kind_malformed"),
    ],
)
def test_types_that_are_refused(post, kinds, code):
    assert post.hooks.register(f"{post.receiver.url}/in", kinds, "li").code == code


@pytest.mark.parametrize("kind", ["sqlite"])
def test_in_live_an_address_waits_until_others_agree(store):
    with receiving() as receiver:
        post = Post(store, receiver, LIVE)
        assert post.hooks.register(f"{receiver.url}/in", [], "li").code == "hook_url_not_https", "loopback is of the sandbox alone"
        shown = post.hooks.register("https://hooks.example.com/in", [], "li")
        endpoint_id = shown.endpoint.endpoint_id
        assert shown.endpoint.state == "waiting"
        assert post.hooks.enable(endpoint_id, "li").code == "hook_needs_approval"
        post.happen()
        assert post.once() == {}
        assert post.hooks.approve(endpoint_id, "https://other.example.com/in", "wu").code == "hook_changed"
        agreed = post.hooks.approve(endpoint_id, "https://hooks.example.com/in", "wu")
        assert agreed.state == "active"
        assert post.hooks.change(endpoint_id, agreed.version, "li", url="https://b.example.com/").state == "waiting"
        post.house.close()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_without_keys_nothing_is_registered(store):
    with House(store, RULES) as house:
        assert Hooks(house).register("https://hooks.example.com/in", [], "li").code == "hook_keys_missing"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_name_that_turns_inwards_gains_nothing(post, monkeypatch):
    """DNS rebinding: what is judged is what is connected to, and a name that leads inside is not connected to at all."""
    shown = post.hooks.register("https://hooks.example.com/in", [OPENED], "li")
    post.happen()
    asked, connected = [], []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    def connect(address, timeout):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("plimsoll.app.hooks.send.socket.create_connection", connect)
    post.deliverer = Deliverer(post.hooks, patience=QUICK, resolver=resolver)
    assert post.once() == {"hook_unreachable": 1}
    assert connected == [("93.184.216.34", PORTS[0])], "the address that was judged, asked for once"
    assert asked == ["hooks.example.com"]
    assert post.once(after_s=5) == {"hook_address_refused": 1}
    assert len(connected) == 1
    assert deliveries(post.house.store, shown.endpoint.endpoint_id)[0].last_error == "hook_address_refused"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_certificate_for_another_name_is_not_believed(store, tmp_path):
    """The connection goes to an address, the certificate has to be about the name; a good one is taken, also when it is slow."""
    served, trusted = certificate(tmp_path, "localhost")
    with receiving(served) as receiver:
        post = Post(store, receiver)
        port = receiver.url.rpartition(":")[2]
        post.deliverer = Deliverer(post.hooks, patience=ENOUGH, context=trusted)
        shown = post.hooks.register(f"https://localhost:{port}/in", [OPENED], "li")
        other = post.hooks.register(f"https://127.0.0.1:{port}/in", [OPENED], "li")
        post.happen()
        assert post.once() == {"": 1, "hook_tls_failed": 1}
        assert deliveries(store, other.endpoint.endpoint_id)[0].last_error == "hook_tls_failed"
        post.happen()
        receiver.answers = ["drip"]
        post.hooks.disable(other.endpoint.endpoint_id, "li")
        post.deliverer.patience = QUICK
        assert post.once() == {"hook_timed_out": 1}, "who drips is cut off through the encryption too"
        assert deliveries(store, shown.endpoint.endpoint_id)[0].state == "delivered"
        post.house.close()


def certificate(folder, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for a name; the context that serves it, and the one that trusts it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    signed = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False).sign(key, hashes.SHA256())
    chain, private = folder / "cert.pem", folder / "key.pem"
    chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(chain, private)
    return served, ssl.create_default_context(cafile=chain)


def test_the_schedule_is_a_dated_rule():
    on = date(2026, 12, 1)
    waits = [pause_after(tries, timedelta(0), RULES, on) for tries in range(1, 10)]
    assert waits == [*LADDER, 43_200, 43_200]
    assert pause_after(20, timedelta(days=7), RULES, on) is None


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_worker_stops_when_told(post):
    post.register(OPENED)
    post.happen()
    stop = threading.Event()
    thread = threading.Thread(target=post.deliverer.run, args=(stop,), kwargs={"pause_s": 0.01})
    thread.start()
    for _ in range(6_000):
        if post.receiver.got:
            break
        threading.Event().wait(0.01)
    stop.set()
    thread.join(60)
    assert not thread.is_alive()
    assert post.got() == ["cus_1"]
    with post.house.store.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(hook_endpoint)) == 1
