"""Lists that an officer hands to `plimsoll npl package`: a slip is named and nothing made, so that nothing is sold that was to be kept."""

import pytest

from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.dossier import dossiers
from plimsoll.interfaces.cli.main import main
from tests.walks.test_npl_sale import made_book

PACKAGE = ["npl", "package", "P1", "--on", "2026-10-09", "--cutoff", "2026-09-30"]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    found = f"sqlite:///{tmp_path_factory.mktemp('book') / 'book.db'}"
    with create_store(found) as store:
        made_book(store)
    return found


@pytest.mark.parametrize(
    ("option", "content", "code", "told"),
    [
        ("--keep-out", "loan_id,reason\n31,pledged\n999,pledged\n", 4, "loan 999"),
        ("--keep-out", "loan_id,reason\n31,质押\n".encode("gb18030"), 2, "list.csv:2"),
        ("--keep-out", b"loan_id,reason\n31,ple\0dged\n", 2, "list.csv"),
        ("--keep-out", "loan_id,reason\n31\n", 2, "list.csv:2"),
        ("--keep-out", "loan_id,why\n31,pledged\n", 2, "list.csv:1: reason"),
        ("--keep-out", "loan_id,reason\n99999999999999999999999,pledged\n", 2, "list.csv:2: loan_id"),
        ("--only", "loan_id\n31\n999\n", 4, "loan 999"),
        ("--only", "", 2, "list.csv"),
        ("--people", "customer_id,age\n3,131\n", 2, "list.csv:2: age"),
        ("--people", "customer_id,age\n3,40\n3,41\n", 2, "list.csv:3: customer_id"),
    ],
)
def test_a_slip_in_a_list_is_named_and_nothing_is_made(url, tmp_path, capsys, option, content, code, told):
    path = tmp_path / "list.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main([*PACKAGE, option, str(path), "--out", str(tmp_path / "out"), "--db", url]) == code
    assert told in capsys.readouterr().err
    assert_nothing(url, tmp_path)


@pytest.mark.parametrize(
    "options",
    [
        ["--borrowers", "3"],
        ["--currency", "XXX"],
        ["--least", "-5.00"],
        ["--region-share", "2"],
        ["--borrower-share", "0"],
    ],
)
def test_an_option_that_means_nothing_is_refused(url, tmp_path, capsys, options):
    assert main([*PACKAGE, *options, "--out", str(tmp_path / "out"), "--db", url]) == 2
    assert capsys.readouterr().err
    assert_nothing(url, tmp_path)


def assert_nothing(url, tmp_path):
    with open_store(url) as store:
        assert list(dossiers(store, "package")) == []
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", ["open_package", "fill_package", "freeze_package", "close_package", "return_loan"])
def test_steps_that_go_with_the_loans_are_not_given_by_themselves(url, capsys, verb):
    assert main(["npl", "tender", "do", verb, "P1", "--db", url]) == 2
    assert "withdraw_package" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_told_before_anything_is_done(url, tmp_path, capsys):
    taken = tmp_path / "taken"
    taken.write_text("a file", "utf-8")
    listed = tmp_path / "list.csv"
    listed.write_text("loan_id,borrower_id,principal,interest,days_past_due\nL1,B1,10,1,100\n", "utf-8")
    for command in (
        [*PACKAGE, "--out", str(taken / "out"), "--db", url],
        ["npl", "transfer", "P1", "--on", "2026-11-10", "--out", str(taken), "--db", url],
        ["npl", "tender", "rehearse", "P1", "--on", "2026-10-09", "--out", str(taken), "--db", url],
        ["npl", "sheet", str(listed), "--cutoff", "2026-09-30", "--xlsx", str(tmp_path / "nowhere" / "x.xlsx")],
        ["npl", "sheet", str(listed), "--cutoff", "2026-09-30", "--xlsx", str(tmp_path)],
    ):
        assert main(command) == 1
        assert "cannot be written" in capsys.readouterr().err
    assert_nothing(url, tmp_path)
