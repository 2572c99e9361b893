"""The table of commands, and commands read from text: every complaint names the field."""

import re
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from plimsoll.app.database.sheet import Want
from plimsoll.app.posting import reading_of, want_of
from plimsoll.app.wiring import _READERS, COMMANDS, DOSSIER_COMMANDS, DOSSIER_WIRING, WIRING, parts_of, read_command
from plimsoll.loan.dossier import DOSSIERS
from plimsoll.loan.filing import Body
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.repay import Repay
from plimsoll.servicing.reschedule import Reschedule
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed

ROOT = Path(__file__).resolve().parents[2]
DEPARTMENTS = ("collections", "disposal", "monitoring", "origination", "protection", "servicing", "treasury")
PAYMENT = {"key": "k1", "customer_id": 5, "on": "2026-03-01", "amount": "120.00", "currency": "CNY"}


def test_each_command_is_a_frozen_value_with_key_customer_and_day():
    for command in WIRING:
        assert is_dataclass(command)
        assert command.__dataclass_params__.frozen
        assert "__slots__" in vars(command), command
        assert [field.name for field in fields(command)][:3] == ["key", "customer_id", "on"]


def test_each_command_is_named_for_the_file_of_its_verb():
    for command, verb in WIRING.items():
        assert command.__module__ in [f"plimsoll.{department}.{verb.name}" for department in DEPARTMENTS]
        assert reading_of(verb.reads)


def test_each_file_with_a_command_is_in_the_table():
    folders = [ROOT / "src" / "plimsoll" / department for department in DEPARTMENTS]
    with_command = {
        path.stem for folder in folders for path in folder.glob("*.py") if re.search(r"^READS\b", path.read_text("utf-8"), re.MULTILINE)
    }
    assert with_command == set(COMMANDS)


def test_each_command_on_a_dossier_is_a_frozen_value_and_named_for_its_file():
    for command, verb in DOSSIER_WIRING.items():
        assert command.__dataclass_params__.frozen
        assert "__slots__" in vars(command), command
        assert [field.name for field in fields(command)][:3] == ["key", "subject", "on"]
        assert command.__module__.rpartition(".")[2] == verb.name
        assert verb.kind in DOSSIERS
    assert not DOSSIER_COMMANDS.keys() & COMMANDS.keys()


def test_each_file_that_decides_on_a_dossier_is_in_the_table():
    deciding = re.compile(r"^def decide\(dossier: Dossier", re.MULTILINE)
    paths = [path for department in DEPARTMENTS for path in (ROOT / "src" / "plimsoll" / department).glob("*.py")]
    assert {path.stem for path in paths if deciding.search(path.read_text("utf-8"))} <= set(DOSSIER_COMMANDS)


def test_the_page_of_verbs_names_every_command_on_a_dossier_with_its_fields():
    page = (ROOT / "docs" / "reference" / "verbs.md").read_text("utf-8")
    rows = {line.split("`")[1]: line.split("|")[2] for line in page.splitlines() if line.startswith("| `") and line.count("|") == 4}
    for name in DOSSIER_COMMANDS:
        assert re.findall(r"`(\w+)`", rows[name]) == [key for key in parts_of(name) if key not in ("key", "subject", "on")], name


def test_a_command_is_read_from_json():
    assert read_command({"command": "repay", **PAYMENT}) == Repay("k1", 5, date(2026, 3, 1), 12_000, "CNY")


def test_a_command_is_read_from_a_row_where_all_is_text():
    row = {**PAYMENT, "customer_id": "5", "loan_id": "7", "ref": ""}
    assert read_command(row, "repay") == Repay("k1", 5, date(2026, 3, 1), 12_000, "CNY", loan_id=7)


def test_null_is_not_given():
    assert read_command({**PAYMENT, "ref": None}, "repay") == read_command(PAYMENT, "repay")


def test_rates_and_lists_of_days_are_read():
    said = {"key": "k1", "customer_id": 5, "on": "2026-03-01", "loan_id": 7}
    drawn = read_command({**said, "amount": "500.00", "currency": "CNY", "rate": "0.0004"}, "draw")
    assert isinstance(drawn, Draw)
    assert drawn.rate == Rate(4, 10_000)
    days = (date(2026, 4, 1), date(2026, 5, 1))
    for written in (["2026-04-01", "2026-05-01"], "2026-04-01 2026-05-01"):
        changed = read_command({**said, "rate": "0.0003", "due_on": written}, "reschedule")
        assert isinstance(changed, Reschedule)
        assert changed.due_on == days
        assert changed.rate == Rate(3, 10_000)


@pytest.mark.parametrize(
    ("change", "code", "key"),
    [
        ({"amount": None}, "field_missing", "amount"),
        ({"key": ""}, "field_missing", "key"),
        ({"key": 5}, "field_malformed", "key"),
        ({"key": "a\nb"}, "field_malformed", "key"),
        ({"key": "k" * 501}, "field_malformed", "key"),
        ({"customer_id": "five"}, "field_malformed", "customer_id"),
        ({"customer_id": -5}, "field_malformed", "customer_id"),
        ({"customer_id": True}, "field_malformed", "customer_id"),
        ({"customer_id": 5.0}, "field_malformed", "customer_id"),
        ({"customer_id": 2**63}, "field_malformed", "customer_id"),
        ({"customer_id": "9" * 19}, "field_malformed", "customer_id"),
        ({"on": "2026-02-30"}, "date_malformed", "on"),
        ({"on": 20260301}, "date_malformed", "on"),
        ({"on": "1899-12-31"}, "date_out_of_range", "on"),
        ({"amount": "120.001"}, "amount_too_precise", "amount"),
        ({"amount": 120.5}, "amount_malformed", "amount"),
        ({"amount": "1e3"}, "amount_malformed", "amount"),
        ({"amount": "1" + "0" * 16}, "amount_too_large", "amount"),
        ({"currency": "RMB"}, "currency_unknown", "currency"),
        ({"loan": 7}, "field_unknown", "loan"),
        ({"amount_minor": 7}, "field_unknown", "amount_minor"),
    ],
)
def test_a_malformed_command_names_the_field(change: dict, code: str, key: str):
    with pytest.raises(Malformed) as wrong:
        read_command({**PAYMENT, **change}, "repay")
    assert (wrong.value.code, wrong.value.key) == (code, key)


def test_an_amount_needs_its_currency():
    with pytest.raises(Malformed) as wrong:
        read_command({"key": "k", "customer_id": 5, "on": "2026-03-01", "loan_id": 7, "fact": 1, "credit": "1.00"}, "reverse")
    assert (wrong.value.code, wrong.value.key) == ("currency_unknown", "currency")


@pytest.mark.parametrize("value", ["0.00001x", 0.0004, "-0.1", "0.0000000001"])
def test_a_malformed_rate_names_the_field(value: object):
    said = {**PAYMENT, "amount": "500.00", "loan_id": 7, "rate": value}
    with pytest.raises(Malformed) as wrong:
        read_command(said, "draw")
    assert wrong.value.key == "rate"


@pytest.mark.parametrize("value", ["2026-04-01;2026-05-01", {"a": 1}, [5], ["2026-04-01"] * 601])
def test_a_malformed_list_of_days_names_the_field(value: object):
    with pytest.raises(Malformed) as wrong:
        read_command({"key": "k", "customer_id": 5, "on": "2026-03-01", "loan_id": 7, "due_on": value}, "reschedule")
    assert wrong.value.key == "due_on"


@pytest.mark.parametrize("name", ["", "pay", 5, None])
def test_an_unknown_command_is_told_the_ones_there_are(name: object):
    with pytest.raises(Malformed) as wrong:
        read_command({**PAYMENT, "command": name})
    assert wrong.value.code == "command_unknown"
    assert "repay" in wrong.value.remedy


def test_what_a_command_reads_follows_from_what_it_names():
    one, all_open = read_command({**PAYMENT, "loan_id": 7}, "repay"), read_command(PAYMENT, "repay")
    reads = WIRING[Repay].reads
    assert want_of(one, reads).loan_ids == (7,)
    assert want_of(all_open, reads).is_all_open


@pytest.mark.parametrize(
    ("reads", "loan_id", "want"),
    [
        ("line", 7, Want(1)),
        ("line+file", 0, Want(1, kinds=())),
        ("loan", 7, Want(1, (7,))),
        ("loan+facts+file:consent.granted", 7, Want(1, (7,), with_facts=True, kinds=("consent.granted",))),
        ("open loans", 0, Want(1, is_all_open=True)),
        ("open loans", 7, Want(1, (7,))),
        ("open loans+file:consent.granted,lesson.taken", 0, Want(1, is_all_open=True, kinds=("consent.granted", "lesson.taken"))),
        ("loan+open loans", 7, Want(1, (7,), is_all_open=True)),
        ("loan+facts+open loans+file", 7, Want(1, (7,), True, True, ())),
        ("every loan", 7, Want(1, is_every=True)),
        ("every loan+facts+file:late", 0, Want(1, with_facts=True, kinds=("late",), is_every=True)),
    ],
)
def test_what_a_verb_reads_is_said_in_words(reads: str, loan_id: int, want: Want):
    assert want_of(SimpleNamespace(customer_id=1, loan_id=loan_id), reads) == want


@pytest.mark.parametrize("reads", ["", "loans", "line+loan", "facts", "file", "line+facts", "line+file:gossip"])
def test_what_nobody_can_read_is_a_bug(reads: str):
    with pytest.raises(AssertionError):
        want_of(SimpleNamespace(customer_id=1, loan_id=7), reads)


def read_as(kind: object, value: object) -> object:
    """Read the value of a field of a type."""
    return _READERS[kind](value)


@pytest.mark.parametrize("value", [{"b": 1, "a": {"d": None, "c": [True, "\u4e2d"]}}, ' {"b": 1, "a": {"d": null, "c": [true, "\u4e2d"]}}'])
def test_a_body_is_read_from_json_and_from_its_text(value: object):
    assert read_as(Body, value) == '{"a":{"c":[true,"\u4e2d"],"d":null},"b":1}'


@pytest.mark.parametrize(
    "value",
    [
        "x", "[1]", [1], "1", 1, None, '{"a":NaN}', {"a": float("inf")}, '{"a":1', r'{"a":"\ud800"}', {"a": "x" * 200_000},
        '{"a":"' + "x" * 200_000 + '"}', '{"a":' + "[" * 90_000 + "]" * 90_000 + "}",
    ],
)  # fmt: skip
def test_what_is_no_body_is_malformed(value: object):
    with pytest.raises(Malformed) as wrong:
        read_as(Body, value)
    assert wrong.value.code == "field_malformed"
    assert "200000" in wrong.value.remedy


@pytest.mark.parametrize(("value", "flag"), [(True, True), (False, False), ("true", True), ("false", False)])
def test_a_flag_is_read(value: object, flag: bool):
    assert read_as(bool, value) is flag


@pytest.mark.parametrize("value", [1, 0, "yes", "True", None, ["true"]])
def test_what_is_no_flag_is_malformed(value: object):
    with pytest.raises(Malformed):
        read_as(bool, value)


def test_lists_of_texts_are_read():
    for written in (["id_card", "payslip"], "id_card payslip"):
        assert read_as(tuple[str, ...], written) == ("id_card", "payslip")
    for wrong in ({"a": 1}, [5], ["a"] * 601, 5):
        with pytest.raises(Malformed):
            read_as(tuple[str, ...], wrong)


def test_every_command_can_be_written_with_every_field():
    rate = {Rate: "0.0004", Rate | None: "0.0004"}
    written = {str: "x", int: "3", date: "2026-03-01", **rate, Body: "{}", bool: "true", tuple[str, ...]: "x y"}
    for name in COMMANDS:
        row = {key: "CNY" if key == "currency" else "1.00" if part.is_amount else written.get(_type(name, part.name), "2026-03-01")
               for key, part in parts_of(name).items()}  # fmt: skip
        if "rate" in row:
            row["rate"] = "0.0004"
        assert type(read_command(row, name)) is COMMANDS[name]


def _type(name: str, field_name: str) -> object:
    return next(field.type for field in fields(COMMANDS[name]) if field.name == field_name)


def test_the_page_of_verbs_names_every_command_with_its_fields():
    page = (ROOT / "docs" / "reference" / "verbs.md").read_text("utf-8")
    rows = {line.split("`")[1]: line.split("|")[2] for line in page.splitlines() if line.startswith("| `") and line.count("|") == 4}
    for name in COMMANDS:
        keys = [key for key in parts_of(name) if key not in ("key", "customer_id", "on")]
        assert re.findall(r"`(\w+)`", rows[name]) == keys, name
