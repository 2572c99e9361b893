"""The demo makes a book by the real commands that verify proves, the same for the same seed, and never touches another book."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.database.schema import line
from plimsoll.app.file import filings_of
from plimsoll.app.verify import verify
from plimsoll.interfaces.cli.main import main
from plimsoll.loan.filing import Filing, of_kind
from plimsoll.risk.lawful import lawful_rules
from plimsoll.simulator.collect_town import Collector
from plimsoll.simulator.people import KINDS
from plimsoll.simulator.seek_help import Helper
from plimsoll.simulator.tell_bureau import Reporter, file_month
from plimsoll.simulator.town import Span, live, make_town
from tests.replayed_gate import breaches, promises_disturbed

SMALL = ("--borrowers", "40", "--months", "2")


def demo(folder: Path, *words: str) -> int:
    """Run the command into a folder."""
    return main(["demo", "--folder", str(folder), *words])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small demo."""
    folder = tmp_path_factory.mktemp("demo")
    assert demo(folder, *SMALL) == 0
    return folder


def report(folder: Path) -> dict:
    """What a demo says of itself, less what names the folder and the time it took."""
    told = json.loads((folder / "report.json").read_text("utf-8"))
    return {name: value for name, value in told.items() if name not in ("book", "tape", "report", "month_report", "seconds")}


def test_what_the_demo_made_is_proved(made, capsys):
    assert main(["verify", "--db", f"sqlite:///{made / 'book.db'}", "--json"]) == 0
    proved = json.loads(capsys.readouterr().out)
    assert proved["proved"]
    assert proved["customers"] > 20


def test_the_demo_ends_with_a_page_of_its_month(made):
    page = made / "month.html"
    assert json.loads((made / "report.json").read_text("utf-8"))["month_report"] == str(page)
    assert "资产组合月报" in page.read_text("utf-8")


def test_the_same_seed_makes_the_same_book_and_another_makes_another(made, tmp_path):
    assert demo(tmp_path / "same", *SMALL) == 0
    assert demo(tmp_path / "other", *SMALL, "--seed", "2") == 0
    assert report(tmp_path / "same") == report(made)
    assert report(tmp_path / "other") != report(made)


def test_people_buy_draw_and_repay_and_no_command_meets_a_bug(made):
    told = report(made)
    assert sum(told["borrowers"].values()) == 40
    assert {"open_customer", "apply", "record_evidence", "decide_application", "accept_offer", "purchase", "repay"} <= told[
        "commands"
    ].keys()
    assert {"bill", "autopay"} <= told["messages"].keys()
    assert told["failed"] == 0
    assert told["breaches"] == []


def test_people_enter_through_applications_and_who_is_declined_has_no_line(made):
    told = report(made)
    funnel = told["applications"]["funnel"]
    assert funnel["applied"] == told["commands"]["apply"] <= 40
    assert funnel["approve"] + funnel["counter-offer"] + funnel["refer"] + funnel["decline"] == funnel["applied"]
    assert funnel["reviewed: granted"] + funnel["reviewed: declined"] == funnel["refer"]
    assert funnel["signed"] == funnel["approve"] + funnel["counter-offer"] + funnel["reviewed: granted"]
    assert funnel["decline"] > 0
    assert told["applications"]["reasons"]
    with open_store(f"sqlite:///{made / 'book.db'}") as store, store.engine.connect() as connection:
        lines = connection.execute(select(line.c.customer_id, line.c.limit_minor, line.c.load_capacity_minor)).all()
    held = [row for row in lines if row.limit_minor]
    assert len(held) == funnel["signed"]
    assert all(row.limit_minor <= row.load_capacity_minor for row in held)


def test_the_table_of_the_late_and_the_trial_balance_agree(made):
    told = report(made)
    (late,) = told["delinquency"]
    principal = Decimal(late["total"]["principal"])
    assert sum(Decimal(row["principal"]) for row in late["buckets"]) == principal
    assert sum(Decimal(row["principal"]) for row in late["classes"]) == principal
    assert sum(Decimal(cells["principal"]) for cells in late["total"]["products"].values()) == principal
    assert Decimal(told["trial_balance"]["CNY"]["asset.loan.principal"]) == principal
    assert sum(Decimal(minor) for minor in told["trial_balance"]["CNY"].values()) == 0


def test_the_last_month_is_collected_and_the_book_goes_on_where_the_demo_ended(made, capsys):
    told = report(made)["collections"]
    assert (told["from"], told["through"]) == ("2025-10-31", "2025-11-30")
    assert told["reminders"]["sms"] > 0
    assert main(["collect", "--on", "2025-12-01", "--db", f"sqlite:///{made / 'book.db'}", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["on"] == "2025-12-01"


def test_the_tape_is_written_at_the_end_of_each_month(made):
    assert [path.name for path in sorted((made / "tape").iterdir())] == ["day=2025-10-31", "day=2025-11-30"]


def test_a_demo_that_is_there_is_left_alone_unless_it_is_made_again(made, capsys):
    before = (made / "book.db").read_bytes()
    assert demo(made, *SMALL) == 2
    assert "--again" in capsys.readouterr().err
    assert (made / "book.db").read_bytes() == before
    assert demo(made, *SMALL, "--again") == 0


def test_a_book_that_others_gave_commands_to_is_never_removed(tmp_path, capsys):
    url = f"sqlite:///{tmp_path / 'book.db'}"
    create_store(url).close()
    (tmp_path / "rows.jsonl").write_text('{"command":"open_customer","key":"a","customer_id":1,"on":"2026-01-05"}\n')
    assert main(["post", str(tmp_path / "rows.jsonl"), "--db", url]) == 0
    assert demo(tmp_path, *SMALL, "--again") == 2
    assert "did not make" in capsys.readouterr().err
    assert main(["verify", "--db", url]) == 0


def test_the_demo_runs_on_either_database(empty_database, kind, tmp_path, capsys):
    words = ("--borrowers", "20", "--months", "1", "--db", empty_database)
    assert demo(tmp_path / "demo", *words) == 0
    assert main(["verify", "--db", empty_database]) == 0
    assert demo(tmp_path / "demo", *words) == 2
    capsys.readouterr()
    again = demo(tmp_path / "demo", *words, "--again")
    # A database on a server is its owner's to empty.
    assert (again, "DROP DATABASE" in capsys.readouterr().err) == ((0, False) if kind == "sqlite" else (2, True))


@pytest.mark.parametrize("words", [["--borrowers", "0"], ["--months", "x"], ["--tape", "weekly"], ["--db", "mysql://x/y"]])
def test_wrong_words_end_with_2_and_make_nothing(tmp_path, words: Sequence[str]):
    assert demo(tmp_path / "none", *words) == 2
    assert not list((tmp_path / "none").glob("*"))


def test_who_stops_paying_is_frozen_charged_off_and_pays_a_little_after_all(tmp_path):
    rules = lawful_rules()
    town = make_town(40, Span(10), rules, Random(3))
    # Trouble that does not show yet: by its name this type leaves the traces of somebody who pays, so that the house lends to it.
    defaulter = next(kind for kind in KINDS if kind.stops)._replace(name="pays in full")
    for number, person in enumerate(town.people):
        town.people[number].kind = replace_kind(person.kind) if number % 2 else defaulter
        person.stops_on = 0 if number % 2 else person.opens_on + 30
    with create_store(f"sqlite:///{tmp_path / 'book.db'}") as store:
        days = Span(10).days
        chores = [Helper(town, 3, days), Reporter(town, days[-1]), Collector(town, 3, days[-31])]
        for one in live(store, town, days, tape=tmp_path / "tape", chores=chores):
            assert one.closed is None or not one.closed.night.parked
        last = date.fromordinal(days[-1])
        told = file_month(store, last, last + timedelta(days=1), tmp_path, rules)
        proved = verify(store)
        files = [filings_of(store, person.customer_id) for person in town.people]
    assert [breach for filings in files for breach in (*breaches(filings, rules), *promises_disturbed(filings))] == []
    assert sum(len(of_kind(filings, "contact.attempted")) for filings in files) > 50
    assert {"open_case", "assign_treatment", "make_promise"} <= {*town.counts.commands, *made_by_people(files)}
    assert proved.is_proved, proved.breaches
    assert {"freeze", "unfreeze", "charge_off", "recover", "draw", "refund", "reverse"} <= town.counts.commands.keys()
    assert town.counts.failed == []
    helped_and_reported(files, told)


def helped_and_reported(files: Sequence[Sequence[Filing]], told: Mapping[str, Any]) -> None:
    """Who found it hard was helped, by one person or two, and a plan was broken; of those who agreed, the late were told before."""
    kinds = Counter(one.kind for filings in files for one in filings)
    assert kinds["hardship.decided"] > 0
    assert kinds["plan.proposed"] >= kinds["plan.started"] > 0
    assert kinds["plan.broken"] > 0
    agreed = [filings for filings in files if of_kind(filings, "consent.granted", "reporting")]
    assert 0 < len(agreed) < len(files)
    assert kinds["consent.withdrawn"] == 1
    reported = [filings for filings in files if of_kind(filings, "bureau.reported")]
    assert all(filings in agreed and not of_kind(filings, "consent.withdrawn") for filings in reported)
    assert told["adverse"] > 0
    noted = [filings for filings in files if of_kind(filings, "bureau.adverse")]
    assert noted, "what is adverse is on file"
    assert all(of_kind(filings, "adverse.delivered") for filings in noted)


def made_by_people(files: Sequence[Sequence[Filing]]) -> set[str]:
    """The verbs by which people answered contacts, as their files tell."""
    return {"make_promise" for filings in files if of_kind(filings, "promise.made")}


def replace_kind(kind):
    """The same habits, with more forgetting."""
    return kind._replace(forgets=max(kind.forgets, 0.2))


def test_the_last_month_is_watched_as_it_ends(made):
    told = report(made)["monitoring"]
    assert told["customers"] == told["looked_at"] > 20
    assert told["month"]["ranked_by"] == "plain rule"
    assert told["failures"] == 0
    assert told["month"]["warnings_new"] == told["done"].get("raise_warning", 0)
