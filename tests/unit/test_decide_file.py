"""`plimsoll decide` on files of every kind: an outcome for each row, in both languages, and what is never read."""

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plimsoll.app.kit import STANDING
from plimsoll.interfaces.cli.main import main
from plimsoll.units.refusal import LANGUAGES, sentence
from tests.golden import reference_folder
from tests.made_applicant import CLEAN

TAIWAN = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "decide" / "taiwan.yaml"


def row(**changed: object) -> dict[str, str]:
    """One applicant in order, as a file writes it."""
    told = {"id": "a1", "amount": "8000.00", "instalments": "12", "purpose": "rent", **CLEAN, **changed}
    return {
        name: ("yes" if value else "no") if isinstance(value, bool) else "" if value is None else str(value) for name, value in told.items()
    }


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        names = list(dict.fromkeys(name for one in rows for name in one))
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def decide(path: Path, out: Path, *words: str) -> list[dict[str, str]]:
    """Decide on a file; the rows of decisions."""
    assert main(["decide", str(path), "--out", str(out), "--on", "2026-12-01", "--no-charts", *words]) == 0
    with (out / "decisions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_has_an_outcome_and_a_bad_one_stops_no_other(tmp_path, capsys):
    rows = [
        row(id="good"),
        row(id="amount", amount="eight thousand"),
        row(id="none", amount=""),
        row(id="small", amount="1.00"),
        row(id="term", instalments="7"),
        row(id="shares", purpose="shares"),
        row(id="yacht", purpose="yacht"),
        row(id="cell", income_monthly_minor="n/k"),
        row(id="negative", income_monthly_minor=-1),
        row(id="young", age_years=17),
        row(id="=cmd()"),
    ]
    found = decide(write(tmp_path / "rows.csv", rows), tmp_path / "out")
    told = {one["id"]: (one["outcome"], one["code"] or one["reasons"]) for one in found}
    assert told == {
        "good": ("approve", ""),
        "amount": ("malformed", "field_malformed"),
        "none": ("refused", "amount_must_be_positive"),
        "small": ("refused", "amount_out_of_range"),
        "term": ("refused", "term_not_offered"),
        "shares": ("refused", "purpose_banned"),
        "yacht": ("refused", "purpose_unknown"),
        "cell": ("refer", "INCOME_MISSING"),
        "negative": ("refer", "INCOME_MISSING"),
        "young": ("decline", "AGE_UNDER"),
        "'=cmd()": ("approve", ""),
    }
    good = found[0]
    assert (good["limit"], good["loan"], good["rate_per_day"], good["grade"], good["load_band"]) == (
        "8000.00",
        "4000.00",
        "0.00037",
        "b",
        "within",
    )
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary["rows"] == 11
    assert sum(summary["outcomes"].values()) == 11
    assert summary["funnel"]["applied"] == 11
    assert summary["funnel"]["readable"] == 5
    assert summary["funnel"]["offered"] == 2
    assert "Reasons" in capsys.readouterr().out


def test_a_torn_row_is_told_in_its_place_and_stops_no_other(tmp_path):
    path = write(tmp_path / "rows.csv", [row(id="first"), row(id="second"), row(id="third", age_years=17)])
    lines = path.read_text("utf-8").splitlines()
    lines[2:2] = ["short,8000.00", "", lines[1] + ",more"]
    path.write_text("\n".join([*lines, "last"]), "utf-8")
    found = decide(path, tmp_path / "out")
    assert [(one["row"], one["id"], one["outcome"], one["code"]) for one in found] == [
        ("1", "first", "approve", ""),
        ("2", "2", "malformed", "row_malformed"),
        ("3", "3", "malformed", "row_malformed"),
        ("4", "second", "approve", ""),
        ("5", "third", "decline", ""),
        ("6", "6", "malformed", "row_malformed"),
    ]


def test_an_id_that_comes_again_is_decided_on_once(tmp_path):
    found = decide(
        write(tmp_path / "rows.csv", [row(id="a"), row(id="b"), row(id="a", age_years=17), row(id=""), row(id="")]), tmp_path / "out"
    )
    assert [(one["id"], one["outcome"], one["code"]) for one in found] == [
        ("a", "approve", ""),
        ("b", "approve", ""),
        ("a", "refused", "application_exists"),
        ("4", "approve", ""),
        ("5", "approve", ""),
    ]


def test_labels_stay_with_their_rows_around_a_torn_one(tmp_path):
    path = write(tmp_path / "rows.csv", [row(bad="0"), row(bad="1")])
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([lines[0], lines[1], "torn", lines[2]]), "utf-8")
    (tmp_path / "map.yaml").write_text(CONFIG.rstrip() + " {age_years: age_years}\nlabel: bad\n", "utf-8")
    found = decide(path, tmp_path / "out", "--config", str(tmp_path / "map.yaml"))
    assert [one["label"] for one in found] == ["0", "", "1"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"age_years": "n/k"}, "evidence_malformed"),
        ({"platform_score": "NaN"}, "evidence_malformed"),
        ({"income_monthly_minor": "inf"}, "evidence_malformed"),
        ({"age_years": -3}, "evidence_negative"),
        ({"bureau_debt_minor": -100}, "evidence_negative"),
        ({"age_years": 350}, "evidence_absurd"),
        ({"platform_score": 9999}, "evidence_absurd"),
        ({"as_of": "2027-01-01"}, "evidence_in_future"),
        ({"as_of": "yesterday"}, "evidence_in_future"),
        ({"as_of": "2020-01-01"}, "evidence_stale"),
    ],
)
def test_what_no_decision_can_rest_on_is_named_with_its_feature_in_both_languages(tmp_path, changed, code):
    path = write(tmp_path / "rows.csv", [row(**changed)])
    for language in LANGUAGES:
        (found,) = decide(path, tmp_path / language, "--lang", language)
        assert found["outcome"] == "refer"
        assert code in found["unused"].replace(";", "").split()
        if "as_of" not in changed:
            assert found["unused"] == f"{next(iter(changed))} {code}"
        assert sentence(code, language) in found["said"]
    summary = json.loads((tmp_path / "en" / "summary.json").read_text("utf-8"))
    assert summary["unused"][code] >= 1


def test_the_summary_is_told_in_chinese(tmp_path, capsys):
    decide(write(tmp_path / "rows.csv", [row(shoe_size="43", age_years=17), row(amount="1.00")]), tmp_path / "out", "--lang", "zh-CN")
    said = capsys.readouterr()
    assert "shoe_size：未读取" in said.err
    for words in ("审批 2 件申请", "各阶段后剩余", "身份与反欺诈", "拒绝 decline", "未能审批的行"):
        assert words in said.out


def test_reasons_are_told_in_either_language(tmp_path):
    path = write(tmp_path / "rows.csv", [row(age_years=17), row(amount="1.00")])
    chinese = decide(path, tmp_path / "zh", "--language", "zh-CN")
    english = decide(path, tmp_path / "en", "--language", "en")
    assert [one["outcome"] for one in chinese] == [one["outcome"] for one in english]
    assert all(one["said"] and one["said"].isascii() is False for one in chinese)
    assert all(one["said"].isascii() for one in english)


def test_what_may_not_be_used_is_named_and_not_read(tmp_path, capsys):
    plain = decide(write(tmp_path / "plain.csv", [row()]), tmp_path / "a")
    rows = [row() | {"gender": "1", "MaritalStatus": "2", "shoe_size": "43"}]
    more = decide(write(tmp_path / "more.csv", rows), tmp_path / "b")
    said = capsys.readouterr().err
    assert "gender: not read" in said
    assert "MaritalStatus: not read" in said
    assert "shoe_size: not read" in said
    assert plain == more


def test_parquet_and_amounts_in_decimal_text(tmp_path):
    told = row()
    told["income_monthly"] = "15000.00"
    del told["income_monthly_minor"]
    pq.write_table(pa.table({name: [value] for name, value in told.items()}), tmp_path / "rows.parquet")
    (found,) = decide(tmp_path / "rows.parquet", tmp_path / "out")
    (same,) = decide(write(tmp_path / "rows.csv", [row()]), tmp_path / "same")
    assert (found["outcome"], found["capacity"]) == (same["outcome"], same["capacity"])
    stored = pq.read_table(tmp_path / "out" / "decisions.parquet").to_pylist()
    assert stored[0]["outcome"] == "approve"


CONFIG = "product: cash-line\ncurrency: CNY\namount: {value: 8000}\nfeatures:\n"


@pytest.mark.parametrize(
    ("config", "code"),
    [
        (CONFIG + "  sex_of_applicant: x\n", "feature_unknown"),
        (CONFIG + "  employment_months: SEX\n", "feature_forbidden"),
        (CONFIG + "  employment_months: {column: gender}\n", "feature_forbidden"),
        (CONFIG + "  employment_months: nowhere\n", "column_missing"),
        (CONFIG + "  employment_months: {column: id, sum: [id]}\n", "field_malformed"),
        (CONFIG + "  employment_months: {column: id, times: many}\n", "field_malformed"),
        (CONFIG + "  requested_minor: id\n", "feature_unknown"),
        ("product: cash-line\n", "field_missing"),
        ("- a\n", "field_malformed"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused_by_name(tmp_path, capsys, config, code):
    path = write(tmp_path / "rows.csv", [row() | {"SEX": "1", "gender": "2"}])
    (tmp_path / "map.yaml").write_text(config, "utf-8")
    words = ["decide", str(path), "--out", str(tmp_path / "out"), "--config", str(tmp_path / "map.yaml")]
    assert main(words) == 2
    from plimsoll.units.refusal import sentence

    assert sentence(code) in capsys.readouterr().err
    assert main([*words, "--language", "zh-CN"]) == 2
    assert sentence(code, "zh-CN") in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_mapping_takes_values_in_every_way(tmp_path):
    own = ("income_monthly_minor", "bureau_max_dpd_24m", "bureau_delinquencies_24m", "age_years")
    rows = [row(**dict.fromkeys(own)) | {"a": "10000", "b": "20000", "late": "2"}]
    names = [name for name in CLEAN if name not in own]
    lines = [f"  {name}: {{column: {name}, minor: true}}" if name.endswith("_minor") else f"  {name}: {name}" for name in names]
    config = CONFIG.replace(
        "amount: {value: 8000}", "id: id\nas_of: day\namount: {column: amount}\ninstalments: {value: 12}\npurpose: {value: rent}"
    )
    config += "\n".join(lines) + "\n  age_years: {value: 40}\n"
    config += "  income_monthly_minor:\n    - {mean: [a, b], kind: payroll}\n    - {greatest: [a, b], times: 0.7, kind: inflow}\n"
    config += "  bureau_max_dpd_24m: {column: late, times: 30, plus: -60, at_least: 0}\n"
    config += "  bureau_delinquencies_24m: {count_above: [a, b, late], above: 15000}\n"
    (tmp_path / "map.yaml").write_text(config, "utf-8")
    told = rows[0] | {"day": "2026-11-30"}
    (found,) = decide(write(tmp_path / "rows.csv", [told]), tmp_path / "out", "--config", str(tmp_path / "map.yaml"))
    assert found["outcome"] == "approve"
    (stale,) = decide(write(tmp_path / "old.csv", [told | {"day": "2020-01-01"}]), tmp_path / "old", "--config", str(tmp_path / "map.yaml"))
    assert (stale["outcome"], "STALE_EVIDENCE" in stale["reasons"]) == ("refer", True)


def test_a_model_that_is_not_ours_is_refused_by_name(tmp_path, capsys):
    path = write(tmp_path / "rows.csv", [row()])
    told = json.loads(STANDING.read_text("utf-8"))
    told["intercept"] += 1
    (tmp_path / "tampered.json").write_text(json.dumps(told), "utf-8")
    (tmp_path / "pickled").write_bytes(b"\x80\x04N.")
    (tmp_path / "other.json").write_text("{}", "utf-8")
    words = ["decide", str(path), "--out", str(tmp_path / "out"), "--model"]
    for name, said in (("tampered.json", "model"), ("pickled", "pickle"), ("other.json", "model")):
        assert main([*words, str(tmp_path / name)]) == 2
        assert said in capsys.readouterr().err
    assert main([*words, str(tmp_path / "nowhere.json")]) == 3
    capsys.readouterr()
    assert main(["decide", str(tmp_path / "nowhere.csv"), "--out", str(tmp_path / "out")]) == 3
    assert main(["decide", str(write(tmp_path / "no.csv", [{"x": "1"}])), "--out", str(tmp_path / "out")]) == 2


def test_charts_show_the_funnel_scores_and_load_lines(tmp_path):
    path = write(tmp_path / "rows.csv", [row(), row(age_years=17), row(bureau_limit_minor=9_000_000)])
    assert main(["decide", str(path), "--out", str(tmp_path), "--on", "2026-12-01", "--json"]) == 0
    assert {one.name for one in tmp_path.glob("*.png")} == {"funnel.png", "scores.png", "load-lines.png"}
    assert (tmp_path / "funnel.svg").read_text("utf-8").startswith("<?xml")


def test_the_clients_of_taiwan_are_decided_by_the_documented_mapping(tmp_path):
    import gzip

    data = reference_folder() / "data" / "uci_taiwan_default.csv.gz"
    if not data.exists():
        pytest.skip(f"no data/{data.name} in {reference_folder().name}: set PLIMSOLL_REFERENCE to the folder that holds it")
    with gzip.open(data, "rt") as file:
        lines = [next(file) for _ in range(1_001)]
    (tmp_path / "few.csv").write_text("".join(lines), "utf-8")
    assert main(["decide", str(tmp_path / "few.csv"), "--config", str(TAIWAN), "--out", str(tmp_path / "out"), "--no-charts"]) == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary["rows"] == sum(summary["outcomes"].values()) == 1_000
    assert not summary["outcomes"]["malformed"]
    bad = {name: counts.get("1", 0) / sum(counts.values()) for name, counts in summary["labels"].items()}
    assert bad["decline"] > 2 * bad["counter-offer"]
