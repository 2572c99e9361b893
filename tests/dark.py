"""What pages may not do to borrowers: read a page as it is sent, and name each way in which it would push, hide or shame."""

import re
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser
from typing import Final

SHAMES: Final = r"no,? thanks|i (don't|do not) want (to save|help|money)|i (like|prefer) to pay more|不，我不想|放弃优惠|我不需要省钱|狠心"
URGES: Final = r"only today|last chance|hurry|ends? (soon|in \d)|\d+ (seconds|minutes|hours) left|仅剩|限时|马上失效|手慢无|倒计时|最后机会"
GIVES: Final = r"\bgift\b|congratulations|we (raised|increased) your limit|bonus|恭喜|赠送|礼包|已为您提额|提额到账"
MINIMISES: Final = r"\b(only|just|as little as)\b[^.]{0,20}¥?\d|仅需|低至|只要\s*¥?\d|每天只"
A_DAY: Final = r"\d ?%(/day| a day)|日利率 ?\d"
A_YEAR: Final = r"% a year|年化|年利率|（年 ?\d"
COSTLY: Final = ("instalments", "minimum", "insurance", "repayment", "also", "agree", "read", "sure")
"""Names of fields by which somebody takes on a cost, or agrees to one: nothing is chosen in them beforehand."""
OWN: Final = frozenset({"language", "payday", "about"})
"""Fields in which what was chosen before, by the borrower or the way here, stands again."""
LESSON: Final = "/learn"
"""The page that teaches these very tricks names them."""
BUNDLES: Final = r"agree_?(all|to_all|everything)"


class Read(HTMLParser):
    """The fields, buttons and blocks of text of a page, in their order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ticked: list[str] = []
        self.chosen: list[tuple[str, str]] = []
        self.names: list[str] = []
        self.timers: list[str] = []
        self.marks: list[tuple[str, str]] = []
        self._select, self._block, self._inside = "", "", ""
        self.blocks: list[str] = []
        self.feed(page.partition("<main")[2].partition("</main>")[0])
        self._end()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        name = said.get("name") or ""
        if tag in ("p", "div", "dd", "dt", "li", "td", "th", "label", "h1", "h2", "option", "button", "section", "tr"):
            self._end()
        if tag in ("input", "select", "textarea"):
            self.names.append(name)
        if tag == "input" and "checked" in said:
            self.ticked.append(name)
        if tag == "select":
            self._select = name
        if tag == "option" and "selected" in said and said.get("value"):
            self.chosen.append((self._select, said["value"] or ""))
        if tag in ("progress", "meter", "marquee", "blink") or any("countdown" in one for one, _ in attrs):
            self.timers.append(tag)
        if name == "act":
            self.marks.append(("act", said.get("value") or ""))
        if tag == "a":
            self.marks.append(("link", said.get("href") or ""))

    def handle_data(self, data: str) -> None:
        self._block += data

    def _end(self) -> None:
        said = " ".join(self._block.split())
        self._block = ""
        if said:
            self.blocks.append(said)


def dark(pages: Mapping[str, str]) -> list[str]:
    """Give what is wrong with pages, by path; nothing for pages that treat a borrower fairly."""
    found = []
    for path, page in pages.items():
        read, text = Read(page), unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]))
        found += [f"{path}: ticked beforehand: {one}" for one in read.ticked]
        asked = path.partition("?")[2]
        found += [f"{path}: chosen beforehand: {name}" for name, value in read.chosen if name not in OWN and f"{name}={value}" not in asked]
        found += [f"{path}: a clock runs" for _ in read.timers]
        found += [f"{path}: agrees to several things at once: {one}" for one in read.names if re.search(BUNDLES, one)]
        if path == LESSON:
            continue
        for what, pattern in (("shames", SHAMES), ("urges", URGES), ("gives presents", GIVES), ("makes small", MINIMISES)):
            found += [f"{path}: {what}: {one[0]}" for one in re.finditer(pattern, text, re.I)]
        found += [f"{path}: a rate of a day without that of a year: {one}" for one in read.blocks if _is_bare(one)]
    return found + _hidden(pages) + _hard_to_leave(pages)


def _is_bare(block: str) -> bool:
    """Tell whether a block tells the rate of a day and not that of a year; how a sum was computed is no price."""
    return bool(re.search(A_DAY, block)) and not re.search(A_YEAR, block) and "×" not in block


def _hidden(pages: Mapping[str, str]) -> list[str]:
    """Give where paying the whole of a bill comes after, or is smaller than, what costs more."""
    found = []
    for path, page in pages.items():
        marks = Read(page).marks
        acts = [value for kind, value in marks if kind == "act"]
        if path.startswith(("/bills/instalments", "/bills/costs")):
            whole = next((n for n, (kind, value) in enumerate(marks) if kind == "link" and value.endswith("/bills") and n), None)
            if whole is None or ("act", "show") in marks[:whole]:
                found.append(f"{path}: the whole bill is not offered before instalments")
        elif path == "/bills" and acts and (acts[0] != "whole" or "<details" in page.partition('value="whole"')[0].partition("<main")[2]):
            found.append(f"{path}: the whole bill does not come first")
        elif path == "/bills" and "instalments" in page and 'class="said warn"' not in page:
            found.append(f"{path}: the minimum stands without what it costs")
    return found


def _hard_to_leave(pages: Mapping[str, str]) -> list[str]:
    """Give where closing the line is not one form with one tick, one step from home; opening takes two forms at the least."""
    home, limit = pages.get("/", ""), pages.get("/limit", "")
    found = [] if "/limit#close" in home else ["/: no way to close the line"]
    forms = re.findall(r"<form.*?</form>", limit, re.S)
    closing = next((one for one in forms if 'value="close"' in one), "")
    fields = re.findall(r'<(?:input|select|textarea)(?![^>]*type="hidden")', closing)
    return found if closing and len(fields) <= 1 else [*found, "/limit: closing asks more than one thing"]
