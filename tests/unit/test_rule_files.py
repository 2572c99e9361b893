"""Whatever is wrong in a rule file is refused with its file, line and key."""

import pytest

from plimsoll.rulebook.rules import FOLDER, load
from plimsoll.units.refusal import Malformed
from tests.unit.rule_folder import copied, edited

COST, LENDING, LICENCES, CLASSES, CASH, LATER, CN = (
    "law/cn/cost.yaml",
    "law/cn/lending.yaml",
    "law/cn/licences.yaml",
    "law/cn/classification.yaml",
    "product/cash-line.yaml",
    "product/pay-later.yaml",
    "calendar/cn.yaml",
)
LENDING_TEXT = (FOLDER / LENDING).read_text("utf-8")
CAP_1 = "CN.COST.CAP.values.1"
OVERLAP = "    - {from: 2025-06-01, value: 2, source: x, confidence: weak, review_by: 2028-01-01}\n"

VALUES_OF_AGE = LENDING_TEXT[LENDING_TEXT.index("  values:", LENDING_TEXT.index("CN.AGE.MIN:")) : LENDING_TEXT.index("\nCN.LIMITATION:")]

MALFORMED = [
    # code, key, file, old text, new text, text at the start of the line that is named (by default the new text)
    ("yaml_malformed", "", COST, "CN.COST.CAP:", "CN.COST.CAP: [", "  unit: rate per year"),
    ("yaml_malformed", "", COST, "  unit: rate per year", "\tunit: rate per year", ""),
    ("yaml_malformed", "", COST, "value: 0.24", "value: [[[[[[[[[[[[0.24]]]]]]]]]]]]", ""),
    ("yaml_malformed", "", COST, "value: 0.24", "value: &cap 0.24\n      note: *cap", "      note: *cap"),
    ("rule_duplicate", "", COST, "CN.LPR1Y:\n", "CN.COST.CAP: {}\nCN.LPR1Y:\n", "CN.COST.CAP: {}"),
    ("rule_duplicate", "CN.COST.CAP", LENDING, "CN.AGE.MIN:", "CN.COST.CAP:", None),
    ("rule_duplicate", CAP_1, COST, "      value: 0.24", "      value: 0.24\n      value: 0.20", "      value: 0.20"),
    ("field_unknown", "CN.COST.CAP.unitt", COST, "  unit:", "  unitt:", ""),
    ("field_unknown", f"{CAP_1}.valeu", COST, "      value: 0.24", "      valeu: 0.24", ""),
    ("field_missing", "CN.COST.CAP", COST, "  unit: rate per year\n", "", "  title: {zh-CN: 综合融资成本上限"),
    ("field_missing", CAP_1, COST, "      value: 0.24\n", "", "    - from: 2025-10-01"),
    ("rule_source_missing", CAP_1, COST, "      source: 金规", "      note: 金规", "    - from: 2025-10-01"),
    ("field_malformed", f"{CAP_1}.source", COST, "source: 金规", 'source: " "\n      note: 金规', '      source: " "'),
    ("field_malformed", f"{CAP_1}.confidence", COST, "confidence: sourced", "confidence: certain", ""),
    ("field_malformed", "CN.COST.CAP.used_in", COST, "used_in: risk", "used_in: kitchen", ""),
    ("field_malformed", "CN.COST.CAP.unit", COST, "unit: rate per year", "unit: furlongs", ""),
    ("field_malformed", "CN.AGE.MIN.values", LENDING, VALUES_OF_AGE, "  values: 18\n", ""),
    ("rate_malformed", f"{CAP_1}.value", COST, "value: 0.24", "value: 24%", ""),
    ("rate_malformed", f"{CAP_1}.value", COST, "value: 0.24", "value: .24", ""),
    ("rate_malformed", f"{CAP_1}.value", COST, "value: 0.24", "value: 2.4e-1", ""),
    ("rate_malformed", f"{CAP_1}.value", COST, "value: 0.24", "value: -0.24", ""),
    ("rate_too_precise", f"{CAP_1}.value", COST, "value: 0.24", "value: 0.2400000001", ""),
    ("rule_formula_malformed", f"{CAP_1}.value", COST, "value: 0.24", "value: 4*lpr", ""),
    ("rule_formula_malformed", f"{CAP_1}.value", COST, "value: 0.24", "value: four*CN.LPR1Y", ""),
    ("rule_unknown", "CN.COST.CAP", COST, "value: 4*CN.LPR1Y", "value: 4*CN.LPR5Y", "    - from: 2027-12-31"),
    ("rule_formula_malformed", "CN.COST.CAP", COST, "value: 4*CN.LPR1Y", "value: 4*CN.PENALTY.MULT", "    - from: 2027-12-31"),
    ("rule_unknown", "CN.PENALTY.MULT", COST, "clamp: CN.COST.CAP", "clamp: CN.COST.CUP", "  title: {zh-CN: 罚息利率倍数上限"),
    ("date_malformed", f"{CAP_1}.from", COST, "from: 2025-10-01", "from: 2025-10-32", ""),
    ("date_malformed", f"{CAP_1}.from", COST, "from: 2025-10-01", "from: 20251001", ""),
    ("date_malformed", f"{CAP_1}.from", COST, "from: 2025-10-01", "from: next year", ""),
    ("date_out_of_range", f"{CAP_1}.from", COST, "from: 2025-10-01", "from: 0025-10-01", ""),
    ("date_malformed", f"{CAP_1}.review_by", COST, "review_by: 2027-06-30", "review_by: 2027-06-31", ""),
    ("rule_malformed", f"{CAP_1}.until", COST, "value: 0.24", "until: 2025-10-01\n      value: 0.24", "      until: 2025-10-01"),
    ("licence_unknown", f"{CAP_1}.licence.1", COST, "[facilitated_bank]", "[pawnshop]", ""),
    ("field_malformed", f"{CAP_1}.licence", COST, "[facilitated_bank]", "[cfc, cfc]", ""),
    ("field_malformed", f"{CAP_1}.licence", COST, "[facilitated_bank]", "[]", ""),
    ("rule_overlap", "CN.COST.CAP", COST, "from: 2027-12-31", "from:  2025-12-24", ""),
    ("rule_overlap", "CN.NPL.RESALE", "law/cn/collection.yaml", "  values:\n    - from: 2021-01-07\n", "  values:\n" + OVERLAP.replace(
        "value: 2", "value: allowed") + "    - from: 2021-01-07\n", OVERLAP[:22]),
    ("rule_malformed", "cost.cap", COST, "CN.COST.CAP:", "cost.cap:", None),
    ("rule_malformed", "US.COST.CAP", COST, "CN.COST.CAP:", "US.COST.CAP:", None),
    ("amount_too_precise", "CN.LINE.CONSUMER.MAX.values.1.value", LENDING, "value: 200000", "value: 200000.001", ""),
    ("amount_out_of_range", "CN.LINE.CONSUMER.MAX.values.1.value", LENDING, "value: 200000", "value: -1", ""),
    ("field_malformed", "CN.TERM.BULLET.MAX.values.1.value", LENDING, "value: 12", "value: 12.5", ""),
    ("field_malformed", "CN.COLLECT.QUIET.values.1.value.1", "law/cn/collection.yaml", '"22:00"', '"25:00"', ""),
    ("field_missing", "CN.CLASS.DPD.values.1.value", CLASSES, "{substandard: 91, ", "{", "      value: {doubtful: 271"),
    ("field_malformed", "licences.bank_large.kind_of", LICENCES, "bank_large: {kind_of: bank", "bank_large: {kind_of: cfc", ""),
    # products
    ("field_missing", "versions.1", CASH, "    excess: credit\n", "", "  - from: 2020-07-12"),
    ("field_unknown", "versions.1.colour", CASH, "    excess: credit", "    colour: red\n    excess: credit", "    colour: red"),
    ("rule_source_missing", "versions.2", CASH, "    source: the all-in cap", "    until: 2030-01-01\n    #", "  - from: 2026-01-01"),
    ("field_malformed", "product", CASH, "product: cash-line", "product: Cash Line", ""),
    ("field_malformed", "kind", CASH, "kind: loan", "kind: gift", ""),
    ("field_malformed", "currency", CASH, "currency: CNY", "currency: RMB", ""),
    ("field_malformed", "licence", CASH, "licence: cfc", "licence: pawnshop", "  - from: 2020-07-12"),
    ("field_malformed", "calendar", CASH, "calendar: cn", "calendar: mars", "  - from: 2020-07-12"),
    ("field_malformed", "penalty.per_year_cap", CASH, "per_year_cap: CN.COST.CAP", "per_year_cap: CN.COST.CUP", "  - from: 2020-07-12"),
    ("field_malformed", "versions.1.repayment.2", CASH, "interest-first", "whenever", ""),
    ("field_malformed", "versions.1.every", CASH, "every: 1 month", "every: full moon", ""),
    ("rule_malformed", "versions.1.amount", CASH, "min: 500.00", "min: 500000.00", ""),
    ("rule_malformed", "versions.1.amount", CASH, "min: 500.00", "min: 0.00", ""),
    ("amount_too_precise", "versions.1.amount.min", CASH, "min: 500.00", "min: 500.001", ""),
    ("rule_malformed", "versions.1.instalments.offered", CASH, "[3, 6, 12]", "[3, 12, 6]", ""),
    ("rule_malformed", "versions.1.instalments.usual", CASH, "usual: 12", "usual: 9", ""),
    ("rule_malformed", "versions.1.rate.min", CASH, "min: 0.00015", "min: 0.0007", ""),
    ("rate_malformed", "versions.1.rate.max", CASH, "max: 0.0006", "max: 6e-4", ""),
    ("field_malformed", "versions.1.tolerance_days", CASH, "tolerance_days: 0", "tolerance_days: 8", ""),
    ("field_malformed", "versions.1.due_roll", CASH, "due_roll: none", "due_roll: forward", ""),
    ("rule_overlap", "versions.2", CASH, "from: 2026-01-01", "from: 2025-12-31", ""),
    ("rule_malformed", "versions.1.until", CASH, "until: 2026-01-01", "until: 2020-07-12", ""),
    ("rule_duplicate", "product", LATER, "product: pay-later", "product: cash-line", ""),
    ("field_malformed", "versions.1.bill_day", LATER, "bill_day: 1", "bill_day: 29", ""),
    ("rule_malformed", "versions.1.due_day.offered", LATER, "offered: [10", "offered: [1, 10", ""),
    ("rate_out_of_range", "versions.1.min_payment", LATER, "min_payment: 0.10", "min_payment: 1.10", ""),
    ("field_malformed", "versions.1.bill_plans.1", LATER, "bill_plans: {3:", "bill_plans: {1:", ""),
    ("field_malformed", "versions.1.bill_plans.three", LATER, "bill_plans: {3:", "bill_plans: {three:", ""),
    # the calendar
    ("rule_duplicate", "holidays.2", CN, "  - 2024-02-10", "  - 2024-01-01", "  - 2024-01-01\n  - 2024-02-11"),
    ("rule_malformed", "holidays.1", CN, "  - 2024-01-01", "  - 2023-01-01", ""),
    ("rule_malformed", "workdays", CN, "workdays:\n", "workdays:\n  - 2024-01-01\n", None),
    ("rule_malformed", "confirmed_through", CN, "confirmed_through: 2026-12-31", "confirmed_through: 2023-12-31", ""),
    ("field_malformed", "weekend.1", CN, "[saturday", "[caturday", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "key", "file", "old", "new", "at"), MALFORMED, ids=[f"{m[0]}-{m[1]}-{n}" for n, m in enumerate(MALFORMED)]
)
def test_a_malformed_file_is_refused_with_its_place(tmp_path, code, key, file, old, new, at):
    text = edited(tmp_path, file, old, new)
    with pytest.raises(Malformed) as wrong:
        load(tmp_path)
    assert (wrong.value.code, wrong.value.file, wrong.value.key) == (code, file, key), str(wrong.value)
    if at is not None:
        assert wrong.value.line == text[: text.index(at or new)].count("\n") + 1, str(wrong.value)


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("file_empty", b""),
        ("file_empty", b"# nothing\n"),
        ("file_not_text", "成本".encode("gb18030")),
        ("file_too_large", b"#" * 1_000_001),
    ],
)
def test_a_file_that_is_no_rule_file_is_refused(tmp_path, code, content):
    (copied(tmp_path) / COST).write_bytes(content)
    with pytest.raises(Malformed) as wrong:
        load(tmp_path)
    assert (wrong.value.code, wrong.value.file) == (code, COST)


def test_nesting_without_end_is_refused_and_does_not_end_the_process(tmp_path):
    (copied(tmp_path) / COST).write_text("[" * 100_000)
    with pytest.raises(Malformed) as wrong:
        load(tmp_path)
    assert (wrong.value.code, wrong.value.line) == ("yaml_malformed", 1)


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(Malformed) as wrong:
        load(tmp_path / "nowhere")
    assert wrong.value.code == "file_missing"
