"""A behaviour score from the book's own months: the table, the model by the ordinary command, and a month's end ranked by the champion."""

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from plimsoll.app.database.opening import open_store
from plimsoll.app.watching import month as watch_month
from plimsoll.app.watching.book import clean_units, read_panel
from plimsoll.app.watching.find import on_file
from plimsoll.app.watching.month import PLAIN, Desk, month_end
from plimsoll.interfaces.cli import exits
from plimsoll.interfaces.cli.main import main
from plimsoll.risk.hazard.spells import at_risk, spells_of
from plimsoll.risk.lawful import lawful_rules
from plimsoll.risk.score.card import Part
from tests.unit import panel
from tests.walks.test_watch_report import clients

RULES = lawful_rules()
CONFIG = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "models" / "behaviour.yaml"
ON = date(2005, 10, 1)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a replayed book of 160 clients, 40 of whom slip."""
    folder = tmp_path_factory.mktemp("behaviour")
    file = panel.write(folder / "panel.csv", list(clients()))
    url = f"sqlite:///{folder / 'book.db'}"
    assert main(["replay", "taiwan", str(file), "--db", url, "--json"]) == exits.OK
    return url


@pytest.fixture(scope="module")
def table(book: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The months of that book."""
    path = tmp_path_factory.mktemp("months") / "months.csv"
    assert main(["watch", "months", "--db", book, "--on", ON.isoformat(), "--out", str(path), "--json"]) == exits.OK
    return path


def test_the_table_has_one_row_a_month_at_risk(book, table):
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with open_store(book) as store:
        seen = read_panel(store, ON)
    units = clean_units(seen, range(1, len(seen.days) - 1), 3, with_late=True)
    wanted = at_risk(spells_of(seen.customer_id[units.place], units.month, units.after), 3)
    clean = clean_units(seen, range(1, len(seen.days) - 1), 3)
    measured = [place for place, month in zip(clean.place, clean.month, strict=True) if month >= 3]
    assert {int(row["customer_id"]) for row in rows if row["sample"] == "later"} == set(seen.customer_id[measured].tolist())
    assert len(rows) == len(wanted.unit)
    assert sum(int(row["late"]) for row in rows) == int(wanted.late.sum()) > 100
    assert Counter(row["step"] for row in rows) == {str(step): int((wanted.step == step).sum()) for step in (1, 2, 3)}
    assert {row["sample"] for row in rows} == {"train", "later", "left-out"}
    assert max(int(row["month"]) for row in rows if row["sample"] == "train") < min(
        int(row["month"]) for row in rows if row["sample"] == "later"
    )


def test_a_months_end_is_ranked_by_the_champion(book, table, tmp_path, monkeypatch):
    model = tmp_path / "behaviour.json"
    assert main(["model", "train", str(table), "--config", str(CONFIG), "--kind", "scorecard", "--out", str(model)]) == exits.OK
    body = model.read_text("utf-8")
    champion = SimpleNamespace(body=body, digest=json.loads(body)["digest"])
    now = datetime(2005, 10, 2, tzinfo=UTC)
    with open_store(book) as store:
        desk = Desk(store, date(2005, 7, 31), on_file(store, ON), RULES, now)
        plain = month_end(desk)
        monkeypatch.setattr(watch_month, "champion_of", lambda _, name: champion if name == "behaviour" else None)
        scored = month_end(desk)
    assert (plain.ranked_by, scored.ranked_by) == (PLAIN, champion.digest[:12])
    assert plain.clean == scored.clean > 100
    assert len(scored.warned.new) == len(plain.warned.new) == scored.clean * 5 // 100
    chances = [one.chance for one in scored.warned.new]
    assert all(0 < one <= 1 for one in chances)
    assert chances == sorted(chances, reverse=True)
    assert {one.chance for one in plain.warned.new} == {0.0}, "a plain rule tells no chance"
    assert all(one.reasons for one in scored.warned.new), "a warning says why, also where no signal is raised by itself"
    slips = {number for number in range(1, 161) if number % 4 == 3}
    caught = np.mean([one.customer_id in slips for one in scored.warned.new])
    assert caught == 1, "those who slip are the ones who are warned of"


def test_a_model_tells_what_it_holds_against_a_customer():
    parts = [("utilisation", -30), ("pay_share", -40), ("utilisation", -5), ("step", -90), ("bill_minor", 12), ("carried_months", -1)]
    model = SimpleNamespace(score=lambda values: SimpleNamespace(parts=[Part(name, "", points, "") for name, points in parts]))
    known = {"utilisation", "pay_share", "bill_minor", "carried_months"}
    assert watch_month.held_against(model, {}, known) == ("pay_share", "utilisation", "carried_months")
    assert watch_month.held_against(model, {}, set()) == ()
