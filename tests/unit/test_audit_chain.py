"""Sealing: one chain whoever seals, in order, nothing before it is committed; and what others need to check it away from the book."""

import json
import os
import subprocess
import sys
import threading
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from plimsoll.app.chain import seal as sealing
from plimsoll.app.chain.anchor import anchor
from plimsoll.app.chain.checkpoint import notes_of, read_note
from plimsoll.app.chain.digest import leaf_of, path_of, root_by_path, root_of
from plimsoll.app.chain.key import new_keys, read_keys, shown, write_keys
from plimsoll.app.chain.prove import bundle, prove
from plimsoll.app.chain.read import blocks_from, read_ranges, some_of, write_ranges
from plimsoll.app.chain.seal import seal
from plimsoll.app.chain.show import entries_after, timeline
from plimsoll.app.chain.source import Range
from plimsoll.app.chain.verify import verify
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.erase import erase_person
from plimsoll.app.keyring import new_keyring
from plimsoll.app.vault import Act, Vault
from plimsoll.app.verify import verify as prove_book
from plimsoll.interfaces.cli.main import main
from plimsoll.risk.lawful import lawful_rules
from tests.chained import LATER, NOW, OF_A_PAYMENT, RECORDS, fill, sealed, tamper
from tests.toys import UNSAID, Note, Open, Repay, run

TOOL = Path(__file__).parents[2] / "tools" / "verify_audit.py"


def tree_of_rfc(leaves):
    """The definition of RFC 6962, 2.1, as it stands there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + tree_of_rfc(leaves[:k]) + tree_of_rfc(leaves[k:])).digest()


def test_the_tree_is_that_of_rfc_6962():
    """Roots and leaves of the test vectors of Certificate Transparency."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [leaf_of(bytes.fromhex(said)) for said in inputs]
    assert leaves[0].hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root_of(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert root_of(leaves[:5]).hex() == "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"


@given(st.integers(1, 70), st.data())
def test_a_path_leads_to_the_root_and_another_leaf_does_not(count, data):
    leaves = [leaf_of(bytes([n])) for n in range(count)]
    place = data.draw(st.integers(0, count - 1))
    root, path = root_of(leaves), path_of(leaves, place)
    assert root == tree_of_rfc(leaves) == root_by_path(leaves[place], place, count, path)
    assert root_by_path(leaf_of(b"no"), place, count, path) != root
    assert root_by_path(leaves[place], place, count, [*path, root]) is None
    if path:
        assert root_by_path(leaves[place], place, count, path[:-1]) != root
    assert root_by_path(leaves[place], count, count, path) is None


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 5), st.integers(0, 8)), max_size=6), st.integers(0, 40), st.integers(0, 40))
def test_some_of_ranges_are_the_records_they_say(said, skip, count):
    ranges = [Range("audit", customer, "", first, first + more) for customer, first, more in said]
    assert read_ranges(write_ranges(ranges)) == ranges
    every = [(one.customer_id, n) for one in ranges for n in range(one.first, one.last + 1)]
    some = [(one.customer_id, n) for one in some_of(ranges, skip, count) for n in range(one.first, one.last + 1)]
    assert some == every[skip : skip + count]


def test_two_sealers_at_once_make_one_chain(store, monkeypatch):
    """Small blocks, four threads that seal while two write: every record stands once, in its order, and nothing forks."""
    monkeypatch.setattr(sealing, "RECORDS_A_BLOCK", 3)
    keys = new_keys()
    for number in range(1, 9):
        run(store, Open(f"open {number}", number))
    failed = []
    done = threading.Event()

    def write(first):
        for n in range(12):
            run(store, Note(f"note {first} {n}", first + n % 4))

    def go_on():
        while not done.is_set():
            try:
                seal(store, keys, NOW)
            except StoreTrouble as trouble:
                failed.append(trouble.code)

    sealers = [threading.Thread(target=go_on) for _ in range(4)]
    writers = [threading.Thread(target=write, args=(first,)) for first in (1, 5)]
    for thread in (*sealers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    assert set(failed) <= {"store_busy"}
    seal(store, keys, LATER)
    verdict = verify(store, keys.publics)
    assert (verdict.breaches, verdict.records, verdict.waiting) == ([], 8 + 24 + 24, 0)
    entries = [entry for entry in entries_after(store, 0, 100) if entry.source == "audit"]
    for number in range(1, 9):
        own = [entry.n for entry in entries if entry.customer_id == number]
        assert own == list(range(1, len(own) + 1))


def test_a_stopped_sealer_leaves_nothing_half(store, monkeypatch):
    """It dies between two blocks: what is sealed is proved, the next one goes on."""
    monkeypatch.setattr(sealing, "RECORDS_A_BLOCK", 4)
    fill(store)
    keys = new_keys()
    appended = sealing._append
    calls = []

    def dies(*given):
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        appended(*given)

    monkeypatch.setattr(sealing, "_append", dies)
    with pytest.raises(KeyboardInterrupt):
        seal(store, keys, NOW)
    verdict = verify(store, keys.publics)
    assert (verdict.breaches, verdict.blocks, verdict.records, verdict.unsigned) == ([], 2, 8, 8)
    assert seal(store, keys, NOW).records == RECORDS - 8
    assert verify(store, keys.publics).breaches == []


def test_only_customers_who_were_touched_are_looked_at(store):
    keys = sealed(store)
    run(store, Repay("pay 4", 1, 1_000, 10))
    assert seal(store, keys, LATER, touched=()).records == 0
    assert seal(store, keys, LATER, touched=(2,)).records == 0
    assert seal(store, keys, LATER, touched=(1, 2)).records == OF_A_PAYMENT


def test_a_record_that_is_gone_before_it_is_sealed_stops_the_sealer(store):
    fill(store)
    tamper(store, "DELETE FROM audit WHERE customer_id = 1 AND command_n = 2")
    with pytest.raises(StoreTrouble, match="should be in the book is not there"):
        seal(store, None, NOW)


def test_erasing_a_person_does_not_break_the_chain(store):
    """What is sealed says who looked and why by hashes; the values themselves were never in it, and go."""
    run(store, Open("open 1", 1))
    vault = Vault(store, new_keyring(NOW))
    assert vault.put(1, "phone", "13800138000", Act("ana", NOW, "told by phone")) is None
    tamper(store, "UPDATE line SET status = 'closed' WHERE customer_id = 1")
    keys = new_keys()
    seal(store, keys, NOW)
    assert erase_person(vault, 1, Act("ana", NOW, "asked to be forgotten"), date(2036, 1, 1), lawful_rules()) is None
    seal(store, keys, LATER)
    assert vault.show(1) == []
    verdict = verify(store, keys.publics)
    assert (verdict.breaches, verdict.waiting) == ([], 0)
    assert "13800138000" not in "\n".join(bundle(store, keys.publics))


def test_the_timeline_of_a_customer_tells_who_did_and_who_looked(store):
    sealed(store)
    told = [(entry.source, entry.what, entry.n) for entry in timeline(store, 2, 50)]
    assert told == [
        *(("vault_access", "reveal", 2), ("vault_access", "reveal", 1)),
        *(("audit", "repay", 4), ("audit", "note", 3), ("audit", "draw", 2), ("audit", "open", 1), ("access_event", "viewed", 1)),
    ]


def check(*words):
    """Run the standalone verifier in a Python that cannot import this program; give its exit code and what it says."""
    code = "import runpy, sys; sys.modules['plimsoll'] = None; del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", code, str(TOOL), *map(str, words)], capture_output=True, text=True, env=environment, check=False, cwd="/"
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def bundled(store, tmp_path):
    keys = sealed(store)
    path = tmp_path / "bundle.jsonl"
    path.write_text("".join(line + "\n" for line in bundle(store, keys.publics)), "utf-8")
    return store, keys, path


def test_a_bundle_is_proved_without_the_program(bundled, tmp_path):
    store, keys, path = bundled
    key = shown(keys.publics[0])
    anchored = anchor(store, tmp_path / "anchors").path
    code, said = check(path, "--key", key, "--anchor", anchored)
    assert (code, said.partition(" of ")[0]) == (0, f"Proved: {RECORDS + 2 * OF_A_PAYMENT} records in blocks 1 to 2")
    assert check(path, "--key", shown(new_keys().publics[0]))[0] == 5
    assert check(path, "--key", "nonsense")[0] == 2
    part = tmp_path / "part.jsonl"
    part.write_text("".join(line + "\n" for line in bundle(store, keys.publics, first=2, withheld={"audit"})), "utf-8")
    assert "6 records in blocks 2 to 2" in check(part, "--key", key)[1]
    assert "2 records withheld" in check(part, "--key", key)[1]
    first = tmp_path / "first.jsonl"
    first.write_text("".join(line + "\n" for line in bundle(store, keys.publics, last=1)), "utf-8")
    assert check(first, "--key", key)[0] == 0
    assert check(first, "--key", key, "--anchor", anchored)[1].endswith("the bundle ends at block 1, and block 2 was anchored\n")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda lines: [*lines[:3], lines[3].replace("ana", "bob").replace("tester", "bob"), *lines[4:]], "is not what was sealed"),
        (lambda lines: [*lines[:2], *lines[3:]], "records, not"),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], "is not what was sealed"),
        (lambda lines: [line for line in lines if "checkpoint" not in line[:20]], "no checkpoint"),
        (lambda lines: lines[:-1], ""),
    ],
)
def test_a_bundle_that_was_bent_is_not_proved(bundled, tmp_path, wrong, said):
    _, keys, path = bundled
    lines = path.read_text("utf-8").splitlines()
    bent = tmp_path / "bent.jsonl"
    changed = wrong(lines)
    if changed == lines:
        changed[3] = changed[3].replace('\\"n\\":', '\\"n\\":1')
    bent.write_text("".join(line + "\n" for line in changed), "utf-8")
    code, told = check(bent, "--key", shown(keys.publics[0]))
    if said:
        assert (code, said in told) == (5, True), told
    else:
        assert "signed up to block 1" in told


def test_every_record_has_a_proof_that_is_checked_without_the_book(store, tmp_path):
    """A block without a checkpoint of its own is proved through the headers after it."""
    fill(store)
    keys = new_keys()
    seal(store, None, NOW)
    run(store, Repay("pay 2", 2, 6_000, 10))
    seal(store, keys, LATER)
    for seq in (1, RECORDS, RECORDS + 1):
        proof = prove(store, seq)
        path = tmp_path / "proof.json"
        path.write_text(json.dumps(proof))
        code, said = check(path, "--key", shown(keys.publics[0]))
        assert (code, f"Proved: record {seq} of" in said, len(proof["headers"])) == (0, True, 2 if seq <= RECORDS else 1), said
        path.write_text(json.dumps(proof | {"record": proof["record"].replace("2026", "2025")}))
        assert check(path, "--key", shown(keys.publics[0]))[0] == 5
    assert prove(store, 0).code == prove(store, RECORDS + OF_A_PAYMENT + 1).code == "audit_record_unknown"


def test_the_key_is_its_owners_alone(tmp_path):
    path = tmp_path / "keys" / "key"
    first = new_keys()
    write_keys(path, first, is_new=True)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert (path.stat().st_mode & 0o777, read_keys(path)) == (0o600, first)
    with pytest.raises(StoreTrouble, match="never overwritten"):
        write_keys(path, new_keys(), is_new=True)
    path.chmod(0o640)
    with pytest.raises(StoreTrouble, match="Others may read"):
        read_keys(path)
    path.chmod(0o600)
    second = new_keys(first)
    write_keys(path, second, is_new=False)
    assert read_keys(path).publics == (*second.publics[:1], *first.publics)
    path.write_text("{}")
    with pytest.raises(StoreTrouble, match="cannot be read"):
        read_keys(path)


def test_the_commands(store, tmp_path, monkeypatch, capsys):
    fill(store)
    db = ("--db", store.address.url)
    monkeypatch.setenv("PLIMSOLL_AUDIT_KEY", str(tmp_path / "key"))
    assert main(["audit", "keygen"]) == 0
    assert main(["audit", "keygen"]) == 1
    assert main(["audit", "seal", *db, "--anchor", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["records"] == RECORDS
    anchored = next(tmp_path.glob("*.notes"))
    assert main(["audit", "keygen", "--rotate"]) == 0
    run(store, Repay("pay 2", 2, 6_000, 10))
    assert main(["audit", "seal", *db]) == 0
    assert main(["audit", "anchor", str(tmp_path), *db]) == 0
    assert main(["audit", "verify", *db, "--anchor", str(anchored)]) == 0
    assert f"Proved: {RECORDS + OF_A_PAYMENT} records in 2 blocks" in capsys.readouterr().out
    assert main(["audit", "verify", *db, "--anchor", str(tmp_path)]) == 0
    assert "2 anchors" in capsys.readouterr().out
    monkeypatch.setenv("PLIMSOLL_AUDIT_ANCHOR", str(tmp_path))
    assert main(["audit", "verify", *db]) == 0
    assert "2 anchors" in capsys.readouterr().out
    run(store, Repay("pay 3", 2, 6_000, 10))
    assert main(["audit", "seal", *db, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["anchored"] == 3, "a place for anchors is configured: it is used"
    assert anchored.read_text().count("plimsoll audit checkpoint v1") == 3
    monkeypatch.delenv("PLIMSOLL_AUDIT_ANCHOR")
    assert main(["audit", "checkpoint", *db]) == 0
    assert read_note(capsys.readouterr().out).text() == notes_of(store)[-1]
    assert main(["audit", "key"]) == 0
    publics = tmp_path / "publics"
    publics.write_text(capsys.readouterr().out)
    assert main(["audit", "export", str(tmp_path / "bundle.jsonl"), *db]) == 0
    assert check(tmp_path / "bundle.jsonl", "--key", publics, "--anchor", anchored)[0] == 0
    assert main(["audit", "export", str(tmp_path / "bundle.jsonl"), *db]) == 2
    capsys.readouterr()
    assert main(["audit", "prove", "3", *db]) == 0
    (tmp_path / "proof.json").write_text(capsys.readouterr().out)
    assert check(tmp_path / "proof.json", "--key", publics)[0] == 0
    assert main(["audit", "prove", "300", *db]) == 3
    assert main(["audit", "show", *db, "--limit", "2", "--json"]) == 0
    assert [entry["seq"] for entry in json.loads(capsys.readouterr().out)] == [1, 2]
    tamper(store, "UPDATE audit SET actor = 'nobody' WHERE customer_id = 1 AND command_n = 1")
    assert main(["audit", "verify", *db, "--key", str(publics), "--json"]) == 5
    assert json.loads(capsys.readouterr().out)["proved"] is False


def test_bytes_a_record_costs(store):
    """What the chain adds to the book: the ranges of blocks, and one mark a stream."""
    for number in range(1, 201):
        run(store, Open(f"open {number}", number))
    seal(store, new_keys(), NOW)
    with store.driver() as driver:
        block = blocks_from(driver, store.kind, 1, 1)[0]
    assert len(block.streams) < 12 * 200
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_sealed")).scalar() == 200


def test_the_proof_of_a_book_holds_its_chain_too(store):
    keys = sealed(store)
    verdict = prove_book(store, publics=keys.publics)
    # Toys tell less than the trade, and the days of this book were closed by hand.
    beside = {*UNSAID, "the book is open on a day that was closed"}
    assert (verdict.breaches.keys() - beside, verdict.sealed) == (set(), RECORDS + 2 * OF_A_PAYMENT)
    tamper(store, "UPDATE filing SET body = '{}' WHERE customer_id = 2")
    assert prove_book(store).breaches.keys() - beside == {f"audit chain: block 1: a record among 1 to {RECORDS} is not what was sealed"}
    for column, value in (("next_on", "NULL"), ("oldest_due", "'2026-01-01'"), ("interest_minor", "1"), ("status", "5")):
        tamper(store, f"UPDATE loan_state SET {column} = {value} WHERE customer_id = {1 + (column == 'status')}")
        assert "columns of the state are not what its loan measures" in prove_book(store).breaches, column
    tamper(store, "UPDATE line SET used_minor = 1 WHERE customer_id = 1")
    assert "use of the limit is not the principal in use" in prove_book(store).breaches
