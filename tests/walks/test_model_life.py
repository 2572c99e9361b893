"""The life of two models from the command line: measured on a file, put on the register, compared, promoted, watched."""

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.governed import Act as Step
from plimsoll.app.governed import Artefact
from plimsoll.app.modelling import register as registered
from plimsoll.app.modelling.measure import Under
from plimsoll.app.modelling.outcome_file import Asked
from plimsoll.app.modelling.trial import propose_compared, record_validated
from plimsoll.interfaces.cli import model_compare, model_register, model_validate
from plimsoll.interfaces.cli.main import main
from plimsoll.risk.measure.policy import model_policy
from plimsoll.risk.score.bins import NUMBER
from plimsoll.risk.score.card import Scale
from plimsoll.risk.score.tree import Input, Tree
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import Refused

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
ROWS = 4_000
HEAD = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nobjective=binary sigmoid:1\nfeature_names=income debts\n"
STUMP = """
Tree={n}
num_leaves=2
num_cat=0
split_feature={feature}
threshold={at}
decision_type=10
left_child=-1
right_child=-2
leaf_value={left} {right}
leaf_count=50 50
internal_count=100
"""
OUTCOME = ("--target", "outcome", "--bad", "bad")


def trees(name: str, tests: list[tuple[int, float, float, float]]) -> Tree:
    """A sum of stumps: feature, threshold, log odds at or below it, log odds above it."""
    stumps = (STUMP.format(n=n, feature=feature, at=at, left=left, right=right) for n, (feature, at, left, right) in enumerate(tests))
    inputs = (Input("income", NUMBER, "", "INCOME_LOW", ()), Input("debts", NUMBER, "", "DEBTS_HIGH", ()))
    return Tree(Scale(600, 30, 20), (), (), inputs, HEAD + "".join(stumps) + "\nend of trees\n", {"name": name})


def log_odds_at(places, low: float, high: float, feature: int):
    """Stumps that climb from one value of log odds to another over some thresholds."""
    step = (high - low) / len(places)
    return [(feature, at, low if n == 0 else 0.0, low + step if n == 0 else step) for n, at in enumerate(places)]


SIMPLE = trees("income only", log_odds_at([-1.0, -0.5, 0.0, 0.5, 1.0], -0.5, -2.6, 0))
FULL = trees(
    "income and debts", log_odds_at([-1.2, -0.6, 0.0, 0.6, 1.2], -0.4, -3.0, 0) + log_odds_at([-1.2, -0.6, 0.0, 0.6, 1.2], -1.3, 1.3, 1)
)


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    """Cases decided over two years; the outcome rests on income and debts."""
    chance = np.random.default_rng(11)
    income, debts = chance.normal(size=ROWS), chance.normal(size=ROWS)
    bad = chance.random(ROWS) < 1 / (1 + np.exp(1.7 + 0.9 * income - 0.9 * debts))
    path = tmp_path_factory.mktemp("cases") / "cases.csv"
    with path.open("w", encoding="utf-8", newline="") as held:
        writer = csv.writer(held)
        writer.writerow(["income", "debts", "outcome", "decided", "sample", "home", "sex"])
        for n in range(ROWS):
            day = date(2024, 12, 1) + timedelta(days=n // 6)
            sample = "late" if n % 3 == 0 else "early"
            home = "own" if income[n] > 0.3 else "rent"
            row = [f"{income[n]:.4f}", f"{debts[n]:.4f}", "bad" if bad[n] else "good", day.isoformat(), sample, home, "FM"[n % 2]]
            writer.writerow(row)
        writer.writerow(["0.1", "0.1", "", "2025-01-01", "early", "", ""])
    return path


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A book, two model files, and a clock that stands still."""
    url = f"sqlite:///{tmp_path / 'book.db'}"
    create_store(url).close()
    for name, model in (("simple", SIMPLE), ("full", FULL)):
        (tmp_path / f"{name}.json").write_text(model.text(), "utf-8")
    for module in (model_register, model_validate, model_compare):
        monkeypatch.setattr(module, "now", lambda: NOW)

    def say(*words: object, by: str = "") -> int:
        return main(["model", *map(str, words), "--db", url, *(["--as", by, "--reason", "because"] if by else [])])

    return say, tmp_path


def to_shadow(say, path, file):
    model = FULL if path.stem == "full" else SIMPLE
    assert say("register", path, by="ana") == 0
    assert say("validate", file, "--model", path, *OUTCOME, "--split", "sample=late", "--record", by="bo") == 0
    assert say("approve", model.digest[:10], by="chen") == 0
    assert say("shadow", model.digest[:10], by="ana") == 0
    return model.digest[:10]


def test_two_models_live_and_one_takes_the_others_place(desk, file, capsys):
    say, folder = desk
    old = to_shadow(say, folder / "simple.json", file)
    assert say("propose", old, by="bo") == 0
    assert say("promote", old, by="chen") == 0
    new = to_shadow(say, folder / "full.json", file)
    capsys.readouterr()
    assert say("propose", new, by="bo") == 2, "there is a champion to be compared with"
    assert "name FILE and --decided" in capsys.readouterr().err
    assert say("propose", new, file, *OUTCOME, "--decided", "decided", by="bo") == 0
    said = capsys.readouterr()
    assert "paired test of DeLong" in said.out
    assert "were decided on 2025-12-02 or later" in said.err
    assert say("promote", new, by="bo") == 4
    assert say("promote", new, by="chen") == 0
    capsys.readouterr()
    assert say("show", "application", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    comparison = told["steps"][-1]["evidence"]
    assert (comparison["champion"], comparison["challenger"]) == (SIMPLE.digest, FULL.digest)
    assert comparison["pair"]["p"] < 0.001
    assert comparison["about"]["rows"].startswith("2,196; matured by decided")
    assert say("show", old) == 0
    assert "succeeded by" in capsys.readouterr().out


def test_what_is_brought_with_a_form_validates_and_compares_as_the_command_line_does(desk, file):
    say, folder = desk
    content, asked = file.read_bytes(), Asked("outcome", ("bad",), split=("sample", "late"))
    under, rules = Under(model_policy(load(), NOW.date()), "", NOW), model_policy(load(), NOW.date())
    with open_store(f"sqlite:///{folder / 'book.db'}") as store:
        for model, by in ((SIMPLE, "bo"), (FULL, "bo")):
            assert say("register", folder / ("full.json" if model is FULL else "simple.json"), by="ana") == 0

            def now(digest: str = model.digest) -> Artefact:
                held = registered.model(store, digest)
                assert isinstance(held, Artefact)
                return held

            own = record_validated(store, now(), content, asked, under, Step("ana", NOW, "my own"))
            assert isinstance(own, Refused), "nobody passes what they built"
            passed = record_validated(store, now(), content, asked, under, Step(by, NOW, "meets what is asked"))
            assert isinstance(passed, Artefact), passed
            assert passed.state == "validated"
            for verb, actor in (("approve", "chen"), ("shadow", "ana")):
                assert isinstance(registered.step(store, now(), verb, Step(actor, NOW, "next")), Artefact)
            if model is FULL:
                assert propose_compared(store, now(), b"", asked, under, Step(by, NOW, "no file")).code == "proof_missing"
            ripe = asked._replace(decided="decided")
            assert isinstance(propose_compared(store, now(), content, ripe, under, Step(by, NOW, "better")), Artefact)
            assert isinstance(registered.promote(store, now(), rules, Step(by, NOW, "mine")), Refused), "nobody promotes what they proposed"
            assert isinstance(registered.promote(store, now(), rules, Step("chen", NOW, "agreed")), Artefact)


def test_a_challenger_that_is_no_better_is_not_proposed(desk, file, capsys):
    say, folder = desk
    for model in ("full", "simple"):
        named = to_shadow(say, folder / f"{model}.json", file)
        if model == "full":
            assert say("propose", named, by="bo") == say("promote", named, by="chen") == 0
    assert say("propose", named, file, *OUTCOME, "--decided", "decided", by="bo") == 4
    assert "not proved better" in capsys.readouterr().err


def test_a_model_in_use_is_measured_and_what_is_due_moves_on(desk, file, capsys):
    say, folder = desk
    named = to_shadow(say, folder / "full.json", file)
    capsys.readouterr()
    assert say("monitor", named, file, "--json", by="dora") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["level"], told["auc"], told["passed"]) == ("steady", None, True)
    assert say("monitor", named, file, *OUTCOME, by="dora") == 0
    assert "PSI 0.0" in capsys.readouterr().out
    assert say("due", "--on", "2026-12-31") == 0
    said = capsys.readouterr().out
    assert said.count("2026-12-01") == 3
    assert say("due", "--on", "2027-01-02") == 5


def test_a_validation_is_written_whole(desk, file, capsys):
    say, folder = desk
    words = ("--split", "sample=late", "--segment", "home,debts", "--fair", "sex", "--rejected", file, "--out", folder / "out")
    assert say("validate", file, "--model", folder / "full.json", *OUTCOME, *words) == 0
    said = capsys.readouterr()
    assert "out of time" in said.out
    assert "sex = F" in said.out
    assert "times as bad as stated" in said.out
    assert "1 rows have no outcome" in said.err
    document = json.loads((folder / "out" / "validation.json").read_text("utf-8"))
    assert document["passed"]
    assert {one["column"] for one in document["segments"]} == {"home", "debts"}
    html = (folder / "out" / "report.html").read_text("utf-8")
    assert "公平性" in html
    assert "拒绝推断" in html
    assert [one["factor"] for one in document["rejects"]] == [1.0, 1.5, 2.0, 3.0]
    assert len(list((folder / "out").glob("*.png"))) == len(list((folder / "out").glob("*.svg"))) == 7
    assert say("compare", folder / "simple.json", folder / "full.json", file, *OUTCOME, "--out", folder / "cmp", "--json") == 0
    assert json.loads(capsys.readouterr().out)["passed"]
    assert "冠军与挑战者" in (folder / "cmp" / "report.html").read_text("utf-8")


def test_a_model_says_its_own_outcome_and_is_not_passed_on_rows_it_has_learnt_from(desk, file, capsys):
    say, folder = desk
    about = {"target": {"column": "outcome", "bad": ["bad"]}, "training": {"sha256": sha256(file.read_bytes()).hexdigest()}}
    kept = {**about, "training": about["training"] | {"split": "sample=late is kept for measuring"}}
    for name, said, split, passed in (
        ("all", about, (), False),
        ("part", kept, (), False),
        ("part", kept, ("--split", "home=own"), False),
        ("part", kept, ("--split", "sample=late"), True),
    ):
        path = folder / f"{name}.json"
        path.write_text(replace(FULL, about=said).text(), "utf-8")
        assert say("validate", file, "--model", path, *split, "--json") == 0
        told = json.loads(capsys.readouterr().out)
        assert told["passed"] is passed, (name, split)
        assert told["checks"][0]["ok"] is passed
    assert say("register", folder / "all.json", by="ana") == 0
    assert say("validate", file, "--model", folder / "all.json", "--record", by="bo") == 4
    assert "rows it may have learnt from" in capsys.readouterr().err


def test_a_card_is_printed(desk, capsys):
    _, folder = desk
    assert main(["model", "card", str(folder / "full.json")]) == 0
    said = capsys.readouterr().out
    assert f"digest: {FULL.digest}" in said
    assert "10 trees, 20 leaves" in said
    assert main(["model", "card", str(folder / "full.json"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["digest"] == FULL.digest


def test_bad_input_has_a_named_outcome_and_stores_nothing(desk, file, capsys):
    say, folder = desk
    (folder / "other.csv").write_text("income,outcome\n1,bad\n2,good\n", "utf-8")
    (folder / "few.csv").write_text("income,debts,outcome\n1,1,bad\n2,1,good\n3,1,good\n", "utf-8")
    full = folder / "full.json"
    assert say("register", full, by="ana") == 0
    for words, code, said in (
        (("validate", file, "--model", full, "--target", "gone", "--bad", "bad"), 2, "lacks columns"),
        (("validate", file, "--model", full, "--target", "outcome", "--bad", "worst"), 2, "bad, good"),
        (("validate", file, "--model", full), 2, "the model file does not"),
        (("validate", file, "--model", full, "--bad", "bad"), 2, "the model file does not"),
        (("validate", file, "--model", full, *OUTCOME, "--split", "sample"), 2, "COLUMN=VALUE"),
        (("validate", file, "--model", full, *OUTCOME, "--split", "sample=never"), 2, "early, late"),
        (("validate", file, "--model", full, *OUTCOME, "--approve", "1.5"), 2, "between 0 and 1"),
        (("validate", file, "--model", full, *OUTCOME, "--fair", "income"), 2, "feature of the model"),
        (("validate", folder / "other.csv", "--model", full, *OUTCOME), 2, "debts"),
        (("validate", folder / "few.csv", "--model", full, *OUTCOME), 4, "too few good or bad"),
        (("validate", file, "--model", "zzzzzz", *OUTCOME), 3, "Nothing with that digest"),
        (("validate", folder / "none.csv", "--model", full, *OUTCOME), 3, "does not exist"),
        (("compare", full, full, file, *OUTCOME, "--decided", "income"), 2, "holds no dates"),
        (("monitor", FULL.digest[:8], file), 4, "needs its proof"),
    ):
        assert say(*words) == code, words
        assert said in capsys.readouterr().err, words
    for digest, actor, code in ((FULL.digest, "ana", 4), (FULL.digest, "bo", 0)):
        assert say("validate", file, "--model", digest[:8], *OUTCOME, "--record", by=actor) == code
