"""The chart of accounts, as data. Debits are positive, credits negative; memo accounts come in pairs."""

from typing import NamedTuple


class Account(NamedTuple):
    """One account: its code, what it is called, and the side on which it usually stands."""

    code: str
    en: str
    zh_cn: str
    side: str


CHART = (
    Account("asset.cash", "Cash clearing", "资金清算", "debit"),
    Account("asset.merchant", "Refunds due from merchants", "应收商户退款", "debit"),
    Account("asset.loan.principal", "Principal receivable", "贷款本金", "debit"),
    Account("asset.loan.interest", "Interest receivable", "应收利息", "debit"),
    Account("asset.loan.penalty", "Penalty receivable", "应收罚息", "debit"),
    Account("asset.loan.fee", "Fee receivable", "应收手续费", "debit"),
    Account("liability.borrower.credit", "Credit balances of borrowers", "借款人溢缴款", "credit"),
    Account("income.interest", "Interest income", "利息收入", "credit"),
    Account("income.penalty", "Penalty income", "罚息收入", "credit"),
    Account("income.fee", "Fee income from borrowers", "借款人手续费收入", "credit"),
    Account("income.fee.merchant", "Fee income from merchants", "商户贴息收入", "credit"),
    Account("income.recovery", "Recoveries after charge-off", "核销后收回", "credit"),
    Account("expense.waiver", "Waived interest, penalty and fees", "息费减免", "debit"),
    Account("expense.charge_off", "Charged off", "核销损失", "debit"),
    Account("memo.suspended", "Interest and penalty not taken as income", "表外应收利息", "debit"),
    Account("memo.suspended.contra", "Interest and penalty not taken as income, contra", "表外应收利息备抵", "credit"),
    Account("memo.claim", "Claims kept after charge-off", "账销案存债权", "debit"),
    Account("memo.claim.contra", "Claims kept after charge-off, contra", "账销案存债权备抵", "credit"),
)
HOUSE_CHART = (
    Account("liability.deposit", "Deposits held of bidders", "竞买保证金", "credit"),
    Account("liability.sale", "Prices of packages received, not transferred or paid back yet", "预收资产转让款", "credit"),
    Account("income.forfeit", "Deposits forfeited by bidders", "没收保证金收入", "credit"),
)
"""Accounts of money that is no customer's. Their balances follow from what stands in dossiers, as those of loans follow from facts."""
CODES = tuple(account.code for account in CHART)
HOUSE_CODES = tuple(account.code for account in HOUSE_CHART)
WHOLE_CHART = CHART + HOUSE_CHART
NOTHING_POSTED = (0,) * len(CHART)
