"""The white list of agencies as a page of the lender's site: who may collect for the lender, by which licence, until when."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from plimsoll.app.page import page, paragraph, table
from plimsoll.app.words import Words
from plimsoll.collections.agency import SKILLS, Agency
from plimsoll.rulebook.rules import Rules
from plimsoll.units.dates import day_text

TITLE: Final = Words("委外催收机构名单", "Agencies that may collect for us")
COLUMNS: Final = (
    Words("机构", "agency"),
    Words("资质编号", "licence"),
    Words("地区", "country"),
    Words("业务范围", "kinds of debt"),
    Words("有效期至", "until"),
)
KINDS: Final = dict(zip(SKILLS, ("短期逾期", "中期逾期", "长期逾期", "已核销"), strict=True))
NOTE: Final = Words(
    "名单以外的任何机构或个人均未受我方委托。接到自称受托的催收联系时，请核对名单，并可随时向我方投诉。",
    "Nobody else collects for us. If somebody says so, check this list, and complain to us at any time.",
)
HOURS: Final = Words(
    "机构不得在{0}至{1}联系您，不得联系与债务无关的人，不得向您收取任何费用。",
    "An agency does not contact you between {0} and {1}, contacts nobody who has nothing to do with the debt, and takes no fee from you.",
)
NOBODY: Final = Words("目前没有委外机构。", "No agency collects for us at present.")


def whitelist(agencies: Iterable[Agency], rules: Rules, on: date) -> str:
    """Give the page as of a day; agencies whose licence or contract has ended, or that are suspended, are not on it."""
    licensed = [one for one in agencies if one.is_licensed(on.toordinal())]
    listed = sorted(licensed, key=lambda one: one.name)
    lender = rules.lender
    said = [f"{lender.name['zh-CN']} · {lender.name['en']}", f"{on} · {lender.phone} · {lender.site}"]
    rows = [
        (
            f"{one.title['zh-CN']} · {one.title['en']}",
            one.licence,
            ", ".join(one.countries),
            ", ".join(f"{KINDS[skill]} ({skill})" for skill in one.skills) or "全部 (any)",
            day_text(min(one.valid_until, one.contract_until)),
        )
        for one in listed
    ]
    body = table(COLUMNS, rows, text_columns=(1, 2, 3)) if rows else paragraph(NOBODY)
    quiet = rules.value("CN.COLLECT.QUIET", on)
    hours = Words(*(words.format(*quiet) for words in HOURS)) if isinstance(quiet, tuple) else NOTE
    return page(TITLE, said, [body, *(paragraph(words) for words in dict.fromkeys((NOTE, hours)))])
