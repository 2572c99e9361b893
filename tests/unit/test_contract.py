"""A contract holds what was shown and confirmed, in both languages, and prints where there is typst and a font with Chinese."""

import json
from datetime import UTC, datetime

import pytest

from plimsoll.loan.filing import Filing
from plimsoll.protection.contract import LABELS, cited, contract_of
from plimsoll.rulebook.rules import load
from plimsoll.units.refusal import LANGUAGES, Refused
from tests.counter import opened

RULES = load()
AT = datetime(2026, 8, 17, 9, tzinfo=UTC)
PARTIES = {"name": "张**", "phone": "138****1234"}


@pytest.fixture(scope="module")
def filings() -> list[Filing]:
    """The file of somebody who read, confirmed and drew loan 7 on 2026-08-16."""
    counter = opened()
    counter.now = datetime(2026, 8, 16, 9, tzinfo=UTC)
    on = "2026-08-16"
    for purpose in ("bureau", "spending"):
        counter.run("grant_consent", on, purpose=purpose, version=1)
    counter.run("withdraw_consent", on, purpose="spending")
    terms = {"amount": "10000.00", "currency": "CNY", "rate": "0.0004", "instalments": 12}
    shown = counter.run("show_disclosure", on, about="draw", product="cash-line", **terms)
    assert not isinstance(shown, Refused)
    counter.now = datetime(2026, 8, 16, 9, 0, 14, tzinfo=UTC)
    counter.run("confirm_disclosure", on, disclosure=json.loads(shown.answer)["disclosure"])
    assert not isinstance(counter.run("draw", on, loan_id=7, **terms), Refused)
    return [*counter.sheet.filings, *counter.sheet.filed]


def contract(filings: list[Filing], language: str = "zh-CN", about: str = "7") -> dict:
    found = contract_of(filings, about, PARTIES, language, RULES, AT)
    assert not isinstance(found, Refused), found
    return found


def test_the_summary_comes_first_and_says_what_matters(filings):
    told = contract(filings, "en")
    assert list(told).index("summary") < list(told).index("costs") < list(told).index("articles") < list(told).index("authorisations")
    labels = [label for label, _ in told["summary"]]
    assert labels[:6] == ["Principal", "Term and due dates", "Repayment", "Interest", "All-in cost a year", "Total to repay"]
    assert 8 <= len(labels) <= 10


def test_the_cost_table_is_the_one_that_was_shown(filings):
    told = contract(filings)
    shown = next(json.loads(one.body) for one in filings if one.kind == "disclosure.shown")
    assert told["costs"] == [row[1:] for row in shown["rows"]]
    proof = dict(told["proof"])
    assert proof[LABELS["zh-CN"]["read"]] == "14"
    assert proof[LABELS["zh-CN"]["digest"]] == next(one.subject for one in filings if one.kind == "disclosure.shown")


def test_the_other_language_says_the_same_numbers(filings):
    chinese, english = contract(filings), contract(filings, "en")
    assert len(chinese["costs"]) == len(english["costs"])
    for number in ("10,000.00", "2026-09-16", "14.60", "808.95", "12.77"):
        assert all(any(number in text for _, text in told["costs"]) for told in (chinese, english))


def test_each_authorisation_stands_by_itself_with_what_became_of_it(filings):
    told = {one["title"]: one["state"] for one in contract(filings, "en")["authorisations"]}
    assert len(told) == len(RULES.purposes)
    assert told["Looking up your credit report"] == "Agreed at 2026-08-16 17:00:00 UTC+8 (notice version 1)"
    assert told["How you spend"] == "Withdrawn at 2026-08-16 17:00:00 UTC+8"
    assert told["Advertising"] == "Not agreed. The contract holds without it."
    assert told["Checking who you are"].startswith("Not agreed yet.")


def test_the_borrower_is_shown_masked_only(filings):
    assert contract(filings)["borrower"] == [["姓名", "张**"], ["手机号码", "138****1234"]]


def test_no_contract_without_a_disclosure_and_none_from_one_that_was_changed(filings):
    missing = contract_of(filings, "8", PARTIES, "en", RULES, AT)
    assert isinstance(missing, Refused)
    assert missing.code == "disclosure_missing"
    altered = [one._replace(body=one.body.replace("808.95", "8.95")) if one.kind == "disclosure.shown" else one for one in filings]
    refused = contract_of(altered, "7", PARTIES, "zh-CN", RULES, AT)
    assert isinstance(refused, Refused)
    assert refused.code == "contract_altered"


def test_articles_are_cited_as_people_cite_them():
    assert cited(("个人信息保护法 13", "征信业务管理办法"), "zh-CN") == "《个人信息保护法》第13条、《征信业务管理办法》"
    assert (
        cited(("个人信息保护法 13", "征信业管理条例 18"), "en")
        == "Personal Information Protection Law Art. 13, Credit Reporting Regulation Art. 18"
    )


def test_every_label_is_there_in_both_languages():
    assert LABELS["zh-CN"].keys() == LABELS["en"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_prints_as_the_same_pdf_every_time(filings, language):
    pytest.importorskip("typst", reason="needs the extra documents")
    from plimsoll.app.contract import contract_pages, contract_pdf
    from plimsoll.app.fonts import INSTALL

    told = contract(filings, language)
    pdf = contract_pdf(told, AT)
    if isinstance(pdf, Refused):
        pytest.skip(f"no font with Chinese: {INSTALL}")
    assert pdf.startswith(b"%PDF")
    assert pdf == contract_pdf(told, AT)
    assert contract_pdf(told, AT.replace(microsecond=123_456)) == pdf, "a clock tells microseconds, typst takes none"
    pages = contract_pages(told, AT)
    assert not isinstance(pages, Refused)
    assert len(pages) >= 4
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_without_a_font_with_chinese_it_says_what_to_install(filings, monkeypatch):
    typst = pytest.importorskip("typst", reason="needs the extra documents")
    from plimsoll.app import fonts as printing

    class NoFonts:
        def __init__(self, **_: object) -> None: ...

        def families(self) -> list[str]:
            return ["DejaVu Sans"]

    monkeypatch.setattr(typst, "Fonts", NoFonts)
    refused = printing.find_fonts(json.dumps(contract(filings), ensure_ascii=False))
    assert isinstance(refused, Refused)
    assert refused.code == "font_missing"
    assert "fonts-noto-cjk" in refused.detail
    assert printing.find_fonts("only Latin") == printing.LATIN
