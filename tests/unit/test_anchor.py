"""Anchors of a server that goes on: what is new is read; the rest is held by the newest, and now and then by how many there are."""

import pytest
from sqlalchemy import event

from plimsoll.app.chain.anchor import anchor
from plimsoll.app.chain.seal import seal
from plimsoll.app.database.trouble import StoreTrouble
from tests.chained import LATER, sealed, tamper
from tests.toys import Repay, run


def test_who_anchored_before_reads_what_is_new_alone(store, tmp_path):
    keys, path = sealed(store), tmp_path / "anchors"
    before = anchor(store, path)
    run(store, Repay("pay 4", 1, 1_000, 10))
    seal(store, keys, LATER)
    whole = path.read_bytes()
    path.write_bytes(b"#" + whole[1:])
    after = anchor(store, path, before)
    assert (after.added, after.kept, after.size) == (1, before.kept + 1, path.stat().st_size), "the beginning was not read again"
    with pytest.raises(StoreTrouble, match="holds something else"):
        anchor(store, path)
    path.write_bytes(whole[:1] + path.read_bytes()[1:])
    asked = []
    event.listen(store.engine, "before_cursor_execute", lambda _connection, _cursor, said, *_more: asked.append(said))
    assert anchor(store, path, after) == after._replace(added=0)
    assert not any("count(" in said for said in asked)
    assert anchor(store, path) == after._replace(added=0), "counted, and all there"
    assert any("count(" in said for said in asked)


def test_checkpoints_that_are_gone_from_the_book_are_missed(store, tmp_path):
    sealed(store)
    path = tmp_path / "anchors"
    known = anchor(store, path)
    tamper(store, "DELETE FROM audit_checkpoint WHERE block_n = 1")
    assert anchor(store, path, known).added == 0, "the newest is compared"
    with pytest.raises(StoreTrouble, match="1 checkpoints up to block 2, and 2 were anchored"):
        anchor(store, path)
    tamper(store, "DELETE FROM audit_checkpoint")
    with pytest.raises(StoreTrouble, match="the checkpoint of block 2 is gone"):
        anchor(store, path, known)
