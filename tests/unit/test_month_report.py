"""The report of a month of a made tape: it says what the commands say, in both languages, and needs nothing beside it."""

import json
import re
from datetime import UTC, datetime

import pytest

from plimsoll.app.portfolio_charts import bridge_span
from plimsoll.app.report.document import html_of, object_of, pdf_of
from plimsoll.app.report.month import month_report
from plimsoll.app.tape.risk import expected
from plimsoll.interfaces.cli.main import main
from plimsoll.portfolio.attribution import points_text
from plimsoll.rulebook.rules import load
from tests.made_tapes import MAP, made_tape, rows_of, write_rows

RULES = load()
LOANS = {
    **{f"good{n}": "00000000" for n in range(30)},
    **{f"later{n}": {"string": "..000120", "product": "later"} for n in range(5)},
    "falls": "00123444",
    "lost": "012344WW",
    "paid": "000000P.",
}
FOREIGN = re.compile(r"""(?:src|href)\s*=\s*["'](?!#|data:)|@import|url\((?!#)""")


@pytest.fixture(scope="module")
def tape(tmp_path_factory):
    """A tape of some months."""
    with made_tape(tmp_path_factory.mktemp("tape"), LOANS) as made:
        yield made


@pytest.fixture(scope="module")
def document(tape):
    """The report of the last month."""
    return month_report(tape, tape.source.months[-1], RULES)


def test_the_report_says_what_the_commands_say(tape, document):
    loss = expected(tape, tape.source.months[-1], RULES, is_strict=False)
    said = {language: object_of(document, language) for language in ("zh-CN", "en")}
    titles = [part["title"] for part in said["en"]["parts"]]
    assert titles[:3] == ["At a glance", "The bad share, month by month", "Why the bad share changed"]
    assert "Expected loss and provisions" in titles
    stages = next(part for part in said["en"]["parts"] if part["title"].startswith("Expected loss"))["grids"][0]["rows"]
    assert [row[1] for row in stages] == [f"{by.loans:,}" for by in loss.stages]
    glance = {row[0]: row[1] for row in said["en"]["parts"][0]["grids"][0]["rows"]}
    assert glance["bad share, over 90 days"] == f"{100 * 100 / 3_600:.2f} %"
    for part in said["zh-CN"]["parts"]:
        assert re.search(r"[\u4e00-\u9fff]", part["title"]), part["title"]
        assert part["drill"].startswith("plimsoll portfolio ")


def test_causes_that_lower_the_bad_share_are_drawn_whole():
    """From 0 by -0.11 and +0.10 to -0.01 and back: the axis reaches below nought, or the first two steps would not be seen."""
    low, high = bridge_span(0.0, [-0.0011, 0.0010, 0.0001])
    assert low < -0.11
    assert high > 0
    assert bridge_span(0.02, [-0.01])[0] == 0
    assert [points_text(part) for part in (-0.000001, 0.00123, -0.02)] == ["+0.000", "+0.123", "-2.000"]


def test_the_page_needs_nothing_beside_it(document):
    page = html_of(document)
    assert not FOREIGN.search(page), FOREIGN.search(page)
    assert page.count("<figure") >= 4
    assert "资产组合月报" in page
    assert "<script" not in page
    assert "<image" not in page.replace('<image xlink:href="data:', "")


def test_the_first_months_leave_out_what_cannot_be_compared(tape):
    second = month_report(tape, tape.source.months[1], RULES)
    assert "Why the bad share changed" not in [part.title.en for part in second.parts]


def test_both_pdfs_are_set(document):
    pytest.importorskip("typst")
    english = pdf_of(document, "en", datetime(2026, 9, 1, tzinfo=UTC))
    assert isinstance(english, bytes)
    assert english.startswith(b"%PDF")
    assert english == pdf_of(document, "en", datetime(2026, 9, 1, tzinfo=UTC)), "the same bytes for the same report"


def test_on_the_command_line(tmp_path, capsys):
    where = write_rows(tmp_path / "tape.csv", rows_of(LOANS))
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    tape = ["--tape", str(where), "--map", str(tmp_path / "map.yaml")]
    said = ["report", "month", *tape, "--out", str(tmp_path / "out")]
    assert main([*said, "--json", "--on", "2026-08-31"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert [file.rpartition(".")[2] for file in files] == ["html", "json"]
    assert main([*said, "--on", "2031-01-01"]) == 2
    assert main([*said, "--pdf", "fr"]) == 2
    capsys.readouterr()
    assert main(["portfolio", "accounts", *tape, "--from", "M4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["loan"], one["state"], one["stage"]) for one in told["loans_listed"]] == [(["falls"], "M4", 3)]
    assert main(["portfolio", "accounts", *tape, "--stage", "1"]) == 0
    assert main(["portfolio", "accounts", *tape, "--from", "M9"]) == 2
