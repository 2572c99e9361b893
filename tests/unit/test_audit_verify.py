"""The chain is held against an owner of the database who can change everything: what was sealed is proved, and nothing is bent unseen."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import LargeBinary, and_, select, text, update

from plimsoll.app.chain.anchor import anchor, read_anchors
from plimsoll.app.chain.checkpoint import notes_of, read_note
from plimsoll.app.chain.digest import Header, head_of, linked, root_of
from plimsoll.app.chain.key import new_keys
from plimsoll.app.chain.read import blocks_from, read_ranges
from plimsoll.app.chain.seal import leaves_of, seal
from plimsoll.app.chain.source import SOURCES
from plimsoll.app.chain.verify import verify
from plimsoll.app.database.schema import metadata
from plimsoll.app.database.trouble import StoreTrouble
from tests.chained import LATER, NOW, OF_A_PAYMENT, RECORDS, fill, owner, sealed, tamper
from tests.toys import Repay, run

ALLOWED = {("artefact_step", "duty"): "check"}
"""Values that a constraint of the table leaves, where not any will do."""


def other(table, name, value):
    """Give another value than the one that stands there."""
    if (table, name) in ALLOWED:
        return ALLOWED[table, name]
    if value is None:
        return b"x" if isinstance(metadata.tables[table].c[name].type, LargeBinary) else "x"
    if isinstance(value, datetime | date):
        return value - timedelta(days=1)
    if isinstance(value, bytes):
        return bytes(b ^ 1 for b in value)
    return value + 100 if isinstance(value, int) else f"{value}x"


def found(store, keys, said):
    """Hold the verdict to one that names what is wrong."""
    verdict = verify(store, keys.publics)
    assert any(said in breach for breach in verdict.breaches), (said, verdict.breaches)
    return verdict


def test_every_source_is_sealed_and_proved(store):
    keys = sealed(store)
    verdict = verify(store, keys.publics)
    assert (verdict.breaches, verdict.blocks, verdict.checkpoints) == ([], 2, 2)
    assert (verdict.records, verdict.waiting, verdict.unsigned) == (RECORDS + 2 * OF_A_PAYMENT, 0, 0)
    with store.driver() as driver:
        held = {one.source for block in blocks_from(driver, store.kind, 1, 9) for one in read_ranges(block.streams)}
    assert held == {source.name for source in SOURCES}


def test_what_no_block_holds_yet_is_counted(store):
    keys = sealed(store)
    run(store, Repay("pay 4", 1, 1_000, 10))
    verdict = verify(store, keys.publics)
    assert (verdict.is_proved, verdict.waiting) == (True, OF_A_PAYMENT)


@pytest.mark.parametrize("source", [*(source.name for source in SOURCES), "fact"])
def test_any_field_of_a_record(store, source):
    """Each column of a source, one by one: the chain no longer fits, and fits again once the value is back."""
    keys = sealed(store)
    table = metadata.tables[source]
    with store.engine.connect() as connection:
        row = connection.execute(select(table).order_by(*table.primary_key)).first()._asdict()
    for column in table.columns:
        bent = row | {column.name: other(source, column.name, row[column.name])}
        for before, after in ((row, bent), (bent, row)):
            here = and_(*(key == before[key.name] for key in table.primary_key))
            with owner(store) as connection:
                assert connection.execute(update(table).where(here).values({column.name: after[column.name]})).rowcount == 1
            assert verify(store, keys.publics).is_proved == (after is row), f"{source}.{column.name}"


def test_the_answer_of_a_command(store):
    keys = sealed(store)
    tamper(store, "UPDATE command SET answer = '{\"loan_id\": 11}' WHERE key = 'draw 1'")
    found(store, keys, "block 1: a record among 1 to")


@pytest.mark.parametrize("source", [*(source.name for source in SOURCES), "fact"])
def test_a_record_deleted(store, source):
    keys = sealed(store)
    key = next(iter(metadata.tables[source].primary_key)).name
    tamper(store, f"DELETE FROM {source} WHERE {key} = (SELECT min({key}) FROM {source})")
    found(store, keys, f"records of {'loan' if source == 'fact' else source} are gone")


def test_a_record_deleted_and_those_after_it_numbered_anew(store):
    keys = sealed(store)
    tamper(
        store,
        "DELETE FROM audit WHERE customer_id = 1 AND command_n = 2",
        "UPDATE audit SET command_n = 2 WHERE customer_id = 1 AND command_n = 3",
        "UPDATE line SET commands_count = 2 WHERE customer_id = 1",
    )
    found(store, keys, "records of audit are gone, the first: customer 1 3")


def test_a_record_added(store):
    keys = sealed(store)
    row = "SELECT customer_id, 99, at, actor, name, 'k', digest FROM audit WHERE customer_id = 1 AND command_n = 1"
    tamper(store, f"INSERT INTO audit {row}")
    found(store, keys, "audit: not numbered without a gap up to what is counted, of 1")


def test_an_access_event_slipped_in_without_waiting_to_be_sealed(store):
    keys = sealed(store)
    tamper(store, "INSERT INTO access_event SELECT 'ev_0', at, actor, action, subject, customer_id, reason, body FROM access_event LIMIT 1")
    found(store, keys, "access_event: what is there is not what blocks hold")


def test_an_access_event_taken_out_before_it_was_sealed(store):
    keys = sealed(store)
    tamper(store, "INSERT INTO access_event_waiting VALUES ('ev_gone')")
    found(store, keys, "events that wait to be sealed are gone: ev_gone")


def test_a_closed_day_slipped_in(store):
    keys = sealed(store)
    tamper(store, "INSERT INTO close_run SELECT '2026-01-12', started_at, finished_at, 1, 'done', '{}' FROM close_run LIMIT 1")
    found(store, keys, "close_run: what is there is not what blocks hold")


def test_two_records_in_each_others_place(store):
    keys = sealed(store)
    tamper(
        store,
        "UPDATE audit SET command_n = -1 WHERE customer_id = 1 AND command_n = 1",
        "UPDATE audit SET command_n = 1 WHERE customer_id = 1 AND command_n = 2",
        "UPDATE audit SET command_n = 2 WHERE customer_id = 1 AND command_n = -1",
    )
    found(store, keys, "block 1: a record among 1 to")


def test_ranges_of_a_block_in_another_order(store):
    keys = sealed(store)
    tamper(store, "UPDATE audit_block SET streams = replace(streams, '[1,1,3],[2,1,3]', '[2,1,3],[1,1,3]') WHERE block_n = 1")
    found(store, keys, "block 1: a record among 1 to")


def test_a_block_that_holds_what_another_held(store):
    keys = sealed(store)
    tamper(store, "UPDATE audit_block SET streams = replace(streams, '[2,4,4]', '[2,3,3]') WHERE block_n = 2")
    found(store, keys, "block 2: audit of 2 goes on with 3, not 4")


def test_a_block_taken_out(store):
    keys = sealed(store)
    run(store, Repay("pay 4", 1, 1_000, 10))
    seal(store, keys, LATER)
    tamper(store, "DELETE FROM audit_block WHERE block_n = 2", "DELETE FROM audit_checkpoint WHERE block_n = 2")
    found(store, keys, "block 2 is missing")


@pytest.mark.parametrize("column", ["sealed_at", "first_seq", "records_count", "root", "before", "head", "streams", "block_n"])
def test_any_field_of_a_block(store, column):
    keys = sealed(store)
    table = metadata.tables["audit_block"]
    with owner(store) as connection:
        value = connection.execute(select(table.c[column]).where(table.c.block_n == 2)).scalar_one()
        connection.execute(update(table).where(table.c.block_n == 2).values({column: other("audit_block", column, value)}))
    assert not verify(store, keys.publics).is_proved


def test_a_block_dated_back(store):
    keys = sealed(store)
    at = "2026-01-19 00:00:00.000000" + "+00" * (store.kind == "postgresql")
    tamper(store, f"UPDATE audit_block SET sealed_at = '{at}' WHERE block_n = 2")
    found(store, keys, "block 2 is dated before the block before it: the clock was turned back")


def test_nothing_is_sealed_while_the_clock_is_turned_back(store):
    """A few minutes are the difference of two clocks: the block is dated as the one before. More is refused, and nothing stands sealed."""
    keys = sealed(store)
    run(store, Repay("pay 4", 1, 1_000, 10))
    with pytest.raises(StoreTrouble, match="clock stands before"):
        seal(store, keys, NOW - timedelta(hours=1))
    assert verify(store, keys.publics).blocks == 2
    seal(store, keys, LATER - timedelta(minutes=2))
    assert verify(store, keys.publics).breaches == []
    with store.driver() as driver:
        assert blocks_from(driver, store.kind, 3, 1)[0].sealed_at == LATER.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_watermarks_set_back_so_that_something_is_sealed_twice(store):
    keys = sealed(store)
    tamper(store, "UPDATE audit_sealed SET sealed_n = 2 WHERE source = 'audit' AND customer_id = 1")
    found(store, keys, "audit: how far 1 streams are sealed is not what blocks say, the first: 1")
    seal(store, keys, LATER)
    found(store, keys, "block 3: audit of 1 goes on with 3, not 4")


def rewritten(store, statement):
    """Change a record, then work out the whole chain anew with the right arithmetic, as somebody who knows the program would."""
    tamper(store, statement)
    with store.driver() as driver:
        blocks = blocks_from(driver, store.kind, 1, 100)
        before = blocks[0].before
        for block in blocks:
            leaves = leaves_of(driver, store.kind, read_ranges(block.streams))
            root = root_of(leaves)
            last = linked(block.first_seq, before, leaves)
            head = head_of(Header(block.block_n, block.sealed_at, block.first_seq, len(leaves), root, before, last))
            new = {"root": root, "before": before, "head": head}
            table = metadata.tables["audit_block"]
            with owner(store) as connection:
                connection.execute(update(table).where(table.c.block_n == block.block_n).values(new))
            before = head


STATEMENT = "UPDATE audit SET actor = 'somebody else' WHERE customer_id = 2 AND command_n = 2"


def test_the_whole_chain_rewritten_without_the_key(store):
    keys = sealed(store)
    rewritten(store, STATEMENT)
    found(store, keys, "checkpoint of block 1: the block was rewritten since")


def test_the_whole_chain_rewritten_and_its_checkpoints_taken_away(store):
    keys = sealed(store)
    rewritten(store, STATEMENT)
    tamper(store, "DELETE FROM audit_checkpoint")
    assert verify(store).is_proved, "the arithmetic is right"
    found(store, keys, "blocks 1 to 2 are signed by nobody")


def test_the_end_of_the_chain_unsigned(store):
    keys = sealed(store)
    for n in (4, 5):
        run(store, Repay(f"pay {n}", 1, 1_000, 10))
        seal(store, None, LATER + timedelta(minutes=n))
        if n == 4:
            verdict = verify(store, keys.publics)
            assert (verdict.breaches, verdict.unsigned) == ([], OF_A_PAYMENT), "the last run may have ended before it signed"
    found(store, keys, "blocks 3 to 4 are signed by nobody")
    seal(store, keys, LATER + timedelta(minutes=6))
    assert verify(store, keys.publics).is_proved


def test_the_chain_and_its_checkpoints_rewritten_with_another_key(store):
    keys = sealed(store)
    rewritten(store, STATEMENT)
    tamper(store, "DELETE FROM audit_checkpoint")
    thief = new_keys()
    seal(store, thief, LATER)
    assert verify(store, thief.publics).is_proved, "the arithmetic is right"
    found(store, keys, "checkpoint of block 2: not signed by a known key")


def test_the_chain_rewritten_with_the_stolen_key_against_an_anchor(store, tmp_path):
    keys = sealed(store)
    anchored = anchor(store, tmp_path)
    rewritten(store, STATEMENT)
    tamper(store, "DELETE FROM audit_checkpoint")
    seal(store, keys, LATER)
    assert verify(store, keys.publics).is_proved, "without what stands outside nobody can tell"
    verdict = verify(store, keys.publics, read_anchors(anchored.path))
    assert "anchor of block 2: the block was rewritten since" in verdict.breaches
    with pytest.raises(StoreTrouble, match="not what was anchored"):
        anchor(store, tmp_path)


def test_the_end_cut_off_against_an_anchor(store, tmp_path):
    """The last commands never were: their rows, counts, block and checkpoint are gone, and only what stands outside knows."""
    keys = sealed(store)
    anchored = anchor(store, tmp_path)
    tamper(
        store,
        "DELETE FROM audit WHERE command_n = 4",
        "DELETE FROM audit WHERE customer_id = 3 AND command_n = 3",
        "UPDATE line SET commands_count = 3 WHERE customer_id = 2",
        "UPDATE line SET commands_count = 2 WHERE customer_id = 3",
        *(f"DELETE FROM {table} WHERE customer_id = {one} AND command_n = {6 - one}" for table in ("fact", "journal") for one in (2, 3)),
        "UPDATE loan_state SET facts_count = facts_count - 1, entries_count = entries_count - 1 WHERE customer_id IN (2, 3)",
        "UPDATE audit_sealed SET sealed_n = sealed_n - 1 WHERE source IN ('audit', 'loan', 'journal') AND customer_id IN (2, 3)",
        "DELETE FROM audit_block WHERE block_n = 2",
        "DELETE FROM audit_checkpoint WHERE block_n = 2",
    )
    assert verify(store, keys.publics).is_proved, "without what stands outside nobody can tell"
    verdict = verify(store, keys.publics, read_anchors(anchored.path))
    assert verdict.breaches == [
        "checkpoint of block 2 is gone from the book: it was anchored",
        "anchor of block 2: the chain ends before it, at block 1: its end was cut off",
    ]
    with pytest.raises(StoreTrouble, match="not what was anchored"):
        anchor(store, tmp_path)


def test_an_anchor_only_grows(store, tmp_path):
    keys = sealed(store)
    path = tmp_path / "anchors"
    assert (anchor(store, path).added, anchor(store, path).added) == (2, 0)
    run(store, Repay("pay 4", 1, 1_000, 10))
    seal(store, keys, LATER)
    before = path.read_bytes()
    assert (anchor(store, path).added, anchor(store, path).block_n) == (1, 3)
    assert path.read_bytes().startswith(before)
    assert [note.text() for note in read_anchors(path)] == notes_of(store)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(StoreTrouble, match="holds something else"):
        anchor(store, path)


def test_checkpoints_deleted_and_the_chain_signed_anew_by_who_holds_the_key(store, tmp_path):
    """The chain alone says nothing of it; whoever kept an anchor is told which checkpoints are gone."""
    keys = sealed(store)
    path = anchor(store, tmp_path).path
    tamper(store, "DELETE FROM audit_checkpoint")
    run(store, Repay("pay 4", 1, 1_000, 10))
    seal(store, keys, LATER)
    assert verify(store, keys.publics).is_proved, "a sealer that holds the key signs for all before it"
    verdict = verify(store, keys.publics, read_anchors(path))
    assert verdict.breaches == [f"checkpoint of block {n} is gone from the book: it was anchored" for n in (1, 2)]


ONE_MORE = ", ".join("n + 1" if one.name == "n" else one.name for one in metadata.tables["fact"].columns)
ALTERED = {
    "a fact's amount": ("UPDATE fact SET amount_minor = amount_minor - 100 WHERE customer_id = 1", "block 1: a record among 1 to"),
    "a payment dated back": ("UPDATE fact SET effective_on = '2026-01-10' WHERE customer_id = 1", "block 1: a record among 1 to"),
    "the terms of a loan": ("UPDATE loan SET version = 'other' WHERE customer_id = 1", "block 1: a record among 1 to"),
    "two legs, which still balance": (
        "UPDATE journal SET minor = minor + CASE WHEN minor > 0 THEN 100 ELSE -100 END WHERE customer_id = 1 AND entry_n = 2",
        "block 1: a record among 1 to",
    ),
    "a fact and its count": (
        "DELETE FROM fact WHERE customer_id = 1; UPDATE loan_state SET facts_count = 0 WHERE customer_id = 1",
        "1 records of loan are gone, the first: customer 1 loan 10 2",
    ),
    "an entry and its count": (
        "DELETE FROM journal WHERE customer_id = 1 AND entry_n = 2; UPDATE loan_state SET entries_count = 1 WHERE customer_id = 1",
        "1 records of journal are gone, the first: customer 1 loan 10 2",
    ),
    "a fact slipped in": (
        f"INSERT INTO fact SELECT {ONE_MORE} FROM fact WHERE customer_id = 1",
        "loan: not numbered without a gap up to what is counted, of customer 1 loan 10",
    ),
}
"""What an owner does to money beside the book, and what the chain says of it."""


@pytest.mark.parametrize("name", ALTERED)
def test_money_altered_beside_the_book(store, name):
    keys = sealed(store)
    statements, said = ALTERED[name]
    tamper(store, *statements.split("; "))
    found(store, keys, said)


def test_the_credit_of_a_customer_altered_beside_the_book(store):
    """Legs that no loan numbers are part of the record of the command that posted them."""
    keys = new_keys()
    fill(store)
    row = "1, 0, 3, {account}, 3, {minor}, recorded_at, posted_on, 'CNY' FROM journal WHERE customer_id = 1 AND entry_n = 1 AND minor > 0"
    tamper(store, *(f"INSERT INTO journal SELECT {row.format(account=account, minor=minor)}" for account, minor in ((1, 700), (9, -700))))
    seal(store, keys, NOW)
    assert verify(store, keys.publics).is_proved
    tamper(store, "UPDATE journal SET minor = minor * 2 WHERE loan_id = 0")
    found(store, keys, "block 1: a record among 1 to")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_anchors_of_another_book(store, tmp_path):
    keys = sealed(store)
    note = read_note(notes_of(store)[0])
    strange = note._replace(origin="plimsoll/2020-01-01T00:00:00.000000Z")
    path = tmp_path / "anchors"
    path.write_text(strange._replace(signature=keys.sign(strange.said())).text())
    with pytest.raises(StoreTrouble, match="not what was anchored"):
        anchor(store, path)
    assert "it is of another book" in verify(store, keys.publics, read_anchors(path)).breaches[0]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("old", "new"), [("records 26", "records 25"), ("root ", "root 0"), ("block 1", "block 01"), ("\n\n", "\n \n")])
def test_a_checkpoint_written_otherwise(store, old, new):
    keys = sealed(store)
    tamper(store, f"UPDATE audit_checkpoint SET note = replace(note, '{old}', '{new}') WHERE block_n = 1")
    assert not verify(store, keys.publics).is_proved


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_without_a_key_nothing_is_signed_and_verify_says_so(store):
    fill(store)
    seal(store, None, NOW)
    verdict = verify(store)
    assert (verdict.is_proved, verdict.is_signature_checked, verdict.unsigned) == (True, False, RECORDS)
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_checkpoint")).scalar() == 0
