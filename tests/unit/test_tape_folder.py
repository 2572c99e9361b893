"""Where the tape of a book is looked for."""

import pytest

from plimsoll.app.config import tape_folder


@pytest.mark.parametrize(
    ("there", "found"),
    [((), "book.tape"), (("tape",), "tape"), (("book.tape",), "book.tape"), (("tape", "book.tape"), "book.tape")],
)
def test_beside_the_book_its_own_tape_comes_before_one_as_the_demo_lays_it(tmp_path, monkeypatch, there, found):
    monkeypatch.delenv("PLIMSOLL_TAPE", raising=False)
    for name in there:
        (tmp_path / name).mkdir()
    assert tape_folder(f"sqlite:///{tmp_path / 'book.db'}") == tmp_path / found
    assert tape_folder(f"sqlite:///{tmp_path / 'book.db'}", "elsewhere").name == "elsewhere"
