# ruff: noqa: E501
"""The words of the report of a month, in Chinese and in English."""

from collections.abc import Sequence
from typing import Final

from plimsoll.app.words import Words

SAY: Final = {
    "a-month-later": Words("一个月后", "a month later"),
    "all": Words("合计", "all"),
    "allowance": Words("准备", "allowance"),
    "allowance-for-expected-loss": Words("预期信用损失准备", "allowance for expected loss"),
    "at-a-glance": Words("一览", "At a glance"),
    "bad": Words("不良余额", "bad"),
    "bad-over-90-days-past": Words(
        "不良：逾期超过90天。账龄均衡：假设每月放款相同，增长不再稀释不良。还原：近三年核销与出售仍计入。",
        "Bad: over 90 days past due. Even age: as if every month had lent the same, so growth dilutes nothing. Put back: with what was written off and sold in three years still in the book.",
    ),
    "bad-share": Words("不良率", "bad share"),
    "bad-share-at-an-even": Words("不良率（账龄均衡）", "bad share at an even age"),
    "bad-share-over-90-days": Words("不良率（90天以上）", "bad share, over 90 days"),
    "balance": Words("贷款余额", "balance"),
    "balance-2": Words("余额", "balance"),
    "cause": Words("原因", "cause"),
    "change-points": Words("变化（百分点）", "change, points"),
    "concentration": Words("集中度", "Concentration"),
    "correlation": Words("相关性", "correlation"),
    "cured": Words("治愈", "cured"),
    "default-within-a-year": Words("一年内违约率", "default within a year"),
    "even-age": Words("账龄均衡", "even age"),
    "everything-is-read-off-the": Words(
        "数据来源为贷款明细带，每个数字均可回溯到账户。", "Everything is read off the loan tape, and every figure leads back to accounts."
    ),
    "expected-loss-and-provisions": Words("预期信用损失与拨备", "Expected loss and provisions"),
    "exposure": Words("风险暴露", "exposure"),
    "figure": Words("指标", "figure"),
    "first-payments-missed": Words("首期逾期", "First payments missed"),
    "five-classes": Words("五级分类", "five classes"),
    "from": Words("从", "from"),
    "in-how-few-places-the": Words("余额集中在少数地方的程度。", "In how few places the money stands."),
    "lagged-9-months": Words("滞后9个月", "lagged 9 months"),
    "lagged-bad-now-on-the": Words(
        "滞后：本月不良除以9个月前余额，之后放出的贷款还来不及变坏。",
        "Lagged: bad now on the balance nine months ago; what was lent since cannot be bad yet.",
    ),
    "largest-borrowers": Words("最大借款人数", "largest borrowers"),
    "loans": Words("贷款笔数", "loans"),
    "loans-2": Words("笔数", "loans"),
    "loans-that-missed-their-first": Words(
        "首期未按时偿还的贷款占比：最早的风险信号。", "Loans that missed their first payment: the earliest thing a new vintage tells."
    ),
    "month": Words("月份", "month"),
    "month-before": Words("上月", "month before"),
    "more": Words("增加", "more"),
    "movement": Words("变动", "movement"),
    "of-the-loans-of-each": Words(
        "每月从各逾期档（行）到各档（列）的贷款占比；未再见到的贷款不计。",
        "Of the loans of each state (down) the share in each state a month later (across); who is not seen is left out.",
    ),
    "opened-in": Words("放款季度", "opened in"),
    "opened-in-2": Words("放款月份", "opened in"),
    "past-due-from-one-day": Words("逾期余额占比（1天以上）", "past due, from one day"),
    "provisions-over-non-performing": Words("拨备覆盖率", "provisions over non-performing"),
    "put-back": Words("还原", "put back"),
    "reported": Words("不良率", "reported"),
    "roll-rates": Words("滚动率", "Roll rates"),
    "scenario": Words("情景", "scenario"),
    "scenarios-are-figures-of-policy": Words(
        "情景为本机构政策参数；Vasicek 单因子模型给出坏年份的违约率。",
        "Scenarios are figures of policy; bad years are of the one-factor model of Vasicek.",
    ),
    "share": Words("占比", "share"),
    "share-of-loans-ever-over": Words(
        "曾逾期30天以上的笔数占比，按账龄（月）。* 该批贷款尚未全部达到该账龄。",
        "Share of loans ever over 30 days late, by months on book. * Not all loans of the vintage are that old yet.",
    ),
    "specific-provision": Words("专项准备", "specific provision"),
    "stage": Words("阶段", "stage"),
    "state": Words("逾期档", "state"),
    "stress": Words("压力测试", "Stress"),
    "the-bad-share-month-by": Words("不良率走势", "The bad share, month by month"),
    "the-parts-add-up-to": Words(
        "各原因之和恰为变化；每项为所有先后次序下的平均影响（Shapley）。",
        "The parts add up to the change exactly; each is the mean over all orders in which the causes could have changed (Shapley).",
    ),
    "this-month": Words("本月", "this month"),
    "this-month-points": Words("本月（百分点）", "this month, points"),
    "today": Words("现状", "today"),
    "vintages": Words("账龄曲线", "Vintages"),
    "why-the-bad-share-changed": Words("不良率为何变化", "Why the bad share changed"),
    "with-losses-and-sales-put": Words("不良率（还原核销与出售）", "with losses and sales put back"),
}

ZH_FROM: Final = {"tape": "数据带", "policy": "政策参数"}
ZH_DIMENSIONS: Final = {"product": "产品", "channel": "渠道", "city": "城市"}
SAY_CAUSES: Final = {
    "mix": Words("结构", "mix"),
    "seasoning": Words("账龄", "seasoning"),
    "entry": Words("新增", "entry"),
    "roll": Words("存量与滚动", "roll"),
    "cure": Words("治愈", "cure"),
    "write-off": Words("核销", "write-off"),
    "sale": Words("出售", "sale"),
    "growth": Words("规模增长", "growth"),
}
"""The causes of `portfolio.attribution`."""

SAY_SCENARIOS: Final = {
    "mild": Words("轻度衰退", "mild"),
    "severe": Words("重度衰退", "severe"),
    "others-withdraw": Words("其他机构收缩", "others-withdraw"),
    "collections-halved": Words("催收能力减半", "collections-halved"),
}
ENDS: Final = {"paid": Words("结清", "paid"), "written-off": Words("核销", "written-off"), "sold": Words("出售", "sold")}

ZH_CLASSES: Final = {"normal": "正常", "special-mention": "关注", "substandard": "次级", "doubtful": "可疑", "loss": "损失"}

ZH_MOVES: Final = {
    "opening": "期初",
    "new": "新增",
    "moved": "阶段转移",
    "remeasured": "重新计量",
    "repaid": "偿还",
    "sold": "出售",
    "written-off": "核销",
    "model": "模型变化",
    "closing": "期末",
}


def ends(states: Sequence[str]) -> list[Words]:
    """Say states: buckets as they are, and how a loan left."""
    return [ENDS.get(name, Words(name, name)) for name in states]
