"""What one may be allowed to do: one closed list, each with a line for people. Who is allowed what stands in `policy/access/roles.yaml`.

A permission is a thing and what is done with it. Verbs of the house name theirs in `verbs.py`, operations of the API in their line.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """One thing that may be done, in the words under which policy gives it."""

    CUSTOMER_OPEN = "customer.open"
    CUSTOMER_READ = "customer.read"
    CUSTOMER_SEARCH = "customer.search"
    CUSTOMER_PLACE = "customer.place"
    PERSONAL_REVEAL = "personal.reveal"
    PERSONAL_WRITE = "personal.write"
    PERSONAL_EXPORT = "personal.export"
    PERSONAL_ERASE = "personal.erase"
    PREFERENCE_SET = "preference.set"
    LINE_OPEN = "line.open"
    LINE_CLOSE = "line.close"
    LIMIT_CHANGE = "limit.change"
    LIMIT_REVIEW = "limit.review"
    LIMIT_FREEZE = "limit.freeze"
    LIMIT_UNFREEZE = "limit.unfreeze"
    LIMIT_OBJECT = "limit.object"
    LOAD_LINE_MARK = "load_line.mark"
    LOAN_READ = "loan.read"
    LOAN_QUOTE = "loan.quote"
    LOAN_DRAW = "loan.draw"
    LOAN_PURCHASE = "loan.purchase"
    LOAN_REFUND = "loan.refund"
    LOAN_REPAY = "loan.repay"
    CREDIT_USE = "credit.use"
    LOAN_CONVERT = "loan.convert"
    LOAN_REVERSE = "loan.reverse"
    LOAN_WAIVE = "loan.waive"
    LOAN_RESCHEDULE = "loan.reschedule"
    LOAN_CHARGE_OFF = "loan.charge_off"
    LOAN_RECOVER = "loan.recover"
    DEBIT_RUN = "debit.run"
    APPLICATION_MAKE = "application.make"
    APPLICATION_READ = "application.read"
    APPLICATION_DECIDE = "application.decide"
    APPLICATION_SIGN = "application.sign"
    APPLICATION_CONTEST = "application.contest"
    EVIDENCE_RECORD = "evidence.record"
    DECISION_READ = "decision.read"
    REVIEW_READ = "review.read"
    REVIEW_CLAIM = "review.claim"
    REVIEW_WORK = "review.work"
    REVIEW_APPROVE = "review.approve"
    CONSENT_GIVE = "consent.give"
    CONSENT_READ = "consent.read"
    DISCLOSURE_SHOW = "disclosure.show"
    DISCLOSURE_CONFIRM = "disclosure.confirm"
    COMPLAINT_FILE = "complaint.file"
    COMPLAINT_READ = "complaint.read"
    COMPLAINT_HANDLE = "complaint.handle"
    COMPLAINT_EXTEND = "complaint.extend"
    HARDSHIP_ASK = "hardship.ask"
    HARDSHIP_DECIDE = "hardship.decide"
    PLAN_PROPOSE = "plan.propose"
    PLAN_AGREE = "plan.agree"
    PLAN_END = "plan.end"
    CONTACT_MAKE = "contact.make"
    CONTACT_TELL = "contact.tell"
    REMINDER_SEND = "reminder.send"
    CASE_READ = "case.read"
    CASE_RUN = "case.run"
    CASE_CLAIM = "case.claim"
    CASE_WORK = "case.work"
    CASE_ESCALATE = "case.escalate"
    CLASS_NOTE = "class.note"
    WARNING_READ = "warning.read"
    WARNING_RAISE = "warning.raise"
    WARNING_CLOSE = "warning.close"
    RECALL_DEMAND = "recall.demand"
    RECALL_OBJECT = "recall.object"
    RECALL_ANSWER = "recall.answer"
    BUREAU_READ = "bureau.read"
    BUREAU_REPORT = "bureau.report"
    DISPUTE_FILE = "dispute.file"
    DISPUTE_ANSWER = "dispute.answer"
    SANCTION_APPLY = "sanction.apply"
    SANCTION_LIFT = "sanction.lift"
    LIMITATION_NOTE = "limitation.note"
    AGENCY_READ = "agency.read"
    AGENCY_REGISTER = "agency.register"
    AGENCY_SUSPEND = "agency.suspend"
    AGENCY_RESUME = "agency.resume"
    AGENCY_REVIEW = "agency.review"
    AGENCY_PLACE = "agency.place"
    AGENCY_RECONCILE = "agency.reconcile"
    WRITE_OFF_PROPOSE = "write_off.propose"
    WRITE_OFF_DECIDE = "write_off.decide"
    PACKAGE_READ = "package.read"
    PACKAGE_MAKE = "package.make"
    PACKAGE_SELL = "package.sell"
    CLAIM_TRANSFER = "claim.transfer"
    BIDDER_READ = "bidder.read"
    BIDDER_REGISTER = "bidder.register"
    BIDDER_QUALIFY = "bidder.qualify"
    TENDER_READ = "tender.read"
    TENDER_RUN = "tender.run"
    TENDER_BID = "tender.bid"
    TENDER_CASH = "tender.cash"
    TENDER_DECIDE = "tender.decide"
    TENDER_CONFIRM = "tender.confirm"
    FUNDER_READ = "funder.read"
    FUNDER_REGISTER = "funder.register"
    FUNDER_ALLOT = "funder.allot"
    FUNDER_SETTLE = "funder.settle"
    SHARE_MOVE = "share.move"
    TREASURY_READ = "treasury.read"
    THROTTLE_SET = "throttle.set"
    CASH_STATE = "cash.state"
    PORTFOLIO_READ = "portfolio.read"
    LEDGER_READ = "ledger.read"
    CLOSE_READ = "close.read"
    CLOSE_RUN = "close.run"
    PRODUCT_READ = "product.read"
    RULE_READ = "rule.read"
    POLICY_EDIT = "policy.edit"
    POLICY_ACTIVATE = "policy.activate"
    MODEL_READ = "model.read"
    MODEL_VALIDATE = "model.validate"
    IMPORT_MAKE = "import.make"
    IMPORT_APPLY = "import.apply"
    EXPORT_MAKE = "export.make"
    EVENT_READ = "event.read"
    HOOK_MANAGE = "hook.manage"
    APPROVAL_READ = "approval.read"
    APPROVAL_CHECK = "approval.check"
    USER_READ = "user.read"
    USER_MANAGE = "user.manage"
    ROLE_READ = "role.read"
    ROLE_GRANT = "role.grant"
    KEY_MANAGE = "key.manage"
    GLASS_ASK = "glass.ask"
    GLASS_APPROVE = "glass.approve"
    GLASS_REVIEW = "glass.review"
    AUDIT_READ = "audit.read"
    AUDIT_SEAL = "audit.seal"
    SANDBOX_PLAY = "sandbox.play"


SAID: Final[Mapping[str, tuple[str, str]]] = {
    "customer.open": ("open a customer", "开立客户"),
    "customer.read": ("read a customer's file, without personal data", "查看客户档案（不含个人信息）"),
    "customer.search": ("look for customers", "查找客户"),
    "customer.place": ("say which unit a customer belongs to", "指定客户所属机构"),
    "personal.reveal": ("see personal data, each look on record", "查看个人信息（逐次留痕）"),
    "personal.write": ("put personal data in the vault", "登记个人信息"),
    "personal.export": ("give a person all that is held about them", "向本人提供其全部个人信息"),
    "personal.erase": ("erase a person's data", "删除个人信息"),
    "preference.set": ("say how one wants to be reminded", "设置提醒方式"),
    "line.open": ("open a line or a pay-later account", "开立额度或先买后付账户"),
    "line.close": ("close a line for good", "关闭额度"),
    "limit.change": ("set a limit by hand", "人工调整额度"),
    "limit.review": ("review a limit by policy", "按政策重检额度"),
    "limit.freeze": ("freeze a line", "冻结额度"),
    "limit.unfreeze": ("unfreeze a line", "解冻额度"),
    "limit.object": ("object to a change of one's limit", "对额度调整提出异议"),
    "load_line.mark": ("mark how much a borrower can carry", "标定负债能力线"),
    "loan.read": ("read loans, schedules and bills", "查看贷款、还款计划和账单"),
    "loan.quote": ("ask what something would cost", "试算"),
    "loan.draw": ("draw a loan", "支用贷款"),
    "loan.purchase": ("buy now and pay later", "先买后付消费"),
    "loan.refund": ("give back what was paid for a purchase", "消费退款"),
    "loan.repay": ("repay, prepay or settle", "还款、提前还款、结清"),
    "credit.use": ("pay with the customer's credit", "使用溢缴款还款"),
    "loan.convert": ("turn a bill or a purchase into instalments", "账单或消费分期"),
    "loan.reverse": ("undo an earlier fact", "冲正"),
    "loan.waive": ("forgive penalty, interest or fee", "减免罚息、利息或费用"),
    "loan.reschedule": ("put a loan on new terms", "变更贷款条款"),
    "loan.charge_off": ("take a loan out of the assets", "核销贷款"),
    "loan.recover": ("book cash on a charged-off claim", "登记核销后回收款"),
    "debit.run": ("ask for debits and book what came of them", "发起并登记代扣"),
    "application.make": ("apply, and complete or withdraw it", "提交、补充或撤回申请"),
    "application.read": ("read applications and offers", "查看申请和要约"),
    "application.decide": ("have an application decided by the engine", "提交引擎决策"),
    "application.sign": ("sign an offer", "签署要约"),
    "application.contest": ("ask for a person instead of the machine", "要求人工复核"),
    "evidence.record": ("put on file what a source answered", "登记外部数据"),
    "decision.read": ("read how a decision came about", "查看决策说明"),
    "review.read": ("see the queue of reviews", "查看人工审核队列"),
    "review.claim": ("take a review from the queue", "领取审核任务"),
    "review.work": ("work on a review and decide it", "办理人工审核"),
    "review.approve": ("be the second pair of eyes on a review", "复核人工审核结论"),
    "consent.give": ("consent to a use of data, or end it", "授权或撤回授权"),
    "consent.read": ("read the ledger of consents", "查看授权记录"),
    "disclosure.show": ("show what something costs in all", "出示综合成本披露"),
    "disclosure.confirm": ("confirm having read the costs and the lesson", "确认已阅读披露和教育内容"),
    "complaint.file": ("complain", "提出投诉"),
    "complaint.read": ("read complaints", "查看投诉"),
    "complaint.handle": ("classify, answer and close complaints", "受理、答复和办结投诉"),
    "complaint.extend": ("give a complex complaint more time", "延长投诉办理期限"),
    "hardship.ask": ("tell of difficulty in paying", "申请困难帮扶"),
    "hardship.decide": ("decide on a request of a borrower in difficulty", "审批困难帮扶"),
    "plan.propose": ("propose a plan", "提出还款方案"),
    "plan.agree": ("agree to a plan", "同意还款方案"),
    "plan.end": ("end a plan as kept or broken", "确认方案履行或违约"),
    "contact.make": ("contact a borrower through the gate, and say what came of it", "经触达闸门联系借款人并登记结果"),
    "contact.tell": ("tell what the gate has to know", "登记影响触达的事实"),
    "reminder.send": ("send reminders and book their receipts", "发送提醒并登记回执"),
    "case.read": ("see collection cases", "查看催收案件"),
    "case.run": ("open, move and close cases by policy", "按政策开立、流转和关闭案件"),
    "case.claim": ("take a case from the queue", "领取案件"),
    "case.work": ("work a case: promises, days, releases", "办理案件：承诺、跟进、释放"),
    "case.escalate": ("hand a case to somebody with another skill", "升级案件"),
    "class.note": ("put on record what a loan's class goes by", "登记分类触发事项"),
    "warning.read": ("read early warnings", "查看预警"),
    "warning.raise": ("raise and rank early warnings", "发出和调整预警"),
    "warning.close": ("close an early warning", "关闭预警"),
    "recall.demand": ("demand a loan back early", "宣布提前到期"),
    "recall.object": ("object to an early recall", "对提前到期提出异议"),
    "recall.answer": ("answer such an objection", "答复提前到期异议"),
    "bureau.read": ("read what is told to the credit bureau", "查看征信报送"),
    "bureau.report": ("give notices and report to the credit bureau", "不良告知与征信报送"),
    "dispute.file": ("dispute a record at the credit bureau", "提出征信异议"),
    "dispute.answer": ("answer such a dispute", "答复征信异议"),
    "sanction.apply": ("apply a sanction of the table", "实施约束措施"),
    "sanction.lift": ("lift a sanction", "解除约束措施"),
    "limitation.note": ("note what limitation goes by", "登记诉讼时效事项"),
    "agency.read": ("read about an agency and its placements", "查看委外机构及其委托案件"),
    "agency.register": ("register and amend agencies", "登记和变更委外机构"),
    "agency.suspend": ("suspend an agency", "暂停委外机构"),
    "agency.resume": ("let an agency go on", "恢复委外机构"),
    "agency.review": ("evaluate agencies and audit their calls", "评估委外机构并抽检录音"),
    "agency.place": ("place customers with agencies and call them back", "委托与收回案件"),
    "agency.reconcile": ("compare an agency's statement with what came", "与委外机构对账"),
    "write_off.propose": ("propose a write-off", "提出核销"),
    "write_off.decide": ("decide on a write-off", "审批核销"),
    "package.read": ("read packages of bad loans", "查看不良资产包"),
    "package.make": ("make packages of bad loans", "组建不良资产包"),
    "package.sell": ("sell a package and close its account", "出售资产包并结清"),
    "claim.transfer": ("transfer a claim, or take it back", "转让或回转债权"),
    "bidder.read": ("read about bidders", "查看竞买人"),
    "bidder.register": ("register a bidder", "登记竞买人"),
    "bidder.qualify": ("say that a bidder may buy", "审核竞买人资格"),
    "tender.read": ("read tenders and their papers", "查看竞价"),
    "tender.run": ("run a tender", "组织竞价"),
    "tender.bid": ("take part in a tender and bid", "参与竞价"),
    "tender.cash": ("book deposits and prices that came in", "登记保证金和价款"),
    "tender.decide": ("decide who buys", "确定受让人"),
    "tender.confirm": ("sign for a sale", "确认成交"),
    "funder.read": ("read about a funder, its loans and settlements", "查看资金方及其结算"),
    "funder.register": ("register, amend and close funders", "登记、变更和终止资金方"),
    "funder.allot": ("say whose a loan is", "分配贷款出资"),
    "funder.settle": ("file a settlement with a funder", "与资金方结算"),
    "share.move": ("move a funder's part", "转移资金方份额"),
    "treasury.read": ("read liquidity and funding", "查看流动性与资金"),
    "throttle.set": ("say how much new lending is granted", "设定放款节流"),
    "cash.state": ("state the cash in hand", "登记在手现金"),
    "portfolio.read": ("read reports of the portfolio", "查看组合报表"),
    "ledger.read": ("read the ledger", "查看总账"),
    "close.read": ("see how the close stands", "查看日终"),
    "close.run": ("close a day", "执行日终"),
    "product.read": ("read what is offered", "查看产品"),
    "rule.read": ("read the rulebook", "查看规则库"),
    "policy.edit": ("draft policy tables", "起草策略"),
    "policy.activate": ("put a policy table or model into force", "启用策略或模型"),
    "model.read": ("read models and how they do", "查看模型及其表现"),
    "model.validate": ("validate models", "验证模型"),
    "import.make": ("upload and check a file", "上传并校验批量文件"),
    "import.apply": ("apply a checked file", "执行批量文件"),
    "export.make": ("take records out in bulk", "批量导出"),
    "event.read": ("read events", "查看事件"),
    "hook.manage": ("manage webhooks", "管理回调"),
    "approval.read": ("see what waits for a second pair of eyes", "查看待复核事项"),
    "approval.check": ("agree or reject as the second pair of eyes", "复核"),
    "user.read": ("see who works here", "查看用户"),
    "user.manage": ("make, lock and close users", "管理用户"),
    "role.read": ("read roles and permissions", "查看角色与权限"),
    "role.grant": ("give and take roles", "授予和收回角色"),
    "key.manage": ("make and rotate keys of machines", "管理接口密钥"),
    "glass.ask": ("ask for emergency access", "申请紧急权限"),
    "glass.approve": ("agree to emergency access", "批准紧急权限"),
    "glass.review": ("look afterwards at what was done in an emergency", "事后审查紧急权限"),
    "audit.read": ("read and verify the audit chain", "查看并验证审计链"),
    "audit.seal": ("seal the audit chain", "封存审计链"),
    "sandbox.play": ("use test clocks and simulators", "使用测试时钟与模拟器"),
}
"""What each permission lets one do, en and zh-CN, after "may"."""

READ_OF_DOSSIER: Final[Mapping[str, Permission]] = {
    "agency": Permission.AGENCY_READ,
    "package": Permission.PACKAGE_READ,
    "bidder": Permission.BIDDER_READ,
    "tender": Permission.TENDER_READ,
    "funder": Permission.FUNDER_READ,
    "shock": Permission.WARNING_READ,
    "throttle": Permission.TREASURY_READ,
    "cash": Permission.TREASURY_READ,
}
"""By what permission a kind of dossier is seen."""
