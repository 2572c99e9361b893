"""`plimsoll approval`: what waits in words, and a checker who signs in with password and code to agree to exactly that."""

import json
from datetime import date

import pyotp
import pytest

from plimsoll.app.access.principal import Principal
from plimsoll.app.approve.need import Waiting
from plimsoll.app.execute import Answer
from plimsoll.app.open_door import open_door
from plimsoll.interfaces.cli.main import main
from plimsoll.risk.lawful import lawful_rules
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.servicing.open_line import OpenLine
from plimsoll.servicing.set_limit import SetLimit
from tests.people_of_house import SEED, house_on_disk, secrets_of, settle

DAY = date(2026, 3, 2)


@pytest.fixture
def waiting(tmp_path, monkeypatch):
    """The address of a book in which a raise waits, and what it waits for."""
    with house_on_disk(tmp_path, monkeypatch, "wang", "finance", on=DAY) as house:
        settle(house, "li", "underwriter_2")
        for asked in (OpenCustomer("c", 41, DAY), OpenLine("l", 41, DAY, "CNY", 5_000_00, 5_000_00, 0, 1, 10)):
            assert isinstance(house.execute(asked, actor="desk"), Answer)
        house.rules = lawful_rules()
        raised = SetLimit("k", 41, DAY, "CNY", 8_000_00, 8_000_00, 0, reason="income doubled")
        found = open_door(house).eyes(house, Principal("li", ("underwriter_2",)), raised, "payslips seen", b"")
        assert isinstance(found, Waiting), found
    return house.store.address.url, found


def run(capsys, *words):
    code = main(["approval", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_change_is_read_in_words_in_both_languages(capsys, waiting):
    url, found = waiting
    code, out, _ = run(capsys, "show", found.approval_id, "--db", url)
    assert code == 0
    assert "Set the limit of customer 41" in out
    assert "limit 5000.00 CNY 8000.00 CNY" in " ".join(out.split())
    assert found.sha256 in out
    code, out, _ = run(capsys, "show", found.approval_id, "--db", url, "--lang", "zh-CN")
    assert (code, "调整额度：客户 41" in out, "变更后" in out) == (0, True, True)
    code, out, _ = run(capsys, "list", "--db", url, "--json")
    assert [one["approval_id"] for one in json.loads(out)["approvals"]] == [found.approval_id]
    assert run(capsys, "show", "apr_none", "--db", url)[0] == 3


def test_a_checker_signs_in_and_agrees(capsys, tmp_path, waiting):
    url, found = waiting
    words = ("agree", found.approval_id, "--user", "wang", "--db", url, "--json", "--sha256")
    wrong = secrets_of(tmp_path, "000000")
    code, _, err = run(capsys, *words, found.sha256, "--password-file", wrong)
    assert (code, "code_refused" in err) == (4, True)
    right = secrets_of(tmp_path, pyotp.TOTP(SEED).now())
    code, _, err = run(capsys, *words, "0" * 64, "--password-file", right)
    assert (code, "approval_differs" in err) == (4, True)
    code, _, err = run(capsys, *words, found.sha256, "--password-file", right)
    assert (code, "code_refused" in err) == (4, True), "a code is good once"


def test_the_last_agreement_executes_and_is_told(capsys, tmp_path, waiting):
    url, found = waiting
    words = ("agree", found.approval_id, "--user", "wang", "--db", url, "--json", "--sha256", found.sha256)
    code, out, err = run(capsys, *words, "--password-file", secrets_of(tmp_path, pyotp.TOTP(SEED).now()))
    assert code == 0, err
    assert json.loads(out)["state"] == "executed"
    code, out, _ = run(capsys, "list", "--state", "executed", "--db", url)
    assert (code, "1 of 1" in out) == (0, True)


def test_without_a_terminal_a_password_comes_from_a_file(capsys, waiting):
    url, found = waiting
    code, _, err = run(capsys, "withdraw", found.approval_id, "--user", "li", "--db", url)
    assert (code, "--password-file" in err) == (2, True)
