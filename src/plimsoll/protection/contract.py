"""What a contract says: a summary first, the cost table as it was shown and confirmed, the terms, and each authorisation by itself."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final, NamedTuple

from plimsoll.loan.filing import Filing, read_body
from plimsoll.risk.consent import consents
from plimsoll.risk.disclose import digest_of, digest_of_rows, read_ask, rows, table_of
from plimsoll.risk.gate import CONFIRMED, SHOWN, USED
from plimsoll.rulebook.rules import Rules
from plimsoll.units.refusal import Refused

SUMMARY: Final = ("principal", "limit", "term", "plan_term", "method", "plan_method", "interest", "fee", "merchant_fee", "all_in", "total")
SUMMARY_END: Final = ("overdue", "plan_overdue", "account_overdue")
LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh-CN": {
        "summary": "摘要",
        "costs": "综合融资成本明示表",
        "terms": "合同条款",
        "authorisations": "授权书",
        "lender": "贷款人",
        "borrower": "借款人",
        "number": "合同编号",
        "licence": "金融许可证",
        "shown": "展示时间",
        "confirmed": "确认时间",
        "read": "阅读秒数",
        "digest": "明示表摘要值（SHA-256）",
        "granted": "已同意，{at}（告知书第 {version} 版）",
        "refused": "未同意。不影响本合同效力。",
        "needed": "尚未同意。取得同意前不得据此处理信息。",
        "withdrawn": "已撤回，{at}",
        "required": "办理所必需",
        "optional": "可以不同意",
        "signature": "借款人签署",
        "seal": "贷款人签章",
        "name": "姓名",
        "id_number": "证件号码",
        "phone": "手机号码",
        "card": "收款账户",
    },
    "en": {
        "summary": "Summary",
        "costs": "All-in cost of this credit",
        "terms": "Terms",
        "authorisations": "Authorisations",
        "lender": "Lender",
        "borrower": "Borrower",
        "number": "Contract number",
        "licence": "Licence",
        "shown": "Shown at",
        "confirmed": "Confirmed at",
        "read": "Seconds open",
        "digest": "SHA-256 of the cost table",
        "granted": "Agreed at {at} (notice version {version})",
        "refused": "Not agreed. The contract holds without it.",
        "needed": "Not agreed yet. Nothing is done with the data for this until it is.",
        "withdrawn": "Withdrawn at {at}",
        "required": "needed to be served",
        "optional": "may be refused",
        "signature": "Signed by the borrower",
        "seal": "Seal of the lender",
        "name": "Name",
        "id_number": "ID number",
        "phone": "Phone",
        "card": "Account",
    },
}


LAW_NAMES: Final[Mapping[str, str]] = {
    "个人信息保护法": "Personal Information Protection Law",
    "征信业管理条例": "Credit Reporting Regulation",
    "征信业务管理办法": "Credit Reporting Measures",
}
CHINA: Final = timezone(timedelta(hours=8))


class Signed(NamedTuple):
    """A disclosure that was used up by a debt: as it was shown, when it was shown and confirmed, and for how long it was open."""

    shown: Filing
    confirmed: Filing


def find_signed(filings: Sequence[Filing], about: str) -> Signed | Refused:
    """Give the disclosure that a loan, a plan or an application used up; refuses disclosure_missing."""
    used = next((one for one in reversed(filings) if one.kind == USED and read_body(one)["about"] == about), None)
    if used is None:
        return Refused("disclosure_missing", "", about)
    by_number = {one.n: one for one in filings}
    confirmed = by_number[read_body(used)["confirmed"]]
    shown = by_number[read_body(confirmed)["shown"]]
    assert (shown.kind, confirmed.kind) == (SHOWN, CONFIRMED), "a confirmation names what was shown"
    return Signed(shown, confirmed)


def contract_of(
    filings: Sequence[Filing], about: str, parties: Mapping[str, str], language: str, rules: Rules, at: datetime
) -> dict[str, Any] | Refused:
    """Give the contract about a debt as plain values, in one language; `parties` holds the borrower's data, masked.

    The cost table is the one that was shown; in the other language it is translated, and must say the same. Refuses disclosure_missing,
    contract_altered (what is on file no longer has its digest), contract_not_translatable (the rules say something else by now).
    """
    signed = find_signed(filings, about)
    if isinstance(signed, Refused):
        return signed
    shown = read_body(signed.shown)
    costs = _costs(shown, signed.shown.subject, language, rules)
    if isinstance(costs, Refused):
        return costs
    lender, labels = rules.lender, LABELS[language]
    names = {"lender": lender.name[language], "address": lender.address[language], "phone": lender.phone, "site": lender.site}
    terms = rules.contract
    return {
        "language": language,
        "labels": dict(labels),
        "title": terms.title[language],
        "number": about,
        "version": str(terms.version),
        "on": date.fromordinal(signed.shown.on).isoformat(),
        "lender": {**names, "licence": lender.licence_number},
        "borrower": [[labels.get(name, name), value] for name, value in parties.items()],
        "summary": _summary(costs) + [["", line[language].format_map(names)] for line in terms.summary],
        "costs": [[label, text] for _, label, text in costs],
        "proof": [
            [labels["shown"], instant(signed.shown.at)],
            [labels["confirmed"], instant(signed.confirmed.at)],
            [labels["read"], str(read_body(signed.confirmed)["seconds"])],
            [labels["digest"], signed.shown.subject],
        ],
        "articles": [[article.heading[language], article.text[language].format_map(names)] for article in terms.articles],
        "authorisations": _authorisations(filings, language, rules, at),
    }


def _costs(shown: Mapping[str, Any], digest: str, language: str, rules: Rules) -> Sequence[Sequence[str]] | Refused:
    """Give the rows as they were shown, or translated."""
    if digest_of_rows(shown["template"], shown["ask"]["about"], shown["language"], shown["rows"]) != digest:
        return Refused("contract_altered", "", digest)
    if language == shown["language"]:
        filed: Sequence[Sequence[str]] = shown["rows"]
        return filed
    table = table_of(read_ask(shown["ask"]), rules)
    if isinstance(table, Refused) or digest_of(table, shown["language"]) != digest:
        return Refused("contract_not_translatable", "", digest)
    return rows(table, language)


def _summary(costs: Sequence[Sequence[str]]) -> list[list[str]]:
    """Give what matters most of the costs, in the order in which people ask for it."""
    by_name = {name: [label, text] for name, label, text in costs}
    return [by_name[name] for name in (*SUMMARY, *SUMMARY_END) if name in by_name]


def _authorisations(filings: Sequence[Filing], language: str, rules: Rules, at: datetime) -> list[dict[str, str]]:
    """Give every purpose with its notice and whether it was agreed to; each stands by itself."""
    labels, known = LABELS[language], consents(filings, at)
    told = []
    for purpose in rules.purposes.values():
        consent = known.get(purpose.name)
        notice = next((one for one in purpose.versions if consent is not None and one.version == consent.version), None)
        notice = notice or purpose.notice(at.date())
        if notice is None:
            continue
        state = labels["needed" if purpose.is_required else "refused"]
        if consent is not None:
            word = labels["granted"] if consent.is_granted else labels["withdrawn"]
            state = word.format(at=instant(consent.since), version=consent.version)
        told.append(
            {
                "title": purpose.title[language][:1].upper() + purpose.title[language][1:],
                "need": labels["required"] if purpose.is_required else labels["optional"],
                "text": notice.text[language],
                "articles": cited(purpose.articles, language),
                "state": state,
            }
        )
    return told


def cited(articles: Sequence[str], language: str) -> str:
    """Write articles of laws, "个人信息保护法 13", as people cite them."""
    told = []
    for article in articles:
        law, _, number = article.partition(" ")
        if language == "zh-CN":
            told.append(f"《{law}》" + (f"第{number}条" if number else ""))
        else:
            told.append(LAW_NAMES.get(law, law) + (f" Art. {number}" if number else ""))
    return "、".join(told) if language == "zh-CN" else ", ".join(told)


def instant(at: datetime) -> str:
    """Write an instant for people, in the time of the lender's country."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S UTC+8")
