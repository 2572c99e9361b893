"""`plimsoll model` keeps the register from the command line: each step by whom it must be, each refusal with its code."""

import json
from datetime import UTC, datetime

import pytest

from plimsoll.app.database.opening import create_store, open_store
from plimsoll.app.governed import Act
from plimsoll.app.modelling import register as model_register
from plimsoll.interfaces.cli import model_register as command
from plimsoll.interfaces.cli.main import main
from plimsoll.risk.score.bins import NUMBER
from plimsoll.risk.score.card import Scale
from plimsoll.risk.score.tree import Input, Tree

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
VALID = {"kind": "validation", "passed": True, "checks": [{"name": "AUC", "value": 0.77, "bound": ">= 0.6", "ok": True}]}
TREES = """tree
version=v4
num_class=1
num_tree_per_iteration=1
objective=binary sigmoid:1
feature_names=income

Tree=0
num_leaves=2
num_cat=0
split_feature=0
threshold=5.5
decision_type=10
left_child=-1
right_child=-2
leaf_value=0.5 -0.5
leaf_count=10 30
internal_count=40

end of trees
"""


def model(name: str = "one") -> Tree:
    return Tree(Scale(600, 30, 20), (), (), (Input("income", NUMBER, "", "INCOME_LOW", ()),), TREES, {"name": name})


@pytest.fixture
def url(tmp_path, monkeypatch):
    address = f"sqlite:///{tmp_path / 'book.db'}"
    create_store(address).close()
    monkeypatch.setattr(command, "now", lambda: NOW)
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(model(name).text(), "utf-8")
    return address


def say(url, *words, by="ana"):
    return main(["model", *words, "--as", by, "--reason", "because", "--db", url])


def validated(url, digest):
    with open_store(url) as store:
        held = model_register.model(store, digest)
        model_register.record_validation(store, held, VALID, Act("bo", NOW, "fit"))


def champion(url, tmp_path, capsys):
    assert say(url, "register", str(tmp_path / "one.json")) == 0
    digest = model("one").digest
    validated(url, digest)
    assert say(url, "approve", digest[:8], by="chen") == 0
    assert say(url, "shadow", digest[:8]) == 0
    with open_store(url) as store:
        model_register.propose(store, model_register.model(store, digest), None, Act("bo", NOW, "first"))
    assert say(url, "promote", digest[:8], by="chen") == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"application {digest[:12]}: champion"
    return digest


def test_a_model_goes_from_draft_to_champion_and_its_life_is_shown(url, tmp_path, capsys):
    digest = champion(url, tmp_path, capsys)
    assert main(["model", "show", "application", "--db", url]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"application {digest}: champion\n")
    assert "validation AUC 0.77" in said
    assert main(["model", "show", digest[:6], "--db", url, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(step["verb"], step["actor"], step["duty"]) for step in told["steps"]] == [
        ("register", "ana", "build"),
        ("validate", "bo", "check"),
        ("approve", "chen", "approve"),
        ("shadow", "ana", ""),
        ("propose", "bo", "check"),
        ("promote", "chen", "approve"),
    ]
    assert told["steps"][1]["evidence"] == VALID


def test_the_list_is_by_place_and_state(url, tmp_path, capsys):
    champion(url, tmp_path, capsys)
    say(url, "register", str(tmp_path / "two.json"), "--name", "behaviour")
    capsys.readouterr()
    assert main(["model", "list", "--db", url, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {(one["place"], one["state"], one["by"]) for one in told} == {("application", "champion", "chen"), ("behaviour", "draft", "ana")}
    assert main(["model", "list", "--db", url, "--state", "draft"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("behaviour")
    assert main(["model", "list", "--db", url, "--state", "best"]) == 2


def test_refusals_end_with_their_codes(url, tmp_path, capsys):
    digest = model("one").digest
    assert say(url, "register", str(tmp_path / "one.json")) == 0
    for words, by, code, said in (
        (("register", str(tmp_path / "one.json")), "bo", 4, "on the register already"),
        (("approve", digest[:8]), "chen", 4, "does not lead on"),
        (("approve", "ffffff"), "chen", 3, "Nothing with that digest"),
        (("show", "ffffff"), "chen", 2, "No such option"),
        (("promote", digest[:8]), "chen", 4, "needs its proof"),
        (("retire", digest[:8]), "\t", 4, "does not say who acts"),
    ):
        assert say(url, *words, by=by) == code, words
        assert said in capsys.readouterr().err
    validated(url, digest)
    assert say(url, "approve", digest[:8], by="ana") == 4
    assert "One person may not hold two duties" in capsys.readouterr().err
    assert main(["model", "approve", digest[:8], "--as", "chen", "--db", url]) == 4
    assert "No reason is given" in capsys.readouterr().err
    assert say(url, "retire", digest[:8], by="ana") == 0


def test_a_file_that_is_no_model_of_ours_is_not_entered(url, tmp_path, capsys):
    files = {
        "none.json": (None, 3, "does not exist"),
        "empty.json": (b"", 2, "empty"),
        "pickle.pkl": (b"\x80\x04\x95", 2, "pickle"),
        "other.json": (b'{"a": 1}', 2, "no model file of this house"),
        "tampered.json": (model().text().replace("0.5 -0.5", "0.5 -0.9").encode(), 2, "does not match its digest"),
    }
    for name, (content, code, said) in files.items():
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        assert say(url, "register", str(path)) == code, name
        assert said in capsys.readouterr().err
    assert main(["model", "list", "--db", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_what_is_overdue_ends_with_5(url, tmp_path, capsys):
    digest = champion(url, tmp_path, capsys)
    assert main(["model", "due", "--db", url, "--on", "2026-12-31"]) == 0
    assert "overdue" not in capsys.readouterr().out
    assert main(["model", "due", "--db", url, "--on", "2027-03-02", "--json"]) == 5
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert [(one["what"], one["by"], one["last"], one["overdue"]) for one in told] == [
        ("psi", "2027-01-01", "2026-12-01", True),
        ("strength", "2027-03-01", "2026-12-01", True),
        ("validation", "2027-12-01", "2026-12-01", False),
    ]
    assert {one["digest"] for one in told} == {digest}
    assert "2 overdue" in said.err
