"""Bulk imports on both databases: a file is checked row by row, shown with its effect, agreed to by others, applied once."""

import csv
import gzip
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from plimsoll.app.access.principal import Principal
from plimsoll.app.acts import ACTS
from plimsoll.app.approve.check import AGREE, REJECT, check
from plimsoll.app.approve.inbox import approval_of
from plimsoll.app.approve.need import Waiting
from plimsoll.app.database.schema import command, fact, journal
from plimsoll.app.database.trouble import StoreTrouble
from plimsoll.app.execute import Answer
from plimsoll.app.house import House
from plimsoll.app.imports import apply as applying
from plimsoll.app.imports import bounds
from plimsoll.app.imports.apply import apply, error_file
from plimsoll.app.imports.batch import Batch, Upload, append, batches, errors_of, found_of, upload, validate, withdraw
from plimsoll.app.imports.rows import safe
from plimsoll.app.open_door import open_door
from plimsoll.rulebook.rules import load
from plimsoll.servicing.draw import Draw
from plimsoll.servicing.open_customer import OpenCustomer
from plimsoll.servicing.open_line import OpenLine
from plimsoll.servicing.repay import Repay
from plimsoll.units.rate import Rate
from plimsoll.units.refusal import Malformed, Refused

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
CHECKERS = (Principal("wang", ("finance",), strong_at=NOW), Principal("zhao", ("compliance",), strong_at=NOW))
MAKER = Principal("li", ("treasury",), strong_at=NOW)
ONE_ENGINE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
"""What does not depend on the database runs on one."""
HEAD = "key,customer_id,on,amount,currency,loan_id\n"
GOOD = HEAD + "r1,41,2026-03-02,100.00,CNY,2\nr2,42,2026-03-02,50.50,CNY,2\nr3,41,2026-03-02,1.00,CNY,2\n"
MIXED = GOOD + "r4,77,2026-03-02,1.00,CNY,2\nr5,41,2026-03-02,1.x,CNY,2\nr5,41,2026-03-02,2.00,CNY,2\n"


@pytest.fixture
def house(store):
    with House(store, load(), now=lambda: NOW) as opened:
        store.move_open_day(DAY)
        for customer_id in (41, 42):
            for asked in (
                OpenCustomer(f"c{customer_id}", customer_id, DAY),
                OpenLine(f"l{customer_id}", customer_id, DAY, "CNY", 5_000_00, 5_000_00, 0, 1, 10),
                Draw(f"d{customer_id}", customer_id, DAY, 2, 3_000_00, "CNY", Rate.parse("0.0004"), 6),
            ):
                assert isinstance(opened.execute(asked, actor="desk"), Answer)
        yield opened


def checked(house, text, who=MAKER, **more):
    """Upload and check a file."""
    content = text if isinstance(text, bytes) else text.encode()
    sent = upload(house, who, Upload("repayments.csv", content, more.pop("kind", "repay"), **more))
    if isinstance(sent, Refused):
        return sent
    return validate(house, who, sent.import_id, open_door(house).may)


def agreed(house, waiting, people=CHECKERS):
    """Let others agree to what waits."""
    for who in people[: waiting.checkers]:
        done = check(house, who, waiting.approval_id, waiting.sha256, AGREE, may=open_door(house).may, acts=ACTS)
        assert not isinstance(done, Refused), done
    return done


def counted(house, *tables):
    with house.store.engine.connect() as connection:
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def codes(house, batch):
    return [(one.line, one.code) for one in errors_of(house, batch.import_id)]


def test_a_file_is_shown_with_its_effect_agreed_to_and_applied_once(house):
    before = counted(house, command, fact, journal)
    batch = checked(house, GOOD)
    assert (batch.state, batch.rows_count, batch.errors_count) == ("valid", 3, 0)
    assert counted(house, command, fact, journal) == before, "a rehearsal writes nothing"
    effect = batch.effect
    assert effect["totals"] == [["repay", "CNY", 151_50]]
    assert (effect["customers"], effect["customers_unknown"], effect["repeats"]) == (2, 0, 0)
    ledger = {account: minor for account, _, minor in effect["ledger"]}
    assert ledger["asset.cash"] == 151_50
    assert sum(ledger.values()) == 0
    waiting = apply(house, MAKER, batch.import_id, "the bank's file of today")
    assert isinstance(waiting, Waiting), waiting
    shown = approval_of(house, waiting.approval_id)
    assert ("total of repay", "151.50 CNY") in {(one.en, one.after) for one in shown.change}
    assert counted(house, command, fact, journal) == before, "nothing is done yet"
    assert apply(house, MAKER, batch.import_id) == waiting, "asked again"
    assert agreed(house, waiting).state == "executed"
    done = found_of(house, batch.import_id)
    assert (done.state, done.effect["applied"]) == ("applied", {"done": 3, "repeated": 0, "errors": 0})
    assert counted(house, command)[0] == before[0] + 3
    assert checked(house, GOOD).code == "import_applied_already"


def test_each_row_says_what_is_wrong_with_it_and_the_others_are_applied(house):
    batch = checked(house, MIXED)
    assert (batch.state, batch.effect["ok"], batch.errors_count) == ("valid", 3, 3)
    assert codes(house, batch) == [(5, "customer_unknown"), (6, "amount_malformed"), (7, "import_key_twice")]
    assert batch.effect["customers_unknown"] == 1
    assert agreed(house, apply(house, MAKER, batch.import_id)).state == "executed"
    assert found_of(house, batch.import_id).effect["applied"] == {"done": 3, "repeated": 0, "errors": 3}


def test_all_rows_or_none(house):
    assert checked(house, MIXED, is_whole=True).state == "invalid"
    batch = checked(house, GOOD, is_whole=True)
    before = counted(house, command)
    waiting = apply(house, MAKER, batch.import_id)
    assert agreed(house, waiting).state == "executed"
    assert found_of(house, batch.import_id).effect["applied"] == {"done": 3, "repeated": 0, "errors": 0}
    second = checked(house, GOOD.replace("r1", "s1").replace("r2", "s2").replace("r3", "s3"), is_whole=True)
    waiting = apply(house, MAKER, second.import_id)
    # Between the look and the agreement a key of the file is used for something else.
    assert isinstance(house.execute(Repay("s2", 42, DAY, 9_00, "CNY", 2), actor="desk"), Answer)
    before = counted(house, command)
    done = agreed(house, waiting)
    assert (done.state, json.loads(done.outcome)["detail"]) == ("refused", "key_reused")
    assert counted(house, command) == before, "none of them"


def test_what_is_there_already_is_told_and_recognised(house):
    first = checked(house, GOOD)
    agreed(house, apply(house, MAKER, first.import_id))
    again = checked(house, GOOD + "r9,41,2026-03-02,3.00,CNY,2\n")
    assert (again.effect["repeats"], again.effect["totals"]) == (3, [["repay", "CNY", 3_00]])
    agreed(house, apply(house, MAKER, again.import_id))
    assert found_of(house, again.import_id).effect["applied"] == {"done": 1, "repeated": 3, "errors": 0}


def test_a_crash_while_applying_is_healed_by_agreeing_again(house, monkeypatch):
    batch = checked(house, GOOD)
    waiting = apply(house, MAKER, batch.import_id)
    real = applying.lines_of

    def broken(_errors):
        raise StoreTrouble("outcome_unknown", "the process died here")

    monkeypatch.setattr(applying, "lines_of", broken)
    with pytest.raises(StoreTrouble):
        agreed(house, waiting)
    assert found_of(house, batch.import_id).state == "waiting"
    monkeypatch.setattr(applying, "lines_of", real)
    assert agreed(house, waiting).state == "executed"
    assert found_of(house, batch.import_id).effect["applied"] == {"done": 0, "repeated": 3, "errors": 0}


@ONE_ENGINE
def test_what_others_reject_may_be_asked_for_again_and_taken_back(house):
    batch = checked(house, GOOD)
    waiting = apply(house, MAKER, batch.import_id)
    assert withdraw(house, MAKER, batch.import_id).code == "import_state"
    check(house, CHECKERS[0], waiting.approval_id, waiting.sha256, REJECT, "wrong day", may=open_door(house).may, acts=ACTS)
    again = apply(house, MAKER, batch.import_id)
    assert isinstance(again, Waiting)
    assert again.approval_id != waiting.approval_id


@ONE_ENGINE
def test_a_file_is_no_way_around_permissions(house):
    clerk = Principal("ma", ("finance",), strong_at=NOW)
    assert checked(house, GOOD, clerk).code == "permission_missing", "finance may not repay, by file or not"
    review = '{"key":"v","customer_id":41,"on":"2026-03-02","application_id":"a","outcome":"approve","role":"chief","currency":"CNY"}'
    assert checked(house, review, kind="review").code == "import_verb_not_taken"
    batch = checked(house, GOOD)
    other = Principal("sun", MAKER.roles, strong_at=NOW)
    assert apply(house, other, batch.import_id).code == "import_not_own"
    assert append(house, other, batch.import_id, 0, b"x").code == "import_not_own"
    assert withdraw(house, MAKER, batch.import_id).state == "withdrawn"
    assert apply(house, MAKER, batch.import_id).code == "import_state"


def test_a_file_comes_in_parts_and_a_lost_answer_is_asked_again(house):
    content = GOOD.encode()
    sent = Upload("r.csv", content[:40], "repay", key="k", asked="1")
    first = upload(house, MAKER, sent)
    assert upload(house, MAKER, sent).import_id == first.import_id
    assert upload(house, MAKER, Upload("r.csv", b"other", "repay", key="k", asked="2")).code == "idempotency_key_reused"
    for _ in range(2):
        assert isinstance(append(house, MAKER, first.import_id, 40, content[40:]), Batch)
    gap = append(house, MAKER, first.import_id, 4_000, b"x")
    assert (gap.code, gap.detail) == ("import_offset", str(len(content)))
    assert validate(house, MAKER, first.import_id, open_door(house).may).state == "valid"
    assert [one.import_id for one in batches(house, state="valid")] == [first.import_id]
    assert append(house, MAKER, first.import_id, len(content), b"x").code == "import_state"


@ONE_ENGINE
def test_rows_and_totals_are_held_to_what_the_sender_says(house):
    assert checked(house, GOOD, rows=3, totals={"CNY": 151_50}).state == "valid"
    wrong = checked(house, GOOD, rows=4, totals={"CNY": 151_51})
    assert (wrong.state, wrong.effect["codes"]) == ("invalid", {"import_control_differs": 2})


def packed_zip(name="a.csv", text=GOOD):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, text)
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (packed_zip(), "import_archive"),
        (packed_zip("xl/workbook.xml"), "import_archive"),
        (packed_zip("../../etc/cron.d/x"), "import_archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "import_archive"),
        (bytes(257) + b"ustar" + bytes(300), "import_archive"),
        (gzip.compress(gzip.compress(GOOD.encode())), "import_nested"),
        (gzip.compress(packed_zip()), "import_nested"),
        (gzip.compress(bytes(50 << 20)), "import_ratio"),
        (gzip.compress(GOOD.encode())[:-9], "file_truncated"),
        (GOOD.encode("utf-16"), "file_not_text"),
        (GOOD.replace("r1", "还款").encode("gbk"), "file_not_text"),
        (b"key;customer_id;on\n1;2;3\n", "delimiter_wrong"),
        (b"key,amount\nr1,1.00\n", "column_missing"),
        (b"key,key,customer_id,on\nr1,r1,41,2026-03-02\n", "row_malformed"),
        (b'{"key":' + b"[" * 100_000 + b"\n", "json_malformed"),
        (b"\n\n", "file_empty_or_nothing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@ONE_ENGINE
def test_what_a_file_may_not_be(house, content, code):
    batch = checked(house, content)
    assert batch.state == "invalid"
    found = [one.code for one in errors_of(house, batch.import_id)]
    assert code in found or (code == "file_empty_or_nothing" and (not found or found == ["column_missing"])), found
    assert apply(house, MAKER, batch.import_id).code == "import_state"


@ONE_ENGINE
def test_bounds_of_size_and_rows(house, monkeypatch):
    monkeypatch.setattr("plimsoll.app.imports.batch.SIZE_MAX", 100)
    for content, code in ((GOOD.encode() * 2, "import_too_large"), (b"", "file_empty")):
        with pytest.raises(Malformed) as raised:
            upload(house, MAKER, Upload("r.csv", content, "repay"))
        assert raised.value.code == code
    monkeypatch.setattr("plimsoll.app.imports.batch.SIZE_MAX", 10**6)
    monkeypatch.setattr("plimsoll.app.imports.rows.ROWS_MAX", 2)
    assert codes(house, checked(house, GOOD)) == [(4, "import_too_many_rows")]
    monkeypatch.setattr(bounds, "EXPANDED_MAX", 50)
    with pytest.raises(Malformed) as raised:
        bounds.check_content(gzip.compress(GOOD.encode()), "r.csv")
    assert raised.value.code == "import_expanded_too_large"


@pytest.mark.parametrize("name", ["../r.csv", "a/b.csv", "a\\b.csv", "C:r.csv", "..", ".r", "", "x" * 201, "a\nb.csv", "a\x00.csv"])
def test_a_name_is_no_path(name):
    with pytest.raises(Malformed) as raised:
        bounds.check_name(name)
    assert raised.value.code == "import_name_malformed"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
@ONE_ENGINE
def test_a_text_that_a_spreadsheet_would_calculate_is_refused_and_told_safely(house, start):
    bad = f"{start}cmd|' /C calc'!A0"
    batch = checked(
        house, json.dumps({"key": bad, "customer_id": 41, "on": "2026-03-02", "amount": "1.00", "currency": "CNY", "loan_id": 2})
    )
    assert [one.code for one in errors_of(house, batch.import_id)] == ["import_formula"]
    rows = list(csv.reader(io.StringIO(error_file(errors_of(house, batch.import_id), "en"))))
    assert rows[1][1] == f"'{bad}"
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\x00")) for row in rows for cell in row)


def test_a_cell_is_safe_whatever_it_begins_with():
    assert [safe(cell) for cell in ("=1", "+1", "-1", "@a", "\ta", "\ra", "\x00a", "1", "a=1", "")] == [
        "'=1", "'+1", "'-1", "'@a", "'\ta", "'\ra", "'\x00a", "1", "a=1", "",
    ]  # fmt: skip


@ONE_ENGINE
def test_what_waits_too_long_lets_the_file_go_on(house):
    batch = checked(house, GOOD)
    waiting = apply(house, MAKER, batch.import_id)
    house.now = lambda: NOW + timedelta(hours=25)
    assert isinstance(apply(house, MAKER, batch.import_id), Waiting)
    assert approval_of(house, waiting.approval_id).state == "expired"
