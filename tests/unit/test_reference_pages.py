"""The pages of the reference say what the program says, and name all of it."""

from pathlib import Path

import pytest

from plimsoll.app.settings import SETTINGS
from plimsoll.interfaces.http.operations import ALL
from plimsoll.ledger.chart import CHART
from plimsoll.rulebook import reason
from plimsoll.rulebook.rules import load
from plimsoll.units.sentences import SENTENCES
from tools.reference_pages import PAGES


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """Each page as it stands, by its name."""
    return {path.name: path.read_text("utf-8") for path in PAGES}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_is_up_to_date(path: Path):
    assert path.read_text("utf-8") == PAGES[path](), "run: make docs"


def test_every_rule_stands_once_with_its_names(said):
    whole = said["rules-law.md"] + said["rules-policy.md"]
    for key, rule in load().rules.items():
        assert whole.count(f"| `{key}` {rule.title['en']} · {rule.title['zh-CN']} |") == 1, key


def test_every_dated_value_has_its_source_and_its_day_of_review(said):
    whole = said["rules-law.md"] + said["rules-policy.md"]
    for rule in load().rules.values():
        rows = {row.line: row for rows in rule.tracks.values() for row in rows}
        lines = [line for line in whole.splitlines() if line.startswith(f"| `{rule.key}` ")]
        ends = [line.rsplit(" | ", 2)[1:] for line in lines]
        assert ends == [[row.confidence, f"{row.review_by} |"] for row in rows.values()], rule.key
        starts = [line.split(" | ")[2][:10] for line in lines]
        assert starts == [row.since.isoformat() for row in rows.values()], rule.key


def test_every_product_code_operation_account_reason_and_setting_is_named(said):
    for name in load().products:
        assert f"## {name}\n" in said["products.md"]
    for code, (chinese, english) in SENTENCES.items():
        row = next(line for line in said["codes.md"].splitlines() if line.startswith(f"| `{code}` |"))
        assert english.replace("|", "\\|") in row
        assert chinese.replace("|", "\\|") in row
    for one in ALL:
        assert f"| `{one.name}` | {one.method} `/v1{one.path}` |" in said["operations.md"]
    for account in CHART:
        assert f"| `{account.code}` | {account.en} | {account.zh_cn} | {account.side} |" in said["chart.md"]
    for name in reason.load().codes():
        assert f"| `{name}` |" in said["reasons.md"]
    for name in SETTINGS:
        assert f"| `{name}` | `PLIMSOLL_{name.upper()}` |" in said["settings.md"]
