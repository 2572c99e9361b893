"""A month for investors as rows in two languages, as one page, as CSV and as PDF: the same rows in each."""

import io
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from plimsoll.app.cell import Table
from plimsoll.app.fonts import find_fonts, font_folders
from plimsoll.app.page import Cell, Mark, heading, page, paragraph, table
from plimsoll.app.treasury.disclose import LATE_FROM, Disclosed
from plimsoll.app.treasury.suited import HEADS, suited_rows
from plimsoll.app.treasury.suited import TITLE as SUITED
from plimsoll.app.words import Words
from plimsoll.treasury.route import LENDER
from plimsoll.treasury.trigger import BREACHED, CLEAR, NEAR
from plimsoll.units.money import text_of
from plimsoll.units.refusal import Refused

NONE: Final = "-"
"""What stands on the page where there is no figure."""
TEMPLATE: Final = Path(__file__).parents[1] / "documents" / "disclosure.typ"
TITLE: Final = Words("投资者月度披露", "Monthly report to investors")
AMOUNT, SHARE = Words("金额", "amount"), Words("占比 %", "share %")
STATES: Final = {CLEAR: Words("正常", "clear"), NEAR: Words("临近", "near"), BREACHED: Words("触发", "breached")}
EVENTS: Final = {
    "trigger-near": Words("触发指标临近限额", "a limit is near"),
    "trigger-breached": Words("触发指标突破限额", "a limit is passed"),
    "loan.share_moved": Words("份额转移（回购、代偿或退出）", "parts moved (repurchase, guarantee or exit)"),
    "funder.closed": Words("资金方停止新增出资", "a funder takes no new loans"),
}
NAMES: Final = {
    "delinquency": Words("逾期 30 天以上占比", "more than 30 days past due"),
    "defaults": Words("累计违约率", "defaults so far, of what was lent"),
    "excess-spread": Words("超额利差（年）", "excess spread a year"),
    "borrowers": Words("前十大借款人占比", "ten largest borrowers"),
    "largest-funder": Words("最大资金方占比", "largest funder"),
    "funder-used": Words("资金方额度使用率", "commitment used"),
}
RISKS: Final = (
    Words(
        "这些是没有抵押的消费贷款。借款人可能还不上钱，您可能少收利息，也可能亏损本金；担保用完后不再有补偿。",
        "These are consumer loans without collateral. Borrowers may fail to pay: you may get less interest, and you may lose principal; "
        "once a guarantee is used up nothing makes up for it.",
    ),
    Words(
        "过去的回收不代表将来。指标突破限额后，回款先用于还本，不再投放新贷款，期限因此改变。",
        "What came back so far does not tell what will. Once a limit is passed, collections repay principal first, nothing new is lent, "
        "and the time until you are repaid changes.",
    ),
    Words(
        "到期前通常不能取回资金，也可能找不到接手的人。",
        "Money can usually not be taken out early, and nobody may be found who takes your part over.",
    ),
)
ADVICE: Final = (
    Words(
        "只投入您可以长期不用、也承受得起损失的钱；不要借钱投资。",
        "Put in only money that you can do without for long and can afford to lose; do not borrow to invest.",
    ),
    Words(
        "分散：不要把大部分积蓄放在同一贷款人、同一产品或同一月份发放的贷款上。",
        "Spread: do not hold most of what you saved with one lender, in one product, or in loans of one month.",
    ),
    Words(
        "本产品适合了解信用风险、能承受本金损失的投资者；不确定时请先询问独立顾问。",
        "It suits those who know credit risk and can bear a loss of principal; if you are not sure, ask somebody independent first.",
    ),
)


class Section(NamedTuple):
    """A part of the report: its heading, the heads of its columns, its rows; the first column is words, the others figures."""

    title: Words
    heads: tuple[Words, ...]
    rows: Sequence[tuple[Words, ...]]


def sections(one: Disclosed) -> list[Section]:
    """Give the report as rows in two languages."""
    own = [] if one.suited is None else [Section(SUITED, HEADS, suited_rows(one.suited))]
    return [_pool(one), _flows(one), _late(one), _losses(one), _spread(one), _parts(one), *own, _triggers(one), _events(one)]


def _pool(one: Disclosed) -> Section:
    rows = [
        _row("期初余额", "balance at the beginning", one, one.opening),
        _row("本期投放", "lent", one, one.flows.disbursed),
        _row("本期收回本金", "principal that came back", one, -one.flows.principal),
        _row("本期核销本金", "principal written off", one, -one.charged_off),
        _row("期末余额", "balance at the end", one, one.closing),
    ]
    counts = [(Words("贷款笔数", "loans"), _same(f"{one.loans:,}")), (Words("借款人数", "borrowers"), _same(f"{one.borrowers:,}"))]
    return Section(Words("资产池", "Pool"), (Words("", ""), AMOUNT), [*rows, *counts])


def _flows(one: Disclosed) -> Section:
    rows = [
        _row("本金", "principal", one, one.flows.principal),
        _row("利息", "interest", one, one.flows.interest),
        _row("罚息", "penalty", one, one.flows.penalty),
        _row("费用", "fees", one, one.flows.fee),
        _row("核销后收回", "recovered after write-off", one, one.flows.recovered),
        _row("其中：提前结清贷款的期初余额", "of it balances of loans paid off before their last due day", one, one.prepaid),
    ]
    return Section(Words("回收", "Collections"), (Words("", ""), AMOUNT), rows)


def _late(one: Disclosed) -> Section:
    rows = []
    for days in LATE_FROM:
        early, late = one.late[days]
        shares = (_share(early, one.opening), _share(late, one.closing))
        rows.append(
            (Words(f"逾期 {days} 天以上", f"more than {days} days past due"), _money(one, early), shares[0], _money(one, late), shares[1])
        )
    heads = (
        Words("", ""),
        Words("期初", "beginning"),
        Words("期初占比 %", "of it %"),
        Words("期末", "end"),
        Words("期末占比 %", "of that %"),
    )
    return Section(Words("逾期", "Past due"), heads, rows)


def _losses(one: Disclosed) -> Section:
    told = (
        (
            Words("累计违约（核销与逾期 90 天以上）", "defaults so far (written off, or over 90 days)"),
            one.default_so_far(),
            one.lent_so_far,
        ),
        (Words("累计核销", "written off so far"), one.lost_so_far, one.lent_so_far),
        (Words("累计回收（占核销）", "recovered so far, of what was written off"), one.recovered_so_far, one.lost_so_far),
    )
    rows = [(words, _money(one, minor), _share(minor, whole)) for words, minor, whole in told]
    return Section(Words("违约与回收", "Defaults and recovery"), (Words("", ""), AMOUNT, SHARE), rows)


def _spread(one: Disclosed) -> Section:
    rows = [
        (Words("最大借款人", "largest borrower"), _money(one, one.largest), _share(one.largest, one.closing)),
        (Words("前十大借款人", "ten largest borrowers"), _money(one, one.ten_largest), _share(one.ten_largest, one.closing)),
        *((_same(name), _money(one, minor), _share(minor, one.closing)) for name, minor in one.products.items()),
    ]
    return Section(Words("集中度（借款人、产品）", "Concentration (borrowers, products)"), (Words("", ""), AMOUNT, SHARE), rows)


def _parts(one: Disclosed) -> Section:
    rows = [
        (Words("贷款人自留", "the lender") if name == LENDER else _same(name), _money(one, minor), _share(minor, one.closing))
        for name, minor in one.parts.items()
    ]
    return Section(Words("各方持有", "Who holds it"), (Words("", ""), AMOUNT, SHARE), rows)


def _triggers(one: Disclosed) -> Section:
    rows = []
    for name, place in one.triggers:
        first, _, funder = name.partition(" ")
        said = NAMES[first]
        shown = Words(f"{said.zh} {funder}".strip(), f"{said.en} {funder}".strip())
        days = _same(NONE if place.days is None else f"{place.days:,.0f}")
        rows.append((shown, _percent(place.value), _percent(place.trigger.limit), days, STATES[place.state]))
    heads = (
        Words("", ""),
        Words("数值 %", "value %"),
        Words("限额 %", "limit %"),
        Words("距触发天数", "days to it"),
        Words("状态", "state"),
    )
    return Section(Words("触发指标（全部贷款）", "Limits (of the whole book)"), heads, rows)


def _events(one: Disclosed) -> Section:
    rows = []
    for event in one.events:
        first, _, funder = event.about.partition(" ")
        about = NAMES.get(first, _same(event.about))
        kind = EVENTS[event.kind]
        shown = Words(f"{kind.zh} {about.zh} {funder}".strip(), f"{kind.en}: {about.en} {funder}".strip(" :"))
        rows.append((shown, _same(event.on.isoformat()), _same(str(event.times))))
    heads = (Words("", ""), Words("日期", "day"), Words("次数", "times"))
    return Section(Words("事件通知", "Notices of events"), heads, rows)


def said_of(one: Disclosed) -> Words:
    """Give what the report is about in one line."""
    name = one.asked.funder
    return Words(
        f"{one.asked.month:%Y-%m}，数据 {one.first} 至 {one.last}，币种 {one.asked.currency}，{name or '全部资金方'}",
        f"{one.asked.month:%Y-%m}, tape of {one.first} to {one.last}, {one.asked.currency}, {name or 'all funders'}",
    )


def html_of(one: Disclosed) -> str:
    """Give the report as one page that needs nothing beside itself."""
    said = said_of(one)
    parts = []
    for section in sections(one):
        rows = [[_cell(row, n) for n in range(len(row))] for row in section.rows]
        parts += [heading(section.title), table(section.heads, rows) if rows else paragraph(Words("本期没有。", "None this month."))]
    parts += [heading(Words("风险提示", "What can go wrong")), *(paragraph(words) for words in RISKS)]
    parts += [heading(Words("分散与适当性", "Spread, and for whom this is")), *(paragraph(words) for words in ADVICE)]
    return page(TITLE, (said.zh, said.en), parts)


def csv_of(one: Disclosed) -> str:
    """Give every figure of the report as a line: section, what, and the figures in their columns; empty where there is none."""
    text = io.StringIO()
    table = Table(text, ends="\n")
    table.row(["section", "what", "column", "value"])
    for section in sections(one):
        for row in section.rows:
            for head, cell in zip(section.heads[1:], row[1:], strict=True):
                table.row([section.title.en, row[0].en, head.en, "" if cell.en == NONE else cell.en.replace(",", "")])
    return text.getvalue()


def notices_of(one: Disclosed) -> str:
    """Give the events of the month as CSV, one a line."""
    text = io.StringIO()
    table = Table(text, ends="\n")
    table.row(["on", "kind", "about", "times", "zh-CN", "en"])
    for event, row in zip(one.events, _events(one).rows, strict=True):
        table.row([event.on, event.kind, event.about, event.times, row[0].zh, row[0].en])
    return text.getvalue()


def pdf_of(one: Disclosed, language: str, at: datetime) -> bytes | Refused:
    """Set the report in one language as PDF; refuses font_missing. Needs the extra `documents`."""
    import typst

    pick = "zh" if language == "zh-CN" else "en"
    data = {
        "language": language,
        "title": getattr(TITLE, pick),
        "said": getattr(said_of(one), pick),
        "none": "本期没有。" if pick == "zh" else "None this month.",
        "sections": [
            {
                "title": getattr(section.title, pick),
                "heads": [getattr(head, pick) for head in section.heads],
                "rows": [[getattr(cell, pick) for cell in row] for row in section.rows],
            }
            for section in sections(one)
        ],
        "texts": [
            {"title": title, "lines": [getattr(words, pick) for words in lines]}
            for title, lines in (
                ("风险提示" if pick == "zh" else "What can go wrong", RISKS),
                ("分散与适当性" if pick == "zh" else "Spread, and for whom this is", ADVICE),
            )
        ],
    }
    said = json.dumps(data, ensure_ascii=False)
    fonts = find_fonts(said)
    if isinstance(fonts, Refused):
        return fonts
    found: Any = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        font_paths=typst.Fonts(font_paths=font_folders()),
        sys_inputs={"data": said, "fonts": "|".join(fonts)},
        timestamp=at.replace(microsecond=0),  # typst takes whole seconds only
    )
    assert isinstance(found, bytes), "a PDF is one file"
    return found


def _cell(row: Sequence[Words], n: int) -> Cell:
    """Give a cell of the page: a state is marked, words stand in both languages."""
    words = row[n]
    if words in STATES.values():
        return Mark(words == STATES[CLEAR], words)
    return words.zh if words.zh == words.en else f"{words.zh} · {words.en}"


def _row(zh: str, en: str, one: Disclosed, minor: int) -> tuple[Words, Words]:
    return Words(zh, en), _money(one, minor)


def _same(text: str) -> Words:
    return Words(text, text)


def _money(one: Disclosed, minor: int) -> Words:
    whole, point, part = text_of(minor, one.asked.currency).partition(".")
    return _same(f"{'-' if minor < 0 else ''}{abs(int(whole)):,}{point}{part}")


def _share(part: int, whole: int) -> Words:
    return _same(f"{100 * part / whole:.2f}" if whole else NONE)


def _percent(share: float) -> Words:
    return _same(f"{100 * share:.2f}")
