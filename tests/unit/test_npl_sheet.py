"""The statistics sheet: the two notices of the registry to the cent, its arithmetic, and what it refuses."""

import json
import re
from datetime import date
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.disposal.listed import UNKNOWN, Listed, read_listed
from plimsoll.disposal.sheet import quantile, sheet_of
from plimsoll.disposal.sheet_words import FIELDS, rows_of, said_of
from plimsoll.interfaces.cli.main import main
from plimsoll.units.refusal import Malformed
from tests.made_loans import csv_of, made_package

CUT_OFF = date(2024, 2, 29)

# CCB Sichuan branch, 2024 package 1. The notice tells four states of litigation by number; which of the seven they are is not known
# here, so the first four stand for them.
SICHUAN = {
    "principal": 15_463_708_463, "interest": 417_883_685, "fees": 8_559_300, "loans": 550, "borrowers": 439, "days": 18_998, "age": 4_568,
    "largest": 432_056_048, "limit": 30_225_136, "classes": {"substandard": 307, "doubtful": 152, "loss": 91},
    "litigation": {"not_sued": 529, "in_suit": 11, "judged": 8, "executing": 2},
}  # fmt: skip
# Bank of China Tianjin branch, 2026 package 2. Of its six states of litigation the numbers are not known here.
TIANJIN = {
    "principal": 6_636_978_305, "interest": 1_100_619_424, "fees": 0, "loans": 756, "borrowers": 431, "days": 83_366, "age": 4_194,
    "classes": {"loss": 756}, "litigation": {"not_sued": 756},
}  # fmt: skip


def test_the_notice_of_sichuan_to_the_cent(tmp_path, capsys):
    file = tmp_path / "sichuan.csv"
    file.write_text(csv_of(made_package(**SICHUAN), CUT_OFF), "utf-8")
    assert main(["npl", "sheet", str(file), "--cutoff", "2024-02-29", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    told = {name: said[name] for name in FIELDS if not isinstance(said[name], dict | list)}
    assert told == {
        "cut_off": "2024-02-29",
        "principal": "154637084.63",
        "interest": "4178836.85",
        "total": "158815921.48",
        "fees": "85593.00",
        "loans": 550,
        "borrowers": 439,
        "weighted_days_past_due": "189.98",
        "weighted_age": "45.68",
        "largest_borrower": "4320560.48",
        "mean_borrower": "361767.47",
        "weighted_limit": "302251.36",
    }
    assert {name: share["loans"] for name, share in said["five_class"].items()} == {"substandard": 307, "doubtful": 152, "loss": 91}
    assert [share["loans"] for share in said["litigation"].values()] == [529, 11, 8, 2]
    assert said["written_off"]["loans"] == 0
    assert said["guarantee"] == {"credit": {"loans": 550, "total": "158815921.48"}}


def test_the_notice_of_tianjin_to_the_cent():
    said = said_of(sheet_of(made_package(**TIANJIN), date(2026, 1, 31), "CNY"))
    wanted = {"principal": "66369783.05", "interest": "11006194.24", "loans": 756, "borrowers": 431}
    wanted |= {"weighted_days_past_due": "833.66", "weighted_age": "41.94"}
    assert {name: said[name] for name in wanted} == wanted


def loan(number: int, borrower: str = "", **given: object) -> Listed:
    plain = Listed(f"L{number}", borrower or f"B{number}", 100, 0, 0, 10, 30, 500, "loss", True, "credit", "not_sued")
    return plain._replace(**given)


def test_averages_weigh_principal_and_interest_and_a_borrower_all_loans():
    loans = [
        loan(1, "A", principal_minor=60, interest_minor=40, days=100, age=40, limit_minor=1_000),
        loan(2, "A", principal_minor=100, interest_minor=0, days=200, age=40, limit_minor=1_000),
        loan(3, "B", principal_minor=150, interest_minor=50, days=400, age=30, limit_minor=2_001),
    ]
    sheet = sheet_of(loans, CUT_OFF, "CNY")
    # (100·100 + 100·200 + 200·400) ÷ 400 = 275; (200·40 + 200·30) ÷ 400 = 35; (200·1000 + 200·2001) ÷ 400 = 1500.5, half-up.
    assert (sheet.days_hundredths, sheet.age_hundredths, sheet.limit_minor) == (27_500, 3_500, 1_501)
    assert (sheet.largest_minor, sheet.mean_minor, sheet.borrowers) == (200, 200, 2)


def test_a_field_that_a_list_does_not_tell_is_left_out_and_said():
    sheet = sheet_of([loan(1), loan(2, age=-1, five_class="")], CUT_OFF, "CNY")
    assert sheet.age_hundredths is None
    assert sheet.missing == {"age": 1, "five_class": 1}
    assert dict(rows_of(sheet, "zh-CN"))["借款人加权平均年龄"] == "未提供"
    assert "1 loans do not tell age" in dict(rows_of(sheet, "en"))["notes"]


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(1, 4_000)), min_size=1, max_size=20))
def test_the_sheet_adds_up(rows):
    loans = [loan(n, f"B{n % 3}", principal_minor=p, interest_minor=i, days=d) for n, (p, i, d) in enumerate(rows)]
    sheet = sheet_of(loans, CUT_OFF, "CNY")
    assert sheet.total_minor == sum(p + i for p, i, _ in rows) == sum(share.weight_minor for share in sheet.classes.values())
    assert min(d for _, _, d in rows) * 100 <= sheet.days_hundredths <= max(d for _, _, d in rows) * 100
    assert sheet.largest_minor <= sheet.total_minor <= sheet.largest_minor * sheet.borrowers
    assert sheet_of(loans[::-1], CUT_OFF, "CNY") == sheet


def test_quantiles_are_numbers_of_the_list():
    assert [quantile([1, 2, 3, 4], part) for part in (10, 25, 50, 75, 90)] == [1, 1, 2, 3, 4]


CELLS = {"loan_id": "L1", "borrower_id": "B1", "principal": "10.00", "interest": "1.00", "overdue_since": "2023-02-28"}


def test_days_count_from_the_day_after_the_oldest_unpaid_due_day():
    assert read_listed(CELLS | {"overdue_since": "2024-02-28"}, CUT_OFF, "CNY").days == 1
    assert read_listed(CELLS, CUT_OFF, "CNY").days == 366
    assert read_listed(CELLS | {"born_on": "1980-03-01"}, CUT_OFF, "CNY").age == 43
    assert read_listed(CELLS | {"five_class": "可疑类", "written_off": "是", "litigation": "终本执行"}, CUT_OFF, "CNY")[8:12] == (
        "doubtful",
        True,
        "",
        "execution_paused",
    )


@pytest.mark.parametrize(
    ("change", "code", "key"),
    [
        ({"principal": "-1.00"}, "field_malformed", "principal"),
        ({"principal": "1.001"}, "amount_too_precise", "principal"),
        ({"principal": "0", "interest": "0"}, "loan_owes_nothing", "principal"),
        ({"interest": "eleven"}, "amount_malformed", "interest"),
        ({"overdue_since": "2024-02-29"}, "loan_not_past_due", "overdue_since"),
        ({"overdue_since": "2024-02-30"}, "date_malformed", "overdue_since"),
        ({"overdue_since": "2023-02-28x"}, "date_malformed", "overdue_since"),
        ({"overdue_since": "2023-02-28 25:00"}, "date_malformed", "overdue_since"),
        ({"days_past_due": "365"}, "loan_list_contradicts", "days_past_due"),
        ({"five_class": "fine"}, "field_malformed", "five_class"),
        ({"litigation": "maybe"}, "field_malformed", "litigation"),
        ({"currency": "USD"}, "currency_must_match", "currency"),
        ({"age": "131"}, "field_malformed", "age"),
        ({"age": "30", "born_on": "1980-03-01"}, "loan_list_contradicts", "age"),
        ({"written_off": "perhaps"}, "field_malformed", "written_off"),
        ({"last_paid_on": "2024-03-01"}, "field_malformed", "last_paid_on"),
        ({"rate": "-0.1"}, "rate_malformed", "rate"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_by_its_key(change, code, key):
    with pytest.raises(Malformed) as refused:
        read_listed(CELLS | change, CUT_OFF, "CNY")
    assert (refused.value.code, refused.value.key) == (code, key)


def test_a_time_beside_a_day_is_left_out_and_no_days_are_not_past_due():
    for text in ("2023-02-28 00:00:00", "2023-02-28T13:45:00+08:00"):
        assert read_listed(CELLS | {"overdue_since": text}, CUT_OFF, "CNY").days == 366
    days = {name: cell for name, cell in CELLS.items() if name != "overdue_since"} | {"days_past_due": "0"}
    with pytest.raises(Malformed) as refused:
        read_listed(days, CUT_OFF, "CNY")
    assert (refused.value.code, refused.value.key) == ("loan_not_past_due", "days_past_due")


def test_what_one_loan_of_a_borrower_tells_of_it_holds_for_the_others():
    blank = {"age": UNKNOWN, "limit_minor": UNKNOWN}
    said = said_of(sheet_of([loan(1, "A", **blank), loan(2, "A", age=40, limit_minor=700)], CUT_OFF, "CNY"))
    assert (said["weighted_age"], said["weighted_limit"], said["missing"]) == ("40.00", "7.00", {})
    with pytest.raises(Malformed, match="contradict"):
        sheet_of([loan(1, "A", **blank), loan(2, "A", age=40), loan(3, "A", age=41)], CUT_OFF, "CNY")


def test_what_some_loans_do_not_tell_of_a_write_off_is_not_told():
    assert said_of(sheet_of([loan(1), loan(2, is_written_off=None)], CUT_OFF, "CNY"))["written_off"] is None


@pytest.mark.parametrize(
    ("loans", "code", "key"),
    [
        ([], "loan_list_empty", ""),
        ([loan(1), loan(1)], "loan_list_duplicate", "loan_id"),
        ([loan(1, "A"), loan(2, "A", age=31)], "loan_list_contradicts", "age"),
        ([loan(1, "A"), loan(2, "A", limit_minor=501)], "loan_list_contradicts", "limit"),
    ],
)
def test_a_list_that_cannot_be_is_refused(loans, code, key):
    with pytest.raises(Malformed) as refused:
        sheet_of(loans, CUT_OFF, "CNY")
    assert (refused.value.code, refused.value.key) == (code, key)


def test_the_command_names_every_bad_row_and_writes_nothing(tmp_path, capsys):
    file, book = tmp_path / "list.csv", tmp_path / "out.xlsx"
    file.write_text("loan_id,borrower_id,principal,interest,days_past_due\nL1,B1,10,1,100\nL2,B2,x,1,100\nL3,B3,1\nL4,B4,1,1,\n", "utf-8")
    assert main(["npl", "sheet", str(file), "--cutoff", "2024-02-29", "--xlsx", str(book)]) == 2
    told = capsys.readouterr()
    assert [f"list.csv:{line}:" in told.err for line in (2, 3, 4, 5)] == [False, True, True, True]
    assert told.out == ""
    assert not book.exists()


def test_a_list_without_a_needed_column_is_refused_and_a_missing_file_too(tmp_path, capsys):
    file = tmp_path / "list.csv"
    file.write_text("loan_id,borrower_id,principal,days_past_due\nL1,B1,10,100\n", "utf-8")
    assert main(["npl", "sheet", str(file), "--cutoff", "2024-02-29"]) == 2
    assert "list.csv:1: interest" in capsys.readouterr().err
    assert main(["npl", "sheet", str(tmp_path / "none.csv"), "--cutoff", "2024-02-29"]) == 3
    assert main(["npl", "sheet", str(file), "--cutoff", "tomorrow"]) == 2


def test_the_workbook_holds_the_notice_and_the_loans(tmp_path, capsys):
    pytest.importorskip("xlsxwriter")
    file, book = tmp_path / "list.csv", tmp_path / "out.xlsx"
    file.write_text(csv_of([loan(1, "=A1", principal_minor=123_456), loan(2)], CUT_OFF), "utf-8")
    assert main(["npl", "sheet", str(file), "--cutoff", "2024-02-29", "--xlsx", str(book), "--lang", "zh-CN"]) == 0
    with ZipFile(book) as parts:
        words = re.findall(r"<t[^>]*>([^<]*)</t>", parts.read("xl/sharedStrings.xml").decode())
        loans = parts.read("xl/worksheets/sheet2.xml").decode()
    assert [words.index(names[0]) for names in FIELDS.values()] == sorted(words.index(names[0]) for names in FIELDS.values())
    assert {"=A1", "L1", "1235.56"} <= set(words)
    assert "<v>1234.56</v>" in loans
    assert "<f>" not in loans
    assert "未偿本金总额" in capsys.readouterr().out
