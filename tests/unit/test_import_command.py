"""`plimsoll import`: a file is tried, brought, shown with its effect, and waits for others."""

import json
from datetime import date

import pyotp
import pytest

from plimsoll.app.execute import Answer
from plimsoll.interfaces.cli.main import main
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.servicing.open_line import OpenLine
from plimsoll.units.rate import Rate
from tests.people_of_house import SEED, house_on_disk, secrets_of

DAY = date(2026, 3, 2)
TEXT = "key,customer_id,on,amount,currency,loan_id\nr1,41,2026-03-02,100.00,CNY,2\nr2,=99,2026-03-02,1.00,CNY,2\n"


@pytest.fixture
def book(tmp_path, monkeypatch):
    """The address of a book with one loan and somebody of treasury, and a file of repayments."""
    with house_on_disk(tmp_path, monkeypatch, "gao", "treasury", on=DAY) as house:
        for asked in (
            OpenCustomer("c", 41, DAY),
            OpenLine("l", 41, DAY, "CNY", 5_000_00, 5_000_00, 0, 1, 10),
            Draw("d", 41, DAY, 2, 3_000_00, "CNY", Rate.parse("0.0004"), 6),
        ):
            assert isinstance(house.execute(asked, actor="desk"), Answer)
    file = tmp_path / "bank.csv"
    file.write_text(TEXT, "utf-8")
    return house.store.address.url, str(file), secrets_of(tmp_path, pyotp.TOTP(SEED).now())


def run(capsys, *words):
    code = main(["import", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_file_is_tried_without_a_trace(capsys, book):
    url, file, _ = book
    code, out, err = run(capsys, "validate", file, "--command", "repay", "--db", url)
    assert (code, err) == (2, "")
    assert "2 rows: 1 can be applied, 1 cannot, 0 are there already" in out
    assert "line 3  r2  field_malformed" in out
    assert "asset.cash" in out
    assert json.loads(run(capsys, "list", "--db", url, "--json")[1]) == {"imports": []}
    assert run(capsys, "validate", "nowhere.csv", "--db", url)[0] == 3


def test_a_file_is_brought_and_waits_for_others(capsys, book, tmp_path):
    url, file, secrets = book
    words = ("--user", "gao", "--password-file", secrets, "--db", url)
    code, out, err = run(capsys, "upload", file, "--command", "repay", "--json", *words)
    assert code == 0, err
    found = json.loads(out)
    assert (found["state"], found["rows_count"], found["errors_count"]) == ("valid", 2, 1)
    assert "repay" in run(capsys, "show", found["import_id"], "--db", url)[1]
    target = tmp_path / "errors.csv"
    assert run(capsys, "errors", found["import_id"], "--out", str(target), "--db", url)[0] == 0
    assert target.read_bytes().startswith(b"line,key,code,detail,said\r\n3,r2,field_malformed,")
    code, _, err = run(capsys, "apply", found["import_id"], *words)
    assert (code, "code_refused" in err) == (4, True), "a one-time code is good once"
    assert run(capsys, "show", "imp_none", "--db", url)[0] == 3
