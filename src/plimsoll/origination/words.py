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
    "load": {"zh-CN": "负债能力线", "en": "load line"},
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
    "limit_bound": {"zh-CN": "额度受限于", "en": "what bounds the limit"},
    "offer_fit": {"zh-CN": "可承受的方案", "en": "how much of it fits"},
    "is_demanded": {"zh-CN": "客户要求人工审核", "en": "a person was asked for"},
    "is_suspended": {"zh-CN": "数据来源暂停使用", "en": "a source is suspended"},
}

SOURCE_WORDS: Final[Mapping[str, Words]] = {
    "identity": {"zh-CN": "身份核验", "en": "identity"},
    "score": {"zh-CN": "平台信用分", "en": "platform score"},
    "bureau": {"zh-CN": "征信", "en": "credit bureau"},
    "income": {"zh-CN": "收入", "en": "income"},
    "spending": {"zh-CN": "消费", "en": "spending"},
    "assets": {"zh-CN": "资产", "en": "assets"},
    "device": {"zh-CN": "设备与关联", "en": "device and contacts"},
    "application": {"zh-CN": "申请表", "en": "application"},
}

VALUE_WORDS: Final[Mapping[str, Words]] = {
    "yes": {"zh-CN": "是", "en": "yes"},
    "no": {"zh-CN": "否", "en": "no"},
    "missing": {"zh-CN": "缺失", "en": "missing"},
    "within": {"zh-CN": "合理", "en": "within"},
    "watch": {"zh-CN": "关注", "en": "watch"},
    "over": {"zh-CN": "过度授信", "en": "over-extended"},
    "severe": {"zh-CN": "严重过度授信", "en": "severely over-extended"},
    "full": {"zh-CN": "全额", "en": "all of it"},
    "longer-term": {"zh-CN": "延长期限", "en": "over a longer term"},
    "shorter-term": {"zh-CN": "缩短期限", "en": "over a shorter term"},
    "lower-amount": {"zh-CN": "降低金额", "en": "a lower amount"},
    "none": {"zh-CN": "无", "en": "none"},
    "asked": {"zh-CN": "申请金额", "en": "what was asked for"},
    "capacity": {"zh-CN": "承受能力", "en": "what can be carried"},
    "worth": {"zh-CN": "边际价值", "en": "what is worth lending"},
    "product": {"zh-CN": "产品上限", "en": "cap of the product"},
    "law": {"zh-CN": "法定上限", "en": "cap of the law"},
    "matrix": {"zh-CN": "等级与收入矩阵", "en": "matrix of grade and income"},
}
"""Words that tables use as values, and what bounds a limit, for people."""

OPERATORS: Final[Mapping[str, Words]] = {
    "is": {"zh-CN": "但", "en": "is"},
    "in": {"zh-CN": "属于", "en": "in"},
    "not in": {"zh-CN": "不属于", "en": "not in"},
}
NEEDED: Final[Words] = {"zh-CN": "必须提供", "en": "needed"}


def value_words(text: str, language: str) -> str:
    """Give a value or a threshold of a rule in words; numbers and names that no table of words has stay as they are."""
    if text == "needed":
        return NEEDED[language]
    parts = text.split(",")
    if not all(part in VALUE_WORDS for part in parts):
        return text
    return (" / " if len(parts) > 1 else "").join(VALUE_WORDS[part][language] for part in parts)


HELD: Final[Words] = {
    "zh-CN": "若“{title}”由 {before} 变为 {after}，结果为：{outcome}。",
    "en": "If {title} were {after} instead of {before}, it would be {outcome}.",
}
