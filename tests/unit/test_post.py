"""`plimsoll post`: every row has its outcome, what is malformed stores nothing, and the exit code says the worst."""

import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from plimsoll.app.database.opening import create_store
from plimsoll.interfaces.cli.main import main

OPENED = [
    {"command": "open_customer", "key": "a", "customer_id": 1, "on": "2026-01-05"},
    {"command": "open_line", "key": "b", "customer_id": 1, "on": "2026-01-05", "currency": "CNY", "limit": "20000.00"}
    | {"cash_limit": "10000.00", "later_limit": "10000.00"},
    {"command": "draw", "key": "c", "customer_id": 1, "on": "2026-01-05", "loan_id": 7, "amount": "5000.00", "currency": "CNY"}
    | {"rate": "0.0004", "instalments": 12},
]
PAID = "key,customer_id,on,amount,currency,ref\nr1,1,2026-01-16,50.00,CNY,\nr2,1,2026-01-17,60.00,CNY,bank 9\n"


@pytest.fixture
def book(tmp_path) -> str:
    """The address of a book with a customer, a line and a draw."""
    url = f"sqlite:///{tmp_path / 'book.db'}"
    create_store(url).close()
    assert main(["post", lines(tmp_path / "open.jsonl", OPENED), "--db", url]) == 0
    return url


def lines(path: Path, rows: list[object]) -> str:
    """A file with one JSON object a line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def post(capsys, file: object, *words: str) -> tuple[int, list[dict]]:
    """The exit code, and the outcomes."""
    capsys.readouterr()
    code = main(["post", str(file), *words, "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_row_has_its_outcome_in_order(book, tmp_path, capsys):
    rows = [OPENED[0], OPENED[1] | {"key": "b2"}, OPENED[2] | {"loan_id": 8}]
    code, told = post(capsys, lines(tmp_path / "rows.jsonl", rows), "--db", book)
    assert code == 4
    assert [(row["line"], row["outcome"], row.get("code")) for row in told] == [
        (1, "repeated", None),
        (2, "refused", "line_exists"),
        (3, "refused", "key_reused"),
    ]


def test_a_csv_of_one_command_is_executed_and_its_repeat_recognised(book, tmp_path, capsys):
    (tmp_path / "paid.csv").write_text(PAID)
    words = ("--command", "repay", "--db", book)
    assert post(capsys, tmp_path / "paid.csv", *words)[0] == 0
    code, told = post(capsys, tmp_path / "paid.csv", *words)
    assert code == 0
    assert [row["outcome"] for row in told] == ["repeated", "repeated"]


def test_gzip_a_byte_order_mark_and_standard_input_are_read(book, tmp_path, monkeypatch, capsys):
    packed = gzip.compress(b"\xef\xbb\xbf" + PAID.encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(packed)))
    code, told = post(capsys, "-", "--command", "repay", "--db", book)
    assert code == 0
    assert [row["answer"]["facts"][0]["amount"] for row in told] == ["50.00", "60.00"]


def test_malformed_rows_store_nothing_and_the_others_go_on(book, tmp_path, capsys):
    repay = {"command": "repay", "customer_id": 1, "on": "2026-01-16", "currency": "CNY"}
    rows = [
        repay | {"key": "p1", "amount": "10.00"},
        repay | {"key": "p2", "amount": 10.5},
        repay | {"key": "p3", "amount": "10.001"},
        repay | {"key": "p4", "amount": "10.00", "on": "2026-02-30"},
        repay | {"key": "p5", "amount": "10.00", "currency": "XXX"},
        repay | {"key": "p6", "amount": "10.00", "colour": "red"},
        repay | {"key": "p7"},
        repay | {"key": "p8", "amount": "10.00", "customer_id": -1},
        {"command": "rob", "key": "p9"},
        [1],
        repay | {"key": "p11", "amount": "-10.00"},
        repay | {"key": "p12", "amount": "10.00"},
    ]
    code, told = post(capsys, lines(tmp_path / "rows.jsonl", rows), "--db", book)
    assert code == 2
    assert [row.get("code", row["outcome"]) for row in told] == [
        "done",
        "number_must_be_text",
        "amount_too_precise",
        "date_malformed",
        "currency_unknown",
        "field_unknown",
        "field_missing",
        "field_malformed",
        "command_unknown",
        "json_malformed",
        "amount_must_be_positive",
        "done",
    ]
    assert told[4]["text"].startswith("currency: ")


def test_a_row_with_too_few_cells_does_not_touch_the_others(book, tmp_path, capsys):
    (tmp_path / "paid.csv").write_text(PAID.replace("50.00,CNY,", "50.00"))
    code, told = post(capsys, tmp_path / "paid.csv", "--command", "repay", "--db", book)
    assert (code, [row["outcome"] for row in told]) == (2, ["malformed", "done"])


def test_a_dry_run_stores_nothing(book, tmp_path, capsys):
    (tmp_path / "paid.csv").write_text(PAID)
    words = ("--command", "repay", "--db", book)
    code, told = post(capsys, tmp_path / "paid.csv", *words, "--dry-run")
    assert (code, [row["outcome"] for row in told]) == (0, ["readable", "readable"])
    assert [row["outcome"] for row in post(capsys, tmp_path / "paid.csv", *words)[1]] == ["done", "done"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (PAID.replace(",", ";").encode(), "delimiter"),
        (PAID.replace(",", "\t").encode(), "delimiter"),
        (PAID.replace("customer_id", "customer").encode(), "[customer_id]"),
        (PAID.replace("ref", "key").encode(), "columns stand twice: key"),
        (PAID.encode("utf-16"), "is not text in UTF-8"),
        (PAID.replace("bank 9", "名").encode("gb18030"), "paid.csv:3: The file is not text in UTF-8"),
        (PAID.replace("bank 9", '"bank 9').encode(), "unexpected end of data"),
        (gzip.compress(PAID.encode() * 500, mtime=0)[:-20], "The file ends in the middle"),
        (b'{"key":"' + b"x" * 1_000_001 + b'"}\n', "a line of more than 1,000,000 bytes"),
    ],
    ids=["empty", "semicolons", "tabs", "column", "twice", "utf-16", "gb18030", "quote", "cut", "long"],
)
def test_a_file_that_cannot_be_read_to_its_end_stores_nothing(book, tmp_path, capsys, content, said):
    (tmp_path / "paid.csv").write_bytes(content)
    capsys.readouterr()
    assert main(["post", str(tmp_path / "paid.csv"), "--command", "repay", "--db", book]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.out == ""
    (tmp_path / "paid.csv").write_text(PAID)
    assert [row["outcome"] for row in post(capsys, tmp_path / "paid.csv", "--command", "repay", "--db", book)[1]] == ["done", "done"]


def test_rows_without_a_command_need_one_by_name(book, tmp_path, capsys):
    (tmp_path / "paid.csv").write_text(PAID)
    assert main(["post", str(tmp_path / "paid.csv"), "--db", book]) == 2
    assert "--command" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--command", "rob"], 2), (["--lang", "fr"], 2), (["--actor", " "], 2), (["--db", "sqlite:///none/none.db"], 3), (["--db", "x"], 2)],
)
def test_wrong_words_end_with_their_code(book, tmp_path, words, code):
    (tmp_path / "paid.csv").write_text(PAID)
    assert main(["post", str(tmp_path / "paid.csv"), "--command", "repay", "--db", book, *words]) == code


def test_a_file_that_is_not_there_ends_with_3(book, tmp_path, capsys):
    assert main(["post", str(tmp_path / "none.csv"), "--db", book]) == 3
    assert main(["post", str(tmp_path), "--db", book]) == 3


def test_the_text_speaks_chinese_and_the_summary_goes_elsewhere(book, tmp_path, capsys):
    (tmp_path / "paid.csv").write_text(PAID.replace("r2,1", "r2,9"))
    capsys.readouterr()
    assert main(["post", str(tmp_path / "paid.csv"), "--command", "repay", "--db", book, "--lang", "zh-CN"]) == 4
    shown = capsys.readouterr()
    assert shown.out.splitlines()[1].startswith("3\trefused\tr2\tcustomer_unknown: 找不到该客户")
    assert shown.err == "2 rows: 1 done, 1 refused\n"
