"""The part of a month's report that says what lending does to borrowers."""

from typing import Final

from plimsoll.app.harm import Harm
from plimsoll.app.report.document import Grid, Part
from plimsoll.app.words import Words

TITLE: Final = Words("对借款人的影响", "What lending does to borrowers")
COUNTS: Final = {
    "complaints": Words("投诉", "complaints"),
    "contacts": Words("联系次数", "contacts"),
    "contacts denied": Words("被拦截的联系", "contacts denied by the gate"),
    "reminders": Words("提醒", "reminders"),
    "hardship": Words("困难求助", "requests for help"),
    "plans": Words("达成还款计划", "plans agreed"),
    "plans kept": Words("还款计划履行完毕", "plans kept to the end"),
    "plans broken": Words("还款计划破裂", "plans broken"),
}
CLASSES: Final = {
    "fit": Words("适度", "fit"),
    "latent": Words("潜在过度", "latent"),
    "active": Words("已过度", "active"),
    "masked": Words("以贷养贷掩盖", "masked"),
    "distressed": Words("陷入困境", "distressed"),
}


def harm_part(one: Harm) -> Part:
    """Make the part: burden and persistent debt, counts per 10,000 customers who owe, customers by class of over-extension."""
    burden, lasting = one.burden, one.lasting
    rows: list[tuple[Words | str, ...]] = [
        (
            Words(f"次月应还超过可支配额的 {100 * one.part:g} %", f"asked for over {100 * one.part:g} % of what they can spare"),
            f"{burden.over:,}",
            f"{burden.known:,}",
            _share(burden.over, burden.known),
        ),
        (
            Words("可支配额未知的客户", "customers of whom that is not known"),
            f"{burden.unknown:,}",
            f"{burden.customers:,}",
            _share(burden.unknown, burden.customers),
        ),
    ]
    if lasting is not None:
        persistent = Words(f"持续负债贷款（{one.window} 个月）", f"loans in persistent debt ({one.window} months)")
        rows.append((persistent, f"{lasting.loans:,}", f"{lasting.known:,}", _share(lasting.loans, lasting.known)))
    heads = (Words("指标", "figure"), Words("数量", "count"), Words("总数", "of"), Words("占比", "share"))
    counts: list[tuple[Words | str, ...]] = []
    for name, count in one.counts.items():
        per = one.per_people(name)
        counts.append((COUNTS[name], f"{count:,}", "-" if per is None else f"{per:,.1f}"))
    classes: list[tuple[Words | str, ...]] = [
        (CLASSES[name], f"{count:,}", _share(count, burden.customers)) for name, count in one.classes.items()
    ]
    meaning = Words(
        "可支配额：收入较差月份扣除必要支出与其他机构还款后的余额（按承载线下限估计）。持续负债：期内所付息费不低于所还本金。每万名有余额客户的投诉与联系次数。",
        "What can be spared: what a poor month leaves after essentials and other lenders, as the load line has it at the least. "
        "Persistent debt: at least as much interest and fees paid as principal. Counts are for 10,000 customers who owe.",
    )  # fmt: skip
    grids = (
        Grid(heads, tuple(rows)),
        Grid((Words("本月", "this month"), Words("数量", "count"), Words("每万名客户", "per 10,000 customers")), tuple(counts)),
        Grid((Words("过度负债分类", "over-extension"), Words("客户", "customers"), Words("占比", "share")), tuple(classes)),
    )
    return Part(TITLE, meaning, grids, (), "plimsoll portfolio harm --json")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "-"
