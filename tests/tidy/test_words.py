"""The words of the pages: every key in both languages with the same places, every key used, every key that is used there."""

import re
from functools import cache

from plimsoll.interfaces.console.words_of import TEXT
from plimsoll.interfaces.pages import words
from tests.golden import read_yaml
from tests.tidy.source import SRC, files, text

ROOMS = tuple(SRC / "interfaces" / name for name in ("pages", "console", "borrower"))
KEY = re.compile(r"""["'](?P<key>[a-z][a-z0-9-]*(?:\.[a-z0-9_-]+)+)(?P<head>\??#?)["']""")
FAMILY = re.compile(r"""["'](?P<family>[a-z][a-z0-9-]*\.(?:[a-z0-9_.-]*[.-])?)(?:["'] ?~|\{)""")
WORD = re.compile(r"""\bword\([a-z_]+, ["'](?P<family>[a-z][a-z0-9.-]*)["']""")
SAID = re.compile(r"""\b(?:t|say)\(["'](?P<key>[a-z][a-z0-9-]*(?:\.[a-z0-9_-]+)+)["']""")


@cache
def pages():
    """Everything that may name a key: Python and templates of the pages."""
    return "\n".join(text(path) for path in files() if path.suffix in (".py", ".html") and any(path.is_relative_to(room) for room in ROOMS))


def test_every_key_has_both_languages_and_the_same_places():
    wrong = []
    for key, texts in words.catalogue().items():
        if set(texts) != set(words.LANGUAGES):
            wrong.append(key)
            continue
        places = [
            {place for one in (said.values() if isinstance(said, dict) else [said]) for place in words.PLACE.findall(one)}
            for said in texts.values()
        ]
        # What is counted need not be told in each form.
        if {*places[0]} - {"n"} != {*places[1]} - {"n"}:
            wrong.append(key)
    assert not wrong, wrong


def test_every_text_is_text():
    wrong = [key for key, texts in words.catalogue().items() for said in texts.values() if not isinstance(said, str | dict)]
    assert not wrong, f"put these in quotes: {wrong}"


def test_no_key_is_said_that_is_not_there():
    missing = sorted({found["key"] for found in SAID.finditer(pages())} - set(words.catalogue()))
    assert not missing, missing


def test_no_key_waits_for_a_page():
    found = pages()
    used = {one["key"] for one in KEY.finditer(found)}
    used |= {f"help.{one}" for one in used}
    families = (*(one["family"] for one in FAMILY.finditer(found)), *(f"{one['family']}." for one in WORD.finditer(found)))
    families += tuple(f"help.{one}" for one in families)
    idle = sorted(key for key in words.catalogue() if key not in used and not key.startswith((*families, TEXT)))
    assert not idle, f"no page says these: {idle}"


def test_every_text_of_a_file_stands_in_a_file_of_the_rulebook():
    there = " ".join(" ".join(text(path).split()) for path in (SRC / "rulebook").rglob("*") if path.suffix in (".yaml", ".csv", ".json"))
    gone = [key for key in words.catalogue() if key.startswith(TEXT) and words.say(key) not in there]
    assert not gone, f"no file says these any more: {gone}"


def test_chinese_stands_in_the_chinese_and_english_in_the_english():
    han, wrong = re.compile(r"[\u4e00-\u9fff]"), []
    for key, texts in words.catalogue().items():
        bare = words.PLACE.sub("", str(texts["zh-CN"]))
        is_mixed = han.search(str(texts["en"])) is not None and not key.endswith("zh-CN") and not key.startswith(TEXT)
        if is_mixed or (len(bare) > 24 and han.search(bare) is None):
            wrong.append(key)
    assert not wrong, wrong


GLOSSARY = {
    "line.available": ("available limit", "可用额度"),
    "line.limit": ("total limit", "总额度"),
    "loan.schedule": ("repayment schedule", "还款计划"),
    "row.total": ("instalment due", "每期应还"),
    "repayment.equal-instalment": ("equal instalments", "等额本息"),
    "repayment.equal-principal": ("equal principal", "等额本金"),
    "repayment.interest-first": ("interest first", "先息后本"),
    "bill.minimum": ("minimum payment", "最低还款"),
    "bill.on": ("statement date", "账单日"),
    "loan.penalty": ("penalty interest", "罚息"),
    "chip.overdue": ("overdue", "逾期"),
    "terms.grace": ("days of grace", "宽限期（天）"),
    "chip.collection_stopped": ("contact stop", "停催"),
    "case.promise": ("promise to pay", "承诺还款"),
    "nav.close": ("close of business", "日终"),
    "shell.business-date": ("business date", "会计日"),
    "fact.kind.reversed": ("reversal", "冲正"),
    "nav.review": ("manual review", "人工审核"),
    "row.due-on": ("due on", "还款日"),
}
"""Terms of the trade that pages have to call what the trade calls them."""


def test_terms_are_those_of_the_trade():
    said = {key: (words.say(key, "en").lower(), words.say(key, "zh-CN")) for key in GLOSSARY}
    assert said == GLOSSARY


FORBIDDEN = {"载重线": "负债能力线", "外包机构": "委外机构", "外部机构": "委外机构", "委外公司": "委外机构", "外包公司": "委外机构"}
"""Other words for what the glossary gives one name, and that name."""


def test_one_thing_has_one_name():
    places = [path for path in files() if path.is_relative_to(SRC) and path.suffix in (".py", ".yaml", ".html", ".json", ".csv")]
    places += sorted((SRC.parents[1] / "docs").rglob("*.md"))
    wrong = [f"{path}: {word}" for path in places for word in FORBIDDEN if word in text(path)]
    assert not wrong, f"{FORBIDDEN}: {wrong}"


def test_no_key_stands_twice_in_a_file():
    for path in sorted(words.FOLDER.glob("*.yaml")):
        keys = [line.partition(":")[0] for line in path.read_text("utf-8").splitlines() if re.match(r"[a-z][\w.-]*:", line)]
        assert len(keys) == len(set(keys)), (path.name, sorted({key for key in keys if keys.count(key) > 1}))
        assert isinstance(read_yaml(path.read_text("utf-8")), dict), path.name
