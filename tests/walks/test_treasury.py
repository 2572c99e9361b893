"""Treasury at work on both databases: draws of a day funded, days settled, files of funders taken whole or not at all."""

import json
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from plimsoll.app.closing.scan import snapshot
from plimsoll.app.closing.tape import TapeWriter, scan
from plimsoll.app.dossier import dossier_of, execute_dossier
from plimsoll.app.execute import Answer, execute
from plimsoll.app.file import filings_of
from plimsoll.app.treasury.fund_draws import Act, fund_draws
from plimsoll.app.treasury.reconcile_day import reconcile_day
from plimsoll.app.treasury.settle_day import Days, filed_of, settle_day
from plimsoll.app.treasury.shares import funders_of, holdings_of, lent_now
from plimsoll.app.verify import verify
from plimsoll.app.wiring import DOSSIER_WIRING, WIRING, read_command
from plimsoll.rulebook.rules import load
from plimsoll.treasury.funded import FUNDED, holdings
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.settle import DIFFERS, Sums, total
from plimsoll.treasury.share import Share
from plimsoll.units.refusal import Refused
from tests.refusing import refuses

RULES = load()
DRAWN_ON = date(2026, 1, 15)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ACT = Act("treasury", NOON, RULES)
TERMS = {"currency": "CNY", "price": "0.04"}


class House:
    """Gives commands written as text, on customers and on funders."""

    def __init__(self, store):
        self.store, self.keys = store, 0

    def do(self, name: str, on: str, **said):
        self.keys += 1
        command = read_command({"key": f"k{self.keys}", "on": on, **said}, name)
        now = datetime.combine(date.fromisoformat(on), datetime.min.time(), UTC) + timedelta(hours=9, seconds=self.keys)
        if type(command) in WIRING:
            outcome = execute(self.store, WIRING, command, actor="desk", now=now, rules=RULES)
        else:
            outcome = execute_dossier(self.store, DOSSIER_WIRING, command, actor="desk", now=now, rules=RULES)
        assert isinstance(outcome, Answer | Refused), outcome
        return json.loads(outcome.text) if isinstance(outcome, Answer) else outcome.code


@pytest.fixture
def house(store) -> House:
    """Give a book with a bank for 1,000.00, notes for more, and three draws of 1,000.00 on one day."""
    found = House(store)
    found.do("register_funder", "2026-01-05", subject="bank", kind="partner", committed="1000.00", most="0.6", **TERMS)
    found.do("register_funder", "2026-01-05", subject="notes", kind="notes", committed="50000.00", most="0.5", **TERMS | {"price": "0.05"})
    for customer in (1, 2, 3):
        found.do("open_customer", "2026-01-10", customer_id=customer)
        limits = {"currency": "CNY", "limit": "5000.00", "cash_limit": "5000.00", "later_limit": "0.00"}
        found.do("open_line", "2026-01-10", customer_id=customer, **limits)
        draw = {"currency": "CNY", "amount": "1000.00", "rate": "0.0004", "instalments": 6}
        found.do("draw", "2026-01-15", customer_id=customer, loan_id=10 + customer, **draw)
    return found


def shares(house: House, customer: int) -> list[Share]:
    """Give the shares of a customer's one loan."""
    found = holdings(filings_of(house.store, customer), 10 + customer)
    return list(found[-1].shares) if found else []


def test_a_funder_is_filled_to_its_limit_and_the_next_takes_the_rest(house):
    (done,) = fund_draws(house.store, DRAWN_ON, ACT)
    assert shares(house, 1) == [Share("bank", 600_000), Share("notes", 100_000), Share(LENDER, 300_000)]
    assert shares(house, 2) == [Share("bank", 400_000), Share("notes", 300_000), Share(LENDER, 300_000)]
    assert shares(house, 3) == [Share("notes", 500_000), Share(LENDER, 500_000)]
    assert {got.funder: (got.minor, got.draws) for got in done.got} == {"bank": (100_000, 2), "notes": (90_000, 3), LENDER: (110_000, 3)}
    assert sum(got.minor for got in done.got) == done.minor == 300_000
    assert done.left_out == {("bank", "funder_full"): 1}
    lent = lent_now(house.store, holdings_of(house.store, NOON.toordinal()), funders_of(house.store), NOON.toordinal())["CNY"]
    assert (lent.all_minor, lent.own_minor, dict(lent.of)) == (300_000, 110_000, {"bank": 100_000, "notes": 90_000})


def test_running_again_files_nothing_twice(house):
    first = fund_draws(house.store, DRAWN_ON, ACT)
    (again,) = fund_draws(house.store, DRAWN_ON, ACT)
    assert (again.before, again.got) == (3, first[0].got)
    assert [len([one for one in filings_of(house.store, customer) if one.kind == FUNDED]) for customer in (1, 2, 3)] == [1, 1, 1]
    assert verify(house.store).breaches == {}


def test_without_cash_a_draw_waits_and_nothing_is_filed_about_it(house):
    (done,) = fund_draws(house.store, DRAWN_ON, ACT, cash={"CNY": 65_000})
    assert done.short == ((3, 13),)
    assert shares(house, 3) == []
    (later,) = fund_draws(house.store, DRAWN_ON, ACT)
    assert (later.before, later.short, shares(house, 3)[0]) == (2, (), Share("notes", 500_000))


def test_a_day_to_come_is_refused(house):
    assert fund_draws(house.store, date(2026, 6, 2), ACT).code == "date_in_future"
    assert fund_draws(house.store, date(2026, 1, 16), ACT) == []


def test_no_share_is_filed_on_a_day_that_is_settled(house):
    body = {"day": "2026-01-15", "totals": dict.fromkeys(("disbursed", "principal", "interest", "penalty", "fee", "recovered"), 0)}
    house.do("file_settlement", "2026-01-16", subject="bank", day="2026-01-15", body=body)
    assert fund_draws(house.store, DRAWN_ON, ACT).code == "settlement_filed"
    assert shares(house, 1) == []
    assert len(dossier_of(house.store, "funder", "bank")) == 2


@pytest.fixture
def tape(house, tmp_path) -> Path:
    """Give the tape of two days of the book, between which the first customer pays 300.00 and the third draws again."""
    fund_draws(house.store, DRAWN_ON, ACT)
    write_tape(house.store, tmp_path, date(2026, 1, 14), date(2026, 1, 15))
    house.do("repay", "2026-01-16", customer_id=1, loan_id=11, amount="300.00", currency="CNY")
    house.do("draw", "2026-01-16", customer_id=3, loan_id=23, currency="CNY", amount="500.00", rate="0.0004", instalments=3)
    write_tape(house.store, tmp_path, date(2026, 1, 16))
    return tmp_path


def write_tape(store, folder: Path, *days: date) -> None:
    """Write the tape of some days; of a day before the first loan an empty one, as a house with older loans would have."""
    for day in days:
        writer = TapeWriter(folder, day.toordinal())
        with snapshot(store) as seen:
            parts = list(scan(seen, day.toordinal()))
            for part in parts or scan(seen, date(2026, 1, 15).toordinal()):
                writer.write(part)
        path = writer.finish()
        if not parts:
            pq.write_table(pq.read_table(path, partitioning=None).slice(0, 0), path)


def days_of(tape: Path, day: int) -> Days:
    return Days(date(2026, 1, day), date(2026, 1, day - 1), tape)


def test_every_part_of_every_flow_is_settled(house, tape):
    first, second = (settle_day(house.store, days_of(tape, day), tape / "out", ACT) for day in (15, 16))
    assert {name: total(lines).disbursed for name, lines in first.lines.items()} == {"bank": 100_000, "notes": 90_000, LENDER: 110_000}
    (line,) = second.lines["bank"]
    assert line.sums == Sums(principal=60 * 300_00 // 100 - 60 * 40 // 100, interest=24)  # 0.40 of interest for a day goes first
    assert first.adds_up() and second.adds_up()  # noqa: PT018 -- one thought
    assert second.flows["CNY"].disbursed == 50_000
    assert filed_of(house.store, "bank", date(2026, 1, 16))["lines"] == 1
    said = json.loads((tape / "out" / "settlement_2026-01-16.json").read_text())
    assert said["files"]["bank"]["sha256"] == sha256((tape / "out" / "settlement_2026-01-16_bank.csv").read_bytes()).hexdigest()
    assert settle_day(house.store, days_of(tape, 16), tape / "out", ACT).files == second.files


def test_what_was_funded_late_is_caught_up_at_once(house, tape):
    """The second draw of the third customer is funded three days late; its funder brings its part of what was lent by then."""
    house.do("fund_loan", "2026-01-17", customer_id=3, loan_id=23, shares=["notes:0.4"])
    write_tape(house.store, tape, date(2026, 1, 17))
    done = settle_day(house.store, days_of(tape, 17), tape / "out", ACT)
    assert [line.sums.disbursed for line in done.lines["notes"]] == [20_000]
    assert [line.sums.disbursed for line in done.lines[LENDER]] == [-20_000]
    assert done.adds_up()


def test_a_part_that_moved_within_the_span_is_not_settled_as_one(house, tape):
    move = {"customer_id": 1, "loan_id": 11, "funder": "bank", "why": "repurchase", "currency": "CNY", "price": "400.00"}
    house.do("move_share", "2026-01-15", **move)
    with refuses("settlement_spans_move"):
        settle_day(house.store, Days(date(2026, 1, 16), date(2026, 1, 14), tape), tape / "out", ACT)
    assert settle_day(house.store, days_of(tape, 16), tape / "out", ACT).lines["bank"] == []


def test_a_day_that_cannot_be_settled_writes_nothing(house, tape):
    with refuses("tape_day_missing"):
        settle_day(house.store, days_of(tape, 18), tape / "out", ACT)
    assert settle_day(house.store, Days(date(2026, 7, 1), date(2026, 6, 30), tape), tape / "out", ACT).code == "date_in_future"
    settle_day(house.store, days_of(tape, 16), tape / "kept", ACT)
    house.do("repay", "2026-01-16", customer_id=2, loan_id=12, amount="10.00", currency="CNY")
    write_tape(house.store, tape, date(2026, 1, 16))
    assert settle_day(house.store, days_of(tape, 16), tape / "out", ACT).code == "settlement_filed"
    assert not (tape / "out").exists()


def changed(content: str, how: str) -> str:
    """Give a funder's file as it comes back: with a line changed, and the totals as they then are unless those are what is wrong."""
    lines = content.splitlines()
    if how == "other amount":
        return content.replace(",179.76,", ",179.75,")
    if how == "no totals":
        return "\n".join(lines[:-1])
    if how == "duplicate":
        return "\n".join([*lines[:-1], lines[1], lines[-1].replace("179.76", "359.52").replace("0.24", "0.48")])
    if how == "unknown loan":
        return content.replace("1,11,", "1,99,")
    if how == "wrong totals":
        return "\n".join([*lines[:-1], lines[-1].replace("179.76", "179.75")])
    return content.replace("179.76", "a lot")


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("wrong totals", "settlement_totals_wrong"),
        ("no totals", "settlement_totals_wrong"),
        ("duplicate", "settlement_duplicate"),
        ("unknown loan", "settlement_loan_unknown"),
        ("no amount", "settlement_malformed"),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_file_of_a_funder_is_sent_back_whole(house, tape, how, code):
    settle_day(house.store, days_of(tape, 16), tape / "out", ACT)
    path = tape / "theirs.csv"
    path.write_text(changed((tape / "out" / "settlement_2026-01-16_bank.csv").read_text(), how))
    with refuses(code):
        reconcile_day(house.store, "bank", path, date(2026, 1, 16), tape, ACT)
    assert [one.kind for one in dossier_of(house.store, "funder", "bank")] == ["funder.registered", "funder.settled"]


def test_a_file_of_a_funder_is_compared_loan_by_loan(house, tape):
    day = date(2026, 1, 16)
    path = tape / "theirs.csv"
    path.write_text("customer_id,loan_id,currency,disbursed,principal,interest,penalty,fee,recovered\n")
    with refuses("settlement_totals_wrong"):
        reconcile_day(house.store, "bank", path, day, tape, ACT)
    settle_day(house.store, days_of(tape, 16), tape / "out", ACT)
    own = (tape / "out" / "settlement_2026-01-16_bank.csv").read_text()
    path.write_text(own)
    assert reconcile_day(house.store, "bank", path, day, tape, ACT).differences == []
    path.write_text(changed(own, "other amount"))
    found = reconcile_day(house.store, "bank", path, day, tape, ACT).differences
    assert [(one.loan_id, one.why, one.ours.principal - one.theirs.principal) for one in found] == [(11, DIFFERS, 1)]
    filed = [json.loads(one.body)["differences"] for one in dossier_of(house.store, "funder", "bank") if one.kind == "funder.reconciled"]
    assert filed == [0, 1]
    assert reconcile_day(house.store, "notes", path, date(2026, 1, 15), tape, ACT).code == "settlement_missing"
    assert reconcile_day(house.store, "nobody", path, day, tape, ACT).code == "funder_unknown"
    assert verify(house.store).breaches == {}
