"""The change in words, en and zh-CN: what is asked for, and field by field how it stands now and how it would stand."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any, Final

from plimsoll.app.approve.need import Act, verb_of
from plimsoll.units.money import EXPONENTS, text_of
from plimsoll.units.rate import Rate

UNSAID: Final = ("key", "customer_id", "loan_id", "subject")
"""Fields that name the command or its object: the headline says those."""

VERBS: Final[Mapping[str, tuple[str, str]]] = {
    "set_limit": ("Set the limit of", "调整额度："),
    "waive": ("Waive what is owed by", "减免息费："),
    "refund": ("Refund a purchase of", "消费退款："),
    "reschedule": ("Put on new terms a loan of", "变更还款条款："),
    "reverse": ("Reverse an earlier fact of", "冲正："),
    "charge_off": ("Charge off a loan of", "核销出表："),
    "decide_write_off": ("Decide on the write-off of a loan of", "审批核销："),
    "unfreeze": ("Unfreeze the line of", "解冻额度："),
    "recall_early": ("Demand back early a loan of", "宣布提前到期："),
    "enforce_recall": ("Enforce the early recall of a loan of", "执行提前到期："),
    "apply_sanction": ("Apply a sanction to", "实施约束措施："),
    "lift_sanction": ("Lift a sanction on", "解除约束措施："),
    "mark_load_line": ("Mark the load line of", "标定负债能力线："),
    "transfer_claim": ("Transfer a claim on", "转让债权："),
    "put_back_claim": ("Take back a claim on", "债权回转："),
    "repay": ("Book a repayment of", "登记还款："),
    "prepay": ("Book a prepayment of", "登记提前还款："),
    "settle": ("Settle a loan of", "结清贷款："),
    "use_credit": ("Use the credit of", "使用溢缴款："),
    "convert": ("Turn into instalments what was bought by", "账单或消费分期："),
    "return_loan": ("Give back a loan of the package", "资产包退回贷款："),
    "recover": ("Book a recovery from", "登记核销后回收："),
    "purchase": ("Book a purchase of", "登记消费："),
    "draw": ("Draw a loan for", "支用贷款："),
    "pause": ("Pause the payments of", "暂停还款："),
    "resume_agency": ("Lift the suspension of", "恢复委外机构："),
    "register_funder": ("Register the funder", "登记资金方："),
    "amend_funder": ("Amend the terms of the funder", "变更资金方条款："),
    "assess_investor": ("Assess what suits the investor", "评估投资者适当性："),
    "close_funder": ("Close the funder", "终止资金方："),
    "file_settlement": ("File the settlement with", "资金方结算："),
    "set_throttle": ("Set the throttle of new lending", "设定放款节流："),
    "sell_package": ("Sell the package", "出售资产包："),
    "move_share": ("Move a funder's part in a loan of", "转移资金方份额："),
    "role_grant": ("Give a role to", "授予角色："),
    "webhook_url": ("Send events to another address of", "变更回调地址："),
    "import_apply": ("Apply the file", "执行批量文件："),
    "export_rows": ("Take out in bulk", "批量导出："),
}
"""What each verb asks for, before the name of its object."""

FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "all_loans_minor": ("balance of all loans", "全部贷款余额"),
    "amount_minor": ("amount", "金额"),
    "answers_digest": ("digest of the answers", "问卷摘要"),
    "assessed_by": ("asked by", "评估人"),
    "assessed_on": ("asked on", "评估日"),
    "base_minor": ("net assets", "净资产"),
    "bidders": ("bidders", "竞买人"),
    "bill_on": ("bill of", "账单日"),
    "body": ("content", "内容"),
    "buyer": ("buyer", "受让人"),
    "buyer_name": ("name of the buyer", "受让人名称"),
    "capacity_minor": ("load line", "负债能力线"),
    "cash_limit_minor": ("cash limit", "现金额度"),
    "cash_product": ("cash product", "现金产品"),
    "commission": ("commission", "佣金"),
    "committed_minor": ("commitment", "承诺额度"),
    "contract_until": ("contract until", "合同到期日"),
    "countries": ("countries", "国家"),
    "credit_minor": ("credit paid out", "退回溢缴款"),
    "currency": ("currency", "币种"),
    "day": ("day settled", "结算日"),
    "due_on": ("due days", "到期日"),
    "every": ("every", "还款周期"),
    "evidence": ("evidence", "证据"),
    "fact": ("number of the fact", "原记录编号"),
    "fee_minor": ("fee", "手续费"),
    "first_due_on": ("first due day", "首个到期日"),
    "first_loss": ("first loss covered", "首损担保比例"),
    "from_on": ("from", "起始日"),
    "funder": ("funder", "资金方"),
    "grades": ("grades", "等级"),
    "granted": ("share of applications granted", "放款比例"),
    "ground": ("ground", "依据"),
    "horizon_months": ("months it can wait", "可等待月数"),
    "instalments": ("instalments", "期数"),
    "interest_minor": ("interest", "利息"),
    "investor_class": ("class of investor", "投资者类别"),
    "is_guaranteed": ("guaranteed", "是否担保"),
    "kind": ("kind", "类型"),
    "later_limit_minor": ("pay-later limit", "先买后付额度"),
    "later_product": ("pay-later product", "先买后付产品"),
    "least": ("smallest part", "最低份额"),
    "licence": ("licence", "牌照"),
    "limit_minor": ("limit", "额度"),
    "loan_id": ("loan", "贷款"),
    "loss_capacity": ("share it can lose", "可承受损失比例"),
    "merchant": ("merchant", "商户"),
    "months_most": ("longest term in months", "最长期限（月）"),
    "most": ("largest part", "最高份额"),
    "on": ("effective", "生效日"),
    "outcome": ("outcome", "结论"),
    "package": ("package", "资产包"),
    "page": ("page", "公示页"),
    "passed_on_minor": ("money passed on", "转付金额"),
    "penalty_minor": ("penalty", "罚息"),
    "price": ("price", "资金价格"),
    "price_minor": ("price", "价款"),
    "product": ("product", "产品"),
    "products": ("products", "产品"),
    "purchase": ("number of the purchase", "消费记录编号"),
    "rate": ("rate", "利率"),
    "reason": ("reason", "原因"),
    "ref": ("reference", "外部流水号"),
    "repayment": ("way to repay", "还款方式"),
    "room_minor": ("room a month", "月还款空间"),
    "sanction": ("sanction", "约束措施"),
    "skills": ("skills", "能力"),
    "stress_ppb": ("monthly service, parts per billion", "月供系数（十亿分比）"),
    "tender": ("tender", "竞价"),
    "title_en": ("English name", "英文名称"),
    "title_zh": ("Chinese name", "中文名称"),
    "to": ("to", "转入方"),
    "until": ("until", "截止日"),
    "until_on": ("until", "截止日"),
    "used": ("share of lines that can be used", "可用额度比例"),
    "valid_until": ("licence until", "牌照到期日"),
    "why": ("why", "事由"),
    "principal_minor": ("principal", "本金"),
    "payoff_minor": ("to pay off", "结清金额"),
    "past_due_days": ("days past due", "逾期天数"),
    "used_minor": ("used", "已用额度"),
    "available_minor": ("available", "可用额度"),
    "status": ("status", "状态"),
}
"""What the fields of commands, lines and loans are called."""

BEFORE_IS_OWED: Final = ("penalty_minor", "interest_minor", "fee_minor")
"""Parts of a waiver: what stands now is what is owed, and a part that is nought is not waived."""


def headline(command: Any) -> dict[str, str]:
    """Give what is asked for in one line, en and zh-CN."""
    verb = verb_of(command)
    en, zh = VERBS.get(verb, (verb.replace("_", " ").capitalize() + ":", verb + "："))
    customer_id, loan_id = getattr(command, "customer_id", 0), getattr(command, "loan_id", 0)
    whose = (f"customer {customer_id}", f"客户 {customer_id}") if customer_id else (getattr(command, "subject", ""),) * 2
    which = (f", loan {loan_id}", f"，贷款 {loan_id}") if loan_id else ("", "")
    return {"en": f"{en} {whose[0]}{which[0]}".strip(), "zh-CN": f"{zh}{whose[1]}{which[1]}"}


def change(command: Any, before: Mapping[str, Any]) -> list[dict[str, str]]:
    """Give the change field by field: its name in both languages, how it stands now ("" for not at all), how it would stand."""
    if isinstance(command, Act):
        return [{"field": en, "en": en, "zh-CN": zh, "before": now, "after": then} for en, zh, now, then in command.said]
    currency = getattr(command, "currency", "") or before.get("currency", "")
    lines = []
    for one in fields(command):
        value = getattr(command, one.name)
        if one.name in UNSAID or value in ("", None, ()) or (one.name in BEFORE_IS_OWED and not value):
            continue
        en, zh = FIELDS.get(one.name, (one.name.replace("_", " "),) * 2)
        now = as_text(one.name, before[one.name], currency) if one.name in before and one.name != "currency" else ""
        lines.append({"field": one.name, "en": en, "zh-CN": zh, "before": now, "after": as_text(one.name, value, currency)})
    return lines


def as_text(name: str, value: Any, currency: str) -> str:
    """Give a value as people read it."""
    if name.endswith("_minor") and isinstance(value, int):
        return f"{text_of(value, currency)} {currency}" if currency in EXPONENTS else str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Rate):
        return value.text()
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(str(one) for one in value) if isinstance(value, tuple | list) else str(value)
