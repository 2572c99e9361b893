"""What the agreement on a plan says: the balance, what is waived, every payment, whether anything accrues, and the terms around it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from plimsoll.loan.filing import Filing, read_body
from plimsoll.loan.terms import LoanRate
from plimsoll.protection.contract import LABELS
from plimsoll.risk.parameters import figures
from plimsoll.risk.plan.progress import RULE
from plimsoll.risk.plan.record import COUNTERED, PROPOSED, STARTED
from plimsoll.rulebook.rules import Rules
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

PLAN: Final = "plan:"
"""How a contract about a plan is asked for: plan:ID."""
PER_CENT: Final = 10_000
"""Hundredths of a per cent in a whole."""
YEAR: Final = 365

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh-CN": {
        "costs": "还款计划",
        "balance": "欠款余额",
        "made_of": "{total} {currency}（本金{principal}、利息{interest}、罚息{penalty}、费用{fee}）",
        "waived": "减免",
        "waived_of": "{total} {currency}（罚息{penalty}、利息{interest}）",
        "nothing": "无",
        "payments": "还款",
        "payments_of": "{count}期，自{first}至{last}，共{total} {currency}",
        "interest": "利息",
        "accrues": "按年利率{rate}%对未还本金计息",
        "rests": "不计息",
        "penalty": "罚息",
        "penalty_accrues": "按期还款不计罚息；逾期部分的本金按年{rate}%计收",
        "penalty_rests": "不计罚息",
        "fee": "费用",
        "fee_of": "随各期收取，共{fee} {currency}",
        "no_fee": "不收取任何费用",
        "penalty_back": "协议期间的罚息按原合同补收",
        "no_penalty_back": "协议期间的罚息不予追收",
        "cost": "本协议下还款总额与本金之差",
        "loan": "原借款",
        "draft": "（草案，按{on}的欠款计算）",
        "drawn": "计算日期",
    },
    "en": {
        "costs": "Payments",
        "balance": "Balance",
        "made_of": "{total} {currency} (principal {principal}, interest {interest}, penalty {penalty}, fees {fee})",
        "waived": "Waived",
        "waived_of": "{total} {currency} (penalty {penalty}, interest {interest})",
        "nothing": "nothing",
        "payments": "Payments",
        "payments_of": "{count}, from {first} to {last}, {total} {currency} in all",
        "interest": "Interest",
        "accrues": "accrues at {rate} % a year on the principal not yet repaid",
        "rests": "none accrues",
        "penalty": "Penalty",
        "penalty_accrues": "none while the plan is kept; late principal bears {rate} % a year",
        "penalty_rests": "none accrues",
        "fee": "Fees",
        "fee_of": "{fee} {currency} in all, with the instalments",
        "no_fee": "none are charged",
        "penalty_back": "the penalty of the contract for the time of the plan is asked too",
        "no_penalty_back": "no penalty is asked for the time of the plan",
        "cost": "What is paid beyond the principal",
        "loan": "Loan",
        "draft": " (draft, with the debt of {on})",
        "drawn": "Worked out on",
    },
}


def plan_contract_of(
    filings: Sequence[Filing], plan_id: str, parties: Mapping[str, str], language: str, rules: Rules
) -> dict[str, Any] | Refused:
    """Give the agreement on a plan as plain values, in one language: as it started, or, while it waits, a draft of it.

    `parties` holds the borrower's data, masked. Refuses plan_unknown, plan_not_ready (it was answered with another one).
    """
    filed = [one for one in filings if one.subject == plan_id and one.kind in (PROPOSED, STARTED)]
    if not filed:
        return Refused("plan_unknown", "", plan_id)
    said = read_body(filed[-1])
    if said.get("state") == COUNTERED:
        return Refused("plan_not_ready", "", f"{plan_id} is {COUNTERED}")
    words, labels, agreed = WORDS[language], LABELS[language], said["agreed"]
    on = date.fromordinal(agreed["drawn_on"])
    limits = {**figures(rules, RULE, on), **figures(rules, "POLICY.PLAN.EXTENSION", on)}
    back = "penalty_back" if rules.value("POLICY.PLAN.RESTORE.PENALTY", on) is True else "no_penalty_back"
    limit = {name: f"{count:g}" for name, count in limits.items()} | {"penalty_then": words[back]}
    lender = rules.lender
    names = {"lender": lender.name[language], "address": lender.address[language], "phone": lender.phone, "site": lender.site} | limit
    terms = rules.plan_contract
    draft = "" if filed[-1].kind == STARTED else words["draft"].format(on=on.isoformat())
    return {
        "language": language,
        "labels": dict(labels) | {"costs": words["costs"]},
        "title": terms.title[language] + draft,
        "number": plan_id,
        "version": str(terms.version),
        "on": on.isoformat(),
        "lender": {**names, "licence": lender.licence_number},
        "borrower": [[labels.get(name, name), value] for name, value in parties.items()],
        "summary": [*_summary(said["loan_id"], agreed, words), *(["", line[language].format_map(names)] for line in terms.summary)],
        "costs": _payments(agreed),
        "proof": [[words["drawn"], on.isoformat()]],
        "articles": [[article.heading[language], article.text[language].format_map(names)] for article in terms.articles],
        "authorisations": [],
    }


def _summary(loan_id: int, agreed: Mapping[str, Any], words: Mapping[str, str]) -> list[list[str]]:
    """Give the balance, what is waived, the payments in all, and whether interest, penalty and fees accrue."""
    currency, schedule = agreed["currency"], agreed["schedule"]
    principal, interest, penalty, fee = (text_of(minor, currency) for minor in agreed["balance"])
    balance = {"principal": principal, "interest": interest, "penalty": penalty, "fee": fee}
    total = sum(minor for _, minor in schedule)
    waived = dict(zip(("penalty", "interest"), (text_of(minor, currency) for minor in agreed["waived"]), strict=True))
    days = [date.fromordinal(day).isoformat() for day, _ in (schedule[0], schedule[-1])]
    rate, late = _per_year(LoanRate(*agreed["rate"]).day_fraction()), _per_year(agreed["penalty"])
    forgiven = words["waived_of"].format(total=text_of(sum(agreed["waived"]), currency), currency=currency, **waived)
    counted = {"count": len(schedule), "first": days[0], "last": days[1], "total": text_of(total, currency), "currency": currency}
    return [
        [words["loan"], f"{loan_id}"],
        [words["balance"], words["made_of"].format(total=text_of(sum(agreed["balance"]), currency), currency=currency, **balance)],
        [words["waived"], forgiven if any(agreed["waived"]) else words["nothing"]],
        [words["payments"], words["payments_of"].format(**counted)],
        [words["interest"], words["accrues"].format(rate=rate) if agreed["rate"][0] else words["rests"]],
        [words["penalty"], words["penalty_accrues"].format(rate=late) if agreed["penalty"][0] else words["penalty_rests"]],
        [
            words["fee"],
            words["fee_of"].format(fee=text_of(agreed["fee"], currency), currency=currency) if agreed["fee"] else words["no_fee"],
        ],
        [words["cost"], f"{text_of(total - agreed['balance'][0], currency)} {currency}"],
    ]


def _payments(agreed: Mapping[str, Any]) -> list[list[str]]:
    """Give every due day with what it asks."""
    currency = agreed["currency"]
    return [[date.fromordinal(day).isoformat(), f"{text_of(minor, currency)} {currency}"] for day, minor in agreed["schedule"]]


def _per_year(day: Sequence[int]) -> str:
    """Write a daily fraction as per cent of a year of 365 days, rounded to the hundredth."""
    num, den = day
    hundredths = (2 * num * YEAR * PER_CENT + den) // (2 * den)
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
