"""Personal data in the vault: nothing readable in the book, found by exact value, masked, revealed on record, gone for good when erased."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from plimsoll.app import doctor
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.erase import erase_person
from plimsoll.app.keyring import new_keyring, read_keyring, with_current_only, with_new_master, write_keyring
from plimsoll.app.vault import Act, Vault, seal, unseal
from plimsoll.protection.mask import FIELDS, SEARCHED, mask, normal
from plimsoll.protection.retention import Dealings, refuse_erasure
from plimsoll.rulebook.rules import load
from tests.toys import Draw, Freeze, Note, Open, Repay, rows, run

AT = datetime(2026, 8, 16, 9, tzinfo=UTC)
ON = date(2026, 8, 16)
ACT = Act("li", AT, "the borrower called")
RULES = load()


@pytest.fixture
def vault(store):
    for customer_id in (1, 2):
        run(store, Open(f"open {customer_id}", customer_id))
    return Vault(store, new_keyring(AT))


def put(vault: Vault, customer_id: int = 1, **values: str) -> None:
    for field, value in values.items():
        assert vault.put(customer_id, field, value, ACT) is None


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("phone", "13812341234", "138****1234"),
        ("id_number", "330106199001011234", "3301**********1234"),
        ("card", "6222020200112231234", "••1234"),
        ("name", "张三丰", "张**"),
        ("name", "Ada Lovelace", "A** L*******"),
        ("name", "张", "*"),
        ("name", "张 ", "*"),
        ("name", "A B", "* *"),
        ("email", "ada@example.com", "a***@example.com"),
        ("address", "杭州市西湖区1号", "****"),
        ("words", "I was called at night", "****"),
        ("phone", "110", "***"),
        ("card", "1234", "****"),
    ],
)
def test_a_value_is_masked(field, value, shown):
    assert mask(field, value) == shown


@given(field=st.sampled_from(FIELDS), value=st.text(min_size=1, max_size=40).filter(str.strip))
def test_a_mask_never_shows_the_whole_value(field, value):
    assert mask(field, value) != value or "*" in value or value.startswith("••"), "what has stars may be masked already"


def test_nothing_of_a_value_stands_in_the_book(vault):
    put(vault, name="张三丰", phone="13812341234", id_number="330106199001011234")
    said = repr([rows(vault.store, table) for table in ("vault_key", "vault_field", "vault_index", "vault_access")])
    for value in ("张三丰", "13812341234", "330106199001011234"):
        assert value not in said
        assert value.encode().hex() not in said


def test_what_is_put_is_shown_masked_and_revealed_with_a_reason_on_record(vault):
    put(vault, name="张三丰", phone="138-1234-1234")
    assert [(one.field, one.masked) for one in vault.show(1)] == [("name", "张**"), ("phone", "138******1234")]
    assert vault.reveal(1, "phone", ACT) == "138-1234-1234"
    assert vault.reveal(1, "phone", Act("li", AT, " ")).code == "vault_reason_missing"
    assert vault.reveal(1, "phone", Act("", AT, "some reason")).code == "vault_reason_missing"
    assert vault.reveal(1, "email", ACT).code == "vault_value_unknown"
    assert vault.reveal(9, "phone", ACT).code == "vault_value_unknown"
    log = vault.log(1)
    assert [(one.n, one.action, one.field, one.actor, one.reason) for one in log] == [
        (1, "put", "name", "li", "the borrower called"),
        (2, "put", "phone", "li", "the borrower called"),
        (3, "reveal", "phone", "li", "the borrower called"),
    ]
    assert log[0].at == AT


def test_a_person_is_found_by_exact_value_however_it_is_written_and_by_no_part_of_it(vault):
    put(vault, 1, phone="138 1234 1234", id_number="33010619900101123X")
    put(vault, 2, phone="13812341234")
    assert vault.find("phone", "138-1234-1234", ACT) == (1, 2)
    assert vault.find("id_number", "33010619900101123x", ACT) == (1,)
    assert vault.find("phone", "1381234", ACT) == ()
    assert vault.find("card", "13812341234", ACT) == (), "a value counts in its own field"
    assert vault.find("address", "x", ACT).code == "vault_field_unknown"
    assert vault.find("phone", "13812341234", Act("li", AT, "")).code == "vault_reason_missing"
    assert [one.action for one in vault.log(2)] == ["put", "find"]


def test_a_changed_value_is_found_by_the_new_one_only(vault):
    put(vault, phone="13812341234")
    put(vault, phone="13900000000")
    assert vault.find("phone", "13812341234", ACT) == ()
    assert vault.find("phone", "13900000000", ACT) == (1,)
    assert vault.reveal(1, "phone", ACT) == "13900000000"


def test_several_of_a_kind_are_told_apart_by_their_reference(vault):
    assert vault.put(1, "document", "payslip of July", ACT, "payslip-7") is None
    assert vault.put(1, "document", "payslip of June", ACT, "payslip-6") is None
    assert vault.reveal(1, "document", ACT, "payslip-6") == "payslip of June"
    assert [one.ref for one in vault.show(1)] == ["payslip-6", "payslip-7"]


def test_what_does_not_fit_is_refused(vault):
    assert vault.put(1, "blood", "A", ACT).code == "vault_field_unknown"
    assert vault.put(1, "phone", "  ", ACT).code == "vault_value_malformed"
    assert vault.put(1, "words", "x" * 100_001, ACT).code == "vault_value_malformed"
    assert vault.put(99, "phone", "13812341234", ACT).code == "customer_unknown"
    assert rows(vault.store, "vault_key") == []


def test_a_row_moved_to_another_person_or_field_does_not_open(vault):
    put(vault, 1, phone="13812341234", email="a@example.com")
    put(vault, 2, phone="13900000000")
    with vault.store.engine.connect() as connection:
        connection.execute(
            text("UPDATE vault_field SET sealed = (SELECT sealed FROM vault_field WHERE customer_id = 1 AND field = 'phone')")
        )
    with pytest.raises(InvalidTag):
        vault.reveal(1, "email", ACT)
    with pytest.raises(InvalidTag):
        vault.reveal(2, "phone", ACT)
    assert vault.reveal(1, "phone", ACT) == "13812341234"


@given(st.binary(max_size=200), st.binary(min_size=1, max_size=50))
def test_what_is_sealed_opens_with_its_key_in_its_place_only(value, place):
    key, other = os.urandom(32), os.urandom(32)
    sealed = seal(key, value, place)
    assert unseal(key, sealed, place) == value
    assert seal(key, value, place) != sealed, "no two are alike"
    for wrong in ((other, sealed, place), (key, sealed, place + b"x"), (key, sealed[:-1] + bytes([sealed[-1] ^ 1]), place)):
        with pytest.raises(InvalidTag):
            unseal(*wrong)


def test_a_new_master_wraps_every_key_again_and_the_old_one_is_not_needed_any_more(vault):
    put(vault, 1, phone="13812341234")
    put(vault, 2, phone="13900000000")
    sealed = [row["sealed"] for row in rows(vault.store, "vault_field")]
    turned = Vault(vault.store, with_new_master(vault.keyring, AT + timedelta(days=1)))
    assert turned.rewrap() == 2
    assert turned.rewrap() == 0
    assert [row["sealed"] for row in rows(vault.store, "vault_field")] == sealed, "values are not sealed again"
    late = Vault(vault.store, with_current_only(turned.keyring))
    assert late.reveal(1, "phone", ACT) == "13812341234"
    assert vault.reveal(1, "phone", ACT).code == "vault_key_unknown", "the old keys open nothing"


def test_erased_is_erased(vault):
    put(vault, 1, name="张三丰", phone="13812341234")
    put(vault, 2, phone="13812341234")
    run(vault.store, Freeze("close", 1, status="closed"))
    assert erase_person(vault, 1, Act("li", AT, ""), ON, RULES).code == "vault_reason_missing"
    assert erase_person(vault, 1, ACT, ON, RULES) is None
    assert erase_person(vault, 1, ACT, ON, RULES) is None, "twice is once"
    assert vault.show(1) == []
    assert vault.reveal(1, "phone", ACT).code == "vault_erased"
    assert vault.put(1, "phone", "13812341234", ACT).code == "vault_erased"
    assert vault.find("phone", "13812341234", ACT) == (2,)
    assert [one.action for one in vault.log(1)] == ["put", "put", "erase"]
    assert [row["customer_id"] for row in rows(vault.store, "vault_field")] == [2]
    (gone, _) = rows(vault.store, "vault_key")
    assert (gone["wrapped"], gone["master"]) == (b"", "")


def test_a_key_that_was_destroyed_lies_nowhere_in_the_file(vault, database):
    if vault.store.kind != "sqlite":
        pytest.skip("a server keeps its files for itself")
    put(vault, 1, phone="13812341234")
    run(vault.store, Freeze("close", 1, status="closed"))
    (key,) = rows(vault.store, "vault_key")
    (field,) = rows(vault.store, "vault_field")
    path = Path(database.removeprefix("sqlite:///"))
    assert erase_person(vault, 1, ACT, ON, RULES) is None
    for file in (path, path.with_name(path.name + "-wal")):
        if file.exists():
            assert key["wrapped"] not in file.read_bytes()
            assert field["sealed"] not in file.read_bytes()


def test_nobody_is_erased_who_owes_or_whose_line_stands(vault):
    put(vault, 1, phone="13812341234")
    assert erase_person(vault, 1, ACT, ON, RULES).code == "erasure_while_owing"
    run(vault.store, Draw("draw", 1, 10, 100_000))
    run(vault.store, Freeze("close", 1, status="closed"))
    assert erase_person(vault, 1, ACT, ON, RULES).code == "erasure_while_owing"
    assert vault.reveal(1, "phone", ACT) == "13812341234"
    assert erase_person(vault, 9, ACT, ON, RULES).code == "vault_value_unknown"


def test_after_the_last_loan_the_data_are_kept_as_the_law_asks(vault):
    put(vault, 1, phone="13812341234")
    run(vault.store, Draw("draw", 1, 10, 100_000))
    run(vault.store, Repay("repay", 1, 100_000, 10))
    run(vault.store, Freeze("close", 1, status="closed"))
    refused = erase_person(vault, 1, ACT, ON, RULES)
    assert (refused.code, refused.rule, refused.detail) == ("erasure_kept_by_law", "CN.AML.KEEP", "until 2036-01-15")
    assert erase_person(vault, 1, ACT, date(2036, 1, 15), RULES) is None


def test_after_a_decision_the_data_are_kept_for_three_years(vault):
    put(vault, 2, phone="13812341234")
    run(vault.store, Note("decided", 2, kind="decision"))
    run(vault.store, Freeze("close", 2, status="closed"))
    refused = erase_person(vault, 2, ACT, ON, RULES)
    assert (refused.rule, refused.detail) == ("CN.PIPL.PIA.KEEP", "until 2029-01-15")


def test_after_collection_its_records_are_kept_for_five_years(vault):
    put(vault, 2, phone="13812341234")
    run(vault.store, Note("called", 2, kind="contact.attempted"))
    run(vault.store, Freeze("close", 2, status="closed"))
    refused = erase_person(vault, 2, ACT, ON, RULES)
    assert (refused.code, refused.rule, refused.detail) == ("erasure_kept_by_law", "CN.COLLECT.RECORDS", "until 2031-01-15")
    assert erase_person(vault, 2, ACT, date(2031, 1, 14), RULES).rule == "CN.COLLECT.RECORDS"
    assert erase_person(vault, 2, ACT, date(2031, 1, 15), RULES) is None


@pytest.mark.parametrize(
    ("ended", "collected", "rule", "until"),
    [
        (None, date(2021, 8, 17), "CN.COLLECT.RECORDS", "until 2026-08-17"),
        (None, date(2021, 8, 16), "", ""),
        (None, date(2024, 2, 29), "CN.COLLECT.RECORDS", "until 2029-03-01"),
        (date(2024, 1, 1), date(2022, 1, 1), "POLICY.CONTACT.RECORDS.AFTER", "until 2027-01-01"),
        (date(2024, 1, 1), None, "", ""),
    ],
)
def test_records_of_collection_are_kept_for_five_years_and_three_after_the_debt_was_paid(monkeypatch, ended, collected, rule, until):
    """The law against money laundering, which keeps longer, is left aside here."""
    whole = RULES.__class__.whole
    monkeypatch.setattr(RULES.__class__, "whole", lambda *asked: 0 if asked[1] == "CN.AML.KEEP" else whole(*asked))
    refused = refuse_erasure(Dealings(False, ended, None, None, collected), ON, RULES)
    assert (rule, until) == (("", "") if refused is None else (refused.rule, refused.detail))


@pytest.mark.parametrize(
    ("ended", "late", "decided", "rule", "until"),
    [
        (None, None, None, "", ""),
        (date(2016, 8, 16), None, None, "", ""),
        (date(2016, 8, 17), None, None, "CN.AML.KEEP", "until 2026-08-17"),
        (date(2012, 1, 1), date(2021, 8, 17), None, "CN.CREDIT.ADVERSE.KEEP", "until 2026-08-17"),
        (date(2024, 2, 29), date(2024, 2, 29), date(2026, 8, 1), "CN.AML.KEEP", "until 2034-03-01"),
    ],
)
def test_the_longest_of_the_times_to_keep_counts(ended, late, decided, rule, until):
    refused = refuse_erasure(Dealings(False, ended, late, decided), ON, RULES)
    assert (rule, until) == (("", "") if refused is None else (refused.rule, refused.detail))


# ---- the file of keys


def test_keys_are_written_for_their_owner_only_and_never_over_others(tmp_path):
    path = tmp_path / "vault.keys"
    keyring = new_keyring(AT)
    write_keyring(path, keyring, is_new=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_keyring(path) == keyring
    with pytest.raises(StoreTrouble, match="There are keys already"):
        write_keyring(path, new_keyring(AT), is_new=True)
    turned = with_new_master(keyring, AT + timedelta(days=1))
    write_keyring(path, turned, is_new=False)
    assert read_keyring(path) == turned
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("said", "mode", "code"),
    [
        (None, 0o600, "vault_keys_missing"),
        ("not json", 0o600, "vault_keys_malformed"),
        ("[]", 0o600, "vault_keys_malformed"),
        ('{"format": "plimsoll vault keys 1", "current": "a", "masters": {"a": "AAAA"}, "index": "AAAA"}', 0o600, "vault_keys_malformed"),
        ('{"format": "plimsoll vault keys 1", "current": "b", "masters": {}, "index": "AAAA"}', 0o600, "vault_keys_malformed"),
        ("{}", 0o640, "vault_keys_exposed"),
    ],
)
def test_keys_that_cannot_be_used_are_refused(tmp_path, said, mode, code):
    path = tmp_path / "vault.keys"
    if said is not None:
        path.write_text(said)
        path.chmod(mode)
    with pytest.raises(StoreTrouble) as trouble:
        read_keyring(path)
    assert trouble.value.code == code


def test_numbers_are_searched_without_spaces_and_names_with_single_ones():
    assert normal("phone", " 138-1234 1234 ") == "13812341234"
    assert normal("name", "  Ada   LOVELACE ") == "ada lovelace"
    assert set(SEARCHED) < set(FIELDS)


# ---- what the doctor says


def test_the_doctor_says_whether_everybodys_keys_can_be_opened(vault, tmp_path, monkeypatch):
    path = tmp_path / "vault.keys"
    monkeypatch.delenv("PLIMSOLL_VAULT_KEYS", raising=False)
    assert doctor.vault(vault.store).state == doctor.NOTE, "nobody is in the vault and no keys are named"
    put(vault, 1, phone="13812341234")
    assert doctor.vault(vault.store).state == doctor.BAD, "people are in the vault and no keys are named"
    monkeypatch.setenv("PLIMSOLL_VAULT_KEYS", str(path))
    write_keyring(path, vault.keyring, is_new=True)
    assert doctor.vault(vault.store).state == doctor.GOOD
    write_keyring(path, with_new_master(vault.keyring, AT + timedelta(days=1)), is_new=False)
    older = doctor.vault(vault.store)
    assert (older.state, older.said) == (doctor.NOTE, "1 people, 1 of them under an older master key")
    write_keyring(path, new_keyring(AT + timedelta(days=2)), is_new=False)
    assert doctor.vault(vault.store).state == doctor.BAD
    path.chmod(0o644)
    assert "chmod 600" in doctor.vault(vault.store).remedy
