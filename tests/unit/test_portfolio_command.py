"""`plimsoll portfolio` on a tape that nobody has seen before, by a map alone, and its refusals."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.interfaces.cli.exits import OK, USAGE
from plimsoll.interfaces.cli.main import main
from tests.made_tapes import MAP, rows_of, write_rows

ITSELF = "import sys; from plimsoll.interfaces.cli.main import main; sys.exit(main())"
LOANS = {f"L{n}": "0" * (n % 3) + "0123000" + "0" * (n % 2) for n in range(12)} | {"B": {"string": "0000000004", "product": "bill"}}
LOANS = {name: told if isinstance(told, dict) else told.ljust(10, "0") for name, told in LOANS.items()}


@pytest.fixture
def words(tmp_path):
    where = write_rows(tmp_path / "unseen.parquet", rows_of(LOANS))
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    return ["--tape", str(where), "--map", str(tmp_path / "map.yaml")]


def told(capsys, *words: str):
    assert main(["portfolio", *words, "--json"]) == OK
    return json.loads(capsys.readouterr().out)


def test_every_question_answers_text_and_json_of_the_same_tape(words, capsys):
    for name, key in (
        ("check", "tells"), ("vintage", "curves"), ("rolls", "matrices"), ("cures", "cures"), ("npl", "months_of_book"),
    ):  # fmt: skip
        found = told(capsys, name, *words)
        assert found[key]
        assert (found["loans"], found["currency"], found["as_of"]) == (13, "CNY", "2026-10")
    assert main(["portfolio", "rolls", *words]) == OK
    assert "13 loans" in capsys.readouterr().out


def test_figures_carry_the_digest_of_their_query(words, capsys):
    first, again, other = (told(capsys, "vintage", *words, "--by", by) for by in ("", "", "product"))
    assert first["query"] == again["query"] != other["query"]
    assert {curve["dimension"] for curve in other["curves"]} == {"cash", "bill"}


def test_vintages_are_carried_on_with_a_band(words, capsys):
    found = told(capsys, "vintage", *words, "--complete", "--every", "quarter")
    (curve,) = found["curves"]
    assert curve["vintage"] == "2026Q1"
    carried = curve["carried"]
    assert len(carried["expected"]) == len(carried["low"]) == len(curve["cells"])


def test_pictures_are_drawn(words, tmp_path, capsys):
    for name, ending in (("vintage", "svg"), ("rolls", "png"), ("npl", "svg")):
        path = tmp_path / f"{name}.{ending}"
        assert main(["portfolio", name, *words, "--chart", str(path)]) == OK
        assert str(path) in capsys.readouterr().out
        assert path.read_bytes()[:4] in (b"<?xm", b"\x89PNG")
    assert main(["portfolio", "rolls", *words, "--chart", str(tmp_path / "x.gif")]) == USAGE


def test_months_can_be_left_out(words, capsys):
    whole, part = told(capsys, "rolls", *words), told(capsys, "rolls", *words, "--since", "2026-02", "--until", "2026-04")
    assert sum(map(sum, part["matrices"][0]["counts"])) == 26
    assert sum(map(sum, whole["matrices"][0]["counts"])) == 9 * 13
    assert main(["portfolio", "rolls", *words, "--since", "2030-01"]) == USAGE


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["usage"], "limit"),
        (["early"], "days"),
        (["vintage", "--measure", "net-loss"], "written_off"),
        (["concentration", "--by", "city"], "city"),
        (["vintage", "--measure", "best"], "--measure"),
        (["rolls", "--through", "M9"], "--through"),
        (["check", "--engine", "abacus"], "abacus"),
    ],
)
def test_what_the_tape_does_not_tell_is_refused_by_name(words, capsys, asked, said):
    assert main(["portfolio", *asked, *words]) == USAGE
    assert said in capsys.readouterr().err


def test_what_a_tape_does_not_tell_is_said_and_not_guessed(words, capsys):
    assert set(told(capsys, "npl", *words)["not_told"]) == {"written_off"}
    assert set(told(capsys, "ecl", *words)["not_told"]) == {"days", "limit", "written_off", "recovered"}
    assert main(["portfolio", "ecl", *words]) == OK
    assert "Not told by this tape: days past due." in capsys.readouterr().out
    lossless = MAP.replace(", written-off: written-off, sold: sold", "").replace("opened: {column: opened, as: month}\n", "")
    Path(words[3]).write_text(lossless, "utf-8")
    assert set(told(capsys, "attribution", *words)["not_told"]) == {"opened", "lost"}


def test_days_that_no_tape_tells_are_not_listed(words, capsys):
    assert {one["days"] for one in told(capsys, "accounts", *words)["loans_listed"]} == {None}
    assert main(["portfolio", "accounts", *words]) == OK
    assert " -1 " not in capsys.readouterr().out


def test_a_tape_of_ends_says_that_it_saw_nobody_late(tmp_path, capsys):
    rows = [{"loan": n, "from": "2026-01", "to": "2026-04", "how": "paid" if n else "lost"} for n in range(4)]
    text = (
        "layout: ends\nloan: loan\ncurrency: CNY\nopened: {column: from, as: month}\nended: {column: to, as: month}\n"
        "observed_through: 2026-06\nstatus: {column: how, values: {paid: paid, lost: written-off}}\n"
    )
    (tmp_path / "ends.yaml").write_text(text, "utf-8")
    words = ["--tape", str(write_rows(tmp_path / "ends.csv", rows)), "--map", str(tmp_path / "ends.yaml")]
    assert set(told(capsys, "vintage", *words)["not_told"]) == {"late"}
    assert told(capsys, "vintage", *words, "--measure", "lost")["not_told"] == {}


def test_losses_are_no_nought_where_no_status_tells_of_them(words, capsys):
    Path(words[3]).write_text(MAP.replace(", written-off: written-off, sold: sold", ""), "utf-8")
    assert main(["portfolio", "vintage", *words, "--measure", "lost"]) == USAGE
    assert "The map has to say which status means that a loan is written off or sold." in capsys.readouterr().err
    assert told(capsys, "vintage", *words)["curves"]


@pytest.mark.parametrize(
    "wrong",
    [
        ("stress", "--capital", "-5"), ("stress", "--capital", "0"), ("pace", "--funding", "-1"),
        ("rolls", "--since", "2026-05", "--until", "2026-03"), ("stress", "--scenario", "unemployment=99"),
        ("stress", "--scenario", "weather=1"), ("stress", "--scenario", "uncollected=1.5"), ("stress", "--scenario", "quarters=1.5"),
        ("stress", "--scenario", "loss=nan"), ("stress", "--scenario", "income=much"),
    ],
)  # fmt: skip
def test_what_is_out_of_range_is_refused(words, wrong, capsys):
    assert main(["portfolio", wrong[0], *words, *wrong[1:], "--json"]) == USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert wrong[2].partition("=")[0] in said.err


def test_a_scenario_of_its_own_stands_beside_those_of_policy(words, capsys):
    found = told(capsys, "stress", *words, "--scenario", "unemployment=2,quarters=4,uncollected=0.3,loss=1.2", "--scenario", "supply=0")
    own, calm = found["scenarios"][-2:]
    assert own["name"].startswith("unemployment=2")
    assert own["shift"] > 0
    assert calm["shift"] == 0
    assert float(calm["allowance"]) < float(own["allowance"])


def test_a_tape_that_is_too_short_says_so(words, capsys):
    write_rows(Path(words[1]), rows_of({"A": "0", "B": "1"}))
    for name in ("ecl", "stress", "pace"):
        assert main(["portfolio", name, *words]) == USAGE
        assert "too few month ends" in capsys.readouterr().err


def test_a_process_of_its_own_says_nothing_beside_its_answer(words):
    """What DuckDB still holds at the end of a process it calls leaks, in a hundred lines on standard error."""
    ended = subprocess.run([sys.executable, "-c", ITSELF, "portfolio", "check", *words], capture_output=True, text=True, check=True)
    assert ended.stderr == ""
