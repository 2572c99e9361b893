"""What happened to a customer's debt, in order: payments and changes of loans, contacts, promises, requests for help, plans, complaints."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from plimsoll.loan.book import Held
from plimsoll.loan.facts import NAMES
from plimsoll.loan.filing import Filing, read_body
from plimsoll.loan.layout import (
    CHARGED_OFF_FACT,
    PAUSED,
    RECOVERED,
    REFUNDED,
    REPAID,
    RESCHEDULED,
    REVERSED,
    SETTLED,
    TRANSFERRED,
    WAIVED,
)
from plimsoll.units.dates import day_text
from plimsoll.units.money import text_of

OF_LOANS: Final = (REPAID, SETTLED, REFUNDED, WAIVED, REVERSED, RESCHEDULED, PAUSED, CHARGED_OFF_FACT, RECOVERED, TRANSFERRED)
TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "repaid": ("还款", "paid"),
    "settled": ("结清", "settled"),
    "refunded": ("退款", "refunded"),
    "waived": ("减免", "waived"),
    "reversed": ("冲正", "reversed"),
    "rescheduled": ("重定还款计划", "rescheduled"),
    "paused": ("暂停计息", "paused"),
    "charged_off": ("核销", "charged off"),
    "recovered": ("核销后收回", "recovered"),
    "transferred": ("债权转让", "claim transferred"),
    "case.opened": ("建案", "case opened"),
    "case.moved": ("案件重评", "case assessed again"),
    "case.closed": ("结案", "case closed"),
    "case.claimed": ("领取案件", "case claimed"),
    "case.released": ("释放案件", "case released"),
    "case.follow_up": ("设定跟进", "follow-up set"),
    "case.escalated": ("升级处理", "case passed on"),
    "case.contacted": ("联系结果", "outcome of a contact"),
    "treatment.assigned": ("分派措施", "treatment given"),
    "promise.made": ("承诺还款", "promise made"),
    "promise.kept": ("承诺已履行", "promise kept"),
    "promise.partial": ("承诺部分履行", "promise kept in part"),
    "promise.broken": ("承诺未履行", "promise broken"),
    "promise.cancelled": ("承诺取消", "promise cancelled"),
    "contact.attempted": ("联系", "contact"),
    "contact.denied": ("联系被规则拦截", "contact denied"),
    "contact.outcome": ("联系结果", "came of a contact"),
    "contact.fact": ("告知事实", "told the gate"),
    "reminder.sent": ("提醒已发", "reminder sent"),
    "autopay.failed": ("扣款失败", "debit failed"),
    "complaint.filed": ("投诉", "complaint"),
    "complaint.closed": ("投诉办结", "complaint closed"),
    "collection.stopped": ("停止催收", "collection stopped"),
    "collection.resumed": ("恢复催收", "collection resumed"),
    "hardship.opened": ("困难申请", "request for help"),
    "hardship.decided": ("困难申请决定", "request decided"),
    "hardship.lapsed": ("受理后逾期未定方案，可恢复催收", "accepted, and no plan by its day: collection may go on"),
    "hardship.closed": ("困难申请办结", "request over"),
    "plan.started": ("还款方案开始", "plan started"),
    "plan.broken": ("还款方案违约", "plan broken"),
    "plan.kept": ("还款方案履行完毕", "plan kept"),
    "dispute.opened": ("征信异议", "dispute of what was reported"),
    "dispute.answered": ("异议答复", "dispute answered"),
    "adverse.notice": ("不良信息告知", "notice before reporting"),
    "sanction.applied": ("限制措施", "sanction applied"),
    "sanction.lifted": ("解除限制", "sanction lifted"),
    "recall.demanded": ("要求提前还款", "early repayment demanded"),
    "class.changed": ("分类变化", "class changed"),
    "adverse.delivered": ("告知送达情况", "what became of the notice"),
    "bureau.adverse": ("首次报送不良信息", "default reported to the bureau"),
    "limitation.interrupted": ("诉讼时效中断", "limitation begins anew"),
    "court.step": ("诉讼或执行进程", "step before a court"),
    "placement.made": ("委外", "placed with an agency"),
    "placement.ended": ("委外结束", "called back from an agency"),
}
"""What is shown, by kind of fact or filing: in zh-CN and en. Everything else of the file is not about the debt."""

SHOWN: Final = (
    "code",
    "outcome",
    "channel",
    "purpose",
    "by",
    "rule",
    "state",
    "why",
    "reason",
    "fact",
    "skill",
    "treatment",
    "step",
    "five_class",
    "agency",
    "failure",
    "sanction",
    "what",
    "about",
)
"""Words of a body that are shown as they are."""


class Event(NamedTuple):
    """One thing that happened: the day it took effect, the instant it was recorded (None for a fact of a loan), and what."""

    on: int
    at: datetime | None
    kind: str
    subject: str
    actor: str
    detail: str

    def title(self, language: str) -> str:
        """Give what it is called."""
        return TITLES[self.kind][0 if language == "zh-CN" else 1]


def timeline(filings: Iterable[Filing], loans: Iterable[Held], since: int = 0) -> tuple[Event, ...]:
    """Give what happened from a day on, oldest first; on one day loans come before the file. Loans come with their facts."""
    events = [event for held in loans for event in _of_loan(held)]
    events += [Event(one.on, one.at, one.kind, one.subject, one.actor, _detail(read_body(one))) for one in filings if one.kind in TITLES]
    return tuple(sorted((one for one in events if one.on >= since), key=lambda one: one.on))


def _of_loan(held: Held) -> list[Event]:
    assert held.facts is not None, f"loan {held.loan_id}: its history is told"
    currency = held.terms.currency
    return [
        Event(fact.on, None, NAMES[fact.kind], f"loan {held.loan_id}", "", f"{text_of(fact.amount_minor, currency)} {currency}")
        if fact.amount_minor
        else Event(fact.on, None, NAMES[fact.kind], f"loan {held.loan_id}", "", f"fact {fact.a}" if fact.kind == REVERSED else "")
        for fact in held.facts
        if fact.kind in OF_LOANS
    ]


def _detail(said: Mapping[str, Any]) -> str:
    """Give in one line what a body says: amounts with their currency, days, and the words that are shown."""
    parts = list(dict.fromkeys(str(said[name]) for name in SHOWN if said.get(name) and isinstance(said[name], str)))
    currency = said.get("currency", "")
    for name, word in (("amount_minor", ""), ("paid_minor", "paid "), ("owed_minor", "owed ")):
        if name in said and currency:
            parts.append(f"{word}{text_of(said[name], currency)} {currency}")
    if isinstance(said.get("due_on"), int) and said["due_on"] > 0:
        parts.append(f"until {day_text(said['due_on'])}")
    return ", ".join(parts)
