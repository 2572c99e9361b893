"""What a tape is refused for, by name; a sound tape beside it is read as before."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plimsoll.app.tape.reading import Order, Tape, open_tape
from plimsoll.portfolio.expressions.strings import moves_text
from plimsoll.units.refusal import Malformed
from tests.made_tapes import MAP, rows_of, write_rows

LOANS = {"A": "0012", "B": "0000", "C": ".000"}
DAYS_MAP = """\
layout: long
loan: [customer_id, loan_id]
currency: {column: currency}
period: day
opened: opened_on
past_due_days: past_due_days
balance: principal_minor
"""


def read(where: Path, text: str = MAP, **more: str) -> list[tuple[object, ...]]:
    """Open a tape by a map and ask for moves."""
    path = where.parent / "map.yaml"
    path.write_text(text, "utf-8")
    with open_tape(Order(str(where), str(path), **more)) as tape:
        assert isinstance(tape, Tape)
        return tape.ask(moves_text(tape.source))


def refused(where: Path, text: str = MAP, **more: str) -> Malformed:
    with pytest.raises(Malformed) as caught:
        read(where, text, **more)
    return caught.value


def changed(folder: Path, place: int, **values: str) -> Path:
    rows = rows_of(LOANS)
    rows[place] |= values
    return write_rows(folder / "tape.csv", rows)


def test_a_sound_tape_is_read(tmp_path):
    assert sum(int(row[5]) for row in read(changed(tmp_path, 0))) == 8


@pytest.mark.parametrize(
    ("values", "code", "said"),
    [
        ({"status": "late"}, "tape_status_unknown", "'late'"),
        ({"balance": "-1.00"}, "tape_amount_negative", "balance"),
        ({"balance": "1.x"}, "tape_value_unreadable", "balance"),
        ({"month": "2026-13"}, "tape_value_unreadable", "month"),
        ({"month": ""}, "tape_value_unreadable", "month"),
        ({"loan": ""}, "tape_value_unreadable", "loan"),
        ({"opened": "2026-02"}, "tape_opened_later", "opened"),
        ({"month": "2026-02"}, "tape_loan_twice", "loan A"),
        ({"month": "2030-02"}, "tape_days_missing", "2026-05"),
        ({"month": "2000-02", "opened": "2000-02"}, "tape_too_long", "15"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(tmp_path, values, code, said):
    wrong = refused(changed(tmp_path, 0, **values))
    assert wrong.code == code
    assert said in wrong.text("en")
    assert wrong.text("zh-CN") != wrong.text("en")


@pytest.mark.parametrize("balance", [float("inf"), 1e14, 9_223_372_036_854_775_807, None, float("nan")])
def test_amounts_that_cannot_be_are_refused_with_the_loan(tmp_path, balance):
    rows = rows_of(LOANS)
    plain = int if isinstance(balance, int) else float
    for row in rows:
        row["balance"] = plain(float(row["balance"]))
    rows[5]["balance"] = balance
    wrong = refused(write_rows(tmp_path / "tape.parquet", rows))
    assert (wrong.code, wrong.key) == ("tape_value_unreadable", "balance")
    assert "loan B" in wrong.detail


def test_an_empty_balance_is_nothing_only_where_the_map_says_so(tmp_path):
    assert "blank: zero" in refused(changed(tmp_path, 0, balance="")).remedy
    assert read(changed(tmp_path, 0, balance=""), MAP + "blank: zero\n")


@pytest.mark.parametrize("end", ["X,2026-01", "X,2026-01,2026-01,0,1.00,1.00,cash,more"])
def test_a_row_of_text_that_was_cut_is_named_by_its_line(tmp_path, end):
    where = changed(tmp_path, 0)
    where.write_text(where.read_text("utf-8") + end + "\n", "utf-8")
    wrong = refused(where)
    assert (wrong.code, wrong.file) == ("tape_unreadable", str(where))
    assert "Line: 13" in wrong.detail


def test_text_that_ends_in_the_middle_of_its_packing_is_refused(tmp_path):
    whole = gzip.compress(changed(tmp_path, 0).read_bytes())
    for cut in (len(whole) - 5, len(whole) // 2, 3):
        (tmp_path / "cut.csv.gz").write_bytes(whole[:cut])
        wrong = refused(tmp_path / "cut.csv.gz")
        assert (wrong.code, wrong.file) == ("tape_unreadable", str(tmp_path / "cut.csv.gz"))


def test_pages_that_are_spoiled_inside_a_whole_looking_file_are_refused(tmp_path):
    where = write_rows(tmp_path / "tape.parquet", rows_of(LOANS))
    raw = bytearray(where.read_bytes())
    raw[40:400] = b"\xff" * 360
    where.write_bytes(bytes(raw))
    wrong = refused(where)
    assert (wrong.code, wrong.file) == ("tape_unreadable", str(where))
    where.write_bytes(bytes(raw[:600]) + b"\x00" * 40 + b"PAR1")
    assert refused(where).code == "tape_file_unfinished"


def test_a_folder_with_a_log_of_versions_is_no_tape(tmp_path):
    write_rows(tmp_path / "table" / "part-0.parquet", rows_of(LOANS))
    (tmp_path / "table" / "_delta_log").mkdir()
    wrong = refused(tmp_path / "table")
    assert (wrong.code, wrong.detail) == ("tape_unreadable", "_delta_log")
    assert "plain Parquet" in wrong.remedy


def test_several_currencies_are_refused_until_one_is_named(tmp_path):
    where = write_rows(tmp_path / "tape.csv", [row | {"currency": "CNY" if row["loan"] == "A" else "USD"} for row in rows_of(LOANS)])
    text = MAP.replace("currency: CNY", "currency: {column: currency}")
    wrong = refused(where, text)
    assert (wrong.code, wrong.detail) == ("tape_currencies_mixed", "USD 7, CNY 4")
    assert sum(int(row[5]) for row in read(where, text, currency="CNY")) == 3
    assert refused(where, text, currency="EUR").code == "tape_currencies_mixed"


def test_a_column_that_is_not_there_is_named_with_one_like_it(tmp_path):
    wrong = refused(changed(tmp_path, 0), MAP.replace("balance: balance", "balance: balances"))
    assert (wrong.code, wrong.detail) == ("tape_column_missing", "balances")
    assert "'balance'" in wrong.remedy


def test_a_column_of_a_wrong_type_is_refused(tmp_path):
    rows = [row | {"balance": [1, 2]} for row in rows_of(LOANS)]
    assert refused(write_rows(tmp_path / "tape.parquet", rows)).code == "tape_column_type"
    flags = [row | {"month": 1.5} for row in rows_of(LOANS)]
    assert refused(write_rows(tmp_path / "other" / "tape.parquet", flags)).code == "tape_column_type"


def day_file(folder: Path, day: str, loans: int = 2, **types: pa.DataType) -> Path:
    """Write a partition of one day as the house does."""
    path = folder / f"day={day}" / "tape.parquet"
    path.parent.mkdir(parents=True)
    values = {
        "day": pa.array([day] * loans).cast(pa.date32()),
        "customer_id": pa.array(range(loans), pa.int64()),
        "loan_id": pa.array(range(loans), pa.int64()),
        "currency": pa.array(["CNY"] * loans),
        "opened_on": pa.array(["2026-01-01"] * loans).cast(pa.date32()),
        "past_due_days": pa.array([0] * loans, pa.int32()),
        "principal_minor": pa.array([100] * loans, pa.int64()),
    }
    pq.write_table(pa.table({name: one.cast(types.get(name, one.type)) for name, one in values.items()}), path)
    return path


def days(folder: Path, *skipped: int) -> Path:
    for day in range(1, 8):
        if day not in skipped:
            day_file(folder / "tape", f"2026-01-0{day}")
    return folder / "tape"


def test_a_day_that_is_missing_from_a_tape_of_days_is_named(tmp_path):
    read(days(tmp_path / "whole"), DAYS_MAP)
    wrong = refused(days(tmp_path / "holed", 3, 5), DAYS_MAP)
    assert (wrong.code, wrong.detail) == ("tape_days_missing", "2026-01-03, 2026-01-05")


def test_half_written_partitions_are_refused(tmp_path):
    folder = days(tmp_path)
    whole = (folder / "day=2026-01-04" / "tape.parquet").read_bytes()
    (folder / "day=2026-01-04" / "tape.parquet").write_bytes(whole[:-20])
    wrong = refused(folder, DAYS_MAP)
    assert wrong.code == "tape_file_unfinished"
    assert "day=2026-01-04" in wrong.file
    (folder / "day=2026-01-04" / "tape.parquet").write_bytes(b"")
    assert refused(folder, DAYS_MAP).code == "tape_file_unfinished"
    (folder / "day=2026-01-04" / "tape.parquet").unlink()
    assert refused(folder, DAYS_MAP).detail == "a partition without a file"
    (folder / "day=2026-01-04" / "tape.unfinished").write_bytes(whole)
    assert refused(folder, DAYS_MAP).detail == "tape.unfinished"
    (folder / "day=2026-01-04" / "tape.unfinished").rename(folder / "day=2026-01-04" / "tape.parquet")
    (folder / "_temporary").mkdir()
    assert refused(folder, DAYS_MAP).detail == "_temporary"
    (folder / "_temporary").rmdir()
    read(folder, DAYS_MAP)


def test_files_that_differ_in_the_type_of_a_column_are_refused(tmp_path):
    folder = days(tmp_path)
    day_file(folder, "2026-01-08", past_due_days=pa.string())
    wrong = refused(folder, DAYS_MAP)
    assert (wrong.code, wrong.key) == ("tape_files_differ", "past_due_days")


def test_an_open_loan_without_days_past_due_is_not_taken_for_one_that_is_not_late(tmp_path):
    rows = [row | {"late": "0", "status": "open"} for row in rows_of(LOANS)]
    text = MAP.split("status:")[0] + "past_due_days: late\n"
    with_status = text + "status: {column: status, values: {open: open, closed: paid}}\n"
    read(write_rows(tmp_path / "tape.csv", rows), with_status)
    rows[3] |= {"late": "", "status": "closed"}
    read(write_rows(tmp_path / "tape.csv", rows), with_status)
    assert refused(write_rows(tmp_path / "tape.csv", rows), text).code == "tape_value_unreadable"
    rows[3] |= {"status": "open"}
    assert refused(write_rows(tmp_path / "tape.csv", rows), with_status).code == "tape_status_unknown"


def test_no_tape_and_an_unknown_engine_or_map_are_refused(tmp_path):
    assert refused(tmp_path / "nothing").code == "tape_missing"
    (tmp_path / "empty").mkdir()
    assert refused(tmp_path / "empty").code == "tape_missing"
    assert refused(changed(tmp_path, 0), engine="abacus").code == "engine_unknown"
    with pytest.raises(Malformed) as caught, open_tape(Order(str(tmp_path), "atlantis")):
        pass
    assert caught.value.code == "map_unknown"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("layout: long", "layout: tall", "layout"),
        ("as: month", "as: month, pattern: YY-MM-YY", "period.pattern"),
        ('"1": M1', '"1": M9', "status.values.1"),
        ('"1": M1', '"1": open', "status"),
        ("period: {column: month, as: month}", "periods: [{month: 2026-01, balance: b}]", "period"),
        ("currency: CNY", "currency: CNX", "currency"),
        ("balance: balance", 'balance: ["-balance"]', "balance"),
        ("balance: balance", "balances: balance", "balances"),
    ],
)
def test_a_map_that_cannot_be_is_refused_with_line_and_key(tmp_path, old, new, key):
    wrong = refused(changed(tmp_path, 0), MAP.replace(old, new))
    assert wrong.code in ("field_malformed", "map_malformed", "field_unknown")
    assert wrong.line > 0
    assert wrong.key.startswith(key) or wrong.key == "", wrong.key
