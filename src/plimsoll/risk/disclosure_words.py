"""The words of the cost disclosure, in both languages, by template.

A template is never changed once it was shown to somebody: other words are another template, with another name.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

Words: TypeAlias = Mapping[str, tuple[str, str]]
"""By row: the label and the sentence, with the names of numbers in braces."""

TEMPLATE: Final = "cn.allin.2"
"""The template in use (rules CN.COST.DISCLOSURE, in force 2026-08-01): what is charged, by whom, all of it, and nothing else.

cn.allin.1 was the same with amounts that had no sign of their currency.
"""

DRAW: Final = ("principal", "term", "method", "schedule", "interest", "no_fee", "no_service", "no_other", "all_in", "total", "overdue")
PLAN: Final = ("principal", "plan_term", "plan_method", "schedule", "no_interest")
CLOSING: Final = ("funders", "nothing_else")
LAYOUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "draw": (*DRAW, "early", *CLOSING),
    "offer": ("limit", "example", *DRAW, "early", *CLOSING),
    "account": (
        "limit",
        "free",
        "revolving",
        "purchase_costs",
        "bill_costs",
        "no_service",
        "no_other",
        "account_overdue",
        "account_early",
        *CLOSING,
    ),
    "instalments": (*PLAN, "fee", "no_service", "no_other", "all_in", "total", "plan_overdue", "plan_early", *CLOSING),
    "bill": (*PLAN, "fee", "no_service", "no_other", "all_in", "total", "plan_overdue", "plan_early", *CLOSING),
    "merchant": (*PLAN, "merchant_fee", "no_service", "no_other", "all_in", "total", "plan_overdue", "plan_early", *CLOSING),
}
"""The rows of each kind of disclosure, in the order in which they are shown and read out."""

TITLES: Final[Mapping[str, str]] = {"zh-CN": "综合融资成本明示表", "en": "All-in cost of this credit"}

REPAYMENT_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh-CN": {
        "equal-instalment": "等额本息",
        "equal-principal": "等额本金",
        "interest-first": "先息后本",
        "bullet": "到期一次还本付息",
    },
    "en": {
        "equal-instalment": "equal instalments",
        "equal-principal": "equal principal",
        "interest-first": "interest first, principal at the end",
        "bullet": "principal and interest at the end",
    },
}

METHOD_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh-CN": {"12": "每月内部收益率×12", "": "每日内部收益率×365", "other": "每期内部收益率×每年期数"},
    "en": {
        "12": "internal rate of return a month × 12",
        "": "internal rate of return a day × 365",
        "other": "internal rate of return a period × periods a year",
    },
}

LINES: Final[Mapping[str, str]] = {
    "zh-CN": "第{n}期 {due_on} 应还 {sign}{due}（本金 {sign}{principal}，利息 {sign}{interest}，手续费 {sign}{fee}）",
    "en": "{n}. {due_on}: {sign}{due} (principal {sign}{principal}, interest {sign}{interest}, fee {sign}{fee})",
}
"""One line of the schedule."""

PLAN_COSTS: Final[Mapping[str, str]] = {
    "zh-CN": "分{instalments}期：手续费为本金的 {fee}%，年化 {apr}%（单利）",
    "en": "{instalments} instalments: a fee of {fee} % of the amount, {apr} % a year (simple)",
}
"""One kind of instalment plan in the conditions of an account."""

_ZH: Final[Words] = {
    "limit": ("额度", "{sign}{limit}"),
    "example": ("举例", "以下各项按一次借款 {sign}{principal}、{instalments} 期计算；每次借款前会按实际金额重新明示"),
    "principal": ("贷款本金", "{sign}{principal}，不预先扣除利息或费用"),
    "term": ("期限与还款日", "{instalments} 期，{on} 放款，首期还款日 {first_due}，末期还款日 {last_due}"),
    "plan_term": ("期限与还款日", "{instalments} 期，随账单入账，首期还款日 {first_due}，末期还款日 {last_due}"),
    "method": ("还款方式", "{repayment}；首期应还 {sign}{first}，末期应还 {sign}{last}"),
    "plan_method": ("还款方式", "每期本金与手续费等额，除不尽的余数计入首期；首期应还 {sign}{first}，末期应还 {sign}{last}"),
    "schedule": ("还款计划", "{schedule}"),
    "interest": (
        "利息",
        (
            "日利率 {rate_per_day}%，年利率 {rate_per_year}%（单利，日利率×365）；按未还本金和实际天数计算；按期还款共 {sign}{interest}；"
            "收取方：{lender}"
        ),
    ),
    "no_interest": ("利息", "无"),
    "no_fee": ("分期手续费", "无"),
    "fee": ("分期手续费", "共 {sign}{fee}，为本金的 {fee_share}%，随各期收取；收取方：{lender}"),
    "merchant_fee": ("分期手续费", "您支付 {sign}0.00；{sign}{merchant_fee} 由商家承担，从支付给商家的货款中扣除；收取方：{lender}"),
    "no_service": ("增信、担保、服务费用", "无"),
    "no_other": ("其他费用", "无"),
    "all_in": (
        "综合融资成本（年化）",
        "{cost_simple}%（单利，{cost_method}）；按复利计为 {cost_effective}%。含利息和全部费用，以实际占用的本金计算，以按期还款为前提",
    ),
    "total": ("还款总额", "{sign}{total}"),
    "overdue": (
        "逾期的或有成本",
        (
            "对逾期本金按日 {penalty_per_day}%（年 {penalty_per_year}%）计收罚息，代替该部分本金的正常利息，不计复利；收取方：{lender}。"
            "举例：第{late_n}期应还本金 {sign}{late_principal} 逾期 {late_days} 天，罚息 {sign}{late_penalty}。除罚息外不收取其他逾期费用"
        ),
    ),
    "plan_overdue": (
        "逾期的或有成本",
        (
            "对逾期本金按日 {penalty_per_day}%（年 {penalty_per_year}%）计收罚息，不计复利；收取方：{lender}。"
            "举例：第{late_n}期应还本金 {sign}{late_principal} 逾期 {late_days} 天，罚息 {sign}{late_penalty}。除罚息外不收取其他逾期费用"
        ),
    ),
    "early": (
        "提前还款",
        "可随时提前归还全部或部分本金，不收违约金，利息按实际占用天数计算；借款不足 {min_days} 天的按 {min_days} 天计息",
    ),
    "plan_early": ("提前还款", "可随时提前结清，不收违约金；尚未入账各期的手续费不再收取"),
    "free": ("免息期", "账单日每月 {bill_day} 日，还款日每月 {due_day} 日；到期还款日前全额还款的，消费不计利息"),
    "revolving": (
        "未全额还款的利息",
        (
            "最低还款额为账单消费部分的 {min_payment}%；其余部分自还款日次日起按日 {rate_per_day}%（年 {rate_per_year}%，单利）计息；"
            "收取方：{lender}。只还最低还款额会使还款时间和利息大幅增加"
        ),
    ),
    "purchase_costs": ("消费分期手续费（收取方：{lender}）", "{purchase_plans}"),
    "bill_costs": ("账单分期手续费（收取方：{lender}）", "{bill_plans}"),
    "account_overdue": (
        "逾期的或有成本",
        (
            "未还足最低还款额的，对逾期本金按日 {penalty_per_day}%（年 {penalty_per_year}%）计收罚息；收取方：{lender}。"
            "举例：逾期本金 {sign}{late_principal}，逾期 {late_days} 天，罚息 {sign}{late_penalty}。除罚息外不收取其他逾期费用"
        ),
    ),
    "account_early": ("提前还款", "可随时提前还款，不收违约金；分期提前结清的，尚未入账各期的手续费不再收取"),
    "funders": ("出资方", "{funders}"),
    "nothing_else": ("声明", "除本表列明的项目外，不向您收取任何其他息费"),
}

_EN: Final[Words] = {
    "limit": ("Credit limit", "{sign}{limit}"),
    "example": (
        "Example",
        "What follows is for one draw of {sign}{principal} in {instalments} instalments; each draw is disclosed again with its own numbers",
    ),
    "principal": ("Principal", "{sign}{principal}; nothing is deducted from it in advance"),
    "term": ("Term and due dates", "{instalments} instalment(s), paid out on {on}, first due on {first_due}, last on {last_due}"),
    "plan_term": ("Term and due dates", "{instalments} instalment(s) on your bills, first due on {first_due}, last on {last_due}"),
    "method": ("Repayment", "{repayment}; first instalment {sign}{first}, last {sign}{last}"),
    "plan_method": (
        "Repayment",
        "principal and fee in equal parts, remainders with the first; first instalment {sign}{first}, last {sign}{last}",
    ),
    "schedule": ("Schedule", "{schedule}"),
    "interest": (
        "Interest",
        (
            "{rate_per_day} % a day, {rate_per_year} % a year (simple, daily rate × 365), on the principal not yet repaid, by actual days; "
            "{sign}{interest} in all if paid on time; paid to {lender}"
        ),
    ),
    "no_interest": ("Interest", "none"),
    "no_fee": ("Instalment fee", "none"),
    "fee": ("Instalment fee", "{sign}{fee} in all, {fee_share} % of the principal, with the instalments; paid to {lender}"),
    "merchant_fee": (
        "Instalment fee",
        "{sign}0.00 for you; the merchant bears {sign}{merchant_fee}, kept back from what it is paid; paid to {lender}",
    ),
    "no_service": ("Enhancement, guarantee, service fees", "none"),
    "no_other": ("Other fees", "none"),
    "all_in": (
        "All-in cost a year",
        (
            "{cost_simple} % (simple, {cost_method}); {cost_effective} % compounded. Interest and every fee, on the principal actually "
            "outstanding, if paid on time"
        ),
    ),
    "total": ("Total to repay", "{sign}{total}"),
    "overdue": (
        "If you pay late",
        (
            "late principal costs {penalty_per_day} % a day ({penalty_per_year} % a year) instead of its normal interest, not compounded; "
            "paid to {lender}. Example: the principal of instalment {late_n}, {sign}{late_principal}, {late_days} days late costs "
            "{sign}{late_penalty}. There is no other charge for paying late"
        ),
    ),
    "plan_overdue": (
        "If you pay late",
        (
            "late principal costs {penalty_per_day} % a day ({penalty_per_year} % a year), not compounded; paid to {lender}. "
            "Example: the principal of instalment {late_n}, {sign}{late_principal}, {late_days} days late costs {sign}{late_penalty}. "
            "There is no other charge for paying late"
        ),
    ),
    "early": (
        "If you pay early",
        "all or part of the principal at any time, free of charge; interest for the days actually used, at least {min_days} day(s)",
    ),
    "plan_early": ("If you pay early", "at any time, free of charge; fees of instalments not yet billed are no longer charged"),
    "free": (
        "Free of interest",
        "billed on day {bill_day}, due on day {due_day} of the month; purchases cost nothing if the bill is paid in full",
    ),
    "revolving": (
        "If you do not pay the bill in full",
        (
            "the minimum is {min_payment} % of the bill's purchases; the rest costs {rate_per_day} % a day ({rate_per_year} % a year, "
            "simple) from the day after the due day; paid to {lender}. Paying the minimum only takes far longer and costs far more"
        ),
    ),
    "purchase_costs": ("Fees of purchases in instalments (paid to {lender})", "{purchase_plans}"),
    "bill_costs": ("Fees of bills in instalments (paid to {lender})", "{bill_plans}"),
    "account_overdue": (
        "If you pay late",
        (
            "where the minimum is not paid, late principal costs {penalty_per_day} % a day ({penalty_per_year} % a year); paid to "
            "{lender}. Example: {sign}{late_principal} of principal {late_days} days late costs {sign}{late_penalty}. "
            "There is no other charge for paying late"
        ),
    ),
    "account_early": ("If you pay early", "at any time, free of charge; fees of instalments not yet billed are no longer charged"),
    "funders": ("Funded by", "{funders}"),
    "nothing_else": ("Statement", "nothing is charged beyond what this table lists"),
}

WORDS: Final[Mapping[str, Words]] = {"zh-CN": _ZH, "en": _EN}
