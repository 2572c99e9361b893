"""The report of a validation as one page: what was measured, whether it is enough, and everything that says so."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from plimsoll.app.chart import Picture
from plimsoll.app.modelling.charts import SAMPLES, SWAP
from plimsoll.app.modelling.document import About
from plimsoll.app.page import Cell, Mark, heading, page, paragraph, pictures, table, verdict
from plimsoll.app.words import Words
from plimsoll.risk.measure.comparison import Comparison
from plimsoll.risk.measure.fair import ALIKE, FEW, Group
from plimsoll.risk.measure.interval import Interval, share
from plimsoll.risk.measure.pair import Area
from plimsoll.risk.measure.reject import Augmented
from plimsoll.risk.measure.stability import Shift
from plimsoll.risk.measure.strength import Band
from plimsoll.risk.measure.validation import LEARNT, Check, Sample, Segment, Validation

PASSED: Final = Words("通过", "passed")
FAILED: Final = Words("未通过", "not passed")
MET: Final = Words("达标", "met")
MISSED: Final = Words("未达标", "missed")
CHECKS: Final = {
    LEARNT: "可能用于训练的样本数",
    "bad cases": "坏客户数",
    "AUC": "AUC",
    "calibration slope": "校准斜率",
    "PSI of the score": "评分 PSI",
    "AUC gained": "AUC 提升",
    "p of the paired test": "配对检验 p 值",
    "Brier gained": "Brier 改善",
}
VERDICTS: Final = {ALIKE: Words("相近", "alike"), FEW: Words("样本过少", "too few")}
LOOK_AT: Final = Words("需人工查看", "a person has to look")
ABOUT: Final = {
    "model": Words("模型摘要", "digest of the model"),
    "model_kind": Words("模型种类", "kind of model"),
    "model_name": Words("模型名称", "name of the model"),
    "file": Words("数据文件", "file"),
    "sha256": Words("数据文件 SHA-256", "SHA-256 of the file"),
    "target": Words("结果列", "outcome"),
    "bad": Words("坏客户取值", "bad where it is"),
    "rows": Words("样本", "rows"),
    "measured_at": Words("测算时间", "measured at"),
    "rules": Words("规则库摘要", "digest of the rulebook"),
}


def validation_page(
    about: About,
    found: Validation,
    fairness: Mapping[str, Sequence[Group]],
    drawn: Sequence[Picture],
    rejects: Sequence[Augmented] = (),
) -> str:
    """Give the page of a validation; pictures whose names begin with "fairness" stand with that part."""
    own = [one for one in drawn if not one.name.startswith("fairness")]
    parts = [
        verdict(Mark(found.is_passed, PASSED if found.is_passed else FAILED)),
        heading(Words("结论与要求", "What the rules ask")),
        _checks(found.checks),
        heading(Words("测算对象", "What was measured")),
        _about(about, {}),
        heading(Words("区分能力与校准", "Strength and calibration")),
        _samples(found.samples),
        pictures(own),
        heading(Words("评分分段", "Bands of the score")),
        _bands(found.bands),
    ]
    if found.shift is not None:
        parts += [heading(Words("评分稳定性", "Stability of the score")), _shift(found.shift)]
    if found.segments:
        parts += [heading(Words("分群表现", "By segment")), _segments(found.segments)]
    parts += _fairness(fairness, [one for one in drawn if one.name.startswith("fairness")])
    parts += _rejects(rejects)
    title = Words("模型验证报告", "Validation of a model")
    return page(title, (f"{about.model_name} · {about.model[:12]}", about.measured_at), parts)


def comparison_page(about: About, champion: str, challenger: str, found: Comparison, drawn: Sequence[Picture]) -> str:
    """Give the page of a comparison of two models, by their digests."""
    pair = found.pair
    bounds = f"{pair.low:+.4f} 至 {pair.high:+.4f}"
    said = Words(
        f"挑战者 AUC 减冠军 AUC：{pair.difference:+.4f}（95% 区间 {bounds}），DeLong 配对检验 p = {pair.p:.2g}。",
        f"AUC of the challenger less that of the champion: {pair.difference:+.4f} (95 % bounds {pair.low:+.4f} to {pair.high:+.4f}), "
        f"paired test of DeLong, p = {pair.p:.2g}.",
    )
    cells = [
        (both(*SWAP[cell.approved_by]), f"{cell.cases:,}", f"{cell.bads:,}", bounds_text(share(cell.bads, cell.cases)))
        for cell in found.swap
    ]
    share_text = f"{100 * found.approved:.0f} %"
    parts = [
        verdict(Mark(found.is_passed, PASSED if found.is_passed else FAILED)),
        heading(Words("结论与要求", "What a promotion asks")),
        paragraph(said),
        _checks(found.checks),
        heading(Words("测算对象", "What was measured")),
        _about(about._replace(model="", model_name=""), {"冠军 · champion": champion, "挑战者 · challenger": challenger}),
        heading(Words("并列指标", "Side by side")),
        _samples(found.samples),
        pictures(drawn),
        heading(Words(f"各自批准最安全的 {share_text} 时的换手", f"Who changes hands when each approves the safest {share_text}")),
        table(
            (Words("由谁批准", "approved by"), Words("笔数", "cases"), Words("坏客户", "bad"), Words("坏账率（95% 区间）", "bad rate")),
            cells,
        ),
    ]
    return page(Words("冠军与挑战者对比", "Champion and challenger"), (f"{champion[:12]} · {challenger[:12]}", about.measured_at), parts)


def _about(about: About, more: Mapping[str, str]) -> str:
    rows = [*more.items(), *((both(*ABOUT[name]), value) for name, value in about._asdict().items() if value)]
    return table((Words("项目", "item"), Words("内容", "value")), rows, text_columns=(1,))


def _checks(checks: Iterable[Check]) -> str:
    columns = (Words("要求", "demand"), Words("结果", "found"), Words("界限", "bound"), Words("是否达标", "is it met"))
    rows = [(both(CHECKS[one.name], one.name), figure(one.value), one.bound, Mark(one.ok, MET if one.ok else MISSED)) for one in checks]
    return table(columns, rows)


def _samples(samples: Iterable[Sample]) -> str:
    columns = (
        Words("样本", "sample"),
        Words("笔数", "cases"),
        Words("坏客户", "bad"),
        Words("坏账率", "bad rate"),
        Words("预测均值", "stated"),
        Words("AUC（95% 区间）", "AUC (95 % bounds)"),
        Words("KS", "KS"),
        Words("Brier", "Brier"),
        Words("校准误差", "ECE"),
        Words("校准斜率", "slope"),
        Words("校准截距", "intercept"),
    )
    rows = [
        (
            both(*SAMPLES[one.name]),
            f"{one.rows:,}",
            f"{one.bads:,}",
            per_cent(one.bads / one.rows),
            per_cent(one.stated),
            area_text(one.auc),
            figure(one.ks),
            figure(one.brier),
            figure(one.ece),
            figure(one.slope),
            figure(one.intercept),
        )
        for one in samples
    ]
    return table(columns, rows)


def _bands(bands: Sequence[Band]) -> str:
    columns = (
        Words("分段", "band"),
        Words("预测违约率区间", "stated from, to"),
        Words("笔数", "cases"),
        Words("坏客户", "bad"),
        Words("预测均值", "stated"),
        Words("实际坏账率（95% 区间）", "came true (95 % bounds)"),
        Words("提升度", "lift"),
        Words("累计坏客户占比", "bad cases so far"),
    )
    cases, bads = sum(band.cases for band in bands), sum(band.bads for band in bands)
    rows: list[Sequence[Cell]] = []
    running = 0
    for n, band in enumerate(bands, 1):
        running += band.bads
        rate = share(band.bads, band.cases)
        lift = rate.value / (bads / cases) if bads else math.nan
        rows.append(
            (
                str(n),
                f"{per_cent(band.low)} – {per_cent(band.high)}",
                f"{band.cases:,}",
                f"{band.bads:,}",
                per_cent(band.stated),
                bounds_text(rate),
                figure(lift, 2),
                per_cent(running / bads if bads else math.nan),
            )
        )
    return table(columns, rows)


def _shift(moved: Shift) -> str:
    columns = (
        Words("评分区间", "points above, up to"),
        Words("建模期占比", "in time"),
        Words("跨时间占比", "out of time"),
        Words("贡献", "adds"),
    )
    rows = [
        (f"{bound(one.low)} – {bound(one.high)}", per_cent(one.expected), per_cent(one.actual), figure(one.part, 4)) for one in moved.bins
    ]
    return table(columns, [*rows, ("PSI", "", "", figure(moved.psi, 4))])


def _segments(segments: Iterable[Segment]) -> str:
    columns = (
        Words("分群", "segment"),
        Words("笔数", "cases"),
        Words("坏客户", "bad"),
        Words("AUC（95% 区间）", "AUC (95 % bounds)"),
        Words("KS", "KS"),
        Words("预测均值", "stated"),
        Words("实际坏账率（95% 区间）", "came true (95 % bounds)"),
    )
    rows = [
        (
            f"{one.column} = {one.value or '（缺失）(missing)'}",
            f"{one.rows:,}",
            f"{one.bads:,}",
            area_text(one.auc),
            figure(one.ks),
            per_cent(one.stated),
            bounds_text(one.bad_rate),
        )
        for one in segments
    ]
    return table(columns, rows)


def _fairness(fairness: Mapping[str, Sequence[Group]], drawn: Sequence[Picture]) -> list[str]:
    """Give the part on groups; none where no groups were declared."""
    if not fairness:
        return []
    columns = (
        Words("群体", "group"),
        Words("笔数", "cases"),
        Words("通过率（95% 区间）", "approved (95 % bounds)"),
        Words("通过率比（95% 区间）", "ratio (95 % bounds)"),
        Words("AUC（95% 区间）", "AUC (95 % bounds)"),
        Words("预测均值", "stated"),
        Words("实际坏账率（95% 区间）", "came true (95 % bounds)"),
        Words("实际/预测（95% 区间）", "came true over stated"),
        Words("判断", "verdict"),
    )
    parts = [
        heading(Words("公平性", "Fairness")),
        paragraph(
            Words(
                "以下群体仅用于本表，不进入模型。比率以通过率最高的群体为准；低于界限时须由人查看，本表不作结论。",
                "The groups serve this table alone and are no part of the model. Ratios are to the group approved most; under the "
                "bound a person has to look. The table concludes nothing by itself.",
            )
        ),
    ]
    for column, groups in fairness.items():
        rows = [
            (
                f"{column} = {one.name or '（未知）(not said)'}",
                f"{one.cases:,}",
                bounds_text(one.approved),
                ratio_text(one.ratio),
                "–" if one.auc is None else ratio_text(one.auc, 3),
                per_cent(one.stated),
                bounds_text(one.bad_rate),
                ratio_text(one.calibration),
                Mark(one.verdict in VERDICTS, VERDICTS.get(one.verdict, LOOK_AT)),
            )
            for one in groups
        ]
        parts.append(table(columns, rows))
    return [*parts, pictures(drawn)]


def _rejects(rejects: Sequence[Augmented]) -> list[str]:
    """Give the part on those who were turned away; none where no file of them was named."""
    if not rejects:
        return []
    columns = (
        Words("倍数", "times as bad as stated"),
        Words("被拒者坏账率", "bad rate of the rejected"),
        Words("全部申请者坏账率", "bad rate of all"),
        Words("全部申请者 AUC", "AUC over all"),
    )
    rows = [(figure(one.factor, 1), per_cent(one.reject_rate), per_cent(one.bad_rate), figure(one.auc)) for one in rejects]
    said = Words(
        "模糊扩充：假设被拒者比模型所述更差若干倍时，指标如何变动。仅作检查，不用于训练，也不增加信息。",
        "Fuzzy augmentation: how the figures would move, were those turned away so much worse than the model says. A check only: it enters "
        "no training and adds no knowledge.",
    )
    return [heading(Words("拒绝推断检查", "Those who were turned away")), paragraph(said), table(columns, rows)]


def both(zh: str, en: str) -> str:
    """Write words in both languages in one cell."""
    return zh if zh == en else f"{zh} · {en}"


def figure(value: float, digits: int = 3) -> str:
    """Write a figure; a count as it is, what could not be told as a dash."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.{digits}f}" if math.isfinite(value) else "–"


def per_cent(value: float) -> str:
    """Write a share as per cent."""
    return f"{100 * value:.2f} %" if math.isfinite(value) else "–"


def bound(value: float) -> str:
    """Write the bound of a bin."""
    return f"{value:.6g}" if math.isfinite(value) else "…"


def bounds_text(found: Interval) -> str:
    """Write a share with its bounds as per cent."""
    return f"{100 * found.value:.1f} % ({100 * found.low:.1f} – {100 * found.high:.1f})" if math.isfinite(found.value) else "–"


def ratio_text(found: Interval, digits: int = 2) -> str:
    """Write a ratio or an AUC with its bounds."""
    return f"{found.value:.{digits}f} ({found.low:.{digits}f} – {found.high:.{digits}f})" if math.isfinite(found.value) else "–"


def area_text(found: Area | None) -> str:
    """Write an AUC with its bounds."""
    return "–" if found is None else f"{found.auc:.3f} ({found.low:.3f} – {found.high:.3f})"
