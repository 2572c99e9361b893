# ruff: noqa: E501
# fmt: off
"""Where each verb of the house stands in the API, and what it is for in English and Chinese: one line a verb, in the words of the trade.

`{loan}` names a customer and a loan at once (loan_17_3). A name in braces is the field of the verb that it fills, with or without `_id`.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Place(NamedTuple):
    """One line: the group in the reference, the path of the POST, and one sentence in English and Chinese."""

    tag: str
    path: str
    en: str
    zh: str


CUS: Final = "/customers/{customer}"
APP: Final = "/customers/{customer}/applications/{application}"
LOAN: Final = "/loans/{loan}"
CASE: Final = "/customers/{customer}/case"
TENDER: Final = "/tenders/{tender}"

PLACES: Final[Mapping[str, Place]] = {
    # Lines and loans
    "open_customer": Place("Customers", "/customers", "Open the file of a customer.", "开立客户档案。"),
    "open_line": Place("Limits", f"{CUS}/line", "Open a customer's line with its limits.", "开立客户的授信额度。"),
    "open_account": Place("Limits", f"{CUS}/accounts", "Open the pay-later account of a customer.", "开立先买后付账户。"),
    "draw": Place("Loans", f"{CUS}/loans", "Draw on the cash line: each draw is a loan of its own.", "在现金额度内借款：每次借款是一笔独立的贷款。"),
    "purchase": Place("Pay later", f"{LOAN}/purchases", "Buy on the pay-later account.", "用先买后付账户消费。"),
    "fund_by_merchant": Place("Pay later", f"{LOAN}/merchant_purchases", "Buy in instalments whose cost the merchant bears.", "商户贴息的分期消费。"),
    "repay": Place(
        "Repayments",
        f"{CUS}/repayments",
        "Book a repayment on one loan, or on whatever is owed first; what comes early is kept for the coming instalment.",
        "登记还款：指定贷款，或按先到期先还；提前到账的款项为下一期预存。",
    ),
    "prepay": Place("Repayments", f"{LOAN}/prepayments", "Repay principal before it is due; the answer tells the interest saved.", "提前归还部分本金；答复中列明节省的利息。"),
    "settle": Place("Repayments", f"{LOAN}/settlements", "Pay a loan off today, whatever it takes.", "当日结清贷款。"),
    "use_credit": Place("Repayments", f"{CUS}/credit_uses", "Use a customer's credit balance for what is owed.", "用客户的溢缴款抵还欠款。"),
    "convert": Place("Pay later", f"{LOAN}/conversions", "Turn a bill or a purchase into instalments.", "将账单或消费转为分期。"),
    "refund": Place("Pay later", f"{LOAN}/refunds", "Book what a merchant gives back.", "登记商户退款。"),
    "reverse": Place("Corrections", f"{LOAN}/reversals", "Reverse a fact of a loan: the correction is another fact.", "冲正贷款的一条记录：更正本身也是一条记录。"),
    "waive": Place("Corrections", f"{LOAN}/waivers", "Waive penalty, interest or fees that are owed.", "减免应收的罚息、利息或费用。"),
    "reschedule": Place("Corrections", f"{LOAN}/reschedulings", "Give what is left of a loan another schedule.", "对剩余贷款重新安排还款计划。"),
    "pause": Place("Corrections", f"{LOAN}/pauses", "Pause interest and due days for a while.", "在一段时间内暂停计息和到期。"),
    "mark_load_line": Place("Limits", f"{CUS}/load_line", "Draw the load line: what a borrower can carry.", "划定借款人的负债能力线：其能承受的负债。"),
    "set_limit": Place("Limits", f"{CUS}/line/limits", "Set the limits of a line, for good or until a day.", "设定额度，长期或到某日为止。"),
    "freeze": Place("Limits", f"{CUS}/line/freezes", "Freeze a line: nothing more is drawn.", "冻结额度：不再支用。"),
    "unfreeze": Place("Limits", f"{CUS}/line/unfreezes", "Lift a freeze.", "解除冻结。"),
    "close_line": Place("Limits", f"{CUS}/line/closures", "Close a line on which nothing is owed.", "关闭无欠款的额度。"),
    "charge_off": Place("Write-offs", f"{LOAN}/charge_offs", "Charge a loan off: it is still owed.", "核销贷款：债权仍在。"),
    "recover": Place("Write-offs", f"{LOAN}/recoveries", "Book money on a loan that was charged off.", "登记已核销贷款的回收款。"),
    # Origination
    "record_evidence": Place("Applications", f"{CUS}/evidence", "File what a source answered about an applicant.", "登记数据源对申请人的答复。"),
    "apply": Place("Applications", f"{CUS}/applications", "Apply for a line or a loan.", "提交借款申请。"),
    "withdraw_application": Place("Applications", f"{APP}/withdrawals", "Withdraw an application.", "撤回申请。"),
    "decide_application": Place("Applications", f"{APP}/decisions", "Let the engine decide on an application.", "由决策引擎审批申请。"),
    "claim_review": Place("Reviews", f"{APP}/review/claims", "Take an application for review.", "领取人工审核。"),
    "release_review": Place("Reviews", f"{APP}/review/releases", "Give an application back to the queue.", "退回审核队列。"),
    "request_documents": Place("Reviews", f"{APP}/documents/requests", "Ask the applicant for documents.", "要求申请人补充材料。"),
    "provide_documents": Place("Applications", f"{APP}/documents", "Hand in documents that were asked for.", "提交所要求的材料。"),
    "review": Place("Reviews", f"{APP}/review/opinions", "Give an opinion: approve, amend or decline.", "给出审核意见：通过、调整或拒绝。"),
    "approve_review": Place("Reviews", f"{APP}/review/approvals", "Agree with a reviewer's opinion, or send it back.", "复核审核意见：同意或退回。"),
    "accept_offer": Place("Applications", f"{APP}/signatures", "Sign an offer.", "签署要约。"),
    "demand_review": Place("Applications", f"{APP}/review/demands", "Ask that a person looks at a decision.", "要求人工复议。"),
    # Protection
    "grant_consent": Place("Protection", f"{CUS}/consents", "Grant a consent for one purpose.", "就一项用途给予同意。"),
    "withdraw_consent": Place("Protection", f"{CUS}/consents/withdrawals", "Withdraw a consent.", "撤回同意。"),
    "show_disclosure": Place("Protection", f"{CUS}/disclosures", "Show the table of what a loan costs all in.", "展示综合融资成本明示表。"),
    "confirm_disclosure": Place("Protection", f"{CUS}/disclosures/{{disclosure}}/confirmations", "Confirm a disclosure that was shown.", "确认已展示的成本明示表。"),
    "take_lesson": Place("Protection", f"{CUS}/lessons", "Answer the questions of a lesson.", "完成一节金融知识课。"),
    "file_complaint": Place("Complaints", f"{CUS}/complaints", "File a complaint.", "登记投诉。"),
    "classify_complaint": Place("Complaints", f"{CUS}/complaints/{{complaint}}/classes", "Say what kind of complaint it is, and who handles it.", "对投诉分类并指定经办人。"),
    "extend_complaint": Place("Complaints", f"{CUS}/complaints/{{complaint}}/extensions", "Extend the time for an answer.", "延长投诉答复期限。"),
    "answer_complaint": Place("Complaints", f"{CUS}/complaints/{{complaint}}/answers", "Answer a complaint.", "答复投诉。"),
    "close_complaint": Place("Complaints", f"{CUS}/complaints/{{complaint}}/closures", "Close a complaint that was answered.", "办结投诉。"),
    "bring_paper": Place("Protection", f"{CUS}/papers", "Put on file a paper that was sealed in the vault.", "登记已存入保险库的证明材料。"),
    # Collections
    "attempt_contact": Place("Contacts", f"{CUS}/contacts", "Ask the gate for a contact, and put it on record.", "请求联系许可并登记。"),
    "record_outcome": Place("Contacts", f"{CUS}/contacts/{{contact}}/outcomes", "Say what came of a contact.", "登记联系结果。"),
    "tell_contact_fact": Place("Contacts", f"{CUS}/contact_facts", "Record what limits how somebody may be contacted.", "登记影响联系方式的事实。"),
    "open_hardship": Place("Hardship", f"{CUS}/hardships", "Ask for relief in hardship.", "申请困难帮扶。"),
    "decide_hardship": Place("Hardship", f"{CUS}/hardships/{{hardship}}/decisions", "Decide on a request for relief.", "审批困难帮扶申请。"),
    "propose_plan": Place("Hardship", f"{CUS}/plans", "Propose a plan of payment.", "提出还款方案。"),
    "agree_plan": Place("Hardship", f"{LOAN}/plans/{{plan}}/agreements", "Agree to a plan.", "同意还款方案。"),
    "break_plan": Place("Hardship", f"{LOAN}/plans/{{plan}}/breaks", "End a plan that was not kept.", "终止未履行的方案。"),
    "keep_plan": Place("Hardship", f"{LOAN}/plans/{{plan}}/completions", "Say that a plan was kept.", "确认方案履行完毕。"),
    "note_trigger": Place("Risk classes", f"{CUS}/class_triggers", "Note what makes a loan riskier, or that it is over.", "登记风险分类触发事项。"),
    "prefer_reminders": Place("Reminders", f"{CUS}/reminder_preferences", "Say by which channels and when to be reminded.", "设定提醒渠道与时间。"),
    "queue_call": Place("Reminders", f"{CUS}/reminder_calls", "Put a reminder call on the queue.", "安排一次提醒电话。"),
    "send_reminder": Place("Reminders", f"{CUS}/reminders", "Send a reminder.", "发送提醒。"),
    "ask_debit": Place("Debits", f"{LOAN}/debits", "Ask the bank to debit what falls due.", "请求银行代扣到期款。"),
    "record_debit": Place("Debits", f"{LOAN}/debits/confirmations", "Record that a debit was made.", "登记代扣成功。"),
    "record_failed_debit": Place("Debits", f"{LOAN}/debits/failures", "Record that a debit failed, and why.", "登记代扣失败及原因。"),
    "record_receipt": Place("Reminders", f"{CUS}/receipts", "Record what a channel says became of a message.", "登记消息的送达回执。"),
    "open_case": Place("Collections", CASE, "Open the case of a customer who is late.", "为逾期客户开立催收案件。"),
    "move_case": Place("Collections", f"{CASE}/moves", "Move a case to another segment.", "调整案件分层。"),
    "close_case": Place("Collections", f"{CASE}/closures", "Close a case.", "结案。"),
    "claim_case": Place("Collections", f"{CASE}/claims", "Take a case.", "领取案件。"),
    "release_case": Place("Collections", f"{CASE}/releases", "Give a case back.", "退回案件。"),
    "follow_up": Place("Collections", f"{CASE}/follow_ups", "Note when to follow up.", "登记跟进日期。"),
    "make_promise": Place("Collections", f"{CUS}/promises", "Record a promise to pay.", "登记还款承诺。"),
    "settle_promise": Place("Collections", f"{CUS}/promises/{{promise}}/settlements", "Say what became of a promise.", "核定承诺的履行情况。"),
    "cancel_promise": Place("Collections", f"{CUS}/promises/{{promise}}/cancellations", "Cancel a promise.", "取消还款承诺。"),
    "note_outcome": Place("Collections", f"{CASE}/outcomes", "Note the outcome of a call by its code.", "按结果代码登记通话结果。"),
    "assign_treatment": Place("Collections", f"{CASE}/treatments", "Assign a treatment to a case.", "为案件指定处置方式。"),
    "escalate_case": Place("Collections", f"{CASE}/escalations", "Escalate a case to who has the skill.", "将案件升级给具备技能的人员。"),
    # Bureau and sanctions
    "give_adverse_notice": Place("Bureau", f"{LOAN}/adverse_notices", "Tell a borrower before anything adverse is reported.", "报送不良信息前告知借款人。"),
    "confirm_notice": Place("Bureau", f"{CUS}/adverse_notices/{{notice}}/confirmations", "Record what became of a notice.", "登记告知的送达情况。"),
    "report_records": Place("Bureau", f"{CUS}/bureau_records", "Report the records of a month.", "报送当月信贷记录。"),
    "dispute_record": Place("Bureau", f"{CUS}/disputes", "Dispute what was reported.", "对报送的记录提出异议。"),
    "answer_dispute": Place("Bureau", f"{CUS}/disputes/{{dispute}}/answers", "Answer a dispute.", "答复异议。"),
    "apply_sanction": Place("Sanctions", f"{LOAN}/sanctions", "Apply a sanction of the contract.", "适用合同约定的违约措施。"),
    "lift_sanction": Place("Sanctions", f"{LOAN}/sanctions/liftings", "Lift the sanctions on a loan.", "解除违约措施。"),
    "record_court_step": Place("Limitation", f"{LOAN}/court_steps", "Record a step of court proceedings about a loan.", "登记诉讼或执行进程。"),
    "record_interruption": Place("Limitation", f"{LOAN}/interruptions", "Record what interrupts the limitation period.", "登记诉讼时效中断事由。"),
    "warn_limitation": Place("Limitation", f"{LOAN}/limitation_warnings", "Warn that a limitation period is about to run out.", "提示诉讼时效即将届满。"),
    "place_with_agency": Place("Placements", f"{CUS}/placements", "Place a customer with an agency.", "将客户委托给委外机构。"),
    "recall_from_agency": Place("Placements", f"{CUS}/placements/recalls", "Take a placement back.", "撤回委托。"),
    # Monitoring
    "review_limit": Place("Monitoring", f"{CUS}/limit_reviews", "Look at a limit again by the rules of the day.", "按当日规则重检额度。"),
    "raise_limit": Place("Monitoring", f"{CUS}/limit_raises", "Raise a limit for somebody who can carry it.", "为有能力的客户提额。"),
    "freeze_late": Place("Monitoring", f"{CUS}/late_freezes", "Freeze the line of who is late.", "冻结逾期客户的额度。"),
    "unfreeze_cured": Place("Monitoring", f"{CUS}/late_freezes/cures", "Lift the freeze of who has paid.", "客户补缴后解除冻结。"),
    "expire_limit": Place("Monitoring", f"{CUS}/temporary_limits/expiries", "End a temporary limit whose day has come.", "临时额度到期失效。"),
    "object_to_limit": Place("Monitoring", f"{CUS}/limit_objections", "Object to a change of a limit.", "对额度调整提出异议。"),
    "raise_warning": Place("Monitoring", f"{CUS}/warnings", "Raise an early warning.", "发出早期预警。"),
    "close_warning": Place("Monitoring", f"{CUS}/warnings/closures", "Close a warning with what came of it.", "关闭预警并登记结果。"),
    "tell_shock": Place("Monitoring", "/shocks/{shock}", "Tell of a shock at an employer or in a region.", "登记雇主或区域冲击。"),
    "rank_warning": Place("Monitoring", f"{CUS}/warnings/ranks", "Put a warning at another rank.", "调整预警排序。"),
    "assess_limit": Place("Monitoring", f"{CUS}/limit_assessments", "Assess a limit as is done every year.", "年度额度重评。"),
    "recall_early": Place("Monitoring", f"{LOAN}/early_recalls", "Call a loan back early.", "提前收回贷款。"),
    "object_to_recall": Place("Monitoring", f"{LOAN}/early_recalls/objections", "Object to an early recall.", "对提前收回提出异议。"),
    "answer_recall": Place("Monitoring", f"{LOAN}/early_recalls/answers", "Answer an objection to a recall.", "答复提前收回异议。"),
    "enforce_recall": Place("Monitoring", f"{LOAN}/early_recalls/enforcements", "Make everything due after a recall.", "执行提前到期。"),
    "note_class": Place("Risk classes", f"{LOAN}/risk_classes", "Note the risk class of a loan.", "登记贷款风险分类。"),
    "note_over_extension": Place("Monitoring", f"{CUS}/over_extension", "Note how far a customer is over the load line.", "登记客户超载程度。"),
    "note_signals": Place("Monitoring", f"{CUS}/signals", "Note which signals of events are newly lit.", "登记新触发的事件信号。"),
    # Disposal
    "propose_write_off": Place("Write-offs", f"{LOAN}/write_offs", "Propose to write a loan off.", "提出核销申请。"),
    "decide_write_off": Place("Write-offs", f"{LOAN}/write_offs/decisions", "Decide on a write-off that was proposed.", "审批核销。"),
    "transfer_claim": Place("Packages", f"{LOAN}/transfers", "Transfer a claim to who bought it.", "向受让方转让债权。"),
    "put_back_claim": Place("Packages", f"{LOAN}/put_backs", "Take a claim back that should not have been sold.", "回购不应转让的债权。"),
    # Treasury
    "fund_loan": Place("Funding", f"{LOAN}/funding", "Say who funds a loan, in which shares.", "确定贷款的出资方及比例。"),
    "move_share": Place("Funding", f"{LOAN}/share_moves", "Move a funder's share.", "转移出资份额。"),
    # Agencies
    "register_agency": Place("Agencies", "/agencies", "Register an agency.", "登记委外机构。"),
    "amend_agency": Place("Agencies", "/agencies/{agency}/amendments", "Amend what is on record of an agency.", "变更机构信息。"),
    "suspend_agency": Place("Agencies", "/agencies/{agency}/suspensions", "Suspend an agency.", "暂停机构。"),
    "resume_agency": Place("Agencies", "/agencies/{agency}/resumptions", "Let an agency work again.", "恢复机构。"),
    "review_agency": Place("Agencies", "/agencies/{agency}/reviews", "Record the review of an agency.", "登记机构评估。"),
    "audit_calls": Place("Agencies", "/agencies/{agency}/call_audits", "Record the audit of an agency's calls.", "登记机构录音质检。"),
    "file_placements": Place("Agencies", "/agencies/{agency}/placement_files", "Record the file of what was placed.", "登记委案文件。"),
    "reconcile_agency": Place("Agencies", "/agencies/{agency}/reconciliations", "Record what an agency's statement differs in.", "登记与机构的对账差异。"),
    # Packages, bidders, tenders
    "open_package": Place("Packages", "/packages", "Open a package of bad loans.", "建立不良贷款资产包。"),
    "fill_package": Place("Packages", "/packages/{package}/parts", "Put loans into a package.", "向资产包加入贷款。"),
    "freeze_package": Place("Packages", "/packages/{package}/freezes", "Freeze a package for sale.", "封包待售。"),
    "withdraw_package": Place("Packages", "/packages/{package}/withdrawals", "Withdraw a package.", "撤回资产包。"),
    "sell_package": Place("Packages", "/packages/{package}/sales", "Record that a package is sold.", "登记资产包成交。"),
    "close_package": Place("Packages", "/packages/{package}/closures", "Close a package with its account.", "资产包结账。"),
    "return_loan": Place("Packages", "/packages/{package}/returns", "Return a loan of a package.", "退回资产包中的贷款。"),
    "pay_buyer": Place("Packages", "/packages/{package}/buyer_payments", "Record a payment to the buyer of a package.", "登记向受让方的付款。"),
    "note_conduct": Place("Packages", "/packages/{package}/conduct_reports", "Note how the buyer of a package behaves.", "登记受让方受让后的催收行为。"),
    "register_bidder": Place("Tenders", "/bidders", "Register a bidder.", "登记竞买人。"),
    "qualify_bidder": Place("Tenders", "/bidders/{bidder}/qualifications", "Qualify a bidder until a day.", "认定竞买人资格。"),
    "open_tender": Place("Tenders", "/tenders", "Open a tender for a package.", "发布资产包竞价。"),
    "add_document": Place("Tenders", f"{TENDER}/documents", "Put a document into the data room.", "向资料室添加文件。"),
    "join_tender": Place("Tenders", f"{TENDER}/participants", "Join a tender on its terms.", "接受条件并参加竞价。"),
    "pay_deposit": Place("Tenders", f"{TENDER}/deposits", "Record a bidder's deposit.", "登记保证金。"),
    "return_deposit": Place("Tenders", f"{TENDER}/deposits/returns", "Record that a deposit went back.", "登记保证金退还。"),
    "open_document": Place("Tenders", f"{TENDER}/documents/{{document}}/openings", "Open a document of the data room, on record.", "查阅资料室文件并留痕。"),
    "ask_question": Place("Tenders", f"{TENDER}/questions", "Ask a question about a package.", "就资产包提问。"),
    "answer_question": Place("Tenders", f"{TENDER}/questions/{{question}}/answers", "Answer a question, for all bidders to see.", "向全体竞买人答复问题。"),
    "commit_bid": Place("Tenders", f"{TENDER}/bids", "Commit to a sealed bid by its hash.", "提交密封报价的哈希。"),
    "retract_bid": Place("Tenders", f"{TENDER}/bids/retractions", "Retract a sealed bid before the time is over.", "截止前撤回密封报价。"),
    "reveal_bid": Place("Tenders", f"{TENDER}/bids/openings", "Open a sealed bid.", "开启密封报价。"),
    "call_bid": Place("Tenders", f"{TENDER}/calls", "Bid openly.", "公开出价。"),
    "decide_tender": Place("Tenders", f"{TENDER}/decisions", "Decide a tender by its rules.", "按规则确定中标结果。"),
    "confirm_sale": Place("Tenders", f"{TENDER}/contracts", "Confirm the sale by its contract.", "以合同确认成交。"),
    "pay_price": Place("Tenders", f"{TENDER}/payments", "Record that the price was paid.", "登记转让价款到账。"),
    "fail_sale": Place("Tenders", f"{TENDER}/failures", "Record that the sale fell through.", "登记交易失败。"),
    "cancel_tender": Place("Tenders", f"{TENDER}/cancellations", "Cancel a tender.", "取消竞价。"),
    # Funders
    "register_funder": Place("Funding", "/funders", "Register a funder with its terms.", "登记资金方及其条件。"),
    "amend_funder": Place("Funding", "/funders/{funder}/amendments", "Amend the terms of a funder.", "变更资金方条件。"),
    "assess_investor": Place("Funding", "/funders/{funder}/assessments", "Assess what suits an investor.", "登记投资者适当性评估。"),
    "close_funder": Place("Funding", "/funders/{funder}/closures", "Take no more money of a funder.", "停止使用资金方。"),
    "file_settlement": Place("Funding", "/funders/{funder}/settlements", "File the settlement of a day.", "登记当日清算。"),
    "set_throttle": Place("Funding", "/throttles/{throttle}", "Set how much new lending liquidity allows.", "按流动性设定放款节奏。"),
    "state_cash": Place("Funding", "/cash/{cash}", "State the cash in hand of a currency.", "登记某币种的在手现金。"),
}
