"""What lending does to borrowers, on a book of four: room that is told or not, complaints, contacts, and over-extension on file."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from plimsoll.app.execute import Answer, execute
from plimsoll.app.harm import harm_of
from plimsoll.app.report.harm_part import harm_part
from plimsoll.app.wiring import WIRING, read_command
from plimsoll.interfaces.cli.main import main
from plimsoll.rulebook.rules import load
from tests.made_tapes import made_tape
from tests.refusing import refuses

RULES = load()
PARTS = {"chance_band": "watch", "chance_ppm": 200_000}


@pytest.fixture
def book(store):
    """Four who owe 12,000.00 in twelve months each, some 1,150 a month: 1 can spare much, 2 little, of 3 and 4 nothing is told."""
    keys = iter(range(1_000))

    def do(name: str, on: str, **said):
        command = read_command({"key": f"k{next(keys)}", "on": on, **said}, name)
        at = datetime.combine(date.fromisoformat(on), datetime.min.time(), UTC) + timedelta(hours=9)
        outcome = execute(store, WIRING, command, actor="desk", now=at, rules=RULES)
        assert isinstance(outcome, Answer), outcome

    for customer in range(1, 5):
        do("open_customer", "2026-05-01", customer_id=customer)
        do("open_line", "2026-05-01", customer_id=customer, currency="CNY", limit="20000.00", cash_limit="20000.00", later_limit="0.00")
        lent = {"product": "cash-line", "amount": "12000.00", "currency": "CNY"}
        do("draw", "2026-05-01", customer_id=customer, loan_id=customer, instalments=12, rate="0.0004", **lent)
    for customer, room in ((1, "3000.00"), (2, "1200.00")):
        said = {"currency": "CNY", "capacity": "12000.00" if customer == 2 else "30000.00", "room": room, "stress_ppb": 100_000_000}
        do("mark_load_line", "2026-05-02", customer_id=customer, ref="drawn", reason="drawn", **said)
    do("note_over_extension", "2026-05-20", customer_id=2, currency="CNY", over_extension="latent", **PARTS)
    do("note_over_extension", "2026-06-20", customer_id=3, currency="CNY", over_extension="active", **PARTS)
    for number, (customer, on) in enumerate(((1, "2026-05-30"), (4, "2026-05-31"), (1, "2026-06-01"))):
        do("file_complaint", on, customer_id=customer, complaint_id=f"c{number}", about="advertising")
    return store


LOANS = {"A": "00", "B": "00"}


def test_what_is_not_known_is_counted_and_not_guessed(book, tmp_path):
    """Some 1,150 is less than half of 3,000.00 / 0.8 = 3,750.00, and more than half of 1,200.00 / 0.8 = 1,500.00."""
    with made_tape(tmp_path, LOANS, first="2026-04") as tape:
        one = harm_of(book, tape, tape.source.months[-1], RULES)
    assert tuple(one.burden) == (2, 1, 2)
    assert one.lasting is None, "the tape does not tell what was paid"
    assert one.classes == {"fit": 3, "latent": 1, "active": 0, "masked": 0, "distressed": 0}, "what comes later is not seen"
    assert (one.counts["complaints"], one.per_people("complaints")) == (2, 5_000), "two of the month, four customers who owe"
    assert one.counts["contacts"] == 0
    part = harm_part(one)
    assert part.grids[0].rows[0][1:] == ("1", "2", "50.00 %")
    assert part.grids[0].rows[1][1:] == ("2", "4", "50.00 %")


def test_a_book_that_moved_past_the_month_is_refused(book, tmp_path):
    with made_tape(tmp_path, LOANS, first="2026-03") as tape, refuses("states_later"):
        harm_of(book, tape, tape.source.months[-1], RULES)


def test_on_the_command_line(tmp_path, capsys):
    """A demo of a few: the command and the report say the same, and counts are per 10,000 customers who owe."""
    folder = tmp_path / "demo"
    assert main(["demo", "--folder", str(folder), "--borrowers", "10", "--months", "3"]) == 0
    capsys.readouterr()
    db = f"sqlite:///{folder / 'book.db'}"
    assert main(["portfolio", "harm", "--db", db, "--tape", str(folder / "tape"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    for one in told["counts"].values():
        assert one["per_10000"] == pytest.approx(10_000 * one["count"] / told["customers"], abs=1e-3)
    assert told["burden"]["known"] + told["burden"]["unknown"] == told["customers"]
    assert told["persistent_debt"]["known"] + told["persistent_debt"]["too_young"] > 0
    assert main(["report", "month", "--tape", str(folder / "tape"), "--db", db, "--out", str(tmp_path / "out"), "--json"]) == 0
    (page, _) = json.loads(capsys.readouterr().out)["files"]
    text = Path(page).read_text("utf-8")
    assert "What lending does to borrowers" in text
    assert "对借款人的影响" in text
    assert main(["portfolio", "harm", "--db", f"sqlite:///{tmp_path / 'none.db'}", "--tape", str(folder / "tape")]) != 0
