"""Words of decisions in zh-CN and en: outcomes, stages, and the figures that a decision works out itself."""

from collections.abc import Mapping
from typing import Final

from plimsoll.origination.application import APPROVE, COUNTER, DECLINE, REFER

Words = Mapping[str, str]

OUTCOME_WORDS: Final[Mapping[str, Words]] = {
    APPROVE: {"zh-CN": "批准", "en": "approved"},
    COUNTER: {"zh-CN": "按其他条件批准", "en": "approved on other terms"},
    REFER: {"zh-CN": "转人工审核", "en": "passed to a person"},
    DECLINE: {"zh-CN": "拒绝", "en": "declined"},
}

STAGE_WORDS: Final[Mapping[str, Words]] = {
    "identity-fraud": {"zh-CN": "身份与反欺诈", "en": "identity and fraud"},
    "eligibility": {"zh-CN": "准入", "en": "eligibility"},
    "policy": {"zh-CN": "授信政策", "en": "policy"},
    "evidence": {"zh-CN": "资料", "en": "evidence"},
    "score": {"zh-CN": "评分", "en": "score"},
    "load": {"zh-CN": "载重线", "en": "load line"},
    "price": {"zh-CN": "定价与额度", "en": "price and limit"},
    "outcome": {"zh-CN": "结论", "en": "outcome"},
    "review": {"zh-CN": "人工审核触发条件", "en": "triggers of manual review"},
}

TITLES: Final[Mapping[str, Words]] = {
    "dti": {"zh-CN": "负债收入比", "en": "debts over income"},
    "score_points": {"zh-CN": "评分", "en": "score"},
    "pd": {"zh-CN": "违约概率", "en": "chance of default"},
    "score_gap_points": {"zh-CN": "评分与临界分之差", "en": "points above the line"},
    "model_gap_points": {"zh-CN": "两个模型评分之差", "en": "points between the models"},
    "break_even_over_cap": {"zh-CN": "盈亏平衡价格超过上限", "en": "break-even price above the cap"},
    "load_band": {"zh-CN": "授信总额与承受能力之比", "en": "limits over what can be carried"},
    "limit_minor": {"zh-CN": "可授信额度", "en": "limit that would be granted"},
    "offer_fit": {"zh-CN": "可承受的方案", "en": "how much of it fits"},
    "is_demanded": {"zh-CN": "客户要求人工审核", "en": "a person was asked for"},
    "is_suspended": {"zh-CN": "数据来源暂停使用", "en": "a source is suspended"},
}

HELD: Final[Words] = {
    "zh-CN": "若“{title}”由 {before} 变为 {after}，结果为：{outcome}。",
    "en": "If {title} were {after} instead of {before}, it would be {outcome}.",
}
