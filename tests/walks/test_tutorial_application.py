"""The tutorial of a first application does what it says: its commands are run as they stand on the page, on its own file."""

import csv
import re
import shlex
from pathlib import Path

import pytest

from plimsoll.interfaces.cli.main import main

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "tutorial" / "first-application.md").read_text("utf-8")
COMMAND = re.compile(r"^    \.venv/bin/plimsoll (.+)$", re.MULTILINE)
ROWS = re.compile(r"```csv\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def printed(tmp_path_factory) -> list[tuple[str, str]]:
    """What each command of the page printed, in order, and the folder it ran in."""
    folder = tmp_path_factory.mktemp("tutorial")
    (folder / "applicants.csv").write_text(ROWS.findall(PAGE)[0], "utf-8")
    said = []
    patch, capture = pytest.MonkeyPatch(), pytest.importorskip("io")
    with patch.context() as context:
        context.chdir(folder)
        for words in COMMAND.findall(PAGE):
            out = capture.StringIO()
            context.setattr("sys.stdout", out)
            code = main(shlex.split(words))
            said.append((words, out.getvalue()))
            assert code == 0, (words, out.getvalue())
    return [*said, ("folder", str(folder))]


def test_every_command_of_the_page_runs(printed):
    assert [words.split()[0] for words, _ in printed[:-1]] == [
        "apply", "apply", "apply", "book", "apply", "apply", "review", "review", "decision", "decision", "decide",
    ]  # fmt: skip


def test_the_walks_show_what_the_page_says(printed):
    said = [text for _, text in printed]
    assert "== First draw" in said[0]
    assert "== 首次提款" in said[1]
    assert "What would change it" in said[2]


def test_one_case_waits_and_one_was_decided(printed):
    said = dict(printed)
    listed = next(text for words, text in printed if words.startswith("review list"))
    assert "walk-2" in listed
    assert "walk-1" not in listed
    stats = next(text for words, text in printed if words.startswith("review stats"))
    assert "reviewer" in stats
    assert any("the same hash" in text for text in said.values())


def test_five_rows_have_five_outcomes(printed):
    folder = Path(printed[-1][1])
    with (folder / "decided" / "decisions.csv").open(encoding="utf-8", newline="") as file:
        found = {one["id"]: (one["outcome"], (one["reasons"] or one["code"]).partition(" ")[0]) for one in csv.DictReader(file)}
    assert found == {
        "li": ("approve", ""),
        "wang": ("decline", "AGE_UNDER"),
        "zhao": ("counter-offer", "LIMIT_POLICY"),
        "chen": ("refused", "purpose_banned"),
        "sun": ("refer", "EVIDENCE_MISSING"),
    }
